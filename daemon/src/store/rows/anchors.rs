//! Rows of anchor embeddings, computed once for each service, model and set of sentences.

use serde::{Deserialize, Serialize};

use crate::store::{Row, Table};

/// Embeddings of one construct's anchors. The key is the hash of everything that they depend on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AnchorsRow {
    /// The embedding model.
    model: String,
    /// Each as 32-bit floats, little-endian, in hexadecimal digits.
    vectors: Vec<String>,
}

impl AnchorsRow {
    /// The row for those embeddings.
    pub(crate) fn new(model: &str, vectors: &[Vec<f32>]) -> Self {
        let hex = |vector: &Vec<f32>| {
            hex::encode(vector.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>())
        };
        Self { model: model.to_owned(), vectors: vectors.iter().map(hex).collect() }
    }

    /// The embedding model.
    pub(crate) fn model(&self) -> &str {
        &self.model
    }

    /// The embeddings; `None` if the row is damaged.
    pub(crate) fn vectors(&self) -> Option<Vec<Vec<f32>>> {
        let read = |text: &String| {
            let bytes = hex::decode(text).ok()?;
            let (numbers, rest) = bytes.as_chunks::<4>();
            rest.is_empty().then(|| numbers.iter().map(|b| f32::from_le_bytes(*b)).collect())
        };
        self.vectors.iter().map(read).collect()
    }
}

impl Row for AnchorsRow {
    const TABLE: Table = Table::Anchors;
    type Key = String;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors_come_back_bit_by_bit() {
        let vectors = vec![vec![0.1_f32, -2.5e-8, f32::MIN_POSITIVE], vec![1.0, 0.0, -0.0]];
        let row = AnchorsRow::new("m", &vectors);
        assert_eq!(row.vectors(), Some(vectors));
        let damaged = AnchorsRow { vectors: vec!["00".to_owned()], ..row };
        assert_eq!(damaged.vectors(), None);
    }
}

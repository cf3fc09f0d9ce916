//! Weights of the model, read in place from the compiled-in bytes; `examples/pack.rs` writes them. Word embeddings are
//! stored in six bits with a scale for every 32 values, matrices in eight bits with a scale for every 128, everything
//! else as floats.

use crate::{DIMENSIONS, TOKENS_MAX};

/// Layers of the model.
pub(crate) const LAYERS: usize = 6;
/// Width of the inner part of a layer.
pub(crate) const INNER: usize = 1536;
/// Words of the vocabulary.
pub(crate) const WORDS: usize = 30_522;
/// Values of a word embedding that share a scale.
const GROUP: usize = 32;
/// Bytes of a group: the upper half of the scale as a float, then four values in three bytes.
const GROUP_BYTES: usize = 2 + GROUP / 4 * 3;
/// Values of a matrix that share a scale.
pub(crate) const BLOCK: usize = 128;
/// Bytes of a word embedding.
const WORD_BYTES: usize = DIMENSIONS / GROUP * GROUP_BYTES;
/// The first bytes of the file.
const MAGIC: &[u8; 8] = b"DSMINI01";
/// The first bytes of a branch.
const BRANCH: &[u8; 8] = b"DSBRAN01";

/// A matrix with its bias.
#[derive(Debug)]
pub(crate) struct Linear {
    /// Integers, row after row.
    pub(crate) numbers: &'static [u8],
    /// The value of one unit in each block of each row.
    pub(crate) scales: Vec<f32>,
    /// Added to each row's product.
    pub(crate) bias: Vec<f32>,
    /// Values in a row.
    pub(crate) width: usize,
}

/// Scale and shift of a layer normalisation.
#[derive(Debug)]
pub(crate) struct Norm {
    pub(crate) stretch: Vec<f32>,
    pub(crate) shift: Vec<f32>,
}

/// One layer.
#[derive(Debug)]
pub(crate) struct Layer {
    pub(crate) query: Linear,
    pub(crate) key: Linear,
    pub(crate) value: Linear,
    pub(crate) joined: Linear,
    pub(crate) attended: Norm,
    pub(crate) wider: Linear,
    pub(crate) narrower: Linear,
    pub(crate) done: Norm,
}

/// All weights.
#[derive(Debug)]
pub(crate) struct Model {
    words: &'static [u8],
    places: Vec<f32>,
    pub(crate) start: Norm,
    pub(crate) layers: Vec<Layer>,
}

impl Model {
    /// Reads the file; `None` when it is incomplete.
    pub(crate) fn read(bytes: &'static [u8]) -> Option<Self> {
        let mut file = File(bytes.strip_prefix(MAGIC)?);
        let model = Self {
            words: file.bytes(WORDS * WORD_BYTES)?,
            places: file.floats(TOKENS_MAX * DIMENSIONS)?,
            start: file.norm()?,
            layers: (0..LAYERS).map(|_| file.layer()).collect::<Option<_>>()?,
        };
        file.0.is_empty().then_some(model)
    }

    /// The embedding of a word at a position: the input of the first layer. An index out of range contributes zero.
    pub(crate) fn word(&self, token: usize, place: usize) -> Vec<f32> {
        let from = place * DIMENSIONS;
        let mut row = self
            .places
            .get(from..from + DIMENSIONS)
            .map_or_else(|| vec![0.0; DIMENSIONS], <[f32]>::to_vec);
        let word = self.words.chunks_exact(WORD_BYTES).nth(token).unwrap_or_default();
        let groups = word.chunks_exact(GROUP_BYTES);
        for (group, row) in groups.zip(row.chunks_exact_mut(GROUP)) {
            let [low, high, numbers @ ..] = group else { continue };
            let scale = f32::from_bits(u32::from_le_bytes([0, 0, *low, *high]));
            let (threes, _) = numbers.as_chunks::<3>();
            for (three, row) in threes.iter().zip(row.chunks_exact_mut(4)) {
                let four = u32::from_le_bytes([three[0], three[1], three[2], 0]);
                for (at, value) in row.iter_mut().enumerate() {
                    // Stored from 1 to 63, so that no value needs a sign.
                    *value += ((four >> (6 * at) & 63) as f32 - 32.0) * scale;
                }
            }
        }
        row
    }
}

/// Other last layers for the same model, with numbers for whoever uses them.
#[derive(Debug)]
pub(crate) struct BranchLayers {
    pub(crate) layers: Vec<Layer>,
    pub(crate) heads: Vec<f32>,
}

impl BranchLayers {
    /// Reads the file; `None` when it is incomplete.
    pub(crate) fn read(bytes: &'static [u8]) -> Option<Self> {
        let (count, rest) = bytes.strip_prefix(BRANCH)?.split_first()?;
        let mut file = File(rest);
        let layers = (0..*count).map(|_| file.layer()).collect::<Option<Vec<_>>>()?;
        let heads = file.floats(file.0.len() / 4)?;
        (layers.len() <= LAYERS && file.0.is_empty()).then_some(Self { layers, heads })
    }
}

/// The unread rest of the file.
struct File(&'static [u8]);

impl File {
    fn bytes(&mut self, count: usize) -> Option<&'static [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn floats(&mut self, count: usize) -> Option<Vec<f32>> {
        let (numbers, _) = self.bytes(count * 4)?.as_chunks::<4>();
        Some(numbers.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect())
    }

    fn norm(&mut self) -> Option<Norm> {
        Some(Norm { stretch: self.floats(DIMENSIONS)?, shift: self.floats(DIMENSIONS)? })
    }

    fn linear(&mut self, width: usize, height: usize) -> Option<Linear> {
        Some(Linear {
            scales: self.floats(width / BLOCK * height)?,
            bias: self.floats(height)?,
            numbers: self.bytes(width * height)?,
            width,
        })
    }

    fn layer(&mut self) -> Option<Layer> {
        Some(Layer {
            query: self.linear(DIMENSIONS, DIMENSIONS)?,
            key: self.linear(DIMENSIONS, DIMENSIONS)?,
            value: self.linear(DIMENSIONS, DIMENSIONS)?,
            joined: self.linear(DIMENSIONS, DIMENSIONS)?,
            attended: self.norm()?,
            wider: self.linear(DIMENSIONS, INNER)?,
            narrower: self.linear(INNER, DIMENSIONS)?,
            done: self.norm()?,
        })
    }
}

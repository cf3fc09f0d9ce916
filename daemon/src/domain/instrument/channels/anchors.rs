//! The anchor sentences, compiled in: several sets of five for each construct, and one hash over all of them.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use protocol::channels::{Construct, POINTS};
use serde::Deserialize;

use crate::domain::digest::Digest;

/// The files, in the order of the constructs.
const FILES: [(Construct, &str); 4] = [
    (Construct::PurchaseIntent, include_str!("../../../../../assets/anchors/purchase_intent.toml")),
    (Construct::Liking, include_str!("../../../../../assets/anchors/liking.toml")),
    (Construct::Recommendation, include_str!("../../../../../assets/anchors/recommendation.toml")),
    (Construct::Sentiment, include_str!("../../../../../assets/anchors/sentiment.toml")),
];

/// Fewest sets of a construct: a single set cannot be checked against others.
const SETS_MIN: usize = 4;

/// The shipped anchors are broken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("The anchors of {construct} do not read: {why}")]
pub(crate) struct NoAnchors {
    /// The construct with the broken anchors.
    pub construct: Construct,
    /// What is wrong.
    pub why: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    sets: Vec<[String; POINTS]>,
}

/// All anchor sentences.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Library {
    sets: BTreeMap<Construct, Vec<[String; POINTS]>>,
    hash: String,
}

impl Library {
    /// The shipped library, parsed once.
    ///
    /// # Errors
    /// Only if a shipped file is broken.
    pub(crate) fn shipped() -> Result<&'static Self, NoAnchors> {
        static ONCE: OnceLock<Result<Library, NoAnchors>> = OnceLock::new();
        ONCE.get_or_init(|| Self::read(&FILES)).as_ref().map_err(Clone::clone)
    }

    fn read(files: &[(Construct, &str)]) -> Result<Self, NoAnchors> {
        let mut hash = Digest::new();
        let mut sets = BTreeMap::new();
        for (construct, text) in files {
            let broken = |why: String| NoAnchors { construct: *construct, why };
            let file: File = toml::from_str(text).map_err(|error| broken(error.to_string()))?;
            if file.sets.len() < SETS_MIN {
                return Err(broken(format!("{} sets are too few", file.sets.len())));
            }
            // Hashes the sentences and not the file, so that an edited comment changes nothing.
            hash = hash.raw(construct.as_str()).texts(file.sets.iter().flatten());
            sets.insert(*construct, file.sets);
        }
        Ok(Self { sets, hash: hash.finish_hex() })
    }

    /// The sets of a construct, each from point 1 to point 5.
    #[must_use]
    pub(crate) fn sets(&self, construct: Construct) -> &[[String; POINTS]] {
        self.sets.get(&construct).map(Vec::as_slice).unwrap_or_default()
    }

    /// All sentences of a construct in order, set after set.
    #[must_use]
    pub(crate) fn sentences(&self, construct: Construct) -> Vec<String> {
        self.sets(construct).iter().flatten().cloned().collect()
    }

    /// SHA-256 (hex) over every sentence.
    #[must_use]
    pub(crate) fn hash(&self) -> &str {
        &self.hash
    }
}

//! Sentence encoder for local use: a text becomes a vector of 384 numbers, without network, key or cost. The model is
//! all-MiniLM-L6-v2; its weights are compiled in, quantised to integers. Products are summed as integers and everything
//! else in a fixed order, so that the same text gives the same bits on every machine.

mod attention;
mod forward;
mod matrix;
mod tokens;
mod weights;

use std::sync::OnceLock;

use self::tokens::Vocabulary;
use self::weights::Model;

/// The model's name, as its authors give it.
pub const MODEL: &str = "all-MiniLM-L6-v2";
/// SHA-256 (hex) over the weights and then the vocabulary, as they are compiled in: together with [`ARITHMETIC`] it
/// identifies the origin of a vector.
pub const WEIGHTS_SHA256: &str = "bb06763e9724076aa41681bbfd4c390aecef3214442e68d85f85016880063044";
/// The version of the arithmetic. A change that alters any bit of the output must increment it.
pub const ARITHMETIC: u32 = 1;
/// Dimensions of a vector.
pub const DIMENSIONS: usize = 384;
/// Tokens of a text that are read, including the two marks, as the model's authors set it; longer texts are cut.
pub const TOKENS_MAX: usize = 256;

static WEIGHTS: &[u8] = include_bytes!("../../../assets/encoder/minilm-l6-v2.bin");
static VOCABULARY: &str = include_str!("../../../assets/encoder/vocabulary.txt");

/// The compiled-in files are inconsistent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("The built-in encoder is damaged: {0}")]
pub struct Damaged(&'static str);

impl Damaged {
    /// What is damaged.
    #[must_use]
    pub const fn new(what: &'static str) -> Self {
        Self(what)
    }
}

/// The embedding of a text.
#[derive(Clone, Debug, PartialEq)]
pub struct Encoded {
    /// Its vector, of length one.
    pub vector: Vec<f32>,
    /// Tokens that were read, without the two marks.
    pub tokens: usize,
}

/// The encoder, loaded.
#[derive(Debug)]
pub struct Encoder {
    vocabulary: Vocabulary,
    model: Model,
}

impl Encoder {
    /// The compiled-in encoder. It is loaded at the first call, within a few milliseconds, and kept.
    ///
    /// # Errors
    /// Never, unless the shipped files are broken.
    pub fn shipped() -> Result<&'static Self, Damaged> {
        static ONCE: OnceLock<Result<Encoder, Damaged>> = OnceLock::new();
        ONCE.get_or_init(|| {
            Ok(Self {
                vocabulary: Vocabulary::read(VOCABULARY)?,
                model: Model::read(WEIGHTS).ok_or(Damaged("its weights are cut off"))?,
            })
        })
        .as_ref()
        .map_err(|damaged| *damaged)
    }

    /// Embeds a text. Runs on the calling thread, for about ten milliseconds a sentence.
    #[must_use]
    pub fn encode(&self, text: &str) -> Encoded {
        let tokens = self.vocabulary.tokens(text, TOKENS_MAX);
        Encoded {
            vector: forward::direction(&self.model, &tokens),
            tokens: tokens.len().saturating_sub(tokens::MARKS),
        }
    }
}

/// A branch of the encoder: it shares the first layers and has its own last ones, trained for one purpose.
#[derive(Debug)]
pub struct Branch(weights::BranchLayers);

impl Branch {
    /// Reads a branch from the bytes that `examples/branch.rs` writes.
    ///
    /// # Errors
    /// If the file is incomplete.
    pub fn read(bytes: &'static [u8]) -> Result<Self, Damaged> {
        weights::BranchLayers::read(bytes).map(Self).ok_or(Damaged("a branch is cut off"))
    }

    /// The numbers after the layers, whose meaning is the caller's.
    #[must_use]
    pub fn heads(&self) -> &[f32] {
        &self.0.heads
    }
}

impl Encoder {
    /// The mean of the token vectors of a text after a branch: [`DIMENSIONS`] numbers, not normalised.
    #[must_use]
    pub fn encode_with(&self, branch: &Branch, text: &str) -> Vec<f32> {
        let tokens = self.vocabulary.tokens(text, TOKENS_MAX);
        forward::branched(&self.model, &tokens, &branch.0.layers)
    }
}

#[cfg(test)]
mod tests;

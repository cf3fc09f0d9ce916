//! A sentence encoder for this machine: a text becomes a vector of 384 numbers, without network, key or price. The model is
//! all-MiniLM-L6-v2; its weights are compiled in, rounded to whole numbers. Products are summed as integers and everything
//! else in a fixed order, so that the same text gives the same bits on every machine.

mod attention;
mod forward;
mod matrix;
mod tokens;
mod weights;

use std::sync::OnceLock;

use self::tokens::Vocabulary;
use self::weights::Model;

/// The model, as its authors name it.
pub const MODEL: &str = "all-MiniLM-L6-v2";
/// SHA-256 (hex) over the weights and then the vocabulary, as they are compiled in: together with [`ARITHMETIC`] it says
/// where a vector comes from.
pub const WEIGHTS_SHA256: &str = "bb06763e9724076aa41681bbfd4c390aecef3214442e68d85f85016880063044";
/// The version of the arithmetic. Whoever changes a bit of what comes out counts it up.
pub const ARITHMETIC: u32 = 1;
/// Numbers of a vector.
pub const DIMENSIONS: usize = 384;
/// Tokens of a text that are read, its two marks included, as the model's authors set it; what is longer is cut.
pub const TOKENS_MAX: usize = 256;

static WEIGHTS: &[u8] = include_bytes!("../../../assets/encoder/minilm-l6-v2.bin");
static VOCABULARY: &str = include_str!("../../../assets/encoder/vocabulary.txt");

/// What is compiled in does not fit together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("The built-in encoder is damaged: {0}")]
pub struct Damaged(&'static str);

/// A text as the model sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct Encoded {
    /// Its direction: of length one.
    pub vector: Vec<f32>,
    /// Tokens that were read, without the two marks around them.
    pub tokens: usize,
}

/// The encoder, ready for use.
#[derive(Debug)]
pub struct Encoder {
    vocabulary: Vocabulary,
    model: Model,
}

impl Encoder {
    /// The one that is compiled in. It is made ready at the first call, in a few milliseconds, and then stays.
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

    /// One text as a vector. Works on the calling thread, for some ten milliseconds a sentence.
    #[must_use]
    pub fn encode(&self, text: &str) -> Encoded {
        let tokens = self.vocabulary.tokens(text, TOKENS_MAX);
        Encoded {
            vector: forward::direction(&self.model, &tokens),
            tokens: tokens.len().saturating_sub(tokens::MARKS),
        }
    }
}

#[cfg(test)]
mod tests;

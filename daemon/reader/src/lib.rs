//! The built-in respondent model: it reads a text as an ordinary person would, and says what a persona makes of it. It
//! needs no key and no network; it is a transparent heuristic, not calibrated on people. Everything is a pure function
//! of the text, the persona and the seed.

pub mod draw;
pub mod features;
pub mod lexicon;
pub mod meaning;
pub mod questions;
pub mod response;
pub mod theme;
pub mod topics;
pub mod traits;
pub mod usual;
pub mod veto;
pub mod voice;
pub mod weights;

use std::sync::LazyLock;

use lexicon::{Lexicon, LexiconError};
use questions::AnswerFile;
use ring::digest::{Context, SHA256};
use traits::TraitTable;
use voice::VoiceFile;
use weights::Weights;

pub use features::Features;

/// The model and its version: it changes whenever an answer would.
pub const MODEL: &str = "offline-reader/2";

/// The reader with its files.
#[derive(Debug)]
pub struct Reader {
    pub lexicon: Lexicon,
    pub weights: Weights,
    pub table: TraitTable,
    pub voice: VoiceFile,
    pub answers: AnswerFile,
    asset_hash: String,
}

/// The built-in encoder, which the reader needs for meaning.
static EMBEDDED: LazyLock<Reader> = LazyLock::new(|| match Reader::parse() {
    Ok(reader) => reader,
    // The files are part of the program and a test reads them: a fault in them never leaves the workshop.
    Err(error) => unreachable!("{error}"),
});

impl Reader {
    /// The reader with the files that this program was built with.
    #[must_use]
    pub fn embedded() -> &'static Self {
        &EMBEDDED
    }

    fn parse() -> Result<Self, LexiconError> {
        let weights = Weights::parse()?;
        let lexicon = Lexicon::parse()?;
        Ok(Self {
            table: TraitTable::new(&weights),
            voice: VoiceFile::parse()?,
            answers: AnswerFile::parse()?,
            asset_hash: asset_hash(&lexicon),
            lexicon,
            weights,
        })
    }

    /// SHA-256 (hex) of everything that decides an answer besides the code.
    #[must_use]
    pub fn asset_hash(&self) -> &str {
        &self.asset_hash
    }

    /// What the reader sees in a text.
    ///
    /// # Errors
    /// Never, unless the shipped files are broken.
    pub fn features(&self, text: &str) -> Result<Features, encoder::Damaged> {
        features::read(&self.lexicon, text)
    }
}

fn asset_hash(lexicon: &Lexicon) -> String {
    let files = [
        lexicon::BENEFITS,
        lexicon::CONCERNS,
        lexicon::GRAMMAR,
        weights::WEIGHTS,
        voice::VOICE,
        questions::ANSWERS,
    ];
    let mut hash = Context::new(&SHA256);
    for file in files {
        hash.update(ring::digest::digest(&SHA256, file.as_bytes()).as_ref());
    }
    let mut tones: Vec<(&String, &f64)> = lexicon.tone.iter().collect();
    tones.sort_by(|a, b| a.0.cmp(b.0));
    for (word, tone) in tones {
        hash.update(word.as_bytes());
        hash.update(&tone.to_bits().to_le_bytes());
    }
    hex::encode(hash.finish())
}

//! The built-in respondent model: it reads a text as an ordinary person would, and says what a persona makes of it. It
//! needs no key and no network; it is a transparent heuristic, not calibrated on people. Everything is a pure function
//! of the text, the persona and the seed.

pub mod draw;
pub mod editor;
pub mod features;
pub mod lexicon;
pub mod meaning;
pub mod questions;
pub mod response;
pub mod review;
pub mod theme;
pub mod topics;
pub mod traits;
pub mod usual;
pub mod veto;
pub mod voice;
pub mod weights;

use std::sync::LazyLock;

use editor::EditorTables;
use features::recent::RecentFeatures;
use lexicon::{Lexicon, LexiconError};
use questions::AnswerFile;
use review::ReviewRecipes;
use ring::digest::{Context, SHA256};
use topics::{Situations, Topics};
use traits::TraitTable;
use usual::Usual;
use veto::VetoRules;
use voice::VoiceFile;
use weights::Weights;

pub use features::Features;

/// The model and its version: it changes whenever an answer would.
pub const MODEL: &str = "offline-reader/8";

/// The reader with its files.
#[derive(Debug)]
pub struct Reader {
    pub lexicon: Lexicon,
    pub weights: Weights,
    pub table: TraitTable,
    pub voice: VoiceFile,
    pub answers: AnswerFile,
    pub usual: Usual,
    pub vetoes: VetoRules,
    pub topics: Topics,
    pub situations: Situations,
    pub review: ReviewRecipes,
    pub editor: EditorTables,
    recent: RecentFeatures,
    asset_hash: String,
    review_hash: String,
}

/// A text, read.
#[derive(Clone, Debug)]
pub struct Reading {
    /// The text, with wrapped lines joined; every span is a place in it.
    pub text: String,
    pub features: Features,
    /// How far it speaks to the context, in shared content stems.
    pub shared: f64,
    /// The situation that the context puts its reader in.
    pub situation: topics::Situation,
}

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
        let topics = Topics::parse()?;
        let asset_hash = asset_hash(&lexicon);
        Ok(Self {
            usual: Usual::parse()?,
            vetoes: VetoRules::parse(&lexicon)?,
            situations: Situations::parse(&topics)?,
            review: ReviewRecipes::parse()?,
            editor: EditorTables::parse()?,
            topics,
            table: TraitTable::new(&weights),
            voice: VoiceFile::parse()?,
            answers: AnswerFile::parse()?,
            review_hash: review_hash(&asset_hash),
            asset_hash,
            recent: RecentFeatures::default(),
            lexicon,
            weights,
        })
    }

    /// SHA-256 (hex) of everything that decides an answer besides the code.
    #[must_use]
    pub fn asset_hash(&self) -> &str {
        &self.asset_hash
    }

    /// SHA-256 (hex) of everything that decides a review or a rewrite besides the code.
    #[must_use]
    pub fn review_hash(&self) -> &str {
        &self.review_hash
    }

    /// What the reader sees in a text.
    ///
    /// # Errors
    /// Never, unless the shipped files are broken.
    pub fn features(&self, text: &str) -> Result<Features, encoder::Damaged> {
        if let Some(known) = self.recent.of(text) {
            return Ok(known);
        }
        let features = features::read(self, text)?;
        self.recent.keep(text, &features);
        Ok(features)
    }

    /// Reads a text for people in the situation that a context tells of.
    ///
    /// # Errors
    /// Never, unless the shipped files are broken.
    pub fn read(&self, text: &str, context: Option<&str>) -> Result<Reading, encoder::Damaged> {
        let text = features::unwrapped(text);
        let features = self.features(&text)?;
        let around = features::tokenise(context.unwrap_or_default());
        let situation = self.situations.situation(&self.topics, &around);
        let tokens = features::tokenise(&text);
        let sought = self.situations.sought(&situation, &tokens, &features.topics);
        let known = features::stems(&self.lexicon, &around);
        let shared =
            features.stems.iter().filter(|stem| known.binary_search(stem).is_ok()).count() as f64;
        Ok(Reading { text, features, shared: shared + sought, situation })
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
        usual::USUAL,
        topics::TOPICS,
        topics::SITUATIONS,
    ];
    let mut hash = Context::new(&SHA256);
    for file in files.into_iter().chain(veto::VETOES.map(|(_, text)| text)) {
        hash.update(ring::digest::digest(&SHA256, file.as_bytes()).as_ref());
    }
    hash.update(encoder::WEIGHTS_SHA256.as_bytes());
    hash.update(&encoder::ARITHMETIC.to_le_bytes());
    hash.update(meaning::hash().as_bytes());
    let mut tones: Vec<(&String, &f64)> = lexicon.tone.iter().collect();
    tones.sort_by(|a, b| a.0.cmp(b.0));
    for (word, tone) in tones {
        hash.update(word.as_bytes());
        hash.update(&tone.to_bits().to_le_bytes());
    }
    hex::encode(hash.finish())
}

fn review_hash(answers: &str) -> String {
    let files = [
        review::DIMENSIONS,
        review::SIGNALS,
        review::PHRASES,
        review::TRACES,
        review::FEEDS,
        review::FRAMING,
        editor::PLAIN_WORDS,
        editor::CUTS,
    ];
    let mut hash = Context::new(&SHA256);
    hash.update(answers.as_bytes());
    for file in files {
        hash.update(ring::digest::digest(&SHA256, file.as_bytes()).as_ref());
    }
    hex::encode(hash.finish())
}

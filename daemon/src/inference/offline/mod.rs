//! The built-in respondent model: an engine that needs no key and no network. It is a transparent heuristic, not
//! calibrated on people, for rehearsing a study, for tests, and as the baseline that a language model must beat. It is
//! a pure function of the respondent, the questionnaire and the seed.

mod answer;
mod draw;
mod features;
mod lexicon;
mod response;
mod theme;
mod traits;
mod voice;
mod weights;

use std::sync::LazyLock;

use protocol::study::StudySpec;

use super::{Ask, EngineError, InProcess, Reply, Responder};
use crate::domain::digest::Digest;
use crate::domain::instrument;
pub(crate) use features::Features;
pub(crate) use lexicon::LexiconError;
pub(crate) use theme::{Benefit, Concern};
pub(crate) use traits::AnswerTraits;

use answer::file::{ANSWERS, AnswerFile};
use lexicon::Lexicon;
use traits::TraitTable;
use voice::VoiceFile;
use weights::Weights;

/// The model and its version: it changes whenever an answer would.
pub(crate) const MODEL: &str = "offline-reader/1";

/// The embedded reader.
#[derive(Debug)]
pub(crate) struct Offline {
    lexicon: Lexicon,
    weights: Weights,
    table: TraitTable,
    voice: VoiceFile,
    answers: AnswerFile,
    asset_hash: String,
}

/// The embedded reader as an engine. Its files are read when it is first asked for, so that an idle daemon does without.
#[derive(Clone, Copy, Debug)]
pub struct BuiltIn;

impl InProcess for BuiltIn {
    fn model(&self) -> &str {
        Offline::embedded().model()
    }

    fn asset_hash(&self) -> &str {
        Offline::embedded().asset_hash()
    }

    fn prepare(&self, spec: &StudySpec) -> Box<dyn Responder> {
        Box::new(Offline::embedded().prepare(spec))
    }
}

static EMBEDDED: LazyLock<Offline> = LazyLock::new(|| match Offline::parse() {
    Ok(reader) => reader,
    // The files are part of the program and a test reads them: a fault in them never leaves the workshop.
    Err(error) => unreachable!("{error}"),
});

impl Offline {
    /// The reader with the lexicon that this program was built with.
    pub(crate) fn embedded() -> &'static Self {
        &EMBEDDED
    }

    /// Reads the asset files.
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

    /// The model and its version.
    pub(crate) fn model(&self) -> &'static str {
        MODEL
    }

    /// SHA-256 of everything that decides an answer besides the code: lexicons, weights, sentences, word tones.
    pub(crate) fn asset_hash(&self) -> &str {
        &self.asset_hash
    }

    /// What the reader sees in a text.
    pub(crate) fn features(&self, text: &str) -> Features {
        features::read(&self.lexicon, text)
    }

    /// Reads the material of a study once, for all its respondents.
    pub(crate) fn prepare(&'static self, spec: &StudySpec) -> PreparedText {
        let context =
            spec.context.as_deref().map(|text| self.features(text).stems).unwrap_or_default();
        let readings: Vec<Reading> = instrument::stimuli(&spec.instrument)
            .into_iter()
            .map(|text| {
                let text = features::unwrapped(text);
                let features = self.features(&text);
                let shared = features
                    .stems
                    .iter()
                    .filter(|stem| context.binary_search(stem).is_ok())
                    .count();
                Reading { text, shared: shared as f64, features }
            })
            .collect();
        let routes = readings.first().map_or_else(Vec::new, |reading| {
            let questions = instrument::open_questions(&spec.instrument).iter();
            questions
                .map(|question| {
                    answer::route(&self.answers, &self.lexicon, &reading.features, question)
                })
                .collect()
        });
        PreparedText { reader: self, readings, routes }
    }
}

fn asset_hash(lexicon: &Lexicon) -> String {
    let files = [
        lexicon::BENEFITS,
        lexicon::CONCERNS,
        lexicon::GRAMMAR,
        weights::WEIGHTS,
        voice::VOICE,
        ANSWERS,
    ];
    let of_files =
        files.iter().fold(Digest::new(), |hash, file| hash.raw(Digest::new().raw(file).finish()));
    let mut tones: Vec<(&String, &f64)> = lexicon.tone.iter().collect();
    tones.sort_by(|a, b| a.0.cmp(b.0));
    tones
        .into_iter()
        .fold(of_files, |hash, (word, tone)| hash.raw(word).raw(tone.to_bits().to_le_bytes()))
        .finish_hex()
}

/// One text, read.
#[derive(Clone, Debug)]
pub(crate) struct Reading {
    pub(crate) text: String,
    pub(crate) features: Features,
    /// Content stems shared with the context.
    pub(crate) shared: f64,
}

/// A study's material, read and ready to be answered about. Cheap to ask from many threads.
#[derive(Clone, Debug)]
pub(crate) struct PreparedText {
    reader: &'static Offline,
    readings: Vec<Reading>,
    /// What each question of a survey is after; `None` where the reader cannot answer it.
    routes: Vec<Option<answer::file::Route>>,
}

impl Responder for PreparedText {
    fn ask(&self, ask: &Ask<'_>) -> Result<Reply, EngineError> {
        Self::ask(self, ask)
    }
}

impl PreparedText {
    /// Answers as one respondent would.
    pub(crate) fn ask(&self, ask: &Ask<'_>) -> Result<Reply, EngineError> {
        let text = answer::of(self, ask)?;
        Ok(Reply {
            text,
            model: MODEL.to_owned(),
            input_tokens: 0,
            output_tokens: 0,
            cost: protocol::credits::UsdMicros::default(),
        })
    }

    /// Who the respondent is to the reader.
    pub(crate) fn traits(&self, ask: &Ask<'_>) -> AnswerTraits {
        AnswerTraits::of(
            &self.reader.weights,
            &self.reader.table,
            ask.respondent,
            ask.spec.seed,
            ask.ordinal,
        )
    }
}

#[cfg(test)]
mod tests;

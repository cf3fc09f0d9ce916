//! The built-in respondent model as an engine: questionnaires go to the reader, its opinions come back as the replies that
//! each study type asks for. It needs no key and no network.

mod answer;
mod english;
mod rejections;
mod rewrites;

use protocol::rejection::Rejection;
use protocol::study::StudySpec;
pub(crate) use reader::MODEL;
use reader::questions::{Asked, TextWords, classify};
use reader::traits::AnswerTraits;
use reader::{Reader, Reading};

use answer::PreparedReview;

use super::{Ask, EngineError, InProcess, Reply, Responder, RewriteProposal};
use crate::domain::instrument;

/// What the reader can and cannot do, for every report of its answers.
const NOTICE: &str = "The built-in reader reads English clause by clause: it ranks texts that differ clearly, but often \
     cannot tell two apart that differ in one fact. It rejects open frauds and dangers, and misses those that no telltale \
     word betrays. It knows no brand, market or fact, misses irony, and has not been calibrated on people.";

/// The embedded reader as an engine. Its files are read when it is first asked for, so that an idle daemon does without.
#[derive(Clone, Copy, Debug)]
pub struct BuiltIn;

impl InProcess for BuiltIn {
    fn model(&self) -> &str {
        MODEL
    }

    fn asset_hash(&self) -> &str {
        Reader::embedded().asset_hash()
    }

    fn notice(&self) -> Option<&str> {
        Some(NOTICE)
    }

    fn rejections(&self, spec: &StudySpec) -> Vec<Rejection> {
        rejections::of(Reader::embedded(), spec)
    }

    fn understands_nothing(&self, spec: &StudySpec) -> bool {
        let questions = instrument::open_questions(&spec.instrument);
        if questions.is_empty() {
            return false;
        }
        let reader = Reader::embedded();
        let text = instrument::stimuli(&spec.instrument).into_iter().next().unwrap_or_default();
        let read = reader.read(&english::readable(spec, text), spec.context.as_deref());
        let words = TextWords::read(read.as_ref().map_or("", |reading| reading.text.as_str()));
        let understood =
            |question: &String| classify(&reader.answers.vocabulary, question, &words).is_some();
        !questions.iter().any(understood)
    }

    fn rewrites(&self, spec: &StudySpec) -> Vec<RewriteProposal> {
        rewrites::of(Reader::embedded(), spec)
    }

    fn prepare(&self, spec: &StudySpec) -> Box<dyn Responder> {
        Box::new(PreparedText::of(Reader::embedded(), spec))
    }
}

/// A study's material, read and ready to be answered about. Cheap to ask from many threads.
#[derive(Clone, Debug)]
pub(crate) struct PreparedText {
    reader: &'static Reader,
    readings: Vec<Reading>,
    /// The content of a review with its feed.
    review: Option<PreparedReview>,
    /// What each question of a survey is after; `None` where the reader cannot answer it.
    asked: Vec<Option<Asked>>,
    /// The words of the first text, as questions refer to them.
    words: TextWords,
}

impl Responder for PreparedText {
    fn ask(&self, ask: &Ask<'_>) -> Result<Reply, EngineError> {
        Self::ask(self, ask)
    }
}

impl PreparedText {
    /// Reads the material of a study once, for all its respondents.
    pub(crate) fn of(reader: &'static Reader, spec: &StudySpec) -> Self {
        let context = spec.context.as_deref();
        let review = instrument::review_of(&spec.instrument);
        let review = review.and_then(|review| PreparedReview::of(reader, review, spec.language));
        let readings: Vec<Reading> = instrument::stimuli(&spec.instrument)
            .into_iter()
            // The content of a review is read for that review.
            .filter(|_| review.is_none())
            // The shipped files are sound, which a test shows; without them there is nothing to read.
            .filter_map(|text| reader.read(&english::readable(spec, text), context).ok())
            .collect();
        let first = readings.first().map_or("", |reading| reading.text.as_str());
        let words = TextWords::read(first);
        let asked = instrument::open_questions(&spec.instrument)
            .iter()
            .map(|question| classify(&reader.answers.vocabulary, question, &words))
            .collect();
        Self { reader, readings, review, asked, words }
    }

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

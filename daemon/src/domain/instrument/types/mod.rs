//! The study types: everything that the daemon must know of each, one file or folder a type. Code that differs
//! between types is a method of [`StudyKind`]; code outside this folder names no type. A new type is a file here and
//! a line in [`KINDS`].

mod ab_test;
mod concept_test;
mod content_review;
mod face;
mod nps;
mod sentiment;
mod survey;
mod templates;

#[cfg(test)]
mod tests;

use protocol::channels::Construct;
use protocol::results::{Answer, Outcomes, PurchaseIntent, Results, Sentiment};
use protocol::review::{ImprovedVariant, Iterations};
use protocol::study::{Instrument, Order, Orders, StudySpec, StudyType};
use serde_json::{Value, json};

use super::chain::{ChainPlan, Heard, Wish};
use super::items::Item;
use super::level::Measure;
use super::limits::{self, Violation};
use super::metric::Metric;
use super::normalize_reply::Form;
use super::reply::Fields;
use super::scale::Scale;
use super::tally::Tally;
use super::{Answered, Assignment, Unreadable};
use crate::domain::credits::RoundCharge;
use templates::RESPONDENT;

pub(crate) use content_review::{
    Expert, REVIEW_KEYS, ROUNDS_MAX, ReviewSettings, UnknownContentType, awaits_competitors,
    competitor_facts, competitor_schema, content_type, makes_competitors, neighbours,
    read_competitors, review_of, rewritten, with_written_competitors, without_source,
};
pub(crate) use face::{
    Rehearsal, compose, controls, decoy, estimate_fields, facts, facts_of_one, has_headline,
    layout, material_notes, open_questions, orders_of, puts_one_a_call, refuses_less, rehearsal,
    speaker, stimuli, takes, templates, text_field, type_that_takes, unanswered, usual_panel,
    with_texts,
};
pub(super) use survey::{ANSWER_MAX, check_entry};

/// The study type of a draft that does not name one.
pub(crate) const USUAL: StudyType = StudyType::ConceptTest;

/// Every kind, in the order of the study types on the wire.
pub(super) static KINDS: [&dyn StudyKind; StudyType::ALL.len()] = [
    &concept_test::ConceptStudy,
    &sentiment::SentimentStudy,
    &nps::NpsStudy,
    &survey::SurveyStudy,
    &ab_test::AbStudy,
    &content_review::ReviewStudy,
];

/// The kind of a study type.
pub(super) fn kind(study_type: StudyType) -> &'static dyn StudyKind {
    KINDS[study_type.index()]
}

/// The kind of an instrument.
pub(super) fn kind_of(instrument: &Instrument) -> &'static dyn StudyKind {
    kind(instrument.study_type())
}

/// A prompt template as shipped: its file name and its text.
pub(crate) type Template = (&'static str, &'static str);

/// How the body of a file is divided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    /// One text.
    OneText,
    /// Two variants, each under its heading or in a file of its own.
    TwoVariants,
}

/// The material of a draft, as far as it is given. A study type uses what it needs.
#[derive(Clone, Debug, Default)]
pub(crate) struct Supplied {
    /// The whole body of the file.
    pub stimulus: String,
    /// The blocks of code in it, as they are shown.
    pub code: Vec<String>,
    /// The Markdown of the body, where its author marked something in it.
    pub source: Option<String>,
    /// The variants, where the layout has two.
    pub variants: [String; 2],
    /// The setting `questions`.
    pub questions: Option<Vec<String>>,
    /// The setting `orders`.
    pub orders: Option<Orders>,
    /// The settings of a content review.
    pub review: ReviewSettings,
}

/// Whether a panel can be checked with controls and other wordings.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Controls {
    /// It can.
    On {
        /// The decoy text.
        decoy: &'static str,
        /// The scale on which answers are compared.
        scale: Scale,
    },
    /// Controls have no meaning for this type.
    Meaningless {
        /// What to do instead.
        instead: &'static str,
    },
}

/// The headline metric of a study type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct MainNumber {
    /// A field of the estimates.
    pub(super) field: &'static str,
    /// Its name in a sentence.
    pub(super) name: &'static str,
}

/// Two parts of one answer that are held against each other. The sentences of its text are not read for it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Contradiction {
    /// Whether the parts of that answer contradict each other.
    pub(super) is_in: fn(&Answer) -> bool,
    /// What such answers have: completes "12 of 200 answers have …".
    pub(super) what: &'static str,
}

/// Choices from closed lists whose order was randomised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Chosen {
    pub(super) sentiment: Sentiment,
    pub(super) intent: Option<PurchaseIntent>,
}

/// A study type: the material and the questions, how a reply is read, what one answer means, and how a panel's
/// answers are summarised. Default methods have the behaviour that most types share, or that a simple type does not
/// need.
pub(super) trait StudyKind: Sync {
    /// The type.
    fn study_type(&self) -> StudyType;

    // The material.

    /// The instrument with that material.
    fn compose(&self, material: Supplied) -> Instrument;

    /// Every stimulus text, by the name of its field, in the order of the material.
    fn texts<'a>(&self, instrument: &'a Instrument) -> Vec<(&'static str, &'a str)>;

    /// What the one text of a file is called, for a layout with one.
    fn text_field(&self) -> &'static str {
        "stimulus"
    }

    /// How the body of a file is divided.
    fn layout(&self) -> Layout {
        Layout::OneText
    }

    /// Settings of a draft that only this type uses.
    fn keys(&self) -> &'static [&'static str] {
        &[]
    }

    /// The usual size of a panel, where it is not that of most types.
    fn panel(&self) -> Option<u32> {
        None
    }

    /// Notes on a sound material that its owner should know of.
    fn notes(&self, _instrument: &Instrument) -> Vec<String> {
        Vec::new()
    }

    /// The open questions, in the order of asking.
    fn questions<'a>(&self, _instrument: &'a Instrument) -> &'a [String] {
        &[]
    }

    /// The order of two variants, for a type that has them.
    fn orders(&self, _instrument: &Instrument) -> Option<Orders> {
        None
    }

    /// Every violation of the contract's limits in the material.
    fn check(&self, instrument: &Instrument) -> Vec<Violation> {
        let mut violations = Vec::new();
        for (field, text) in self.texts(instrument) {
            limits::text(&mut violations, field, text);
        }
        violations
    }

    /// What each round costs, for a type that is paid for by the round; others are paid for by the answer.
    fn charge(&self, _instrument: &Instrument) -> Option<RoundCharge> {
        None
    }

    // The questions.

    /// The prompt templates of this type, in the order in which they are hashed. They are part of the instrument hash
    /// of this type only.
    fn templates(&self) -> &'static [Template];

    /// The values of the material for prompt templates.
    fn facts(&self, instrument: &Instrument, _order: Order) -> Value {
        let texts = self.texts(instrument).into_iter();
        Value::Object(texts.map(|(field, text)| (field.to_owned(), json!(text.trim()))).collect())
    }

    /// The template of the system prompt, which says who answers.
    fn speaker(&self) -> &'static str {
        RESPONDENT.0
    }

    /// What one respondent is besides their persona, for prompt templates; null for most types.
    fn facts_of_one(&self, _spec: &StudySpec, _at: Assignment) -> Value {
        Value::Null
    }

    /// The questionnaire in plain text, with the material.
    fn questionnaire(&self, instrument: &Instrument, order: Order) -> String;

    /// Properties of the questionnaire that are not in its text but belong to the instrument hash.
    fn presentation(&self, _instrument: &Instrument) -> String {
        String::new()
    }

    /// Assignments of each respondent that count.
    fn tasks(&self, _instrument: &Instrument) -> u16 {
        1
    }

    /// How far the chain of a study may go; `None` for a type that asks one round and rewrites nothing.
    fn chain(&self, _instrument: &Instrument) -> Option<ChainPlan> {
        None
    }

    /// The instrument with another content in place of its own; `None` for a type without chains.
    fn with_content(&self, _instrument: &Instrument, _content: String) -> Option<Instrument> {
        None
    }

    /// The instrument of the round that confirms a gain: its own content against a rewrite, without saying which is which.
    fn against(&self, _instrument: &Instrument, _rewrite: String) -> Option<Instrument> {
        None
    }

    /// What a chain needs of one answer; `None` for a type without chains.
    fn heard(&self, _spec: &StudySpec, _at: Assignment, _answer: &Answer) -> Option<Heard> {
        None
    }

    /// The titles of the dimensions that are scored, in the order of reports.
    fn dimension_titles(&self, _instrument: &Instrument) -> Vec<String> {
        Vec::new()
    }

    /// Adds to the results what came of rewriting.
    fn add_chain(
        &self,
        _outcomes: &mut Outcomes,
        _iterations: Option<Iterations>,
        _variants: Vec<ImprovedVariant>,
    ) {
    }

    /// The chain in the results, where there is one.
    fn iterations<'r>(&self, _outcomes: &'r Outcomes) -> Option<&'r Iterations> {
        None
    }

    /// Completes results of earlier versions with what follows from them and is stored since.
    fn complete(&self, _outcomes: &mut Outcomes) {}

    /// Whether the results have what earlier versions did not keep of each round.
    fn has_rounds(&self, _outcomes: &Outcomes) -> bool {
        true
    }

    /// Leaves out what earlier versions did not keep of each round.
    fn leave_out_rounds(&self, _outcomes: &mut Outcomes) {}

    /// What a panel wants changed in the content, most important first.
    fn wishes(&self, _outcomes: &Outcomes) -> Vec<Wish> {
        Vec::new()
    }

    /// Whether two readings of one reply are the same, but for questions that only the earlier one took for refused.
    fn refuses_less(&self, _earlier: &Answer, _now: &Answer) -> bool {
        false
    }

    /// Questions that nobody could answer, each with its place, from 1; none for a type with a fixed form.
    fn unanswered<'r>(&self, _outcomes: &'r Outcomes) -> Vec<(usize, &'r str)> {
        Vec::new()
    }

    /// The order in which an assignment shows two variants.
    fn order(&self, _spec: &StudySpec, _at: Assignment) -> Option<Order> {
        None
    }

    /// Whether a panel can be checked with controls and other wordings.
    fn controls(&self) -> Controls;

    /// The constructs that further channels can measure, in the order of asking.
    fn constructs(&self) -> &'static [Construct] {
        &[]
    }

    /// How the built-in respondent model answers; `None` if it cannot.
    fn rehearsal(&self) -> Option<Rehearsal> {
        None
    }

    // How a reply is read.

    /// The keys of a reply, each with the type of its value.
    fn form(&self, instrument: &Instrument) -> Form;

    /// The same for one assignment, where what it shows first says more about the values.
    fn form_at(&self, spec: &StudySpec, _at: Assignment) -> Form {
        self.form(&spec.instrument)
    }

    /// The items that can be put in calls of their own, in the order of asking.
    fn items(&self, _instrument: &Instrument) -> Vec<Item> {
        Vec::new()
    }

    /// Reads the reply to an assignment.
    fn read(
        &self,
        spec: &StudySpec,
        at: Assignment,
        fields: Fields,
    ) -> Result<Answered, Unreadable>;

    /// The numbers of the questions that an answer leaves out, from 1; none for a type with a fixed form.
    fn left_out(&self, _instrument: &Instrument, _answer: &Answer) -> Vec<usize> {
        Vec::new()
    }

    /// Reads a reply that adds what a former answer of the same respondent left out.
    fn read_rest(
        &self,
        spec: &StudySpec,
        at: Assignment,
        fields: Fields,
        _former: &Answered,
    ) -> Result<Answered, Unreadable> {
        self.read(spec, at, fields)
    }

    // The meaning of one answer. Each method returns `None` for another type's answer.

    /// First and last value of the scores.
    fn scale(&self) -> Option<(i32, i32)> {
        None
    }

    /// Takes out of the results of a text that was rejected unread what is said of its wording, and numbers that follow from
    /// the rejection alone.
    fn take_out_advice(&self, _results: &mut Results) {}

    /// Takes out of the outcomes what they say of findings.
    fn take_out_findings(&self, _outcomes: &mut Outcomes) {}

    /// The answer with each of its texts changed. A text that an implementation leaves out is stored with the secret
    /// that should have been removed.
    fn with_texts(&self, answer: Answer, change: &dyn Fn(&str) -> String) -> Answer;

    /// The score in hundredths of a point, where the score is rounded.
    fn exact_score(&self, _answer: &Answer) -> Option<u16> {
        None
    }

    /// The score.
    fn score(&self, _answer: &Answer) -> Option<u8> {
        None
    }

    /// The choices from closed lists.
    fn chosen(&self, _answer: &Answer) -> Option<Chosen> {
        None
    }

    /// The answer as a point on the scale of the controls.
    fn place(&self, answer: &Answer) -> Option<i32> {
        self.score(answer).map(i32::from)
    }

    /// The number that is compared with the same respondent's replicate.
    fn repeated(&self, answer: &Answer) -> Option<i32> {
        self.score(answer).map(i32::from)
    }

    /// The answer to a construct on its own scale.
    fn direct(&self, _answer: &Answer, _construct: Construct) -> Option<i32> {
        None
    }

    /// The comparison of two parts of an answer that can contradict each other; `None` if an answer does not have two
    /// such parts.
    fn contradiction(&self) -> Option<Contradiction> {
        None
    }

    // The summary of a panel's answers.

    /// The headline metric; `None` if groups are compared by the themes they name.
    fn headline(&self) -> Option<MainNumber> {
        None
    }

    /// The numbers of which is told what answers that came only when asked again can have changed.
    fn bounded(&self) -> Vec<MainNumber> {
        self.headline().into_iter().collect()
    }

    /// Every metric that results can be broken down by.
    fn metrics(&self) -> Vec<Metric> {
        Vec::new()
    }

    /// Estimates of the whole panel that results cannot be broken down by.
    fn whole_panel_only(&self) -> &'static [&'static str] {
        &[]
    }

    /// What decides its scales beside the type, in words: studies that differ in it share no scale.
    fn scales(&self, _instrument: &Instrument) -> Option<&'static str> {
        None
    }

    /// Whether a study with that material has that metric.
    fn has_metric(&self, _instrument: &Instrument, _field: &str) -> bool {
        true
    }

    /// The standard deviation of the headline metric to plan with, and its unit.
    fn expected_sd(&self) -> (f64, &'static str);

    /// Empty counts of a class.
    fn tally(&self) -> Box<dyn Tally>;

    /// Empty counts of the whole panel.
    fn panel_tally(&self, _spec: &StudySpec) -> Box<dyn Tally> {
        self.tally()
    }

    /// The measures that are compared with limits to find the level of a result.
    fn levels<'r>(&self, _results: &'r Results) -> Vec<Measure<'r>> {
        Vec::new()
    }

    /// What to do about a result that is low enough to need action.
    fn level_advice(&self) -> &'static str {
        "Change what is offered before how it is told"
    }

    /// The title of the finding for a result that is low enough to need action.
    fn level_title(&self, _results: &Results, measure: &Measure<'_>) -> String {
        format!("Hardly anybody likes it: {} is {}", measure.name, measure.value())
    }
}

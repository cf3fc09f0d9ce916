//! The diagnostics of a study: what speaks for and against its numbers, as figures and as plain sentences. An
//! undefined figure is reported as undefined, with the reason.

mod checks;
mod order;
mod reask;
mod silence;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use protocol::measurement::QuestionsPerCall;
use protocol::quality::{Figure, Flag, Reference};
use protocol::results::{Answer, Diagnostics, Estimate};
use protocol::study::{StudySpec, StudyType};

use super::SYNTHETIC_NOTICE;
use super::tally::Tally;
use super::types::{Controls, kind};
use crate::domain::asking::Purpose;
use crate::domain::outcome::{Answered, Assignment, Outcome};
use crate::domain::stats::distinct::DistinctTexts;
use crate::domain::stats::estimate::{equal_weights, share};
use crate::domain::stats::similar::NearTexts;
use crate::domain::stats::{LEVEL, spread};
use checks::{CheckResults, Checks};
use order::ChoiceOrder;
use reask::ReaskPairs;
use silence::Silence;

pub(super) use order::points;

/// The standard deviation to expect of people on a scale of ten or eleven values: the middle of the 1.6 to 2.6 that
/// ordinary concepts show.
const REFERENCE_SD: f64 = 2.1;
/// The caveat that is reported with it.
const REFERENCE_SOURCE: &str = "a planning figure for scales of ten or eleven values (ordinary concepts show 1.6 to 2.6), not a \
     measurement of this category";
/// Below this ratio to people's deviation the report warns. Median ratio of language-model twins to people over 163
/// outcomes: 0.63 (own computation on the Twin-2K-500 data).
const SD_RATIO_LOW: f64 = 0.7;
/// Above this share at one score the distribution is called collapsed.
const MODE_SHARE_HIGH: f64 = 0.5;
/// Below this share of distinct texts, answers are called alike.
const DISTINCT_LOW: f64 = 0.5;
/// Above this share of texts with a near-duplicate, answers are called alike.
const TWINS_HIGH: f64 = 0.5;
/// Above this share of answers with a score against their own sentiment or intent, or with a preference against their own
/// scores, the report warns.
const CONTRADICTORY_HIGH: f64 = 0.02;
/// Below this number of answers intervals are wide.
const FEW_ANSWERS: u64 = 30;
/// Above this share of assignments without an answer the report warns.
const NOT_ANSWERED_HIGH: f64 = 0.05;

/// The note on a study that puts each question in a call of its own.
const ALONE_NOTE: &str = "Each question was put in a call of its own: no answer was given with an eye on another, so \
     what one person says to two questions may fit together less well than in one form.";

/// Counts about the quality of the answers, apart from their content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Quality {
    study_type: StudyType,
    texts: DistinctTexts,
    twins: NearTexts,
    silence: Silence,
    order: ChoiceOrder,
    reask: ReaskPairs,
    checks: Checks,
    answers: u64,
    contradictory: u64,
    questions_per_call: QuestionsPerCall,
}

/// A sentence, with its flag if it has one.
type Warning = (Option<Flag>, String);

impl Quality {
    pub(super) fn new(spec: &StudySpec) -> Self {
        let study_type = spec.instrument.study_type();
        Self {
            study_type,
            texts: DistinctTexts::default(),
            twins: NearTexts::default(),
            silence: Silence::default(),
            order: ChoiceOrder::default(),
            reask: ReaskPairs::new(is_numeric(study_type)),
            checks: Checks::new(spec),
            answers: 0,
            contradictory: 0,
            questions_per_call: spec.measurement.questions_per_call,
        }
    }

    /// Adds the outcome of an assignment. Returns false if it is not an answer, and must not be counted anywhere
    /// else.
    pub(super) fn admit(
        &mut self,
        at: Assignment,
        classes: &[(&'static str, &'static str)],
        outcome: &Outcome,
    ) -> bool {
        self.reask.add(at, outcome);
        self.checks.add(at, outcome);
        if at.asking() != Some(Purpose::Answer) {
            return false;
        }
        self.silence.add(classes, outcome);
        true
    }

    /// Adds an answer that counts.
    pub(super) fn add_answer(&mut self, at: Assignment, answered: &Answered, reasoning: &str) {
        let answer: &Answer = &answered.answer;
        self.answers += 1;
        let contradicts = kind(self.study_type).contradiction();
        self.contradictory += u64::from(contradicts.is_some_and(|found| (found.is_in)(answer)));
        self.texts.add(reasoning);
        self.twins.add((u64::from(at.respondent) << 16) | u64::from(at.task), reasoning);
        if let Some(options) = answered.options {
            self.order.add(answer, options);
        }
    }

    /// Counts one more assignment without an answer for that reason.
    pub(super) fn count_reason(&mut self, outcome: &str, reason: &str) {
        self.silence.reason(outcome, reason);
    }

    /// The diagnostics of a panel with that tally.
    pub(super) fn diagnose(self, tally: &dyn Tally, uncounted_themes: u64) -> Diagnostics {
        let scores = tally.scores();
        let figures = self.figures(tally);
        let mut notes = vec![SYNTHETIC_NOTICE.to_owned()];
        let mut flags = Vec::new();
        let CheckResults { controls, wordings, warnings } = self.checks.find();
        let others = self.warnings(tally, &figures, uncounted_themes);
        for (flag, sentence) in warnings.into_iter().chain(others) {
            notes.push(sentence);
            flags.extend(flag.filter(|flag| !flags.contains(flag)));
        }
        if self.questions_per_call == QuestionsPerCall::One {
            notes.push(ALONE_NOTE.to_owned());
        }
        notes.extend(tally.notes());
        Diagnostics {
            entropy_bits: scores.and_then(crate::domain::stats::histogram::Histogram::entropy_bits),
            share_at_mode: scores
                .and_then(|scores| Some(scores.mode()?.1 as f64 / scores.n() as f64)),
            distinct_texts: self.texts.share(),
            not_answered: self.silence.reasons().clone(),
            notes,
            flags,
            figures,
            reference: scores
                .map(|_| Reference { std_dev: REFERENCE_SD, source: REFERENCE_SOURCE.to_owned() }),
            missing: self.silence.by_class(),
            controls,
            wordings,
        }
    }

    fn figures(&self, tally: &dyn Tally) -> BTreeMap<String, Figure> {
        const NO_SCORES: &str = "this kind of study has no scores on one scale";
        const NO_CHOICES: &str = "the answers are texts, not choices";
        let scores = tally.scores();
        let spread_of = |figure: Option<Estimate>| match scores {
            None => Figure::of(None, NO_SCORES),
            Some(_) => Figure::of(figure, "there are fewer than two scores"),
        };
        let choices = tally.choices();
        let of_choices = |figure: Option<Estimate>| Figure::of(figure, NO_CHOICES);
        let at_mode = choices
            .as_ref()
            .and_then(|counts| share(counts.iter().copied().max()?, counts.iter().sum(), LEVEL));
        let method = if self.texts.is_estimate() { "k_minimum_values" } else { "count" };
        let distinct =
            self.texts.share().map(|share| equal_weights(share, None, LEVEL, self.answers, method));
        let mut figures = vec![
            ("std_dev", spread_of(scores.and_then(|scores| spread::std_dev(scores, LEVEL)))),
            (
                "sd_ratio",
                spread_of(scores.and_then(|scores| spread::ratio(scores, REFERENCE_SD, LEVEL))),
            ),
            (
                "entropy_bits",
                of_choices(choices.as_ref().and_then(|counts| spread::entropy(counts, LEVEL))),
            ),
            ("share_at_mode", of_choices(at_mode)),
            ("distinct_texts", Figure::of(distinct, "there are no texts")),
            ("near_duplicates", Figure::of(self.twins.share(), "there are fewer than two texts")),
            (
                "self_contradictions",
                match kind(self.study_type).contradiction() {
                    None => Figure::of(
                        None,
                        "an answer has no two parts that could contradict each other",
                    ),
                    Some(_) => Figure::of(
                        share(self.contradictory, self.answers, LEVEL),
                        "there are no answers",
                    ),
                },
            ),
            ("order_effect", self.order.scale_turned()),
            ("first_option_share", self.order.first_choice()),
        ];
        figures.extend(self.reask.figures());
        // Of several figures with the same name the last one is kept.
        figures.extend(tally.figures());
        figures.into_iter().map(|(name, figure)| (name.to_owned(), figure)).collect()
    }

    fn warnings(
        &self,
        tally: &dyn Tally,
        figures: &BTreeMap<String, Figure>,
        uncounted_themes: u64,
    ) -> Vec<Warning> {
        let n = tally.n();
        let mut warnings = Vec::new();
        let mut warn = |flag: Option<Flag>, sentence: String| warnings.push((flag, sentence));
        let missing: u64 = self.silence.reasons().values().sum();
        if missing as f64 > NOT_ANSWERED_HIGH * (n + missing) as f64 {
            warn(
                Some(Flag::ManySilent),
                format!(
                    "{missing} of {} gave no answer. The numbers describe only those who did.",
                    n + missing
                ),
            );
        }
        if let Some(sentence) = self.silence.uneven() {
            warn(Some(Flag::UnevenSilence), sentence);
        }
        if n < FEW_ANSWERS {
            let answers = if n == 1 { "answer" } else { "answers" };
            let sentence = format!("Only {n} {answers}: too few for more than a first impression.");
            warn(Some(Flag::FewAnswers), sentence);
        } else {
            let known = |name: &str| figures.get(name).and_then(Figure::known);
            self.of_spread(&known, &mut warn);
            self.of_texts(&known, &mut warn);
        }
        if let Some(found) = kind(self.study_type).contradiction()
            && self.contradictory as f64 > CONTRADICTORY_HIGH * n as f64
        {
            let sentence = format!(
                "{} of {n} answers have {}. Look at them before you trust the numbers.",
                self.contradictory, found.what
            );
            warn(Some(Flag::SelfContradiction), sentence);
        }
        for (flag, sentence) in tally.warnings(figures) {
            warn(Some(flag), sentence);
        }
        if let Some(sentence) = self.order.warning() {
            warn(Some(Flag::OrderEffect), sentence);
        }
        if let Some(sentence) = self.reask.warning() {
            warn(Some(Flag::PersonaEffectUnclear), sentence);
        }
        if self.texts.is_estimate() {
            warn(
                None,
                "The share of distinct texts is an estimate, right to about 2 %.".to_owned(),
            );
        }
        if uncounted_themes > 0 {
            let sentence = format!(
                "{uncounted_themes} mentions of rare themes are not counted: there were too many different ones."
            );
            warn(None, sentence);
        }
        warnings
    }

    fn of_spread<'a>(
        &self,
        known: &impl Fn(&str) -> Option<&'a Estimate>,
        warn: &mut impl FnMut(Option<Flag>, String),
    ) {
        if let (Some(sd), Some(ratio)) = (known("std_dev"), known("sd_ratio"))
            && ratio.value < SD_RATIO_LOW
        {
            let sentence = format!(
                "The scores are less varied than people's answers usually are (standard deviation {:.1}, {:.0} % of the {REFERENCE_SD} \
                 to expect): expect real answers to spread wider.",
                sd.value,
                100.0 * ratio.value
            );
            warn(Some(Flag::LowVariance), sentence);
        }
        if let Some(mode) = known("share_at_mode").filter(|mode| mode.value > MODE_SHARE_HIGH)
            && is_numeric(self.study_type)
        {
            let sentence = format!(
                "{:.0} % of the answers give the same score: the panel hardly tells people apart.",
                100.0 * mode.value
            );
            warn(Some(Flag::Collapsed), sentence);
        }
    }

    fn of_texts<'a>(
        &self,
        known: &impl Fn(&str) -> Option<&'a Estimate>,
        warn: &mut impl FnMut(Option<Flag>, String),
    ) {
        if let Some(share) = self.texts.share().filter(|share| *share < DISTINCT_LOW) {
            let sentence = format!(
                "Only {:.0} % of the reasonings differ from one another once numbers are masked.",
                100.0 * share
            );
            warn(Some(Flag::AlikeTexts), sentence);
        } else if let Some(twins) =
            known("near_duplicates").filter(|twins| twins.value > TWINS_HIGH)
        {
            let sentence = format!(
                "{:.0} % of the reasonings say nearly what another one says: read quotes as one voice, not as many.",
                100.0 * twins.value
            );
            warn(Some(Flag::AlikeTexts), sentence);
        }
    }
}

/// Whether answers are points of one scale, and not categories.
fn is_numeric(study_type: StudyType) -> bool {
    match kind(study_type).controls() {
        Controls::On { scale, .. } => scale.is_numeric(),
        Controls::Meaningless { .. } => false,
    }
}

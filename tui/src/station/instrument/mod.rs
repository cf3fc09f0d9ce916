//! What the screens need to know about each instrument: its scale, the estimate it is about, and how one answer reads.
//! One file an instrument; nothing else in the workstation asks which instrument it is.

mod ab_test;
mod concept_test;
mod nps;
mod sentiment;
mod survey;

use std::collections::BTreeMap;

use protocol::results::{
    Answer, Distribution, Estimate, Outcomes, Preference, PurchaseIntent, Sentiment,
};
use protocol::study::StudyType;

use crate::station::theme::Role;

/// An instrument as screens see it.
#[derive(Debug)]
pub(crate) struct Instrument {
    /// What people call it.
    pub(crate) title: &'static str,
    /// What it finds out, in a few words, for the form.
    pub(crate) about: &'static str,
    /// What the form's text is.
    pub(crate) stimulus: &'static str,
    /// The first and the last mark that an answer can have in the picture.
    pub(crate) scale: (i32, i32),
    /// How a mark reads.
    pub(crate) mark: fn(i32) -> String,
    /// Which answers stand first in a list of them, where marks have an order.
    pub(crate) first: Option<&'static str>,
    /// Where marks come from.
    pub(crate) marks: Marks,
    /// The estimate it is about, where it is about one.
    pub(crate) main: Option<Measure>,
    /// The mark as it enters the running main estimate.
    pub(crate) value: fn(i32) -> f64,
    /// The shares it reports, in percent.
    pub(crate) shares: fn(&Outcomes) -> Vec<Share>,
    /// Label, field and decimals of the estimates worth a line of their own beside the shares, the main one first.
    pub(crate) headline: &'static [(&'static str, &'static str, usize)],
}

/// Where the marks of the picture come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Marks {
    /// They are the scores, which the daemon tells of everybody at once.
    Scores,
    /// They are read from the answers as these are loaded.
    Answers,
}

/// A field that has an estimate.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Measure {
    /// Its name in results.
    pub(crate) field: &'static str,
    /// Its name on screens.
    pub(crate) label: &'static str,
    /// Both ends of its range.
    pub(crate) range: (f64, f64),
    /// Decimals that mean something.
    pub(crate) decimals: usize,
}

/// A share of the answers, in percent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Share {
    /// Of what.
    pub(crate) label: &'static str,
    /// How much, 0 to 100.
    pub(crate) percent: f64,
    /// Whether it speaks for or against.
    pub(crate) role: Role,
    /// Whose answers it counts.
    pub(crate) said: Said,
}

/// What an answer says, so that a share can be opened into the answers it counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Said {
    /// A mark of the picture between these two.
    Mark(i32, i32),
    /// That feeling.
    Feeling(Sentiment),
    /// That intention to buy.
    Intent(PurchaseIntent),
}

impl Said {
    /// Whether an answer with that mark says it.
    pub(crate) fn is_in(self, answer: &Answer, mark: i32) -> bool {
        match self {
            Self::Mark(low, high) => (low..=high).contains(&mark),
            Self::Feeling(wanted) => {
                matches!(answer, Answer::Sentiment { sentiment, .. } if *sentiment == wanted)
            }
            Self::Intent(wanted) => {
                matches!(answer, Answer::ConceptTest { purchase_intent, .. } if *purchase_intent == wanted)
            }
        }
    }
}

/// The instrument of that type.
pub(crate) fn of(study_type: StudyType) -> &'static Instrument {
    match study_type {
        StudyType::ConceptTest => &concept_test::INSTRUMENT,
        StudyType::Sentiment => &sentiment::INSTRUMENT,
        StudyType::Nps => &nps::INSTRUMENT,
        StudyType::Survey => &survey::INSTRUMENT,
        StudyType::AbTest => &ab_test::INSTRUMENT,
    }
}

/// The mark of an answer in the picture and in lists.
pub(crate) fn mark(answer: &Answer) -> i32 {
    match answer {
        Answer::ConceptTest { score, .. } | Answer::Nps { score, .. } => i32::from(*score),
        Answer::Sentiment { sentiment, .. } => sentiment::mark(*sentiment),
        Answer::AbTest { preference, .. } => ab_test::mark(*preference),
        Answer::Survey { .. } => survey::MARK,
    }
}

/// The mark of somebody who answered twice: a preference that changes with the order counts as none, as in the results.
pub(crate) fn mark_of_both(first: &Answer, second: &Answer) -> i32 {
    match (mark(first), mark(second)) {
        (one, other) if one == other => one,
        _ => ab_test::mark(Preference::None),
    }
}

/// Whether an answer to open questions names that theme.
pub(crate) fn names(answer: &Answer, theme: &str) -> bool {
    match answer {
        Answer::Survey { themes, .. } => themes.values().flatten().any(|named| named == theme),
        Answer::ConceptTest { .. }
        | Answer::Nps { .. }
        | Answer::AbTest { .. }
        | Answer::Sentiment { .. } => false,
    }
}

/// Every text of an answer, to be made inert.
pub(crate) fn texts_mut(answer: &mut Answer) -> Vec<&mut String> {
    match answer {
        Answer::ConceptTest { reasoning, .. }
        | Answer::Nps { reasoning, .. }
        | Answer::AbTest { reasoning, .. } => vec![reasoning],
        Answer::Sentiment { reasoning, key_theme, .. } => vec![reasoning, key_theme],
        Answer::Survey { reasoning, answers, refused, .. } => {
            let texts = answers.values_mut().chain(refused.values_mut());
            std::iter::once(reasoning).chain(texts).collect()
        }
    }
}

/// Everything else an answer holds, as label and text.
pub(crate) fn facts(answer: &Answer) -> Vec<(String, String)> {
    let fact = |label: &str, text: String| (label.to_owned(), text);
    match answer {
        Answer::ConceptTest { sentiment, purchase_intent, .. } => vec![
            fact("feeling", feeling(*sentiment)),
            fact("would buy", purchase_intent.as_str().replace('_', " ")),
        ],
        Answer::Nps { sentiment, .. } => vec![fact("feeling", feeling(*sentiment))],
        Answer::Sentiment { key_theme, .. } => vec![fact("about", key_theme.clone())],
        Answer::AbTest { score_a, score_b, sentiment, order, .. } => vec![
            fact("score of A", score_a.to_string()),
            fact("score of B", score_b.to_string()),
            fact("feeling", feeling(*sentiment)),
            fact("saw", order.as_str().replace('_', " ")),
        ],
        // A question is text from outside like any other.
        Answer::Survey { answers, refused, .. } => answers
            .iter()
            .map(|(question, answer)| (question.clone(), answer.clone()))
            .chain(
                refused
                    .iter()
                    .map(|(question, why)| (question.clone(), format!("declined: {why}"))),
            )
            .map(|(question, text)| (protocol::safe::line(&question).into_owned(), text))
            .collect(),
    }
}

fn feeling(sentiment: Sentiment) -> String {
    sentiment.as_str().to_owned()
}

/// How often each score was given, where there are scores.
pub(crate) fn distribution(outcomes: &Outcomes) -> Option<&Distribution> {
    match outcomes {
        Outcomes::ConceptTest { score_distribution, .. }
        | Outcomes::Nps { score_distribution, .. } => Some(score_distribution),
        Outcomes::Sentiment { .. } | Outcomes::Survey { .. } | Outcomes::AbTest { .. } => None,
    }
}

/// The estimates worth a line of their own: label, decimals, estimate.
pub(crate) fn headline(
    study_type: StudyType,
    estimates: &BTreeMap<String, Estimate>,
) -> Vec<(&'static str, usize, &Estimate)> {
    of(study_type)
        .headline
        .iter()
        .filter_map(|(label, field, decimals)| {
            estimates.get(*field).map(|estimate| (*label, *decimals, estimate))
        })
        .collect()
}

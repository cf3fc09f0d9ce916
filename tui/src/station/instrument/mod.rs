//! What the screens need to know about each instrument: its scale, the estimate it is about, and how one answer reads.
//! One file an instrument; nothing else in the workstation asks which instrument it is.

mod concept_test;
mod nps;

use std::collections::BTreeMap;

use protocol::results::{Answer, Distribution, Estimate, Outcomes, Sentiment};
use protocol::study::StudyType;

use crate::station::theme::Role;

/// An instrument as screens see it.
#[derive(Debug)]
pub(crate) struct Instrument {
    /// What people call it.
    pub(crate) title: &'static str,
    /// What respondents do, in a few words, for the form.
    pub(crate) about: &'static str,
    /// What the form's text is.
    pub(crate) stimulus: &'static str,
    /// The first and the last score.
    pub(crate) scale: (i32, i32),
    /// The estimate it is about.
    pub(crate) main: Measure,
    /// The score as it enters the main estimate.
    pub(crate) value: fn(i32) -> f64,
    /// The shares it reports, in percent.
    pub(crate) shares: fn(&Outcomes) -> Vec<Share>,
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
}

/// The instrument of that type.
pub(crate) fn of(study_type: StudyType) -> &'static Instrument {
    match study_type {
        StudyType::ConceptTest => &concept_test::INSTRUMENT,
        StudyType::Nps => &nps::INSTRUMENT,
    }
}

/// The score of an answer.
pub(crate) fn score(answer: &Answer) -> Option<i32> {
    match answer {
        Answer::ConceptTest { score, .. } | Answer::Nps { score, .. } => Some(i32::from(*score)),
    }
}

/// What the respondent said.
pub(crate) fn words(answer: &Answer) -> &str {
    match answer {
        Answer::ConceptTest { reasoning, .. } | Answer::Nps { reasoning, .. } => reasoning,
    }
}

/// What the respondent said, to be made inert.
pub(crate) fn words_mut(answer: &mut Answer) -> Vec<&mut String> {
    match answer {
        Answer::ConceptTest { reasoning, .. } | Answer::Nps { reasoning, .. } => vec![reasoning],
    }
}

/// Everything else an answer holds, as label and text.
pub(crate) fn facts(answer: &Answer) -> Vec<(&'static str, String)> {
    match answer {
        Answer::ConceptTest { sentiment, purchase_intent, .. } => vec![
            ("feeling", feeling(*sentiment)),
            ("would buy", purchase_intent.as_str().replace('_', " ")),
        ],
        Answer::Nps { sentiment, .. } => vec![("feeling", feeling(*sentiment))],
    }
}

fn feeling(sentiment: Sentiment) -> String {
    sentiment.as_str().to_owned()
}

/// How often each score was given.
pub(crate) fn distribution(outcomes: &Outcomes) -> &Distribution {
    match outcomes {
        Outcomes::ConceptTest { score_distribution, .. } | Outcomes::Nps { score_distribution, .. } => {
            score_distribution
        }
    }
}

/// The estimates worth a line of their own, the main one first.
pub(crate) fn headline(
    study_type: StudyType,
    estimates: &BTreeMap<String, Estimate>,
) -> Vec<(&'static str, usize, &Estimate)> {
    let measures: &[(&'static str, &str, usize)] = match study_type {
        StudyType::ConceptTest => concept_test::HEADLINE,
        StudyType::Nps => nps::HEADLINE,
    };
    measures
        .iter()
        .filter_map(|(label, field, decimals)| {
            estimates.get(*field).map(|estimate| (*label, *decimals, estimate))
        })
        .collect()
}

//! Study types of the client: one file per type, each a [`StudyView`] with everything that the report, the exports, the
//! form and the screens need to know about it. No other code of the client branches on the study type; defaults come
//! from [`StudyView::PLAIN`].

mod ab_test;
mod concept_test;
mod content_review;
mod form;
mod found;
mod metric;
mod nps;
mod parts;
mod sentiment;
mod survey;
mod table;
mod view;

use std::collections::BTreeMap;

use protocol::results::{Answer, Estimate, Outcomes};
use protocol::study::{Instrument, StudyType};

pub(crate) use form::{FieldInput, FormField, Material};
pub(crate) use found::{Against, OutcomeParts, Reading, Remark, Said, Scores, Share, ShareBar};
pub(crate) use metric::{Measure, Metric};
pub(crate) use parts::{AnswerParts, Open};
pub(crate) use table::{AnswerColumn, AnswerRow};
pub(crate) use view::{Marks, Opening, StudyView};

/// The study type that a new form starts with.
pub(crate) const FIRST: StudyType = StudyType::ConceptTest;

/// Registers the study types: the file of each and its variant, which has the same name in every enum of the wire.
macro_rules! register {
    ($($file:ident: $variant:ident),+ $(,)?) => {
        /// The view of every study type, in the order of [`StudyType::ALL`].
        pub(crate) const VIEWS: &[&StudyView] = &[$(&$file::VIEW),+];

        /// The view of a study type.
        pub(crate) const fn view(study_type: StudyType) -> &'static StudyView {
            match study_type { $(StudyType::$variant => &$file::VIEW),+ }
        }

        /// The view for the study type of an answer.
        pub(crate) const fn of_answer(answer: &Answer) -> &'static StudyView {
            match answer { $(Answer::$variant { .. } => &$file::VIEW),+ }
        }

        /// The view for the study type of results.
        pub(crate) const fn of_outcomes(outcomes: &Outcomes) -> &'static StudyView {
            match outcomes { $(Outcomes::$variant { .. } => &$file::VIEW),+ }
        }
    };
}

register! {
    concept_test: ConceptTest,
    sentiment: Sentiment,
    nps: Nps,
    survey: Survey,
    ab_test: AbTest,
    content_review: ContentReview,
}

/// The stimuli and questions of a study.
pub(crate) fn material(instrument: &Instrument) -> Material<'_> {
    (view(instrument.study_type()).material)(instrument)
}

/// The answer in parts.
pub(crate) fn parts(answer: &Answer) -> AnswerParts<'_> {
    (of_answer(answer).parts)(answer)
}

/// The mark of an answer in the mosaic and in lists.
pub(crate) fn mark(answer: &Answer) -> i32 {
    let view = of_answer(answer);
    (view.mark_of)(&(view.parts)(answer))
}

/// The combined mark of a respondent with two answers.
pub(crate) fn mark_of_both(first: &Answer, second: &Answer) -> i32 {
    match (mark(first), mark(second)) {
        (one, other) if one == other => one,
        _ => of_answer(first).undecided,
    }
}

/// The answer in one line.
pub(crate) fn brief(answer: &Answer) -> String {
    let view = of_answer(answer);
    (view.brief)(&(view.parts)(answer))
}

/// Every field of an answer besides its mark and its reasoning, as label and text.
pub(crate) fn facts(answer: &Answer) -> Vec<(String, String)> {
    let view = of_answer(answer);
    (view.facts)(&(view.parts)(answer))
}

/// Every text of an answer, for sanitising.
pub(crate) fn texts_mut(answer: &mut Answer) -> Vec<&mut String> {
    (of_answer(answer).texts_mut)(answer)
}

/// The rows of an answer in a table.
pub(crate) fn rows(answer: &Answer) -> Vec<AnswerRow<'_>> {
    parts(answer).rows()
}

/// The results of a study in parts.
pub(crate) fn found(outcomes: &Outcomes) -> OutcomeParts<'_> {
    (of_outcomes(outcomes).found)(outcomes)
}

/// The metric of that name; where several study types have one, that of the first.
pub(crate) fn metric(field: &str) -> Option<&'static Metric> {
    VIEWS.iter().find_map(|view| view.metric(field))
}

/// The estimates with a line of their own on screens: label, decimals, estimate.
pub(crate) fn lines(
    study_type: StudyType,
    estimates: &BTreeMap<String, Estimate>,
) -> Vec<(&'static str, usize, &Estimate)> {
    view(study_type)
        .lines
        .iter()
        .filter_map(|(label, field, decimals)| {
            estimates.get(*field).map(|estimate| (*label, *decimals, estimate))
        })
        .collect()
}

#[cfg(test)]
mod tests;

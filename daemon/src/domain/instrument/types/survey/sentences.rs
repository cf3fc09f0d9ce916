//! The summary sentences of a survey: the main answer to each question, and whether more answers would bring new
//! themes.

use protocol::results::{QuestionResult, Theme};

use crate::domain::instrument::words::list;

/// A new theme in the last fifth of the panel indicates that more answers would bring more themes.
const LATE: f64 = 0.8;

/// The sentence on the most frequent answer to one question.
pub(super) fn question(place: usize, question: &QuestionResult) -> String {
    if !question.supported {
        return format!("Question {place}: nobody could answer it, so it has no result.");
    }
    let share = |theme: &Theme| 100.0 * theme.share.value;
    let mut themes = question.themes.iter();
    let Some(first) = themes.next() else {
        return format!(
            "Question {place}: {} answered, and no theme was named.",
            question.answered
        );
    };
    let ends = match first.share.low.zip(first.share.high) {
        Some((low, high)) => format!(
            ", {:.0} % interval {:.0} % to {:.0} %",
            100.0 * first.share.level,
            100.0 * low,
            100.0 * high
        ),
        None => String::new(),
    };
    let then = themes
        .next()
        .map_or_else(String::new, |next| format!(", then {} ({:.0} %)", next.theme, share(next)));
    format!("Question {place}: most often {} ({:.0} %{ends}){then}.", first.theme, share(first))
}

/// Whether more answers would bring new themes.
pub(super) fn saturation(questions: &[QuestionResult], panel: u32) -> Option<String> {
    let last = questions.iter().filter_map(|question| question.saturation).max()?;
    let late: Vec<String> = (1..)
        .zip(questions)
        .filter(|(_, question)| {
            question.saturation.is_some_and(|at| f64::from(at) > LATE * f64::from(panel))
        })
        .map(|(place, _): (usize, _)| place.to_string())
        .collect();
    Some(match late.as_slice() {
        [] => format!(
            "Saturation: after respondent {last} of {panel} no answer named anything new, so more of them would hardly \
             lengthen these lists."
        ),
        [one] => format!(
            "Saturation: question {one} still turned up something new among the last fifth of the panel (respondent \
             {last} of {panel}). Ask more people before you call its list complete."
        ),
        _ => format!(
            "Saturation: questions {} still turned up something new among the last fifth of the panel (up to respondent \
             {last} of {panel}). Ask more people before you call their lists complete.",
            list(&late)
        ),
    })
}

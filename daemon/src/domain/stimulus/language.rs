//! The language gate: the built-in respondent model reads English only, so a study whose texts seem to be in another
//! language is refused before anything is charged. `language: en` says that the guess is wrong.

use protocol::hint::{Hint, Remedy};
use protocol::study::{Problem, StudySpec};

use crate::domain::language::{Judged, judge};

/// What to do about a text in another language.
fn hint() -> Hint {
    let declare = Remedy::set("where the guess is wrong, say so", "language", "en");
    Hint::from(Remedy::set("ask a language model", "engine", "NAME")).or(declare)
}

/// The problem of a text at that place that is not English, if so; the name says which text it is.
pub(super) fn foreign(place: &str, name: &str, text: &str) -> Option<Problem> {
    let what = sentence(name, text)?;
    Some(Problem { place: place.to_owned(), what, hint: hint() })
}

/// A note on a context that is not English where the built-in respondent model answers. The context alone is no
/// reason to refuse a study: without it the texts are still read.
#[must_use]
pub(crate) fn context_note(spec: &StudySpec, steady: &[&str]) -> Option<String> {
    of_context("the context", spec, steady)
}

/// The same for a report, as a whole sentence.
#[must_use]
pub(crate) fn context_warning(spec: &StudySpec, steady: &[&str]) -> Option<String> {
    of_context("The context", spec, steady).map(|said| said + ".")
}

fn of_context(name: &str, spec: &StudySpec, steady: &[&str]) -> Option<String> {
    if spec.language.is_some() || !steady.contains(&spec.engine.as_str()) {
        return None;
    }
    sentence(name, spec.context.as_deref()?)
}

fn sentence(name: &str, text: &str) -> Option<String> {
    match judge(text) {
        Judged::English => None,
        Judged::Other(language) => Some(format!(
            "{name} seems to be in {language}, and the built-in reader reads only English"
        )),
    }
}

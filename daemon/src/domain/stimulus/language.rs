//! The language gate: the built-in respondent model reads English only, so a study whose texts seem to be in another
//! language is refused before anything is charged, and one that is partly in another is told. `language: en` says that the
//! guess is wrong.

use protocol::hint::{Hint, Remedy};
use protocol::safe;
use protocol::study::{Problem, StudySpec};

use super::prose::{NoProse, no_prose};
use crate::domain::capital::capital;
use crate::domain::instrument;
use crate::domain::language::{ForeignPart, Judged, foreign_part, judge};

/// Most characters of a foreign sentence that is quoted.
const QUOTED_MAX: usize = 80;

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

/// Notes on the language of a study's texts where the built-in respondent model answers: a context that is not English, which
/// alone is no reason to refuse a study, since the texts are still read without it; texts that are partly in another language;
/// and texts that are no prose.
#[must_use]
pub(crate) fn language_notes(spec: &StudySpec, steady: &[&str]) -> Vec<String> {
    if !steady.contains(&spec.engine.as_str()) {
        return Vec::new();
    }
    let texts = instrument::stimuli(&spec.instrument);
    let names: &[&str] = if texts.len() > 1 { &["variant a", "variant b"] } else { &["text"] };
    let named = || names.iter().copied().zip(texts.iter().copied());
    // That of a review is refused.
    let is_review = instrument::review_of(&spec.instrument).is_some();
    let without_prose =
        named().filter(|_| !is_review).filter_map(|(name, text)| unread(name, text));
    if spec.language.is_some() {
        return without_prose.collect();
    }
    let context = spec.context.as_deref().and_then(|text| sentence("the context", text));
    let partly =
        named().filter_map(|(name, text)| Some(partly_in(name, text, &foreign_part(text)?)));
    context.into_iter().chain(partly).chain(without_prose).collect()
}

/// What is told of a text that is no prose. The rows of a table are read like lines of any text.
fn unread(name: &str, text: &str) -> Option<String> {
    let kind = no_prose(text, &[]).filter(|kind| *kind != NoProse::DataTable)?;
    Some(format!("the {name} is mostly {}, and the built-in reader reads prose only", kind.told()))
}

/// The same for a report, as whole sentences.
pub(crate) fn language_warnings(spec: &StudySpec, steady: &[&str]) -> impl Iterator<Item = String> {
    language_notes(spec, steady).into_iter().map(|note| format!("{}.", capital(&note)))
}

/// What is told of a text that is partly in another language.
fn partly_in(name: &str, text: &str, foreign: &ForeignPart) -> String {
    let first = foreign.places.first().and_then(|place| text.get(place.clone()));
    let first = quotation(first.unwrap_or_default());
    let ForeignPart { sentences, of, language, .. } = foreign;
    format!(
        "the {name} is partly in {language}: {sentences} of its {of} sentences, first {first}; the built-in reader reads only \
         the English part"
    )
}

/// The beginning of a sentence, in quotation marks and without the mark of a list.
fn quotation(sentence: &str) -> String {
    let words: Vec<&str> = sentence.split_whitespace().collect();
    let said = words.join(" ");
    let said = said.trim_start_matches(|letter: char| !letter.is_alphanumeric() && letter != '¿');
    match said.char_indices().nth(QUOTED_MAX) {
        Some((at, _)) => {
            safe::quoted(&format!("{} …", said.get(..at).unwrap_or_default().trim_end()))
        }
        None => safe::quoted(said),
    }
}

fn sentence(name: &str, text: &str) -> Option<String> {
    match judge(text) {
        Judged::English => None,
        Judged::Other(language) => Some(format!(
            "{name} seems to be in {language}, and the built-in reader reads only English"
        )),
    }
}

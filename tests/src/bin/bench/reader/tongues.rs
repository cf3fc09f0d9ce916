//! Texts in other languages, which are refused before anything is charged, and English ones that could be mistaken for
//! such: short ones, names, borrowed words. Only a refusal that names the language counts.

use protocol::study::StudyType;

use super::asker::{Asker, draft};
use super::{at_least, at_most, share};
use crate::row::Row;

/// The words of a refusal because of the language, before its name.
const REFUSAL: &str = "seems to be in ";

/// Foreign and English texts of a set.
pub(super) fn rows(asker: &Asker) -> Vec<Row> {
    let set = asker.set;
    let foreign = set.texts("foreign");
    let english = set.texts("english");
    let (refused, read): (Vec<_>, Vec<_>) =
        foreign.iter().partition(|text| names_language(asker, &text.text));
    let mistaken: Vec<_> =
        english.iter().filter(|text| names_language(asker, &text.text)).collect();
    set.name_texts("foreign, not refused", read.iter().map(|text| text.id.as_str()));
    set.name_texts("english, refused", mistaken.iter().map(|text| text.id.as_str()));
    let rows = [
        share(
            &format!("foreign, {}: refused", set.name()),
            (refused.len(), foreign.len()),
            at_least(100.0),
        ),
        share(
            &format!("english, {}: refused", set.name()),
            (mistaken.len(), english.len()),
            at_most(0.0),
        ),
    ];
    rows.into_iter().flatten().collect()
}

/// Whether a text is refused for its language.
fn names_language(asker: &Asker, text: &str) -> bool {
    let Err(error) = asker.link.check(draft(text, StudyType::ConceptTest, 1, 14)) else {
        return false;
    };
    error.problems.iter().any(|problem| problem.what.contains(REFUSAL))
}

//! The rewrites of the weak texts by all rules that find something, as snapshots: a person reads them, and a rule whose
//! output embarrasses goes.

use super::{rewrites, weak};
use crate::Reader;
use crate::review::Brief;

#[test]
fn the_rewrites_of_weak_texts_read_well() {
    let mut shown = String::new();
    for (kind, text, gains) in weak() {
        let found = rewrites(kind, &text, &gains);
        // The first of those with most rules: all that find something.
        let most = found.iter().map(|one| one.rules.len()).max().unwrap_or(0);
        let Some(all) = found.iter().find(|one| one.rules.len() == most) else { continue };
        let rules: Vec<&str> = all.rules.iter().map(|rule| rule.as_str()).collect();
        shown.push_str(&format!("=== {}\n{}\n\n", rules.join(", "), all.text));
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn the_edits_of_a_rewrite_say_what_changed() {
    let text = "Our lamp utilizes 40 LEDs. It is really bright.";
    let found = rewrites(protocol::review::ContentType::ProductPage, text, &[]);
    let told: Vec<(&str, &str, &str)> = found
        .iter()
        .flat_map(|one| &one.edits)
        .map(|edit| (edit.before.as_str(), edit.after.as_str(), edit.rule.as_str()))
        .take(2)
        .collect();
    assert_eq!(told, [("utilizes", "uses", "plain_words"), ("really", "", "cut_noise")]);
}

#[test]
fn the_sentence_that_says_most_comes_first() {
    let text = "Our shop opened in 2011. Our lunch boxes keep soup hot for 6 hours and cost $24.";
    let brief = Brief::of_type(protocol::review::ContentType::Ad);
    let reading = Reader::embedded().review(text, &brief).unwrap();
    let found = crate::editor::candidates(text, &brief, &reading);
    let first =
        found.iter().find(|one| one.rules == [crate::editor::EditorRule::GainFirst]).unwrap();
    assert_eq!(
        first.text,
        "Our lunch boxes keep soup hot for 6 hours and cost $24. Our shop opened in 2011."
    );
}

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
fn a_title_that_counts_things_says_how_they_do_what_they_do() {
    use protocol::review::ContentType::{Headline, Youtube};
    let forms = |kind, text: &str| -> Vec<String> {
        let found = rewrites(kind, text, &[]);
        let of_form =
            |one: &&crate::editor::Candidate| one.rules == [crate::editor::EditorRule::TitleForm];
        found.iter().filter(of_form).map(|one| one.text.clone()).collect()
    };
    for (kind, title, how) in [
        (
            Youtube,
            "10 Morning Habits That Changed My Life",
            "How 10 Morning Habits Changed My Life",
        ),
        (
            Headline,
            "5 mistakes that cost small shops money",
            "How 5 mistakes cost small shops money",
        ),
    ] {
        assert_eq!(forms(kind, title), [how]);
    }
    for title in [
        "10 Morning Habits That I Love",
        "7 tips that our readers sent in",
        "1 habit that changed my life",
        "In 2019 we learned that prices rose twice",
        "10 habits, and a plan that changed my life",
        "3 reasons that matter",
    ] {
        assert_eq!(forms(Headline, title), [""; 0], "{title}");
    }
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

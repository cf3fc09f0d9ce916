//! What no rule touches: Markdown, addresses, code, quotations, names.

use protocol::review::ContentType;

use super::{by, rewrites};
use crate::editor::EditorRule;

#[test]
fn code_addresses_and_quotations_stay_as_they_are() {
    let text = "# Utilize it\n\nRun `utilize --very really` and see https://utilize.example/very?really=1 in order to start.\n\n```\nutilize the the thing!!\n```\n\n> We utilize a truly amazing quote.\n\n| utilize | very |\n|---|---|\n\nHe said \"we really utilize it!!\" to [the utilize page](https://a.example/utilize), and ana@utilize.example agreed.";
    for one in rewrites(ContentType::BlogPost, text, &[]) {
        for kept in [
            "`utilize --very really`",
            "https://utilize.example/very?really=1",
            "```\nutilize the the thing!!\n```",
            "> We utilize a truly amazing quote.",
            "| utilize | very |",
            "\"we really utilize it!!\"",
            "](https://a.example/utilize)",
            "ana@utilize.example",
        ] {
            assert!(one.text.contains(kept), "{kept} is not in {}", one.text);
        }
    }
}

#[test]
fn lists_and_headings_keep_their_marks() {
    let text = "## What you get\n\n- Utilize it daily\n- Very fast\n1. Commence here\n\n* Numerous colours";
    let after = by(ContentType::ProductPage, EditorRule::PlainWords, text);
    assert_eq!(
        after,
        "## What you get\n\n- Use it daily\n- Very fast\n1. Start here\n\n* Many colours"
    );
}

#[test]
fn articles_capitals_and_names_come_out_right() {
    let by = |rule, text: &str| by(ContentType::Other, rule, text);
    let plain = |text: &str| by(EditorRule::PlainWords, text);
    assert_eq!(plain("Utilizing an objective measure helps."), "Using an objective measure helps.");
    assert_eq!(plain("An additional fee, a modification."), "An extra fee, a change.");
    assert_eq!(
        plain("It needs a sufficient supply and an alteration."),
        "It needs a sufficient supply and a change."
    );
    assert_eq!(
        plain("We met the founders of Leverage in Bonn."),
        "We met the founders of Leverage in Bonn."
    );
    assert_eq!(
        plain("The leverage of a bank; we leverage the data."),
        "The leverage of a bank; we use the data."
    );
    let quiet = |text: &str| by(EditorRule::CutHype, text);
    assert_eq!(quiet("An amazing bicycle for our incredible uncle."), "A bicycle for our uncle.");
    assert_eq!(quiet("It is amazing. This is an epic."), "It is amazing. This is an epic.");
    assert_eq!(quiet("Our innovative, seamless and robust tools work."), "Our tools work.");
    let calm = |text: &str| by(EditorRule::CutNoise, text);
    assert_eq!(calm("It is not really new, and very quiet."), "It is not really new, and quiet.");
    assert_eq!(calm("The very best of a really old engine."), "The very best of an old engine.");
}

#[test]
fn a_rule_finds_nothing_in_its_own_work() {
    for (kind, text, _) in super::weak() {
        for &rule in EditorRule::ALL {
            let once = by(kind, rule, &text);
            assert_eq!(by(kind, rule, &once), once, "{}", rule.as_str());
        }
    }
}

#[test]
fn the_table_of_plain_words_is_large_and_makes_words_shorter() {
    let pairs: Vec<(String, String)> = crate::Reader::embedded()
        .editor
        .pairs()
        .map(|(from, to)| (from.to_owned(), to.to_owned()))
        .collect();
    assert!(pairs.len() > 400, "{} with every form", pairs.len());
    let longer: Vec<_> = pairs.iter().filter(|(from, to)| to.len() > from.len() + 6).collect();
    assert!(longer.is_empty(), "{longer:?}");
}

//! What no rule touches: Markdown, addresses, code, quotations, names.

use protocol::review::ContentType;

use super::{by, rewrites};
use crate::Reader;
use crate::editor::{EditorRule, candidates};
use crate::review::Brief;

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
fn code_without_its_fences_stays_where_it_is_known() {
    // Respondents read a text without the fences around its code.
    let code = "utilize --very really\n\nIn order to start, utilize it!!".to_owned();
    let text =
        format!("# Start\n\nWe utilize it in order to start.\n\n{code}\n\nIt is very, very quick.");
    let with = |code: Vec<String>| {
        let brief = Brief { code, ..Brief::of_type(ContentType::BlogPost) };
        let reading = Reader::embedded().review(&text, &brief).unwrap();
        candidates(&text, &brief, &reading)
    };
    assert!(
        with(Vec::new()).iter().any(|one| !one.text.contains(&code)),
        "the rules do work on it"
    );
    let found = with(vec![code.clone()]);
    assert!(!found.is_empty());
    for one in found {
        assert!(one.text.contains(&code), "{}", one.text);
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
    assert_eq!(calm("A kit that you will really, really love."), "A kit that you will love.");
    assert_eq!(calm("It is warm, really comfortable."), "It is warm, comfortable.");
    assert_eq!(calm("It is not really, really new."), "It is not really, really new.");
    assert_eq!(calm("The very best of a really old engine."), "The very best of an old engine.");
}

#[test]
fn names_abbreviations_and_facts_stay() {
    for text in [
        "The sensor was tested by NASA. It weighs 40 grams.",
        "THE SENSOR WAS TESTED BY NASA!!! BUY IT NOW!!!",
        "The Cutting-Edge Barbershop opens on Monday. A cut costs $30.",
        "We sell Amazing iPhone cases, made for iPhone by Robust Goods Ltd.",
        "A robust table of solid oak, with a seamless top and a unique grain.",
        "Dynamic pricing is off. The outstanding balance is $40, and AIDS research gets half.",
        "She said 'a truly amazing, robust lamp' and left.",
        "The Amazing Spider-Man Returns to Broadway",
        "Elevate Labs and Leverage Partners moved to Berlin.",
    ] {
        for kind in [ContentType::LandingPage, ContentType::Headline, ContentType::Other] {
            for one in rewrites(kind, text, &[]) {
                let lower = one.text.to_lowercase();
                for kept in [
                    "NASA",
                    "The Cutting-Edge Barbershop",
                    "Amazing iPhone",
                    "Robust Goods",
                    "Amazing Spider-Man",
                    "Elevate Labs",
                    "Leverage Partners",
                    "'a truly amazing, robust lamp'",
                    "AIDS",
                ] {
                    assert_eq!(
                        text.contains(kept),
                        one.text.contains(kept),
                        "{kept}: {}",
                        one.text
                    );
                }
                for fact in [
                    "robust table",
                    "seamless top",
                    "unique grain",
                    "dynamic pricing",
                    "outstanding balance",
                ] {
                    let had = text.to_lowercase().contains(fact);
                    assert_eq!(had, lower.contains(fact), "{fact}: {}", one.text);
                }
            }
        }
    }
    let small = |text: &str| by(ContentType::Other, EditorRule::SmallLetters, text);
    assert_eq!(small("It is AMAZING and FREE."), "It is amazing and free.");
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

//! The property that matters most: no rewrite holds a number, a name, an address or a content word that its text lacks,
//! but for the plain words of the tables; nothing that was denied is asserted, and nothing asserted is denied.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use proptest::prelude::*;
use protocol::review::ContentType;

use super::{negations, rewrites, weak};
use crate::Reader;
use crate::features::tokenise;

/// The words and stems of a text.
fn terms(text: &str) -> Vec<String> {
    tokenise(text).into_iter().flat_map(|token| [token.stem, token.word]).collect()
}

/// The replacements of the tables: the words that must be there, and what may then be said.
static PAIRS: LazyLock<Vec<(Vec<String>, Vec<String>)>> = LazyLock::new(|| {
    let words = |text: &str| tokenise(text).into_iter().map(|token| token.word).collect();
    Reader::embedded().editor.pairs().map(|(from, to)| (words(from), terms(to))).collect()
});

/// What a rewrite says and its text does not.
fn invented(text: &str, rewrite: &str) -> Vec<String> {
    let reader = Reader::embedded();
    let known: BTreeSet<String> = terms(text).into_iter().collect();
    let there = PAIRS.iter().filter(|(from, _)| from.iter().all(|word| known.contains(word)));
    let allowed: BTreeSet<&String> = there.flat_map(|(_, to)| to).collect();
    let mut found = Vec::new();
    for token in tokenise(rewrite) {
        let is_known = known.contains(&token.stem) || known.contains(&token.word);
        let is_small =
            reader.lexicon.grammar.function_words.contains(&token.word) && token.number.is_none();
        let is_allowed = allowed.contains(&token.stem) || allowed.contains(&token.word);
        if !is_known && !is_small && !is_allowed {
            found.push(token.word);
        }
    }
    found
}

/// Numbers, sorted.
fn numbers(text: &str) -> Vec<String> {
    let tokens = tokenise(text).into_iter().filter(|token| token.number.is_some());
    let mut found: Vec<String> = tokens.map(|token| token.word).collect();
    found.sort();
    found
}

/// Addresses and quotations.
fn kept(text: &str) -> Vec<String> {
    let words = text.split_whitespace().filter(|word| word.contains("://") || word.contains('@'));
    let mut found: Vec<String> =
        words.map(|word| word.trim_end_matches(['.', ',', ')', '!', '?']).to_owned()).collect();
    found.extend(text.split('"').skip(1).step_by(2).map(str::to_owned));
    found.sort();
    found
}

/// Words that are names by their letters: with a capital behind a small letter, or with a capital within a sentence that has words in
/// small letters; and abbreviations that stand alone among such words.
fn names(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for line in text.split('\n') {
        let words: Vec<&str> = line.split_whitespace().collect();
        let bare = |word: &str| {
            word.trim_matches(|it: char| !it.is_alphanumeric()).trim_end_matches("'s").to_owned()
        };
        let small = |word: &str| {
            let word = bare(word);
            word.len() > 3 && word.starts_with(char::is_lowercase)
        };
        for (place, word) in words.iter().enumerate() {
            let name = bare(word);
            let letters: Vec<char> = name.chars().filter(|it| it.is_alphabetic()).collect();
            let brand =
                letters.windows(2).any(|two| two[0].is_lowercase() && two[1].is_uppercase());
            let before = place.checked_sub(1).map_or(".", |before| words[before]);
            let within = place > 0
                && before.ends_with(|it: char| it.is_alphanumeric() || it == ',')
                && before.chars().any(char::is_lowercase);
            let around =
                words.iter().enumerate().filter(|(at, _)| at.abs_diff(place) <= 3 && *at != place);
            let (calm, all) = around
                .fold((0, 0), |(calm, all), (_, word)| (calm + usize::from(small(word)), all + 1));
            let is_calm = calm * 2 > all && all >= 3;
            let capital = letters.first().is_some_and(|it| it.is_uppercase());
            let shouts = letters.len() > 1 && letters.iter().all(|it| it.is_uppercase());
            let is_loud = Reader::embedded().editor.shouted.contains(&name.to_lowercase());
            let acronym = shouts && (2..=5).contains(&letters.len()) && !is_loud && is_calm;
            if brand || acronym || within && is_calm && capital && !shouts && letters.len() > 1 {
                found.push(name);
            }
        }
    }
    found
}

/// The names of a text that its rewrite does not have. A request that stands twice may go once, with the names in it.
fn lost_names(text: &str, rewrite: &str) -> Vec<String> {
    let count = |text: &str, name: &str| {
        text.split(|it: char| !it.is_alphanumeric() && !matches!(it, '\'' | '’' | '-' | '.' | '&'))
            .filter(|word| word.contains(name))
            .count()
    };
    let lost = |name: &String| count(rewrite, name) == 0 && count(text, name) > 0;
    names(text).into_iter().filter(lost).collect()
}

/// How many lines are headings, entries of lists, quotations and rows of tables.
fn markers(text: &str) -> Vec<usize> {
    ["# ", "## ", "- ", "* ", "> ", "|", "1. "]
        .iter()
        .map(|mark| text.lines().filter(|line| line.starts_with(mark)).count())
        .collect()
}

/// Everything that must hold of the rewrites of a text.
fn check(kind: ContentType, text: &str, gains: &[String]) -> Result<(), TestCaseError> {
    let found = rewrites(kind, text, gains);
    prop_assert!(found.len() <= super::super::CANDIDATES_MAX);
    for one in &found {
        let told = || format!("{:?}\n{text:?}\n{:?}", one.rules, one.text);
        prop_assert_eq!(invented(text, &one.text), Vec::<String>::new(), "{}", told());
        prop_assert_eq!(numbers(text), numbers(&one.text), "numbers: {}", told());
        prop_assert_eq!(negations(text), negations(&one.text), "negations: {}", told());
        prop_assert_eq!(kept(text), kept(&one.text), "addresses and quotations: {}", told());
        prop_assert_eq!(lost_names(text, &one.text), Vec::<String>::new(), "names: {}", told());
        prop_assert_eq!(markers(text), markers(&one.text), "headings and lists: {}", told());
        prop_assert!(!one.text.trim().is_empty() && one.text != text, "{}", told());
        prop_assert!(!one.rules.is_empty() && !one.edits.is_empty(), "{}", told());
        for broken in ["  ", " ,", ",,", " .", "..", "( ", " )", ". ,", "\n\n\n", "?."] {
            let is_new = one.text.matches(broken).count() > text.matches(broken).count();
            prop_assert!(!is_new, "{broken:?} in {}", told());
        }
        let small = |text: &str| {
            let starts = text.split_inclusive(". ").skip(1);
            starts.filter(|rest| rest.starts_with(char::is_lowercase)).count()
        };
        prop_assert!(small(&one.text) <= small(text), "a small letter at a beginning: {}", told());
    }
    prop_assert_eq!(found, rewrites(kind, text, gains), "the same every time");
    Ok(())
}

#[test]
fn no_rewrite_of_a_weak_text_invents_anything() {
    for (kind, text, _) in weak() {
        let gains: Vec<String> = text.split(['.', ',']).map(|it| it.trim().to_owned()).collect();
        check(kind, &text, &gains).unwrap();
    }
}

/// Every text of a recorded file, whatever its field is called.
fn strings(value: &serde_json::Value, found: &mut Vec<String>) {
    match value {
        serde_json::Value::String(text) if text.split_whitespace().count() > 2 => {
            found.push(text.clone());
        }
        serde_json::Value::Array(all) => all.iter().for_each(|one| strings(one, found)),
        serde_json::Value::Object(all) => all.values().for_each(|one| strings(one, found)),
        _ => {}
    }
}

#[test]
fn no_rewrite_of_a_test_text_or_an_example_loses_a_name_or_invents_anything() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let files = |folder: &str| {
        let mut all: Vec<_> = std::fs::read_dir(root.join(folder))
            .unwrap()
            .map(|file| file.unwrap().path())
            .collect();
        all.sort();
        all
    };
    let mut texts = Vec::new();
    for folder in ["seen", "public", "aside"] {
        for file in files(&format!("tests/fixtures/reader/{folder}")) {
            let text = std::fs::read_to_string(&file).unwrap();
            strings(&serde_json::from_str(&text).unwrap(), &mut texts);
        }
    }
    for file in files("assets/studies") {
        let text = std::fs::read_to_string(&file).unwrap();
        texts.extend(text.split("\n---\n").last().map(|body| body.trim().to_owned()));
    }
    assert!(texts.len() > 300, "{}", texts.len());
    let mut faults = Vec::new();
    for (number, text) in texts.iter().enumerate() {
        let kinds = [ContentType::LandingPage, ContentType::Email, ContentType::Other];
        let long = text.split_whitespace().count() > 12;
        let kind = if long { kinds[number % 3] } else { ContentType::Headline };
        let gains: Vec<String> = text.split(['.', ',']).map(|it| it.trim().to_owned()).collect();
        if let Err(fault) = check(kind, text, &gains) {
            faults.push(fault.to_string());
        }
    }
    assert!(faults.is_empty(), "{}\n{}", faults.len(), faults.join("\n\n"));
}

#[test]
fn a_lost_name_is_noticed() {
    for (text, rewrite) in [
        ("It was built with NASA. It works well.", "It was built with nasa. It works well."),
        ("We went to The Cutting-Edge Barbershop again.", "We went to The Barbershop again."),
        ("All cases fit an iPhone of last year.", "All cases fit an IPhone of last year."),
    ] {
        assert_eq!(lost_names(text, rewrite).len(), 1, "{text}");
        assert_eq!(lost_names(text, text), [""; 0]);
    }
    assert_ne!(markers("# A\n\n- b"), markers("A\n\n- b"));
}

#[test]
fn an_invention_is_noticed() {
    let text = "Our lamp utilizes 40 LEDs and does not flicker.";
    assert_eq!(invented(text, "Our lamp uses 40 LEDs and does not flicker."), [""; 0]);
    assert_eq!(invented(text, "Our bright lamp has 50 LEDs."), ["bright", "50"]);
    assert_ne!(negations(text), negations("Our lamp uses 40 LEDs and flickers."));
}

#[test]
fn no_table_denies_or_asserts() {
    for (from, to) in Reader::embedded().editor.pairs() {
        assert_eq!(negations(from), negations(to), "{from} = {to}");
        assert_eq!(numbers(from), numbers(to), "{from} = {to}");
    }
}

/// Words and phrases that rules look for, between others that they must leave alone.
fn piece() -> impl Strategy<Value = String> {
    let tables = &Reader::embedded().editor;
    let jargon: Vec<String> = tables.pairs().map(|(from, _)| from.to_owned()).collect();
    let fixed = [
        "the team",
        "does not",
        "never",
        "no",
        "without a doubt",
        "a revolutionary",
        "an amazing",
        "innovative and robust",
        "very",
        "really",
        "not really",
        "simply",
        "tool",
        "user",
        "hour",
        "engine",
        "420 homes",
        "$24.50",
        "3.5%",
        "Berlin",
        "NASA",
        "built with NASA.",
        "the WHO and UNESCO",
        "iPhone",
        "amazing iPhone cases",
        "YouTube",
        "McKay & Sons",
        "The Cutting-Edge Barbershop",
        "at The Cutting-Edge Barbershop",
        "Epic Games",
        "a robust table",
        "'a very robust thing'",
        "B2B",
        "Anna Holm",
        "https://a.example/x?y=1",
        "ana@b.example",
        "\"a truly amazing thing\"",
        "`let very = 1;`",
        "the the",
        "and we",
        ", and we",
        ", but it is",
        "; you",
        "(really)",
        "we believe that",
        "in today's world,",
        "Act now!",
        "WOW",
        "FREE SHIPPING TODAY",
        "is able to",
        "we offer you",
        "you won't believe",
        "here are 5",
        "# Title",
        "\n\n",
        "\n- entry",
        ".",
        "!",
        "?",
        "!!",
        "and more",
        "click here",
        "Sign up now.",
        "Stay tuned!",
        "it's",
        "don’t",
        "größer",
        "e.g.",
        "—",
    ];
    let fixed: Vec<String> = fixed.iter().map(|one| (*one).to_owned()).collect();
    prop_oneof![2 => prop::sample::select(jargon), 3 => prop::sample::select(fixed)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn no_rewrite_of_any_text_invents_anything(
        pieces in prop::collection::vec(piece(), 1..24),
        kind in prop::sample::select(ContentType::ALL.to_vec()),
    ) {
        let text = pieces.join(" ").replace(" \n", "\n").replace("\n ", "\n").replace(" .", ".").replace(" ,", ",").replace("  ", " ");
        check(kind, &text, &pieces)?;
    }
}

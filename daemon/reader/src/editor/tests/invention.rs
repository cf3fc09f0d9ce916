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

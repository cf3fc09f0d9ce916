//! Tests of the editor: it invents nothing, leaves nothing broken, and its rewrites are read by people as snapshots.

mod invention;
mod markdown;
mod rewrites;
mod sentences;

use protocol::review::ContentType;
use serde::Deserialize;

use super::rules::denies;
use super::{Candidate, Desk, EditorRule, Steps};
use crate::Reader;

#[derive(Deserialize)]
struct WeakFile {
    weak: Vec<WeakText>,
}

/// A weak text with its type.
#[derive(Deserialize)]
struct WeakText {
    r#type: ContentType,
    text: String,
    /// What the reader finds best in it, where a rule needs to know.
    gain: Option<String>,
}

fn weak() -> Vec<(ContentType, String, Vec<String>)> {
    let file: WeakFile = toml::from_str(include_str!("weak.toml")).unwrap();
    let all = file.weak.into_iter();
    all.map(|one| (one.r#type, one.text.trim().to_owned(), one.gain.into_iter().collect()))
        .collect()
}

/// The rewrites of a text of a type whose reader gains what some clauses say.
fn rewrites(kind: ContentType, text: &str, gains: &[String]) -> Vec<Candidate> {
    super::rewrites(&Desk { reader: Reader::embedded(), kind, gains, kept: &[] }, text, &|_| true)
}

/// The text after one rule; as it was where the rule finds nothing.
fn by(kind: ContentType, rule: EditorRule, text: &str) -> String {
    let desk = Desk { reader: Reader::embedded(), kind, gains: &[], kept: &[] };
    super::rewrite(&desk, text, &[rule], &mut Steps::default())
        .map_or_else(|| text.to_owned(), |done| done.text)
}

/// Words that deny by themselves, sorted: "few" and "little" only weaken.
fn negations(text: &str) -> Vec<String> {
    // What these deny is no part of the statement.
    const IDIOMS: &[&str] =
        &["it goes without saying that", "no doubt that", "without a doubt", "without any doubt"];
    let is_weak = |word: &str| matches!(word, "few" | "little" | "less");
    let lower = text.to_lowercase();
    let stated = IDIOMS.iter().fold(lower, |text, idiom| text.replace(idiom, ""));
    let tokens = crate::features::tokenise(&stated);
    let words = tokens.into_iter().map(|token| token.word);
    let mut found: Vec<String> = words.filter(|word| denies(word) && !is_weak(word)).collect();
    found.sort();
    found
}

//! A table of clauses with what their numbers should say.

use crate::usual::Usual;

use super::pairs::judgements;

pub(super) const CLAUSES: &str = include_str!("clauses.txt");

/// What the strongest number of a text says.
fn verdict(table: &Usual, text: &str) -> &'static str {
    let judged = judgements(table, text).into_iter().map(|(_, judged)| judged.signed());
    match judged.max_by(|one, other| one.abs().total_cmp(&other.abs())) {
        None => "none",
        Some(0.0) => "usual",
        Some(signed) if signed > 0.0 => "good",
        Some(_) => "bad",
    }
}

#[test]
fn clauses_say_what_their_numbers_mean() {
    let table = Usual::parse().unwrap();
    let cases = CLAUSES.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    let cases: Vec<(&str, &str)> = cases.filter_map(|line| line.split_once(" | ")).collect();
    assert!(cases.len() >= 150, "{}", cases.len());
    let wrong: Vec<String> = cases
        .iter()
        .filter_map(|(expected, text)| {
            let found = verdict(&table, text);
            (found != *expected).then(|| format!("{expected} but {found}: {text}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{} of {}\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

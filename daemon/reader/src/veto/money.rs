//! Sums of money in a text, in euros. Rates are rough and fixed: the rules compare sums that differ by a factor of five
//! or more.

use super::hits::value;
use super::rules::VetoRules;
use super::{Found, Page, VetoKind};

/// A sum of money: tokens `first..=last`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Sum {
    /// Euros.
    pub(super) euros: f64,
    pub(super) first: usize,
    pub(super) last: usize,
}

/// Every sum of a text, in order.
pub(super) fn sums(rules: &VetoRules, page: &Page<'_>) -> Vec<Sum> {
    let mut found: Vec<Sum> = Vec::new();
    for at in 0..page.tokens.len() {
        if found.last().is_some_and(|sum| at <= sum.last) {
            continue;
        }
        if let Some(sum) = sum(rules, page, at) {
            found.push(sum);
        }
    }
    found
}

/// "$18 million", "€ 5", "40 pounds", "CHF 4.60".
fn sum(rules: &VetoRules, page: &Page<'_>, at: usize) -> Option<Sum> {
    let rate =
        |at: usize| page.tokens.get(at).and_then(|token| rules.currency.get(&token.word)).copied();
    let sentence = page.sentence(at);
    let number = |at: usize| {
        let token = page.tokens.get(at).filter(|token| token.sentence == sentence)?;
        value(rules, token)
    };
    if let Some(rate) = rate(at)
        && let Some(number) = page.tokens.get(at + 1).and_then(|token| token.number)
        && page.sentence(at + 1) == sentence
    {
        let (factor, last) = scaled(page, at + 1);
        return Some(Sum { euros: number * factor * rate, first: at, last });
    }
    let number = number(at)?;
    let (factor, last) = scaled(page, at);
    let rate = rate(last + 1).filter(|_| page.sentence(last + 1) == sentence)?;
    Some(Sum { euros: number * factor * rate, first: at, last: last + 1 })
}

/// The factor after a number, and the last token of both.
fn scaled(page: &Page<'_>, number: usize) -> (f64, usize) {
    let factor = match page.word(number + 1) {
        "k" | "thousand" => 1e3,
        "m" | "mn" | "million" => 1e6,
        "bn" | "billion" => 1e9,
        "hundred" => 100.0,
        _ => return (1.0, number),
    };
    (factor, number + 1)
}

impl Sum {
    /// A suspicion at the sum.
    pub(super) fn suspect(&self, kind: VetoKind, weight: f64) -> Found {
        Found { kind, at: Some(self.first), first: self.first, last: self.last, weight }
    }
}

//! Numbers with their units as a text states them: "2–3 h", "half an hour", "4.8 of 5 stars", "nine in ten", "every ten
//! days", "$23 an hour". Each is converted to the unit of its dimension.

use crate::features::Token;

use super::dimension::Dimension;
use super::number::{self, Number};
use super::table::Usual;

mod money;
mod part;
mod phrase;
mod repeat;
mod scaled;
mod unit;

use unit::period;

const HOUR: f64 = 60.0;
const DAY: f64 = 24.0 * HOUR;
const WEEK: f64 = 7.0 * DAY;
const MONTH: f64 = 30.0 * DAY;
const YEAR: f64 = 365.0 * DAY;

/// A quantity in a text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Quantity {
    pub dimension: Dimension,
    /// The smaller end of a range, or the number itself.
    pub low: f64,
    /// The larger end of a range, or the number itself.
    pub high: f64,
    /// First token of it.
    pub first: usize,
    /// Last token of it.
    pub last: usize,
    /// "a week": no number is said.
    pub implied: bool,
}

impl Quantity {
    /// Makes the part that is left out ("all but three") the part that is left.
    pub(super) fn leave_out(&mut self) {
        let (low, high) = match self.dimension {
            Dimension::Share => (1.0 - self.high, 1.0 - self.low),
            // Of how many is not said.
            Dimension::Count => (0.95, 0.95),
            _ => return,
        };
        (self.dimension, self.low, self.high) = (Dimension::Share, low, high);
    }
}

/// All measures of these tokens, from left to right. No two overlap.
pub(super) fn read(
    table: &Usual,
    text: &str,
    tokens: &[Token],
    whole: Option<f64>,
) -> Vec<Quantity> {
    let reader = QuantityReader { whole, table, text, tokens };
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        match reader.measure(at) {
            Some(measure) => {
                at = measure.last + 1;
                found.push(measure);
            }
            None => at += 1,
        }
    }
    found
}

/// Where the number of a part stands at the latest: "of 88 people, only 12 passed".
const START: usize = 2;

/// What a clause counts as the whole of the next one: "Of the 88 people who started last year,".
pub(super) fn whole(table: &Usual, text: &str, clause: &[Token]) -> Option<f64> {
    let of = clause.iter().position(|token| token.word == "of").filter(|&at| at <= 1)?;
    let at = (of + 1..of + 4).find(|&at| {
        clause.get(at).is_some_and(|token| {
            token.number.is_some()
                || table.numbers.get(&token.word).is_some_and(|&value| value > 1.0)
        })
    })?;
    number::read(&table.numbers, text, clause, at).map(|found| found.value)
}

struct QuantityReader<'a> {
    /// What the clause before counts: "of 88 people,".
    whole: Option<f64>,
    table: &'a Usual,
    text: &'a str,
    tokens: &'a [Token],
}

impl QuantityReader<'_> {
    fn word(&self, at: usize) -> &str {
        self.tokens.get(at).map_or("", |token| token.word.as_str())
    }

    fn before(&self, at: usize) -> &str {
        at.checked_sub(1).map_or("", |before| self.word(before))
    }

    fn written(&self, at: usize) -> &str {
        self.tokens.get(at).and_then(|token| self.text.get(token.start..token.end)).unwrap_or("")
    }

    /// What stands between a token and the next one.
    fn between(&self, at: usize) -> &str {
        let ends = self.tokens.get(at).zip(self.tokens.get(at + 1));
        ends.and_then(|(one, next)| self.text.get(one.end..next.start)).unwrap_or("")
    }

    fn measure(&self, at: usize) -> Option<Quantity> {
        self.fixed(at)
            .or_else(|| self.clock(at))
            .or_else(|| self.coin(at))
            .or_else(|| self.interval(at))
            .or_else(|| self.money(at))
            .or_else(|| self.part(at))
            .or_else(|| self.counted(at))
            .or_else(|| self.implied(at))
    }

    fn number(&self, at: usize) -> Option<Number> {
        number::read(&self.table.numbers, self.text, self.tokens, at)
    }
}

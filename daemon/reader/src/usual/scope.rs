//! The words among which a clause is read: its own, after those of the label it belongs to ("Uptime last year: 99.98%"),
//! with each measure as one word.

use crate::features::Token;
use crate::lexicon::Part;

use super::context::Context;
use super::dimension::Dimension;
use super::measure::{self, Quantity};
use super::table::{Saying, Usual, plural};

/// One word, or one measure.
#[derive(Clone, Copy, Debug)]
pub(super) struct Item {
    /// Its first token, and its last one.
    pub first: usize,
    pub last: usize,
    /// Its place among the measures.
    pub measure: Option<usize>,
}

/// A clause with its label.
#[derive(Debug)]
pub(super) struct Scope<'a> {
    pub tokens: Vec<&'a Token>,
    pub items: Vec<Item>,
    pub measures: Vec<Quantity>,
    /// The first item of the clause itself.
    pub own: usize,
}

/// Where a pattern was found, in items.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    pub first: usize,
    pub last: usize,
}

impl<'a> Scope<'a> {
    /// The words of a clause, with those of the label before it.
    pub(super) fn new(
        table: &Usual,
        text: &str,
        clause: &'a [Token],
        context: &Context<'a>,
    ) -> Self {
        let label = context.label(text, clause);
        let tokens: Vec<Token> = label.iter().chain(clause).cloned().collect();
        let whole =
            measure::whole(table, text, context.previous(clause)).filter(|_| label.is_empty());
        let mut measures = measure::read(table, text, &tokens, whole);
        // "all but two of 40": the tokeniser begins a clause at "but".
        let but = clause.first().is_some_and(|token| token.word == "but");
        let all = context.previous(clause).last().is_some_and(|token| token.word == "all");
        if but
            && all
            && let Some(measure) = measures.first_mut()
        {
            measure.leave_out();
        }
        let mut items = Vec::new();
        let mut at = 0;
        while at < tokens.len() {
            let measure = measures.iter().position(|measure| measure.first == at);
            let last = measure.and_then(|place| measures.get(place)).map_or(at, |found| found.last);
            items.push(Item { first: at, last, measure });
            at = last + 1;
        }
        let own = items.iter().take_while(|item| item.last < label.len()).count();
        Self { tokens: label.iter().chain(clause).collect(), items, measures, own }
    }

    /// The token where an item begins.
    pub(super) fn token(&self, item: usize) -> Option<&'a Token> {
        self.items.get(item).and_then(|item| self.tokens.get(item.first)).copied()
    }

    /// The word of an item; empty for a measure and outside.
    pub(super) fn word(&self, item: usize) -> &'a str {
        match self.items.get(item) {
            Some(Item { measure: None, .. }) => {
                self.token(item).map_or("", |token| token.word.as_str())
            }
            _ => "",
        }
    }

    /// The item of a measure.
    pub(super) fn item(&self, measure: usize) -> Option<usize> {
        self.items.iter().position(|item| item.measure == Some(measure))
    }

    /// Every place where a pattern stands; `#` is the measure `target`.
    pub(super) fn find(&self, saying: &Saying, target: Option<usize>) -> Vec<Found> {
        let fits = |part: &Part, at: usize| {
            let Some(item) = self.items.get(at) else { return false };
            let word = match item.measure {
                Some(_) => None,
                None => self.tokens.get(item.first),
            };
            match part {
                Part::Stem(stem) => {
                    word.is_some_and(|token| token.stem == **stem && token.inflected)
                }
                Part::Word(exact) => word.is_some_and(|token| {
                    token.word == **exact || plural(&token.word) == Some(&**exact)
                }),
                Part::Any => true,
                Part::Number => item.measure.is_some() && item.measure == target,
                Part::Many => item.measure.is_some() && item.measure != target,
                Part::Gap | Part::OneOf(_) => false,
            }
        };
        (0..self.items.len())
            .filter(|&first| saying.firsts.iter().any(|part| fits(part, first)))
            .filter_map(|first| {
                saying.pattern.end(first, &fits).map(|end| Found { first, last: end - 1 })
            })
            .collect()
    }

    /// Whether one of the sayings stands here; those that name the number only at `target`.
    pub(super) fn any(&self, sayings: &[Saying], target: Option<usize>) -> bool {
        sayings.iter().any(|saying| !self.find(saying, target).is_empty())
    }

    /// The measure of a dimension that stands nearest to what was found.
    pub(super) fn nearest(&self, dimension: Dimension, found: Found) -> Option<(usize, usize)> {
        let distance = |item: usize| {
            if item < found.first { found.first - item } else { item.saturating_sub(found.last) }
        };
        let places = self.items.iter().enumerate().filter_map(|(place, item)| {
            let measure = item.measure?;
            let same = self.measures.get(measure)?.dimension == dimension;
            same.then(|| (distance(place), measure))
        });
        places.min().map(|(distance, measure)| (measure, distance))
    }
}

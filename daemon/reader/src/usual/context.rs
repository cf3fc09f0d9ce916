//! The text around a clause: what it speaks of, and the label that a clause belongs to.

use std::cell::RefCell;
use std::collections::BTreeMap;

use crate::features::Token;

use super::table::Subjects;

/// The whole text of a clause.
#[derive(Clone, Debug, Default)]
pub struct Context<'a> {
    tokens: &'a [Token],
    /// Its different words: what a text speaks of is asked for each number in it, whatever its length.
    words: Vec<&'a Token>,
    /// Whether the text speaks of some subjects, by their place in memory, as far as it was asked.
    known: RefCell<BTreeMap<usize, bool>>,
}

impl<'a> Context<'a> {
    /// The context that these tokens, of the whole text, make.
    #[must_use]
    pub fn new(tokens: &'a [Token]) -> Self {
        // A number is the subject of nothing.
        let mut words: Vec<&Token> = tokens.iter().filter(|token| token.number.is_none()).collect();
        words.sort_by(|one, other| one.word.cmp(&other.word));
        words.dedup_by(|one, other| one.word == other.word);
        Self { tokens, words, known: RefCell::default() }
    }

    /// Whether the text speaks of one of these.
    pub(super) fn speaks_of(&self, subjects: &Subjects, clause: &[Token]) -> bool {
        let place = std::ptr::from_ref(subjects).addr();
        let of_text = || self.words.iter().any(|token| subjects.holds(token));
        let known = *self.known.borrow_mut().entry(place).or_insert_with(of_text);
        known || clause.iter().any(|token| subjects.holds(token))
    }

    /// The tokens before a clause.
    pub(super) fn before(&self, clause: &[Token]) -> &'a [Token] {
        let start = clause.first().map_or(0, |token| token.start);
        let end = self.tokens.partition_point(|token| token.start < start);
        self.tokens.get(..end).unwrap_or_default()
    }

    /// The clause directly before, in the same sentence.
    pub(super) fn previous(&self, clause: &[Token]) -> &'a [Token] {
        let before = self.before(clause);
        let (Some(last), Some(first)) = (before.last(), clause.first()) else { return &[] };
        if last.sentence != first.sentence {
            return &[];
        }
        let from = before.partition_point(|token| token.clause < last.clause);
        before.get(from..).unwrap_or_default()
    }

    /// The label of a clause: what stands before its colon, bar, dash or bracket.
    pub(super) fn label(&self, text: &str, clause: &[Token]) -> &'a [Token] {
        let previous = self.previous(clause);
        let (Some(last), Some(first)) = (previous.last(), clause.first()) else { return &[] };
        let between = text.get(last.end..first.start).unwrap_or("");
        let labels = between.contains([':', '|', '–', '—', '(', '-']);
        if labels && previous.len() <= LABEL { previous } else { &[] }
    }
}

/// A longer label is a clause of its own.
const LABEL: usize = 12;

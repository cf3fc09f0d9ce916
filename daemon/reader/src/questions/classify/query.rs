//! A question as the rules look at it: a segment with its head and its subject. The rules of the classes are in files of
//! their own; the first one that takes the question decides.

use super::super::class::Class;
use super::super::head::{Head, Headed};
use super::super::subject::Subject;
use super::super::text_words::TextWords;
use super::super::vocabulary::Group as G;
use super::super::words::Word;

/// A segment with everything that the rules look at.
pub(super) struct Query<'a> {
    pub(super) headed: Headed<'a>,
    pub(super) words: &'a [Word],
    pub(super) about: Subject,
    pub(super) text: &'a TextWords,
    /// Whether the question names a scale.
    pub(super) scaled: bool,
    /// Whether another question stands before it.
    pub(super) follows: bool,
}

impl Query<'_> {
    /// The rules, from the most particular one to the most general.
    pub(super) fn class(&self) -> Option<Class> {
        self.how_often()
            .or_else(|| self.price())
            .or_else(|| self.recommendation())
            .or_else(|| self.why())
            .or_else(|| self.opinion_of_part())
            .or_else(|| self.comparison())
            .or_else(|| self.missing())
            .or_else(|| self.which())
            .or_else(|| self.who())
            .or_else(|| self.when())
            .or_else(|| self.reasons())
            .or_else(|| self.yes_no())
            .or_else(|| self.would())
            .or_else(|| self.overall())
    }

    pub(super) fn is(&self, heads: &[Head]) -> bool {
        heads.contains(&self.headed.head)
    }

    pub(super) fn negated(&self) -> bool {
        self.headed.says(&["not", "never", "against", "no"])
    }

    /// Whether the word after the auxiliary is the person asked.
    pub(super) fn asks_you(&self) -> bool {
        matches!(self.headed.word(1), "you" | "people" | "someone" | "anybody" | "anyone")
            || self.headed.word(1) == "not" && self.headed.word(2) == "you"
    }

    /// Whether the auxiliary's subject is what was shown.
    pub(super) fn asks_it(&self) -> bool {
        self.headed.main.get(1).is_some_and(|word| word.groups.has(G::Offer) || word.lower == "the")
    }

    /// Words that neither the text nor the language of surveys has.
    pub(super) fn strange(&self) -> bool {
        matches!(self.about, Subject::Beyond(_))
    }
}

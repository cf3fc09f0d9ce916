//! The words of a text, clause by clause, as questions refer to them: what a question names is in the text or it is not,
//! and where it is, that clause is what an answer quotes.

use std::collections::BTreeSet;

use crate::features::clauses::clauses;
use crate::features::{Span, Token, tokenise};

/// A clause with the stems of its words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClauseWords {
    /// Where it stands in the text.
    pub span: Span,
    stems: BTreeSet<String>,
    /// Words with their stems, in order.
    words: Vec<(String, String)>,
}

impl ClauseWords {
    /// Whether one of its words has that stem.
    #[must_use]
    pub fn has(&self, stem: &str) -> bool {
        has(&self.stems, stem)
    }

    /// Whether it denies one of the stems: a negation stands at most four words before it.
    #[must_use]
    pub fn denies(&self, stems: &[String]) -> bool {
        const DENIALS: &[&str] = &[
            "no",
            "not",
            "never",
            "without",
            "none",
            "nobody",
            "nothing",
            "neither",
            "nor",
            "cannot",
            "can't",
            "don't",
            "doesn't",
            "isn't",
            "aren't",
            "won't",
            "didn't",
            "excluding",
        ];
        const REACH: usize = 4;
        self.words.iter().enumerate().any(|(at, word)| {
            DENIALS.contains(&word.0.as_str())
                && self.words.iter().skip(at + 1).take(REACH).any(|(_, stem)| stems.contains(stem))
        })
    }
}

/// Shortest stem that may differ in its last letter: "nois" (noise) is "noisi" (noisy).
const LOOSE_MIN: usize = 4;

fn has(stems: &BTreeSet<String>, stem: &str) -> bool {
    stems.contains(stem)
        || stem.len() >= LOOSE_MIN
            && stems.iter().any(|known| {
                known.len() >= LOOSE_MIN
                    && known.len().abs_diff(stem.len()) == 1
                    && (known.starts_with(stem) || stem.starts_with(known.as_str()))
            })
}

/// The words of a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TextWords {
    clauses: Vec<ClauseWords>,
    stems: BTreeSet<String>,
    /// Of its first two clauses.
    first: BTreeSet<String>,
}

impl TextWords {
    /// Of a text, with the clauses that the reader sees in it.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let tokens = tokenise(text);
        let spans: Vec<Span> = clauses(text, &tokens).iter().map(|clause| clause.span).collect();
        Self::of(&tokens, &spans)
    }

    /// Of a text that is already divided: its tokens and its clauses.
    #[must_use]
    pub fn of(tokens: &[Token], clauses: &[Span]) -> Self {
        let clauses: Vec<ClauseWords> = clauses
            .iter()
            .map(|&span| {
                let inside = tokens
                    .iter()
                    .filter(|token| token.start >= span.start && token.end <= span.end);
                let (mut stems, mut words) = (BTreeSet::new(), Vec::new());
                for token in inside {
                    stems.insert(token.stem.clone());
                    words.push((token.word.clone(), token.stem.clone()));
                }
                ClauseWords { span, stems, words }
            })
            .collect();
        let stems = clauses.iter().flat_map(|clause| clause.stems.iter().cloned()).collect();
        let first =
            clauses.iter().take(2).flat_map(|clause| clause.stems.iter().cloned()).collect();
        Self { clauses, stems, first }
    }

    /// Whether a word of the text has that stem.
    #[must_use]
    pub fn has(&self, stem: &str) -> bool {
        has(&self.stems, stem)
    }

    /// Whether a word of the text has exactly that stem.
    #[must_use]
    pub fn names(&self, stem: &str) -> bool {
        self.stems.contains(stem)
    }

    /// Whether a word of its first two clauses has exactly that stem.
    #[must_use]
    pub fn begins_with(&self, stem: &str) -> bool {
        self.first.contains(stem)
    }

    /// Its clauses, in order.
    #[must_use]
    pub fn clauses(&self) -> &[ClauseWords] {
        &self.clauses
    }

    /// The first clause with all of the stems; `None` for no stem.
    #[must_use]
    pub fn clause_with(&self, stems: &[String]) -> Option<&ClauseWords> {
        if stems.is_empty() {
            return None;
        }
        self.clauses.iter().find(|clause| stems.iter().all(|stem| clause.has(stem)))
    }

    /// The clause with most of the stems, the first of those; `None` where none has any.
    #[must_use]
    pub fn nearest(&self, stems: &[String]) -> Option<&ClauseWords> {
        let count = |clause: &ClauseWords| stems.iter().filter(|stem| clause.has(stem)).count();
        let most = self.clauses.iter().map(count).max().filter(|most| *most > 0)?;
        self.clauses.iter().find(|clause| count(clause) == most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_in_their_clause() {
        let text = "It costs $9. There is no contract; delivery (in two days) is free.";
        let words = TextWords::read(text);
        let find = |stems: &[&str]| {
            let stems: Vec<String> = stems.iter().map(|stem| (*stem).to_owned()).collect();
            words.clause_with(&stems).map(|clause| clause.span.of(text))
        };
        assert_eq!(find(&["contract"]), Some("There is no contract"));
        assert_eq!(find(&["contract", "cost"]), None);
        assert_eq!(find(&[]), None);
        let denied = |stem: &str| {
            let stems = [stem.to_owned()];
            words.clause_with(&stems).is_some_and(|clause| clause.denies(&stems))
        };
        assert!(denied("contract") && !denied("free"));
    }
}

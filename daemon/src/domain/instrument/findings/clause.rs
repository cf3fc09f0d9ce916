//! The clauses of a text that answers quote. The built-in reader puts the clause of which it speaks in quotation marks
//! within its reasons; language models often do so too. A clause counts only where it stands in the text.

use std::collections::BTreeMap;

/// Different clauses that are remembered as standing in the text, or not.
const KNOWN_MAX: usize = 4_096;
/// Different clauses that are counted for a theme.
const COUNTED_MAX: usize = 64;
/// Fewest letters of a clause: shorter words are quoted for other reasons.
const LETTERS_MIN: usize = 4;
/// The end of a quotation that is shorter than its clause.
const ELLIPSIS: [&str; 2] = ["…", "..."];

/// The texts of a study, in which quoted clauses are looked up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ClauseIndex {
    texts: Vec<String>,
    known: BTreeMap<String, bool>,
}

impl ClauseIndex {
    pub(crate) fn new(texts: Vec<String>) -> Self {
        Self { texts, known: BTreeMap::new() }
    }

    /// The clauses of the text that a sentence quotes.
    pub(crate) fn quoted<'a>(&mut self, sentence: &'a str) -> Vec<&'a str> {
        quotations(sentence).filter(|clause| self.has(clause)).collect()
    }

    fn has(&mut self, clause: &str) -> bool {
        if let Some(known) = self.known.get(clause) {
            return *known;
        }
        let begun = ELLIPSIS.iter().find_map(|end| clause.strip_suffix(end));
        let words = begun.unwrap_or(clause).trim_end();
        let is_long = words.chars().filter(|letter| letter.is_alphabetic()).count() >= LETTERS_MIN;
        let stands = is_long && self.texts.iter().any(|text| text.contains(words));
        if self.known.len() < KNOWN_MAX {
            self.known.insert(clause.to_owned(), stands);
        }
        stands
    }
}

/// What stands between quotation marks.
fn quotations(sentence: &str) -> impl Iterator<Item = &str> {
    let mut rest = sentence;
    std::iter::from_fn(move || {
        let (_, after) = rest.split_once(['“', '"'])?;
        let (clause, next) = after.split_once(['”', '"'])?;
        rest = next;
        Some(clause.trim())
    })
}

/// How often each clause is quoted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ClauseCounts(BTreeMap<String, u64>);

impl ClauseCounts {
    pub(crate) fn add(&mut self, clause: &str) {
        if let Some(count) = self.0.get_mut(clause) {
            *count += 1;
        } else if self.0.len() < COUNTED_MAX {
            self.0.insert(clause.to_owned(), 1);
        }
    }

    /// The clause that is quoted most; of equally frequent ones the first by spelling.
    pub(crate) fn most(&self) -> Option<&str> {
        let most = self.0.values().max()?;
        self.0.iter().find(|(_, count)| *count == most).map(|(clause, _)| clause.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quoted_clause_counts_where_it_stands_in_the_text() {
        let text = "A box for $9.99 a week, and you can cancel after two years.".to_owned();
        let mut index = ClauseIndex::new(vec![text]);
        assert_eq!(
            index.quoted("I do not like “cancel after two years”. Nor “$9.99 a week …”."),
            ["cancel after two years", "$9.99 a week …"]
        );
        assert_eq!(
            index.quoted("\"you can cancel\" is fine, \"you may cancel\" is not it"),
            ["you can cancel"]
        );
        assert!(index.quoted("It is “a” box, “unclosed").is_empty());
    }
}

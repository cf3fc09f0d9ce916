//! The notation of cue phrases. A pattern keeps its alternatives as they were written, since expanding every wording
//! would take a hundred times the memory.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use rust_stemmers::{Algorithm, Stemmer};

/// One place of a phrase.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Any inflection of a word: `refund`.
    Stem(Arc<str>),
    /// Exactly this word: `=dated`, and whatever has an ending of its own.
    Word(Arc<str>),
    /// Any one word: `_`.
    Any,
    /// Any number: `#`.
    Number,
    /// A number that is more than a few: `##`.
    Many,
    /// Nothing, or up to two words: `..`.
    Gap,
    /// One of several phrases, or nothing where one of them is empty: `(a|b c|)`.
    OneOf(Vec<Box<[Part]>>),
}

/// A phrase.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern(Box<[Part]>);

/// The words of phrases while they are read. There are tens of thousands, and most stand in several phrases: each is stemmed and
/// kept once.
pub(crate) struct PhraseWords {
    stemmer: Stemmer,
    stems: RefCell<HashMap<String, Arc<str>>>,
    known: RefCell<HashSet<Arc<str>>>,
}

impl PhraseWords {
    pub(crate) fn new() -> Self {
        let stemmer = Stemmer::create(Algorithm::English);
        Self { stemmer, stems: RefCell::default(), known: RefCell::default() }
    }

    /// The stem of a word.
    pub(crate) fn stem(&self, word: &str) -> Arc<str> {
        if let Some(stem) = self.stems.borrow().get(word) {
            return Arc::clone(stem);
        }
        let stem = self.word(&self.stemmer.stem(word));
        self.stems.borrow_mut().insert(word.to_owned(), Arc::clone(&stem));
        stem
    }

    /// The word itself.
    fn word(&self, word: &str) -> Arc<str> {
        let mut known = self.known.borrow_mut();
        if let Some(word) = known.get(word) {
            return Arc::clone(word);
        }
        let word: Arc<str> = word.into();
        known.insert(Arc::clone(&word));
        word
    }
}

/// Longest run of words that a gap stands for.
const GAP: usize = 2;

impl Pattern {
    /// Reads the notation, or says what is wrong with it.
    pub(crate) fn parse(known: &PhraseWords, phrase: &str) -> Result<Self, String> {
        let spaced = phrase.replace('(', " ( ").replace(')', " ) ").replace('|', " | ");
        let mut words = spaced.split_whitespace().peekable();
        let parts = sequence(known, &mut words);
        if words.next().is_some() {
            return Err(format!("'{phrase}' has a bracket or a bar without its other"));
        }
        let parts = parts.ok_or_else(|| format!("'{phrase}' has an open bracket"))?;
        let mut begin = Vec::new();
        let empty = firsts(&parts, &mut begin);
        if empty || begin.iter().any(|part| matches!(part, Part::Any | Part::Gap)) {
            return Err(format!("'{phrase}' must begin with a word or a number"));
        }
        Ok(Self(parts))
    }

    /// What a text must hold where the phrase begins: one of these.
    pub fn firsts(&self) -> Vec<&Part> {
        let mut found = Vec::new();
        firsts(&self.0, &mut found);
        found
    }

    /// Where the phrase ends at the latest (one past its last word) when it begins at `at`; `fits` says whether a word
    /// fits a place.
    pub fn end(&self, at: usize, fits: &impl Fn(&Part, usize) -> bool) -> Option<usize> {
        ends(&self.0, at, fits).pop().filter(|end| *end > at)
    }
}

/// Parts up to a closing bracket or a bar, or to the end.
fn sequence<'a>(
    known: &PhraseWords,
    words: &mut std::iter::Peekable<impl Iterator<Item = &'a str>>,
) -> Option<Box<[Part]>> {
    let mut parts = Vec::new();
    while let Some(word) = words.next_if(|word| !matches!(*word, ")" | "|")) {
        parts.push(match word {
            "(" => {
                let mut choices = vec![sequence(known, words)?];
                while words.next_if_eq(&"|").is_some() {
                    choices.push(sequence(known, words)?);
                }
                words.next_if_eq(&")")?;
                choices.shrink_to_fit();
                Part::OneOf(choices)
            }
            "_" => Part::Any,
            "#" => Part::Number,
            "##" => Part::Many,
            ".." => Part::Gap,
            _ => match word.strip_prefix('=') {
                Some(exact) => Part::Word(known.word(exact)),
                // A participle or an adverb means itself: "trained" is not "trains", "costly" not "cost".
                None if derived(word) => Part::Word(known.word(word)),
                None => Part::Stem(known.stem(word)),
            },
        });
    }
    // There are tens of thousands of them, most of one part, and they are kept.
    Some(parts.into_boxed_slice())
}

/// Collects what may come first; whether everything may also be empty.
fn firsts<'a>(parts: &'a [Part], found: &mut Vec<&'a Part>) -> bool {
    for part in parts {
        let skippable = match part {
            Part::OneOf(choices) => {
                let mut skippable = false;
                for choice in choices {
                    skippable |= firsts(choice, found);
                }
                skippable
            }
            Part::Gap => {
                found.push(part);
                true
            }
            _ => {
                found.push(part);
                false
            }
        };
        if !skippable {
            return false;
        }
    }
    true
}

/// Every place where the parts may end when they begin at `at`, in order.
fn ends(parts: &[Part], at: usize, fits: &impl Fn(&Part, usize) -> bool) -> Vec<usize> {
    // Words in a row need no list, and most phrases fail at one of them.
    let (mut place, mut rest) = (at, parts);
    while let [part, others @ ..] = rest
        && !matches!(part, Part::OneOf(_) | Part::Gap)
    {
        if !fits(part, place) {
            return Vec::new();
        }
        (place, rest) = (place + 1, others);
    }
    let mut places = vec![place];
    for part in rest {
        let mut next = Vec::new();
        for &place in &places {
            match part {
                Part::OneOf(choices) => {
                    next.extend(choices.iter().flat_map(|choice| ends(choice, place, fits)));
                }
                Part::Gap => {
                    let skipped = (place..place + GAP).take_while(|&word| fits(&Part::Any, word));
                    next.push(place);
                    next.extend(skipped.map(|word| word + 1));
                }
                _ if fits(part, place) => next.push(place + 1),
                _ => {}
            }
        }
        next.sort_unstable();
        next.dedup();
        places = next;
        if places.is_empty() {
            break;
        }
    }
    places
}

/// Whether a word carries an ending that changes what it means, so that its stem would stand for too much.
pub fn derived(word: &str) -> bool {
    const ENDINGS: &[&str] = &[
        "ed", "ing", "ly", "able", "ible", "ness", "ive", "ion", "ions", "al", "ment", "ity",
        "ous", "ful", "less", "er", "est", "en", "ic", "ance", "ence", "ary", "ism", "ist", "ey",
    ];
    let long = word.len() > 4 || (word.len() == 4 && word.ends_with("ed"));
    long && ENDINGS.iter().any(|ending| word.ends_with(ending))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(phrase: &str, text: &str) -> Option<usize> {
        let stemmer = Stemmer::create(Algorithm::English);
        let words: Vec<&str> = text.split(' ').collect();
        let fits = |part: &Part, at: usize| {
            words.get(at).is_some_and(|word| match part {
                Part::Stem(stem) => stemmer.stem(word) == **stem,
                Part::Word(exact) => **word == **exact,
                Part::Any => true,
                Part::Number | Part::Many => word.parse::<f64>().is_ok(),
                Part::Gap | Part::OneOf(_) => false,
            })
        };
        Pattern::parse(&PhraseWords::new(), phrase).ok()?.end(0, &fits)
    }

    #[test]
    fn phrases_match_their_wordings() {
        assert_eq!(check("hidden (fee|cost)", "hidden fees"), Some(2));
        assert_eq!(check("hidden (fee|cost)", "hidden gem"), None);
        assert_eq!(check("cancel (at |)any time", "cancel any time"), Some(3));
        assert_eq!(check("cancel (at |)any time", "cancel at any time"), Some(4));
        assert_eq!(check("(a|b (c|)) d", "b d"), Some(2));
        assert_eq!(check("cut .. bill", "cuts your heating bill"), Some(4));
        assert_eq!(check("cut .. bill", "cuts it"), None);
        assert_eq!(check("# year", "12 years"), Some(2));
        assert_eq!(check("free (delivery|)", "free delivery"), Some(2));
        assert_eq!(check("=dated", "date"), None);
        assert_eq!(check("trained", "trains"), None);
    }

    #[test]
    fn faults_are_found() {
        let known = PhraseWords::new();
        for broken in ["(a", "a)", "(a|(b)", "a|b", "", "..", "(a|)", "_ a"] {
            assert!(Pattern::parse(&known, broken).is_err(), "{broken}");
        }
    }
}

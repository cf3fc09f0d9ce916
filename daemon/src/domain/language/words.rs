//! The word lists, compiled in: which words tell English, and which tell another language in Latin letters. A fault in the
//! files fails a test; without them every text in Latin letters would count as English.

use std::collections::{BTreeSet, HashMap};
use std::sync::OnceLock;

use serde::Deserialize;

use super::written_word::{WrittenWord, tokens};

const FUNCTION_WORDS: &str = include_str!("../../../../assets/language/function_words.toml");
const ENGLISH: &str = include_str!("../../../../assets/language/english.toml");

/// How a word speaks for English.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EnglishWord {
    /// A function word of English.
    Function,
    /// An everyday word of English.
    Everyday,
    /// A word that other languages have or borrow.
    Shared,
}

/// All lists.
#[derive(Debug, Default)]
pub(super) struct WordLists {
    english: HashMap<String, EnglishWord>,
    /// Word → positions in `languages`.
    other: HashMap<String, Vec<usize>>,
    /// Words of offers in other languages, which tell a text of few words only.
    offers: HashMap<String, Vec<usize>>,
    /// Dishes, arts, makes: words that English texts use whatever language they are from.
    neutral: BTreeSet<String>,
    particles: BTreeSet<String>,
    /// First word → the other words of borrowed phrases.
    borrowed: HashMap<String, Vec<Vec<String>>>,
    /// First word → the other words of phrases of other languages, each with the position of its language.
    phrases: HashMap<String, Vec<(Vec<String>, usize)>>,
    units: BTreeSet<String>,
    /// Names of the languages, in lower case.
    names: BTreeSet<String>,
    languages: Vec<LanguageList>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EnglishFile {
    function: String,
    everyday: String,
    shared: String,
    particles: String,
    units: String,
    borrowed: String,
    neutral: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OtherFile {
    language: Vec<LanguageList>,
}

/// A language other than English.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LanguageList {
    /// Its English name.
    pub(super) name: String,
    /// Small letters that words of everyday English do not have.
    #[serde(default)]
    pub(super) letters: String,
    words: String,
    #[serde(default)]
    offers: String,
    #[serde(default)]
    phrases: String,
}

impl WordLists {
    pub(super) fn read() -> Result<Self, toml::de::Error> {
        let english: EnglishFile = toml::from_str(ENGLISH)?;
        let others: OtherFile = toml::from_str(FUNCTION_WORDS)?;
        let mut words = Self::default();
        for (list, kind) in [
            (&english.shared, EnglishWord::Shared),
            (&english.everyday, EnglishWord::Everyday),
            (&english.function, EnglishWord::Function),
        ] {
            words.english.extend(list.split_whitespace().map(|word| (word.to_owned(), kind)));
        }
        let set = |list: &str| list.split_whitespace().map(ToOwned::to_owned).collect();
        words.particles = set(&english.particles);
        words.units = set(&english.units);
        words.neutral = set(&english.neutral);
        for (first, rest) in english.borrowed.lines().filter_map(phrase) {
            words.borrowed.entry(first).or_default().push(rest);
        }
        for (index, list) in others.language.into_iter().enumerate() {
            for word in list.words.split_whitespace() {
                words.other.entry(word.to_owned()).or_default().push(index);
            }
            for word in list.offers.split_whitespace() {
                words.offers.entry(word.to_owned()).or_default().push(index);
            }
            for (first, rest) in list.phrases.lines().filter_map(phrase) {
                words.phrases.entry(first).or_default().push((rest, index));
            }
            words.names.insert(list.name.to_lowercase());
            words.languages.push(list);
        }
        Ok(words)
    }

    pub(super) fn english(&self, word: &str) -> Option<EnglishWord> {
        self.english.get(word).copied()
    }

    /// The languages that have the word in their list, as positions.
    pub(super) fn others(&self, word: &str) -> &[usize] {
        self.other.get(word).map_or(&[], Vec::as_slice)
    }

    /// The languages in whose offers the word is frequent, as positions.
    pub(super) fn offers(&self, word: &str) -> &[usize] {
        self.offers.get(word).map_or(&[], Vec::as_slice)
    }

    /// Whether English texts use the word whatever language it is from.
    pub(super) fn is_neutral(&self, word: &str) -> bool {
        self.neutral.contains(word)
    }

    /// Whether the word stands in names of any language.
    pub(super) fn is_particle(&self, word: &str) -> bool {
        self.particles.contains(word)
    }

    /// How many words at the beginning of these are a phrase that English borrowed; 0 if they begin with none.
    pub(super) fn borrowed(&self, from: &[WrittenWord]) -> usize {
        let Some((first, behind)) = from.split_first() else { return 0 };
        let phrases = self.borrowed.get(&first.text).into_iter().flatten();
        let found = phrases.filter(|rest| begins_with(behind, rest));
        found.map(|rest| rest.len() + 1).max().unwrap_or(0)
    }

    /// The phrases of other languages that these words begin with: how many words each has, and the position of its language.
    pub(super) fn phrases(&self, from: &[WrittenWord]) -> impl Iterator<Item = (usize, usize)> {
        let (first, behind) =
            from.split_first().map_or(("", from), |(first, behind)| (first.text.as_str(), behind));
        let phrases = self.phrases.get(first).into_iter().flatten();
        let found = phrases.filter(move |(rest, _)| begins_with(behind, rest));
        found.map(|(rest, language)| (rest.len() + 1, *language))
    }

    /// Whether the word is the English name of a language with a list, in lower case.
    pub(super) fn is_language(&self, word: &str) -> bool {
        self.names.contains(word)
    }

    /// Whether the word is a unit or another short form of no language.
    pub(super) fn is_unit(&self, word: &str) -> bool {
        self.units.contains(word)
    }

    /// Every word of the other languages' lists, in no order.
    #[cfg(test)]
    pub(super) fn other_words(&self) -> impl Iterator<Item = &str> {
        self.other.keys().chain(self.offers.keys()).map(String::as_str)
    }

    /// The languages that have a list.
    pub(super) fn languages(&self) -> &[LanguageList] {
        &self.languages
    }
}

/// The words of a line with a phrase: the first, and the others.
fn phrase(line: &str) -> Option<(String, Vec<String>)> {
    let mut words = tokens(line).into_iter().map(|token| token.text);
    Some((words.next()?, words.collect()))
}

fn begins_with(words: &[WrittenWord], phrase: &[String]) -> bool {
    words.len() >= phrase.len() && phrase.iter().zip(words).all(|(word, token)| *word == token.text)
}

/// The shipped lists, read once.
pub(super) fn shipped() -> &'static WordLists {
    static ONCE: OnceLock<WordLists> = OnceLock::new();
    ONCE.get_or_init(|| WordLists::read().unwrap_or_default())
}

//! The lexicon of the built-in respondent model, read once from the asset files: cue phrases with their themes, small
//! words that negate, hedge or stress, and the words that distinguish text from noise. The files are embedded, so a
//! fault in them fails a test here.

mod pattern;
mod phrase_index;

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::Deserialize;

use super::theme::{Benefit, Concern};
pub(crate) use pattern::PhraseWords;
pub use pattern::{Part, Pattern, derived};
pub(crate) use phrase_index::PhraseIndex;

/// A fault in an asset file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}: {what}")]
pub struct LexiconError {
    /// Which file.
    pub file: &'static str,
    /// What is wrong with it.
    pub what: String,
}

/// What a phrase speaks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Theme {
    /// For the text.
    Benefit(Benefit),
    /// Against it.
    Concern(Concern),
}

/// A phrase and what it means.
#[derive(Clone, Debug)]
pub struct Cue {
    pub pattern: Pattern,
    pub theme: Theme,
    /// How much one occurrence counts.
    pub strength: f64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CueGroup {
    label: String,
    negated: String,
    #[serde(default)]
    strong: Vec<String>,
    #[serde(default)]
    plain: Vec<String>,
    #[serde(default)]
    weak: Vec<String>,
}

/// Small words that change what others mean.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct GrammarFile {
    negators: Vec<String>,
    removers: Vec<String>,
    diminishers: Vec<String>,
    hedges: Vec<String>,
    stress: Vec<String>,
    softeners: Vec<String>,
    conditions: Vec<String>,
    function_words: Vec<String>,
    hype: Vec<String>,
    buzzwords: Vec<String>,
    neutral_tone: Vec<String>,
    pleasing: Vec<String>,
    displeasing: Vec<String>,
    numbers: BTreeMap<String, f64>,
}

/// The small words, as sets of lower-case words.
#[derive(Debug)]
pub struct Grammar {
    pub negators: HashSet<String>,
    pub removers: HashSet<String>,
    pub diminishers: HashSet<String>,
    pub hedges: HashSet<String>,
    pub stress: HashSet<String>,
    pub softeners: HashSet<String>,
    pub conditions: HashSet<String>,
    pub function_words: HashSet<String>,
    pub numbers: BTreeMap<String, f64>,
}

/// Everything the reader knows about words.
#[derive(Debug)]
pub struct Lexicon {
    cues: Vec<Cue>,
    /// Places in `cues`.
    first_words: PhraseIndex,
    pub grammar: Grammar,
    pub hype: Vec<Pattern>,
    /// Emotional tone of single words, −4 to 4 (VADER: Hutto and Gilbert, 2014).
    pub tone: HashMap<String, f64>,
    trigrams: HashSet<[char; 3]>,
    benefit_labels: Vec<String>,
    concern_labels: Vec<String>,
    benefit_negated: Vec<Concern>,
    concern_negated: Vec<Benefit>,
}

pub const BENEFITS: &str = include_str!("../../../../assets/lexicon/benefits.toml");
pub const CONCERNS: &str = include_str!("../../../../assets/lexicon/concerns.toml");
pub const GRAMMAR: &str = include_str!("../../../../assets/lexicon/grammar.toml");

const STRONG: f64 = 1.6;
const PLAIN: f64 = 1.0;
const WEAK: f64 = 0.5;

impl Lexicon {
    /// Reads the embedded files.
    pub fn parse() -> Result<Self, LexiconError> {
        let words = PhraseWords::new();
        let grammar_file: GrammarFile = read("grammar.toml", GRAMMAR)?;
        let benefits: BTreeMap<String, CueGroup> = read("benefits.toml", BENEFITS)?;
        let concerns: BTreeMap<String, CueGroup> = read("concerns.toml", CONCERNS)?;
        let mut lexicon = Self {
            cues: Vec::new(),
            first_words: PhraseIndex::default(),
            hype: Vec::new(),
            trigrams: HashSet::new(),
            tone: tone(&grammar_file),
            grammar: Grammar {
                negators: set(&grammar_file.negators),
                removers: set(&grammar_file.removers),
                diminishers: set(&grammar_file.diminishers),
                hedges: set(&grammar_file.hedges),
                stress: set(&grammar_file.stress),
                softeners: set(&grammar_file.softeners),
                conditions: set(&grammar_file.conditions),
                function_words: set(&grammar_file.function_words),
                numbers: grammar_file.numbers,
            },
            benefit_labels: Vec::new(),
            concern_labels: Vec::new(),
            benefit_negated: Vec::new(),
            concern_negated: Vec::new(),
        };
        for &theme in Benefit::ALL {
            let group = group("benefits.toml", &benefits, theme.as_str())?;
            let opposite = Concern::parse(&group.negated)
                .ok_or_else(|| fault("benefits.toml", format!("no concern '{}'", group.negated)))?;
            lexicon.benefit_labels.push(group.label.clone());
            lexicon.benefit_negated.push(opposite);
            lexicon.add("benefits.toml", &words, group, Theme::Benefit(theme))?;
        }
        for &theme in Concern::ALL {
            let group = group("concerns.toml", &concerns, theme.as_str())?;
            let opposite = Benefit::parse(&group.negated)
                .ok_or_else(|| fault("concerns.toml", format!("no benefit '{}'", group.negated)))?;
            lexicon.concern_labels.push(group.label.clone());
            lexicon.concern_negated.push(opposite);
            lexicon.add("concerns.toml", &words, group, Theme::Concern(theme))?;
        }
        lexicon.trigrams = lexicon
            .tone
            .keys()
            .chain(&lexicon.grammar.function_words)
            .map(String::as_str)
            .chain(lexicon.first_words.words())
            .flat_map(trigrams)
            .collect();
        if benefits.len() != Benefit::COUNT || concerns.len() != Concern::COUNT {
            return Err(fault(
                "benefits.toml, concerns.toml",
                "a theme that nobody knows".to_owned(),
            ));
        }
        for phrase in grammar_file.hype.iter().chain(&grammar_file.buzzwords) {
            lexicon.hype.push(pattern("grammar.toml", &words, phrase)?);
        }
        Ok(lexicon)
    }

    /// Phrases that may begin with this word.
    pub fn cues<'a>(
        &'a self,
        word: &str,
        stem: &str,
        number: bool,
    ) -> impl Iterator<Item = &'a Cue> {
        let first = &self.first_words;
        let numeric = if number { first.number() } else { &[] };
        let places = first.stem(stem).iter().chain(first.word(word)).chain(numeric);
        places.filter_map(|&at| self.cues.get(at))
    }

    /// Whether any phrase begins with this stem.
    pub fn knows(&self, word: &str, stem: &str) -> bool {
        !self.first_words.stem(stem).is_empty()
            || !self.first_words.word(word).is_empty()
            || self.tone.contains_key(word)
            || self.grammar.function_words.contains(word)
    }

    /// Whether a word looks like an English one: nearly every run of three letters occurs in a word that the reader knows.
    pub fn plausible(&self, word: &str) -> bool {
        let runs = trigrams(word);
        let known = runs.iter().filter(|run| self.trigrams.contains(*run)).count();
        !runs.is_empty() && known * 5 >= runs.len() * 4
    }

    /// What a theme is called in reports.
    pub fn label(&self, theme: Theme) -> &str {
        match theme {
            Theme::Benefit(benefit) => &self.benefit_labels[benefit.index()],
            Theme::Concern(concern) => &self.concern_labels[concern.index()],
        }
    }

    /// What a theme becomes under "no".
    pub fn negated(&self, theme: Theme) -> Theme {
        match theme {
            Theme::Benefit(benefit) => Theme::Concern(self.benefit_negated[benefit.index()]),
            Theme::Concern(concern) => Theme::Benefit(self.concern_negated[concern.index()]),
        }
    }

    fn add(
        &mut self,
        file: &'static str,
        words: &PhraseWords,
        group: &CueGroup,
        theme: Theme,
    ) -> Result<(), LexiconError> {
        let strengths = [(&group.strong, STRONG), (&group.plain, PLAIN), (&group.weak, WEAK)];
        for (list, strength) in strengths {
            for phrase in list {
                let pattern = pattern(file, words, phrase)?;
                let at = self.cues.len();
                self.first_words.add(&pattern, at);
                self.cues.push(Cue { pattern, theme, strength });
            }
        }
        Ok(())
    }
}

/// The runs of three letters of a word, its ends marked by spaces.
fn trigrams(word: &str) -> Vec<[char; 3]> {
    let letters: Vec<char> = std::iter::once(' ').chain(word.chars()).chain([' ']).collect();
    letters.windows(3).map(|run| [run[0], run[1], run[2]]).collect()
}

fn read<T: serde::de::DeserializeOwned>(file: &'static str, text: &str) -> Result<T, LexiconError> {
    toml::from_str(text).map_err(|error| fault(file, error.to_string()))
}

fn fault(file: &'static str, what: String) -> LexiconError {
    LexiconError { file, what }
}

fn group<'a>(
    file: &'static str,
    groups: &'a BTreeMap<String, CueGroup>,
    name: &str,
) -> Result<&'a CueGroup, LexiconError> {
    groups.get(name).ok_or_else(|| fault(file, format!("no theme '{name}'")))
}

fn set(words: &[String]) -> HashSet<String> {
    words.iter().flat_map(|line| line.split_whitespace()).map(str::to_owned).collect()
}

/// What a word that leans counts on the scale of the tone lexicon.
const LEANING: f64 = 1.6;

/// The tone lexicon without the words that advertising wears out, and with those that lean in offers only.
fn tone(grammar: &GrammarFile) -> HashMap<String, f64> {
    let neutral = set(&grammar.neutral_tone);
    let mut tone: HashMap<String, f64> = vader_sentiment::LEXICON
        .iter()
        .map(|(word, valence)| (word.to_lowercase(), *valence))
        .filter(|(word, _)| word.chars().all(char::is_alphabetic) && !neutral.contains(word))
        .collect();
    tone.extend(set(&grammar.pleasing).into_iter().map(|word| (word, LEANING)));
    tone.extend(set(&grammar.displeasing).into_iter().map(|word| (word, -LEANING)));
    tone
}

fn pattern(file: &'static str, words: &PhraseWords, phrase: &str) -> Result<Pattern, LexiconError> {
    Pattern::parse(words, phrase).map_err(|what| fault(file, what))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_files_are_sound() {
        let lexicon = Lexicon::parse();
        assert!(lexicon.is_ok(), "{:?}", lexicon.err());
    }

    #[test]
    fn no_means_the_opposite() {
        let lexicon = Lexicon::parse().unwrap();
        let fees = Theme::Concern(Concern::Price);
        assert_eq!(lexicon.negated(fees), Theme::Benefit(Benefit::Saving));
        assert_eq!(lexicon.label(fees), "Price");
    }
}

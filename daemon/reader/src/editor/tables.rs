//! The tables of the editor, read once from its asset files: plain words for jargon, and what can be cut.

use std::collections::{BTreeMap, HashSet};

use serde::Deserialize;

use super::phrase::PhraseBook;
use crate::lexicon::LexiconError;

pub const PLAIN_WORDS: &str = include_str!("../../../../assets/editor/plain_words.toml");
pub const CUTS: &str = include_str!("../../../../assets/editor/cuts.toml");

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PlainFile {
    phrases: BTreeMap<String, String>,
    verbs: BTreeMap<String, String>,
    careful: CarefulWords,
    nouns: BTreeMap<String, String>,
    forms: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CarefulWords {
    words: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CutFile {
    loud: Vec<String>,
    facts: Vec<String>,
    empty_nouns: Vec<String>,
    shouted: Vec<String>,
    abbreviations: Vec<String>,
    noise: Vec<String>,
    soft: Vec<String>,
    openings: Vec<String>,
    sentences: Vec<String>,
    title_tails: Vec<String>,
    title_leads: Vec<String>,
    title_forms: BTreeMap<String, String>,
    sender: BTreeMap<String, String>,
}

/// The tables.
#[derive(Debug)]
pub struct EditorTables {
    pub(super) plain: PhraseBook,
    /// Forms of verbs that are nouns as often.
    pub(super) careful: HashSet<String>,
    pub(super) loud: PhraseBook,
    /// Those of them that say a fact of a thing, in lower case with a blank between two words.
    pub(super) facts: HashSet<String>,
    /// Nouns that name no thing.
    pub(super) empty_nouns: HashSet<String>,
    /// Short words that people write in capitals to be loud.
    pub(super) shouted: HashSet<String>,
    /// Abbreviations that are said as words.
    pub(super) abbreviations: HashSet<String>,
    pub(super) noise: HashSet<String>,
    pub(super) soft: PhraseBook,
    pub(super) openings: PhraseBook,
    /// Whole sentences, in lower case without marks.
    pub(super) sentences: HashSet<String>,
    pub(super) title_tails: Vec<String>,
    pub(super) title_leads: PhraseBook,
    pub(super) title_forms: PhraseBook,
    pub(super) sender: PhraseBook,
    /// Every plain word for something else, as (what was there, what stands there now), in lower case.
    pairs: Vec<(String, String)>,
}

impl EditorTables {
    /// Reads the files that this program was built with.
    ///
    /// # Errors
    /// The fault in them.
    pub fn parse() -> Result<Self, LexiconError> {
        let fault = |file: &'static str, what: String| LexiconError { file, what };
        let plain: PlainFile = toml::from_str(PLAIN_WORDS)
            .map_err(|error| fault("editor/plain_words.toml", error.to_string()))?;
        let cuts: CutFile =
            toml::from_str(CUTS).map_err(|error| fault("editor/cuts.toml", error.to_string()))?;
        let mut pairs: Vec<(String, String)> = plain.phrases.clone().into_iter().collect();
        let mut careful = HashSet::new();
        for (verb, with) in &plain.verbs {
            let own = forms(&plain.forms, verb);
            if plain.careful.words.contains(verb) {
                careful.extend(own.iter().cloned());
            }
            pairs.extend(own.into_iter().zip(forms(&plain.forms, with)));
        }
        for (noun, with) in &plain.nouns {
            pairs.push((noun.clone(), with.clone()));
            let is_mass = matches!(with.as_str(), "help" | "pay" | "spending" | "rest");
            if !is_mass {
                pairs.push((plural(noun), plural(with)));
            }
        }
        let sent = cuts.sender.iter().map(|(from, to)| (from.clone(), to.clone()));
        let formed = cuts.title_forms.iter().map(|(from, to)| (from.clone(), to.clone()));
        let mut tables = Self {
            plain: book(pairs.iter().map(|(from, to)| (from.as_str(), to.as_str()))),
            careful,
            loud: words(&[cuts.loud, cuts.facts.clone()].concat()),
            facts: cuts.facts.iter().map(|phrase| phrase.replace('-', " ")).collect(),
            empty_nouns: cuts.empty_nouns.iter().cloned().collect(),
            shouted: cuts.shouted.iter().cloned().collect(),
            abbreviations: cuts.abbreviations.iter().cloned().collect(),
            noise: cuts.noise.iter().cloned().collect(),
            soft: words(&cuts.soft),
            openings: words(&cuts.openings),
            sentences: cuts.sentences.iter().cloned().collect(),
            title_tails: cuts.title_tails,
            title_leads: words(&cuts.title_leads),
            title_forms: book(
                cuts.title_forms.iter().map(|(from, to)| (from.as_str(), to.as_str())),
            ),
            sender: book(cuts.sender.iter().map(|(from, to)| (from.as_str(), to.as_str()))),
            pairs: Vec::new(),
        };
        pairs.extend(sent);
        pairs.extend(formed);
        tables.pairs = pairs;
        // The longest tail is cut first.
        tables.title_tails.sort_by_key(|tail| std::cmp::Reverse(tail.len()));
        Ok(tables)
    }

    /// Every replacement of words by others, in lower case: what an editor may put in the place of what was there.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs.iter().map(|(from, to)| (from.as_str(), to.as_str()))
    }
}

fn book<'a>(entries: impl Iterator<Item = (&'a str, &'a str)>) -> PhraseBook {
    let mut found = PhraseBook::default();
    for (phrase, with) in entries {
        found.add(phrase, with);
    }
    found
}

fn words(list: &[String]) -> PhraseBook {
    book(list.iter().map(|phrase| (phrase.as_str(), "")))
}

/// Base, third person, past and -ing of a verb.
fn forms(irregular: &BTreeMap<String, String>, verb: &str) -> [String; 4] {
    if let Some(line) = irregular.get(verb) {
        let mut parts = line.split(if line.contains('|') { '|' } else { ' ' });
        let mut next = || parts.next().unwrap_or(verb).to_owned();
        return [verb.to_owned(), next(), next(), next()];
    }
    let consonant =
        |letter: Option<char>| letter.is_some_and(|it| !matches!(it, 'a' | 'e' | 'i' | 'o' | 'u'));
    if let Some(head) = verb.strip_suffix('e') {
        return [verb.to_owned(), format!("{verb}s"), format!("{verb}d"), format!("{head}ing")];
    }
    if let Some(head) = verb.strip_suffix('y').filter(|head| consonant(head.chars().last())) {
        return [verb.to_owned(), format!("{head}ies"), format!("{head}ied"), format!("{verb}ing")];
    }
    let hisses = ["s", "x", "z", "ch", "sh"].iter().any(|end| verb.ends_with(end));
    let third = format!("{verb}{}", if hisses { "es" } else { "s" });
    [verb.to_owned(), third, format!("{verb}ed"), format!("{verb}ing")]
}

fn plural(noun: &str) -> String {
    match noun.strip_suffix('y').filter(|head| !head.ends_with(['a', 'e', 'o'])) {
        Some(head) => format!("{head}ies"),
        None => format!("{noun}s"),
    }
}

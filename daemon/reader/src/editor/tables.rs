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
    objects: BTreeMap<String, Vec<String>>,
    unless_before: BTreeMap<String, Vec<String>>,
    unless_behind: BTreeMap<String, Vec<String>>,
    begins: CarefulWords,
}

/// A form of a verb.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum VerbForm {
    Base,
    Third,
    Past,
    Ing,
}

/// What a phrase of the plain words needs around it, so that it means its plain one.
#[derive(Debug, Default)]
pub(super) struct Surroundings {
    /// Form of a verb → the verb and which form it is.
    pub(super) verbs: BTreeMap<String, (String, VerbForm)>,
    /// Singular and plural of nouns.
    pub(super) nouns: HashSet<String>,
    /// Verb → the things that it must be about.
    pub(super) objects: BTreeMap<String, Vec<String>>,
    /// Phrase, or verb → words that may not follow; "#" is a number, "." the end of the sentence.
    pub(super) unless_before: BTreeMap<String, Vec<String>>,
    /// Phrase, or verb → words that may not stand before it.
    pub(super) unless_behind: BTreeMap<String, Vec<String>>,
    /// Phrases that are replaced at the beginning of a sentence only.
    pub(super) begins: HashSet<String>,
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
    pub(super) around: Surroundings,
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
    /// Single words that have a plain one in their stead.
    single: HashSet<String>,
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
        let mut around = Surroundings::default();
        for (verb, with) in &plain.verbs {
            let own = forms(&plain.forms, verb);
            let known = [VerbForm::Base, VerbForm::Third, VerbForm::Past, VerbForm::Ing];
            for (form, which) in own.iter().zip(known) {
                around.verbs.insert(form.clone(), (verb.clone(), which));
            }
            if plain.careful.words.contains(verb) {
                careful.extend(own.iter().cloned());
            }
            pairs.extend(own.into_iter().zip(forms(&plain.forms, with)));
        }
        for (noun, with) in &plain.nouns {
            around.nouns.extend([noun.clone(), plural(noun)]);
            pairs.push((noun.clone(), with.clone()));
            let is_mass = matches!(with.as_str(), "help" | "pay" | "spending" | "rest");
            if !is_mass {
                pairs.push((plural(noun), plural(with)));
            }
        }
        let phrases = |table: &BTreeMap<String, Vec<String>>| {
            table.iter().map(|(phrase, words)| (phrase.replace('-', " "), words.clone())).collect()
        };
        around.objects = plain.objects.clone();
        around.unless_before = phrases(&plain.unless_before);
        around.unless_behind = phrases(&plain.unless_behind);
        around.begins = plain.begins.words.iter().cloned().collect();
        let sent = cuts.sender.iter().map(|(from, to)| (from.clone(), to.clone()));
        let formed = cuts.title_forms.iter().map(|(from, to)| (from.clone(), to.clone()));
        let mut tables = Self {
            plain: book(pairs.iter().map(|(from, to)| (from.as_str(), to.as_str()))),
            around,
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
            single: pairs
                .iter()
                .map(|(from, _)| from)
                .filter(|from| !from.contains([' ', '-']))
                .cloned()
                .collect(),
            pairs: Vec::new(),
        };
        pairs.extend(sent);
        pairs.extend(formed);
        tables.pairs = pairs;
        // The longest tail is cut first.
        tables.title_tails.sort_by_key(|tail| std::cmp::Reverse(tail.len()));
        Ok(tables)
    }

    /// Whether there is a plain word for this one.
    pub(crate) fn has_plain(&self, word: &str) -> bool {
        self.single.contains(word)
    }

    /// Whether a short word is written in capitals to be loud.
    pub(crate) fn is_shouted(&self, word: &str) -> bool {
        self.shouted.contains(word)
    }

    /// Whether a word in capitals is an abbreviation that is said as a word.
    pub(crate) fn is_abbreviation(&self, word: &str) -> bool {
        self.abbreviations.contains(word)
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

//! The rules' file: groups of phrases, and rules that combine groups within a clause, a sentence, neighbouring
//! sentences or the text. The file is embedded; a fault in it fails a test here.

use std::collections::{BTreeMap, BTreeSet};

use rust_stemmers::{Algorithm, Stemmer};
use serde::Deserialize;

use super::VetoKind;
use crate::lexicon::{Lexicon, LexiconError, Pattern, PhraseIndex};

/// The rules' file.
pub const VETOES: &str = include_str!("../../../../assets/reader/vetoes.toml");
const NAME: &str = "vetoes.toml";

/// Place of a group of phrases.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Group(pub(super) usize);

/// How near the parts of a rule must stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Within {
    /// In one sentence.
    #[default]
    Sentence,
    /// In one sentence or in two that follow each other.
    Next,
    /// Anywhere in the text.
    Text,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleFile {
    currency: BTreeMap<String, f64>,
    groups: BTreeMap<String, Vec<String>>,
    kinds: BTreeMap<String, KindLine>,
    things: Vec<ThingLine>,
    rules: Vec<RuleLine>,
}

/// What exempts a sentence or a text from every rule of a kind.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct KindLine {
    #[serde(default)]
    unless: Vec<String>,
    #[serde(default)]
    text_unless: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ThingLine {
    names: Vec<String>,
    floor: f64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleLine {
    kind: VetoKind,
    all: Vec<Vec<String>>,
    #[serde(default)]
    within: Within,
    words: Option<usize>,
    #[serde(default)]
    ordered: bool,
    #[serde(default)]
    denied: bool,
    #[serde(default)]
    unless: Vec<String>,
    #[serde(default)]
    text_unless: Vec<String>,
    weight: f64,
}

/// A rule: every part must be found, no exception.
#[derive(Debug)]
pub(super) struct Rule {
    pub(super) kind: VetoKind,
    /// Each part is a choice of groups.
    pub(super) all: Vec<Vec<Group>>,
    pub(super) within: Within,
    /// Longest stretch from the first token to the last.
    pub(super) words: usize,
    /// Whether the parts must come in the order of the rule.
    pub(super) ordered: bool,
    /// Whether a negated part counts too.
    pub(super) denied: bool,
    /// Exempts the sentences of the parts.
    pub(super) unless: Vec<Group>,
    /// Exempts the text.
    pub(super) text_unless: Vec<Group>,
    pub(super) weight: f64,
}

/// A class of things with the price below which an offer of one is suspect, in euros.
#[derive(Debug)]
pub(super) struct Thing {
    pub(super) names: Group,
    pub(super) floor: f64,
}

/// The groups that rules in code use.
#[derive(Debug)]
pub(super) struct Named {
    pub(super) returns: Group,
    pub(super) owed: Group,
    pub(super) promise: Group,
    pub(super) cure: Group,
    pub(super) disease: Group,
    pub(super) ailment: Group,
    pub(super) honest_cure: Group,
    pub(super) heat_pump: Group,
    pub(super) energy_in: Group,
    pub(super) energy_out: Group,
    pub(super) fee: Group,
    pub(super) windfall: Group,
    pub(super) honest_fee: Group,
    pub(super) not_the_thing: Group,
    pub(super) sale: Group,
    pub(super) told: Group,
    pub(super) woo: Group,
}

/// A phrase and the group it belongs to.
#[derive(Debug)]
pub(super) struct Phrase {
    pub(super) group: Group,
    pub(super) pattern: Pattern,
}

/// Everything that the vetoes know about words.
#[derive(Debug)]
pub struct VetoRules {
    pub(super) phrases: Vec<Phrase>,
    /// Places in `phrases`.
    pub(super) first_words: PhraseIndex,
    pub(super) groups: usize,
    pub(super) rules: Vec<Rule>,
    pub(super) things: Vec<Thing>,
    pub(super) named: Named,
    /// Worth in euros of a currency's sign, code or name.
    pub(super) currency: BTreeMap<String, f64>,
    /// Values of numbers in words.
    pub(super) numbers: BTreeMap<String, f64>,
    pub(super) function_words: BTreeSet<String>,
    /// Words that praise.
    pub(super) praise: BTreeSet<String>,
}

/// A word of this tone or more praises (the scale of VADER, −4 to 4: Hutto and Gilbert, 2014). The words that lean in
/// offers only ("cotton", "repairs") are facts and do not count.
const PRAISING_TONE: f64 = 1.0;
/// Group of words that praise beside those of the tone lexicon.
const PRAISE: &str = "praise";

impl VetoRules {
    /// Reads the embedded file; numbers, function words and tone come from the lexicon.
    pub fn parse(lexicon: &Lexicon) -> Result<Self, LexiconError> {
        Self::read(lexicon, VETOES)
    }

    /// Reads a rules' file, or says what is wrong with it.
    pub(super) fn read(lexicon: &Lexicon, text: &str) -> Result<Self, LexiconError> {
        let file: RuleFile = toml::from_str(text).map_err(|error| fault(error.to_string()))?;
        let mut builder = Builder::new();
        for (name, phrases) in &file.groups {
            if name != PRAISE {
                builder.named(name, phrases)?;
            }
        }
        let named = builder.named_groups()?;
        let mut rules = Vec::new();
        for line in &file.rules {
            rules.push(builder.rule(line, file.kinds.get(line.kind.as_str()))?);
        }
        let mut things = Vec::new();
        for line in &file.things {
            let groups = builder.groups(&line.names)?;
            let names =
                *groups.first().ok_or_else(|| fault("a thing without a name".to_owned()))?;
            things.push(Thing { names, floor: line.floor });
        }
        let mut praise: BTreeSet<String> = vader_sentiment::LEXICON
            .iter()
            .filter(|(word, tone)| **tone >= PRAISING_TONE && word.chars().all(char::is_alphabetic))
            .map(|(word, _)| word.to_lowercase())
            .collect();
        let more = file.groups.get(PRAISE).map_or(&[][..], Vec::as_slice);
        praise.extend(more.iter().flat_map(|line| line.split_whitespace()).map(str::to_owned));
        Ok(Self {
            phrases: builder.phrases,
            first_words: builder.first_words,
            groups: builder.count,
            rules,
            things,
            named,
            currency: file.currency,
            numbers: lexicon.grammar.numbers.clone(),
            function_words: lexicon.grammar.function_words.iter().cloned().collect(),
            praise,
        })
    }
}

/// Groups and phrases while the file is read.
struct Builder {
    stemmer: Stemmer,
    phrases: Vec<Phrase>,
    first_words: PhraseIndex,
    names: BTreeMap<String, Group>,
    count: usize,
}

impl Builder {
    fn new() -> Self {
        Self {
            stemmer: Stemmer::create(Algorithm::English),
            phrases: Vec::new(),
            first_words: PhraseIndex::default(),
            names: BTreeMap::new(),
            count: 0,
        }
    }

    /// A group with a name.
    fn named(&mut self, name: &str, phrases: &[String]) -> Result<(), LexiconError> {
        let group = self.group(phrases.iter().map(String::as_str))?;
        self.names.insert(name.to_owned(), group);
        Ok(())
    }

    /// A new group of phrases.
    fn group<'a>(&mut self, phrases: impl Iterator<Item = &'a str>) -> Result<Group, LexiconError> {
        let group = Group(self.count);
        self.count += 1;
        for phrase in phrases {
            let pattern = Pattern::parse(&self.stemmer, phrase).map_err(fault)?;
            let at = self.phrases.len();
            self.first_words.add(&pattern, at);
            self.phrases.push(Phrase { group, pattern });
        }
        Ok(group)
    }

    /// The groups of a list: those it names by `@`, and one of the phrases it writes out.
    fn groups(&mut self, list: &[String]) -> Result<Vec<Group>, LexiconError> {
        let mut found = Vec::new();
        let plain: Vec<&str> =
            list.iter().map(String::as_str).filter(|phrase| !phrase.starts_with('@')).collect();
        if !plain.is_empty() {
            found.push(self.group(plain.into_iter())?);
        }
        for name in list.iter().filter_map(|phrase| phrase.strip_prefix('@')) {
            found.push(self.known(name)?);
        }
        Ok(found)
    }

    fn known(&self, name: &str) -> Result<Group, LexiconError> {
        self.names.get(name).copied().ok_or_else(|| fault(format!("no group '{name}'")))
    }

    fn rule(&mut self, line: &RuleLine, kind: Option<&KindLine>) -> Result<Rule, LexiconError> {
        let mut all = Vec::new();
        for part in &line.all {
            all.push(self.groups(part)?);
        }
        if all.is_empty() || all.iter().any(Vec::is_empty) || !(0.0..=1.0).contains(&line.weight) {
            return Err(fault("a rule without a part, or a weight that is no share".to_owned()));
        }
        let mut unless = self.groups(&line.unless)?;
        let mut text_unless = self.groups(&line.text_unless)?;
        if let Some(kind) = kind {
            unless.extend(self.groups(&kind.unless)?);
            text_unless.extend(self.groups(&kind.text_unless)?);
        }
        Ok(Rule {
            kind: line.kind,
            all,
            within: line.within,
            words: line.words.unwrap_or(usize::MAX),
            ordered: line.ordered,
            denied: line.denied,
            unless,
            text_unless,
            weight: line.weight,
        })
    }

    fn named_groups(&self) -> Result<Named, LexiconError> {
        Ok(Named {
            returns: self.known("returns")?,
            owed: self.known("owed")?,
            promise: self.known("promise")?,
            cure: self.known("cure")?,
            disease: self.known("disease")?,
            ailment: self.known("ailment")?,
            honest_cure: self.known("honest_cure")?,
            heat_pump: self.known("heat_pump")?,
            energy_in: self.known("energy_in")?,
            energy_out: self.known("energy_out")?,
            fee: self.known("fee")?,
            windfall: self.known("windfall")?,
            honest_fee: self.known("honest_fee")?,
            not_the_thing: self.known("not_the_thing")?,
            sale: self.known("sale")?,
            told: self.known("told")?,
            woo: self.known("woo")?,
        })
    }
}

fn fault(what: String) -> LexiconError {
    LexiconError { file: NAME, what }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_file_is_sound() {
        let lexicon = Lexicon::parse().unwrap();
        let rules = VetoRules::parse(&lexicon);
        assert!(rules.is_ok(), "{:?}", rules.err());
    }

    #[test]
    fn every_group_is_used() {
        let file: RuleFile = toml::from_str(VETOES).unwrap();
        let builder = include_str!("rules.rs");
        for name in file.groups.keys() {
            let used = VETOES.contains(&format!("\"@{name}\""))
                || builder.contains(&format!("known(\"{name}\")"))
                || name == PRAISE;
            assert!(used, "{name}");
        }
    }

    #[test]
    fn faults_are_named() {
        let lexicon = Lexicon::parse().unwrap();
        let broken = VETOES.replacen("@poison", "@posion", 1);
        let error = VetoRules::read(&lexicon, &broken).unwrap_err();
        assert!(error.to_string().contains("posion"), "{error}");
    }
}

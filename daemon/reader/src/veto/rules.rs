//! The files of rules: groups of phrases, and rules that combine groups within a clause, a sentence, neighbouring
//! sentences or the text; one file for what they share, and one for each kind. They are embedded; a fault in one fails a
//! test here.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::VetoKind;
use crate::lexicon::{Lexicon, LexiconError, Pattern, PhraseIndex, PhraseWords};

/// The files of rules, each with its name. A group or a kind of one may be used by those behind it.
pub const VETOES: [(&str, &str); 7] = [
    ("vetoes/common.toml", include_str!("../../../../assets/reader/vetoes/common.toml")),
    ("vetoes/harm.toml", include_str!("../../../../assets/reader/vetoes/harm.toml")),
    ("vetoes/fraud.toml", include_str!("../../../../assets/reader/vetoes/fraud.toml")),
    ("vetoes/quackery.toml", include_str!("../../../../assets/reader/vetoes/quackery.toml")),
    ("vetoes/crime.toml", include_str!("../../../../assets/reader/vetoes/crime.toml")),
    (
        "vetoes/exploitation.toml",
        include_str!("../../../../assets/reader/vetoes/exploitation.toml"),
    ),
    ("vetoes/impossible.toml", include_str!("../../../../assets/reader/vetoes/impossible.toml")),
];

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
    #[serde(default)]
    currency: BTreeMap<String, f64>,
    #[serde(default)]
    groups: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    kinds: BTreeMap<String, KindLine>,
    #[serde(default)]
    things: Vec<ThingLine>,
    #[serde(default)]
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

impl RuleFile {
    /// Reads a file, or says what is wrong with it.
    fn read(name: &'static str, text: &str) -> Result<Self, LexiconError> {
        toml::from_str(text).map_err(|error| fault(name, error.to_string()))
    }
}

impl VetoRules {
    /// Reads the embedded files; numbers, function words and tone come from the lexicon.
    pub fn parse(lexicon: &Lexicon) -> Result<Self, LexiconError> {
        Self::read(lexicon, &VETOES)
    }

    /// Reads files of rules, or says what is wrong with them.
    pub(super) fn read(
        lexicon: &Lexicon,
        texts: &[(&'static str, &str)],
    ) -> Result<Self, LexiconError> {
        let mut praise: BTreeSet<String> = vader_sentiment::LEXICON
            .iter()
            .filter(|(word, tone)| **tone >= PRAISING_TONE && word.chars().all(char::is_alphabetic))
            .map(|(word, _)| word.to_lowercase())
            .collect();
        let mut builder = Builder::new();
        let (mut kinds, mut currency) = (BTreeMap::new(), BTreeMap::new());
        let (mut rules, mut things) = (Vec::new(), Vec::new());
        // One after the other, since each takes many times its size while it is read.
        for (name, text) in texts {
            let file = RuleFile::read(name, text)?;
            builder.file = name;
            kinds.extend(file.kinds);
            currency.extend(file.currency);
            for (group, phrases) in &file.groups {
                if group == PRAISE {
                    let words = phrases.iter().flat_map(|line| line.split_whitespace());
                    praise.extend(words.map(str::to_owned));
                } else {
                    builder.named(group, phrases)?;
                }
            }
            for line in &file.rules {
                rules.push(builder.rule(line, kinds.get(line.kind.as_str()))?);
            }
            for line in &file.things {
                things.push(builder.thing(line)?);
            }
        }
        let named = builder.named_groups()?;
        Ok(Self {
            phrases: builder.phrases,
            first_words: builder.first_words,
            groups: builder.count,
            rules,
            things,
            named,
            currency,
            numbers: lexicon.grammar.numbers.clone(),
            function_words: lexicon.grammar.function_words.iter().cloned().collect(),
            praise,
        })
    }
}

/// Groups and phrases while the files are read.
struct Builder {
    /// The file that is read.
    file: &'static str,
    words: PhraseWords,
    phrases: Vec<Phrase>,
    first_words: PhraseIndex,
    names: BTreeMap<String, Group>,
    count: usize,
}

impl Builder {
    fn new() -> Self {
        Self {
            file: "",
            words: PhraseWords::new(),
            phrases: Vec::new(),
            first_words: PhraseIndex::default(),
            names: BTreeMap::new(),
            count: 0,
        }
    }

    /// A group with a name.
    fn named(&mut self, name: &str, phrases: &[String]) -> Result<(), LexiconError> {
        let group = self.group(phrases.iter().map(String::as_str))?;
        match self.names.insert(name.to_owned(), group) {
            None => Ok(()),
            Some(_) => Err(self.fault(format!("another file has a group '{name}'"))),
        }
    }

    /// A new group of phrases.
    fn group<'a>(&mut self, phrases: impl Iterator<Item = &'a str>) -> Result<Group, LexiconError> {
        let group = Group(self.count);
        self.count += 1;
        for phrase in phrases {
            let pattern = Pattern::parse(&self.words, phrase).map_err(|what| self.fault(what))?;
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
        self.names.get(name).copied().ok_or_else(|| self.fault(format!("no group '{name}'")))
    }

    fn rule(&mut self, line: &RuleLine, kind: Option<&KindLine>) -> Result<Rule, LexiconError> {
        let mut all = Vec::new();
        for part in &line.all {
            all.push(self.groups(part)?);
        }
        if all.is_empty() || all.iter().any(Vec::is_empty) || !(0.0..=1.0).contains(&line.weight) {
            return Err(
                self.fault("a rule without a part, or a weight that is no share".to_owned())
            );
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

    fn thing(&mut self, line: &ThingLine) -> Result<Thing, LexiconError> {
        let groups = self.groups(&line.names)?;
        let none = || self.fault("a thing without a name".to_owned());
        Ok(Thing { names: *groups.first().ok_or_else(none)?, floor: line.floor })
    }

    fn fault(&self, what: String) -> LexiconError {
        fault(self.file, what)
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

fn fault(file: &'static str, what: String) -> LexiconError {
    LexiconError { file, what }
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
        let builder = include_str!("rules.rs");
        let all: String = VETOES.iter().map(|(_, text)| *text).collect();
        for (name, text) in VETOES {
            for group in RuleFile::read(name, text).unwrap().groups.keys() {
                let used = all.contains(&format!("\"@{group}\""))
                    || builder.contains(&format!("known(\"{group}\")"))
                    || group == PRAISE;
                assert!(used, "{name}: {group}");
            }
        }
    }

    #[test]
    fn a_file_holds_the_rules_of_its_kind() {
        for (name, text) in VETOES {
            for rule in RuleFile::read(name, text).unwrap().rules {
                assert_eq!(name, format!("vetoes/{}.toml", rule.kind.as_str()));
            }
        }
    }

    #[test]
    fn faults_are_named() {
        let lexicon = Lexicon::parse().unwrap();
        let broken = VETOES.map(|(name, text)| (name, text.replacen("@poison", "@posion", 1)));
        let broken: Vec<_> = broken.iter().map(|(name, text)| (*name, text.as_str())).collect();
        let error = VetoRules::read(&lexicon, &broken).unwrap_err();
        assert!(error.to_string().contains("posion"), "{error}");
        assert_eq!(error.file, "vetoes/harm.toml");
    }
}

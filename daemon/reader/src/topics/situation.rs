//! The situation that a context puts its reader in. What a text says about it weighs more by a stated factor, never with
//! another sign; without a context, and for a text that does not speak of it, nothing changes.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::super::features::Token;
use super::super::lexicon::{LexiconError, Pattern, PhraseWords, Theme};
use super::super::theme::{Benefit, Concern};
use super::find::{denies, topics};
use super::phrases::Phrases;
use super::{Measure, Profile, SITUATIONS, TopicId, TopicMention, Topics, measure_of};

/// The table of situations.
#[derive(Debug)]
pub struct Situations {
    factor: f64,
    list: Vec<Entry>,
    says: Phrases,
    seeks: Phrases,
}

#[derive(Debug)]
struct Entry {
    name: String,
    themes: Vec<Theme>,
    topics: Vec<TopicId>,
    be: Vec<(Measure, f64)>,
}

/// What a context says about its reader.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Situation {
    /// Above 1 where something weighs more; absent is 1.
    themes: BTreeMap<Theme, f64>,
    topics: BTreeMap<TopicId, f64>,
    /// Topics that the context names itself.
    named: BTreeSet<TopicId>,
    be: BTreeMap<Measure, f64>,
    /// The situations, by their place in the table.
    entries: BTreeSet<u16>,
}

/// An answer to a situation counts like so many shared stems.
const SOUGHT: f64 = 2.0;
/// A topic that context and text both name counts like one.
const NAMED: f64 = 1.0;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SituationFile {
    factor: f64,
    situation: BTreeMap<String, SituationEntry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SituationEntry {
    says: Vec<String>,
    #[serde(default)]
    themes: Vec<String>,
    #[serde(default)]
    topics: Vec<String>,
    #[serde(default)]
    be: BTreeMap<String, f64>,
    seeks: Vec<String>,
    why: String,
}

impl Situation {
    /// The reader of a study without a context.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// The factor on what a theme adds or takes away; 1 or more.
    #[must_use]
    pub fn theme(&self, theme: Theme) -> f64 {
        self.themes.get(&theme).copied().unwrap_or(1.0)
    }

    /// The factor on what a topic adds or takes away; 1 or more.
    #[must_use]
    pub fn topic(&self, topic: TopicId) -> f64 {
        self.topics.get(&topic).copied().unwrap_or(1.0)
    }

    /// The person in this situation.
    #[must_use]
    pub fn applied(&self, profile: &Profile) -> Profile {
        self.be.iter().fold(*profile, |profile, (&measure, &value)| profile.with(measure, value))
    }
}

impl Situations {
    /// Reads the embedded table, or says what is wrong with it.
    ///
    /// # Errors
    /// When a situation names an unknown theme, topic or measure, or has a phrase that cannot be read.
    pub fn parse(topics: &Topics) -> Result<Self, LexiconError> {
        let file: SituationFile =
            toml::from_str(SITUATIONS).map_err(|error| fault(error.to_string()))?;
        if !(1.0..=2.0).contains(&file.factor) {
            return Err(fault("factor must be between 1 and 2".to_owned()));
        }
        let known = PhraseWords::new();
        let mut table = Self {
            factor: file.factor,
            list: Vec::new(),
            says: Phrases::default(),
            seeks: Phrases::default(),
        };
        for (at, (name, entry)) in file.situation.into_iter().enumerate() {
            let owner = u16::try_from(at).unwrap_or(u16::MAX);
            let lists = [(&entry.says, &mut table.says), (&entry.seeks, &mut table.seeks)];
            for (list, phrases) in lists {
                for phrase in list {
                    let pattern = Pattern::parse(&known, phrase)
                        .map_err(|what| fault(format!("situation.{name}: {what}")))?;
                    phrases.add(pattern, owner);
                }
            }
            if entry.says.is_empty() || entry.why.trim().is_empty() {
                return Err(fault(format!("situation.{name} needs phrases and a reason")));
            }
            table.list.push(Entry::of(name, &entry, topics)?);
        }
        Ok(table)
    }

    /// What a context says about its reader.
    #[must_use]
    pub fn situation(&self, table: &Topics, context: &[Token]) -> Situation {
        let mut situation = Situation::none();
        let found = self.says.find(context);
        for one in &found {
            if denies(context, &found, one) {
                continue;
            }
            let Some(entry) = self.list.get(usize::from(one.owner)) else { continue };
            situation.entries.insert(one.owner);
            situation.themes.extend(entry.themes.iter().map(|&theme| (theme, self.factor)));
            situation.topics.extend(entry.topics.iter().map(|&topic| (topic, self.factor)));
            situation.be.extend(entry.be.iter().copied());
        }
        for mention in topics(table, context) {
            if !mention.is_denied() {
                situation.topics.insert(mention.topic, self.factor);
                situation.named.insert(mention.topic);
            }
        }
        situation
    }

    /// How far a text answers a situation, in shared stems: to be added to the stems that text and context share.
    #[must_use]
    pub fn sought(&self, situation: &Situation, text: &[Token], mentions: &[TopicMention]) -> f64 {
        if situation.entries.is_empty() && situation.named.is_empty() {
            return 0.0;
        }
        let found = self.seeks.find(text);
        let answered: BTreeSet<u16> = found
            .iter()
            .filter(|one| situation.entries.contains(&one.owner) && !denies(text, &found, one))
            .map(|one| one.owner)
            .collect();
        let named = mentions
            .iter()
            .filter(|mention| !mention.is_denied() && situation.named.contains(&mention.topic))
            .count();
        SOUGHT * answered.len() as f64 + NAMED * named as f64
    }

    /// The names of the situations that a context puts its reader in.
    pub fn names<'a>(&'a self, situation: &'a Situation) -> impl Iterator<Item = &'a str> {
        situation
            .entries
            .iter()
            .filter_map(|&at| self.list.get(usize::from(at)))
            .map(|entry| entry.name.as_str())
    }
}

impl Entry {
    fn of(name: String, entry: &SituationEntry, topics: &Topics) -> Result<Self, LexiconError> {
        let unknown = |what: &str| fault(format!("situation.{name}: there is no '{what}'"));
        let themes = entry
            .themes
            .iter()
            .map(|word| theme(word).ok_or_else(|| unknown(word)))
            .collect::<Result<_, _>>()?;
        let topics = entry
            .topics
            .iter()
            .map(|word| topics.named(word).ok_or_else(|| unknown(word)))
            .collect::<Result<_, _>>()?;
        let be = entry
            .be
            .iter()
            .map(|(word, &value)| measure_of(&name, word).map(|measure| (measure, value)))
            .collect::<Result<_, _>>()?;
        Ok(Self { name, themes, topics, be })
    }
}

/// The theme of a row: `benefit_care`, `concern_price`.
fn theme(word: &str) -> Option<Theme> {
    let benefit = word.strip_prefix("benefit_").and_then(Benefit::parse).map(Theme::Benefit);
    benefit.or_else(|| word.strip_prefix("concern_").and_then(Concern::parse).map(Theme::Concern))
}

fn fault(what: String) -> LexiconError {
    LexiconError { file: "situations.toml", what }
}

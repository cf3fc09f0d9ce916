//! The topics of a text: what it speaks of that matters more to some people than to others (stairs, babies, an app that
//! is needed). The table in `assets/reader/topics.toml` holds for each topic its phrases, its effect on people and what
//! that rests on; a text without a topic is the same to everybody.

mod effect;
mod find;
mod measure;
mod phrases;
mod situation;

use std::collections::BTreeMap;

use serde::Deserialize;

use super::lexicon::{LexiconError, Pattern, PhraseWords};
pub use effect::{TopicEffect, effect, effects};
pub use find::{TopicMention, topics};
pub use measure::{Field, Measure, Profile, schooling};
use phrases::Phrases;
pub use situation::{Situation, Situations};

/// The table of topics.
pub const TOPICS: &str = include_str!("../../../../assets/reader/topics.toml");
/// The table of situations.
pub const SITUATIONS: &str = include_str!("../../../../assets/reader/situations.toml");

/// A topic, by its place in the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TopicId(u16);

/// What is known of a topic.
#[derive(Clone, Debug, PartialEq)]
pub struct Topic {
    /// Its name in the table.
    pub name: String,
    /// What it is called in a report.
    pub label: String,
    /// What it adds to the liking per unit of a measure, in standard deviations of liking between people.
    pub effect: BTreeMap<Measure, f64>,
    /// The factor on the effect where the text says that the thing is not there or not needed; −1 to 0.
    pub when_denied: f64,
    /// What the effect rests on.
    pub source: String,
}

/// All topics.
#[derive(Debug)]
pub struct Topics {
    list: Vec<Topic>,
    phrases: Phrases,
    means: [f64; Measure::COUNT],
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TopicFile {
    population: BTreeMap<String, f64>,
    topic: BTreeMap<String, TopicEntry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TopicEntry {
    label: String,
    cues: Vec<String>,
    effect: BTreeMap<String, f64>,
    when_denied: f64,
    source: String,
}

/// No coefficient is larger.
const LARGEST: f64 = 0.6;

impl Topics {
    /// Reads the embedded table, or says what is wrong with it.
    ///
    /// # Errors
    /// When a topic is incomplete, names an unknown measure, or has a phrase that cannot be read.
    pub fn parse() -> Result<Self, LexiconError> {
        Self::read(TOPICS)
    }

    fn read(text: &str) -> Result<Self, LexiconError> {
        let file: TopicFile = toml::from_str(text).map_err(|error| fault(error.to_string()))?;
        let known = PhraseWords::new();
        let mut means = [0.0; Measure::COUNT];
        for (name, mean) in &file.population {
            let measure = measure_of("population", name)?;
            if let Some(place) = means.get_mut(measure.index()) {
                *place = *mean;
            }
        }
        let mut phrases = Phrases::default();
        let mut list = Vec::with_capacity(file.topic.len());
        for (at, (name, entry)) in file.topic.into_iter().enumerate() {
            let id = TopicId(u16::try_from(at).unwrap_or(u16::MAX));
            for cue in &entry.cues {
                let pattern = Pattern::parse(&known, &exact(cue))
                    .map_err(|what| fault(format!("topic.{name}: {what}")))?;
                phrases.add(pattern, id.0);
            }
            list.push(topic(name, entry, &file.population)?);
        }
        Ok(Self { list, phrases, means })
    }

    /// Every topic with its number.
    pub fn iter(&self) -> impl Iterator<Item = (TopicId, &Topic)> {
        (0..).map(TopicId).zip(&self.list)
    }

    /// What is known of a topic.
    #[must_use]
    pub fn get(&self, id: TopicId) -> Option<&Topic> {
        self.list.get(usize::from(id.0))
    }

    /// The topic of that name.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<TopicId> {
        self.iter().find(|(_, topic)| topic.name == name).map(|(id, _)| id)
    }

    /// Somebody at the mean of the reference population in every measure, whom no topic moves.
    #[must_use]
    pub const fn average(&self) -> Profile {
        Profile::new(&self.means)
    }

    /// The mean of a measure in the reference population.
    fn mean(&self, measure: Measure) -> f64 {
        self.means.get(measure.index()).copied().unwrap_or_default()
    }
}

/// A phrase of the table in the notation of the lexicon: a word stands for itself, and `word*` for its inflections, since
/// the stem of "leggings" is "leg".
fn exact(cue: &str) -> String {
    let spaced = cue.replace('(', " ( ").replace(')', " ) ").replace('|', " | ");
    let words = spaced.split_whitespace().map(|word| match word.strip_suffix('*') {
        Some(stem) => stem.to_owned(),
        None if word.starts_with(char::is_alphanumeric) => format!("={word}"),
        None => word.to_owned(),
    });
    words.collect::<Vec<_>>().join(" ")
}

fn topic(
    name: String,
    entry: TopicEntry,
    population: &BTreeMap<String, f64>,
) -> Result<Topic, LexiconError> {
    let wrong = |what: &str| fault(format!("topic.{name}: {what}"));
    if entry.cues.is_empty() || entry.effect.is_empty() || entry.source.trim().is_empty() {
        return Err(wrong("needs cues, an effect and a source"));
    }
    if !(-1.0..=0.0).contains(&entry.when_denied) {
        return Err(wrong("when_denied must be between -1 and 0"));
    }
    let mut effect = BTreeMap::new();
    for (word, size) in entry.effect {
        let measure = measure_of(&name, &word)?;
        if !population.contains_key(&word) {
            return Err(wrong(&format!("the population's mean of '{word}' is missing")));
        }
        if size == 0.0 || size.abs() > LARGEST {
            return Err(wrong(&format!("the effect of '{word}' must be at most {LARGEST}, not 0")));
        }
        effect.insert(measure, size);
    }
    Ok(Topic {
        label: entry.label,
        effect,
        when_denied: entry.when_denied,
        source: entry.source,
        name,
    })
}

fn measure_of(place: &str, word: &str) -> Result<Measure, LexiconError> {
    Measure::parse(word).ok_or_else(|| fault(format!("{place}: there is no measure '{word}'")))
}

fn fault(what: String) -> LexiconError {
    LexiconError { file: "topics.toml", what }
}

#[cfg(test)]
mod tests;

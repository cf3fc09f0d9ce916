//! The phrases by which some signals are seen. A phrase stays within its sentence; some are looked for in the first or
//! the last sentence only.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use rust_stemmers::{Algorithm, Stemmer};
use serde::Deserialize;

use super::Signal;
use crate::features::{Span, Token};
use crate::lexicon::{Lexicon, LexiconError, Part, Pattern, PhraseIndex};

pub const PHRASES: &str = include_str!("../../../../assets/review/phrases.toml");
pub const TRACES: &str = include_str!("../../../../assets/review/traces.toml");

/// Where a phrase counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Place {
    #[default]
    Anywhere,
    /// In the first two sentences.
    Opening,
    /// In the last three sentences.
    Closing,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PhraseList {
    #[serde(default)]
    place: Place,
    phrases: Vec<String>,
}

/// The phrases of all signals.
#[derive(Debug)]
pub(super) struct PhraseTable {
    phrases: Vec<(Pattern, Signal, Place)>,
    index: PhraseIndex,
}

/// Where the phrases of each signal stand.
#[derive(Debug, Default)]
pub(super) struct PhraseHits(BTreeMap<Signal, Vec<Span>>);

impl PhraseHits {
    /// The places of a signal's phrases, in order.
    pub(super) fn of(&self, signal: Signal) -> &[Span] {
        self.0.get(&signal).map_or(&[], Vec::as_slice)
    }
}

impl PhraseTable {
    pub(super) fn parse() -> Result<Self, LexiconError> {
        const FILE: &str = "review/phrases.toml";
        let lists: BTreeMap<Signal, PhraseList> = toml::from_str(PHRASES)
            .map_err(|error| LexiconError { file: FILE, what: error.to_string() })?;
        Self::of(FILE, lists)
    }

    fn of(file: &'static str, lists: BTreeMap<Signal, PhraseList>) -> Result<Self, LexiconError> {
        let fault = |what: String| LexiconError { file, what };
        let stemmer = Stemmer::create(Algorithm::English);
        let mut table = Self { phrases: Vec::new(), index: PhraseIndex::default() };
        for (signal, list) in lists {
            for phrase in &list.phrases {
                let pattern = Pattern::parse(&stemmer, phrase).map_err(fault)?;
                table.index.add(&pattern, table.phrases.len());
                table.phrases.push((pattern, signal, list.place));
            }
        }
        Ok(table)
    }

    /// Finds the phrases in a text.
    pub(super) fn find(
        &self,
        lexicon: &Lexicon,
        text: &str,
        tokens: &[Token],
        sentences: &[Range<usize>],
    ) -> PhraseHits {
        let mut hits = PhraseHits::default();
        for (number, range) in sentences.iter().enumerate() {
            let is_value = |token: &Token| {
                token.number.is_some() || lexicon.grammar.numbers.contains_key(&token.word)
            };
            let fits = |part: &Part, at: usize| {
                let token = tokens.get(at).filter(|_| range.contains(&at));
                token.is_some_and(|token| match part {
                    Part::Stem(stem) => token.stem == *stem && token.inflected,
                    Part::Word(word) => token.word == *word,
                    Part::Any => true,
                    Part::Number | Part::Many => is_value(token),
                    Part::Gap | Part::OneOf(_) => false,
                })
            };
            // Up to where a signal has been seen: its phrases do not overlap.
            let mut seen: BTreeMap<Signal, usize> = BTreeMap::new();
            for at in range.clone() {
                let Some(token) = tokens.get(at) else { continue };
                let numeric = if is_value(token) { self.index.number() } else { &[] };
                let places =
                    self.index.stem(&token.stem).iter().chain(self.index.word(&token.word));
                for &place in places.chain(numeric) {
                    let Some((pattern, signal, wanted)) = self.phrases.get(place) else { continue };
                    let counts = match wanted {
                        Place::Anywhere => true,
                        Place::Opening => number < 2,
                        Place::Closing => number + 3 >= sentences.len(),
                    };
                    if !counts || seen.get(signal).is_some_and(|&until| at < until) {
                        continue;
                    }
                    let Some(end) = pattern.end(at, &fits) else { continue };
                    let Some(last) = tokens.get(end - 1) else { continue };
                    seen.insert(*signal, end);
                    let span = Span { start: token.start, end: last.end };
                    if text.get(span.start..span.end).is_some() {
                        hits.0.entry(*signal).or_default().push(span);
                    }
                }
            }
        }
        hits
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TraceFile {
    requests: BTreeSet<String>,
    plain: BTreeSet<String>,
    phrases: BTreeMap<Signal, Vec<String>>,
}

/// The weakest signs that something is there, which forbid to say that it is missing.
#[derive(Debug)]
pub(super) struct Traces {
    /// Words that begin a request.
    pub(super) requests: BTreeSet<String>,
    /// Those that hardly say anything but what to do next.
    pub(super) plain: BTreeSet<String>,
    pub(super) phrases: PhraseTable,
}

impl Traces {
    pub(super) fn parse() -> Result<Self, LexiconError> {
        const FILE: &str = "review/traces.toml";
        let TraceFile { requests, plain, phrases } = toml::from_str(TRACES)
            .map_err(|error| LexiconError { file: FILE, what: error.to_string() })?;
        let anywhere = |phrases| PhraseList { place: Place::Anywhere, phrases };
        let lists = phrases.into_iter().map(|(signal, phrases)| (signal, anywhere(phrases)));
        Ok(Self { requests, plain, phrases: PhraseTable::of(FILE, lists.collect())? })
    }
}

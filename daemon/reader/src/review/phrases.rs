//! The phrases by which some signals are seen. A phrase stays within its sentence; some are looked for in the first or
//! the last sentence only.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use serde::Deserialize;

use super::Signal;
use crate::features::{Span, Token};
use crate::lexicon::{Lexicon, LexiconError, Part, Pattern, PhraseIndex, PhraseWords};

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
    /// Phrases that count like the others, and of which nothing is told: they mean the signal often and not always.
    #[serde(default)]
    hints: Vec<String>,
}

/// A phrase of a signal.
#[derive(Debug)]
struct SignalPhrase {
    pattern: Pattern,
    signal: Signal,
    place: Place,
    is_hint: bool,
}

/// The phrases of all signals.
#[derive(Debug)]
pub(super) struct PhraseTable {
    phrases: Vec<SignalPhrase>,
    index: PhraseIndex,
}

/// Where the phrases of each signal stand.
#[derive(Debug, Default)]
pub(super) struct PhraseHits {
    all: BTreeMap<Signal, Vec<Span>>,
    sure: BTreeMap<Signal, Vec<Span>>,
}

impl PhraseHits {
    /// The places of a signal's phrases, in order.
    pub(super) fn of(&self, signal: Signal) -> &[Span] {
        self.all.get(&signal).map_or(&[], Vec::as_slice)
    }

    /// Those of them that are no mere hints.
    pub(super) fn sure(&self, signal: Signal) -> &[Span] {
        self.sure.get(&signal).map_or(&[], Vec::as_slice)
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
        let known = PhraseWords::new();
        let mut table = Self { phrases: Vec::new(), index: PhraseIndex::default() };
        for (signal, PhraseList { place, phrases, hints }) in lists {
            let hints = hints.iter().map(|phrase| (phrase, true));
            for (phrase, is_hint) in phrases.iter().map(|phrase| (phrase, false)).chain(hints) {
                let pattern = Pattern::parse(&known, phrase).map_err(fault)?;
                table.index.add(&pattern, table.phrases.len());
                table.phrases.push(SignalPhrase { pattern, signal, place, is_hint });
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
                    Part::Stem(stem) => token.stem == **stem && token.inflected,
                    Part::Word(word) => token.word == **word,
                    Part::Any => true,
                    Part::Number | Part::Many => is_value(token),
                    Part::Gap | Part::OneOf(_) => false,
                })
            };
            // Up to where a signal has been seen, and seen for sure: its phrases do not overlap.
            let mut seen: BTreeMap<Signal, usize> = BTreeMap::new();
            let mut sure: BTreeMap<Signal, usize> = BTreeMap::new();
            for at in range.clone() {
                let Some(token) = tokens.get(at) else { continue };
                let numeric = if is_value(token) { self.index.number() } else { &[] };
                let places =
                    self.index.stem(&token.stem).iter().chain(self.index.word(&token.word));
                for &place in places.chain(numeric) {
                    let Some(phrase) = self.phrases.get(place) else { continue };
                    let SignalPhrase { pattern, signal, is_hint, .. } = phrase;
                    let counts = match phrase.place {
                        Place::Anywhere => true,
                        Place::Opening => number < 2,
                        Place::Closing => number + 3 >= sentences.len(),
                    };
                    let within = |known: &BTreeMap<Signal, usize>| {
                        known.get(signal).is_some_and(|&until| at < until)
                    };
                    let (is_known, is_sure) = (within(&seen), *is_hint || within(&sure));
                    if !counts || is_known && is_sure {
                        continue;
                    }
                    let Some(end) = pattern.end(at, &fits) else { continue };
                    let Some(last) = tokens.get(end - 1) else { continue };
                    let span = Span { start: token.start, end: last.end };
                    if text.get(span.start..span.end).is_none() {
                        continue;
                    }
                    if !is_known {
                        seen.insert(*signal, end);
                        hits.all.entry(*signal).or_default().push(span);
                    }
                    if !is_sure {
                        sure.insert(*signal, end);
                        hits.sure.entry(*signal).or_default().push(span);
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
    sold: BTreeSet<String>,
    claims: BTreeSet<String>,
    kinds: BTreeMap<String, Vec<String>>,
    phrases: BTreeMap<Signal, Vec<String>>,
}

/// The weakest signs that something is there, which forbid to say that it is missing.
#[derive(Debug)]
pub(super) struct Traces {
    /// Words that begin a request.
    pub(super) requests: BTreeSet<String>,
    /// Those that hardly say anything but what to do next.
    pub(super) plain: BTreeSet<String>,
    /// Words of what is for sale.
    pub(super) sold: BTreeSet<String>,
    /// Words of a claim.
    pub(super) claims: BTreeSet<String>,
    /// The kind of a request, by its first word.
    kinds: BTreeMap<String, String>,
    pub(super) phrases: PhraseTable,
}

impl Traces {
    /// What kind of request begins with a word.
    pub(super) fn kind<'w>(&'w self, word: &'w str) -> &'w str {
        self.kinds.get(word).map_or(word, String::as_str)
    }

    pub(super) fn parse() -> Result<Self, LexiconError> {
        const FILE: &str = "review/traces.toml";
        let TraceFile { requests, plain, sold, claims, kinds, phrases } = toml::from_str(TRACES)
            .map_err(|error| LexiconError { file: FILE, what: error.to_string() })?;
        let anywhere = |phrases| PhraseList { place: Place::Anywhere, phrases, hints: Vec::new() };
        let lists = phrases.into_iter().map(|(signal, phrases)| (signal, anywhere(phrases)));
        let phrases = PhraseTable::of(FILE, lists.collect())?;
        let words = kinds
            .into_iter()
            .flat_map(|(kind, words)| words.into_iter().map(move |word| (word, kind.clone())));
        Ok(Self { requests, plain, sold, claims, kinds: words.collect(), phrases })
    }
}

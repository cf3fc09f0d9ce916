//! The features of a text: cues for and against, the price, how hard it reads, how much hype it has. They are a pure
//! function of the text and count occurrences, so an addition to a text changes a count only by what the addition
//! contains.

mod amounts;
pub mod clauses;
mod cues;
mod durations;
mod hype;
mod quote;
mod readability;
mod sense;
mod tokenise;

use std::collections::{BTreeMap, BTreeSet};

use super::lexicon::{Lexicon, Theme};
use super::theme::{Benefit, Concern};
pub use amounts::Price;
pub use quote::Span;
pub use tokenise::{Token, tokenise, unwrapped};

/// How often a theme occurs, with the words that say so.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Mass {
    /// Weighted count of cues.
    pub count: f64,
    /// The words, strongest first, each with what it added.
    pub evidence: Vec<Evidence>,
}

/// Words of the text, and how much they count.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Evidence {
    /// Where they stand, with enough around them to quote.
    pub span: Span,
    /// The cue itself.
    pub cue: Span,
    /// What they added to the count.
    pub count: f64,
}

/// Everything the reader takes from a text.
#[derive(Clone, Debug, PartialEq)]
pub struct Features {
    /// By [`Benefit::index`].
    pub benefits: Vec<Mass>,
    /// By [`Concern::index`].
    pub concerns: Vec<Mass>,
    /// The largest price, per month.
    pub price: Option<Price>,
    /// Reading grade of the hardest sentence, in years of schooling, and where it stands.
    pub grade: f64,
    /// The hardest sentence.
    pub hardest: Option<Span>,
    /// Superlatives, exclamations and buzzwords, counted.
    pub hype: f64,
    /// The first of them.
    pub hype_span: Option<Span>,
    /// Numbers, units and names in sentences without a concern, counted.
    pub specificity: f64,
    /// Pleasant words that are no cue, weighted by their tone.
    pub pleasant: f64,
    /// Unpleasant words that are no cue, weighted by their tone.
    pub unpleasant: f64,
    /// Share of the text that makes sense, 0 to 1; below [`Features::SENSE`] it is noise.
    pub sense: f64,
    /// Hashes of the distinct content stems, sorted.
    pub stems: Vec<u64>,
}

impl Features {
    /// Below this a text is noise.
    pub const SENSE: f64 = 0.5;

    /// Whether the text makes sense at all.
    #[must_use]
    pub fn makes_sense(&self) -> bool {
        self.sense >= Self::SENSE
    }
}

/// Reads a text.
pub fn read(lexicon: &Lexicon, text: &str) -> Features {
    let tokens = tokenise(text);
    let sense = sense::share(lexicon, &tokens);
    let mut found = Vec::new();
    let hits = cues::find(lexicon, &tokens, &mut found);
    let price = amounts::read(lexicon, text, &tokens, &mut found);
    durations::read(lexicon, &tokens, &mut found);
    let (grade, hardest) = readability::hardest(text, &tokens);
    let hype = hype::count(lexicon, text, &tokens);
    let (pleasant, unpleasant) = cues::tone(lexicon, &tokens, &hits, &hype.sentences);
    let (benefits, concerns, troubled) = gather(text, &tokens, &found);
    let specificity = sense::specificity(text, &tokens, &troubled);
    let mut stems: Vec<u64> = tokens
        .iter()
        .filter(|token| !lexicon.grammar.function_words.contains(&token.word))
        .map(|token| super::draw::hash(&token.stem))
        .collect();
    stems.sort_unstable();
    stems.dedup();
    Features {
        benefits,
        concerns,
        price,
        grade,
        hardest,
        hype: hype.count,
        hype_span: hype.first,
        specificity,
        pleasant,
        unpleasant,
        sense,
        stems,
    }
}

/// Something that was found in the text.
#[derive(Clone, Copy, Debug)]
pub struct TextMatch {
    pub theme: Theme,
    pub count: f64,
    /// Its first token.
    pub first: usize,
    /// Its last token.
    pub last: usize,
    /// Where a quotation of it begins: the word that turned it, or its first token.
    pub from: usize,
}

/// What a clause says on the side says less, and nothing at all beside twice its weight: in "calls to an adviser carry
/// separate fees" the adviser is no benefit.
fn beside(ours: f64, theirs: f64) -> f64 {
    if ours >= theirs {
        1.0
    } else if 2.0 * ours > theirs {
        0.4
    } else {
        0.0
    }
}

/// Sums what was found by theme. Within a clause that speaks both ways the weaker side is damped.
fn gather(
    text: &str,
    tokens: &[Token],
    found: &[TextMatch],
) -> (Vec<Mass>, Vec<Mass>, BTreeSet<usize>) {
    let mut balance: BTreeMap<usize, (f64, f64)> = BTreeMap::new();
    for one in found {
        let (good, bad) = balance.entry(tokens[one.first].clause).or_default();
        match one.theme {
            Theme::Benefit(_) => *good += one.count,
            Theme::Concern(_) => *bad += one.count,
        }
    }
    let mut benefits = vec![Mass::default(); Benefit::COUNT];
    let mut concerns = vec![Mass::default(); Concern::COUNT];
    let mut troubled = BTreeSet::new();
    for one in found {
        let (good, bad) = balance.get(&tokens[one.first].clause).copied().unwrap_or_default();
        let (mass, ours, theirs) = match one.theme {
            Theme::Benefit(benefit) => (&mut benefits[benefit.index()], good, bad),
            Theme::Concern(concern) => {
                troubled.insert(tokens[one.first].sentence);
                (&mut concerns[concern.index()], bad, good)
            }
        };
        let count = one.count * beside(ours, theirs);
        if count <= 0.0 {
            continue;
        }
        let span = quote::around(text, tokens, one.from, one.last);
        let cue = Span { start: tokens[one.first].start, end: tokens[one.last].end };
        mass.count += count;
        mass.evidence.push(Evidence { span, cue, count });
    }
    for mass in benefits.iter_mut().chain(&mut concerns) {
        mass.evidence
            .sort_by(|a, b| b.count.total_cmp(&a.count).then(a.span.start.cmp(&b.span.start)));
    }
    (benefits, concerns, troubled)
}

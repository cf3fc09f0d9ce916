//! What the reader sees in a text: cues for and against, the price, how hard it reads, how loudly it sells. A pure function
//! of the text; everything counts occurrences, so a text can only gain or lose by what is added to it.

mod amounts;
mod cues;
mod durations;
mod hype;
mod quote;
mod readability;
mod sense;
mod tokenise;

use super::lexicon::{Lexicon, Theme};
use super::theme::{Benefit, Concern};
pub use amounts::Price;
pub use quote::Span;
pub(crate) use tokenise::{Token, tokenise};

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
    /// Where they stand.
    pub span: Span,
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
pub(crate) fn read(lexicon: &Lexicon, text: &str) -> Features {
    let tokens = tokenise(text);
    let mut gathered = Gathered::new();
    let sense = sense::share(lexicon, &tokens);
    let hits = cues::find(lexicon, text, &tokens, &mut gathered);
    let price = amounts::read(lexicon, text, &tokens, &mut gathered);
    durations::read(lexicon, text, &tokens, &mut gathered);
    let (pleasant, unpleasant) = cues::tone(lexicon, &tokens, &hits);
    let (grade, hardest) = readability::hardest(text, &tokens);
    let (hype, hype_span) = hype::count(lexicon, text, &tokens);
    let specificity = sense::specificity(text, &tokens, &gathered);
    let mut stems: Vec<u64> = tokens
        .iter()
        .filter(|token| !lexicon.grammar.function_words.contains(&token.word))
        .map(|token| super::draw::hash(&token.stem))
        .collect();
    stems.sort_unstable();
    stems.dedup();
    gathered.finish();
    Features {
        benefits: gathered.benefits,
        concerns: gathered.concerns,
        price,
        grade,
        hardest,
        hype,
        hype_span,
        specificity,
        pleasant,
        unpleasant,
        sense,
        stems,
    }
}

/// Collects evidence while the text is read.
pub(crate) struct Gathered {
    benefits: Vec<Mass>,
    concerns: Vec<Mass>,
    /// Sentences that hold a concern.
    troubled: std::collections::BTreeSet<usize>,
}

impl Gathered {
    fn new() -> Self {
        Self {
            benefits: vec![Mass::default(); Benefit::COUNT],
            concerns: vec![Mass::default(); Concern::COUNT],
            troubled: std::collections::BTreeSet::new(),
        }
    }

    pub(crate) fn add(&mut self, theme: Theme, count: f64, span: Span, sentence: usize) {
        let mass = match theme {
            Theme::Benefit(benefit) => &mut self.benefits[benefit.index()],
            Theme::Concern(concern) => {
                self.troubled.insert(sentence);
                &mut self.concerns[concern.index()]
            }
        };
        mass.count += count;
        mass.evidence.push(Evidence { span, count });
    }

    pub(crate) fn troubled(&self, sentence: usize) -> bool {
        self.troubled.contains(&sentence)
    }

    fn finish(&mut self) {
        for mass in self.benefits.iter_mut().chain(&mut self.concerns) {
            mass.evidence
                .sort_by(|a, b| b.count.total_cmp(&a.count).then(a.span.start.cmp(&b.span.start)));
        }
    }
}

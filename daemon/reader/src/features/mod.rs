//! The features of a text: cues for and against, the price, how hard it reads, how much hype it has. They are a pure
//! function of the text and count occurrences, so an addition to a text changes a count only by what the addition
//! contains.

mod amounts;
pub mod clauses;
mod cues;
mod durations;
mod hype;
pub mod judge;
mod readability;
mod sense;
mod span;
mod tokenise;

use std::collections::BTreeSet;

use encoder::Damaged;

use self::clauses::Clause;
use self::judge::Judgement;
use super::lexicon::{Lexicon, Theme};
use super::meaning::{self, Meaning};
use super::theme::{Benefit, Concern};
use super::veto::VetoKind;
pub use amounts::Price;
pub use span::Span;
pub use tokenise::{Token, tokenise, unwrapped};

/// How often a theme occurs, with the words that say so.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Mass {
    /// Weighted count of cues.
    pub count: f64,
    /// The words, strongest first, each with what it added.
    pub evidence: Vec<Evidence>,
}

/// A clause of the text, and how much it counts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Evidence {
    /// The clause.
    pub span: Span,
    /// What it added to the count.
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
    /// Why nobody would want it, with the clause that gives it away.
    pub veto: Option<(VetoKind, Span)>,
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
///
/// # Errors
/// Never, unless the shipped files are broken.
pub fn read(lexicon: &Lexicon, text: &str) -> Result<Features, Damaged> {
    let tokens = tokenise(text);
    let sense = sense::share(lexicon, &tokens);
    let clauses = clauses::clauses(text, &tokens);
    let meanings = meaning::read(clauses.iter().map(|clause| clause.span.of(text)))?;
    let mut found = Vec::new();
    cues::find(lexicon, &tokens, &mut found);
    let price = amounts::read(lexicon, text, &tokens, &mut found);
    durations::read(lexicon, &tokens, &mut found);
    let (grade, hardest) = readability::hardest(text, &tokens);
    let hype = hype::count(lexicon, text, &tokens);
    let judged: Vec<Option<Judgement>> = clauses
        .iter()
        .zip(&meanings)
        .map(|(clause, meaning)| {
            let own = found.iter().filter(|one| (clause.first..=clause.last).contains(&one.first));
            judge::judge(&tokens, own, meaning)
        })
        .collect();
    let (benefits, concerns, troubled) = gather(&tokens, &clauses, &judged);
    let specificity = sense::specificity(text, &tokens, &troubled);
    let mut stems: Vec<u64> = tokens
        .iter()
        .filter(|token| !lexicon.grammar.function_words.contains(&token.word))
        .map(|token| super::draw::hash(&token.stem))
        .collect();
    stems.sort_unstable();
    stems.dedup();
    Ok(Features {
        benefits,
        concerns,
        price,
        grade,
        hardest,
        hype: hype.count,
        hype_span: hype.first,
        specificity,
        veto: vetoed(&clauses, &meanings),
        sense,
        stems,
    })
}

/// A meaning that deserves a veto with this probability is enough by itself.
const CERTAIN: f64 = 0.85;

/// The veto of a text.
fn vetoed(clauses: &[Clause], meanings: &[Meaning]) -> Option<(VetoKind, Span)> {
    clauses
        .iter()
        .zip(meanings)
        .map(|(clause, meaning)| (meaning.veto(), clause.span))
        .filter(|((_, probability), _)| *probability >= CERTAIN)
        .max_by(|one, other| one.0.1.total_cmp(&other.0.1))
        .map(|((kind, _), span)| (kind, span))
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

/// Sums by theme what the clauses say, strongest first.
fn gather(
    tokens: &[Token],
    clauses: &[Clause],
    judged: &[Option<Judgement>],
) -> (Vec<Mass>, Vec<Mass>, BTreeSet<usize>) {
    let mut benefits = vec![Mass::default(); Benefit::COUNT];
    let mut concerns = vec![Mass::default(); Concern::COUNT];
    let mut troubled = BTreeSet::new();
    for (clause, judgement) in clauses.iter().zip(judged) {
        let Some(judgement) = judgement else { continue };
        let mass = match judgement.theme {
            Theme::Benefit(benefit) => benefits.get_mut(benefit.index()),
            Theme::Concern(concern) => {
                troubled.extend(tokens.get(clause.first).map(|token| token.sentence));
                concerns.get_mut(concern.index())
            }
        };
        let Some(mass) = mass else { continue };
        mass.count += judgement.count;
        mass.evidence.push(Evidence { span: clause.span, count: judgement.count });
    }
    for mass in benefits.iter_mut().chain(&mut concerns) {
        mass.evidence
            .sort_by(|a, b| b.count.total_cmp(&a.count).then(a.span.start.cmp(&b.span.start)));
    }
    (benefits, concerns, troubled)
}

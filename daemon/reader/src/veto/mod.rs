//! Words that make an offer suspect: poison in food, profits that nobody pays, cures for everything, crime, exploited
//! people, machines that physics forbids, mere praise, prices far below the usual. The rules are a pure function of the
//! text; they give evidence beside a sentence classifier and are certain alone only where their weight says so.

mod cheap;
mod combine;
mod cures;
mod energy;
mod fees;
mod hits;
mod joint;
mod money;
mod returns;
mod rules;
mod salad;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

pub use rules::{VETOES, VetoRules};

use crate::features::clauses::Clause;
use crate::features::{Span, Token};
use hits::Hit;

/// Why a text is suspect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VetoKind {
    /// It poisons, injures or kills, or leaves out what prevents that.
    Harm,
    /// It takes money or secrets under a false promise.
    Fraud,
    /// It claims to cure what it cannot.
    Quackery,
    /// It sells or does what the law punishes.
    Crime,
    /// Somebody is made to work without pay, rest, age or freedom.
    Exploitation,
    /// Physics forbids it.
    Impossible,
    /// It is praise without a statement.
    Salad,
    /// Its price is far below what such a thing costs.
    TooCheap,
}

impl VetoKind {
    /// Every kind, in order.
    pub const ALL: &[Self] = &[
        Self::Harm,
        Self::Fraud,
        Self::Quackery,
        Self::Crime,
        Self::Exploitation,
        Self::Impossible,
        Self::Salad,
        Self::TooCheap,
    ];

    /// Its name in the rules' file and in test texts.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Harm => "harm",
            Self::Fraud => "fraud",
            Self::Quackery => "quackery",
            Self::Crime => "crime",
            Self::Exploitation => "exploitation",
            Self::Impossible => "impossible",
            Self::Salad => "salad",
            Self::TooCheap => "too_cheap",
        }
    }
}

/// What makes a text suspect, and where it says so.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Suspicion {
    pub kind: VetoKind,
    /// Place of its clause; nothing where the whole text is meant.
    pub clause: Option<usize>,
    /// The words that decided.
    pub span: Span,
    /// How sure the rules are, 0 to 1.
    pub weight: f64,
}

impl Suspicion {
    /// From this weight on the rules are certain without other evidence.
    pub const CERTAIN: f64 = 0.9;

    /// Whether the rules are certain without other evidence.
    #[must_use]
    pub fn is_certain(&self) -> bool {
        self.weight >= Self::CERTAIN
    }
}

/// What is suspect in a text: the strongest suspicion of each kind in each clause, strongest first.
#[must_use]
pub fn look(rules: &VetoRules, text: &str, tokens: &[Token], clauses: &[Clause]) -> Vec<Suspicion> {
    let page = Page::new(rules, text, tokens);
    let mut found = combine::look(rules, &page);
    found.extend(returns::look(rules, &page));
    found.extend(fees::look(rules, &page));
    found.extend(cures::look(rules, &page));
    found.extend(energy::look(rules, &page));
    found.extend(salad::look(rules, &page));
    found.extend(cheap::look(rules, &page));
    let together = joint::together(&page, &found);
    found.extend(together);
    let mut best: BTreeMap<(VetoKind, Option<usize>), Suspicion> = BTreeMap::new();
    for one in &found {
        let clause = one.at.and_then(|at| place(clauses, at));
        let span = span(tokens, one.first, one.last);
        let suspicion = Suspicion { kind: one.kind, clause, span, weight: one.weight };
        let known = best.entry((one.kind, clause)).or_insert(suspicion);
        if suspicion.weight > known.weight {
            *known = suspicion;
        }
    }
    let mut strongest: Vec<Suspicion> = best.into_values().collect();
    strongest.sort_by(|a, b| {
        b.weight.total_cmp(&a.weight).then(a.kind.cmp(&b.kind)).then(a.span.cmp(&b.span))
    });
    strongest
}

/// The clause that holds a token.
fn place(clauses: &[Clause], token: usize) -> Option<usize> {
    clauses.iter().position(|clause| (clause.first..=clause.last).contains(&token))
}

/// From the beginning of one token to the end of another, in bytes.
fn span(tokens: &[Token], first: usize, last: usize) -> Span {
    let start = tokens.get(first).map_or(0, |token| token.start);
    Span { start, end: tokens.get(last).map_or(start, |token| token.end) }
}

/// A suspicion in tokens.
#[derive(Clone, Copy, Debug)]
struct Found {
    kind: VetoKind,
    /// A token of the clause that is named; nothing where the whole text is meant.
    at: Option<usize>,
    /// The first token that decided.
    first: usize,
    /// The last one.
    last: usize,
    weight: f64,
}

/// A text with the phrases of the rules found in it.
struct Page<'a> {
    text: &'a str,
    tokens: &'a [Token],
    /// By group of the rules.
    hits: Vec<Vec<Hit>>,
}

impl<'a> Page<'a> {
    fn new(rules: &VetoRules, text: &'a str, tokens: &'a [Token]) -> Self {
        Self { text, tokens, hits: hits::find(rules, tokens) }
    }

    /// Where the phrases of a group stand.
    fn of(&self, group: rules::Group) -> &[Hit] {
        self.hits.get(group.0).map_or(&[][..], Vec::as_slice)
    }

    /// Whether a phrase of a group stands in a sentence.
    fn says(&self, group: rules::Group, sentence: usize) -> bool {
        self.of(group).iter().any(|hit| self.sentence(hit.first) == sentence)
    }

    /// The sentence of a token.
    fn sentence(&self, at: usize) -> usize {
        self.tokens.get(at).map_or(usize::MAX, |token| token.sentence)
    }

    /// The word at a place, or nothing beyond the end.
    fn word(&self, at: usize) -> &str {
        self.tokens.get(at).map_or("", |token| token.word.as_str())
    }

    /// Whether a negator stands shortly before a token in the same part of its sentence, outside the tokens that
    /// `covered` names.
    fn negated(&self, at: usize, covered: impl Fn(usize) -> bool) -> bool {
        let Some(token) = self.tokens.get(at) else { return false };
        let from = at.saturating_sub(NEGATION_REACH);
        (from..at).any(|before| {
            self.tokens.get(before).is_some_and(|other| {
                other.sentence == token.sentence
                    && other.clause == token.clause
                    && negates(&other.word)
                    && !covered(before)
            })
        })
    }
}

/// How far a negator reaches, in words.
const NEGATION_REACH: usize = 4;

/// Whether a word denies what follows it.
fn negates(word: &str) -> bool {
    const NEGATORS: &[&str] = &[
        "no", "not", "never", "nobody", "none", "without", "nor", "neither", "cannot", "nothing",
        "hardly", "zero", "instead", "rather", "against", "stop", "prevent", "prevents",
    ];
    NEGATORS.contains(&word) || word.ends_with("n't")
}

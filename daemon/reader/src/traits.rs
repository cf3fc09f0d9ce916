//! The traits of a respondent: tastes for every theme, generosity, scepticism, schooling. All of them are keyed by
//! (seed, place in the panel) and none depends on the stimulus. Measures of the person shift tastes for themes, never
//! generosity: a text without a theme is the same to everybody.

use protocol::audience::IncomeBracket;
use protocol::persona::Persona;

use super::draw::DrawKey;
use super::theme::{Benefit, Concern};
use super::topics::{Measure, Profile, Topics, schooling};
use super::weights::Weights;

/// A respondent as the reader sees one.
#[derive(Clone, Debug, PartialEq)]
pub struct AnswerTraits {
    /// e^{κ z} by [`Benefit::index`].
    pub benefit: [f64; Benefit::COUNT],
    /// e^{κ z} by [`Concern::index`].
    pub concern: [f64; Concern::COUNT],
    /// b: liking for anything at all.
    pub generosity: f64,
    /// λ · (½ + price sensitivity / 100).
    pub price: f64,
    /// Years of schooling.
    pub schooling: f64,
    /// 0 for the credulous; about 1 on average.
    pub sceptic: f64,
    /// How much a fitting context matters to them, positive.
    pub fit: f64,
    /// Which of several equal clauses they notice first.
    pub attention: u64,
    /// What else is known of them.
    pub profile: Profile,
}

/// What moves a taste, per unit of a measure.
type TasteMoves = Vec<(Measure, f64)>;

/// The trait table, laid out for speed.
#[derive(Debug)]
pub struct TraitTable {
    benefit: Vec<TasteMoves>,
    concern: Vec<TasteMoves>,
    sceptic: TasteMoves,
}

impl TraitTable {
    pub fn new(weights: &Weights) -> Self {
        let row = |kind: &str, name: &str| weights.row(&format!("{kind}_{name}"));
        Self {
            benefit: Benefit::ALL.iter().map(|theme| row("benefit", theme.as_str())).collect(),
            concern: Concern::ALL.iter().map(|theme| row("concern", theme.as_str())).collect(),
            sceptic: weights.row("sceptic"),
        }
    }
}

impl AnswerTraits {
    /// A reader with every trait at its middle.
    #[must_use]
    pub fn average(weights: &Weights, topics: &Topics) -> Self {
        Self {
            benefit: [1.0; Benefit::COUNT],
            concern: [1.0; Concern::COUNT],
            generosity: 0.0,
            price: weights.price.middle,
            schooling: 14.0,
            sceptic: 1.0,
            fit: 1.0,
            attention: 0,
            profile: topics.average(),
        }
    }

    /// Who this respondent is, under this seed.
    pub fn of(
        weights: &Weights,
        table: &TraitTable,
        persona: &Persona,
        seed: u64,
        ordinal: u32,
    ) -> Self {
        let who = DrawKey::new(seed, "traits").with(u64::from(ordinal));
        let profile = Profile::of(persona);
        let shift = |row: &TasteMoves| {
            row.iter().map(|&(measure, by)| by * profile.get(measure)).sum::<f64>() * weights.shift
        };
        let mut benefit = [0.0; Benefit::COUNT];
        let mut concern = [0.0; Concern::COUNT];
        for (at, (taste, row)) in benefit.iter_mut().zip(&table.benefit).enumerate() {
            let z = who.with(100 + at as u64).normal() + shift(row);
            *taste = libm::exp(weights.kappa * z.clamp(-3.0, 3.0));
        }
        for (at, (taste, row)) in concern.iter_mut().zip(&table.concern).enumerate() {
            let z = who.with(200 + at as u64).normal() + shift(row);
            *taste = libm::exp(weights.kappa * z.clamp(-3.0, 3.0));
        }
        let lambda = match persona.income_bracket {
            IncomeBracket::Low => weights.price.low,
            IncomeBracket::Middle => weights.price.middle,
            IncomeBracket::UpperMiddle => weights.price.upper_middle,
            IncomeBracket::High => weights.price.high,
        };
        let sceptic = 1.0 + 0.5 * who.with(2).normal() + shift(&table.sceptic);
        Self {
            benefit,
            concern,
            generosity: weights.generosity_sd * who.with(1).normal(),
            price: lambda * (0.5 + persona.price_sensitivity.clamp(0.0, 100.0) / 100.0),
            schooling: schooling(persona.education),
            sceptic: sceptic.clamp(0.0, 3.0),
            fit: libm::exp(0.5 * who.with(3).normal()),
            attention: who.with(4).pick(usize::MAX) as u64,
            profile,
        }
    }
}

//! The levels of a review: each dimension is the sum of its signals after its recipe, bent at both ends so that it never
//! leaves 1 to 10. A text that says next to nothing is low in everything, whatever its few words are.

use std::collections::{BTreeMap, BTreeSet};

use protocol::review::Dimension;

use super::measure::Measured;
use super::recipes::ReviewRecipes;
use super::survey::Survey;
use super::{Fault, Signal, Strength, is_vetoed};
use crate::features::Features;

/// The middle of the scale from 1 to 10.
pub(super) const MIDDLE: f64 = 5.5;
/// Half of the scale.
const HALF: f64 = 4.5;
/// What a fault must take, in points, to be worth a remark.
const WORTH_BLAMING: f64 = 0.35;
/// What is missing must be worth more: no text has everything.
const WORTH_WISHING: f64 = 0.9;
/// What is missing weighs less than what is wrong.
const WISH: f64 = 0.6;
/// Less than this of what can be is little.
const LITTLE: f64 = 0.5;
/// How the sentence of a fault begins that means a place.
const POINTING: &str = "This ";
/// What a strength must give to be worth a remark.
const WORTH_PRAISING: f64 = 0.6;

/// How much of a level a text deserves for saying anything at all, 0 to 1.
pub(super) fn substance(survey: &Survey<'_>) -> f64 {
    let features = &survey.reading.features;
    let stems = features.stems.len() as f64;
    let said = (stems / survey.norms.substance.max(1) as f64).min(1.0);
    let sense = if survey.words() < 2 {
        let is_word = |token: &crate::features::Token| survey.reader.lexicon.plausible(&token.word);
        if survey.tokens.iter().any(is_word) { 0.6 } else { 0.0 }
    } else {
        (features.sense / Features::SENSE).min(1.0)
    };
    let honest = if is_vetoed(features) { 0.75 } else { 1.0 };
    said * sense * honest
}

/// The levels of the dimensions, with what makes them.
pub(super) fn judge(
    recipes: &ReviewRecipes,
    survey: &Survey<'_>,
    measured: &BTreeMap<Signal, Measured>,
    substance: f64,
) -> (Vec<(Dimension, f64)>, Vec<Fault>, Vec<Strength>) {
    let nothing = Measured::default();
    let seen = |signal: &Signal| measured.get(signal).unwrap_or(&nothing);
    let (mut levels, mut faults, mut strengths) = (Vec::new(), Vec::new(), Vec::new());
    for &dimension in survey.content_type().dimensions() {
        let Some(recipe) = recipes.of(survey.content_type(), dimension) else { continue };
        let mut points = recipe.base;
        for (&rule, &most) in &recipe.raise {
            let one = seen(&rule);
            points += most * one.value;
            let Some(words) = recipes.words(rule) else { continue };
            let (given, missing) = (most * one.value, most * (1.0 - one.value));
            if given >= WORTH_PRAISING
                && let Some(sentence) = &words.strength
            {
                let span = one.span.map(|span| survey.phrase(span));
                strengths.push(Strength {
                    dimension,
                    rule,
                    weight: given,
                    sentence: sentence.clone(),
                    against: words.against.clone(),
                    span,
                });
            }
            // What is there in part is not missing: of it one may say that there is little, where that is so.
            let lacks = match (one.is_seen, one.value < LITTLE) {
                (false, _) => Some(&words.fault),
                (true, true) => words.scant.as_ref(),
                (true, false) => None,
            };
            if missing >= WORTH_WISHING
                && !one.is_moot
                && let Some(sentence) = lacks
            {
                faults.push(Fault {
                    dimension,
                    rule,
                    weight: WISH * missing,
                    sentence: sentence.clone(),
                    advice: words.advice.clone(),
                    span: None,
                });
            }
        }
        for (&rule, &most) in &recipe.lower {
            let one = seen(&rule);
            points -= most * one.value;
            let Some(words) = recipes.words(rule) else { continue };
            // "This" needs something to point at.
            let points = !words.fault.starts_with(POINTING) || one.span.is_some();
            if most * one.value >= WORTH_BLAMING && points && !one.is_moot {
                faults.push(Fault {
                    dimension,
                    rule,
                    weight: most * one.value,
                    sentence: words.fault.clone(),
                    advice: words.advice.clone(),
                    span: one.span.map(|span| survey.phrase(span)),
                });
            }
        }
        levels.push((dimension, 1.0 + (bent(points) - 1.0) * (0.15 + 0.85 * substance)));
    }
    let told: BTreeSet<Signal> = faults.iter().map(|fault| fault.rule).collect();
    let yields = |fault: &Fault| {
        recipes
            .words(fault.rule)
            .is_some_and(|words| words.yields.iter().any(|one| told.contains(one)))
    };
    faults.retain(|fault| !yields(fault));
    faults.sort_by(|one, other| other.weight.total_cmp(&one.weight));
    strengths.sort_by(|one, other| other.weight.total_cmp(&one.weight));
    (levels, faults, strengths)
}

/// Points, bent so that they stay within 1 and 10: nearly as they are in the middle, flatter towards the ends.
fn bent(points: f64) -> f64 {
    MIDDLE + HALF * libm::tanh((points - MIDDLE) / HALF)
}

/// How much an ordinary reader wants it: the dimensions, and what the offer is worth to a reader.
pub(super) fn appeal(levels: &[(Dimension, f64)], features: &Features, substance: f64) -> f64 {
    let count = levels.len().max(1) as f64;
    let mean = levels.iter().map(|(_, level)| level).sum::<f64>() / count;
    let sum = |masses: &[crate::features::Mass]| masses.iter().map(|mass| mass.count).sum::<f64>();
    let balance = sum(&features.benefits) - sum(&features.concerns);
    let offer = MIDDLE + HALF * libm::tanh(balance / 3.0);
    let offer = 1.0 + (offer - 1.0) * (0.15 + 0.85 * substance);
    0.7 * mean + 0.3 * offer
}

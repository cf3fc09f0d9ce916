//! What a chain needs to know of content reviews: how far it may go, the material of a later round and of the round that
//! confirms a gain, what one answer says to it, and where its results stand.

use protocol::results::{Answer, Outcomes, Preference};
use protocol::review::{
    Dimension, ImprovedVariant, Iterations, PanelSuggestion, ReviewAnswer, ReviewMaterial,
};
use protocol::study::Order;

use crate::domain::instrument::chain::{ChainPlan, Heard, Wish, with_differences};

/// How far the chain of a review may go.
pub(super) fn plan(review: &ReviewMaterial) -> ChainPlan {
    ChainPlan {
        rounds: review.rounds.max(1),
        target: review.target_score.map(hundredths),
        stop_on_no_gain: review.stop_on_no_gain,
    }
}

/// A score in hundredths of a point; a target between two of them counts as the higher.
fn hundredths(points: f64) -> u16 {
    let hundredths = (points * 100.0).ceil().clamp(0.0, 1_001.0);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 1,001")]
    let hundredths = hundredths as u16;
    hundredths
}

/// The order in which the round that confirms a gain shows both texts: each expert answers once in either.
pub(super) fn order(review: &ReviewMaterial, task: u16) -> Option<Order> {
    review.against.as_ref()?;
    Some(if task == 0 { Order::AFirst } else { Order::BFirst })
}

/// What an answer says to a chain.
pub(super) fn heard(answer: &Answer) -> Option<Heard> {
    let Answer::ContentReview { said, .. } = answer else { return None };
    Some(match said {
        ReviewAnswer::Scores { role, overall, scores, would_click, .. } => Heard::Scores {
            role: role.clone(),
            overall: overall.0,
            would_click: *would_click,
            dimensions: scores.iter().map(|one| one.score).collect(),
        },
        ReviewAnswer::Choice { preference, order, .. } => Heard::Choice {
            sign: match preference {
                Preference::A => -1,
                Preference::B => 1,
                Preference::None => 0,
            },
            order: *order,
        },
    })
}

/// The titles of the dimensions, in the order of reports.
pub(super) fn titles(review: &ReviewMaterial) -> Vec<String> {
    let dimensions = review.content_type.dimensions().iter().copied();
    dimensions.map(Dimension::title).map(str::to_owned).collect()
}

/// Puts the chain into the results.
pub(super) fn add(
    outcomes: &mut Outcomes,
    rounds: Option<Iterations>,
    variants: Vec<ImprovedVariant>,
) {
    if let Outcomes::ContentReview { improved_variants, iterations, .. } = outcomes {
        *improved_variants = variants;
        *iterations = rounds.map(Box::new);
    }
}

/// The chain in the results.
pub(super) fn iterations(outcomes: &Outcomes) -> Option<&Iterations> {
    match outcomes {
        Outcomes::ContentReview { iterations, .. } => iterations.as_deref(),
        _ => None,
    }
}

/// Adds the differences of texts to results of earlier versions.
pub(super) fn complete(outcomes: &mut Outcomes) {
    if let Outcomes::ContentReview { content, improved_variants, iterations, .. } = outcomes {
        with_differences(&content.text, improved_variants, iterations.as_deref_mut());
    }
}

/// Whether the results have what earlier versions did not keep of each round.
pub(super) fn has_rounds(outcomes: &Outcomes) -> bool {
    let Outcomes::ContentReview { improved_variants, iterations, .. } = outcomes else {
        return true;
    };
    let mut rounds = iterations.iter().flat_map(|chain| &chain.chain);
    rounds.all(|round| !round.estimates.is_empty())
        && improved_variants.iter().all(|variant| !variant.differences.is_empty())
}

/// Leaves out what earlier versions did not keep of each round.
pub(super) fn leave_out_rounds(outcomes: &mut Outcomes) {
    if let Outcomes::ContentReview { improved_variants, iterations, .. } = outcomes {
        for variant in improved_variants.iter_mut() {
            variant.differences.clear();
        }
        for round in iterations.iter_mut().flat_map(|chain| &mut chain.chain) {
            round.estimates.clear();
            round.changes.clear();
            round.findings_across = None;
        }
    }
}

/// What the panel wants changed: its suggestions.
pub(super) fn wishes(outcomes: &Outcomes) -> Vec<Wish> {
    let Outcomes::ContentReview { suggestions, .. } = outcomes else { return Vec::new() };
    let wish = |one: &PanelSuggestion| Wish {
        dimension: one.dimension.clone(),
        suggestion: one.suggestion.clone(),
        why: one.rationale.clone(),
    };
    suggestions.iter().map(wish).collect()
}

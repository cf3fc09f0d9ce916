//! What a review costs: each round by the mode and the number of experts, and once for a feed of competitors. Halves of a
//! credit are rounded up for each round.

use protocol::review::{Neighbours, ReviewMaterial, ReviewMode};

use crate::domain::credits::RoundCharge;
use protocol::credits::Credits;

/// Credits for competitors that the sender named, once a review.
const GIVEN: Credits = Credits(50);
/// Credits for competitors that are made up, once a review.
const GENERATED: Credits = Credits(75);

/// What a review of that material costs.
#[must_use]
pub(crate) fn review_charge(review: &ReviewMaterial) -> RoundCharge {
    let half_credits = match review.mode {
        ReviewMode::QuickPulse => 3,
        ReviewMode::ExpertReview => 6,
        ReviewMode::DeepSimulation => 9,
    };
    let once = match review.neighbours {
        Neighbours::Stock => Credits::ZERO,
        Neighbours::Given { .. } => GIVEN,
        Neighbours::Generated { .. } => GENERATED,
    };
    RoundCharge { half_credits, once, rounds: review.rounds }
}

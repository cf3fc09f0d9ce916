//! Settlement policies: when what a hold puts aside is paid for answers. Answers of personas are paid for one by one; those
//! of people can be paid for at the end, or once somebody has approved them.

use jiff::{SignedDuration, Timestamp};
use protocol::id::{ParticipantId, StudyId};
use serde::{Deserialize, Serialize};

use super::OverHold;

/// When a hold pays for what was delivered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "policy", rename_all = "snake_case")]
pub(crate) enum Settlement {
    /// With each answer.
    #[default]
    PerAnswer,
    /// All at once, when the study ends.
    OnCompletion,
    /// Delivery by delivery, once it is approved.
    OnApproval {
        /// After how long without a decision a delivery counts as approved.
        auto_after: SignedDuration,
    },
}

impl Settlement {
    /// Whether answers are paid for one by one.
    pub(crate) fn is_per_answer(&self) -> bool {
        *self == Self::PerAnswer
    }
}

/// Answers that a participant delivered, which are approved or rejected together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Delivery {
    /// Names it within the attempt, so that it is paid once.
    pub name: String,
    /// Who is paid.
    pub participant: ParticipantId,
    /// How many answers.
    pub answers: u64,
    /// When they were delivered.
    pub at: Timestamp,
}

/// Why a delivery counts as approved.
#[cfg_attr(not(test), expect(dead_code, reason = "studies of people settle by it"))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Approval {
    /// The owner approved it.
    Given,
    /// The owner has not decided until that moment.
    Undecided(Timestamp),
}

/// A delivery that cannot be paid, or not yet.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NotPayable {
    /// The hold pays without approvals.
    #[error("The hold of study {0} pays without approvals")]
    NoApprovals(StudyId),
    /// The time for a decision is not over.
    #[error("Without a decision it is approved at {due}")]
    TooEarly {
        /// When it is.
        due: Timestamp,
    },
    /// More than what awaits approval.
    #[error(transparent)]
    OverHold(#[from] OverHold),
}

//! A movement before it is booked: kind, derived id and balanced postings. Its constructor accepts balanced postings
//! only.

use protocol::credits::{Credits, UsdMicros};
use protocol::id::StudyId;
use protocol::ledger::Amount;

use super::{Account, Month};

/// The kind of a movement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MovementKind {
    /// Credits that do not lapse were added.
    Grant,
    /// A month's allowance began.
    Allowance,
    /// Credits were held for a study.
    Hold,
    /// Answers were paid for.
    Settle,
    /// Unused credits of a hold were released.
    Release,
    /// The unspent part of an allowance ended.
    Lapse,
    /// A lapse was reversed: the clock had been ahead, and the month is not over.
    Reinstate,
    /// A provider's real cost.
    Cost,
}

impl MovementKind {
    /// The word in ids and statements.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Grant => "grant",
            Self::Allowance => "allowance",
            Self::Hold => "hold",
            Self::Settle => "settle",
            Self::Release => "release",
            Self::Lapse => "lapse",
            Self::Reinstate => "reinstate",
            Self::Cost => "cost",
        }
    }
}

/// Postings that do not sum to zero in one unit, or overflow.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("The postings of {id} do not sum to zero in one unit")]
pub struct Unbalanced {
    /// The movement.
    pub id: String,
}

/// A balanced movement.
#[derive(Clone, Debug, PartialEq)]
pub struct Movement {
    pub(super) id: String,
    pub(super) kind: MovementKind,
    pub(super) study: Option<StudyId>,
    pub(super) postings: Vec<(Account, Amount)>,
}

impl Movement {
    /// A movement with those postings, if they sum to zero in one unit.
    pub fn new(
        id: String,
        kind: MovementKind,
        study: Option<StudyId>,
        mut postings: Vec<(Account, Amount)>,
    ) -> Result<Self, Unbalanced> {
        postings.retain(|(_, amount)| value(*amount) != 0);
        if !balanced(postings.iter().map(|(_, amount)| *amount)) {
            return Err(Unbalanced { id });
        }
        Ok(Self { id, kind, study, postings })
    }

    /// Derived from the booked work: the same work has the same id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What it moves.
    pub fn postings(&self) -> &[(Account, Amount)] {
        &self.postings
    }
}

/// The number in an amount, whatever its unit.
pub(super) fn value(amount: Amount) -> i64 {
    match amount {
        Amount::Credits(credits) => credits.0,
        Amount::UsdMicros(micros) => micros.0,
    }
}

/// Whether amounts are of one unit and sum to zero.
pub(super) fn balanced(mut amounts: impl Iterator<Item = Amount>) -> bool {
    let Some(first) = amounts.next() else { return false };
    let unit = std::mem::discriminant(&first);
    let sum = amounts.try_fold(value(first), |sum, amount| {
        let of_unit = std::mem::discriminant(&amount) == unit;
        of_unit.then(|| sum.checked_add(value(amount))).flatten()
    });
    sum == Some(0)
}

fn move_credits(
    id: String,
    kind: MovementKind,
    study: Option<StudyId>,
    from: Account,
    to: Account,
    credits: Credits,
) -> Result<Movement, Unbalanced> {
    let Some(negative) = credits.checked_neg() else { return Err(Unbalanced { id }) };
    Movement::new(
        id,
        kind,
        study,
        vec![(from, Amount::Credits(negative)), (to, Amount::Credits(credits))],
    )
}

/// A month's allowance: at most one movement a month.
pub(crate) fn allowance(month: Month, credits: Credits) -> Result<Movement, Unbalanced> {
    move_credits(
        format!("allowance/{month}"),
        MovementKind::Allowance,
        None,
        Account::ISSUED_ALLOWANCES,
        Account::allowance(month),
        credits,
    )
}

/// Credits that do not lapse. `key` names the grant, so that it is booked only once.
pub(crate) fn grant(key: &str, credits: Credits) -> Result<Movement, Unbalanced> {
    move_credits(
        format!("grant/{key}"),
        MovementKind::Grant,
        None,
        Account::ISSUED_GRANTS,
        Account::GRANTED,
        credits,
    )
}

/// Returns the unspent part of an ended month's allowance to its issuer. `cause` is the reason: the month that began,
/// or a release after the end of the month.
pub(crate) fn lapse(month: Month, cause: &str, credits: Credits) -> Result<Movement, Unbalanced> {
    move_credits(
        format!("lapse/{month}/{cause}"),
        MovementKind::Lapse,
        None,
        Account::allowance(month),
        Account::LAPSED,
        credits,
    )
}

/// Returns the lapsed part of a month's allowance to the owner, because the clock that ended the month was wrong.
pub(crate) fn reinstate(
    month: Month,
    cause: &str,
    credits: Credits,
) -> Result<Movement, Unbalanced> {
    move_credits(
        format!("reinstate/{month}/{cause}"),
        MovementKind::Reinstate,
        None,
        Account::LAPSED,
        Account::allowance(month),
        credits,
    )
}

/// A provider's charge for a batch of outcomes.
pub(crate) fn cost(
    study: StudyId,
    batch: &str,
    month: Month,
    provider: &str,
    micros: UsdMicros,
) -> Result<Movement, Unbalanced> {
    paid(format!("cost/{study}/{batch}"), Some(study), month, provider, micros)
}

/// A provider's charge for a call outside any study. `key` names the call, so that it is booked only once.
pub(crate) fn check_cost(
    key: &str,
    month: Month,
    provider: &str,
    micros: UsdMicros,
) -> Result<Movement, Unbalanced> {
    paid(format!("cost/check/{key}"), None, month, provider, micros)
}

fn paid(
    id: String,
    study: Option<StudyId>,
    month: Month,
    provider: &str,
    micros: UsdMicros,
) -> Result<Movement, Unbalanced> {
    let Some(negative) = micros.checked_neg() else { return Err(Unbalanced { id }) };
    Movement::new(
        id,
        MovementKind::Cost,
        study,
        vec![
            (Account::provider(provider.to_owned()), Amount::UsdMicros(negative)),
            (Account::cost(month), Amount::UsdMicros(micros)),
        ],
    )
}

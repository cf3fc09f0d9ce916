//! A movement before it is booked: kind, derived id and balanced postings. It can only be made balanced.

use protocol::credits::{Credits, UsdMicros};
use protocol::id::StudyId;
use protocol::ledger::Amount;

use super::{Account, Month};

/// Why something was booked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Credits that do not lapse were added.
    Grant,
    /// A month's allowance began.
    Allowance,
    /// A study put credits aside.
    Hold,
    /// Answers were paid for.
    Settle,
    /// What a study did not use came back.
    Release,
    /// The unspent part of an allowance ended.
    Lapse,
    /// What had lapsed came back: the clock had been ahead, and its month is not over.
    Reinstate,
    /// A provider's real cost.
    Cost,
}

impl Kind {
    /// The word for it in ids and statements.
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

/// Postings that do not sum to zero in one unit, or do not fit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the postings of {id} do not sum to zero in one unit")]
pub struct Unbalanced {
    /// The movement.
    pub id: String,
}

/// Something to book.
#[derive(Clone, Debug, PartialEq)]
pub struct Movement {
    pub(super) id: String,
    pub(super) kind: Kind,
    pub(super) study: Option<StudyId>,
    pub(super) postings: Vec<(Account, Amount)>,
}

impl Movement {
    /// A movement with those postings, if they sum to zero in one unit.
    pub fn new(
        id: String,
        kind: Kind,
        study: Option<StudyId>,
        mut postings: Vec<(Account, Amount)>,
    ) -> Result<Self, Unbalanced> {
        postings.retain(|(_, amount)| value(*amount) != 0);
        if !balanced(postings.iter().map(|(_, amount)| *amount)) {
            return Err(Unbalanced { id });
        }
        Ok(Self { id, kind, study, postings })
    }

    /// Derived from what it books: the same work has the same id.
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
    kind: Kind,
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

/// A month's allowance: one movement a month, whatever happens.
pub fn allowance(month: Month, credits: Credits) -> Result<Movement, Unbalanced> {
    move_credits(
        format!("allowance/{month}"),
        Kind::Allowance,
        None,
        Account::ISSUED_ALLOWANCES,
        Account::allowance(month),
        credits,
    )
}

/// Credits that stay until they are spent. `key` names the grant, so that it is booked once.
pub fn grant(key: &str, credits: Credits) -> Result<Movement, Unbalanced> {
    move_credits(
        format!("grant/{key}"),
        Kind::Grant,
        None,
        Account::ISSUED_GRANTS,
        Account::GRANTED,
        credits,
    )
}

/// The unspent part of an ended month's allowance goes back to its issuer. `cause` says what left it unspent: the
/// month that began, or the release that came after the end.
pub fn lapse(month: Month, cause: &str, credits: Credits) -> Result<Movement, Unbalanced> {
    move_credits(
        format!("lapse/{month}/{cause}"),
        Kind::Lapse,
        None,
        Account::allowance(month),
        Account::LAPSED,
        credits,
    )
}

/// What had lapsed of a month's allowance comes back, because the clock that ended the month was wrong.
pub fn reinstate(month: Month, cause: &str, credits: Credits) -> Result<Movement, Unbalanced> {
    move_credits(
        format!("reinstate/{month}/{cause}"),
        Kind::Reinstate,
        None,
        Account::LAPSED,
        Account::allowance(month),
        credits,
    )
}

/// What a provider took for a batch of outcomes.
pub fn cost(
    study: StudyId,
    batch: &str,
    month: Month,
    provider: &str,
    micros: UsdMicros,
) -> Result<Movement, Unbalanced> {
    paid(format!("cost/{study}/{batch}"), Some(study), month, provider, micros)
}

/// What a provider took for a call that belongs to no study. `key` names the call, so that it is booked once.
pub fn check_cost(
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
        Kind::Cost,
        study,
        vec![
            (Account::provider(provider.to_owned()), Amount::UsdMicros(negative)),
            (Account::cost(month), Amount::UsdMicros(micros)),
        ],
    )
}

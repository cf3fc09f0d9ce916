//! A hold: credits put aside when a study is submitted, spent answer by answer, and given back where they came from.
//! The allowance is spent before granted credits, because it lapses and they do not.

use protocol::credits::Credits;
use protocol::id::StudyId;
use protocol::ledger::Amount;
use serde::{Deserialize, Serialize};

use super::movement::lapse;
use super::{Account, Kind, Month, Movement, Unbalanced};

/// What an owner can spend now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Purse {
    /// The month whose allowance counts.
    pub month: Month,
    /// What is left of it.
    pub allowance: Credits,
    /// Credits that were granted.
    pub granted: Credits,
}

impl Purse {
    /// Both together; `None` when the sum does not fit.
    pub fn spendable(&self) -> Option<Credits> {
        self.allowance.checked_add(self.granted)
    }
}

/// Too little to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{wanted} credits are needed and {spendable} can be spent")]
pub struct Shortfall {
    /// What the study would hold.
    pub wanted: Credits,
    /// What there is.
    pub spendable: Credits,
}

impl Shortfall {
    /// What would be enough, added to what there is.
    #[must_use]
    pub fn missing(&self) -> Credits {
        self.wanted.checked_sub(self.spendable).unwrap_or(self.wanted)
    }
}

/// More was to be settled than the hold has left, or the hold is closed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("The hold of study {study} has {left} credits left, not {asked}")]
pub struct OverHold {
    /// Whose hold.
    pub study: StudyId,
    /// What is left.
    pub left: Credits,
    /// What was asked of it.
    pub asked: Credits,
}

/// Credits put aside for one attempt at a study.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// Whose hold.
    pub study: StudyId,
    /// From 0; each retry holds anew.
    pub attempt: u32,
    /// The month whose allowance was used.
    pub month: Month,
    /// The part taken from the allowance.
    pub from_allowance: Credits,
    /// The part taken from granted credits.
    pub from_granted: Credits,
    /// Paid for answers so far.
    pub settled: Credits,
    /// Given back at the end.
    pub released: Credits,
    /// Credits for one answer, fixed when the hold was made.
    pub price: Credits,
    /// Whether it still holds anything back.
    pub open: bool,
}

/// Puts credits aside, from the allowance first.
pub fn open_hold(
    study: StudyId,
    attempt: u32,
    answers: u32,
    price: Credits,
    purse: &Purse,
) -> Result<(Hold, Movement), Shortfall> {
    let wanted = price.checked_mul(u64::from(answers)).unwrap_or(Credits(i64::MAX));
    let short = Shortfall { wanted, spendable: purse.spendable().unwrap_or(Credits(i64::MAX)) };
    if wanted > short.spendable || wanted.is_negative() {
        return Err(short);
    }
    let from_allowance = wanted.min(purse.allowance.max(Credits::ZERO));
    let from_granted = wanted.checked_sub(from_allowance).ok_or(short)?;
    let hold = Hold {
        study,
        attempt,
        month: purse.month,
        from_allowance,
        from_granted,
        settled: Credits::ZERO,
        released: Credits::ZERO,
        price,
        open: true,
    };
    let negative = |credits: Credits| credits.checked_neg().map(Amount::Credits).ok_or(short);
    let movement = Movement::new(
        format!("hold/{study}/{attempt}"),
        Kind::Hold,
        Some(study),
        vec![
            (Account::Allowance(purse.month), negative(from_allowance)?),
            (Account::Granted, negative(from_granted)?),
            (Account::Held, Amount::Credits(wanted)),
        ],
    )
    .map_err(|_| short)?;
    Ok((hold, movement))
}

impl Hold {
    /// All that was put aside.
    pub fn amount(&self) -> Credits {
        self.from_allowance.checked_add(self.from_granted).unwrap_or(Credits(i64::MAX))
    }

    /// What is neither settled nor released.
    pub fn left(&self) -> Credits {
        self.amount()
            .checked_sub(self.settled)
            .and_then(|left| left.checked_sub(self.released))
            .unwrap_or(Credits::ZERO)
    }

    /// Pays for the answers of one batch. `batch` names it within the attempt.
    pub fn settle(
        &self,
        answers: u64,
        batch: &str,
        month: Month,
    ) -> Result<(Hold, Movement), OverHold> {
        let asked = self.price.checked_mul(answers).unwrap_or(Credits(i64::MAX));
        let over = OverHold { study: self.study, left: self.left(), asked };
        if !self.open || asked > over.left {
            return Err(over);
        }
        let settled = self.settled.checked_add(asked).ok_or_else(|| over.clone())?;
        let negative = asked.checked_neg().ok_or_else(|| over.clone())?;
        let movement = Movement::new(
            format!("settle/{}/{batch}", self.study),
            Kind::Settle,
            Some(self.study),
            vec![
                (Account::Held, Amount::Credits(negative)),
                (Account::Used(month), Amount::Credits(asked)),
            ],
        )
        .map_err(|_| over)?;
        Ok((Hold { settled, ..self.clone() }, movement))
    }

    /// Closes the hold: what is left goes back where it came from, and lapses at once when its month has ended.
    pub fn release(&self, now: Month) -> Result<(Hold, Vec<Movement>), Unbalanced> {
        let closed = Hold { released: self.left(), open: false, ..self.clone() };
        let left = self.left();
        let id = format!("release/{}/{}", self.study, self.attempt);
        if !self.open || left == Credits::ZERO {
            return Ok((Hold { open: false, ..self.clone() }, Vec::new()));
        }
        let broken = || Unbalanced { id: id.clone() };
        // The allowance was spent first, so what is left of it is what settling has not reached.
        let to_allowance = self
            .from_allowance
            .checked_sub(self.settled)
            .map(|rest| rest.max(Credits::ZERO))
            .ok_or_else(broken)?;
        let to_granted = left.checked_sub(to_allowance).ok_or_else(broken)?;
        let negative = left.checked_neg().ok_or_else(broken)?;
        let mut movements = vec![Movement::new(
            id.clone(),
            Kind::Release,
            Some(self.study),
            vec![
                (Account::Held, Amount::Credits(negative)),
                (Account::Allowance(self.month), Amount::Credits(to_allowance)),
                (Account::Granted, Amount::Credits(to_granted)),
            ],
        )?];
        if self.month < now && to_allowance > Credits::ZERO {
            movements.push(lapse(self.month, &id, to_allowance)?);
        }
        Ok((closed, movements))
    }
}

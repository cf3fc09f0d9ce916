//! A hold: credits reserved when a study is submitted, settled answer by answer, and released to where they came
//! from. The allowance is spent before granted credits, because it lapses and they do not.

use protocol::credits::Credits;
use protocol::id::StudyId;
use protocol::ledger::Amount;
use serde::{Deserialize, Serialize};

use super::movement::lapse;
use super::{Account, Kind, Month, Movement, Unbalanced};

/// The credits that an owner can spend now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Purse {
    /// The month whose allowance applies.
    pub month: Month,
    /// The rest of that month's allowance.
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

/// Too few credits for a hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{wanted} credits are needed and {spendable} can be spent")]
pub struct Shortfall {
    /// Credits that the study needs.
    pub wanted: Credits,
    /// Credits that can be spent.
    pub spendable: Credits,
}

impl Shortfall {
    /// Credits that are missing.
    #[must_use]
    pub fn missing(&self) -> Credits {
        self.wanted.checked_sub(self.spendable).unwrap_or(self.wanted)
    }
}

/// A settlement larger than the rest of the hold, or a hold that is closed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("The hold of study {study} has {left} credits left, not {asked}")]
pub struct OverHold {
    /// The study of the hold.
    pub study: StudyId,
    /// Rest of the hold.
    pub left: Credits,
    /// Credits that were to be settled.
    pub asked: Credits,
}

/// Credits reserved for one attempt at a study.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// The study of the hold.
    pub study: StudyId,
    /// From 0; each retry has a new hold.
    pub attempt: u32,
    /// The month whose allowance was used.
    pub month: Month,
    /// The part taken from the allowance.
    pub from_allowance: Credits,
    /// The part taken from granted credits.
    pub from_granted: Credits,
    /// Paid for answers so far.
    pub settled: Credits,
    /// Released at the end.
    pub released: Credits,
    /// Credits for one answer, fixed when the hold was made.
    pub price: Credits,
    /// Whether the hold is still open.
    pub open: bool,
}

/// Reserves credits, from the allowance first.
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
    /// The whole amount of the hold.
    pub fn amount(&self) -> Credits {
        self.from_allowance.checked_add(self.from_granted).unwrap_or(Credits(i64::MAX))
    }

    /// The part that is neither settled nor released.
    pub fn left(&self) -> Credits {
        self.amount()
            .checked_sub(self.settled)
            .and_then(|left| left.checked_sub(self.released))
            .unwrap_or(Credits::ZERO)
    }

    /// Settles the answers of one batch. `batch` names it within the attempt.
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

    /// Closes the hold: the rest is released to where it came from, and lapses at once if its month has ended.
    pub fn release(&self, now: Month) -> Result<(Hold, Vec<Movement>), Unbalanced> {
        let closed = Hold { released: self.left(), open: false, ..self.clone() };
        let left = self.left();
        let id = format!("release/{}/{}", self.study, self.attempt);
        if !self.open || left == Credits::ZERO {
            return Ok((Hold { open: false, ..self.clone() }, Vec::new()));
        }
        let broken = || Unbalanced { id: id.clone() };
        // The allowance was spent first, so its rest is the part that settlements have not reached.
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

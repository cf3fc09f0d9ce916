//! A hold: credits reserved when a study is submitted, paid as its settlement policy says, and released to where they
//! came from. The allowance is spent before granted credits, because it lapses and they do not.

use jiff::Timestamp;
use protocol::credits::Credits;
use protocol::id::StudyId;
use protocol::ledger::Amount;
use serde::{Deserialize, Serialize};

use super::movement::lapse;
use super::settlement::{Approval, Delivery, NotPayable, Settlement};
use super::{Account, Month, Movement, MovementKind, Unbalanced};

/// The credits that an owner can spend now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Spendable {
    /// The month whose allowance applies.
    pub month: Month,
    /// The rest of that month's allowance.
    pub allowance: Credits,
    /// Credits that were granted.
    pub granted: Credits,
}

impl Spendable {
    /// Both together; `None` when the sum does not fit.
    pub(crate) fn spendable(&self) -> Option<Credits> {
        self.allowance.checked_add(self.granted)
    }
}

/// Too few credits for a hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{wanted} credits are needed and {spendable} can be spent")]
pub(crate) struct Shortfall {
    /// Credits that the study needs.
    pub wanted: Credits,
    /// Credits that can be spent.
    pub spendable: Credits,
}

impl Shortfall {
    /// Credits that are missing.
    #[must_use]
    pub(crate) fn missing(&self) -> Credits {
        self.wanted.checked_sub(self.spendable).unwrap_or(self.wanted)
    }
}

/// A settlement larger than the rest of the hold, or a hold that is closed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("The hold of study {study} has {left} credits left, not {asked}")]
pub(crate) struct OverHold {
    /// The study of the hold.
    pub study: StudyId,
    /// Rest of the hold.
    pub left: Credits,
    /// Credits that were to be settled.
    pub asked: Credits,
}

/// Credits reserved for one attempt at a study.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Hold {
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
    /// When it pays for what was delivered.
    #[serde(default, skip_serializing_if = "Settlement::is_per_answer")]
    pub settlement: Settlement,
    /// The price of what was delivered and is not yet paid for: a part of what is left.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub pending: Credits,
    /// Whether its study has ended, so that it takes no more answers and only waits for approvals.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub closing: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(credits: &Credits) -> bool {
    *credits == Credits::ZERO
}

/// Reserves credits, from the allowance first.
pub(crate) fn open_hold(
    study: StudyId,
    attempt: u32,
    answers: u32,
    price: Credits,
    settlement: Settlement,
    purse: &Spendable,
) -> Result<(Hold, Movement), Shortfall> {
    let wanted = price.checked_mul(u64::from(answers)).unwrap_or(Credits(i64::MAX));
    open_hold_of(study, attempt, wanted, price, settlement, purse)
}

/// Reserves that many credits, from the allowance first. The price is that of one answer, where answers are paid for one by
/// one.
pub(crate) fn open_hold_of(
    study: StudyId,
    attempt: u32,
    wanted: Credits,
    price: Credits,
    settlement: Settlement,
    purse: &Spendable,
) -> Result<(Hold, Movement), Shortfall> {
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
        settlement,
        pending: Credits::ZERO,
        closing: false,
    };
    let negative = |credits: Credits| credits.checked_neg().map(Amount::Credits).ok_or(short);
    let movement = Movement::new(
        format!("hold/{study}/{attempt}"),
        MovementKind::Hold,
        Some(study),
        vec![
            (Account::allowance(purse.month), negative(from_allowance)?),
            (Account::GRANTED, negative(from_granted)?),
            (Account::HELD, Amount::Credits(wanted)),
        ],
    )
    .map_err(|_| short)?;
    Ok((hold, movement))
}

impl Hold {
    /// The whole amount of the hold.
    pub(crate) fn amount(&self) -> Credits {
        self.from_allowance.checked_add(self.from_granted).unwrap_or(Credits(i64::MAX))
    }

    /// The part that is neither settled nor released.
    pub(crate) fn left(&self) -> Credits {
        self.amount()
            .checked_sub(self.settled)
            .and_then(|left| left.checked_sub(self.released))
            .unwrap_or(Credits::ZERO)
    }

    /// What further answers can take.
    pub(crate) fn free(&self) -> Credits {
        self.left().checked_sub(self.pending).unwrap_or(Credits::ZERO)
    }

    /// What could be spent again if its study ended in that month: what is free, without an allowance that has lapsed.
    pub(crate) fn returns(&self, now: Month) -> Credits {
        if !self.open || self.closing {
            return Credits::ZERO;
        }
        let back = self.free();
        if self.month >= now {
            return back;
        }
        // What comes back is granted credits as far as there are any.
        let taken = self.from_granted.checked_sub(self.released).unwrap_or_default();
        back.min(taken.max(Credits::ZERO))
    }

    /// Takes the answers of one batch, and pays for them where the policy pays with each answer. `batch` names it within
    /// the attempt.
    pub(crate) fn settle(
        &self,
        answers: u64,
        batch: &str,
        month: Month,
    ) -> Result<(Self, Option<Movement>), OverHold> {
        let asked = self.price_of(answers);
        let over = || OverHold { study: self.study, left: self.free(), asked };
        if !self.open || self.closing || asked > self.free() {
            return Err(over());
        }
        match self.settlement {
            Settlement::PerAnswer => {
                let (hold, movement) =
                    self.pay(asked, batch, Account::used(month)).map_err(|_| over())?;
                Ok((hold, Some(movement)))
            }
            Settlement::OnCompletion | Settlement::OnApproval { .. } => {
                let pending = self.pending.checked_add(asked).ok_or_else(over)?;
                Ok((Self { pending, ..self.clone() }, None))
            }
        }
    }

    /// Takes what fell due for a round, to be paid for when the study ends.
    pub(crate) fn fall_due(&self, credits: Credits) -> Result<Self, OverHold> {
        let over = || OverHold { study: self.study, left: self.free(), asked: credits };
        if !self.open || self.closing || credits.is_negative() || credits > self.free() {
            return Err(over());
        }
        let pending = self.pending.checked_add(credits).ok_or_else(over)?;
        Ok(Self { pending, ..self.clone() })
    }

    /// Pays a participant for a delivery that was approved. Whoever calls it remembers which deliveries are decided: the
    /// ledger refuses to pay one twice, and knows nothing of those that were rejected.
    #[cfg_attr(not(test), expect(dead_code, reason = "studies of people settle by it"))]
    pub(crate) fn approve(
        &self,
        delivery: &Delivery,
        approval: Approval,
    ) -> Result<(Self, Movement), NotPayable> {
        let Settlement::OnApproval { auto_after } = self.settlement else {
            return Err(NotPayable::NoApprovals(self.study));
        };
        if let Approval::Undecided(now) = approval {
            let due = delivery.at.checked_add(auto_after).unwrap_or(Timestamp::MAX);
            if now < due {
                return Err(NotPayable::TooEarly { due });
            }
        }
        let (hold, asked) = self.decided(delivery)?;
        let name = format!("{}/{}", self.attempt, delivery.name);
        let (hold, movement) = hold
            .pay(asked, &name, Account::earned(delivery.participant))
            .map_err(|_| OverHold { study: self.study, left: self.pending, asked })?;
        Ok((hold.closed_when_decided(), movement))
    }

    /// Takes back a delivery that was rejected: its price can be spent on other answers, or is released where the study
    /// has ended.
    #[cfg_attr(not(test), expect(dead_code, reason = "studies of people settle by it"))]
    pub(crate) fn reject(
        &self,
        delivery: &Delivery,
        now: Month,
    ) -> Result<(Self, Vec<Movement>), NotPayable> {
        if !matches!(self.settlement, Settlement::OnApproval { .. }) {
            return Err(NotPayable::NoApprovals(self.study));
        }
        let (hold, asked) = self.decided(delivery)?;
        if !hold.closing {
            return Ok((hold, Vec::new()));
        }
        let id = format!("release/{}/{}/{}", self.study, self.attempt, delivery.name);
        let (hold, movements) = hold.give_back(asked, id, now).map_err(|_| OverHold {
            study: self.study,
            left: self.pending,
            asked,
        })?;
        Ok((hold.closed_when_decided(), movements))
    }

    /// Ends the hold with its study. What awaited the end is paid for; what awaits approval stays held until it is decided;
    /// the rest goes back where it came from, and lapses at once when its month has ended.
    pub(crate) fn release(&self, now: Month) -> Result<(Self, Vec<Movement>), Unbalanced> {
        if !self.open || self.closing {
            return Ok((self.clone(), Vec::new()));
        }
        let mut hold = self.clone();
        let mut movements = Vec::new();
        let awaits = self.pending > Credits::ZERO;
        if awaits && self.settlement == Settlement::OnCompletion {
            hold.pending = Credits::ZERO;
            let name = format!("{}/completion", self.attempt);
            let (paid, movement) = hold.pay(self.pending, &name, Account::used(now))?;
            hold = paid;
            movements.push(movement);
        }
        let id = format!("release/{}/{}", self.study, self.attempt);
        let (mut hold, back) = hold.give_back(hold.free(), id, now)?;
        movements.extend(back);
        hold.closing = hold.pending > Credits::ZERO;
        hold.open = hold.closing;
        Ok((hold, movements))
    }

    fn price_of(&self, answers: u64) -> Credits {
        self.price.checked_mul(answers).unwrap_or(Credits(i64::MAX))
    }

    /// Without a delivery among what awaits approval, and what it was worth.
    fn decided(&self, delivery: &Delivery) -> Result<(Self, Credits), OverHold> {
        let asked = self.price_of(delivery.answers);
        let over = OverHold { study: self.study, left: self.pending, asked };
        if !self.open || asked > self.pending {
            return Err(over);
        }
        let pending = self.pending.checked_sub(asked).ok_or(over)?;
        Ok((Self { pending, ..self.clone() }, asked))
    }

    fn closed_when_decided(mut self) -> Self {
        if self.closing && self.pending == Credits::ZERO {
            self.open = false;
            self.closing = false;
        }
        self
    }

    /// Pays out of what is held.
    fn pay(&self, asked: Credits, name: &str, to: Account) -> Result<(Self, Movement), Unbalanced> {
        let id = format!("settle/{}/{name}", self.study);
        let broken = || Unbalanced { id: id.clone() };
        let settled = self.settled.checked_add(asked).ok_or_else(broken)?;
        let negative = asked.checked_neg().ok_or_else(broken)?;
        let movement = Movement::new(
            id,
            MovementKind::Settle,
            Some(self.study),
            vec![(Account::HELD, Amount::Credits(negative)), (to, Amount::Credits(asked))],
        )?;
        Ok((Self { settled, ..self.clone() }, movement))
    }

    /// Gives a part of what is left back where it came from.
    fn give_back(
        &self,
        back: Credits,
        id: String,
        now: Month,
    ) -> Result<(Self, Vec<Movement>), Unbalanced> {
        if back == Credits::ZERO {
            return Ok((self.clone(), Vec::new()));
        }
        let broken = || Unbalanced { id: id.clone() };
        // The allowance was spent first, so what comes back is granted credits as far as there are any.
        let before = self.amount().checked_sub(self.released).ok_or_else(broken)?;
        let after = before.checked_sub(back).ok_or_else(broken)?;
        let kept = self.from_allowance.min(after);
        let to_allowance = self.from_allowance.min(before).checked_sub(kept).ok_or_else(broken)?;
        let to_granted = back.checked_sub(to_allowance).ok_or_else(broken)?;
        let released = self.released.checked_add(back).ok_or_else(broken)?;
        let negative = back.checked_neg().ok_or_else(broken)?;
        let mut movements = vec![Movement::new(
            id.clone(),
            MovementKind::Release,
            Some(self.study),
            vec![
                (Account::HELD, Amount::Credits(negative)),
                (Account::allowance(self.month), Amount::Credits(to_allowance)),
                (Account::GRANTED, Amount::Credits(to_granted)),
            ],
        )?];
        if self.month < now && to_allowance > Credits::ZERO {
            movements.push(lapse(self.month, &id, to_allowance)?);
        }
        Ok((Self { released, ..self.clone() }, movements))
    }
}

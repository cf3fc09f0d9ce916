//! The monthly allowance of credits: which month's counts, how much can be spent, and what is booked when a month
//! begins. Each month's allowance is granted once, whatever the clock does: when a clock was ahead and is set back,
//! credits that lapsed meanwhile are granted again.

use std::ops::ControlFlow;

use jiff::Timestamp;
use protocol::credits::Credits;
use protocol::ledger::Amount;

use crate::domain::ledger::{
    Account, AccountPurse, Month, MovementKind, Spendable, allowance, lapse, reinstate,
};
use crate::store::rows::{Balance, LedgerHead, TransferRow};
use crate::store::{Fault, Order, Reader, Table, UseCaseError, Writes};

use crate::app::Settings;
use crate::app::studies::transition::defect;

/// The month that counts: the clock's, but never one before the first that had an allowance, so that a clock that fell
/// back to 1970 gives nothing.
pub(in crate::app) fn this_month(reader: &Reader<'_>, now: Timestamp) -> Result<Month, Fault> {
    let clock = Month::of(now);
    Ok(first_month(reader)?.map_or(clock, |first| first.max(clock)))
}

/// The earliest month with an allowance.
fn first_month(reader: &Reader<'_>) -> Result<Option<Month>, Fault> {
    let mut first = None;
    let [from, to] = [Month::FIRST, Month::LAST].map(|month| Account::allowance(month).to_string());
    reader.scan::<Balance>(&from, &to, Order::Rising, |name, _| {
        if let Ok(AccountPurse::Allowance(month)) =
            name.parse().map(|account: Account| account.purse())
        {
            first = Some(month);
        }
        Ok(ControlFlow::Break(()))
    })?;
    Ok(first)
}

/// Whether the month whose allowance is open is the one that counts.
pub(in crate::app) fn is_month_open(reader: &Reader<'_>, now: Timestamp) -> Result<bool, Fault> {
    Ok(head(reader)?.month == Some(this_month(reader, now)?))
}

/// What can be spent at that time, whether or not the month's allowance was booked yet.
pub(in crate::app) fn purse(
    reader: &Reader<'_>,
    settings: &Settings,
    now: Timestamp,
) -> Result<Spendable, Fault> {
    let month = this_month(reader, now)?;
    let rest = credits_in(reader, &Account::allowance(month))?;
    let allowance = if head(reader)?.month == Some(month) {
        rest
    } else {
        let due = due(reader, settings, month)?;
        rest.checked_add(due.credits()).unwrap_or(rest)
    };
    Ok(Spendable { month, allowance, granted: credits_in(reader, &Account::GRANTED)? })
}

/// The same with what comes back within this transaction; and books what a change of the month brings: the lapse of the one
/// before, and the allowance of the new one.
pub(in crate::app) fn open_purse(
    reader: &Reader<'_>,
    writes: &mut Writes,
    settings: &Settings,
) -> Result<Spendable, UseCaseError> {
    let stored = purse(reader, settings, writes.time())?;
    let month = stored.month;
    let with = |credits: Credits, account: &Account| {
        credits.checked_add(writes.brought_to(account)).unwrap_or(credits)
    };
    let purse = Spendable {
        month,
        allowance: with(stored.allowance, &Account::allowance(month)),
        granted: with(stored.granted, &Account::GRANTED),
    };
    let head = head(reader)?;
    if head.month == Some(month) {
        return Ok(purse);
    }
    // A month can be left and entered more than once when the clock is moved: the place in the ledger tells them apart.
    let cause = format!("{month}/{}", head.head.seq);
    if let Some(ended) = head.month {
        let rest = credits_in(reader, &Account::allowance(ended))?;
        if rest > Credits::ZERO {
            writes.book(lapse(ended, &cause, rest).map_err(|error| defect(&error))?);
        }
    }
    let movement = match due(reader, settings, month)? {
        Due::Nothing => None,
        Due::Allowance(credits) => Some(allowance(month, credits)),
        Due::Lapsed(credits) => Some(reinstate(month, &cause, credits)),
    };
    if let Some(movement) = movement {
        writes.book(movement.map_err(|error| defect(&error))?);
    }
    writes.begin_month(month);
    Ok(purse)
}

/// What a month brings when it becomes the one that counts.
enum Due {
    /// Nothing.
    Nothing,
    /// Its allowance, for the first time.
    Allowance(Credits),
    /// What had lapsed of it when the clock was ahead.
    Lapsed(Credits),
}

impl Due {
    fn credits(&self) -> Credits {
        match self {
            Self::Nothing => Credits::ZERO,
            Self::Allowance(credits) | Self::Lapsed(credits) => *credits,
        }
    }
}

fn due(reader: &Reader<'_>, settings: &Settings, month: Month) -> Result<Due, Fault> {
    let account = Account::allowance(month).to_string();
    if reader.get::<Balance>(&account)?.is_none() {
        let fresh = settings.allowance > Credits::ZERO;
        return Ok(if fresh { Due::Allowance(settings.allowance) } else { Due::Nothing });
    }
    // Only a month that is entered again gets here, so the whole ledger may be read for it.
    let mut lapsed = Credits::ZERO;
    reader.all::<TransferRow>(Order::Rising, |_, TransferRow(transfer)| {
        if [MovementKind::Lapse, MovementKind::Reinstate]
            .iter()
            .any(|kind| kind.as_str() == transfer.kind)
        {
            for posting in transfer.postings.iter().filter(|posting| posting.account == account) {
                if let Amount::Credits(moved) = posting.amount {
                    lapsed = lapsed.checked_sub(moved).unwrap_or(lapsed);
                }
            }
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(if lapsed > Credits::ZERO { Due::Lapsed(lapsed) } else { Due::Nothing })
}

fn head(reader: &Reader<'_>) -> Result<LedgerHead, Fault> {
    Ok(reader.get(&LedgerHead::KEY.to_owned())?.unwrap_or_default())
}

/// The balance of an account in credits.
pub(in crate::app) fn credits_in(reader: &Reader<'_>, account: &Account) -> Result<Credits, Fault> {
    match reader.get::<Balance>(&account.to_string())? {
        None => Ok(Credits::ZERO),
        Some(Balance(Amount::Credits(credits))) => Ok(credits),
        Some(Balance(Amount::UsdMicros(_))) => {
            Err(Fault::Row { table: Table::Accounts, why: format!("{account} is not in credits") })
        }
    }
}

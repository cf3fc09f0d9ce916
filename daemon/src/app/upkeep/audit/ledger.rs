//! Audit of the ledger: every transfer balances and follows the one before, ids are unique, cached balances are sums,
//! no account of the owner is below zero, and every hold is accounted for.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use protocol::credits::Credits;
use protocol::service::Check;

use crate::domain::ledger::{Account, ChainHead, NoAccount, verify};
use crate::store::rows::{Balance, HoldRow, LedgerHead, Progress, TransferPlace, TransferRow};
use crate::store::{Fault, Order, Reader, Table};

use super::check;

const GO_ON: ControlFlow<()> = ControlFlow::Continue(());

pub(super) fn checks(reader: &Reader<'_>) -> Vec<Check> {
    vec![
        check("ledger.chain", chain(reader)),
        check("ledger.balances", balances(reader)),
        check("ledger.ids", ids(reader)),
        check("ledger.not_overdrawn", not_overdrawn(reader)),
        check("ledger.holds", holds(reader)),
        check("ledger.holds_closed", holds_closed(reader)),
    ]
}

/// Every transfer sums to zero in one unit and carries the hash of the one before; the noted head is the last (L1, L2, L9).
fn chain(reader: &Reader<'_>) -> Result<Result<String, String>, Fault> {
    let mut head = ChainHead::default();
    let mut wrong = None;
    reader.all::<TransferRow>(Order::Rising, |_, row| match verify(&head, &row.0) {
        Ok(next) => {
            head = next;
            Ok(GO_ON)
        }
        Err(error) => {
            wrong = Some(error.to_string());
            Ok(ControlFlow::Break(()))
        }
    })?;
    let noted: LedgerHead = reader.get(&LedgerHead::KEY.to_owned())?.unwrap_or_default();
    Ok(match wrong {
        Some(wrong) => Err(wrong),
        None if noted.head != head => {
            Err(format!("the chain ends at {}, but {} is noted", head.seq, noted.head.seq))
        }
        None => Ok(format!("{} transfers, each balanced, chained and unaltered", head.seq)),
    })
}

fn sums(reader: &Reader<'_>) -> Result<BTreeMap<String, i128>, Fault> {
    let mut sums: BTreeMap<String, i128> = BTreeMap::new();
    reader.all::<TransferRow>(Order::Rising, |_, row| {
        for posting in &row.0.postings {
            let sum = sums.entry(posting.account.clone()).or_default();
            *sum = sum.saturating_add(Balance(posting.amount).number());
        }
        Ok(GO_ON)
    })?;
    Ok(sums)
}

fn cached(reader: &Reader<'_>) -> Result<BTreeMap<String, i128>, Fault> {
    let mut cached = BTreeMap::new();
    reader.all::<Balance>(Order::Rising, |account, balance| {
        cached.insert(account, balance.number());
        Ok(GO_ON)
    })?;
    Ok(cached)
}

/// Every cached balance is the sum of its postings, and all of them sum to zero (L7).
fn balances(reader: &Reader<'_>) -> Result<Result<String, String>, Fault> {
    let (sums, cached) = (sums(reader)?, cached(reader)?);
    let names = sums.keys().chain(cached.keys());
    for name in names {
        let (sum, kept) = (sums.get(name), cached.get(name));
        if sum != kept {
            return Ok(Err(format!(
                "{name} is kept as {} but its postings sum to {}",
                kept.copied().unwrap_or(0),
                sum.copied().unwrap_or(0)
            )));
        }
    }
    let total: i128 = cached.values().sum();
    Ok(if total == 0 {
        Ok(format!("{} accounts, together zero", cached.len()))
    } else {
        Err(format!("all accounts together hold {total}, not zero"))
    })
}

/// Every transfer is found under its id, and under no other (L3).
fn ids(reader: &Reader<'_>) -> Result<Result<String, String>, Fault> {
    let mut wrong = None;
    reader.all::<TransferRow>(Order::Rising, |seq, row| {
        let place: Option<TransferPlace> = reader.get(&row.0.id)?;
        if place != Some(TransferPlace(seq)) || row.0.seq != seq {
            wrong = Some(row.0.id);
            return Ok(ControlFlow::Break(()));
        }
        Ok(GO_ON)
    })?;
    let (transfers, places) = (reader.count(Table::Transfers)?, reader.count(Table::TransferIds)?);
    Ok(match wrong {
        Some(id) => Err(format!("'{id}' is not found under its id")),
        None if transfers != places => Err(format!("{transfers} transfers have {places} ids")),
        None => Ok(format!("{places} ids, each booked once")),
    })
}

/// No account of the owner is below zero (L5).
fn not_overdrawn(reader: &Reader<'_>) -> Result<Result<String, String>, Fault> {
    let mut below = Vec::new();
    reader.all::<Balance>(Order::Rising, |name, balance| {
        match name.parse() {
            Ok(account) if balance.overdrawn(&account) => {
                below.push(format!("{name} is at {}", balance.number()));
            }
            Ok(_) => {}
            Err(error) => below.push(NoAccount::to_string(&error)),
        }
        Ok(GO_ON)
    })?;
    Ok(if below.is_empty() {
        Ok("no account of the owner is below zero".to_owned())
    } else {
        Err(below.join(", "))
    })
}

/// Every hold: settled + released + open = amount, each at least zero, and the postings of its study on the held account
/// are what is open. Together they are the balance of that account (L4).
fn holds(reader: &Reader<'_>) -> Result<Result<String, String>, Fault> {
    let held_account = Account::HELD.to_string();
    let mut posted: BTreeMap<protocol::id::StudyId, i128> = BTreeMap::new();
    reader.all::<TransferRow>(Order::Rising, |_, row| {
        for posting in row.0.postings.iter().filter(|posting| posting.account == held_account) {
            if let Some(study) = row.0.study {
                let sum = posted.entry(study).or_default();
                *sum = sum.saturating_add(Balance(posting.amount).number());
            }
        }
        Ok(GO_ON)
    })?;
    let mut wrong = None;
    let mut count = 0_u64;
    reader.all::<HoldRow>(Order::Rising, |_, HoldRow(hold)| {
        count = count.saturating_add(1);
        let parts =
            [hold.from_allowance, hold.from_granted, hold.settled, hold.released, hold.pending];
        let sum = i128::from(hold.settled.0)
            .saturating_add(i128::from(hold.released.0))
            .saturating_add(i128::from(hold.left().0));
        let amount = i128::from(hold.amount().0);
        if parts.iter().any(|part| part.is_negative()) || sum != amount {
            wrong = Some(format!("the hold of {} has {sum} of {amount} credits", hold.study));
        }
        if hold.pending > hold.left() {
            wrong = Some(format!("{} credits await a hold of {}", hold.pending, hold.left()));
        }
        if !hold.open && hold.left() != Credits::ZERO {
            wrong = Some(format!("the closed hold of {} keeps {}", hold.study, hold.left()));
        }
        let rest = posted.entry(hold.study).or_default();
        *rest = rest.saturating_sub(i128::from(hold.left().0));
        Ok(GO_ON)
    })?;
    if let Some(wrong) = wrong {
        return Ok(Err(wrong));
    }
    let loose = posted.iter().find(|(_, rest)| **rest != 0);
    Ok(match loose {
        Some((study, rest)) => Err(format!("{rest} held credits of {study} belong to no hold")),
        None => Ok(format!("{count} holds, each accounted for")),
    })
}

/// A study that has ended holds nothing but what awaits approval (L11).
fn holds_closed(reader: &Reader<'_>) -> Result<Result<String, String>, Fault> {
    let mut wrong = None;
    let mut open = 0_u64;
    reader.all::<HoldRow>(Order::Rising, |(number, attempt), HoldRow(hold)| {
        if !hold.open {
            return Ok(GO_ON);
        }
        open = open.saturating_add(1);
        if hold.closing {
            if hold.left() != hold.pending || hold.pending == Credits::ZERO {
                wrong = Some(hold.study);
            }
            return Ok(GO_ON);
        }
        let progress: Option<Progress> = reader.get(&number)?;
        if progress.is_none_or(|progress| progress.state.is_final() || progress.attempt != attempt)
        {
            wrong = Some(hold.study);
        }
        Ok(GO_ON)
    })?;
    Ok(match wrong {
        Some(study) => Err(format!("study {study} has ended and still holds credits")),
        None => Ok(format!("{open} open, each of an unfinished study")),
    })
}

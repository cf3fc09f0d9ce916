//! Verification of the end of the ledger, at every start: the transfers since a checkpoint, the last of them against
//! the stored head, and the balances against those of the checkpoint. The audit verifies the whole ledger; the time
//! of a start does not depend on its length.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};

use redb::{Database, ReadableDatabase};

use crate::domain::digest::Digest;
use crate::domain::ledger::{ChainHead, verify};

use super::open::panic_message;
use super::rows::{Balance, LedgerHead, TransferRow};
use super::{Fault, Order, Reader};

/// A position in the ledger up to which it is verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Checkpoint {
    /// The head of the chain at that position.
    pub(super) head: ChainHead,
    /// Digest of the balances at that position.
    pub(super) balances: String,
}

impl Checkpoint {
    /// The checkpoint before the first transfer: from there the whole ledger is verified.
    pub(super) fn beginning() -> Self {
        Self { head: ChainHead::default(), balances: digest(&BTreeMap::new()) }
    }

    /// The end of a ledger.
    pub(super) fn end_of(reader: &Reader<'_>) -> Result<Self, Fault> {
        Ok(Self { head: stored_head(reader)?, balances: digest(&balances(reader)?) })
    }

    /// The end of the ledger of a database.
    pub(super) fn end_in(database: &Database) -> Result<Self, Fault> {
        guarded(database, Self::end_of)
    }
}

/// Whether the ledger of a database contains that head.
pub(super) fn holds(database: &Database, head: &ChainHead) -> Result<bool, Fault> {
    guarded(database, |reader| {
        let row: Option<TransferRow> = reader.get(&head.seq)?;
        Ok(row.is_some_and(|row| row.0.hash == head.hash))
    })
}

/// Verifies the ledger of a database from a checkpoint on, and returns its end. If the two do not match, the whole
/// ledger is verified: a checkpoint from outside the database is no reason to reject it.
pub(super) fn verified_end(database: &Database, since: &Checkpoint) -> Result<ChainHead, Fault> {
    guarded(database, |reader| end_since(reader, since))
        .or_else(|_| guarded(database, |reader| end_since(reader, &Checkpoint::beginning())))
}

/// Verifies a ledger from a checkpoint on, and returns its end.
pub(super) fn end_since(reader: &Reader<'_>, since: &Checkpoint) -> Result<ChainHead, Fault> {
    let mut head = since.head.clone();
    let mut balances = balances(reader)?;
    reader.after::<TransferRow>(Some(&since.head.seq), |_, TransferRow(transfer)| {
        head = verify(&head, &transfer).map_err(|broken| Fault::Damaged(broken.to_string()))?;
        for posting in transfer.postings {
            let before = balances.entry(posting.account).or_default();
            *before = before.saturating_sub(Balance(posting.amount).number());
        }
        Ok(ControlFlow::Continue(()))
    })?;
    let stored = stored_head(reader)?;
    if stored != head {
        return Err(Fault::Damaged(format!(
            "the ledger ends at transfer {}, but {} was noted",
            head.seq, stored.seq
        )));
    }
    if digest(&balances) != since.balances {
        return Err(Fault::Damaged("a balance is not the sum of its postings".to_owned()));
    }
    Ok(head)
}

fn stored_head(reader: &Reader<'_>) -> Result<ChainHead, Fault> {
    let stored: Option<LedgerHead> = reader.get(&LedgerHead::KEY.to_owned())?;
    Ok(stored.unwrap_or_default().head)
}

fn balances(reader: &Reader<'_>) -> Result<BTreeMap<String, i128>, Fault> {
    let mut balances = BTreeMap::new();
    reader.all::<Balance>(Order::Rising, |account, balance| {
        balances.insert(account, balance.number());
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(balances)
}

/// An account with balance zero counts as one that does not exist yet.
fn digest(balances: &BTreeMap<String, i128>) -> String {
    balances
        .iter()
        .filter(|(_, balance)| **balance != 0)
        .fold(Digest::new(), |hash, (account, balance)| hash.raw(format!("{account} {balance}\n")))
        .finish_hex()
}

/// Reads from a database whose pages may be corrupt: a panic below is reported as damage.
pub(super) fn guarded<T>(
    database: &Database,
    read: impl FnOnce(&Reader<'_>) -> Result<T, Fault>,
) -> Result<T, Fault> {
    let looked = catch_unwind(AssertUnwindSafe(|| {
        let transaction = database.begin_read()?;
        read(&Reader::snapshot(&transaction))
    }));
    looked.unwrap_or_else(|panic| Err(Fault::Damaged(panic_message(&*panic))))
}

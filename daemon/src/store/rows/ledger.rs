//! Ledger rows: transfers as they are sent, an index of their ids, cached balances, holds, and the head of the chain.

use protocol::ledger::{Amount, Transfer};
use serde::{Deserialize, Serialize};

use crate::domain::ledger::{Account, ChainHead, Hold, Month};
use crate::store::{Row, Table};

/// A booked movement.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct TransferRow(pub Transfer);

impl Row for TransferRow {
    const TABLE: Table = Table::Transfers;
    type Key = u64;
}

/// The number of the transfer with an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct TransferPlace(pub u64);

impl Row for TransferPlace {
    const TABLE: Table = Table::TransferIds;
    type Key = String;
}

/// The balance of an account, always the sum of its postings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Balance(pub Amount);

impl Balance {
    /// The balance after one more posting; `None` if it overflows or is in another unit.
    pub(crate) fn plus(self, amount: Amount) -> Option<Self> {
        match (self.0, amount) {
            (Amount::Credits(a), Amount::Credits(b)) => a.checked_add(b).map(Amount::Credits),
            (Amount::UsdMicros(a), Amount::UsdMicros(b)) => a.checked_add(b).map(Amount::UsdMicros),
            (Amount::Credits(_), Amount::UsdMicros(_))
            | (Amount::UsdMicros(_), Amount::Credits(_)) => None,
        }
        .map(Self)
    }

    /// The number in its unit: whole credits, or millionths of a dollar.
    pub(crate) fn number(self) -> i128 {
        match self.0 {
            Amount::Credits(credits) => credits.0.into(),
            Amount::UsdMicros(micros) => micros.0.into(),
        }
    }

    /// Whether it is below zero on an account that may never be, such as any of the owner's.
    pub(crate) fn overdrawn(self, account: &Account) -> bool {
        self.number() < 0 && account.party().has_limit()
    }
}

impl Row for Balance {
    const TABLE: Table = Table::Accounts;
    type Key = String;
}

/// A hold, under (study number, attempt).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct HoldRow(pub Hold);

impl Row for HoldRow {
    const TABLE: Table = Table::Holds;
    type Key = (u32, u32);
}

/// The head of the chain, and the month of the current allowance.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LedgerHead {
    /// The last transfer.
    pub head: ChainHead,
    /// The month that applied at the last booking.
    #[serde(default)]
    pub month: Option<Month>,
}

impl LedgerHead {
    /// Its key.
    pub(crate) const KEY: &'static str = "ledger";
}

impl Row for LedgerHead {
    const TABLE: Table = Table::Meta;
    type Key = String;
}

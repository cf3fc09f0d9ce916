//! The owner's view of the ledger: the balance and the statement.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::credits::{Credits, UsdMicros};
use crate::id::StudyId;

/// The state of the owner's budget.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Balance {
    /// The tier of the allowance: `local`, `free`, …
    pub tier: String,
    /// Credits that can be spent now.
    pub balance: Credits,
    /// Credits that running studies hold.
    pub held: Credits,
    /// Credits settled in this billing period.
    pub used_this_month: Credits,
    /// The calendar month in UTC, `2026-11`.
    pub billing_period: String,
    /// Real cost of this month in dollars.
    pub cost_usd_this_month: f64,
}

/// One movement of credits or dollars. It never changes after it was booked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Transfer {
    /// Its number in the ledger, from 1.
    pub seq: u64,
    /// Derived from what it books (`settle/<study>/0-255`), so that it cannot be booked twice.
    pub id: String,
    /// When it was booked.
    pub at: Timestamp,
    /// The study it belongs to.
    pub study: Option<StudyId>,
    /// The type of movement: grant, allowance, hold, settle, release, lapse, reinstate, cost.
    pub kind: String,
    /// Accounts and amounts; they sum to zero in one unit.
    pub postings: Vec<Posting>,
    /// SHA-256 (hex) over this transfer and the hash before it.
    pub hash: String,
}

/// One side of a transfer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Posting {
    /// `owner/granted`, `owner/held`, `owner/used/2026-11`, `issuer/grants`, …
    pub account: String,
    /// The amount; negative when it leaves the account.
    pub amount: Amount,
}

/// An amount with its unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(tag = "unit", content = "value", rename_all = "snake_case")]
pub enum Amount {
    /// Whole credits.
    Credits(Credits),
    /// Millionths of a dollar.
    UsdMicros(UsdMicros),
}

//! A ledger account: a party and a purpose, in one unit. The allowance and used credits have an account for each
//! calendar month, so that lapsed and spent amounts are balances.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

/// A calendar month in UTC, `2026-11`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Month {
    year: i16,
    month: i8,
}

impl Month {
    /// The month that holds a moment.
    pub fn of(at: Timestamp) -> Self {
        let date = at.to_zoned(TimeZone::UTC);
        Self { year: date.year(), month: date.month() }
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

impl FromStr for Month {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("'{text}' is not a month like 2026-11");
        let (year, month) = text.rsplit_once('-').ok_or_else(wrong)?;
        let month: i8 = month.parse().map_err(|_| wrong())?;
        if !(1..=12).contains(&month) {
            return Err(wrong());
        }
        Ok(Self { year: year.parse().map_err(|_| wrong())?, month })
    }
}

impl From<Month> for String {
    fn from(month: Month) -> Self {
        month.to_string()
    }
}

impl TryFrom<String> for Month {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

/// One account. The owner's accounts hold what the owner has; the others are the sources and destinations.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Account {
    /// The source of allowances.
    IssuerAllowance,
    /// The source of granted credits.
    IssuerGrants,
    /// The destination of unspent allowances.
    IssuerLapsed,
    /// The rest of one month's allowance.
    Allowance(Month),
    /// Credits that were granted and do not lapse.
    Granted,
    /// Credits held for unfinished studies.
    Held,
    /// Credits paid for answers, by the month in which they were settled.
    Used(Month),
    /// Real cost, by month.
    Cost(Month),
    /// Amount owed to an engine's provider.
    Provider(String),
}

impl Account {
    /// The names of all monthly allowances lie between these two, in the order of their months.
    pub const ALLOWANCES: (&'static str, &'static str) = ("owner/allowance/", "owner/allowance/~");
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::IssuerAllowance => f.write_str("issuer/allowance"),
            Self::IssuerGrants => f.write_str("issuer/grants"),
            Self::IssuerLapsed => f.write_str("issuer/lapsed"),
            Self::Allowance(month) => write!(f, "owner/allowance/{month}"),
            Self::Granted => f.write_str("owner/granted"),
            Self::Held => f.write_str("owner/held"),
            Self::Used(month) => write!(f, "owner/used/{month}"),
            Self::Cost(month) => write!(f, "owner/cost/{month}"),
            Self::Provider(name) => write!(f, "provider/{name}"),
        }
    }
}

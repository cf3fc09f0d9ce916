//! A ledger account: a party and a purpose, in one unit. The allowance and used credits have an account for each
//! calendar month, so that lapsed and spent amounts are balances.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use protocol::id::ParticipantId;
use serde::{Deserialize, Serialize};

/// A calendar month in UTC, `2026-11`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Month {
    year: i16,
    month: i8,
}

impl Month {
    /// The first month that a text can name in four digits.
    pub const FIRST: Self = Self { year: 0, month: 1 };
    /// The last one.
    pub const LAST: Self = Self { year: 9999, month: 12 };

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

/// Whose an account is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Party {
    /// The source of credits: it gives allowances and grants, and takes back what lapses.
    Issuer,
    /// The owner of the studies.
    Owner,
    /// A person who is paid for answers.
    Participant(ParticipantId),
    /// A model service, by the name of its engine.
    Provider(String),
}

impl Party {
    /// Whether it can only spend what it has. The others are the ends of the ledger: what they gave is below zero.
    pub const fn has_limit(&self) -> bool {
        match self {
            Self::Owner | Self::Participant(_) => true,
            Self::Issuer | Self::Provider(_) => false,
        }
    }
}

/// What an account of a party is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AccountPurse {
    /// Allowances that were given.
    Allowances,
    /// Credits that were granted to the owner.
    Grants,
    /// Allowances that were not spent in time.
    Lapsed,
    /// What is left of one month's allowance.
    Allowance(Month),
    /// Credits that were granted and do not lapse.
    Granted,
    /// Credits held for unfinished studies.
    Held,
    /// Credits paid for answers, by the month in which they were settled.
    Used(Month),
    /// Real cost, by month.
    Cost(Month),
    /// Credits that a participant was paid.
    Earned,
    /// What a provider is owed.
    Owed,
}

/// One account: a party and a purse of it, in one unit. Its text is how rows, statements and hashes name it; only the
/// pairs that the ledger uses can be made.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Account {
    party: Party,
    purse: AccountPurse,
}

impl Account {
    /// Where allowances come from.
    pub const ISSUED_ALLOWANCES: Self = Self::of(Party::Issuer, AccountPurse::Allowances);
    /// Where granted credits come from.
    pub const ISSUED_GRANTS: Self = Self::of(Party::Issuer, AccountPurse::Grants);
    /// Where unspent allowances go.
    pub const LAPSED: Self = Self::of(Party::Issuer, AccountPurse::Lapsed);
    /// The owner's granted credits.
    pub const GRANTED: Self = Self::of(Party::Owner, AccountPurse::Granted);
    /// What the owner's unfinished studies hold.
    pub const HELD: Self = Self::of(Party::Owner, AccountPurse::Held);

    const fn of(party: Party, purse: AccountPurse) -> Self {
        Self { party, purse }
    }

    /// What is left of the owner's allowance of that month.
    pub const fn allowance(month: Month) -> Self {
        Self::of(Party::Owner, AccountPurse::Allowance(month))
    }

    /// What the owner paid for answers in that month.
    pub const fn used(month: Month) -> Self {
        Self::of(Party::Owner, AccountPurse::Used(month))
    }

    /// The owner's real cost of that month.
    pub const fn cost(month: Month) -> Self {
        Self::of(Party::Owner, AccountPurse::Cost(month))
    }

    /// What a participant was paid.
    pub const fn earned(participant: ParticipantId) -> Self {
        Self::of(Party::Participant(participant), AccountPurse::Earned)
    }

    /// What an engine's provider is owed.
    pub const fn provider(name: String) -> Self {
        Self::of(Party::Provider(name), AccountPurse::Owed)
    }

    /// Whose it is.
    pub const fn party(&self) -> &Party {
        &self.party
    }

    /// What it is for.
    pub const fn purse(&self) -> AccountPurse {
        self.purse
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.party {
            Party::Issuer => write!(f, "issuer/{}", self.purse),
            Party::Owner => write!(f, "owner/{}", self.purse),
            Party::Participant(id) => write!(f, "participant/{id}/{}", self.purse),
            // A provider has one purse, which its text does not name.
            Party::Provider(name) => write!(f, "provider/{name}"),
        }
    }
}

impl fmt::Display for AccountPurse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Allowances => f.write_str("allowance"),
            Self::Grants => f.write_str("grants"),
            Self::Lapsed => f.write_str("lapsed"),
            Self::Allowance(month) => write!(f, "allowance/{month}"),
            Self::Granted => f.write_str("granted"),
            Self::Held => f.write_str("held"),
            Self::Used(month) => write!(f, "used/{month}"),
            Self::Cost(month) => write!(f, "cost/{month}"),
            Self::Earned => f.write_str("earned"),
            Self::Owed => f.write_str("owed"),
        }
    }
}

/// A text that names no account.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is no account")]
pub struct NoAccount(String);

impl FromStr for Account {
    type Err = NoAccount;

    fn from_str(text: &str) -> Result<Self, NoAccount> {
        // Months and ids have other spellings as well; an account has one.
        read(text).filter(|account| account.to_string() == text).ok_or(NoAccount(text.to_owned()))
    }
}

fn read(text: &str) -> Option<Account> {
    let (party, rest) = text.split_once('/')?;
    let (word, of) = rest.split_once('/').unwrap_or((rest, ""));
    Some(match (party, word) {
        ("issuer", "allowance") => Account::ISSUED_ALLOWANCES,
        ("issuer", "grants") => Account::ISSUED_GRANTS,
        ("issuer", "lapsed") => Account::LAPSED,
        ("owner", "granted") => Account::GRANTED,
        ("owner", "held") => Account::HELD,
        ("owner", "allowance") => Account::allowance(of.parse().ok()?),
        ("owner", "used") => Account::used(of.parse().ok()?),
        ("owner", "cost") => Account::cost(of.parse().ok()?),
        ("participant", id) => Account::earned(id.parse().ok()?),
        ("provider", _) => Account::provider(rest.to_owned()),
        _ => return None,
    })
}

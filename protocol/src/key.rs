//! Keys of the HTTP listener on the wire: what a key is for, what it may do and use up, and how it is shown. The key itself is
//! in one reply only, that of its creation; nothing else holds more than its beginning.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::audience::words;
use crate::credits::{Credits, UsdMicros};

words! {
    /// The door that a key opens.
    Dialect {
        /// Demoscope's own API.
        Demoscope = "demoscope",
        /// The API of InstantFocus.
        InstantFocus = "instantfocus",
        /// The API of Refynd.
        Refynd = "refynd",
    }
}

words! {
    /// What a key may do; each includes those before it.
    KeyScope {
        /// Read studies, answers, events and credits.
        Read = "read",
        /// Submit studies, and change or delete them.
        Run = "run",
        /// Run the installation: budget, books, settings.
        Admin = "admin",
    }
}

/// A key's id: `k1`, `k2`, … in the order of creation. It is never given again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(pub u32);

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "k{}", self.0)
    }
}

impl FromStr for KeyId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.strip_prefix('k')
            .and_then(|digits| digits.parse().ok())
            .map(KeyId)
            .ok_or_else(|| format!("'{text}' is not the id of a key: they read k1, k2, …"))
    }
}

impl Serialize for KeyId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for KeyId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// What a key may use up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyCaps {
    /// Credits set aside in one calendar day (UTC); absent for no limit but the balance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credits_per_day: Option<Credits>,
    /// Real cost in one calendar day (UTC), in millionths of a dollar. It is the owner's confirmation of cost: without it
    /// the key asks nothing that needs one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost_per_day: Option<UsdMicros>,
    /// Requests in a minute; absent for no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requests_per_minute: Option<u32>,
}

/// A key to make.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NewKey {
    /// The door that it opens.
    pub dialect: Dialect,
    /// What it may do.
    pub scope: KeyScope,
    /// What it is for, in the owner's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The engine, or the pool, that answers its studies, whatever they name; absent for what they name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engine: Option<String>,
    /// What it may use up.
    #[serde(default)]
    pub caps: KeyCaps,
    /// Whether webhooks of its studies may go to this machine and to private networks.
    #[serde(default)]
    pub allow_private: bool,
}

/// A key as it is shown after its creation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Key {
    /// Its id.
    pub id: KeyId,
    /// What was ordered.
    #[serde(flatten)]
    pub made: NewKey,
    /// The beginning of the key, to tell it from others.
    pub begins: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was replaced last, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rotated_at: Option<Timestamp>,
    /// When it was used last, to some minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used_at: Option<Timestamp>,
    /// When it was revoked, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<Timestamp>,
    /// Credits set aside today (UTC).
    pub credits_today: Credits,
    /// The most that the studies of today may cost.
    pub cost_today: UsdMicros,
}

/// A fresh key: the only reply that holds it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FreshKey {
    /// The key.
    pub key: String,
    /// Its id.
    pub id: KeyId,
    /// The door that it opens.
    pub dialect: Dialect,
}

/// Without the key, because what is logged is kept.
impl fmt::Debug for FreshKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FreshKey")
            .field("id", &self.id)
            .field("dialect", &self.dialect)
            .finish_non_exhaustive()
    }
}

//! Signing secrets of endpoints: their forms, and how one takes the place of another. A secret of the standard format is
//! replaced at once, and the one before signs too for a day; where receivers know one secret only, the new one waits until
//! the owner says that they know it.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use protocol::hook::HookFormat;
use serde::{Deserialize, Serialize};

/// How long the secret before signs too.
pub(crate) const BOTH_SIGN: SignedDuration = SignedDuration::from_hours(24);
/// What secrets of the standard format begin with.
const STANDARD_PREFIX: &str = "whsec_";
/// Bytes of a secret of the standard format.
const STANDARD_BYTES: std::ops::RangeInclusive<usize> = 24..=64;
/// What secrets that are made for the Candor format begin with.
const CANDOR_PREFIX: &str = "cndr_";
/// Characters of a secret that is used as it is.
const CHARACTERS: std::ops::RangeInclusive<usize> = 16..=256;

/// A secret, as it is shown and typed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct SigningSecret(pub String);

// A log line, a panic message or an audit must not show it.
impl fmt::Debug for SigningSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningSecret(…)")
    }
}

impl SigningSecret {
    /// The bytes that sign in that format.
    pub(crate) fn key(&self, format: HookFormat) -> Option<Vec<u8>> {
        match format {
            HookFormat::Standard => decoded(&self.0),
            HookFormat::Candor | HookFormat::Refynd => Some(self.0.as_bytes().to_vec()),
        }
    }
}

/// The bytes of a secret of the standard format, with or without its beginning and its padding.
pub(crate) fn decoded(text: &str) -> Option<Vec<u8>> {
    let letters = text.strip_prefix(STANDARD_PREFIX).unwrap_or(text);
    let bytes = STANDARD.decode(letters).or_else(|_| STANDARD_NO_PAD.decode(letters)).ok()?;
    STANDARD_BYTES.contains(&bytes.len()).then_some(bytes)
}

/// Makes a secret of that format from random bytes.
pub(crate) fn make(format: HookFormat, random: &[u8; 32]) -> SigningSecret {
    SigningSecret(match format {
        HookFormat::Standard => format!("{STANDARD_PREFIX}{}", STANDARD.encode(random)),
        // For the second no endpoint asks: its secret is the SHA-256 of an API key.
        HookFormat::Candor | HookFormat::Refynd => {
            format!("{CANDOR_PREFIX}{}", hex::encode(random))
        }
    })
}

/// What is wrong with a secret that the owner gives, if anything.
pub(crate) fn is_usable(text: &str, format: HookFormat) -> Result<(), &'static str> {
    match format {
        HookFormat::Standard if decoded(text).is_none() => {
            Err("give whsec_ and 24 to 64 bytes in Base64")
        }
        HookFormat::Standard => Ok(()),
        HookFormat::Candor | HookFormat::Refynd => {
            let is_plain = text.bytes().all(|byte| byte.is_ascii_graphic());
            let fits = CHARACTERS.contains(&text.chars().count());
            if is_plain && fits { Ok(()) } else { Err("give 16 to 256 characters without blanks") }
        }
    }
}

/// The secrets of an endpoint, or the owner's default.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Secrets {
    /// The one that signs.
    pub current: SigningSecret,
    /// When it was made.
    pub made_at: Timestamp,
    /// The one before, and until when it signs too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<(SigningSecret, Timestamp)>,
    /// One that was made and waits for the owner.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting: Option<SigningSecret>,
    /// Whether the one that signs was shown.
    #[serde(default)]
    pub is_shown: bool,
}

impl Secrets {
    /// With that secret.
    pub(crate) fn new(current: SigningSecret, made_at: Timestamp) -> Self {
        Self { current, made_at, previous: None, waiting: None, is_shown: false }
    }

    /// Those that sign at that time, the present one first.
    pub(crate) fn signing(&self, now: Timestamp) -> Vec<&SigningSecret> {
        let before = self.previous.iter().filter(|(_, until)| *until > now).map(|(one, _)| one);
        std::iter::once(&self.current).chain(before).collect()
    }

    /// Puts a new one in the place of the present one, or lets it wait where receivers know one only.
    #[must_use]
    pub(crate) fn rotated(self, fresh: SigningSecret, format: HookFormat, now: Timestamp) -> Self {
        match format {
            HookFormat::Standard => {
                let until = now.checked_add(BOTH_SIGN).unwrap_or(Timestamp::MAX);
                let previous = Some((self.current, until));
                Self { current: fresh, made_at: now, previous, waiting: None, is_shown: true }
            }
            HookFormat::Candor | HookFormat::Refynd => Self { waiting: Some(fresh), ..self },
        }
    }

    /// Lets the one that waits sign; `None` where none does.
    pub(crate) fn promoted(self, now: Timestamp) -> Option<Self> {
        let current = self.waiting?;
        Some(Self { current, made_at: now, previous: None, waiting: None, is_shown: true })
    }
}

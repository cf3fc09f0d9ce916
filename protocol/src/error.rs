//! Errors of the daemon's API: a closed set of codes by what the caller can do next, a sentence, and hints. Sentences
//! and hints begin with a capital and have no full stop; a hint begins with the action to take.

use std::error::Error;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::audience::words;
use crate::credits::{Credits, UsdMicros};
use crate::hint::Hint;
use crate::setting::Settings;
use crate::study::Problem;

words! {
    /// Error code; it decides what the caller can do about the error.
    ErrorCode {
        /// The input is invalid and must be corrected; `problems` lists every fault.
        InvalidInput = "invalid_input",
        /// The request has no valid key.
        Unauthorized = "unauthorized",
        /// The key has no scope for this request.
        Forbidden = "forbidden",
        /// No object has that id.
        NotFound = "not_found",
        /// The id prefix matches several objects; more characters are needed.
        AmbiguousId = "ambiguous_id",
        /// The object is in a state that does not allow the operation.
        Conflict = "conflict",
        /// The owner's available credits do not cover the study; a grant or the next allowance must add some.
        InsufficientCredits = "insufficient_credits",
        /// A cost cap does not cover the request; the cap must be raised or the request made smaller.
        CostCap = "cost_cap",
        /// The request costs real money and needs the owner's confirmation (`cost_confirmed: true`).
        UnconfirmedCost = "unconfirmed_cost",
        /// Too many requests in a short time; the request can be repeated later.
        RateLimited = "rate_limited",
        /// A limit is reached; the request can be repeated later.
        Busy = "busy",
        /// The store is read-only until its fault is fixed; read requests still work.
        Degraded = "degraded",
        /// This installation does not offer the function.
        Unsupported = "unsupported",
        /// Client and daemon have no protocol version in common.
        Incompatible = "incompatible",
        /// No daemon answers at the socket.
        Unreachable = "unreachable",
        /// An internal error: a defect of Demoscope.
        Internal = "internal",
    }
}

impl ErrorCode {
    /// The status that an HTTP reply with this error has.
    #[must_use]
    pub const fn http_status(self) -> u16 {
        match self {
            Self::InvalidInput => 400,
            Self::Unauthorized => 401,
            Self::InsufficientCredits | Self::CostCap => 402,
            Self::Forbidden => 403,
            Self::NotFound => 404,
            Self::AmbiguousId | Self::Conflict => 409,
            Self::Incompatible => 426,
            Self::UnconfirmedCost => 428,
            Self::RateLimited => 429,
            Self::Internal => 500,
            Self::Unsupported => 501,
            Self::Unreachable => 502,
            Self::Busy | Self::Degraded => 503,
        }
    }
}

/// An underlying error, as text. Error values cannot be copied, compared or sent, so the messages of the chain are kept
/// instead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cause {
    /// Its message.
    pub message: String,
    /// Its own cause.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<Box<Cause>>,
}

/// Causes that are kept of a chain: enough for every library, and a bound for an endless chain.
const CAUSES_MAX: usize = 16;

impl Cause {
    /// An error with its whole chain of causes.
    #[must_use]
    pub fn of(error: &(dyn Error + 'static)) -> Self {
        Self::at_most(CAUSES_MAX, error)
    }

    fn at_most(count: usize, error: &(dyn Error + 'static)) -> Self {
        let below = error.source().filter(|_| count > 1);
        let cause = below.map(|below| Box::new(Self::at_most(count - 1, below)));
        Self { message: error.to_string(), cause }
    }

    /// A message of this program above an underlying error.
    pub fn below(message: impl Into<String>, error: &(dyn Error + 'static)) -> Self {
        Self { message: message.into(), cause: Some(Box::new(Self::of(error))) }
    }

    /// The messages of the chain, from the nearest cause to the root cause.
    pub fn messages(&self) -> impl Iterator<Item = &str> {
        std::iter::successors(Some(self), |cause| cause.cause.as_deref())
            .map(|cause| cause.message.as_str())
    }
}

impl From<String> for Cause {
    fn from(message: String) -> Self {
        Self { message, cause: None }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl Error for Cause {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.cause.as_deref().map(|cause| cause as &(dyn Error + 'static))
    }
}

/// What a study needs and what is left of it, where it was refused for want of that: both as the refusal found them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "unit")]
pub enum Shortage {
    /// Credits, of the balance or of a cap.
    Credits {
        /// What it needs.
        required: Credits,
        /// What there is.
        left: Credits,
    },
    /// Dollars, of a cap.
    Dollars {
        /// What it may cost, as far as the cap has to cover it.
        required: UsdMicros,
        /// What is left of the cap.
        left: UsdMicros,
    },
}

/// An error as every client receives it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct ApiError {
    /// The error code.
    pub code: ErrorCode,
    /// What happened, as a sentence.
    pub message: String,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hints: Vec<Hint>,
    /// Every fault of an invalid input, each with its place.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<Problem>,
    /// Milliseconds after which a retry may succeed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
    /// Possible values of the draft's settings, where a draft was checked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settings: Option<Box<Settings>>,
    /// What is missing, where credits or a cap do not suffice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shortage: Option<Box<Shortage>>,
    /// The underlying error, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[source]
    pub cause: Option<Box<Cause>>,
}

impl ApiError {
    /// An error with that code and message.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            hints: Vec::new(),
            problems: Vec::new(),
            retry_after_ms: None,
            settings: None,
            shortage: None,
            cause: None,
        }
    }

    /// Adds the cause and its whole chain. If the cause has the same message as this error, only the causes below it
    /// are added.
    #[must_use]
    pub fn because(mut self, error: &(dyn Error + 'static)) -> Self {
        let is_told = error.to_string() == self.message;
        let below = if is_told { error.source() } else { Some(error) };
        self.cause = below.map(|below| Box::new(Cause::of(below)));
        self
    }

    /// The causes on one line, the nearest first, for a log; empty without causes.
    #[must_use]
    pub fn causes(&self) -> String {
        let messages = self.cause.as_deref().into_iter().flat_map(Cause::messages);
        messages.collect::<Vec<_>>().join("; caused by: ")
    }

    /// Adds what is missing.
    #[must_use]
    pub fn short_of(mut self, shortage: Shortage) -> Self {
        self.shortage = Some(Box::new(shortage));
        self
    }

    /// Adds a hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<Hint>) -> Self {
        self.hints.push(hint.into());
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("The page does not read")]
    struct Page(#[source] std::io::Error);

    #[test]
    fn every_code_has_the_http_status_of_its_remedy() {
        let found: Vec<(&str, u16)> =
            ErrorCode::ALL.iter().map(|code| (code.as_str(), code.http_status())).collect();
        let expected = [
            ("invalid_input", 400),
            ("unauthorized", 401),
            ("forbidden", 403),
            ("not_found", 404),
            ("ambiguous_id", 409),
            ("conflict", 409),
            ("insufficient_credits", 402),
            ("cost_cap", 402),
            ("unconfirmed_cost", 428),
            ("rate_limited", 429),
            ("busy", 503),
            ("degraded", 503),
            ("unsupported", 501),
            ("incompatible", 426),
            ("unreachable", 502),
            ("internal", 500),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn the_chain_of_an_error_is_kept_and_survives_the_wire() {
        let page = Page(std::io::Error::other("the disk is gone"));
        let error = ApiError::new(ErrorCode::Degraded, "Nothing was written").because(&page);
        let text = serde_json::to_string(&error).unwrap();
        let back: ApiError = serde_json::from_str(&text).unwrap();
        assert_eq!(back, error);
        assert_eq!(back.causes(), "The page does not read; caused by: the disk is gone");
        let source = back.source().and_then(Error::source).map(ToString::to_string);
        assert_eq!(source.as_deref(), Some("the disk is gone"));
    }

    #[test]
    fn what_is_missing_survives_the_wire() {
        let shortage = Shortage::Credits { required: Credits(60), left: Credits(17) };
        let error = ApiError::new(ErrorCode::InsufficientCredits, "Too few").short_of(shortage);
        let text = serde_json::to_string(&error).unwrap();
        assert!(
            text.contains(r#""shortage":{"unit":"credits","required":60,"left":17}"#),
            "{text}"
        );
        assert_eq!(serde_json::from_str::<ApiError>(&text).unwrap(), error);
    }

    #[test]
    fn an_error_without_a_cause_says_nothing_of_one() {
        let error = ApiError::new(ErrorCode::NotFound, "There is no such study");
        assert_eq!(error.causes(), "");
        assert!(error.source().is_none());
        assert!(!serde_json::to_string(&error).unwrap().contains("cause"));
    }
}

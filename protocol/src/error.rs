//! What can go wrong at the daemon's face: a closed code by what the reader will do next, a sentence, and hints. Sentences
//! and hints begin with a capital and have no full stop at their end; a hint begins with what to do.

use std::error::Error;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::audience::words;
use crate::setting::Settings;
use crate::study::Problem;

words! {
    /// What to do about it.
    ErrorCode {
        /// Mend the input.
        InvalidInput = "invalid_input",
        /// Say who you are: a key is missing, or nothing is known of it.
        Unauthorized = "unauthorized",
        /// Ask for the scope that allows it.
        Forbidden = "forbidden",
        /// Look for another id.
        NotFound = "not_found",
        /// Give more of the id.
        AmbiguousId = "ambiguous_id",
        /// The thing is not in a state that allows it.
        Conflict = "conflict",
        /// Grant or wait for credits.
        InsufficientCredits = "insufficient_credits",
        /// Raise the cap or ask for less.
        CostCap = "cost_cap",
        /// Say yes first.
        UnconfirmedCost = "unconfirmed_cost",
        /// Ask less often, after a while.
        RateLimited = "rate_limited",
        /// Try again later: what it needs is in use.
        Busy = "busy",
        /// The store takes no writes until its trouble is over; reading works.
        Degraded = "degraded",
        /// Do without: this installation does not offer it.
        Unsupported = "unsupported",
        /// Client and daemon do not understand each other.
        Incompatible = "incompatible",
        /// No daemon answers.
        Unreachable = "unreachable",
        /// A defect of Demoscope.
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

/// An error below another one, as it was told. Those that were met are no values that can be copied, compared or sent, so
/// their sentences are kept, and the chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cause {
    /// What it said.
    pub message: String,
    /// What it came of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<Box<Cause>>,
}

/// Causes that are kept of a chain: enough for every library, and an end for one that has none.
const CAUSES_MAX: usize = 16;

impl Cause {
    /// An error with everything below it.
    #[must_use]
    pub fn of(error: &(dyn Error + 'static)) -> Self {
        Self::at_most(CAUSES_MAX, error)
    }

    fn at_most(count: usize, error: &(dyn Error + 'static)) -> Self {
        let below = error.source().filter(|_| count > 1);
        let cause = below.map(|below| Box::new(Self::at_most(count - 1, below)));
        Self { message: error.to_string(), cause }
    }

    /// A sentence of our own for an error below it.
    pub fn below(message: impl Into<String>, error: &(dyn Error + 'static)) -> Self {
        Self { message: message.into(), cause: Some(Box::new(Self::of(error))) }
    }

    /// The sentences of the chain, from the nearest to the one at the bottom.
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

/// An error as every client gets it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct ApiError {
    /// What kind.
    pub code: ErrorCode,
    /// What happened, as a sentence.
    pub message: String,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hints: Vec<String>,
    /// All that is wrong with an input, each with its place.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<Problem>,
    /// When trying again may help.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
    /// What the settings of a draft could be, where a draft was checked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settings: Option<Box<Settings>>,
    /// What it came of, where another error is below it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[source]
    pub cause: Option<Box<Cause>>,
}

impl ApiError {
    /// An error of that kind with its sentence.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            hints: Vec::new(),
            problems: Vec::new(),
            retry_after_ms: None,
            settings: None,
            cause: None,
        }
    }

    /// The same with the error that it came of, and everything below that one. An error whose very sentence this is has been
    /// told already; what is below it has not.
    #[must_use]
    pub fn because(mut self, error: &(dyn Error + 'static)) -> Self {
        let is_told = error.to_string() == self.message;
        let below = if is_told { error.source() } else { Some(error) };
        self.cause = below.map(|below| Box::new(Cause::of(below)));
        self
    }

    /// The causes on one line, the nearest first, for a log; empty without any.
    #[must_use]
    pub fn causes(&self) -> String {
        let messages = self.cause.as_deref().into_iter().flat_map(Cause::messages);
        messages.collect::<Vec<_>>().join("; caused by: ")
    }

    /// The same with one more hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
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
    fn an_error_without_a_cause_says_nothing_of_one() {
        let error = ApiError::new(ErrorCode::NotFound, "There is no such study");
        assert_eq!(error.causes(), "");
        assert!(error.source().is_none());
        assert!(!serde_json::to_string(&error).unwrap().contains("cause"));
    }
}

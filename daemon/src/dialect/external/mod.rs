//! Results that other services tell by a hook, read from the forms of each. Nothing is believed: types, ranges and lengths are
//! checked, and a text that could steer a terminal or a language model has the whole result refused, with the reason.

pub(crate) mod candor;
mod checked;
mod plain;
mod refynd;
#[cfg(test)]
mod tests;

use protocol::external::ExternalContent;
use protocol::hook_in::SourceKind;
use protocol::strict_json;

/// What a hook told.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum ExternalTold {
    /// The result itself.
    Result {
        /// Its id at the service.
        id: String,
        /// What it says.
        content: Box<ExternalContent>,
    },
    /// That a study ended, whose result its service gives for that id.
    Ended {
        /// Its id at the service.
        id: String,
    },
    /// Nothing that can be imported, for that reason.
    Nothing(String),
}

/// Reads the body of a hook.
///
/// # Errors
/// Why it is no result that can be kept.
pub(crate) fn read(kind: SourceKind, body: &str) -> Result<ExternalTold, String> {
    // Also a field of which nothing is kept, such as a second `data`: every reader must find the same result.
    if let Some((line, column)) = strict_json::field_twice(body.as_bytes()) {
        return Err(format!("a field of the body stands twice, at line {line}, column {column}"));
    }
    match kind {
        SourceKind::Refynd => refynd::read(body),
        SourceKind::Candor => candor::read(body),
        SourceKind::Standard | SourceKind::Generic => plain::read(body),
        SourceKind::Github => Ok(ExternalTold::Nothing("this service has no results".to_owned())),
    }
}

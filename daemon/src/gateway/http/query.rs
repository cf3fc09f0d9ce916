//! What the query of an address says: names and values, decoded. A name that a route does not know is refused, because
//! whoever sends one relies on it.

use protocol::error::{ApiError, ErrorCode};
use protocol::safe;

/// Most characters of a name that are shown.
const CHARACTERS_MAX: usize = 40;

/// Items on one page where the request says nothing.
const PAGE: u32 = 100;
/// Least and most items that a request may ask for on one page.
pub(crate) const PAGE_LENGTHS: (u32, u32) = (1, 500);

/// A query of which every name is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    /// Reads a query.
    ///
    /// # Errors
    /// Where it has another name than those, or one of them twice.
    pub(crate) fn read(sent: Option<&str>, known: &[&str]) -> Result<Self, ApiError> {
        let mut pairs: Vec<(String, String)> = Vec::new();
        for (name, value) in url::form_urlencoded::parse(sent.unwrap_or_default().as_bytes()) {
            let shown: String = safe::line(&name).chars().take(CHARACTERS_MAX).collect();
            if !known.contains(&&*name) {
                let what =
                    format!("The query has the parameter '{shown}', which is not known here");
                return Err(ApiError::new(ErrorCode::InvalidInput, what).hint(match known {
                    [] => "Leave it out: this path takes none".to_owned(),
                    _ => format!("Send none but {}", known.join(", ")),
                }));
            }
            if pairs.iter().any(|(other, _)| *other == name) {
                let what = format!("The query has the parameter '{shown}' twice");
                return Err(ApiError::new(ErrorCode::InvalidInput, what).hint("Send it once"));
            }
            pairs.push((name.into_owned(), value.into_owned()));
        }
        Ok(Self(pairs))
    }

    /// What it says for a name.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The number of items on a page: [`PAGE`] where it says none.
    pub(crate) fn page_length(&self) -> Result<u32, ApiError> {
        let Some(given) = self.get("limit") else { return Ok(PAGE) };
        let (least, most) = PAGE_LENGTHS;
        let length = given.parse().ok().filter(|length| (least..=most).contains(length));
        length.ok_or_else(|| {
            ApiError::new(ErrorCode::InvalidInput, "'limit' is no length of a page")
                .hint(format!("Give a whole number from {least} to {most}"))
        })
    }

    /// A number from 0 on.
    pub(crate) fn number(&self, name: &str) -> Result<Option<u32>, ApiError> {
        self.get(name).map(str::parse).transpose().map_err(|_| {
            ApiError::new(
                ErrorCode::InvalidInput,
                format!("'{name}' is out of range or no whole number"),
            )
            .hint(format!("Give a whole number from 0 to {}", u32::MAX))
        })
    }

    /// A truth value; false where it says nothing.
    pub(crate) fn truth(&self, name: &str) -> Result<bool, ApiError> {
        match self.get(name) {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(_) => {
                Err(ApiError::new(ErrorCode::InvalidInput, format!("'{name}' is no truth value"))
                    .hint("Give true or false"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_or_stands_twice_is_refused_and_the_rest_decoded() {
        let known = ["of", "limit"];
        let read = Query::read(Some("of=concern.Price+per%20week&limit=5"), &known).unwrap();
        assert_eq!(read.get("of"), Some("concern.Price per week"));
        assert_eq!((read.page_length().unwrap(), read.get("offset")), (5, None));
        for (given, length) in
            [("", Some(100)), ("limit=500", Some(500)), ("limit=0", None), ("limit=501", None)]
        {
            let read = Query::read(Some(given), &known).unwrap();
            assert_eq!(read.page_length().ok(), length, "{given}");
        }
        assert!(Query::read(None, &[]).is_ok() && Query::read(Some(""), &[]).is_ok());
        let why = |sent, known: &[&str]| {
            let error = Query::read(Some(sent), known).unwrap_err();
            let hints: Vec<String> = error.hints.iter().map(ToString::to_string).collect();
            format!("{} · {}", error.message, hints.join(" "))
        };
        assert!(why("cursor=7", &known).ends_with("Send none but of, limit"));
        assert!(why("cursor", &[]).ends_with("this path takes none"));
        assert!(why("limit=1&limit=2", &known).contains("twice"));
        assert!(!why(&format!("%1b[2J{}=1", "x".repeat(900)), &known).contains('\u{1b}'));
        for wrong in ["-1", "1.5", "", "4294967296", "x"] {
            assert!(
                Query::read(Some(&format!("limit={wrong}")), &known)
                    .unwrap()
                    .number("limit")
                    .is_err()
            );
        }
        assert!(Query::read(Some("of=yes"), &known).unwrap().truth("of").is_err());
    }
}

//! The id of a request, in every reply and in the log: the one that the client gave, if it is well formed, or a fresh one.

use std::fmt;

use axum::http::{HeaderMap, HeaderName, HeaderValue};

use crate::world::World;

/// The header that carries it.
pub(super) const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// The longest that a client may give.
const LENGTH_MAX: usize = 64;

/// The id of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RequestId(String);

impl RequestId {
    /// The given one, if there is exactly one and it is well formed; else a fresh one.
    pub(super) fn of(headers: &HeaderMap, world: &World) -> Self {
        let mut given = headers.get_all(HEADER).iter();
        let given = given.next().filter(|_| given.next().is_none());
        let given =
            given.and_then(|given| given.to_str().ok()).filter(|given| is_well_formed(given));
        Self(given.map_or_else(|| world.ids.fresh().to_string(), ToOwned::to_owned))
    }

    /// As a text.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// As the value of a header.
    pub(super) fn value(&self) -> Option<HeaderValue> {
        HeaderValue::from_str(&self.0).ok()
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

fn is_well_formed(given: &str) -> bool {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
    (1..=LENGTH_MAX).contains(&given.len()) && given.chars().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(given: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for given in given {
            headers.append(HEADER, HeaderValue::from_bytes(given.as_bytes()).unwrap());
        }
        RequestId::of(&headers, &World::system()).to_string()
    }

    #[test]
    fn a_well_formed_id_is_kept_and_any_other_replaced() {
        assert_eq!(id(&["a1.b-2_C"]), "a1.b-2_C");
        for strange in ["", "a b", "a\tb", "né", "a;b", &"x".repeat(65)] {
            let fresh = id(&[strange]);
            assert!(fresh != strange && fresh.len() == 36, "{fresh}");
        }
        assert_eq!(id(&["one", "two"]).len(), 36);
    }
}

//! The headers of a hook as its signature needs them: each at most once, as text. A header that is there twice counts as
//! unreadable, because two readers could believe different ones.

/// The headers of one request.
#[derive(Clone, Debug, Default)]
pub(crate) struct HookHeaders(Vec<(String, String)>);

impl HookHeaders {
    /// Of names, in any case, and values; those that are no text are left out by whoever reads them.
    pub(crate) fn new(headers: impl IntoIterator<Item = (String, String)>) -> Self {
        let lower = |(name, value): (String, String)| (name.to_ascii_lowercase(), value);
        Self(headers.into_iter().map(lower).collect())
    }

    /// The value of a header that is there once.
    pub(super) fn one(&self, name: &str) -> Option<&str> {
        let mut found = self.0.iter().filter(|(known, _)| known == name);
        match (found.next(), found.next()) {
            (Some((_, value)), None) => Some(value.trim()),
            _ => None,
        }
    }

    /// The same, where its absence is no fault: none also where it is there several times.
    pub(crate) fn optional(&self, name: &str) -> Option<&str> {
        self.one(name)
    }

    /// Whether a header is there, once or more often.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }
}

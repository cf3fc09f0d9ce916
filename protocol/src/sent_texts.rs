//! Texts of a study as a program sent them, found by what respondents read of them: Markdown and blanks are rendered before
//! anybody is asked, and whoever sent a text knows it again only as it was.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What was sent, by what is read of it; only texts of which the two differ. A rewrite of a text that was sent with Markdown
/// stands here with the Markdown that still fits.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(transparent)]
pub struct SentTexts(BTreeMap<String, String>);

impl SentTexts {
    /// Notes how a text was sent.
    pub fn put(&mut self, read: &str, sent: &str) {
        if read != sent {
            self.0.insert(read.to_owned(), sent.to_owned());
        }
    }

    /// A text as it was sent; the same text where it was sent like that.
    #[must_use]
    pub fn of<'a>(&'a self, read: &'a str) -> &'a str {
        self.0.get(read).map_or(read, String::as_str)
    }

    /// Whether every text was sent as it is read.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

//! A file whose text is replaced by another one: what the file is then, and which marks of its author would be gone.

use serde::{Deserialize, Serialize};

/// A stimulus file with another text in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RewrittenFile {
    /// The whole file with the other text: the same settings, line ends and last line end.
    pub text: String,
    /// What the file said before, as respondents read it.
    pub said: String,
    /// The marks and notes that are gone, each in words: `bold “free”`, `the link “here” to https://…`.
    pub lost: Vec<String>,
}

//! The language of a text: whether it is English, and which language it seems to be otherwise. A text counts as English
//! unless something speaks against it: another script, function words of another language, or, for a longer text, its
//! letter triples, for a short one what its words look like. Names, loan words and the Englishes of the world are no evidence.

mod few_words;
mod judge;
mod letter_groups;
mod mixed;
mod script;
mod sentence;
mod words;
mod written_word;

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::fmt;

pub(crate) use self::mixed::ForeignPart;

/// What a text seems to be written in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Judged {
    /// In English, or in nothing that could be recognised.
    English,
    /// In another language.
    Other(Language),
}

/// A language other than English.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Language(Option<&'static str>);

/// "German", or "a language other than English".
impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.unwrap_or("a language other than English"))
    }
}

/// Judges a text that is already plain: Markdown in it would count as words.
#[must_use]
pub(crate) fn judge(text: &str) -> Judged {
    judge::judge(text, words::shipped())
}

/// The sentences of another language in a plain text that also has English ones; nothing for a name, a dish or a slogan in a
/// text, and for a text that is in another language altogether.
#[must_use]
pub(crate) fn foreign_part(text: &str) -> Option<ForeignPart> {
    mixed::foreign_part(text, words::shipped())
}

/// A text without its [`foreign_part`]: blanks stand in its place, so that every place stays where it is.
#[must_use]
pub(crate) fn english_part(text: &str) -> Cow<'_, str> {
    mixed::english_part(text, words::shipped())
}

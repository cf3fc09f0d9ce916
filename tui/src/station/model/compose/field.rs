//! Form field: a choice of words, a line or a text, with its label and hint.

use protocol::study::StudyType;

use crate::kinds::{FieldInput, FormField};
use crate::station::widgets::format::words;
use crate::station::widgets::textbox::{Lines, TextBox};

/// The value of a field.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    /// One of several words; the first is the default.
    Choice(Vec<&'static str>, usize),
    /// A line or a text.
    Typed(TextBox),
}

/// One field of the form.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Field {
    /// The key of the front matter.
    pub(crate) key: &'static str,
    /// Its label on the screen.
    pub(crate) label: &'static str,
    /// A hint for what to enter.
    pub(crate) hint: &'static str,
    /// Its value.
    pub(crate) value: Value,
    /// Its default value.
    pub(super) default: &'static str,
    /// The only study type it applies to; `None` when it applies to all.
    pub(super) only: Option<StudyType>,
}

impl Field {
    pub(super) fn line(
        key: &'static str,
        label: &'static str,
        default: &'static str,
        hint: &'static str,
    ) -> Self {
        Self {
            key,
            label,
            hint,
            value: Value::Typed(TextBox::new(default, Lines::One)),
            default,
            only: None,
        }
    }

    pub(super) fn text(key: &'static str, label: &'static str, hint: &'static str) -> Self {
        Self {
            key,
            label,
            hint,
            value: Value::Typed(TextBox::new("", Lines::Many)),
            default: "",
            only: None,
        }
    }

    pub(super) fn choice(
        key: &'static str,
        label: &'static str,
        words: Vec<&'static str>,
        hint: &'static str,
    ) -> Self {
        let default = words.first().copied().unwrap_or("");
        Self { key, label, hint, value: Value::Choice(words, 0), default, only: None }
    }

    /// A field of one study type only.
    pub(super) fn of_type(study_type: StudyType, field: &FormField) -> Self {
        let FormField { key, label, hint, input } = field;
        let shown = match input {
            FieldInput::Line => Self::line(key, label, "", hint),
            FieldInput::Text => Self::text(key, label, hint),
            FieldInput::Choice(words) => Self::choice(key, label, words.to_vec(), hint),
        };
        Self { only: Some(study_type), ..shown }
    }

    /// Its value as a front matter value.
    pub(crate) fn shown(&self) -> &str {
        match &self.value {
            Value::Choice(words, at) => words.get(*at).copied().unwrap_or(""),
            Value::Typed(input) => input.text(),
        }
    }

    /// A word of its choice in readable form.
    pub(crate) fn spelled(&self, word: &str) -> String {
        match (self.key, word) {
            (_, "false") => "no".to_owned(),
            (_, "true") => "yes".to_owned(),
            ("wordings", "0") => "none".to_owned(),
            ("questions_per_call", "all") => "asks all questions".to_owned(),
            ("questions_per_call", "one") => "asks one".to_owned(),
            ("elicitation", list) => list.replace(',', " + "),
            (_, word) => words(word),
        }
    }

    pub(super) fn set(&mut self, text: &str) {
        match &mut self.value {
            Value::Choice(words, at) => {
                *at = words.iter().position(|word| *word == text).unwrap_or(*at);
            }
            Value::Typed(input) => input.set(text),
        }
    }
}

//! The daemon's information about form fields: which ones do not apply and why, possible values, and defaults. Until it
//! has arrived, every field can be edited.

use protocol::setting::Setting;

use super::{Compose, Field, Value};

impl Compose {
    fn setting(&self, field: &Field) -> Option<&Setting> {
        self.settings.get(field.key)
    }

    /// Why a field does not apply to this study, as a sentence without a full stop.
    pub(crate) fn refusal(&self, field: &Field) -> Option<&str> {
        self.setting(field)?.refused.as_deref()
    }

    /// Whether a field applies to the chosen study type and the other choices; a field with a value is always shown.
    pub(crate) fn is_shown(&self, field: &Field) -> bool {
        let goes_with_another = self.setting(field).is_some_and(|setting| setting.needs.is_some());
        field.only.is_none_or(|only| only == self.study_type())
            && (!goes_with_another || self.is_meant(field))
    }

    /// Whether a field can be edited, or has a value that can be removed.
    pub(crate) fn is_open(&self, field: &Field) -> bool {
        self.is_shown(field) && (self.refusal(field).is_none() || self.is_meant(field))
    }

    /// Whether a field, or the front matter, sets its setting.
    pub(crate) fn says(&self, field: &Field) -> bool {
        self.is_meant(field) || self.is_left_to_text(field)
    }

    /// The hint in an empty field: the default, and what to enter.
    pub(crate) fn hint_of(&self, field: &Field) -> String {
        match self.setting(field).and_then(|setting| setting.usual.as_deref()) {
            Some(usual) => format!("{usual} by default; {}", field.hint),
            None => field.hint.to_owned(),
        }
    }

    /// The known names for a line: those that start with the typed text, or all when the text is one of them.
    pub(crate) fn names(&self, field: &Field) -> Vec<&str> {
        let (Value::Typed(_), Some(setting)) = (&field.value, self.setting(field)) else {
            return Vec::new();
        };
        let typed = field.shown();
        let is_one = setting.words.iter().any(|word| word == typed);
        let names = setting.words.iter().map(String::as_str);
        names.filter(|name| is_one || name.starts_with(typed)).collect()
    }

    /// The name after the current one, or the first completion.
    pub(crate) fn next_name(&self, field: &Field) -> Option<String> {
        let names = self.names(field);
        let here = names.iter().position(|name| *name == field.shown());
        let next = here.map_or(0, |at| (at + 1) % names.len());
        names.get(next).map(|name| (*name).to_owned())
    }
}

//! What the daemon told about the fields of the form: which mean nothing in such a study and why, what others can be, and
//! what holds where they are left empty. Before it has told anything, every field can be filled in.

use protocol::setting::Setting;

use super::{Compose, Field, Value};

impl Compose {
    fn setting(&self, field: &Field) -> Option<&Setting> {
        self.settings.get(field.key)
    }

    /// Why a field means nothing in this study, as a sentence without a full stop.
    pub(crate) fn refusal(&self, field: &Field) -> Option<&str> {
        self.setting(field)?.refused.as_deref()
    }

    /// Whether a field is for the instrument that is chosen, and for what else is chosen; one that holds something is
    /// always shown.
    pub(crate) fn is_shown(&self, field: &Field) -> bool {
        let goes_with_another = self.setting(field).is_some_and(|setting| setting.needs.is_some());
        field.only.is_none_or(|only| only == self.study_type())
            && (!goes_with_another || self.is_meant(field))
    }

    /// Whether a field can be filled in, or holds something that can be taken out.
    pub(crate) fn is_open(&self, field: &Field) -> bool {
        self.is_shown(field) && (self.refusal(field).is_none() || self.is_meant(field))
    }

    /// Whether a field, or the head of the text, says anything about its setting.
    pub(crate) fn says(&self, field: &Field) -> bool {
        self.is_meant(field) || self.is_left_to_text(field)
    }

    /// What an empty field shows: what holds then, and what belongs there.
    pub(crate) fn hint_of(&self, field: &Field) -> String {
        match self.setting(field).and_then(|setting| setting.usual.as_deref()) {
            Some(usual) => format!("{usual} by default; {}", field.hint),
            None => field.hint.to_owned(),
        }
    }

    /// The names that a line can hold: those that begin as typed, or all where one of them stands there already.
    pub(crate) fn names(&self, field: &Field) -> Vec<&str> {
        let (Value::Typed(_), Some(setting)) = (&field.value, self.setting(field)) else {
            return Vec::new();
        };
        let typed = field.shown();
        let is_one = setting.words.iter().any(|word| word == typed);
        let names = setting.words.iter().map(String::as_str);
        names.filter(|name| is_one || name.starts_with(typed)).collect()
    }

    /// The name that comes after what stands in a line, or the first that goes on where it stops.
    pub(crate) fn next_name(&self, field: &Field) -> Option<String> {
        let names = self.names(field);
        let here = names.iter().position(|name| *name == field.shown());
        let next = here.map_or(0, |at| (at + 1) % names.len());
        names.get(next).map(|name| (*name).to_owned())
    }
}

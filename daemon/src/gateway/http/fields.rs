//! The fields of a body, read one by one by the limits of a contract. Every fault is kept with the path of its field, so that
//! one reply tells all of them; null is as good as absent.

use protocol::study::Problem;
use serde_json::{Map, Value};

/// The fields of an object, with the faults found so far.
#[derive(Debug)]
pub(crate) struct GivenFields<'a> {
    /// The object.
    object: &'a Map<String, Value>,
    /// The path of the object in the body, with a dot behind it; empty for the body itself.
    path: &'static str,
    /// The faults, each at the path of its field.
    pub(crate) faults: Vec<Problem>,
}

impl<'a> GivenFields<'a> {
    /// Those of a body.
    pub(crate) fn new(object: &'a Map<String, Value>) -> Self {
        Self::within(object, "")
    }

    /// Those of an object within a body, whose path ends with a dot.
    pub(crate) fn within(object: &'a Map<String, Value>, path: &'static str) -> Self {
        Self { object, path, faults: Vec::new() }
    }

    /// Notes a fault of a field.
    pub(crate) fn fault(&mut self, name: &str, what: &str, hint: impl Into<String>) {
        let place = format!("{}{name}", self.path);
        let what = format!("{place} {what}");
        self.faults.push(Problem { place, what, hint: hint.into() });
    }

    /// A field that is there.
    pub(crate) fn given(&self, name: &str) -> Option<&'a Value> {
        self.object.get(name).filter(|value| !value.is_null())
    }

    /// One of a list of words.
    pub(crate) fn word(&mut self, name: &str, options: &[&str]) -> Option<String> {
        let given = self.given(name)?;
        let word = given.as_str().filter(|word| options.contains(word)).map(ToOwned::to_owned);
        if word.is_none() {
            let hint = format!("send one of {}", options.join(", "));
            self.fault(name, "is none of its options", hint);
        }
        word
    }

    /// A text with a number of characters between two bounds, trimmed.
    pub(crate) fn text(&mut self, name: &str, bounds: (usize, usize)) -> Option<String> {
        self.sent_text(name, bounds).map(|text| text.trim().to_owned())
    }

    /// The same as it was sent; the blanks around it do not count.
    pub(crate) fn sent_text(
        &mut self,
        name: &str,
        (least, most): (usize, usize),
    ) -> Option<&'a str> {
        let Some(text) = self.given(name)?.as_str() else {
            self.fault(name, "is no text", "send a string");
            return None;
        };
        if text.contains('\0') {
            self.fault(name, "holds the character U+0000", "send text");
            return None;
        }
        let characters = text.trim().chars().count();
        if characters < least || characters > most {
            let what = format!("has {characters} characters");
            self.fault(name, &what, format!("send {least} to {most}"));
            return None;
        }
        Some(text)
    }

    /// A whole number between two bounds.
    pub(crate) fn whole(&mut self, name: &str, (least, most): (u64, u64)) -> Option<u64> {
        let number = self.given(name)?.as_u64().filter(|number| (least..=most).contains(number));
        if number.is_none() {
            let hint = format!("send a whole number from {least} to {most}");
            self.fault(name, "is out of range or no whole number", hint);
        }
        number
    }

    /// True or false.
    pub(crate) fn truth(&mut self, name: &str) -> Option<bool> {
        let truth = self.given(name)?.as_bool();
        if truth.is_none() {
            self.fault(name, "is neither true nor false", "send true or false");
        }
        truth
    }

    /// An object within this one.
    pub(crate) fn inner(&mut self, name: &str) -> Option<&'a Map<String, Value>> {
        let object = self.given(name)?.as_object();
        if object.is_none() {
            self.fault(name, "is no object", "send an object, or leave it out");
        }
        object
    }
}

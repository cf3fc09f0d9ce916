//! The fields of a body, read one by one by the limits of a contract. Every fault is kept with the path of its field, so that
//! one reply tells all of them; null is as good as absent.

use protocol::hint::Hint;
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
    pub(crate) fn fault(&mut self, name: &str, what: &str, hint: impl Into<Hint>) {
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

    /// A text, however long.
    pub(crate) fn any_text(&mut self, name: &str) -> Option<&'a str> {
        let text = self.given(name)?.as_str();
        if text.is_none() {
            self.fault(name, "is no text", "send a string");
        }
        text
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
        let text = self.any_text(name)?;
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
        let number = whole_number(self.given(name)?);
        let number = number.filter(|number| (least..=most).contains(number));
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

/// The largest whole number that every program writes exactly.
const EXACT_MAX: f64 = 9_007_199_254_740_991.0;

/// The whole number from 0 on that a value is. JSON knows one kind of number: 50.0 is 50.
pub(crate) fn whole_number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| {
        let number = value.as_f64()?;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "taken only where it is whole and within bounds"
        )]
        let whole = number as u64;
        (number.fract() == 0.0 && (0.0..=EXACT_MAX).contains(&number)).then_some(whole)
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_number_without_a_fraction_is_whole_however_it_is_written() {
        let read = |text: &str| whole_number(&serde_json::from_str(text).unwrap());
        for (text, number) in [
            ("50", Some(50)),
            ("50.0", Some(50)),
            ("5e1", Some(50)),
            ("0", Some(0)),
            ("50.5", None),
            ("-1", None),
            ("-1.0", None),
            ("1e300", None),
            ("\"50\"", None),
            ("null", None),
        ] {
            assert_eq!(read(text), number, "{text}");
        }
        let body = json!({ "size": 10.0, "half": 10.5 });
        let mut fields = GivenFields::new(body.as_object().unwrap());
        assert_eq!(
            (fields.whole("size", (10, 20)), fields.whole("half", (10, 20))),
            (Some(10), None)
        );
        assert_eq!(fields.faults.len(), 1);
    }
}

//! Fields of a body that a contract does not know. Where it is silent about them they are ignored, as its clients may rely on;
//! but the reply names them: a program that sends a field waits in vain for what it asked for. One that is nearly a known
//! field, or stands in the wrong object, was meant as that, and is a fault.

use protocol::nearest::{self, is_slip};
use protocol::safe;
use serde_json::{Map, Value};

use super::fields::GivenFields;

/// Most fields that are named.
const NAMED_MAX: usize = 10;

/// Most characters of a name that are shown.
const CHARACTERS_MAX: usize = 40;

/// The fields of an object in a body, and the objects within it, each with its own.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KnownFields {
    /// Of the object itself.
    pub(crate) own: &'static [&'static str],
    /// Of each object within it, by its name.
    pub(crate) within: &'static [(&'static str, &'static [&'static str])],
}

/// A field that is not known, with its path, as it can be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct UnknownField {
    /// The path of the object that it stands in, with a dot behind it; empty for the body itself.
    pub(crate) path: String,
    /// Its name.
    pub(crate) name: String,
    /// What would be known there.
    pub(crate) known: &'static [&'static str],
    /// Where it is known, if that is elsewhere: its whole path.
    pub(crate) elsewhere: Option<String>,
}

/// The fields of a body that are not known.
pub(crate) fn unknown(body: &Map<String, Value>, known_fields: KnownFields) -> Vec<UnknownField> {
    let inner = known_fields.within.iter().filter_map(|(name, own)| {
        let object = body.get(*name).and_then(Value::as_object)?;
        Some((format!("{name}."), object, *own))
    });
    let objects = std::iter::once((String::new(), body, known_fields.own)).chain(inner);
    let fields = objects.flat_map(|(path, object, known)| {
        let names = object.keys().filter(move |name| !known.contains(&name.as_str()));
        names.map(move |name| {
            let elsewhere = elsewhere(known_fields, name);
            let name = safe::line(name).chars().take(CHARACTERS_MAX).collect();
            UnknownField { path: path.clone(), name, known, elsewhere }
        })
    });
    fields.collect()
}

/// The path of a field that is known by that name, wherever it is.
fn elsewhere(known: KnownFields, name: &str) -> Option<String> {
    if known.own.contains(&name) {
        return Some(name.to_owned());
    }
    let (object, _) = known.within.iter().find(|(_, own)| own.contains(&name))?;
    Some(format!("{object}.{name}"))
}

/// Notes a fault for each field that is nearly a known one, or known in another object: without it the study would cost, or ask, something else than its
/// sender says. Gives back the others.
pub(crate) fn refuse_slips(
    fields: &mut GivenFields<'_>,
    unknown: Vec<UnknownField>,
) -> Vec<UnknownField> {
    let mut others = Vec::new();
    for field in unknown {
        let UnknownField { path, name, known, .. } = &field;
        let slip = known.iter().find(|known| is_slip(name, known));
        let meant = slip.map(|meant| format!("{path}{meant}")).or_else(|| field.elsewhere.clone());
        match meant {
            Some(meant) => {
                let hint = nearest::hint(&meant);
                fields.fault(&format!("{path}{name}"), "is no field of this API", hint);
            }
            None => others.push(field),
        }
    }
    others
}

/// A sentence for each field that is ignored.
pub(crate) fn warnings(mut ignored: Vec<UnknownField>) -> Vec<String> {
    let more = ignored.len().saturating_sub(NAMED_MAX);
    ignored.truncate(NAMED_MAX);
    let mut said: Vec<String> = ignored
        .into_iter()
        .map(|UnknownField { path, name, .. }| {
            format!("The field '{path}{name}' is not one of this API and was ignored")
        })
        .collect();
    if more > 0 {
        said.push(format!("{more} further fields are not of this API and were ignored"));
    }
    said
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn unknown_fields_are_named_harmlessly_and_not_all_of_them() {
        let known = KnownFields { own: &["a", "b"], within: &[("b", &["c"])] };
        let said = |body: Value| warnings(unknown(body.as_object().unwrap(), known));
        assert_eq!(said(json!({ "a": 1, "b": { "c": 1 } })), [""; 0]);
        assert_eq!(said(json!({ "b": [] })), [""; 0], "which is a fault of its own");
        let strange = format!("\u{1b}[2J{}", "x".repeat(1_000));
        let told = said(json!({ strange: 1, "b": { "d": 1 } })).join("\n");
        assert!(told.contains("'b.d'") && !told.contains('\u{1b}') && told.len() < 400, "{told}");
        let many: Map<String, Value> =
            (0..99).map(|number| (format!("f{number}"), Value::Null)).collect();
        let told = said(Value::Object(many));
        assert_eq!(told.len(), 11);
        assert!(told[10].starts_with("89 further"), "{told:?}");
    }
}

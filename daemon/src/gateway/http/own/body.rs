//! The body of a study that is submitted to our own API: its file, and settings that override those of the file. Every fault is told
//! with the name of its field.

use std::collections::BTreeMap;

use protocol::error::{ApiError, ErrorCode};
use protocol::nearest::did_you_mean;
use protocol::strict_json;

use crate::gateway::http::fields::GivenFields;
use crate::gateway::http::unknown::{KnownFields, UnknownField, unknown};

/// A study to submit, as its file.
#[derive(Debug, PartialEq, serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SentStudy {
    /// The whole file: front matter and text.
    pub(super) text: String,
    /// Its name in messages.
    #[serde(default)]
    pub(super) file: Option<String>,
    /// Settings that override those of the file, as flags do.
    #[serde(default)]
    pub(super) settings: BTreeMap<String, String>,
}

/// The fields of a body.
const KNOWN: KnownFields = KnownFields { own: &["text", "file", "settings"], within: &[] };

/// What a body looks like.
const EXAMPLE: &str =
    r#"Send { "text": "the whole file", "file": "its name", "settings": { "panel": "50" } }"#;

/// Reads a body.
///
/// # Errors
/// Every fault of it.
pub(super) fn study(body: &[u8]) -> Result<SentStudy, ApiError> {
    let object = strict_json::object(body)
        .map_err(|why| ApiError::new(ErrorCode::InvalidInput, why).hint(EXAMPLE))?;
    let mut fields = GivenFields::new(&object);
    if fields.given("text").is_none() {
        fields.fault("text", "is missing", "send the whole file as a string");
    }
    let text = fields.any_text("text").unwrap_or_default().to_owned();
    let file = fields.any_text("file").map(ToOwned::to_owned);
    let mut settings = BTreeMap::new();
    if let Some(inner) = fields.inner("settings") {
        let mut within = GivenFields::within(inner, "settings.");
        for (name, value) in inner.iter().filter(|(_, value)| !value.is_null()) {
            match value.as_str() {
                Some(text) => drop(settings.insert(name.clone(), text.to_owned())),
                None if value.is_object() => {
                    let hint = format!("send each by itself, as in \"{name}.region\": \"uk\"");
                    within.fault(name, "is no text", hint);
                }
                None => within.fault(name, "is no text", format!("send \"{name}\": \"{value}\"")),
            }
        }
        fields.faults.extend(within.faults);
    }
    for UnknownField { name, known, .. } in unknown(&object, KNOWN) {
        let hint = did_you_mean(&name, known)
            .unwrap_or_else(|| format!("the fields are {}", known.join(", ")));
        fields.fault(&name, "is no field of a study", hint);
    }
    if fields.faults.is_empty() {
        return Ok(SentStudy { text, file, settings });
    }
    let mut error = ApiError::new(ErrorCode::InvalidInput, "The body is not as it must be");
    error.problems = fields.faults;
    Err(error.hint(EXAMPLE))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn read(body: &Value) -> Result<SentStudy, ApiError> {
        study(body.to_string().as_bytes())
    }

    #[test]
    fn null_is_as_good_as_absent() {
        let given = read(
            &json!({ "text": "A kettle.", "file": null, "settings": { "panel": null, "seed": "7" } }),
        );
        let given = given.unwrap();
        assert_eq!((given.file, given.settings.len()), (None, 1));
        assert_eq!(read(&json!({ "text": "A", "settings": null })).unwrap().settings.len(), 0);
    }

    #[test]
    fn every_fault_names_its_field_and_what_is_expected() {
        for (body, place, wanted) in [
            (json!({}), "text", "text is missing"),
            (json!({ "text": null }), "text", "text is missing"),
            (json!({ "text": 5 }), "text", "send a string"),
            (json!({ "text": "a", "file": [] }), "file", "send a string"),
            (json!({ "text": "a", "settings": "panel" }), "settings", "send an object"),
            (
                json!({ "text": "a", "settings": { "panel": 50 } }),
                "settings.panel",
                r#"send "panel": "50""#,
            ),
            (
                json!({ "text": "a", "settings": { "audience": { "region": "uk" } } }),
                "settings.audience",
                r#""audience.region""#,
            ),
            (json!({ "text": "a", "setings": {} }), "setings", "did you mean 'settings'?"),
            (json!({ "text": "a", "colour": {} }), "colour", "the fields are text, file, settings"),
        ] {
            let error = read(&body).unwrap_err();
            let [problem] = &error.problems[..] else { panic!("{body}: {error:?}") };
            let told = format!("{} {}", problem.what, problem.hint);
            assert_eq!(problem.place, place, "{body}");
            assert!(told.contains(wanted), "{body}: {told}");
        }
    }
}

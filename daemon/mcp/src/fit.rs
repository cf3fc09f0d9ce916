//! Whether arguments fit a tool, by the schema that its clients read: names, types and words. Every fault is told with the name of
//! its argument and what is expected there; null is as good as absent.

use protocol::error::{ApiError, ErrorCode};
use protocol::hint::Hint;
use protocol::nearest::did_you_mean;
use protocol::safe;
use protocol::study::Problem;
use rmcp::model::JsonObject;
use serde_json::{Map, Value};

/// Most characters of a name or word that are shown.
const SHOWN: usize = 40;

/// The largest whole number that every program writes exactly.
const EXACT_MAX: f64 = 9_007_199_254_740_991.0;

/// The study type that has a tool of its own.
pub(crate) const REVIEW: &str = "content_review";

/// The arguments without those that are null, if the rest fits.
///
/// # Errors
/// Every fault of them, at its argument.
pub(crate) fn fitting(
    tool: &str,
    schema: &JsonObject,
    given: Map<String, Value>,
) -> Result<Map<String, Value>, ApiError> {
    let given = without_nulls(given);
    let mut faults = Vec::new();
    of_object("", schema, &given, &mut faults);
    if faults.is_empty() {
        return Ok(given);
    }
    let what = format!("The arguments of {tool} are not as they must be");
    let mut error = ApiError::new(ErrorCode::InvalidInput, what);
    error.problems = faults;
    Err(error)
}

/// The fields of an object, and of those within it, that are not null.
fn without_nulls(object: Map<String, Value>) -> Map<String, Value> {
    let kept = object.into_iter().filter(|(_, value)| !value.is_null());
    kept.map(|(name, value)| match value {
        Value::Object(inner) => (name, Value::Object(without_nulls(inner))),
        value => (name, whole(value)),
    })
    .collect()
}

/// A number without a fraction as a whole one: JSON knows one kind of number, and 50.0 is 50.
fn whole(value: Value) -> Value {
    let exact = value
        .as_f64()
        .filter(|number| number.fract() == 0.0 && (-EXACT_MAX..=EXACT_MAX).contains(number));
    let Some(number) = exact.filter(|_| value.is_f64()) else { return value };
    #[expect(clippy::cast_possible_truncation, reason = "it is whole and within bounds")]
    let whole = number as i64;
    whole.into()
}

/// Notes the faults of an object; the path of its fields ends with a dot.
fn of_object(
    path: &str,
    schema: &JsonObject,
    given: &Map<String, Value>,
    faults: &mut Vec<Problem>,
) {
    let none = Map::new();
    let known = schema.get("properties").and_then(Value::as_object).unwrap_or(&none);
    let names: Vec<&str> = known.keys().map(String::as_str).collect();
    let required = schema.get("required").and_then(Value::as_array).into_iter().flatten();
    for name in required.filter_map(Value::as_str).filter(|name| !given.contains_key(*name)) {
        let wanted = known.get(name).map_or_else(String::new, expected);
        faults.push(fault(format!("{path}{name}"), "is missing", format!("give {wanted}")));
    }
    for (name, value) in given {
        let place = format!("{path}{}", shown(name));
        match known.get(name) {
            Some(schema) => of_value(&place, schema, value, faults),
            None => {
                let hint = did_you_mean(name, &names).unwrap_or_else(|| match names.as_slice() {
                    [] => "leave it out: there are no arguments".to_owned(),
                    names => format!("use {}", names.join(", ")),
                });
                faults.push(fault(place, "there is no such argument", hint));
            }
        }
    }
}

fn of_value(place: &str, schema: &Value, value: &Value, faults: &mut Vec<Problem>) {
    let Some(kind) = schema["type"].as_str() else { return };
    let fits = match (kind, value) {
        ("integer", Value::Number(number)) => number.is_u64() || number.is_i64(),
        ("number", Value::Number(_)) | ("boolean", Value::Bool(_)) => true,
        ("string", Value::String(word)) => {
            of_word(place, schema, word, faults);
            true
        }
        ("array", Value::Array(items)) => {
            for (at, item) in items.iter().enumerate() {
                of_value(&format!("{place}[{at}]"), &schema["items"], item, faults);
            }
            let count = u64::try_from(items.len()).unwrap_or(u64::MAX);
            schema["minItems"].as_u64().is_none_or(|least| count >= least)
                && schema["maxItems"].as_u64().is_none_or(|most| count <= most)
        }
        ("object", Value::Object(inner)) => {
            if let Some(schema) = schema.as_object() {
                of_object(&format!("{place}."), schema, inner, faults);
            }
            true
        }
        _ => false,
    };
    if !fits {
        let wanted = expected(schema);
        faults.push(fault(
            place.to_owned(),
            format!("{wanted} is expected"),
            format!("it is {}", kind_of(value)),
        ));
        return;
    }
    let (least, most) = (schema["minimum"].as_f64(), schema["maximum"].as_f64());
    let is_outside = |number: f64| {
        least.is_some_and(|least| number < least) || most.is_some_and(|most| number > most)
    };
    if value.as_f64().is_some_and(is_outside) {
        let hint = match (schema["minimum"].as_u64(), schema["maximum"].as_u64()) {
            (Some(least), Some(most)) => format!("give {least} to {most}"),
            (Some(least), None) => format!("give a number from {least} on"),
            _ => "give another number".to_owned(),
        };
        faults.push(fault(place.to_owned(), format!("{value} is out of range"), hint));
    }
}

fn of_word(place: &str, schema: &Value, word: &str, faults: &mut Vec<Problem>) {
    let Some(words) = schema["enum"].as_array() else { return };
    let words: Vec<&str> = words.iter().filter_map(Value::as_str).collect();
    if words.contains(&word) {
        return;
    }
    let hint = if word == REVIEW {
        "a content is reviewed by the tool `review_content`".to_owned()
    } else {
        let all: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
        let all = format!("give one of {}", all.join(", "));
        did_you_mean(word, &words).map_or(all.clone(), |meant| format!("{meant} Or {all}"))
    };
    faults.push(fault(place.to_owned(), format!("cannot be '{}'", shown(word)), hint));
}

/// What is expected of a value, with its article.
fn expected(schema: &Value) -> String {
    let one = |kind: &str| match kind {
        "integer" => "a whole number",
        "number" => "a number",
        "boolean" => "true or false",
        "array" => "a list",
        "object" => "an object",
        _ => "a text",
    };
    let kind = schema["type"].as_str().unwrap_or_default();
    if kind != "array" {
        return one(kind).to_owned();
    }
    let of = match schema["items"]["type"].as_str().unwrap_or_default() {
        "integer" => "whole numbers",
        "number" => "numbers",
        _ => "texts",
    };
    match (schema["minItems"].as_u64(), schema["maxItems"].as_u64()) {
        (Some(least), Some(most)) if least == most => format!("a list of {least} {of}"),
        _ => format!("a list of {of}"),
    }
}

/// What a value is, with its article.
fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(number) if number.is_f64() => "a number with a fraction",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

fn fault(place: String, what: impl Into<String>, hint: impl Into<Hint>) -> Problem {
    Problem { place, what: what.into(), hint: hint.into() }
}

fn shown(text: &str) -> String {
    safe::line(text).chars().take(SHOWN).collect()
}

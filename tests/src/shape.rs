//! Shape of a JSON document: its keys in order and the types of its values, without the values. Two documents of one
//! contract have the same shape, whatever the results.

use std::collections::BTreeSet;
use std::fmt::Write;

use serde_json::Value;

/// The shape as an indented outline. Keys below one of `open` depend on the data and are shown once as `<…>`.
#[must_use]
pub fn outline(value: &Value, open: &[&str]) -> String {
    let mut out = String::new();
    describe(value, open, "", 0, &mut out);
    out
}

fn describe(value: &Value, open: &[&str], path: &str, depth: usize, out: &mut String) {
    let indent = "  ".repeat(depth);
    match value {
        Value::Object(fields) if open.contains(&path) => {
            if let Some((_, first)) = fields.iter().next() {
                line(first, open, &format!("{path}.*"), "<…>", depth, &indent, out);
            }
        }
        Value::Object(fields) => {
            for (key, inner) in fields {
                let inner_path =
                    if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                line(inner, open, &inner_path, key, depth, &indent, out);
            }
        }
        Value::Array(items) => {
            if let Some(first) = items.first() {
                line(first, open, &format!("{path}[]"), "[…]", depth, &indent, out);
            }
        }
        _ => {}
    }
}

fn line(
    value: &Value,
    open: &[&str],
    path: &str,
    key: &str,
    depth: usize,
    indent: &str,
    out: &mut String,
) {
    // Writing to a string cannot fail.
    let _written = writeln!(out, "{indent}{key}: {}", kind(value));
    describe(value, open, path, depth + 1, out);
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "text",
        Value::Array(_) => "list",
        Value::Object(_) => "object",
    }
}

/// The keys of an object.
///
/// # Panics
/// When it is not an object.
#[must_use]
pub fn keys(value: &Value) -> BTreeSet<&str> {
    value
        .as_object()
        .unwrap_or_else(|| panic!("no object: {value}"))
        .keys()
        .map(String::as_str)
        .collect()
}

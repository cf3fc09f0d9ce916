//! The value in a reply that could not be read, for the sentence that tells why a study stops. It is the only part of a
//! reply that such a sentence quotes: short, on one line, and from a reply whose keys are masked.

use serde_json::Value;

use super::extract_json;

/// Most characters of it.
const SEEN_MAX: usize = 40;

/// The value that a reason is about, where it names a field and the reply has it.
pub(crate) fn value_seen(reason: &str, reply: &str) -> Option<String> {
    let key = reason.split('`').nth(1)?;
    let fields = extract_json::fields(reply).ok()?.into_list();
    let (_, value) = fields.iter().find(|(known, _)| known.eq_ignore_ascii_case(key))?;
    let told = match value {
        Value::Null | Value::Array(_) | Value::Object(_) => return None,
        Value::String(text) => {
            let mut short: String = text.chars().take(SEEN_MAX).collect();
            if short.len() < text.len() {
                short.push('…');
            }
            protocol::safe::quoted(&short)
        }
        value => value.to_string(),
    };
    Some(told)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_value_of_the_field_that_a_reason_names_is_told() {
        let score = "`score` is not a whole number from 1 to 10";
        assert_eq!(value_seen(score, r#"{"score": 7.5}"#).as_deref(), Some("7.5"));
        assert_eq!(value_seen(score, r#"Sure! {"Score": "a lot"}"#).as_deref(), Some("“a lot”"));
        let long = format!(r#"{{"score": "{}"}}"#, "x".repeat(99));
        assert_eq!(value_seen(score, &long).map(|told| told.chars().count()), Some(SEEN_MAX + 3));
        for (reason, reply) in [
            (score, r#"{"sentiment": "mixed"}"#),
            (score, "seven"),
            (score, r#"{"score": [7]}"#),
            ("the reply is empty", r#"{"score": 7.5}"#),
        ] {
            assert_eq!(value_seen(reason, reply), None, "{reason}: {reply}");
        }
    }
}

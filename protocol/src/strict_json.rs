//! Bodies as JSON without guesses: an object in which a field stands twice is refused, because readers differ in which one
//! they take.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// The object that a body is.
///
/// # Errors
/// Why it is none, in one sentence.
pub fn object(body: &[u8]) -> Result<Map<String, Value>, String> {
    match value(body)? {
        Value::Object(object) => Ok(object),
        _ => Err("The body is no JSON object".to_owned()),
    }
}

/// The value that a body is.
///
/// # Errors
/// Why it is none, in one sentence.
pub fn value(body: &[u8]) -> Result<Value, String> {
    let text = std::str::from_utf8(body).map_err(|_| "The body is not UTF-8".to_owned())?;
    if text.starts_with('\u{feff}') {
        return Err("The body begins with a byte order mark, which JSON does not have".to_owned());
    }
    if text.trim().is_empty() {
        return Err("The body is empty".to_owned());
    }
    read(text).map_err(|error| format!("The body is not valid JSON: {error}"))
}

/// The line and column at which a body has a field twice; none where it has not, or is no JSON for anybody.
#[must_use]
pub fn field_twice(body: &[u8]) -> Option<(usize, usize)> {
    let text = std::str::from_utf8(body).ok()?;
    let error = read(text).err()?;
    serde_json::from_str::<Value>(text).ok()?;
    Some((error.line(), error.column()))
}

fn read(text: &str) -> serde_json::Result<Value> {
    let mut reader = serde_json::Deserializer::from_str(text);
    OneValue.deserialize(&mut reader).and_then(|value| reader.end().map(|()| value))
}

/// A value whose objects have no field twice.
struct OneValue;

impl<'de> DeserializeSeed<'de> for OneValue {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Value, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for OneValue {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Value, E> {
        Ok(Value::Bool(truth))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Number(number.into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(Value::Number(number.into()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(Number::from_f64(number).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::String(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Value, E> {
        Ok(Value::String(text))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut all = Vec::new();
        while let Some(item) = items.next_element_seed(OneValue)? {
            all.push(item);
        }
        Ok(Value::Array(all))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Value, A::Error> {
        let mut all = Map::new();
        while let Some(name) = fields.next_key::<String>()? {
            let value = fields.next_value_seed(OneValue)?;
            if all.insert(name.clone(), value).is_some() {
                return Err(A::Error::custom(format_args!("the field {name:?} stands twice")));
            }
        }
        Ok(Value::Object(all))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_no_object_or_has_a_field_twice_is_refused() {
        for body in [
            "",
            "  ",
            "[]",
            "5",
            "null",
            "{",
            "{}{}",
            "{\"a\":1,}",
            "{'a':1}",
            "{\"a\":NaN}",
            "{\"a\":1e400}",
            "{\"a\":1,\"a\":1}",
            "{\"a\":{\"b\":1,\"b\":2}}",
            "{\"a\":[{\"b\":1,\"b\":2}]}",
            "{\"a\":\"\\ud800\"}",
            "/* */{}",
            "\u{feff}{}",
        ] {
            assert!(object(body.as_bytes()).is_err(), "{body}");
        }
        assert!(object(&[b'{', 0xff, b'}']).is_err());
        for (body, place) in [
            ("{\"a\":{\"b\":1,\n\"b\":2}}", Some(2)),
            ("[{\"a\":1,\"a\":1}]", Some(1)),
            ("{\"a\":1,\"b\":{\"a\":1}}", None),
            ("{\"a\":1,\"a\":1", None),
            ("\"text\"", None),
        ] {
            assert_eq!(field_twice(body.as_bytes()).map(|(line, _)| line), place, "{body}");
        }
        assert_eq!(value(b"\"text\""), Ok(Value::String("text".to_owned())));
        assert!(object("[".repeat(10_000).as_bytes()).is_err());
        assert!(object("{\"a\":".repeat(50_000).as_bytes()).is_err());
    }

    proptest! {
        #[test]
        fn everything_else_is_read_as_usual(name in ".*", text in ".*", number: i64, real in -1e9_f64..1e9) {
            let value = serde_json::json!({ &name: [text, number, real, null, true, { "b": {} }] });
            let read = object(value.to_string().as_bytes()).map(Value::Object);
            prop_assert_eq!(read, Ok(value));
        }
    }
}

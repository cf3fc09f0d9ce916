//! The strict reader of replies: exactly one JSON object, known keys only, each value within its range. Violations
//! are described in our own words, so that no text of a reply gets into counts or messages. Replies of language
//! models are normalised by `normalize_reply` first.

use std::fmt;

use protocol::results::ThemeKind;
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::Unreadable;
use crate::domain::outcome::Mention;

/// Most bytes of a reply: a longer one is not parsed.
pub(crate) const REPLY_MAX_BYTES: usize = 65_536;
/// Most characters of a reasoning.
pub(super) const REASONING_MAX: usize = 4_000;
/// Most characters of a reason for declining.
pub(super) const REFUSAL_MAX: usize = 200;
/// Most characters of a theme's name.
pub(super) const THEME_MAX: usize = 60;
/// Most characters of a quote.
pub(super) const QUOTE_MAX: usize = 500;
/// Most themes of one kind in a reply.
pub(super) const MENTIONS_MAX: usize = 10;

/// The fields of a reply that have not been read yet.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Fields {
    list: Vec<(String, Value)>,
    /// Whether a language model wrote the reply: then texts other than the choices may be missing.
    is_mended: bool,
}

impl Fields {
    /// Parses a reply. `{"refused": "reason"}` is returned as a refusal.
    pub(super) fn parse(reply: &str) -> Result<Self, Unreadable> {
        let mut fields = Self::of_object(reply, REPLY_MAX_BYTES)?;
        if let [(only, _)] = fields.list.as_slice()
            && only == "refused"
        {
            let reason = fields.text("refused", REFUSAL_MAX)?;
            return Err(Unreadable::Refused { reason });
        }
        Ok(fields)
    }

    /// Parses one JSON object of at most so many bytes.
    pub(super) fn of_object(text: &str, bytes_max: usize) -> Result<Self, Unreadable> {
        let text = text.trim();
        if text.is_empty() {
            return Err(Unreadable::invalid("the reply is empty"));
        }
        if text.len() > bytes_max {
            return Err(Unreadable::invalid(format!("the reply is longer than {bytes_max} bytes")));
        }
        if !text.starts_with('{') {
            return Err(Unreadable::invalid("the reply is not a JSON object"));
        }
        let mut parser = serde_json::Deserializer::from_str(text);
        let list = parser
            .deserialize_map(UniqueKeys)
            .and_then(|fields| parser.end().map(|()| fields))
            .map_err(|error| Unreadable::invalid(explain(&error)))?;
        Ok(Self { list, is_mended: false })
    }

    /// Fields that were found in a reply without a whole object.
    pub(super) fn found(list: Vec<(String, Value)>) -> Self {
        Self { list, is_mended: false }
    }

    /// Fields after normalisation.
    pub(super) fn mended(list: Vec<(String, Value)>) -> Self {
        Self { list, is_mended: true }
    }

    /// Whether a language model wrote the reply.
    pub(super) fn is_mended(&self) -> bool {
        self.is_mended
    }

    /// The same fields without those that are null: an optional field that a model was asked to name and left empty.
    pub(super) fn without_nulls(mut self) -> Self {
        self.list.retain(|(_, value)| !value.is_null());
        self
    }

    /// Every key with its value.
    pub(super) fn into_list(self) -> Vec<(String, Value)> {
        self.list
    }

    /// The fields of several replies as one; no two may share a key.
    pub(super) fn join(parts: impl IntoIterator<Item = Self>) -> Self {
        let list = parts.into_iter().flat_map(|part| part.list).collect();
        Self { list, is_mended: false }
    }

    /// Whether the reply has a reason for declining.
    pub(super) fn declines(&self) -> bool {
        self.list.iter().any(|(key, _)| key == "refused")
    }

    /// The same fields with each text changed.
    pub(super) fn with_texts(mut self, change: &dyn Fn(&str) -> String) -> Self {
        self.list.iter_mut().for_each(|(_, value)| change_texts(value, change));
        self
    }

    /// A reply with only a reason for declining.
    pub(super) fn declined(reason: String) -> Self {
        Self { list: vec![("refused".to_owned(), Value::String(reason))], is_mended: false }
    }

    /// A list of such replies under one key, each with its number first.
    pub(super) fn list_of(key: &str, number: &str, entries: Vec<(u8, Self)>) -> Self {
        let entry = |(at, fields): (u8, Self)| {
            let numbered = std::iter::once((number.to_owned(), Value::from(at)));
            Value::Object(numbered.chain(fields.list).collect())
        };
        let entries = Value::Array(entries.into_iter().map(entry).collect());
        Self { list: vec![(key.to_owned(), entries)], is_mended: false }
    }

    fn take(&mut self, key: &str) -> Result<Value, Unreadable> {
        self.take_optional(key).ok_or_else(|| Unreadable::invalid(format!("`{key}` is missing")))
    }

    fn take_optional(&mut self, key: &str) -> Option<Value> {
        let place = self.list.iter().position(|(known, _)| known == key)?;
        Some(self.list.swap_remove(place).1)
    }

    /// A whole number from `low` to `high`; `7.0` and `"7"` are rejected.
    pub(super) fn integer(&mut self, key: &str, low: u8, high: u8) -> Result<u8, Unreadable> {
        self.take(key)?
            .as_u64()
            .and_then(|number| u8::try_from(number).ok())
            .filter(|number| (low..=high).contains(number))
            .ok_or_else(|| {
                Unreadable::invalid(format!("`{key}` is not a whole number from {low} to {high}"))
            })
    }

    /// True or false.
    pub(super) fn truth(&mut self, key: &str) -> Result<bool, Unreadable> {
        let value = self.take(key)?;
        value.as_bool().ok_or_else(|| Unreadable::invalid(format!("`{key}` is not true or false")))
    }

    /// One word of a closed list.
    pub(super) fn word<T: std::str::FromStr>(&mut self, key: &str) -> Result<T, Unreadable> {
        self.take(key)?
            .as_str()
            .and_then(|word| word.parse().ok())
            .ok_or_else(|| Unreadable::invalid(format!("`{key}` is not one of its words")))
    }

    /// One of the given words.
    pub(super) fn one_of(&mut self, key: &str, words: &[&str]) -> Result<(), Unreadable> {
        self.take(key)?
            .as_str()
            .filter(|word| words.contains(word))
            .map(|_| ())
            .ok_or_else(|| Unreadable::invalid(format!("`{key}` is not one of its words")))
    }

    /// A text of 1 to `most` characters after trimming, without control characters.
    pub(super) fn text(&mut self, key: &str, most: usize) -> Result<String, Unreadable> {
        match self.take(key)? {
            Value::String(text) => checked_text(key, &text, most),
            _ => Err(Unreadable::invalid(format!("`{key}` is not a text"))),
        }
    }

    /// Like `text`, for a text other than a choice: if a language model leaves it out, it is empty, because the
    /// choice is valid all the same.
    pub(super) fn text_beside(&mut self, key: &str, most: usize) -> Result<String, Unreadable> {
        if self.is_mended && !self.list.iter().any(|(known, _)| known == key) {
            return Ok(String::new());
        }
        self.text(key, most)
    }

    /// The themes under `key`, `[{"theme": …, "quote": …}]`; a missing key is an empty list. Every quote must occur
    /// in the reasoning, and a theme that is named twice counts once.
    pub(super) fn mentions(
        &mut self,
        key: &str,
        kind: ThemeKind,
        reasoning: &str,
    ) -> Result<Vec<Mention>, Unreadable> {
        let entries = self.objects(key, MENTIONS_MAX)?;
        let mut mentions: Vec<Mention> = Vec::with_capacity(entries.len());
        for mut entry in entries {
            let theme = entry.text("theme", THEME_MAX)?;
            let theme = one_line(&theme);
            let quote = entry.optional_text("quote", QUOTE_MAX)?;
            entry.finish()?;
            if quote.as_deref().is_some_and(|quote| !reasoning.contains(quote)) {
                return Err(Unreadable::invalid("a quote does not stand in the reasoning"));
            }
            if !mentions.iter().any(|known| known.theme.eq_ignore_ascii_case(&theme)) {
                mentions.push(Mention { kind, theme, quote });
            }
        }
        Ok(mentions)
    }

    /// Appeals and concerns together.
    pub(super) fn appeals_and_concerns(
        &mut self,
        reasoning: &str,
    ) -> Result<Vec<Mention>, Unreadable> {
        let mut mentions = self.mentions("appeals", ThemeKind::Appeal, reasoning)?;
        mentions.extend(self.mentions("concerns", ThemeKind::Concern, reasoning)?);
        Ok(mentions)
    }

    /// A text that may be missing or null.
    pub(super) fn optional_text(
        &mut self,
        key: &str,
        most: usize,
    ) -> Result<Option<String>, Unreadable> {
        match self.take_optional(key) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => checked_text(key, &text, most).map(Some),
            Some(_) => Err(Unreadable::invalid(format!("`{key}` is not a text"))),
        }
    }

    /// The list under `key`, of at most `most` entries; a missing key is an empty list.
    fn list(&mut self, key: &str, most: usize) -> Result<Vec<Value>, Unreadable> {
        match self.take_optional(key) {
            None => Ok(Vec::new()),
            Some(Value::Array(entries)) if entries.len() <= most => Ok(entries),
            Some(Value::Array(_)) => {
                Err(Unreadable::invalid(format!("`{key}` has more than {most} entries")))
            }
            Some(_) => Err(Unreadable::invalid(format!("`{key}` is not a list"))),
        }
    }

    /// A list of at most `most` texts of at most `longest` characters.
    pub(super) fn texts(
        &mut self,
        key: &str,
        most: usize,
        longest: usize,
    ) -> Result<Vec<String>, Unreadable> {
        self.list(key, most)?
            .into_iter()
            .map(|entry| match entry {
                Value::String(text) => checked_text(key, &text, longest),
                _ => Err(Unreadable::invalid(format!("an entry of `{key}` is not a text"))),
            })
            .collect()
    }

    /// A list of at most `most` objects.
    pub(super) fn objects(&mut self, key: &str, most: usize) -> Result<Vec<Self>, Unreadable> {
        self.list(key, most)?
            .into_iter()
            .map(|entry| match entry {
                Value::Object(entry) => {
                    let list = entry.into_iter().collect();
                    Ok(Self { list, is_mended: self.is_mended })
                }
                _ => Err(Unreadable::invalid(format!("an entry of `{key}` is not an object"))),
            })
            .collect()
    }

    /// Topics under `key`, a list of short texts, each counted once.
    pub(super) fn topics(&mut self, key: &str) -> Result<Vec<Mention>, Unreadable> {
        let mut mentions: Vec<Mention> = Vec::new();
        for theme in self.texts(key, MENTIONS_MAX, THEME_MAX)? {
            let theme = one_line(&theme);
            if !mentions.iter().any(|known| known.theme.eq_ignore_ascii_case(&theme)) {
                mentions.push(Mention { kind: ThemeKind::Topic, theme, quote: None });
            }
        }
        Ok(mentions)
    }

    /// Checks that no field is left over.
    pub(super) fn finish(self) -> Result<(), Unreadable> {
        match self.list.first() {
            None => Ok(()),
            Some((key, _)) => Err(Unreadable::invalid(unknown_key(key))),
        }
    }
}

fn change_texts(value: &mut Value, change: &dyn Fn(&str) -> String) {
    match value {
        Value::String(text) => *text = change(text),
        Value::Array(entries) => entries.iter_mut().for_each(|entry| change_texts(entry, change)),
        Value::Object(fields) => {
            fields.values_mut().for_each(|field| change_texts(field, change));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// A name with runs of whitespace reduced to single spaces.
pub(super) fn one_line(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// An unknown key is named only if it looks like a key: anything else would leak text of the reply.
fn unknown_key(key: &str) -> String {
    let plain = !key.is_empty()
        && key.len() <= 30
        && key.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    if plain { format!("unknown key `{key}`") } else { "unknown key".to_owned() }
}

fn checked_text(key: &str, text: &str, most: usize) -> Result<String, Unreadable> {
    let text = text.trim();
    let length = text.chars().count();
    if length == 0 {
        return Err(Unreadable::invalid(format!("`{key}` is empty")));
    }
    if length > most {
        return Err(Unreadable::invalid(format!("`{key}` is longer than {most} characters")));
    }
    if text.chars().any(|c| c.is_control() && c != '\n' && c != '\t') {
        return Err(Unreadable::invalid(format!("`{key}` holds control characters")));
    }
    Ok(text.to_owned())
}

fn explain(error: &serde_json::Error) -> String {
    match error.classify() {
        serde_json::error::Category::Eof => "the JSON object breaks off".to_owned(),
        serde_json::error::Category::Data => "a key of the JSON object stands twice".to_owned(),
        serde_json::error::Category::Syntax | serde_json::error::Category::Io => {
            let message = error.to_string();
            if message.starts_with("trailing characters") {
                "text follows the JSON object".to_owned()
            } else if message.starts_with("recursion limit") {
                "the JSON object is nested too deeply".to_owned()
            } else {
                "the reply is not valid JSON".to_owned()
            }
        }
    }
}

/// Collects an object and rejects a duplicate key, where a plain map would silently keep the last value.
struct UniqueKeys;

impl<'de> Visitor<'de> for UniqueKeys {
    type Value = Vec<(String, Value)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut fields: Vec<(String, Value)> = Vec::new();
        while let Some((key, WholeValue(value))) = map.next_entry()? {
            if fields.iter().any(|(known, _)| *known == key) {
                return Err(serde::de::Error::custom("duplicate key"));
            }
            fields.push((key, value));
        }
        Ok(fields)
    }
}

/// A value in which no key has two values on any level: of two, none is the one that was meant.
struct WholeValue(Value);

impl<'de> Deserialize<'de> for WholeValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(WholeValueVisitor).map(Self)
    }
}

/// Collects a value.
struct WholeValueVisitor;

impl<'de> Visitor<'de> for WholeValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut entries = Vec::new();
        while let Some(WholeValue(entry)) = list.next_element()? {
            entries.push(entry);
        }
        Ok(entries.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut fields = Map::new();
        while let Some((key, WholeValue(value))) = map.next_entry::<String, WholeValue>()? {
            if fields.get(&key).is_some_and(|known| *known != value) {
                return Err(serde::de::Error::custom("duplicate key"));
            }
            fields.insert(key, value);
        }
        Ok(fields.into())
    }
}

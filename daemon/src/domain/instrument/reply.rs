//! Reads a reply: exactly one JSON object, known keys only, each value within its range. Whatever breaks the schema is
//! said in words of ours, so that no text of a reply travels into counts or messages.

use std::fmt;

use protocol::results::ThemeKind;
use serde::Deserializer as _;
use serde::de::{MapAccess, Visitor};
use serde_json::Value;

use super::Unreadable;
use crate::domain::outcome::Mention;

/// Most bytes of a reply: beyond, it is not even parsed.
pub const REPLY_MAX_BYTES: usize = 65_536;
/// Most characters of a reasoning.
pub(super) const REASONING_MAX: usize = 4_000;
/// Most characters of a reason for declining.
pub(super) const REFUSAL_MAX: usize = 200;
/// Most characters of a theme's name.
pub(super) const THEME_MAX: usize = 60;
/// Most characters of a quote.
const QUOTE_MAX: usize = 500;
/// Most themes of one kind in a reply.
pub(super) const MENTIONS_MAX: usize = 10;

/// The fields of a reply that have not been taken yet.
#[derive(Clone, Debug)]
pub(super) struct Fields(Vec<(String, Value)>);

impl Fields {
    /// Parses a reply. `{"refused": "reason"}` comes back as a refusal.
    pub(super) fn parse(reply: &str) -> Result<Self, Unreadable> {
        let text = reply.trim();
        if text.is_empty() {
            return Err(Unreadable::invalid("the reply is empty"));
        }
        if text.len() > REPLY_MAX_BYTES {
            return Err(Unreadable::invalid(format!(
                "the reply is longer than {REPLY_MAX_BYTES} bytes"
            )));
        }
        if !text.starts_with('{') {
            return Err(Unreadable::invalid("the reply is not a JSON object"));
        }
        let mut parser = serde_json::Deserializer::from_str(text);
        let fields = parser
            .deserialize_map(UniqueKeys)
            .and_then(|fields| parser.end().map(|()| fields))
            .map_err(|error| Unreadable::invalid(explain(&error)))?;
        let mut fields = Self(fields);
        if fields.0.len() == 1 && fields.0[0].0 == "refused" {
            let reason = fields.text("refused", REFUSAL_MAX)?;
            return Err(Unreadable::Refused { reason });
        }
        Ok(fields)
    }

    /// The same fields as a language model means them: a null is nothing said, a reason under `refused` refuses whatever
    /// stands beside it, and a quote must be the model's own words from its reasoning or it is none.
    pub(super) fn of_model(mut self) -> Result<Self, Unreadable> {
        self.0.iter_mut().for_each(|(_, value)| drop_nulls(value));
        self.0.retain(|(_, value)| !value.is_null());
        if let Some(Value::String(reason)) = self.take_optional("refused")
            && !reason.trim().is_empty()
        {
            let short: String = reason.chars().take(REFUSAL_MAX).collect();
            return Err(Unreadable::Refused {
                reason: checked_text("refused", &short, REFUSAL_MAX)?,
            });
        }
        let reasoning = self.0.iter().find(|(key, _)| key == "reasoning");
        let reasoning = reasoning
            .and_then(|(_, value)| value.as_str())
            .map(str::trim)
            .unwrap_or_default()
            .to_owned();
        for (key, value) in &mut self.0 {
            match (key.as_str(), value) {
                ("appeals" | "concerns", Value::Array(entries)) => {
                    for entry in entries.iter_mut().filter_map(Value::as_object_mut) {
                        let said = entry.get("quote").and_then(Value::as_str).map(str::trim);
                        if said.is_some_and(|quote| quote.is_empty() || !reasoning.contains(quote))
                        {
                            entry.remove("quote");
                        }
                    }
                }
                // A question that is refused has no answer, whatever stands there.
                ("answers", Value::Array(entries)) => {
                    for entry in entries.iter_mut().filter_map(Value::as_object_mut) {
                        let refused = entry.get("refused").and_then(Value::as_str).map(str::trim);
                        match refused {
                            Some("") => drop(entry.remove("refused")),
                            Some(_) => entry.retain(|key, _| key == "question" || key == "refused"),
                            None => {}
                        }
                    }
                }
                _ => {}
            }
        }
        Ok(self)
    }

    /// Those of several replies as one; no two may have a key in common.
    pub(super) fn join(parts: impl IntoIterator<Item = Self>) -> Self {
        Self(parts.into_iter().flat_map(|part| part.0).collect())
    }

    /// Nothing but a reason for declining.
    pub(super) fn declined(reason: String) -> Self {
        Self(vec![("refused".to_owned(), Value::String(reason))])
    }

    /// A list of such replies under one key, each with its number in front.
    pub(super) fn list_of(key: &str, number: &str, entries: Vec<(u8, Self)>) -> Self {
        let entry = |(at, Self(fields)): (u8, Self)| {
            let numbered = std::iter::once((number.to_owned(), Value::from(at)));
            Value::Object(numbered.chain(fields).collect())
        };
        Self(vec![(key.to_owned(), Value::Array(entries.into_iter().map(entry).collect()))])
    }

    fn take(&mut self, key: &str) -> Result<Value, Unreadable> {
        self.take_optional(key).ok_or_else(|| Unreadable::invalid(format!("`{key}` is missing")))
    }

    fn take_optional(&mut self, key: &str) -> Option<Value> {
        let place = self.0.iter().position(|(known, _)| known == key)?;
        Some(self.0.swap_remove(place).1)
    }

    /// A whole number from `low` to `high`; `7.0` and `"7"` are none.
    pub(super) fn integer(&mut self, key: &str, low: u8, high: u8) -> Result<u8, Unreadable> {
        self.take(key)?
            .as_u64()
            .and_then(|number| u8::try_from(number).ok())
            .filter(|number| (low..=high).contains(number))
            .ok_or_else(|| {
                Unreadable::invalid(format!("`{key}` is not a whole number from {low} to {high}"))
            })
    }

    /// One word of a closed list.
    pub(super) fn word<T: std::str::FromStr>(&mut self, key: &str) -> Result<T, Unreadable> {
        self.take(key)?
            .as_str()
            .and_then(|word| word.parse().ok())
            .ok_or_else(|| Unreadable::invalid(format!("`{key}` is not one of its words")))
    }

    /// A text of 1 to `most` characters after trimming, without control characters.
    pub(super) fn text(&mut self, key: &str, most: usize) -> Result<String, Unreadable> {
        match self.take(key)? {
            Value::String(text) => checked_text(key, &text, most),
            _ => Err(Unreadable::invalid(format!("`{key}` is not a text"))),
        }
    }

    /// The themes under `key`, `[{"theme": …, "quote": …}]`; a missing key is an empty list. Every quote must stand in
    /// the reasoning, and a theme that is named twice counts once.
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
                Value::Object(entry) => Ok(Self(entry.into_iter().collect())),
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

    /// Nothing may be left over.
    pub(super) fn finish(self) -> Result<(), Unreadable> {
        match self.0.first() {
            None => Ok(()),
            Some((key, _)) => Err(Unreadable::invalid(unknown_key(key))),
        }
    }
}

/// Takes nulls out of objects, however deep: schemas that demand every key make models write them.
fn drop_nulls(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|_, value| !value.is_null());
            fields.values_mut().for_each(drop_nulls);
        }
        Value::Array(entries) => entries.iter_mut().for_each(drop_nulls),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// A name with single spaces.
pub(super) fn one_line(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A key is named only when it looks like one: anything else would carry text of the reply along.
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

/// Collects an object and refuses a key that stands twice, where a plain map would silently keep the last.
struct UniqueKeys;

impl<'de> Visitor<'de> for UniqueKeys {
    type Value = Vec<(String, Value)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut fields: Vec<(String, Value)> = Vec::new();
        while let Some((key, value)) = map.next_entry::<String, Value>()? {
            if fields.iter().any(|(known, _)| *known == key) {
                return Err(serde::de::Error::custom("duplicate key"));
            }
            fields.push((key, value));
        }
        Ok(fields)
    }
}

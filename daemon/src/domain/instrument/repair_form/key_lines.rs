//! Replies that write the keys of the form on lines of their own, `score: 7`, or in a Markdown table. They are read only
//! where each key stands there exactly once, and where no line is left that could change a value.

use serde_json::Value;

use super::super::normalize_reply::FieldKind;
use super::super::spelling::{bare, is_same};

/// Longest name of a key, in bytes: what stands before a colon in a sentence is longer.
const KEY_MAX: usize = 40;

/// One value as it is written, with the lines of a list below it.
#[derive(Debug)]
struct WrittenValue<'a> {
    key: &'a str,
    said: String,
    entries: Vec<&'a str>,
}

/// The fields of a reply in that form; `None` where it is in another one.
pub(super) fn fields(
    text: &str,
    form: &[(&'static str, FieldKind)],
) -> Option<Vec<(String, Value)>> {
    let lines: Vec<&str> =
        text.lines().map(str::trim).filter(|line| !line.starts_with("```")).collect();
    let is_key = |said: &str| is_key(said, form);
    let written = if lines.iter().any(|line| line.starts_with('|')) {
        of_table(&lines, &is_key)?
    } else {
        of_lines(&lines, form)?
    };
    let mut fields = Vec::with_capacity(form.len());
    for (key, kind) in form {
        let mut found = written.iter().filter(|one| is_same(one.key, key));
        let (Some(one), None) = (found.next(), found.next()) else { return None };
        fields.push(((*key).to_owned(), value(one, kind)?));
    }
    let mut refused = written.iter().filter(|one| is_same(one.key, "refused"));
    if let Some(one) = refused.next() {
        refused.next().is_none().then_some(())?;
        fields.push(("refused".to_owned(), Value::from(one.said.clone())));
    }
    Some(fields)
}

fn is_key(said: &str, form: &[(&'static str, FieldKind)]) -> bool {
    said.len() <= KEY_MAX
        && form.iter().map(|(key, _)| *key).chain(["refused"]).any(|key| is_same(key, said))
}

/// The rows of a table: a key and its value in each, or all keys in the first row and all values in the second.
fn of_table<'a>(lines: &[&'a str], is_key: &dyn Fn(&str) -> bool) -> Option<Vec<WrittenValue<'a>>> {
    let is_rule = |line: &str| line.chars().all(|letter| matches!(letter, '|' | '-' | ':' | ' '));
    let rows: Vec<Vec<&str>> = lines
        .iter()
        .filter(|line| line.starts_with('|') && !is_rule(line))
        .map(|line| {
            let line = line.trim_matches('|');
            line.split('|').map(bare).collect()
        })
        .collect();
    // What stands around a table could say something else.
    let is_around = |line: &&&str| !line.starts_with('|') && line.contains(char::is_numeric);
    if lines.iter().any(|line| is_around(&line)) {
        return None;
    }
    let written =
        |key, said: &str| WrittenValue { key, said: said.to_owned(), entries: Vec::new() };
    if let [names, said] = rows.as_slice()
        && names.len() == said.len()
        && names.len() > 1
        && names.iter().all(|name| is_key(name))
    {
        return Some(names.iter().zip(said).map(|(name, said)| written(*name, said)).collect());
    }
    let pairs = rows.into_iter().map(|row| match row.as_slice() {
        [key, said] => Some(written(*key, said)),
        _ => None,
    });
    pairs.collect()
}

/// The values on lines that begin with a key. Lines before the first one introduce them; a line that is neither a value nor
/// belongs to a text or a list makes the reply unclear.
fn of_lines<'a>(
    lines: &[&'a str],
    form: &[(&'static str, FieldKind)],
) -> Option<Vec<WrittenValue<'a>>> {
    let mut written: Vec<WrittenValue<'a>> = Vec::new();
    for line in lines.iter().filter(|line| !line.is_empty()) {
        let item = line.trim_start_matches(['-', '*', '•', '#', ' ']);
        let named = item.split_once(':').map(|(key, said)| (bare(key), said));
        if let Some((key, said)) = named.filter(|(key, _)| is_key(key, form)) {
            let said = said.trim_start_matches(['*', ' ']).to_owned();
            written.push(WrittenValue { key, said, entries: Vec::new() });
            continue;
        }
        let Some(last) = written.last_mut() else { continue };
        let kind = form.iter().find(|(key, _)| is_same(key, last.key)).map(|(_, kind)| kind);
        match kind? {
            FieldKind::Themes | FieldKind::Topics if last.said.is_empty() && item != *line => {
                last.entries.push(item);
            }
            FieldKind::Text(_) => {
                last.said.push('\n');
                last.said.push_str(line);
            }
            _ => return None,
        }
    }
    Some(written)
}

/// A value as JSON. `None` for what cannot be written on a line.
fn value(written: &WrittenValue<'_>, kind: &FieldKind) -> Option<Value> {
    let said = written.said.trim().trim_end_matches(',');
    let json = || serde_json::from_str::<Value>(said).ok().filter(Value::is_array);
    match kind {
        FieldKind::Whole(..)
        | FieldKind::Word(_)
        | FieldKind::Placed
        | FieldKind::Truth
        | FieldKind::Theme => Some(Value::from(bare(said))),
        FieldKind::Text(_) => {
            let quoted = serde_json::from_str::<String>(said).ok();
            Some(Value::from(quoted.unwrap_or_else(|| said.to_owned())))
        }
        FieldKind::Themes | FieldKind::Topics => Some(json().unwrap_or_else(|| {
            let on_line = said.split([',', ';']).chain(written.entries.iter().copied());
            let names = on_line.map(|name| bare(name.trim_start_matches("theme:")));
            Value::from(names.filter(|name| !name.is_empty()).collect::<Vec<_>>())
        })),
        FieldKind::Answers(_) | FieldKind::Suggestions(_) => json(),
    }
}

//! The JSON Schema of a reply, for services that can enforce one. It uses only what all of them support: every
//! property required, null for an empty value, closed lists instead of ranges. The strict reader checks every reply
//! again, whatever a service promises.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use protocol::review::Dimension;
use protocol::study::StudySpec;
use serde_json::{Map, Value, json};

use super::items::Item;
use super::normalize_reply::{FieldKind, Form, entry_form, form, preferences};
use super::types::{KINDS, Supplied};

/// The schema of a reply to that study.
#[must_use]
pub(crate) fn schema(spec: &StudySpec) -> Value {
    reply(form(spec, None))
}

/// The schema of a reply to one item.
#[must_use]
pub(crate) fn item_schema(spec: &StudySpec, item: Item) -> Value {
    if matches!(item, Item::Question(_)) {
        return object(open_answer());
    }
    reply(form(spec, Some(item)))
}

/// Keys of replies that are not in the form of any study type: those of nested parts, and of side measures.
const OTHER_KEYS: [&str; 6] = ["dimension", "question", "quote", "rating", "refused", "suggestion"];

/// Keys of replies and options, of all study types together.
static OWN_WORDS: LazyLock<BTreeSet<&'static str>> = LazyLock::new(|| {
    let forms = KINDS.iter().map(|kind| kind.form(&kind.compose(Supplied::default())));
    let mut own = BTreeSet::from(OTHER_KEYS);
    // The forms of types of content differ; each has the keys of some.
    own.extend(Dimension::ALL.iter().map(|one| one.as_str()));
    for (key, kind) in forms.chain([entry_form()]).flatten() {
        own.insert(key);
        if let FieldKind::Word(words) = kind {
            own.extend(words);
        }
    }
    own
});

/// Whether a word is a key of a reply or an option, and so cannot disclose anything confidential.
#[must_use]
pub(crate) fn is_own_word(word: &str) -> bool {
    OWN_WORDS.contains(word)
}

/// A reply of that form, which also says whether it declines: yes or no, because a text in its place is filled by weak
/// models with anything; and before what stands beside the answer, so that a reply which is cut off there is whole.
fn reply(form: Form) -> Value {
    let mut fields: Vec<_> = form.iter().map(|(key, kind)| (*key, value(kind))).collect();
    let lists = form.iter().position(|(_, kind)| kind.is_beside()).filter(|place| *place > 0);
    fields.insert(lists.unwrap_or(fields.len()), ("refused", truth()));
    object(fields)
}

/// The schema properties of the answer to one open question.
fn open_answer() -> Vec<(&'static str, Value)> {
    vec![
        ("answer", maybe_text()),
        ("themes", json!({ "type": "array", "items": { "type": "string" } })),
        ("refused", truth()),
    ]
}

/// The schema of the value under one key.
fn value(kind: &FieldKind) -> Value {
    let text = || json!({ "type": "string" });
    match kind {
        FieldKind::Whole(low, high) => whole(*low, *high),
        FieldKind::Word(words) => json!({ "type": "string", "enum": words }),
        FieldKind::Placed => json!({ "type": "string", "enum": preferences() }),
        FieldKind::Text(_) | FieldKind::Theme => text(),
        FieldKind::Truth => truth(),
        FieldKind::Suggestions(dimensions) => suggestions(dimensions),
        FieldKind::Themes => themes(),
        FieldKind::Topics => json!({ "type": "array", "items": text() }),
        FieldKind::Answers(questions) => {
            let last = u8::try_from(questions.len()).unwrap_or(u8::MAX);
            let entry: Vec<_> =
                std::iter::once(("question", whole(1, last))).chain(open_answer()).collect();
            json!({ "type": "array", "items": object(entry) })
        }
    }
}

fn suggestions(dimensions: &[Dimension]) -> Value {
    let words: Vec<&str> = dimensions.iter().map(|one| one.as_str()).collect();
    let entry = object(vec![
        ("dimension", json!({ "type": "string", "enum": words })),
        ("suggestion", json!({ "type": "string" })),
        ("quote", maybe_text()),
    ]);
    json!({ "type": "array", "items": entry })
}

pub(super) fn whole(low: u8, high: u8) -> Value {
    json!({ "type": "integer", "enum": (low..=high).collect::<Vec<u8>>() })
}

pub(super) fn truth() -> Value {
    json!({ "type": "boolean" })
}

fn maybe_text() -> Value {
    json!({ "type": ["string", "null"] })
}

fn themes() -> Value {
    let entry = object(vec![("theme", json!({ "type": "string" })), ("quote", maybe_text())]);
    json!({ "type": "array", "items": entry })
}

pub(super) fn object(fields: Vec<(&str, Value)>) -> Value {
    let required: Vec<&str> = fields.iter().map(|(name, _)| *name).collect();
    let required = json!(required);
    let properties: Map<String, Value> =
        fields.into_iter().map(|(name, kind)| (name.to_owned(), kind)).collect();
    json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

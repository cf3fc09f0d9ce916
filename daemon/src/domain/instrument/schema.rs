//! The reply's schema as JSON Schema, for services that can enforce one. It uses only what all of them take: every
//! property required, null where nothing is to be said, closed lists instead of ranges. The reader stays the judge: it
//! checks every reply again, whatever a service promises.

use protocol::results::{Preference, PurchaseIntent, Sentiment};
use protocol::study::{Instrument, StudySpec};
use serde_json::{Map, Value, json};

use super::items::Item;

/// The schema of a reply to that study.
#[must_use]
pub fn schema(spec: &StudySpec) -> Value {
    object(fields(spec))
}

/// The schema of a reply to one question of it, asked alone.
#[must_use]
pub fn item_schema(spec: &StudySpec, item: Item) -> Value {
    if matches!(item, Item::Question(_)) {
        return object(open_answer());
    }
    let wanted = item.keys(spec.instrument.study_type());
    let mut fields = fields(spec);
    fields.retain(|(key, _)| *key == "refused" || wanted.contains(key));
    object(fields)
}

/// Keys of replies, all study types together, questions beside the direct one included.
const KEYS: [&str; 18] = [
    "answer",
    "answers",
    "appeals",
    "concerns",
    "differentiators",
    "key_theme",
    "preference",
    "purchase_intent",
    "question",
    "quote",
    "rating",
    "reasoning",
    "refused",
    "score",
    "score_a",
    "score_b",
    "sentiment",
    "themes",
];

/// Whether that is a key of a reply or a word to choose from, and so says nothing that nobody may know.
#[must_use]
pub fn is_own_word(word: &str) -> bool {
    KEYS.contains(&word)
        || word.parse::<Sentiment>().is_ok()
        || word.parse::<PurchaseIntent>().is_ok()
        || word.parse::<Preference>().is_ok()
}

/// What is said to one question of a survey.
fn open_answer() -> Vec<(&'static str, Value)> {
    vec![
        ("answer", maybe_text()),
        ("themes", json!({ "type": "array", "items": { "type": "string" } })),
        ("refused", maybe_text()),
    ]
}

fn fields(spec: &StudySpec) -> Vec<(&'static str, Value)> {
    let words = |all: Vec<&str>| json!({ "type": "string", "enum": all });
    let sentiment = words(Sentiment::ALL.iter().map(|word| word.as_str()).collect());
    let text = json!({ "type": "string" });
    let mut fields: Vec<(&'static str, Value)> = match &spec.instrument {
        Instrument::ConceptTest { .. } => vec![
            ("reasoning", text.clone()),
            ("score", whole(1, 10)),
            ("sentiment", sentiment),
            (
                "purchase_intent",
                words(PurchaseIntent::ALL.iter().map(|word| word.as_str()).collect()),
            ),
            ("appeals", themes()),
            ("concerns", themes()),
        ],
        Instrument::Sentiment { .. } => vec![
            ("reasoning", text.clone()),
            ("sentiment", sentiment),
            ("key_theme", text.clone()),
            ("appeals", themes()),
            ("concerns", themes()),
        ],
        Instrument::Nps { .. } => vec![
            ("reasoning", text.clone()),
            ("score", whole(0, 10)),
            ("sentiment", sentiment),
            ("appeals", themes()),
            ("concerns", themes()),
        ],
        Instrument::Survey { questions, .. } => {
            let last = u8::try_from(questions.len()).unwrap_or(u8::MAX);
            let entry: Vec<_> =
                std::iter::once(("question", whole(1, last))).chain(open_answer()).collect();
            vec![
                ("answers", json!({ "type": "array", "items": object(entry) })),
                ("reasoning", text.clone()),
            ]
        }
        Instrument::AbTest { .. } => vec![
            ("reasoning", text.clone()),
            ("preference", words(Preference::ALL.iter().map(|word| word.as_str()).collect())),
            ("score_a", whole(1, 10)),
            ("score_b", whole(1, 10)),
            ("sentiment", sentiment),
            ("differentiators", json!({ "type": "array", "items": text })),
        ],
    };
    fields.push(("refused", maybe_text()));
    fields
}

pub(super) fn whole(low: u8, high: u8) -> Value {
    json!({ "type": "integer", "enum": (low..=high).collect::<Vec<u8>>() })
}

pub(super) fn maybe_text() -> Value {
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

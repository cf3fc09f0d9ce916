//! Versions of a stimulus: which settings decide answers, so that a change of one begins a new lineage, and the hash by
//! which a text is known again. Name, tags, project and cost cap are in neither.

use protocol::study::StudySpec;

use super::{Rules, like};
use crate::domain::digest::sha256_hex;
use crate::domain::instrument;

/// The settings that decide who answers and what is asked, with their values; `None` for one that is not set.
#[must_use]
pub(crate) fn deciding(spec: &StudySpec, rules: &Rules<'_>) -> Vec<(String, Option<String>)> {
    // Words of the owner's are kept as their hash: lineages outlive their studies.
    let kept = |key: &str, text: String| if TEXTS.contains(&key) { sha256_hex(text) } else { text };
    let mut settings: Vec<(String, Option<String>)> = like::settings(spec, rules)
        .into_iter()
        .map(|(key, text)| (key.to_owned(), text.map(|text| kept(key, text))))
        .collect();
    settings.push((OPTIONS.to_owned(), Some(instrument::options_hash(&spec.instrument))));
    settings
}

/// Settings that are texts.
const TEXTS: [&str; 2] = ["context", "questions"];
/// What a study type asks beside its text, as one value.
const OPTIONS: &str = "options of the study type";

fn is_hidden(key: &str) -> bool {
    key == OPTIONS || TEXTS.contains(&key)
}

/// What differs between two lists of deciding settings, in words. Long texts are not repeated.
#[must_use]
pub(crate) fn differing(
    before: &[(String, Option<String>)],
    after: &[(String, Option<String>)],
) -> Vec<String> {
    let value = |all: &[(String, Option<String>)], key: &str| {
        all.iter().find(|(known, _)| known == key).and_then(|(_, value)| value.clone())
    };
    let keys = before
        .iter()
        .chain(after.iter().filter(|(key, _)| !before.iter().any(|(known, _)| known == key)));
    let mut differing: Vec<_> = keys
        .map(|(key, _)| (key, value(before, key), value(after, key)))
        .filter(|(_, old, new)| old != new)
        .collect();
    // What has a name of its own is in the options too.
    if differing.len() > 1 {
        differing.retain(|(key, ..)| *key != OPTIONS);
    }
    differing
        .into_iter()
        .map(|(key, old, new)| match key.as_str() {
            hidden if is_hidden(hidden) => format!("other {hidden}"),
            _ => {
                let word = |value: Option<String>| value.unwrap_or_else(|| "none".to_owned());
                let name = key.trim_start_matches("audience.");
                format!("{name} {} instead of {}", word(new), word(old))
            }
        })
        .collect()
}

/// SHA-256 (hex) of everything of a study that can change an answer.
#[must_use]
pub(crate) fn content_hash(spec: &StudySpec) -> String {
    let spec = StudySpec {
        name: String::new(),
        tags: Vec::new(),
        project: None,
        webhook: None,
        max_cost_usd: None,
        instrument: instrument::without_source(&spec.instrument),
        ..spec.clone()
    };
    sha256_hex(serde_json::to_vec(&spec).unwrap_or_default())
}

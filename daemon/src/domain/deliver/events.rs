//! Which events an endpoint wants: patterns over the dotted words of event kinds, ours or those of the endpoint's format. A
//! pattern is a whole word, a namespace with a star, or a star alone.

use protocol::event::EventKind;
use protocol::hook::HookFormat;

use super::body::words_of;

/// Whether one of those patterns wants an event, which has one word here and one in the format of the endpoint.
#[must_use]
pub(crate) fn wants(patterns: &[String], word: &str, in_format: &str) -> bool {
    patterns.iter().any(|pattern| is_match(pattern, word) || is_match(pattern, in_format))
}

fn is_match(pattern: &str, word: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(beginning) => word.starts_with(beginning),
        None => pattern == word,
    }
}

/// What is wrong with a pattern: one that no event has would wait for ever.
#[must_use]
pub(crate) fn bad_pattern(pattern: &str, format: HookFormat) -> Option<String> {
    let ours = EventKind::ALL.iter().map(|kind| kind.as_str());
    let words: Vec<&str> = ours.chain(words_of(format).iter().map(|(_, word)| *word)).collect();
    let is_whole = pattern == "*" || pattern.ends_with(".*") || !pattern.contains('*');
    if is_whole && words.iter().any(|word| is_match(pattern, word)) {
        return None;
    }
    let mut families: Vec<&str> = Vec::new();
    for family in words.iter().filter_map(|word| word.split('.').next()) {
        if !families.contains(&family) {
            families.push(family);
        }
    }
    let families: Vec<String> = families.iter().map(|family| format!("{family}.*")).collect();
    Some(format!("Give the word of an event, or one of {}", families.join(", ")))
}

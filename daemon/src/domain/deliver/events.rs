//! Which events an endpoint wants: patterns over the dotted words of event kinds. A pattern is a whole word, a
//! namespace with a star, or a star alone.

use protocol::event::EventKind;

/// Whether one of those patterns wants an event of that kind.
#[must_use]
pub(crate) fn wants(patterns: &[String], word: &str) -> bool {
    patterns.iter().any(|pattern| is_match(pattern, word))
}

fn is_match(pattern: &str, word: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(beginning) => word.starts_with(beginning),
        None => pattern == word,
    }
}

/// What is wrong with a pattern: one that no event has would wait for ever.
#[must_use]
pub(crate) fn bad_pattern(pattern: &str) -> Option<String> {
    let is_whole = pattern == "*" || pattern.ends_with(".*") || !pattern.contains('*');
    let is_known = EventKind::ALL.iter().any(|kind| is_match(pattern, kind.as_str()));
    if is_whole && is_known {
        return None;
    }
    let mut families: Vec<&str> =
        EventKind::ALL.iter().filter_map(|kind| kind.as_str().split('.').next()).collect();
    families.dedup();
    let words: Vec<String> = families.iter().map(|family| format!("{family}.*")).collect();
    Some(format!("Give the word of an event, or one of {}", words.join(", ")))
}

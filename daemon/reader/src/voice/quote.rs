//! The quotation of a clause: the whole clause, or its beginning up to the end of a phrase with an ellipsis.

use crate::features::Span;

/// Most characters of a quotation, the ellipsis included.
const LENGTH_MAX: usize = 90;
/// Words before which a phrase ends.
const BOUNDARIES: &[&str] = &[
    "and",
    "or",
    "but",
    "so",
    "because",
    "if",
    "when",
    "while",
    "until",
    "unless",
    "which",
    "who",
    "that",
    "with",
    "without",
    "for",
    "from",
    "to",
    "in",
    "on",
    "at",
    "by",
    "after",
    "before",
    "than",
    "as",
    "of",
    "where",
    "including",
    "plus",
];

/// Words that open a condition or a circumstance.
const CONDITIONS: &[&str] = &[
    "if", "when", "whenever", "unless", "before", "after", "once", "until", "as", "because",
    "while",
];

/// Words that tie a clause to the one before it: a quotation begins after them.
const TIES: &[&str] = &["and ", "but ", "or ", "so ", "then ", "yet ", "plus "];

/// A clause in quotation marks; none if it has fewer than two letters, control characters, or quotation marks of its own.
pub(crate) fn quoted(text: &str, span: Span) -> Option<String> {
    quotation(text, span).map(|words| format!("“{words}”"))
}

/// The words of a clause as an answer quotes them.
#[must_use]
pub fn quotation(text: &str, span: Span) -> Option<String> {
    let clause = span.of(text).trim().trim_end_matches(['.', ',', ';', ':', '!', '?', ' ']);
    let tied = |tie: &&&str| clause.get(..tie.len()).is_some_and(|it| it.eq_ignore_ascii_case(tie));
    let clause = TIES.iter().find(tied).and_then(|tie| clause.get(tie.len()..)).unwrap_or(clause);
    let letters = clause.chars().filter(|letter| letter.is_alphanumeric()).count();
    if letters < 2 || clause.contains(['“', '”', '"']) || clause.contains(char::is_control) {
        return None;
    }
    if clause.chars().count() <= LENGTH_MAX {
        return Some(clause.to_owned());
    }
    // The beginning of a condition does not say what it is a condition of.
    let first: String = clause.chars().take_while(|letter| letter.is_alphabetic()).collect();
    if CONDITIONS.contains(&first.to_lowercase().as_str()) {
        return None;
    }
    let mut end = None;
    let mut at = 0;
    for (count, piece) in clause.split_inclusive(' ').enumerate() {
        let is_short = clause.get(..at).is_some_and(|part| part.chars().count() + 2 <= LENGTH_MAX);
        if !is_short {
            break;
        }
        let word: String = piece.chars().filter(|letter| letter.is_alphanumeric()).collect();
        let after_comma = clause.get(..at).is_some_and(|part| part.trim_end().ends_with(','));
        if count > 2 && (after_comma || BOUNDARIES.contains(&word.to_lowercase().as_str())) {
            end = Some(at);
        }
        at += piece.len();
    }
    let part = clause.get(..end?)?.trim_end_matches([' ', ',', ';', ':']);
    Some(format!("{part} …"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Option<String> {
        quoted(text, Span { start: 0, end: text.len() })
    }

    #[test]
    fn a_short_clause_is_quoted_whole_and_a_long_one_to_the_end_of_a_phrase() {
        assert_eq!(
            of("you can cancel at any time").as_deref(),
            Some("“you can cancel at any time”")
        );
        let long = "A weekly box with everything that you need for four dinners for two people, washed, measured and packed";
        let cut = of(long).unwrap();
        assert!(cut.ends_with(" …”") && cut.chars().count() <= LENGTH_MAX + 2, "{cut}");
        assert!(long.starts_with(cut.trim_start_matches('“').trim_end_matches(" …”")), "{cut}");
        let half = "If you have to cancel the whole wedding because one of the guests falls ill on that day, we pay all of it";
        assert_eq!(of(half), None, "a condition alone says nothing");
        assert_eq!(of("and skip any week").as_deref(), Some("“skip any week”"));
        assert_eq!(of("$"), None);
        assert_eq!(of("free \u{1b}[31m boxes"), None);
        assert_eq!(of(&"a".repeat(200)), None);
    }
}

//! The quotation of a stretch of the text: on one line, at most 90 characters, cut at a word with an ellipsis.

use crate::features::Span;

/// Longest quotation, in characters.
const LONGEST: usize = 90;

/// The words of a stretch as an answer quotes them; empty where there is nothing to quote.
pub(super) fn quote(text: &str, span: Span) -> String {
    let line = span.of(text).lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or("");
    let whole = line.trim_end_matches(['.', ',', ';', ':', '!', '?', ' ']);
    if !whole.chars().any(char::is_alphanumeric) {
        return String::new();
    }
    if whole.chars().count() <= LONGEST {
        return whole.to_owned();
    }
    let mut cut = String::new();
    for word in whole.split(' ') {
        if cut.chars().count() + word.chars().count() + 3 > LONGEST {
            break;
        }
        if !cut.is_empty() {
            cut.push(' ');
        }
        cut.push_str(word);
    }
    format!("{} …", cut.trim_end_matches([',', ';', ':', '.']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotations_are_short_and_end_at_a_word() {
        let whole = |text: &str| quote(text, Span { start: 0, end: text.len() });
        assert_eq!(whole("There is no contract."), "There is no contract");
        assert_eq!(whole("$."), "");
        let long = whole(&"seven words that go on and on ".repeat(8));
        assert!(long.chars().count() <= LONGEST && long.ends_with(" …"), "{long}");
    }
}

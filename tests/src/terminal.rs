//! Detection of dangerous bytes in terminal output. It is deliberately not the filter of the product but a second,
//! simpler list: any disagreement between the two is a finding.

/// Everything in the bytes that could control a terminal, reorder a line or hide in it; empty when they are harmless.
#[must_use]
pub fn dangers(bytes: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            found.push(format!("bytes that are no UTF-8 at {}", error.valid_up_to()));
            return found;
        }
    };
    for (at, letter) in text.char_indices() {
        let what = match letter {
            '\n' => continue,
            '\u{0}'..='\u{1f}' | '\u{7f}' => "a control character",
            '\u{80}'..='\u{9f}' => "a C1 control character",
            '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}' => "a zero-width character",
            '\u{200e}'
            | '\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}'
            | '\u{61c}' => "a bidirectional control",
            '\u{e0000}'..='\u{e007f}' => "a tag character",
            _ => continue,
        };
        let before: String = text[..at].chars().rev().take(20).collect();
        let before: String = before.chars().rev().collect();
        found.push(format!("{what} {letter:?} after {before:?}"));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::dangers;

    #[test]
    fn harmless_text_is_harmless_and_hostile_text_is_not() {
        assert!(dangers("Größe, 日本語, ├──●──┤\n".as_bytes()).is_empty());
        for hostile in ["\u{1b}[2J", "a\u{7}", "\u{9b}31m", "a\u{202e}b", "a\u{200b}b", "a\rb"] {
            assert_eq!(dangers(hostile.as_bytes()).len(), 1, "{hostile:?}");
        }
        assert_eq!(dangers(b"\xff").len(), 1);
    }
}

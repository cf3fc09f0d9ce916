//! Sanitising filter between untrusted text and a terminal: model replies, respondents' words, file names and webhook
//! bodies pass through it before they are printed, drawn or logged. It removes what could control a terminal, reorder a
//! line or hide in it; it keeps everything that a reader can see.

use std::borrow::Cow;

use unicode_width::UnicodeWidthChar;

/// Combining marks on one letter, at most. Real scripts need three at most; more of them overprint neighbouring lines.
const MARKS_MAX: usize = 4;

/// The text as one line: line breaks and tabs become spaces.
#[must_use]
pub fn line(text: &str) -> Cow<'_, str> {
    filter(text, Breaks::Fold)
}

/// The text with its line breaks; tabs become four spaces.
#[must_use]
pub fn block(text: &str) -> Cow<'_, str> {
    filter(text, Breaks::Keep)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Breaks {
    Keep,
    Fold,
}

fn filter(text: &str, breaks: Breaks) -> Cow<'_, str> {
    if text
        .bytes()
        .all(|byte| matches!(byte, b' '..=b'~') || (byte == b'\n' && breaks == Breaks::Keep))
    {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut marks = 0;
    for letter in text.chars() {
        match letter {
            '\n' | '\u{2028}' | '\u{2029}' => {
                out.push(if breaks == Breaks::Keep { '\n' } else { ' ' });
            }
            '\t' => out.push_str(if breaks == Breaks::Keep { "    " } else { " " }),
            _ if letter.is_control() || is_invisible(letter) => continue,
            _ if letter.width() == Some(0) => {
                marks += 1;
                if marks <= MARKS_MAX && !out.is_empty() {
                    out.push(letter);
                }
                continue;
            }
            _ => out.push(letter),
        }
        marks = 0;
    }
    Cow::Owned(out)
}

/// Whether a letter is invisible in the middle of a word: characters that the filter removes, combining marks,
/// selectors, format characters and very narrow spaces. A search for words that may be hidden ignores these letters.
#[must_use]
pub fn is_hidden(letter: char) -> bool {
    match letter {
        ' '..='~' | '\n' | '\t' => false,
        _ if letter.is_control() || is_invisible(letter) => true,
        _ if letter.width() == Some(0) => true,
        _ => matches!(
            u32::from(letter),
            0x0600..=0x0605
                | 0x06DD
                | 0x070F
                | 0x0890..=0x0891
                | 0x08E2
                | 0x2000..=0x200A
                | 0x202F
                | 0x205F
                | 0xFE00..=0xFE0F
                | 0x110BD
                | 0x110CD
                | 0x13430..=0x1343F
        ),
    }
}

/// Format characters, fillers and selectors: they have no glyph of their own but reorder, join or hide others.
fn is_invisible(letter: char) -> bool {
    matches!(
        u32::from(letter),
        0x00AD
            | 0x034F
            | 0x061C
            | 0x115F..=0x1160
            | 0x17B4..=0x17B5
            | 0x180B..=0x180F
            | 0x200B..=0x200F
            | 0x202A..=0x202E
            | 0x2060..=0x206F
            | 0x3164
            | 0xFEFF
            | 0xFFA0
            | 0xFFF0..=0xFFFB
            | 0xFFFE..=0xFFFF
            | 0x1BCA0..=0x1BCA3
            | 0x1D173..=0x1D17A
            | 0xE0000..=0xE0FFF
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn takes_out_what_steers_a_terminal() {
        assert_eq!(line("a\x1b]52;c;ZXZpbA==\x07b"), "a]52;c;ZXZpbA==b");
        assert_eq!(line("\u{9b}31mred"), "31mred");
        assert_eq!(line("pay\u{202e}fdp.exe"), "payfdp.exe");
        assert_eq!(line("zero\u{200b}width\u{e0041}tag"), "zerowidthtag");
    }

    #[test]
    fn what_hides_within_a_word_is_known() {
        for letter in [
            '\u{200b}',
            '\u{ad}',
            '\u{2060}',
            '\u{feff}',
            '\u{fe0f}',
            '\u{301}',
            '\u{e0041}',
            '\0',
            '\u{600}',
        ] {
            assert!(is_hidden(letter), "{letter:?}");
        }
        for letter in ['a', '-', ' ', '\n', '\t', 'é', '日', '\u{a0}', '…'] {
            assert!(!is_hidden(letter), "{letter:?}");
        }
    }

    #[test]
    fn folds_or_keeps_line_breaks() {
        assert_eq!(line("one\ntwo\tthree\u{2028}four"), "one two three four");
        assert_eq!(block("one\ntwo\tthree"), "one\ntwo    three");
    }

    #[test]
    fn keeps_what_people_write() {
        for text in
            ["Größe naïve", "日本語のテキスト", "مرحبا", "👍🏽 great", "e\u{301}tude", "₹ 5,000"]
        {
            assert_eq!(block(text), text);
        }
    }

    #[test]
    fn cuts_towers_of_marks() {
        let tower = format!("a{}b", "\u{301}".repeat(500));
        assert_eq!(line(&tower).chars().count(), 2 + MARKS_MAX);
    }

    proptest! {
        #[test]
        fn nothing_dangerous_is_left_and_twice_is_once(text in any::<String>()) {
            let once = block(&text).into_owned();
            prop_assert!(once.chars().all(|letter| letter == '\n' || !(letter.is_control() || is_invisible(letter))));
            prop_assert_eq!(block(&once), once.as_str());
            prop_assert!(!line(&text).contains('\n'));
        }
    }
}

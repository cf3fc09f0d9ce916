//! Sanitising filter between untrusted text and a terminal: model replies, respondents' words, file names and webhook
//! bodies pass through it before they are printed, drawn or logged. It removes what could control a terminal, reorder a
//! line or hide in it; it keeps everything that a reader can see.

use std::borrow::Cow;
use std::str::Chars;

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

/// A text of somebody else within a sentence of ours: one line between quotation marks. No mark within it can be taken for the
/// one that closes it, so that nothing of it reads as a part of the sentence.
#[must_use]
pub fn quoted(text: &str) -> String {
    let mut out = String::from("“");
    for letter in line(text).trim().chars() {
        let letter = within_quotation(letter);
        // Two single marks beside each other look like a double one.
        if !(is_single_mark(letter) && out.ends_with(is_single_mark)) {
            out.push(letter);
        }
    }
    out.push('”');
    out
}

/// A letter within a quotation: single marks in the place of double ones, and of what looks like them.
fn within_quotation(letter: char) -> char {
    match letter {
        '“' | '‟' | '〝' | '❝' => '‘',
        '"' | '”' | '″' | '‶' | '‴' | '⁗' | '〞' | '＂' | '❞' | 'ʺ' | 'ˮ' | '˝' | '״' => {
            '’'
        }
        '„' | '〟' | '❠' | '⹂' => '‚',
        '«' | '《' => '‹',
        '»' | '》' => '›',
        letter => letter,
    }
}

fn is_single_mark(letter: char) -> bool {
    matches!(
        letter,
        '\'' | '‘'
            | '’'
            | '‚'
            | '‛'
            | '`'
            | '´'
            | '′'
            | '‵'
            | 'ʹ'
            | 'ʼ'
            | 'ʻ'
            | 'ˊ'
            | 'ˋ'
            | '＇'
            | '❛'
            | '❜'
    )
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
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\u{1b}' | '\u{90}' | '\u{98}' | '\u{9b}' | '\u{9d}'..='\u{9f}' => {
                letters = behind_sequence(letter, letters);
                continue;
            }
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

/// What follows a control sequence that begins with that letter: its parameters steer a terminal and are no words. A string
/// without its end takes its beginning along alone, so that it hides no text.
fn behind_sequence(first: char, letters: Chars<'_>) -> Chars<'_> {
    let mut rest = letters.clone();
    let kind = match first {
        '\u{1b}' => rest.next(),
        // The same in one letter of eight bits.
        one => u32::from(one).checked_sub(0x40).and_then(char::from_u32),
    };
    match kind {
        Some('[') => {
            let body = rest.as_str().trim_start_matches(|c: char| matches!(c, ' '..='?'));
            let mut behind = body.chars();
            match behind.next() {
                Some('@'..='~') => behind,
                _ => body.chars(),
            }
        }
        Some(']' | 'P' | 'X' | '^' | '_') => {
            let string = rest.as_str();
            let line = string.split(['\n', '\r']).next().unwrap_or_default();
            let ends = [("\u{7}", 1), ("\u{1b}\\", 2), ("\u{9c}", 2)];
            let end = ends.iter().filter_map(|(end, length)| Some(line.find(end)? + length)).min();
            string.get(end.unwrap_or(0)..).unwrap_or_default().chars()
        }
        // Two letters, or a set of signs: `ESC c`, `ESC ( B`.
        Some(' '..='/') => {
            let body = rest.as_str().trim_start_matches(|c: char| matches!(c, ' '..='/'));
            let mut behind = body.chars();
            match behind.next() {
                Some('0'..='~') => behind,
                _ => body.chars(),
            }
        }
        Some('0'..='_' | 'c') => rest,
        // Before any other letter it stands alone, so that no name loses one.
        _ => letters,
    }
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
        assert_eq!(line("a\x1b]52;c;ZXZpbA==\x07b"), "ab");
        assert_eq!(line("a\x1b]8;;https://x.example\x1b\\link\x1b]8;;\x1b\\ b"), "alink b");
        assert_eq!(line("\u{9b}31mred"), "red");
        assert_eq!(line("a \x1b[1;38;5;196mred\x1b[0m lamp"), "a red lamp");
        assert_eq!(line("\x1b(Bplain\x1bc and\x1b7 more"), "plain and more");
        assert_eq!(
            line("an end that never comes: \x1b]0;title"),
            "an end that never comes: 0;title"
        );
        assert_eq!(line("a last \x1b"), "a last ");
        assert_eq!(line("a broken \x1b[31"), "a broken ");
        assert_eq!(block("one\x1b[2J\ntwo"), "one\ntwo");
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
    fn nothing_within_a_quotation_closes_it() {
        assert_eq!(quoted(" A 5\" screen\nfor you "), "“A 5’ screen for you”");
        assert_eq!(
            quoted("Kettle”. It costs nothing. “Agree"),
            "“Kettle’. It costs nothing. ‘Agree”"
        );
        assert_eq!(quoted("Kettle’’. Free"), "“Kettle’. Free”");
        assert_eq!(quoted("Kettle\u{200b}”\u{1b}[2J"), "“Kettle’”");
        assert_eq!(quoted("it’s Jo's"), "“it’s Jo's”");
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
        fn a_quotation_has_its_own_two_marks_alone(text in any::<String>()) {
            let told = quoted(&text);
            prop_assert!(told.starts_with('“') && told.ends_with('”'), "{}", told);
            prop_assert_eq!(told.chars().filter(|letter| "“”\"„‟″«»".contains(*letter)).count(), 2);
        }

        #[test]
        fn nothing_dangerous_is_left_and_twice_is_once(text in any::<String>()) {
            let once = block(&text).into_owned();
            prop_assert!(once.chars().all(|letter| letter == '\n' || !(letter.is_control() || is_invisible(letter))));
            prop_assert_eq!(block(&once), once.as_str());
            prop_assert!(!line(&text).contains('\n'));
        }
    }
}

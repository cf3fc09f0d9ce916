//! The signs of program code in a text. Prose has brackets, placeholders of templates and arrows too, which are none; and a
//! text that says what it is in prose is no code for the lines of code, the commands or the JSON that stand beside it.

use super::Span;

/// Signs of program code, and the share of all signs and letters from which a line is code. Prose with slashes and dashes has up
/// to three in a hundred.
const SIGNS: &[char] = &['{', '}', ';', '=', '<', '>', '(', ')', '[', ']', '_', '\\'];
const SHARE: f64 = 0.09;
/// From this share of the letters on prose is what the text is, and from the smaller one if it has so many words.
const PROSE: f64 = 0.4;
const LONG_PROSE: f64 = 0.25;
const LONG_WORDS: usize = 12;
/// Fewest words of a line of prose.
const WORDS_MIN: usize = 4;
/// Most characters of a placeholder or of what stands in brackets.
const WITHIN_MAX: usize = 60;
/// From so many on, equal signs and underscores are a line to write on or to divide by.
const RULE: usize = 3;

/// Whether a text is mostly program code.
pub(super) fn is_code(text: &str) -> bool {
    let (mut all, mut signs, mut prose, mut words) = (0, 0, 0, 0);
    for line in text.lines() {
        let (letters, of_line) = (letters(line), signs_of(line));
        all += letters;
        signs += of_line;
        let count = line.split_whitespace().count();
        if !is_over(of_line, letters) && count >= WORDS_MIN {
            prose += letters;
            words += count;
        }
    }
    let share = prose as f64 / f64::max(1.0, all as f64);
    is_over(signs, all) && share < PROSE && (share < LONG_PROSE || words < LONG_WORDS)
}

/// The lines of a text that are code.
pub(super) fn code_lines(text: &str) -> Vec<Span> {
    let mut start = 0;
    let mut found = Vec::new();
    for line in text.split_inclusive('\n') {
        let end = start + line.len();
        if is_over(signs_of(line), letters(line)) {
            found.push(Span { start, end });
        }
        start = end;
    }
    found
}

fn is_over(signs: usize, letters: usize) -> bool {
    signs as f64 > SHARE * letters as f64
}

fn letters(line: &str) -> usize {
    line.chars().filter(|sign| !sign.is_whitespace()).count()
}

/// How many signs of code a line has, without those of prose.
fn signs_of(line: &str) -> usize {
    let line = line.replace(" -> ", "  ").replace(" => ", "  ");
    let mut count = 0;
    // Whether each bracket that is open is one of prose.
    let mut open: Vec<bool> = Vec::new();
    let mut at = 0;
    let mut before = ' ';
    while let Some(sign) = line.get(at..).and_then(|rest| rest.chars().next()) {
        let rest = line.get(at..).unwrap_or_default();
        let skipped = placeholder(rest).or_else(|| rule(rest));
        if let Some(length) = skipped {
            at += length;
            before = ' ';
            continue;
        }
        let follows_word = before.is_alphanumeric() || matches!(before, '_' | ')' | ']' | '!');
        let is_prose = match sign {
            '(' => {
                open.push(!follows_word);
                !follows_word
            }
            // A face has brackets that nothing opened.
            ')' => open.pop().unwrap_or(true),
            '[' if !follows_word => match button(rest) {
                Some(length) => {
                    at += length;
                    before = ']';
                    continue;
                }
                None => false,
            },
            _ => false,
        };
        count += usize::from(SIGNS.contains(&sign) && !is_prose);
        before = sign;
        at += sign.len_utf8();
    }
    count
}

/// The length of the placeholder that a text begins with: `{{first_name}}`, `{name}`, `<name>`.
fn placeholder(text: &str) -> Option<usize> {
    [("{{", "}}"), ("{", "}"), ("<", ">")].iter().find_map(|(opens, closes)| {
        let name = enclosed(text, opens, closes)?;
        let is_part = |letter: char| letter.is_alphanumeric() || " _.-|:".contains(letter);
        let is_name = name.chars().all(is_part) && name.contains(char::is_alphabetic);
        is_name.then_some(opens.len() + name.len() + closes.len())
    })
}

/// The length of the words in square brackets that a text begins with, as those on a button are: `[Book now]`.
fn button(text: &str) -> Option<usize> {
    let words = enclosed(text, "[", "]")?;
    let is_words = words.contains(char::is_alphabetic)
        && !words.contains(|letter: char| letter == '"' || SIGNS.contains(&letter));
    is_words.then_some(words.len() + 2)
}

/// What two marks enclose at the beginning of a text; nothing where the second one is far away.
fn enclosed<'a>(text: &'a str, opens: &str, closes: &str) -> Option<&'a str> {
    let inside = text.strip_prefix(opens)?;
    let end = inside.char_indices().nth(WITHIN_MAX).map_or(inside.len(), |(at, _)| at);
    let near = inside.get(..end)?;
    near.get(..near.find(closes)?)
}

/// The length of the rule that a text begins with: a line to write on, or one between two parts.
fn rule(text: &str) -> Option<usize> {
    let sign = text.chars().next().filter(|sign| matches!(sign, '_' | '='))?;
    let length = text.len() - text.trim_start_matches(sign).len();
    (length >= RULE).then_some(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_brackets_and_arrows_of_prose_are_no_signs_of_code() {
        for line in [
            "Hi {{first_name}}, your order {{order.id | default}} has shipped.",
            "Dear <first name>, thank you for {item}.",
            "[Book now] or [see the menu]",
            "Open daily (also on Sundays), lunch (noon to three) :)",
            "Step 1 -> Step 2 => Step 3",
            "Name: ______________ Date: ______",
            "==========",
        ] {
            assert_eq!(signs_of(line), 0, "{line}");
        }
        for (line, expected) in
            [("total(rows)", 2), ("rows[0] = call(a)[1];", 8), ("a_b", 1), ("let x = [1, 2];", 4)]
        {
            assert_eq!(signs_of(line), expected, "{line}");
        }
    }

    #[test]
    fn lines_of_code_are_found_and_make_prose_no_code() {
        let code = "fn total(rows: &[u32]) -> u32 {\n    rows.iter().sum();\n}\n";
        assert!(is_code(code));
        assert!(is_code("let a = f(b); let c = g[a];"));
        let prose =
            "This library adds up the rows of a table, and tells you which of them is wrong.\n\n";
        let both = format!("{prose}{code}");
        assert!(!is_code(&both));
        let found = code_lines(&both);
        assert_eq!(found.first().map(|line| line.start), Some(prose.len()));
        assert!(code_lines(prose).is_empty());
    }
}

//! Blanks and invisible characters among settings that YAML does not take for blanks, such as the non-breaking spaces of
//! text that was copied from a page. In the indentation, within a key or beside its colon they change what is read, so
//! they are named with their line.

use super::front_matter::Malformed;
use super::head::is_nothing;
use super::is_key;

/// The first such character of settings whose first line has that number in the file.
pub(super) fn odd(yaml: &str, first_line: usize) -> Option<Malformed> {
    // The indentation of a text in the block style, whose lines are its own.
    let mut block: Option<usize> = None;
    for (number, line) in (first_line..).zip(yaml.split('\n')) {
        let indentation = line.len() - line.trim_start_matches(' ').len();
        let is_empty = line.trim_matches([' ', '\t']).is_empty();
        if block.is_some_and(|outer| is_empty || indentation > outer) {
            continue;
        }
        block = begins_block(line).then_some(indentation);
        if let Some(letter) = in_indentation(line).or_else(|| beside_key(line)) {
            return Some(Malformed {
                line: number,
                what: format!(
                    "{} stands where settings take a plain blank or nothing",
                    name(letter)
                ),
                hint: "type the blanks and the key of this line anew".to_owned(),
            });
        }
    }
    None
}

/// Whether the text of a key, or of an entry of a list, follows in the lines below: `context: |`.
fn begins_block(line: &str) -> bool {
    let line = line.split(" #").next().unwrap_or_default().trim_end();
    let mark =
        line.trim_end_matches(|letter: char| letter.is_ascii_digit() || "+-".contains(letter));
    [": |", ": >", "- |", "- >"].iter().any(|end| mark.ends_with(end))
}

fn in_indentation(line: &str) -> Option<char> {
    line.chars().take_while(|letter| is_nothing(*letter)).find(|letter| is_odd(*letter))
}

/// One within or behind the key of a setting, or directly behind its colon.
fn beside_key(line: &str) -> Option<char> {
    let (key, value) = line.split_once(':')?;
    let bare: String = key.chars().filter(|letter| !is_nothing(*letter)).collect();
    let bare = bare.trim_start_matches(['-', '{', '"', '\'']).trim_end_matches(['"', '\'']);
    if !is_key(&bare.replace('-', "_")) {
        return None;
    }
    let behind = value.chars().next();
    key.chars().chain(behind).find(|letter| is_odd(*letter))
}

fn is_odd(letter: char) -> bool {
    !letter.is_ascii() && is_nothing(letter)
}

fn name(letter: char) -> String {
    let code = u32::from(letter);
    match letter {
        '\u{a0}' | '\u{202f}' => format!("a non-breaking space (U+{code:04X})"),
        _ if letter.is_whitespace() => format!("a blank of another kind (U+{code:04X})"),
        _ => format!("an invisible character (U+{code:04X})"),
    }
}

//! Blanks and invisible characters among settings that YAML does not take for blanks, such as the non-breaking spaces of
//! text that was copied from a page. In the indentation, behind the mark of a list, within a key or beside its colon they change
//! what is read, so they are named with their line; so are the bullets that pages have in the place of that mark.

use super::front_matter::Malformed;
use super::head::is_nothing;
use super::is_key;

/// Settings that take a list of texts.
const LISTS: [&str; 3] = ["tags", "questions", "competitors"];

/// The first such character of settings whose first line has that number in the file.
pub(super) fn odd(yaml: &str, first_line: usize) -> Option<Malformed> {
    // The indentation of a text in the block style, whose lines are its own.
    let mut block: Option<usize> = None;
    let mut above = "";
    for (number, line) in (first_line..).zip(yaml.split('\n')) {
        let indentation = line.len() - line.trim_start_matches(' ').len();
        let is_empty = line.trim_matches([' ', '\t']).is_empty();
        if block.is_some_and(|outer| is_empty || indentation > outer) {
            continue;
        }
        block = begins_block(line).then_some(indentation);
        let found = in_indentation(line).or_else(|| behind_dash(line));
        if let Some(letter) = found.or_else(|| beside_key(line)).or_else(|| in_braces(line)) {
            return Some(Malformed {
                line: number,
                what: format!(
                    "{} stands where settings take a plain blank or nothing",
                    name(letter)
                ),
                hint: "type the blanks and the key of this line anew".to_owned(),
            });
        }
        if let Some(mark) = other_mark(line).filter(|_| begins_list(above)) {
            return Some(Malformed {
                line: number,
                what: format!("'{mark}' is no mark of a list here"),
                hint: "begin each entry with a hyphen and a blank: - spring".to_owned(),
            });
        }
        if !is_empty {
            above = line;
        }
    }
    None
}

/// What may keep a line from being read: such a character beside a sign of YAML, or at its end.
pub(super) fn in_line(line: &str, number: usize) -> Option<Malformed> {
    let letters: Vec<char> = line.chars().collect();
    let is_sign = |at: Option<usize>| {
        let letter = at.and_then(|at| letters.get(at));
        letter.is_none_or(|letter| "\"':#[]{},-".contains(*letter))
    };
    let is_between = |at: usize| is_sign(at.checked_sub(1)) || is_sign(at.checked_add(1));
    let found = letters.iter().enumerate().find(|(at, letter)| is_odd(**letter) && is_between(*at));
    let (_, letter) = found?;
    Some(Malformed {
        line: number,
        what: format!("{} stands beside a sign of YAML", name(*letter)),
        hint: "type the blanks of this line anew, or put the whole text in quotes".to_owned(),
    })
}

/// One behind the hyphen that begins an entry of a list.
fn behind_dash(line: &str) -> Option<char> {
    let entry = line.trim_start_matches(' ').strip_prefix('-')?;
    entry.chars().next().filter(|letter| is_odd(*letter))
}

/// The mark with which an entry of a list begins elsewhere: a bullet or a number.
fn other_mark(line: &str) -> Option<&str> {
    let (mark, _) = line.trim_start_matches(' ').split_once(is_nothing)?;
    let number = mark.trim_end_matches(['.', ')']);
    let is_number = number.len() < mark.len() && number.parse::<u8>().is_ok();
    let is_bullet = mark.chars().count() == 1 && "•‣▪▫◦●○·∙–—−+".contains(mark);
    (is_bullet || is_number).then_some(mark)
}

/// Whether the entries of a list stand in the lines below.
fn begins_list(line: &str) -> bool {
    let line = line.split(" #").next().unwrap_or_default().trim();
    line.strip_suffix(':').is_some_and(|key| LISTS.contains(&key))
}

/// One beside a key that stands in braces behind another one.
fn in_braces(line: &str) -> Option<char> {
    let (_, inside) = line.split_once(": {").filter(|(key, _)| is_key(key.trim()))?;
    inside.split(',').find_map(beside_key)
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

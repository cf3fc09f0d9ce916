//! Tags (`!wow`), anchors (`&x`) and aliases (`*x`), which YAML takes from the beginning of an unquoted value. Whoever
//! writes one in a setting means a text, which YAML would cut or replace, so the value is refused with how to quote it.

use std::borrow::Cow;

/// Most characters of a text that are reported.
const TOLD_MAX: usize = 60;

/// A mark before a value of the settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct YamlMark {
    /// Its line in the file, from 1.
    pub(super) line: usize,
    /// The mark and what follows it in its line, as it is written: `!wow box`.
    pub(super) text: String,
}

impl YamlMark {
    /// Why the value is refused.
    pub(super) fn reason(&self) -> String {
        let mark = cut(self.text.split_whitespace().next().unwrap_or_default());
        match mark.chars().next() {
            Some('!') => format!("'{mark}' is a tag of YAML and no part of the value"),
            Some('&') => format!("'{mark}' is an anchor of YAML and no part of the value"),
            Some('*') => format!("'{mark}' is an alias of YAML and no value by itself"),
            first => {
                let first = first.map(String::from).unwrap_or_default();
                format!("a text without quotes cannot begin with '{first}'")
            }
        }
    }

    /// How the text is written so that it is kept.
    pub(super) fn in_quotes(&self) -> String {
        format!("put the text in quotes: '{}'", cut(&self.text).replace('\'', "''"))
    }
}

/// The mark before the value that has that start and length in the YAML, in characters, and stands in that line.
pub(super) fn before(
    (from, length): (usize, usize),
    line: usize,
    yaml: &[char],
) -> Option<YamlMark> {
    // An alias stands in the place of the value, tags and anchors before it; a block text may begin with anything.
    let block = block_mark_before(from, yaml);
    let is_alias = yaml.get(from).is_some_and(|first| matches!(first, '*' | '&' | '!'));
    let mut begins = match block {
        None if is_alias => from,
        _ => property_before(block.unwrap_or(from), yaml)?,
    };
    while let Some(earlier) = property_before(begins, yaml) {
        begins = earlier;
    }
    let above = yaml.get(begins..from)?.iter().filter(|letter| **letter == '\n').count();
    let ends = (from + length).min(yaml.len());
    let text: String = yaml.get(begins..ends)?.iter().collect();
    let text = text.trim().lines().next().unwrap_or_default().trim_end().to_owned();
    Some(YamlMark { line: line.saturating_sub(above), text })
}

/// What a line that is no YAML begins its value with, if that is why: a mark, or a character that begins no text.
pub(super) fn in_line(text: &str, line: usize) -> Option<YamlMark> {
    let value = value_of(text);
    let in_flow = value.starts_with(['[', '{']);
    let mut entries =
        value.split(move |letter: char| in_flow && matches!(letter, ',' | '[' | '{' | ']' | '}'));
    let text = entries.find_map(|entry| Some(value_of(entry)).filter(|text| is_taken(text)))?;
    Some(YamlMark { line, text: text.to_owned() })
}

/// A text as it is reported: its beginning, where it is long.
fn cut(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(TOLD_MAX) {
        Some((at, _)) => Cow::Owned(format!("{}…", text.get(..at).unwrap_or_default())),
        None => Cow::Borrowed(text),
    }
}

/// The start of the mark (`|`, `>-`) of the block text that begins there, if it is one.
fn block_mark_before(from: usize, yaml: &[char]) -> Option<usize> {
    let above = yaml.get(..from)?;
    let end = above.iter().rposition(|letter| !letter.is_whitespace())? + 1;
    let is_next_line = above.get(end..)?.contains(&'\n');
    let begins = above.get(..end)?.iter().rposition(|letter| letter.is_whitespace())? + 1;
    let (first, rest) = above.get(begins..end)?.split_first()?;
    let is_mark = matches!(first, '|' | '>')
        && rest.iter().all(|letter| matches!(letter, '-' | '+') || letter.is_ascii_digit());
    (is_next_line && is_mark).then_some(begins)
}

/// The start of the tag or anchor before that place, past blanks, line ends and comments.
fn property_before(from: usize, yaml: &[char]) -> Option<usize> {
    let mut above = yaml.get(..from)?;
    loop {
        let end = above.iter().rposition(|letter| !letter.is_whitespace())? + 1;
        let is_same_line = !above.get(end..)?.contains(&'\n');
        above = above.get(..end)?;
        if is_same_line {
            break;
        }
        let Some(comment) = comment_of_last_line(above) else { break };
        above = above.get(..comment)?;
    }
    // A tag in full, `!<…>`, may contain what divides entries.
    let in_full = above.last() == Some(&'>');
    let divides = |letter: &char| {
        letter.is_whitespace() || (!in_full && matches!(letter, ',' | '[' | ']' | '{' | '}'))
    };
    let begins = above.iter().rposition(divides).map_or(0, |last| last + 1);
    let word = above.get(begins..)?;
    let opens = word.iter().take_while(|letter| matches!(letter, ',' | '[' | '{')).count();
    word.get(opens).filter(|first| matches!(first, '!' | '&')).map(|_| begins + opens)
}

/// The start of the comment in the last of those lines.
fn comment_of_last_line(above: &[char]) -> Option<usize> {
    let begins = above.iter().rposition(|letter| *letter == '\n').map_or(0, |end| end + 1);
    let mut before = ' ';
    let mut quote = None;
    for (at, letter) in above.iter().copied().enumerate().skip(begins) {
        match quote {
            Some(open) if letter == open => quote = None,
            Some(_) => {}
            None if letter == '#' && before.is_whitespace() => return Some(at),
            None if matches!(letter, '"' | '\'') => quote = Some(letter),
            None => {}
        }
        before = letter;
    }
    None
}

/// The value in a line, behind the dash of a list and behind its key, without a comment.
fn value_of(line: &str) -> &str {
    let mut rest = line.trim();
    while let Some(behind) = rest.strip_prefix("- ") {
        rest = behind.trim_start();
    }
    let value = rest.split_once(": ").map_or(rest, |(_, value)| value.trim_start());
    value.split(" #").next().unwrap_or_default().trim_end()
}

/// Whether YAML takes the beginning of a value for something else than its text.
fn is_taken(value: &str) -> bool {
    let mut letters = value.chars();
    match letters.next() {
        Some('!' | '&' | '*' | '@' | '`' | '%') => true,
        // The marks of a block text stand alone in their line.
        Some('|' | '>') => letters.any(char::is_alphabetic),
        _ => false,
    }
}

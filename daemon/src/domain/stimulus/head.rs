//! Where the settings of a file begin. They stand between two lines of three dashes at its top; what can only be meant so is
//! read so, and settings that stand in any other way are refused with what to move, for respondents would read them and
//! nobody would obey. A text that begins with a rule or a dash and holds no setting is a text.

use super::KEYS;
use super::comments::Line;
use super::front_matter::Malformed;

const MARK: &str = "---";
/// Languages of a code fence that settings may be written in.
const NOTATIONS: &[&str] = &["", "yaml", "yml", "toml", "json", "text", "txt", "markdown", "md"];

/// The settings of a file as lines of it, counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Head {
    /// Where the opening mark stands in the text, in bytes.
    pub(super) at: usize,
    /// The line of the opening mark.
    pub(super) opens: usize,
    /// The line of the closing mark.
    pub(super) closes: usize,
}

/// Finds the settings at the top of a text; none where it is a text from the beginning.
pub(super) fn find(text: &str) -> Result<Option<Head>, Malformed> {
    let at = beginning(text);
    let before = text.get(..at).unwrap_or_default();
    let opens = before.matches('\n').count();
    let indented = !before.is_empty() && !before.ends_with('\n');
    let lines: Vec<&str> = text.split('\n').collect();
    let first = text.get(at..).and_then(|rest| rest.split('\n').next()).unwrap_or_default();
    let below = lines.get(opens + 1..).unwrap_or_default();
    if clean(first) != MARK {
        let (line, misplaced) = (opens + 1, misplaced(first, below, opens + 1));
        return misplaced.map_or(Ok(None), |(what, hint)| Err(Malformed { line, what, hint }));
    }
    // Between these marks no other meaning is left for a key, however it is written.
    let is_setting =
        |line: &&str| key_of(line).is_some_and(|key| is_known(&key.to_ascii_lowercase()));
    let in_first_line = at == 0;
    if let Some(length) = closing(below, indented) {
        let is_head = in_first_line || below.iter().take(length).any(is_setting);
        return Ok(is_head.then_some(Head { at, opens, closes: opens + 1 + length }));
    }
    let is_head = if in_first_line {
        below.iter().any(is_setting) || paragraph(below).any(|line| key_of(line).is_some())
    } else {
        paragraph(below).any(|line| is_setting(&line))
    };
    if !is_head {
        return Ok(None);
    }
    Err(Malformed {
        line: opens + 1,
        what: "the front matter is not closed".to_owned(),
        hint: "end it with a line of three dashes: ---".to_owned(),
    })
}

/// Settings further down, below a title or other settings: some between two marks, or a paragraph of several.
pub(super) fn further_down(lines: &[Line]) -> Option<Malformed> {
    let is_mark = |line: &Line| !line.fenced && clean(&line.text) == MARK;
    let marks: Vec<usize> =
        (0_usize..).zip(lines).filter(|(_, line)| is_mark(line)).map(|(at, _)| at).collect();
    let marked = marks.windows(2).filter_map(|pair| {
        let &[from, to] = pair else { return None };
        let settings = settings_in(lines.get(from + 1..to)?);
        Some((lines.get(from)?.number, lines.get(to)?.number)).filter(|_| settings > 0)
    });
    let paragraphs = lines.split(|line| clean(&line.text).is_empty()).filter_map(|paragraph| {
        let settings = settings_in(paragraph);
        Some((paragraph.first()?.number, paragraph.last()?.number)).filter(|_| settings > 1)
    });
    let (first, last) = marked.chain(paragraphs).next()?;
    Some(Malformed {
        line: first,
        what: "settings stand within the text, where they would be read and not obeyed".to_owned(),
        hint: format!(
            "move lines {first} to {last} to the top of the file, between two lines of ---"
        ),
    })
}

/// How many settings there are where there is nothing else.
fn settings_in(lines: &[Line]) -> usize {
    let are_settings = lines.iter().all(|line| !line.fenced && is_of_settings(&line.text));
    let texts = || lines.iter().map(|line| line.text.as_str());
    let keys = || texts().filter(|line| entry(line).is_none()).filter_map(key_of);
    if are_settings && keys().all(is_known) { keys().count() } else { 0 }
}

/// Where a text begins to say something: behind empty lines, blanks, invisible characters and comments.
fn beginning(text: &str) -> usize {
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches(is_nothing);
        let behind = rest.strip_prefix("<!--").and_then(|comment| comment.split_once("-->"));
        let Some((_, behind)) = behind else { return text.len() - rest.len() };
        rest = behind;
    }
}

/// How many lines stand before the closing mark. One that is indented counts where the opening mark is indented too, or
/// where there is no other.
fn closing(below: &[&str], indented: bool) -> Option<usize> {
    let closes = |line: &str| matches!(clean(line), MARK | "...");
    let at_margin = |line: &str| closes(line) && !line.starts_with(char::is_whitespace);
    let any = || below.iter().position(|line| closes(line));
    if indented { any() } else { below.iter().position(|line| at_margin(line)).or_else(any) }
}

/// What is wrong with settings that do not stand between two lines of three dashes, and what to do; none where the lines are
/// no settings.
fn misplaced(first: &str, below: &[&str], line: usize) -> Option<(String, String)> {
    if is_mark(first) {
        // One mark may stand right below another, as in a fence.
        let marks = below.iter().take_while(|line| is_mark(line)).count();
        let below = below.get(marks..).unwrap_or_default();
        let block: Vec<&str> = match below.iter().position(|line| is_mark(line)) {
            Some(ends) => below.iter().copied().take(ends).collect(),
            None => paragraph(below).collect(),
        };
        let key =
            std::iter::once(first).chain(block).filter_map(key_of).find(|key| is_known(key))?;
        return Some((
            format!("'{key}' is a setting, and '{}' does not begin settings", short(clean(first))),
            format!(
                "write --- in line {line} and in the line below the settings, and each setting as key: value"
            ),
        ));
    }
    let block = std::iter::once(first).chain(below.iter().copied());
    let block: Vec<&str> = block.take_while(|line| !clean(line).is_empty()).collect();
    // An entry of a list that reads `panel: oak` is one of a list that people are to read.
    let keys: Vec<&str> =
        block.iter().filter(|line| entry(line).is_none()).filter_map(|line| key_of(line)).collect();
    let known = keys.iter().filter(|key| is_known(key)).count();
    let begins = entry(first).is_none() && key_of(first).is_some_and(is_known);
    let are_settings = block.iter().all(|line| is_of_settings(line)) && 2 * known >= keys.len();
    let key = keys.into_iter().find(|key| is_known(key)).filter(|_| begins || are_settings)?;
    Some((
        format!("'{key}' is a setting, and no line of three dashes stands above it"),
        format!(
            "put a line --- above line {line} and one below the settings; where respondents are to read it, begin with \
             other words"
        ),
    ))
}

/// The lines of the first paragraph.
fn paragraph<'a>(lines: &'a [&'a str]) -> impl Iterator<Item = &'a str> {
    let says = |line: &&str| !clean(line).is_empty();
    lines.iter().copied().skip_while(move |line| !says(line)).take_while(says)
}

/// Whether a line looks like the mark of something: it holds no letter, or begins as a mark does.
fn is_mark(line: &str) -> bool {
    let line = clean(line);
    if let Some(letter) = line.chars().next().filter(|letter| matches!(letter, '`' | '~')) {
        let notation = line.trim_start_matches(letter).trim().to_ascii_lowercase();
        return NOTATIONS.contains(&notation.as_str());
    }
    let begins = [MARK, "+++", "{"].iter().any(|mark| line.starts_with(mark));
    !line.is_empty() && (begins || !line.contains(char::is_alphanumeric))
}

/// Whether a line can stand among settings: a key with its value, an entry of a list, what goes on from the line above, a
/// note, or nothing.
fn is_of_settings(line: &str) -> bool {
    let clean = clean(line);
    clean.is_empty()
        || clean.starts_with(['#', '-', ']', '}'])
        || line.starts_with([' ', '\t'])
        || key_of(line).is_some()
}

/// The key of a line that gives something a value.
fn key_of(line: &str) -> Option<&str> {
    let line = entry(line).unwrap_or_else(|| clean(line));
    let line = line.trim_start_matches(['{', ' ', '\t', '"', '\'']);
    let (key, rest) = line.split_at_checked(
        line.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_')?,
    )?;
    let rest = rest.trim_start_matches(['"', '\'']).trim_start_matches([' ', '\t']);
    let value = rest.strip_prefix([':', '=', '：'])?;
    (!key.is_empty() && !value.starts_with(['/', ':', '='])).then_some(key)
}

/// What stands behind the mark of a list.
fn entry(line: &str) -> Option<&str> {
    ["- ", "* ", "+ "].iter().find_map(|mark| clean(line).strip_prefix(mark))
}

fn is_known(key: &str) -> bool {
    KEYS.contains(&key)
}

/// A line without blanks and invisible characters around it.
fn clean(line: &str) -> &str {
    line.trim_matches(is_nothing)
}

/// Blanks, and characters that nobody sees: marks of byte order, width and direction.
fn is_nothing(letter: char) -> bool {
    letter.is_whitespace()
        || matches!(
            letter,
            '\u{00ad}' | '\u{034f}' | '\u{061c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
                | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
                | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}'
        )
}

fn short(text: &str) -> String {
    match text.char_indices().nth(20) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text.to_owned(),
    }
}

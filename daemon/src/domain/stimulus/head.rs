//! The detection of a file's settings, which belong between two lines of three dashes at its top. Unambiguous
//! variants of that form are accepted; settings in any other form are rejected with what to move, because otherwise
//! respondents would see them and they would have no effect. A text that begins with a rule or a dash and contains no
//! setting is a plain text.

use protocol::nearest::{did_you_mean, hint, is_slip};
use protocol::review::ReviewMode;
use protocol::study::StudyType;

use super::comments::TextLine;
use super::front_matter::Malformed;
use super::{AUDIENCE_KEYS, KEYS};

const MARK: &str = "---";
/// Languages of a code fence that settings may be written in.
const NOTATIONS: &[&str] = &["", "yaml", "yml", "toml", "json", "text", "txt", "markdown", "md"];

/// Settings that take a number, by which a misspelt one can be told from prose.
const NUMBERS: &[&str] = &["panel", "seed", "max_cost_usd", "replicates", "wordings", "subsample"];

/// Other spellings of the panel's size.
const PANEL_SIZES: &[&str] = &["panel_size", "panelsize"];
/// Words behind the size of a panel.
const PEOPLE: &[&str] = &["people", "persons", "respondents", "participants"];
/// Names of engines that are no word of another kind.
const ENGINES: &[&str] = &[
    "offline",
    "openai",
    "anthropic",
    "google",
    "groq",
    "mistral",
    "deepseek",
    "openrouter",
    "azure",
    "ollama",
    "llamacpp",
    "vllm",
    "lmstudio",
];

/// The position of a file's settings, as lines from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SettingsHead {
    /// Byte position of the opening delimiter in the text.
    pub(super) at: usize,
    /// The line of the opening delimiter.
    pub(super) opens: usize,
    /// The line of the closing delimiter.
    pub(super) closes: usize,
}

/// Finds the settings at the top of a text; `None` if it has none.
pub(super) fn find(text: &str) -> Result<Option<SettingsHead>, Malformed> {
    let at = beginning(text);
    let before = text.get(..at).unwrap_or_default();
    let mut opens = before.matches('\n').count();
    let indented = !before.is_empty() && !before.ends_with('\n');
    let lines: Vec<&str> = text.split('\n').collect();
    let first = text.get(at..).and_then(|rest| rest.split('\n').next()).unwrap_or_default();
    let mut below = lines.get(opens + 1..).unwrap_or_default();
    if clean(first) != MARK {
        return misplaced(first, below, opens + 1).map_or(Ok(None), Err);
    }
    // Two delimiters with nothing between them directly above settings count as one.
    while let Some(length) = closing(below, indented)
        && below.iter().take(length).all(|line| clean(line).is_empty())
        && paragraph(below.get(length + 1..).unwrap_or_default()).next().is_some_and(is_setting)
    {
        opens += 1 + length;
        below = below.get(length + 1..).unwrap_or_default();
    }
    let in_first_line = at == 0;
    if let Some(length) = closing(below, indented) {
        let block = below.get(..length).unwrap_or_default();
        let says_nothing = block.iter().all(|line| clean(line).is_empty());
        // Prose between two rules is prose; a line that gives something a value is a setting, or a misspelt one.
        let is_head = if in_first_line {
            says_nothing || block.iter().any(|line| key_of(line).is_some())
        } else {
            block.iter().any(|line| is_setting(line))
        };
        return Ok(is_head.then_some(SettingsHead { at, opens, closes: opens + 1 + length }));
    }
    let is_head = if in_first_line {
        below.iter().any(|line| is_setting(line))
            || paragraph(below).any(|line| key_of(line).is_some())
    } else {
        paragraph(below).any(is_setting)
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

/// The problem of settings further down, below a title or other settings: several between two delimiters, or several
/// in successive lines.
pub(super) fn further_down(lines: &[TextLine]) -> Option<Malformed> {
    let is_mark = |line: &TextLine| !line.fenced && clean(&line.text) == MARK;
    let marks: Vec<usize> =
        (0_usize..).zip(lines).filter(|(_, line)| is_mark(line)).map(|(at, _)| at).collect();
    let marked = marks.windows(2).filter_map(|pair| {
        let &[from, to] = pair else { return None };
        let block = lines.get(from + 1..to)?;
        let are_settings = block.iter().all(|line| !line.fenced && is_of_settings(&line.text));
        let weight = weight(block.iter().map(|line| line.text.as_str()));
        let span = (lines.get(from)?.number, lines.get(to)?.number, ", with their marks,");
        Some(span).filter(|_| are_settings && weight > 0)
    });
    let runs = lines
        .split(|line| line.fenced || clean(&line.text).is_empty() || !is_of_settings(&line.text));
    let bare = runs.filter_map(|run| {
        let from = run.iter().position(|line| is_setting(&line.text))?;
        let run = run.get(from..)?;
        let several = run.iter().filter(|line| is_setting(&line.text)).count() > 1;
        let weight = weight(run.iter().map(|line| line.text.as_str()));
        let span = (run.first()?.number, run.last()?.number, "");
        Some(span).filter(|_| several && weight > 1)
    });
    let (first, last, marks) = marked.chain(bare).next()?;
    let between = if marks.is_empty() { ", between two lines of ---" } else { "" };
    Some(Malformed {
        line: first,
        what: "settings stand within the text, where they would be read and not obeyed".to_owned(),
        hint: format!(
            "move lines {first} to {last}{marks} to the top of the file{between}; where respondents are to read them, \
             begin each with other words"
        ),
    })
}

/// How certain it is that lines are settings: 2 for each that can be nothing else, 1 for each that probably is one.
fn weight<'a>(lines: impl Iterator<Item = &'a str>) -> u32 {
    lines.map(|line| setting(line).map_or(0, |(_, weight)| weight)).sum()
}

/// The setting to which a line gives a value, and how certain it is: by a number, or a word, if the setting takes
/// one. A setting that takes any text, such as a name, may as well be meant for respondents.
fn setting(line: &str) -> Option<(String, u32)> {
    let (key, value) = pair(line)?;
    let known = usual(key).to_ascii_lowercase();
    if !is_known(&known) {
        return None;
    }
    let value = value.split(" #").next().unwrap_or_default();
    let value =
        value.trim_matches(|letter: char| is_nothing(letter) || "\"'`*,}$".contains(letter));
    let is_number = !value.is_empty()
        && value.chars().all(|letter| letter.is_ascii_digit() || matches!(letter, '.' | '_'));
    let is_word = !value.is_empty() && !value.contains(char::is_whitespace);
    let is_of_people = value.split_once(' ').is_some_and(|(number, of)| {
        number.parse::<u32>().is_ok() && PEOPLE.contains(&of.to_ascii_lowercase().as_str())
    });
    let has_filter = || AUDIENCE_KEYS.iter().any(|key| value.contains(&format!("{key}:")));
    let weight = match known.as_str() {
        "panel" if is_of_people => 2,
        "engine" if ENGINES.contains(&value) => 2,
        "audience" if value.starts_with('{') && has_filter() => 2,
        "panel" | "seed" | "max_cost_usd" | "replicates" | "wordings" | "subsample" => {
            2 * u32::from(is_number)
        }
        "study" => {
            let named = value.to_ascii_lowercase().replace(['-', ' '], "_");
            2 * u32::from(StudyType::ALL.iter().any(|known| known.as_str() == named))
        }
        "engine_mode"
        | "questions_per_call"
        | "embedding_engine"
        | "elicitation"
        | "content_type"
        | "stop_on_no_gain"
        | "allow_new_claims"
        | "competitors_generated" => 2 * u32::from(is_word),
        "target_score" => 2 * u32::from(is_number),
        // Words that a text may begin a line with as well.
        "mode" => u32::from(ReviewMode::ALL.iter().any(|mode| mode.as_str() == value)),
        "rounds" => u32::from(is_number),
        "competitors" => u32::from(value.is_empty() || value.starts_with('[')),
        "engine" | "rater" | "reuse" | "orders" | "controls" => u32::from(is_word),
        "language" => u32::from(value == "en"),
        "audience" | "questions" => u32::from(value.is_empty() || value.starts_with(['{', '['])),
        _ => 0,
    };
    Some((usual(key), weight))
}

/// A key as settings are written: hyphens, as in flags, are underscores, and what cannot be seen is nothing.
fn usual(key: &str) -> String {
    key.chars().filter(|letter| !is_nothing(*letter)).collect::<String>().replace('-', "_")
}

/// The misspelt key of a line that gives it a number, if it is nearly that of a setting that takes one.
fn nearly(line: &str) -> Option<String> {
    let (key, value) = pair(line)?;
    let is_number = value.trim().chars().all(|letter| letter.is_ascii_digit() || letter == '.');
    let is_nearly = !is_known(&usual(key))
        && !key.contains(char::is_uppercase)
        && (PANEL_SIZES.contains(&key)
            || NUMBERS.iter().any(|known| is_slip(key, known) || is_one_letter_off(key, known)));
    // A plural may well be what is told: `panels: 20`.
    (is_nearly && is_number && !value.trim().is_empty() && !key.ends_with('s'))
        .then(|| key.to_owned())
}

/// Whether a letter is missing, too many or another one, or two are swapped.
fn is_one_letter_off(given: &str, known: &str) -> bool {
    let (given, known) = (given.as_bytes(), known.as_bytes());
    let alike = given.iter().zip(known).take_while(|(one, other)| one == other).count();
    let given = given.get(alike..).unwrap_or_default();
    let known = known.get(alike..).unwrap_or_default();
    let behind =
        given.iter().rev().zip(known.iter().rev()).take_while(|(one, other)| one == other).count();
    match (given.len() - behind, known.len() - behind) {
        (0 | 1, 0 | 1) => true,
        (2, 2) => given.first() == known.get(1) && given.get(1) == known.first(),
        _ => false,
    }
}

/// Whether a line gives a setting a possible value.
fn is_setting(line: &str) -> bool {
    setting(line).is_some()
}

/// The start of a text's content: after empty lines, blanks, invisible characters and comments.
fn beginning(text: &str) -> usize {
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches(is_nothing);
        let behind = rest.strip_prefix("<!--").and_then(|comment| comment.split_once("-->"));
        let Some((_, behind)) = behind else { return text.len() - rest.len() };
        rest = behind;
    }
}

/// Number of lines before the closing delimiter. An indented delimiter counts if the opening one is indented too, or
/// if there is no other.
fn closing(below: &[&str], indented: bool) -> Option<usize> {
    let closes = |line: &str| matches!(clean(line), MARK | "...");
    let at_margin = |line: &str| closes(line) && !line.starts_with(char::is_whitespace);
    let any = || below.iter().position(|line| closes(line));
    if indented { any() } else { below.iter().position(|line| at_margin(line)).or_else(any) }
}

/// The problem of settings that are not between two lines of three dashes, with a hint; `None` if the lines are not
/// settings. The first line has that number.
fn misplaced(first: &str, below: &[&str], line: usize) -> Option<Malformed> {
    if is_mark(first) {
        // Several delimiters may follow each other, as in a fence; an object in one line is no delimiter alone.
        let divides = |line: &str| is_mark(line) && members(line).all(|part| pair(part).is_none());
        let marks = below.iter().take_while(|line| divides(line)).count();
        let below = below.get(marks..).unwrap_or_default();
        let block: Vec<&str> = match below.iter().position(|line| divides(line)) {
            Some(ends) => below.iter().copied().take(ends).collect(),
            None => paragraph(below).collect(),
        };
        let block = || std::iter::once(first).chain(block.iter().copied()).flat_map(members);
        // The name of a section may be the words on a button.
        let least = u32::from(is_section(clean(first)));
        let (key, _) = block().find_map(setting).filter(|_| weight(block()) > least)?;
        return Some(Malformed {
            line,
            what: format!(
                "'{key}' is a setting, and '{}' does not begin settings",
                short(clean(first))
            ),
            hint: format!(
                "write --- in line {line} and in the line below the settings, and each setting as key: value"
            ),
        });
    }
    if let Some(flag) = flag(clean(first)) {
        return Some(Malformed {
            line,
            what: format!("'{flag}' is for the command, and respondents would read it here"),
            hint: "give it behind the name of the file, or as a setting between two lines of ---"
                .to_owned(),
        });
    }
    let block = std::iter::once(first).chain(below.iter().copied());
    let block: Vec<&str> = block.take_while(|line| !clean(line).is_empty()).collect();
    if let Some(malformed) = misspelt(&block, line) {
        return Some(malformed);
    }
    // Only settings at the beginning, or a block of nothing else; settings below a title are reported by
    // `further_down`.
    let are_settings = block.iter().all(|line| is_of_settings(line)) || is_setting(first);
    let key = block.iter().find_map(|line| setting(line)).map(|(key, _)| key);
    let key = key.filter(|_| are_settings && weight(block.iter().copied()) > 1)?;
    Some(Malformed {
        line,
        what: format!("'{key}' is a setting, and no line of three dashes stands above it"),
        hint: format!(
            "put a line --- above line {line} and one below the settings; where respondents are to read it, begin with \
             other words"
        ),
    })
}

/// The problem of a block of nothing but settings, of which one is misspelt.
fn misspelt(block: &[&str], line: usize) -> Option<Malformed> {
    let (at, key) = (line..).zip(block).find_map(|(at, text)| Some((at, nearly(text)?)))?;
    let are_settings = block.iter().all(|line| is_setting(line) || nearly(line).is_some());
    let near = match did_you_mean(&key, NUMBERS) {
        _ if PANEL_SIZES.contains(&key.as_str()) => hint("panel"),
        near => near?,
    };
    if !are_settings {
        return None;
    }
    Some(Malformed {
        line: at,
        what: format!("'{key}' looks like a setting, and no line of three dashes stands above it"),
        hint: format!(
            "{near} Put a line --- above line {line} and one below the settings; where respondents are to read it, begin \
             with other words"
        ),
    })
}

/// The members of an object that is written in one line, as in `{ "panel": 20, "seed": 7 }`; else the line itself.
fn members(line: &str) -> impl Iterator<Item = &str> {
    let is_object = clean(line).starts_with('{');
    line.split(move |letter: char| is_object && letter == ',')
}

/// The lines of the first paragraph.
fn paragraph<'a>(lines: &'a [&'a str]) -> impl Iterator<Item = &'a str> {
    let says = |line: &&str| !clean(line).is_empty();
    lines.iter().copied().skip_while(move |line| !says(line)).take_while(says)
}

/// Whether a line looks like a delimiter: it contains no letter, or begins like a delimiter.
fn is_mark(line: &str) -> bool {
    let line = clean(line);
    if let Some(letter) = line.chars().next().filter(|letter| matches!(letter, '`' | '~')) {
        let notation = line.trim_start_matches(letter).trim().to_ascii_lowercase();
        return NOTATIONS.contains(&notation.as_str());
    }
    let begins = [MARK, "+++", "{"].iter().any(|mark| line.starts_with(mark));
    !line.is_empty() && (begins || !line.contains(char::is_alphanumeric) || is_section(line))
}

/// Whether a line is the name of a section, as in `[settings]` or `<settings>`.
fn is_section(line: &str) -> bool {
    let inside = |opens: char, closes: char| line.strip_prefix(opens)?.strip_suffix(closes);
    let name =
        inside('[', ']').or_else(|| inside('<', '>')).map(|name| name.trim_start_matches('/'));
    name.is_some_and(|name| {
        let is_part = |letter: char| letter.is_ascii_alphanumeric() || "_-.".contains(letter);
        !name.is_empty() && name.chars().all(is_part)
    })
}

/// Whether a line can be among settings: a key with its value, a list entry, a continuation of the line above, a
/// comment, or an empty line.
fn is_of_settings(line: &str) -> bool {
    let clean = clean(line);
    clean.is_empty()
        || clean.starts_with(['#', '-', ']', '}'])
        || line.starts_with([' ', '\t'])
        || key_of(line).is_some()
}

/// The key of a line that gives something a value.
fn key_of(line: &str) -> Option<&str> {
    pair(line).map(|(key, _)| key)
}

/// A key and the text after it, ignoring markup around the key.
fn pair(line: &str) -> Option<(&str, &str)> {
    let line = entry(line).unwrap_or_else(|| clean(line));
    let line = line.strip_prefix("//").unwrap_or(line);
    let line = line.trim_start_matches(['{', ' ', '\t', '"', '\'', '*', '>', '`']);
    let in_key = |letter: char| {
        letter.is_ascii_alphanumeric()
            || matches!(letter, '_' | '-')
            || (is_nothing(letter) && !letter.is_whitespace())
    };
    let (key, rest) = line.split_at_checked(line.find(|letter: char| !in_key(letter))?)?;
    // Words with hyphens are words, unless they are the name of a setting.
    let is_usual = key.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
    if !is_usual && !is_known(&usual(key).to_ascii_lowercase()) {
        return None;
    }
    let rest = rest.trim_start_matches(['"', '\'', '*', '`']).trim_start_matches(is_nothing);
    let value = rest.strip_prefix([':', '=', '：'])?;
    (!key.is_empty() && !value.starts_with(['/', ':', '='])).then_some((key, value))
}

/// The line where it gives a setting as a command takes it: `--panel 20`.
fn flag(line: &str) -> Option<&str> {
    let (key, value) = line.strip_prefix("--")?.split_once([' ', '='])?;
    setting(&format!("{key}: {value}")).filter(|(_, weight)| *weight > 1).map(|_| line)
}

/// The text after a list marker.
fn entry(line: &str) -> Option<&str> {
    ["- ", "* ", "+ "].iter().find_map(|mark| clean(line).strip_prefix(mark))
}

fn is_known(key: &str) -> bool {
    KEYS.contains(&key)
}

/// A line without surrounding blanks and invisible characters.
fn clean(line: &str) -> &str {
    line.trim_matches(is_nothing)
}

/// Blanks, and invisible characters: byte order marks, zero-width and direction characters.
pub(super) fn is_nothing(letter: char) -> bool {
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

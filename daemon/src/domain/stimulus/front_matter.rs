//! The front matter parser: it splits a stimulus file into front matter and body, and reads the front matter into
//! values with their line numbers. Other modules interpret the keys.

use std::fmt;

use protocol::study::{DraftText, PlainText};
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::Spanned;
use serde_saphyr::options::{DuplicateKeyPolicy, NonFiniteFloatPolicy};

use super::blanks;
use super::comments::{self, Hidden, Shown, TextLine};
use super::head::{self, SettingsHead};
use super::yaml_marks::{self, YamlMark};

/// A value of the front matter.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Node {
    Null,
    Bool(bool),
    Whole(i128),
    Real(f64),
    Text(String),
    List(Vec<FrontMatterItem>),
    Map(Vec<FrontMatterEntry>),
}

/// One `key: value` and its line in the file, from 1.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct FrontMatterEntry {
    pub(super) key: String,
    pub(super) line: usize,
    pub(super) item: FrontMatterItem,
}

/// A value with its position.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct FrontMatterItem {
    /// The line of the file, from 1.
    pub(super) line: usize,
    pub(super) value: Node,
    /// The YAML comment that cuts the value short, if any.
    pub(super) cut: Option<Cut>,
    /// An unquoted number or truth value as it is written, which YAML does not keep: `1.10`, `007`, `no`.
    pub(super) written: Option<String>,
    /// The tag, anchor or alias with which the value begins.
    pub(super) mark: Option<YamlMark>,
    /// Its start and length in the YAML, in characters.
    span: (usize, usize),
}

/// A YAML comment directly after an unquoted text, or below it and further indented: YAML ends the text there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cut {
    /// The comment's line in the file, from 1.
    pub(super) line: usize,
    /// The comment, with the blanks before it, and with the line end before it if it is on a line of its own.
    pub(super) off: String,
}

/// A stimulus file in its two parts.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Parts {
    pub(super) entries: Vec<FrontMatterEntry>,
    /// The lines of the body without comments; empty if nothing else is left.
    pub(super) lines: Vec<TextLine>,
    /// The comments that were removed from the file.
    pub(super) hidden: Vec<Hidden>,
    /// The line on which the body starts, from 1.
    pub(super) body_line: usize,
}

impl Parts {
    /// The same with those lines as its body, which begins with the first that says something; else on the line given.
    fn with_body(self, mut lines: Vec<TextLine>, otherwise: usize) -> Self {
        let says = |line: &TextLine| !line.text.trim().is_empty();
        let blank = lines.iter().position(says).unwrap_or(lines.len());
        lines.drain(..blank);
        let body_line = lines.first().map_or(otherwise, |line| line.number);
        Self { lines, body_line, ..self }
    }

    /// The text that respondents see.
    pub(super) fn body(&self) -> String {
        let lines: Vec<&str> = self.lines.iter().map(|line| line.text.as_str()).collect();
        lines.join("\n").trim().to_owned()
    }
}

/// Why a file cannot be split or read, and the line, from 1.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Malformed {
    pub(super) line: usize,
    pub(super) what: String,
    pub(super) hint: String,
}

/// Splits a text and reads its front matter, if it may have one and does. Line ends may be of any kind.
pub(super) fn split(text: &DraftText) -> Result<Parts, Malformed> {
    let PlainText { plain, below } = match text {
        DraftText::File(file) => return split_file(file),
        DraftText::Plain(plain) => plain,
    };
    // Nothing in it is looked for but comments: its lines are its own, from 1.
    let shown = comments::take_out(&unmarked(plain), 1)?;
    let mut parts = match below {
        Some(file) => split_file(file)?,
        None => Parts { entries: Vec::new(), lines: Vec::new(), hidden: Vec::new(), body_line: 1 },
    };
    parts.hidden.extend(shown.hidden);
    if parts.lines.is_empty() {
        return Ok(parts.with_body(shown.lines, 1));
    }
    let above = std::mem::take(&mut parts.lines);
    let gap = TextLine { number: 1, text: String::new(), fenced: false };
    let lines = above.into_iter().chain([gap]).chain(shown.lines).collect();
    let body_line = parts.body_line;
    Ok(parts.with_body(lines, body_line))
}

fn split_file(text: &str) -> Result<Parts, Malformed> {
    let text = unmarked(text);
    let (entries, mut hidden, body, body_line) = match head::find(&text)? {
        None => (Vec::new(), Vec::new(), text, 1),
        Some(SettingsHead { at, opens, closes }) => {
            let above = comments::take_out(text.get(..at).unwrap_or_default(), 1)?;
            let lines: Vec<&str> = text.split('\n').collect();
            let yaml = lines.get(opens + 1..closes).unwrap_or_default().join("\n");
            let body = lines.get(closes + 1..).unwrap_or_default().join("\n");
            (read(&yaml, opens + 2)?, above.hidden, body, closes + 2)
        }
    };
    let Shown { lines, hidden: below } = comments::take_out(&body, body_line)?;
    hidden.extend(below);
    if let Some(malformed) = head::further_down(&lines) {
        return Err(malformed);
    }
    let parts = Parts { entries, lines: Vec::new(), hidden, body_line };
    Ok(parts.with_body(lines, body_line))
}

/// A text without a byte order mark, with lines that end as ours do.
fn unmarked(text: &str) -> String {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    text.replace("\r\n", "\n").replace('\r', "\n")
}

/// Reads the YAML between the dashes, whose first line has that number in the file.
fn read(yaml: &str, first_line: usize) -> Result<Vec<FrontMatterEntry>, Malformed> {
    if yaml.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#')) {
        return Ok(Vec::new());
    }
    if let Some(malformed) = blanks::odd(yaml, first_line) {
        return Err(malformed);
    }
    // Infinite numbers are reported with their setting, as every number that a setting does not take.
    let options = serde_saphyr::options! {
        duplicate_keys: DuplicateKeyPolicy::PassThrough,
        non_finite_float_policy: NonFiniteFloatPolicy::PassThrough
    };
    match serde_saphyr::from_str_with_options::<Node>(yaml, options) {
        Ok(Node::Map(mut entries)) => {
            let letters: Vec<char> = yaml.chars().collect();
            place(&mut entries, &letters, first_line);
            Ok(entries)
        }
        Ok(_) => Err(Malformed {
            line: first_line,
            what: "the front matter is no list of settings".to_owned(),
            hint: "write one `key: value` a line, for example `panel: 50`".to_owned(),
        }),
        Err(error) => {
            let line =
                error.location().and_then(|place| usize::try_from(place.line()).ok()).unwrap_or(1);
            let text = yaml.split('\n').nth(line.saturating_sub(1)).unwrap_or_default();
            let number = line + first_line - 1;
            if let Some(mark) = yaml_marks::in_line(text, number) {
                return Err(Malformed {
                    line: number,
                    what: mark.reason(),
                    hint: mark.in_quotes(),
                });
            }
            if text.trim_start().starts_with("<!--") {
                return Err(Malformed {
                    line: number,
                    what: "a comment of HTML stands among the settings".to_owned(),
                    hint: "begin it with # there, or move it below the settings".to_owned(),
                });
            }
            if let Some(malformed) = cut_in_brackets(yaml, first_line) {
                return Err(malformed);
            }
            if let Some(malformed) = blanks::in_line(text, number) {
                return Err(malformed);
            }
            let said = error.without_snippet().to_string();
            // Reports the line number in the file, not in the front matter.
            let said = said.lines().next().unwrap_or_default();
            let said = said.split(" at line ").next().unwrap_or(said);
            Err(Malformed {
                line: number,
                what: format!("the front matter is not valid YAML: {said}"),
                hint: "write one `key: value` a line; put a text with a colon in quotes".to_owned(),
            })
        }
    }
}

/// A list in brackets whose end a comment cuts off: `tags: [plan #2, food]`.
fn cut_in_brackets(yaml: &str, first_line: usize) -> Option<Malformed> {
    for (number, line) in (first_line..).zip(yaml.split('\n')) {
        let Some((before, off)) = line.split_once(" #") else { continue };
        let count = |sign: char| before.matches(sign).count();
        let is_open = count('[') > count(']') || count('{') > count('}');
        // Within quotes it is a part of the text.
        let is_quoted = count('"') % 2 == 1 || count('\'') % 2 == 1;
        if is_open && !is_quoted && off.contains([']', '}']) {
            return Some(Malformed {
                line: number,
                what: format!(
                    "line {number} ends at ' #' within brackets, and '#{off}' would be lost"
                ),
                hint: "put the text in quotes, or the note on a line of its own".to_owned(),
            });
        }
    }
    None
}

/// Sets the line number of every value, and the comment that cuts it short.
fn place(entries: &mut [FrontMatterEntry], yaml: &[char], first_line: usize) {
    for entry in entries {
        entry.line += first_line - 1;
        // A key may be spelt as its flag is.
        let key = entry.key.replace('-', "_");
        if super::is_key(&key) {
            entry.key = key;
        }
        place_item(&mut entry.item, yaml, first_line);
    }
}

fn place_item(item: &mut FrontMatterItem, yaml: &[char], first_line: usize) {
    item.line += first_line - 1;
    item.mark = yaml_marks::before(item.span, item.line, yaml);
    match &mut item.value {
        Node::Map(inner) => place(inner, yaml, first_line),
        Node::List(items) => {
            for item in items {
                place_item(item, yaml, first_line);
            }
        }
        _ => {
            item.cut = cut(item.span, yaml, first_line);
            item.written = written(item.span, &item.value, yaml);
        }
    }
}

/// A number or truth value as it is written; `None` for texts, which are kept, and for values that stand elsewhere
/// (aliases) or have a tag.
fn written((from, length): (usize, usize), value: &Node, yaml: &[char]) -> Option<String> {
    if !matches!(value, Node::Whole(_) | Node::Real(_) | Node::Bool(_)) {
        return None;
    }
    let text: String = yaml.get(from..from + length)?.iter().collect();
    let text = text.trim();
    let is_plain = text.starts_with(|first: char| first.is_alphanumeric() || "+-.".contains(first));
    (is_plain && !text.contains('\n')).then(|| text.to_owned())
}

/// The comment that ends an unquoted text on its last line.
fn cut((from, length): (usize, usize), yaml: &[char], first_line: usize) -> Option<Cut> {
    let text = yaml.get(from..from + length)?;
    if text.first().is_none_or(|first| matches!(first, '"' | '\'' | '|' | '>')) {
        return None;
    }
    // Blanks at the end of the text may or may not count as part of it.
    let said = text.iter().rposition(|letter| !letter.is_whitespace())? + 1;
    let behind = yaml.get(from + said..)?;
    let off: String = behind.iter().take_while(|letter| **letter != '\n').collect();
    let above = yaml.iter().take(from + said).filter(|letter| **letter == '\n').count();
    let line = above + first_line;
    if off.trim().is_empty() {
        let next: String = behind
            .iter()
            .skip(off.chars().count() + 1)
            .take_while(|letter| **letter != '\n')
            .collect();
        return goes_on(&next, indentation(from, yaml))
            .then(|| Cut { line: line + 1, off: format!("\n{}", next.trim_end()) });
    }
    let is_comment = off.starts_with([' ', '\t']) && off.trim_start().starts_with('#');
    is_comment.then(|| Cut { line, off: off.trim_end().to_owned() })
}

/// Whether a line below a text reads as its continuation although it is a comment: it is further indented than the
/// line on which the text begins, and a word follows its `#`, as in `#2 over plan #1?`.
fn goes_on(line: &str, indentation: usize) -> bool {
    let said = line.trim_start_matches(' ');
    let word = said.strip_prefix('#').and_then(|said| said.chars().next());
    line.len() - said.len() > indentation
        && word.is_some_and(|first| !first.is_whitespace() && first != '#')
}

/// The blanks at the start of the line with that character.
fn indentation(at: usize, yaml: &[char]) -> usize {
    let above = yaml.get(..at).unwrap_or_default();
    let begins = above.iter().rposition(|letter| *letter == '\n').map_or(0, |end| end + 1);
    yaml.iter().skip(begins).take_while(|letter| **letter == ' ').count()
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

impl From<Spanned<Node>> for FrontMatterItem {
    fn from(spanned: Spanned<Node>) -> Self {
        let whole = |number: u64| usize::try_from(number).unwrap_or(0);
        let place = spanned.referenced;
        let span = (whole(place.span().offset()), whole(place.span().len()));
        Self {
            line: whole(place.line()),
            value: spanned.value,
            cut: None,
            written: None,
            mark: None,
            span,
        }
    }
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_none<E>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Node, E> {
        Ok(Node::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Node, E> {
        Ok(Node::Whole(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Node, E> {
        Ok(Node::Whole(value.into()))
    }

    fn visit_i128<E>(self, value: i128) -> Result<Node, E> {
        Ok(Node::Whole(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Node, E> {
        Ok(Node::Real(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Node, E> {
        Ok(Node::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Node, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element::<Spanned<Node>>()? {
            list.push(item.into());
        }
        Ok(Node::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut pairs: A) -> Result<Node, A::Error> {
        let mut entries = Vec::new();
        while let Some(key) = pairs.next_key::<Spanned<String>>()? {
            let line = usize::try_from(key.referenced.line()).unwrap_or(0);
            let item = pairs.next_value::<Spanned<Node>>()?.into();
            entries.push(FrontMatterEntry { key: key.value, line, item });
        }
        Ok(Node::Map(entries))
    }
}

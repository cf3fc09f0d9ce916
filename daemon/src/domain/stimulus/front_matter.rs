//! Splits a stimulus file into front matter and body, and reads the front matter into values that remember their
//! lines. What the keys mean is decided elsewhere.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::Spanned;
use serde_saphyr::options::DuplicateKeyPolicy;

/// A value of the front matter.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Node {
    Null,
    Bool(bool),
    Whole(i128),
    Real(f64),
    Text(String),
    List(Vec<Node>),
    Map(Vec<Entry>),
}

/// One `key: value` and the line of the file it stands in, from 1.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) line: usize,
    pub(super) value: Node,
}

/// A stimulus file in its two parts.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Parts {
    pub(super) entries: Vec<Entry>,
    pub(super) body: String,
    /// The line the body starts in, from 1.
    pub(super) body_line: usize,
}

/// What keeps a file from being split or read, and the line, from 1.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Malformed {
    pub(super) line: usize,
    pub(super) what: String,
    pub(super) hint: String,
}

/// Splits the text of a file and reads its front matter, if it has one. Line ends may be of any kind.
pub(super) fn split(text: &str) -> Result<Parts, Malformed> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut lines = text.split('\n');
    if lines.next().map(str::trim_end) != Some("---") {
        let blank = blank_lines(text.split('\n'));
        return Ok(Parts {
            entries: Vec::new(),
            body: text.trim().to_owned(),
            body_line: blank + 1,
        });
    }
    let Some(length) = lines.clone().position(|line| matches!(line.trim_end(), "---" | "..."))
    else {
        return Err(Malformed {
            line: 1,
            what: "the front matter is not closed".to_owned(),
            hint: "end it with a line of three dashes: ---".to_owned(),
        });
    };
    let yaml = lines.clone().take(length).collect::<Vec<_>>().join("\n");
    let rest: Vec<&str> = lines.skip(length + 1).collect();
    let blank = blank_lines(rest.iter().copied());
    Ok(Parts {
        entries: read(&yaml)?,
        body: rest.join("\n").trim().to_owned(),
        body_line: length + 3 + blank,
    })
}

/// How many lines to skip to the first that says something; none when no line does.
fn blank_lines<'a>(mut lines: impl Iterator<Item = &'a str>) -> usize {
    lines.position(|line| !line.trim().is_empty()).unwrap_or(0)
}

/// Reads the YAML between the dashes; its first line is the file's second.
fn read(yaml: &str) -> Result<Vec<Entry>, Malformed> {
    if yaml.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#')) {
        return Ok(Vec::new());
    }
    let options = serde_saphyr::options! { duplicate_keys: DuplicateKeyPolicy::PassThrough };
    match serde_saphyr::from_str_with_options::<Node>(yaml, options) {
        Ok(Node::Map(mut entries)) => {
            shift(&mut entries);
            Ok(entries)
        }
        Ok(_) => Err(Malformed {
            line: 2,
            what: "the front matter is no list of settings".to_owned(),
            hint: "write one `key: value` a line, for example `panel: 50`".to_owned(),
        }),
        Err(error) => {
            let line =
                error.location().and_then(|place| usize::try_from(place.line()).ok()).unwrap_or(1);
            let said = error.without_snippet().to_string();
            // The place is told in the file's own lines, not in those of the part between the dashes.
            let said = said.lines().next().unwrap_or_default();
            let said = said.split(" at line ").next().unwrap_or(said);
            Err(Malformed {
                line: line + 1,
                what: format!("the front matter is not valid YAML: {said}"),
                hint: "write one `key: value` a line; put a text with a colon in quotes".to_owned(),
            })
        }
    }
}

fn shift(entries: &mut [Entry]) {
    for entry in entries {
        entry.line += 1;
        if let Node::Map(inner) = &mut entry.value {
            shift(inner);
        }
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
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
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Node::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut pairs: A) -> Result<Node, A::Error> {
        let mut entries = Vec::new();
        while let Some(key) = pairs.next_key::<Spanned<String>>()? {
            let line = usize::try_from(key.referenced.line()).unwrap_or(0);
            entries.push(Entry { key: key.value, line, value: pairs.next_value()? });
        }
        Ok(Node::Map(entries))
    }
}

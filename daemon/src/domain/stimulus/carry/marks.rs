//! The marks of an author in a Markdown text: headings, emphasis, links, pictures, code, tables, quotations and notes, each
//! with its place; and which of them are missing from another text.

use std::ops::Range;

use protocol::safe;
use pulldown_cmark::{Event, Parser, Tag, TagEnd};

use crate::domain::stimulus::comments;
use crate::domain::stimulus::render;

/// What a mark is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum MarkKind {
    Heading(u8),
    Bold,
    Italics,
    StruckOut,
    Link,
    Picture,
    InlineCode,
    CodeBlock,
    Table,
    Quotation,
    Footnote,
    Rule,
    Comment,
}

impl MarkKind {
    /// Whether it is around words within a line, and goes when they change.
    pub(super) fn is_around_words(self) -> bool {
        matches!(
            self,
            Self::Bold
                | Self::Italics
                | Self::StruckOut
                | Self::Link
                | Self::Picture
                | Self::InlineCode
        )
    }

    /// Whether its words stay as they are in a rewrite.
    pub(super) fn keeps_its_words(self) -> bool {
        matches!(
            self,
            Self::Link
                | Self::Picture
                | Self::InlineCode
                | Self::CodeBlock
                | Self::Table
                | Self::Footnote
        )
    }

    /// Whether nothing is missed of it once its words are gone.
    fn goes_with_its_words(self) -> bool {
        matches!(
            self,
            Self::Heading(_) | Self::Bold | Self::Italics | Self::StruckOut | Self::InlineCode
        )
    }
}

/// A mark with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct AuthorMark {
    pub(super) kind: MarkKind,
    /// Its words.
    words: String,
    /// Where it leads to.
    target: String,
    /// Its place with all signs, in bytes.
    pub(super) outer: Range<usize>,
    /// The place of its words.
    pub(super) inner: Range<usize>,
}

impl AuthorMark {
    /// The mark in words.
    fn told(&self) -> String {
        let words = safe::quoted(&short(&self.words));
        match self.kind {
            MarkKind::Heading(_) => format!("the heading {words}"),
            MarkKind::Bold => format!("bold {words}"),
            MarkKind::Italics => format!("italics {words}"),
            MarkKind::StruckOut => format!("struck out {words}"),
            MarkKind::Link => format!("the link {words} to {}", short(&self.target)),
            MarkKind::Picture => format!("the picture {}", short(&self.target)),
            MarkKind::InlineCode => format!("code {words}"),
            MarkKind::CodeBlock => format!("the block of code {words}"),
            MarkKind::Table => format!("the table {words}"),
            MarkKind::Quotation => format!("the quotation {words}"),
            MarkKind::Footnote => format!("the footnote {words}"),
            MarkKind::Rule => "a line between two parts".to_owned(),
            MarkKind::Comment => format!("the note {words}"),
        }
    }

    /// What it is known by in another text: a heading, emphasis, a link, a quotation or a table may have other words there.
    fn key(&self) -> (MarkKind, &str, &str) {
        match self.kind {
            MarkKind::Heading(_)
            | MarkKind::Bold
            | MarkKind::Italics
            | MarkKind::CodeBlock
            | MarkKind::Table
            | MarkKind::Quotation
            | MarkKind::Footnote => (self.kind, "", ""),
            MarkKind::Link => (self.kind, "", &self.target),
            _ => (self.kind, &self.words, &self.target),
        }
    }
}

fn short(words: &str) -> String {
    const MOST: usize = 40;
    let line = words.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(MOST) {
        Some((at, _)) => format!("{}…", line.get(..at).unwrap_or_default()),
        None => line,
    }
}

/// The marks of a text, in their order.
pub(super) fn marks_of(source: &str) -> Vec<AuthorMark> {
    let notes = notes_of(source);
    let mut found: Vec<AuthorMark> = Vec::new();
    let mut open: Vec<(MarkKind, AuthorMark)> = Vec::new();
    for (event, range) in Parser::new_ext(source, render::options()).into_offset_iter() {
        if notes.iter().any(|note| note.outer.start <= range.start && range.end <= note.outer.end) {
            continue;
        }
        let new = |kind, target: &str| AuthorMark {
            kind,
            words: String::new(),
            target: target.to_owned(),
            outer: range.clone(),
            inner: range.end..range.start,
        };
        match &event {
            Event::Start(tag) => {
                if let Some((kind, target)) = kind_of(tag, source, range.start) {
                    open.push((kind, new(kind, &target)));
                    continue;
                }
            }
            Event::End(end) => {
                if let Some(at) =
                    open.iter().rposition(|(_, mark)| mark.outer == range && ends(*end))
                {
                    let (_, mark) = open.remove(at);
                    found.push(mark);
                }
            }
            Event::Code(words) => {
                let all = source.get(range.clone()).unwrap_or_default();
                let signs = all.len() - all.trim_start_matches('`').len();
                let inner = range.start + signs..range.end.saturating_sub(signs);
                found.push(AuthorMark {
                    words: words.to_string(),
                    inner,
                    ..new(MarkKind::InlineCode, "")
                });
            }
            Event::Rule => {
                found.push(AuthorMark { inner: range.clone(), ..new(MarkKind::Rule, "") });
            }
            _ => {}
        }
        if matches!(event, Event::Start(Tag::TableCell)) {
            for (kind, mark) in &mut open {
                if *kind == MarkKind::Table && !mark.words.is_empty() {
                    mark.words.push_str(", ");
                }
            }
        }
        let says = match &event {
            Event::Text(words) | Event::Code(words) => words.to_string(),
            Event::SoftBreak | Event::HardBreak => " ".to_owned(),
            _ => String::new(),
        };
        for (_, mark) in &mut open {
            mark.words.push_str(&says);
            mark.inner = mark.inner.start.min(range.start)..mark.inner.end.max(range.end);
        }
    }
    for mark in &mut found {
        if mark.inner.start > mark.inner.end {
            mark.inner = mark.outer.clone();
        }
    }
    found.extend(notes);
    found.sort_by_key(|mark| (mark.outer.start, mark.kind));
    found
}

fn ends(end: TagEnd) -> bool {
    !matches!(end, TagEnd::Paragraph | TagEnd::Item | TagEnd::List(_))
}

fn kind_of(tag: &Tag<'_>, source: &str, at: usize) -> Option<(MarkKind, String)> {
    let rest = source.get(at..).unwrap_or_default();
    let kind = match tag {
        // "# of seats" says "number of seats".
        Tag::Heading { .. } if rest.trim_start_matches('#').trim_start().starts_with("of ") => {
            return None;
        }
        Tag::Heading { level, .. } => MarkKind::Heading(*level as u8),
        Tag::Strong => MarkKind::Bold,
        Tag::Emphasis => MarkKind::Italics,
        // A single tilde says "about".
        Tag::Strikethrough if !rest.starts_with("~~") => return None,
        Tag::Strikethrough => MarkKind::StruckOut,
        Tag::Link { dest_url, .. } => return Some((MarkKind::Link, dest_url.to_string())),
        Tag::Image { dest_url, .. } => return Some((MarkKind::Picture, dest_url.to_string())),
        Tag::CodeBlock(pulldown_cmark::CodeBlockKind::Fenced(_)) => MarkKind::CodeBlock,
        Tag::Table(_) => MarkKind::Table,
        Tag::BlockQuote(_) => MarkKind::Quotation,
        Tag::FootnoteDefinition(_) => MarkKind::Footnote,
        _ => return None,
    };
    Some((kind, String::new()))
}

/// The comments of a text.
fn notes_of(source: &str) -> Vec<AuthorMark> {
    let Ok(shown) = comments::take_out(source, 1) else { return Vec::new() };
    let mut found = Vec::new();
    let mut at = 0;
    for hidden in shown.hidden {
        let begins =
            |at: usize| source.get(at..).and_then(|rest| rest.find("<!--")).map(|to| at + to);
        // One within code is part of the text: those before the line of the next comment are passed over.
        let mut next = begins(at);
        while let Some(from) = next {
            let line = 1 + source.get(..from).unwrap_or_default().matches('\n').count();
            if line >= hidden.line {
                break;
            }
            next = begins(from + 4);
        }
        let Some(from) = next else { break };
        let length = source.get(from..).unwrap_or_default().find("-->").map(|to| to + 3);
        let outer = from..from + length.unwrap_or(source.len() - from);
        let words = source.get(outer.clone()).unwrap_or_default();
        let words = words.trim_start_matches("<!--").trim_end_matches("-->").trim().to_owned();
        at = outer.end;
        found.push(AuthorMark {
            kind: MarkKind::Comment,
            words,
            target: String::new(),
            inner: outer.clone(),
            outer,
        });
    }
    found
}

/// The marks that another text does not have any more, in words. Those in `deleted` (by their place) went with their words.
pub(super) fn missing(
    before: &[AuthorMark],
    after: &[AuthorMark],
    deleted: &[usize],
) -> Vec<String> {
    let mut left: Vec<&AuthorMark> = after.iter().collect();
    let mut lost = Vec::new();
    for (place, mark) in before.iter().enumerate() {
        if let Some(at) = left.iter().position(|other| other.key() == mark.key()) {
            left.remove(at);
        } else if !(deleted.contains(&place) && mark.kind.goes_with_its_words()) {
            lost.push(mark.told());
        }
    }
    lost
}

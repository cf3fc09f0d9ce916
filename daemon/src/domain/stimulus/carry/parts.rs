//! A changed text put into its source part by part: a paragraph, a table or a block that did not change stays byte for byte,
//! whatever became of the others; one that changed keeps its marks where they fit, and is plain text where they do not.

use std::ops::Range;

use pulldown_cmark::{Event, Parser};
use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::marks::{MarkKind, marks_of};
use super::weave::weave;
use super::{paragraphs, table};
use crate::domain::stimulus::comments;
use crate::domain::stimulus::render::{self, render};

/// A part of the source that says something.
struct SourcePart {
    /// Its place in the source.
    at: Range<usize>,
    /// The words of each paragraph that it says.
    says: Vec<Vec<String>>,
}

/// Parts that become some paragraphs of the other text.
#[derive(Debug)]
struct PartGroup {
    parts: Range<usize>,
    /// The paragraphs of the other text.
    new: Range<usize>,
    is_same: bool,
}

/// The source with the other text; `None` where its parts do not say together what the whole says.
pub(super) fn by_parts(source: &str, said: &str, text: &str) -> Option<String> {
    let parts = parts_of(source);
    let old: Vec<Vec<String>> = parts.iter().flat_map(|part| part.says.clone()).collect();
    if old != paragraphs(said) {
        return None;
    }
    let places = places(text);
    let mut body = String::with_capacity(source.len());
    let mut at = 0;
    for group in groups(&parts, &old, &paragraphs(text)) {
        let own = parts.get(group.parts.clone()).unwrap_or_default();
        let (from, to) = own
            .first()
            .zip(own.last())
            .map_or((at, at), |(first, last)| (first.at.start, last.at.end));
        let between = source.get(at..from).unwrap_or_default();
        let comes = places.get(group.new.clone()).unwrap_or_default();
        let comes = comes.first().zip(comes.last()).map(|(first, last)| first.start..last.end);
        let comes = comes.and_then(|range| text.get(range));
        // What is taken out leaves the space on one of its sides.
        body.push_str(if body.ends_with("\n\n") { between.trim_start() } else { between });
        at = to;
        let part = source.get(from..to).unwrap_or_default();
        match comes {
            Some(_) if group.is_same => body.push_str(part),
            Some(text) => {
                apart(&mut body);
                body.push_str(&changed(part, text));
                let rest = source.get(to..).unwrap_or_default();
                if !rest.trim().is_empty() && !rest.starts_with("\n\n") {
                    body.push_str(if rest.starts_with('\n') { "\n" } else { "\n\n" });
                }
            }
            None => body.truncate(body.trim_end().len()),
        }
    }
    let rest = source.get(at..).unwrap_or_default();
    body.push_str(rest);
    Some(body.trim_end().to_owned())
}

/// Begins another paragraph.
fn apart(body: &mut String) {
    while !body.is_empty() && !body.ends_with("\n\n") {
        body.push('\n');
    }
}

/// One part with another text.
fn changed(part: &str, text: &str) -> String {
    let marks = marks_of(part);
    let is_table = matches!(marks.first(), Some(mark) if mark.kind == MarkKind::Table);
    if is_table && let Some(table) = table::with_other_lines(part, text) {
        return table;
    }
    if !marks.is_empty() {
        let woven = weave(part, &says(part), text, &marks).body;
        if paragraphs(&says(&woven)) == paragraphs(text) {
            return woven;
        }
    }
    text.to_owned()
}

/// What a source says.
fn says(source: &str) -> String {
    match comments::take_out(source, 1) {
        Ok(shown) => render(shown.text().trim()).text,
        Err(_) => render(source).text,
    }
}

/// The parts of a source that say something, in their order: the blocks that are in no other one.
fn parts_of(source: &str) -> Vec<SourcePart> {
    let mut found = Vec::new();
    let mut depth = 0_usize;
    for (event, range) in Parser::new_ext(source, render::options()).into_offset_iter() {
        if depth == 0 && !matches!(event, Event::End(_)) {
            let length = source.get(range.clone()).unwrap_or_default().trim_end().len();
            let at = range.start..range.start + length;
            let says = paragraphs(&says(source.get(at.clone()).unwrap_or_default()));
            if !says.is_empty() {
                found.push(SourcePart { at, says });
            }
        }
        match event {
            Event::Start(_) => depth += 1,
            Event::End(_) => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    found
}

/// The places of the paragraphs of a text.
fn places(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut from = 0;
    for paragraph in text.split("\n\n") {
        let blanks = paragraph.len() - paragraph.trim_start().len();
        let words = paragraph.trim();
        if !words.is_empty() {
            found.push(from + blanks..from + blanks + words.len());
        }
        from += paragraph.len() + 2;
    }
    found
}

/// Which parts become which paragraphs, in the order of both.
fn groups(parts: &[SourcePart], old: &[Vec<String>], new: &[Vec<String>]) -> Vec<PartGroup> {
    let owner: Vec<usize> = (0_usize..)
        .zip(parts)
        .flat_map(|(place, part)| std::iter::repeat_n(place, part.says.len()))
        .collect();
    let mut found: Vec<PartGroup> = Vec::new();
    for (of_old, of_new, is_same) in pairings(old, new) {
        let next = owner.get(of_old.start).copied().unwrap_or(parts.len());
        let last = of_old.end.checked_sub(1).and_then(|last| owner.get(last).copied());
        let mut group = PartGroup {
            parts: next..if of_old.is_empty() { next } else { last.map_or(next, |last| last + 1) },
            new: of_new,
            is_same,
        };
        // A part is never divided: what comes between two of its paragraphs changes it too.
        let before = of_old.start.checked_sub(1).and_then(|before| owner.get(before).copied());
        if before == Some(next)
            && let Some(known) = found.pop()
        {
            group = PartGroup {
                parts: known.parts.start..group.parts.end.max(known.parts.end),
                new: known.new.start..group.new.end,
                is_same: known.is_same && group.is_same,
            };
        }
        found.push(group);
    }
    found
}

/// Which paragraphs become which: one by one where as many come as go.
fn pairings(old: &[Vec<String>], new: &[Vec<String>]) -> Vec<(Range<usize>, Range<usize>, bool)> {
    let mut found = Vec::new();
    for change in capture_diff_slices(Algorithm::Patience, old, new) {
        let (of_old, of_new) = (change.old_range(), change.new_range());
        let is_same = matches!(change, DiffOp::Equal { .. });
        if of_old.len() == of_new.len() {
            let pairs = of_old.zip(of_new);
            found.extend(pairs.map(|(old, new)| (old..old + 1, new..new + 1, is_same)));
        } else {
            found.push((of_old, of_new, is_same));
        }
    }
    found
}

//! What no rule touches: code, addresses, quotations, the targets of links, and tables.

use std::ops::Range;

/// A quotation of fewer words is a word that is set off, and still left alone; one of more than this is no quotation but
/// a mark that was never closed.
const QUOTED_MAX: usize = 400;

/// The protected places of a text, in order, possibly overlapping.
pub(super) fn protected(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    fences(text, &mut found);
    addresses(text, &mut found);
    pairs(text, '`', '`', &mut found);
    pairs(text, '“', '”', &mut found);
    pairs(text, '"', '"', &mut found);
    pairs(text, '«', '»', &mut found);
    pairs(text, '<', '>', &mut found);
    let mut from = 0;
    while let Some(start) = text.get(from..).and_then(|rest| rest.find("](")).map(|at| from + at) {
        let length = text.get(start..).and_then(|rest| rest.find(')')).map_or(2, |at| at + 1);
        found.push(start..start + length);
        from = start + length;
    }
    found.sort_by_key(|range| (range.start, range.end));
    found
}

/// Fenced and indented code, quoted lines and rows of tables.
fn fences(text: &str, found: &mut Vec<Range<usize>>) {
    let (mut at, mut is_code) = (0, false);
    for line in text.split('\n') {
        let range = at..at + line.len();
        at = range.end + 1;
        let is_fence = line.trim_start().starts_with("```") || line.trim_start().starts_with("~~~");
        let is_kept = line.starts_with("    ")
            || line.starts_with('\t')
            || line.trim_start().starts_with(['|', '>']);
        if is_code || is_fence || is_kept {
            found.push(range);
        }
        is_code ^= is_fence;
    }
}

/// Words that are an address or a tag.
fn addresses(text: &str, found: &mut Vec<Range<usize>>) {
    let mut start = None;
    for (at, letter) in text.char_indices().chain([(text.len(), ' ')]) {
        if !letter.is_whitespace() {
            start.get_or_insert(at);
            continue;
        }
        let Some(from) = start.take() else { continue };
        let word = text.get(from..at).unwrap_or_default();
        let inner = word.trim_end_matches(['.', ',', ')', '!', '?', ';', ':']);
        let is_host = inner.contains('.')
            && inner.split('.').all(|part| {
                part.len() >= 2
                    && part.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '/' | '_'))
            })
            && inner.chars().any(char::is_alphabetic);
        if word.contains("://")
            || word.contains('@')
            || inner.starts_with('#') && inner.len() > 1 && !inner.starts_with("##")
            || is_host
        {
            found.push(from..from + inner.len());
        }
    }
}

/// What stands between two marks in one paragraph.
fn pairs(text: &str, open: char, close: char, found: &mut Vec<Range<usize>>) {
    let mut from = 0;
    while let Some(start) = text.get(from..).and_then(|rest| rest.find(open)).map(|at| from + at) {
        let inside = start + open.len_utf8();
        let rest = text.get(inside..).unwrap_or_default();
        let end = rest.find(close).filter(|&at| {
            rest.get(..at)
                .is_some_and(|held| !held.contains("\n\n") && held.chars().count() < QUOTED_MAX)
        });
        match end {
            Some(length) => {
                let end = inside + length + close.len_utf8();
                found.push(start..end);
                from = end;
            }
            None => from = inside,
        }
    }
}

//! What no rule touches: code, addresses, quotations, the targets of links, and tables.

use std::ops::Range;

/// A quotation of fewer words is a word that is set off, and still left alone; one of more than this is no quotation but
/// a mark that was never closed.
const QUOTED_MAX: usize = 400;

/// The protected places of a text, in order, possibly overlapping.
pub(super) fn protected(text: &str, kept: &[String]) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    for words in kept.iter().filter(|words| !words.is_empty()) {
        let places = text.match_indices(words).map(|(at, words)| at..at + words.len());
        // "art" is no part of "start".
        let is_word = |place: &Range<usize>| {
            let before = text.get(..place.start).and_then(|text| text.chars().next_back());
            let behind = text.get(place.end..).and_then(|text| text.chars().next());
            ![before, behind].into_iter().flatten().any(char::is_alphanumeric)
        };
        found.extend(places.filter(is_word));
    }
    fences(text, &mut found);
    addresses(text, &mut found);
    pairs(text, '`', '`', &mut found);
    pairs(text, '“', '”', &mut found);
    pairs(text, '„', '“', &mut found);
    pairs(text, '"', '"', &mut found);
    pairs(text, '«', '»', &mut found);
    pairs(text, '<', '>', &mut found);
    single(text, &mut found);
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

/// What stands between single quotation marks. The mark is an apostrophe as well, so the first one stands behind a blank and the
/// last one before none of a word.
fn single(text: &str, found: &mut Vec<Range<usize>>) {
    let letters: Vec<(usize, char)> = text.char_indices().collect();
    let at = |place: usize| letters.get(place).map_or(' ', |one| one.1);
    let mut open: Option<(usize, usize)> = None;
    for (place, &(start, letter)) in letters.iter().enumerate() {
        let before = place.checked_sub(1).map_or(' ', &at);
        let (is_first, is_last) = (!before.is_alphanumeric(), !at(place + 1).is_alphanumeric());
        match letter {
            '\n' if at(place + 1) == '\n' => open = None,
            '\'' | '‘' if open.is_none() && is_first && at(place + 1).is_alphanumeric() => {
                open = Some((start, place));
            }
            '\'' | '’' if is_last && !before.is_whitespace() => {
                if let Some((from, first)) = open.take()
                    && place - first < QUOTED_MAX
                {
                    found.push(from..start + letter.len_utf8());
                }
            }
            _ => {}
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

//! The marks around emphasised and struck words. Marks between digits are signs of arithmetic, and stay.

use std::ops::Range;

use pulldown_cmark::Tag;

/// What becomes of the marks at both ends of an element.
pub(super) fn marks(
    tag: &Tag<'_>,
    source: &str,
    range: &Range<usize>,
) -> Vec<(Range<usize>, String)> {
    let text = source.get(range.clone()).unwrap_or_default();
    let (length, front, behind) = match tag {
        Tag::Strong => (2, "", ""),
        // A single tilde says "about".
        Tag::Strikethrough if !text.starts_with("~~") => return Vec::new(),
        Tag::Strikethrough => (2, "(no longer ", ")"),
        _ => (1, "", ""),
    };
    if is_arithmetic(source, range) {
        return Vec::new();
    }
    let close = range.end.saturating_sub(length);
    vec![
        (range.start..range.start + length, front.to_owned()),
        (close..range.end, behind.to_owned()),
    ]
}

/// Whether the marks stand between digits, or within words at both ends: "4*3 and 5*2", "a*b + c*d".
fn is_arithmetic(source: &str, range: &Range<usize>) -> bool {
    let before = source.get(..range.start).and_then(|text| text.chars().next_back());
    let behind = source.get(range.end..).and_then(|text| text.chars().next());
    let is_digit = |letter: Option<char>| letter.is_some_and(|letter| letter.is_ascii_digit());
    let is_ascii = |letter: Option<char>| letter.is_some_and(|letter| letter.is_ascii_alphabetic());
    is_digit(before) || is_digit(behind) || (is_ascii(before) && is_ascii(behind))
}

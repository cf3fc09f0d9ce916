//! The removal of the marks at the beginning of quoted lines.

use std::borrow::Cow;

use pulldown_cmark::{Event, Parser, Tag};

use super::options;

/// A text without the `>` of its quotations. A single line such as "> 90 % of users" is no quotation.
pub(super) fn unquote(source: &str) -> Cow<'_, str> {
    if !source.contains('>') {
        return Cow::Borrowed(source);
    }
    let mut text = String::with_capacity(source.len());
    let mut at = 0;
    for (event, range) in Parser::new_ext(source, options()).into_offset_iter() {
        if !matches!(event, Event::Start(Tag::BlockQuote(_))) || range.start < at {
            continue;
        }
        let quoted = source.get(range.clone()).unwrap_or_default();
        if is_amount(quoted) {
            continue;
        }
        text.push_str(source.get(at..range.start).unwrap_or_default());
        text.extend(quoted.split_inclusive('\n').map(unmarked));
        at = range.end;
    }
    text.push_str(source.get(at..).unwrap_or_default());
    Cow::Owned(text)
}

/// A line without the marks at its beginning.
fn unmarked(line: &str) -> &str {
    let mut rest = line;
    while let Some(behind) = rest.trim_start_matches(' ').strip_prefix('>') {
        rest = behind.strip_prefix(' ').unwrap_or(behind);
    }
    rest
}

/// Whether the mark says "more than".
fn is_amount(quoted: &str) -> bool {
    let quoted = quoted.trim_end();
    let said = quoted.trim_start_matches('>').trim_start();
    !quoted.contains('\n')
        && said.starts_with(|letter: char| letter.is_ascii_digit() || "=$£€¥₹".contains(letter))
}

//! Comments in other notations than that of HTML. `[//]: # (a note)` is left out where Markdown is rendered, which is told like any
//! comment; those of notebooks, templates and programs are words to every reader, so they are told as what respondents would read.

use super::comments::TextLine;

/// Beginnings of lines that are comments elsewhere, each with what must follow.
const SEEN: [(&str, &str); 8] = [
    ("%%", "%%"),
    ("{#", "#}"),
    ("{{!", "}}"),
    ("{/*", "*/}"),
    ("/*", "*/"),
    ("{% comment", "%}"),
    ("<%--", "--%>"),
    ("\\begin{comment}", ""),
];

/// A comment in another notation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OtherComment {
    /// Nobody sees it.
    LeftOut { characters: usize },
    /// Respondents would read it.
    Read,
}

/// The comments of a text in other notations, each with its line; code between fences has none.
pub(super) fn other_comments(lines: &[TextLine]) -> Vec<(&TextLine, OtherComment)> {
    let mut found = Vec::new();
    // A definition begins no line within a paragraph.
    let mut is_apart = true;
    for line in lines {
        let text = line.text.trim();
        let is_definition = !line.fenced && is_definition(text);
        if is_definition && is_apart {
            found.push((line, OtherComment::LeftOut { characters: text.chars().count() }));
            continue;
        }
        let is_seen = |(begins, ends): &(&str, &str)| {
            text.strip_prefix(*begins).is_some_and(|rest| rest.contains(*ends))
        };
        if is_definition || !line.fenced && SEEN.iter().any(is_seen) {
            found.push((line, OtherComment::Read));
        }
        is_apart = text.is_empty() || line.fenced;
    }
    found
}

/// Whether a line is a definition that leads nowhere and has a title: that is how Markdown keeps notes.
fn is_definition(text: &str) -> bool {
    let Some((label, rest)) = text.strip_prefix('[').and_then(|rest| rest.split_once("]:")) else {
        return false;
    };
    let rest = rest.trim_start();
    let title = ["<>", "<#>", "#"].iter().find_map(|target| rest.strip_prefix(target));
    !label.contains(']')
        && !label.starts_with('^')
        && title.is_some_and(|title| title.trim_start().starts_with(['(', '"', '\'']))
}

//! The difference of two texts, word by word: what was taken out and what was put in, in colour or between signs.

use protocol::safe;
use similar::{ChangeTag, TextDiff};

use crate::look::{Colour, Look, Role};

/// Words that are shown around a change of a long text.
const AROUND: usize = 6;
/// Words up to which a text is shown whole.
const WHOLE: usize = 120;

/// A run of words of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    /// What became of them.
    pub(crate) tag: PartTag,
    /// The words, with the spaces between them.
    pub(crate) text: String,
}

/// What became of some words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PartTag {
    /// They stand in both texts.
    Same,
    /// They were taken out.
    Out,
    /// They were put in.
    In,
}

/// The parts of both texts, in order. Texts from outside are made safe for a terminal; line breaks become spaces.
pub(crate) fn parts(before: &str, after: &str) -> Vec<Part> {
    let (before, after) = (safe::line(before), safe::line(after));
    let before: Vec<&str> = before.split_whitespace().collect();
    let after: Vec<&str> = after.split_whitespace().collect();
    let diff = TextDiff::from_slices(&before, &after);
    let mut parts: Vec<Part> = Vec::new();
    for change in diff.iter_all_changes() {
        let tag = match change.tag() {
            ChangeTag::Equal => PartTag::Same,
            ChangeTag::Delete => PartTag::Out,
            ChangeTag::Insert => PartTag::In,
        };
        match parts.last_mut().filter(|last| last.tag == tag) {
            Some(last) => {
                last.text.push(' ');
                last.text.push_str(change.value());
            }
            None => parts.push(Part { tag, text: change.value().to_owned() }),
        }
    }
    parts
}

/// The difference as one paragraph; of a long text what changed, with some words around it.
pub(crate) fn paragraph(before: &str, after: &str, look: Look) -> String {
    let parts = parts(before, after);
    let words: usize = parts.iter().map(|part| part.text.split(' ').count()).sum();
    let last = parts.len().saturating_sub(1);
    let shown = parts.iter().enumerate().map(|(place, part)| match part.tag {
        PartTag::Same if words > WHOLE => around(&part.text, place == 0, place == last),
        PartTag::Same => part.text.clone(),
        PartTag::Out => marked(&part.text, ("[-", "-]"), Role::Bad, look),
        PartTag::In => marked(&part.text, ("{+", "+}"), Role::Good, look),
    });
    shown.collect::<Vec<_>>().join(" ")
}

/// The ends of an unchanged run that stand next to a change.
fn around(text: &str, is_first: bool, is_last: bool) -> String {
    let words: Vec<&str> = text.split(' ').collect();
    let head = if is_first { 0 } else { AROUND };
    let tail = if is_last { 0 } else { AROUND };
    if words.len() <= head + tail + 1 {
        return text.to_owned();
    }
    let (head, tail) = (words[..head].join(" "), words[words.len() - tail..].join(" "));
    [head.as_str(), "…", tail.as_str()]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

fn marked(text: &str, (open, close): (&str, &str), role: Role, look: Look) -> String {
    match look.colour {
        Colour::None => format!("{open}{text}{close}"),
        // Word by word, because lines are broken between them.
        Colour::Ansi => {
            let words = text.split(' ').map(|word| look.paint(role, word));
            words.collect::<Vec<_>>().join(" ")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::look::Glyphs;

    const PLAIN: Look = Look { width: 80, colour: Colour::None, glyphs: Glyphs::Unicode };

    #[test]
    fn words_that_went_and_came_are_told_apart() {
        let found =
            paragraph("We leverage synergies to cook dinner.", "Cook dinner\nin minutes.", PLAIN);
        assert_eq!(found, "[-We leverage synergies to cook dinner.-] {+Cook dinner in minutes.+}");
        let found =
            paragraph("A meal kit for busy, busy people", "A meal kit for busy people", PLAIN);
        assert_eq!(found, "A meal kit for [-busy,-] busy people");
        assert_eq!(paragraph("same", "same", PLAIN), "same");
        assert_eq!(paragraph("", "new", PLAIN), "{+new+}");
    }

    #[test]
    fn a_long_text_is_shown_where_it_changed() {
        let long = |word: &str| format!("{}{word} {}", "before ".repeat(100), "after ".repeat(100));
        let found = paragraph(&long("old"), &long("new"), PLAIN);
        assert_eq!(
            found,
            "… before before before before before before [-old-] {+new+} after after after after after after …"
        );
    }

    #[test]
    fn escape_sequences_of_a_text_reach_no_terminal() {
        let found = paragraph("a\u{1b}[31m b", "a c", PLAIN);
        assert!(!found.contains('\u{1b}'), "{found:?}");
    }
}

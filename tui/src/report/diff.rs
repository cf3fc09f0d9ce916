//! The difference of two texts, word by word: what was taken out and what was put in, in colour or between signs.

use protocol::safe;
use similar::{Algorithm, ChangeTag, DiffOp, TextDiff, capture_diff_slices};

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
        let tag = change.tag().into();
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

/// The parts of both texts with their line breaks, for a screen. The texts are safe for a terminal already.
pub(crate) fn with_breaks(before: &str, after: &str) -> Vec<Part> {
    let mut parts = Parts(Vec::new());
    parts.between(&tokens(before), &tokens(after), Unit::Line);
    parts.0
}

/// The lines of both texts, each a part.
pub(crate) fn by_lines(before: &str, after: &str) -> Vec<Part> {
    let (before, after): (Vec<&str>, Vec<&str>) =
        (before.split('\n').collect(), after.split('\n').collect());
    let diff = TextDiff::from_slices(&before, &after);
    let line = |tag: ChangeTag, text: &str| Part { tag: tag.into(), text: text.to_owned() };
    diff.iter_all_changes().map(|change| line(change.tag(), change.value())).collect()
}

/// Words that are compared with each other at once. The time grows with their number times that of the changes, so longer
/// texts are first compared by lines, then by sentences.
const COMPARED: usize = 4_000;
/// A line break among the words.
pub(crate) const BREAK: &str = "\n";

/// What is compared as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    Line,
    Sentence,
    Word,
}

impl Unit {
    /// Whether it ends with that word.
    fn ends(self, word: &str) -> bool {
        match self {
            Self::Line => word == BREAK,
            Self::Sentence => word == BREAK || word.ends_with(['.', '!', '?']),
            Self::Word => true,
        }
    }

    /// The next smaller one.
    const fn smaller(self) -> Option<Self> {
        match self {
            Self::Line => Some(Self::Sentence),
            Self::Sentence => Some(Self::Word),
            Self::Word => None,
        }
    }
}

/// The words of a text, with its line breaks as words of their own.
fn tokens(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    for (row, line) in text.split('\n').enumerate() {
        if row > 0 {
            words.push(BREAK);
        }
        words.extend(line.split_whitespace());
    }
    words
}

/// The parts so far.
struct Parts(Vec<Part>);

impl Parts {
    fn push(&mut self, tag: PartTag, words: &[&str]) {
        for word in words {
            match self.0.last_mut().filter(|last| last.tag == tag) {
                Some(last) => {
                    if *word != BREAK && !last.text.ends_with(BREAK) {
                        last.text.push(' ');
                    }
                    last.text.push_str(word);
                }
                None => self.0.push(Part { tag, text: (*word).to_owned() }),
            }
        }
    }

    /// Compares two runs of words, by the largest units that keep the time in bounds.
    fn between(&mut self, before: &[&str], after: &[&str], unit: Unit) {
        let is_short = before.len() + after.len() <= COMPARED;
        let unit = if is_short { Unit::Word } else { unit };
        if unit == Unit::Word && !is_short {
            self.push(PartTag::Out, before);
            self.push(PartTag::In, after);
            return;
        }
        let split = |words| -> Vec<&[&str]> {
            <[&str]>::split_inclusive(words, |word| unit.ends(word)).collect()
        };
        let (old, new) = (split(before), split(after));
        for op in capture_diff_slices(Algorithm::Myers, &old, &new) {
            let (old, new) = (old[op.old_range()].concat(), new[op.new_range()].concat());
            match (op, unit.smaller()) {
                (DiffOp::Equal { .. }, _) => self.push(PartTag::Same, &old),
                (DiffOp::Replace { .. }, Some(smaller)) => self.between(&old, &new, smaller),
                _ => {
                    self.push(PartTag::Out, &old);
                    self.push(PartTag::In, &new);
                }
            }
        }
    }
}

impl From<ChangeTag> for PartTag {
    fn from(tag: ChangeTag) -> Self {
        match tag {
            ChangeTag::Equal => Self::Same,
            ChangeTag::Delete => Self::Out,
            ChangeTag::Insert => Self::In,
        }
    }
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

    /// One of both texts, put together from the parts.
    fn rebuilt(parts: &[Part], without: PartTag) -> Vec<String> {
        let kept = parts.iter().filter(|part| part.tag != without);
        let text = kept.map(|part| part.text.as_str()).collect::<Vec<_>>().join(" ");
        text.split('\n').map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
    }

    #[test]
    fn line_breaks_are_kept_and_both_texts_are_in_the_parts() {
        let long = |word: &str| {
            let line =
                format!("{} {word}. {}", "one two three ".repeat(90), "four five. ".repeat(90));
            [line.trim(), "", "middle"].join("\n").repeat(9)
        };
        for (before, after) in [
            ("Title\n\nWe leverage it.", "Title\n\nWe use it.\nNow."),
            ("", "new"),
            ("old", ""),
            ("same", "same"),
            (&long("old"), &long("new")),
            (&"old ".repeat(5_000), &"new ".repeat(5_000)),
        ] {
            let parts = with_breaks(before, after);
            let lines = |text: &str| -> Vec<String> {
                text.split('\n')
                    .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
                    .collect()
            };
            assert_eq!(rebuilt(&parts, PartTag::In), lines(before));
            assert_eq!(rebuilt(&parts, PartTag::Out), lines(after));
        }
        let changed = |parts: Vec<Part>, tag| {
            let of_tag = parts.into_iter().filter(|part| part.tag == tag);
            of_tag.map(|part| part.text).collect::<Vec<_>>()
        };
        assert_eq!(changed(with_breaks(&long("old"), &long("new")), PartTag::Out), ["old."; 9]);
        assert_eq!(changed(by_lines("a\nb\nc", "a\nB\nc"), PartTag::In), ["B"]);
    }

    #[test]
    fn escape_sequences_of_a_text_reach_no_terminal() {
        let found = paragraph("a\u{1b}[31m b", "a c", PLAIN);
        assert!(!found.contains('\u{1b}'), "{found:?}");
    }
}

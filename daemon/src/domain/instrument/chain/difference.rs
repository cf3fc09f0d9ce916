//! The difference of two texts, word by word, as runs of words. Long texts are compared by lines first, then by sentences,
//! so that the time stays in bounds.

use protocol::rounds::{BREAK, RunKind, TextRun, words_of};
use protocol::safe;
use similar::{Algorithm, DiffOp, capture_diff_slices};

/// Words that are compared with each other at once. The time grows with their number times that of the changes.
const COMPARED: usize = 4_000;

/// What is compared as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum CompareUnit {
    Line,
    Sentence,
    Word,
}

impl CompareUnit {
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

/// The runs of words from one text to another, both as they are shown.
#[must_use]
pub(crate) fn difference(before: &str, after: &str) -> Vec<TextRun> {
    let (before, after) = (safe::block(before), safe::block(after));
    let mut runs = Runs(Vec::new());
    runs.between(&words_of(&before), &words_of(&after), CompareUnit::Line);
    runs.0
}

/// The runs so far.
struct Runs(Vec<TextRun>);

impl Runs {
    fn push(&mut self, kind: RunKind, words: &[&str]) {
        let count = u32::try_from(words.len()).unwrap_or(u32::MAX);
        match self.0.last_mut() {
            _ if count == 0 => {}
            Some(last) if last.0 == kind => last.1 = last.1.saturating_add(count),
            _ => self.0.push(TextRun(kind, count)),
        }
    }

    /// Compares two runs of words, by the largest units that keep the time in bounds.
    fn between(&mut self, before: &[&str], after: &[&str], unit: CompareUnit) {
        let is_short = before.len().saturating_add(after.len()) <= COMPARED;
        let unit = if is_short { CompareUnit::Word } else { unit };
        if unit == CompareUnit::Word && !is_short {
            self.push(RunKind::Out, before);
            self.push(RunKind::In, after);
            return;
        }
        let (old, new) = (split(before, unit), split(after, unit));
        for op in capture_diff_slices(Algorithm::Myers, &old, &new) {
            let (old, new) = (old[op.old_range()].concat(), new[op.new_range()].concat());
            match (op, unit.smaller()) {
                (DiffOp::Equal { .. }, _) => self.push(RunKind::Same, &old),
                (DiffOp::Replace { .. }, Some(smaller)) => self.between(&old, &new, smaller),
                _ => {
                    self.push(RunKind::Out, &old);
                    self.push(RunKind::In, &new);
                }
            }
        }
    }
}

fn split<'w, 't>(words: &'w [&'t str], unit: CompareUnit) -> Vec<&'w [&'t str]> {
    words.split_inclusive(|word| unit.ends(word)).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use protocol::rounds::text_parts;

    use super::*;

    /// The words of one text, put together from the parts.
    fn rebuilt(runs: &[TextRun], before: &str, after: &str, without: RunKind) -> Vec<String> {
        let parts = text_parts(runs, before, after).unwrap();
        let kept = parts.into_iter().filter(|part| part.kind != without);
        let words = kept.flat_map(|part| {
            words_of(&part.text).into_iter().map(str::to_owned).collect::<Vec<_>>()
        });
        words.collect()
    }

    fn changed(before: &str, after: &str, kind: RunKind) -> Vec<String> {
        let parts = text_parts(&difference(before, after), before, after).unwrap();
        parts.into_iter().filter(|part| part.kind == kind).map(|part| part.text).collect()
    }

    #[test]
    fn a_word_in_a_long_text_is_found_by_its_line_and_sentence() {
        let long = |word: &str| {
            let line =
                format!("{} {word}. {}", "one two three ".repeat(90), "four five. ".repeat(90));
            [line.trim(), "", "middle"].join("\n").repeat(9)
        };
        assert_eq!(changed(&long("old"), &long("new"), RunKind::Out), ["old."; 9]);
        let (before, after) = ("old ".repeat(5_000), "new ".repeat(5_000));
        assert_eq!(
            difference(&before, &after),
            [TextRun(RunKind::Out, 5_000), TextRun(RunKind::In, 5_000)]
        );
        assert_eq!(
            changed("A kit for busy, busy people", "A kit for busy people", RunKind::Out),
            ["busy,"]
        );
        assert_eq!(difference("", ""), []);
    }

    proptest! {
        #[test]
        fn both_texts_are_in_the_runs(before in "[a-c\u{1b}\u{85} \n]{0,60}", after in "[a-c\t \n]{0,60}") {
            let runs = difference(&before, &after);
            prop_assert!(runs.iter().all(|run| run.1 > 0));
            prop_assert!(runs.windows(2).all(|two| two[0].0 != two[1].0));
            let shown = |text: &str| -> Vec<String> {
                words_of(&safe::block(text)).into_iter().map(str::to_owned).collect()
            };
            prop_assert_eq!(rebuilt(&runs, &before, &after, RunKind::In), shown(&before));
            prop_assert_eq!(rebuilt(&runs, &before, &after, RunKind::Out), shown(&after));
        }
    }
}

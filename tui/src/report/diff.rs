//! The difference of two texts on the lines of a report: what was taken out and what was put in, in colour or between signs.
//! The daemon compared them; here the runs of words are put together again.

use protocol::results::Results;
use protocol::rounds::{BREAK, RunKind, TextPart, TextRun, text_parts};
use protocol::safe;

use crate::kinds;
use crate::look::{Colour, Look, Role};
use crate::report::passage::{Passage, WHOLE, passage};

/// The parts of both texts, in order. Without runs that fit, one stands for the other as a whole.
pub(crate) fn parts(runs: &[TextRun], before: &str, after: &str) -> Vec<TextPart> {
    text_parts(runs, before, after).unwrap_or_else(|| {
        let part = |kind, text: &str| TextPart { kind, text: safe::block(text).into_owned() };
        vec![part(RunKind::Out, before), part(RunKind::In, after)]
    })
}

/// What a version of a review's content (a round, or a rewrite) changes in the content as it was sent; nothing for a text that
/// is no version of it.
pub(crate) fn of_version(results: &Results, text: &str) -> Vec<TextPart> {
    let found = kinds::found(&results.outcomes);
    let original = found.content.unwrap_or_default();
    let rounds = found.iterations.into_iter().flat_map(|iterations| &iterations.chain);
    let of_round = rounds.filter(|round| round.content == text);
    let of_round = of_round.filter_map(|round| round.change_from(1)).map(|change| &change.words);
    let of_variant = found.variants.iter().filter(|variant| variant.text == text);
    let of_variant = of_variant.flat_map(|variant| &variant.differences);
    let of_variant = of_variant.filter(|one| one.from == 0).map(|one| &one.runs);
    match of_round.chain(of_variant).next() {
        Some(runs) => parts(runs, original, text),
        None if text == original => {
            vec![TextPart { kind: RunKind::Same, text: safe::block(text).into_owned() }]
        }
        None => parts(&[], original, text),
    }
}

/// The difference as one paragraph; of a long text what changed, with the words around it.
pub(crate) fn paragraph(parts: &[TextPart], look: Look) -> String {
    paragraphs(parts, look).join(" ")
}

/// The lines of a difference, at most so many; of a longer one a line says how many there are beyond, and how all are seen.
pub(crate) fn lines(parts: &[TextPart], look: Look, most: usize, all: &str) -> Vec<String> {
    let paragraphs = paragraphs(parts, look);
    let wrapped = paragraphs.iter().flat_map(|paragraph| look.wrap(paragraph, "  ", "  "));
    let mut lines: Vec<String> = wrapped.collect();
    // One line more is shorter than saying that there is one.
    if lines.len() > most.saturating_add(1) {
        let left = lines.len() - most;
        lines.truncate(most);
        lines.push(look.paint(Role::Dim, &format!("  {left} more lines; all of them: {all}")));
    }
    lines
}

/// The same in several paragraphs: where whole sentences are left out, another one begins.
pub(crate) fn paragraphs(parts: &[TextPart], look: Look) -> Vec<String> {
    let parts: Vec<(RunKind, String)> = parts
        .iter()
        .map(|part| (part.kind, part.text.replace(BREAK, " ").trim().to_owned()))
        .filter(|(_, text)| !text.is_empty())
        .collect();
    let words: usize = parts.iter().map(|(_, text)| text.split(' ').count()).sum();
    let last = parts.len().saturating_sub(1);
    let mut told = vec![Vec::new()];
    let mut put = |text: String, is_alone: bool| {
        if is_alone {
            told.push(vec![text]);
            told.push(Vec::new());
        } else if let Some(open) = told.last_mut().filter(|_| !text.is_empty()) {
            open.push(text);
        }
    };
    for (place, (kind, text)) in parts.iter().enumerate() {
        let cut = (*kind == RunKind::Same && words > WHOLE)
            .then(|| passage(text, place == 0, place == last))
            .flatten();
        match (kind, cut) {
            (RunKind::Same, Some(Passage { head, left_out, has_sentences, tail })) => {
                put(head, false);
                put(left_out, has_sentences);
                put(tail, false);
            }
            (RunKind::Same, None) => put(text.clone(), false),
            (RunKind::Out, _) => put(marked(text, ("[-", "-]"), Role::Bad, look), false),
            (RunKind::In, _) => put(marked(text, ("{+", "+}"), Role::Good, look), false),
        }
    }
    let told = told.into_iter().filter(|one| !one.is_empty());
    told.map(|one| one.join(" ")).collect()
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

    const fn run(kind: RunKind, words: u32) -> TextRun {
        TextRun(kind, words)
    }

    fn told(runs: &[TextRun], before: &str, after: &str) -> String {
        paragraph(&parts(runs, before, after), PLAIN)
    }

    #[test]
    fn words_that_went_and_came_are_told_apart() {
        let runs = [run(RunKind::Same, 4), run(RunKind::Out, 1), run(RunKind::Same, 2)];
        let found = told(&runs, "A meal kit for busy, busy people", "A meal kit for\nbusy people");
        // A line break counts as a word, so that the runs are of other texts.
        assert!(found.starts_with("[-A meal"), "{found}");
        let found = told(&runs, "A meal kit for busy, busy people", "A meal kit for busy people");
        assert_eq!(found, "A meal kit for [-busy,-] busy people");
        assert_eq!(told(&[run(RunKind::In, 1)], "", "new"), "{+new+}");
        let broken = [run(RunKind::Out, 1), run(RunKind::In, 3)];
        assert_eq!(told(&broken, "old", "new\nline"), "[-old-] {+new line+}");
    }

    #[test]
    fn a_long_text_is_shown_where_it_changed() {
        let long = |word: &str| format!("{}{word} {}", "before ".repeat(100), "after ".repeat(100));
        let runs = [
            run(RunKind::Same, 100),
            run(RunKind::Out, 1),
            run(RunKind::In, 1),
            run(RunKind::Same, 100),
        ];
        assert_eq!(
            told(&runs, &long("old"), &long("new")),
            "… before before before before before before [-old-] {+new+} after after after after after after …"
        );
    }

    #[test]
    fn a_long_difference_ends_with_how_much_is_left() {
        let part = |kind, text: &str| TextPart { kind, text: text.to_owned() };
        let sentence = "Another sentence of the text was put in here.";
        let added = part(RunKind::In, &vec![sentence; 80].join(" "));
        let shown = lines(&[added], PLAIN, 24, "demoscope apply @ --diff");
        assert_eq!(shown.len(), 25);
        let told = shown.last().unwrap();
        assert!(told.ends_with("more lines; all of them: demoscope apply @ --diff"), "{told}");
        let short = lines(&[part(RunKind::In, sentence)], PLAIN, 24, "");
        assert_eq!(short, ["  {+Another sentence of the text was put in here.+}"]);
    }

    #[test]
    fn escape_sequences_of_a_text_reach_no_terminal() {
        for runs in [&[run(RunKind::Out, 2), run(RunKind::In, 2)][..], &[]] {
            let found = told(runs, "a\u{1b}[31m b", "a c");
            assert!(!found.contains('\u{1b}'), "{found:?}");
        }
    }
}

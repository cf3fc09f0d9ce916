//! The difference of two texts as lines of a screen: in one column with both, or in two columns of equal length. Where there
//! is no colour, signs stand around what was taken out and what was put in.

use protocol::rounds::{BREAK, RunKind, TextPart};
use unicode_segmentation::UnicodeSegmentation;

use super::chain::{DiffKey, DiffLayout, DiffUnit};
use crate::report::passage::{WHOLE, ends_sentence};
use crate::station::widgets::canvas::{columns, wrap};

/// A line: runs of one kind each.
pub(crate) type DiffLine = Vec<(RunKind, String)>;

/// A laid-out difference.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Difference {
    /// One column of lines, or two of equal length.
    pub(crate) columns: Vec<Vec<DiffLine>>,
    /// Words (or lines) that were taken out.
    pub(crate) out: usize,
    /// Words (or lines) that were put in.
    pub(crate) put_in: usize,
    /// The first line with a change.
    pub(crate) first_change: usize,
}

impl Difference {
    /// Lays out the difference of two texts, given by their words.
    pub(crate) fn of(words_of_both: Vec<TextPart>, key: DiffKey) -> Self {
        let parts = match key.unit {
            DiffUnit::Words => words_of_both,
            DiffUnit::Lines => by_lines(&words_of_both),
        };
        let count = |tag| {
            let of_tag = parts.iter().filter(|part| part.kind == tag);
            of_tag
                .map(|part| match key.unit {
                    DiffUnit::Words => part.text.split_whitespace().count(),
                    DiffUnit::Lines => 1,
                })
                .sum()
        };
        let (out, put_in) = (count(RunKind::Out), count(RunKind::In));
        let parts = match key.unit {
            DiffUnit::Words => without_passages(parts, key.layout),
            DiffUnit::Lines => without_lines(parts),
        };
        let columns = match (key.layout, key.unit) {
            (DiffLayout::Inline, DiffUnit::Words) => vec![words(&parts, key, None)],
            (DiffLayout::Inline, DiffUnit::Lines) => {
                vec![parts.iter().flat_map(|part| line(part, key.width)).collect()]
            }
            (DiffLayout::Split, _) => beside(&parts, key),
        };
        let has_change = |line: &DiffLine| line.iter().any(|(tag, _)| *tag != RunKind::Same);
        let first = columns.iter().filter_map(|lines| lines.iter().position(has_change)).min();
        Self { out, put_in, first_change: first.unwrap_or(0), columns }
    }

    /// The number of lines.
    pub(crate) fn height(&self) -> usize {
        self.columns.first().map_or(0, Vec::len)
    }
}

/// The parts of a long text, of which unchanged passages are short, with a line for each sentence.
fn without_passages(parts: Vec<TextPart>, layout: DiffLayout) -> Vec<TextPart> {
    let words: usize = parts.iter().map(|part| part.text.split_whitespace().count()).sum();
    // A text that did not change is there to be read.
    if words <= WHOLE || !is_changed(&parts) {
        return parts;
    }
    let last = parts.len().saturating_sub(1);
    let begins_line: Vec<bool> = parts.iter().map(|part| part.text.starts_with(BREAK)).collect();
    let ends: Vec<bool> = parts.iter().map(|part| ends_one(&part.text)).collect();
    let shorten = |(place, part): (usize, TextPart)| {
        let breaks = match part.kind {
            RunKind::Same => true,
            RunKind::In => layout == DiffLayout::Inline,
            RunKind::Out => false,
        };
        if !breaks {
            return part;
        }
        // In two columns a change breaks no line, so that what follows it does.
        let follows = place.checked_sub(1).and_then(|before| ends.get(before));
        let begins = part.kind == RunKind::Same
            && layout == DiffLayout::Split
            && follows == Some(&true)
            && !part.text.starts_with(BREAK);
        let before = if begins { BREAK } else { "" };
        let mut text = String::new();
        let lines: Vec<String> = part.text.split(BREAK).flat_map(by_sentences).collect();
        let (head, tail) = (usize::from(place > 0), usize::from(place < last));
        let middle = lines.len().saturating_sub(head + tail);
        let is_long = part.kind == RunKind::Same && middle > 1;
        for (row, line) in lines.iter().enumerate() {
            if is_long && (head..lines.len() - tail).contains(&row) {
                if row == head {
                    let said = lines.get(head..lines.len() - tail).unwrap_or_default();
                    let said = said.iter().filter(|line| !line.is_empty()).count();
                    text.push_str(&format!(
                        "{}… {said} sentences unchanged …",
                        if row > 0 { BREAK } else { "" }
                    ));
                }
                continue;
            }
            if row > 0 {
                text.push_str(BREAK);
            }
            text.push_str(line);
        }
        let next_begins = begins_line.get(place + 1).copied().unwrap_or(true);
        if ends_one(&text) && !next_begins {
            text.push_str(BREAK);
        }
        TextPart { kind: part.kind, text: format!("{before}{text}") }
    };
    parts.into_iter().enumerate().map(shorten).collect()
}

fn is_changed(parts: &[TextPart]) -> bool {
    parts.iter().any(|part| part.kind != RunKind::Same)
}

/// Whether a text ends with a sentence.
fn ends_one(text: &str) -> bool {
    text.split_whitespace().next_back().is_some_and(ends_sentence)
}

/// The sentences of a line; an empty one is a line without words.
fn by_sentences(line: &str) -> Vec<String> {
    let mut sentences = vec![String::new()];
    for word in line.split_whitespace() {
        if sentences.last().is_some_and(|one| one.split(' ').next_back().is_some_and(ends_sentence))
        {
            sentences.push(String::new());
        }
        if let Some(open) = sentences.last_mut() {
            if !open.is_empty() {
                open.push(' ');
            }
            open.push_str(word);
        }
    }
    sentences
}

/// Fewest unchanged lines for which one stands.
const LINES: usize = 3;

/// The lines of a text, of which many unchanged ones in a row are one.
fn without_lines(parts: Vec<TextPart>) -> Vec<TextPart> {
    if !is_changed(&parts) {
        return parts;
    }
    let mut kept: Vec<TextPart> = Vec::new();
    let count = parts.len();
    let mut at = 0;
    while let Some(part) = parts.get(at) {
        let same = parts[at..].iter().take_while(|part| part.kind == RunKind::Same).count();
        if same == 0 {
            kept.push(part.clone());
            at += 1;
            continue;
        }
        let (head, tail) = (usize::from(at > 0), usize::from(at + same < count));
        let middle = same.saturating_sub(head + tail);
        if middle < LINES {
            kept.extend_from_slice(&parts[at..at + same]);
        } else {
            kept.extend_from_slice(&parts[at..at + head]);
            let text = format!("… {middle} lines unchanged …");
            kept.push(TextPart { kind: RunKind::Same, text });
            kept.extend_from_slice(&parts[at + same - tail..at + same]);
        }
        at += same;
    }
    kept
}

/// The lines of both texts, each a part: a line with a change in it is taken out and put in as a whole.
fn by_lines(parts: &[TextPart]) -> Vec<TextPart> {
    let mut lines = LinesOfBoth::default();
    for part in parts {
        for (row, text) in part.text.split(BREAK).enumerate() {
            if row > 0 {
                lines.end(part.kind);
            }
            lines.add(part.kind, text);
        }
    }
    lines.close();
    lines.done
}

/// Lines that are being put together.
#[derive(Default)]
struct LinesOfBoth {
    done: Vec<TextPart>,
    /// Lines of the texts before and after since both had a line in common.
    open: [Vec<String>; 2],
    /// The line of each that is being read.
    line: [String; 2],
    is_changed: bool,
}

impl LinesOfBoth {
    fn add(&mut self, kind: RunKind, words: &str) {
        self.is_changed |= kind != RunKind::Same && !words.is_empty();
        for (line, other) in self.line.iter_mut().zip([RunKind::In, RunKind::Out]) {
            if kind != other && !words.is_empty() {
                if !line.is_empty() {
                    line.push(' ');
                }
                line.push_str(words.trim());
            }
        }
    }

    /// A line ends, in one text or in both.
    fn end(&mut self, kind: RunKind) {
        if kind == RunKind::Same {
            return self.close();
        }
        let place = usize::from(kind == RunKind::In);
        let line = std::mem::take(&mut self.line[place]);
        self.open[place].push(line);
        self.is_changed = true;
    }

    /// A line ends in both texts.
    fn close(&mut self) {
        let [before, after] = &mut self.line;
        let (before, after) = (std::mem::take(before), std::mem::take(after));
        if !std::mem::take(&mut self.is_changed) {
            self.done.push(TextPart { kind: RunKind::Same, text: after });
            return;
        }
        self.open[0].push(before);
        self.open[1].push(after);
        let [before, after] = std::mem::take(&mut self.open);
        // Whole lines that came or went between two others leave these as they were.
        let is_same = |(one, other): &(&String, &String)| one == other;
        let head = before.iter().zip(&after).take_while(is_same).count();
        let rest = before.len().min(after.len()) - head;
        let ends = before.iter().rev().zip(after.iter().rev());
        let tail = ends.take(rest).take_while(is_same).count();
        let (out, put_in) = (head..before.len() - tail, head..after.len() - tail);
        let part = |kind| move |text: &String| TextPart { kind, text: text.clone() };
        self.done.extend(after[..head].iter().map(part(RunKind::Same)));
        self.done.extend(before[out].iter().map(part(RunKind::Out)));
        self.done.extend(after[put_in].iter().map(part(RunKind::In)));
        self.done.extend(after[after.len() - tail..].iter().map(part(RunKind::Same)));
    }
}

/// A line of the text with its sign, wrapped.
fn line(part: &TextPart, width: u16) -> Vec<DiffLine> {
    let sign = match part.kind {
        RunKind::Same => "  ",
        RunKind::Out => "- ",
        RunKind::In => "+ ",
    };
    let wrapped = wrap(&part.text, width.saturating_sub(2).max(1)).into_iter();
    wrapped.map(|text| vec![(part.kind, format!("{sign}{text}"))]).collect()
}

/// Both texts side by side. Where both go on with the same line, they do so in the same row.
fn beside(parts: &[TextPart], key: DiffKey) -> Vec<Vec<DiffLine>> {
    let mut both = [Vec::new(), Vec::new()];
    let mut block: Vec<TextPart> = Vec::new();
    let close = |block: &mut Vec<TextPart>, both: &mut [Vec<DiffLine>; 2]| {
        for (lines, other) in both.iter_mut().zip([RunKind::In, RunKind::Out]) {
            match key.unit {
                DiffUnit::Words => lines.extend(words(block, key, Some(other))),
                DiffUnit::Lines => {
                    let own = block.iter().filter(|part| part.kind != other);
                    lines.extend(own.flat_map(|part| line(part, key.width)));
                }
            }
        }
        let rows = both[0].len().max(both[1].len());
        for lines in both.iter_mut() {
            lines.resize(rows, Vec::new());
        }
        block.clear();
    };
    for part in parts {
        if part.kind != RunKind::Same {
            block.push(part.clone());
            continue;
        }
        match key.unit {
            DiffUnit::Words => {
                for (row, text) in part.text.split(BREAK).enumerate() {
                    if row > 0 {
                        close(&mut block, &mut both);
                    }
                    block.push(TextPart { kind: RunKind::Same, text: text.to_owned() });
                }
            }
            DiffUnit::Lines => {
                close(&mut block, &mut both);
                block.push(part.clone());
                close(&mut block, &mut both);
            }
        }
    }
    close(&mut block, &mut both);
    both.into()
}

/// Words on lines of the column, without those of one kind.
fn words(parts: &[TextPart], key: DiffKey, without: Option<RunKind>) -> Vec<DiffLine> {
    let mut column = DiffColumn { lines: vec![Vec::new()], used: 0, width: key.width.max(1) };
    for part in parts.iter().filter(|part| Some(part.kind) != without) {
        let (open, close) = match part.kind {
            RunKind::Out if key.has_signs => ("[-", "-]"),
            RunKind::In if key.has_signs => ("{+", "+}"),
            _ => ("", ""),
        };
        let count = part.text.split_whitespace().count();
        let mut place = 0;
        for (row, text) in part.text.split(BREAK).enumerate() {
            // A break that was taken out breaks nothing any more, where the other text stands in the same column.
            if row > 0 && (part.kind != RunKind::Out || without.is_some()) {
                column.end_line();
            }
            for word in text.split_whitespace() {
                place += 1;
                let before = if place == 1 { open } else { "" };
                let after = if place == count { close } else { "" };
                column.word(part.kind, &format!("{before}{word}{after}"));
            }
        }
    }
    column.lines
}

/// A column that is being filled.
struct DiffColumn {
    lines: Vec<DiffLine>,
    used: u16,
    width: u16,
}

impl DiffColumn {
    fn end_line(&mut self) {
        self.lines.push(Vec::new());
        self.used = 0;
    }

    fn word(&mut self, tag: RunKind, word: &str) {
        let wide = columns(word);
        if self.used > 0 && self.used + 1 + wide > self.width {
            self.end_line();
        }
        if self.used > 0 {
            let goes_on =
                self.lines.last().and_then(|line| line.last()).is_some_and(|run| run.0 == tag);
            self.put(if goes_on { tag } else { RunKind::Same }, " ");
        }
        if wide <= self.width {
            self.put(tag, word);
            return;
        }
        for grapheme in word.graphemes(true) {
            if self.used + columns(grapheme) > self.width && self.used > 0 {
                self.end_line();
            }
            self.put(tag, grapheme);
        }
    }

    fn put(&mut self, tag: RunKind, text: &str) {
        self.used += columns(text);
        let Some(line) = self.lines.last_mut() else { return };
        match line.last_mut().filter(|run| run.0 == tag) {
            Some(run) => run.1.push_str(text),
            None => line.push((tag, text.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use protocol::id::StudyId;
    use protocol::rounds::{TextRun, text_parts, words_of};

    use super::*;

    fn key(layout: DiffLayout, unit: DiffUnit, width: u16) -> DiffKey {
        let study = StudyId(uuid::Uuid::nil());
        DiffKey { study, places: (0, 1), unit, layout, width, has_signs: true }
    }

    fn shown(found: &Difference) -> Vec<String> {
        let text = |line: &DiffLine| line.iter().map(|run| run.1.as_str()).collect::<String>();
        let rows = 0..found.height();
        rows.map(|row| {
            let cells = found.columns.iter().map(|lines| text(&lines[row]));
            cells.collect::<Vec<_>>().join(" | ")
        })
        .collect()
    }

    /// The parts of two texts that have their first and last words in common.
    fn parts(before: &str, after: &str) -> Vec<TextPart> {
        let (old, new) = (words_of(before), words_of(after));
        let same = |(one, other): &(&&str, &&str)| one == other;
        let head = old.iter().zip(&new).take_while(same).count();
        let rest = old.len().min(new.len()) - head;
        let tail = old.iter().rev().zip(new.iter().rev()).take(rest).take_while(same).count();
        let run = |kind, words: usize| TextRun(kind, u32::try_from(words).unwrap());
        let runs = [
            run(RunKind::Same, head),
            run(RunKind::Out, old.len() - head - tail),
            run(RunKind::In, new.len() - head - tail),
            run(RunKind::Same, tail),
        ];
        let runs: Vec<TextRun> = runs.into_iter().filter(|run| run.1 > 0).collect();
        text_parts(&runs, before, after).unwrap()
    }

    const BEFORE: &str = "Start in a minute\n\nStart your collaborative workspace today.\nThe end";
    const AFTER: &str = "Start in a minute\n\nStart your shared folder today.\nThe end";

    #[test]
    fn one_column_has_both_texts_and_two_have_one_each() {
        let found =
            Difference::of(parts(BEFORE, AFTER), key(DiffLayout::Inline, DiffUnit::Words, 34));
        assert_eq!(
            shown(&found),
            [
                "Start in a minute",
                "",
                "Start your [-collaborative",
                "workspace-] {+shared folder+}",
                "today.",
                "The end"
            ]
        );
        assert_eq!((found.out, found.put_in, found.first_change), (2, 2, 2));
        let found =
            Difference::of(parts(BEFORE, AFTER), key(DiffLayout::Split, DiffUnit::Words, 24));
        assert_eq!(
            shown(&found),
            [
                "Start in a minute | Start in a minute",
                " | ",
                "Start your | Start your {+shared",
                "[-collaborative | folder+} today.",
                "workspace-] today. | ",
                "The end | The end"
            ]
        );
    }

    #[test]
    fn lines_have_their_sign() {
        let found =
            Difference::of(parts(BEFORE, AFTER), key(DiffLayout::Inline, DiffUnit::Lines, 60));
        assert_eq!(
            shown(&found)[2..4],
            ["- Start your collaborative workspace today.", "+ Start your shared folder today."]
        );
        let found =
            Difference::of(parts(BEFORE, AFTER), key(DiffLayout::Split, DiffUnit::Lines, 60));
        assert_eq!(
            shown(&found)[2],
            "- Start your collaborative workspace today. | + Start your shared folder today."
        );
        assert_eq!((found.out, found.put_in), (1, 1));
    }

    #[test]
    fn lines_that_came_and_went_are_whole_lines() {
        let lines = |before, after| {
            let parts = by_lines(&parts(before, after)).into_iter();
            parts.map(|part| (part.kind, part.text)).collect::<Vec<_>>()
        };
        let line = |kind, text: &str| (kind, text.to_owned());
        assert_eq!(
            lines("a b\nc d\ne", "a b\nc x\ny\nz d\ne"),
            [
                line(RunKind::Same, "a b"),
                line(RunKind::Out, "c d"),
                line(RunKind::In, "c x"),
                line(RunKind::In, "y"),
                line(RunKind::In, "z d"),
                line(RunKind::Same, "e"),
            ]
        );
        assert_eq!(lines("a", "a"), [line(RunKind::Same, "a")]);
        assert_eq!(
            lines("a\nb", "a\nnew\nb"),
            [line(RunKind::Same, "a"), line(RunKind::In, "new"), line(RunKind::Same, "b")]
        );
    }

    #[test]
    fn a_long_text_is_broken_at_its_sentences_and_its_unchanged_passages_are_short() {
        let aside = "The lamp stands on the table by the window and glows softly. ";
        let before = format!("{0}It is loud. {1}The end.", aside.repeat(6), aside.repeat(8));
        let after = format!("{0}It is quiet. {1}The end.", aside.repeat(6), aside.repeat(8));
        let sentence = aside.trim();
        let found =
            Difference::of(parts(&before, &after), key(DiffLayout::Inline, DiffUnit::Words, 70));
        assert_eq!(
            shown(&found),
            [
                "… 6 sentences unchanged …",
                "It is [-loud.-] {+quiet.+}",
                sentence,
                "… 8 sentences unchanged …",
            ]
        );
        assert_eq!((found.out, found.put_in, found.first_change), (1, 1, 1));
        let split =
            Difference::of(parts(&before, &after), key(DiffLayout::Split, DiffUnit::Words, 70));
        assert_eq!(shown(&split)[1], "It is [-loud.-] | It is {+quiet.+}");
        let lines = format!("{}x\n{}", "same\n".repeat(6), "same\n".repeat(6));
        let other = lines.replace('x', "y");
        let found =
            Difference::of(parts(&lines, &other), key(DiffLayout::Inline, DiffUnit::Lines, 70));
        let last = if lines.ends_with('\n') { "  … 6 lines unchanged …" } else { "" };
        assert_eq!(
            shown(&found),
            ["  … 5 lines unchanged …", "  same", "- x", "+ y", "  same", last]
        );
    }

    proptest::proptest! {
        #[test]
        fn no_line_is_wider_than_its_column(
            before in "[a-c日\u{e9} \n]{0,60}", after in "[a-c日\u{e9} \n]{0,60}", width in 2u16..20, split in proptest::bool::ANY,
        ) {
            let layout = if split { DiffLayout::Split } else { DiffLayout::Inline };
            for unit in [DiffUnit::Words, DiffUnit::Lines] {
                let width = if unit == DiffUnit::Lines { width + 2 } else { width };
                let found = Difference::of(parts(&before, &after), key(layout, unit, width));
                for line in found.columns.iter().flatten() {
                    let used: u16 = line.iter().map(|run| columns(&run.1)).sum();
                    proptest::prop_assert!(used <= width, "{:?}", line);
                }
                proptest::prop_assert!(found.columns.iter().all(|lines| lines.len() == found.height()));
            }
        }
    }
}

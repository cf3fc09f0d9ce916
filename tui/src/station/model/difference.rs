//! The difference of two texts as lines of a screen: in one column with both, or in two columns of equal length. Where there
//! is no colour, signs stand around what was taken out and what was put in.

use unicode_segmentation::UnicodeSegmentation;

use super::chain::{DiffKey, DiffLayout, DiffUnit};
use crate::report::diff::{self, BREAK, Part, PartTag};
use crate::station::widgets::canvas::{columns, wrap};

/// A line: runs of one kind each.
pub(crate) type DiffLine = Vec<(PartTag, String)>;

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
    /// Lays out the difference of two texts.
    pub(crate) fn of(before: &str, after: &str, key: DiffKey) -> Self {
        let parts = match key.unit {
            DiffUnit::Words => diff::with_breaks(before, after),
            DiffUnit::Lines => diff::by_lines(before, after),
        };
        let count = |tag| {
            let of_tag = parts.iter().filter(|part| part.tag == tag);
            of_tag
                .map(|part| match key.unit {
                    DiffUnit::Words => part.text.split_whitespace().count(),
                    DiffUnit::Lines => 1,
                })
                .sum()
        };
        let columns = match (key.layout, key.unit) {
            (DiffLayout::Inline, DiffUnit::Words) => vec![words(&parts, key, None)],
            (DiffLayout::Inline, DiffUnit::Lines) => {
                vec![parts.iter().flat_map(|part| line(part, key.width)).collect()]
            }
            (DiffLayout::Split, _) => beside(&parts, key),
        };
        let has_change = |line: &DiffLine| line.iter().any(|(tag, _)| *tag != PartTag::Same);
        let first = columns.iter().filter_map(|lines| lines.iter().position(has_change)).min();
        Self {
            out: count(PartTag::Out),
            put_in: count(PartTag::In),
            first_change: first.unwrap_or(0),
            columns,
        }
    }

    /// The number of lines.
    pub(crate) fn height(&self) -> usize {
        self.columns.first().map_or(0, Vec::len)
    }
}

/// A line of the text with its sign, wrapped.
fn line(part: &Part, width: u16) -> Vec<DiffLine> {
    let sign = match part.tag {
        PartTag::Same => "  ",
        PartTag::Out => "- ",
        PartTag::In => "+ ",
    };
    let wrapped = wrap(&part.text, width.saturating_sub(2).max(1)).into_iter();
    wrapped.map(|text| vec![(part.tag, format!("{sign}{text}"))]).collect()
}

/// Both texts side by side. Where both go on with the same line, they do so in the same row.
fn beside(parts: &[Part], key: DiffKey) -> Vec<Vec<DiffLine>> {
    let mut both = [Vec::new(), Vec::new()];
    let mut block: Vec<Part> = Vec::new();
    let close = |block: &mut Vec<Part>, both: &mut [Vec<DiffLine>; 2]| {
        for (lines, other) in both.iter_mut().zip([PartTag::In, PartTag::Out]) {
            match key.unit {
                DiffUnit::Words => lines.extend(words(block, key, Some(other))),
                DiffUnit::Lines => {
                    let own = block.iter().filter(|part| part.tag != other);
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
        if part.tag != PartTag::Same {
            block.push(part.clone());
            continue;
        }
        match key.unit {
            DiffUnit::Words => {
                for (row, text) in part.text.split(BREAK).enumerate() {
                    if row > 0 {
                        close(&mut block, &mut both);
                    }
                    block.push(Part { tag: PartTag::Same, text: text.to_owned() });
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
fn words(parts: &[Part], key: DiffKey, without: Option<PartTag>) -> Vec<DiffLine> {
    let mut column = DiffColumn { lines: vec![Vec::new()], used: 0, width: key.width.max(1) };
    for part in parts.iter().filter(|part| Some(part.tag) != without) {
        let (open, close) = match part.tag {
            PartTag::Out if key.has_signs => ("[-", "-]"),
            PartTag::In if key.has_signs => ("{+", "+}"),
            _ => ("", ""),
        };
        let count = part.text.split_whitespace().count();
        let mut place = 0;
        for (row, text) in part.text.split(BREAK).enumerate() {
            // A break that was taken out breaks nothing any more, where the other text stands in the same column.
            if row > 0 && (part.tag != PartTag::Out || without.is_some()) {
                column.end_line();
            }
            for word in text.split_whitespace() {
                place += 1;
                let before = if place == 1 { open } else { "" };
                let after = if place == count { close } else { "" };
                column.word(part.tag, &format!("{before}{word}{after}"));
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

    fn word(&mut self, tag: PartTag, word: &str) {
        let wide = columns(word);
        if self.used > 0 && self.used + 1 + wide > self.width {
            self.end_line();
        }
        if self.used > 0 {
            let goes_on =
                self.lines.last().and_then(|line| line.last()).is_some_and(|run| run.0 == tag);
            self.put(if goes_on { tag } else { PartTag::Same }, " ");
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

    fn put(&mut self, tag: PartTag, text: &str) {
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

    const BEFORE: &str = "Start in a minute\n\nStart your collaborative workspace today.\nThe end";
    const AFTER: &str = "Start in a minute\n\nStart your shared folder today.\nThe end";

    #[test]
    fn one_column_has_both_texts_and_two_have_one_each() {
        let found = Difference::of(BEFORE, AFTER, key(DiffLayout::Inline, DiffUnit::Words, 34));
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
        let found = Difference::of(BEFORE, AFTER, key(DiffLayout::Split, DiffUnit::Words, 24));
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
        let found = Difference::of(BEFORE, AFTER, key(DiffLayout::Inline, DiffUnit::Lines, 60));
        assert_eq!(
            shown(&found)[2..4],
            ["- Start your collaborative workspace today.", "+ Start your shared folder today."]
        );
        let found = Difference::of(BEFORE, AFTER, key(DiffLayout::Split, DiffUnit::Lines, 60));
        assert_eq!(
            shown(&found)[2],
            "- Start your collaborative workspace today. | + Start your shared folder today."
        );
        assert_eq!((found.out, found.put_in), (1, 1));
    }

    proptest::proptest! {
        #[test]
        fn no_line_is_wider_than_its_column(
            before in "[a-c日\u{e9} \n]{0,60}", after in "[a-c日\u{e9} \n]{0,60}", width in 2u16..20, split in proptest::bool::ANY,
        ) {
            let layout = if split { DiffLayout::Split } else { DiffLayout::Inline };
            for unit in [DiffUnit::Words, DiffUnit::Lines] {
                let width = if unit == DiffUnit::Lines { width + 2 } else { width };
                let found = Difference::of(&before, &after, key(layout, unit, width));
                for line in found.columns.iter().flatten() {
                    let used: u16 = line.iter().map(|run| columns(&run.1)).sum();
                    proptest::prop_assert!(used <= width, "{:?}", line);
                }
                proptest::prop_assert!(found.columns.iter().all(|lines| lines.len() == found.height()));
            }
        }
    }
}

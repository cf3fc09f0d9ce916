//! Text input: one line or many, edited by grapheme, with undo. It handles the cursor position and is independent of
//! the purpose of the text.

use std::ops::Range;

use ratatui::layout::Rect;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use crate::station::theme::Role;
use crate::station::widgets::canvas::Canvas;

/// Changes that can be undone, at most.
const UNDO_MAX: usize = 200;

/// Whether the text may have several lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Lines {
    /// It may not.
    #[default]
    One,
    /// It may.
    Many,
}

/// A text with a cursor.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct TextBox {
    text: String,
    /// Byte offset, always between two graphemes.
    cursor: usize,
    lines: Lines,
    undo: Vec<(String, usize)>,
}

/// A movement of the cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Go {
    /// One grapheme back.
    Left,
    /// One grapheme forward.
    Right,
    /// The same column, one line up.
    Up,
    /// The same column, one line down.
    Down,
    /// To the beginning of the line.
    Home,
    /// To the end of the line.
    End,
}

impl TextBox {
    /// A text input with that text and the cursor at its end.
    pub(crate) fn new(text: &str, lines: Lines) -> Self {
        Self { text: text.to_owned(), cursor: text.len(), lines, undo: Vec::new() }
    }

    /// Moves the cursor to the beginning.
    pub(crate) fn go_to_start(&mut self) {
        self.cursor = 0;
    }

    /// The text.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Whether it may have several lines.
    pub(crate) fn lines(&self) -> Lines {
        self.lines
    }

    /// Replaces the text; this can be undone.
    pub(crate) fn set(&mut self, text: &str) {
        self.remember();
        text.clone_into(&mut self.text);
        self.cursor = text.len();
    }

    /// Inserts a text at the cursor. Characters that could control a terminal are removed.
    pub(crate) fn insert(&mut self, text: &str) {
        self.remember();
        // The filter needs the grapheme before, because a combining mark is only kept after a base letter.
        let before = self.text[..self.cursor].graphemes(true).next_back().unwrap_or("");
        let joined = format!("{before}{text}");
        let safe = match self.lines {
            Lines::One => protocol::safe::line(&joined),
            Lines::Many => protocol::safe::block(&joined),
        };
        let safe = safe.strip_prefix(before).unwrap_or(&safe).to_owned();
        self.text.insert_str(self.cursor, &safe);
        self.cursor += safe.len();
        // The inserted text may have merged with its neighbour, as a combining mark does.
        let cursor = self.boundaries().find(|at| *at >= self.cursor).unwrap_or(self.text.len());
        self.cursor = cursor;
    }

    /// Erases the grapheme before the cursor.
    pub(crate) fn backspace(&mut self) {
        let end = self.cursor;
        self.go(Go::Left);
        self.erase(end);
    }

    /// Erases the grapheme after the cursor.
    pub(crate) fn delete(&mut self) {
        let end = self.boundaries().find(|at| *at > self.cursor).unwrap_or(self.text.len());
        self.erase(end);
    }

    fn erase(&mut self, end: usize) {
        if end > self.cursor {
            self.remember();
            self.text.replace_range(self.cursor..end, "");
        }
    }

    /// Undoes the last change.
    pub(crate) fn undo(&mut self) {
        if let Some((text, cursor)) = self.undo.pop() {
            self.text = text;
            self.cursor = cursor;
        }
    }

    /// Moves the cursor.
    pub(crate) fn go(&mut self, go: Go) {
        self.cursor = match go {
            Go::Left => self.boundaries().take_while(|at| *at < self.cursor).last().unwrap_or(0),
            Go::Right => self.boundaries().find(|at| *at > self.cursor).unwrap_or(self.text.len()),
            Go::Home => self.line_start(self.cursor),
            Go::End => self.line_end(self.cursor),
            Go::Up => match self.line_start(self.cursor).checked_sub(1) {
                Some(end) => self.at_column(self.line_start(end), self.column()),
                None => 0,
            },
            Go::Down => match self.line_end(self.cursor) {
                end if end < self.text.len() => self.at_column(end + 1, self.column()),
                end => end,
            },
        };
    }

    /// Whether the cursor is in the first or last line.
    pub(crate) fn is_at_edge(&self, go: Go) -> bool {
        match go {
            Go::Up => self.line_start(self.cursor) == 0,
            Go::Down => self.line_end(self.cursor) == self.text.len(),
            Go::Left | Go::Right | Go::Home | Go::End => false,
        }
    }

    fn boundaries(&self) -> impl Iterator<Item = usize> + '_ {
        self.text.grapheme_indices(true).map(|(at, _)| at).chain([self.text.len()])
    }

    fn line_start(&self, at: usize) -> usize {
        self.text[..at].rfind('\n').map_or(0, |end| end + 1)
    }

    fn line_end(&self, at: usize) -> usize {
        self.text[at..].find('\n').map_or(self.text.len(), |end| at + end)
    }

    /// Cells between the beginning of the line and the cursor.
    fn column(&self) -> usize {
        self.text[self.line_start(self.cursor)..self.cursor].width()
    }

    fn at_column(&self, start: usize, column: usize) -> usize {
        let mut used = 0;
        for (at, grapheme) in self.text[start..self.line_end(start)].grapheme_indices(true) {
            if used >= column {
                return start + at;
            }
            used += grapheme.width();
        }
        self.line_end(start)
    }

    fn remember(&mut self) {
        if self.undo.len() == UNDO_MAX {
            self.undo.remove(0);
        }
        self.undo.push((self.text.clone(), self.cursor));
    }

    /// Draws the part around the cursor and returns the cursor's position. Long lines are wrapped on the screen only.
    pub(crate) fn draw(
        &self,
        canvas: &mut Canvas<'_>,
        area: Rect,
        role: Role,
    ) -> Option<(u16, u16)> {
        if area.width == 0 || area.height == 0 {
            return None;
        }
        let width = usize::from(area.width);
        match self.lines {
            Lines::One => {
                let column = self.text[..self.cursor].width();
                let shift = (column + 1).saturating_sub(width);
                let skipped = skip_columns(&self.text, shift);
                canvas.text(area.x, area.y, area.width, &self.text[skipped..], role);
                let seen = self.text[skipped..self.cursor.max(skipped)].width();
                Some((area.x + small(seen.min(width - 1)), area.y))
            }
            Lines::Many => {
                let rows = self.rows(width);
                let row = rows.iter().rposition(|row| row.start <= self.cursor).unwrap_or(0);
                let top = (row + 1).saturating_sub(usize::from(area.height));
                for (y, shown) in (area.top()..area.bottom()).zip(&rows[top..]) {
                    canvas.text(area.x, y, area.width, &self.text[shown.clone()], role);
                }
                let column = self.text[rows[row].start..self.cursor].width().min(width - 1);
                Some((area.x + small(column), area.y + small(row - top)))
            }
        }
    }

    /// The rows of the wrapped text at that width: broken after a space where possible.
    fn rows(&self, width: usize) -> Vec<Range<usize>> {
        let mut rows = Vec::new();
        let mut start = 0;
        for line in self.text.split('\n') {
            let end = start + line.len();
            let (mut row, mut used, mut space) = (start, 0, None);
            for (at, grapheme) in line.grapheme_indices(true) {
                let wide = grapheme.width();
                if used + wide > width && start + at > row {
                    let cut = space.filter(|space| *space > row).unwrap_or(start + at);
                    rows.push(row..cut);
                    row = cut;
                    used = self.text[row..start + at].width();
                    space = None;
                }
                used += wide;
                if grapheme == " " {
                    space = Some(start + at + grapheme.len());
                }
            }
            rows.push(row..end);
            start = end + 1;
        }
        rows
    }
}

fn small(cells: usize) -> u16 {
    u16::try_from(cells).unwrap_or(u16::MAX)
}

/// The byte offset after the first cells of a line.
fn skip_columns(line: &str, columns: usize) -> usize {
    let mut skipped = 0;
    for (at, grapheme) in line.grapheme_indices(true) {
        if skipped >= columns {
            return at;
        }
        skipped += grapheme.width();
    }
    line.len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn edits_by_grapheme_and_takes_back() {
        let mut text = TextBox::new("ne", Lines::One);
        text.insert("\u{301}e");
        text.go(Go::Left);
        text.backspace();
        assert_eq!(text.text(), "ne");
        text.undo();
        assert_eq!(text.text(), "ne\u{301}e");
        text.go(Go::Home);
        text.delete();
        assert_eq!(text.text(), "e\u{301}e");
    }

    #[test]
    fn hostile_input_is_inert() {
        let mut text = TextBox::new("", Lines::One);
        text.insert("a\x1b]52;c;x\x07\nb\u{202e}");
        assert_eq!(text.text(), "a b");
    }

    #[test]
    fn moves_between_lines_and_keeps_the_column() {
        let mut text = TextBox::new("one\ntwenty\n3", Lines::Many);
        text.go(Go::Up);
        text.go(Go::End);
        text.go(Go::Up);
        text.insert("!");
        assert_eq!(text.text(), "one!\ntwenty\n3");
        assert!(text.is_at_edge(Go::Up) && !text.is_at_edge(Go::Down));
    }

    proptest! {
        #[test]
        fn no_order_of_edits_breaks_it(edits in proptest::collection::vec((0u8..9, "\\PC{0,3}"), 0..40)) {
            let mut text = TextBox::new("", Lines::Many);
            for (edit, typed) in edits {
                match edit {
                    0 => text.go(Go::Left),
                    1 => text.go(Go::Right),
                    2 => text.go(Go::Up),
                    3 => text.go(Go::Down),
                    4 => text.backspace(),
                    5 => text.delete(),
                    6 => text.undo(),
                    7 => text.insert("\n"),
                    _ => text.insert(&typed),
                }
                prop_assert!(text.text().is_char_boundary(text.cursor));
                let rows = text.rows(7);
                prop_assert!(rows.windows(2).all(|pair| pair[0].end <= pair[1].start));
                prop_assert!(rows.iter().all(|row| text.text().get(row.clone()).is_some()));
            }
        }
    }
}

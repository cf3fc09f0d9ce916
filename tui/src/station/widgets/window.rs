//! List window: the part of a long list that is on the screen. Only that part is laid out and drawn, so that ten
//! thousand rows cost as much as ten.

use std::ops::Range;

/// A cursor in a list and the first visible row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Window {
    /// The row under the cursor.
    pub(crate) cursor: usize,
    /// The first visible row.
    pub(crate) top: usize,
}

/// A movement of the cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Move {
    /// By that many rows.
    By(isize),
    /// To the first row.
    First,
    /// To the last row.
    Last,
}

impl Window {
    /// Moves the cursor within that many rows.
    pub(crate) fn go(&mut self, step: Move, rows: usize) {
        let last = rows.saturating_sub(1);
        self.cursor = match step {
            Move::By(by) => self.cursor.saturating_add_signed(by).min(last),
            Move::First => 0,
            Move::Last => last,
        };
    }

    /// The visible rows including the cursor, where rows take several lines. Only rows near the cursor are measured.
    pub(crate) fn tall(
        &self,
        rows: usize,
        height: u16,
        mut lines: impl FnMut(usize) -> u16,
    ) -> (usize, usize) {
        if rows == 0 || height == 0 {
            return (0, 0);
        }
        let cursor = self.cursor.min(rows - 1);
        let mut room = height.saturating_sub(lines(cursor));
        let (mut first, mut end) = (cursor, cursor + 1);
        while first > 0
            && let Some(left) = room.checked_sub(lines(first - 1))
        {
            (first, room) = (first - 1, left);
        }
        while end < rows
            && let Some(left) = room.checked_sub(lines(end))
        {
            (end, room) = (end + 1, left);
        }
        (first, end)
    }

    /// The visible rows including the cursor.
    pub(crate) fn shown(&self, rows: usize, height: usize) -> Range<usize> {
        if height == 0 {
            return 0..0;
        }
        let cursor = self.cursor.min(rows.saturating_sub(1));
        let top = self.top.min(cursor).max((cursor + 1).saturating_sub(height));
        let top = top.min(rows.saturating_sub(height));
        top..(top + height).min(rows)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn rows_of_several_lines_fill_the_screen_and_no_more(
            cursor in 0usize..200, rows in 1usize..150, height in 1u16..50, tall in 1u16..6,
        ) {
            let window = Window { cursor, top: 0 };
            let lines = |row: usize| 1 + u16::try_from(row).unwrap() % tall;
            let (first, end) = window.tall(rows, height, lines);
            prop_assert!((first..end).contains(&cursor.min(rows - 1)));
            let used: u16 = (first..end).map(lines).sum();
            prop_assert!(used <= height || end - first == 1);
            prop_assert!(end == rows || used + lines(end) > height);
        }

        #[test]
        fn the_cursor_is_always_on_the_screen(
            cursor in 0usize..200, top in 0usize..300, rows in 1usize..150, height in 1usize..50, by in -300isize..300,
        ) {
            let mut window = Window { cursor, top };
            window.go(Move::By(by), rows);
            let shown = window.shown(rows, height);
            prop_assert!(shown.contains(&window.cursor));
            prop_assert_eq!(shown.len(), height.min(rows));
        }
    }
}

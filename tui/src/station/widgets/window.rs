//! Which part of a long list is on the screen. Only that part is ever laid out and drawn, so that ten thousand rows cost
//! as much as ten.

use std::ops::Range;

/// A cursor in a list and the first row that is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Window {
    /// The row under the cursor.
    pub(crate) cursor: usize,
    /// The first row that is shown.
    pub(crate) top: usize,
}

/// How far a cursor goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Move {
    /// By so many rows.
    By(isize),
    /// To the first row.
    First,
    /// To the last row.
    Last,
}

impl Window {
    /// Moves the cursor within so many rows.
    pub(crate) fn go(&mut self, step: Move, rows: usize) {
        let last = rows.saturating_sub(1);
        self.cursor = match step {
            Move::By(by) => self.cursor.saturating_add_signed(by).min(last),
            Move::First => 0,
            Move::Last => last,
        };
    }

    /// The rows that are on the screen, with the cursor among them.
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

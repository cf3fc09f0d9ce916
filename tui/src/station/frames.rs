//! Frame encoder: it writes only the cells that changed since the last frame, with a minimum of escape sequences. A
//! frame without changes has no bytes.

mod pen;

use std::io::{self, Write};

use crossterm::cursor::{Hide, MoveTo, Show};
use crossterm::queue;
use crossterm::style::{Attribute, SetAttribute};
use crossterm::terminal::{BeginSynchronizedUpdate, Clear, ClearType, EndSynchronizedUpdate};
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

use super::model::Model;
use super::screens;
use pen::Pen;

/// Capacity for a complete frame of a large terminal.
const ROOM_BYTES: usize = 256 * 1024;
/// Below this character every letter takes one cell.
const FIRST_WIDE: char = '\u{1100}';
/// Lines, blocks and shapes, used by panes and charts: one cell each.
const SHAPES: std::ops::RangeInclusive<char> = '\u{2500}'..='\u{25ff}';

/// What the terminal shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shown {
    /// The last frame.
    LastFrame,
    /// Unknown content: the next frame is complete.
    Anything,
}

/// A writer of frames. Each frame is one write.
#[derive(Debug)]
pub struct Frames<W> {
    out: W,
    last: Buffer,
    next: Buffer,
    shown: Shown,
    /// The visible position of the text cursor.
    cursor: Option<(u16, u16)>,
    bytes: Vec<u8>,
}

impl<W: Write> Frames<W> {
    /// A writer for that many columns and rows, on a terminal with unknown content.
    pub fn new(out: W, (columns, rows): (u16, u16)) -> Self {
        let empty = Buffer::empty(Rect::new(0, 0, columns, rows));
        Self {
            out,
            last: empty.clone(),
            next: empty,
            shown: Shown::Anything,
            cursor: None,
            bytes: Vec::with_capacity(ROOM_BYTES),
        }
    }

    /// The terminal was resized or its content is unknown: the next frame is complete.
    pub fn forget(&mut self, (columns, rows): (u16, u16)) {
        let area = Rect::new(0, 0, columns, rows);
        self.last.resize(area);
        self.next.resize(area);
        (self.shown, self.cursor) = (Shown::Anything, None);
    }

    /// Draws the model and returns the number of bytes written.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn draw(&mut self, model: &Model) -> io::Result<usize> {
        let cursor = screens::draw(model, &mut self.next);
        self.show(cursor)
    }

    /// Writes escape sequences outside of frames.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn write(&mut self, sequences: &str) -> io::Result<()> {
        self.out.write_all(sequences.as_bytes())?;
        self.out.flush()
    }

    /// Writes the differences between the last buffer and the next one.
    fn show(&mut self, cursor: Option<(u16, u16)>) -> io::Result<usize> {
        self.bytes.clear();
        // A terminal that supports synchronised updates shows the whole frame at once.
        queue!(self.bytes, BeginSynchronizedUpdate)?;
        let before = self.bytes.len();
        if self.shown == Shown::Anything {
            self.last.reset();
            queue!(self.bytes, Hide, SetAttribute(Attribute::Reset), Clear(ClearType::All))?;
        }
        let mut pen = Pen::new(&mut self.bytes);
        each_change(&self.last, &self.next, |x, y, cell, width| pen.put(x, y, cell, width));
        let has_moved = pen.finish();
        if cursor != self.cursor || (has_moved && cursor.is_some()) {
            match cursor {
                Some((x, y)) => queue!(self.bytes, MoveTo(x, y), Show)?,
                None => queue!(self.bytes, Hide)?,
            }
        }
        (self.cursor, self.shown) = (cursor, Shown::LastFrame);
        std::mem::swap(&mut self.last, &mut self.next);
        if self.bytes.len() == before {
            return Ok(0);
        }
        queue!(self.bytes, EndSynchronizedUpdate)?;
        self.out.write_all(&self.bytes)?;
        self.out.flush()?;
        Ok(self.bytes.len())
    }
}

/// Calls `change` for every cell to write: position, cell, and width in columns. The second half of a wide letter is
/// never written, and is written again when the letter over it disappears.
fn each_change(last: &Buffer, next: &Buffer, mut change: impl FnMut(u16, u16, &Cell, u16)) {
    let columns = usize::from(next.area.width).max(1);
    let rows = last.content.chunks(columns).zip(next.content.chunks(columns));
    for (y, (old, new)) in (0u16..).zip(rows) {
        // Columns that the previous letter covers, and columns that a letter of the last frame covered.
        let (mut covered, mut uncovered) = (0u16, 0u16);
        for (x, (before, now)) in (0u16..).zip(old.iter().zip(new)) {
            let is_same = is_same(before, now);
            let width = width(now.symbol());
            if covered == 0 && (uncovered > 0 || !is_same) {
                change(x, y, now, width);
            }
            covered = covered.max(width).saturating_sub(1);
            let reach = if is_same { 0 } else { width.max(self::width(before.symbol())) };
            uncovered = uncovered.max(reach).saturating_sub(1);
        }
    }
}

/// Whether two cells look the same. Cells that differ mostly differ in colour, which is cheap to compare.
fn is_same(one: &Cell, other: &Cell) -> bool {
    (one.fg, one.bg, one.modifier) == (other.fg, other.bg, other.modifier)
        && one.symbol() == other.symbol()
}

/// The width of a symbol in columns.
fn width(symbol: &str) -> u16 {
    if symbol.len() == 1 {
        return 1;
    }
    let mut letters = symbol.chars();
    match (letters.next(), letters.next()) {
        (Some(only), None) if only < FIRST_WIDE || SHAPES.contains(&only) => 1,
        _ => u16::try_from(symbol.width()).unwrap_or(1).max(1),
    }
}

#[cfg(test)]
mod tests;

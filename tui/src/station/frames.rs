//! Turns models into the bytes of frames: the cells that changed since the last frame and nothing else, with as few
//! sequences as tell where they stand and how they look. A frame in which nothing changed has no bytes.

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

/// Room for a whole frame of a large terminal.
const ROOM_BYTES: usize = 256 * 1024;
/// Below this every letter takes one cell.
const FIRST_WIDE: char = '\u{1100}';
/// Lines, blocks and shapes, of which panes and pictures are made: one cell each.
const SHAPES: std::ops::RangeInclusive<char> = '\u{2500}'..='\u{25ff}';

/// What the terminal shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shown {
    /// What the last frame left.
    LastFrame,
    /// Nothing that is known: the next frame is whole.
    Anything,
}

/// A writer of frames. Each frame is one write.
#[derive(Debug)]
pub struct Frames<W> {
    out: W,
    last: Buffer,
    next: Buffer,
    shown: Shown,
    /// Where the cursor of a text is seen.
    cursor: Option<(u16, u16)>,
    bytes: Vec<u8>,
}

impl<W: Write> Frames<W> {
    /// Frames of that many columns and rows, onto a terminal that shows anything.
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

    /// The terminal has another size, or shows something else: the next frame is whole.
    pub fn forget(&mut self, (columns, rows): (u16, u16)) {
        let area = Rect::new(0, 0, columns, rows);
        self.last.resize(area);
        self.next.resize(area);
        (self.shown, self.cursor) = (Shown::Anything, None);
    }

    /// Draws the model and says how many bytes that took.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn draw(&mut self, model: &Model) -> io::Result<usize> {
        let cursor = screens::draw(model, &mut self.next);
        self.show(cursor)
    }

    /// Writes sequences beside the frames.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn write(&mut self, sequences: &str) -> io::Result<()> {
        self.out.write_all(sequences.as_bytes())?;
        self.out.flush()
    }

    /// Brings the terminal from the last buffer to the next one.
    fn show(&mut self, cursor: Option<(u16, u16)>) -> io::Result<usize> {
        self.bytes.clear();
        // A terminal that knows them shows everything between the two at once.
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

/// Calls for every cell that must be written: place, cell, and how many columns it takes. The second half of a wide letter
/// is never written, and is written anew when the letter over it goes away.
fn each_change(last: &Buffer, next: &Buffer, mut change: impl FnMut(u16, u16, &Cell, u16)) {
    let columns = usize::from(next.area.width).max(1);
    let rows = last.content.chunks(columns).zip(next.content.chunks(columns));
    for (y, (old, new)) in (0u16..).zip(rows) {
        // Columns that the letter before covers, and columns that a letter of the last frame covered.
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

/// Whether two cells look the same. Most of them differ in their colours if they differ at all, and those are compared in
/// no time.
fn is_same(one: &Cell, other: &Cell) -> bool {
    (one.fg, one.bg, one.modifier) == (other.fg, other.bg, other.modifier)
        && one.symbol() == other.symbol()
}

/// How many columns a symbol takes.
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

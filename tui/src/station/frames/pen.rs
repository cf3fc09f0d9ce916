//! Pen that writes cells: it tracks cursor position and style and writes only the differences.

use std::io::Write;

use ratatui::buffer::Cell;
use ratatui::style::{Color, Modifier};

/// Modifiers with the SGR code that turns each on (ECMA-48, select graphic rendition).
const MODIFIERS: [(Modifier, u8); 9] = [
    (Modifier::BOLD, 1),
    (Modifier::DIM, 2),
    (Modifier::ITALIC, 3),
    (Modifier::UNDERLINED, 4),
    (Modifier::SLOW_BLINK, 5),
    (Modifier::RAPID_BLINK, 6),
    (Modifier::REVERSED, 7),
    (Modifier::HIDDEN, 8),
    (Modifier::CROSSED_OUT, 9),
];

/// The sign that asks for the letter before it as a picture, and those that give one a colour of skin: terminals disagree on the
/// width of a letter with one of them.
const fn is_picture_sign(letter: char) -> bool {
    matches!(letter, '\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}')
}

/// Whether a cell has a letter with such a sign.
fn is_of_unsure_width(symbol: &str) -> bool {
    symbol.len() > 1 && symbol.chars().skip(1).any(is_picture_sign)
}

/// The style of letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Look {
    ink: Color,
    ground: Color,
    modifiers: Modifier,
}

/// The default style of a terminal.
const PLAIN: Look = Look { ink: Color::Reset, ground: Color::Reset, modifiers: Modifier::empty() };

/// A pen over the bytes of one frame.
pub(super) struct Pen<'a> {
    bytes: &'a mut Vec<u8>,
    look: Look,
    /// The cursor position; unknown at first, at the end of a line, and after letters on whose width terminals
    /// disagree.
    at: Option<(u16, u16)>,
    has_written: bool,
}

impl<'a> Pen<'a> {
    /// A pen in the default style.
    pub(super) fn new(bytes: &'a mut Vec<u8>) -> Self {
        Self { bytes, look: PLAIN, at: None, has_written: false }
    }

    /// Writes a cell.
    pub(super) fn put(&mut self, x: u16, y: u16, cell: &Cell, width: u16) {
        if is_of_unsure_width(cell.symbol()) {
            self.put_picture(x, y, cell, width);
            return;
        }
        self.go(x, y);
        let look = Look { ink: cell.fg, ground: cell.bg, modifiers: cell.modifier };
        let (symbol, look) = self.cheapest(cell.symbol(), look);
        self.take(look);
        self.bytes.extend_from_slice(symbol.as_bytes());
        let is_sure = symbol.len() == 1 || (width == 1 && symbol.chars().count() == 1);
        self.at = is_sure.then_some((x.saturating_add(width), y));
        self.has_written = true;
    }

    /// Writes a letter with a sign of pictures. Terminals disagree on whether that takes one cell or two: it is written without
    /// its sign, over blanks, so that nothing of the last frame is left beside it.
    fn put_picture(&mut self, x: u16, y: u16, cell: &Cell, width: u16) {
        self.go(x, y);
        self.take(Look { ink: cell.fg, ground: cell.bg, modifiers: cell.modifier });
        self.bytes.extend(std::iter::repeat_n(b' ', usize::from(width)));
        self.at = None;
        self.go(x, y);
        let mut letters = cell.symbol().chars();
        let first = letters.next();
        let symbol: String =
            first.into_iter().chain(letters.filter(|letter| !is_picture_sign(*letter))).collect();
        self.bytes.extend_from_slice(symbol.as_bytes());
        self.at = None;
        self.has_written = true;
    }

    /// Resets the style; returns whether anything was written.
    pub(super) fn finish(mut self) -> bool {
        self.take(PLAIN);
        self.has_written
    }

    /// An equivalent symbol with the fewest colour changes: two halves of a cell can be drawn as the upper or as the
    /// lower one on the other's background, and two equal halves as a background or as a full block.
    fn cheapest<'s>(&self, symbol: &'s str, look: Look) -> (&'s str, Look) {
        // The default foreground and the default background are different colours.
        let is_plain = look.ink == Color::Reset || look.ground == Color::Reset;
        if symbol != "▀" || is_plain || !look.modifiers.is_empty() {
            return (symbol, look);
        }
        let changes = |look: Look| {
            u8::from(look.ink != self.look.ink) + u8::from(look.ground != self.look.ground)
        };
        let (upper, lower) = (look.ink, look.ground);
        let turned = Look { ink: lower, ground: upper, ..look };
        let full = Look { ground: self.look.ground, ..look };
        let bare = Look { ink: self.look.ink, ..look };
        let choices = if upper == lower {
            [(symbol, look), ("█", full), (" ", bare)]
        } else {
            [(symbol, look), ("▄", turned), (symbol, look)]
        };
        choices.into_iter().min_by_key(|(_, look)| changes(*look)).unwrap_or((symbol, look))
    }

    fn go(&mut self, x: u16, y: u16) {
        match self.at {
            Some(at) if at == (x, y) => {}
            Some((column, row)) if row == y && column < x => match x - column {
                1 => self.bytes.extend_from_slice(b"\x1b[C"),
                by => self.say(format_args!("\x1b[{by}C")),
            },
            _ => self.say(format_args!("\x1b[{};{}H", y + 1, x + 1)),
        }
    }

    /// Switches to that style.
    fn take(&mut self, look: Look) {
        if look == self.look {
            return;
        }
        self.bytes.extend_from_slice(b"\x1b[");
        if look == PLAIN {
            self.bytes.extend_from_slice(b"0m");
            self.look = PLAIN;
            return;
        }
        let mut is_first = true;
        if !look.modifiers.contains(self.look.modifiers) {
            self.parameter(&mut is_first, format_args!("0"));
            self.look = PLAIN;
        }
        for (modifier, number) in MODIFIERS {
            if (look.modifiers - self.look.modifiers).contains(modifier) {
                self.parameter(&mut is_first, format_args!("{number}"));
            }
        }
        if look.ink != self.look.ink {
            self.colour(&mut is_first, look.ink, 30);
        }
        if look.ground != self.look.ground {
            self.colour(&mut is_first, look.ground, 40);
        }
        self.bytes.push(b'm');
        self.look = look;
    }

    /// A foreground colour (codes from 30 on) or a background colour (from 40 on).
    fn colour(&mut self, is_first: &mut bool, colour: Color, from: u8) {
        let bright = from + 60;
        match colour {
            Color::Reset => self.parameter(is_first, format_args!("{}", from + 9)),
            Color::Black => self.parameter(is_first, format_args!("{from}")),
            Color::Red => self.parameter(is_first, format_args!("{}", from + 1)),
            Color::Green => self.parameter(is_first, format_args!("{}", from + 2)),
            Color::Yellow => self.parameter(is_first, format_args!("{}", from + 3)),
            Color::Blue => self.parameter(is_first, format_args!("{}", from + 4)),
            Color::Magenta => self.parameter(is_first, format_args!("{}", from + 5)),
            Color::Cyan => self.parameter(is_first, format_args!("{}", from + 6)),
            Color::Gray => self.parameter(is_first, format_args!("{}", from + 7)),
            Color::DarkGray => self.parameter(is_first, format_args!("{bright}")),
            Color::LightRed => self.parameter(is_first, format_args!("{}", bright + 1)),
            Color::LightGreen => self.parameter(is_first, format_args!("{}", bright + 2)),
            Color::LightYellow => self.parameter(is_first, format_args!("{}", bright + 3)),
            Color::LightBlue => self.parameter(is_first, format_args!("{}", bright + 4)),
            Color::LightMagenta => self.parameter(is_first, format_args!("{}", bright + 5)),
            Color::LightCyan => self.parameter(is_first, format_args!("{}", bright + 6)),
            Color::White => self.parameter(is_first, format_args!("{}", bright + 7)),
            Color::Indexed(index) => {
                self.parameter(is_first, format_args!("{};5;{index}", from + 8));
            }
            Color::Rgb(red, green, blue) => {
                self.parameter(is_first, format_args!("{};2;{red};{green};{blue}", from + 8));
            }
        }
    }

    fn parameter(&mut self, is_first: &mut bool, number: std::fmt::Arguments<'_>) {
        if !std::mem::take(is_first) {
            self.bytes.push(b';');
        }
        self.say(number);
    }

    fn say(&mut self, words: std::fmt::Arguments<'_>) {
        // Writing to memory cannot fail.
        drop(self.bytes.write_fmt(words));
    }
}

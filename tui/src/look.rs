//! Look of text on a stream: its width, whether it may have colour, and which glyphs it may use. Colours are named by
//! role, so that their meaning is defined once.

use std::borrow::Cow;
use std::env;
use std::os::fd::AsFd;

use textwrap::{Options, WordSplitter};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Default columns.
const WIDTH_DEFAULT: usize = 80;
/// The maximum line length: longer lines are hard to read on any terminal.
const WIDTH_MAX: usize = 110;
/// The minimum line length: below it the charts do not fit.
const WIDTH_MIN: usize = 40;

/// Whether text may carry colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// Plain text.
    None,
    /// The sixteen colours that the user can configure in every terminal.
    Ansi,
}

/// Which glyphs charts may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Glyphs {
    /// Blocks, lines and bullets.
    Unicode,
    /// ASCII characters only.
    Ascii,
}

/// The role of a piece of text, which determines its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Strong,
    Heading,
    Dim,
    Accent,
    Good,
    Bad,
    Warning,
}

impl Role {
    fn code(self) -> &'static str {
        match self {
            Self::Strong => "1",
            Self::Heading => "1;36",
            Self::Dim => "2",
            Self::Accent => "36",
            Self::Good => "32",
            Self::Bad => "31",
            Self::Warning => "33",
        }
    }
}

/// The look of text on a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// Columns.
    pub width: usize,
    /// Whether text may carry colour.
    pub colour: Colour,
    /// Which glyphs charts may use.
    pub glyphs: Glyphs,
}

impl Look {
    /// The look for a file or a pipe: 80 columns without colour.
    pub const PLAIN: Self =
        Self { width: WIDTH_DEFAULT, colour: Colour::None, glyphs: Glyphs::Unicode };

    /// The look that a stream supports.
    pub(crate) fn of(stream: impl AsFd) -> Self {
        let stream = stream.as_fd();
        let terminal = rustix::termios::isatty(stream);
        let width = if terminal {
            rustix::termios::tcgetwinsize(stream)
                .ok()
                .map(|size| usize::from(size.ws_col))
                .filter(|&columns| columns > 0)
                .map_or(WIDTH_DEFAULT, |columns| columns.clamp(WIDTH_MIN, WIDTH_MAX))
        } else {
            WIDTH_DEFAULT
        };
        let colour = if terminal && colour_is_welcome() { Colour::Ansi } else { Colour::None };
        Self { width, colour, glyphs: glyphs_of_locale() }
    }

    /// The text in the colour of its role.
    pub(crate) fn paint(self, role: Role, text: &str) -> String {
        match self.colour {
            Colour::Ansi if !text.is_empty() => format!("\x1b[{}m{text}\x1b[0m", role.code()),
            _ => text.to_owned(),
        }
    }

    /// The Unicode or the ASCII variant of the same drawing.
    pub(crate) fn glyph<T>(self, unicode: T, ascii: T) -> T {
        match self.glyphs {
            Glyphs::Unicode => unicode,
            Glyphs::Ascii => ascii,
        }
    }

    /// A text for people with the program's own signs as this look may have them.
    pub(crate) fn signs(self, text: &str) -> Cow<'_, str> {
        match self.glyphs {
            Glyphs::Unicode => Cow::Borrowed(text),
            Glyphs::Ascii => Cow::Owned(plain_punctuation(text)),
        }
    }

    /// The text wrapped to the width, with one margin for the first line and one for the others.
    pub(crate) fn wrap(self, text: &str, first: &str, others: &str) -> Vec<String> {
        let mut room = self.width;
        loop {
            let options = Options::new(room)
                .initial_indent(first)
                .subsequent_indent(others)
                .word_splitter(WordSplitter::NoHyphenation);
            let lines: Vec<String> = textwrap::wrap(text, options)
                .into_iter()
                .map(|line| line.trim_end().to_owned())
                .collect();
            // A long word is broken by the widths of its letters, and some letters are wider together.
            let widest = lines.iter().map(|line| line.width()).max().unwrap_or(0);
            let narrower = room.saturating_sub(widest.saturating_sub(self.width));
            if narrower == room || narrower <= first.width().max(others.width()) {
                return lines;
            }
            room = narrower;
        }
    }

    /// The text cut to that many columns, with a mark at the cut.
    pub(crate) fn shorten(self, text: &str, columns: usize) -> String {
        let text = of_sure_width(text);
        if text.width() <= columns {
            return text.into_owned();
        }
        let mark = self.glyph("…", "~");
        let room = columns.saturating_sub(1);
        let mut used = 0;
        let mut cut = String::new();
        for letter in text.chars() {
            used += letter.width().unwrap_or(0);
            if used > room {
                break;
            }
            cut.push(letter);
        }
        cut.push_str(mark);
        cut
    }
}

/// A text for a column, without the sign that asks for the letter before it as a picture: with it some terminals draw one cell
/// and others two, and the columns behind it would not stand below each other.
fn of_sure_width(text: &str) -> Cow<'_, str> {
    const PICTURE_SIGN: char = '\u{fe0f}';
    if text.contains(PICTURE_SIGN) {
        Cow::Owned(text.replace(PICTURE_SIGN, ""))
    } else {
        Cow::Borrowed(text)
    }
}

/// The text padded with spaces on the right.
pub(crate) fn pad(text: &str, columns: usize) -> String {
    let text = of_sure_width(text);
    format!("{text}{}", " ".repeat(columns.saturating_sub(text.width())))
}

/// The text padded with spaces on the left.
pub(crate) fn pad_left(text: &str, columns: usize) -> String {
    let text = of_sure_width(text);
    format!("{}{text}", " ".repeat(columns.saturating_sub(text.width())))
}

/// A count with thousands separators.
pub(crate) fn thousands(count: impl Into<i128>) -> String {
    let count = count.into();
    let digits = count.unsigned_abs().to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if count < 0 {
        out.push('-');
    }
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Whether a terminal with colour support should use it: a non-empty `NO_COLOR` forbids it, as its convention says.
pub(crate) fn colour_is_welcome() -> bool {
    env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
        && env::var_os("TERM").is_none_or(|term| term != "dumb")
}

/// Replaces the program's own typographic signs by ASCII. Letters of texts from outside are kept, because they have no
/// replacement.
pub(crate) fn plain_punctuation(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '·' | '–' | '−' => out.push('-'),
            '—' => out.push_str("--"),
            '“' | '”' => out.push('"'),
            '‘' | '’' => out.push('\''),
            '…' => out.push_str("..."),
            '±' => out.push_str("+/-"),
            '→' => out.push_str("->"),
            '\u{a0}' | '\u{202f}' => out.push(' '),
            other => out.push(other),
        }
    }
    out
}

/// Unicode glyphs need UTF-8; a locale with another encoding gets ASCII, a missing locale is assumed to be UTF-8.
fn glyphs_of_locale() -> Glyphs {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .into_iter()
        .filter_map(env::var_os)
        .find(|value| !value.is_empty());
    match locale.map(|value| value.to_string_lossy().to_ascii_lowercase()) {
        Some(locale) if !locale.contains("utf-8") && !locale.contains("utf8") => Glyphs::Ascii,
        _ => Glyphs::Unicode,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_have_their_thousands_apart() {
        let shown: Vec<String> =
            [0_i64, 7, 999, 1000, 12_345, -1_234_567].into_iter().map(thousands).collect();
        assert_eq!(shown, ["0", "7", "999", "1,000", "12,345", "-1,234,567"]);
    }

    #[test]
    fn wide_letters_are_measured_as_they_are_drawn() {
        let look = Look::PLAIN;
        assert_eq!(look.shorten("日本語テスト", 7), "日本語…");
        assert_eq!(pad("日本", 6), "日本  ");
    }

    /// Terminals disagree on the width of a letter that asks to be a picture.
    #[test]
    fn a_column_has_no_letters_of_unsure_width() {
        let look = Look::PLAIN;
        assert_eq!(look.shorten("⚖\u{fe0f} price ⌨\u{fe0f} test", 9), "⚖ price …");
        assert_eq!(look.shorten("⚖\u{fe0f} price", 9), "⚖ price");
        assert_eq!(pad("❤\u{fe0f}", 4), "❤   ");
        assert_eq!(pad_left("1\u{fe0f}\u{20e3}", 3), "  1\u{20e3}");
    }
}

//! Drawing surface: a buffer and a theme. It clips at the edges of the buffer, measures text in cells, and draws the
//! frames of panes.

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use crate::station::symbols::{Focus, Glyphs};
use crate::station::theme::{Role, Theme};

/// A buffer with the theme it is drawn in.
pub(crate) struct Canvas<'a> {
    /// The cells of the frame.
    pub(crate) buffer: &'a mut Buffer,
    /// The styles of roles.
    pub(crate) theme: &'a Theme,
}

/// The caption of a pane's frame.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Caption<'a> {
    /// Top left: the title.
    pub(crate) title: &'a str,
    /// Top right: a count.
    pub(crate) count: &'a str,
    /// Bottom right: a key or a legend.
    pub(crate) foot: &'a str,
}

impl Canvas<'_> {
    /// Which glyphs may be used.
    pub(crate) fn glyphs(&self) -> Glyphs {
        self.theme.glyphs()
    }

    /// Writes a text in at most that many cells and returns the column after it.
    pub(crate) fn put(&mut self, x: u16, y: u16, width: u16, text: &str, style: Style) -> u16 {
        let area = self.buffer.area;
        if y < area.top() || y >= area.bottom() || x < area.left() || x >= area.right() {
            return x;
        }
        let end = x + width.min(area.right() - x);
        // Most text needs no segmentation: one letter is one cell.
        let (mut at, mut rest) = (x, text);
        let first = self.buffer.index_of(x, y);
        for cell in &mut self.buffer.content[first..first + usize::from(end - x)] {
            let Some(length) = plain(rest) else { break };
            let (letter, after) = rest.split_at(length);
            cell.set_symbol(letter).set_style(style);
            (at, rest) = (at + 1, after);
        }
        if at == end || rest.is_empty() {
            return at;
        }
        self.buffer.set_stringn(at, y, rest, usize::from(end - at), style).0
    }

    /// The same in the style of a role.
    pub(crate) fn text(&mut self, x: u16, y: u16, width: u16, text: &str, role: Role) -> u16 {
        self.put(x, y, width, text, self.theme.style(role))
    }

    /// Writes a text cut to its cells, with a mark at the cut.
    pub(crate) fn cut(&mut self, x: u16, y: u16, width: u16, text: &str, role: Role) -> u16 {
        let shown = fit(text, width, self.glyphs());
        self.text(x, y, width, &shown, role)
    }

    /// Writes a text aligned to the right edge of its cells.
    pub(crate) fn right(&mut self, x: u16, y: u16, width: u16, text: &str, role: Role) {
        let shown = fit(text, width, self.glyphs());
        let left = width.saturating_sub(columns(&shown));
        self.text(x + left, y, width - left, &shown, role);
    }

    /// Writes pieces of text in sequence in at most that many cells; returns the column after them.
    pub(crate) fn pieces(&mut self, x: u16, y: u16, width: u16, pieces: &[(&str, Role)]) -> u16 {
        let end = x.saturating_add(width);
        pieces
            .iter()
            .fold(x, |at, (text, role)| self.cut(at, y, end.saturating_sub(at), text, *role))
    }

    /// Writes in the first lines of an area why it is empty.
    pub(crate) fn missing(&mut self, area: Rect, why: &str) {
        let width = area.width.saturating_sub(2);
        for (y, line) in (area.top()..area.bottom()).zip(wrap(why, width)) {
            self.text(area.x + 1, y, width, &line, Role::Dim);
        }
    }

    /// Applies a style to every cell of an area and keeps the letters.
    pub(crate) fn tint(&mut self, area: Rect, role: Role) {
        let style = self.theme.style(role);
        self.buffer.set_style(area.intersection(self.buffer.area), style);
    }

    /// Fills an area with a letter of one cell.
    pub(crate) fn fill(&mut self, area: Rect, letter: &str, style: Style) {
        let area = area.intersection(self.buffer.area);
        if area.is_empty() {
            return;
        }
        for y in area.top()..area.bottom() {
            let first = self.buffer.index_of(area.x, y);
            for cell in &mut self.buffer.content[first..first + usize::from(area.width)] {
                cell.set_symbol(letter).set_style(style);
            }
        }
    }

    /// Clears an area for an overlay.
    pub(crate) fn clear(&mut self, area: Rect) {
        let area = area.intersection(self.buffer.area);
        for y in area.top()..area.bottom() {
            // A wide letter that begins left of the area must not extend into it.
            if area.left() > self.buffer.area.left()
                && self.buffer[(area.left() - 1, y)].symbol().width() > 1
            {
                self.buffer[(area.left() - 1, y)].reset();
            }
            for x in area.left()..area.right() {
                self.buffer[(x, y)].reset();
            }
        }
    }

    /// Draws the frame of a pane and returns the area within. A pane that is too small has no frame.
    pub(crate) fn pane(&mut self, area: Rect, caption: Caption<'_>, focus: Focus) -> Rect {
        let area = area.intersection(self.buffer.area);
        if area.width < 4 || area.height < 3 {
            return Rect { height: 0, ..area };
        }
        let role = if focus == Focus::Here { Role::Focus } else { Role::Border };
        let [top_left, top_right, bottom_left, bottom_right, horizontal, vertical] =
            self.glyphs().frame(focus);
        let (right, bottom) = (area.right() - 1, area.bottom() - 1);
        let line = horizontal.repeat(usize::from(area.width) - 2);
        for (y, left_corner, right_corner) in
            [(area.top(), top_left, top_right), (bottom, bottom_left, bottom_right)]
        {
            self.text(area.left(), y, 1, left_corner, role);
            self.text(area.left() + 1, y, area.width - 2, &line, role);
            self.text(right, y, 1, right_corner, role);
        }
        for y in area.top() + 1..bottom {
            self.text(area.left(), y, 1, vertical, role);
            self.text(right, y, 1, vertical, role);
        }
        self.caption(area, caption, focus);
        Rect::new(area.left() + 1, area.top() + 1, area.width - 2, area.height - 2)
    }

    fn caption(&mut self, area: Rect, caption: Caption<'_>, focus: Focus) {
        let room = area.width.saturating_sub(4);
        let title_role = if focus == Focus::Here { Role::Focus } else { Role::Title };
        let mut used = 0;
        if !caption.title.is_empty() && room > 4 {
            let mark =
                if focus == Focus::Here && self.glyphs() == Glyphs::Ascii { "*" } else { "" };
            let title = format!(" {mark}{} ", caption.title);
            let title = fit(&title, room, self.glyphs());
            used = columns(&title);
            self.text(area.left() + 2, area.top(), room, &title, title_role);
        }
        for (text, y) in [(caption.count, area.top()), (caption.foot, area.bottom() - 1)] {
            let shown = format!(" {text} ");
            let width = columns(&shown);
            let taken = if y == area.top() { used } else { 0 };
            if !text.is_empty() && width + taken < room {
                let x = area.right() - 2 - width;
                self.text(x, y, width, &shown, Role::Dim);
            }
        }
    }
}

/// The length in bytes of the first letter of a text, when it certainly takes one cell: terminals agree on its width,
/// and nothing after it combines with it.
fn plain(text: &str) -> Option<usize> {
    let is_plain = |letter: char| {
        matches!(letter, ' '..='~' | '\u{a1}'..='\u{ac}' | '\u{ae}'..='\u{24f}')
            || matches!(letter, '\u{2010}'..='\u{2026}' | '\u{2500}'..='\u{25ff}')
    };
    let mut letters = text.chars();
    let first = letters.next().filter(|letter| is_plain(*letter))?;
    letters.next().is_none_or(is_plain).then_some(first.len_utf8())
}

/// From here on scripts have no spaces between words; earlier ones without spaces are broken where necessary.
const FIRST_IDEOGRAPH: char = '\u{2e80}';

/// More cells than any terminal has, and few enough that widths can be added without an overflow.
const COLUMNS_MAX: u16 = u16::MAX / 8;

/// The number of cells of a text; of a long one, more than any line has.
pub(crate) fn columns(text: &str) -> u16 {
    u16::try_from(text.width()).unwrap_or(u16::MAX).min(COLUMNS_MAX)
}

/// The text cut to that many cells, with a mark at the cut.
pub(crate) fn fit(text: &str, width: u16, glyphs: Glyphs) -> Cow<'_, str> {
    if columns(text) <= width {
        return Cow::Borrowed(text);
    }
    let mark = glyphs.ellipsis();
    let room = usize::from(width.saturating_sub(columns(mark)));
    let mut shown = String::new();
    let mut used = 0;
    for grapheme in text.graphemes(true) {
        used += grapheme.width();
        if used > room {
            break;
        }
        shown.push_str(grapheme);
    }
    if width > 0 {
        shown.push_str(mark);
    }
    Cow::Owned(shown)
}

/// The text wrapped to lines of at most that many cells, between words where possible.
pub(crate) fn wrap(text: &str, width: u16) -> Vec<String> {
    // A number stays on the same line as its percent sign.
    const KEPT: (&str, &str) = (" %", "\u{a0}%");
    if width == 0 {
        return Vec::new();
    }
    let text = text.replace(KEPT.0, KEPT.1);
    text.split('\n')
        .flat_map(|line| {
            if columns(line) <= width {
                return vec![line.replace(KEPT.1, KEPT.0)];
            }
            // Only scripts that write words without spaces need the lookup of break positions.
            let separator = if line.chars().all(|letter| letter < FIRST_IDEOGRAPH) {
                textwrap::WordSeparator::AsciiSpace
            } else {
                textwrap::WordSeparator::new()
            };
            let options = textwrap::Options::new(usize::from(width))
                .word_separator(separator)
                .word_splitter(textwrap::WordSplitter::NoHyphenation)
                .wrap_algorithm(textwrap::WrapAlgorithm::FirstFit);
            textwrap::wrap(line, options)
                .into_iter()
                .map(|line| line.replace(KEPT.1, KEPT.0))
                .collect::<Vec<_>>()
        })
        .collect()
}

//! SVG picture of a screen, made from the cells that a terminal would show. Blocks and frames are drawn as shapes, so
//! that charts are sharp in every viewer whatever its fonts; all text is escaped and nothing is loaded.

mod shape;

use std::fmt::Write as _;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier};
use unicode_width::UnicodeWidthStr;

use crate::station::model::Model;
use crate::station::screens;
use shape::{Bar, PictureShape};

/// A cell in SVG units.
const CELL: (f64, f64) = (8.0, 17.0);
/// The margin around the screen.
const MARGIN: f64 = 12.0;
/// Columns and rows of an exported picture, if the terminal is smaller.
const SIZE: (u16, u16) = (120, 36);

/// A picture of the open screen, without overlays.
pub(crate) fn of_screen(model: &Model) -> String {
    let mut model = model.clone();
    model.layers.clear();
    model.notice = None;
    let (width, height) = (model.size.0.max(SIZE.0), model.size.1.max(SIZE.1));
    model.size = (width, height);
    let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
    screens::draw(&model, &mut buffer);
    svg(&buffer, model.theme.name() == "light")
}

/// Those cells as SVG, on a dark or a light background.
#[must_use]
pub fn svg(buffer: &Buffer, light: bool) -> String {
    let (ground, ink) = if light { ("#ffffff", "#24292f") } else { ("#10141b", "#d7dae0") };
    let area = buffer.area;
    let width = f64::from(area.width) * CELL.0 + 2.0 * MARGIN;
    let height = f64::from(area.height) * CELL.1 + 2.0 * MARGIN;
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\">\n\
         <rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"{ground}\"/>\n\
         <g font-family=\"DejaVu Sans Mono, Menlo, Consolas, monospace\" font-size=\"13\" fill=\"{ink}\" \
         xml:space=\"preserve\">\n"
    );
    for y in 0..area.height {
        row(buffer, y, (ground, ink), &mut text);
    }
    text.push_str("</g>\n</svg>\n");
    text
}

/// One row: backgrounds first, then shapes, then text, in runs of one style.
fn row(buffer: &Buffer, y: u16, (ground, ink): (&str, &str), out: &mut String) {
    let area = buffer.area;
    let top = MARGIN + f64::from(y) * CELL.1;
    let (mut grounds, mut bars, mut paths) = (Vec::new(), Vec::new(), String::new());
    let mut letters: Vec<(u16, String, String)> = Vec::new();
    let mut x = 0;
    while x < area.width {
        let cell = &buffer[(area.x + x, area.y + y)];
        let symbol = cell.symbol();
        let wide = u16::try_from(symbol.width().max(1)).unwrap_or(1);
        let reversed = cell.modifier.contains(Modifier::REVERSED);
        let mut front = hex(cell.fg).unwrap_or_else(|| ink.to_owned());
        let mut back = hex(cell.bg);
        if reversed {
            let old = back.unwrap_or_else(|| ground.to_owned());
            back = Some(front);
            front = old;
        }
        let left = MARGIN + f64::from(x) * CELL.0;
        if let Some(fill) = back {
            let width = f64::from(wide) * CELL.0;
            Bar { left, top, width, height: CELL.1, fill, opacity: 1.0 }.push_to(&mut grounds);
        }
        if let Some(shape) = PictureShape::of(symbol) {
            shape.draw((left, top), &front, &mut bars, &mut paths);
        } else if symbol != " " {
            let mut style = format!("fill=\"{front}\"");
            if cell.modifier.contains(Modifier::BOLD) {
                style.push_str(" font-weight=\"bold\"");
            }
            if cell.modifier.contains(Modifier::DIM) {
                style.push_str(" opacity=\"0.6\"");
            }
            match letters.last_mut() {
                Some((start, run, known))
                    if *known == style && usize::from(x - *start) == run.width() =>
                {
                    run.push_str(symbol);
                }
                _ => letters.push((x, symbol.to_owned(), style)),
            }
        }
        x += wide;
    }
    for bar in grounds.iter().chain(&bars) {
        bar.write(out);
    }
    out.push_str(&paths);
    let base = top + CELL.1 * 0.76;
    for (x, run, style) in letters {
        let left = MARGIN + f64::from(x) * CELL.0;
        let length = f64::from(u16::try_from(run.width()).unwrap_or(1)) * CELL.0;
        // Writing to a String cannot fail.
        let _ = writeln!(
            out,
            "<text x=\"{left}\" y=\"{base:.1}\" textLength=\"{length}\" {style}>{}</text>",
            escape(&run)
        );
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// The colour in SVG notation; `None` for the terminal's default.
fn hex(colour: Color) -> Option<String> {
    let (red, green, blue) = match colour {
        Color::Rgb(red, green, blue) => (red, green, blue),
        Color::Black => (0, 0, 0),
        Color::Red | Color::LightRed => (0xff, 0x7b, 0x72),
        Color::Green | Color::LightGreen => (0x7f, 0xd8, 0x8f),
        Color::Yellow | Color::LightYellow => (0xf2, 0xc1, 0x4e),
        Color::Blue | Color::LightBlue => (0x5a, 0xa9, 0xe6),
        Color::Magenta | Color::LightMagenta => (0xc6, 0x86, 0xe0),
        Color::Cyan | Color::LightCyan => (0x56, 0xc8, 0xd8),
        Color::Gray => (0xc0, 0xc6, 0xd0),
        Color::DarkGray => (0x6b, 0x74, 0x82),
        Color::White => (0xff, 0xff, 0xff),
        Color::Indexed(index) => cube(index),
        Color::Reset => return None,
    };
    Some(format!("#{red:02x}{green:02x}{blue:02x}"))
}

/// A colour of xterm's cube or grey ramp.
fn cube(index: u8) -> (u8, u8, u8) {
    const LEVELS: [u8; 6] = [0, 95, 135, 175, 215, 255];
    if index >= 232 {
        let level = 8 + 10 * (index - 232);
        return (level, level, level);
    }
    let place = index.saturating_sub(16);
    let level = |part: u8| LEVELS[usize::from(part % 6)];
    (level(place / 36), level(place / 6), level(place))
}

#[cfg(test)]
mod tests;

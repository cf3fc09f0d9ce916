//! Glyphs drawn as shapes: blocks, shades, and frame lines. Fonts differ in them, and where a font's glyph does not
//! fill its cell a bar has gaps; a rectangle has none.

use std::fmt::Write as _;

use super::CELL;

/// Width of thin and thick lines, in SVG units.
const THIN: f64 = 1.0;
const THICK: f64 = 2.0;
/// Radius of a round corner.
const RADIUS: f64 = 3.0;

/// A rectangle of one colour, in SVG units.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Bar {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) fill: String,
    pub(super) opacity: f64,
}

impl Bar {
    /// Appends it to the bars of its row; if it continues the last one, both are merged.
    pub(super) fn push_to(self, bars: &mut Vec<Self>) {
        if let Some(last) = bars.last_mut()
            && (last.top, last.height, last.opacity) == (self.top, self.height, self.opacity)
            && last.left + last.width == self.left
            && last.fill == self.fill
        {
            last.width += self.width;
        } else {
            bars.push(self);
        }
    }

    /// Writes it as SVG.
    pub(super) fn write(&self, out: &mut String) {
        let Self { left, top, width, height, fill, opacity } = self;
        let opacity =
            if *opacity < 1.0 { format!(" opacity=\"{opacity}\"") } else { String::new() };
        // Writing to a String cannot fail.
        let _ = writeln!(
            out,
            "<rect x=\"{left}\" y=\"{top}\" width=\"{width}\" height=\"{height}\" fill=\"{fill}\"{opacity}/>"
        );
    }
}

/// The shape of a glyph within its cell: rectangles as fractions of the cell, lines, or a corner.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum PictureShape {
    /// Left, top, width, height, and opacity.
    Block([f64; 4], f64),
    /// Lines from the centre to the left, right, top and bottom.
    Lines([bool; 4], f64),
    /// A round corner, with its two open sides.
    Corner(Side, Side),
}

/// A side of a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Left,
    Right,
    Top,
    Bottom,
}

impl PictureShape {
    /// The shape of a glyph; `None` if it is written as text.
    pub(super) fn of(symbol: &str) -> Option<Self> {
        let letter = symbol.chars().next()?;
        let eighths = |count: u32| f64::from(count) / 8.0;
        let lines = |[left, right, up, down]: [u8; 4], thickness| {
            Self::Lines([left == 1, right == 1, up == 1, down == 1], thickness)
        };
        Some(match letter {
            '█' => Self::Block([0.0, 0.0, 1.0, 1.0], 1.0),
            '▀' => Self::Block([0.0, 0.0, 1.0, 0.5], 1.0),
            // The left blocks shrink from seven eighths (U+2589) to one (U+258F).
            '▉'..='▏' => Self::Block([0.0, 0.0, eighths(0x2590 - u32::from(letter)), 1.0], 1.0),
            // The lower blocks grow from one eighth (U+2581) to seven (U+2587).
            '▁'..='▇' => {
                let height = eighths(u32::from(letter) - 0x2580);
                Self::Block([0.0, 1.0 - height, 1.0, height], 1.0)
            }
            // The shades fill a quarter (U+2591), a half and three quarters of their cell.
            '░'..='▓' => {
                Self::Block([0.0, 0.0, 1.0, 1.0], f64::from(u32::from(letter) - 0x2590) / 4.0)
            }
            '─' => lines([1, 1, 0, 0], THIN),
            '│' => lines([0, 0, 1, 1], THIN),
            '├' => lines([0, 1, 1, 1], THIN),
            '┤' => lines([1, 0, 1, 1], THIN),
            '━' => lines([1, 1, 0, 0], THICK),
            '┃' => lines([0, 0, 1, 1], THICK),
            '┏' => lines([0, 1, 0, 1], THICK),
            '┓' => lines([1, 0, 0, 1], THICK),
            '┗' => lines([0, 1, 1, 0], THICK),
            '┛' => lines([1, 0, 1, 0], THICK),
            '╭' => Self::Corner(Side::Right, Side::Bottom),
            '╮' => Self::Corner(Side::Left, Side::Bottom),
            '╰' => Self::Corner(Side::Right, Side::Top),
            '╯' => Self::Corner(Side::Left, Side::Top),
            _ => return None,
        })
    }

    /// Draws it in that cell: rectangles are merged with those of the row, corners are paths.
    pub(super) fn draw(
        self,
        (left, top): (f64, f64),
        fill: &str,
        bars: &mut Vec<Bar>,
        paths: &mut String,
    ) {
        let mut bar = |x: f64, y: f64, width: f64, height: f64, opacity: f64| {
            let (left, top, fill) = (left + x, top + y, fill.to_owned());
            Bar { left, top, width, height, fill, opacity }.push_to(bars);
        };
        let middle = (CELL.0 / 2.0, CELL.1 / 2.0);
        match self {
            Self::Block([x, y, width, height], opacity) => {
                bar(x * CELL.0, y * CELL.1, width * CELL.0, height * CELL.1, opacity);
            }
            Self::Lines([to_left, to_right, up, down], thickness) => {
                let half = thickness / 2.0;
                if to_left || to_right {
                    let from = if to_left { 0.0 } else { middle.0 - half };
                    let to = if to_right { CELL.0 } else { middle.0 + half };
                    bar(from, middle.1 - half, to - from, thickness, 1.0);
                }
                if up || down {
                    let from = if up { 0.0 } else { middle.1 - half };
                    let to = if down { CELL.1 } else { middle.1 + half };
                    bar(middle.0 - half, from, thickness, to - from, 1.0);
                }
            }
            Self::Corner(across, along) => {
                let (edge_x, sign_x) =
                    if across == Side::Right { (CELL.0, 1.0) } else { (0.0, -1.0) };
                let (edge_y, sign_y) =
                    if along == Side::Bottom { (CELL.1, 1.0) } else { (0.0, -1.0) };
                let (x, y) = (left + middle.0, top + middle.1);
                let _ = writeln!(
                    paths,
                    "<path d=\"M{} {y}H{}Q{x} {y} {x} {}V{}\" fill=\"none\" stroke=\"{fill}\"/>",
                    left + edge_x,
                    x + sign_x * RADIUS,
                    y + sign_y * RADIUS,
                    top + edge_y,
                );
            }
        }
    }
}

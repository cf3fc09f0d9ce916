//! Tests of the picture: the README's picture equals the program's output, and shapes have no gaps. Pixels are rendered
//! with one font from a crate, so that they are the same on every machine.

use std::collections::BTreeSet;

use ratatui::buffer::Cell;
use ratatui::style::Style;
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree};

use super::*;
use crate::station::look::{Colours, Glyphs};
use crate::station::testing::{Rig, look};

/// The picture of the README.
const PICTURE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../assets/workstation.png");
/// Pixels per SVG unit.
const SCALE: f32 = 2.0;
/// A character without a glyph in any font.
const UNASSIGNED: &str = "\u{10fffd}";

/// An SVG renderer with exactly one font.
fn viewer() -> Options<'static> {
    let mut viewer = Options::default();
    let fonts = viewer.fontdb_mut();
    fonts.load_font_data(epaint_default_fonts::HACK_REGULAR.to_vec());
    fonts.set_monospace_family("Hack");
    viewer
}

fn pixels(svg: &str, viewer: &Options<'_>) -> Pixmap {
    let tree = Tree::from_str(svg, viewer).unwrap();
    let size = tree.size().to_int_size().scale_by(SCALE).unwrap();
    let mut pixels = Pixmap::new(size.width(), size.height()).unwrap();
    resvg::render(&tree, Transform::from_scale(SCALE, SCALE), &mut pixels.as_mut());
    pixels
}

/// The screen of the README: a panel of 500 while it answers.
fn screen() -> Buffer {
    let mut rig = Rig::new((120, 36), look(Colours::True, Glyphs::Unicode));
    rig.open(500, 380);
    rig.wait(10_000);
    rig.buffer()
}

/// A buffer with these lines on it.
fn written(lines: &[&str]) -> Buffer {
    let width = lines.iter().map(|line| line.width()).max().unwrap_or(0);
    let area = Rect::new(0, 0, u16::try_from(width).unwrap(), u16::try_from(lines.len()).unwrap());
    let mut buffer = Buffer::empty(area);
    for (y, line) in (0..).zip(lines) {
        buffer.set_string(0, y, *line, Style::new().fg(Color::Rgb(255, 255, 255)));
    }
    buffer
}

#[test]
fn the_picture_of_the_readme_is_fresh() {
    let drawn = pixels(&svg(&screen(), false), &viewer()).encode_png().unwrap();
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(PICTURE, &drawn).unwrap();
    }
    // Pixels are compared, not files: compression depends on the encoder.
    let drawn = Pixmap::decode_png(&drawn).unwrap();
    let stored = Pixmap::load_png(PICTURE).ok();
    assert!(
        stored.is_some_and(|stored| stored == drawn),
        "assets/workstation.png is stale; this renews it: \
         BLESS=1 cargo test --package demoscope --lib the_picture_of_the_readme"
    );
}

#[test]
fn the_font_has_every_letter_that_is_written() {
    let viewer = viewer();
    let image = |letter: &str| pixels(&svg(&written(&[letter]), false), &viewer);
    let nothing = image(UNASSIGNED);
    let screen = screen();
    let letters: BTreeSet<&str> = screen.content.iter().map(Cell::symbol).collect();
    assert!(letters.len() > 50, "{letters:?}");
    let missing: Vec<&str> =
        letters.into_iter().filter(|letter| image(letter) == nothing).collect();
    assert_eq!(missing, Vec::<&str>::new());
}

#[test]
fn what_goes_on_is_one_shape() {
    for line in ["━━━━━━", "██████", "▃▃▃▃▃▃", "░░░░░░"]
    {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 6, 1));
        buffer.set_string(0, 0, line, Style::new().fg(Color::Rgb(255, 255, 255)));
        let drawn = svg(&buffer, false);
        assert_eq!(drawn.matches("<rect").count(), 2, "the ground and the line: {drawn}");
        assert!(!drawn.contains("<text"), "{drawn}");
    }
}

/// Every frame line reaches the edge of its cell where the next one begins, and none exceeds it.
#[test]
fn frames_close() {
    for frame in [["┏━━┓", "┃  ┃", "┗━━┛"], ["╭──╮", "│  │", "╰──╯"], ["├──┤", "│  │", "├──┤"]]
    {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 4, 3));
        for (y, line) in (0..).zip(frame) {
            buffer.set_string(0, y, line, Style::new());
        }
        let drawn = svg(&buffer, false);
        assert!(!drawn.contains("<text"), "{drawn}");
        for line in drawn.lines().filter(|line| line.starts_with("<rect x")) {
            let number = |name: &str| -> f64 {
                let (_, rest) = line.split_once(&format!(" {name}=\"")).unwrap();
                rest.split_once('"').unwrap().0.parse().unwrap()
            };
            let (left, top) = (number("x") - MARGIN, number("y") - MARGIN);
            let (right, bottom) = (left + number("width"), top + number("height"));
            assert!(left >= 0.0 && top >= 0.0 && right <= 4.0 * CELL.0, "{line}");
            assert!(bottom <= 3.0 * CELL.1, "{line}");
            let is_whole = |from: f64, to: f64, cell: f64| {
                from % cell == 0.0 || to % cell == 0.0 || (to - from) >= cell
            };
            assert!(
                is_whole(left, right, CELL.0) || is_whole(top, bottom, CELL.1),
                "a line that meets nothing: {line}"
            );
        }
    }
}

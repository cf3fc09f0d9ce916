//! The picture of the README is what the product draws, and what goes on from cell to cell is drawn in one piece.

use ratatui::style::Style;

use super::*;
use crate::station::look::{Colours, Glyphs};
use crate::station::testing::{Rig, look};

/// The picture in the README is what the product draws. `BLESS=1 cargo test` renews it.
#[test]
fn the_picture_of_the_readme_is_fresh() {
    let mut rig = Rig::new((120, 36), look(Colours::True, Glyphs::Unicode));
    rig.open(500, 380);
    rig.wait(10_000);
    let drawn = svg(&rig.buffer(), false);
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../assets/workstation.svg");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(path, &drawn).unwrap();
    }
    let stored = std::fs::read_to_string(path).unwrap_or_default();
    assert!(drawn == stored, "assets/workstation.svg is stale: run the tests with BLESS=1");
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

/// Every line of a frame reaches the edge of its cell where the next one begins, and none goes further.
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

//! What stands at a cell, for clicks. It asks the same layout that drew the screen.

use ratatui::layout::Rect;

use super::{SMALLEST, frame, live, studies};
use crate::station::model::{Model, Screen};

/// Something that can be clicked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// A tab.
    Screen(Screen),
    /// A row of the list.
    Study(usize),
    /// A person of the picture.
    Person(usize),
}

/// What stands there.
pub(crate) fn target(model: &Model, x: u16, y: u16) -> Option<Target> {
    let (width, height) = model.size;
    if width < SMALLEST.0 || height < SMALLEST.1 {
        return None;
    }
    let area = Rect::new(0, 0, width, height);
    if y == 0 {
        return frame::tab_spans(model, area)
            .into_iter()
            .find(|(_, _, start, width)| (*start..start + width).contains(&x))
            .map(|(screen, ..)| Target::Screen(screen));
    }
    match model.screen {
        Screen::Studies => studies::row_at(model, x, y).map(Target::Study),
        Screen::Live => live::person_at(model, x, y).map(Target::Person),
        Screen::Results => None,
    }
}

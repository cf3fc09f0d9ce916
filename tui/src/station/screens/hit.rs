//! Hit test for mouse clicks. It uses the same layout functions as drawing.

use ratatui::layout::Rect;

use super::{SMALLEST, frame, live, studies};
use crate::station::model::{Model, Screen};

/// A clickable element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// A tab.
    Screen(Screen),
    /// A row of the study list.
    Study(usize),
    /// A respondent in the mosaic.
    Person(usize),
}

/// The element at a cell.
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
        Screen::Results | Screen::Chain | Screen::Findings | Screen::Hooks | Screen::Logs => None,
    }
}

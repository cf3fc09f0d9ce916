//! Screens and overlays, one file each. Drawing is a pure function of the model and the size: the same model gives the
//! same cells everywhere.

pub(crate) mod chain;
pub(crate) mod compose;
pub(crate) mod findings;
pub(crate) mod frame;
pub(crate) mod help;
pub(crate) mod hit;
pub(crate) mod hooks;
pub(crate) mod layers;
pub(crate) mod live;
pub(crate) mod logs;
pub(crate) mod palette;
pub(crate) mod person;
mod ranking;
mod rejected;
pub(crate) mod results;
pub(crate) mod studies;

use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Rect;

use crate::station::model::layer::Layer;
use crate::station::model::{Model, Screen};
use crate::station::theme::Role;
use crate::station::widgets::canvas::Canvas;

/// The smallest size at which the screens fit.
pub(crate) const SMALLEST: (u16, u16) = (60, 20);

/// The label of every number: computed, not asked of people.
const SYNTHETIC: &str = "synthetic";

/// The label of numbers of a chain that has none of its own: those of round 1, with what the rounds that ended made of it.
const SO_FAR: &str = "finished rounds";

/// Draws the model over the previous content of the buffer, and returns the position of the text cursor.
pub fn draw(model: &Model, buffer: &mut Buffer) -> Option<(u16, u16)> {
    let area = buffer.area;
    let mut blank = Cell::EMPTY;
    blank.set_style(model.theme.style(Role::Text));
    buffer.content.fill(blank);
    let mut canvas = Canvas { buffer, theme: &model.theme };
    if area.width < SMALLEST.0 || area.height < SMALLEST.1 {
        too_small(model, &mut canvas, area);
        return None;
    }
    frame::draw(model, &mut canvas, area);
    let body = frame::body(area);
    let mut cursor = None;
    match (&model.compose, model.screen) {
        (Some(form), _) => cursor = compose::draw(model, form, &mut canvas, body),
        (None, Screen::Studies) => studies::draw(model, &mut canvas, body),
        (None, Screen::Live) => {
            let panes = rejected::draw(model, &mut canvas, body);
            live::draw(model, &mut canvas, panes);
        }
        (None, Screen::Results) => {
            let panes = rejected::draw(model, &mut canvas, body);
            results::draw(model, &mut canvas, panes);
        }
        (None, Screen::Chain) => {
            let panes = rejected::draw(model, &mut canvas, body);
            chain::draw(model, &mut canvas, panes);
        }
        (None, Screen::Logs) => logs::draw(model, &mut canvas, body),
        (None, Screen::Findings) => {
            let panes = rejected::draw(model, &mut canvas, body);
            findings::draw(model, &mut canvas, panes);
        }
        (None, Screen::Hooks) => hooks::draw(model, &mut canvas, body),
    }
    if model.link.stale_since().is_some() {
        canvas.tint(body, Role::Stale);
    }
    frame::other_version(model, &mut canvas, body);
    for layer in &model.layers {
        cursor = match layer {
            Layer::Palette(palette) => palette::draw(model, palette, &mut canvas, body),
            Layer::Help(help) => help::draw(model, help, &mut canvas, body),
            Layer::Menu(menu) => layers::menu(menu, &mut canvas, body),
            Layer::Prompt(prompt) => layers::prompt(model, prompt, &mut canvas, body),
            Layer::Question(question) => layers::question(question, &mut canvas, body),
            Layer::Person(person) => person::draw(model, person, &mut canvas, body),
            Layer::Ranking(page) => ranking::draw(page, &mut canvas, body),
        };
    }
    layers::which_key(model, &mut canvas, body);
    frame::notice(model, &mut canvas, body);
    cursor
}

/// One line for a terminal that is too small, with the current activity; keys still work.
fn too_small(model: &Model, canvas: &mut Canvas<'_>, area: Rect) {
    let (columns, rows) = SMALLEST;
    let times = canvas.glyphs().times();
    let need = format!("need {columns}{times}{rows}, have {}{times}{}", area.width, area.height);
    let end = canvas.text(area.x, area.y, area.width, &need, Role::Warning);
    if let Some(study) = model.study() {
        let panel = study.asked_now();
        let progress = format!("  {}/{} {}", panel.settled(), panel.requested, study.name);
        if area.height > 1 {
            canvas.text(area.x, area.y + 1, area.width, progress.trim_start(), Role::Text);
        } else {
            canvas.text(end, area.y, area.right().saturating_sub(end), &progress, Role::Text);
        }
    }
}

#[cfg(test)]
mod tests;

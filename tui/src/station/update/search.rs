//! Text input of the focused element, with its immediate effects: lists are filtered, the palette searches, drafts are
//! checked again.

use super::{compose, palette as find};
use crate::station::effect::Effect;
use crate::station::model::Model;
use crate::station::model::layer::{Layer, Purpose};
use crate::station::widgets::textbox::TextBox;
use crate::station::widgets::window::Window;

/// Edits the focused text.
pub(super) fn edit(model: &mut Model, change: impl FnOnce(&mut TextBox)) -> Vec<Effect> {
    match model.layers.last_mut() {
        Some(Layer::Palette(palette)) => {
            change(&mut palette.input);
            find::search(palette);
        }
        Some(Layer::Help(help)) => {
            change(&mut help.input);
            help.window = Window::default();
        }
        Some(Layer::Prompt(prompt)) => {
            change(&mut prompt.input);
            let text = prompt.input.text().to_owned();
            match prompt.purpose {
                Purpose::FilterStudies => {
                    model.studies.filter = text;
                    model.studies.arrange();
                    model.studies.select(None);
                }
                Purpose::FilterQuotes => {
                    model.open_study.results.drill.words = text;
                    model.open_study.find_quotes();
                }
                Purpose::FilterLogs => {
                    model.logs.words = text;
                    model.logs.settle();
                }
                Purpose::Tags(_) => {}
            }
        }
        Some(Layer::Menu(_) | Layer::Question(_) | Layer::Person(_) | Layer::Ranking(_)) => {}
        None => return compose::edit_field(model, change),
    }
    Vec::new()
}

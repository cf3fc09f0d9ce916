//! Typing into whatever takes text, and what follows from it at once: lists narrow, drafts are checked again. Also the
//! search of the palette: letters in order, better when they begin words or stand together.

use super::compose;
use crate::station::effect::Effect;
use crate::station::model::Model;
use crate::station::model::layer::{Layer, Palette, Purpose};
use crate::station::widgets::textbox::TextBox;
use crate::station::widgets::window::Window;

/// Changes the text that has the keys.
pub(super) fn edit(model: &mut Model, change: impl FnOnce(&mut TextBox)) -> Vec<Effect> {
    match model.layers.last_mut() {
        Some(Layer::Palette(palette)) => {
            change(&mut palette.input);
            search(palette);
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
                    model.lens.results.drill.words = text;
                    model.lens.find_quotes();
                }
                Purpose::Tags(_) => {}
            }
        }
        Some(Layer::Menu(_) | Layer::Question(_) | Layer::Person(_)) => {}
        None => return compose::edit_field(model, change),
    }
    Vec::new()
}

/// Finds what the letters of the palette stand for.
pub(super) fn search(palette: &mut Palette) {
    let wanted = palette.input.text().to_lowercase();
    let mut found: Vec<(i32, usize)> = palette
        .offers
        .iter()
        .enumerate()
        .filter_map(|(index, offer)| {
            score(&wanted, &offer.title.to_lowercase()).map(|score| (-score, index))
        })
        .collect();
    found.sort_unstable();
    palette.found = found.into_iter().map(|(_, index)| index).collect();
    palette.window = Window::default();
}

/// How well the words of `wanted` fit `text`; none when a letter is missing. Each word is looked for by itself.
fn score(wanted: &str, text: &str) -> Option<i32> {
    wanted.split_whitespace().map(|word| word_score(word, text)).sum()
}

fn word_score(word: &str, text: &str) -> Option<i32> {
    if let Some(at) = text.find(word) {
        let begins = at == 0 || text[..at].ends_with([' ', '-', '.']);
        return Some(if begins { 100 } else { 60 });
    }
    let mut total = 0;
    let mut letters = text.chars();
    let mut before = ' ';
    for wanted in word.chars() {
        let mut gap = 0;
        loop {
            let letter = letters.next()?;
            let fresh = before == ' ';
            before = letter;
            if letter == wanted {
                total += if fresh { 8 } else { 4 - gap.min(4) };
                break;
            }
            gap += 1;
        }
    }
    Some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_in_order_find_and_beginnings_win() {
        assert!(score("paus", "pause a study") > score("paus", "unpaused"));
        assert!(score("pst", "pause study").is_some());
        assert!(score("study pau", "pause study").is_some());
        assert_eq!(score("xyz", "pause study"), None);
        assert_eq!(score("", "anything"), Some(0));
    }
}

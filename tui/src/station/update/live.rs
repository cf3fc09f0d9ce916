//! Live screen input: the cursor in the mosaic, its arrangement, and the list of answers.

use crate::station::effect::Effect;
use crate::station::model::layer::{Layer, Person};
use crate::station::model::open_study::LivePane;
use crate::station::model::requests::Want;
use crate::station::model::{Model, Tone};
use crate::station::screens::live as screen;
use crate::station::widgets::mosaic::{Arrangement, NO_SCORE, PENDING, Steer};
use crate::station::widgets::window::Move;

/// Changes the arrangement of the mosaic.
pub(super) fn turn_order(model: &mut Model) -> Vec<Effect> {
    model.open_study.arrangement = match model.open_study.arrangement {
        Arrangement::Asked => Arrangement::ByScore,
        Arrangement::ByScore => Arrangement::Asked,
    };
    Vec::new()
}

/// Moves the cursor to a neighbour in the mosaic.
pub(super) fn steer(model: &mut Model, steer: Steer) -> Vec<Effect> {
    let Some(study) = model.study() else { return Vec::new() };
    let mosaic = screen::mosaic(model, study);
    let geometry = mosaic.geometry(screen::mosaic_area(model), model.theme.has_half_blocks());
    model.open_study.person = geometry.neighbour(model.open_study.person, steer);
    want_person(model);
    Vec::new()
}

/// Moves by more than one step, or in the list.
pub(super) fn go(model: &mut Model, step: Move) {
    match model.open_study.pane {
        LivePane::Answers => {
            let rows = model.open_study.feed().len();
            model.open_study.feed.go(step, rows);
        }
        LivePane::Mosaic => {
            let last = model.open_study.marks.len().saturating_sub(1);
            model.open_study.person = match step {
                Move::First => 0,
                Move::Last => last,
                Move::By(by) => model.open_study.person.saturating_add_signed(by).min(last),
            };
            want_person(model);
        }
    }
}

/// Requests the answer of the respondent under the cursor.
pub(super) fn want_person(model: &mut Model) {
    let person = model.open_study.person;
    let score = model.open_study.marks.get(person).copied().unwrap_or(PENDING);
    let Ok(ordinal) = u32::try_from(person) else { return };
    if !matches!(score, PENDING | NO_SCORE) && !model.open_study.responses.contains_key(&ordinal) {
        model.requests.want(Want::Answer(ordinal), model.now.ms);
    }
}

/// Opens the page of the respondent under the cursor.
pub(super) fn open(model: &mut Model) -> Vec<Effect> {
    let (people, at) = match model.open_study.pane {
        LivePane::Answers => {
            let feed = model.open_study.feed();
            let cursor = model.open_study.feed.cursor.min(feed.len().saturating_sub(1));
            (feed, cursor)
        }
        LivePane::Mosaic => {
            let answered = |score: &u8| !matches!(*score, PENDING | NO_SCORE);
            if !model.open_study.marks.get(model.open_study.person).is_some_and(answered) {
                model.say(Tone::Done, "That person has not answered.");
                return Vec::new();
            }
            let people: Vec<u32> = (0u32..)
                .zip(&model.open_study.marks)
                .filter(|(_, score)| answered(score))
                .map(|(ordinal, _)| ordinal)
                .collect();
            let at = people.iter().position(|ordinal| *ordinal as usize == model.open_study.person);
            (people, at.unwrap_or(0))
        }
    };
    if people.is_empty() {
        model.say(Tone::Done, "Nobody has answered yet.");
        return Vec::new();
    }
    model.layers.push(Layer::Person(Person { people, at, scroll: 0 }));
    super::layers::want_shown_person(model);
    Vec::new()
}

//! Exports: files, a picture, and the clipboard. File names are derived from the id, never from text of a user or
//! model.

use protocol::id::StudyId;

use crate::station::effect::{Effect, Export};
use crate::station::model::layer::Layer;
use crate::station::model::open_study::{LivePane, OpenStudy};
use crate::station::model::people;
use crate::station::model::results::Pane;
use crate::station::model::{Model, Screen, Tone};
use crate::station::picture;

/// Writes the open study to a file.
pub(super) fn write(model: &mut Model, export: Export) -> Vec<Effect> {
    let Some(id) = model.open_study.study else { return Vec::new() };
    if !super::can_ask(model) {
        return Vec::new();
    }
    model.say(Tone::Done, "Writing it, as the daemon has it.");
    vec![Effect::Export(id, export)]
}

/// Writes a picture of the screen.
pub(super) fn picture(model: &Model) -> Vec<Effect> {
    let Some(id) = model.open_study.study else { return Vec::new() };
    let name = format!("demoscope-{}-screen.svg", id.short());
    vec![Effect::Write { name, content: picture::of_screen(model) }]
}

/// Copies the answer, row or number under the cursor as text.
pub(super) fn copy(model: &mut Model) -> Vec<Effect> {
    if let Some(Layer::Ranking(page)) = model.layers.last() {
        let found = page.found.as_ref().and_then(|found| found.as_ref().ok());
        let text = found.map(|found| crate::report::ranking(found, crate::look::Look::PLAIN));
        return copied(model, "The ranking", text);
    }
    let person = match model.layers.last() {
        Some(Layer::Person(person)) => person.people.get(person.at).copied(),
        _ => match (model.screen, model.open_study.pane, model.open_study.results.pane) {
            (Screen::Live, LivePane::Mosaic, _) => u32::try_from(model.open_study.person).ok(),
            (Screen::Live, LivePane::Answers, _) => {
                model.open_study.feed().get(model.open_study.feed.cursor).copied()
            }
            (Screen::Results, _, Pane::Quotes) => {
                model.open_study.results.found.get(model.open_study.results.quotes.cursor).copied()
            }
            (Screen::Results, ..) => {
                let (what, text) = crate::station::screens::results::as_text(model).unzip();
                return copied(model, what.unwrap_or_default(), text);
            }
            (Screen::Chain, ..) => {
                let text = crate::station::screens::chain::as_text(model);
                return copied(model, "The text", text);
            }
            (Screen::Findings, ..) => {
                let text = crate::station::screens::findings::as_text(model);
                return copied(model, "The finding", text);
            }
            (Screen::Hooks, ..) => {
                let text = model.hooks.delivery().map(|one| format!("{}  {}", one.id, one.url));
                return copied(model, "The delivery", text);
            }
            (Screen::Logs, ..) => {
                let text = crate::station::screens::logs::as_text(model);
                return copied(model, "The entry", text);
            }
            (Screen::Studies, ..) => {
                let text =
                    model.studies.selected().map(|study| format!("{}  {}", study.id, study.name));
                return copied(model, "The study", text);
            }
        },
    };
    let kind = model.study().map(OpenStudy::instrument);
    let response = person.and_then(|ordinal| model.open_study.responses.get(&ordinal));
    let text = response.zip(kind).map(|(response, kind)| {
        let mark = (kind.mark)(model.open_study.mark_of(response));
        let who = people::brief(&response.respondent);
        let said = response.answer.reasoning();
        let origin = response.respondent.persona().map_or("", |_| ", synthetic");
        format!("{mark}: “{said}” ({who}, {}{origin})", response.id)
    });
    copied(model, "The answer", text)
}

/// Copies a text; a message reports the result when it is known.
fn copied(model: &mut Model, what: &'static str, text: Option<String>) -> Vec<Effect> {
    let Some(text) = text else {
        model.say(Tone::Trouble, "There is nothing under the cursor to copy.");
        return Vec::new();
    };
    vec![Effect::Copy { what, text }]
}

/// Copies the command line that shows the same.
pub(super) fn copy_command(model: &Model) -> Vec<Effect> {
    if let Some(Layer::Ranking(page)) = model.layers.last() {
        let names: Vec<String> = page.studies.iter().map(StudyId::short).collect();
        let text = format!("demoscope rank {}", names.join(" "));
        return vec![Effect::Copy { what: "The command", text }];
    }
    let text = match (model.screen, model.study()) {
        (Screen::Hooks, _) => match model.hooks.delivery() {
            Some(one) => format!("demoscope hooks deliveries {}", one.id),
            None => "demoscope hooks list".to_owned(),
        },
        (_, None) => "demoscope list".to_owned(),
        (Screen::Logs, Some(_)) => "demoscope daemon status".to_owned(),
        (Screen::Studies | Screen::Live | Screen::Chain, Some(study)) => {
            format!("demoscope show {}", study.id.short())
        }
        (Screen::Findings, Some(study)) => format!("demoscope findings {}", study.id.short()),
        (Screen::Results, Some(study)) => format!("demoscope show {} --answers", study.id.short()),
    };
    vec![Effect::Copy { what: "The command", text }]
}

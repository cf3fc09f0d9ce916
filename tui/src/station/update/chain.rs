//! Chain screen input: which version is shown against which, how their difference stands, and writing a version into the file
//! of its study, after asking.

use protocol::error::ApiError;
use protocol::id::StudyId;
use protocol::safe;

use super::{act, can_ask};
use crate::station::effect::{Call, Effect};
use crate::station::model::chain::{Applied, ChainPane, Choice, DiffLayout, DiffUnit, SourceFile};
use crate::station::model::difference::Difference;
use crate::station::model::layer::{Consent, Layer, Question, Yes};
use crate::station::model::requests::Want;
use crate::station::model::{Model, Screen, Tone};
use crate::station::screens::chain as screen;
use crate::station::widgets::format::stopped;
use crate::station::widgets::window::Move;

/// The message for keys without a version to work on.
const NOTHING: &str = "There is no version here to choose from.";

/// Requests what only this screen shows.
pub(super) fn want(model: &mut Model) {
    let Some(id) = model.open_study.study else { return };
    if model.open_study.chain.file == SourceFile::Unknown {
        model.requests.want(Want::Source(id), model.now.ms);
    }
}

/// Notes the file that a study was submitted from.
pub(super) fn source(
    model: &mut Model,
    study: StudyId,
    reply: Result<Option<String>, ApiError>,
) -> Vec<Effect> {
    model.requests.done(Want::Source(study));
    // Without a reply the file is asked for again when the screen is opened again.
    if let Ok(path) = reply
        && model.open_study.study == Some(study)
    {
        let path = path.map(|path| SourceFile::Path(safe::line(&path).into_owned()));
        model.open_study.chain.file = path.unwrap_or(SourceFile::Missing);
    }
    Vec::new()
}

/// Opens the results of the chosen round. Those of round 1 are the study's own, once it has some.
pub(super) fn open_round(model: &mut Model) -> Vec<Effect> {
    let has_results = model.open_study.report_of_study().is_some_and(|of| of.results.is_some());
    match screen::choice(model) {
        Some((Choice::Round(round), _)) if round > 1 || !has_results => {
            model.open_study.open_round(round);
            model.requests.forget_lens();
            act::show_round(model)
        }
        Some(_) | None => act::show(model, Screen::Results),
    }
}

/// Lays out the difference that the screen shows, where it is not laid out yet, so that no frame has to.
pub(super) fn lay_out(model: &mut Model) {
    if model.screen != Screen::Chain {
        return;
    }
    if let Some((key, words)) = screen::wanted(model) {
        let found = Difference::of(words, key);
        model.open_study.chain.laid = Some((key, found));
    }
    let mut view = std::mem::take(&mut model.open_study.chain);
    if let Some(results) = screen::results(model) {
        view.count_words(results);
    }
    model.open_study.chain = view;
}

/// Shows another version.
pub(super) fn turn(model: &mut Model, step: Move) -> Vec<Effect> {
    if !screen::has_any(model) {
        model.say(Tone::Trouble, NOTHING);
        return Vec::new();
    }
    let mut view = std::mem::take(&mut model.open_study.chain);
    if let Some(results) = screen::results(model) {
        view.choose(results, step);
    }
    model.open_study.chain = view;
    Vec::new()
}

/// Moves in the focused pane.
pub(super) fn go(model: &mut Model, step: Move) {
    match model.open_study.chain.pane {
        ChainPane::Versions => {
            if screen::has_any(model) {
                turn(model, step);
            }
        }
        ChainPane::Text => {
            let Some((rows, first)) = screen::text_window(model) else { return };
            let laid = model.open_study.chain.laid.as_ref();
            let height = laid.map_or(0, |(_, found)| found.height());
            model.open_study.chain.scroll = Some(moved(first, step, height.saturating_sub(rows)));
        }
        ChainPane::Why => {
            let left = screen::why_left(model);
            model.open_study.chain.why = moved(model.open_study.chain.why.min(left), step, left);
        }
    }
}

/// The first visible line after a movement.
fn moved(first: usize, step: Move, last: usize) -> usize {
    match step {
        Move::By(by) => first.saturating_add_signed(by).min(last),
        Move::First => 0,
        Move::Last => last,
    }
}

/// Compares with the chosen version from now on, or with each version's own again.
pub(super) fn set_base(model: &mut Model) -> Vec<Effect> {
    let Some(((_, name), place)) = screen::choice(model).zip(screen::place(model)) else {
        model.say(Tone::Trouble, NOTHING);
        return Vec::new();
    };
    model.open_study.chain.set_base(place);
    let told = match model.open_study.chain.base {
        Some(_) => format!("Every version is compared with {name}; = again ends that."),
        None => "Every version is compared with the one that it was rewritten from.".to_owned(),
    };
    model.say(Tone::Done, told);
    Vec::new()
}

/// Shows the difference by words or by lines.
pub(super) fn turn_unit(model: &mut Model) -> Vec<Effect> {
    let view = &mut model.open_study.chain;
    view.unit = match view.unit {
        DiffUnit::Words => DiffUnit::Lines,
        DiffUnit::Lines => DiffUnit::Words,
    };
    view.scroll = None;
    Vec::new()
}

/// Shows both texts side by side or in one.
pub(super) fn turn_layout(model: &mut Model) -> Vec<Effect> {
    let next = match screen::layout(model) {
        DiffLayout::Inline => DiffLayout::Split,
        DiffLayout::Split => DiffLayout::Inline,
    };
    let view = &mut model.open_study.chain;
    (view.layout, view.scroll) = (Some(next), None);
    Vec::new()
}

/// Asks whether to write the chosen version into the file of its study.
pub(super) fn ask_apply(model: &mut Model) -> Vec<Effect> {
    let Some(((choice, name), study)) = screen::choice(model).zip(model.open_study.study) else {
        model.say(Tone::Trouble, NOTHING);
        return Vec::new();
    };
    let into = match &model.open_study.chain.file {
        SourceFile::Missing => {
            let id = study.short();
            let text = format!(
                "The study was not submitted from a file: y copies the text, `demoscope apply {id} -o FILE` writes it."
            );
            model.say(Tone::Trouble, text);
            return Vec::new();
        }
        SourceFile::Path(path) => format!("It replaces the text of {path}."),
        SourceFile::Unknown => "It replaces the text of the study's file.".to_owned(),
    };
    model.layers.push(Layer::Question(Question {
        title: format!("Write {name} into the file?"),
        lines: vec![
            into,
            "The settings at its top stay. A copy of it as it was is kept beside it; z restores it."
                .to_owned(),
        ],
        yes: "write it",
        by: Yes::Enter,
        consent: Consent::Apply(study, choice),
        other: None,
    }));
    Vec::new()
}

/// Writes a version into the file.
pub(super) fn apply(model: &mut Model, study: StudyId, choice: Choice) -> Vec<Effect> {
    if can_ask(model) { vec![Effect::Call(Call::Apply(study, choice))] } else { Vec::new() }
}

/// Restores the file as it was before a version was written into it.
pub(super) fn take_back(model: &mut Model) -> Vec<Effect> {
    let Some(study) = model.open_study.study.filter(|_| model.open_study.chain.is_applied) else {
        model.say(
            Tone::Trouble,
            "No version was written from here, so there is nothing to restore.",
        );
        return Vec::new();
    };
    if can_ask(model) { vec![Effect::Call(Call::TakeBack(study))] } else { Vec::new() }
}

/// Tells what became of the file.
pub(super) fn applied(
    model: &mut Model,
    study: StudyId,
    told: Result<Applied, String>,
) -> Vec<Effect> {
    let is_open = model.open_study.study == Some(study);
    match told {
        Ok(applied) => {
            if is_open {
                model.open_study.chain.is_applied = matches!(applied, Applied::Written(_));
            }
            let text = match applied {
                Applied::Written(path) => format!("Written to {path}; z restores it as it was."),
                Applied::Restored(path) => format!("{path} is as it was before."),
            };
            model.say(Tone::Done, text);
        }
        Err(why) => model.say(Tone::Trouble, stopped(&why)),
    }
    Vec::new()
}

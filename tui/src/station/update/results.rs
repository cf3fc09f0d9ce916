//! Results screen input: views, groupings, and drill-down from a number to its answers.

use protocol::run::State;

use crate::station::effect::Effect;
use crate::station::model::class::Dimension;
use crate::station::model::layer::{Layer, Person};
use crate::station::model::open_study::Loading;
use crate::station::model::requests::Want;
use crate::station::model::results::{Axis, Drill, Pane, Scope, View};
use crate::station::model::{Model, Tone};
use crate::station::screens::results as screen;
use crate::station::widgets::mosaic::Steer;
use crate::station::widgets::window::{Move, Window};

/// Requests the report and all answers.
pub(super) fn want(model: &mut Model) {
    let now = model.now.ms;
    // Answers that arrived while another screen was shown are not sorted yet.
    model.open_study.find_quotes();
    let Some(id) = model.open_study.study else { return };
    if model.open_study.round.is_some() {
        if model.open_study.report.is_none() {
            model.requests.want(Want::RoundReport, now);
        }
        if model.open_study.loading != Loading::All {
            model.requests.want(Want::RoundPage, now);
        }
        return;
    }
    if model.open_study.report.is_none() {
        model.requests.want(Want::Report(id), now);
    }
    let ended = model.studies.get(id).is_some_and(|study| study.state.is_final());
    if model.open_study.loading == Loading::Some
        || (model.open_study.loading != Loading::All && ended)
    {
        model.requests.want(Want::Page, now);
    }
    want_table(model);
}

/// Groups by the next dimension; after the last one, by every dimension.
pub(super) fn next_group(model: &mut Model) -> Vec<Effect> {
    let view = &mut model.open_study.results;
    let last = Dimension::ALL[Dimension::ALL.len() - 1];
    match (view.view, view.scope) {
        (View::Cross, _) => view.by = view.by.next(),
        (_, Scope::Every) => (view.scope, view.by) = (Scope::One, Dimension::default()),
        (_, Scope::One) if view.by == last => view.scope = Scope::Every,
        (_, Scope::One) => view.by = view.by.next(),
    }
    if view.view != View::Cross {
        view.view = View::Segments;
    }
    view.pane = Pane::Main;
    if view.view == View::Cross && view.by == view.across {
        view.across = view.across.next();
    }
    view.main = Window::default();
    want_table(model);
    Vec::new()
}

/// Requests the cross-table, if it is shown and not loaded.
fn want_table(model: &mut Model) {
    if model.open_study.results.view == View::Cross && model.open_study.table().is_none() {
        model.requests.want(Want::Cross, model.now.ms);
    }
}

/// Crosses with the next dimension.
pub(super) fn cross(model: &mut Model) -> Vec<Effect> {
    if model.open_study.round.is_some() {
        model.say(Tone::Done, "A cross-table is of round 1: 3 opens the results of the study.");
        return Vec::new();
    }
    let view = &mut model.open_study.results;
    if view.view == View::Cross {
        view.across = view.across.next();
    }
    if view.across == view.by {
        view.across = view.across.next();
    }
    view.view = View::Cross;
    view.pane = Pane::Main;
    view.main = Window::default();
    view.column = 0;
    want_table(model);
    Vec::new()
}

/// Shows the next view.
pub(super) fn next_view(model: &mut Model) -> Vec<Effect> {
    let Some(study_type) = model.study().map(|study| study.instrument) else { return Vec::new() };
    let report = model.open_study.report.as_ref();
    let mut next = model.open_study.results.view.next(study_type, report);
    if next == View::Cross && model.open_study.round.is_some() {
        next = next.next(study_type, report);
    }
    let view = &mut model.open_study.results;
    view.view = next;
    if view.across == view.by {
        view.across = view.across.next();
    }
    view.main = beginning(next);
    view.pane = Pane::Main;
    want_table(model);
    Vec::new()
}

/// Shows the next view on the reliability of the numbers: channels or checks.
pub(super) fn show_worth(model: &mut Model) -> Vec<Effect> {
    let Some(study_type) = model.study().map(|study| study.instrument) else { return Vec::new() };
    let report = model.open_study.report.as_ref();
    let Some(next) = model.open_study.results.view.worth(study_type, report) else {
        model.say(Tone::Done, "Nothing is known of what these numbers are worth.");
        return Vec::new();
    };
    let view = &mut model.open_study.results;
    view.view = next;
    view.main = beginning(next);
    view.pane = Pane::Main;
    Vec::new()
}

/// The initial cursor: on the first line that can be opened.
fn beginning(view: View) -> Window {
    // The channels begin with a heading.
    let cursor = usize::from(view == View::Channels);
    Window { cursor, ..Window::default() }
}

/// Whether the scores pane is shown.
pub(super) fn screen_shows_scores(model: &Model) -> bool {
    screen::shows_scores(model)
}

/// Moves in the focused pane.
pub(super) fn go(model: &mut Model, step: Move) {
    let rows = match model.open_study.results.pane {
        Pane::Main => screen::main_rows(model),
        Pane::Scores => screen::score_rows(model),
        Pane::Quotes => model.open_study.results.found.len(),
    };
    let view = &mut model.open_study.results;
    let window = match view.pane {
        Pane::Main => &mut view.main,
        Pane::Scores => &mut view.scores,
        Pane::Quotes => &mut view.quotes,
    };
    window.go(step, rows);
}

/// Left and right: columns of the cross-tab, panes elsewhere.
pub(super) fn steer(model: &mut Model, steer: Steer) -> Vec<Effect> {
    let by = if steer == Steer::Left { -1 } else { 1 };
    let view = &mut model.open_study.results;
    if view.view == View::Cross && view.pane == Pane::Main {
        let columns = model.open_study.classes(Axis::Columns).len();
        let view = &mut model.open_study.results;
        view.column = view.column.saturating_add_signed(by).min(columns.saturating_sub(1));
        return Vec::new();
    }
    super::navigate::next_pane(model, by)
}

/// Opens the answers behind a number, or the respondent of an answer.
pub(super) fn open(model: &mut Model) -> Vec<Effect> {
    let Some(study) = model.study() else { return Vec::new() };
    // Where numbers are shown there are answers, also if an older reply to the list came after the report.
    let has_numbers = model.open_study.found().is_some();
    let is_over = study.state == State::Completed || has_numbers;
    if !is_over && model.open_study.responses.is_empty() {
        model.say(Tone::Done, "There is nothing behind these numbers yet.");
        return Vec::new();
    }
    if model.open_study.results.pane == Pane::Quotes {
        let view = &model.open_study.results;
        if view.found.is_empty() {
            let text = match model.open_study.loading {
                Loading::All => "There is no answer to open: Esc shows all of them.",
                Loading::Some | Loading::Until(_) => "The answers are still being loaded.",
            };
            model.say(Tone::Done, text);
            return Vec::new();
        }
        let person = Person { people: view.found.clone(), at: view.quotes.cursor, scroll: 0 };
        model.layers.push(Layer::Person(person));
        return Vec::new();
    }
    let Some(drill) = screen::behind(model) else {
        model.say(Tone::Done, screen::why_nothing_behind(model));
        return Vec::new();
    };
    drill_to(model, drill);
    Vec::new()
}

/// Shows the answers that pass the filter.
fn drill_to(model: &mut Model, drill: Drill) {
    let view = &mut model.open_study.results;
    view.drill = drill;
    view.pane = Pane::Quotes;
    view.quotes = Window::default();
    model.open_study.find_quotes();
}

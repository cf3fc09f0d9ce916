//! Dispatch of actions: one match over the table of actions. The files of the screens implement them.

use super::{
    chain, compose, cost_requests, export, findings, hooks, layers, leave, lineage, live, logs,
    navigate, results, studies, want_screen,
};
use protocol::finding::FindingStatus;
use protocol::safe;

use crate::station::action::{Action, Place};
use crate::station::effect::Effect;
use crate::station::model::layer::{Consent, Layer, Question, Yes};
use crate::station::model::open_study::{Follow, LivePane};
use crate::station::model::results::View;
use crate::station::model::studies::{Arrival, SavedFilter};
use crate::station::model::{Again, Model, Screen, Tone, Zoom};
use crate::station::widgets::mosaic::Steer;
use crate::station::widgets::window::Move;

/// Performs an action in the focused place.
pub(super) fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    let place = model.place();
    match action {
        Action::Open => navigate::open(model),
        Action::Back => navigate::back(model),
        Action::Accept => layers::accept(model),
        Action::New => compose::open(model),
        Action::Duplicate => studies::duplicate(model, Again::Form),
        Action::Edit => studies::duplicate(model, Again::Editor),
        Action::Pause => studies::pause(model),
        Action::Cancel => studies::ask_cancel(model),
        Action::Retry => studies::retry(model),
        Action::Archive => studies::archive(model),
        Action::Tag => layers::open_tags(model),
        Action::Mark => studies::mark(model),
        Action::Rank => studies::rank(model),
        Action::Filter => layers::open_filter(model),
        Action::Sort => layers::open_sort(model),
        Action::Archived => studies::turn_shelf(model),
        Action::Order => live::turn_order(model),
        Action::Follow if place == Place::Logs => logs::turn_follow(model),
        Action::Follow => {
            model.open_study.follow = match model.open_study.follow {
                Follow::Newest => Follow::Still,
                Follow::Still => Follow::Newest,
            };
            Vec::new()
        }
        Action::GroupBy => results::next_group(model),
        Action::CrossTab => results::cross(model),
        Action::View => results::next_view(model),
        Action::Worth => results::show_worth(model),
        Action::Newest => lineage::open_newest(model),
        Action::Down => step(model, place, Steer::Down),
        Action::Up => step(model, place, Steer::Up),
        Action::Left => step(model, place, Steer::Left),
        Action::Right => step(model, place, Steer::Right),
        Action::PageDown => navigate::go(model, Move::By(half_page(model))),
        Action::PageUp => navigate::go(model, Move::By(-half_page(model))),
        Action::First => navigate::go(model, Move::First),
        Action::Last => navigate::go(model, Move::Last),
        Action::NextPane => navigate::next_pane(model, 1),
        Action::PreviousPane => navigate::next_pane(model, -1),
        Action::Zoom => {
            model.zoom = match model.zoom {
                Zoom::All => Zoom::One,
                Zoom::One => Zoom::All,
            };
            Vec::new()
        }
        Action::Export => layers::open_export(model),
        Action::Copy => export::copy(model),
        Action::CopyCommand => export::copy_command(model),
        Action::ShowStudies => show(model, Screen::Studies),
        Action::ShowLive => show(model, Screen::Live),
        Action::ShowResults => show(model, Screen::Results),
        Action::ShowChain => show(model, Screen::Chain),
        Action::ShowLogs => show(model, Screen::Logs),
        Action::NextLevel => logs::next_level(model),
        Action::OfStudy => logs::turn_study(model),
        Action::ShowFindings => show(model, Screen::Findings),
        Action::ShowHooks => show(model, Screen::Hooks),
        Action::Redeliver => hooks::redeliver(model),
        Action::TestEndpoint => hooks::test(model),
        Action::PauseEndpoint => hooks::pause(model),
        Action::NextVersion => chain::turn(model, Move::By(1)),
        Action::PreviousVersion => chain::turn(model, Move::By(-1)),
        Action::SetBase => chain::set_base(model),
        Action::DiffUnit => chain::turn_unit(model),
        Action::DiffLayout => chain::turn_layout(model),
        Action::Apply => chain::ask_apply(model),
        Action::TakeBack => chain::take_back(model),
        Action::Resolve => findings::set(model, FindingStatus::Resolved),
        Action::Dismiss => findings::set(model, FindingStatus::Dismissed),
        Action::Reopen => findings::set(model, FindingStatus::Open),
        Action::UndoStatus => findings::undo(model),
        Action::UndoVersion => studies::undo_version(model),
        Action::NextStatus => findings::next_status(model),
        Action::Requests => cost_requests::open(model),
        Action::Palette => layers::open_palette(model),
        Action::Help => layers::open_help(model),
        Action::Themes => layers::open_themes(model),
        Action::StartDaemon => vec![Effect::StartDaemon],
        Action::Redraw => vec![Effect::Redraw],
        Action::Suspend => vec![Effect::Suspend],
        Action::Quit => ask_quit(model),
        Action::Run => compose::run(model),
        Action::Editor => compose::edit(model),
        Action::Complete => compose::complete(model),
        Action::Undo => compose::undo(model),
        Action::Clear => super::search::edit(model, |input| input.set("")),
        Action::NextPerson => layers::turn_person(model, 1),
        Action::PreviousPerson => layers::turn_person(model, -1),
    }
}

/// Half of the rows that a list shows.
fn half_page(model: &Model) -> isize {
    isize::try_from(model.size.1 / 2).unwrap_or(1).max(1)
}

/// One step in a direction.
fn step(model: &mut Model, place: Place, steer: Steer) -> Vec<Effect> {
    use crate::station::widgets::textbox::Go;
    let rows = match steer {
        Steer::Down => Some(1),
        Steer::Up => Some(-1),
        Steer::Left | Steer::Right => None,
    };
    match place {
        Place::Live if model.open_study.pane == LivePane::Mosaic => {
            return live::steer(model, steer);
        }
        Place::Compose => return compose::steer(model, steer),
        Place::Chain if rows.is_none() => {
            return chain::turn(model, Move::By(if steer == Steer::Left { -1 } else { 1 }));
        }
        Place::Results if rows.is_none() => return results::steer(model, steer),
        _ => {}
    }
    match (rows, steer) {
        (Some(by), _) => navigate::go(model, Move::By(by)),
        (None, Steer::Left) => super::search::edit(model, |input| input.go(Go::Left)),
        (None, _) => super::search::edit(model, |input| input.go(Go::Right)),
    }
}

/// Switches to a screen; the study stays the same.
pub(super) fn show(model: &mut Model, screen: Screen) -> Vec<Effect> {
    // The findings of a round are seen from its results.
    let of_round = screen == Screen::Findings && model.open_study.round.is_some();
    if !of_round && model.open_study.leave_round() {
        model.requests.forget_lens();
    }
    if !matches!(screen, Screen::Studies | Screen::Hooks | Screen::Logs) {
        let wanted = match model.screen {
            Screen::Studies => model.studies.selected().map(|study| study.id),
            Screen::Live | Screen::Results | Screen::Chain | Screen::Findings | Screen::Hooks => {
                let of_list = || model.studies.selected().map(|study| study.id);
                model.open_study.study.or_else(of_list)
            }
            Screen::Logs => {
                let of_list = model.studies.selected().map(|study| study.id);
                model.open_study.study.or(of_list)
            }
        };
        let Some(id) = wanted else {
            let (_, all) = model.studies.counts();
            let text = match (model.studies.arrival, model.studies.saved_filter) {
                (Arrival::Awaited, _) => "The list of studies has not arrived yet.".to_owned(),
                (Arrival::Here, _) if all > 0 => format!(
                    "No study meets the filter {}: Esc clears it, / changes it.",
                    safe::quoted(&model.studies.filter)
                ),
                (Arrival::Here, SavedFilter::Archived) => {
                    "Nothing is put away: A goes back to the list.".to_owned()
                }
                (Arrival::Here, SavedFilter::Current) => {
                    "There is no study yet: n starts one.".to_owned()
                }
            };
            let text = model.theme.glyphs().plain(&text);
            model.say(Tone::Trouble, text);
            return Vec::new();
        };
        if model.open_study.study != Some(id) {
            model.open_study.open(id);
            model.requests.forget_lens();
            if let Some(study) = model.studies.get(id) {
                let view = &mut model.open_study.results.view;
                // Whoever reads what changed goes on with that in the next version.
                let stays = *view == View::Change && study.lineage.is_some();
                if !stays {
                    *view = view.or_first_of(study.instrument);
                }
            }
        }
    }
    model.screen = screen;
    model.zoom = Zoom::All;
    if screen == Screen::Studies {
        model.studies.select(model.open_study.study);
    }
    want_screen(model);
    Vec::new()
}

/// Shows the results of the round that was opened.
pub(super) fn show_round(model: &mut Model) -> Vec<Effect> {
    if let Some(study_type) = model.study().map(|study| study.instrument) {
        let view = &mut model.open_study.results.view;
        *view = view.or_first_of(study_type);
    }
    model.screen = Screen::Results;
    model.zoom = Zoom::All;
    want_screen(model);
    Vec::new()
}

/// Asks whether to quit.
fn ask_quit(model: &mut Model) -> Vec<Effect> {
    if matches!(model.layers.last(), Some(Layer::Question(_))) {
        return leave(model);
    }
    let busy = model.studies.all().iter().filter(|study| !study.state.is_final()).count();
    let goes_on = match busy {
        0 => "The daemon keeps running and keeps your studies.".to_owned(),
        1 => "The daemon keeps running: 1 study goes on without this window.".to_owned(),
        busy => format!("The daemon keeps running: {busy} studies go on without this window."),
    };
    model.layers.push(Layer::Question(Question {
        title: "Leave the workstation?".to_owned(),
        lines: vec![
            goes_on,
            "`demoscope` comes back to them; `demoscope daemon stop` ends it.".to_owned(),
        ],
        yes: "leave",
        by: Yes::Enter,
        consent: Consent::Quit,
        other: None,
    }));
    Vec::new()
}

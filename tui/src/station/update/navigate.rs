//! Navigation: drill-down and back, between panes, and by mouse.

use super::{act, chain, findings, hooks, layers, live, results, studies};
use crate::station::effect::Effect;
use crate::station::model::chain::ChainPane;
use crate::station::model::findings::FindingPane;
use crate::station::model::hooks::HookPane;
use crate::station::model::layer::{Layer, Purpose};
use crate::station::model::open_study::LivePane;
use crate::station::model::results::{Drill, Pane};
use crate::station::model::{Model, Screen, Zoom};
use crate::station::screens::hit::{self, Target};
use crate::station::widgets::window::Move;

/// Opens the entry under the cursor.
pub(super) fn open(model: &mut Model) -> Vec<Effect> {
    match model.screen {
        Screen::Studies => studies::open(model),
        Screen::Live => live::open(model),
        Screen::Results => results::open(model),
        Screen::Chain => chain::open_round(model),
        Screen::Findings => findings::open(model),
        Screen::Hooks => Vec::new(),
        Screen::Logs => Vec::new(),
    }
}

/// Goes one step back.
pub(super) fn back(model: &mut Model) -> Vec<Effect> {
    if let Some(layer) = model.layers.pop() {
        return closed(model, layer);
    }
    if model.compose.is_some() {
        return super::compose::close(model);
    }
    if model.zoom == Zoom::One {
        model.zoom = Zoom::All;
        return Vec::new();
    }
    match model.screen {
        Screen::Logs if !model.logs.words.is_empty() => {
            model.logs.words.clear();
            model.logs.settle();
            Vec::new()
        }
        Screen::Logs => act::show(model, Screen::Studies),
        Screen::Studies => {
            if model.studies.marked.is_empty() {
                model.studies.filter.clear();
                model.studies.arrange();
            } else {
                model.studies.marked.clear();
            }
            Vec::new()
        }
        Screen::Live | Screen::Hooks => act::show(model, Screen::Studies),
        Screen::Results => {
            let view = &mut model.open_study.results;
            if view.pane == Pane::Quotes || !view.drill.is_empty() {
                view.drill = Drill::default();
                view.pane = Pane::Main;
                model.open_study.find_quotes();
                return Vec::new();
            }
            if view.pane != Pane::Main {
                view.pane = Pane::Main;
                return Vec::new();
            }
            let next =
                if model.open_study.round.is_some() { Screen::Chain } else { Screen::Studies };
            act::show(model, next)
        }
        Screen::Chain => {
            if model.open_study.chain.pane != ChainPane::Versions {
                model.open_study.chain.pane = ChainPane::Versions;
                return Vec::new();
            }
            act::show(model, Screen::Studies)
        }
        Screen::Findings => {
            if model.open_study.findings.pane == FindingPane::Quotes {
                model.open_study.findings.pane = FindingPane::List;
                return Vec::new();
            }
            if model.open_study.round.is_some() {
                return act::show_round(model);
            }
            act::show(model, Screen::Studies)
        }
    }
}

/// What follows from closing an overlay without accepting it.
fn closed(model: &mut Model, layer: Layer) -> Vec<Effect> {
    if let Layer::Prompt(prompt) = layer {
        match prompt.purpose {
            Purpose::FilterStudies => {
                model.studies.filter = prompt.before;
                model.studies.arrange();
            }
            Purpose::FilterQuotes => {
                model.open_study.results.drill.words = prompt.before;
                model.open_study.find_quotes();
            }
            Purpose::FilterLogs => {
                model.logs.words = prompt.before;
                model.logs.settle();
            }
            Purpose::Tags(_) => {}
        }
    }
    Vec::new()
}

/// Moves the cursor of the focused element.
pub(super) fn go(model: &mut Model, step: Move) -> Vec<Effect> {
    if let Some(effects) = layers::go(model, step) {
        return effects;
    }
    if model.compose.is_some() {
        return super::compose::go(model, step);
    }
    match model.screen {
        Screen::Studies => {
            let (rows, _) = model.studies.counts();
            model.studies.window.go(step, rows);
        }
        Screen::Live => live::go(model, step),
        Screen::Results => results::go(model, step),
        Screen::Chain => chain::go(model, step),
        Screen::Findings => findings::go(model, step),
        Screen::Hooks => hooks::go(model, step),
        Screen::Logs => model.logs.go(step),
    }
    Vec::new()
}

/// The next or previous pane.
pub(super) fn next_pane(model: &mut Model, by: isize) -> Vec<Effect> {
    if model.compose.is_some() {
        return super::compose::next_field(model, by);
    }
    match model.screen {
        Screen::Studies | Screen::Logs => {}
        Screen::Live => {
            model.open_study.pane = match model.open_study.pane {
                LivePane::Mosaic => LivePane::Answers,
                LivePane::Answers => LivePane::Mosaic,
            };
        }
        Screen::Results => {
            let panes = Pane::ALL.len();
            let at = Pane::ALL
                .iter()
                .position(|pane| *pane == model.open_study.results.pane)
                .unwrap_or(0);
            let after = |at: usize| (at + panes).saturating_add_signed(by) % panes;
            let next = after(at);
            let is_hidden = Pane::ALL[next] == Pane::Scores && !results::screen_shows_scores(model);
            model.open_study.results.pane = Pane::ALL[if is_hidden { after(next) } else { next }];
        }
        Screen::Chain => {
            let panes = ChainPane::ALL;
            let pane = &mut model.open_study.chain.pane;
            let at = panes.iter().position(|one| one == pane).unwrap_or(0);
            *pane = panes[(at + panes.len()).saturating_add_signed(by) % panes.len()];
        }
        Screen::Hooks => {
            let panes = HookPane::ALL;
            let pane = &mut model.hooks.pane;
            let at = panes.iter().position(|one| one == pane).unwrap_or(0);
            *pane = panes[(at + panes.len()).saturating_add_signed(by) % panes.len()];
        }
        Screen::Findings => {
            model.open_study.findings.pane = match model.open_study.findings.pane {
                FindingPane::List => FindingPane::Quotes,
                FindingPane::Quotes => FindingPane::List,
            };
        }
    }
    Vec::new()
}

/// Handles a click on a tab, a row or a respondent.
pub(super) fn click(model: &mut Model, x: u16, y: u16) -> Vec<Effect> {
    if !model.layers.is_empty() || model.compose.is_some() {
        return Vec::new();
    }
    match hit::target(model, x, y) {
        Some(Target::Screen(screen)) => act::show(model, screen),
        Some(Target::Study(row)) => {
            let again = model.studies.window.cursor == row;
            model.studies.window.cursor = row;
            if again { studies::open(model) } else { Vec::new() }
        }
        Some(Target::Person(person)) => {
            let again =
                model.open_study.pane == LivePane::Mosaic && model.open_study.person == person;
            model.open_study.pane = LivePane::Mosaic;
            model.open_study.person = person;
            live::want_person(model);
            if again { live::open(model) } else { Vec::new() }
        }
        None => Vec::new(),
    }
}

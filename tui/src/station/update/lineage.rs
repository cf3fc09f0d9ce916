//! Versions of a watched file on the screens of the open study. Whoever looks at the newest version is taken to the next one when
//! it has ended; whoever reads answers, or an older version, is told that it is there and goes to it by a key.

use protocol::id::StudyId;
use protocol::run::State;

use super::want_screen;
use crate::report::version;
use crate::station::effect::Effect;
use crate::station::model::findings::FindingPane;
use crate::station::model::requests::Want;
use crate::station::model::results::Pane;
use crate::station::model::{Model, Screen, Tone};

/// A version has ended and its report is here: it is opened in the place of the version before, or told of there.
pub(super) fn follow(model: &mut Model, ended: StudyId) {
    let Some(open) = model.open_study.study else { return };
    let report = model.studies.report(ended);
    let Some(found) = report.and_then(|report| report.version.as_deref()) else { return };
    let versions = &found.lineage.versions;
    let own = versions.iter().find(|one| one.study == open).map(|one| one.version);
    let Some(own) = own.filter(|own| *own < found.version) else { return };
    let was_newest = !versions.iter().any(|one| {
        one.version > own && one.version < found.version && one.state == State::Completed
    });
    if was_newest && can_leave(model) {
        open_version(model, ended);
    } else {
        // Its new report lists the version that has ended, so that the screen can tell of it.
        model.requests.want(Want::Report(open), model.now.ms);
    }
}

/// Whether another version may take the place of the open one: nothing is written or read there just now.
fn can_leave(model: &Model) -> bool {
    let open = &model.open_study;
    let is_covered = !model.layers.is_empty() || model.compose.is_some() || open.round.is_some();
    let shows_numbers = match model.screen {
        Screen::Results => open.results.pane != Pane::Quotes && open.results.drill.is_empty(),
        Screen::Findings => open.findings.pane == FindingPane::List,
        Screen::Studies | Screen::Live | Screen::Chain | Screen::Hooks | Screen::Logs => false,
    };
    shows_numbers && !is_covered
}

/// Opens the newest version that has ended.
pub(super) fn open_newest(model: &mut Model) -> Vec<Effect> {
    let report = model.open_study.report_of_study();
    let found = report.and_then(|report| report.version.as_deref());
    match found.and_then(version::newer).map(|newer| newer.study) {
        Some(study) => open_version(model, study),
        None => model.say(Tone::Done, "No newer version of this study has ended."),
    }
    Vec::new()
}

/// Opens another version on the same screen, in the same view and pane.
fn open_version(model: &mut Model, study: StudyId) {
    let pane = model.open_study.results.pane;
    let status = model.open_study.findings.status;
    model.open_study.open(study);
    model.open_study.results.pane = pane;
    model.open_study.findings.status = status;
    model.requests.forget_lens();
    if let Some(report) = model.studies.report(study).cloned() {
        model.open_study.take_report(report);
    }
    want_screen(model);
}

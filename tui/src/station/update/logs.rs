//! Logs screen input: level, study and words of the entries that are shown, and the requests that follow the log while the
//! screen is open.

use protocol::error::ApiError;
use protocol::log::{LogLevel, LogPage};

use super::answers::accept;
use crate::station::effect::Effect;
use crate::station::model::open_study::Follow;
use crate::station::model::requests::Want;
use crate::station::model::{Model, Screen, Tone, sanitize};

/// The levels that can be chosen, one after the other.
const LEVELS: [LogLevel; 4] = [LogLevel::Info, LogLevel::Warn, LogLevel::Error, LogLevel::Debug];

/// Asks for the entries after those that are held.
pub(super) fn want(model: &mut Model) {
    if model.screen == Screen::Logs {
        model.requests.want(Want::Logs(model.logs.revision), model.now.ms);
    }
}

/// Takes entries and asks for the next ones, as long as the screen is open.
pub(super) fn take(model: &mut Model, revision: u32, reply: Result<LogPage, ApiError>) {
    model.requests.done(Want::Logs(revision));
    let Some(mut page) = accept(model, reply) else {
        return;
    };
    if revision == model.logs.revision {
        page.entries.iter_mut().for_each(sanitize::log_entry);
        model.logs.take(page);
        want(model);
    }
}

/// Shows the next level and graver ones.
pub(super) fn next_level(model: &mut Model) -> Vec<Effect> {
    let at = LEVELS.iter().position(|level| *level == model.logs.level).map_or(0, |at| at + 1);
    model.logs.level = LEVELS[at % LEVELS.len()];
    anew(model)
}

/// Shows only what names the study that was open or under the cursor, or everything again.
pub(super) fn turn_study(model: &mut Model) -> Vec<Effect> {
    if model.logs.study.take().is_none() {
        let of_list = model.studies.selected().map(|study| study.id);
        model.logs.study = model.open_study.study.or(of_list);
        if model.logs.study.is_none() {
            model.say(Tone::Trouble, "There is no study yet whose entries could be shown.");
            return Vec::new();
        }
    }
    anew(model)
}

/// Follows the newest entry, or holds the list still.
pub(super) fn turn_follow(model: &mut Model) -> Vec<Effect> {
    model.logs.follow = match model.logs.follow {
        Follow::Newest => Follow::Still,
        Follow::Still => Follow::Newest,
    };
    model.logs.settle();
    Vec::new()
}

fn anew(model: &mut Model) -> Vec<Effect> {
    model.logs.ask_anew();
    want(model);
    Vec::new()
}

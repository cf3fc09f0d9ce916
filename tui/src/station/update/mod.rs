//! State transitions of the workstation: `update(model, moment, message)` changes the model and returns effects. It is
//! pure, so that a test can replay any sequence of keys and responses without terminal, socket or clock.

mod act;
mod answers;
mod chain;
mod compose;
mod cost_requests;
mod export;
mod findings;
mod hooks;
mod layers;
mod lineage;
mod live;
mod logs;
mod navigate;
mod news;
mod palette;
mod results;
mod search;
mod studies;
mod submission;

use protocol::log::LogQuery;
use protocol::study::Draft;

use crate::station::action::{Action, Place};
use crate::station::effect::{Call, Effect, People};
use crate::station::input::{Input, Turn};
use crate::station::key::{Chord, Key, Mods};
use crate::station::keymap::Found;
use crate::station::layout;
use crate::station::model::compose::Compose;
use crate::station::model::link::Link;
use crate::station::model::open_study::Loading;
use crate::station::model::requests::Want;
use crate::station::model::saved::Settings;
use crate::station::model::{Model, Moment, Screen, Tone};
use crate::station::msg::Msg;

/// Entries of the log on a page, and how long the daemon holds the request while there are none.
const LOG_ENTRIES: u32 = 200;
const LOG_WAIT_MS: u64 = 10_000;
/// Time within which a second Ctrl-C quits without a question.
const TWICE_MS: u64 = 1_500;
/// What is said to a letter of an alphabet whose keyboard is not known.
const NO_LETTERS: &str =
    "These letters do nothing here: switch the layout, or use arrows, F1 and Ctrl-P.";

/// Updates the model with a message and returns the effects.
pub fn update(model: &mut Model, now: Moment, msg: Msg) -> Vec<Effect> {
    model.now = now;
    let mut effects = match msg {
        Msg::Input(Input::Key(chord)) => press(model, chord),
        Msg::Input(Input::Paste(text)) => typed(model, &text),
        Msg::Input(Input::Click(x, y)) => navigate::click(model, x, y),
        Msg::Input(Input::Wheel(turn)) => {
            let action = if turn == Turn::Up { Action::Up } else { Action::Down };
            (0..3).flat_map(|_| act::act(model, action)).collect()
        }
        Msg::Resize(columns, rows) => {
            model.size = (columns, rows);
            Vec::new()
        }
        Msg::Tick => Vec::new(),
        answer => {
            let mut effects = answers::take(model, answer);
            effects.extend(studies::renew_cancellation(model));
            effects
        }
    };
    if model.notice.as_ref().is_some_and(|notice| notice.until <= now.ms) {
        model.notice = None;
    }
    effects.extend(model.compose.as_mut().and_then(|compose| {
        compose.take_save(now.ms).map(|form| Effect::SaveDraft(compose.origin, form))
    }));
    studies::follow_cursor(model);
    chain::lay_out(model);
    effects.extend(keep(model));
    effects.extend(ask(model));
    effects
}

/// Saves the settings as soon as they change. A filter that is being typed is not saved yet.
fn keep(model: &mut Model) -> Option<Effect> {
    if !model.layers.is_empty() {
        return None;
    }
    let now = Settings::of(model);
    (now != model.kept).then(|| {
        model.kept.clone_from(&now);
        Effect::SaveSettings(now)
    })
}

/// Handles a key.
fn press(model: &mut Model, chord: Chord) -> Vec<Effect> {
    if let Some(key) = chord.after_esc()
        && !is_bound(model, chord)
    {
        // Alt with an unbound key means that Esc and the key arrived together.
        let mut effects = press(model, Chord::plain(Key::Esc));
        effects.extend(press(model, key));
        return effects;
    }
    let chord = in_place(model, chord);
    if chord == Chord::with(Key::Char('c'), Mods::CTRL) {
        return interrupt(model);
    }
    let place = model.place();
    if place == Place::Menu
        && let Some(letter) = chord.typed()
        && let Some(effects) = layers::pick_by_letter(model, letter)
    {
        return effects;
    }
    if place == Place::Question
        && let Some(letter) = chord.typed()
        && let Some(effects) = layers::say_yes(model, letter)
    {
        return effects;
    }
    model.pending.keys.push(chord);
    model.pending.since = model.now.ms;
    match model.keymap.find(place, &model.pending.keys) {
        Found::Action(action) => {
            model.pending.keys.clear();
            act::act(model, action)
        }
        Found::Prefix => Vec::new(),
        Found::Nothing => {
            let was_alone = model.pending.keys.len() == 1;
            model.pending.keys.clear();
            if was_alone && place.takes_text() {
                return type_key(model, chord);
            }
            if chord.typed().is_some_and(layout::is_of_another_alphabet) {
                model.say(Tone::Trouble, NO_LETTERS);
            }
            Vec::new()
        }
    }
}

/// The key in the same place of a Latin keyboard, where a letter of another alphabet is no text and has no command itself.
fn in_place(model: &Model, chord: Chord) -> Chord {
    let is_text = model.place().takes_text() && chord.typed().is_some();
    if is_text || is_bound(model, chord) {
        return chord;
    }
    let latin = layout::latin_chord(chord);
    // Where that key does nothing either, the letter itself is told of. Menus and questions have letters of their own.
    let has_letters = matches!(model.place(), Place::Menu | Place::Question);
    let counts = |latin: &Chord| has_letters || chord.typed().is_none() || is_bound(model, *latin);
    latin.filter(counts).unwrap_or(chord)
}

/// Whether a key is bound here, or begins a sequence.
fn is_bound(model: &Model, chord: Chord) -> bool {
    let mut keys = model.pending.keys.clone();
    keys.push(chord);
    model.keymap.find(model.place(), &keys) != Found::Nothing
}

/// Ctrl-C asks whether to quit; twice in a row quits.
fn interrupt(model: &mut Model) -> Vec<Effect> {
    let recent = model.interrupted.is_some_and(|at| model.now.ms < at + TWICE_MS);
    model.interrupted = Some(model.now.ms);
    if recent {
        return leave(model);
    }
    model.say(Tone::Done, "Ctrl-C again leaves; studies go on in the daemon.");
    Vec::new()
}

/// Saves the draft and quits.
fn leave(model: &Model) -> Vec<Effect> {
    let draft = model.compose.as_ref().and_then(Compose::unkept);
    let draft = draft.map(|(origin, form)| Effect::SaveDraft(origin, form));
    draft.into_iter().chain([Effect::Quit]).collect()
}

/// Handles a key that types or edits text.
fn type_key(model: &mut Model, chord: Chord) -> Vec<Effect> {
    match (chord.key, chord.mods) {
        (Key::Char(letter), Mods::NONE) => typed(model, letter.encode_utf8(&mut [0; 4])),
        (Key::Enter, _) => typed(model, "\n"),
        (Key::Backspace, _) => {
            search::edit(model, crate::station::widgets::textbox::TextBox::backspace)
        }
        (Key::Delete, _) => search::edit(model, crate::station::widgets::textbox::TextBox::delete),
        (Key::Home, _) => {
            search::edit(model, |input| input.go(crate::station::widgets::textbox::Go::Home))
        }
        (Key::End, _) => {
            search::edit(model, |input| input.go(crate::station::widgets::textbox::Go::End))
        }
        _ => Vec::new(),
    }
}

/// Handles typed or pasted text.
fn typed(model: &mut Model, text: &str) -> Vec<Effect> {
    if !model.place().takes_text() {
        return Vec::new();
    }
    if model.layers.is_empty() && compose::is_choice(model) {
        return compose::typed_on_choice(model, text);
    }
    if model.layers.is_empty() {
        compose::make_way(model);
    }
    search::edit(model, |input| input.insert(text))
}

/// Sends the requests that are due.
fn ask(model: &mut Model) -> Vec<Effect> {
    if !model.link.is_connected() {
        return Vec::new();
    }
    let now = model.now.ms;
    let due = model.requests.take_due(now);
    due.into_iter()
        .filter_map(|want| {
            let call = call(model, want);
            if call.is_none() {
                model.requests.done(want);
            }
            call.map(Effect::Call)
        })
        .collect()
}

/// The call for a request, if it is still needed.
fn call(model: &mut Model, want: Want) -> Option<Call> {
    let study = model.open_study.study;
    let round = study.zip(model.open_study.round);
    match want {
        // What is loaded of the whole study is not of the round that is open.
        Want::Scores | Want::Newest | Want::Page | Want::Unread | Want::Answer(_) | Want::Cross
            if round.is_some() =>
        {
            None
        }
        Want::RoundReport => round.map(|(id, round)| Call::RoundReport(id, round)),
        Want::RoundPage => {
            let from = match model.open_study.loading {
                Loading::Some => 0,
                Loading::Until(ordinal) => ordinal,
                Loading::All => return None,
            };
            round.map(|(id, round)| Call::RoundPage(id, round, from))
        }
        Want::Studies => {
            let archived =
                model.studies.saved_filter == crate::station::model::studies::SavedFilter::Archived;
            Some(Call::Studies { archived })
        }
        Want::Balance => Some(Call::Balance),
        Want::Watched => Some(Call::Watched),
        Want::CostRequests => Some(Call::CostRequests),
        Want::Live => study.map(Call::Live),
        Want::Scores => {
            study.zip(model.open_study.take_stale()).map(|(id, who)| Call::Scores(id, who))
        }
        Want::Newest => {
            let (from, count) = model.open_study.missing_newest()?;
            study.map(|study| Call::Newest(study, from, count))
        }
        Want::Page => {
            let from = match model.open_study.loading {
                Loading::Some => 0,
                Loading::Until(ordinal) => ordinal,
                Loading::All => return None,
            };
            study.map(|study| Call::Page(study, from))
        }
        Want::Unread => {
            let (from, count) = model.open_study.unread()?;
            study.map(|study| Call::Unread(study, from, count))
        }
        Want::Answer(ordinal) => study.map(|study| Call::Answer(study, ordinal)),
        Want::Report(id) => Some(Call::Report(id)),
        Want::Source(id) => Some(Call::Source(id)),
        Want::Cross => {
            let view = &model.open_study.results;
            study.map(|study| Call::Cross(study, [view.by.field(), view.across.field()]))
        }
        Want::Hooks => Some(Call::Hooks),
        Want::Delivery => model.hooks.delivery().map(|one| Call::Delivery(one.id.clone())),
        Want::Logs(revision) => {
            let view = &model.logs;
            let is_shown = model.screen == Screen::Logs && revision == view.revision;
            is_shown.then(|| {
                let query = LogQuery {
                    after: view.next,
                    level: view.level,
                    study: view.study,
                    limit: LOG_ENTRIES,
                    wait_ms: LOG_WAIT_MS,
                };
                Call::Logs(revision, query)
            })
        }
        Want::Check => {
            let compose = model.compose.as_ref()?;
            Some(Call::Check { revision: compose.revision, draft: compose.draft() })
        }
    }
}

/// Whether a draft has anything to check.
fn has_text(draft: &Draft) -> bool {
    !draft.text.sent().trim().is_empty()
}

/// Requests everything that the screen shows.
fn want_screen(model: &mut Model) {
    let now = model.now.ms;
    model.requests.want(Want::Balance, now);
    if model.screen == Screen::Hooks {
        hooks::want(model);
        return;
    }
    logs::want(model);
    if model.screen == Screen::Studies || model.open_study.study.is_none() {
        return;
    }
    model.requests.want(Want::Live, now);
    want_scores(model, People::ALL);
    if model.screen.shows_report() {
        results::want(model);
    }
    if model.screen == Screen::Chain {
        chain::want(model);
    }
}

/// Requests the scores of some respondents of the open study.
fn want_scores(model: &mut Model, people: People) {
    model.open_study.make_stale(people);
    model.requests.want(Want::Scores, model.now.ms);
}

/// Whether the daemon can be called now; shows a message if not.
fn can_ask(model: &mut Model) -> bool {
    match &model.link {
        Link::Connected { .. } => true,
        Link::Connecting | Link::Away { .. } => {
            model.say(
                Tone::Trouble,
                "The daemon is away; try again when it is back. Nothing was changed.",
            );
            false
        }
        Link::Incompatible { .. } => {
            model.say(Tone::Trouble, "The daemon is of another version. Nothing was changed.");
            false
        }
    }
}

#[cfg(test)]
mod tests;

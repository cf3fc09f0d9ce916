//! Hooks screen input: moving in the lists, sending a delivery again, testing an endpoint, and pausing it. What the
//! daemon does by itself is asked for again while the screen is shown.

use protocol::error::ApiError;
use protocol::hook::{DeliveryDetail, DeliveryState, EndpointControl, EndpointState};

use super::can_ask;
use crate::station::effect::{Call, Effect};
use crate::station::model::hooks::{HookList, HookPane};
use crate::station::model::requests::Want;
use crate::station::model::{Model, Screen, Tone, sanitize};
use crate::station::widgets::window::Move;

/// Milliseconds after which the screen is asked for again.
const LOOK_AGAIN_MS: u64 = 2_000;

/// Requests what the screen shows.
pub(super) fn want(model: &mut Model) {
    model.requests.want(Want::Hooks, model.now.ms);
}

/// Takes what the daemon told.
pub(super) fn told(model: &mut Model, told: Option<HookList>) {
    model.requests.done(Want::Hooks);
    if model.screen == Screen::Hooks {
        model.requests.want_by(Want::Hooks, model.now.ms + LOOK_AGAIN_MS);
    }
    let Some(mut told) = told else { return };
    told.endpoints.iter_mut().for_each(sanitize::endpoint);
    told.deliveries.iter_mut().for_each(sanitize::delivery);
    told.sources.iter_mut().for_each(sanitize::source);
    told.received.iter_mut().for_each(sanitize::received);
    let view = &mut model.hooks;
    // The cursor stays on its delivery, unless it is on the newest.
    let held = view.delivery().filter(|_| view.list.cursor > 0).map(|one| one.id.clone());
    let place = held.and_then(|id| told.deliveries.iter().position(|one| one.id == id));
    view.told = Some(told);
    if let Some(place) = place {
        view.list.cursor = place;
    }
    keep_cursors(model);
    want_detail(model);
}

fn keep_cursors(model: &mut Model) {
    let view = &mut model.hooks;
    let Some(told) = &view.told else { return };
    view.list.go(Move::By(0), told.deliveries.len());
    view.ends.go(Move::By(0), told.endpoints.len());
    view.sources.go(Move::By(0), told.sources.len());
}

/// Requests the delivery under the cursor in full, where it is another or has moved on.
fn want_detail(model: &mut Model) {
    let is_known = model.hooks.shown().map(|detail| &detail.delivery) == model.hooks.delivery();
    if !is_known {
        model.requests.want(Want::Delivery, model.now.ms);
    }
}

/// Takes a delivery in full.
pub(super) fn detail(model: &mut Model, detail: Option<DeliveryDetail>) {
    model.requests.done(Want::Delivery);
    if let Some(mut detail) = detail {
        sanitize::delivery(&mut detail.delivery);
        if let Some(body) = &mut detail.body {
            sanitize::block(body);
        }
        let is_meant = model.hooks.delivery().is_some_and(|one| one.id == detail.delivery.id);
        model.hooks.detail = Some(detail);
        if !is_meant {
            want_detail(model);
        }
    }
}

/// Moves in the focused pane.
pub(super) fn go(model: &mut Model, step: Move) {
    let rows = model.hooks.rows();
    match model.hooks.pane {
        HookPane::Deliveries => model.hooks.list.go(step, rows),
        HookPane::Endpoints => model.hooks.ends.go(step, rows),
        HookPane::Sources => model.hooks.sources.go(step, rows),
    }
    want_detail(model);
}

/// Sends the delivery under the cursor once more.
pub(super) fn redeliver(model: &mut Model) -> Vec<Effect> {
    let Some((id, state)) = model.hooks.delivery().map(|one| (one.id.clone(), one.state)) else {
        model.say(Tone::Trouble, "There is no delivery under the cursor.");
        return Vec::new();
    };
    if state == DeliveryState::Pending {
        model.say(Tone::Done, "It is still to be sent.");
        return Vec::new();
    }
    call(model, Call::Redeliver(id))
}

/// Sends a test to the endpoint under the cursor.
pub(super) fn test(model: &mut Model) -> Vec<Effect> {
    match model.hooks.endpoint().map(|one| one.id.clone()) {
        Some(id) => call(model, Call::TestEndpoint(id)),
        None => none(model),
    }
}

/// Pauses the endpoint under the cursor, or resumes it.
pub(super) fn pause(model: &mut Model) -> Vec<Effect> {
    match model.hooks.endpoint().map(|one| (one.id.clone(), one.state)) {
        Some((id, EndpointState::Paused)) => {
            call(model, Call::ControlEndpoint(id, EndpointControl::Resume))
        }
        Some((id, EndpointState::Healthy | EndpointState::Failing)) => {
            call(model, Call::ControlEndpoint(id, EndpointControl::Pause))
        }
        None => none(model),
    }
}

fn none(model: &mut Model) -> Vec<Effect> {
    model.say(Tone::Trouble, "There is no endpoint: add one with `demoscope hooks add URL`.");
    Vec::new()
}

fn call(model: &mut Model, call: Call) -> Vec<Effect> {
    if can_ask(model) { vec![Effect::Call(call)] } else { Vec::new() }
}

/// A change was made: says what, and asks how it is now.
pub(super) fn changed(model: &mut Model, told: Result<String, ApiError>) {
    match told {
        Ok(what) => model.say(Tone::Done, what),
        Err(mut error) => {
            sanitize::error(&mut error);
            let hint = error.hints.first().map_or(String::new(), |hint| format!(". {hint}"));
            model.say(Tone::Trouble, format!("{}{hint}.", error.message));
        }
    }
    want(model);
}

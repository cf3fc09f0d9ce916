//! What agents want to run that costs money: told when it comes in, shown with its cost on a key, and decided by another one. The
//! cost is agreed to by a letter, never by an Enter that was meant for something else.

use protocol::cost_request::{CostDecision, CostRequest, CostRequestId, CostRequestState};
use protocol::error::ApiError;

use super::can_ask;
use crate::station::action::{Action, Place};
use crate::station::effect::{Call, Effect};
use crate::station::model::layer::{Consent, Item, Layer, Menu, OtherAnswer, Pick, Question, Yes};
use crate::station::model::requests::Want;
use crate::station::model::{Model, Tone, sanitize};
use crate::station::widgets::canvas::fit;
use crate::station::widgets::format::{plural, stopped};
use crate::station::widgets::window::Window;

/// Parts of what is to be asked that are shown, and characters of each.
const MATERIAL_MAX: usize = 4;
const EXCERPT_MAX: usize = 240;
/// Columns of the name of an agent in a message.
const ASKER_MAX: u16 = 24;

/// Takes what the daemon told, and tells the user of what is new.
pub(super) fn told(model: &mut Model, told: Option<Vec<CostRequest>>) -> Option<Effect> {
    model.requests.done(Want::CostRequests);
    let mut waiting = told?;
    waiting.retain(|request| request.state == CostRequestState::Waiting);
    waiting.iter_mut().for_each(sanitize::cost_request);
    waiting.sort_by_key(|request| request.id);
    let newest = waiting.last().map(|request| (request.id, request.asker.clone()));
    model.cost_requests.waiting = waiting;
    close_decided(model);
    let (newest, asker) = newest.filter(|(id, _)| model.cost_requests.told < Some(*id))?;
    model.cost_requests.told = Some(newest);
    let key = model.keymap.keys(Place::Studies, Action::Requests).into_iter().next();
    let key = key.map(|key| format!(": {key} shows it")).unwrap_or_default();
    let asker = fit(&asker, ASKER_MAX, model.theme.glyphs());
    let what = format!("{asker} wants to run a study that costs money");
    model.say(Tone::Done, format!("{what}{key}."));
    model.call_user(&what)
}

/// Takes from the screen what was decided elsewhere: its question, and its line in a menu.
fn close_decided(model: &mut Model) {
    let waits = |id: CostRequestId| model.cost_requests.get(id).is_some();
    let mut decided = None;
    let mut layers = std::mem::take(&mut model.layers);
    layers.retain_mut(|layer| match layer {
        Layer::Question(Question { consent: Consent::CostRequest(id, _), .. }) if !waits(*id) => {
            decided = Some(*id);
            false
        }
        Layer::Menu(menu) => {
            let before = menu.items.len();
            menu.items.retain(|item| !matches!(item.pick, Pick::CostRequest(id) if !waits(id)));
            if menu.items.len() < before {
                menu.window = Window::default();
            }
            !menu.items.is_empty() || before == 0
        }
        _ => true,
    });
    model.layers = layers;
    if let Some(id) = decided {
        model.say(Tone::Done, format!("{id} was decided elsewhere."));
    }
}

/// Shows what waits: the one request with its question, or a menu of several.
pub(super) fn open(model: &mut Model) -> Vec<Effect> {
    // What was decided elsewhere, or has waited in vain, is gone by the time it is looked at.
    model.requests.want(Want::CostRequests, model.now.ms);
    let now = model.now.wall;
    model.cost_requests.waiting.retain(|request| now < request.expires_at);
    match model.cost_requests.waiting.as_slice() {
        [] => model.say(Tone::Done, "No agent asks for anything that costs money."),
        [request] => {
            let id = request.id;
            return ask(model, id);
        }
        several => {
            let items =
                several.iter().zip(('a'..='z').chain('A'..='Z')).map(|(request, key)| Item {
                    key,
                    label: format!(
                        "{} {}",
                        request.id,
                        request.name.as_deref().unwrap_or_default()
                    ),
                    note: format!("{} at most", request.cost_most.exact()),
                    pick: Pick::CostRequest(request.id),
                });
            let items = items.collect();
            let window = Window::default();
            model.layers.push(Layer::Menu(Menu { title: "Agents ask for", items, window }));
        }
    }
    Vec::new()
}

/// Asks whether a request is to be run.
pub(super) fn ask(model: &mut Model, id: CostRequestId) -> Vec<Effect> {
    let Some(request) = model.cost_requests.get(id) else { return Vec::new() };
    let left = request.expires_at.duration_since(model.now.wall).as_secs().max(0);
    let hours = u64::try_from(left).unwrap_or(0).div_ceil(3_600);
    let credits = u64::try_from(request.credits.0).unwrap_or(0);
    let mut lines = vec![format!(
        "{} {} ({})",
        id,
        request.name.as_deref().unwrap_or_default(),
        request.instrument
    )];
    lines.extend(request.material.iter().take(MATERIAL_MAX).map(|one| excerpt(one)));
    if request.material.len() > MATERIAL_MAX {
        lines.push(format!("`demoscope approve` lists all {} parts.", request.material.len()));
    }
    lines.extend([
            format!("{}, and {}.", request.sentence(), plural(credits, "credit", "credits")),
            format!(
                "{} answers. It is never run for more than that. Nothing is run before you decide; it waits {} more.",
                request.model,
                plural(hours, "hour", "hours")
            ),
    ]);
    let question = Question {
        title: format!("Run this for {}?", request.asker),
        lines,
        yes: "run it",
        by: Yes::Letter,
        consent: Consent::CostRequest(id, CostDecision::Approve),
        other: Some(OtherAnswer {
            key: 'd',
            label: "decline",
            consent: Consent::CostRequest(id, CostDecision::Decline),
        }),
    };
    model.layers.push(Layer::Question(question));
    Vec::new()
}

/// The beginning of a part of what is to be asked, with where the rest is shown.
fn excerpt(part: &str) -> String {
    let length = part.chars().count();
    if length <= EXCERPT_MAX {
        return part.to_owned();
    }
    let begin: String = part.chars().take(EXCERPT_MAX).collect();
    format!("{begin}… (cut: `demoscope approve` shows more)")
}

/// Tells the daemon what the user decided.
pub(super) fn decide(model: &mut Model, id: CostRequestId, decision: CostDecision) -> Vec<Effect> {
    if can_ask(model) { vec![Effect::Call(Call::DecideCost(id, decision))] } else { Vec::new() }
}

/// What came of a decision.
pub(super) fn decided(model: &mut Model, reply: Result<Box<CostRequest>, ApiError>) {
    model.requests.want(Want::CostRequests, model.now.ms);
    match reply {
        Ok(mut request) => {
            sanitize::cost_request(&mut request);
            let id = request.id;
            model.cost_requests.waiting.retain(|waiting| waiting.id != id);
            let what = match request.study {
                Some(_) => "is run",
                None => "is declined, and not run",
            };
            let name = request.name.unwrap_or_else(|| id.to_string());
            let name = fit(&name, ASKER_MAX, model.theme.glyphs());
            model.say(Tone::Done, format!("{name} {what}."));
        }
        Err(mut error) => {
            sanitize::error(&mut error);
            model.say(Tone::Trouble, stopped(&error.message));
        }
    }
}

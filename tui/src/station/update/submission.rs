//! The daemon's response to a draft: its preview, its submission, or its problems.

use protocol::credits::Credits;
use protocol::error::{ApiError, ErrorCode};
use protocol::run::{Preview, Study};

use super::answers::sentence;
use crate::station::effect::Effect;
use crate::station::model::compose::{Checked, Sending};
use crate::station::model::layer::{Consent, Layer, Question, Yes};
use crate::station::model::requests::Want;
use crate::station::model::saved::Form;
use crate::station::model::{Model, Notice, Screen, Tone, sanitize};
use crate::station::widgets::format::stopped;

/// The command that every message about missing credits names.
const GRANT: &str = "`demoscope credits grant";

/// The balance has changed: a checked draft is judged by the new amount and checked again.
pub(super) fn afford(model: &mut Model, spendable: Credits) {
    if let Some(compose) = &mut model.compose
        && let Checked::Good(preview) = &mut compose.checked
        && preview.balance != spendable
    {
        preview.balance = spendable;
        model.requests.want(Want::Check, model.now.ms);
        // The amount in the message is outdated; the form shows the new one.
        let asks = |notice: &Notice| notice.text.contains(GRANT);
        if model.notice.as_ref().is_some_and(asks) {
            model.notice = None;
        }
    }
}

/// Handles the check of the draft in the form.
pub(super) fn checked(
    model: &mut Model,
    revision: u64,
    reply: Result<Box<Preview>, ApiError>,
) -> Vec<Effect> {
    model.requests.done(Want::Check);
    let Some(compose) = &mut model.compose else { return Vec::new() };
    if compose.revision != revision {
        return Vec::new();
    }
    let checked = match reply {
        Ok(mut preview) => {
            sanitize::preview(&mut preview);
            compose.settings = std::mem::take(&mut preview.settings);
            // The latest balance is shown everywhere.
            if let Some(balance) = &mut model.balance {
                balance.balance = preview.balance;
            }
            Checked::Good(preview)
        }
        Err(mut error) if error.code != ErrorCode::Unreachable => {
            sanitize::error(&mut error);
            compose.settings = error.settings.take().map(|told| *told).unwrap_or_default();
            Checked::Bad(error)
        }
        Err(_) => Checked::Not,
    };
    // An empty form is checked only for the possible values of its fields; the missing text is not reported.
    compose.checked = if super::has_text(&compose.draft()) { checked } else { Checked::Not };
    Vec::new()
}

/// Handles the response to a submission.
pub(super) fn submitted(model: &mut Model, reply: Result<Study, ApiError>) -> Vec<Effect> {
    let sent = model.sent.take();
    // The form may have been closed or changed since it was sent; then the open one is another draft.
    let is_open = model.compose.as_mut().is_some_and(|compose| {
        compose.sending = Sending::Idle;
        sent.is_some_and(|(_, key)| key == compose.key)
    });
    match reply {
        Ok(mut study) => {
            sanitize::study(&mut study);
            let id = study.id;
            let notes = std::mem::take(&mut study.notes);
            model.studies.filter.clear();
            let mut effects: Vec<Effect> = sent
                .map(|(origin, _)| {
                    model.drafts.forget(origin);
                    Effect::SaveDraft(origin, Form::default())
                })
                .into_iter()
                .collect();
            if model.compose.is_some() && !is_open {
                model.say(Tone::Done, format!("{} was taken on.", study.name));
                model.studies.upsert(study);
                return effects;
            }
            model.compose = None;
            model.studies.upsert(study);
            model.studies.select(Some(id));
            effects.extend(super::act::show(model, Screen::Live));
            if !notes.is_empty() {
                model.say(Tone::Done, notes.join(" · "));
            }
            effects
        }
        Err(mut error) => {
            sanitize::error(&mut error);
            if error.code == ErrorCode::UnconfirmedCost && is_open {
                model.layers.push(Layer::Question(Question {
                    title: "Run it at this cost?".to_owned(),
                    lines: vec![stopped(&error.message)],
                    yes: "run",
                    by: Yes::Enter,
                    consent: Consent::Cost,
                    other: None,
                }));
                return Vec::new();
            }
            model.say(Tone::Trouble, sentence(&error));
            if let Some(compose) = &mut model.compose
                && is_open
                && !error.problems.is_empty()
            {
                compose.checked = Checked::Bad(error);
            }
            Vec::new()
        }
    }
}

//! What the daemon says to a draft: what it would do, that it was taken on, or what is wrong with it.

use protocol::credits::Credits;
use protocol::error::{ApiError, ErrorCode};
use protocol::run::{Preview, Study};

use super::answers::sentence;
use crate::station::effect::Effect;
use crate::station::model::compose::{Checked, Sending};
use crate::station::model::layer::{Consent, Layer, Question};
use crate::station::model::requests::Want;
use crate::station::model::saved::Form;
use crate::station::model::{Model, Screen, Tone, inert};

/// What can be spent has changed: what is known of the draft holds with the new amount, and the rest is asked again.
pub(super) fn afford(model: &mut Model, spendable: Credits) {
    if let Some(compose) = &mut model.compose
        && let Checked::Good(preview) = &mut compose.checked
        && preview.balance != spendable
    {
        preview.balance = spendable;
        model.requests.want(Want::Check, model.now.ms);
    }
}

/// What the draft in the form would do, or what is wrong with it.
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
            inert::preview(&mut preview);
            compose.settings = std::mem::take(&mut preview.settings);
            // The same amount everywhere: what was heard last.
            if let Some(balance) = &mut model.balance {
                balance.balance = preview.balance;
            }
            Checked::Good(preview)
        }
        Err(mut error) if error.code != ErrorCode::Unreachable => {
            inert::error(&mut error);
            compose.settings = error.settings.take().map(|told| *told).unwrap_or_default();
            Checked::Bad(error)
        }
        Err(_) => Checked::Not,
    };
    // An empty form is asked about for what its fields can be; that it has no text yet is no mistake.
    compose.checked = if super::has_text(&compose.draft()) { checked } else { Checked::Not };
    Vec::new()
}

/// The draft was taken on, or why not.
pub(super) fn submitted(model: &mut Model, reply: Result<Study, ApiError>) -> Vec<Effect> {
    if let Some(compose) = &mut model.compose {
        compose.sending = Sending::Idle;
    }
    match reply {
        Ok(mut study) => {
            inert::study(&mut study);
            let id = study.id;
            model.compose = None;
            model.shelf = None;
            model.studies.filter.clear();
            model.studies.upsert(study);
            model.studies.select(Some(id));
            let mut effects = super::act::show(model, Screen::Live);
            effects.push(Effect::SaveDraft(Form::default()));
            effects
        }
        Err(mut error) => {
            inert::error(&mut error);
            if error.code == ErrorCode::UnconfirmedCost {
                model.layers.push(Layer::Question(Question {
                    title: "Run it at this cost?".to_owned(),
                    lines: vec![error.message],
                    yes: "run",
                    consent: Consent::Cost,
                }));
                return Vec::new();
            }
            model.say(Tone::Trouble, sentence(&error));
            if let Some(compose) = &mut model.compose
                && !error.problems.is_empty()
            {
                compose.checked = Checked::Bad(error);
            }
            Vec::new()
        }
    }
}

//! Surveys of which the engine could answer no question, found out before anything is held for them. Programs would try again
//! for ever; in person, whoever sees a dry run decides that themself.

use protocol::error::{ApiError, ErrorCode};
use protocol::service::Reply;
use protocol::study::StudySpec;

use crate::app::Core;
use crate::app::studies::submit::Plan;
use crate::domain::instrument::{self, Unreadable, open_questions};
use crate::domain::outcome::{Assignment, FIRST_ROUND};
use crate::inference::{Engine, Ready};

/// People of a panel who are asked beforehand. What a text does not say, it says to none of them.
const ASKED_MAX: u32 = 50;

impl Core {
    /// Refuses a study whose questions its engine cannot understand.
    pub(in crate::app) fn must_understand(&self, spec: &StudySpec) -> Reply<()> {
        if !self.engine(&spec.engine)?.understands_nothing(spec) {
            return Ok(());
        }
        let what = format!("The engine '{}' understands no question of this study", spec.engine);
        Err(ApiError::new(ErrorCode::InvalidInput, what)
            .hint("Ask what people think of the text, or use a language model"))
    }

    /// Refuses a survey to whose questions the built-in reader finds no answer in the text, for nobody of the panel.
    pub(in crate::app) fn must_answer(&self, plan: &Plan) -> Reply<()> {
        let spec = &plan.spec;
        let engine = self.engine(&spec.engine)?;
        if open_questions(&spec.instrument).is_empty() || !matches!(engine, Engine::InProcess(_)) {
            return Ok(());
        }
        let Ready::Local(prepared) = engine.prepare(spec) else { return Ok(()) };
        let panel = plan.panel()?;
        let declines = |respondent| {
            let at = Assignment::first(FIRST_ROUND, respondent);
            let reply = panel.persona(respondent).map(|persona| prepared.ask(spec, at, &persona));
            // A reply that fails is for the study to tell.
            let Some(Ok(reply)) = reply else { return false };
            matches!(instrument::read_at(spec, at, &reply.text), Err(Unreadable::Refused { .. }))
        };
        if !(0..spec.panel.min(ASKED_MAX)).all(declines) {
            return Ok(());
        }
        let what = format!(
            "The engine '{}' finds no answer in the text to any question of this study",
            spec.engine
        );
        Err(ApiError::new(ErrorCode::InvalidInput, what)
            .hint("Say in the text what is asked for (a price, where it is sold), or use a language model"))
    }
}

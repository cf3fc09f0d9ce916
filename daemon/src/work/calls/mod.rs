//! Model calls of one study: as many under way as the engines' rate limiters allow, each with its cost reserved before
//! it is made, each reply read by the instrument, each respondent recorded as soon as all replies are in. Every queue
//! is bounded, and a halted study makes no further call.

mod beside;
mod draw;
mod elsewhere;
mod judge;
mod lane;
mod leave;
mod listen;
mod patience;
mod recall;
mod recorder;
mod round;
mod sitting;

use std::sync::Arc;
use std::time::Duration;

use protocol::credits::UsdMicros;
use protocol::error::{ApiError, ErrorCode};
use protocol::measurement::Reuse;
use protocol::study::StudySpec;
use tokio::sync::mpsc;
use tokio::task::JoinError;

use self::beside::Beside;
use self::lane::{Lane, places};
use self::recorder::Recorder;
use self::round::Round;
use self::sitting::Ticket;
use super::runner::blocking;
use crate::app::{Core, Gate};
use crate::domain::asking::Asking;
use crate::domain::evidence::Blueprint;
use crate::domain::exchange::Exchange;
use crate::domain::instrument;
use crate::domain::outcome::{Assignment, Usage};
use crate::domain::panel::Panel;
use crate::inference::model::ModelEngine;
use crate::inference::pool::Pool;
use crate::inference::prompt::PromptError;
use crate::store::rows::CallsUnderWay;

/// Respondents that may wait to be recorded.
const RECORDING_MAX: usize = 1_024;

/// A study that runs on model engines.
#[derive(Clone)]
pub(super) struct Calls {
    pub(super) core: Core,
    pub(super) pool: Arc<Pool>,
    pub(super) spec: StudySpec,
    pub(super) panel: Panel,
    pub(super) gate: Gate,
    pub(super) number: u32,
    pub(super) attempt: u32,
    pub(super) round: u16,
    /// The study ran before, so the response cache may hold its own replies.
    pub(super) resumed: bool,
}

impl Calls {
    /// Whether the response cache is used: with replies of any study, or, where every answer must be fresh, only with
    /// replies of this study from before a halt.
    fn recalls(&self) -> bool {
        self.spec.measurement.reuse != Reuse::Never || self.resumed
    }

    /// Looks up replies in the response cache by address.
    async fn remembered(&self, addresses: Vec<String>) -> Result<Vec<Option<Exchange>>, ApiError> {
        self.core.remembered(addresses, self.number, self.spec.measurement.reuse).await
    }

    /// Asks everyone who is left, and then the subsamples (replicates, controls, wordings). The first calls are
    /// prepared while the study starts, and none is made before it has. However this ends, the cost is booked before it
    /// returns.
    pub(super) async fn ask_everyone(
        self,
        left: impl Iterator<Item = u32>,
        again: impl Iterator<Item = (Asking, u32)>,
        begun: impl Future<Output = Result<(), ApiError>>,
    ) -> Result<(), ApiError> {
        let (core, number) = (self.core.clone(), self.number);
        core.settle_past().await?;
        let mut lost = Usage::default();
        let asked = self.ask_and_record(left, again, begun, &mut lost).await;
        let booked = core.end_calls(number, lost).await;
        asked.and(booked)
    }

    /// Adds the cost of replies that became no outcome to `lost`.
    async fn ask_and_record(
        self,
        left: impl Iterator<Item = u32>,
        again: impl Iterator<Item = (Asking, u32)>,
        begun: impl Future<Output = Result<(), ApiError>>,
        lost: &mut Usage,
    ) -> Result<(), ApiError> {
        let (core, number) = (self.core.clone(), self.number);
        let lane = |engine: &Arc<ModelEngine>| {
            Ok(Lane::new(Arc::clone(engine), engine.form(&self.spec).map_err(unwritten)?))
        };
        let lanes = self.pool.members().iter().map(lane).collect::<Result<Vec<Lane>, ApiError>>();
        let prepared = lanes.and_then(|lanes| Ok((self.under_way(&lanes)?, lanes)));
        let (mut noted, lanes) = match prepared {
            Ok(prepared) => prepared,
            Err(error) => {
                begun.await?;
                return Err(error);
            }
        };
        let mut blueprints: Vec<Blueprint> =
            lanes.iter().flat_map(|lane| lane.engine.blueprints(&lane.form)).collect();
        // Closed with the study's own gate, or as soon as the study takes no more answers.
        let gate = self.gate.child_token();
        let study = Self { gate: gate.clone(), ..self.clone() };
        let ticket = |asking: Asking, respondent| Ticket {
            round: self.round,
            respondent,
            replicate: asking.code(),
        };
        let first = left.map(|respondent| ticket(Asking::Answer, respondent));
        let again = again.map(|(asking, respondent)| ticket(asking, respondent));
        let mut left = first.chain(again).peekable();
        let (recorder, inbox) = mpsc::channel(RECORDING_MAX);
        let mut round = Round::new(study.clone(), recorder, lanes, noted.clone());
        let noting = core.note_calls(number, noted.clone());
        let (begun, warm, is_noted) = tokio::join!(begun, round.warm(&mut left), noting);
        begun?;
        warm?;
        is_noted?;
        let opening = core.clone();
        blocking(move || opening.open_spending(number)).await??;
        let beside = Beside::open(&study, &mut blueprints).await?;
        if let Some(beside) = &beside {
            noted.worst = beside.with_worst(noted.worst, &self)?;
            core.note_calls(number, noted.clone()).await?;
            round.noted = noted;
        }
        round.hear(beside.clone());
        let keeper = Recorder {
            core: core.clone(),
            pool: Arc::clone(&self.pool),
            gate,
            number,
            attempt: self.attempt,
        };
        let recording = tokio::spawn(keeper.record(blueprints, inbox));
        let pool = Arc::clone(&self.pool);
        let asked = round.run(left).await;
        for engine in pool.members() {
            engine.leave(number);
        }
        if let Some(beside) = beside {
            beside.leave();
            // No respondent with side measurements was recorded, so this usage is booked as lost.
            *lost = lost.plus(beside.take_overhead());
        }
        let (refused, recorded) = recording.await.map_err(|error| broken(&error))?;
        *lost = lost.plus(refused);
        let asked = asked.map(|unheard| *lost = lost.plus(unheard));
        recorded?;
        asked
    }

    /// The calls under way, for the durable note in the store: one for each slot, each at the most that the direct
    /// questions to the first respondent can cost.
    fn under_way(&self, lanes: &[Lane]) -> Result<CallsUnderWay, ApiError> {
        let mut worst = UsdMicros::ZERO;
        if let Some(persona) = self.panel.persona(0) {
            for Lane { engine, form, .. } in lanes {
                let at = Assignment::first(self.round, 0);
                let mut sum = UsdMicros::ZERO;
                for item in instrument::put(&self.spec) {
                    let ready = engine.ready(form, &self.spec, at, item, &persona, None);
                    let each = ready.map_err(unwritten)?.worst;
                    sum = sum.checked_add(each).unwrap_or(sum);
                }
                worst = worst.max(sum);
            }
        }
        let (engine, calls) = (self.spec.engine.clone(), places(lanes));
        Ok(CallsUnderWay { engine, calls, worst, waiting: UsdMicros::ZERO })
    }

    fn now(&self) -> Duration {
        self.core.world().clock.monotonic()
    }
}

/// The error for an owner's template that does not render.
#[expect(clippy::needless_pass_by_value, reason = "it is handed over by map_err")]
fn unwritten(error: PromptError) -> ApiError {
    ApiError::new(ErrorCode::InvalidInput, error.to_string()).because(&error)
}

fn broken(error: &JoinError) -> ApiError {
    ApiError::new(ErrorCode::Internal, format!("A call stopped unexpectedly: {error}"))
        .because(error)
}

//! Model calls of one study: as many under way as the engines' rate limiters allow, each with its cost reserved before
//! it is made, each reply read by the instrument, each respondent recorded as soon as all replies are in. Every queue
//! is bounded, and a halted study makes no further call.

mod doors;
mod machine;
mod panel_run;
mod patience;
mod recorder;
mod rewriting;
mod side_measures;

use std::sync::Arc;
use std::time::Duration;

use protocol::credits::UsdMicros;
use protocol::error::{ApiError, ErrorCode};
use protocol::measurement::Reuse;
use protocol::study::StudySpec;
use tokio::sync::mpsc;
use tokio::task::JoinError;

use self::doors::{EngineDoor, places};
use self::machine::QueueEntry;
use self::panel_run::PanelRun;
use self::recorder::Recorder;
pub(super) use self::rewriting::FoundScores;
use self::side_measures::SideMeasures;
use crate::app::{Caller, Core, StudyCancel};
use crate::domain::asking::Purpose;
use crate::domain::evidence::PromptRecord;
use crate::domain::exchange::Exchange;
use crate::domain::instrument;
use crate::domain::outcome::{Assignment, Usage};
use crate::domain::panel::Panel;
use crate::inference::pool::Pool;
use crate::inference::prompt::PromptError;
use crate::store::rows::CallsUnderWay;

/// Respondents that may wait to be recorded.
const RECORDING_MAX: usize = 1_024;

/// A study that runs on model engines.
#[derive(Clone)]
pub(super) struct Calls {
    pub(super) core: Core,
    /// The driver that makes them.
    pub(super) caller: Caller,
    pub(super) pool: Arc<Pool>,
    pub(super) spec: StudySpec,
    pub(super) panel: Panel,
    pub(super) cancel: StudyCancel,
    pub(super) number: u32,
    pub(super) attempt: u32,
    pub(super) round: u16,
    /// The study ran before, so the response cache may hold its own replies.
    pub(super) resumed: bool,
    /// Somebody has answered already.
    pub(super) has_answers: bool,
}

impl Calls {
    /// Whether the response cache is used: with replies of any study, or, where every answer must be fresh, only with
    /// replies of this study from before a halt.
    fn recalls(&self) -> bool {
        self.reuse() != Reuse::Never || self.resumed
    }

    /// Whose replies may be used again: where a name stands for any model, only this study's own.
    fn reuse(&self) -> Reuse {
        let is_one = self.pool.members().iter().all(|engine| engine.is_one_model());
        if is_one { self.spec.measurement.reuse } else { Reuse::Never }
    }

    /// Looks up replies in the response cache by address.
    async fn remembered(&self, addresses: Vec<String>) -> Result<Vec<Option<Exchange>>, ApiError> {
        let reuse = self.reuse();
        self.core.remembered(&self.caller, addresses, self.number, reuse).await
    }

    /// Asks everyone who is left, and then the subsamples (replicates, controls, wordings). The first calls are
    /// prepared while the study starts, and none is made before it has. However this ends, the cost is booked before it
    /// returns.
    pub(super) async fn ask_everyone(
        self,
        left: impl Iterator<Item = u32> + Send,
        again: impl Iterator<Item = (Purpose, u32)> + Send,
        begun: impl Future<Output = Result<(), ApiError>>,
    ) -> Result<(), ApiError> {
        let (core, caller, number) = (self.core.clone(), self.caller.clone(), self.number);
        core.settle_past(&caller).await?;
        let mut lost = Usage::default();
        let asked = self.ask_and_record(left, again, begun, &mut lost).await;
        let booked = core.end_calls(&caller, number, lost).await;
        let kept = core.keep_learnt(&caller).await;
        asked.and(booked).and(kept)
    }

    /// Adds the cost of replies that became no outcome to `lost`.
    async fn ask_and_record(
        self,
        left: impl Iterator<Item = u32> + Send,
        again: impl Iterator<Item = (Purpose, u32)> + Send,
        begun: impl Future<Output = Result<(), ApiError>>,
        lost: &mut Usage,
    ) -> Result<(), ApiError> {
        let (core, caller, number) = (self.core.clone(), self.caller.clone(), self.number);
        let prepared = self.doors().and_then(|doors| Ok((self.under_way(&doors)?, doors)));
        let (mut noted, doors) = match prepared {
            Ok(prepared) => prepared,
            Err(error) => {
                begun.await?;
                return Err(error);
            }
        };
        let mut prompt_records: Vec<PromptRecord> =
            doors.iter().flat_map(|door| door.engine.prompt_records(&door.form)).collect();
        // Closed with the study's own gate, or as soon as the study takes no more answers.
        let cancel = self.cancel.child_token();
        let study = Self { cancel: cancel.clone(), ..self.clone() };
        let ticket = |asking: Purpose, respondent| QueueEntry {
            round: self.round,
            respondent,
            replicate: asking.code(),
        };
        let first = left.map(|respondent| ticket(Purpose::Answer, respondent));
        let again = again.map(|(asking, respondent)| ticket(asking, respondent));
        let (recorder, inbox) = mpsc::channel(RECORDING_MAX);
        let left = first.chain(again);
        let mut run = PanelRun::new(study.clone(), recorder, doors, noted.clone(), left);
        let noting = core.note_calls(&caller, number, noted.clone());
        let (begun, look_up_ahead, is_noted) = tokio::join!(begun, run.look_up_ahead(), noting);
        begun?;
        look_up_ahead?;
        is_noted?;
        core.open_spending(&caller, number).await?;
        let beside = SideMeasures::open(&study, &mut prompt_records).await?;
        if let Some(beside) = &beside {
            noted.worst = beside.with_worst(noted.worst, &self)?;
            core.note_calls(&caller, number, noted.clone()).await?;
            run.hear(Arc::clone(beside), noted);
        }
        let keeper = Recorder {
            core: core.clone(),
            caller: caller.clone(),
            pool: Arc::clone(&self.pool),
            cancel,
            number,
            attempt: self.attempt,
        };
        let recording = tokio::spawn(keeper.record(prompt_records, inbox));
        let pool = Arc::clone(&self.pool);
        let (unheard, asked) = run.run().await;
        for engine in pool.members() {
            engine.leave(number);
        }
        if let Some(beside) = beside {
            beside.leave();
            // No respondent with side measurements was recorded, so this usage is booked as lost.
            *lost = lost.plus(beside.take_overhead());
        }
        let (refused, recorded) = recording.await.map_err(|error| broken(&error))?;
        *lost = lost.plus(refused).plus(unheard);
        recorded?;
        asked
    }

    /// The doors of the engines, in the pool's order.
    fn doors(&self) -> Result<Vec<EngineDoor>, ApiError> {
        self.pool.members().iter().map(|engine| EngineDoor::new(engine, &self.spec)).collect()
    }

    /// The calls under way, for the durable note in the store: one for each slot, each at the most that the direct
    /// questions to the first respondent can cost.
    fn under_way(&self, doors: &[EngineDoor]) -> Result<CallsUnderWay, ApiError> {
        let mut worst = UsdMicros::ZERO;
        if let Some(persona) = self.panel.persona(0) {
            for EngineDoor { engine, form, .. } in doors {
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
        let (engine, calls) = (self.spec.engine.clone(), places(doors));
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

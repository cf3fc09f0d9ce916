//! One study asked of a language model: as many calls under way as the engine's door lets through, each paid for before
//! it is made, each reply read by the instrument, each respondent recorded as soon as all of theirs is in. Nothing here
//! waits in a queue without a bound, and a halted study makes no further call.

mod beside;
mod draw;
mod elsewhere;
mod hedge;
mod judge;
mod lane;
mod leave;
mod listen;
mod recall;
mod recorder;
mod round;
mod sitting;

use std::sync::Arc;
use std::time::Duration;

use protocol::error::{ApiError, ErrorCode};
use protocol::study::StudySpec;
use tokio::sync::mpsc;
use tokio::task::JoinError;

use self::beside::Beside;
use self::lane::Lane;
use self::recorder::Recorder;
use self::round::Round;
use self::sitting::Ticket;
use super::runner::blocking;
use crate::app::{Core, Gate};
use crate::domain::asking::Asking;
use crate::domain::evidence::Blueprint;
use crate::domain::outcome::Usage;
use crate::domain::panel::Panel;
use crate::inference::model::ModelEngine;
use crate::inference::pool::Pool;
use crate::inference::prompt::PromptError;

/// Respondents that may wait for their transaction.
const RECORDING_MAX: usize = 1_024;

/// A study at work on its engines.
#[derive(Clone)]
pub(super) struct Calls {
    pub(super) core: Core,
    pub(super) pool: Arc<Pool>,
    pub(super) spec: StudySpec,
    pub(super) panel: Panel,
    pub(super) gate: Gate,
    pub(super) number: u32,
    pub(super) attempt: u32,
}

impl Calls {
    /// Asks everyone who is left, and after them those who are to be asked something besides the answer. The first calls are
    /// made ready while the study begins, and none goes before it has.
    pub(super) async fn ask_everyone(
        self,
        left: impl Iterator<Item = u32>,
        again: impl Iterator<Item = (Asking, u32)>,
        begun: impl Future<Output = Result<(), ApiError>>,
    ) -> Result<(), ApiError> {
        let (core, number) = (self.core.clone(), self.number);
        let unwritten =
            |error: PromptError| ApiError::new(ErrorCode::InvalidInput, error.to_string());
        let lane = |engine: &Arc<ModelEngine>| {
            Ok(Lane::new(Arc::clone(engine), engine.form(&self.spec).map_err(unwritten)?))
        };
        let lanes = self.pool.members().iter().map(lane).collect::<Result<Vec<Lane>, ApiError>>();
        let lanes = match lanes {
            Ok(lanes) => lanes,
            Err(error) => {
                begun.await?;
                return Err(error);
            }
        };
        let mut blueprints: Vec<Blueprint> =
            lanes.iter().flat_map(|lane| lane.engine.blueprints(&lane.form)).collect();
        // Closed with the study's own, or as soon as the study takes no answers.
        let gate = self.gate.child_token();
        let study = Self { gate: gate.clone(), ..self.clone() };
        let first = left.map(|respondent| Ticket { respondent, replicate: 0 });
        let again =
            again.map(|(asking, respondent)| Ticket { respondent, replicate: asking.code() });
        let mut left = first.chain(again).peekable();
        let (recorder, inbox) = mpsc::channel(RECORDING_MAX);
        let mut round = Round::new(study.clone(), recorder, lanes);
        let (begun, warm) = tokio::join!(begun, round.warm(&mut left));
        begun?;
        warm?;
        let opening = core.clone();
        blocking(move || opening.open_spending(number)).await??;
        let beside = Beside::open(&study, &mut blueprints).await?;
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
        let mut unbooked = Usage::default();
        if let Some(beside) = beside {
            beside.leave();
            // Nobody was heard whom it could be booked with.
            unbooked = beside.take_overhead();
        }
        core.close_spending(number);
        let recorded = recording.await.map_err(|error| broken(&error))?;
        recorded?;
        core.book_lost(number, asked?.plus(unbooked)).await
    }

    fn now(&self) -> Duration {
        self.core.world().clock.monotonic()
    }
}

fn broken(error: &JoinError) -> ApiError {
    ApiError::new(ErrorCode::Internal, format!("a call stopped unexpectedly: {error}"))
}

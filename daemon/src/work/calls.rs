//! One study asked of a language model: as many calls under way as the engine's door lets through, each paid for before
//! it is made, each reply read by the instrument, each respondent recorded as soon as all of theirs is in. Nothing here
//! waits in a queue without a bound, and a halted study makes no further call.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use protocol::credits::UsdMicros;
use protocol::error::{ApiError, ErrorCode};
use protocol::persona::Persona;
use protocol::study::StudySpec;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::task::{JoinError, JoinSet};

use crate::app::{Batch, Core, Gate};
use crate::domain::instrument::{self, Unreadable};
use crate::domain::outcome::{Assignment, Outcome, Usage};
use crate::domain::panel::Panel;
use crate::inference::chat::{Remedy, Stop};
use crate::inference::limits::{RetryBudget, TRIES_MAX, backoff};
use crate::inference::model::{ModelEngine, Pass, ReadyCall, Spent};

/// Most times a reply that cannot be read is asked for again.
const REASKS_MAX: u32 = 2;
/// Respondents that may wait for a later try; while there are as many, nobody new is asked.
const WAITING_MAX: usize = 1_000;
/// Respondents recorded in one transaction.
const BATCH: usize = 256;
/// Respondents that may wait for their transaction.
const RECORDING_MAX: usize = 1_024;
/// All studies weigh the same at an engine's door.
const WEIGHT: u32 = 1;

/// What came of everything that one respondent was asked.
type Outcomes = Vec<(Assignment, Outcome, Usage)>;

/// Outcomes on their way into the store, with the place that they hold until they are there.
type Parcel = (Outcomes, Option<OwnedSemaphorePermit>);

/// A study at work on an engine.
pub(super) struct Calls {
    pub(super) core: Core,
    pub(super) engine: Arc<ModelEngine>,
    pub(super) spec: StudySpec,
    pub(super) panel: Panel,
    pub(super) gate: Gate,
    pub(super) number: u32,
    pub(super) attempt: u32,
}

/// One respondent being asked.
struct Sitting {
    respondent: u32,
    persona: Persona,
    /// What is done.
    outcomes: Outcomes,
    /// Of the question at hand: failed tries, re-asks, what they took, and what was wrong with the last reply.
    tries: u32,
    reasks: u32,
    usage: Usage,
    correction: Option<String>,
    /// Held from a call until its outcome is durable, so that a kill wastes no more calls than may be under way.
    place: Option<OwnedSemaphorePermit>,
}

impl Sitting {
    /// What is asked next: each outcome so far was a task of its own.
    fn assignment(&self) -> Assignment {
        let task = u16::try_from(self.outcomes.len()).unwrap_or(u16::MAX);
        Assignment { round: 0, respondent: self.respondent, task, replicate: 0 }
    }
}

/// A sitting with its next call made ready and paid for.
struct Prepared {
    sitting: Sitting,
    ready: ReadyCall,
}

/// A call that ended.
struct Made {
    sitting: Sitting,
    ready: ReadyCall,
    spent: Spent,
}

/// What to do next with a respondent.
enum Next {
    /// Everything was asked.
    Done(Sitting),
    /// Ask, not before that time.
    Ask(Sitting, Duration),
    /// The study must stop; this respondent has no reply.
    Stop(Sitting, String),
    /// The study was halted: nothing is recorded, but what was spent is booked.
    Halted(Sitting),
}

impl Calls {
    /// Asks everyone who is left.
    pub(super) async fn ask_everyone(
        self,
        left: impl Iterator<Item = u32>,
    ) -> Result<(), ApiError> {
        let (core, number) = (self.core.clone(), self.number);
        core.open_spending(number)?;
        let (recorder, inbox) = mpsc::channel(RECORDING_MAX);
        let recording = tokio::spawn(record(core.clone(), number, self.attempt, inbox));
        let engine = Arc::clone(&self.engine);
        let asked = Round::new(self, recorder).run(left).await;
        engine.leave(number);
        core.close_spending(number);
        let recorded = recording.await.map_err(|error| broken(&error))?;
        recorded?;
        core.book_lost(number, asked?).await
    }

    fn now(&self) -> Duration {
        self.core.world().clock.monotonic()
    }
}

/// Asking a panel once through.
struct Round {
    study: Calls,
    recorder: mpsc::Sender<Parcel>,
    /// As many as calls may be under way.
    places: Arc<Semaphore>,
    under_way: JoinSet<Made>,
    /// By time and respondent.
    waiting: BTreeMap<(Duration, u32), Sitting>,
    budget: RetryBudget,
    /// A cap leaves no room beside the worst cases of what is under way: wait for their real cost.
    short: bool,
    /// Why the study must stop.
    stop: Option<String>,
    /// What calls took whose replies became no outcome.
    lost: Usage,
}

impl Round {
    fn new(study: Calls, recorder: mpsc::Sender<Parcel>) -> Self {
        let bound =
            usize::try_from(study.engine.service().bounds.concurrency).unwrap_or(usize::MAX);
        Self {
            study,
            recorder,
            places: Arc::new(Semaphore::new(bound.min(Semaphore::MAX_PERMITS))),
            under_way: JoinSet::new(),
            waiting: BTreeMap::new(),
            budget: RetryBudget::default(),
            short: false,
            stop: None,
            lost: Usage::default(),
        }
    }

    /// Goes on until nobody is left, the gate closes or the study must stop; says what was spent for nothing.
    async fn run(mut self, left: impl Iterator<Item = u32>) -> Result<Usage, ApiError> {
        let mut left = left.peekable();
        let mut next: Option<Prepared> = None;
        while !self.study.gate.is_cancelled() && self.stop.is_none() {
            if next.is_none() {
                next = self.choose(&mut left)?;
            }
            let idle = next.is_none() && self.under_way.is_empty() && self.waiting.is_empty();
            if idle && left.peek().is_none() {
                break;
            }
            self.step(&mut next).await?;
        }
        self.study.engine.pass(self.study.number);
        if let Some(prepared) = next {
            self.study.core.settle_cost(self.study.number, prepared.ready.worst, UsdMicros::ZERO);
            self.waiting.insert((Duration::ZERO, prepared.sitting.respondent), prepared.sitting);
        }
        while let Some(made) = self.under_way.join_next().await {
            self.ended(made).await?;
        }
        if let Some(why) = self.stop.take().filter(|_| !self.study.gate.is_cancelled()) {
            self.give_up(&why, left).await?;
        }
        for sitting in std::mem::take(&mut self.waiting).into_values() {
            self.lose(&sitting);
        }
        Ok(self.lost)
    }

    /// Waits for the next thing to happen: a turn at the door, the end of a call, a try that is due, or the gate.
    async fn step(&mut self, next: &mut Option<Prepared>) -> Result<(), ApiError> {
        let now = self.study.now();
        let due = self.waiting.keys().next().map(|(time, _)| time.saturating_sub(now));
        // With a call ready, whoever waits for a later try is looked at when the call has gone.
        let due = due.filter(|_| next.is_none() && !self.short);
        if next.is_none() {
            self.study.engine.pass(self.study.number);
        }
        let Study { engine, clock, number } = Study::of(&self.study);
        let made = tokio::select! {
            biased;
            () = self.study.gate.cancelled() => return Ok(()),
            Some(made) = self.under_way.join_next() => made,
            turn = turn(&engine, &clock, number, next.as_ref(), &self.places) => {
                match (turn, next.take()) {
                    (Ok((pass, place)), Some(mut prepared)) => {
                        prepared.sitting.place = place.or(prepared.sitting.place);
                        self.launch(pass, prepared);
                    }
                    (Err(why), kept) => {
                        *next = kept;
                        self.stop = Some(why);
                    }
                    (Ok(_), None) => {}
                }
                return Ok(());
            }
            () = tokio::time::sleep(due.unwrap_or(Duration::MAX)), if due.is_some() => return Ok(()),
        };
        self.ended(made).await
    }

    /// The next call, ready and paid for: a try that is due before anybody new. `None` when there is none at present.
    fn choose(
        &mut self,
        left: &mut std::iter::Peekable<impl Iterator<Item = u32>>,
    ) -> Result<Option<Prepared>, ApiError> {
        if self.short {
            return Ok(None);
        }
        let due =
            self.waiting.first_key_value().is_some_and(|((time, _), _)| *time <= self.study.now());
        let sitting = if due {
            self.waiting.pop_first().map(|(_, sitting)| sitting)
        } else if self.waiting.len() < WAITING_MAX {
            left.next().map(|respondent| self.seat(respondent)).transpose()?
        } else {
            None
        };
        let Some(sitting) = sitting else { return Ok(None) };
        let at = sitting.assignment();
        let correction = sitting.correction.as_deref();
        let ready = self
            .study
            .engine
            .ready(&self.study.spec, at, &sitting.persona, correction)
            .map_err(|error| ApiError::new(ErrorCode::InvalidInput, error.to_string()))?;
        let (number, cap) = (self.study.number, self.study.spec.max_cost_usd);
        match self.study.core.reserve_cost(number, cap, ready.worst) {
            Ok(()) => Ok(Some(Prepared { sitting, ready })),
            Err(capped) => {
                // What is under way will probably cost less than its worst case: there may be room then.
                self.waiting.insert((Duration::ZERO, sitting.respondent), sitting);
                if self.under_way.is_empty() {
                    self.stop = Some(capped.to_string());
                } else {
                    self.short = true;
                }
                Ok(None)
            }
        }
    }

    fn seat(&self, respondent: u32) -> Result<Sitting, ApiError> {
        let persona = self.study.panel.persona(respondent).ok_or_else(|| {
            ApiError::new(ErrorCode::Internal, format!("nobody is at place {respondent}"))
        })?;
        Ok(Sitting {
            respondent,
            persona,
            outcomes: Vec::new(),
            tries: 0,
            reasks: 0,
            usage: Usage::default(),
            correction: None,
            place: None,
        })
    }

    fn launch(&mut self, pass: Pass, Prepared { sitting, ready }: Prepared) {
        if sitting.tries == 0 && sitting.reasks == 0 {
            self.budget.first();
        }
        self.under_way.spawn(async move {
            let spent = pass.call(&ready).await;
            Made { sitting, ready, spent }
        });
    }

    async fn ended(&mut self, made: Result<Made, JoinError>) -> Result<(), ApiError> {
        let made = made.map_err(|error| broken(&error))?;
        self.study.core.settle_cost(self.study.number, made.ready.worst, made.spent.cost);
        self.short = false;
        match self.judge(made) {
            Next::Done(sitting) => self.send((sitting.outcomes, sitting.place)).await?,
            Next::Ask(mut sitting, time) => {
                // Whoever waits for a later try leaves the place to others.
                sitting.place = None;
                self.waiting.insert((time, sitting.respondent), sitting);
            }
            Next::Halted(sitting) => self.lose(&sitting),
            Next::Stop(mut sitting, why) => {
                sitting.place = None;
                self.waiting.insert((Duration::ZERO, sitting.respondent), sitting);
                self.stop.get_or_insert(why);
            }
        }
        Ok(())
    }

    /// What a call's end means for its respondent.
    fn judge(&mut self, Made { mut sitting, spent, .. }: Made) -> Next {
        sitting.usage = sitting.usage.plus(Usage {
            input_tokens: spent.input_tokens,
            output_tokens: spent.output_tokens,
            cost: spent.cost,
            reasks: u32::from(sitting.correction.is_some()),
        });
        let halted = self.study.gate.is_cancelled();
        let at = sitting.assignment();
        let reply = match spent.reply {
            Ok(reply) => reply,
            Err(error) => {
                let again = match error.remedy() {
                    Remedy::Stop => return Next::Stop(sitting, error.to_string()),
                    Remedy::Again(after) => Some(after.unwrap_or_default()),
                    Remedy::Drop => None,
                };
                if halted {
                    return Next::Halted(sitting);
                }
                sitting.tries += 1;
                return match again {
                    Some(after) if sitting.tries < TRIES_MAX && self.budget.retry() => {
                        let wait = backoff(self.study.spec.seed, sitting.respondent, sitting.tries);
                        let time = self.study.now() + wait.max(after);
                        Next::Ask(sitting, time)
                    }
                    _ => self.close(sitting, at, Outcome::Failed { reason: error.to_string() }),
                };
            }
        };
        let read = match reply.stop {
            Stop::Declined(why) => Err(Unreadable::Refused { reason: why.to_owned() }),
            Stop::Truncated => Err(Unreadable::Invalid {
                reason: "the reply was cut off at its longest".to_owned(),
            }),
            Stop::Finished => instrument::read_model(&self.study.spec, at, &reply.text),
        };
        match read {
            Ok(answered) => self.close(sitting, at, Outcome::Answered(answered)),
            Err(Unreadable::Refused { reason }) => {
                self.close(sitting, at, Outcome::Refused { reason })
            }
            Err(Unreadable::Invalid { .. }) if halted => Next::Halted(sitting),
            Err(Unreadable::Invalid { reason }) => {
                if sitting.reasks < REASKS_MAX && self.stop.is_none() && self.budget.retry() {
                    sitting.reasks += 1;
                    sitting.correction = Some(reason);
                    return Next::Ask(sitting, Duration::ZERO);
                }
                self.close(sitting, at, Outcome::Invalid { reason })
            }
        }
    }

    /// Notes what came of a question; goes on with the next one of the same respondent, or is done.
    fn close(&self, mut sitting: Sitting, at: Assignment, outcome: Outcome) -> Next {
        sitting.outcomes.push((at, outcome, sitting.usage));
        let fresh =
            Sitting { tries: 0, reasks: 0, usage: Usage::default(), correction: None, ..sitting };
        if fresh.outcomes.len() >= usize::from(instrument::tasks(&self.study.spec)) {
            Next::Done(fresh)
        } else {
            Next::Ask(fresh, Duration::ZERO)
        }
    }

    /// Everyone without a reply gets none: they are recorded as not asked, and what was held for them comes back.
    async fn give_up(
        &mut self,
        why: &str,
        left: impl Iterator<Item = u32>,
    ) -> Result<(), ApiError> {
        tracing::warn!(study = self.study.number, why, "a study stops asking its engine");
        let tasks = instrument::tasks(&self.study.spec);
        let waiting = std::mem::take(&mut self.waiting);
        for mut sitting in waiting.into_values() {
            while sitting.outcomes.len() < usize::from(tasks) {
                let at = sitting.assignment();
                let usage = std::mem::take(&mut sitting.usage);
                sitting.outcomes.push((at, Outcome::Failed { reason: why.to_owned() }, usage));
            }
            self.send((sitting.outcomes, None)).await?;
        }
        for respondent in left {
            if self.study.gate.is_cancelled() {
                break;
            }
            let outcomes = (0..tasks)
                .map(|task| {
                    let at = Assignment { round: 0, respondent, task, replicate: 0 };
                    (at, Outcome::Failed { reason: why.to_owned() }, Usage::default())
                })
                .collect();
            self.send((outcomes, None)).await?;
        }
        Ok(())
    }

    /// What a respondent took who will be asked again from the start.
    fn lose(&mut self, sitting: &Sitting) {
        self.lost = self.lost.plus(sitting.usage);
        for (_, _, usage) in &sitting.outcomes {
            self.lost = self.lost.plus(*usage);
        }
    }

    async fn send(&self, parcel: Parcel) -> Result<(), ApiError> {
        // The recorder ends early only when the store refuses; its own error says why.
        self.recorder
            .send(parcel)
            .await
            .map_err(|_| ApiError::new(ErrorCode::Busy, "what was answered could not be recorded"))
    }
}

/// What a turn needs to know, apart from what the round changes meanwhile.
struct Study {
    engine: Arc<ModelEngine>,
    clock: Arc<dyn crate::world::Clock>,
    number: u32,
}

impl Study {
    fn of(calls: &Calls) -> Self {
        Self {
            engine: Arc::clone(&calls.engine),
            clock: Arc::clone(&calls.core.world().clock),
            number: calls.number,
        }
    }
}

/// A place and a turn at the door for a call that is ready; without one, none ever comes. While the study waits for a
/// place of its own it wants no turn, so that others go ahead.
async fn turn(
    engine: &Arc<ModelEngine>,
    clock: &Arc<dyn crate::world::Clock>,
    number: u32,
    prepared: Option<&Prepared>,
    places: &Arc<Semaphore>,
) -> Result<(Pass, Option<OwnedSemaphorePermit>), String> {
    let Some(prepared) = prepared else { return std::future::pending().await };
    let place = match Arc::clone(places).try_acquire_owned() {
        _ if prepared.sitting.place.is_some() => None,
        Ok(place) => Some(place),
        Err(_) => {
            engine.pass(number);
            // It is closed by nobody while it is awaited here.
            Arc::clone(places).acquire_owned().await.ok()
        }
    };
    let pass = engine.admit(clock, number, WEIGHT, &prepared.ready).await?;
    Ok((pass, place))
}

/// Records respondents as they come in, as many in one transaction as are there.
async fn record(
    core: Core,
    number: u32,
    attempt: u32,
    mut inbox: mpsc::Receiver<Parcel>,
) -> Result<(), ApiError> {
    let mut arrived = Vec::with_capacity(BATCH);
    let mut refused: Option<ApiError> = None;
    let mut lost = Usage::default();
    while inbox.recv_many(&mut arrived, BATCH).await > 0 {
        let mut batch = Batch::new(number, attempt);
        let mut spent = Usage::default();
        let mut places = Vec::with_capacity(arrived.len());
        for (outcomes, place) in arrived.drain(..) {
            places.push(place);
            for (_, _, usage) in &outcomes {
                spent = spent.plus(*usage);
            }
            batch
                .push(&outcomes)
                .map_err(|error| ApiError::new(ErrorCode::Internal, error.to_string()))?;
        }
        let recorded = match &refused {
            None => core.record(batch).await.map(drop),
            Some(error) => Err(error.clone()),
        };
        match recorded {
            Ok(()) => {}
            // A cancelled study takes no answers, but what they cost was spent all the same.
            Err(error) if error.code == ErrorCode::Conflict => {
                lost = lost.plus(spent);
                refused = Some(error);
            }
            Err(error) => return Err(error),
        }
        drop(places);
    }
    core.book_lost(number, lost).await?;
    refused.map_or(Ok(()), Err)
}

fn broken(error: &JoinError) -> ApiError {
    ApiError::new(ErrorCode::Internal, format!("a call stopped unexpectedly: {error}"))
}

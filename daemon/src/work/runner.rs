//! The runner of one study at work: assignments without an outcome are asked in chunks on blocking threads and recorded
//! in batches. Calls in flight are held here and nowhere else; after a crash they are asked again.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use protocol::error::{ApiError, ErrorCode};
use protocol::persona::Persona;
use protocol::run::State;
use protocol::study::StudySpec;
use tokio::sync::Semaphore;
use tokio::task::{JoinHandle, JoinSet};

use crate::app::{Batch, Caller, Core, Job, StudyCancel};
use crate::domain::asking;
use crate::domain::instrument::{self, Unreadable};
use crate::domain::outcome::{Assignment, Outcome, Usage};
use crate::domain::panel::Panel;
use crate::domain::probation::ProbationPlan;
use crate::inference::{EngineError, LocalEngine, Ready};

use super::calls::Calls;
use super::pace::Pace;
use super::rewrite::rewrite;

/// Respondents asked by one thread before what they said is recorded.
const CHUNK: usize = 512;
/// So few people are asked before anybody could read that their study has begun.
const FEW: usize = 32;
/// As long as it may take to make their questions ready.
const SOON: Duration = Duration::from_millis(30);
/// Times a respondent is asked while the engine says that asking again may help.
const TRIES_MAX: u32 = 3;

/// What all runners share: whom they call as, threads that ask, and the pace.
#[derive(Debug)]
pub(super) struct RunnerShared {
    /// The driver that starts them.
    pub(super) caller: Caller,
    /// Chunks that may be asked at once: one for each core.
    asking: Arc<Semaphore>,
    cores: usize,
    pace: Pace,
    /// Studies that were looked at since the start.
    seen: Mutex<BTreeSet<u32>>,
}

impl RunnerShared {
    pub(super) fn new(caller: Caller, answers_per_second: u32) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        Self {
            caller,
            asking: Arc::new(Semaphore::new(cores)),
            cores,
            pace: Pace::new(answers_per_second),
            seen: Mutex::default(),
        }
    }

    /// Whether that study is looked at for the first time since the start.
    fn first_look(&self, number: u32) -> bool {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).insert(number)
    }
}

/// Why a runner stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Stopped {
    /// Its round has ended, and with the last one the study.
    Ended,
    /// Its gate was closed: it was paused or cancelled, or the daemon stops.
    Halted,
    /// The store takes no writes; the scheduler goes on when it does again.
    Store,
    /// It cannot go on, and was put aside with the reason.
    Fault,
}

/// Everything that one question needs.
struct LocalAsker {
    spec: StudySpec,
    panel: Panel,
    prepared: LocalEngine,
    cancel: StudyCancel,
    number: u32,
    attempt: u32,
    round: u16,
    /// Since when the study is at work, where the first answers are to take it from the queue.
    begun: Option<Timestamp>,
}

/// Brings a study as far as it goes.
pub(super) async fn run(
    core: Core,
    shared: Arc<RunnerShared>,
    number: u32,
    cancel: StudyCancel,
) -> Stopped {
    match ask_study(&core, &shared, number, &cancel).await {
        Ok(stopped) => stopped,
        Err(error) => pause_after_fault(&core, &shared.caller, number, &cancel, error).await,
    }
}

/// Decides what a failure means: the store's trouble passes, a conflict means that someone halted the study, and anything
/// else is for its owner to read.
async fn pause_after_fault(
    core: &Core,
    caller: &Caller,
    number: u32,
    cancel: &StudyCancel,
    error: ApiError,
) -> Stopped {
    match error.code {
        ErrorCode::Degraded | ErrorCode::Busy | ErrorCode::Unreachable => return Stopped::Store,
        ErrorCode::Conflict | ErrorCode::NotFound if cancel.is_cancelled() => {
            return Stopped::Halted;
        }
        _ => {}
    }
    tracing::error!(number, %error, causes = error.causes(), "a study cannot go on");
    match core.fault(caller, number, error.message).await {
        Ok(_) => Stopped::Fault,
        // It was halted meanwhile, or deleted.
        Err(error) if matches!(error.code, ErrorCode::Conflict | ErrorCode::NotFound) => {
            Stopped::Halted
        }
        Err(_) => Stopped::Store,
    }
}

async fn ask_study(
    core: &Core,
    shared: &Arc<RunnerShared>,
    number: u32,
    cancel: &StudyCancel,
) -> Result<Stopped, ApiError> {
    let caller = &shared.caller;
    let mut job = core.job(caller, number).await?;
    if !matches!(job.state, State::Queued | State::Running | State::Finalizing) {
        return Ok(Stopped::Halted);
    }
    if job.state != State::Finalizing && instrument::awaits_competitors(&job.spec.instrument) {
        match compete(core, caller, number, job, cancel).await? {
            Competing::Written(with_them) => job = *with_them,
            Competing::Over(stopped) => return Ok(stopped),
        }
    }
    if job.state != State::Finalizing {
        let engine = core.find_engine(caller, &job.spec.engine).await?;
        core.must_be_where_it_was(caller, number, &engine).await?;
        let superseded = engine.has_superseded(&job.model);
        let why = superseded.then(|| begun_by_another(&job.model, engine.model()));
        let (spec, gate_of_desk) = (job.spec.clone(), cancel.clone());
        let (attempt, round) = (job.attempt, job.left.round());
        let prepared = spec.clone();
        let preparing = async {
            let panel = core.panel(caller, number).await?;
            let ready = blocking(move || match why {
                Some(why) => Ready::Local(LocalEngine::silent(why)),
                None => engine.prepare(&prepared),
            });
            Ok((panel, ready.await?))
        };
        let is_queued = job.state == State::Queued;
        let mut begun = Begun::new(is_queued, core.world().clock.now());
        let mut preparing = std::pin::pin!(preparing);
        // Few people are asked in no time, and the note that it has begun is written with what they say. For others it is
        // written while their questions are made ready. After an unclean end it is written first in any case, so that a
        // respondent who ends the program is found out.
        let is_soon_asked =
            is_queued && !core.store().recovery().repaired && job.left.iter().nth(FEW).is_none();
        let prepared = if is_soon_asked {
            tokio::time::timeout(SOON, &mut preparing).await.ok()
        } else {
            None
        };
        let (panel, ready) = match prepared {
            Some(prepared) => prepared?,
            None => {
                begun.write(core, caller, number);
                match preparing.await {
                    Ok(prepared) => prepared,
                    Err(error) => {
                        begun.written().await?;
                        return Err(error);
                    }
                }
            }
        };
        let asking = match ready {
            Ready::Local(prepared) => {
                let (cancel, begun) = (gate_of_desk, begun.with_answers());
                let desk =
                    LocalAsker { spec, panel, prepared, cancel, number, attempt, round, begun };
                StepFuture::Local(Arc::new(desk))
            }
            Ready::Models(pool) => {
                begun.write(core, caller, number);
                if job.has_answers {
                    pool.members().iter().for_each(|engine| engine.prove_by_past());
                }
                let (core, caller, cancel) = (core.clone(), caller.clone(), gate_of_desk);
                let (resumed, has_answers) = (!is_queued || job.has_begun, job.has_answers);
                StepFuture::Models(Box::new(Calls {
                    core,
                    caller,
                    pool,
                    spec,
                    panel,
                    cancel,
                    number,
                    attempt,
                    round,
                    resumed,
                    has_answers,
                }))
            }
        };
        let Watched { done, aside } = asking.each_watched(core, shared, &job, cancel).await?;
        let others = job.left.iter().filter(|respondent| !done.contains(respondent));
        let again = job.left.again().filter(|(_, respondent)| Some(*respondent) != aside);
        if asking.everyone(core, shared, others, again, begun.written()).await? {
            return Ok(Stopped::Ended);
        }
        if cancel.is_cancelled() {
            return Ok(Stopped::Halted);
        }
    }
    let Some(rewritten) = rewrite(core, caller, number, &job.model, cancel).await? else {
        return Ok(Stopped::Halted);
    };
    core.end_round(caller, number, rewritten).await?;
    Ok(Stopped::Ended)
}

/// The note that a study has begun, which is written once.
enum Begun {
    /// Nothing is to be written: it had begun before.
    Before,
    /// Not yet: it has been at work since then.
    Unwritten(Timestamp),
    /// It is being written.
    Writing(JoinHandle<Result<(), ApiError>>),
}

impl Begun {
    fn new(is_queued: bool, now: Timestamp) -> Self {
        if is_queued { Self::Unwritten(now) } else { Self::Before }
    }

    /// Has it written in a transaction of its own.
    fn write(&mut self, core: &Core, caller: &Caller, number: u32) {
        if let Self::Unwritten(_) = self {
            let (core, caller) = (core.clone(), caller.clone());
            let writing = async move { core.begin(&caller, number).await.map(drop) };
            *self = Self::Writing(tokio::spawn(writing));
        }
    }

    /// Since when the study is at work, where that is left to be written with its first answers.
    fn with_answers(&self) -> Option<Timestamp> {
        match self {
            Self::Unwritten(since) => Some(*since),
            Self::Before | Self::Writing(_) => None,
        }
    }

    /// Waits until it is written, where somebody writes it.
    async fn written(self) -> Result<(), ApiError> {
        match self {
            Self::Before | Self::Unwritten(_) => Ok(()),
            Self::Writing(writing) => writing.await.map_err(|error| panicked(&error))?,
        }
    }
}

/// What came of having competitors written.
enum Competing {
    /// The study with them.
    Written(Box<Job>),
    /// It goes no further.
    Over(Stopped),
}

/// Has a model write the competitors that a study waits for. The study is at work while it does.
async fn compete(
    core: &Core,
    caller: &Caller,
    number: u32,
    job: Job,
    cancel: &StudyCancel,
) -> Result<Competing, ApiError> {
    if job.state == State::Queued {
        core.begin(caller, number).await?;
    }
    let engine = core.find_engine(caller, &job.spec.engine).await?;
    let Ready::Models(pool) = engine.prepare(&job.spec) else {
        let why = format!(
            "'{}' is no language model any more and cannot write the competitors",
            job.spec.engine
        );
        core.give_up_unmade(caller, number, why).await?;
        return Ok(Competing::Over(Stopped::Ended));
    };
    let calls = Calls {
        core: core.clone(),
        caller: caller.clone(),
        pool,
        spec: job.spec,
        panel: core.panel(caller, number).await?,
        cancel: cancel.clone(),
        number,
        attempt: job.attempt,
        round: job.left.round(),
        // What was asked for before a halt is in the response cache.
        resumed: true,
        has_answers: false,
    };
    let written = Box::pin(calls.compete()).await?;
    if cancel.is_cancelled() {
        return Ok(Competing::Over(Stopped::Halted));
    }
    match written {
        Ok(texts) => {
            core.record_competitors(caller, number, texts).await?;
            Ok(Competing::Written(Box::new(core.job(caller, number).await?)))
        }
        Err(why) => {
            let why = format!("the competitors could not be written: {why}");
            core.give_up_unmade(caller, number, why).await?;
            Ok(Competing::Over(Stopped::Ended))
        }
    }
}

/// Who was seen to first after an unclean end.
#[derive(Default)]
struct Watched {
    /// They need no first asking any more.
    done: BTreeSet<u32>,
    /// Whoever is not to be asked at all any more, a second time as little as a first.
    aside: Option<u32>,
}

/// How a study asks.
enum StepFuture {
    /// On threads of this process.
    Local(Arc<LocalAsker>),
    /// By calls over the network.
    Models(Box<Calls>),
}

impl StepFuture {
    /// Asks those who are left, and after them those who are to be asked something besides the answer; on threads of this
    /// process both are one. Nobody is asked before the study has begun. Says whether the study has ended with that.
    async fn everyone(
        &self,
        core: &Core,
        shared: &Arc<RunnerShared>,
        left: impl Iterator<Item = u32> + Send,
        again: impl Iterator<Item = (asking::Purpose, u32)> + Send,
        begun: impl Future<Output = Result<(), ApiError>> + Send,
    ) -> Result<bool, ApiError> {
        match self {
            Self::Local(desk) => {
                begun.await?;
                ask_everyone(core, shared, Arc::clone(desk), left).await
            }
            Self::Models(calls) => {
                Calls::clone(calls).ask_everyone(left, again, begun).await.map(|()| false)
            }
        }
    }

    /// After an unclean end, asks those first who may have caused it, in groups that are written down; whoever ended the
    /// program too often is put aside.
    async fn each_watched(
        &self,
        core: &Core,
        shared: &Arc<RunnerShared>,
        job: &Job,
        cancel: &StudyCancel,
    ) -> Result<Watched, ApiError> {
        let Watched { mut done, mut aside } = Watched::default();
        let resumed = job.state == State::Running && core.store().recovery().repaired;
        if resumed && shared.first_look(job.number) {
            let left: Vec<u32> = job.left.iter().collect();
            let plan = ProbationPlan::new(job.probation, &left);
            if let Some(respondent) = plan.aside {
                tracing::error!(number = job.number, respondent, "a respondent is put aside");
                core.record(&shared.caller, never_asked(job, respondent)?).await?;
                done.insert(respondent);
                aside = Some(respondent);
            }
            for (group, places) in plan.groups {
                if cancel.is_cancelled() {
                    return Ok(Watched { done, aside });
                }
                core.watch_closely(&shared.caller, job.number, Some(group)).await?;
                let (some, begun) = (places.iter().copied(), std::future::ready(Ok(())));
                self.everyone(core, shared, some, std::iter::empty(), begun).await?;
                done.extend(places);
            }
        }
        if !cancel.is_cancelled() && (job.probation.is_some() || !done.is_empty()) {
            core.watch_closely(&shared.caller, job.number, None).await?;
        }
        Ok(Watched { done, aside })
    }
}

/// Why nobody else is asked for a study that another edition of its model began: answers of two editions are never mixed,
/// so the study ends with those it has.
fn begun_by_another(began: &str, now: &str) -> String {
    format!(
        "not asked, because {began} began this study and this program has {now}; `demoscope run FILE` asks that one"
    )
}

/// What is recorded of a respondent who is asked no more because that ended the program too often: repetitions too, or
/// the next start would ask for those.
fn never_asked(job: &Job, respondent: u32) -> Result<Batch, ApiError> {
    let reason = "put aside: asking this respondent ended the program time after time";
    let outcomes: Vec<_> = instrument::assignments(&job.spec, job.left.round(), respondent)
        .map(|at| (at, Outcome::Failed { reason: reason.to_owned() }, Usage::default()))
        .collect();
    let mut batch = Batch::new(job.number, job.attempt);
    batch
        .push(&outcomes)
        .map_err(|error| ApiError::new(ErrorCode::Internal, error.to_string()).because(&error))?;
    Ok(batch)
}

/// Asks everyone who is left, a few chunks ahead of the writer and never more; says whether the study has ended with that.
async fn ask_everyone(
    core: &Core,
    shared: &Arc<RunnerShared>,
    desk: Arc<LocalAsker>,
    left: impl Iterator<Item = u32>,
) -> Result<bool, ApiError> {
    // While some chunks are asked, as many wait for their commit: cores and writer are both kept busy.
    let ahead = shared.cores.saturating_mul(2).saturating_add(1);
    let size = shared.pace.chunk(CHUNK);
    let mut under_way: JoinSet<Result<bool, ApiError>> = JoinSet::new();
    let (mut failed, mut has_ended) = (None, false);
    let mut left = left.peekable();
    // Where nobody is left to be asked, no answer takes the study from the queue.
    if desk.begun.is_some() && left.peek().is_none() {
        core.begin(&shared.caller, desk.number).await?;
    }
    while failed.is_none() && !desk.cancel.is_cancelled() && left.peek().is_some() {
        if under_way.len() >= ahead {
            failed = under_way.join_next().await.and_then(|joined| recorded(joined).err());
            continue;
        }
        let chunk: Vec<u32> = left.by_ref().take(size).collect();
        // The few people of a small study are one chunk.
        let is_small = desk.begun.is_some() && left.peek().is_none();
        let wait = shared.pace.reserve(chunk.len(), core.world().clock.monotonic());
        if !wait.is_zero() {
            tokio::select! {
                () = desk.cancel.cancelled() => break,
                () = tokio::time::sleep(wait) => {}
            }
        }
        let permit = tokio::select! {
            () = desk.cancel.cancelled() => break,
            permit = Arc::clone(&shared.asking).acquire_owned() => permit,
        };
        let Ok(permit) = permit else { break };
        let (core, shared, desk) = (core.clone(), Arc::clone(shared), Arc::clone(&desk));
        under_way.spawn(async move {
            let batch = blocking(move || {
                let batch = desk.ask(&chunk);
                drop(permit);
                batch
            })
            .await??;
            if is_small {
                core.record_and_end(&shared.caller, batch).await
            } else {
                core.record(&shared.caller, batch).await.map(|_| false)
            }
        });
    }
    // What was asked is recorded, also when nobody else will be.
    while let Some(joined) = under_way.join_next().await {
        match recorded(joined) {
            Ok(ended) => has_ended |= ended,
            Err(error) => failed = failed.or(Some(error)),
        }
    }
    failed.map_or(Ok(has_ended), Err)
}

fn recorded(
    joined: Result<Result<bool, ApiError>, tokio::task::JoinError>,
) -> Result<bool, ApiError> {
    joined.map_err(|error| panicked(&error))?
}

/// Does what may wait for the disk or a core on a thread that may.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, ApiError> {
    tokio::task::spawn_blocking(work).await.map_err(|error| panicked(&error))
}

pub(super) fn panicked(error: &tokio::task::JoinError) -> ApiError {
    ApiError::new(ErrorCode::Internal, format!("The engine stopped unexpectedly: {error}"))
        .because(error)
}

impl LocalAsker {
    /// Asks some respondents, one after the other, until all were asked or the gate closes.
    fn ask(&self, respondents: &[u32]) -> Result<Batch, ApiError> {
        let mut batch = Batch::new(self.number, self.attempt).beginning(self.begun);
        for respondent in respondents {
            if self.cancel.is_cancelled() {
                break;
            }
            let persona = self.panel.persona(*respondent).ok_or_else(|| {
                ApiError::new(ErrorCode::Internal, format!("Nobody is at place {respondent}"))
            })?;
            // All that one respondent is asked is recorded together, so that nobody is ever half done.
            let outcomes: Vec<_> = instrument::assignments(&self.spec, self.round, *respondent)
                .map(|at| {
                    // A respondent whose asking breaks is put aside; nobody else is touched.
                    let asked = catch_unwind(AssertUnwindSafe(|| self.ask_one(at, &persona)));
                    let (outcome, usage) = asked.unwrap_or_else(|_| {
                        let reason = "put aside: asking this respondent broke the program";
                        (Outcome::Failed { reason: reason.to_owned() }, Usage::default())
                    });
                    (at, outcome, usage)
                })
                .collect();
            batch.push(&outcomes).map_err(|error| {
                ApiError::new(ErrorCode::Internal, error.to_string()).because(&error)
            })?;
        }
        Ok(batch)
    }

    fn ask_one(&self, at: Assignment, persona: &Persona) -> (Outcome, Usage) {
        let mut tries = 1_u32;
        let reply = loop {
            match self.prepared.ask(&self.spec, at, persona) {
                Ok(reply) => break reply,
                Err(EngineError::Retry { .. })
                    if tries < TRIES_MAX && !self.cancel.is_cancelled() =>
                {
                    tries = tries.saturating_add(1);
                }
                Err(EngineError::Retry { why, .. } | EngineError::Final { why }) => {
                    return (Outcome::Failed { reason: why }, Usage::default());
                }
            }
        };
        let usage = Usage {
            input_tokens: reply.input_tokens,
            output_tokens: reply.output_tokens,
            cost: reply.cost,
            ..Usage::default()
        };
        let outcome = match instrument::read_at(&self.spec, at, &reply.text) {
            Ok(answered) => Outcome::Answered(answered),
            Err(Unreadable::Refused { reason }) => Outcome::Refused { reason },
            Err(Unreadable::Invalid { reason }) => Outcome::Invalid { reason },
        };
        (outcome, usage)
    }
}

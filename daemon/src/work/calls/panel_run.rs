//! Scheduling loop that asks a panel once: it decides who is next at which engine, keeps retries and calls under way,
//! and decides when to end. A single task owns all of this state, so there are no locks.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::iter::Peekable;
use std::sync::Arc;
use std::time::Duration;

use protocol::credits::UsdMicros;
use protocol::error::{ApiError, ErrorCode};
use tokio::sync::mpsc;
use tokio::task::{Id, JoinError, JoinSet};

use super::Calls;
use super::engine_slot::{EngineSlot, SlotPermit, any_retuned, any_turn, places};
use super::measure::Listened;
use super::patience::{call, out_of_patience};
use super::recorder::RecordRequest;
use super::respondent_task::{
    CallOutcome, InFlight, Next, PreparedCall, QueueEntry, RespondentTask,
};
use super::side_measures::SideMeasures;
use crate::domain::instrument::{self, Item};
use crate::domain::outcome::Usage;
use crate::inference::limits::RetryBudget;
use crate::inference::model::{Pass, ReadyCall};
use crate::inference::pool::Availability;
use crate::store::rows::CallsUnderWay;

/// Respondents that may wait for a retry; at this number no new respondent is asked.
const WAITING_MAX: usize = 1_000;
/// Delay before looking again for a respondent who waits and could already be asked.
const LOOK_SOON: Duration = Duration::from_millis(20);
/// Delay before looking again whether a resting engine can be asked.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

/// One pass over a panel with its state.
pub(super) struct PanelRun {
    pub(super) study: Calls,
    pub(super) recorder: mpsc::Sender<RecordRequest>,
    /// The items that are asked in a call of their own; empty when one call asks everything.
    pub(super) items: Vec<Item>,
    /// In the pool's order.
    pub(super) slots: Vec<EngineSlot>,
    pub(super) under_way: JoinSet<CallOutcome>,
    /// The respondent of each call, so that a call that panics can be traced to its respondent.
    pub(super) seats: HashMap<Id, InFlight>,
    /// The side measurements; `None` where there is only the direct channel.
    pub(super) beside: Option<Arc<SideMeasures>>,
    /// Side measurements under way.
    pub(super) listening: JoinSet<Listened>,
    /// Respondents who wait for a retry, by time and place in the queue.
    pub(super) waiting: BTreeMap<(Duration, QueueEntry), RespondentTask>,
    /// Respondents with a direct answer who wait for room under a cap for their side measurements.
    pub(super) to_hear: VecDeque<RespondentTask>,
    /// Respondents who were not in the response cache, with their first question prepared.
    pub(super) stock: VecDeque<(RespondentTask, ReadyCall)>,
    /// Respondents drawn ahead for each engine, while another engine's next one was looked for.
    pub(super) ahead: Vec<VecDeque<QueueEntry>>,
    pub(super) budget: RetryBudget,
    /// A respondent may wait for a disabled engine without another one that may be asked.
    pub(super) no_engines: bool,
    /// A cap leaves no room next to the worst cases of calls under way: wait for their real cost.
    pub(super) short: bool,
    /// Why the study must stop.
    pub(super) stop: Option<String>,
    /// Usage of calls whose replies became no outcome.
    pub(super) lost: Usage,
    /// The durable note in the store of the calls that may be under way.
    pub(super) noted: CallsUnderWay,
}

/// An event of the loop.
enum Happened {
    /// The gate closed, a retry is due, or it is time to look at an engine again.
    Time,
    /// Nothing happened, and there are questions to prepare.
    Nothing,
    /// A call ended.
    Ended(Box<Result<(Id, CallOutcome), JoinError>>),
    /// The side measurements of a respondent are finished.
    Heard(Box<Result<Listened, JoinError>>),
    /// The call that is ready at that engine may go, or never may.
    Turn(usize, SlotPermit),
}

impl PanelRun {
    /// A loop that has asked no one yet; `noted` is what the store will hold about its calls before the first is made.
    pub(super) fn new(
        study: Calls,
        recorder: mpsc::Sender<RecordRequest>,
        slots: Vec<EngineSlot>,
        noted: CallsUnderWay,
    ) -> Self {
        Self {
            noted,
            ahead: slots.iter().map(|_| VecDeque::new()).collect(),
            items: instrument::items(&study.spec),
            study,
            recorder,
            slots,
            under_way: JoinSet::new(),
            beside: None,
            listening: JoinSet::new(),
            seats: HashMap::new(),
            waiting: BTreeMap::new(),
            stock: VecDeque::new(),
            to_hear: VecDeque::new(),
            budget: RetryBudget::default(),
            no_engines: false,
            short: false,
            stop: None,
            lost: Usage::default(),
        }
    }

    /// Adds side measurements.
    pub(super) fn hear(&mut self, beside: Option<Arc<SideMeasures>>) {
        self.beside = beside;
    }

    /// Runs until no respondent is left, the gate closes or the study must stop; returns the usage of calls without an
    /// outcome. When it returns no call is under way, also after an error.
    pub(super) async fn run(
        mut self,
        left: Peekable<impl Iterator<Item = QueueEntry>>,
    ) -> Result<Usage, ApiError> {
        let asked = self.ask(left).await;
        if asked.is_err() {
            self.under_way.shutdown().await;
            self.listening.shutdown().await;
        }
        asked.map(|()| self.lost)
    }

    async fn ask(
        &mut self,
        mut left: Peekable<impl Iterator<Item = QueueEntry>>,
    ) -> Result<(), ApiError> {
        while !self.study.cancel.is_cancelled() && self.stop.is_none() {
            self.look_at_engines();
            self.note_calls().await?;
            self.drop_failed().await?;
            self.measure_waiting().await?;
            for slot in 0..self.slots.len() {
                if self.slots[slot].next.is_none() && self.stop.is_none() {
                    self.slots[slot].next = self.choose(slot, &mut left).await?;
                }
            }
            let idle = self.nothing_ready() && !self.is_busy() && self.waiting.is_empty();
            if idle
                && self.stock.is_empty()
                && self.to_hear.is_empty()
                && left.peek().is_none()
                && self.ahead.iter().all(VecDeque::is_empty)
            {
                break;
            }
            if self.stop.is_none() {
                self.step(&mut left).await?;
            }
        }
        for slot in 0..self.slots.len() {
            self.slots[slot].engine.pass(self.study.number);
            self.take_back_calls(slot);
        }
        while let Some(made) = self.under_way.join_next_with_id().await {
            self.ended(made).await?;
        }
        while let Some(heard) = self.listening.join_next().await {
            self.heard(heard).await?;
        }
        for task in std::mem::take(&mut self.to_hear) {
            // If the study goes on, the direct answer is recorded without the side measurements.
            if self.study.cancel.is_cancelled() {
                self.abandon(&task);
            } else {
                self.send(self.request(task)).await?;
            }
        }
        for (task, _) in std::mem::take(&mut self.stock) {
            self.wait(Duration::ZERO, task);
        }
        let ahead = std::mem::take(&mut self.ahead).into_iter().flatten();
        if let Some(why) = self.stop.take().filter(|_| !self.study.cancel.is_cancelled()) {
            self.give_up(&why, ahead.chain(left)).await?;
        }
        for task in std::mem::take(&mut self.waiting).into_values() {
            self.abandon(&task);
        }
        Ok(())
    }

    /// Updates the durable note of the calls under way before more of them are made.
    async fn note_calls(&mut self) -> Result<(), ApiError> {
        let Calls { core, caller, number, .. } = &self.study;
        if let Some(due) = self.noted.due(places(&self.slots), core.unbooked(*number)) {
            core.note_calls(caller, *number, due.clone()).await?;
            self.noted = due;
        }
        Ok(())
    }

    /// Whether calls are under way, direct ones or side measurements.
    pub(super) fn is_busy(&self) -> bool {
        !self.under_way.is_empty() || !self.listening.is_empty()
    }

    /// Whether as many respondents wait or are being measured as allowed; then no new one is looked up.
    pub(super) fn is_crowded(&self) -> bool {
        self.waiting.len() >= WAITING_MAX || self.measures_many()
    }

    pub(super) fn nothing_ready(&self) -> bool {
        self.slots.iter().all(|slot| slot.next.is_none())
    }

    /// Applies changed tuning, disables engines that have given up, and takes calls back from resting engines when
    /// others could make them.
    fn look_at_engines(&mut self) {
        for slot in &self.slots {
            slot.follow_owner();
        }
        if self.slots.len() > 1 {
            for slot in 0..self.slots.len() {
                // With several engines, none of this study's calls may be waiting at that door to learn of it.
                if self.slots[slot].dead.is_none()
                    && let Some(why) = self.slots[slot].engine.given_up(self.study.now())
                {
                    self.disable_engine(slot, why);
                }
            }
            let standings = self.standings();
            for slot in 0..self.slots.len() {
                let next = self.slots[slot].next.as_ref();
                let elsewhere = |next: &PreparedCall| {
                    self.failover_target(&next.task, &standings).is_some_and(|other| other != slot)
                };
                if next.is_some_and(elsewhere) {
                    self.slots[slot].engine.pass(self.study.number);
                    self.take_back_calls(slot);
                }
            }
        }
    }

    /// Whether an engine rests while another one can be asked; then no new respondent is asked there.
    fn rests_beside_others(&self, slot: usize) -> bool {
        if self.slots.len() == 1 {
            return false;
        }
        let standings = self.standings();
        standings.get(slot) != Some(&Availability::Open) && standings.contains(&Availability::Open)
    }

    /// Waits for the next event: a turn at a door, the end of a call, a retry that is due, or the gate.
    async fn step(
        &mut self,
        left: &mut Peekable<impl Iterator<Item = QueueEntry>>,
    ) -> Result<(), ApiError> {
        let now = self.study.now();
        let due = self.waiting.keys().next().map(|(time, _)| time.saturating_sub(now));
        // Of several engines, the one that a respondent waits for may have its next call ready while others have no one
        // to ask.
        let least = if self.slots.len() > 1 { LOOK_SOON } else { Duration::ZERO };
        let due = due.map(|due| due.max(least));
        // When every engine has a call ready, retries that are due are looked at after one of the calls has been made.
        let somebody_can = self.slots.iter().any(|slot| slot.next.is_none());
        let due = due.filter(|_| somebody_can && !self.short);
        // No signal tells this study when others release money under a common cap, so it looks again by itself.
        let waits_for_others = (self.short || !self.to_hear.is_empty()) && !self.is_busy();
        let again =
            ((self.slots.len() > 1 && somebody_can) || waits_for_others).then_some(LOOK_AGAIN);
        let wait = [due, again].into_iter().flatten().min();
        for slot in self.slots.iter().filter(|slot| slot.next.is_none()) {
            slot.engine.pass(self.study.number);
        }
        // Next questions are prepared between two replies; when a reply arrives, the next call is made first.
        let has_time = self.may_look_up() && left.peek().is_some();
        let happened = {
            let Self { slots, under_way, listening, study, .. } = self;
            let study = &*study;
            let (clock, number) = (&study.core.world().clock, study.number);
            let a_turn = any_turn(slots, clock, number);
            let retuned = any_retuned(slots);
            tokio::select! {
                biased;
                () = study.cancel.cancelled() => Happened::Time,
                // Calls go first: the service is idle meanwhile, while a reply that has arrived can wait to be read.
                (slot, turn) = a_turn => Happened::Turn(slot, turn),
                Some(made) = under_way.join_next_with_id() => Happened::Ended(Box::new(made)),
                Some(heard) = listening.join_next() => Happened::Heard(Box::new(heard)),
                () = retuned => Happened::Time,
                () = std::future::ready(()), if has_time => Happened::Nothing,
                () = tokio::time::sleep(wait.unwrap_or(Duration::MAX)), if wait.is_some() => Happened::Time,
            }
        };
        match happened {
            Happened::Time => self.short &= !waits_for_others,
            Happened::Nothing => {
                self.look_up_batch(0, left).await?;
                // Lets the tasks deliver replies that arrived meanwhile.
                tokio::task::yield_now().await;
            }
            Happened::Ended(made) => self.ended(*made).await?,
            Happened::Heard(heard) => self.heard(*heard).await?,
            Happened::Turn(slot, Err(why)) => self.disable_engine(slot, why),
            Happened::Turn(slot, Ok((pass, place))) => {
                if let Some(mut prepared) = self.slots[slot].next.take() {
                    prepared.task.place = place.or(prepared.task.place);
                    self.launch(slot, pass, prepared);
                }
            }
        }
        Ok(())
    }

    /// The next call for an engine, prepared and with its cost reserved; retries that are due come before new
    /// respondents. `None` when there is none at present. Respondents found in the response cache are finished on the
    /// way.
    async fn choose(
        &mut self,
        slot: usize,
        left: &mut Peekable<impl Iterator<Item = QueueEntry>>,
    ) -> Result<Option<PreparedCall>, ApiError> {
        while !self.short && self.slots[slot].dead.is_none() && !self.study.cancel.is_cancelled() {
            let now = self.study.now();
            let next = if let Some(task) = self.due(slot, now) {
                // A retry of the same question was looked up before the first try.
                let is_looked_up = task.tries.at(slot) > 0;
                let prepared = vec![self.prepare(slot, task)?];
                let mut unheard =
                    if is_looked_up { prepared } else { self.unless_cached(prepared).await? };
                let Some(next) = unheard.pop() else { continue };
                next
            } else if self.is_crowded() || self.rests_beside_others(slot) {
                return Ok(None);
            } else {
                let Some(next) = self.next_respondent(slot, left).await? else { return Ok(None) };
                next
            };
            let (mut task, ready) = next;
            let aside = self.aside(slot, &task)?;
            let money = self.set_aside(&mut task, aside);
            let (number, cap) = (self.study.number, self.study.spec.max_cost_usd);
            match money.and_then(|()| self.study.core.reserve_cost(number, cap, ready.worst)) {
                Ok(()) => return Ok(Some(PreparedCall { task, ready })),
                Err(capped) => {
                    // Calls under way will probably cost less than their worst case, so there may be room afterwards.
                    self.wait(Duration::ZERO, task);
                    // The same holds for what other studies have reserved.
                    if !self.is_busy() && self.nothing_ready() && !capped.others {
                        self.stop = Some(capped.to_string());
                        return Ok(None);
                    }
                    self.short = true;
                }
            }
        }
        Ok(None)
    }

    /// A respondent with a retry or a further question that may be asked at that engine now.
    fn due(&mut self, slot: usize, now: Duration) -> Option<RespondentTask> {
        if self.waiting.is_empty() {
            return None;
        }
        let standings = self.standings();
        let due = self.waiting.iter().take_while(|((time, _), _)| *time <= now);
        let mut mine = due.filter(|(_, task)| self.failover_target(task, &standings) == Some(slot));
        let key = mine.next().map(|(key, _)| *key)?;
        self.waiting.remove(&key)
    }

    pub(super) fn seat(&self, ticket: QueueEntry) -> Result<RespondentTask, ApiError> {
        let respondent = ticket.respondent;
        let persona = self.study.panel.persona(respondent).ok_or_else(|| {
            ApiError::new(ErrorCode::Internal, format!("Nobody is at place {respondent}"))
        })?;
        Ok(RespondentTask::new(ticket, persona))
    }

    fn launch(&mut self, slot: usize, pass: Pass, PreparedCall { task, ready }: PreparedCall) {
        if task.tries.at(slot) == 0 && task.reasks == 0 {
            self.budget.first();
        }
        let clock = Arc::clone(&self.study.core.world().clock);
        let (ticket, aside) = (task.ticket, task.aside);
        let seat = InFlight { ticket, engine: slot, worst: ready.worst, aside };
        let (core, cancel) = (self.study.core.clone(), self.study.cancel.clone());
        let enough =
            out_of_patience(core, cancel, self.slots[slot].last_calls_wait(&self.study.core));
        let task = self.under_way.spawn(async move {
            let begun = clock.monotonic();
            let spent = call(pass, &ready, enough).await;
            let latency = clock.monotonic().saturating_sub(begun);
            CallOutcome { task, address: ready.address, spent, reserved: ready.worst, latency }
        });
        self.seats.insert(task.id(), seat);
    }

    async fn ended(&mut self, made: Result<(Id, CallOutcome), JoinError>) -> Result<(), ApiError> {
        self.short = false;
        let made = match made {
            Ok((id, made)) => {
                self.seats.remove(&id);
                made
            }
            Err(error) => return self.broke(&error).await,
        };
        if made.spent.reply.is_ok() {
            self.slots[made.task.engine].note(made.latency);
        }
        self.study.core.settle_cost(self.study.number, made.reserved, made.spent.booked.cost);
        let next = self.judge(made);
        self.follow(next).await
    }

    /// Carries out a respondent's next step.
    pub(super) async fn follow(&mut self, next: Next) -> Result<(), ApiError> {
        match next {
            Next::Done(task) => {
                let Some(mut task) = self.listen(task)? else { return Ok(()) };
                self.give_back(&mut task);
                self.send(self.request(task)).await?;
            }
            Next::Ask(mut task, time) => {
                self.keep_early(&mut task).await?;
                // A respondent who waits for a retry releases the concurrency slot.
                task.place = None;
                self.wait(time, task);
            }
            Next::Halted(mut task) => {
                self.keep_early(&mut task).await?;
                self.abandon(&task);
            }
            Next::Stop(mut task, why) => {
                task.place = None;
                let slot = task.engine;
                self.wait(Duration::ZERO, task);
                self.disable_engine(slot, why);
            }
        }
        Ok(())
    }

    /// Stores the last exchanges of a respondent who is asked further questions. The slot stays taken until they are
    /// durable.
    async fn keep_early(&self, task: &mut RespondentTask) -> Result<(), ApiError> {
        let Some(early) = task.early() else { return Ok(()) };
        let patience = self.slots.get(task.engine).map(EngineSlot::patience).unwrap_or_default();
        let place = task.place.take();
        self.send(RecordRequest { early: Some(early), place, patience, ..RecordRequest::default() })
            .await
    }

    /// Disables an engine for this study; without another one the study stops.
    fn disable_engine(&mut self, slot: usize, why: String) {
        self.slots[slot].engine.pass(self.study.number);
        self.take_back_calls(slot);
        if self.slots[slot].dead.is_none() {
            let engine = &self.slots[slot].engine.service().name;
            tracing::warn!(study = self.study.number, engine, why, "an engine answers no more");
            self.slots[slot].dead = Some(why.clone());
        }
        // Also if it was disabled already: the respondent of the last call there waits for it.
        self.no_engines = true;
        if self.slots.iter().all(|slot| slot.dead.is_some()) {
            self.stop.get_or_insert(why);
        }
    }

    /// Withdraws the call that is ready at an engine and releases what was reserved for it.
    fn take_back_calls(&mut self, slot: usize) {
        if let Some(prepared) = self.slots[slot].next.take() {
            self.study.core.settle_cost(self.study.number, prepared.ready.worst, UsdMicros::ZERO);
            let mut task = prepared.task;
            task.place = None;
            self.wait(Duration::ZERO, task);
        }
    }
}

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
use super::beside::Beside;
use super::lane::{Lane, Turn, any_retuned, any_turn, places};
use super::listen::Listened;
use super::patience::{call, out_of_patience};
use super::recorder::Parcel;
use super::sitting::{Made, Next, Prepared, Seat, Sitting, Ticket};
use crate::domain::instrument::{self, Item};
use crate::domain::outcome::Usage;
use crate::inference::limits::RetryBudget;
use crate::inference::model::{Pass, ReadyCall};
use crate::inference::pool::Standing;
use crate::store::rows::CallsUnderWay;

/// Respondents that may wait for a retry; at this number no new respondent is asked.
const WAITING_MAX: usize = 1_000;
/// Delay before looking again for a respondent who waits and could already be asked.
const LOOK_SOON: Duration = Duration::from_millis(20);
/// Delay before looking again whether a resting engine can be asked.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

/// One pass over a panel with its state.
pub(super) struct Round {
    pub(super) study: Calls,
    pub(super) recorder: mpsc::Sender<Parcel>,
    /// The items that are asked in a call of their own; empty when one call asks everything.
    pub(super) items: Vec<Item>,
    /// In the pool's order.
    pub(super) lanes: Vec<Lane>,
    pub(super) under_way: JoinSet<Made>,
    /// The respondent of each call, so that a call that panics can be traced to its respondent.
    pub(super) seats: HashMap<Id, Seat>,
    /// The side measurements; `None` where there is only the direct channel.
    pub(super) beside: Option<Arc<Beside>>,
    /// Side measurements under way.
    pub(super) listening: JoinSet<Listened>,
    /// Respondents who wait for a retry, by time and place in the queue.
    pub(super) waiting: BTreeMap<(Duration, Ticket), Sitting>,
    /// Respondents with a direct answer who wait for room under a cap for their side measurements.
    pub(super) to_hear: VecDeque<Sitting>,
    /// Respondents who were not in the response cache, with their first question prepared.
    pub(super) stock: VecDeque<(Sitting, ReadyCall)>,
    /// Respondents drawn ahead for each engine, while another engine's next one was looked for.
    pub(super) ahead: Vec<VecDeque<Ticket>>,
    pub(super) budget: RetryBudget,
    /// A respondent may wait for a disabled engine without another one that may be asked.
    pub(super) bereft: bool,
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
    Ended(Box<Result<(Id, Made), JoinError>>),
    /// The side measurements of a respondent are finished.
    Heard(Box<Result<Listened, JoinError>>),
    /// The call that is ready at that engine may go, or never may.
    Turn(usize, Turn),
}

impl Round {
    /// A loop that has asked no one yet; `noted` is what the store will hold about its calls before the first is made.
    pub(super) fn new(
        study: Calls,
        recorder: mpsc::Sender<Parcel>,
        lanes: Vec<Lane>,
        noted: CallsUnderWay,
    ) -> Self {
        Self {
            noted,
            ahead: lanes.iter().map(|_| VecDeque::new()).collect(),
            items: instrument::items(&study.spec),
            study,
            recorder,
            lanes,
            under_way: JoinSet::new(),
            beside: None,
            listening: JoinSet::new(),
            seats: HashMap::new(),
            waiting: BTreeMap::new(),
            stock: VecDeque::new(),
            to_hear: VecDeque::new(),
            budget: RetryBudget::default(),
            bereft: false,
            short: false,
            stop: None,
            lost: Usage::default(),
        }
    }

    /// Adds side measurements.
    pub(super) fn hear(&mut self, beside: Option<Arc<Beside>>) {
        self.beside = beside;
    }

    /// Runs until no respondent is left, the gate closes or the study must stop; returns the usage of calls without an
    /// outcome. When it returns no call is under way, also after an error.
    pub(super) async fn run(
        mut self,
        left: Peekable<impl Iterator<Item = Ticket>>,
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
        mut left: Peekable<impl Iterator<Item = Ticket>>,
    ) -> Result<(), ApiError> {
        while !self.study.gate.is_cancelled() && self.stop.is_none() {
            self.look_at_engines();
            self.note_calls().await?;
            self.part_with().await?;
            self.hear_who_waits().await?;
            for lane in 0..self.lanes.len() {
                if self.lanes[lane].next.is_none() && self.stop.is_none() {
                    self.lanes[lane].next = self.choose(lane, &mut left).await?;
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
        for lane in 0..self.lanes.len() {
            self.lanes[lane].engine.pass(self.study.number);
            self.take_back(lane);
        }
        while let Some(made) = self.under_way.join_next_with_id().await {
            self.ended(made).await?;
        }
        while let Some(heard) = self.listening.join_next().await {
            self.heard(heard).await?;
        }
        for sitting in std::mem::take(&mut self.to_hear) {
            // If the study goes on, the direct answer is recorded without the side measurements.
            if self.study.gate.is_cancelled() {
                self.lose(&sitting);
            } else {
                self.send(self.parcel(sitting)).await?;
            }
        }
        for (sitting, _) in std::mem::take(&mut self.stock) {
            self.wait(Duration::ZERO, sitting);
        }
        let ahead = std::mem::take(&mut self.ahead).into_iter().flatten();
        if let Some(why) = self.stop.take().filter(|_| !self.study.gate.is_cancelled()) {
            self.give_up(&why, ahead.chain(left)).await?;
        }
        for sitting in std::mem::take(&mut self.waiting).into_values() {
            self.lose(&sitting);
        }
        Ok(())
    }

    /// Updates the durable note of the calls under way before more of them are made.
    async fn note_calls(&mut self) -> Result<(), ApiError> {
        let Calls { core, number, .. } = &self.study;
        if let Some(due) = self.noted.due(places(&self.lanes), core.unbooked(*number)) {
            core.note_calls(*number, due.clone()).await?;
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
        self.waiting.len() >= WAITING_MAX || self.hears_many()
    }

    pub(super) fn nothing_ready(&self) -> bool {
        self.lanes.iter().all(|lane| lane.next.is_none())
    }

    /// Applies changed tuning, disables engines that have given up, and takes calls back from resting engines when
    /// others could make them.
    fn look_at_engines(&mut self) {
        for lane in &self.lanes {
            lane.follow_owner();
        }
        if self.lanes.len() > 1 {
            for lane in 0..self.lanes.len() {
                // With several engines, none of this study's calls may be waiting at that door to learn of it.
                if self.lanes[lane].dead.is_none()
                    && let Some(why) = self.lanes[lane].engine.given_up(self.study.now())
                {
                    self.bury(lane, why);
                }
            }
            let standings = self.standings();
            for lane in 0..self.lanes.len() {
                let next = self.lanes[lane].next.as_ref();
                let elsewhere = |next: &Prepared| {
                    self.goes_to(&next.sitting, &standings).is_some_and(|other| other != lane)
                };
                if next.is_some_and(elsewhere) {
                    self.lanes[lane].engine.pass(self.study.number);
                    self.take_back(lane);
                }
            }
        }
    }

    /// Whether an engine rests while another one can be asked; then no new respondent is asked there.
    fn rests_beside_others(&self, lane: usize) -> bool {
        if self.lanes.len() == 1 {
            return false;
        }
        let standings = self.standings();
        standings.get(lane) != Some(&Standing::Open) && standings.contains(&Standing::Open)
    }

    /// Waits for the next event: a turn at a door, the end of a call, a retry that is due, or the gate.
    async fn step(
        &mut self,
        left: &mut Peekable<impl Iterator<Item = Ticket>>,
    ) -> Result<(), ApiError> {
        let now = self.study.now();
        let due = self.waiting.keys().next().map(|(time, _)| time.saturating_sub(now));
        // Of several engines, the one that a respondent waits for may have its next call ready while others have no one
        // to ask.
        let least = if self.lanes.len() > 1 { LOOK_SOON } else { Duration::ZERO };
        let due = due.map(|due| due.max(least));
        // When every engine has a call ready, retries that are due are looked at after one of the calls has been made.
        let somebody_can = self.lanes.iter().any(|lane| lane.next.is_none());
        let due = due.filter(|_| somebody_can && !self.short);
        // No signal tells this study when others release money under a common cap, so it looks again by itself.
        let waits_for_others = (self.short || !self.to_hear.is_empty()) && !self.is_busy();
        let again =
            ((self.lanes.len() > 1 && somebody_can) || waits_for_others).then_some(LOOK_AGAIN);
        let wait = [due, again].into_iter().flatten().min();
        for lane in self.lanes.iter().filter(|lane| lane.next.is_none()) {
            lane.engine.pass(self.study.number);
        }
        // Next questions are prepared between two replies; when a reply arrives, the next call is made first.
        let has_time = self.may_stock() && left.peek().is_some();
        let happened = {
            let Self { lanes, under_way, listening, study, .. } = self;
            let study = &*study;
            let (clock, number) = (&study.core.world().clock, study.number);
            let a_turn = any_turn(lanes, clock, number);
            let retuned = any_retuned(lanes);
            tokio::select! {
                biased;
                () = study.gate.cancelled() => Happened::Time,
                // Calls go first: the service is idle meanwhile, while a reply that has arrived can wait to be read.
                (lane, turn) = a_turn => Happened::Turn(lane, turn),
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
                self.stock_up(0, left).await?;
                // Lets the tasks deliver replies that arrived meanwhile.
                tokio::task::yield_now().await;
            }
            Happened::Ended(made) => self.ended(*made).await?,
            Happened::Heard(heard) => self.heard(*heard).await?,
            Happened::Turn(lane, Err(why)) => self.bury(lane, why),
            Happened::Turn(lane, Ok((pass, place))) => {
                if let Some(mut prepared) = self.lanes[lane].next.take() {
                    prepared.sitting.place = place.or(prepared.sitting.place);
                    self.launch(lane, pass, prepared);
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
        lane: usize,
        left: &mut Peekable<impl Iterator<Item = Ticket>>,
    ) -> Result<Option<Prepared>, ApiError> {
        while !self.short && self.lanes[lane].dead.is_none() && !self.study.gate.is_cancelled() {
            let now = self.study.now();
            let next = if let Some(sitting) = self.due(lane, now) {
                // A retry of the same question was looked up before the first try.
                let is_looked_up = sitting.tries.at(lane) > 0;
                let prepared = vec![self.prepare(lane, sitting)?];
                let mut unheard =
                    if is_looked_up { prepared } else { self.unless_remembered(prepared).await? };
                let Some(next) = unheard.pop() else { continue };
                next
            } else if self.is_crowded() || self.rests_beside_others(lane) {
                return Ok(None);
            } else {
                let Some(next) = self.newcomer(lane, left).await? else { return Ok(None) };
                next
            };
            let (mut sitting, ready) = next;
            let aside = self.aside(lane, &sitting)?;
            let money = self.set_aside(&mut sitting, aside);
            let (number, cap) = (self.study.number, self.study.spec.max_cost_usd);
            match money.and_then(|()| self.study.core.reserve_cost(number, cap, ready.worst)) {
                Ok(()) => return Ok(Some(Prepared { sitting, ready })),
                Err(capped) => {
                    // Calls under way will probably cost less than their worst case, so there may be room afterwards.
                    self.wait(Duration::ZERO, sitting);
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
    fn due(&mut self, lane: usize, now: Duration) -> Option<Sitting> {
        if self.waiting.is_empty() {
            return None;
        }
        let standings = self.standings();
        let due = self.waiting.iter().take_while(|((time, _), _)| *time <= now);
        let mut mine = due.filter(|(_, sitting)| self.goes_to(sitting, &standings) == Some(lane));
        let key = mine.next().map(|(key, _)| *key)?;
        self.waiting.remove(&key)
    }

    pub(super) fn seat(&self, ticket: Ticket) -> Result<Sitting, ApiError> {
        let respondent = ticket.respondent;
        let persona = self.study.panel.persona(respondent).ok_or_else(|| {
            ApiError::new(ErrorCode::Internal, format!("Nobody is at place {respondent}"))
        })?;
        Ok(Sitting::new(ticket, persona))
    }

    fn launch(&mut self, lane: usize, pass: Pass, Prepared { sitting, ready }: Prepared) {
        if sitting.tries.at(lane) == 0 && sitting.reasks == 0 {
            self.budget.first();
        }
        let clock = Arc::clone(&self.study.core.world().clock);
        let (ticket, aside) = (sitting.ticket, sitting.aside);
        let seat = Seat { ticket, engine: lane, worst: ready.worst, aside };
        let (core, gate) = (self.study.core.clone(), self.study.gate.clone());
        let enough = out_of_patience(core, gate, self.lanes[lane].farewell(&self.study.core));
        let task = self.under_way.spawn(async move {
            let begun = clock.monotonic();
            let spent = call(pass, &ready, enough).await;
            let latency = clock.monotonic().saturating_sub(begun);
            Made { sitting, address: ready.address, spent, reserved: ready.worst, latency }
        });
        self.seats.insert(task.id(), seat);
    }

    async fn ended(&mut self, made: Result<(Id, Made), JoinError>) -> Result<(), ApiError> {
        self.short = false;
        let made = match made {
            Ok((id, made)) => {
                self.seats.remove(&id);
                made
            }
            Err(error) => return self.broke(&error).await,
        };
        if made.spent.reply.is_ok() {
            self.lanes[made.sitting.engine].note(made.latency);
        }
        self.study.core.settle_cost(self.study.number, made.reserved, made.spent.booked.cost);
        let next = self.judge(made);
        self.follow(next).await
    }

    /// Carries out a respondent's next step.
    pub(super) async fn follow(&mut self, next: Next) -> Result<(), ApiError> {
        match next {
            Next::Done(sitting) => {
                let Some(mut sitting) = self.listen(sitting)? else { return Ok(()) };
                self.give_back(&mut sitting);
                self.send(self.parcel(sitting)).await?;
            }
            Next::Ask(mut sitting, time) => {
                self.keep_early(&mut sitting).await?;
                // A respondent who waits for a retry releases the concurrency slot.
                sitting.place = None;
                self.wait(time, sitting);
            }
            Next::Halted(mut sitting) => {
                self.keep_early(&mut sitting).await?;
                self.lose(&sitting);
            }
            Next::Stop(mut sitting, why) => {
                sitting.place = None;
                let lane = sitting.engine;
                self.wait(Duration::ZERO, sitting);
                self.bury(lane, why);
            }
        }
        Ok(())
    }

    /// Stores the last exchanges of a respondent who is asked further questions. The slot stays taken until they are
    /// durable.
    async fn keep_early(&self, sitting: &mut Sitting) -> Result<(), ApiError> {
        let Some(early) = sitting.early() else { return Ok(()) };
        let patience = self.lanes.get(sitting.engine).map(Lane::patience).unwrap_or_default();
        let place = sitting.place.take();
        self.send(Parcel { early: Some(early), place, patience, ..Parcel::default() }).await
    }

    /// Disables an engine for this study; without another one the study stops.
    fn bury(&mut self, lane: usize, why: String) {
        self.lanes[lane].engine.pass(self.study.number);
        self.take_back(lane);
        if self.lanes[lane].dead.is_none() {
            let engine = &self.lanes[lane].engine.service().name;
            tracing::warn!(study = self.study.number, engine, why, "an engine answers no more");
            self.lanes[lane].dead = Some(why.clone());
        }
        // Also if it was disabled already: the respondent of the last call there waits for it.
        self.bereft = true;
        if self.lanes.iter().all(|lane| lane.dead.is_some()) {
            self.stop.get_or_insert(why);
        }
    }

    /// Withdraws the call that is ready at an engine and releases what was reserved for it.
    fn take_back(&mut self, lane: usize) {
        if let Some(prepared) = self.lanes[lane].next.take() {
            self.study.core.settle_cost(self.study.number, prepared.ready.worst, UsdMicros::ZERO);
            let mut sitting = prepared.sitting;
            sitting.place = None;
            self.wait(Duration::ZERO, sitting);
        }
    }
}

//! Asking a panel once through: who is next at which engine, what waits for a later try, what is under way, and when to
//! end. It owns all of that alone, so nothing here is locked.

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

/// Respondents that may wait for a later try; while there are as many, nobody new is asked.
const WAITING_MAX: usize = 1_000;
/// How soon to look again for whom somebody waits who could be asked already.
const LOOK_SOON: Duration = Duration::from_millis(20);
/// How soon to look again whether an engine that rests can be asked.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

/// Asking a panel once through.
pub(super) struct Round {
    pub(super) study: Calls,
    pub(super) recorder: mpsc::Sender<Parcel>,
    /// The questions that are put one a call; none where all go together.
    pub(super) items: Vec<Item>,
    /// In the order in which their pool tries them.
    pub(super) lanes: Vec<Lane>,
    pub(super) under_way: JoinSet<Made>,
    /// Who is being asked by which call, so that a call that breaks takes nobody's name with it.
    pub(super) seats: HashMap<Id, Seat>,
    /// What further channels take; none where only the direct answer is heard.
    pub(super) beside: Option<Arc<Beside>>,
    /// Those who answered directly and are heard on further channels.
    pub(super) listening: JoinSet<Listened>,
    /// By time and who it is.
    pub(super) waiting: BTreeMap<(Duration, Ticket), Sitting>,
    /// Those who answered directly and wait for the money to be heard on further channels.
    pub(super) to_hear: VecDeque<Sitting>,
    /// Those who were looked up and are to be asked, with their first question.
    pub(super) stock: VecDeque<(Sitting, ReadyCall)>,
    /// Those meant for an engine that others were drawn before, one queue for each.
    pub(super) ahead: Vec<VecDeque<Ticket>>,
    pub(super) budget: RetryBudget,
    /// Somebody may wait for an engine that answers no more, and whom no other one may be asked for.
    pub(super) bereft: bool,
    /// A cap leaves no room beside the worst cases of what is under way: wait for their real cost.
    pub(super) short: bool,
    /// Why the study must stop.
    pub(super) stop: Option<String>,
    /// What calls took whose replies became no outcome.
    pub(super) lost: Usage,
    /// What the store knows of the calls that may be under way.
    pub(super) noted: CallsUnderWay,
}

/// What a round waited for.
enum Happened {
    /// The gate closed, a try is due, or an engine may be looked at again.
    Time,
    /// Nothing, and there is something to be made ready.
    Nothing,
    /// A call ended.
    Ended(Box<Result<(Id, Made), JoinError>>),
    /// A respondent was heard on all channels.
    Heard(Box<Result<Listened, JoinError>>),
    /// The call that is ready at that engine may go, or none ever may.
    Turn(usize, Turn),
}

impl Round {
    /// One that asks nobody yet; `noted` is what the store will know of its calls before the first goes.
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

    /// Hears respondents on further channels as well.
    pub(super) fn hear(&mut self, beside: Option<Arc<Beside>>) {
        self.beside = beside;
    }

    /// Goes on until nobody is left, the gate closes or the study must stop; says what was spent for nothing. When it returns
    /// nothing is under way any more, whatever happened.
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
            // Only whoever could be heard no more is recorded so: the direct answer stands.
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

    /// Keeps what the store knows of this study's calls true, before any more of them go.
    async fn note_calls(&mut self) -> Result<(), ApiError> {
        let Calls { core, number, .. } = &self.study;
        if let Some(due) = self.noted.due(places(&self.lanes), core.unbooked(*number)) {
            core.note_calls(*number, due.clone()).await?;
            self.noted = due;
        }
        Ok(())
    }

    /// Whether calls are under way, direct or not.
    pub(super) fn is_busy(&self) -> bool {
        !self.under_way.is_empty() || !self.listening.is_empty()
    }

    /// Whether as many wait, or are being heard, as may: then nobody new is looked at.
    pub(super) fn is_crowded(&self) -> bool {
        self.waiting.len() >= WAITING_MAX || self.hears_many()
    }

    pub(super) fn nothing_ready(&self) -> bool {
        self.lanes.iter().all(|lane| lane.next.is_none())
    }

    /// Follows what owners changed, parts with engines that answer nobody, and takes calls back from engines that rest while others could make them.
    fn look_at_engines(&mut self) {
        for lane in &self.lanes {
            lane.follow_owner();
        }
        if self.lanes.len() > 1 {
            for lane in 0..self.lanes.len() {
                // Where others are asked nobody comes to its door to be told.
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

    /// Whether an engine rests while another one can be asked: then nobody new is asked there.
    fn rests_beside_others(&self, lane: usize) -> bool {
        if self.lanes.len() == 1 {
            return false;
        }
        let standings = self.standings();
        standings.get(lane) != Some(&Standing::Open) && standings.contains(&Standing::Open)
    }

    /// Waits for the next thing to happen: a turn at a door, the end of a call, a try that is due, or the gate.
    async fn step(
        &mut self,
        left: &mut Peekable<impl Iterator<Item = Ticket>>,
    ) -> Result<(), ApiError> {
        let now = self.study.now();
        let due = self.waiting.keys().next().map(|(time, _)| time.saturating_sub(now));
        // Of several engines, the one that somebody waits for may have its next call ready while others have nobody to ask.
        let least = if self.lanes.len() > 1 { LOOK_SOON } else { Duration::ZERO };
        let due = due.map(|due| due.max(least));
        // With a call ready everywhere, whoever waits for a later try is looked at when a call has gone.
        let somebody_can = self.lanes.iter().any(|lane| lane.next.is_none());
        let due = due.filter(|_| somebody_can && !self.short);
        // Nobody tells this study when others give back what they have set aside under a common cap.
        let waits_for_others = (self.short || !self.to_hear.is_empty()) && !self.is_busy();
        let again =
            ((self.lanes.len() > 1 && somebody_can) || waits_for_others).then_some(LOOK_AGAIN);
        let wait = [due, again].into_iter().flatten().min();
        for lane in self.lanes.iter().filter(|lane| lane.next.is_none()) {
            lane.engine.pass(self.study.number);
        }
        // Between two replies there is time to make the next questions ready; when a reply comes, the next call goes at once.
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
                // The service waits for a call; a reply that is here can wait for its reader.
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
                // So that the replies that came meanwhile are seen.
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

    /// The next call for an engine, ready and paid for: a try that is due before anybody new. `None` when there is none at
    /// present. Whatever is remembered is taken on the way.
    async fn choose(
        &mut self,
        lane: usize,
        left: &mut Peekable<impl Iterator<Item = Ticket>>,
    ) -> Result<Option<Prepared>, ApiError> {
        while !self.short && self.lanes[lane].dead.is_none() && !self.study.gate.is_cancelled() {
            let now = self.study.now();
            let next = if let Some(sitting) = self.due(lane, now) {
                // Whoever is asked the same once more was looked up before the first time.
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
                    // What is under way will probably cost less than its worst case: there may be room then.
                    self.wait(Duration::ZERO, sitting);
                    // So may what other studies have set aside.
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

    /// Who is asked at an engine again, or something further, and may be now.
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

    /// Does what comes next for a respondent.
    pub(super) async fn follow(&mut self, next: Next) -> Result<(), ApiError> {
        match next {
            Next::Done(sitting) => {
                let Some(mut sitting) = self.listen(sitting)? else { return Ok(()) };
                self.give_back(&mut sitting);
                self.send(self.parcel(sitting)).await?;
            }
            Next::Ask(mut sitting, time) => {
                self.keep_early(&mut sitting).await?;
                // Whoever waits for a later try leaves the place to others.
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

    /// Keeps what was just said to somebody who is asked more. The place stays taken until that is durable.
    async fn keep_early(&self, sitting: &mut Sitting) -> Result<(), ApiError> {
        let Some(early) = sitting.early() else { return Ok(()) };
        let patience = self.lanes.get(sitting.engine).map(Lane::patience).unwrap_or_default();
        let place = sitting.place.take();
        self.send(Parcel { early: Some(early), place, patience, ..Parcel::default() }).await
    }

    /// No call of this study goes to that engine any more; without another one the study stops.
    fn bury(&mut self, lane: usize, why: String) {
        self.lanes[lane].engine.pass(self.study.number);
        self.take_back(lane);
        if self.lanes[lane].dead.is_none() {
            let engine = &self.lanes[lane].engine.service().name;
            tracing::warn!(study = self.study.number, engine, why, "an engine answers no more");
            self.lanes[lane].dead = Some(why.clone());
        }
        // Also when it was known: whoever was asked there just now waits for it.
        self.bereft = true;
        if self.lanes.iter().all(|lane| lane.dead.is_some()) {
            self.stop.get_or_insert(why);
        }
    }

    /// The call that was ready at an engine is not made there: what was set aside for it is free again.
    fn take_back(&mut self, lane: usize) {
        if let Some(prepared) = self.lanes[lane].next.take() {
            self.study.core.settle_cost(self.study.number, prepared.ready.worst, UsdMicros::ZERO);
            let mut sitting = prepared.sitting;
            sitting.place = None;
            self.wait(Duration::ZERO, sitting);
        }
    }
}

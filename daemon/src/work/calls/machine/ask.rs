//! Who is asked next, at which engine: retries that are due come before new respondents. Calls are prepared, their worst
//! case is reserved, and they wait at the door; a call that is withdrawn there costs nothing.

use std::collections::VecDeque;
use std::time::Duration;

use protocol::credits::UsdMicros;

use super::engine::ReadyTask;
use super::event::CachedReply;
use super::respondent::{QueueEntry, RespondentTask};
use super::{EngineState, PanelEffect, PanelMachine};
use crate::app::Capped;
use crate::domain::exchange::former;
use crate::domain::instrument::{self, Item};
use crate::domain::outcome::{Answered, Assignment, Usage};
use crate::inference::pool::Availability;

/// Respondents looked up in one group.
const GROUP: usize = 64;
/// Questions prepared ahead of their turn, at most.
const LOOK_UP_MAX: usize = 256;
/// Respondents that may wait for a retry; at this number no new respondent is asked.
const WAITING_MAX: usize = 1_000;

/// A question to one respondent.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::work::calls) struct PanelQuestion {
    pub(in crate::work::calls) ticket: QueueEntry,
    pub(in crate::work::calls) at: Assignment,
    /// `None` where one call asks everything.
    pub(in crate::work::calls) item: Option<Item>,
    /// Why it is asked again.
    pub(in crate::work::calls) correction: Option<String>,
    /// The reply that could not be read, or leaves a part out.
    pub(in crate::work::calls) former: String,
    /// What was read of it, where the rest is asked for.
    pub(in crate::work::calls) so_far: Option<Box<Answered>>,
}

/// Respondents whose call is being prepared.
pub(super) struct Preparing {
    engine: usize,
    tasks: Vec<RespondentTask>,
    /// They are new, and asked when it is their turn; else the only one is asked there at once.
    is_ahead: bool,
}

impl Preparing {
    pub(super) fn into_tasks(self) -> Vec<RespondentTask> {
        self.tasks
    }

    fn tasks(&self) -> &[RespondentTask] {
        &self.tasks
    }
}

impl PanelMachine<'_> {
    /// Looks for the next call of each engine that has none.
    pub(super) fn choose_calls(&mut self, now: Duration) {
        for engine in 0..self.engines.len() {
            let is_free =
                self.engines[engine].next.is_none() && self.engines[engine].dead.is_none();
            if is_free && !self.short && !self.is_stopped() {
                self.choose(engine, now);
            }
            if self.unanswered > 0 {
                return;
            }
        }
    }

    fn choose(&mut self, engine: usize, now: Duration) {
        if let Some(task) = self.last_new(engine) {
            self.reserve(engine, task);
        } else if let Some(task) = self.due(engine, now) {
            // A retry of the same question was looked up before the first try.
            let is_looked_up = task.tries.at(engine) > 0 || task.rejections > 0;
            self.prepare(engine, vec![task], false, !is_looked_up);
        } else if self.is_crowded() || self.rests_beside_others(engine) {
        } else if let Some(task) = self.stock.pop_front() {
            self.reserve(engine, task);
        } else {
            self.look_up(engine);
        }
    }

    /// One of the last new respondents of a study with several calls for each. They come before further questions to others,
    /// because whoever has most left to be asked is done last: asked later, they would keep a few calls going at the end while
    /// most of the engine's places are empty.
    fn last_new(&mut self, engine: usize) -> Option<RespondentTask> {
        let [state] = self.engines.as_slice() else { return None };
        let calls = usize::from(instrument::tasks(&self.plan.spec)) * self.items.len().max(1);
        let places = usize::try_from(state.view.concurrency).unwrap_or(usize::MAX);
        let are_last = self.stock.len() <= places && !self.queue.goes_on();
        // While it is not known whether the engine works, who was asked first shows it.
        let comes_first = calls > 1 && are_last && state.view.is_proven && !self.waiting.is_empty();
        let may_be_asked = !self.is_crowded() && !self.rests_beside_others(engine);
        if comes_first && may_be_asked { self.stock.pop_front() } else { None }
    }

    /// A respondent with a retry or a further question that may be asked at that engine now.
    fn due(&mut self, engine: usize, now: Duration) -> Option<RespondentTask> {
        if self.waiting.is_empty() {
            return None;
        }
        let standings = self.standings();
        // While an engine may be broken, what others get says more than another call for someone who got nothing.
        let goes_first = self.engines.len() == 1 && !self.is_crowded() && self.has_fresh();
        let faults = &self.engines[engine].faults;
        let due = self.waiting.iter().take_while(|((time, _), _)| *time <= now);
        let due = due.filter(|((_, ticket), _)| !goes_first || !faults.waits_behind(*ticket));
        let mut mine =
            due.filter(|(_, task)| self.failover_target(task, &standings) == Some(engine));
        let key = mine.next().map(|(key, _)| *key)?;
        self.waiting.remove(&key)
    }

    /// Prepares the first questions of the next respondents for that engine, if anybody is left.
    pub(super) fn look_up(&mut self, engine: usize) {
        let is_alone = self.engines.len() == 1;
        let together = if self.plan.recalls && is_alone { GROUP } else { 1 };
        let mut group = Vec::with_capacity(together);
        while group.len() < together
            && let Some(ticket) = self.queue.draw(engine, self.standings())
        {
            group.push(RespondentTask::new(ticket));
        }
        if !group.is_empty() {
            self.prepare(engine, group, is_alone, true);
        }
    }

    /// Whether questions can be prepared ahead of their turn. They cannot where several engines share a panel, because
    /// the order changes with each call; nor while too many respondents wait, because cached ones would be added to
    /// them.
    pub(super) fn may_look_up(&self) -> bool {
        let [engine] = self.engines.as_slice() else { return false };
        let calls = usize::try_from(engine.view.concurrency).unwrap_or(usize::MAX);
        engine.dead.is_none() && !self.is_crowded() && self.stock.len() < calls.min(LOOK_UP_MAX)
    }

    /// Whether somebody is left who was not asked yet.
    fn has_fresh(&mut self) -> bool {
        !self.stock.is_empty() || self.queue.goes_on()
    }

    /// Whether as many respondents wait or are being measured as allowed; then no new one is looked up.
    fn is_crowded(&self) -> bool {
        self.waiting.len() >= WAITING_MAX || self.measures_many()
    }

    /// Whether an engine rests while another one can be asked; then no new respondent is asked there.
    fn rests_beside_others(&self, engine: usize) -> bool {
        if self.engines.len() == 1 {
            return false;
        }
        let standings = self.standings();
        standings.get(engine) != Some(&Availability::Open)
            && standings.contains(&Availability::Open)
    }

    fn prepare(
        &mut self,
        engine: usize,
        mut tasks: Vec<RespondentTask>,
        is_ahead: bool,
        look_up: bool,
    ) {
        let mut asks = Vec::with_capacity(tasks.len());
        for task in &mut tasks {
            if task.engine != engine {
                // Another model's reply was corrected; this model has not seen it.
                task.correction = None;
                task.engine = engine;
            }
            let last = task.exchanges.last().filter(|_| task.correction.is_some());
            asks.push(PanelQuestion {
                ticket: task.ticket,
                at: task.at(),
                item: task.item(&self.items),
                correction: task.correction.clone(),
                former: last.map(|last| former(&last.reply).to_owned()).unwrap_or_default(),
                so_far: task.so_far.clone(),
            });
        }
        let recall = self.plan.recalls && look_up;
        self.preparing = Some(Preparing { engine, tasks, is_ahead });
        self.ask(PanelEffect::Prepare { engine, asks, recall });
    }

    /// Those who must be asked go on to their turn; the others have their reply from the response cache.
    pub(super) fn prepared(&mut self, replies: Vec<Option<CachedReply>>) {
        let Some(Preparing { engine, tasks, is_ahead }) = self.preparing.take() else { return };
        self.answered();
        for (mut task, reply) in tasks.into_iter().zip(replies) {
            match reply {
                Some(CachedReply { read, exchange }) => {
                    task.usage = task.usage.plus(Usage::remembered(exchange.source));
                    task.exchanges.push(exchange);
                    let next = self.hear_out(task, read);
                    self.follow(next);
                }
                None if task.is_remembered_in_part() => {
                    let next = self.close_as_read(task);
                    self.follow(next);
                }
                None if is_ahead => self.stock.push_back(task),
                None => self.reserve(engine, task),
            }
        }
    }

    fn reserve(&mut self, engine: usize, task: RespondentTask) {
        let ticket = task.ticket;
        self.reserving = Some((engine, task));
        self.ask(PanelEffect::Reserve { ticket, engine });
    }

    pub(super) fn reserved(&mut self, call: UsdMicros, aside: UsdMicros) {
        let Some((engine, mut task)) = self.reserving.take() else { return };
        self.answered();
        task.aside = aside;
        let engine = &mut self.engines[engine];
        engine.next = Some(ReadyTask { task, reserved: call });
        engine.is_offered = false;
    }

    pub(super) fn capped(&mut self, capped: &Capped) {
        let Some((_, task)) = self.reserving.take() else { return };
        self.answered();
        // Calls under way will probably cost less than their worst case, so there may be room afterwards.
        self.wait_until(Duration::ZERO, task);
        // The same holds for what other studies have reserved.
        if self.is_busy() || !self.nothing_ready() || capped.others {
            self.short = true;
        } else if capped.asks_owner {
            // A service that gives no answers gives none for more money either.
            let gives_none = |engine: &EngineState| engine.never_replied() || engine.is_doubted();
            let none = self.engines.iter().all(gives_none);
            match self.useless.clone().filter(|_| none) {
                Some(why) => {
                    self.lost_engines = true;
                    self.stop = Some(why);
                }
                None => self.ask_owner(capped),
            }
        } else {
            self.stop = Some(capped.to_string());
        }
    }

    /// Has the owner asked to agree to a higher cost, once; nothing more is asked until the halt that follows.
    pub(super) fn ask_owner(&mut self, capped: &Capped) {
        self.short = true;
        if !std::mem::replace(&mut self.pauses, true) {
            self.effects.push(PanelEffect::AskOwner(capped.worst));
        }
    }

    /// Has the calls that are ready wait at the doors, as far as they may be tried now.
    pub(super) fn offer_calls(&mut self, now: Duration) {
        for (place, engine) in self.engines.iter_mut().enumerate() {
            if let Some(next) = &engine.next
                && !engine.is_offered
                && engine.may_try(now)
            {
                let ticket = next.task.ticket;
                engine.is_offered = true;
                self.effects.push(PanelEffect::Offer { ticket, engine: place });
            }
        }
    }

    /// The call at that door goes.
    pub(super) fn launch(&mut self, place: usize) {
        let Some(engine) = self.engines.get_mut(place) else { return };
        let Some(mut ready) = engine.next.take_if(|_| engine.is_offered) else { return };
        ready.task.is_try = !engine.view.is_proven;
        self.sent = self.sent.saturating_add(1);
        ready.task.sent = self.sent;
        let RespondentTask { tries, rejections, reasks, .. } = &ready.task;
        if tries.at(place) == 0 && (*rejections, *reasks) == (0, 0) {
            self.budget.first();
        }
        engine.is_offered = false;
        engine.under_way += 1;
        engine.was_proven |= engine.view.is_proven;
        let (ticket, patience) = (ready.task.ticket, engine.last_calls_wait());
        let reserved = ready.reserved;
        self.effects.push(PanelEffect::Call { ticket, engine: place, reserved, patience });
        self.called.insert(ticket, ready);
    }

    /// Disables engines that have given up, and takes calls back from resting engines when others could make them.
    pub(super) fn look_at_engines(&mut self) {
        if self.engines.len() == 1 {
            return;
        }
        for engine in 0..self.engines.len() {
            // None of this study's calls may be waiting at that door to learn of it.
            if self.engines[engine].dead.is_none()
                && let Some(why) = self.engines[engine].view.given_up.clone()
            {
                self.disable(engine, why);
            }
        }
        let standings = self.standings();
        for engine in 0..self.engines.len() {
            let next = self.engines[engine].next.as_ref();
            let target = next.and_then(|next| self.failover_target(&next.task, &standings));
            if target.is_some_and(|other| other != engine) {
                self.take_back(engine);
            }
        }
    }

    /// The door of an engine admits no call any more. Where it met nothing but limits at last, it may admit calls later.
    pub(super) fn barred(&mut self, place: usize, why: String) {
        if let Some(engine) = self.engines.get_mut(place) {
            engine.is_put_off |= engine.met_limit;
        }
        self.disable(place, why);
    }

    /// Disables an engine for this study; without another one the study stops.
    pub(super) fn disable(&mut self, place: usize, why: String) {
        self.take_back(place);
        let Some(engine) = self.engines.get_mut(place) else { return };
        if engine.dead.is_none() {
            engine.dead = Some(why.clone());
            self.effects.push(PanelEffect::Disabled { engine: place, why: why.clone() });
        }
        // Also if it was disabled already: the respondent of the last call there waits for it.
        self.lost_engine = true;
        if self.engines.iter().all(|engine| engine.dead.is_some()) {
            self.lost_engines |= self.stop.is_none();
            self.stop.get_or_insert(why);
        }
    }

    /// Has the study paused where its engines cannot be asked any more and something would be lost by an end: there are
    /// answers and somebody is left, or the service only asks to wait. Whoever is left is asked when it is resumed.
    pub(super) fn pause(&mut self) {
        if !self.lost_engines || self.halted || self.pauses {
            return;
        }
        let is_put_off = self.engines.iter().any(|engine| engine.is_put_off);
        let is_half_done = self.has_answers && self.lacks_answers();
        if !is_put_off && !is_half_done {
            return;
        }
        let Some(why) = &self.stop else { return };
        self.effects.push(PanelEffect::Pause(why.clone()));
        self.pauses = true;
    }

    /// Whether somebody is left who was not asked for an answer, or whose call is under way.
    fn lacks_answers(&mut self) -> bool {
        let preparing = self.preparing.iter().flat_map(Preparing::tasks);
        let reserving = self.reserving.iter().map(|(_, task)| task);
        let ready = self.engines.iter().filter_map(|engine| engine.next.as_ref());
        let called = self.called.values().chain(ready).map(|ready| &ready.task);
        let held = self.held.iter().map(super::HeldTask::task);
        let waiting = self.waiting.values().chain(&self.stock).chain(held);
        let mut tasks = preparing.chain(reserving).chain(called).chain(waiting);
        tasks.any(|task| task.ticket.first().is_answer()) || self.queue.has_answers()
    }

    /// Withdraws the call that is ready at an engine and releases what was reserved for it.
    pub(super) fn take_back(&mut self, place: usize) {
        let Some(engine) = self.engines.get_mut(place) else { return };
        if std::mem::take(&mut engine.is_offered) {
            self.effects.push(PanelEffect::Withdraw { engine: place });
        }
        if let Some(ReadyTask { task, reserved }) = engine.next.take() {
            self.release(reserved);
            self.wait_until(Duration::ZERO, task);
        }
    }

    /// Puts a respondent back until that time; the money for side measurements is released meanwhile.
    pub(super) fn wait_until(&mut self, time: Duration, mut task: RespondentTask) {
        let aside = std::mem::take(&mut task.aside);
        self.release(aside);
        self.waiting.insert((time, task.ticket), task);
    }

    /// Puts those who are prepared back.
    pub(super) fn empty_stock(&mut self) {
        for task in std::mem::take::<VecDeque<_>>(&mut self.stock) {
            self.wait_until(Duration::ZERO, task);
        }
    }
}

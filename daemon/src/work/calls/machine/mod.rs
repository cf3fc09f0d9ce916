//! A panel run as a pure state machine: `on(event, now)` says what is to be done, and nothing here waits, reads a clock,
//! knows an engine or holds money. The shell (`panel_run`) carries effects out, and tells as events what came of them.
//!
//! A respondent is in one place at a time, and moves on from it:
//!   queue → preparing → stock → reserving → next (at an engine's door) → called → its next step;
//!   next step = waiting (a retry, a re-ask, another engine, the next question), held back (they got nothing, and their engine
//!   may be broken), or setting aside → to hear → measuring (where the study measures more than the answer), and in the end
//!   recorded, or forgotten where the study was halted.
//! The run prepares (before the study began), asks, ends (stopped, halted, or nobody is left: calls that were not sent are
//! withdrawn, those that were are waited for), and is over: whoever is left was recorded as failed, or forgotten.
//! `Prepare`, `Reserve` and `SetAside` are questions: the shell answers each before it tells anything else.
//! Money that was reserved ends in `Release` while the call is not sent; a call that was sent (`Call`) ends in exactly one
//! of `Settle` and `GiveUp`, however the run ends. What is set aside for side measurements goes to `Measure` or `Release`.

mod ask;
mod close;
mod effect;
mod end;
mod engine;
mod event;
mod fail;
mod faults;
mod held;
mod measure;
mod queue;
mod read;
mod respondent;
mod wait;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use protocol::credits::UsdMicros;
use protocol::study::StudySpec;

pub(super) use self::ask::PanelQuestion;
use self::ask::Preparing;
pub(super) use self::effect::{MeasureTask, PanelEffect};
use self::engine::{EngineState, ReadyTask};
pub(super) use self::engine::{EngineView, SLOW, usual_gathering};
pub(super) use self::event::{
    CachedReply, CallEnd, EndedCall, FailedCall, FinishedMeasures, PanelEvent, ReadCall,
};
use self::held::HeldTask;
use self::queue::Queue;
pub(super) use self::read::ReadReply;
use self::respondent::RespondentTask;
pub(super) use self::respondent::{EngineShares, Outcomes, QueueEntry, RespondentRecord};
use crate::config::Strategy;
use crate::domain::instrument::{self, Item};
use crate::domain::outcome::Usage;
use crate::inference::limits::RetryBudget;

/// What a run is told at its beginning.
pub(super) struct PanelPlan {
    pub(super) spec: StudySpec,
    /// How respondents are shared out between engines.
    pub(super) strategy: Strategy,
    /// Replies may be found in the response cache.
    pub(super) recalls: bool,
    /// Respondents who answered are measured on further channels.
    pub(super) measures: bool,
    /// Somebody has answered already, in an earlier run.
    pub(super) has_answers: bool,
}

/// Where the run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// First questions are prepared; nothing may be asked or recorded yet.
    Preparing,
    Asking,
    Ending,
    Over,
}

/// One pass over a panel.
#[expect(clippy::struct_excessive_bools, reason = "each is told apart from the others")]
pub(super) struct PanelMachine<'a> {
    plan: PanelPlan,
    /// The items that are asked in a call of their own; empty when one call asks everything.
    items: Vec<Item>,
    phase: Phase,
    /// The study was halted.
    halted: bool,
    /// Why the study must stop.
    stop: Option<String>,
    /// A cap leaves no room next to the worst cases of calls under way: their real cost is waited for.
    short: bool,
    /// The study is being paused, to ask its owner for more or because no engine can be asked; a halt follows.
    pauses: bool,
    /// The study must stop because its engines cannot be asked any more: then it is paused where there is something to lose.
    lost_engines: bool,
    /// When it is paused, although calls are under way; the end of time once that was looked at.
    pause_by: Option<Duration>,
    /// Somebody has answered.
    has_answers: bool,
    /// Why the latest call that was of no use was of none.
    useless: Option<String>,
    /// Those who are left were begun to be recorded as failed.
    gave_up: bool,
    /// A respondent may wait for a disabled engine without another one that may be asked.
    lost_engine: bool,
    /// Something happened outside since waiting respondents and engines were looked at.
    moved: bool,
    /// Calls that were sent.
    sent: u64,
    /// Questions that the shell has not answered.
    unanswered: usize,
    budget: RetryBudget,
    /// Usage of calls whose replies became no outcome.
    lost: Usage,
    /// In the pool's order.
    engines: Vec<EngineState>,

    queue: Queue<'a>,
    preparing: Option<Preparing>,
    /// Respondents who were not in the response cache, with their first question prepared.
    stock: VecDeque<RespondentTask>,
    reserving: Option<(usize, RespondentTask)>,
    called: BTreeMap<QueueEntry, ReadyTask>,
    /// Respondents who wait to be asked, by time and place in the queue.
    waiting: BTreeMap<(Duration, QueueEntry), RespondentTask>,
    /// Respondents who got nothing from an engine that may be broken, in the order in which that happened.
    held: VecDeque<HeldTask>,
    setting_aside: BTreeMap<QueueEntry, RespondentTask>,
    /// Respondents with a direct answer who wait for room under a cap for their side measurements.
    to_hear: VecDeque<RespondentTask>,
    measuring: BTreeMap<QueueEntry, RespondentTask>,

    effects: Vec<PanelEffect>,
}

impl<'a> PanelMachine<'a> {
    /// A run that has asked nobody yet, with that many engines.
    pub(super) fn new(
        plan: PanelPlan,
        engines: usize,
        left: impl Iterator<Item = QueueEntry> + Send + 'a,
    ) -> Self {
        Self {
            items: instrument::items(&plan.spec),
            queue: Queue::new(left, engines, plan.strategy),
            engines: (0..engines).map(|_| EngineState::default()).collect(),
            has_answers: plan.has_answers,
            plan,
            phase: Phase::Preparing,
            halted: false,
            stop: None,
            short: false,
            pauses: false,
            lost_engines: false,
            pause_by: None,
            useless: None,
            gave_up: false,
            lost_engine: false,
            moved: false,
            sent: 0,
            unanswered: 0,
            budget: RetryBudget::default(),
            lost: Usage::default(),
            preparing: None,
            stock: VecDeque::new(),
            reserving: None,
            called: BTreeMap::new(),
            waiting: BTreeMap::new(),
            held: VecDeque::new(),
            setting_aside: BTreeMap::new(),
            to_hear: VecDeque::new(),
            measuring: BTreeMap::new(),
            effects: Vec::new(),
        }
    }

    /// Side measurements follow the answers.
    pub(super) fn measure(&mut self) {
        self.plan.measures = true;
    }

    /// What is to be done after that event.
    pub(super) fn on(&mut self, event: PanelEvent, now: Duration) -> Vec<PanelEffect> {
        if self.phase != Phase::Over {
            self.take(event, now);
            self.go_on(now);
        }
        std::mem::take(&mut self.effects)
    }

    /// Whether calls may still be made.
    pub(super) fn is_asking(&self) -> bool {
        self.phase == Phase::Asking
    }

    /// Whether everybody was recorded or forgotten.
    pub(super) fn is_over(&self) -> bool {
        self.phase == Phase::Over
    }

    /// Whether calls at that engine usually take so long that their replies do not hold back the next ones.
    pub(super) fn is_slow(&self, engine: usize) -> bool {
        let usual = self.engines.get(engine).and_then(EngineState::usual);
        usual.is_some_and(|latency| latency >= SLOW)
    }

    /// The usage of replies that became no outcome.
    pub(super) fn lost(&self) -> Usage {
        self.lost
    }

    fn take(&mut self, event: PanelEvent, now: Duration) {
        let is_answer = matches!(
            event,
            PanelEvent::Prepared(_)
                | PanelEvent::Reserved { .. }
                | PanelEvent::Capped(..)
                | PanelEvent::SetAside(..)
                | PanelEvent::Engines(_)
        );
        self.moved |= !is_answer;
        match event {
            PanelEvent::Begun => self.phase = Phase::Asking,
            PanelEvent::Idle => {
                let may_ask = matches!(self.phase, Phase::Preparing | Phase::Asking);
                if may_ask && !self.is_stopped() && self.may_look_up() {
                    self.look_up(0);
                }
            }
            PanelEvent::Tick => self.short &= self.pauses || !self.waits_for_others(),
            PanelEvent::Halted => self.halted = true,
            PanelEvent::Engines(views) => {
                for (engine, view) in self.engines.iter_mut().zip(views) {
                    engine.look(view);
                }
            }
            PanelEvent::Prepared(replies) => self.prepared(replies),
            PanelEvent::Reserved { call, aside } => self.reserved(call, aside),
            PanelEvent::Capped(capped) => self.capped(&capped),
            PanelEvent::SetAside(ticket, money) => self.set_aside(ticket, money),
            PanelEvent::Turn(engine) => self.launch(engine),
            PanelEvent::Barred(engine, why) => self.barred(engine, why),
            PanelEvent::Ended(ended) => self.ended(*ended, now),
            PanelEvent::Broke(ticket) => self.broke(ticket),
            PanelEvent::Measured(measured) => self.measured(*measured),
            PanelEvent::Aborted => self.abort(),
        }
    }

    /// Moves everyone as far as they get without the shell.
    fn go_on(&mut self, now: Duration) {
        // The halt that a pause brings is waited for: those who are left are forgotten then, not recorded.
        if self.unanswered > 0 || (self.pauses && !self.halted) {
            return;
        }
        if self.phase == Phase::Asking && !self.is_stopped() {
            if std::mem::take(&mut self.moved) {
                self.look_at_engines();
                self.drop_failed();
                self.measure_waiting();
                if self.unanswered > 0 {
                    return;
                }
            }
            if self.has_only_held() {
                self.look_at_held(now);
            }
            self.choose_calls(now);
            if self.unanswered > 0 {
                return;
            }
            self.offer_calls(now);
        }
        if self.phase == Phase::Asking && (self.is_stopped() || self.is_done()) {
            self.phase = Phase::Ending;
        }
        if self.phase == Phase::Ending {
            self.wind_up(now);
        }
    }

    fn is_stopped(&self) -> bool {
        self.halted || self.stop.is_some()
    }

    /// Whether nobody is left to be asked.
    fn is_done(&mut self) -> bool {
        self.held.is_empty() && self.has_nobody_else()
    }

    /// Whether nobody is left to be asked but for those who are held back.
    fn has_nobody_else(&mut self) -> bool {
        self.nothing_ready()
            && !self.is_busy()
            && self.waiting.is_empty()
            && self.stock.is_empty()
            && self.to_hear.is_empty()
            && self.queue.is_empty()
    }

    /// Whether calls are under way, direct ones or side measurements.
    fn is_busy(&self) -> bool {
        !self.called.is_empty() || !self.measuring.is_empty()
    }

    fn nothing_ready(&self) -> bool {
        self.engines.iter().all(|engine| engine.next.is_none())
    }

    fn ask(&mut self, question: PanelEffect) {
        self.unanswered += 1;
        self.effects.push(question);
    }

    fn answered(&mut self) {
        self.unanswered = self.unanswered.saturating_sub(1);
    }

    fn release(&mut self, amount: UsdMicros) {
        if amount > UsdMicros::ZERO {
            self.effects.push(PanelEffect::Release(amount));
        }
    }
}

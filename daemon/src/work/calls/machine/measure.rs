//! Side measurements after the direct answer. Their money is set aside together with that of the direct question; for an
//! answer from the response cache it is set aside afterwards, as soon as a cap leaves room.

use protocol::credits::UsdMicros;
use protocol::results::Answer;

use super::effect::MeasureTask;
use super::event::FinishedMeasures;
use super::read::Next;
use super::respondent::{QueueEntry, RespondentTask};
use super::{PanelEffect, PanelMachine};
use crate::app::Capped;
use crate::domain::instrument::channels::asked_beside;
use crate::domain::outcome::{Answered, Assignment, Outcome};

/// Respondents whose side measurements may run or wait at the same time.
const HEARD_MAX: usize = 1_000;

impl PanelMachine<'_> {
    /// Whether no more side measurements may start at present.
    pub(super) fn measures_many(&self) -> bool {
        self.measuring.len().saturating_add(self.to_hear.len()) >= HEARD_MAX
    }

    /// Whether room under a cap is waited for that only other studies can free: no signal tells of it.
    pub(super) fn waits_for_others(&self) -> bool {
        (self.short || !self.to_hear.is_empty()) && !self.is_busy()
    }

    /// Starts waiting respondents whose answers came from the response cache, if a cap leaves room by now.
    pub(super) fn measure_waiting(&mut self) {
        for task in std::mem::take(&mut self.to_hear) {
            self.listen(task);
        }
    }

    /// Starts the side measurements of a respondent with a direct answer; records whoever has none.
    pub(super) fn listen(&mut self, mut task: RespondentTask) {
        if self.direct_answer(&task).is_none() {
            let aside = std::mem::take(&mut task.aside);
            self.release(aside);
            self.record(task);
        } else if task.aside == UsdMicros::ZERO {
            let (ticket, engine) = (task.ticket, task.engine);
            self.setting_aside.insert(ticket, task);
            self.ask(PanelEffect::SetAside { ticket, engine });
        } else {
            self.start_measuring(task);
        }
    }

    pub(super) fn set_aside(&mut self, ticket: QueueEntry, money: Result<UsdMicros, Capped>) {
        let Some(mut task) = self.setting_aside.remove(&ticket) else { return };
        self.answered();
        match money {
            Ok(aside) => task.aside = aside,
            // When other calls end there may be room under the cap. If none is under way there never will be, and the
            // channels report that.
            Err(capped) if self.is_busy() || !self.nothing_ready() || capped.others => {
                self.to_hear.push_back(task);
                return;
            }
            Err(capped) if capped.asks_owner => {
                self.to_hear.push_back(task);
                return self.ask_owner(&capped);
            }
            Err(_) => {}
        }
        self.start_measuring(task);
    }

    fn start_measuring(&mut self, mut task: RespondentTask) {
        let Some(answer) = self.direct_answer(&task).cloned() else { return self.record(task) };
        let said = task.record.said.iter();
        let direct = said.clone().find(|(at, _)| asked_beside(&self.plan.spec, *at)).cloned();
        let (ticket, engine) = (task.ticket, task.engine);
        self.effects.push(PanelEffect::Measure(Box::new(MeasureTask {
            ticket,
            engine,
            aside: std::mem::take(&mut task.aside),
            answer,
            direct,
            patience: self.engines[engine].last_calls_wait(),
        })));
        self.measuring.insert(ticket, task);
    }

    /// The answer that side measurements go with.
    fn direct_answer<'a>(&self, task: &'a RespondentTask) -> Option<&'a Answer> {
        let outcomes = task.record.outcomes.iter().filter(|_| self.plan.measures);
        let mut answers = outcomes.filter_map(|(at, outcome, _)| match outcome {
            Outcome::Answered(answered) if asked_beside(&self.plan.spec, *at) => {
                Some(&answered.answer)
            }
            _ => None,
        });
        answers.next()
    }

    /// Adds the side measurements to the direct answer and records everything.
    pub(super) fn measured(&mut self, measured: FinishedMeasures) {
        let FinishedMeasures { ticket, channels, took } = measured;
        let Some(mut task) = self.measuring.remove(&ticket) else { return };
        self.short = false;
        if channels.halted {
            task.usage = task.usage.plus(took);
            return self.follow(Next::Halted(task));
        }
        let record = &mut task.record;
        let share = record.shares.entry(task.engine).or_default();
        *share = share.plus(channels.own);
        record.others.extend(channels.others);
        let spec = &self.plan.spec;
        let first = |at: &Assignment| asked_beside(spec, *at);
        if let Some((_, outcome, usage)) = record.outcomes.iter_mut().find(|(at, ..)| first(at)) {
            *usage = usage.plus(took);
            if let Outcome::Answered(Answered { channels: heard, .. }) = outcome {
                *heard = channels.channels;
            }
        }
        if let Some((_, exchanges)) = record.said.iter_mut().find(|(at, _)| first(at)) {
            exchanges.extend(channels.exchanges);
        }
        self.record(task);
    }
}

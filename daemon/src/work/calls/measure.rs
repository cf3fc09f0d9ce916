//! Side measurements after the direct answer, each respondent in a task of its own. The task holds the respondent's
//! concurrency slot until it ends, and its money is reserved before the direct question is asked.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use protocol::credits::UsdMicros;
use protocol::error::ApiError;
use tokio::task::JoinError;

use super::broken;
use super::engine_slot::EngineSlot;
use super::panel_run::PanelRun;
use super::patience::out_of_patience;
use super::recorder::RecordRequest;
use super::respondent_task::{Next, RespondentTask};
use super::side_measures::{MeasuredChannels, MeasuredRespondent, Reservation};
use crate::app::Capped;
use crate::domain::instrument::channels::asked_beside;
use crate::domain::outcome::{Answered, Assignment, EngineUse, Outcome, Usage};

/// Respondents whose side measurements may run or wait at the same time.
const HEARD_MAX: usize = 1_000;

/// A respondent whose side measurements are finished.
pub(super) struct Listened {
    task: RespondentTask,
    heard: MeasuredChannels,
    /// Usage of all side measurements.
    took: Usage,
}

impl PanelRun {
    /// The money to reserve before the direct question is asked at that engine.
    pub(super) fn aside(&self, slot: usize, task: &RespondentTask) -> Result<UsdMicros, ApiError> {
        match &self.beside {
            Some(beside) if task.ticket.first().is_answer() => {
                beside.worst(&self.slots[slot].engine, &task.persona)
            }
            _ => Ok(UsdMicros::ZERO),
        }
    }

    /// Reserves that amount, if every cap allows it.
    pub(super) fn set_aside(
        &self,
        task: &mut RespondentTask,
        aside: UsdMicros,
    ) -> Result<(), Capped> {
        if aside > UsdMicros::ZERO {
            let (number, cap) = (self.study.number, self.study.spec.max_cost_usd);
            self.study.core.reserve_cost(number, cap, aside)?;
            task.aside = aside;
        }
        Ok(())
    }

    /// Releases what was reserved and not used.
    pub(super) fn give_back(&self, task: &mut RespondentTask) {
        let aside = std::mem::replace(&mut task.aside, UsdMicros::ZERO);
        self.study.core.settle_cost(self.study.number, aside, UsdMicros::ZERO);
    }

    /// Puts a respondent back until that time; the reserved money is released meanwhile.
    pub(super) fn wait(&mut self, time: Duration, mut task: RespondentTask) {
        self.give_back(&mut task);
        self.waiting.insert((time, task.ticket), task);
    }

    /// Whether no more side measurements may start at present.
    pub(super) fn measures_many(&self) -> bool {
        self.listening.len().saturating_add(self.to_hear.len()) >= HEARD_MAX
    }

    /// Starts waiting respondents whose answers came from the response cache: nothing was reserved for them, so they
    /// start as soon as a cap leaves room.
    pub(super) async fn measure_waiting(&mut self) -> Result<(), ApiError> {
        for task in std::mem::take(&mut self.to_hear) {
            if let Some(task) = self.listen(task)? {
                self.send(self.request(task)).await?;
            }
        }
        Ok(())
    }

    /// The record request for a respondent.
    pub(super) fn request(&self, task: RespondentTask) -> RecordRequest {
        let RespondentTask { outcomes, said, shares, others, place, engine, .. } = task;
        // The last respondents do not wait to be recorded with others.
        let slot = self.slots.get(engine).filter(|_| self.is_busy());
        let patience = slot.map(EngineSlot::patience).unwrap_or_default();
        RecordRequest {
            outcomes,
            said,
            shares,
            others,
            place,
            patience,
            ..RecordRequest::default()
        }
    }

    /// Starts the side measurements of a respondent with a direct answer; returns the respondent if there are none to
    /// run.
    pub(super) fn listen(
        &mut self,
        mut task: RespondentTask,
    ) -> Result<Option<RespondentTask>, ApiError> {
        let spec = &self.study.spec;
        let answer = task.outcomes.iter().find_map(|(at, outcome, _)| match outcome {
            Outcome::Answered(answered) if asked_beside(spec, *at) => Some(answered.answer.clone()),
            _ => None,
        });
        let (Some(answer), Some(_)) = (answer, &self.beside) else { return Ok(Some(task)) };
        if task.aside == UsdMicros::ZERO {
            let aside = self.aside(task.engine, &task)?;
            let money = self.set_aside(&mut task, aside);
            // When other calls end there may be room under the cap. If none is under way there never will be, and the
            // channels report that.
            let others = money.as_ref().is_err_and(|capped| capped.others);
            if money.is_err() && (self.is_busy() || !self.nothing_ready() || others) {
                self.to_hear.push_back(task);
                return Ok(None);
            }
        }
        let (Some(beside), Some(slot)) = (&self.beside, self.slots.get(task.engine)) else {
            return Ok(Some(task));
        };
        let (beside, engine) = (Arc::clone(beside), Arc::clone(&slot.engine));
        let recorder = self.recorder.clone();
        let aside = std::mem::replace(&mut task.aside, UsdMicros::ZERO);
        let (core, cap) = (self.study.core.clone(), self.study.spec.max_cost_usd);
        let patience = slot.last_calls_wait(&core);
        let enough = out_of_patience(core.clone(), self.study.cancel.clone(), patience);
        let reservation = Reservation::new(core, self.study.number, cap, aside);
        let direct = task.said.iter().position(|(at, _)| asked_beside(spec, *at));
        self.listening.spawn(async move {
            let speaker = MeasuredRespondent {
                recorder: &recorder,
                direct: direct.and_then(|place| task.said.get(place)),
                engine: &engine,
                ordinal: task.ticket.respondent,
                persona: &task.persona,
                answer: &answer,
                reservation: &reservation,
            };
            let heard = tokio::select! {
                heard = AssertUnwindSafe(beside.ask(speaker)).catch_unwind() => heard,
                () = enough => Ok(MeasuredChannels { halted: true, ..MeasuredChannels::default() }),
            };
            // Calls that are given up count at their worst case.
            let took = reservation.usage();
            // A panic here costs this respondent the other channels and has no further effect.
            let heard = heard.unwrap_or_else(|_| MeasuredChannels {
                own: EngineUse { usage: took, ..EngineUse::default() },
                ..MeasuredChannels::default()
            });
            Listened { task, heard, took }
        });
        Ok(None)
    }

    /// Adds the side measurements to the direct answer and sends everything to the recorder.
    pub(super) async fn heard(
        &mut self,
        listened: Result<Listened, JoinError>,
    ) -> Result<(), ApiError> {
        self.short = false;
        let Listened { mut task, heard, took } = listened.map_err(|error| broken(&error))?;
        if heard.halted {
            task.usage = task.usage.plus(took);
            return self.follow(Next::Halted(task)).await;
        }
        let share = task.shares.entry(task.engine).or_default();
        *share = share.plus(heard.own);
        task.others.extend(heard.others);
        let spec = &self.study.spec;
        let first = |at: &Assignment| asked_beside(spec, *at);
        if let Some((_, outcome, usage)) = task.outcomes.iter_mut().find(|(at, ..)| first(at)) {
            *usage = usage.plus(took);
            if let Outcome::Answered(Answered { channels, .. }) = outcome {
                *channels = heard.channels;
            }
        }
        if let Some((_, exchanges)) = task.said.iter_mut().find(|(at, _)| first(at)) {
            exchanges.extend(heard.exchanges);
        }
        self.send(self.request(task)).await
    }
}

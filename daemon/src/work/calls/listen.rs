//! Side measurements after the direct answer, each respondent in a task of its own. The task holds the respondent's
//! concurrency slot until it ends, and its money is reserved before the direct question is asked.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use protocol::credits::UsdMicros;
use protocol::error::ApiError;
use tokio::task::JoinError;

use super::beside::{Heard, Purse, Speaker};
use super::broken;
use super::lane::Lane;
use super::patience::out_of_patience;
use super::recorder::Parcel;
use super::round::Round;
use super::sitting::{Next, Sitting};
use crate::app::Capped;
use crate::domain::instrument::channels::asked_beside;
use crate::domain::outcome::{Answered, Assignment, EngineUse, Outcome, Usage};

/// Respondents whose side measurements may run or wait at the same time.
const HEARD_MAX: usize = 1_000;

/// A respondent whose side measurements are finished.
pub(super) struct Listened {
    sitting: Sitting,
    heard: Heard,
    /// Usage of all side measurements.
    took: Usage,
}

impl Round {
    /// The money to reserve before the direct question is asked at that engine.
    pub(super) fn aside(&self, lane: usize, sitting: &Sitting) -> Result<UsdMicros, ApiError> {
        match &self.beside {
            Some(beside) if sitting.ticket.first().is_answer() => {
                beside.worst(&self.lanes[lane].engine, &sitting.persona)
            }
            _ => Ok(UsdMicros::ZERO),
        }
    }

    /// Reserves that amount, if every cap allows it.
    pub(super) fn set_aside(&self, sitting: &mut Sitting, aside: UsdMicros) -> Result<(), Capped> {
        if aside > UsdMicros::ZERO {
            let (number, cap) = (self.study.number, self.study.spec.max_cost_usd);
            self.study.core.reserve_cost(number, cap, aside)?;
            sitting.aside = aside;
        }
        Ok(())
    }

    /// Releases what was reserved and not used.
    pub(super) fn give_back(&self, sitting: &mut Sitting) {
        let aside = std::mem::replace(&mut sitting.aside, UsdMicros::ZERO);
        self.study.core.settle_cost(self.study.number, aside, UsdMicros::ZERO);
    }

    /// Puts a respondent back until that time; the reserved money is released meanwhile.
    pub(super) fn wait(&mut self, time: Duration, mut sitting: Sitting) {
        self.give_back(&mut sitting);
        self.waiting.insert((time, sitting.ticket), sitting);
    }

    /// Whether no more side measurements may start at present.
    pub(super) fn hears_many(&self) -> bool {
        self.listening.len().saturating_add(self.to_hear.len()) >= HEARD_MAX
    }

    /// Starts waiting respondents whose answers came from the response cache: nothing was reserved for them, so they
    /// start as soon as a cap leaves room.
    pub(super) async fn hear_who_waits(&mut self) -> Result<(), ApiError> {
        for sitting in std::mem::take(&mut self.to_hear) {
            if let Some(sitting) = self.listen(sitting)? {
                self.send(self.parcel(sitting)).await?;
            }
        }
        Ok(())
    }

    /// The record request for a respondent.
    pub(super) fn parcel(&self, sitting: Sitting) -> Parcel {
        let Sitting { outcomes, said, shares, others, place, engine, .. } = sitting;
        // The last respondents do not wait to be recorded with others.
        let lane = self.lanes.get(engine).filter(|_| self.is_busy());
        let patience = lane.map(Lane::patience).unwrap_or_default();
        Parcel { outcomes, said, shares, others, place, patience, ..Parcel::default() }
    }

    /// Starts the side measurements of a respondent with a direct answer; returns the respondent if there are none to
    /// run.
    pub(super) fn listen(&mut self, mut sitting: Sitting) -> Result<Option<Sitting>, ApiError> {
        let spec = &self.study.spec;
        let answer = sitting.outcomes.iter().find_map(|(at, outcome, _)| match outcome {
            Outcome::Answered(answered) if asked_beside(spec, *at) => Some(answered.answer.clone()),
            _ => None,
        });
        let (Some(answer), Some(_)) = (answer, &self.beside) else { return Ok(Some(sitting)) };
        if sitting.aside == UsdMicros::ZERO {
            let aside = self.aside(sitting.engine, &sitting)?;
            let money = self.set_aside(&mut sitting, aside);
            // When other calls end there may be room under the cap. If none is under way there never will be, and the
            // channels report that.
            let others = money.as_ref().is_err_and(|capped| capped.others);
            if money.is_err() && (self.is_busy() || !self.nothing_ready() || others) {
                self.to_hear.push_back(sitting);
                return Ok(None);
            }
        }
        let (Some(beside), Some(lane)) = (&self.beside, self.lanes.get(sitting.engine)) else {
            return Ok(Some(sitting));
        };
        let (beside, engine) = (Arc::clone(beside), Arc::clone(&lane.engine));
        let recorder = self.recorder.clone();
        let aside = std::mem::replace(&mut sitting.aside, UsdMicros::ZERO);
        let (core, cap) = (self.study.core.clone(), self.study.spec.max_cost_usd);
        let patience = lane.farewell(&core);
        let enough = out_of_patience(core.clone(), self.study.gate.clone(), patience);
        let purse = Purse::new(core, self.study.number, cap, aside);
        let direct = sitting.said.iter().position(|(at, _)| asked_beside(spec, *at));
        self.listening.spawn(async move {
            let speaker = Speaker {
                recorder: &recorder,
                direct: direct.and_then(|place| sitting.said.get(place)),
                engine: &engine,
                ordinal: sitting.ticket.respondent,
                persona: &sitting.persona,
                answer: &answer,
                purse: &purse,
            };
            let heard = tokio::select! {
                heard = AssertUnwindSafe(beside.ask(speaker)).catch_unwind() => heard,
                () = enough => Ok(Heard { halted: true, ..Heard::default() }),
            };
            // Calls that are given up count at their worst case.
            let took = purse.usage();
            // A panic here costs this respondent the other channels and has no further effect.
            let heard = heard.unwrap_or_else(|_| Heard {
                own: EngineUse { usage: took, ..EngineUse::default() },
                ..Heard::default()
            });
            Listened { sitting, heard, took }
        });
        Ok(None)
    }

    /// Adds the side measurements to the direct answer and sends everything to the recorder.
    pub(super) async fn heard(
        &mut self,
        listened: Result<Listened, JoinError>,
    ) -> Result<(), ApiError> {
        self.short = false;
        let Listened { mut sitting, heard, took } = listened.map_err(|error| broken(&error))?;
        if heard.halted {
            sitting.usage = sitting.usage.plus(took);
            return self.follow(Next::Halted(sitting)).await;
        }
        let share = sitting.shares.entry(sitting.engine).or_default();
        *share = share.plus(heard.own);
        sitting.others.extend(heard.others);
        let spec = &self.study.spec;
        let first = |at: &Assignment| asked_beside(spec, *at);
        if let Some((_, outcome, usage)) = sitting.outcomes.iter_mut().find(|(at, ..)| first(at)) {
            *usage = usage.plus(took);
            if let Outcome::Answered(Answered { channels, .. }) = outcome {
                *channels = heard.channels;
            }
        }
        if let Some((_, exchanges)) = sitting.said.iter_mut().find(|(at, _)| first(at)) {
            exchanges.extend(heard.exchanges);
        }
        self.send(self.parcel(sitting)).await
    }
}

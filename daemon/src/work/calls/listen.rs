//! Between the direct answer and the record: those who answered are heard on further channels, each in a task of their
//! own that holds their place, and their money is set aside before the direct question is put.

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

/// Respondents that may be heard on further channels at once, or wait for that.
const HEARD_MAX: usize = 1_000;

/// A respondent who was heard on further channels.
pub(super) struct Listened {
    sitting: Sitting,
    heard: Heard,
    /// What all of it took.
    took: Usage,
}

impl Round {
    /// What must be set aside for a respondent before the direct question is put at that engine.
    pub(super) fn aside(&self, lane: usize, sitting: &Sitting) -> Result<UsdMicros, ApiError> {
        match &self.beside {
            Some(beside) if sitting.ticket.first().is_answer() => {
                beside.worst(&self.lanes[lane].engine, &sitting.persona)
            }
            _ => Ok(UsdMicros::ZERO),
        }
    }

    /// Sets that much aside, if every cap allows it.
    pub(super) fn set_aside(&self, sitting: &mut Sitting, aside: UsdMicros) -> Result<(), Capped> {
        if aside > UsdMicros::ZERO {
            let (number, cap) = (self.study.number, self.study.spec.max_cost_usd);
            self.study.core.reserve_cost(number, cap, aside)?;
            sitting.aside = aside;
        }
        Ok(())
    }

    /// Gives back what was set aside and not taken.
    pub(super) fn give_back(&self, sitting: &mut Sitting) {
        let aside = std::mem::replace(&mut sitting.aside, UsdMicros::ZERO);
        self.study.core.settle_cost(self.study.number, aside, UsdMicros::ZERO);
    }

    /// A respondent waits for a later try; meanwhile the money is others'.
    pub(super) fn wait(&mut self, time: Duration, mut sitting: Sitting) {
        self.give_back(&mut sitting);
        self.waiting.insert((time, sitting.ticket), sitting);
    }

    /// Whether as many are being heard as may be at once.
    pub(super) fn hears_many(&self) -> bool {
        self.listening.len().saturating_add(self.to_hear.len()) >= HEARD_MAX
    }

    /// Those whose answers were remembered come without money of their own: they are heard as soon as a cap leaves room.
    pub(super) async fn hear_who_waits(&mut self) -> Result<(), ApiError> {
        for sitting in std::mem::take(&mut self.to_hear) {
            if let Some(sitting) = self.listen(sitting)? {
                self.send(self.parcel(sitting)).await?;
            }
        }
        Ok(())
    }

    /// What is recorded of a respondent.
    pub(super) fn parcel(&self, sitting: Sitting) -> Parcel {
        let Sitting { outcomes, said, shares, others, place, engine, .. } = sitting;
        // The last ones have nobody to wait for.
        let lane = self.lanes.get(engine).filter(|_| self.is_busy());
        let patience = lane.map(Lane::patience).unwrap_or_default();
        Parcel { outcomes, said, shares, others, place, patience, ..Parcel::default() }
    }

    /// Hears a respondent on further channels who answered directly; whoever is not to be heard comes back.
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
            // There may be room when others are done. When nobody is at work there never will be, and channels say so.
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
            // What is given up counts at the most it can have cost.
            let took = purse.usage();
            // What breaks the program here costs this respondent the other channels and nobody anything else.
            let heard = heard.unwrap_or_else(|_| Heard {
                own: EngineUse { usage: took, ..EngineUse::default() },
                ..Heard::default()
            });
            Listened { sitting, heard, took }
        });
        Ok(None)
    }

    /// Puts what was heard beside the direct answer, and sends all of it to be recorded.
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

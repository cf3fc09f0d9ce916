//! Carries out what the machine decides.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use protocol::credits::UsdMicros;
use protocol::error::{ApiError, ErrorCode};
use tokio::sync::{mpsc, oneshot};

use super::{PanelRun, PanelSeat};
use crate::app::{Capped, call_admitted};
use crate::domain::outcome::EngineUse;
use crate::work::calls::Calls;
use crate::work::calls::machine::{
    FinishedMeasures, MeasureTask, PanelEffect, PanelEvent, QueueEntry, RespondentRecord,
};
use crate::work::calls::patience::out_of_patience;
use crate::work::calls::recorder::RecordRequest;
use crate::work::calls::side_measures::{MeasuredChannels, MeasuredRespondent, Reservation};

impl PanelRun<'_> {
    /// Carries out an effect on money, and tells whether it was one.
    pub(super) fn settle(&mut self, effect: &PanelEffect) -> bool {
        let (ticket, reserved, cost) = match effect {
            PanelEffect::Release(amount) => {
                self.release(*amount);
                return true;
            }
            PanelEffect::Settle { ticket, reserved, cost }
            | PanelEffect::GiveUp { ticket, reserved, cost } => (ticket, *reserved, *cost),
            _ => return false,
        };
        let core = &self.study.core;
        core.settle_cost(self.study.number, reserved, cost);
        if let Some(call) = self.sent.remove(ticket) {
            core.note_over(call);
        }
        true
    }

    fn release(&self, amount: UsdMicros) {
        self.study.core.settle_cost(self.study.number, amount, UsdMicros::ZERO);
    }

    /// Leaves an effect out, because the run ends with an error.
    pub(super) fn skip(&self, effect: &PanelEffect) {
        if let PanelEffect::Measure(measure) = effect {
            self.release(measure.aside);
        }
    }

    /// Releases what was set aside for an answer that the machine is not told any more.
    pub(super) fn take_back(&self, answer: &PanelEvent) {
        if let PanelEvent::SetAside(_, Ok(amount)) = answer {
            self.release(*amount);
        }
    }

    /// Carries out any other effect; gives the answer to a question.
    pub(super) async fn perform(
        &mut self,
        effect: PanelEffect,
    ) -> Result<Option<PanelEvent>, ApiError> {
        match effect {
            PanelEffect::Prepare { engine, asks, recall } => {
                return Ok(Some(PanelEvent::Prepared(self.prepare(engine, asks, recall).await?)));
            }
            PanelEffect::Reserve { ticket, engine } => {
                return self.reserve(ticket, engine).map(Some);
            }
            PanelEffect::SetAside { ticket, engine } => {
                let aside = self.worst_beside(ticket, engine)?;
                let money = self.set_aside(aside).map(|()| aside);
                return Ok(Some(PanelEvent::SetAside(ticket, money)));
            }
            PanelEffect::Offer { ticket, engine } => self.doors[engine].offered = Some(ticket),
            PanelEffect::Withdraw { engine } => self.withdraw(engine),
            PanelEffect::Call { ticket, engine, reserved, patience } => {
                self.launch(ticket, engine, reserved, patience)?;
            }
            PanelEffect::Prove { engine } => {
                self.doors[engine].engine.prove();
                self.study.core.keep_learnt(&self.study.caller).await?;
            }
            PanelEffect::Doubt { engine } => {
                let engine = &self.doors[engine].engine;
                engine.doubt();
                let (study, engine) = (self.study.number, &engine.service().name);
                tracing::warn!(study, engine, "the latest replies of an engine were of no use");
            }
            PanelEffect::Disabled { engine, why } => {
                self.withdraw(engine);
                let engine = &self.doors[engine].engine;
                engine.doubt();
                let engine = &engine.service().name;
                let study = self.study.number;
                tracing::warn!(study, engine, why, "an engine answers no more");
                // Before anybody is told: whoever kills the daemon then finds it known after the restart.
                self.study.core.keep_learnt(&self.study.caller).await?;
            }
            PanelEffect::Measure(measure) => self.measure(*measure)?,
            PanelEffect::Keep { ticket, at, said, usual } => {
                let place = self.seats.get_mut(&ticket).and_then(|seat| seat.place.take());
                let patience = self.patience(ticket, usual);
                let early = Some((at, said));
                send(
                    &self.recorder,
                    RecordRequest { early, place, patience, ..RecordRequest::default() },
                )
                .await?;
            }
            PanelEffect::Free(ticket) => {
                if let Some(seat) = self.seats.get_mut(&ticket) {
                    seat.place = None;
                }
            }
            PanelEffect::Record { ticket, record, usual } => {
                let patience = self.patience(ticket, usual);
                let place = self.seats.remove(&ticket).and_then(|seat| seat.place);
                let RespondentRecord { outcomes, said, shares, others, notes } = *record;
                let durable = None;
                let early = None;
                send(
                    &self.recorder,
                    RecordRequest {
                        outcomes,
                        early,
                        said,
                        shares,
                        others,
                        notes,
                        place,
                        durable,
                        patience,
                    },
                )
                .await?;
            }
            PanelEffect::Forget(ticket) => drop(self.seats.remove(&ticket)),
            PanelEffect::AskOwner(worst) => {
                let Calls { core, caller, number, .. } = &self.study;
                let paused = core.ask_for_more(caller, *number, worst).await;
                self.paused(paused)?;
            }
            PanelEffect::Pause(why) => self.pause(why).await?,
            PanelEffect::Stopping(why) => {
                tracing::warn!(study = self.study.number, why, "a study stops asking its engine");
            }
            money @ (PanelEffect::Release(_)
            | PanelEffect::Settle { .. }
            | PanelEffect::GiveUp { .. }) => {
                self.settle(&money);
            }
        }
        Ok(None)
    }

    /// Has the study paused for that reason, once every answer that came is stored: whoever reads of it sees them.
    async fn pause(&mut self, why: String) -> Result<(), ApiError> {
        tracing::warn!(study = self.study.number, why, "a study is paused");
        let (durable, is_durable) = oneshot::channel();
        let flush = RecordRequest { durable: Some(durable), ..RecordRequest::default() };
        send(&self.recorder, flush).await?;
        drop(is_durable.await);
        let why = format!("{why}; whoever is left is asked when the study is resumed");
        let Calls { core, caller, number, .. } = &self.study;
        let paused = core.fault(caller, *number, why).await;
        self.paused(paused.map(drop))
    }

    /// Makes no more calls, once the study was paused or its owner has halted it meanwhile.
    fn paused(&self, paused: Result<(), ApiError>) -> Result<(), ApiError> {
        match paused {
            Err(error) if !matches!(error.code, ErrorCode::Conflict | ErrorCode::NotFound) => {
                Err(error)
            }
            Ok(()) | Err(_) => {
                self.study.cancel.cancel();
                Ok(())
            }
        }
    }

    /// Sets the worst cases of a call and of the side measurements after it aside, if every cap allows both.
    fn reserve(&self, ticket: QueueEntry, engine: usize) -> Result<PanelEvent, ApiError> {
        let seat = self.seat(ticket)?;
        let ready = seat.ready.as_ref().ok_or_else(astray)?;
        // It was prepared before more was known.
        let call = self.doors[engine].engine.worst_of(ready);
        let aside = self.worst_beside(ticket, engine)?;
        let money = self.set_aside(aside).and_then(|()| {
            self.set_aside(call).inspect_err(|_| {
                self.release(aside);
            })
        });
        Ok(match money {
            Ok(()) => PanelEvent::Reserved { call, aside },
            Err(capped) => PanelEvent::Capped(capped),
        })
    }

    /// The most that the side measurements of a respondent can cost after an answer of that engine.
    fn worst_beside(&self, ticket: QueueEntry, engine: usize) -> Result<UsdMicros, ApiError> {
        match &self.beside {
            Some(beside) if ticket.first().is_answer() => {
                beside.worst(&self.doors[engine].engine, &self.seat(ticket)?.persona)
            }
            _ => Ok(UsdMicros::ZERO),
        }
    }

    fn set_aside(&self, amount: UsdMicros) -> Result<(), Capped> {
        let (number, cap) = (self.study.number, self.study.spec.max_cost_usd);
        self.study.core.reserve_cost(number, cap, amount)
    }

    fn withdraw(&mut self, engine: usize) {
        let door = &mut self.doors[engine];
        door.offered = None;
        door.engine.door().pass(self.study.number);
    }

    /// How long a respondent's record may wait for others, where calls usually take that long.
    fn patience(&self, ticket: QueueEntry, usual: Option<Duration>) -> Duration {
        let seat = self.seats.get(&ticket);
        seat.map(|seat| self.doors[seat.engine].patience(usual)).unwrap_or_default()
    }

    /// Makes the call whose turn it is, in a task of its own.
    fn launch(
        &mut self,
        ticket: QueueEntry,
        engine: usize,
        reserved: UsdMicros,
        patience: Duration,
    ) -> Result<(), ApiError> {
        let (pass, place) = self.turn.take().ok_or_else(astray)?;
        self.doors[engine].offered = None;
        let reader = self.reader(engine, &self.seat(ticket)?.ask);
        let seat = self.seats.get_mut(&ticket).ok_or_else(astray)?;
        let mut ready = seat.ready.take().ok_or_else(astray)?;
        ready.worst = reserved;
        seat.place = place;
        let uncounted = self.doors[engine].engine.stake(&ready).uncounted;
        let note = self.study.core.note_sent(self.study.number, uncounted);
        self.sent.extend(note.map(|note| (ticket, note)));
        let clock = Arc::clone(&self.study.core.world().clock);
        let enough = self.out_of_patience(patience);
        let call = self.under_way.spawn(async move {
            let begun = clock.monotonic();
            let spent = call_admitted(pass.call(&ready), enough).await;
            let latency = clock.monotonic().saturating_sub(begun);
            reader.read_call(ready.address, spent, uncounted, latency)
        });
        self.callers.insert(call.id(), ticket);
        Ok(())
    }

    /// Resolves when the study was halted and calls under way have used up their waiting time.
    fn out_of_patience(&self, patience: Duration) -> impl Future<Output = ()> + Send + 'static {
        let core = self.study.core.clone();
        let patience = core.settings().drain.max(patience);
        out_of_patience(core, self.study.cancel.clone(), patience)
    }

    /// Runs the side measurements of a respondent, in a task of its own, which holds the concurrency slot until it ends.
    fn measure(&mut self, measure: MeasureTask) -> Result<(), ApiError> {
        let MeasureTask { ticket, engine, aside, answer, direct, patience } = measure;
        let (core, cap) = (self.study.core.clone(), self.study.spec.max_cost_usd);
        let reservation = Reservation::new(core, self.study.number, cap, aside);
        let beside = self.beside.clone().ok_or_else(astray)?;
        let (engine, recorder) = (Arc::clone(&self.doors[engine].engine), self.recorder.clone());
        let persona = self.seat(ticket)?.persona.clone();
        let enough = self.out_of_patience(patience);
        self.listening.spawn(async move {
            let speaker = MeasuredRespondent {
                recorder: &recorder,
                direct: direct.as_ref(),
                engine: &engine,
                ordinal: ticket.respondent,
                persona: &persona,
                answer: &answer,
                reservation: &reservation,
            };
            let heard = tokio::select! {
                heard = AssertUnwindSafe(beside.ask(speaker)).catch_unwind() => heard,
                () = enough => Ok(MeasuredChannels { halted: true, ..MeasuredChannels::default() }),
            };
            // Calls that are given up count at what such calls come to.
            let took = reservation.usage();
            // A panic here costs this respondent the other channels and has no further effect.
            let channels = heard.unwrap_or_else(|_| MeasuredChannels {
                own: EngineUse { usage: took, ..EngineUse::default() },
                ..MeasuredChannels::default()
            });
            FinishedMeasures { ticket, channels, took }
        });
        Ok(())
    }

    pub(super) fn seat(&self, ticket: QueueEntry) -> Result<&PanelSeat, ApiError> {
        self.seats.get(&ticket).ok_or_else(astray)
    }
}

async fn send(
    recorder: &mpsc::Sender<RecordRequest>,
    request: RecordRequest,
) -> Result<(), ApiError> {
    // The recorder ends early only on a store error, which it reports itself.
    recorder
        .send(request)
        .await
        .map_err(|_| ApiError::new(ErrorCode::Busy, "What was answered could not be recorded"))
}

/// A defect: the machine names a call that is not there.
pub(super) fn astray() -> ApiError {
    ApiError::new(ErrorCode::Internal, "A call of the study is not where it should be")
}

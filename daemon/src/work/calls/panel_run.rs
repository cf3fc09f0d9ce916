//! Shell of a panel run: it tells the machine what happens, one event after the other, and carries out what the machine
//! decides. A single task owns all of this state, so there are no locks.

mod perform;
mod prepare;
mod read;

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use protocol::error::ApiError;
use protocol::persona::Persona;
use protocol::study::StudySpec;
use tokio::sync::{OwnedSemaphorePermit, mpsc};
use tokio::task::{Id, JoinError, JoinSet};

use super::doors::{EngineDoor, any_retuned, any_turn, places};
use super::machine::{
    CallEnd, EndedCall, EngineView, FinishedMeasures, PanelEvent, PanelMachine, PanelPlan,
    PanelQuestion, QueueEntry,
};
use super::recorder::RecordRequest;
use super::side_measures::SideMeasures;
use super::{Calls, broken};
use crate::domain::outcome::Usage;
use crate::inference::model::{Pass, ReadyCall};
use crate::store::SentCall;
use crate::store::rows::CallsUnderWay;

/// One pass over a panel, with everything that is needed to carry it out.
pub(super) struct PanelRun<'a> {
    study: Calls,
    /// What is asked, for the tasks that read replies.
    spec: Arc<StudySpec>,
    machine: PanelMachine<'a>,
    recorder: mpsc::Sender<RecordRequest>,
    /// In the pool's order.
    doors: Vec<EngineDoor>,
    /// Everybody who was drawn and is not recorded yet.
    seats: HashMap<QueueEntry, PanelSeat>,
    under_way: JoinSet<EndedCall>,
    /// The notes of the calls under way that may cost something.
    sent: HashMap<QueueEntry, SentCall>,
    /// The respondent of each call, so that a call that panics can be traced to its respondent.
    callers: HashMap<Id, QueueEntry>,
    /// The side measurements; `None` where there is only the direct channel.
    beside: Option<Arc<SideMeasures>>,
    /// Side measurements under way.
    listening: JoinSet<FinishedMeasures>,
    /// The turn at a door that the machine is just told of.
    turn: Option<(Pass, Option<OwnedSemaphorePermit>)>,
    /// The durable note in the store of the calls that may be under way.
    noted: CallsUnderWay,
    /// What the machine was told of the engines.
    views: Vec<EngineView>,
    /// The machine was told that the study was halted.
    is_halted: bool,
}

/// What is at hand for one respondent.
struct PanelSeat {
    persona: Persona,
    engine: usize,
    ask: PanelQuestion,
    ready: Option<ReadyCall>,
    /// The concurrency slot, held from a call until its outcome is durable, so that a kill loses no more calls than may
    /// be under way.
    place: Option<OwnedSemaphorePermit>,
}

impl<'a> PanelRun<'a> {
    /// A run that has asked no one yet; `noted` is what the store will hold about its calls before the first is made.
    pub(super) fn new(
        study: Calls,
        recorder: mpsc::Sender<RecordRequest>,
        doors: Vec<EngineDoor>,
        noted: CallsUnderWay,
        left: impl Iterator<Item = QueueEntry> + Send + 'a,
    ) -> Self {
        let plan = PanelPlan {
            spec: study.spec.clone(),
            strategy: study.pool.strategy(),
            recalls: study.recalls(),
            measures: false,
            has_answers: study.has_answers,
        };
        Self {
            machine: PanelMachine::new(plan, doors.len(), left),
            spec: Arc::new(study.spec.clone()),
            study,
            recorder,
            doors,
            seats: HashMap::new(),
            under_way: JoinSet::new(),
            sent: HashMap::new(),
            callers: HashMap::new(),
            beside: None,
            listening: JoinSet::new(),
            turn: None,
            noted,
            views: Vec::new(),
            is_halted: false,
        }
    }

    /// Adds side measurements, and what the store holds of their calls.
    pub(super) fn hear(&mut self, beside: Arc<SideMeasures>, noted: CallsUnderWay) {
        self.beside = Some(beside);
        self.noted = noted;
        self.machine.measure();
    }

    /// Prepares the first questions before anything may be asked or recorded.
    pub(super) async fn look_up_ahead(&mut self) -> Result<(), ApiError> {
        self.look_at_engines().await?;
        // A reply from the cache would have to be recorded at once.
        while !self.study.recalls() && self.machine.wait(self.study.now()).has_time {
            self.tell(PanelEvent::Idle).await?;
            tokio::task::yield_now().await;
        }
        Ok(())
    }

    /// Runs until no respondent is left, the gate closes or the study must stop; returns the usage of calls without an
    /// outcome, also with an error. When it returns no call is under way, and each that was sent is settled.
    pub(super) async fn run(mut self) -> (Usage, Result<(), ApiError>) {
        let asked = self.ask().await;
        if asked.is_err() {
            self.under_way.shutdown().await;
            self.listening.shutdown().await;
            for effect in self.machine.on(PanelEvent::Aborted, self.study.now()) {
                self.settle(&effect);
            }
        }
        (self.machine.lost(), asked)
    }

    async fn ask(&mut self) -> Result<(), ApiError> {
        self.look_at_engines().await?;
        self.tell(PanelEvent::Begun).await?;
        while !self.machine.is_over() {
            if self.machine.is_asking() {
                self.note_calls().await?;
            }
            let event = self.next_event().await?;
            let is_idle = matches!(event, PanelEvent::Idle);
            let first_of = self.first_reply_of(&event);
            self.look_at_engines().await?;
            self.tell(event).await?;
            if let Some(engine) = first_of {
                // What such calls are counted at is known from here on, also after a kill.
                self.doors[engine].is_kept = true;
                self.study.core.keep_learnt(&self.study.caller).await?;
            }
            self.turn = None;
            if is_idle {
                // Lets the tasks deliver replies that arrived meanwhile.
                tokio::task::yield_now().await;
            }
        }
        Ok(())
    }

    /// The engine whose first reply of this run is told.
    fn first_reply_of(&self, event: &PanelEvent) -> Option<usize> {
        let PanelEvent::Ended(ended) = event else { return None };
        let CallEnd::Replied(_) = &ended.end else { return None };
        let engine = self.seats.get(&ended.ticket)?.engine;
        (!self.doors[engine].is_kept).then_some(engine)
    }

    /// Tells the machine an event and what follows from it.
    async fn tell(&mut self, event: PanelEvent) -> Result<(), ApiError> {
        let mut events = VecDeque::from([event]);
        while let Some(event) = events.pop_front() {
            let mut effects = self.machine.on(event, self.study.now());
            // Money first: nothing that fails afterwards leaves a call unsettled.
            effects.retain(|effect| !self.settle(effect));
            let mut effects = effects.into_iter();
            while let Some(effect) = effects.next() {
                match self.perform(effect).await {
                    Ok(answer) => events.extend(answer),
                    Err(error) => {
                        effects.for_each(|effect| self.skip(&effect));
                        for answer in &events {
                            self.take_back(answer);
                        }
                        return Err(error);
                    }
                }
            }
        }
        Ok(())
    }

    /// Tells the machine that the study was halted, and how its engines are, where that is new.
    async fn look_at_engines(&mut self) -> Result<(), ApiError> {
        if self.study.cancel.is_cancelled() && !std::mem::replace(&mut self.is_halted, true) {
            self.tell(PanelEvent::Halted).await?;
        }
        let (now, is_alone) = (self.study.now(), self.doors.len() == 1);
        let views: Vec<_> = self.doors.iter().map(|door| door.view(now, is_alone)).collect();
        if views != self.views {
            self.views.clone_from(&views);
            self.tell(PanelEvent::Engines(views)).await?;
        }
        Ok(())
    }

    /// Updates the durable note of the calls under way before more of them are made.
    async fn note_calls(&mut self) -> Result<(), ApiError> {
        let Calls { core, caller, number, .. } = &self.study;
        if let Some(due) = self.noted.due(places(&self.doors), core.unbooked(*number)) {
            core.note_calls(caller, *number, due.clone()).await?;
            self.noted = due;
        }
        Ok(())
    }

    /// Waits for the next event: a turn at a door, the end of a call, a time, or the gate.
    async fn next_event(&mut self) -> Result<PanelEvent, ApiError> {
        let wait = self.machine.wait(self.study.now());
        let number = self.study.number;
        for (place, door) in self.doors.iter().enumerate() {
            door.follow_owner(self.machine.is_slow(place));
            if door.offered.is_none() {
                door.engine.door().pass(number);
            }
        }
        let Self { doors, seats, under_way, listening, study, is_halted, .. } = self;
        let ready = |ticket| seats.get(&ticket).and_then(|seat: &PanelSeat| seat.ready.as_ref());
        let a_turn = any_turn(doors, ready, &study.core.world().clock, number);
        tokio::select! {
            biased;
            () = study.cancel.cancelled(), if !*is_halted => Ok(PanelEvent::Tick),
            // Calls go first: the service is idle meanwhile, while a reply that has arrived can wait to be read.
            (door, turn) = a_turn => Ok(match turn {
                Ok(turn) => {
                    self.turn = Some(turn);
                    PanelEvent::Turn(door)
                }
                Err(why) => PanelEvent::Barred(door, why),
            }),
            Some(made) = under_way.join_next_with_id() => self.call_ended(made),
            Some(heard) = listening.join_next() => match heard {
                Ok(heard) => Ok(PanelEvent::Measured(Box::new(heard))),
                Err(error) => Err(broken(&error)),
            },
            () = any_retuned(doors) => Ok(PanelEvent::Tick),
            () = std::future::ready(()), if wait.has_time => Ok(PanelEvent::Idle),
            () = tokio::time::sleep(wait.tick.unwrap_or(Duration::MAX)), if wait.tick.is_some() => Ok(PanelEvent::Tick),
        }
    }

    fn call_ended(
        &mut self,
        made: Result<(Id, EndedCall), JoinError>,
    ) -> Result<PanelEvent, ApiError> {
        match made {
            Ok((id, made)) => {
                self.callers.remove(&id);
                Ok(PanelEvent::Ended(Box::new(made)))
            }
            Err(error) => {
                let Some(ticket) = self.callers.remove(&error.id()) else {
                    return Err(broken(&error));
                };
                let (study, respondent) = (self.study.number, ticket.respondent);
                tracing::error!(study, respondent, %error, "a respondent is put aside");
                Ok(PanelEvent::Broke(ticket))
            }
        }
    }
}

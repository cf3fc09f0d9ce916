//! Asking a panel once through: who is next, what waits for a later try, what is under way, and when to end. It owns all of
//! that alone, so nothing here is locked.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use protocol::credits::UsdMicros;
use protocol::error::{ApiError, ErrorCode};
use tokio::sync::{Semaphore, mpsc};
use tokio::task::{JoinError, JoinSet};

use super::recorder::Parcel;
use super::sitting::{Made, Next, Prepared, Sitting, Ticket};
use super::turn::{Study, turn};
use super::{Calls, broken};
use crate::domain::outcome::Usage;
use crate::inference::limits::RetryBudget;
use crate::inference::model::Pass;

/// Respondents that may wait for a later try; while there are as many, nobody new is asked.
const WAITING_MAX: usize = 1_000;

/// Asking a panel once through.
pub(super) struct Round {
    pub(super) study: Calls,
    pub(super) recorder: mpsc::Sender<Parcel>,
    /// As many as calls may be under way.
    pub(super) places: Arc<Semaphore>,
    pub(super) under_way: JoinSet<Made>,
    /// By time and who it is.
    pub(super) waiting: BTreeMap<(Duration, Ticket), Sitting>,
    pub(super) budget: RetryBudget,
    /// A cap leaves no room beside the worst cases of what is under way: wait for their real cost.
    pub(super) short: bool,
    /// Why the study must stop.
    pub(super) stop: Option<String>,
    /// What calls took whose replies became no outcome.
    pub(super) lost: Usage,
}

impl Round {
    pub(super) fn new(study: Calls, recorder: mpsc::Sender<Parcel>) -> Self {
        let bound =
            usize::try_from(study.engine.service().bounds.concurrency).unwrap_or(usize::MAX);
        Self {
            study,
            recorder,
            places: Arc::new(Semaphore::new(bound.min(Semaphore::MAX_PERMITS))),
            under_way: JoinSet::new(),
            waiting: BTreeMap::new(),
            budget: RetryBudget::default(),
            short: false,
            stop: None,
            lost: Usage::default(),
        }
    }

    /// Goes on until nobody is left, the gate closes or the study must stop; says what was spent for nothing.
    pub(super) async fn run(
        mut self,
        left: impl Iterator<Item = Ticket>,
    ) -> Result<Usage, ApiError> {
        let mut left = left.peekable();
        let mut next: Option<Prepared> = None;
        while !self.study.gate.is_cancelled() && self.stop.is_none() {
            if next.is_none() {
                next = self.choose(&mut left).await?;
            }
            let idle = next.is_none() && self.under_way.is_empty() && self.waiting.is_empty();
            if idle && left.peek().is_none() {
                break;
            }
            self.step(&mut next).await?;
        }
        self.study.engine.pass(self.study.number);
        if let Some(prepared) = next {
            self.study.core.settle_cost(self.study.number, prepared.ready.worst, UsdMicros::ZERO);
            self.waiting.insert((Duration::ZERO, prepared.sitting.ticket), prepared.sitting);
        }
        while let Some(made) = self.under_way.join_next().await {
            self.ended(made).await?;
        }
        if let Some(why) = self.stop.take().filter(|_| !self.study.gate.is_cancelled()) {
            self.give_up(&why, left).await?;
        }
        for sitting in std::mem::take(&mut self.waiting).into_values() {
            self.lose(&sitting);
        }
        Ok(self.lost)
    }

    /// Waits for the next thing to happen: a turn at the door, the end of a call, a try that is due, or the gate.
    async fn step(&mut self, next: &mut Option<Prepared>) -> Result<(), ApiError> {
        let now = self.study.now();
        let due = self.waiting.keys().next().map(|(time, _)| time.saturating_sub(now));
        // With a call ready, whoever waits for a later try is looked at when the call has gone.
        let due = due.filter(|_| next.is_none() && !self.short);
        if next.is_none() {
            self.study.engine.pass(self.study.number);
        }
        let Study { engine, clock, number } = Study::of(&self.study);
        let made = tokio::select! {
            biased;
            () = self.study.gate.cancelled() => return Ok(()),
            Some(made) = self.under_way.join_next() => made,
            turn = turn(&engine, &clock, number, next.as_ref(), &self.places) => {
                match (turn, next.take()) {
                    (Ok((pass, place)), Some(mut prepared)) => {
                        prepared.sitting.place = place.or(prepared.sitting.place);
                        self.launch(pass, prepared);
                    }
                    (Err(why), kept) => {
                        *next = kept;
                        self.stop = Some(why);
                    }
                    (Ok(_), None) => {}
                }
                return Ok(());
            }
            () = tokio::time::sleep(due.unwrap_or(Duration::MAX)), if due.is_some() => return Ok(()),
        };
        self.ended(made).await
    }

    /// The next call, ready and paid for: a try that is due before anybody new. `None` when there is none at present.
    /// Whatever is remembered is taken on the way.
    async fn choose(
        &mut self,
        left: &mut std::iter::Peekable<impl Iterator<Item = Ticket>>,
    ) -> Result<Option<Prepared>, ApiError> {
        while !self.short && !self.study.gate.is_cancelled() {
            let Some(mut sitting) = self.next_sitting(left)? else { return Ok(None) };
            let at = sitting.at();
            let correction = sitting.correction.as_deref();
            let ready = self
                .study
                .engine
                .ready(&self.study.spec, at, &sitting.persona, correction)
                .map_err(|error| ApiError::new(ErrorCode::InvalidInput, error.to_string()))?;
            if let Some(outcome) = self.recall(&mut sitting, &ready.address)? {
                let next = self.close(sitting, at, outcome);
                self.follow(next).await?;
                continue;
            }
            let (number, cap) = (self.study.number, self.study.spec.max_cost_usd);
            match self.study.core.reserve_cost(number, cap, ready.worst) {
                Ok(()) => return Ok(Some(Prepared { sitting, ready })),
                Err(capped) => {
                    // What is under way will probably cost less than its worst case: there may be room then.
                    self.waiting.insert((Duration::ZERO, sitting.ticket), sitting);
                    if self.under_way.is_empty() {
                        self.stop = Some(capped.to_string());
                        return Ok(None);
                    }
                    self.short = true;
                }
            }
        }
        Ok(None)
    }

    /// Who is next: a try that is due before anybody new.
    fn next_sitting(
        &mut self,
        left: &mut std::iter::Peekable<impl Iterator<Item = Ticket>>,
    ) -> Result<Option<Sitting>, ApiError> {
        let due =
            self.waiting.first_key_value().is_some_and(|((time, _), _)| *time <= self.study.now());
        if due {
            return Ok(self.waiting.pop_first().map(|(_, sitting)| sitting));
        }
        if self.waiting.len() < WAITING_MAX {
            return left.next().map(|ticket| self.seat(ticket)).transpose();
        }
        Ok(None)
    }

    fn seat(&self, ticket: Ticket) -> Result<Sitting, ApiError> {
        let respondent = ticket.respondent;
        let persona = self.study.panel.persona(respondent).ok_or_else(|| {
            ApiError::new(ErrorCode::Internal, format!("nobody is at place {respondent}"))
        })?;
        Ok(Sitting::new(ticket, persona))
    }

    fn launch(&mut self, pass: Pass, Prepared { sitting, ready }: Prepared) {
        if sitting.tries == 0 && sitting.reasks == 0 {
            self.budget.first();
        }
        self.under_way.spawn(async move {
            let spent = pass.call(&ready).await;
            Made { sitting, ready, spent }
        });
    }

    async fn ended(&mut self, made: Result<Made, JoinError>) -> Result<(), ApiError> {
        let made = made.map_err(|error| broken(&error))?;
        self.study.core.settle_cost(self.study.number, made.ready.worst, made.spent.cost);
        self.short = false;
        let next = self.judge(made);
        self.follow(next).await
    }

    /// Does what comes next for a respondent.
    async fn follow(&mut self, next: Next) -> Result<(), ApiError> {
        match next {
            Next::Done(sitting) => {
                self.send((sitting.outcomes, sitting.said, sitting.place)).await?;
            }
            Next::Ask(mut sitting, time) => {
                // Whoever waits for a later try leaves the place to others.
                sitting.place = None;
                self.waiting.insert((time, sitting.ticket), sitting);
            }
            Next::Halted(sitting) => self.lose(&sitting),
            Next::Stop(mut sitting, why) => {
                sitting.place = None;
                self.waiting.insert((Duration::ZERO, sitting.ticket), sitting);
                self.stop.get_or_insert(why);
            }
        }
        Ok(())
    }
}

//! The admission control of an engine, which decides which call may go next, and when: turns, concurrency, rate
//! limits a minute, the service's own headers and the breaker in one place. Each engine has one; every study that
//! uses the engine asks it for each call.

use std::time::Duration;

use super::breaker::{Breaker, CallHealth, Way};
use super::bucket::Bucket;
use super::concurrency::Concurrency;
use super::condition::{Condition, Record};
use super::turns::Turns;
use crate::inference::chat::{Allowance, CallError};
use crate::inference::pool::Availability;

/// Longest wait for a service that asks to wait and has not replied since: limits a minute and an hour have passed by
/// then, and a study that would have to wait for tomorrow should be told today.
pub(crate) const PATIENCE: Duration = Duration::from_hours(1);
/// Longest time for which the rate limits in the headers of a reply are used.
const TOLD_MOST: Duration = Duration::from_mins(2);
/// A service that asks for a longer wait than this is skipped if another engine can answer instead.
const IMPATIENCE: Duration = Duration::from_secs(2);
/// A service that fails is skipped for this time if another engine can answer instead.
const FAILING_REST: Duration = Duration::from_secs(5);
/// How long a reported allowance is used if the service does not say when it is renewed.
const RENEWAL: Duration = Duration::from_secs(1);

/// How long the call that was told to wait delays itself; for anything longer the admission control delays all calls.
pub(crate) fn own_wait(told: Option<Duration>) -> Duration {
    told.unwrap_or_default().min(IMPATIENCE)
}

/// The limits that an owner sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Most calls under way at once.
    pub concurrency: u32,
    /// Requests a minute; `None` is no limit.
    pub requests_per_minute: Option<u32>,
    /// Tokens a minute, input and output; `None` is no limit.
    pub tokens_per_minute: Option<u32>,
}

/// The decision on a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Admit {
    /// Admitted, and counted as under way.
    Go,
    /// Ask again at that time or after a release, whichever comes first.
    At(Duration),
    /// Ask again after a release.
    Later,
    /// No call of this study will be admitted.
    Stop(String),
}

/// The state of a service that has not replied for a while, with calls waiting for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quiet {
    /// Time since its last reply, or since the first call after that.
    pub since: Duration,
    /// Calls under way.
    pub under_way: u32,
    /// While the breaker is open: time until the next probe.
    pub rests: Option<Duration>,
    /// Remaining time that the service asks to wait.
    pub asks: Option<Duration>,
    /// Remaining time that the owner's limits a minute delay the next call.
    pub paced: Option<Duration>,
}

/// How a call ended.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Signal<'a> {
    /// With a reply.
    Replied,
    /// Without one.
    Failed(&'a CallError),
    /// It was abandoned on this side.
    Abandoned,
}

/// The admission control of one engine.
#[derive(Clone, Debug)]
pub(crate) struct Admission {
    flow: Concurrency,
    record: Record,
    requests: Option<Bucket>,
    tokens: Option<Bucket>,
    breaker: Breaker,
    turns: Turns,
    under_way: u32,
    not_before: Duration,
    /// Since when the service asks to wait without having replied, or since when a call waits for that.
    asked: Option<Duration>,
    patience: Duration,
    /// Until when the limits a minute delay the next call.
    paced: Duration,
    /// The last allowance that the service reported: requests left, and until when that is valid.
    told: Option<(u64, Duration)>,
    why: String,
    /// Calls without a reply since the last one with a reply.
    in_vain: u32,
    /// Time of the last reply, or of the first call after it.
    heard: Duration,
    /// Time of the last failed call.
    failed: Duration,
    now: Duration,
    bounds: Bounds,
}

impl Admission {
    /// A new admission control without restrictions from earlier calls.
    pub(crate) fn new(bounds: Bounds, now: Duration) -> Self {
        Self {
            flow: Concurrency::new(bounds.concurrency),
            record: Record::default(),
            requests: bounds.requests_per_minute.map(|rate| Bucket::new(rate, now)),
            tokens: bounds.tokens_per_minute.map(|rate| Bucket::new(rate, now)),
            breaker: Breaker::default(),
            turns: Turns::default(),
            under_way: 0,
            not_before: Duration::ZERO,
            asked: None,
            patience: PATIENCE,
            paced: Duration::ZERO,
            told: None,
            why: String::new(),
            in_vain: 0,
            heard: now,
            failed: Duration::ZERO,
            now,
            bounds,
        }
    }

    /// Sets the longest wait for the service.
    #[must_use]
    pub(crate) fn with_patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Changes the limits while calls are under way.
    pub(crate) fn retune(&mut self, bounds: Bounds, now: Duration) {
        self.bounds = bounds;
        self.flow.retune(bounds.concurrency);
        self.requests = bounds.requests_per_minute.map(|rate| Bucket::new(rate, now));
        self.tokens = bounds.tokens_per_minute.map(|rate| Bucket::new(rate, now));
    }

    /// The limits that its owner sets.
    pub(crate) fn bounds(&self) -> Bounds {
        self.bounds
    }

    /// Whether calls can be admitted now, apart from turns and concurrency: not while the breaker is open, nor while
    /// the service asks for a longer wait than is accepted if another engine can answer instead. A failing service
    /// gets a single call now and then, which shows whether it still fails; a caller without another engine need not
    /// respect that.
    pub(crate) fn standing(&self, now: Duration) -> Availability {
        match self.breaker.way(now) {
            Way::Dead => Availability::Dead,
            _ if self.is_out_of_patience(now) => Availability::Dead,
            Way::Until(_) => Availability::Resting,
            Way::Probe | Way::Free => {
                let asks = self.not_before > now + IMPATIENCE;
                let fails = self.record.condition() == Condition::Failing
                    && (self.under_way > 0 || now < self.failed + FAILING_REST);
                if asks || fails { Availability::Resting } else { Availability::Open }
            }
        }
    }

    /// Why no call will be admitted any more, if so.
    pub(crate) fn given_up(&self, now: Duration) -> Option<String> {
        if self.breaker.way(now) == Way::Dead {
            return Some(self.why.clone());
        }
        let minutes = |span: Duration| span.as_secs().div_ceil(60);
        let (asks, most) = (minutes(self.not_before.saturating_sub(now)), minutes(self.patience));
        if self.asks_too_long(now) {
            return Some(format!(
                "the service asks to wait for {asks} min more, and nobody waits for more than {most} min"
            ));
        }
        self.is_out_of_patience(now).then(|| {
            format!("the service asks to wait for {asks} min more, and was waited for {most} min")
        })
    }

    /// Whether the service asks for a longer wait than it is waited for, from the start or by now.
    pub(crate) fn is_out_of_patience(&self, now: Duration) -> bool {
        let is_over = self.asked.is_some_and(|since| now >= since + self.patience);
        (self.not_before > now && is_over) || self.asks_too_long(now)
    }

    fn asks_too_long(&self, now: Duration) -> bool {
        self.not_before > now + self.patience
    }

    /// The condition of the service, apart from any single call.
    pub(crate) fn condition(&self) -> Condition {
        self.record.condition()
    }

    /// The state of a service that does not reply while calls wait for it.
    pub(crate) fn quiet(&self, now: Duration) -> Option<Quiet> {
        let rests = match self.breaker.way(now) {
            Way::Until(time) if time < Duration::MAX => Some(time.saturating_sub(now)),
            Way::Until(_) | Way::Free | Way::Probe | Way::Dead => None,
        };
        let later = |time: Duration| (time > now).then(|| time.saturating_sub(now));
        let told = self.told.filter(|(left, _)| *left == 0).map(|(_, until)| until);
        let asks = later(self.not_before.max(told.unwrap_or_default()));
        let paced = later(self.paced);
        let is_waited_for =
            self.under_way > 0 || rests.is_some() || asks.is_some() || paced.is_some();
        is_waited_for.then(|| Quiet {
            since: now.saturating_sub(self.heard),
            under_way: self.under_way,
            rests,
            asks,
            paced,
        })
    }

    /// Current limit of calls under way.
    #[cfg(test)]
    pub(crate) fn limit(&self) -> u32 {
        self.flow.limit()
    }

    /// Calls under way.
    #[cfg(test)]
    pub(crate) fn under_way(&self) -> u32 {
        self.under_way
    }

    /// Asks for admission of one call of about that many tokens.
    pub(crate) fn ask(&mut self, study: u32, weight: u32, tokens: u64, now: Duration) -> Admit {
        if self.turns.is_empty() {
            // The first study that arrives starts its own patience for a wait that the service had asked for before.
            self.asked = (self.not_before > now).then_some(now);
        }
        self.turns.want(study, weight);
        if let Some(why) = self.given_up(now) {
            return Admit::Stop(why);
        }
        let probing = match self.breaker.way(now) {
            Way::Dead => return Admit::Stop(self.why.clone()),
            Way::Until(Duration::MAX) => return Admit::Later,
            Way::Until(time) => return Admit::At(time),
            Way::Probe => true,
            Way::Free => false,
        };
        if self.not_before > now {
            let over = self.asked.map(|since| since + self.patience);
            return Admit::At(over.map_or(self.not_before, |over| self.not_before.min(over)));
        }
        if self.under_way >= self.flow.limit() || self.turns.next() != Some(study) {
            return Admit::Later;
        }
        if let Some((left, until)) = self.told {
            if now >= until {
                self.told = None;
            } else if left == 0 {
                return Admit::At(until);
            }
        }
        let weight_of_call = tokens as f64;
        let ready = [self.requests.as_mut().map(|bucket| bucket.ready_at(1.0, now))]
            .into_iter()
            .chain([self.tokens.as_mut().map(|bucket| bucket.ready_at(weight_of_call, now))])
            .flatten()
            .max()
            .unwrap_or(now);
        self.paced = ready;
        if ready > now {
            return Admit::At(ready);
        }
        if let Some(bucket) = &mut self.requests {
            bucket.take(1.0, now);
        }
        if let Some(bucket) = &mut self.tokens {
            bucket.take(weight_of_call, now);
        }
        if let Some((left, _)) = &mut self.told {
            *left = left.saturating_sub(1);
        }
        if probing {
            self.breaker.probe();
        }
        if self.under_way == 0 && self.breaker.is_calm() {
            self.heard = now;
        }
        self.turns.take(study);
        self.under_way += 1;
        Admit::Go
    }

    /// Withdraws the study's request for now.
    pub(crate) fn pass(&mut self, study: u32) {
        self.turns.pass(study);
    }

    /// Removes the study. With the last one the breaker is reset: the next study starts anew, but no sooner than the
    /// service allows.
    pub(crate) fn leave(&mut self, study: u32) {
        self.turns.leave(study);
        if self.turns.is_empty() {
            self.breaker = Breaker::default();
            self.record = Record::default();
            self.in_vain = 0;
            self.paced = Duration::ZERO;
        }
    }

    /// Whether another study waits for a turn: then it should be notified that there may be one.
    pub(crate) fn others_want(&self, study: u32) -> bool {
        self.turns.others_want(study)
    }

    /// Ends a call: releases its slot, and updates the state from the result. `spare` is by how many tokens the call
    /// was smaller than requested.
    pub(crate) fn done(
        &mut self,
        signal: Signal<'_>,
        allowance: Allowance,
        spare: i64,
        now: Duration,
    ) {
        self.now = self.now.max(now);
        self.under_way = self.under_way.saturating_sub(1);
        if let Some(bucket) = &mut self.tokens {
            bucket.take(-(spare as f64), now);
        }
        self.hear(allowance, now);
        self.learn(signal, now);
        if self.under_way == 0 {
            self.breaker.rest();
        }
    }

    fn learn(&mut self, signal: Signal<'_>, now: Duration) {
        let error = match signal {
            Signal::Replied => {
                self.heard = self.now;
                self.in_vain = 0;
                self.asked = (self.not_before > now).then_some(now);
                self.record.note(true);
                self.flow.note(false);
                self.breaker.note(CallHealth::Good, now);
                return;
            }
            Signal::Abandoned => return,
            Signal::Failed(error) => error,
        };
        // Any response counts as a sign of life.
        if !matches!(error, CallError::Network { .. }) {
            self.heard = self.now;
        }
        self.record.note(false);
        self.failed = self.now;
        self.in_vain = self.in_vain.saturating_add(1);
        let calls = self.in_vain;
        self.why = match error {
            CallError::Rejected { .. } => {
                format!("{error}; it accepted none of the latest {calls} calls")
            }
            _ => format!("{error}; none of the latest {calls} calls got a reply"),
        };
        match error {
            CallError::Limited { after, .. } => {
                self.flow.note(true);
                // A service that throttles is alive; one that throttles even a single call at a time is as good as
                // dead.
                if self.flow.limit() == 1 {
                    self.breaker.note(CallHealth::Bad, now);
                }
                // A single short throttling concerns only that call; several, or a longer one, concern the whole
                // account.
                let wait = after.unwrap_or(Duration::ZERO);
                if self.flow.is_pushed() || self.flow.limit() == 1 || wait > IMPATIENCE {
                    self.not_before = self.not_before.max(now + wait);
                }
                if self.not_before > now {
                    self.asked.get_or_insert(now);
                }
            }
            CallError::Server { .. } | CallError::Network { .. } | CallError::Malformed { .. } => {
                self.flow.note(false);
                self.breaker.note(CallHealth::Bad, now);
            }
            CallError::Rejected { .. } if error.may_be_chance() => {
                self.breaker.note(CallHealth::RejectingByChance, now);
            }
            CallError::Rejected { .. } => self.breaker.note(CallHealth::Rejecting, now),
            // A reply of absurd size comes from a service that works.
            CallError::TooLarge { .. }
            | CallError::Denied { .. }
            | CallError::Setting { .. }
            | CallError::Redirected { .. } => {}
        }
    }

    /// Applies the rate limits that the service reports, on success and on failure.
    fn hear(&mut self, allowance: Allowance, now: Duration) {
        if let Some(left) = allowance.requests_left {
            let until = now + allowance.requests_reset.unwrap_or(RENEWAL).min(TOLD_MOST);
            self.told = Some((left, until));
        }
        if allowance.tokens_left == Some(0) {
            let wait = allowance.tokens_reset.unwrap_or(RENEWAL).min(TOLD_MOST);
            self.not_before = self.not_before.max(now + wait);
        }
    }
}

//! A second call for one that is slow. Whichever replies first is taken; the other is given up, and booked at the most it
//! can have cost, because its service may charge for it all the same. How many there may be is the owner's to say, and a
//! cap that leaves no room for two leaves it at one.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use protocol::credits::UsdMicros;
use tokio::sync::watch;

use super::lane::WEIGHT;
use crate::app::{Core, Gate};
use crate::inference::chat::{CallError, TIMED_OUT};
use crate::inference::model::{ModelEngine, Pass, ReadyCall, Spent};
use crate::inference::price::Booked;

/// How many calls of a study were made, and how many of them twice.
#[derive(Debug, Default)]
pub(super) struct Tally {
    calls: AtomicU64,
    twice: AtomicU64,
}

impl Tally {
    /// Notes a first call.
    pub(super) fn first(&self) {
        self.calls.fetch_add(1, Ordering::Relaxed);
    }

    /// Takes one second call, if the share allows it.
    fn second(&self, percent: u32) -> bool {
        let most = self.calls.load(Ordering::Relaxed) * u64::from(percent) / 100;
        let more = |twice: u64| (twice < most).then_some(twice + 1);
        self.twice.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).is_ok()
    }

    fn give_back(&self) {
        self.twice.fetch_sub(1, Ordering::Relaxed);
    }
}

/// What it takes to make a call a second time.
pub(super) struct Hedge {
    pub(super) core: Core,
    pub(super) engine: Arc<ModelEngine>,
    pub(super) number: u32,
    pub(super) cap: Option<UsdMicros>,
    pub(super) tally: Arc<Tally>,
    /// From when on a call is slow; none while too little is known.
    pub(super) slow_after: watch::Receiver<Option<Duration>>,
}

/// A call that ended, made once or twice.
pub(super) struct Called {
    pub(super) spent: Spent,
    /// What was set aside for it: its worst case, as often as it was made.
    pub(super) reserved: UsdMicros,
    pub(super) twice: bool,
}

/// Ends when a study was halted and what is under way was waited for long enough, or when the daemon waits no longer.
pub(super) async fn out_of_patience(core: Core, gate: Gate, patience: Duration) {
    let halted = async {
        gate.cancelled().await;
        tokio::time::sleep(patience).await;
    };
    tokio::select! {
        () = halted => {}
        () = core.over().cancelled() => {}
    }
}

/// Makes the call, and makes it again when it is slow and that is wanted. When `enough` ends before the reply comes, the call
/// is given up and booked at the most it can have cost.
pub(super) async fn call(
    pass: Pass,
    ready: &ReadyCall,
    hedge: Option<Hedge>,
    enough: impl Future<Output = ()>,
) -> Called {
    let once = |spent| Called { spent, reserved: ready.worst, twice: false };
    let given_up = |twice: bool| {
        let reserved = UsdMicros(ready.worst.0.saturating_mul(if twice { 2 } else { 1 }));
        let reply = Err(CallError::Network { why: TIMED_OUT });
        let booked = Booked::at_most(reserved);
        let spent = Spent { reply, input_tokens: 0, output_tokens: 0, booked };
        Called { spent, reserved, twice }
    };
    let mut enough = std::pin::pin!(enough);
    let Some(mut hedge) = hedge else {
        return tokio::select! {
            spent = pass.call(ready) => once(spent),
            () = enough => given_up(false),
        };
    };
    let mut first = std::pin::pin!(pass.call(ready));
    // Where there is no leave for a second call yet, the first is given the same time again.
    let again = loop {
        let begun = hedge.core.world().clock.monotonic();
        tokio::select! {
            spent = &mut first => return once(spent),
            () = &mut enough => return given_up(false),
            () = hedge.slow(begun) => {}
        }
        if let Some(again) = hedge.pass(ready) {
            break again;
        }
    };
    let mut second = std::pin::pin!(again.call(ready));
    let both = async {
        tokio::select! {
            spent = &mut first => better(spent, second, ready.worst).await,
            spent = &mut second => better(spent, first, ready.worst).await,
        }
    };
    let spent = tokio::select! {
        spent = both => spent,
        () = &mut enough => return given_up(true),
    };
    let reserved = UsdMicros(ready.worst.0.saturating_mul(2));
    Called { spent, reserved, twice: true }
}

/// The first reply, with the other call given up; after a failure, what the other call brings.
async fn better(ended: Spent, other: impl Future<Output = Spent>, worst: UsdMicros) -> Spent {
    if ended.reply.is_ok() {
        return Spent { booked: ended.booked.plus(Booked::at_most(worst)), ..ended };
    }
    let last = other.await;
    Spent {
        booked: ended.booked.plus(last.booked),
        input_tokens: ended.input_tokens.saturating_add(last.input_tokens),
        output_tokens: ended.output_tokens.saturating_add(last.output_tokens),
        reply: last.reply,
    }
}

impl Hedge {
    /// Waits until a call that began then is slow, by what is known meanwhile.
    async fn slow(&mut self, begun: Duration) {
        loop {
            let after = *self.slow_after.borrow_and_update();
            let changed = self.slow_after.changed();
            let Some(after) = after else {
                if changed.await.is_err() {
                    return std::future::pending().await;
                }
                continue;
            };
            let passed = self.core.world().clock.monotonic().saturating_sub(begun);
            tokio::select! {
                () = tokio::time::sleep(after.saturating_sub(passed)) => return,
                Ok(()) = changed => {}
            }
        }
    }

    /// Leave for a second call: a share, a cap and a door that allow it right now.
    fn pass(&self, ready: &ReadyCall) -> Option<Pass> {
        if !self.tally.second(self.engine.service().hedge_percent) {
            return None;
        }
        if self.core.reserve_cost(self.number, self.cap, ready.worst).is_err() {
            self.tally.give_back();
            return None;
        }
        let clock = &self.core.world().clock;
        let pass = self.engine.admit_now(clock, self.number, WEIGHT, ready);
        if pass.is_none() {
            self.core.settle_cost(self.number, ready.worst, UsdMicros::ZERO);
            self.tally.give_back();
        }
        pass
    }
}

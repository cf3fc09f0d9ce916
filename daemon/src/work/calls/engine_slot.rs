//! Engine slot: one engine of a study with its concurrency slots, the call that is ready for it, and its recent
//! latencies. It decides when its next call may go.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures::future::{BoxFuture, select_all};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::respondent_task::PreparedCall;
use crate::app::Core;
use crate::inference::model::{ModelEngine, Pass, QuestionForm};
use crate::inference::pool::Availability;
use crate::world::Clock;

/// All studies have the same weight at an engine's door (its rate limiter).
pub(super) const WEIGHT: u32 = 1;
/// From this latency on, a reply that waits for its commit does not hold back the next call: a kill can then lose at
/// most half as many calls again as may be under way. For faster services the limit holds exactly.
const SLOW: Duration = Duration::from_millis(40);
/// The extra slots, as one in so many: replies come in bursts, and one that arrives just after a commit has begun waits
/// for two commits.
const SLACK: u32 = 2;
/// The share of a call's latency, as one in so many, for which its reply may wait to be recorded together with others:
/// a burst of replies then takes a few transactions instead of a hundred, and the next calls go before the last ones
/// are recorded.
const GATHER: u32 = 8;
/// The longest that a reply waits to be recorded with others.
const GATHER_MOST: Duration = Duration::from_millis(25);
/// A halted study waits for calls under way as long as this number of calls usually takes.
const LAST_CALLS: u32 = 4;
/// Latencies to average: the most recent ones, because they describe the service at present.
const LATENCIES: usize = 100;

/// Rejections after which an engine without any reply is disabled for the study. Even where a content filter rejects
/// every second question, so many in a row occur in one of 256 studies.
const REJECTIONS_MAX: u32 = 8;

/// Permission to make a call, with its concurrency slot; or why no call of the study can ever be made.
pub(super) type SlotPermit = Result<(Pass, Option<OwnedSemaphorePermit>), String>;

/// One engine, as this study uses it.
pub(super) struct EngineSlot {
    pub(super) engine: Arc<ModelEngine>,
    /// The request form that all questions share at that engine.
    pub(super) form: QuestionForm,
    pub(super) places: Arc<CallPermits>,
    /// The next call, ready to be made.
    pub(super) next: Option<PreparedCall>,
    /// Why the engine is disabled for this study.
    pub(super) dead: Option<String>,
    /// Calls whose request was rejected.
    rejected: u32,
    latencies: Vec<Duration>,
    sum: Duration,
    seen: usize,
}

impl EngineSlot {
    pub(super) fn new(engine: Arc<ModelEngine>, form: QuestionForm) -> Self {
        let places = Arc::new(CallPermits::new(engine.bounds().concurrency));
        Self {
            engine,
            form,
            places,
            next: None,
            dead: None,
            rejected: 0,
            latencies: Vec::new(),
            sum: Duration::ZERO,
            seen: 0,
        }
    }

    /// Sets the number of slots to the owner's concurrency limit, plus a few for replies that wait for their commit.
    pub(super) fn follow_owner(&self) {
        let calls = self.engine.bounds().concurrency;
        let slow = self.usual().is_some_and(|latency| latency >= SLOW);
        self.places.resize(places_of(calls, slow));
    }

    /// How long a reply may wait to be recorded with others: not at all when a slow engine's extra slots are used up,
    /// because the next call then waits for a slot.
    pub(super) fn patience(&self) -> Duration {
        match self.usual() {
            Some(usual) if usual < SLOW || self.places.any_free() => {
                (usual / GATHER).min(GATHER_MOST)
            }
            _ => Duration::ZERO,
        }
    }

    /// Records the latency of a call that got a reply.
    pub(super) fn note(&mut self, latency: Duration) {
        if self.latencies.len() < LATENCIES {
            self.latencies.push(latency);
        } else if let Some(oldest) = self.latencies.get_mut(self.seen % LATENCIES) {
            self.sum = self.sum.saturating_sub(*oldest);
            *oldest = latency;
        }
        self.sum = self.sum.saturating_add(latency);
        self.seen += 1;
    }

    /// Counts a rejected request.
    pub(super) fn note_rejection(&mut self) {
        self.rejected = self.rejected.saturating_add(1);
    }

    /// Whether the engine rejected every call, more often than by chance. A content filter rejects some questions only,
    /// so one reply shows that the engine works.
    pub(super) fn rejects_everything(&self) -> bool {
        self.seen == 0 && self.rejected >= REJECTIONS_MAX
    }

    /// The mean latency of recent calls.
    pub(super) fn usual(&self) -> Option<Duration> {
        let count = u32::try_from(self.latencies.len()).ok().filter(|count| *count > 0)?;
        Some(self.sum / count)
    }

    /// How long a halted study waits for calls under way here: the daemon's own limit at a stop, or a multiple of the
    /// usual latency if that is longer, so that only hanging calls are given up.
    pub(super) fn last_calls_wait(&self, core: &Core) -> Duration {
        let usual = self.usual().unwrap_or_default().saturating_mul(LAST_CALLS);
        core.settings().drain.max(usual)
    }

    pub(super) fn standing(&self, now: Duration) -> Availability {
        if self.dead.is_some() { Availability::Dead } else { self.engine.standing(now) }
    }
}

/// How many calls may be under way at those engines in all.
pub(super) fn places(slots: &[EngineSlot]) -> u32 {
    let of = |slot: &EngineSlot| places_of(slot.engine.bounds().concurrency, true);
    slots.iter().map(of).fold(0, u32::saturating_add)
}

/// The number of slots for that many concurrent calls at a slow or a fast engine.
pub(super) fn places_of(calls: u32, slow: bool) -> u32 {
    if slow { calls.saturating_add(calls / SLACK) } else { calls }
}

/// Concurrency slots for calls under way. A slot is held until the outcome is durable, so that a kill loses no more
/// calls than may be under way. Their number can change while they are in use.
#[derive(Debug)]
pub(super) struct CallPermits {
    free: Arc<Semaphore>,
    size: AtomicUsize,
    /// Slots to remove as soon as they are given back.
    surplus: AtomicUsize,
}

impl CallPermits {
    pub(super) fn new(size: u32) -> Self {
        let size = bounded(size);
        Self {
            free: Arc::new(Semaphore::new(size)),
            size: AtomicUsize::new(size),
            surplus: AtomicUsize::new(0),
        }
    }

    /// Sets their number. Only the study that owns them calls this.
    pub(super) fn resize(&self, size: u32) {
        let size = bounded(size);
        let before = self.size.swap(size, Ordering::Relaxed);
        if size >= before {
            let mut more = size - before;
            let owed = self.surplus.load(Ordering::Relaxed).min(more);
            self.surplus.fetch_sub(owed, Ordering::Relaxed);
            more -= owed;
            self.free.add_permits(more);
        } else {
            let fewer = before - size;
            let gone = self.free.forget_permits(fewer);
            self.surplus.fetch_add(fewer - gone, Ordering::Relaxed);
        }
    }

    /// Whether a slot is free.
    pub(super) fn any_free(&self) -> bool {
        self.free.available_permits() > 0
    }

    /// Takes a slot if one is free.
    pub(super) fn take_now(&self) -> Option<OwnedSemaphorePermit> {
        self.pay(Arc::clone(&self.free).try_acquire_owned().ok()?)
    }

    /// Takes a slot as soon as one is free. `None` never occurs while the slots exist.
    pub(super) async fn take(&self) -> Option<OwnedSemaphorePermit> {
        loop {
            let place = Arc::clone(&self.free).acquire_owned().await.ok()?;
            if let Some(place) = self.pay(place) {
                return Some(place);
            }
        }
    }

    /// Removes a returned slot if there are too many.
    fn pay(&self, place: OwnedSemaphorePermit) -> Option<OwnedSemaphorePermit> {
        let less = |surplus: usize| surplus.checked_sub(1);
        if self.surplus.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less).is_ok() {
            place.forget();
            return None;
        }
        Some(place)
    }
}

fn bounded(size: u32) -> usize {
    usize::try_from(size).unwrap_or(usize::MAX).clamp(1, Semaphore::MAX_PERMITS)
}

/// A slot and a turn at the door for the call that is ready; never resolves when no call is ready. While the study
/// waits for one of its own slots it gives up its turn, so that other studies go ahead.
async fn turn(slot: &EngineSlot, clock: &Arc<dyn Clock>, number: u32) -> SlotPermit {
    let Some(prepared) = &slot.next else { return std::future::pending().await };
    let place = if prepared.task.place.is_some() {
        None
    } else {
        match slot.places.take_now() {
            Some(place) => Some(place),
            None => {
                slot.engine.pass(number);
                slot.places.take().await
            }
        }
    };
    let pass = slot.engine.admit(clock, number, WEIGHT, &prepared.ready).await?;
    Ok((pass, place))
}

/// The first ready call that may go or never may, with its engine; never resolves when no call is ready.
pub(super) async fn any_turn(
    slots: &[EngineSlot],
    clock: &Arc<dyn Clock>,
    number: u32,
) -> (usize, SlotPermit) {
    let mut turns: Vec<BoxFuture<'_, (usize, SlotPermit)>> = Vec::with_capacity(slots.len());
    for (index, slot) in slots.iter().enumerate() {
        if slot.next.is_some() {
            turns.push(Box::pin(async move { (index, turn(slot, clock, number).await) }));
        }
    }
    if turns.is_empty() {
        return std::future::pending().await;
    }
    select_all(turns).await.0
}

/// Waits until an owner changes the tuning of one of the engines.
pub(super) async fn any_retuned(slots: &[EngineSlot]) {
    let mut changes: Vec<BoxFuture<'_, ()>> = Vec::with_capacity(slots.len());
    for slot in slots {
        changes.push(Box::pin(slot.engine.retuned()));
    }
    select_all(changes).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn places_follow_their_number_up_and_down_while_they_are_held() {
        let places = CallPermits::new(3);
        let mut held: Vec<_> = (0..3).map(|_| places.take_now().unwrap()).collect();
        assert!(places.take_now().is_none());
        places.resize(1);
        // The first two that are given back are removed; the third is free again.
        for expected in [false, false, true] {
            drop(held.pop());
            assert_eq!(places.take_now().is_some(), expected);
        }
        places.resize(4);
        let held: Vec<_> = (0..4).filter_map(|_| places.take_now()).collect();
        assert_eq!(held.len(), 4);
        assert!(places.take_now().is_none());
        // The number falls and rises again before any slot is given back.
        places.resize(2);
        places.resize(5);
        assert!(places.take_now().is_some());
        drop(held);
        let held: Vec<_> = (0..9).filter_map(|_| places.take_now()).collect();
        assert_eq!(held.len(), 5);
    }
}

//! One engine of a study at work: the places for its calls, the call that is ready for it, and how long its calls take.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures::future::{BoxFuture, select_all};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::sitting::Prepared;
use crate::app::Core;
use crate::inference::model::{Form, ModelEngine, Pass};
use crate::inference::pool::Standing;
use crate::world::Clock;

/// All studies weigh the same at an engine's door.
pub(super) const WEIGHT: u32 = 1;
/// From this latency on, a reply that waits for its commit does not keep the next call from going: at most half as many
/// calls again as may be under way can then be lost in a kill. Quicker services are held to the number itself.
const SLOW: Duration = Duration::from_millis(40);
/// One part in so many: replies come in bursts, and one that comes just after a commit has begun waits for two of them.
const SLACK: u32 = 2;
/// The part of a call's time for which its reply may wait for others to be recorded with, one in so many: a burst of replies
/// is a few transactions then and not a hundred, and the next calls go before the last ones are written down.
const GATHER: u32 = 8;
/// No reply waits longer for others.
const GATHER_MOST: Duration = Duration::from_millis(25);
/// A halted study waits for calls under way as long as so many of them usually take.
const FAREWELL_CALLS: u32 = 4;
/// Latencies that are remembered: the last ones, whose mean says how the service is at present.
const LATENCIES: usize = 100;

/// An engine that rejected so many calls of a study and replied to none answers no more in it: even where every second
/// question offends, so many in a row come once in 256 studies.
const REJECTIONS_MAX: u32 = 8;

/// Leave to make a call, with the place that it takes; or why no call of the study ever will go.
pub(super) type Turn = Result<(Pass, Option<OwnedSemaphorePermit>), String>;

/// One engine, as this study uses it.
pub(super) struct Lane {
    pub(super) engine: Arc<ModelEngine>,
    /// What all questions share there.
    pub(super) form: Form,
    pub(super) places: Arc<Places>,
    /// The call that goes next.
    pub(super) next: Option<Prepared>,
    /// Why no call of this study goes there any more.
    pub(super) dead: Option<String>,
    /// Calls whose request was rejected.
    rejected: u32,
    latencies: Vec<Duration>,
    sum: Duration,
    seen: usize,
}

impl Lane {
    pub(super) fn new(engine: Arc<ModelEngine>, form: Form) -> Self {
        let places = Arc::new(Places::new(engine.bounds().concurrency));
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

    /// Has as many places as its owner allows calls, and a few more while replies wait for their commit.
    pub(super) fn follow_owner(&self) {
        let calls = self.engine.bounds().concurrency;
        let slow = self.usual().is_some_and(|latency| latency >= SLOW);
        self.places.resize(places_of(calls, slow));
    }

    /// How long a reply may wait for others to be recorded with: not at all where the places that slow calls may take besides
    /// are used up, because the next call waits for one.
    pub(super) fn patience(&self) -> Duration {
        match self.usual() {
            Some(usual) if usual < SLOW || self.places.any_free() => {
                (usual / GATHER).min(GATHER_MOST)
            }
            _ => Duration::ZERO,
        }
    }

    /// Notes how long a call took that got a reply.
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

    /// Notes that a call's request was rejected.
    pub(super) fn note_rejection(&mut self) {
        self.rejected = self.rejected.saturating_add(1);
    }

    /// Whether no call was accepted, of more than chance explains. A filter for content rejects some questions only, so one
    /// reply means that it is not the engine.
    pub(super) fn rejects_everything(&self) -> bool {
        self.seen == 0 && self.rejected >= REJECTIONS_MAX
    }

    /// How long a call there takes at present, on average.
    pub(super) fn usual(&self) -> Option<Duration> {
        let count = u32::try_from(self.latencies.len()).ok().filter(|count| *count > 0)?;
        Some(self.sum / count)
    }

    /// How long a halted study waits for calls that are under way here: as long as a stopping daemon, or some times what
    /// a call usually takes where that is longer, so that only what hangs is given up.
    pub(super) fn farewell(&self, core: &Core) -> Duration {
        let usual = self.usual().unwrap_or_default().saturating_mul(FAREWELL_CALLS);
        core.settings().drain.max(usual)
    }

    pub(super) fn standing(&self, now: Duration) -> Standing {
        if self.dead.is_some() { Standing::Dead } else { self.engine.standing(now) }
    }
}

/// How many calls may be under way at most at those engines.
pub(super) fn places(lanes: &[Lane]) -> u32 {
    let of = |lane: &Lane| places_of(lane.engine.bounds().concurrency, true);
    lanes.iter().map(of).fold(0, u32::saturating_add)
}

/// How many places there are where so many calls may be under way, and each takes long or not.
pub(super) fn places_of(calls: u32, slow: bool) -> u32 {
    if slow { calls.saturating_add(calls / SLACK) } else { calls }
}

/// Places for calls under way, each held until its outcome is durable, so that a kill wastes no more calls than may be
/// under way. Their number can change while they are used.
#[derive(Debug)]
pub(super) struct Places {
    free: Arc<Semaphore>,
    size: AtomicUsize,
    /// Places that are to go as soon as they are given back.
    surplus: AtomicUsize,
}

impl Places {
    pub(super) fn new(size: u32) -> Self {
        let size = bounded(size);
        Self {
            free: Arc::new(Semaphore::new(size)),
            size: AtomicUsize::new(size),
            surplus: AtomicUsize::new(0),
        }
    }

    /// Makes them that many. Only the study that owns them calls this.
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

    /// Whether one is free.
    pub(super) fn any_free(&self) -> bool {
        self.free.available_permits() > 0
    }

    /// One of them now, if one is free.
    pub(super) fn take_now(&self) -> Option<OwnedSemaphorePermit> {
        self.pay(Arc::clone(&self.free).try_acquire_owned().ok()?)
    }

    /// One of them, as soon as one is free. `None` never happens while they exist.
    pub(super) async fn take(&self) -> Option<OwnedSemaphorePermit> {
        loop {
            let place = Arc::clone(&self.free).acquire_owned().await.ok()?;
            if let Some(place) = self.pay(place) {
                return Some(place);
            }
        }
    }

    /// Takes a place out of use where there is one too many.
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

/// A place and a turn at the door for a call that is ready; without one, none ever comes. While the study waits for a
/// place of its own it wants no turn, so that others go ahead.
async fn turn(lane: &Lane, clock: &Arc<dyn Clock>, number: u32) -> Turn {
    let Some(prepared) = &lane.next else { return std::future::pending().await };
    let place = if prepared.sitting.place.is_some() {
        None
    } else {
        match lane.places.take_now() {
            Some(place) => Some(place),
            None => {
                lane.engine.pass(number);
                lane.places.take().await
            }
        }
    };
    let pass = lane.engine.admit(clock, number, WEIGHT, &prepared.ready).await?;
    Ok((pass, place))
}

/// The first of the calls that are ready which may go, or never may, and where; without one, none ever comes.
pub(super) async fn any_turn(lanes: &[Lane], clock: &Arc<dyn Clock>, number: u32) -> (usize, Turn) {
    let mut turns: Vec<BoxFuture<'_, (usize, Turn)>> = Vec::with_capacity(lanes.len());
    for (index, lane) in lanes.iter().enumerate() {
        if lane.next.is_some() {
            turns.push(Box::pin(async move { (index, turn(lane, clock, number).await) }));
        }
    }
    if turns.is_empty() {
        return std::future::pending().await;
    }
    select_all(turns).await.0
}

/// Waits until an owner changes how fast one of the engines may be asked.
pub(super) async fn any_retuned(lanes: &[Lane]) {
    let mut changes: Vec<BoxFuture<'_, ()>> = Vec::with_capacity(lanes.len());
    for lane in lanes {
        changes.push(Box::pin(lane.engine.retuned()));
    }
    select_all(changes).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn places_follow_their_number_up_and_down_while_they_are_held() {
        let places = Places::new(3);
        let mut held: Vec<_> = (0..3).map(|_| places.take_now().unwrap()).collect();
        assert!(places.take_now().is_none());
        places.resize(1);
        // Two of those given back go; the third is free again.
        for expected in [false, false, true] {
            drop(held.pop());
            assert_eq!(places.take_now().is_some(), expected);
        }
        places.resize(4);
        let held: Vec<_> = (0..4).filter_map(|_| places.take_now()).collect();
        assert_eq!(held.len(), 4);
        assert!(places.take_now().is_none());
        // Fewer and more again before anything came back.
        places.resize(2);
        places.resize(5);
        assert!(places.take_now().is_some());
        drop(held);
        let held: Vec<_> = (0..9).filter_map(|_| places.take_now()).collect();
        assert_eq!(held.len(), 5);
    }
}

//! The doors of a panel run: each engine with its concurrency slots and the call that waits there for its turn. Which call
//! waits is decided elsewhere; here it is waited for.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures::future::{BoxFuture, select_all};
use protocol::error::ApiError;
use protocol::study::StudySpec;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::machine::{EngineView, QueueEntry, SLOW, usual_gathering};
use super::unwritten;
use crate::inference::limits::Condition;
use crate::inference::model::{ModelEngine, Pass, QuestionForm, ReadyCall};
use crate::inference::pool::Availability;
use crate::world::Clock;

/// All studies have the same weight at an engine's door (its rate limiter).
pub(super) const WEIGHT: u32 = 1;
/// The extra slots, as one in so many: replies come in bursts, and one that arrives just after a commit has begun waits
/// for two commits.
const SLACK: u32 = 2;

/// Permission to make a call, with its concurrency slot; or why no call of the study can ever be made.
pub(super) type SlotPermit = Result<(Pass, Option<OwnedSemaphorePermit>), String>;

/// One engine, as this study uses it.
pub(super) struct EngineDoor {
    pub(super) engine: Arc<ModelEngine>,
    /// The request form that all questions share at that engine.
    pub(super) form: QuestionForm,
    places: CallPermits,
    /// The respondent whose call waits for its turn.
    pub(super) offered: Option<QueueEntry>,
    /// What was learnt from its first reply of this run is kept.
    pub(super) is_kept: bool,
}

impl EngineDoor {
    /// The door of that engine for a study.
    pub(super) fn new(engine: &Arc<ModelEngine>, spec: &StudySpec) -> Result<Self, ApiError> {
        let form = engine.form(spec).map_err(unwritten)?;
        let places = CallPermits::new(engine.door().bounds().concurrency);
        Ok(Self { engine: Arc::clone(engine), form, places, offered: None, is_kept: false })
    }

    /// Sets the number of slots to the owner's concurrency limit, plus a few for replies that wait for their commit.
    pub(super) fn follow_owner(&self, is_slow: bool) {
        self.places.resize(places_of(self.engine.door().bounds().concurrency, is_slow));
    }

    /// How long a reply may wait to be recorded with others: not at all when a slow engine's extra slots are used up,
    /// because the next call then waits for a slot.
    pub(super) fn patience(&self, usual: Option<Duration>) -> Duration {
        match usual {
            Some(usual) if usual < SLOW || self.places.any_free() => usual_gathering(usual),
            _ => Duration::ZERO,
        }
    }

    /// The engine as it is now; what only matters beside other engines is left out where there are none.
    pub(super) fn view(&self, now: Duration, is_alone: bool) -> EngineView {
        let door = self.engine.door();
        let (standing, given_up) = if is_alone {
            (Availability::Open, None)
        } else {
            (door.standing(now), door.given_up(now))
        };
        let condition: Condition = door.condition();
        let (concurrency, is_proven) = (door.bounds().concurrency, self.engine.is_proven());
        let is_put_off = door.is_put_off(now);
        EngineView { standing, given_up, condition, concurrency, is_proven, is_put_off }
    }
}

/// How many calls may be under way at those engines in all.
pub(super) fn places(doors: &[EngineDoor]) -> u32 {
    let of = |door: &EngineDoor| places_of(door.engine.door().bounds().concurrency, true);
    doors.iter().map(of).fold(0, u32::saturating_add)
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

/// A slot and a turn at the door for the call that is ready. While the study waits for one of its own slots it gives up
/// its turn, so that other studies go ahead.
async fn turn(
    door: &EngineDoor,
    ready: &ReadyCall,
    clock: &Arc<dyn Clock>,
    number: u32,
) -> SlotPermit {
    let place = match door.places.take_now() {
        Some(place) => Some(place),
        None => {
            door.engine.door().pass(number);
            door.places.take().await
        }
    };
    let pass = door.engine.admit(clock, number, WEIGHT, ready).await?;
    Ok((pass, place))
}

/// The first ready call that may go or never may, with its engine; never resolves when no call is ready.
pub(super) async fn any_turn<'a>(
    doors: &'a [EngineDoor],
    ready: impl Fn(QueueEntry) -> Option<&'a ReadyCall>,
    clock: &Arc<dyn Clock>,
    number: u32,
) -> (usize, SlotPermit) {
    let mut turns: Vec<BoxFuture<'_, (usize, SlotPermit)>> = Vec::with_capacity(doors.len());
    for (index, door) in doors.iter().enumerate() {
        if let Some(ready) = door.offered.and_then(&ready) {
            turns.push(Box::pin(async move { (index, turn(door, ready, clock, number).await) }));
        }
    }
    if turns.is_empty() {
        return std::future::pending().await;
    }
    select_all(turns).await.0
}

/// Waits until an owner changes the tuning of one of the engines.
pub(super) async fn any_retuned(doors: &[EngineDoor]) {
    let mut changes: Vec<BoxFuture<'_, ()>> = Vec::with_capacity(doors.len());
    for door in doors {
        changes.push(Box::pin(door.engine.door().retuned()));
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

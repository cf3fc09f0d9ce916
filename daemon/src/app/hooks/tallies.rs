//! What the list of endpoints tells of their deliveries: those of the last day, and the last attempt. It is counted from the
//! log and kept in memory, since clients ask for it every few seconds: it is counted again once something changed, and
//! never so often that counting takes a noticeable part of the time.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use protocol::hook::{Attempt, DeliveryState};
use serde::Deserialize;
use uuid::Uuid;

use crate::app::Core;
use crate::store::rows::DeliveryRow;
use crate::store::{Fault, Reader};

/// Most deliveries that are counted.
const COUNTED_MAX: u64 = 20_000;
/// Counts are as old as this at most: what happened leaves the last day also while nothing else happens.
const AGE_MAX: Duration = Duration::from_mins(1);
/// Nothing is counted again before this many times as long has passed as counting took.
const PAUSE: u32 = 20;

/// What is counted of an endpoint.
#[derive(Clone, Debug, Default)]
pub(super) struct EndpointCounts {
    pub(super) pending: u32,
    pub(super) last_day: (u32, u32),
    pub(super) last: Option<Attempt>,
}

/// The counts of all endpoints.
#[derive(Debug, Default)]
pub(in crate::app) struct Tallies {
    /// How often the log changed.
    changes: AtomicU64,
    counted: Mutex<Option<LogCount>>,
}

#[derive(Debug)]
struct LogCount {
    changes: u64,
    at: Duration,
    took: Duration,
    counts: BTreeMap<Uuid, EndpointCounts>,
}

/// What is counted of a delivery.
#[derive(Deserialize)]
struct EndedDelivery {
    state: DeliveryState,
    #[serde(default)]
    ended_at: Option<Timestamp>,
    #[serde(default)]
    attempts: Vec<Attempt>,
}

impl Tallies {
    /// The log of deliveries is another one than it was.
    pub(super) fn changed(&self) {
        self.changes.fetch_add(1, Ordering::SeqCst);
    }

    /// The counts, without what is pending.
    pub(super) fn counts(
        &self,
        core: &Core,
        reader: &Reader<'_>,
        now: Timestamp,
    ) -> Result<BTreeMap<Uuid, EndpointCounts>, Fault> {
        let clock = &core.world().clock;
        let mut kept = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        let (changes, at) = (self.changes.load(Ordering::SeqCst), clock.monotonic());
        if let Some(known) = kept.as_ref() {
            let age = at.saturating_sub(known.at);
            let is_right = known.changes == changes && age < AGE_MAX;
            if is_right || age < known.took.saturating_mul(PAUSE) {
                return Ok(known.counts.clone());
            }
        }
        let counts = count(reader, now)?;
        let took = clock.monotonic().saturating_sub(at);
        *kept = Some(LogCount { changes, at, took, counts: counts.clone() });
        Ok(counts)
    }
}

fn count(reader: &Reader<'_>, now: Timestamp) -> Result<BTreeMap<Uuid, EndpointCounts>, Fault> {
    let mut counts: BTreeMap<Uuid, EndpointCounts> = BTreeMap::new();
    let since = now.checked_sub(SignedDuration::from_hours(24)).unwrap_or(Timestamp::MIN);
    let mut seen = 0_u64;
    reader.newest_parts::<DeliveryRow, EndedDelivery>(|(_, id), row| {
        seen = seen.saturating_add(1);
        let count = counts.entry(id).or_default();
        if row.ended_at.is_some_and(|at| at >= since) {
            let (taken, dead) = &mut count.last_day;
            match row.state {
                DeliveryState::Delivered => *taken = taken.saturating_add(1),
                DeliveryState::Dead => *dead = dead.saturating_add(1),
                DeliveryState::Pending => {}
            }
        }
        if let Some(attempt) = row.attempts.into_iter().next_back()
            && count.last.as_ref().is_none_or(|last| last.at < attempt.at)
        {
            count.last = Some(attempt);
        }
        let is_over = seen >= COUNTED_MAX;
        Ok(if is_over { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    })?;
    Ok(counts)
}

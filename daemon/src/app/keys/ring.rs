//! The keys in force, in memory: every request looks one up, and none of them may cost a look at the store. Read when the
//! store is opened, and changed after each transaction that changes a key.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use jiff::Timestamp;
use protocol::key::{KeyId, KeyScope};
use tokio::sync::{Mutex as AsyncMutex, MutexGuard};
use tokio_util::sync::CancellationToken;

use crate::domain::key::{KeyHash, Secret};
use crate::store::rows::KeyRow;
use crate::store::{Fault, Order, Reader};

/// A key in force.
#[derive(Debug)]
pub(crate) struct ActiveKey {
    /// Its id.
    pub(crate) id: KeyId,
    /// What it may do.
    pub(crate) scope: KeyScope,
    /// The engine that answers its studies.
    pub(crate) engine: Option<String>,
    /// Whether webhooks of its studies may go to this machine and to private networks.
    pub(crate) allow_private: bool,
    /// Cancelled when it is revoked or replaced: whoever is still served with it is cut off.
    pub(crate) ended: CancellationToken,
    hash: KeyHash,
    pace: Option<KeyPace>,
    /// Seconds since 1970 of the last use; smallest where there was none.
    used: AtomicI64,
    /// The same, as far as it was written down.
    noted: AtomicI64,
}

/// How quickly requests may follow one another.
#[derive(Debug)]
struct KeyPace {
    /// Time that one request takes of the allowance.
    each: Duration,
    /// What may be saved up.
    burst: Duration,
    /// When the allowance is whole again.
    whole_at: Mutex<Duration>,
}

impl KeyPace {
    fn per_minute(requests: u32) -> Self {
        let minute = Duration::from_secs(60);
        let each = minute.checked_div(requests).unwrap_or(minute);
        // Whoever sent nothing for a minute has the requests of a minute.
        let burst = each.saturating_mul(requests);
        Self { each, burst, whole_at: Mutex::default() }
    }

    /// Takes one request of the allowance; or says how long to wait.
    fn take(&self, now: Duration) -> Result<(), Duration> {
        let mut whole_at = self.whole_at.lock().unwrap_or_else(PoisonError::into_inner);
        let next = whole_at.max(now) + self.each;
        match next.saturating_sub(now).checked_sub(self.burst) {
            Some(late) if !late.is_zero() => Err(late),
            _ => {
                *whole_at = next;
                Ok(())
            }
        }
    }
}

impl ActiveKey {
    fn new(number: u32, row: &KeyRow) -> Option<Self> {
        let used = row.used_at.map_or(i64::MIN, Timestamp::as_second);
        Some(Self {
            id: KeyId(number),
            scope: row.made.scope,
            engine: row.made.engine.clone(),
            allow_private: row.made.allow_private,
            ended: CancellationToken::new(),
            hash: KeyHash::from_hex(&row.hash)?,
            pace: row.made.caps.requests_per_minute.map(KeyPace::per_minute),
            used: AtomicI64::new(used),
            noted: AtomicI64::new(used),
        })
    }

    /// Takes one request of its pace; or says how long to wait.
    pub(in crate::app) fn take_turn(&self, now: Duration) -> Result<(), Duration> {
        self.pace.as_ref().map_or(Ok(()), |pace| pace.take(now))
    }

    /// Notes a use; says whether it is time to write that down.
    pub(in crate::app) fn note_use(&self, now: Timestamp, every: Duration) -> bool {
        let now = now.as_second();
        self.used.fetch_max(now, Ordering::Relaxed);
        let noted = self.noted.load(Ordering::Relaxed);
        let is_due = now.saturating_sub(noted).unsigned_abs() >= every.as_secs();
        // Of several at the same time one writes.
        is_due
            && self.noted.compare_exchange(noted, now, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }

    /// When it was used last.
    pub(in crate::app) fn used_at(&self) -> Option<Timestamp> {
        Timestamp::from_second(self.used.load(Ordering::Relaxed)).ok()
    }
}

/// All keys in force.
#[derive(Debug, Default)]
pub(in crate::app) struct KeyRing {
    known: RwLock<KnownKeys>,
    /// Held from before a key is changed in the store until what the store says then is in force.
    change: AsyncMutex<()>,
}

/// The same keys, by what they are looked up by.
#[derive(Debug, Default)]
struct KnownKeys {
    by_place: HashMap<u64, Vec<Arc<ActiveKey>>>,
    by_number: HashMap<u32, Arc<ActiveKey>>,
}

impl KnownKeys {
    /// Takes a key out of force.
    fn end(&mut self, number: u32) {
        let Some(key) = self.by_number.remove(&number) else { return };
        key.ended.cancel();
        if let Entry::Occupied(mut near) = self.by_place.entry(key.hash.place()) {
            near.get_mut().retain(|other| !Arc::ptr_eq(other, &key));
            if near.get().is_empty() {
                near.remove();
            }
        }
    }
}

impl KeyRing {
    /// Those of a store.
    pub(in crate::app) fn read(reader: &Reader<'_>) -> Result<Self, Fault> {
        let ring = Self::default();
        reader.all::<KeyRow>(Order::Rising, |number, row| {
            ring.put(number, &row);
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(ring)
    }

    /// The turn to change a key: others wait until this is dropped.
    pub(in crate::app) async fn turn(&self) -> MutexGuard<'_, ()> {
        self.change.lock().await
    }

    /// Takes over what the row of a key says now: the key before it is no longer in force.
    pub(in crate::app) fn put(&self, number: u32, row: &KeyRow) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        let now = ActiveKey::new(number, row).filter(|_| row.revoked_at.is_none());
        // One that is in force already keeps its pace and the streams that are served with it.
        let before = known.by_number.get(&number);
        if let (Some(before), Some(now)) = (before, &now)
            && before.hash.is(now.hash)
        {
            return;
        }
        known.end(number);
        if let Some(key) = now {
            let key = Arc::new(key);
            known.by_place.entry(key.hash.place()).or_default().push(Arc::clone(&key));
            known.by_number.insert(number, key);
        }
    }

    /// Takes a key out of force whose row cannot be read.
    pub(in crate::app) fn suspend(&self, number: u32) {
        self.known.write().unwrap_or_else(PoisonError::into_inner).end(number);
    }

    /// The key in force that was shown.
    pub(in crate::app) fn find(&self, shown: &Secret) -> Option<Arc<ActiveKey>> {
        let hash = shown.hash();
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let near = known.by_place.get(&hash.place())?;
        // All of them are compared, so that the time says nothing.
        near.iter().fold(
            None,
            |found, key| {
                if key.hash.is(hash) { Some(Arc::clone(key)) } else { found }
            },
        )
    }

    /// The key in force with that number.
    pub(in crate::app) fn of(&self, number: u32) -> Option<Arc<ActiveKey>> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.by_number.get(&number).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pace_lets_the_requests_of_a_minute_through_at_once_and_then_its_rate() {
        for rate in [1_u32, 5, 60, 7, 1_000_000] {
            let pace = KeyPace::per_minute(rate);
            let each = Duration::from_secs(60) / rate;
            let start = Duration::from_secs(100);
            let at_once = (0..=rate).filter(|_| pace.take(start).is_ok()).count();
            assert_eq!(at_once, usize::try_from(rate).unwrap(), "{rate} a minute");
            let wait = pace.take(start).unwrap_err();
            assert_eq!(wait, each, "{rate} a minute");
            let sooner = (start + wait).saturating_sub(Duration::from_nanos(1));
            assert!(pace.take(sooner).is_err());
            assert_eq!(pace.take(start + wait), Ok(()), "no sooner, and no later");
            assert!(pace.take(start + wait).is_err());
            let later = start + Duration::from_secs(10_000);
            let at_once = (0..=rate).filter(|_| pace.take(later).is_ok()).count();
            assert_eq!(at_once, usize::try_from(rate).unwrap(), "no more is saved up");
        }
    }

    fn row(hash: KeyHash) -> KeyRow {
        let made = protocol::key::NewKey {
            dialect: protocol::key::Dialect::Demoscope,
            scope: KeyScope::Read,
            name: None,
            engine: None,
            caps: protocol::key::KeyCaps::default(),
            allow_private: false,
        };
        serde_json::from_value(serde_json::json!({
            "made": made,
            "hash": hash.to_hex(),
            "begins": "ds_",
            "created_at": Timestamp::UNIX_EPOCH,
        }))
        .unwrap()
    }

    #[test]
    fn keys_that_are_looked_up_at_one_place_are_told_apart_and_end_alone() {
        let secret = |number| {
            let id = uuid::Uuid::from_u128(number);
            Secret::draw(protocol::key::Dialect::Demoscope, [id, id])
        };
        let (one, other) = (secret(1), secret(2));
        // Its place is the first eight bytes of a hash.
        let mut near = one.hash().to_hex();
        near.replace_range(16.., &"0".repeat(48));
        let ring = KeyRing::default();
        ring.put(1, &row(one.hash()));
        ring.put(2, &row(KeyHash::from_hex(&near).unwrap()));
        ring.put(3, &row(other.hash()));
        assert_eq!(ring.find(&one).unwrap().id, KeyId(1));
        ring.suspend(2);
        assert_eq!(ring.find(&one).unwrap().id, KeyId(1), "its neighbour ended alone");
        ring.put(2, &row(KeyHash::from_hex(&near).unwrap()));
        ring.put(1, &KeyRow { revoked_at: Some(Timestamp::UNIX_EPOCH), ..row(one.hash()) });
        assert!(ring.find(&one).is_none() && ring.of(1).is_none());
        assert_eq!(ring.of(2).unwrap().id, KeyId(2), "its neighbour stays");
        ring.put(3, &row(one.hash()));
        assert!(ring.find(&other).is_none(), "it was replaced");
        assert_eq!(ring.find(&one).unwrap().id, KeyId(3));
        ring.suspend(3);
        assert!(ring.find(&one).is_none());
    }
}

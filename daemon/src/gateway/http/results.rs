//! What the doors told of ended studies, kept in memory: clients that poll read it again and again, and the same study always
//! has the same bytes. What was not read for longest makes room.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Bytes;
use jiff::Timestamp;
use protocol::event::Cursor;
use protocol::id::StudyId;
use protocol::key::KeyId;
use serde_json::value::RawValue;

/// Most bytes of one text that is kept.
const BYTES_EACH: usize = 4 * 1024 * 1024;

/// Most bytes of all.
const BYTES_ALL: usize = 32 * 1024 * 1024;

/// Bytes that an entry takes beside its text.
const BYTES_AROUND: usize = 256;

/// Whose result it is: the door, the study, and when that ended. A study that is taken up again ends at another time.
pub(crate) type ResultKey = (&'static str, StudyId, Timestamp);

/// Whom a door told of a study: the key that is let in.
pub(crate) type ReplyKey = (&'static str, StudyId, KeyId);

/// What was told lately.
#[derive(Debug, Default)]
pub(crate) struct ToldResults {
    results: Mutex<RecentlyRead<ResultKey, Arc<RawValue>>>,
    replies: Mutex<RecentlyRead<ReplyKey, (Cursor, Bytes)>>,
}

impl ToldResults {
    /// The result, if it is kept.
    pub(crate) fn get(&self, key: &ResultKey) -> Option<Arc<RawValue>> {
        self.results.lock().unwrap_or_else(PoisonError::into_inner).get(key)
    }

    /// Keeps a result.
    pub(crate) fn put(&self, key: ResultKey, result: &Arc<RawValue>) {
        let bytes = result.get().len();
        let mut results = self.results.lock().unwrap_or_else(PoisonError::into_inner);
        results.put(key, Arc::clone(result), bytes, BYTES_ALL / 2);
    }

    /// What a key was told of a study that had ended, if nothing whatever has happened since: the feed of events has not moved
    /// on.
    pub(crate) fn reply(&self, key: &ReplyKey, head: Cursor) -> Option<Bytes> {
        let told = self.replies.lock().unwrap_or_else(PoisonError::into_inner).get(key);
        told.filter(|(then, _)| *then == head).map(|(_, bytes)| bytes)
    }

    /// Keeps what a key was told of a study that has ended. `head` is where the feed of events was before the study was looked
    /// at.
    pub(crate) fn put_reply(&self, key: ReplyKey, head: Cursor, told: &Bytes) {
        let bytes = told.len();
        let mut replies = self.replies.lock().unwrap_or_else(PoisonError::into_inner);
        replies.put(key, (head, told.clone()), bytes, BYTES_ALL / 2);
    }
}

/// Values by key, with their sizes, in the order in which they were read.
#[derive(Debug)]
struct RecentlyRead<K, V> {
    values: HashMap<K, KeptValue<V>>,
    /// Turn of the last reading → key.
    order: BTreeMap<u64, K>,
    turn: u64,
    bytes: usize,
}

#[derive(Debug)]
struct KeptValue<V> {
    value: V,
    bytes: usize,
    turn: u64,
}

impl<K, V> Default for RecentlyRead<K, V> {
    fn default() -> Self {
        Self { values: HashMap::new(), order: BTreeMap::new(), turn: 0, bytes: 0 }
    }
}

impl<K: Copy + Eq + std::hash::Hash, V: Clone> RecentlyRead<K, V> {
    fn get(&mut self, key: &K) -> Option<V> {
        let kept = self.values.get_mut(key)?;
        self.order.remove(&kept.turn);
        self.turn = self.turn.wrapping_add(1);
        kept.turn = self.turn;
        self.order.insert(self.turn, *key);
        Some(kept.value.clone())
    }

    fn put(&mut self, key: K, value: V, bytes: usize, most: usize) {
        self.remove(&key);
        if bytes > BYTES_EACH {
            return;
        }
        let bytes = bytes.saturating_add(BYTES_AROUND);
        self.turn = self.turn.wrapping_add(1);
        self.order.insert(self.turn, key);
        self.values.insert(key, KeptValue { value, bytes, turn: self.turn });
        self.bytes = self.bytes.saturating_add(bytes);
        while self.bytes > most
            && let Some((_, oldest)) = self.order.first_key_value()
        {
            let oldest = *oldest;
            self.remove(&oldest);
        }
    }

    fn remove(&mut self, key: &K) {
        if let Some(kept) = self.values.remove(key) {
            self.order.remove(&kept.turn);
            self.bytes = self.bytes.saturating_sub(kept.bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn study(number: u128) -> StudyId {
        StudyId(uuid::Uuid::from_u128(number))
    }

    #[test]
    fn what_was_not_read_for_longest_makes_room_and_the_large_is_not_kept() {
        let results = ToldResults::default();
        let key = |number: u128| ("door", study(number), Timestamp::UNIX_EPOCH);
        let of = |bytes: usize| {
            let text = format!("\"{}\"", "a".repeat(bytes));
            Arc::from(RawValue::from_string(text).unwrap())
        };
        let each = 3 * 1024 * 1024;
        for number in 0..5 {
            results.put(key(number), &of(each));
        }
        assert!(results.get(&key(0)).is_some(), "all of them fit");
        results.put(key(5), &of(each));
        assert!(results.get(&key(1)).is_none(), "it was read least lately");
        assert!([0, 2, 3, 4, 5].iter().all(|number| results.get(&key(*number)).is_some()));
        results.put(key(2), &of(BYTES_EACH));
        assert!(results.get(&key(2)).is_none(), "it is too large, and the one before is gone");
        let (door, study, _) = key(5);
        assert!(results.get(&(door, study, Timestamp::MAX)).is_none(), "it ended again");
        let kept = results.results.lock().unwrap();
        let sum: usize = kept.values.values().map(|kept| kept.bytes).sum();
        assert_eq!((sum, kept.values.len()), (kept.bytes, kept.order.len()));
    }

    #[test]
    fn a_reply_is_told_again_only_to_its_key_and_while_nothing_happens() {
        let results = ToldResults::default();
        let (key, told) = (("door", study(1), KeyId(1)), Bytes::from_static(b"{}"));
        results.put_reply(key, Cursor(7), &told);
        assert_eq!(results.reply(&key, Cursor(7)), Some(told));
        assert_eq!(results.reply(&key, Cursor(8)), None, "something happened");
        assert_eq!(results.reply(&("door", study(1), KeyId(2)), Cursor(7)), None);
    }
}

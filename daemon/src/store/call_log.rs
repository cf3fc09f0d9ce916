//! The calls that are under way, in a small file beside the database: a write of 16 bytes before each call that may cost
//! something, and after it. It is not synced, so a killed daemon leaves exactly what was sent and not settled, at no cost of
//! time; after a crash of the machine, which may have lost the latest writes, it is not believed, and the durable note of
//! how many calls there may be (`CallsUnderWay`) counts instead.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::storage::beside;

/// Bytes of a slot, and of the header: which start of the machine the file is of.
const SLOT: usize = 16;
const HEADER: usize = 4 * SLOT;
/// What names a start of the machine; there is none on every system.
const BOOT: &str = "/proc/sys/kernel/random/boot_id";

/// What a slot holds, in the lowest bits of its kind; above them, beside what was spent, the calls booked at an upper bound.
const FREE: u32 = 0;
const CALL: u32 = 1;
const SPENT: u32 = 2;
const CALL_LIKE_OTHERS: u32 = 3;
const KIND_BITS: u32 = 2;

/// A call that was noted, until it is settled.
#[derive(Debug)]
#[must_use = "it counts as under way until it is over"]
pub(crate) struct SentCall(usize);

/// What the amount of a call under way is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotedAmount {
    /// The most that it can cost.
    Worst,
    /// What such calls were seen to cost.
    Seen,
}

/// What a killed daemon left of a study.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct LeftCalls {
    /// Calls that were sent and not settled: at their worst case, and at what others were seen to cost; and the sum of all.
    pub(crate) at_worst: u32,
    pub(crate) like_others: u32,
    pub(crate) amount: i64,
    /// What the study had cost by then, and how many calls of that were booked at an upper bound.
    pub(crate) spent: i64,
    pub(crate) at_most: u32,
}

/// The file, with what is in its slots.
#[derive(Debug, Default)]
pub(crate) struct CallLog {
    file: Option<File>,
    slots: Mutex<Vec<(u32, u32, i64)>>,
    left: Mutex<BTreeMap<u32, LeftCalls>>,
}

impl CallLog {
    /// The file beside that database. Without one, or where it cannot be written, nothing is noted.
    pub(crate) fn open(database: Option<&Path>) -> Self {
        let boot = std::fs::read_to_string(BOOT).unwrap_or_default();
        let Some(path) = database.filter(|_| !boot.is_empty()).map(|path| beside(path, ".calls"))
        else {
            return Self::default();
        };
        Self::at(&path, boot.trim()).unwrap_or_else(|error| {
            tracing::warn!(%error, "calls under way cannot be noted one by one");
            Self::default()
        })
    }

    fn at(path: &Path, boot: &str) -> std::io::Result<Self> {
        let mut options = OpenOptions::new();
        let options = options.read(true).write(true).create(true).truncate(false).mode(0o600);
        let file = options.open(path)?;
        let mut header = [0_u8; HEADER];
        for (to, from) in header.iter_mut().zip(boot.bytes()) {
            *to = from;
        }
        let length = usize::try_from(file.metadata()?.len()).unwrap_or(0);
        let mut bytes = vec![0_u8; length];
        file.read_exact_at(&mut bytes, 0)?;
        if !bytes.starts_with(&header) {
            file.set_len(0)?;
            file.write_all_at(&header, 0)?;
            bytes.clear();
        }
        let (parts, _) = bytes.get(HEADER..).unwrap_or_default().as_chunks::<SLOT>();
        let slots: Vec<_> = parts.iter().map(read).collect();
        let mut left: BTreeMap<u32, LeftCalls> = BTreeMap::new();
        // Only of a study whose cost was noted is it known that there were no other calls.
        for (number, kind, amount) in &slots {
            if kind_of(*kind) == SPENT {
                let study = left.entry(*number).or_default();
                (study.spent, study.at_most) = (*amount, *kind >> KIND_BITS);
            }
        }
        for (number, kind, amount) in &slots {
            let Some(study) = left.get_mut(number) else { continue };
            let counted = match *kind {
                CALL => &mut study.at_worst,
                CALL_LIKE_OTHERS => &mut study.like_others,
                _ => continue,
            };
            *counted = counted.saturating_add(1);
            study.amount = study.amount.saturating_add(*amount);
        }
        Ok(Self { file: Some(file), slots: Mutex::new(slots), left: Mutex::new(left) })
    }

    /// What a killed daemon left of that study; `None` where it is not known.
    pub(crate) fn left(&self, number: u32) -> Option<LeftCalls> {
        self.left.lock().unwrap_or_else(PoisonError::into_inner).get(&number).copied()
    }

    /// What was left is booked, as far as anything was to be booked.
    pub(crate) fn close_left(&self) {
        let left = std::mem::take(&mut *self.left.lock().unwrap_or_else(PoisonError::into_inner));
        for number in left.into_keys() {
            self.close(number);
        }
    }

    /// A study may make calls from now on, and has cost that much so far, with so many calls at an upper bound.
    pub(crate) fn spent(&self, number: u32, spent: i64, at_most: u32) {
        let mut slots = self.slots();
        let is_it = |slot: &(u32, u32, i64)| slot.0 == number && kind_of(slot.1) == SPENT;
        let place = slots.iter().position(is_it);
        let kind = SPENT | at_most.min(u32::MAX >> KIND_BITS) << KIND_BITS;
        self.put(&mut slots, place, (number, kind, spent));
    }

    /// A call of that study goes that is booked at so much if nothing more is heard of it.
    pub(crate) fn sent(&self, number: u32, amount: i64, basis: NotedAmount) -> SentCall {
        let kind = match basis {
            NotedAmount::Worst => CALL,
            NotedAmount::Seen => CALL_LIKE_OTHERS,
        };
        let mut slots = self.slots();
        SentCall(self.put(&mut slots, None, (number, kind, amount)))
    }

    /// It is settled.
    #[expect(clippy::needless_pass_by_value, reason = "it is over once")]
    pub(crate) fn over(&self, call: SentCall) {
        let mut slots = self.slots();
        self.put(&mut slots, Some(call.0), (0, FREE, 0));
    }

    /// A study makes no calls any more, and what it cost is booked.
    pub(crate) fn close(&self, number: u32) {
        self.left.lock().unwrap_or_else(PoisonError::into_inner).remove(&number);
        let mut slots = self.slots();
        // The calls first: without them what it has cost says that there are none.
        for kind in [CALL, CALL_LIKE_OTHERS, SPENT] {
            let of_kind =
                |(_, slot): &(usize, &(u32, u32, i64))| (slot.0, kind_of(slot.1)) == (number, kind);
            let its: Vec<usize> =
                slots.iter().enumerate().filter(of_kind).map(|(place, _)| place).collect();
            for place in its {
                self.put(&mut slots, Some(place), (0, FREE, 0));
            }
        }
    }

    fn put(
        &self,
        slots: &mut Vec<(u32, u32, i64)>,
        place: Option<usize>,
        slot: (u32, u32, i64),
    ) -> usize {
        let Some(file) = &self.file else { return 0 };
        let free = || slots.iter().position(|(_, kind, _)| *kind == FREE);
        let place = place.or_else(free).unwrap_or(slots.len());
        if place >= slots.len() {
            slots.resize(place.saturating_add(1), (0, FREE, 0));
        }
        if let Some(known) = slots.get_mut(place) {
            *known = slot;
        }
        let at = u64::try_from(HEADER.saturating_add(place.saturating_mul(SLOT))).unwrap_or(0);
        // A disk that takes no writes is told of by the store; the durable note counts then.
        if let Err(error) = file.write_all_at(&written(slot), at) {
            tracing::warn!(%error, "a call under way cannot be noted");
        }
        place
    }

    fn slots(&self) -> MutexGuard<'_, Vec<(u32, u32, i64)>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

const fn kind_of(kind: u32) -> u32 {
    kind & ((1 << KIND_BITS) - 1)
}

fn read(bytes: &[u8; SLOT]) -> (u32, u32, i64) {
    let [a, b, c, d, e, f, g, h, amount @ ..] = *bytes;
    let (number, kind) = (u32::from_le_bytes([a, b, c, d]), u32::from_le_bytes([e, f, g, h]));
    (number, kind, i64::from_le_bytes(amount))
}

fn written((number, kind, amount): (u32, u32, i64)) -> [u8; SLOT] {
    let mut bytes = [0_u8; SLOT];
    let parts = number.to_le_bytes().into_iter().chain(kind.to_le_bytes());
    for (to, from) in bytes.iter_mut().zip(parts.chain(amount.to_le_bytes())) {
        *to = from;
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_killed_daemon_leaves_exactly_what_was_sent_and_not_settled() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("calls");
        let log = CallLog::at(&path, "boot-1").unwrap();
        log.spent(7, 0, 0);
        log.spent(8, 50, 0);
        let calls: Vec<SentCall> =
            [30, 40, 50].map(|worst| log.sent(7, worst, NotedAmount::Worst)).into();
        let mut calls = calls.into_iter();
        log.spent(7, 12, 5);
        log.over(calls.next().unwrap());
        // A slot is used again.
        let _last = log.sent(7, 60, NotedAmount::Seen);
        assert_eq!(std::fs::metadata(&path).unwrap().len(), 64 + 5 * 16);
        for _ in 0..2 {
            let after = CallLog::at(&path, "boot-1").unwrap();
            let left =
                LeftCalls { at_worst: 2, like_others: 1, amount: 150, spent: 12, at_most: 5 };
            assert_eq!(after.left(7), Some(left), "until it is booked");
            assert_eq!(after.left(8), Some(LeftCalls { spent: 50, ..LeftCalls::default() }));
            assert_eq!(after.left(9), None, "nothing is known of it");
        }
        let after = CallLog::at(&path, "boot-1").unwrap();
        after.close(7);
        assert_eq!(after.left(7), None, "it is booked");
        assert_eq!(CallLog::at(&path, "boot-1").unwrap().left(7), None);
        assert!(CallLog::at(&path, "boot-1").unwrap().left(8).is_some());
        CallLog::at(&path, "boot-1").unwrap().close_left();
        assert_eq!(CallLog::at(&path, "boot-1").unwrap().left(8), None);
        let last = CallLog::at(&path, "boot-1").unwrap();
        last.spent(8, 50, 0);
        assert!(CallLog::at(&path, "boot-1").unwrap().left(8).is_some());
        // After a crash of the machine it may lack what was written last.
        assert_eq!(CallLog::at(&path, "boot-2").unwrap().left(8), None);
    }

    #[test]
    fn without_a_file_nothing_is_noted_and_nothing_known() {
        let log = CallLog::default();
        log.spent(7, 5, 0);
        log.over(log.sent(7, 5, NotedAmount::Worst));
        log.close(7);
        assert_eq!(log.left(7), None);
    }
}

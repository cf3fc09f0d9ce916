//! A file with changes kept in memory: what was not closed cleanly can be repaired and looked at here without a byte of
//! it being touched. Used for one look at a file's format, so the changes are few.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use redb::StorageBackend;

/// Bytes that are copied together when one of them changes.
const PAGE: u64 = 4_096;
const PAGE_BYTES: usize = 4_096;

/// The file below and the changes above it.
#[derive(Debug)]
pub(super) struct Overlay {
    file: File,
    changes: Mutex<Changes>,
}

#[derive(Debug)]
struct Changes {
    len: u64,
    /// Bytes of the file below that still count: a file that was cut and grew again reads as zeros there.
    below: u64,
    pages: BTreeMap<u64, [u8; PAGE_BYTES]>,
}

impl Overlay {
    /// Opens a file for reading only.
    pub(super) fn over(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let len = file.metadata()?.len();
        Ok(Self { file, changes: Mutex::new(Changes { len, below: len, pages: BTreeMap::new() }) })
    }

    fn changes(&self) -> MutexGuard<'_, Changes> {
        self.changes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn page(&self, changes: &Changes, page: u64) -> io::Result<[u8; PAGE_BYTES]> {
        if let Some(changed) = changes.pages.get(&page) {
            return Ok(*changed);
        }
        let mut bytes = [0; PAGE_BYTES];
        let start = page * PAGE;
        let there = changes.below.saturating_sub(start).min(PAGE);
        let there = usize::try_from(there).unwrap_or(PAGE_BYTES);
        if let Some(part) = bytes.get_mut(..there) {
            self.file.read_exact_at(part, start)?;
        }
        Ok(bytes)
    }
}

/// Goes through the pages that a range touches: page, first byte in it, bytes of it.
fn pieces(offset: u64, len: usize) -> impl Iterator<Item = (u64, usize, usize)> {
    let mut at = offset;
    let mut left = len;
    std::iter::from_fn(move || {
        if left == 0 {
            return None;
        }
        let first = usize::try_from(at % PAGE).unwrap_or(0);
        let count = left.min(PAGE_BYTES - first);
        let piece = (at / PAGE, first, count);
        at += u64::try_from(count).unwrap_or(0);
        left -= count;
        Some(piece)
    })
}

fn outside() -> io::Error {
    io::Error::new(io::ErrorKind::UnexpectedEof, "beyond the end of the file")
}

fn ends_within(offset: u64, bytes: usize, len: u64) -> bool {
    u64::try_from(bytes)
        .ok()
        .and_then(|bytes| offset.checked_add(bytes))
        .is_some_and(|end| end <= len)
}

impl StorageBackend for Overlay {
    fn len(&self) -> io::Result<u64> {
        Ok(self.changes().len)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let changes = self.changes();
        if !ends_within(offset, out.len(), changes.len) {
            return Err(outside());
        }
        let mut rest = out;
        for (page, first, count) in pieces(offset, rest.len()) {
            let bytes = self.page(&changes, page)?;
            let from = bytes.get(first..first + count).ok_or_else(outside)?;
            let (part, after) = rest.split_at_mut_checked(count).ok_or_else(outside)?;
            part.copy_from_slice(from);
            rest = after;
        }
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let mut changes = self.changes();
        changes.below = changes.below.min(len);
        changes.len = len;
        changes.pages.retain(|page, _| page * PAGE < len);
        if let Some(mut last) = changes.pages.last_entry() {
            let kept = usize::try_from(len.saturating_sub(last.key() * PAGE)).unwrap_or(PAGE_BYTES);
            if let Some(cut) = last.get_mut().get_mut(kept..) {
                cut.fill(0);
            }
        }
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let mut changes = self.changes();
        if !ends_within(offset, data.len(), changes.len) {
            return Err(outside());
        }
        let mut rest = data;
        for (page, first, count) in pieces(offset, data.len()) {
            let mut bytes = self.page(&changes, page)?;
            let (part, after) = rest.split_at_checked(count).ok_or_else(outside)?;
            bytes.get_mut(first..first + count).ok_or_else(outside)?.copy_from_slice(part);
            changes.pages.insert(page, bytes);
            rest = after;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use proptest::prelude::*;
    use redb::StorageBackend;

    use super::Overlay;

    #[derive(Clone, Debug)]
    enum Step {
        Write(u16, Vec<u8>),
        Resize(u16),
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let step = prop_oneof![
            (0..20_000_u16, prop::collection::vec(any::<u8>(), 0..9_000))
                .prop_map(|(at, data)| Step::Write(at, data)),
            (0..20_000_u16).prop_map(Step::Resize),
        ];
        prop::collection::vec(step, 0..12)
    }

    proptest! {
        #[test]
        fn it_reads_as_a_file_with_the_same_changes_and_leaves_its_own_alone(
            original in prop::collection::vec(any::<u8>(), 0..18_000),
            steps in steps(),
        ) {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("below");
            fs::write(&path, &original).unwrap();
            let overlay = Overlay::over(&path).unwrap();
            let mut model = original.clone();
            for step in steps {
                match step {
                    Step::Resize(len) => {
                        overlay.set_len(u64::from(len)).unwrap();
                        model.resize(usize::from(len), 0);
                    }
                    Step::Write(at, data) => {
                        let written = overlay.write(u64::from(at), &data);
                        match model.get_mut(usize::from(at)..usize::from(at) + data.len()) {
                            Some(part) => {
                                written.unwrap();
                                part.copy_from_slice(&data);
                            }
                            None => prop_assert!(written.is_err()),
                        }
                    }
                }
                let len = usize::try_from(overlay.len().unwrap()).unwrap();
                prop_assert_eq!(len, model.len());
                let mut seen = vec![0; len];
                overlay.read(0, &mut seen).unwrap();
                prop_assert!(seen == model);
                prop_assert!(overlay.read(1, &mut seen).is_err() || len == 0);
            }
            prop_assert!(fs::read(&path).unwrap() == original);
        }
    }
}

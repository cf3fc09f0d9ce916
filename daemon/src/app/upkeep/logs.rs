//! The newest entries of the daemon's log, kept in memory for whoever asks over the socket: bounded, without control
//! characters, and without the keys of model services. The files of the log are written elsewhere.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use protocol::error::{ApiError, ErrorCode};
use protocol::id::StudyId;
use protocol::log::{LogEntry, LogLevel, LogPage, LogQuery};
use protocol::safe;
use protocol::service::Reply;

use crate::app::{Caller, Core, Owner, Scope};
use crate::store::rows::StudyNumber;
use crate::world::Wake;

/// Entries that are kept.
const KEPT_MAX: usize = 1_000;
/// Most characters of one entry.
const CHARACTERS_MAX: usize = 1_000;
/// Entries on one page, which with their longest texts fit a frame.
const PAGE_MAX: u32 = 200;
/// The longest wait.
const WAIT_MAX: Duration = Duration::from_secs(30);
/// The fields that name a study, by its id or its number.
const NAMES_OF_STUDY: [&str; 2] = ["study=", "number="];

/// The newest entries. Clones share them.
#[derive(Clone, Debug, Default)]
pub(crate) struct LogRing(Arc<Ring>);

#[derive(Debug, Default)]
struct Ring {
    kept: Mutex<KeptEntries>,
    grown: Wake,
}

#[derive(Debug, Default)]
struct KeptEntries {
    entries: VecDeque<LogEntry>,
    last: u64,
}

impl LogRing {
    /// Adds an entry; the oldest one goes when there are too many. `text` is the message with its fields, as `name=value`.
    pub(crate) fn push(&self, at: Timestamp, level: LogLevel, source: &str, text: &str) {
        let text = match text.char_indices().nth(CHARACTERS_MAX) {
            Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
            None => text.to_owned(),
        };
        let (text, source) = (safe::line(&text).into_owned(), safe::line(source).into_owned());
        let mut kept = self.0.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.last = kept.last.saturating_add(1);
        let entry = LogEntry { seq: kept.last, at, level, source, text };
        if kept.entries.len() >= KEPT_MAX {
            kept.entries.pop_front();
        }
        kept.entries.push_back(entry);
        drop(kept);
        self.0.grown.signal();
    }

    fn page(&self, query: &LogQuery, study: Option<&NamedStudy>) -> LogPage {
        let kept = self.0.kept.lock().unwrap_or_else(PoisonError::into_inner);
        // A number of an earlier life: everything is new.
        let after = if query.after > kept.last { 0 } else { query.after };
        let limit = usize::try_from(query.limit.clamp(1, PAGE_MAX)).unwrap_or(usize::MAX);
        let is_wanted = |entry: &&LogEntry| {
            entry.seq > after
                && entry.level <= query.level
                && study.is_none_or(|study| study.is_named_in(&entry.text))
        };
        let mut found = kept.entries.iter().filter(is_wanted);
        let entries: Vec<LogEntry> = found.by_ref().take(limit).cloned().collect();
        let more = found.next().is_some();
        let next = match entries.last() {
            Some(last) if more => last.seq,
            _ => kept.last,
        };
        LogPage { entries, next, more }
    }
}

/// A study as entries name it.
#[derive(Debug)]
struct NamedStudy {
    id: String,
    number: String,
}

impl NamedStudy {
    fn is_named_in(&self, text: &str) -> bool {
        text.split_whitespace().any(|word| {
            let value = NAMES_OF_STUDY.iter().find_map(|name| word.strip_prefix(name));
            value.is_some_and(|value| value == self.id || value == self.number)
        })
    }
}

impl Core {
    /// The log after an entry; waits for the next one when there is none. It tells of everything that the daemon does, so
    /// only whoever operates it reads it.
    pub(crate) async fn logs(&self, caller: &Caller, query: LogQuery) -> Reply<LogPage> {
        only_locally(caller)?;
        let wait = Duration::from_millis(query.wait_ms).min(WAIT_MAX);
        let deadline = tokio::time::Instant::now() + wait;
        let study = match query.study {
            Some(id) => Some(self.named(id).await?),
            None => None,
        };
        let ring = &self.settings().log;
        let mut grown = ring.0.grown.waiter();
        loop {
            let mut page = ring.page(&query, study.as_ref());
            let waits = page.entries.is_empty() && page.next >= query.after && !wait.is_zero();
            if waits && tokio::time::timeout_at(deadline, grown.wait()).await.is_ok() {
                continue;
            }
            if let Some(models) = &self.settings().models {
                for entry in &mut page.entries {
                    entry.text = models.masked(&entry.text);
                }
            }
            return Ok(page);
        }
    }

    /// A study as entries name it, also one that was deleted since.
    async fn named(&self, id: StudyId) -> Reply<NamedStudy> {
        self.looking(move |core| {
            let number: Option<StudyNumber> = core.look(|reader| Ok(reader.get(&id.0)?))?;
            let number = number.map(|StudyNumber(number)| number.to_string());
            Ok(NamedStudy { id: id.to_string(), number: number.unwrap_or_default() })
        })
        .await
    }
}

/// The log names files and whatever the daemon does for anybody.
fn only_locally(caller: &Caller) -> Reply<()> {
    if matches!(caller.may(Scope::Operate)?, Owner::Guest(_)) {
        let what = "The log is read by the local user only";
        return Err(ApiError::new(ErrorCode::Forbidden, what).hint("Ask whoever runs the daemon"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::testing::{Disk, everyone_answers, me, options, settings, world};

    fn query(after: u64, level: LogLevel) -> LogQuery {
        LogQuery { after, level, study: None, limit: 200, wait_ms: 0 }
    }

    fn texts(page: &LogPage) -> Vec<&str> {
        page.entries.iter().map(|entry| entry.text.as_str()).collect()
    }

    #[tokio::test]
    async fn entries_come_in_order_by_level_and_study_and_nobody_waits_longer_than_told() {
        let settings = settings(100, everyone_answers());
        let (world, storage) = (world().0, Disk::default().storage());
        let core = Core::open_with(world, storage, settings, options()).unwrap();
        let ring = core.settings().log.clone();
        let at = core.world().clock.now();
        let id = StudyId(core.world().ids.fresh());
        ring.push(at, LogLevel::Info, "daemon", "ready");
        ring.push(
            at,
            LogLevel::Error,
            "daemon::work",
            &format!("it failed study={id} why=\u{1b}[2Jx"),
        );
        ring.push(at, LogLevel::Debug, "daemon::work", &"long ".repeat(1_000));
        let all = core.logs(&me(), query(0, LogLevel::Trace)).await.unwrap();
        assert_eq!((all.entries.len(), all.next, all.more), (3, 3, false));
        assert!(!all.entries[1].text.contains('\u{1b}'), "{:?}", all.entries[1]);
        assert!(all.entries[2].text.len() < 1_010);
        let grave = core.logs(&me(), query(0, LogLevel::Info)).await.unwrap();
        assert_eq!(texts(&grave)[0], "ready");
        assert_eq!(grave.entries.len(), 2);
        let of_study = LogQuery { study: Some(id), ..query(0, LogLevel::Trace) };
        assert_eq!(core.logs(&me(), of_study).await.unwrap().entries.len(), 1);
        // A page that is full tells where to go on; a number of an earlier life begins anew.
        let first = core.logs(&me(), LogQuery { limit: 2, ..query(0, LogLevel::Trace) }).await;
        let first = first.unwrap();
        assert_eq!((first.next, first.more), (2, true));
        let anew = core.logs(&me(), query(99, LogLevel::Info)).await.unwrap();
        assert_eq!((anew.entries.len(), anew.next), (2, 3));

        let waiting = tokio::spawn({
            let core = core.clone();
            let query = LogQuery { wait_ms: 30_000, ..query(3, LogLevel::Warn) };
            async move { core.logs(&me(), query).await.unwrap() }
        });
        ring.push(at, LogLevel::Info, "daemon", "not wanted");
        ring.push(at, LogLevel::Warn, "daemon", "wanted");
        assert_eq!(texts(&waiting.await.unwrap()), ["wanted"]);
        for number in 0..KEPT_MAX {
            ring.push(at, LogLevel::Info, "daemon", &number.to_string());
        }
        let guest = Caller { owner: Owner::Guest("berta".to_owned()), ..me() };
        let oldest = core.logs(&me(), query(0, LogLevel::Info)).await.unwrap();
        assert_eq!((texts(&oldest)[0], oldest.more), ("0", true));
        assert!(core.logs(&guest, query(0, LogLevel::Error)).await.is_err());
        core.close();
    }
}

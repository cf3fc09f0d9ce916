//! The event feed: every event after a cursor, in order, with each gap reported. A client that has read everything may
//! wait for the next event; the wait reads the store again and never carries data itself.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::time::Duration;

use protocol::event::{Cursor, Event, EventKind, EventPage};
use protocol::id::StudyId;
use protocol::service::Reply;

use crate::store::{Fault, Order, Reader};

use crate::app::caller::is_id_of;
use crate::app::{Caller, Core, Owner, Scope};

/// Events on one page.
const PAGE_MAX: u32 = 1_000;
/// JSON on one page, so that it fits a frame of 1 MiB with room.
const PAGE_BYTES: usize = 700 * 1024;
/// The longest wait.
const WAIT_MAX: Duration = Duration::from_secs(30);

impl Core {
    /// Where the history ends now.
    pub(crate) async fn head(&self, caller: &Caller) -> Reply<Cursor> {
        caller.may(Scope::Read)?;
        self.looking(|core| Ok(core.end_of_history())).await
    }

    pub(in crate::app) fn end_of_history(&self) -> Cursor {
        Cursor(*self.store().last_event().borrow())
    }

    /// The history after a cursor; waits up to `wait` for the next event when there is none. A cursor past the end is one
    /// of a history that is no more, because an older backup was put back: `next` is then the end of this one.
    pub(crate) async fn events(
        &self,
        caller: &Caller,
        after: Cursor,
        limit: u32,
        wait: Duration,
    ) -> Reply<EventPage> {
        let deadline = tokio::time::Instant::now() + wait.min(WAIT_MAX);
        // Subscribed before the look, so that an event between look and wait is not slept through.
        let mut last = self.store().last_event();
        let mut from = after;
        loop {
            let page = self
                .view(caller, move |core, reader, owner| {
                    Ok(page(core, reader, owner, from, limit)?)
                })
                .await?;
            if !page.events.is_empty() || page.next < from || wait.is_zero() {
                return Ok(page);
            }
            from = page.next;
            let newer = last.wait_for(|newest| *newest > from.0);
            let arrived = tokio::time::timeout_at(deadline, newer).await;
            if !arrived.is_ok_and(|waited| waited.is_ok()) {
                return Ok(page);
            }
        }
    }
}

fn page(
    core: &Core,
    reader: &Reader<'_>,
    owner: &Owner,
    after: Cursor,
    limit: u32,
) -> Result<EventPage, Fault> {
    let limit = usize::try_from(limit.clamp(1, PAGE_MAX)).unwrap_or(1);
    let first = after.0.saturating_add(1);
    let mut events: Vec<Event> = Vec::new();
    let mut bytes = 0_usize;
    let mut passed = None;
    let mut theirs: BTreeMap<StudyId, bool> = BTreeMap::new();
    reader.scan::<Event>(&first, &u64::MAX, Order::Rising, |seq, event| {
        passed = Some(seq);
        if let Some(study) = event.study {
            let is_theirs = match theirs.get(&study) {
                Some(known) => *known,
                None => *theirs.entry(study).or_insert(is_id_of(reader, owner, study)?),
            };
            if !is_theirs {
                return Ok(ControlFlow::Continue(()));
            }
        }
        if event.kind() == Some(EventKind::DraftSaved) && !owner.is_told_of_files() {
            return Ok(ControlFlow::Continue(()));
        }
        if event.study.is_none() && is_of_cost(&event) && !owner.is_told_of_unknown() {
            return Ok(ControlFlow::Continue(()));
        }
        bytes = bytes.saturating_add(event.content().to_string().len()).saturating_add(200);
        events.push(event);
        let full = events.len() >= limit || bytes >= PAGE_BYTES;
        Ok(if full { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    })?;
    let stored = reader.last_key::<Event>()?;
    // Readers see a transaction a moment before the end of the history is told, and so may a cursor.
    let end = core.end_of_history().0.max(stored.unwrap_or(0));
    let next = Cursor(passed.unwrap_or(after.0.min(end)));
    Ok(EventPage { events, next })
}

/// Whether it tells of a cost request. Those are the installation's own.
fn is_of_cost(event: &Event) -> bool {
    matches!(event.kind(), Some(EventKind::CostRequested | EventKind::CostDeclined))
}

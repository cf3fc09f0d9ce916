//! The event feed: everything after a cursor, in order, without a gap that nobody tells of. Whoever has read everything may wait for the next
//! event; the wait looks at the store again and never carries data itself.

use std::ops::ControlFlow;
use std::time::Duration;

use protocol::event::{Cursor, Event, EventPage};
use protocol::service::Reply;

use crate::store::{Fault, Order};

use super::Core;

/// Events on one page.
const PAGE_MAX: u32 = 1_000;
/// JSON on one page, so that it fits a frame of 1 MiB with room.
const PAGE_BYTES: usize = 700 * 1024;
/// The longest wait.
const WAIT_MAX: Duration = Duration::from_secs(30);

impl Core {
    /// Where the history ends now.
    pub fn head(&self) -> Cursor {
        Cursor(*self.store().last_event().borrow())
    }

    /// The history after a cursor; waits up to `wait` for the next event when there is none. A cursor past the end is one
    /// of a history that is no more, because an older backup was put back: `next` is then the end of this one.
    pub async fn events(&self, after: Cursor, limit: u32, wait: Duration) -> Reply<EventPage> {
        // Subscribed before the look, so that an event between look and wait is not slept through.
        let mut last = self.store().last_event();
        let page = self.page(after, limit).await?;
        if !page.events.is_empty() || page.next < after || wait.is_zero() {
            return Ok(page);
        }
        let arrived =
            tokio::time::timeout(wait.min(WAIT_MAX), last.wait_for(|newest| *newest > after.0))
                .await
                .is_ok_and(|waited| waited.is_ok());
        if arrived { self.page(after, limit).await } else { Ok(page) }
    }

    async fn page(&self, after: Cursor, limit: u32) -> Reply<EventPage> {
        self.looking(move |core| page(core, after, limit)).await
    }
}

fn page(core: &Core, after: Cursor, limit: u32) -> Reply<EventPage> {
    let limit = usize::try_from(limit.clamp(1, PAGE_MAX)).unwrap_or(1);
    let first = after.0.saturating_add(1);
    let mut events: Vec<Event> = Vec::new();
    let mut bytes = 0_usize;
    let stored = core.store().read(|reader| -> Result<_, Fault> {
        reader.scan::<Event>(&first, &u64::MAX, Order::Rising, |_, event| {
            bytes = bytes.saturating_add(event.content().to_string().len()).saturating_add(200);
            events.push(event);
            let full = events.len() >= limit || bytes >= PAGE_BYTES;
            Ok(if full { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        })?;
        reader.last_key::<Event>()
    })?;
    // Readers see a transaction a moment before the end of the history is told, and so may a cursor.
    let end = core.head().0.max(stored.unwrap_or(0));
    let next = events.last().map_or(after.0.min(end), |event| event.seq);
    let next = Cursor(next);
    Ok(EventPage { events, next })
}

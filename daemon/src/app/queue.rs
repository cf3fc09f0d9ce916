//! The queue: which studies are at work, which wait, in which order, and moving one of those that wait. Whoever was moved
//! keeps the place over a restart; whoever comes later queues behind.

use protocol::error::{ApiError, ErrorCode};
use protocol::event::EventData;
use protocol::id::StudyId;
use protocol::run::{State, Study};
use protocol::service::Reply;

use crate::store::{Halt, Reader, Writes};

use super::Core;
use super::advance::{Pending, unfinished};
use super::lookup::{by_id, by_number};

/// Studies that one reply lists.
const LISTED_MAX: usize = 500;

impl Core {
    /// Studies at work, then those that wait, in the order in which they will be asked. At most 500.
    pub fn queue(&self) -> Reply<Vec<Study>> {
        self.store().read(listed).map_err(ApiError::from)
    }

    /// Puts a waiting study at a place among those that wait, from 1; a place behind the last is the last.
    pub async fn move_in_queue(&self, id: StudyId, place: u32) -> Reply<Vec<Study>> {
        let now = self.world().clock.now();
        let studies = self
            .store()
            .write(move |reader| {
                let found = by_id(reader, id)?;
                if found.progress.state != State::Queued {
                    let what = format!("The study is {}", found.progress.state);
                    return Err(ApiError::new(ErrorCode::Conflict, what)
                        .hint("Choose one that waits: `demoscope queue` lists them")
                        .into());
                }
                let mut waiting: Vec<u32> = in_order(unfinished(reader)?)
                    .into_iter()
                    .filter(|pending| pending.state == State::Queued)
                    .map(|pending| pending.number)
                    .filter(|number| *number != found.number)
                    .collect();
                let at = usize::try_from(place.saturating_sub(1)).unwrap_or(usize::MAX);
                let at = at.min(waiting.len());
                waiting.insert(at, found.number);
                let mut writes = Writes::at(now);
                // Negative places come before all that were never moved, and so before whoever comes later.
                let first = i64::try_from(waiting.len()).unwrap_or(i64::MAX).saturating_neg();
                for (place, number) in (first..).zip(waiting) {
                    let mut progress = by_number(reader, number)?.progress;
                    if progress.place != place {
                        progress.place = place;
                        writes.put(&number, &progress);
                    }
                }
                let place = u64::try_from(at.saturating_add(1)).unwrap_or(u64::MAX);
                writes.announce(Some(id), EventData::Moved { place });
                Ok(((), writes))
            })
            .await
            .and_then(|()| self.queue())?;
        self.work().signal();
        Ok(studies)
    }
}

fn listed(reader: &Reader<'_>) -> Result<Vec<Study>, Halt> {
    in_order(unfinished(reader)?)
        .into_iter()
        .take(LISTED_MAX)
        .map(|pending| Ok(by_number(reader, pending.number)?.study()))
        .collect()
}

/// Those that can go on without their owner, in the order in which they get places at work: those that had one before a
/// restart keep it.
pub fn in_order(pending: Vec<Pending>) -> Vec<Pending> {
    let rank = |state: State| match state {
        State::Running | State::Finalizing => Some(0_u8),
        State::Queued => Some(1),
        State::Draft | State::Paused | State::Completed | State::Failed | State::Cancelled => None,
    };
    let mut due: Vec<Pending> =
        pending.into_iter().filter(|pending| rank(pending.state).is_some()).collect();
    due.sort_by_key(|pending| (rank(pending.state), pending.place, pending.number));
    due
}

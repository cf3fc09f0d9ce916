//! The queue of studies: which are at work, which wait, in which order, and the reordering of those that wait. A study
//! that was reordered keeps its place over a restart; later studies queue behind it.

use std::collections::BTreeSet;

use protocol::error::{ApiError, ErrorCode};
use protocol::event::EventData;
use protocol::hint::Remedy;
use protocol::id::StudyId;
use protocol::run::{State, Study};
use protocol::service::Reply;

use crate::store::rows::StudyRow;
use crate::store::{Fault, Reader, UseCaseError, Writes};

use crate::app::asking::advance::{Pending, unfinished};
use crate::app::caller::is_of;
use crate::app::studies::lookup::{by_id, by_number};
use crate::app::{Caller, Core, Owner, Scope};

/// Studies that one reply lists.
const LISTED_MAX: usize = 500;

impl Core {
    /// The caller's studies at work, then those that wait, in the order in which they will be asked. At most 500.
    pub(crate) async fn queue(&self, caller: &Caller) -> Reply<Vec<Study>> {
        self.view(caller, |_, reader, owner| listed(reader, owner)).await
    }

    /// Of studies that wait, in their order, the first of each engine that answers none of those at work.
    pub(crate) async fn first_of_idle_engines(
        &self,
        caller: &Caller,
        at_work: Vec<u32>,
        due: Vec<u32>,
    ) -> Reply<Vec<u32>> {
        self.view(caller, move |_, reader, _| Ok(first_of_idle_engines(reader, &at_work, &due)?))
            .await
    }

    /// Puts a waiting study at a place among those of its owner that wait, from 1; a place behind the last is the last.
    /// Whoever else waits keeps their place.
    pub(crate) async fn move_in_queue(
        &self,
        caller: &Caller,
        id: StudyId,
        place: u32,
    ) -> Reply<Vec<Study>> {
        let owner = caller.may(Scope::Write)?.clone();
        let theirs = owner.clone();
        let now = self.world().clock.now();
        self.store()
            .write(move |reader| {
                let found = by_id(reader, &theirs, id)?;
                if found.progress.state != State::Queued {
                    let what = format!("The study is {}", found.progress.state);
                    return Err(ApiError::new(ErrorCode::Conflict, what)
                        .hint(Remedy::owner("Choose one that waits", "demoscope queue"))
                        .into());
                }
                let waiting = in_order(unfinished(reader)?)
                    .into_iter()
                    .filter(|pending| pending.state == State::Queued);
                let mut waiting: Vec<u32> = waiting.map(|pending| pending.number).collect();
                let (mut places, mut own) = (Vec::new(), Vec::new());
                for (place, number) in waiting.iter().enumerate() {
                    if is_of(reader, &theirs, *number)? {
                        places.push(place);
                        own.push(*number);
                    }
                }
                own.retain(|number| *number != found.number);
                let at = usize::try_from(place.saturating_sub(1)).unwrap_or(usize::MAX);
                let at = at.min(own.len());
                own.insert(at, found.number);
                for (place, number) in places.into_iter().zip(own) {
                    if let Some(waiting) = waiting.get_mut(place) {
                        *waiting = number;
                    }
                }
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
            .await?;
        self.work().signal();
        self.looking(move |core| core.look(|reader| listed(reader, &owner))).await
    }
}

/// The part of a study's row that names its engine.
#[derive(serde::Deserialize)]
struct AskedOf {
    spec: EngineNamed,
}

#[derive(serde::Deserialize)]
struct EngineNamed {
    engine: String,
}

/// Of studies that wait, in their order, the first of each engine that answers none of those at work.
fn first_of_idle_engines(
    reader: &Reader<'_>,
    at_work: &[u32],
    due: &[u32],
) -> Result<Vec<u32>, Fault> {
    let engine = |number: u32| -> Result<Option<String>, Fault> {
        let row: Option<AskedOf> = reader.part::<StudyRow, _>(&number)?;
        Ok(row.map(|row| row.spec.engine))
    };
    let mut busy = BTreeSet::new();
    for number in at_work {
        busy.extend(engine(*number)?);
    }
    let mut first = Vec::new();
    for number in due {
        if engine(*number)?.is_some_and(|engine| busy.insert(engine)) {
            first.push(*number);
        }
    }
    Ok(first)
}

fn listed(reader: &Reader<'_>, owner: &Owner) -> Result<Vec<Study>, UseCaseError> {
    let mut studies = Vec::new();
    for pending in in_order(unfinished(reader)?) {
        if studies.len() < LISTED_MAX && is_of(reader, owner, pending.number)? {
            studies.push(by_number(reader, pending.number)?.study());
        }
    }
    Ok(studies)
}

/// Those that can go on without their owner, in the order in which they get places at work: those that had one before a
/// restart keep it.
pub(crate) fn in_order(pending: Vec<Pending>) -> Vec<Pending> {
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

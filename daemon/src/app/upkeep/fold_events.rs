//! Folding of old events: answers are recorded in many small steps, each with its event; long after a study has ended,
//! these are replaced by one event that names the numbers it covers. A client that reads from an older cursor therefore
//! gets a report of the gap and never meets a silent hole. The last number of the event feed always stays, so numbers
//! are never reused.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use protocol::event::{Event, EventData, EventKind, KindWord};
use protocol::id::StudyId;
use protocol::service::Reply;

use crate::store::rows::{DeletedRow, Progress, StudyNumber};
use crate::store::{Fault, Order, Reader, Writes};

use crate::app::{Caller, Core, Scope};

/// The kinds of high volume: of an ended study, its last event tells what they told.
const FOLDS: [EventKind; 1] = [EventKind::Recorded];
/// Told in the event that stands for them.
const WHY: &str =
    "studies that ended long ago tell of single answers no more; the setting is events.keep_days";
/// Events that one step looks at: few enough that nobody else who writes has to wait for it.
const STEP: usize = 500;
/// A day.
const DAY: Duration = Duration::from_hours(24);

/// Where a step came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct PruneStep {
    /// Events that are told one by one no more.
    folded: u64,
    /// Where to go on; `None` when everything old enough was looked at.
    next: Option<u64>,
}

/// Neighbours in the history that are folded into one.
#[derive(Debug)]
struct Run {
    /// The first number it stands for.
    from: u64,
    /// Rows that it takes the place of, the last of which it is put at.
    rows: Vec<u64>,
    /// When the last of them happened.
    at: Timestamp,
    /// Whether there is anything to fold: one that was folded before is none by itself.
    fresh: u64,
}

impl Core {
    /// Folds what is old enough, step by step; says how many events that were. Nothing where the settings keep everything.
    pub(crate) async fn fold_events(&self, caller: &Caller) -> Reply<u64> {
        caller.may(Scope::Operate)?;
        let days = self.settings().events_kept_days;
        if days == 0 {
            return Ok(0);
        }
        let now = self.world().clock.now();
        let kept =
            SignedDuration::try_from(DAY.saturating_mul(days)).unwrap_or(SignedDuration::MAX);
        let Ok(before) = now.checked_sub(kept) else { return Ok(0) };
        let mut folded = 0_u64;
        let mut from = Some(0);
        while let Some(place) = from {
            let step = self
                .store()
                .write(move |reader| {
                    let mut writes = Writes::at(now);
                    let step = fold(reader, &mut writes, place, before)?;
                    Ok((step, writes))
                })
                .await?;
            folded = folded.saturating_add(step.folded);
            from = step.next;
        }
        Ok(folded)
    }
}

/// One step from a place on.
fn fold(
    reader: &Reader<'_>,
    writes: &mut Writes,
    from: u64,
    before: Timestamp,
) -> Result<PruneStep, Fault> {
    let mut over: BTreeMap<StudyId, bool> = BTreeMap::new();
    let mut looked = 0_usize;
    let mut next = None;
    let mut folded = 0_u64;
    let mut run: Option<Run> = None;
    reader.scan::<Event>(&from, &u64::MAX, Order::Rising, |seq, event| {
        // What is younger belongs to studies that ended later, unless the clock was set back: then another time will do.
        if event.at > before {
            return Ok(ControlFlow::Break(()));
        }
        if looked == STEP {
            // Neighbours that were folded in this step are met again by the next, and become one with what follows.
            next = Some(run.as_ref().map_or(seq, |run| run.rows.last().copied().unwrap_or(seq)));
            return Ok(ControlFlow::Break(()));
        }
        looked = looked.saturating_add(1);
        let earlier = event.folded_from();
        let folds = match (earlier, event.study) {
            (Some(_), _) => true,
            (None, Some(study)) if event.kind().is_some_and(|kind| FOLDS.contains(&kind)) => {
                match over.get(&study) {
                    Some(over) => *over,
                    None => *over.entry(study).or_insert(ended(reader, study, before)?),
                }
            }
            (None, _) => false,
        };
        if folds {
            let of_run = run.get_or_insert_with(|| Run {
                from: earlier.unwrap_or(seq),
                rows: Vec::new(),
                at: event.at,
                fresh: 0,
            });
            of_run.rows.push(seq);
            of_run.at = event.at;
            of_run.fresh = of_run.fresh.saturating_add(u64::from(earlier.is_none()));
        } else if let Some(run) = run.take() {
            folded = folded.saturating_add(put(writes, run));
        }
        Ok(ControlFlow::Continue(()))
    })?;
    if let Some(run) = run {
        folded = folded.saturating_add(put(writes, run));
    }
    Ok(PruneStep { folded, next })
}

/// Whether a study ended, or was deleted, before that moment.
fn ended(reader: &Reader<'_>, study: StudyId, before: Timestamp) -> Result<bool, Fault> {
    let Some(StudyNumber(number)) = reader.get(&study.0)? else { return Ok(false) };
    if let Some(deleted) = reader.get::<DeletedRow>(&number)? {
        return Ok(deleted.at <= before);
    }
    let progress: Option<Progress> = reader.get(&number)?;
    Ok(progress.is_some_and(|progress| {
        progress.state.is_final() && progress.completed_at.is_some_and(|at| at <= before)
    }))
}

/// Puts one event in the place of a run; says how many events that are told one by one no more.
fn put(writes: &mut Writes, run: Run) -> u64 {
    let Run { from, mut rows, at, fresh } = run;
    let nothing_new = fresh == 0 && rows.len() < 2;
    let Some(seq) = rows.pop().filter(|_| !nothing_new) else { return 0 };
    for row in &rows {
        writes.remove::<Event>(row);
    }
    let data = EventData::Folded {
        from,
        to: seq,
        kinds: FOLDS.map(KindWord::Known).to_vec(),
        why: WHY.to_owned(),
    };
    writes.put(&seq, &Event::new(seq, at, None, data));
    fresh
}

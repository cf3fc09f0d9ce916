//! Audit of the event feed: dense, small, and in agreement with the states that it reports.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use protocol::event::Event;
use protocol::id::StudyId;
use protocol::run::{PanelCounts, State};
use protocol::service::Check;

use crate::store::rows::{DeletedRow, Progress, StudyNumber};
use crate::store::{Fault, Order, Reader};

use super::check;

const GO_ON: ControlFlow<()> = ControlFlow::Continue(());
/// Bytes of one event's data.
const EVENT_MAX: usize = 64 * 1024;

pub(super) fn checks(reader: &Reader<'_>) -> Vec<Check> {
    vec![check("events.dense", dense(reader)), check("events.tell_states", tell_states(reader))]
}

/// Numbers rise one by one from 1, but for those that an event says it stands for, and no event is larger than it may be
/// (E1, E7).
fn dense(reader: &Reader<'_>) -> Result<Result<String, String>, Fault> {
    let mut last = 0_u64;
    let mut folded = 0_u64;
    let mut wrong = None;
    reader.all::<Event>(Order::Rising, |seq, event| {
        let from = event.folded_from().unwrap_or(seq);
        if from != last.saturating_add(1) || from > seq || event.seq != seq {
            wrong = Some(format!("event {seq} follows {last}"));
        } else if event.content().to_string().len() > EVENT_MAX {
            wrong = Some(format!("event {seq} is larger than {EVENT_MAX} bytes"));
        }
        last = seq;
        if event.folded_from().is_some() {
            folded = folded.saturating_add(seq.saturating_sub(from)).saturating_add(1);
        }
        Ok(if wrong.is_some() { ControlFlow::Break(()) } else { GO_ON })
    })?;
    Ok(match wrong {
        Some(wrong) => Err(wrong),
        None if folded > 0 => {
            Ok(format!("{last} events without a gap, the oldest {folded} of single answers folded"))
        }
        None => Ok(format!("{last} events without a gap")),
    })
}

/// Replayed, the history gives the state and the counts of every study that is there (E2, E3).
fn tell_states(reader: &Reader<'_>) -> Result<Result<String, String>, Fault> {
    let mut told: BTreeMap<StudyId, (Option<State>, Option<PanelCounts>)> = BTreeMap::new();
    reader.all::<Event>(Order::Rising, |_, event| {
        if let Some(study) = event.study {
            let entry = told.entry(study).or_default();
            entry.0 = event.state().or(entry.0);
            entry.1 = event.panel().or(entry.1);
        }
        Ok(GO_ON)
    })?;
    let studies = reader.count(crate::store::Table::Studies)?;
    let mut count = 0_u64;
    for (study, (state, panel)) in told {
        let Some(StudyNumber(number)) = reader.get(&study.0)? else {
            return Ok(Err(format!("an event tells of {study}, which does not exist")));
        };
        if reader.get::<DeletedRow>(&number)?.is_some() {
            continue;
        }
        count = count.saturating_add(1);
        let Some(progress) = reader.get::<Progress>(&number)? else {
            return Ok(Err(format!("study {study} has no progress")));
        };
        if state != Some(progress.state) || panel != Some(progress.panel) {
            let json = |panel| serde_json::to_value(panel).unwrap_or_default();
            return Ok(Err(format!(
                "the history leaves {study} {} with {}, it is {} with {}",
                state.map_or("", State::as_str),
                json(panel),
                progress.state,
                json(Some(progress.panel)),
            )));
        }
    }
    Ok(if count == studies {
        Ok(format!("{studies} studies told of"))
    } else {
        Err(format!("{studies} studies, but events tell of {count}"))
    })
}

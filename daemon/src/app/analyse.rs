//! Questions about studies that are done: two against each other, one broken down by dimensions, and what was asked. Each
//! streams the stored outcomes of one snapshot and keeps counts only; none changes anything.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use protocol::analysis::{Asked, CrossTab};
use protocol::error::{ApiError, ErrorCode};
use protocol::id::StudyId;
use protocol::results::Comparison;
use protocol::service::Reply;

use crate::domain::instrument::{self, Comparator, CrossTally, DIMENSIONS};
use crate::domain::nearest::nearest;
use crate::domain::outcome::Outcome;
use crate::domain::panel::Panel;
use crate::store::rows::{OutcomeKey, OutcomeRow};
use crate::store::{Fault, Halt, Order, Reader, Table};

use super::Core;
use super::lookup::{Found, by_id};
use super::query::panel;

/// Respondents whose outcomes of one study wait in memory for those of the other.
const STRETCH: u32 = 4_096;

impl Core {
    /// Two studies against each other, paired when the same people answered both.
    pub fn compare(&self, a: StudyId, b: StudyId) -> Reply<Comparison> {
        self.look(|reader| {
            let (a, b) = (by_id(reader, a)?, by_id(reader, b)?);
            let mut comparator =
                Comparator::new(&a.row.spec, &b.row.spec).map_err(|error| refuse(&error))?;
            if comparator.is_paired() {
                paired(reader, &a, &b, &mut comparator)?;
            } else {
                each(reader, &a, |classes, outcome| comparator.add(classes, Some(outcome), None))?;
                each(reader, &b, |classes, outcome| comparator.add(classes, None, Some(outcome)))?;
            }
            Ok(comparator.finish().ok_or_else(|| {
                ApiError::new(ErrorCode::Conflict, "Both studies need answers to be compared.")
                    .hint("`demoscope list` shows how many each has")
            })?)
        })
    }

    /// One study broken down by one or two dimensions.
    pub fn cross(&self, study: StudyId, dimensions: &[String]) -> Reply<CrossTab> {
        self.look(|reader| {
            let found = by_id(reader, study)?;
            let mut tally = CrossTally::new(&found.row.spec, dimensions).map_err(|error| {
                let near = dimensions
                    .iter()
                    .filter(|given| !DIMENSIONS.contains(&given.as_str()))
                    .find_map(|given| nearest(given, DIMENSIONS));
                let hint = match near {
                    Some(near) => format!("did you mean '{near}'?"),
                    None => format!("dimensions are {}", DIMENSIONS.join(", ")),
                };
                refuse(&error).hint(hint)
            })?;
            let panel = panel(reader, &found)?;
            let (first, last) = OutcomeKey::range(found.number);
            reader.scan::<OutcomeRow>(&first, &last, Order::Rising, |key, row| {
                let respondent = key.assignment.respondent;
                if key.assignment.replicate == 0 {
                    tally.add(respondent, &classes(&panel, respondent)?, row.outcome());
                }
                Ok(ControlFlow::Continue(()))
            })?;
            Ok(tally.finish().ok_or_else(|| {
                ApiError::new(ErrorCode::Conflict, "The study has no answers to break down.")
            })?)
        })
    }

    /// What a study asked, and of whom.
    pub fn asked(&self, study: StudyId) -> Reply<Asked> {
        self.look(|reader| {
            let found = by_id(reader, study)?;
            let panel = panel(reader, &found)?;
            let spec = found.row.spec;
            let questionnaire = panel
                .persona(0)
                .map(|persona| instrument::questionnaire(&spec, &persona))
                .unwrap_or_default();
            Ok(Asked { spec, questionnaire, margins: found.row.margins })
        })
    }
}

fn refuse(error: &impl ToString) -> ApiError {
    let mut message = error.to_string();
    if let Some(first) = message.get(..1).map(str::to_uppercase) {
        message.replace_range(..1, &first);
    }
    message.push('.');
    ApiError::new(ErrorCode::InvalidInput, message)
}

/// The same people in both studies: those of one wait in stretches for those of the other.
fn paired(
    reader: &Reader<'_>,
    a: &Found,
    b: &Found,
    comparator: &mut Comparator,
) -> Result<(), Halt> {
    let panel = panel(reader, a)?;
    let size = a.row.spec.panel;
    let mut start = 0_u32;
    while start < size {
        let end = start.saturating_add(STRETCH).min(size);
        let of_a = stretch(reader, a.number, start, end)?;
        let of_b = stretch(reader, b.number, start, end)?;
        for respondent in start..end {
            let (a, b) = (of_a.get(&respondent), of_b.get(&respondent));
            if a.is_some() || b.is_some() {
                comparator.add(&classes(&panel, respondent)?, a, b);
            }
        }
        start = end;
    }
    Ok(())
}

/// The outcomes of the first task of some respondents.
fn stretch(
    reader: &Reader<'_>,
    number: u32,
    start: u32,
    end: u32,
) -> Result<BTreeMap<u32, Outcome>, Fault> {
    let mut outcomes = BTreeMap::new();
    let (first, last) = OutcomeKey::between(number, start, end.saturating_sub(1));
    reader.scan::<OutcomeRow>(&first, &last, Order::Rising, |key, row| {
        if (key.assignment.task, key.assignment.replicate) == (0, 0) {
            outcomes.insert(key.assignment.respondent, row.outcome().clone());
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(outcomes)
}

/// Every outcome of the first task of a study, with the classes of its respondent.
fn each(
    reader: &Reader<'_>,
    found: &Found,
    mut look: impl FnMut(&[(&'static str, &'static str)], &Outcome),
) -> Result<(), Fault> {
    let panel = panel(reader, found)?;
    let (first, last) = OutcomeKey::range(found.number);
    reader.scan::<OutcomeRow>(&first, &last, Order::Rising, |key, row| {
        if (key.assignment.task, key.assignment.replicate) == (0, 0) {
            look(&classes(&panel, key.assignment.respondent)?, row.outcome());
        }
        Ok(ControlFlow::Continue(()))
    })
}

fn classes(panel: &Panel, respondent: u32) -> Result<[(&'static str, &'static str); 6], Fault> {
    let classes = panel.classes(respondent).ok_or_else(|| Fault::Row {
        table: Table::Panels,
        why: format!("nobody is at place {respondent}"),
    })?;
    Ok(classes.iter())
}

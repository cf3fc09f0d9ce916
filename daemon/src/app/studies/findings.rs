//! The findings of a study with what became of them: the results keep what was computed, a table of their own the status.
//! A status belongs to what a finding is about: when a study is asked again and its results are computed anew, it goes to
//! the finding with the same subject, and ends where there is none.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use protocol::error::{ApiError, ErrorCode};
use protocol::event::EventData;
use protocol::finding::{
    Finding, FindingChange, FindingLife, FindingStatus, FindingsAcross, StatusChange,
};
use protocol::hint::{Feature, Hint, Remedy};
use protocol::id::StudyId;
use protocol::results::Results;
use protocol::service::Reply;

use crate::domain::instrument::{Subject, across, completed, told};
use crate::store::rows::{FindingRow, ResultsRow};
use crate::store::{Fault, Order, Reader, Writes};

use crate::app::studies::lookup::{StudyRecord, by_id};
use crate::app::{Caller, Core, Scope};

/// Most characters of a note.
const NOTE_MAX: usize = 500;

impl Core {
    /// Sets the status of a finding. What has that status already, with that note or without a new one, is left as it is.
    pub(crate) async fn set_finding(
        &self,
        caller: &Caller,
        id: StudyId,
        finding: u32,
        status: FindingStatus,
        note: Option<String>,
    ) -> Reply<FindingChange> {
        let owner = caller.may(Scope::Write)?.clone();
        let by = owner.to_string();
        let note = checked(note)?;
        let now = self.world().clock.now();
        self.store()
            .write(move |reader| {
                let found = by_id(reader, &owner, id)?;
                let mut writes = Writes::at(now);
                let results =
                    with_findings(reader, &found)?.ok_or_else(|| nothing_found(&found))?;
                let mut finding = pick(results.findings, finding, &found)?;
                let before = finding.status();
                let is_same = note.is_none() || note.as_deref() == finding.note();
                if before != status || !is_same {
                    let subject = Subject::of(&finding).0;
                    let row = FindingRow { subject, status, by, at: now, note: note.clone() };
                    writes.put(&(found.number, finding.id), &row);
                    let data = EventData::FindingChanged { finding: finding.id, status, note };
                    writes.announce(Some(id), data);
                    finding.life = Some(life(&found, Some(row)));
                }
                Ok((FindingChange { study: id, before, finding }, writes))
            })
            .await
    }
}

/// The results of a study with every finding there is to tell, each with what became of it. `None` without results.
pub(in crate::app) fn with_findings(
    reader: &Reader<'_>,
    found: &StudyRecord,
) -> Result<Option<Results>, Fault> {
    let Some(ResultsRow(results)) = reader.get(&found.number)? else { return Ok(None) };
    let mut results = completed(told(results, &found.row.rejected));
    let mut rows = rows(reader, found.number)?;
    for finding in &mut results.findings {
        // What nobody changed stays as it was computed: the results of equal studies are equal to the last byte.
        finding.life = rows.remove(&finding.id).map(|row| life(found, Some(row)));
    }
    Ok(Some(results))
}

/// The findings of two studies against each other; `None` where one has no results.
pub(in crate::app) fn findings_across(
    reader: &Reader<'_>,
    first: &StudyRecord,
    second: &StudyRecord,
) -> Result<Option<FindingsAcross>, Fault> {
    let both = with_findings(reader, first)?.zip(with_findings(reader, second)?);
    Ok(both.map(|(first, second)| across(&first, &second)))
}

/// Moves the statuses of a study's earlier findings to those of its new results that are about the same.
pub(in crate::app) fn carry_over(
    reader: &Reader<'_>,
    writes: &mut Writes,
    found: &StudyRecord,
    results: &Results,
) -> Result<(), Fault> {
    let earlier = rows(reader, found.number)?;
    if earlier.is_empty() {
        return Ok(());
    }
    let now: BTreeMap<Subject, u32> = told(results.clone(), &found.row.rejected)
        .findings
        .iter()
        .map(|finding| (Subject::of(finding), finding.id))
        .collect();
    let mut kept: BTreeMap<u32, FindingRow> = BTreeMap::new();
    for row in earlier.values() {
        if let Some(id) = now.get(&Subject(row.subject.clone())) {
            kept.insert(*id, row.clone());
        }
    }
    for id in earlier.keys().filter(|id| !kept.contains_key(id)) {
        writes.remove::<FindingRow>(&(found.number, *id));
    }
    for (id, row) in &kept {
        if earlier.get(id) != Some(row) {
            writes.put(&(found.number, *id), row);
        }
    }
    Ok(())
}

/// The stored statuses of a study's findings, by number.
pub(in crate::app) fn rows(
    reader: &Reader<'_>,
    number: u32,
) -> Result<BTreeMap<u32, FindingRow>, Fault> {
    let mut rows = BTreeMap::new();
    reader.scan::<FindingRow>(&(number, 0), &(number, u32::MAX), Order::Rising, |key, row| {
        rows.insert(key.1, row);
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(rows)
}

fn life(found: &StudyRecord, row: Option<FindingRow>) -> FindingLife {
    let status = row.as_ref().map_or(FindingStatus::Open, |row| row.status);
    let changed = row.map(|FindingRow { by, at, note, .. }| StatusChange { by, at, note });
    FindingLife { status, created_at: found.progress.completed_at, changed }
}

/// The finding of that number.
fn pick(findings: Vec<Finding>, number: u32, found: &StudyRecord) -> Result<Finding, ApiError> {
    let known: Vec<String> = findings.iter().map(|finding| finding.id.to_string()).collect();
    findings.into_iter().find(|finding| finding.id == number).ok_or_else(|| {
        let hint = match known.as_slice() {
            [] => {
                let study = Feature::Study(found.row.id.short());
                Hint::from(Remedy::with("See what came out", study))
            }
            numbers => format!("Choose among {}", numbers.join(", ")).into(),
        };
        let what = format!("There is no finding {number} in study {}", found.row.id.short());
        ApiError::new(ErrorCode::NotFound, what).hint(hint)
    })
}

fn nothing_found(found: &StudyRecord) -> ApiError {
    let (id, state) = (found.row.id.short(), found.progress.state);
    ApiError::new(ErrorCode::Conflict, format!("The study is {state} and has no findings"))
        .hint(Remedy::with("See where it stands", Feature::Study(id.clone())))
}

/// Trimmed; an empty note is none.
fn checked(note: Option<String>) -> Result<Option<String>, ApiError> {
    let note = note.map(|note| note.trim().to_owned()).filter(|note| !note.is_empty());
    let is_fit =
        |note: &String| note.chars().count() <= NOTE_MAX && !note.chars().any(char::is_control);
    match note {
        Some(note) if !is_fit(&note) => {
            Err(ApiError::new(ErrorCode::InvalidInput, "The note is not one line of text")
                .hint(format!("Give at most {NOTE_MAX} printable characters")))
        }
        note => Ok(note),
    }
}

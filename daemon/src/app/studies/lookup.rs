//! Lookup of studies: finding them by id, number or name, and assembling their parts as clients see them.

use std::ops::ControlFlow;

use protocol::error::{ApiError, ErrorCode};
use protocol::id::StudyId;
use protocol::run::Study;
use uuid::Uuid;

use crate::store::rows::{DeletedRow, Progress, StudyNumber, StudyRow};
use crate::store::{Fault, Order, Reader, Table, UseCaseError};

use crate::app::caller::{Owner, is_of};

/// A study's number and its two rows.
#[derive(Clone, Debug)]
pub(in crate::app) struct StudyRecord {
    pub(in crate::app) number: u32,
    pub(in crate::app) row: StudyRow,
    pub(in crate::app) progress: Progress,
}

impl StudyRecord {
    /// As clients see it.
    pub(in crate::app) fn study(&self) -> Study {
        let Self { row, progress, .. } = self;
        Study {
            id: row.id,
            name: row.spec.name.clone(),
            instrument: row.spec.instrument.study_type(),
            state: progress.state,
            reason: progress.reason.clone(),
            engine: row.spec.engine.clone(),
            engine_mode: row.spec.engine_mode,
            model: row.model.clone(),
            seed: row.spec.seed,
            instrument_hash: row.instrument_hash.clone(),
            owner: row.owner.clone(),
            origin: row.origin,
            project: row.spec.project.clone(),
            tags: progress.tags.clone(),
            lineage: row.lineage.clone(),
            archived: progress.archived,
            panel: progress.panel,
            created_at: row.created_at,
            completed_at: progress.completed_at,
            notes: Vec::new(),
            rejected: row.rejected.clone(),
            // Whoever lists studies adds it.
            headline: None,
        }
    }
}

/// The study of that id, if it is that owner's: another's is not there.
pub(in crate::app) fn by_id(
    reader: &Reader<'_>,
    owner: &Owner,
    id: StudyId,
) -> Result<StudyRecord, UseCaseError> {
    match reader.get(&id.0)? {
        Some(StudyNumber(number)) if is_of(reader, owner, number)? => by_number(reader, number),
        _ => Err(not_found(&id.to_string()).into()),
    }
}

/// The study of that number, if it is that owner's.
pub(in crate::app) fn of_number(
    reader: &Reader<'_>,
    owner: &Owner,
    number: u32,
) -> Result<StudyRecord, UseCaseError> {
    must_be_of(reader, owner, number)?;
    by_number(reader, number)
}

/// Refuses a number under which another owner's study is, or was.
pub(in crate::app) fn must_be_of(
    reader: &Reader<'_>,
    owner: &Owner,
    number: u32,
) -> Result<(), UseCaseError> {
    if is_of(reader, owner, number)? {
        return Ok(());
    }
    Err(not_found(&number.to_string()).into())
}

/// The study of that number, whoever's it is.
pub(in crate::app) fn by_number(
    reader: &Reader<'_>,
    number: u32,
) -> Result<StudyRecord, UseCaseError> {
    let missing = |table| Fault::Row { table, why: format!("study {number} is missing") };
    let Some(row) = reader.get(&number)? else {
        return Err(match reader.get::<DeletedRow>(&number)? {
            Some(deleted) => gone(&deleted).into(),
            None => missing(Table::Studies).into(),
        });
    };
    let progress = reader.get(&number)?.ok_or_else(|| missing(Table::Progress))?;
    Ok(StudyRecord { number, row, progress })
}

/// The study of that owner's that an id, an unambiguous prefix of one, or `@` (the latest) names.
pub(in crate::app) fn by_name(
    reader: &Reader<'_>,
    owner: &Owner,
    name: &str,
) -> Result<StudyRecord, UseCaseError> {
    let name = name.trim();
    if name == "@" {
        let latest = latest(reader, owner)?.ok_or_else(|| {
            ApiError::new(ErrorCode::NotFound, "There is no study yet")
                .hint("Start one with `demoscope run FILE`")
        })?;
        return by_number(reader, latest);
    }
    let digits: String = name.chars().filter(|letter| *letter != '-').collect();
    let (Some(first), Some(last)) = (padded(&digits, '0'), padded(&digits, 'f')) else {
        return Err(not_found(name).into());
    };
    let mut found = Vec::new();
    let mut deleted = None;
    reader.scan::<StudyNumber>(&first, &last, Order::Rising, |id, number| {
        if !is_of(reader, owner, number.0)? {
            return Ok(ControlFlow::Continue(()));
        }
        // What was deleted makes no other name ambiguous.
        match reader.get::<DeletedRow>(&number.0)? {
            None => found.push((id, number.0)),
            Some(row) => deleted = Some(row),
        }
        Ok(if found.len() > 5 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    })?;
    match found.as_slice() {
        [] => Err(deleted.map_or_else(|| not_found(name), |deleted| gone(&deleted)).into()),
        [(_, number)] => by_number(reader, *number),
        several => {
            let names: Vec<String> = several
                .iter()
                .take(5)
                .map(|(id, _)| id.simple().to_string()[..12].to_owned())
                .collect();
            Err(ApiError::new(
                ErrorCode::AmbiguousId,
                format!("'{name}' is the beginning of more than one study"),
            )
            .hint(format!("Give more of it: {}", names.join(", ")))
            .into())
        }
    }
}

/// The number of the owner's latest study.
fn latest(reader: &Reader<'_>, owner: &Owner) -> Result<Option<u32>, Fault> {
    let mut latest = None;
    reader.all::<StudyRow>(Order::Falling, |number, row| {
        let is_theirs = owner.owns(&row.owner);
        latest = is_theirs.then_some(number);
        Ok(if is_theirs { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    })?;
    Ok(latest)
}

/// The smallest or greatest id that begins with those hexadecimal digits.
fn padded(digits: &str, with: char) -> Option<Uuid> {
    let length = digits.len();
    if length == 0 || length > 32 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let full: String =
        digits.chars().chain(std::iter::repeat_n(with, 32_usize.saturating_sub(length))).collect();
    Uuid::try_parse(&full).ok()
}

/// What is said of a study that was deleted.
fn gone(deleted: &DeletedRow) -> ApiError {
    let day = deleted.at.strftime("%Y-%m-%d");
    ApiError::new(
        ErrorCode::NotFound,
        format!("There is no study {}: it was deleted on {day}", deleted.id.short()),
    )
    .hint("List those that are there with `demoscope list`")
}

fn not_found(name: &str) -> ApiError {
    ApiError::new(ErrorCode::NotFound, format!("There is no study '{name}'"))
        .hint("List them with `demoscope list`; `@` is the latest")
}

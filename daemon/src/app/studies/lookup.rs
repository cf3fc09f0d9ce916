//! Lookup of studies: finding them by id, number or name, and assembling their parts as clients see them.

use std::ops::ControlFlow;

use protocol::credits::Credits;
use protocol::error::{ApiError, ErrorCode};
use protocol::hint::{Feature, Hint, Remedy};
use protocol::id::StudyId;
use protocol::run::{RoundProgress, Study};
use uuid::Uuid;

use crate::domain::instrument;
use crate::domain::instrument::chain::chain_plan;
use crate::domain::run::{Input, apply};
use crate::store::rows::{DeletedRow, ExternalRow, Progress, StudyNumber, StudyRow};
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
    /// The credits that were held when it was taken on.
    pub(in crate::app) fn held(&self) -> Credits {
        instrument::price(&self.row.spec).unwrap_or(Credits(i64::MAX))
    }

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
            round: self.round(),
            can_retry: self.can_retry(),
            created_at: row.created_at,
            completed_at: progress.completed_at,
            notes: Vec::new(),
            rejected: row.rejected.clone(),
            // Whoever lists studies adds it.
            headline: None,
        }
    }

    /// Whether it has one round: where each round follows from the one before, single respondents are not asked again.
    pub(in crate::app) fn has_one_round(&self) -> bool {
        chain_plan(&self.row.spec).is_none_or(|plan| plan.rounds < 2)
    }

    /// Whether those who failed can be asked again.
    pub(in crate::app) fn can_retry(&self) -> bool {
        let panel = self.progress.panel;
        let unanswered = panel.invalid.saturating_add(panel.failed);
        let input = Input::Retry { unanswered };
        let is_allowed = apply(self.progress.state, &input).is_ok();
        is_allowed && self.has_one_round()
    }

    /// The round that is asked, for a study with several that has not ended.
    pub(in crate::app) fn round(&self) -> Option<RoundProgress> {
        let plan = chain_plan(&self.row.spec).filter(|plan| plan.rounds > 1)?;
        let progress = &self.progress;
        (!progress.state.is_final()).then(|| RoundProgress {
            round: progress.round.saturating_add(1),
            rounds: plan.rounds,
            confirms: progress.round == plan.confirmation(),
            panel: progress.later.unwrap_or(progress.panel),
        })
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
                .hint(Remedy::with("Start one", Feature::Run))
        })?;
        return by_number(reader, latest);
    }
    let Some((first, last)) = ids_of(name) else { return Err(not_found(name).into()) };
    let StudiesInRange { found, deleted } = studies_of(reader, owner, &first, &last)?;
    let imported =
        if owner.is_told_of_files() { externals_of(reader, &first, &last)? } else { Vec::new() };
    match (found.as_slice(), imported.as_slice()) {
        ([], []) => Err(deleted.map_or_else(|| not_found(name), |deleted| gone(&deleted)).into()),
        ([(_, number)], []) => by_number(reader, *number),
        ([], [id]) => Err(not_ours(StudyId(*id)).into()),
        (studies, imported) => {
            let ids = studies.iter().map(|(id, _)| id).chain(imported);
            let names: Vec<String> =
                ids.take(5).map(|id| id.simple().to_string()[..12].to_owned()).collect();
            Err(ApiError::new(
                ErrorCode::AmbiguousId,
                format!("'{name}' is the beginning of more than one study"),
            )
            .hint(format!("Give more of it: {}", names.join(", ")))
            .into())
        }
    }
}

/// What studies there are within a range of ids.
#[derive(Debug)]
pub(in crate::app) struct StudiesInRange {
    /// At most six of them, with their numbers.
    pub(in crate::app) found: Vec<(Uuid, u32)>,
    /// One of those that were deleted.
    pub(in crate::app) deleted: Option<DeletedRow>,
}

/// The studies of that owner's within a range of ids.
pub(in crate::app) fn studies_of(
    reader: &Reader<'_>,
    owner: &Owner,
    first: &Uuid,
    last: &Uuid,
) -> Result<StudiesInRange, Fault> {
    let mut found = Vec::new();
    let mut deleted = None;
    reader.scan::<StudyNumber>(first, last, Order::Rising, |id, number| {
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
    Ok(StudiesInRange { found, deleted })
}

/// The results of other services within a range of ids.
pub(in crate::app) fn externals_of(
    reader: &Reader<'_>,
    first: &Uuid,
    last: &Uuid,
) -> Result<Vec<Uuid>, Fault> {
    let mut found = Vec::new();
    reader.keys::<ExternalRow>(first, last, |id| {
        found.push(id);
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(found)
}

/// The first and the last id that a name can mean: an id, or the beginning of one.
pub(in crate::app) fn ids_of(name: &str) -> Option<(Uuid, Uuid)> {
    let digits: String = name.trim().chars().filter(|letter| *letter != '-').collect();
    Some((padded(&digits, '0')?, padded(&digits, 'f')?))
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
    .hint(Remedy::with("List those that are there", Feature::Studies))
}

/// What is said where a study is wanted and another service's result is named.
fn not_ours(id: StudyId) -> ApiError {
    let short = id.short();
    let what = format!("{short} is an external result, and no study of this installation");
    ApiError::new(ErrorCode::InvalidInput, what).hint(
        Hint::from(Remedy::with("Read it", Feature::External(short.clone())))
            .or("it is only read and removed"),
    )
}

fn not_found(name: &str) -> ApiError {
    ApiError::new(ErrorCode::NotFound, format!("There is no study '{name}'"))
        .hint(Hint::from(Remedy::with("List them", Feature::Studies)).or("`@` is the latest"))
}

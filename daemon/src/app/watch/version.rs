//! The part of a submission (T1) that makes a study a version of a watched file: its row, its lineage, the state of its
//! file, and what its watch has used, in the transaction that takes the study on.

use std::ops::ControlFlow;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use protocol::credits::{Credits, UsdMicros};
use protocol::error::{ApiError, ErrorCode};
use protocol::event::EventData;
use protocol::watch::SaveOutcome;
use uuid::Uuid;

use crate::app::Settings;
use crate::app::studies::lookup::{StudyRecord, by_number};
use crate::app::studies::transition::{After, step};
use crate::domain::run::Input;
use crate::domain::watch::{RunsOfMinute, WatchUse, is_of_last_hour, out_of_room};
use crate::store::rows::{FileRow, LineageRow, Progress, VersionRow, WatchRow};
use crate::store::{Fault, Order, Reader, UseCaseError, Writes};

/// A version that is to be submitted.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct NewVersion {
    /// The number of the watch.
    pub watch: u32,
    /// The path of the file.
    pub path: String,
    /// The path under which the file was known before, where it was renamed.
    pub renamed_from: Option<String>,
    /// The state of the file; its version and outcome are set here.
    pub file: FileRow,
    /// The id of the lineage.
    pub id: Uuid,
    /// The lineage with this version in it.
    pub lineage: LineageRow,
    /// What was known of the file and its lineage when that was decided: it is written if that is still so.
    pub seen: SeenVersion,
    /// The hash by which the version is known again.
    pub hash: String,
    /// Credits set aside.
    pub credits: Credits,
    /// Announced cost, at most.
    pub cost: UsdMicros,
    /// The numbers of the studies that it takes the place of.
    pub instead_of: Vec<u32>,
}

/// The rows by which a version was decided on.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SeenVersion {
    /// The file, also under its former path.
    pub file: Option<FileRow>,
    /// The lineage before this version; none where it begins one.
    pub lineage: Option<LineageRow>,
}

/// Why a version is not written with which nothing is wrong: what it was decided on has changed since.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(in crate::app) enum Outdated {
    /// The watch does not look after the file any more.
    #[error("The watch was paused or removed meanwhile")]
    Watch,
    /// The file or its lineage is another one.
    #[error("Another look at the file was quicker")]
    File,
}

impl Outdated {
    /// Whether that is why a submission was refused: another look at the file decides anew.
    pub(in crate::app) fn is_why(error: &ApiError) -> bool {
        let is_it = |why: Self| why.to_string() == error.message;
        error.code == ErrorCode::Conflict && [Self::Watch, Self::File].into_iter().any(is_it)
    }
}

impl From<Outdated> for UseCaseError {
    fn from(why: Outdated) -> Self {
        ApiError::new(ErrorCode::Conflict, why.to_string()).into()
    }
}

impl NewVersion {
    /// The id of its lineage, as studies name it.
    pub(in crate::app) fn lineage(&self) -> String {
        self.id.to_string()
    }

    /// Writes it, if its watch is there, at work, and has room for it. What it takes the place of is ended before that, in
    /// the same transaction.
    pub(in crate::app) fn write(
        self,
        reader: &Reader<'_>,
        writes: &mut Writes,
        found: &StudyRecord,
    ) -> Result<(), UseCaseError> {
        let now = writes.time();
        let watch: Option<WatchRow> = writes.latest(reader, &self.watch)?;
        let mut watch = watch.filter(|watch| !watch.paused).ok_or(Outdated::Watch)?;
        let seen = SeenVersion {
            file: known_file(reader, &self.path, self.renamed_from.as_deref())?,
            lineage: reader.get(&self.id)?,
        };
        if seen != self.seen {
            return Err(Outdated::File.into());
        }
        begin_day(&mut watch, now);
        let next = (self.credits, self.cost);
        if let Some(why) = out_of_room(&watch.caps, &used(&watch, now), next) {
            return Err(ApiError::new(ErrorCode::RateLimited, why).into());
        }
        watch.recent.retain(|at| is_of_last_hour(*at, now));
        watch.runs = RunsOfMinute::with_one(&watch.runs, now);
        watch.held = watch.held.checked_add(self.credits).unwrap_or(watch.held);
        watch.cost = watch.cost.checked_add(self.cost).unwrap_or(watch.cost);
        writes.put(&self.watch, &watch);
        let version = self.lineage.versions;
        // What the file showed need not be the newest version: it may have gone back to an earlier text.
        let shown = self.file.version.filter(|(lineage, _)| *lineage == self.id);
        let row = VersionRow {
            number: found.number,
            study: found.row.id,
            hash: self.hash,
            watch: Some(self.watch),
            credits: self.credits,
            cost: self.cost,
            at: now,
            after: shown.map(|(_, version)| version),
        };
        writes.put(&(self.id, version), &row);
        writes.put(&self.id, &self.lineage);
        let file = FileRow {
            outcome: SaveOutcome::Queued,
            problems: Vec::new(),
            held: None,
            version: Some((self.id, version)),
            at: now,
            ..self.file
        };
        writes.put(&self.path, &file);
        if let Some(old) = self.renamed_from {
            writes.remove::<FileRow>(&old);
        }
        let saved = EventData::DraftSaved {
            file: Some(self.path),
            outcome: SaveOutcome::Queued,
            version: Some(version),
            held: None,
            problems: Vec::new(),
        };
        writes.announce(Some(found.row.id), saved);
        Ok(())
    }
}

/// Ends the studies of those numbers, because something takes their place that is written with it; says what is to be done
/// once that is durable. One that has ended or was deleted since it was looked at stays as it is.
pub(in crate::app) fn supersede(
    reader: &Reader<'_>,
    writes: &mut Writes,
    settings: &Settings,
    numbers: &[u32],
) -> Result<Vec<(u32, After)>, UseCaseError> {
    let mut ended = Vec::new();
    for number in numbers {
        let mut found = match by_number(reader, *number) {
            Ok(found) if found.progress.state.is_final() => continue,
            Ok(found) => found,
            Err(UseCaseError::Refused(error)) if error.code == ErrorCode::NotFound => continue,
            Err(error) => return Err(error),
        };
        let after = step(reader, writes, settings, &mut found, &Input::Supersede)?;
        ended.push((*number, after));
    }
    Ok(ended)
}

/// What a watch has used.
pub(in crate::app) fn used(watch: &WatchRow, now: Timestamp) -> WatchUse {
    let WatchRow { recent, runs, credits, held, cost, .. } = watch;
    let earlier = recent.iter().filter(|at| is_of_last_hour(**at, now)).count();
    let earlier = u32::try_from(earlier).unwrap_or(u32::MAX);
    let runs = RunsOfMinute::in_hour(runs, now).saturating_add(earlier);
    WatchUse { runs, credits: *credits, held: *held, cost: *cost }
}

/// Begins the sums of another day.
pub(in crate::app) fn begin_day(watch: &mut WatchRow, now: Timestamp) {
    let today = now.to_zoned(TimeZone::UTC).date();
    if watch.day != Some(today) {
        watch.day = Some(today);
        (watch.credits, watch.cost) = (Credits::ZERO, UsdMicros::ZERO);
    }
}

/// Counts what a version uses that ends now, in the place of what was set aside for it. Its announced cost stays counted
/// once anybody may have been asked: what calls cost is not known to the cent yet. Whoever decides whether the next version has room
/// counts the ones that it takes the place of by the same rule.
pub(in crate::app) fn count_end(
    watch: &mut WatchRow,
    version: &VersionRow,
    progress: &Progress,
    was_at_work: bool,
    now: Timestamp,
) {
    if version.credits <= Credits::ZERO {
        return;
    }
    begin_day(watch, now);
    let is_of_today = watch.day == Some(version.at.to_zoned(TimeZone::UTC).date());
    let cost = if was_at_work || !is_of_today { UsdMicros::ZERO } else { version.cost };
    watch.held = watch.held.checked_sub(version.credits).unwrap_or_default().max(Credits::ZERO);
    watch.cost = watch.cost.checked_sub(cost).unwrap_or_default().max(UsdMicros::ZERO);
    watch.credits = watch.credits.checked_add(progress.credits_used).unwrap_or(watch.credits);
}

/// What is known of a file, under its path or the one that it had before.
pub(in crate::app) fn known_file(
    reader: &Reader<'_>,
    path: &str,
    renamed_from: Option<&str>,
) -> Result<Option<FileRow>, Fault> {
    let known = reader.get::<FileRow>(&path.to_owned())?;
    match (known, renamed_from) {
        (None, Some(old)) => reader.get(&old.to_owned()),
        (known, _) => Ok(known),
    }
}

/// Counts what a version used that ends, at its watch.
pub(in crate::app) fn settle(
    reader: &Reader<'_>,
    writes: &mut Writes,
    found: &StudyRecord,
    was_at_work: bool,
) -> Result<(), UseCaseError> {
    let id = found.row.lineage.as_ref().and_then(|id| id.parse::<Uuid>().ok());
    let Some(id) = id else { return Ok(()) };
    let all = versions(reader, id)?;
    let own = all.into_iter().find(|(_, row)| row.study == found.row.id);
    let Some((version, row)) = own else { return Ok(()) };
    let Some(number) = row.watch.filter(|_| row.credits > Credits::ZERO) else { return Ok(()) };
    if let Some(mut watch) = writes.latest::<WatchRow>(reader, &number)? {
        count_end(&mut watch, &row, &found.progress, was_at_work, writes.time());
        writes.put(&number, &watch);
    }
    writes.put(&(id, version), &VersionRow { credits: Credits::ZERO, ..row });
    Ok(())
}

/// The versions of a lineage, oldest first.
pub(in crate::app) fn versions(
    reader: &Reader<'_>,
    lineage: Uuid,
) -> Result<Vec<(u32, VersionRow)>, Fault> {
    let mut found = Vec::new();
    reader.scan::<VersionRow>(&(lineage, 0), &(lineage, u32::MAX), Order::Rising, |key, row| {
        found.push((key.1, row));
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(found)
}

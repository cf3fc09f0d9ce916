//! The part of a submission (T1) that makes a study a version of a watched file: its row, its lineage, the state of its
//! file, and what its watch has used, in the transaction that takes the study on.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use protocol::credits::{Credits, UsdMicros};
use protocol::error::{ApiError, ErrorCode};
use protocol::event::EventData;
use protocol::watch::SaveOutcome;
use uuid::Uuid;

use crate::app::studies::lookup::StudyRecord;
use crate::domain::watch::{WatchUse, out_of_room};
use crate::store::rows::{FileRow, LineageRow, VersionRow, WatchRow};
use crate::store::{Reader, UseCaseError, Writes};

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
    /// The hash by which the version is known again.
    pub hash: String,
    /// Credits set aside.
    pub credits: Credits,
    /// Announced cost, at most.
    pub cost: UsdMicros,
    /// What the versions that it takes the place of gave back.
    pub returned: (Credits, UsdMicros),
}

impl NewVersion {
    /// The id of its lineage, as studies name it.
    pub(in crate::app) fn lineage(&self) -> String {
        self.id.to_string()
    }

    /// Writes it, if its watch is there, at work, and has room for it.
    pub(in crate::app) fn write(
        self,
        reader: &Reader<'_>,
        writes: &mut Writes,
        found: &StudyRecord,
    ) -> Result<(), UseCaseError> {
        let now = writes.time();
        let watch: Option<WatchRow> = reader.get(&self.watch)?;
        let mut watch = watch.filter(|watch| !watch.paused).ok_or_else(|| {
            ApiError::new(ErrorCode::Conflict, "The watch was paused or removed meanwhile")
        })?;
        begin_day(&mut watch, now);
        give_back(&mut watch, self.returned);
        let next = (self.credits, self.cost);
        if let Some(why) = out_of_room(&watch.caps, &used(&watch), now, next) {
            return Err(ApiError::new(ErrorCode::RateLimited, why).into());
        }
        let recent: Vec<Timestamp> = used(&watch).of_last_hour(now).chain([now]).collect();
        watch.recent = recent;
        watch.credits = watch.credits.checked_add(self.credits).unwrap_or(watch.credits);
        watch.cost = watch.cost.checked_add(self.cost).unwrap_or(watch.cost);
        writes.put(&self.watch, &watch);
        let version = self.lineage.versions;
        let row = VersionRow {
            number: found.number,
            study: found.row.id,
            hash: self.hash,
            credits: self.credits,
            cost: self.cost,
            at: now,
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

/// What a watch has used.
pub(in crate::app) fn used(watch: &WatchRow) -> WatchUse<'_> {
    WatchUse { recent: &watch.recent, credits: watch.credits, cost: watch.cost }
}

/// Begins the sums of another day.
pub(in crate::app) fn begin_day(watch: &mut WatchRow, now: Timestamp) {
    let today = now.to_zoned(TimeZone::UTC).date();
    if watch.day != Some(today) {
        watch.day = Some(today);
        (watch.credits, watch.cost) = (Credits::ZERO, UsdMicros::ZERO);
    }
}

/// Takes back what superseded versions did not use.
pub(in crate::app) fn give_back(watch: &mut WatchRow, (credits, cost): (Credits, UsdMicros)) {
    watch.credits = watch.credits.checked_sub(credits).unwrap_or_default().max(Credits::ZERO);
    watch.cost = watch.cost.checked_sub(cost).unwrap_or_default().max(UsdMicros::ZERO);
}

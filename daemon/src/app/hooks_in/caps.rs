//! What a study that a hook submitted takes of the caps of its source: credits and the most it may cost, of one calendar
//! day (UTC). Decided and written within the transaction that takes the study on; what it did not use comes back within
//! the one that ends it.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use protocol::credits::{Credits, UsdMicros};
use protocol::error::{ApiError, ErrorCode};

use crate::app::hooks_in::sources::rows;
use crate::app::keys::caps::{day_of, left_over, reserved};
use crate::app::studies::lookup::StudyRecord;
use crate::domain::hook_in::SourceId;
use crate::store::rows::{SourceRow, StudyRow};
use crate::store::{Fault, Reader, UseCaseError, Writes};

/// Takes of the caps of a source what a study sets aside.
pub(in crate::app) fn take(
    reader: &Reader<'_>,
    writes: &mut Writes,
    source: SourceId,
    study: &StudyRow,
) -> Result<(), UseCaseError> {
    let Some((name, mut row)) = found(reader, source)? else {
        return Err(ApiError::new(ErrorCode::Conflict, "Its source was removed").into());
    };
    let (credits, cost) = reserved(study);
    begin_day(&mut row, writes.time());
    row.credits = row.credits.checked_add(credits).unwrap_or(Credits(i64::MAX));
    row.cost = row.cost.checked_add(cost).unwrap_or(UsdMicros(i64::MAX));
    if let Some(cap) = row.caps.credits_per_day.filter(|cap| row.credits > *cap) {
        let all = row.credits;
        let what = format!(
            "With its {credits} credits the source would have set aside {all} today, more than its {cap}"
        );
        return Err(refused(what).into());
    }
    if let Some(cap) = row.caps.cost_per_day.filter(|cap| row.cost > *cap) {
        let (all, cap) = (row.cost.dollars(), cap.dollars());
        let what =
            format!("With it the source could cost ${all:.2} today, more than its ${cap:.2}");
        return Err(refused(what).into());
    }
    writes.put(&name, &row);
    Ok(())
}

/// Gives back what a study that has ended did not use.
pub(in crate::app) fn settle(
    reader: &Reader<'_>,
    writes: &mut Writes,
    found_study: &StudyRecord,
) -> Result<(), UseCaseError> {
    let StudyRecord { row: study, progress, .. } = found_study;
    // What is asked again is the owner's doing: its hold was never taken of the source.
    let Some(source) = study.source.filter(|_| progress.attempt == 0) else { return Ok(()) };
    let Some((name, mut row)) = found(reader, source)? else { return Ok(()) };
    begin_day(&mut row, writes.time());
    // What was set aside on another day is not in the sums of this one.
    if row.day == Some(day_of(found_study)) {
        let (unused, unspent) = left_over(reader, found_study)?;
        row.credits = row.credits.checked_sub(unused).unwrap_or_default().max(Credits::ZERO);
        row.cost = row.cost.checked_sub(unspent).unwrap_or_default().max(UsdMicros::ZERO);
    }
    writes.put(&name, &row);
    Ok(())
}

/// Changes by that much what a study takes of the dollars of its source, on the day whose sums have it.
pub(in crate::app) fn change_taken(
    reader: &Reader<'_>,
    writes: &mut Writes,
    found_study: &StudyRecord,
    change: UsdMicros,
) -> Result<(), UseCaseError> {
    let Some(source) = found_study.row.source else { return Ok(()) };
    let Some((name, mut row)) = found(reader, source)? else { return Ok(()) };
    begin_day(&mut row, writes.time());
    if row.day == Some(day_of(found_study)) {
        row.cost = row.cost.checked_add(change).unwrap_or(row.cost).max(UsdMicros::ZERO);
        writes.put(&name, &row);
    }
    Ok(())
}

/// Begins the sums of another day.
pub(super) fn begin_day(row: &mut SourceRow, now: Timestamp) {
    let today = now.to_zoned(TimeZone::UTC).date();
    if row.day != Some(today) {
        row.day = Some(today);
        (row.credits, row.cost) = (Credits::ZERO, UsdMicros::ZERO);
    }
}

fn found(reader: &Reader<'_>, source: SourceId) -> Result<Option<(String, SourceRow)>, Fault> {
    let is_it = |(name, row): &(String, SourceRow)| SourceId::new(name, row.added_at) == source;
    Ok(rows(reader)?.into_iter().find(is_it))
}

fn refused(what: String) -> ApiError {
    ApiError::new(ErrorCode::RateLimited, what).hint(
        "Send it again tomorrow (UTC), or add the source with a higher --max-credits or --max-usd",
    )
}

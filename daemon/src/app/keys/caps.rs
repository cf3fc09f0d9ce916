//! What a study that comes with a key takes of the key's caps: credits and the most it may cost, of one calendar day (UTC).
//! Decided and written within the transaction that takes the study on. What it did not use comes back within the one that ends
//! it; its cost, while calls are under way then, within the one that books them.

use std::ops::ControlFlow;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use protocol::credits::{Credits, UsdMicros};
use protocol::error::{ApiError, ErrorCode, Shortage};
use protocol::hint::{Hint, Remedy};
use protocol::key::{KeyCaps, KeyId};

use crate::app::money::agreed_cost::agreed_of;
use crate::app::studies::lookup::StudyRecord;
use crate::domain::instrument;
use crate::store::rows::{CallsUnderWay, CameBy, KeyRow, Progress, StudyRow, Unfinished};
use crate::store::{Fault, Order, Reader, UseCaseError, Writes};

/// Most studies of one key that are unfinished at a time.
pub(in crate::app) const UNFINISHED_MAX: usize = 100;

/// Takes of the caps of a key what a study sets aside.
pub(in crate::app) fn take(
    reader: &Reader<'_>,
    writes: &mut Writes,
    key: KeyId,
    credits: Credits,
    cost: UsdMicros,
) -> Result<(), UseCaseError> {
    let now = writes.time();
    let Some(mut row) = reader.get::<KeyRow>(&key.0)?.filter(|row| row.revoked_at.is_none()) else {
        let what = "The key was revoked meanwhile";
        return Err(ApiError::new(ErrorCode::Unauthorized, what)
            .hint(Remedy::owner("Make another one", "demoscope keys create"))
            .into());
    };
    begin(&mut row, now);
    let KeyCaps { credits_per_day, cost_per_day, .. } = row.made.caps;
    row.credits = row.credits.checked_add(credits).unwrap_or(Credits(i64::MAX));
    if let Some(cap) = credits_per_day.filter(|cap| row.credits > *cap) {
        let left = cap.checked_sub(row.credits).and_then(|left| left.checked_add(credits));
        let left = left.unwrap_or_default().max(Credits::ZERO);
        let what = format!(
            "The key may set aside {cap} credits a day, of which {left} are left; this study needs {credits}"
        );
        return Err(ApiError::new(ErrorCode::CostCap, what)
            .short_of(Shortage::Credits { required: credits, left })
            .hint(Hint::from("Ask a smaller panel").or(Remedy::owner(
                "make a key with a higher cap",
                "demoscope keys create --cap CREDITS",
            )))
            .into());
    }
    row.cost = row.cost.checked_add(cost).unwrap_or(UsdMicros(i64::MAX));
    if cost_per_day.is_some_and(|cap| row.cost > cap) {
        let cap = row.made.caps.cost_per_day.unwrap_or_default();
        let before = row.cost.checked_sub(cost).unwrap_or_default();
        return Err(too_dear(cap, cap.checked_sub(before).unwrap_or_default(), cost).into());
    }
    must_have_room(reader, key)?;
    row.studies = row.studies.saturating_add(1);
    row.last_study_at = Some(now);
    writes.put(&key.0, &row);
    Ok(())
}

/// Gives back what a study that has ended did not use, and counts what it used.
pub(in crate::app) fn settle(
    reader: &Reader<'_>,
    writes: &mut Writes,
    found: &StudyRecord,
) -> Result<(), UseCaseError> {
    // What was set aside for those who are asked again stays counted, or was never taken of the key.
    let Some(key) = found.row.api_key.filter(|_| found.progress.attempt == 0) else {
        return Ok(());
    };
    let Some(mut row) = reader.get::<KeyRow>(&key.0)? else { return Ok(()) };
    begin(&mut row, writes.time());
    let used = found.progress.credits_used;
    // What was set aside on another day is not in the sums of this one.
    if row.day == Some(day_of(found)) {
        let (unused, unspent) = left_over(reader, found)?;
        row.credits = row.credits.checked_sub(unused).unwrap_or_default().max(Credits::ZERO);
        row.cost = row.cost.checked_sub(unspent).unwrap_or_default().max(UsdMicros::ZERO);
    }
    row.used = row.used.checked_add(used).unwrap_or(row.used);
    writes.put(&key.0, &row);
    Ok(())
}

/// Changes by that much what a study takes of the dollars of its key, on the day whose sums have it.
pub(in crate::app) fn change_taken(
    reader: &Reader<'_>,
    writes: &mut Writes,
    found: &StudyRecord,
    change: UsdMicros,
) -> Result<(), UseCaseError> {
    let Some(key) = found.row.api_key else { return Ok(()) };
    let Some(mut row) = reader.get::<KeyRow>(&key.0)? else { return Ok(()) };
    begin(&mut row, writes.time());
    if row.day == Some(day_of(found)) {
        row.cost = row.cost.checked_add(change).unwrap_or(row.cost).max(UsdMicros::ZERO);
        writes.put(&key.0, &row);
    }
    Ok(())
}

/// By how much usage that is booked as lost changes what a study takes of its caps: nothing of those who are asked again.
pub(in crate::app) fn late_change(
    row: &StudyRow,
    (before, after): (&Progress, &Progress),
    were_under_way: bool,
) -> UsdMicros {
    if before.attempt != 0 {
        return UsdMicros::ZERO;
    }
    let counted = |progress: &Progress, are_under_way| {
        if progress.state.is_final() {
            counted(row, progress, are_under_way)
        } else {
            set_aside(row, progress)
        }
    };
    counted(after, false).checked_sub(counted(before, were_under_way)).unwrap_or_default()
}

/// What a study that has ended leaves of what it set aside: credits, and cost, which is negative by what a service counted
/// beyond what was announced.
pub(in crate::app) fn left_over(
    reader: &Reader<'_>,
    found: &StudyRecord,
) -> Result<(Credits, UsdMicros), Fault> {
    let progress = &found.progress;
    let (credits, _) = reserved(&found.row);
    let cost = set_aside(&found.row, progress);
    // Nobody notes calls any more for a study that has ended, so that what was noted is all that may be under way.
    let are_under_way = reader.get::<CallsUnderWay>(&found.number)?.is_some();
    let unused = credits.checked_sub(progress.credits_used).unwrap_or_default();
    let counted = counted(&found.row, progress, are_under_way);
    Ok((unused.max(Credits::ZERO), cost.checked_sub(counted).unwrap_or_default()))
}

/// What a study that has ended takes of the dollars of its caps: what it cost, and while calls may be under way no less than it
/// set aside.
fn counted(row: &StudyRow, progress: &Progress, are_under_way: bool) -> UsdMicros {
    let spent = progress.usage.cost;
    if are_under_way { spent.max(set_aside(row, progress)) } else { spent }
}

/// By how much another agreement changes what a study takes of its caps.
pub(in crate::app) fn agreement_change(
    row: &StudyRow,
    before: &Progress,
    after: &Progress,
) -> UsdMicros {
    if before.attempt != 0 {
        return UsdMicros::ZERO;
    }
    set_aside(row, after).checked_sub(set_aside(row, before)).unwrap_or_default()
}

/// The dollars that a study takes of its caps while it goes on: the upper end that is agreed by now.
fn set_aside(row: &StudyRow, progress: &Progress) -> UsdMicros {
    let agreed = agreed_of(row, progress).unwrap_or_default();
    row.spec.max_cost_usd.map_or(agreed, |cap| cap.min(agreed))
}

/// Takes more of the dollars of a key's cap for a study at work: as much as is wanted, or what is left of the cap if that is
/// so much at least, or nothing. `None` where the key has no cap in dollars.
pub(in crate::app) fn take_more(
    reader: &Reader<'_>,
    writes: &mut Writes,
    key: KeyId,
    wanted: UsdMicros,
    least: UsdMicros,
) -> Result<Option<UsdMicros>, Fault> {
    let Some(mut row) = reader.get::<KeyRow>(&key.0)? else { return Ok(None) };
    let Some(cap) = row.made.caps.cost_per_day else { return Ok(None) };
    begin(&mut row, writes.time());
    let left = cap.checked_sub(row.cost).unwrap_or_default();
    let granted = wanted.min(left);
    if granted < least || row.revoked_at.is_some() {
        return Ok(Some(UsdMicros::ZERO));
    }
    row.cost = row.cost.checked_add(granted).unwrap_or(UsdMicros(i64::MAX));
    writes.put(&key.0, &row);
    Ok(Some(granted))
}

/// The day (UTC) whose sums have what a study set aside.
pub(in crate::app) fn day_of(found: &StudyRecord) -> Date {
    found.row.created_at.to_zoned(TimeZone::UTC).date()
}

/// What a study sets aside of the caps of its key: credits, and the most it may cost.
pub(in crate::app) fn reserved(row: &StudyRow) -> (Credits, UsdMicros) {
    let cost = row.announced.map_or(UsdMicros::ZERO, |(_, high)| high);
    let cost = row.spec.max_cost_usd.map_or(cost, |cap| cap.min(cost));
    (instrument::price(&row.spec).unwrap_or(Credits(i64::MAX)), cost)
}

/// The part of a study's row that names its key.
#[derive(serde::Deserialize)]
struct Keyed {
    #[serde(default)]
    api_key: Option<KeyId>,
}

/// Takes of the caps of a key what asking some of a study's respondents again sets aside. Nothing of it comes back: neither
/// the day nor the key need be those that the study was taken on with.
pub(in crate::app) fn take_again(
    reader: &Reader<'_>,
    writes: &mut Writes,
    key: KeyId,
    row: &StudyRow,
    credits: Credits,
) -> Result<(), UseCaseError> {
    let (_, cost) = reserved(row);
    let made: Option<KeyRow> = reader.get(&key.0)?;
    let has_cap = made.is_some_and(|made| made.made.caps.cost_per_day.is_some());
    if cost > UsdMicros::ZERO && !has_cap {
        return Err(without_cap(cost).into());
    }
    take(reader, writes, key, credits, cost)
}

/// Refuses one more study of a key that has as many unfinished ones as it may have.
pub(in crate::app) fn must_have_room(reader: &Reader<'_>, key: KeyId) -> Result<(), UseCaseError> {
    if unfinished(reader, key)? < UNFINISHED_MAX {
        return Ok(());
    }
    let what =
        format!("{UNFINISHED_MAX} studies of this key are unfinished, and no more are taken");
    let error = ApiError::new(ErrorCode::RateLimited, what).hint("Wait until one has ended");
    Err(ApiError { retry_after_ms: Some(1_000), ..error }.into())
}

/// Unfinished studies of a key.
fn unfinished(reader: &Reader<'_>, key: KeyId) -> Result<usize, Fault> {
    let (mut count, mut unknown) = (0, Vec::new());
    reader.all::<Unfinished>(Order::Rising, |number, row| {
        match row.came {
            Some(came) => count += usize::from(came == CameBy::With(key)),
            None => unknown.push(number),
        }
        Ok(ControlFlow::Continue(()))
    })?;
    // What an earlier version took on does not say it.
    for number in unknown {
        let of: Option<Keyed> = reader.part::<StudyRow, _>(&number)?;
        count += usize::from(of.is_some_and(|of| of.api_key == Some(key)));
    }
    Ok(count)
}

/// The refusal of a study that costs more than is left of what a key may: it needs that much of it.
pub(in crate::app) fn too_dear(cap: UsdMicros, left: UsdMicros, required: UsdMicros) -> ApiError {
    let left = left.max(UsdMicros::ZERO);
    let what = format!(
        "The key may cost {cap} a day, of which {left} is left, and this study could exceed that"
    );
    ApiError::new(ErrorCode::CostCap, what).short_of(Shortage::Dollars { required, left }).hint(
        Hint::from("Ask a smaller panel").or(Remedy::owner(
            "make a key with a higher cap",
            "demoscope keys create --cap-usd DOLLARS",
        )),
    )
}

/// The refusal of a study that costs money, for a key whose owner confirmed none.
pub(in crate::app) fn without_cap(cost: UsdMicros) -> ApiError {
    let what = format!("This study can cost up to {cost}, and the key may cost nothing");
    ApiError::new(ErrorCode::CostCap, what)
        .short_of(Shortage::Dollars { required: cost, left: UsdMicros::ZERO })
        .hint(Hint::from("Use an engine that is free").or(Remedy::owner(
            "make a key with a cap in dollars, which confirms the cost,",
            "demoscope keys create --cap-usd DOLLARS",
        )))
}

/// The cost that a key may cause in a day, and what is left of it today; none where nothing limits it.
pub(in crate::app) fn cost_left(
    reader: &Reader<'_>,
    key: KeyId,
    now: Timestamp,
) -> Result<Option<(UsdMicros, UsdMicros)>, Fault> {
    let Some(mut row) = reader.get::<KeyRow>(&key.0)? else { return Ok(None) };
    begin(&mut row, now);
    let left = |cap: UsdMicros| cap.checked_sub(row.cost).unwrap_or_default().max(UsdMicros::ZERO);
    Ok(row.made.caps.cost_per_day.map(|cap| (cap, left(cap))))
}

/// Begins the sums of another day and the count of another month.
pub(in crate::app) fn begin(row: &mut KeyRow, now: Timestamp) {
    let today: Date = now.to_zoned(TimeZone::UTC).date();
    if row.day != Some(today) {
        row.day = Some(today);
        (row.credits, row.cost) = (Credits::ZERO, UsdMicros::ZERO);
    }
    if row.month != Some(today.first_of_month()) {
        row.month = Some(today.first_of_month());
        row.studies = 0;
        row.used = Credits::ZERO;
    }
}

//! Real money: what was spent today and at all, what calls under way may still cost, and the caps. A call is let through
//! only when its worst case fits under every cap together with the worst cases of all calls under way, so no cap is ever
//! passed, whatever a service reports.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use protocol::credits::UsdMicros;
use protocol::error::ApiError;
use protocol::ledger::Amount;
use protocol::service::Reply;

use crate::domain::ledger::cost;
use crate::domain::outcome::Usage;
use crate::store::rows::TransferRow;
use crate::store::{Fault, Order, Writes};

use super::Core;
use super::budget::this_month;
use super::lookup::by_number;
use super::price::dollars;
use super::step::defect;

/// From so many respondents on, what they cost on average is what one usually costs.
const USUAL_FROM: u32 = 10;

/// The caps on real cost that settings give; none is without limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Caps {
    /// Most of one calendar day in UTC.
    pub day: Option<UsdMicros>,
    /// Most of all time.
    pub total: Option<UsdMicros>,
}

/// Why a call may not be paid for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{cap} of {} leaves no room for another call, which may cost {}",
    dollars(*.limit),
    dollars(*.worst)
)]
pub struct Capped {
    /// Which cap it is.
    pub cap: &'static str,
    /// How high it is.
    pub limit: UsdMicros,
    /// What the call may cost.
    pub worst: UsdMicros,
    /// Calls of other studies have money set aside under that cap: when they are over there may be room.
    pub others: bool,
}

/// What was spent and what may be.
#[derive(Debug, Default)]
pub(super) struct Spending(Mutex<Option<Books>>);

#[derive(Debug, Default)]
struct Books {
    day: i64,
    today: i64,
    total: i64,
    reserved: i64,
    studies: BTreeMap<u32, Study>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Study {
    spent: i64,
    reserved: i64,
}

impl Spending {
    fn books(&self) -> MutexGuard<'_, Option<Books>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Core {
    /// Reads from the ledger what was spent, and tells what that study has cost so far. Call it before the study's first
    /// reservation; it blocks its thread.
    pub fn open_spending(&self, number: u32) -> Reply<()> {
        let now = self.world().clock.now();
        let first = self.spending().books().is_none();
        let (spent, ledger) = self.store().read(|reader| -> Result<_, Fault> {
            let progress = reader.get::<crate::store::rows::Progress>(&number)?;
            let spent = progress.map_or(0, |progress| progress.usage.cost.0);
            if !first {
                return Ok((spent, None));
            }
            let (mut today, mut total) = (0_i64, 0_i64);
            let last = reader.last_key::<TransferRow>()?.unwrap_or(0);
            reader.scan::<TransferRow>(&1, &last, Order::Falling, |_, row| {
                for posting in row
                    .0
                    .postings
                    .iter()
                    .filter(|posting| posting.account.starts_with("owner/cost/"))
                {
                    if let Amount::UsdMicros(UsdMicros(micros)) = posting.amount {
                        total = total.saturating_add(micros);
                        if day_of(row.0.at) == day_of(now) {
                            today = today.saturating_add(micros);
                        }
                    }
                }
                Ok(ControlFlow::Continue(()))
            })?;
            Ok((spent, Some((today, total))))
        })?;
        let mut books = self.spending().books();
        if let (None, Some((today, total))) = (books.as_ref(), ledger) {
            *books = Some(Books { day: day_of(now), today, total, ..Books::default() });
        }
        if let Some(books) = books.as_mut() {
            books.studies.entry(number).or_default().spent = spent;
        }
        Ok(())
    }

    /// Sets the worst case of one call aside, if every cap allows it.
    ///
    /// # Errors
    /// The cap that does not.
    pub fn reserve_cost(
        &self,
        number: u32,
        own_cap: Option<UsdMicros>,
        worst: UsdMicros,
    ) -> Result<(), Capped> {
        let caps = self.settings().caps;
        let mut books = self.spending().books();
        let books = books.get_or_insert_default();
        // Only forward: a clock set back gives no second day.
        let day = day_of(self.world().clock.now());
        if day > books.day {
            (books.day, books.today) = (day, 0);
        }
        let study = books.studies.entry(number).or_default();
        let committed = [
            ("the study's cost cap", own_cap, study.spent.saturating_add(study.reserved)),
            ("the day's cost cap", caps.day, books.today.saturating_add(books.reserved)),
            ("the overall cost cap", caps.total, books.total.saturating_add(books.reserved)),
        ];
        let others = books.reserved > study.reserved;
        for (place, (cap, limit, committed)) in committed.into_iter().enumerate() {
            if let Some(limit) = limit
                && committed.saturating_add(worst.0) > limit.0
            {
                return Err(Capped { cap, limit, worst, others: others && place > 0 });
            }
        }
        study.reserved = study.reserved.saturating_add(worst.0);
        books.reserved = books.reserved.saturating_add(worst.0);
        Ok(())
    }

    /// The call is over: what it cost is spent, what was set aside beyond that is free again.
    pub fn settle_cost(&self, number: u32, worst: UsdMicros, actual: UsdMicros) {
        let mut books = self.spending().books();
        let books = books.get_or_insert_default();
        let study = books.studies.entry(number).or_default();
        study.reserved = study.reserved.saturating_sub(worst.0).max(0);
        study.spent = study.spent.saturating_add(actual.0);
        books.reserved = books.reserved.saturating_sub(worst.0).max(0);
        books.today = books.today.saturating_add(actual.0);
        books.total = books.total.saturating_add(actual.0);
    }

    /// The study asks nothing more.
    pub fn close_spending(&self, number: u32) {
        if let Some(books) = self.spending().books().as_mut()
            && let Some(study) = books.studies.remove(&number)
        {
            books.reserved = books.reserved.saturating_sub(study.reserved);
        }
    }

    /// Books the calls that may have been under way when the daemon was cut off, since nobody knows what became of them: as
    /// many as could be, each at what a respondent of this study usually costs, because what was said to them before may not
    /// be booked either; before that is known, at `worst`. Without this a study that is cut off now and then would cost more than it says, and pass its cap.
    pub async fn book_cut_off(&self, number: u32, count: u32, worst: UsdMicros) -> Reply<()> {
        let reading = self.clone();
        let each = self
            .looking(move |_| {
                let found = reading.store().read(|reader| by_number(reader, number))?;
                let progress = found.progress;
                // What was booked for nothing is nobody's usual cost.
                let cost = progress.usage.cost.0.saturating_sub(progress.lost.cost.0);
                let settled = progress.panel.settled();
                let usual = cost.checked_div(i64::from(settled)).filter(|_| settled >= USUAL_FROM);
                Ok(usual.map_or(worst, |usual| UsdMicros(usual.saturating_add(1))))
            })
            .await?;
        if each == UsdMicros::ZERO || worst == UsdMicros::ZERO {
            return Ok(());
        }
        let cost = UsdMicros(each.0.saturating_mul(i64::from(count)));
        tracing::warn!(study = number, count, %cost, "calls may have been under way when the daemon was cut off");
        self.book_lost(number, Usage { cost, at_most: count, ..Usage::default() }).await
    }

    /// Books what calls cost whose replies became no outcome: those under way when a study was cancelled or halted.
    pub async fn book_lost(&self, number: u32, usage: Usage) -> Reply<()> {
        if usage == Usage::default() {
            return Ok(());
        }
        let now = self.world().clock.now();
        let name = format!("lost/{}", self.world().ids.fresh());
        self.store()
            .write(move |reader| {
                let mut found = by_number(reader, number)?;
                let mut writes = Writes::at(now);
                if usage.cost > UsdMicros::ZERO {
                    let month = this_month(reader, now)?;
                    let (id, engine) = (found.row.id, &found.row.spec.engine);
                    let movement = cost(id, &name, month, engine, usage.cost)
                        .map_err(|error| defect(&error))?;
                    writes.book(movement);
                }
                found.progress.usage = found.progress.usage.plus(usage);
                found.progress.lost = found.progress.lost.plus(usage);
                writes.put(&found.number, &found.progress);
                Ok(((), writes))
            })
            .await
    }
}

/// Days since 1970 in UTC.
fn day_of(at: Timestamp) -> i64 {
    let date = at.to_zoned(TimeZone::UTC).date();
    date.since(jiff::civil::date(1970, 1, 1)).map_or(0, |span| i64::from(span.get_days()))
}

/// A cap as settings give it: dollars, where 0 is none.
#[expect(clippy::cast_possible_truncation, reason = "settings allow at most a million dollars")]
pub fn cap(dollars: f64) -> Option<UsdMicros> {
    (dollars > 0.0).then(|| UsdMicros((dollars * 1e6).round() as i64))
}

impl From<Capped> for ApiError {
    fn from(capped: Capped) -> Self {
        Self::new(protocol::error::ErrorCode::CostCap, capped.to_string())
    }
}

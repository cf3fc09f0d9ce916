//! Cost caps and reservations: in memory, the real money spent today and in all, what calls under way may still cost,
//! the part of it that the ledger does not hold yet, and the caps. A call is allowed only when its worst case fits
//! under every cap together with the worst cases of all calls under way, and what calls of the study really come to under the
//! upper end that its owner agreed to. A service that counts more than it was allowed is booked as it counts; the worst cases
//! learn of it, so that a cap is exceeded by no more than was under way. The agreed upper end is not exceeded while no call
//! costs more than the dearest one that had ended when it went: before any ended, calls count at their worst cases, and what
//! was set aside before a dearer one ended counts in proportion.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use protocol::credits::UsdMicros;
use protocol::error::ApiError;
use protocol::ledger::Amount;
use protocol::service::Reply;
use tokio::sync::OnceCell;

use crate::domain::ledger::{Account, AccountPurse};
use crate::domain::outcome::Usage;
use crate::inference::price::Booked;
use crate::store::rows::TransferRow;
use crate::store::{CallLog, Fault, LeftCalls, NotedAmount, Order, Reader, SentCall};

use crate::app::money::agreed_cost::agreed;
use crate::app::{Caller, Core, Scope};

/// The caps on real cost that settings give; none is without limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Caps {
    /// Most of one calendar day in UTC.
    pub day: Option<UsdMicros>,
    /// Most of all time.
    pub total: Option<UsdMicros>,
}

/// Why a call may not be paid for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{cap} of {} leaves no room for another call, which may cost {}",
    .limit.exact(),
    .worst.exact()
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
    /// It is no cap but the upper end that was agreed: the owner is asked for more.
    pub asks_owner: bool,
}

/// What a call comes to of its worst case at least, in millionths: announcements reckon with about as much. The first call
/// of a study counts so, too: nothing that is announced for a small panel leaves room for its worst case.
const SHARE_FIRST: i64 = 350_000;
/// All of it.
const SHARE_WHOLE: i64 = 1_000_000;

/// What was spent and what may be.
#[derive(Debug, Default)]
pub(in crate::app) struct Spending {
    books: Mutex<Option<Books>>,
    checks: AtomicU32,
    /// The calls under way one by one, as far as they may cost something.
    calls: CallLog,
    /// Set once what an end that was not clean left behind is booked.
    pub(in crate::app) past: OnceCell<()>,
}

#[derive(Debug, Default)]
struct Books {
    day: i64,
    today: i64,
    total: i64,
    reserved: i64,
    studies: BTreeMap<u32, Study>,
    /// The most that a call came to of its worst case, by engine: the next study begins with it.
    shares: BTreeMap<String, i64>,
}

#[derive(Clone, Debug, Default)]
struct Study {
    spent: i64,
    reserved: i64,
    /// The largest worst case that was set aside for one call.
    largest: i64,
    /// Of what was spent, what the ledger does not hold yet.
    unbooked: i64,
    /// Of that, how many calls at least are in it at the most that they can have cost.
    at_most: u32,
    /// Of all its calls, how many are booked at an upper bound.
    bounded: u32,
    /// The upper end of its cost that its owner agreed to.
    agreed: Option<i64>,
    /// Nobody will agree to more.
    is_final: bool,
    /// The most that a call came to of its worst case, in millionths; 0 before any was seen.
    share: i64,
    /// Of what is set aside, what was before a call ended that cost more than its worst case, and what it cost of that, in
    /// millionths.
    stale: i64,
    stale_share: i64,
    /// The engine that is asked.
    engine: String,
    /// It makes no calls: whatever is unbooked could not be booked at the end, and waits for the store.
    ended: bool,
}

impl Study {
    fn take_back(&mut self, worst: i64) -> i64 {
        let back = worst.clamp(0, self.reserved.max(0));
        self.reserved -= back;
        self.stale = self.stale.saturating_sub(back).max(0);
        back
    }

    /// What calls really come to that are reserved at their worst cases, those under way and one more.
    fn really(&self, more: i64) -> i64 {
        let is_first = self.reserved == 0 && self.spent == 0;
        let share = match self.share {
            0 if is_first => SHARE_FIRST,
            0 => SHARE_WHOLE,
            seen => seen.max(SHARE_FIRST),
        };
        let stale = self.stale.min(self.reserved);
        let fresh = self.reserved.saturating_sub(stale).saturating_add(more);
        let of = |amount: i64, share: i64| i128::from(amount).saturating_mul(i128::from(share));
        let come_to = of(fresh, share).saturating_add(of(stale, self.stale_share.max(share)));
        i64::try_from(come_to / i128::from(SHARE_WHOLE)).unwrap_or(i64::MAX)
    }

    /// What calls under way come to beyond what is set aside for them, where a call that ended cost more than its worst case.
    fn beyond(&self) -> i64 {
        let stale = i128::from(self.stale.min(self.reserved).max(0));
        let more = i128::from(self.stale_share.saturating_sub(SHARE_WHOLE).max(0));
        i64::try_from(stale.saturating_mul(more) / i128::from(SHARE_WHOLE)).unwrap_or(i64::MAX)
    }

    /// Learns from what a call cost that was reserved at `worst`. One that cost more than that raises the worst cases that
    /// follow, and counts as all of them; what is set aside already was reckoned too low.
    fn learn(&mut self, worst: i64, actual: i64) {
        let share = i128::from(actual).saturating_mul(i128::from(SHARE_WHOLE));
        let share = share.checked_div(i128::from(worst)).unwrap_or_default();
        let share = i64::try_from(share).unwrap_or(i64::MAX).max(0);
        // What is booked at its worst case says nothing of what calls come to.
        if actual == worst {
            return;
        }
        if share > SHARE_WHOLE {
            self.stale_share = if self.stale > 0 { self.stale_share.max(share) } else { share };
            self.stale = self.reserved;
        }
        self.share = self.share.max(share.min(SHARE_WHOLE));
    }
}

impl Spending {
    /// Nothing was spent yet; calls that may cost something are noted in that log.
    pub(in crate::app) fn noted_in(calls: CallLog) -> Self {
        Self { calls, ..Self::default() }
    }

    /// What a killed daemon left under way of a study; `None` where it is not known call by call.
    pub(in crate::app) fn left(&self, number: u32) -> Option<LeftCalls> {
        self.calls.left(number)
    }

    /// A study may make calls from now on.
    pub(in crate::app) fn note_begun(&self, number: u32) {
        let books = self.books();
        let study = books.as_ref().and_then(|books| books.studies.get(&number));
        let (spent, bounded) = study.map_or((0, 0), |study| (study.spent, study.bounded));
        self.calls.spent(number, spent, bounded);
    }

    /// What was left under way of a study, or what it has spent, is in the ledger.
    pub(in crate::app) fn note_booked_all(&self, number: u32) {
        self.calls.close(number);
    }

    /// Whatever was left under way is in the ledger.
    pub(in crate::app) fn note_past_booked(&self) {
        self.calls.close_left();
    }

    fn books(&self) -> MutexGuard<'_, Option<Books>> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One more check of an engine: which it is since the daemon started.
    pub(in crate::app) fn count_check(&self) -> u32 {
        self.checks.fetch_add(1, Ordering::Relaxed)
    }
}

impl Core {
    /// Reads from the ledger what was spent, and from the study's rows what it has cost so far. Call it before the study's
    /// first reservation.
    pub(crate) async fn open_spending(&self, caller: &Caller, number: u32) -> Reply<()> {
        caller.may(Scope::Operate)?;
        self.looking(move |core| core.read_spending(number)).await
    }

    fn read_spending(&self, number: u32) -> Reply<()> {
        let now = self.world().clock.now();
        let first = self.spending().books().is_none();
        let (spent, ledger) = self.store().read(|reader| -> Result<_, Fault> {
            let progress = reader.get::<crate::store::rows::Progress>(&number)?;
            let agreed = match &progress {
                Some(progress) => agreed(reader, number, progress)?,
                None => None,
            };
            let is_final = progress.as_ref().is_some_and(|progress| progress.agreed.is_final);
            let row = reader.get::<crate::store::rows::StudyRow>(&number)?;
            let engine = row.map(|row| row.spec.engine).unwrap_or_default();
            let usage = progress.map_or(Usage::default(), |progress| progress.usage);
            let spent = (usage, agreed, is_final, engine);
            if !first {
                return Ok((spent, None));
            }
            Ok((spent, Some(booked(reader, now)?)))
        })?;
        let (spent, agreed, is_final, engine) = spent;
        let mut books = self.spending().books();
        if let (None, Some((today, total))) = (books.as_ref(), ledger) {
            *books = Some(Books { day: day_of(now), today, total, ..Books::default() });
        }
        if let Some(books) = books.as_mut() {
            let share = books.shares.get(&engine).copied().unwrap_or_default();
            let study = books.studies.entry(number).or_default();
            study.spent = spent.cost.0.saturating_add(study.unbooked);
            study.bounded = spent.at_most;
            study.agreed = agreed.map(|agreed| agreed.0);
            study.is_final = is_final;
            study.ended = false;
            study.share = study.share.max(share);
            study.engine = engine;
            self.spending().calls.spent(number, study.spent, study.bounded);
        }
        Ok(())
    }

    /// Sets the worst case of one call aside, if every cap allows it. The study's spending must be open.
    ///
    /// # Errors
    /// The cap that does not.
    pub(crate) fn reserve_cost(
        &self,
        number: u32,
        own_cap: Option<UsdMicros>,
        worst: UsdMicros,
    ) -> Result<(), Capped> {
        if worst == UsdMicros::ZERO {
            return Ok(());
        }
        let caps = self.settings().caps;
        let mut books = self.spending().books();
        let Some(books) = books.as_mut() else {
            // Without what was spent before no cap can be kept.
            let limit = UsdMicros::ZERO;
            return Err(Capped {
                cap: "the cap before the ledger is read",
                limit,
                worst,
                others: false,
                asks_owner: false,
            });
        };
        // Only forward: a clock set back gives no second day.
        let day = day_of(self.world().clock.now());
        if day > books.day {
            (books.day, books.today) = (day, 0);
        }
        let study = books.studies.entry(number).or_default();
        let beyond = study.beyond();
        let with =
            |spent: i64, reserved: i64| spent.saturating_add(reserved).saturating_add(beyond);
        let committed = [
            ("the study's cost cap", own_cap, with(study.spent, study.reserved)),
            ("the day's cost cap", caps.day, with(books.today, books.reserved)),
            ("the overall cost cap", caps.total, with(books.total, books.reserved)),
        ];
        let others = books.reserved > study.reserved;
        for (place, (cap, limit, committed)) in committed.into_iter().enumerate() {
            if let Some(limit) = limit
                && committed.saturating_add(worst.0) > limit.0
            {
                let others = others && place > 0;
                return Err(Capped { cap, limit, worst, others, asks_owner: false });
            }
        }
        let comes_to = study.really(worst.0);
        if let Some(agreed) = study.agreed
            && study.spent.saturating_add(comes_to) > agreed
        {
            let limit = UsdMicros(agreed);
            let asks_owner = !study.is_final;
            let cap =
                if asks_owner { "the agreed upper end" } else { "what the cap of its key leaves" };
            return Err(Capped { cap, limit, worst, others: false, asks_owner });
        }
        study.reserved = study.reserved.saturating_add(worst.0);
        study.largest = study.largest.max(worst.0);
        books.reserved = books.reserved.saturating_add(worst.0);
        Ok(())
    }

    /// The call is over: what it cost is spent, what was set aside beyond that is free again.
    pub(crate) fn settle_cost(&self, number: u32, worst: UsdMicros, actual: UsdMicros) {
        if (worst, actual) == (UsdMicros::ZERO, UsdMicros::ZERO) {
            return;
        }
        if let Some(books) = self.spending().books().as_mut() {
            books.settle(number, worst.0, actual.0);
            if let Some(study) = books.studies.get(&number).filter(|_| actual > UsdMicros::ZERO) {
                self.spending().calls.spent(number, study.spent, study.bounded);
            }
        }
    }

    /// Notes that a call goes which is booked at that if nothing is counted of it: a daemon that is killed before it is settled
    /// leaves the note.
    pub(crate) fn note_sent(&self, number: u32, uncounted: Booked) -> Option<SentCall> {
        let Booked { cost, estimated, .. } = uncounted;
        let basis = if estimated { NotedAmount::Seen } else { NotedAmount::Worst };
        (cost > UsdMicros::ZERO).then(|| self.spending().calls.sent(number, cost.0, basis))
    }

    /// That call is settled.
    pub(crate) fn note_over(&self, call: SentCall) {
        self.spending().calls.over(call);
    }

    /// That much of what was spent is in the ledger.
    pub(in crate::app) fn note_booked(&self, number: u32, usage: Usage) {
        if let Some(study) =
            self.spending().books().as_mut().and_then(|books| books.studies.get_mut(&number))
        {
            study.unbooked = study.unbooked.saturating_sub(usage.cost.0).max(0);
        }
    }

    /// What was booked without having been settled here.
    pub(in crate::app) fn note_spent(&self, cost: UsdMicros) {
        if let Some(books) = self.spending().books().as_mut() {
            books.today = books.today.saturating_add(cost.0);
            books.total = books.total.saturating_add(cost.0);
        }
    }

    /// The study asks nothing more: whatever is still set aside was given up, and counts as spent. Gives what the ledger does
    /// not hold yet.
    pub(in crate::app) fn stop_spending(&self, number: u32) -> Usage {
        let mut books = self.spending().books();
        let Some(books) = books.as_mut() else { return Usage::default() };
        let Some(study) = books.studies.get_mut(&number) else { return Usage::default() };
        study.ended = true;
        let given_up = study.reserved;
        if given_up > 0 {
            let largest = study.largest.max(1);
            // Rounded up; checked, because a program that counts money wrong must not count calls at all.
            let calls = given_up.saturating_add(largest.saturating_sub(1)) / largest;
            study.at_most = study.at_most.saturating_add(u32::try_from(calls).unwrap_or(u32::MAX));
            books.settle(number, given_up, given_up);
        }
        let Some(study) = books.studies.get(&number) else { return Usage::default() };
        Usage { cost: UsdMicros(study.unbooked), at_most: study.at_most, ..Usage::default() }
    }

    /// Everything of that study is in the ledger.
    pub(in crate::app) fn forget_spending(&self, number: u32) {
        if let Some(books) = self.spending().books().as_mut() {
            books.studies.remove(&number);
        }
        self.spending().note_booked_all(number);
    }

    /// What that study has spent and the ledger does not hold yet.
    pub(crate) fn unbooked(&self, number: u32) -> UsdMicros {
        let books = self.spending().books();
        let study = books.as_ref().and_then(|books| books.studies.get(&number));
        UsdMicros(study.map_or(0, |study| study.unbooked))
    }

    /// What that study has spent, as far as its spending is open.
    pub(in crate::app) fn spent(&self, number: u32) -> UsdMicros {
        let books = self.spending().books();
        let study = books.as_ref().and_then(|books| books.studies.get(&number));
        UsdMicros(study.map_or(0, |study| study.spent))
    }

    /// Studies that make no calls any more and have spent money that the ledger does not hold.
    pub(in crate::app) fn with_unbooked(&self) -> Vec<u32> {
        self.spending_studies(|study| study.ended && study.unbooked > 0)
    }

    /// Every study whose spending was opened and is not wholly in the ledger.
    pub(in crate::app) fn with_spending(&self) -> Vec<u32> {
        self.spending_studies(|_| true)
    }

    fn spending_studies(&self, wanted: impl Fn(&Study) -> bool) -> Vec<u32> {
        let books = self.spending().books();
        let studies = books.iter().flat_map(|books| &books.studies);
        studies.filter(|(_, study)| wanted(study)).map(|(number, _)| *number).collect()
    }
}

impl Books {
    fn settle(&mut self, number: u32, worst: i64, actual: i64) {
        let study = self.studies.entry(number).or_default();
        let back = study.take_back(worst);
        study.learn(worst, actual);
        study.bounded = study.bounded.saturating_add(u32::from(actual > 0 && actual == worst));
        // What is booked at its worst case says nothing of what calls come to.
        if study.share > 0 && actual != worst && !study.engine.is_empty() {
            let known = self.shares.entry(study.engine.clone()).or_default();
            *known = study.share.max(*known);
        }
        study.spent = study.spent.saturating_add(actual);
        study.unbooked = study.unbooked.saturating_add(actual);
        self.reserved = self.reserved.saturating_sub(back);
        self.today = self.today.saturating_add(actual);
        self.total = self.total.saturating_add(actual);
    }
}

/// What the ledger holds of real cost: of that day, and at all.
pub(in crate::app) fn booked(reader: &Reader<'_>, now: Timestamp) -> Result<(i64, i64), Fault> {
    let (mut today, mut total) = (0_i64, 0_i64);
    let last = reader.last_key::<TransferRow>()?.unwrap_or(0);
    reader.scan::<TransferRow>(&1, &last, Order::Falling, |_, row| {
        for posting in &row.0.postings {
            if let Amount::UsdMicros(UsdMicros(micros)) = posting.amount
                && let Ok(account) = posting.account.parse::<Account>()
                && matches!(account.purse(), AccountPurse::Cost(_))
            {
                total = total.saturating_add(micros);
                if day_of(row.0.at) == day_of(now) {
                    today = today.saturating_add(micros);
                }
            }
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok((today, total))
}

impl Caps {
    /// What the caps leave room for; `None` is without limit.
    pub(in crate::app) fn room(&self, (today, total): (i64, i64)) -> Option<UsdMicros> {
        let left = |cap: Option<UsdMicros>, spent: i64| Some(cap?.0.saturating_sub(spent).max(0));
        [left(self.day, today), left(self.total, total)].into_iter().flatten().min().map(UsdMicros)
    }
}

/// Days since 1970 in UTC.
fn day_of(at: Timestamp) -> i64 {
    let date = at.to_zoned(TimeZone::UTC).date();
    date.since(jiff::civil::date(1970, 1, 1)).map_or(0, |span| i64::from(span.get_days()))
}

/// A cap as settings give it: dollars, where 0 is none.
#[expect(clippy::cast_possible_truncation, reason = "settings allow at most a million dollars")]
pub(crate) fn cap(dollars: f64) -> Option<UsdMicros> {
    (dollars > 0.0).then(|| UsdMicros((dollars * 1e6).round() as i64))
}

impl From<Capped> for ApiError {
    fn from(capped: Capped) -> Self {
        Self::new(protocol::error::ErrorCode::CostCap, capped.to_string())
    }
}

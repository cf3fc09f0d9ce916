//! Caps of a watch: studies in an hour, credits and announced cost in a day. What is set aside counts as well as what is
//! used, so that a cap holds before anybody is asked.

use std::time::Duration;

use jiff::Timestamp;
use protocol::credits::{Credits, UsdMicros};
use protocol::watch::WatchCaps;
use serde::{Deserialize, Serialize};

const HOUR: Duration = Duration::from_hours(1);
/// Minutes of an hour.
const MINUTES: u64 = 60;

/// Submissions of one minute: however many there are in an hour, few rows tell them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RunsOfMinute {
    /// Minutes since 1970.
    minute: i64,
    /// How many.
    runs: u32,
}

impl RunsOfMinute {
    /// Those of the hour around `now`, and one more. A clock that was set back must not forget them.
    pub(crate) fn with_one(all: &[Self], now: Timestamp) -> Vec<Self> {
        let minute = minute(now);
        let mut near: Vec<Self> = all.iter().filter(|one| one.is_near(now)).copied().collect();
        match near.iter_mut().find(|one| one.minute == minute) {
            Some(one) => one.runs = one.runs.saturating_add(1),
            None => near.push(Self { minute, runs: 1 }),
        }
        near
    }

    /// How many there were in the hour around `now`.
    pub(crate) fn in_hour(all: &[Self], now: Timestamp) -> u32 {
        let near = all.iter().filter(|one| one.is_near(now));
        near.fold(0, |sum, one| sum.saturating_add(one.runs))
    }

    fn is_near(&self, now: Timestamp) -> bool {
        minute(now).abs_diff(self.minute) < MINUTES
    }
}

/// Whether a submission was in the hour around `now`.
pub(crate) fn is_of_last_hour(at: Timestamp, now: Timestamp) -> bool {
    now.duration_since(at).unsigned_abs() < HOUR
}

fn minute(at: Timestamp) -> i64 {
    at.as_second().div_euclid(60)
}

/// What a watch has used.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct WatchUse {
    /// Submissions of the last hour.
    pub runs: u32,
    /// Credits used today.
    pub credits: Credits,
    /// Credits set aside for versions that have not ended.
    pub held: Credits,
    /// Cost announced today.
    pub cost: UsdMicros,
}

/// Why a watch may not ask for a study that sets aside so much; `None` where it may.
#[must_use]
pub(crate) fn out_of_room(
    caps: &WatchCaps,
    used: &WatchUse,
    (credits, cost): (Credits, UsdMicros),
) -> Option<String> {
    let runs = used.runs;
    if runs >= caps.runs_per_hour {
        return Some(format!("the watch asked for {runs} studies in the last hour, its most"));
    }
    let (spent, held) = (used.credits, used.held);
    let all = spent.checked_add(held).and_then(|all| all.checked_add(credits));
    let all = all.unwrap_or(Credits(i64::MAX));
    if let Some(cap) = caps.credits_per_day.filter(|cap| all > *cap) {
        return Some(format!(
            "with its {credits} credits the watch could use {all} today, more than its {cap} ({spent} used, {held} set aside)"
        ));
    }
    let cost = used.cost.checked_add(cost).unwrap_or(UsdMicros(i64::MAX));
    if let Some(cap) = caps.cost_per_day.filter(|cap| cost > *cap) {
        let (cost, cap) = (cost.dollars(), cap.dollars());
        return Some(format!(
            "with it the watch could cost ${cost:.2} today, more than its ${cap:.2}"
        ));
    }
    None
}

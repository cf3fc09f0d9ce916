//! Caps of a watch: studies in an hour, credits and announced cost in a day. What is set aside counts, so that a cap holds
//! before anybody is asked.

use std::time::Duration;

use jiff::Timestamp;
use protocol::credits::{Credits, UsdMicros};
use protocol::watch::WatchCaps;

const HOUR: Duration = Duration::from_hours(1);

/// What a watch has used.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct WatchUse<'a> {
    /// Submissions of the last hour, and older ones.
    pub recent: &'a [Timestamp],
    /// Credits set aside today.
    pub credits: Credits,
    /// Cost announced today.
    pub cost: UsdMicros,
}

impl WatchUse<'_> {
    /// The submissions of the hour around `now`. A clock that was set back must not forget them.
    pub(crate) fn of_last_hour(&self, now: Timestamp) -> impl Iterator<Item = Timestamp> {
        let is_near = move |at: &&Timestamp| now.duration_since(**at).unsigned_abs() < HOUR;
        self.recent.iter().filter(is_near).copied()
    }
}

/// Why a watch may not ask for a study that sets aside so much; `None` where it may.
#[must_use]
pub(crate) fn out_of_room(
    caps: &WatchCaps,
    used: &WatchUse<'_>,
    now: Timestamp,
    (credits, cost): (Credits, UsdMicros),
) -> Option<String> {
    let runs = used.of_last_hour(now).count();
    if u32::try_from(runs).unwrap_or(u32::MAX) >= caps.runs_per_hour {
        return Some(format!("the watch asked for {runs} studies in the last hour, its most"));
    }
    let credits = used.credits.checked_add(credits).unwrap_or(Credits(i64::MAX));
    if let Some(cap) = caps.credits_per_day.filter(|cap| credits > *cap) {
        return Some(format!(
            "with it the watch would set aside {credits} credits today, more than its {cap}"
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

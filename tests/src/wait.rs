//! Waiting for states. Every wait has a bound far above the expected time, and fails with a description of the state;
//! the daemon's event feed wakes the waiter where possible, otherwise the state is polled.

use std::time::{Duration, Instant};

use protocol::event::Cursor;
use protocol::id::StudyId;
use protocol::run::{State, Study};

use crate::Link;

/// Far above the time of any wait, also on a busy machine.
pub const BOUND: Duration = Duration::from_mins(1);

/// The polling interval for states without a notification, such as another process.
const PAUSE: Duration = Duration::from_millis(2);

/// Polls until there is a value.
///
/// # Panics
/// When there is none within the bound.
pub fn until<T>(what: &str, bound: Duration, mut look: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(seen) = look() {
            return seen;
        }
        assert!(begun.elapsed() < bound, "waited {bound:?} in vain: {what}");
        pass(PAUSE);
    }
}

/// Waits for a random time, to act at a random moment.
pub fn a_random_moment(time: Duration) {
    pass(time);
}

#[expect(
    clippy::disallowed_methods,
    reason = "the two callers above say why nothing can wake them"
)]
fn pass(time: Duration) {
    std::thread::sleep(time);
}

/// Waits until a study meets the condition, woken by the event feed.
///
/// # Panics
/// When it does not within [`BOUND`], or when the daemon refuses a call.
pub fn for_study(link: &Link, id: StudyId, what: &str, wanted: impl Fn(&Study) -> bool) -> Study {
    let begun = Instant::now();
    let mut after = link.newest();
    loop {
        let study = link.live(id).unwrap().study;
        if wanted(&study) {
            return study;
        }
        assert!(begun.elapsed() < BOUND, "waited {BOUND:?} in vain for {what}: {study:#?}");
        after = link.events(after, 500, 1_000).unwrap().next;
    }
}

/// Waits until the state of the study is final.
///
/// # Panics
/// As [`for_study`].
#[must_use]
pub fn for_end(link: &Link, id: StudyId) -> Study {
    for_study(link, id, "its end", |study| study.state.is_final())
}

/// Waits until the study has that many answers, or has ended.
///
/// # Panics
/// As [`for_study`].
#[must_use]
pub fn for_answers(link: &Link, id: StudyId, answers: u32) -> Study {
    for_study(link, id, "answers", |study| {
        study.panel.delivered >= answers || study.state.is_final()
    })
}

/// Waits until the study is in that state.
///
/// # Panics
/// As [`for_study`].
#[must_use]
pub fn for_state(link: &Link, id: StudyId, state: State) -> Study {
    for_study(link, id, state.as_str(), |study| study.state == state)
}

/// The end of the event feed, read page by page.
///
/// # Panics
/// When the daemon refuses a call.
#[must_use]
pub fn end_of_history(link: &Link, mut after: Cursor) -> Cursor {
    loop {
        let page = link.events(after, 500, 0).unwrap();
        if page.events.is_empty() {
            return page.next;
        }
        after = page.next;
    }
}

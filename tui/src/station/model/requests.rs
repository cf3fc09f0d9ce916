//! Requests to the daemon: at most one of each type at a time, and never more often than the screen needs. Many events
//! are merged into one request.

use std::collections::{BTreeMap, BTreeSet};

use protocol::id::StudyId;

/// A type of request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Want {
    /// The list of studies.
    Studies,
    /// The balance.
    Balance,
    /// The watched files.
    Watched,
    /// What agents want to run that costs money.
    CostRequests,
    /// The running tally of the open study.
    Live,
    /// The scores of its panel.
    Scores,
    /// Its newest answers.
    Newest,
    /// The next page of all its answers.
    Page,
    /// Answers that the mosaic still lacks.
    Unread,
    /// One answer, by ordinal.
    Answer(u32),
    /// The report of a study.
    Report(StudyId),
    /// The report of the open round.
    RoundReport,
    /// The next page of its answers.
    RoundPage,
    /// The file that a study was submitted from.
    Source(StudyId),
    /// The cross-table of two dimensions.
    Cross,
    /// The endpoints and deliveries of webhooks.
    Hooks,
    /// The delivery under the cursor, with what is sent.
    Delivery,
    /// The check of the draft in the form.
    Check,
    /// The next entries of the log, for what is asked for since that revision.
    Logs(u32),
}

impl Want {
    /// Minimum milliseconds between two requests of this type.
    const fn gap(self) -> u64 {
        match self {
            Self::Scores => 66,
            Self::Unread => 100,
            Self::Live => 200,
            Self::Newest | Self::Check => 250,
            Self::Studies | Self::CostRequests => 400,
            Self::Balance | Self::Hooks | Self::Watched => 1000,
            Self::Logs(_) => 100,
            Self::Page
            | Self::Answer(_)
            | Self::Report(_)
            | Self::RoundReport
            | Self::RoundPage
            | Self::Source(_)
            | Self::Cross
            | Self::Delivery => 0,
        }
    }

    /// Whether the first request is delayed, because more changes are likely.
    const fn settles(self) -> bool {
        matches!(self, Self::Check)
    }
}

/// Pending requests and those under way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Requests {
    wanted: BTreeMap<Want, u64>,
    flying: BTreeSet<Want>,
    asked: BTreeMap<Want, u64>,
}

impl Requests {
    /// Requests something, now or as soon as its gap allows.
    pub(crate) fn want(&mut self, want: Want, now: u64) {
        let rested = self.asked.get(&want).map_or(0, |at| at + want.gap());
        let due = if want.settles() { now + want.gap() } else { now.max(rested) };
        if want.settles() {
            self.wanted.insert(want, due);
        } else {
            self.want_by(want, due);
        }
    }

    /// Requests something at that time, unless it is requested earlier.
    pub(crate) fn want_by(&mut self, want: Want, at: u64) {
        let due = self.wanted.entry(want).or_insert(at);
        *due = at.min(*due);
    }

    /// The requests that are due; they count as under way from here on.
    pub(crate) fn take_due(&mut self, now: u64) -> Vec<Want> {
        let due: Vec<Want> = self
            .wanted
            .iter()
            .filter(|(want, at)| **at <= now && !self.flying.contains(want))
            .map(|(want, _)| *want)
            .collect();
        for want in &due {
            self.wanted.remove(want);
            self.flying.insert(*want);
            if want.gap() > 0 {
                self.asked.insert(*want, now);
            }
        }
        due
    }

    /// A response has arrived.
    pub(crate) fn done(&mut self, want: Want) {
        self.flying.remove(&want);
    }

    /// The connection is lost: requests under way get no response.
    pub(crate) fn lost(&mut self, now: u64) {
        for want in std::mem::take(&mut self.flying) {
            self.want(want, now);
        }
    }

    /// Drops requests about a study that is no longer open.
    pub(crate) fn forget_lens(&mut self) {
        let of_lens = |want: &Want| {
            matches!(
                want,
                Want::Live
                    | Want::Scores
                    | Want::Newest
                    | Want::Page
                    | Want::RoundReport
                    | Want::RoundPage
                    | Want::Unread
                    | Want::Answer(_)
                    | Want::Cross
            )
        };
        self.wanted.retain(|want, _| !of_lens(want));
        self.flying.retain(|want| !of_lens(want));
        self.asked.retain(|want, _| !of_lens(want));
    }

    /// When the next request is due.
    pub(crate) fn next_due(&self) -> Option<u64> {
        self.wanted.iter().filter(|(want, _)| !self.flying.contains(want)).map(|(_, at)| *at).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_wishes_are_one_question_and_the_next_one_rests() {
        let mut requests = Requests::default();
        for _ in 0..50 {
            requests.want(Want::Scores, 1000);
        }
        assert_eq!(requests.take_due(1000), [Want::Scores]);
        requests.want(Want::Scores, 1010);
        assert_eq!(requests.take_due(1050), []);
        requests.done(Want::Scores);
        assert_eq!(requests.next_due(), Some(1066));
        assert_eq!(requests.take_due(1066), [Want::Scores]);
    }

    #[test]
    fn what_was_under_way_is_asked_again_after_a_loss() {
        let mut requests = Requests::default();
        requests.want(Want::Page, 5);
        assert_eq!(requests.take_due(5), [Want::Page]);
        requests.lost(10);
        assert_eq!(requests.take_due(10), [Want::Page]);
    }

    #[test]
    fn a_draft_is_checked_when_typing_rests() {
        let mut requests = Requests::default();
        for at in [0, 100, 200] {
            requests.want(Want::Check, at);
        }
        assert_eq!(requests.next_due(), Some(450));
    }
}

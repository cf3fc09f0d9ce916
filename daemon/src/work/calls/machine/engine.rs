//! One engine as the run sees it: what it was told of it, the call that is ready for it, whether another call may be
//! tried there, and the latencies of its latest replies.

use std::time::Duration;

use protocol::credits::UsdMicros;

use super::respondent::RespondentTask;
use crate::inference::limits::Condition;
use crate::inference::pool::Availability;

/// From this latency on, a reply that waits for its commit does not hold back the next call: a kill can then lose at
/// most half as many calls again as may be under way. For faster services the limit holds exactly.
pub(in crate::work::calls) const SLOW: Duration = Duration::from_millis(40);
/// The share of a call's latency, as one in so many, for which its reply may wait to be recorded together with others:
/// a burst of replies then takes a few transactions instead of a hundred, and the next calls go before the last ones
/// are recorded.
const GATHER: u32 = 8;
/// The longest that a reply waits to be recorded with others.
const GATHER_MOST: Duration = Duration::from_millis(25);
/// A halted study waits for calls under way as long as this number of calls usually takes.
const LAST_CALLS: u32 = 4;
/// Latencies to average: the most recent ones, because they describe the service at present.
const LATENCIES: usize = 100;
/// Calls without a connection after which an engine without any reply is disabled for the study.
const UNREACHABLE_MAX: u32 = 3;
/// Successes whose body is no reply, after which an engine without any reply is disabled for the study: each may have cost
/// money.
const MALFORMED_MAX: u32 = 3;
/// Calls that may be under way at an engine that has replied, but of which no reply was read yet.
const FEW: u32 = 2;

/// How long a reply may wait to be recorded with others, at an engine whose calls usually take that long.
pub(in crate::work::calls) fn usual_gathering(usual: Duration) -> Duration {
    (usual / GATHER).min(GATHER_MOST)
}

/// What the shell tells of an engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::work::calls) struct EngineView {
    /// Whether calls can be admitted now.
    pub(in crate::work::calls) standing: Availability,
    /// Why no call will be admitted any more, if so. Looked at where there are several engines.
    pub(in crate::work::calls) given_up: Option<String>,
    pub(in crate::work::calls) condition: Condition,
    /// Most calls at once, as its owner says.
    pub(in crate::work::calls) concurrency: u32,
    /// A reply of it was read, in this study or another, and its latest ones were of use.
    pub(in crate::work::calls) is_proven: bool,
    /// It asks for a longer wait than any study waits.
    pub(in crate::work::calls) is_put_off: bool,
}

/// Why a call was of no use, where that can be the same for every call to a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum SharedFault {
    /// The reply ended before the answer.
    Unfinished,
    /// The request was rejected.
    Rejected,
    /// The answer cannot be read, for that reason.
    Unreadable(String),
}

/// What follows for an engine from a call that was of no use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FaultVerdict {
    /// Nothing: it may be that call's own matter.
    None,
    /// It may be broken: the next calls are tries.
    Doubted,
    /// It is of no use for this study.
    Broken,
}

impl SharedFault {
    /// So many in a row mean that an engine that worked may be broken.
    fn doubted_from(&self) -> u32 {
        match self {
            Self::Unfinished | Self::Rejected => 3,
            Self::Unreadable(_) => 5,
        }
    }

    /// So many in a row mean that all calls will be of no use. Where replies were read in this study it takes more:
    /// some models often write what cannot be read, and a content filter that rejects every fifth question rejects five
    /// in a row in one of 3,000 studies.
    fn broken_from(&self, was_read: bool, was_proven: bool) -> u32 {
        match (self, was_read) {
            (Self::Unfinished, false) if was_proven => 5,
            (Self::Unfinished, false) => 3,
            (Self::Unfinished, true) => 8,
            (Self::Rejected, false) => 5,
            // The two orders of a pair are questions of their own, and one of them may be rejected every time.
            (Self::Rejected, true) => 20,
            (Self::Unreadable(_), false) => 8,
            (Self::Unreadable(_), true) => 30,
        }
    }
}

/// A respondent whose call has its money: at the door, or under way.
pub(super) struct ReadyTask {
    pub(super) task: RespondentTask,
    /// Reserved for the call.
    pub(super) reserved: UsdMicros,
}

/// One engine of a run.
#[expect(clippy::struct_excessive_bools, reason = "each is known apart from the others")]
pub(super) struct EngineState {
    pub(super) view: EngineView,
    /// The next call, with its money reserved.
    pub(super) next: Option<ReadyTask>,
    /// That call waits at the door.
    pub(super) is_offered: bool,
    /// Why the engine is disabled for this study.
    pub(super) dead: Option<String>,
    /// Calls of this run under way there.
    pub(super) under_way: u32,
    /// The latest calls that were of no use for the same reason, without a reply that was read in between.
    faults: Option<(SharedFault, u32)>,
    /// A reply was read in this run.
    pub(super) was_read: bool,
    /// It was proven when one of this run's calls went.
    pub(super) was_proven: bool,
    /// It asked for a longer wait than any study waits.
    pub(super) is_put_off: bool,
    /// Calls that got no connection.
    unreachable: u32,
    /// Successes whose body is no reply.
    malformed: u32,
    latencies: Vec<Duration>,
    sum: Duration,
    seen: usize,
}

impl Default for EngineState {
    fn default() -> Self {
        Self {
            view: EngineView {
                standing: Availability::Open,
                given_up: None,
                condition: Condition::Answering,
                concurrency: 1,
                is_proven: false,
                is_put_off: false,
            },
            next: None,
            is_offered: false,
            dead: None,
            under_way: 0,
            faults: None,
            was_read: false,
            was_proven: false,
            is_put_off: false,
            unreachable: 0,
            malformed: 0,
            latencies: Vec::new(),
            sum: Duration::ZERO,
            seen: 0,
        }
    }
}

impl EngineState {
    pub(super) fn standing(&self) -> Availability {
        if self.dead.is_some() { Availability::Dead } else { self.view.standing }
    }

    /// Records the latency of a call that got a reply.
    pub(super) fn note_latency(&mut self, latency: Duration) {
        if self.latencies.len() < LATENCIES {
            self.latencies.push(latency);
        } else if let Some(oldest) = self.latencies.get_mut(self.seen % LATENCIES) {
            self.sum = self.sum.saturating_sub(*oldest);
            *oldest = latency;
        }
        self.sum = self.sum.saturating_add(latency);
        self.seen += 1;
    }

    /// Takes in what is told of the engine.
    pub(super) fn look(&mut self, view: EngineView) {
        self.is_put_off |= view.is_put_off;
        self.view = view;
    }

    /// Notes that a reply was read; tells whether that proves the engine.
    pub(super) fn note_read(&mut self) -> bool {
        self.faults = None;
        self.was_read = true;
        self.was_proven = true;
        !std::mem::replace(&mut self.view.is_proven, true)
    }

    /// Notes a call that was of no use.
    pub(super) fn note_fault(&mut self, fault: SharedFault) -> FaultVerdict {
        let before = self.faults.take().filter(|(known, _)| *known == fault);
        let count = before.map_or(0, |(_, count)| count).saturating_add(1);
        let broken_from = fault.broken_from(self.was_read, self.was_proven);
        let doubted_from = fault.doubted_from();
        self.faults = Some((fault, count));
        if count >= broken_from {
            return FaultVerdict::Broken;
        }
        let is_doubted = count >= doubted_from && self.view.is_proven;
        if is_doubted {
            self.view.is_proven = false;
            return FaultVerdict::Doubted;
        }
        FaultVerdict::None
    }

    /// Counts a call without a connection; tells whether there was never one.
    pub(super) fn is_out_of_reach(&mut self) -> bool {
        self.unreachable = self.unreachable.saturating_add(1);
        self.seen == 0 && self.unreachable >= UNREACHABLE_MAX
    }

    /// Counts a success whose body is no reply; tells whether there was never another one.
    pub(super) fn sends_no_replies(&mut self) -> bool {
        self.malformed = self.malformed.saturating_add(1);
        self.never_replied() && self.malformed >= MALFORMED_MAX
    }

    /// Whether none of its replies was ever read.
    pub(super) fn never_replied(&self) -> bool {
        self.seen == 0 && !self.view.is_proven
    }

    /// Whether another call may go. Until a reply of the engine was read, or a useful one again, calls are tries: a setting
    /// that is wrong costs a handful of them and not a panel.
    pub(super) fn may_try(&self) -> bool {
        let width = if self.seen == 0 || self.was_proven { 1 } else { FEW };
        self.view.is_proven || self.under_way < width
    }

    /// The mean latency of recent calls.
    pub(super) fn usual(&self) -> Option<Duration> {
        let count = u32::try_from(self.latencies.len()).ok().filter(|count| *count > 0)?;
        Some(self.sum / count)
    }

    /// How long a halted study waits for calls under way here, if that is longer than the daemon's own limit: a multiple
    /// of the usual latency, so that only hanging calls are given up.
    pub(super) fn last_calls_wait(&self) -> Duration {
        self.usual().unwrap_or_default().saturating_mul(LAST_CALLS)
    }
}

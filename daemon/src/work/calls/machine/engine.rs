//! One engine as the run sees it: what it was told of it, the call that is ready for it, whether another call may be
//! tried there, and the latencies of its latest replies.

use std::time::Duration;

use protocol::credits::UsdMicros;

use super::faults::{EngineFaults, FaultVerdict, KnownAs, OtherEngines, SharedFault};
use super::respondent::{QueueEntry, RespondentTask};
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
/// Calls that may be under way at an engine that has replied, but of which no reply was read yet, and at one that gave no reply
/// in time.
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

/// A respondent whose call has its money: at the door, or under way.
pub(super) struct ReadyTask {
    pub(super) task: RespondentTask,
    /// Reserved for the call.
    pub(super) reserved: UsdMicros,
}

/// One engine of a run.
#[expect(clippy::struct_excessive_bools, reason = "each is told apart from the others")]
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
    /// Its calls that were of no use.
    pub(super) faults: EngineFaults,
    /// The latest of the calls whose reply was read, by its place among all calls of the run.
    pub(super) read_of: u64,
    /// It was proven when one of this run's calls went.
    pub(super) was_proven: bool,
    /// It asked for a longer wait than any study waits.
    pub(super) is_put_off: bool,
    /// The latest call that ended met a limit of the service.
    pub(super) met_limit: bool,
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
            faults: EngineFaults::default(),
            read_of: 0,
            was_proven: false,
            is_put_off: false,
            met_limit: false,
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

    /// Notes that the reply of that call was read; tells whether that proves the engine. While an engine that worked is doubted,
    /// replies to the calls before do not: each would let as many calls go again as may be under way.
    pub(super) fn note_read(&mut self, sent: u64) -> bool {
        if self.was_proven && self.is_doubted() && self.faults.began_after(sent) {
            self.faults.note_earlier();
            return false;
        }
        self.faults.note_read(sent);
        self.read_of = self.read_of.max(sent);
        self.was_proven = true;
        !std::mem::replace(&mut self.view.is_proven, true)
    }

    /// Notes a call that was of no use, beside those other engines.
    pub(super) fn note_fault(
        &mut self,
        fault: SharedFault,
        asked: (QueueEntry, bool, u64),
        others: OtherEngines,
        now: Duration,
    ) -> FaultVerdict {
        let (was_proven, is_proven) = (self.was_proven, self.view.is_proven);
        let known = KnownAs { was_proven, is_proven, others };
        let verdict = self.faults.note(fault, asked, known, now);
        self.view.is_proven &= verdict == FaultVerdict::None;
        verdict
    }

    /// Whether it may be broken: its latest calls were of no use, and none since shows that it works.
    pub(super) fn is_doubted(&self) -> bool {
        self.faults.any() && !self.view.is_proven
    }

    /// Whether its replies are read, as far as is known.
    pub(super) fn is_read(&self) -> bool {
        self.faults.was_read() || self.view.is_proven
    }

    /// Whether none of its replies was ever read.
    pub(super) fn never_replied(&self) -> bool {
        self.seen == 0 && !self.view.is_proven
    }

    /// Whether another call may go. Until a reply of the engine was read, or a useful one again, calls are tries: a setting
    /// that is wrong costs a handful of them and not a panel.
    pub(super) fn may_try(&self, now: Duration) -> bool {
        self.view.is_proven || (self.under_way < self.width() && self.faults.rest() <= now)
    }

    /// When the call that is ready may be tried, where it only waits for that time.
    pub(super) fn rests_until(&self) -> Option<Duration> {
        let is_ready = self.next.is_some() && !self.is_offered && !self.view.is_proven;
        (is_ready && self.under_way < self.width()).then(|| self.faults.rest())
    }

    /// How many tries may be under way.
    fn width(&self) -> u32 {
        let takes_long = self.faults.is_silent();
        if takes_long || (self.seen > 0 && !self.was_proven) { FEW } else { 1 }
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

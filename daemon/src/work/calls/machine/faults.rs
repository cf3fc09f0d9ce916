//! Calls of an engine that were of no use, in a row: how likely that is where the engine works, and what follows for it. A
//! single one may be that question's own matter; many in a row are the engine's, whatever each of them looked like.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::respondent::QueueEntry;
use crate::inference::chat::{CallError, TIMED_OUT};

/// So rarely a row of useless calls may be taken for a broken engine that is none.
const CHANCE: f64 = 1e-5;
/// So many in a row are always enough, however many replies were of no use before, and at an engine that may meet only those
/// whom nobody answers, beside another one that answers.
const ROW_MAX: u32 = 30;
/// Calls in a row that were of no use, from which on whoever was among them waits behind those who were not.
const BEHIND_FROM: u32 = 2;
/// The rests before tries double from here: of an engine that worked, and of one that never did.
const REST_FIRST: Duration = Duration::from_secs(1);
const REST_FIRST_NEW: Duration = Duration::from_millis(250);
const REST_MOST: Duration = Duration::from_secs(20);
/// So long tries are waited with in all, where no limit of a minute is the reason: a service that is started anew is there again
/// by then. What is left of the tries follows soon.
const RESTS_IN_ALL: Duration = Duration::from_secs(15);
const REST_LEAST: Duration = Duration::from_millis(500);
/// So often the reply to an earlier call may end a row at a service that may be full.
const EARLIER_MAX: u32 = 3;
/// So many in a row at an engine of which no reply was read mean that it may be broken, and that it is, whatever each of them
/// looked like.
const UNREAD_DOUBTED_FROM: u32 = 5;
const UNREAD_MAX: u32 = 8;

/// Why a call was of no use, where that can be the same for every call to a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum SharedFault {
    /// The reply ended before the answer.
    Unfinished,
    /// The request was rejected.
    Rejected,
    /// The answer cannot be read, for that reason.
    Unreadable(String),
    /// Something came that is no reply.
    NoReply,
    /// It failed.
    Failing,
    /// It says that it has too much to do.
    Overloaded,
    /// There was no connection.
    Unreachable,
    /// Nothing came in time.
    Silent,
    /// It asked to wait, and not for how long.
    Throttled,
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

/// How an engine is known, beside its faults.
#[derive(Clone, Copy, Debug)]
pub(super) struct KnownAs {
    /// It was proven when one of this run's calls went.
    pub(super) was_proven: bool,
    /// Nobody doubts it at present.
    pub(super) is_proven: bool,
    /// What the run may have of other engines.
    pub(super) others: OtherEngines,
}

/// The other engines of a run, as far as they are not lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum OtherEngines {
    /// There is none that is not doubted as well.
    None,
    /// One may answer.
    MayAnswer,
    /// One answers.
    Answer,
}

impl SharedFault {
    /// The fault of a call without a reply; `None` where it says nothing of the next call, or everything.
    pub(super) fn of(error: &CallError) -> Option<Self> {
        match error {
            CallError::Limited { after: Some(wait), .. } if !wait.is_zero() => None,
            CallError::Limited { status: 429, .. } => Some(Self::Throttled),
            CallError::Limited { .. } => Some(Self::Overloaded),
            CallError::Server { .. } => Some(Self::Failing),
            CallError::Network { why, .. } if why == TIMED_OUT => Some(Self::Silent),
            CallError::Network { .. } if error.is_unreachable() => Some(Self::Unreachable),
            CallError::Network { .. } => Some(Self::Failing),
            CallError::Malformed { .. } | CallError::TooLarge { .. } => Some(Self::NoReply),
            CallError::Rejected { .. } => Some(Self::Rejected),
            CallError::Denied { .. } | CallError::Setting { .. } | CallError::Redirected { .. } => {
                None
            }
        }
    }

    /// Whether it may pass by itself, so that tries are some time apart.
    fn may_pass(&self) -> bool {
        match self {
            Self::Unfinished | Self::Rejected | Self::Unreadable(_) => false,
            Self::NoReply
            | Self::Failing
            | Self::Overloaded
            | Self::Unreachable
            | Self::Silent
            | Self::Throttled => true,
        }
    }

    /// Whether the service may work and be full: it takes other calls when those that it took before are over.
    fn may_be_full(&self) -> bool {
        matches!(self, Self::Throttled | Self::Overloaded)
    }

    /// Whether an engine that never worked may show the one instead of the other.
    fn is_like(&self, other: &Self) -> bool {
        self == other || (self.may_pass() && other.may_pass())
    }

    /// So many in a row mean that an engine that worked may be broken.
    fn doubted_from(&self) -> u32 {
        match self {
            Self::Unreadable(_) | Self::Throttled => 5,
            _ => 3,
        }
    }

    /// So many in a row mean that an engine of which no reply was read will give none.
    fn hopeless_from(&self, known: KnownAs) -> u32 {
        match self {
            _ if self.may_pass() && known.others == OtherEngines::Answer => ROW_MAX,
            Self::Unfinished if known.was_proven => 5,
            Self::Unfinished | Self::NoReply | Self::Unreachable | Self::Silent => 3,
            Self::Rejected | Self::Failing | Self::Overloaded => 5,
            Self::Throttled => 7,
            Self::Unreadable(_) => 8,
        }
    }

    /// So many tries, of no use either, mean that an engine that worked is broken. What may have cost something is tried
    /// less often than what was free.
    fn tries(&self) -> u32 {
        match self {
            Self::Throttled => 7,
            Self::Failing | Self::Overloaded | Self::Unreachable => 5,
            _ => 3,
        }
    }
}

/// The calls of a run at one engine, as far as they were of use.
#[derive(Clone, Debug, Default)]
pub(super) struct EngineFaults {
    /// Replies that were read.
    read: u32,
    /// Calls of no use between them.
    between: u32,
    /// Who was asked in vain between them: whoever gets nothing from an engine that works says nothing of it later.
    hard: BTreeSet<QueueEntry>,
    /// The latest call that was of no use, by its place among the run's calls.
    last_in_vain: u64,
    /// How often the reply to an earlier call has ended a row since a later one was read.
    ended_by_earlier: u32,
    row: FaultRow,
}

/// The latest calls that were of no use, without a reply that was read in between.
#[derive(Clone, Debug, Default)]
struct FaultRow {
    latest: Option<SharedFault>,
    /// The first of them, by its place among the run's calls.
    first: u64,
    /// How many there are, and of these the latest that are alike.
    long: u32,
    alike: u32,
    /// Of those that went since the engine is doubted.
    tries: u32,
    /// Who was asked, by which of the run's calls; what does not pass by itself is theirs whenever it happened.
    who: BTreeMap<QueueEntry, u64>,
    /// No try before that.
    rest: Duration,
    /// How long tries have rested in all.
    rested: Duration,
}

impl EngineFaults {
    /// Whether the row began after that call, so that its reply says nothing of an engine that is doubted. A service that is full
    /// takes other calls after such a reply; but one that does not, time after time, is not full.
    pub(super) fn began_after(&self, sent: u64) -> bool {
        let Some(fault) = &self.row.latest else { return false };
        let is_full = fault.may_be_full() && self.ended_by_earlier < EARLIER_MAX;
        fault.may_pass() && self.many() && sent < self.row.first && !is_full
    }

    /// The reply to a call was read that went before the engine may have broken.
    pub(super) fn note_earlier(&mut self) {
        self.read = self.read.saturating_add(1);
    }

    /// The reply to that call was read: the engine works. Whoever got nothing from a call that went later is not known to be a
    /// hard one: the engine may have broken in between.
    pub(super) fn note_read(&mut self, sent: u64) {
        self.read = self.read.saturating_add(1);
        self.between = self.between.saturating_add(self.row.long);
        if sent > self.last_in_vain {
            self.ended_by_earlier = 0;
        } else if self.many() && sent < self.row.first {
            self.ended_by_earlier = self.ended_by_earlier.saturating_add(1);
        }
        let row = std::mem::take(&mut self.row);
        let earlier = row.who.into_iter().filter(|(_, at)| *at < sent);
        self.hard.extend(earlier.map(|(ticket, _)| ticket));
    }

    /// Whether a reply was read in this run.
    pub(super) fn was_read(&self) -> bool {
        self.read > 0
    }

    /// Whether the latest call was of no use.
    pub(super) fn any(&self) -> bool {
        self.row.latest.is_some()
    }

    /// Whether so many people in a row got nothing that the engine may be the reason.
    pub(super) fn many(&self) -> bool {
        self.row.latest.as_ref().is_some_and(|fault| self.row.long >= fault.doubted_from())
    }

    /// Whether nothing came in time, the last time.
    pub(super) fn is_silent(&self) -> bool {
        self.row.latest == Some(SharedFault::Silent)
    }

    /// How many calls in a row were of no use.
    pub(super) fn row(&self) -> u32 {
        self.row.long
    }

    /// No try before that time.
    pub(super) fn rest(&self) -> Duration {
        self.row.rest
    }

    /// Whether someone waits behind those who were not asked in vain: what others get says more of an engine that may be
    /// broken.
    pub(super) fn waits_behind(&self, ticket: QueueEntry) -> bool {
        // Once an engine is doubted, what could not be read is asked again first: where it is read then, the engine works.
        let is_unreadable = matches!(self.row.latest, Some(SharedFault::Unreadable(_)));
        let shows = is_unreadable && self.many();
        let is_long = self.row.long >= BEHIND_FROM;
        self.was_read() && is_long && !shows && self.row.who.contains_key(&ticket)
    }

    /// Someone who was asked in vain is asked once more, to see whether the engine works.
    pub(super) fn try_again(&mut self, ticket: QueueEntry) {
        self.row.who.remove(&ticket);
        self.hard.remove(&ticket);
    }

    /// Notes a call that was of no use; `is_try` where it went since the engine is doubted. Where others are read, those who
    /// are asked again are the hard ones, and come one after the other: each counts once.
    pub(super) fn note(
        &mut self,
        fault: SharedFault,
        (ticket, is_try, sent): (QueueEntry, bool, u64),
        known: KnownAs,
        now: Duration,
    ) -> FaultVerdict {
        self.last_in_vain = self.last_in_vain.max(sent);
        let row = &mut self.row;
        row.first = if row.long == 0 { sent } else { row.first.min(sent) };
        let is_hard = self.hard.contains(&ticket);
        let at = if fault.may_pass() { sent } else { 0 };
        let is_new = !is_hard && row.who.insert(ticket, at).is_none();
        if !is_new && self.read > 0 {
            // Asked again in vain, while the engine is doubted: that is a try, and no other person.
            let is_again = is_try && (!is_hard || matches!(fault, SharedFault::Unreadable(_)));
            row.tries = row.tries.saturating_add(u32::from(is_again));
            row.long = row.long.saturating_add(u32::from(is_again));
            if is_again && self.judge(&fault, known) == FaultVerdict::Broken {
                return FaultVerdict::Broken;
            } else if is_again {
                self.rest_after(&fault, known, now);
            }
            return FaultVerdict::None;
        }
        let is_like = row.latest.as_ref().is_some_and(|latest| latest.is_like(&fault));
        row.alike = if is_like { row.alike.saturating_add(1) } else { 1 };
        row.long = row.long.saturating_add(1);
        row.tries = row.tries.saturating_add(u32::from(is_try));
        let verdict = self.judge(&fault, known);
        if verdict != FaultVerdict::Broken && (is_try || verdict == FaultVerdict::Doubted) {
            self.rest_after(&fault, known, now);
        }
        self.row.latest = Some(fault);
        verdict
    }

    /// Sets the time before which there is no other try.
    fn rest_after(&mut self, fault: &SharedFault, known: KnownAs, now: Duration) {
        let row = &mut self.row;
        // Limits of a minute take their time, whoever asks; a single one at the very first call is soon over.
        let is_throttled = *fault == SharedFault::Throttled;
        let is_limited = is_throttled && row.long > 1;
        let has_worked = self.read > 0 || known.was_proven || is_limited;
        let first = if has_worked { REST_FIRST } else { REST_FIRST_NEW };
        let mut rest = first.saturating_mul(1 << row.tries.min(10)).min(REST_MOST);
        if !is_throttled {
            rest = rest.min(RESTS_IN_ALL.saturating_sub(row.rested)).max(REST_LEAST.min(rest));
        }
        // A call that took all its time was a rest already, and where others may answer nobody waits for this engine.
        let is_last = known.others == OtherEngines::None;
        let rests = is_last && fault.may_pass() && *fault != SharedFault::Silent;
        let until = if rests { now + rest } else { Duration::ZERO };
        // What two calls rest at the same time counts once.
        row.rested += until.saturating_sub(row.rest.max(now));
        row.rest = until;
    }

    fn judge(&self, fault: &SharedFault, known: KnownAs) -> FaultVerdict {
        let row = &self.row;
        let mut doubted_from = fault.doubted_from();
        let (count, is_broken) = if self.was_read() {
            let no_chance_from = self.no_chance_from();
            doubted_from = doubted_from.min(no_chance_from).max(self.usual_row());
            (row.long, row.long >= no_chance_from && row.tries >= fault.tries())
        } else {
            let hopeless_from = fault.hopeless_from(known);
            // One that shows a different fault each time gives no replies either.
            let is_long = row.long >= UNREAD_MAX.max(hopeless_from);
            let is_hopeless = row.alike >= hopeless_from || is_long;
            // A server that is not there is told of at once, before anybody has waited for it.
            let may_do = fault.may_pass() || matches!(fault, SharedFault::Unreadable(_));
            let needs_tries = known.was_proven && may_do && *fault != SharedFault::Unreachable;
            let was_tried = !needs_tries || row.tries >= fault.tries();
            let is_doubtful = row.long >= UNREAD_DOUBTED_FROM;
            (if is_doubtful { row.long } else { row.alike }, is_hopeless && was_tried)
        };
        if is_broken {
            FaultVerdict::Broken
        } else if count >= doubted_from && known.is_proven {
            FaultVerdict::Doubted
        } else {
            FaultVerdict::None
        }
    }

    /// So many useless calls in a row are nothing new to an engine that often fails: it is not slowed down by doubts.
    fn usual_row(&self) -> u32 {
        /// A longer row is doubted in any case.
        const MOST: u32 = 5;
        /// So often, of the rows that begin anywhere.
        const OFTEN: f64 = 1e-3;
        let share =
            f64::from(self.between) / f64::from(self.read.saturating_add(self.between).max(1));
        let long = (1..MOST).find(|long| share.powf(f64::from(*long)) <= OFTEN);
        long.unwrap_or(MOST)
    }

    /// So many useless calls in a row are no chance, where as many were of use as in this run: some models often write what
    /// cannot be read, and a filter for content may reject every second question.
    fn no_chance_from(&self) -> u32 {
        /// Fewer are always chance.
        const LEAST: u32 = 3;
        let useless = f64::from(self.between.saturating_add(1));
        let share = useless / (f64::from(self.read) + useless + 1.0);
        let long = (LEAST..ROW_MAX).find(|long| share.powf(f64::from(*long)) <= CHANCE);
        long.unwrap_or(ROW_MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: KnownAs =
        KnownAs { was_proven: true, is_proven: true, others: OtherEngines::None };
    const NEW: KnownAs =
        KnownAs { was_proven: false, is_proven: false, others: OtherEngines::None };

    fn entry(respondent: u32) -> QueueEntry {
        QueueEntry { round: 0, replicate: 0, respondent }
    }

    /// How many useless calls in a row it takes, one at a time, after so many of each kind.
    fn row_after(read: u32, between: u32, fault: &SharedFault) -> u32 {
        let mut faults = EngineFaults { read, between, ..EngineFaults::default() };
        let mut known = KNOWN;
        for count in 1..100 {
            let asked = (entry(count), !known.is_proven, 0);
            match faults.note(fault.clone(), asked, known, Duration::ZERO) {
                FaultVerdict::Broken => return count,
                FaultVerdict::Doubted => known.is_proven = false,
                FaultVerdict::None => {}
            }
        }
        panic!("it goes on for ever")
    }

    #[test]
    fn the_more_calls_were_of_use_the_fewer_in_a_row_are_enough() {
        let unreadable = SharedFault::Unreadable("no JSON".to_owned());
        for (read, between, fault, long) in [
            (200, 0, &SharedFault::Rejected, 6),
            (200, 0, &unreadable, 6),
            (40, 0, &SharedFault::Failing, 8),
            (1, 0, &SharedFault::NoReply, 11),
            // Half of the questions are rejected, or a third of the replies can be read.
            (100, 100, &SharedFault::Rejected, 17),
            (100, 200, &unreadable, 29),
            (10, 200, &unreadable, ROW_MAX),
        ] {
            assert_eq!(row_after(read, between, fault), long, "{read}, {between}, {fault:?}");
        }
    }

    #[test]
    fn an_engine_that_often_fails_is_doubted_later() {
        for (read, between, doubted_from) in [(100, 0, 3), (100, 8, 3), (100, 25, 5), (10, 90, 5)] {
            let mut faults = EngineFaults { read, between, ..EngineFaults::default() };
            let mut note = |who| {
                faults.note(SharedFault::Failing, (entry(who), false, 0), KNOWN, Duration::ZERO)
            };
            let doubted = (1..9).find(|who| note(*who) == FaultVerdict::Doubted);
            assert_eq!(doubted, Some(doubted_from), "{read}, {between}");
        }
    }

    #[test]
    fn tries_of_what_may_pass_are_further_and_further_apart() {
        let mut faults = EngineFaults { read: 50, ..EngineFaults::default() };
        let (mut known, mut now) = (KNOWN, Duration::ZERO);
        let mut rests = Vec::new();
        for count in 0..7 {
            let asked = (entry(count), !known.is_proven, 0);
            let verdict = faults.note(SharedFault::Failing, asked, known, now);
            known.is_proven &= verdict == FaultVerdict::None;
            rests.push(faults.rest().saturating_sub(now).as_millis());
            now = now.max(faults.rest());
        }
        // Fifteen seconds in all, and then the tries that are left.
        assert_eq!(rests, [0, 0, 1_000, 2_000, 4_000, 8_000, 500]);
        faults.note_read(1);
        assert_eq!((faults.rest(), faults.any()), (Duration::ZERO, false));
    }

    #[test]
    fn an_engine_that_is_never_read_is_given_up_whatever_each_call_looks_like() {
        let mut faults = EngineFaults::default();
        let mut note = |count: u32| {
            let fault = match count % 3 {
                0 => SharedFault::Failing,
                1 => SharedFault::Unfinished,
                _ => SharedFault::Unreadable(format!("`score` is {count}.5")),
            };
            faults.note(fault, (entry(count), true, 0), NEW, Duration::ZERO)
        };
        let broken = (1..30).find(|count| note(*count) == FaultVerdict::Broken);
        assert_eq!(broken, Some(UNREAD_MAX));
    }

    #[test]
    fn one_person_counts_once_where_others_are_read_and_each_time_where_nobody_is() {
        let mut faults = EngineFaults { read: 9, ..EngineFaults::default() };
        for _ in 0..5 {
            faults.note(SharedFault::Failing, (entry(1), false, 0), KNOWN, Duration::ZERO);
        }
        assert_eq!(faults.row(), 1);
        faults.note_read(1);
        faults.note(SharedFault::Failing, (entry(1), false, 0), KNOWN, Duration::ZERO);
        assert_eq!(faults.row(), 0, "nor later");
        let mut faults = EngineFaults::default();
        let mut note =
            || faults.note(SharedFault::NoReply, (entry(1), true, 0), NEW, Duration::ZERO);
        assert_eq!([note(), note(), note()].last(), Some(&FaultVerdict::Broken));
    }

    #[test]
    fn an_engine_that_meets_only_those_whom_nobody_answers_is_not_soon_given_up() {
        let known = KnownAs { others: OtherEngines::Answer, ..NEW };
        let mut faults = EngineFaults::default();
        for count in 1..ROW_MAX {
            let verdict =
                faults.note(SharedFault::Failing, (entry(count), true, 0), known, Duration::ZERO);
            assert_eq!(verdict, FaultVerdict::None, "{count}");
        }
    }
}

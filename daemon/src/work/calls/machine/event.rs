//! What a panel run is told.

use std::time::Duration;

use protocol::credits::UsdMicros;

use super::engine::EngineView;
use super::read::ReadReply;
use super::respondent::QueueEntry;
use crate::app::Capped;
use crate::domain::exchange::Exchange;
use crate::domain::instrument::Unreadable;
use crate::domain::outcome::Usage;
use crate::inference::chat::CallError;
use crate::work::calls::side_measures::MeasuredChannels;

/// Something that happened, or the answer to a question.
#[derive(Debug)]
pub(in crate::work::calls) enum PanelEvent {
    /// The study began: calls may be made.
    Begun,
    /// Nothing happens, so there is time to prepare questions, or to record more of those who are left.
    Idle,
    /// Time passed.
    Tick,
    /// The study was halted: no further call is made.
    Halted,
    /// The engines as they are now. Told before other events, where it changed.
    Engines(Vec<EngineView>),
    /// The calls that were to be prepared are, each with the reply that the response cache has.
    Prepared(Vec<Option<CachedReply>>),
    /// The worst cases of the call and of its side measurements are set aside.
    Reserved { call: UsdMicros, aside: UsdMicros },
    /// A cap leaves no room for the call.
    Capped(Capped),
    /// Money for the side measurements of an answer that was not asked for, or the cap that leaves no room for them.
    SetAside(QueueEntry, Result<UsdMicros, Capped>),
    /// The call at that engine's door may go.
    Turn(usize),
    /// No call of the study will ever be admitted there, with the reason.
    Barred(usize, String),
    /// A call is over.
    Ended(Box<EndedCall>),
    /// The task of a call broke.
    Broke(QueueEntry),
    /// The side measurements of a respondent are finished.
    Measured(Box<FinishedMeasures>),
    /// The store failed: calls under way are given up at once.
    Aborted,
}

/// A reply from the response cache that was read.
#[derive(Clone, Debug)]
pub(in crate::work::calls) struct CachedReply {
    pub(in crate::work::calls) read: ReadReply,
    pub(in crate::work::calls) exchange: Exchange,
}

/// A call that is over.
#[derive(Clone, Debug)]
pub(in crate::work::calls) struct EndedCall {
    pub(in crate::work::calls) ticket: QueueEntry,
    pub(in crate::work::calls) latency: Duration,
    /// What it took; of a call that was given up, what it is booked at.
    pub(in crate::work::calls) usage: Usage,
    /// What the report should say of how the service took the call.
    pub(in crate::work::calls) remarks: Vec<String>,
    pub(in crate::work::calls) end: CallEnd,
}

/// How a call ended.
#[derive(Clone, Debug)]
pub(in crate::work::calls) enum CallEnd {
    Replied(Box<ReadCall>),
    Failed(FailedCall),
    /// It was given up on this side.
    GivenUp,
}

/// A call without a reply.
#[derive(Clone, Debug)]
pub(in crate::work::calls) struct FailedCall {
    pub(in crate::work::calls) error: CallError,
    /// What helps where no call gets one.
    pub(in crate::work::calls) helps: Option<String>,
}

/// A reply that was read, or could not be.
#[derive(Clone, Debug)]
pub(in crate::work::calls) struct ReadCall {
    pub(in crate::work::calls) read: Result<ReadReply, Unreadable>,
    pub(in crate::work::calls) exchange: Exchange,
    /// The values that were mended, of a reply that was read and is kept as a whole.
    pub(in crate::work::calls) mended: Option<Vec<String>>,
    /// Where the reply ended before the answer: why, and the setting that helps.
    pub(in crate::work::calls) unfinished: Option<String>,
    /// Where it ended in time and cannot be read: why, with the value that was seen, and what helps.
    pub(in crate::work::calls) unreadable: Option<String>,
}

/// A respondent whose side measurements are finished.
#[derive(Debug)]
pub(in crate::work::calls) struct FinishedMeasures {
    pub(in crate::work::calls) ticket: QueueEntry,
    pub(in crate::work::calls) channels: MeasuredChannels,
    /// Usage of all side measurements.
    pub(in crate::work::calls) took: Usage,
}

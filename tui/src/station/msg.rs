//! Messages to the workstation. Each is an input, a response to an effect, or an event of the connection.

use protocol::analysis::{Asked, CrossTab};
use protocol::cost_request::CostRequest;
use protocol::error::ApiError;
use protocol::event::{Cursor, EventPage};
use protocol::finding::FindingChange;
use protocol::hook::DeliveryDetail;
use protocol::id::StudyId;
use protocol::ledger::Balance;
use protocol::log::LogPage;
use protocol::ranking::Ranking;
use protocol::results::{Report, Response};
use protocol::run::{Live, Preview, Study};
use protocol::service::{Cancellation, Page};
use protocol::watch::WatchedFile;

use crate::station::input::Input;
use crate::station::model::chain::Applied;
use crate::station::model::hooks::HookList;

/// A message.
#[derive(Clone, Debug)]
pub enum Msg {
    /// An input of the user.
    Input(Input),
    /// The terminal was resized (columns, rows).
    Resize(u16, u16),
    /// A timer tick.
    Tick,
    /// The daemon responds.
    Connected {
        /// Its version.
        version: String,
        /// The cursor to read events from.
        cursor: Cursor,
    },
    /// The daemon does not respond.
    Lost {
        /// The reason.
        why: ApiError,
        /// Milliseconds until the next attempt.
        retry_in_ms: u64,
    },
    /// Events from the daemon.
    Events(EventPage),
    /// The complete list of studies.
    Studies(Result<Vec<Study>, ApiError>),
    /// The watched files.
    Watched(Result<Vec<WatchedFile>, ApiError>),
    /// What agents want to run that costs money.
    CostRequests(Result<Vec<CostRequest>, ApiError>),
    /// The user's decision on one of them was taken.
    CostDecided(Result<Box<CostRequest>, ApiError>),
    /// The balance.
    Balance(Result<Balance, ApiError>),
    /// A study's running tally.
    Live(StudyId, Result<Box<Live>, ApiError>),
    /// Scores from an ordinal on.
    Scores(StudyId, u32, Result<Vec<u8>, ApiError>),
    /// The newest answers.
    Newest(StudyId, Result<Page<Response>, ApiError>),
    /// The next page of all answers.
    Page(StudyId, Result<Page<Response>, ApiError>),
    /// Answers that the mosaic lacked, from an ordinal on.
    Unread(StudyId, u32, Result<Page<Response>, ApiError>),
    /// The answer of one respondent, requested by ordinal.
    Answer(StudyId, u32, Result<Page<Response>, ApiError>),
    /// A report.
    Report(StudyId, Result<Box<Report>, ApiError>),
    /// The report of a round, from 1.
    RoundReport(StudyId, u16, Result<Box<Report>, ApiError>),
    /// A page of the answers of a round.
    RoundPage(StudyId, u16, Result<Page<Response>, ApiError>),
    /// The check of a draft of that revision.
    Checked(u64, Result<Box<Preview>, ApiError>),
    /// A study was submitted.
    Submitted(Result<Study, ApiError>),
    /// A study was controlled or tagged.
    Changed(Result<Study, ApiError>),
    /// A paused study goes on only if its owner agrees to a higher cost, which the error names.
    MoreAsked(StudyId, ApiError),
    /// What a cancellation of those studies would leave.
    Cancellation(Vec<StudyId>, Result<Cancellation, ApiError>),
    /// The file that a study was submitted from, if it was.
    Source(StudyId, Result<Option<String>, ApiError>),
    /// A version was written into the file of its study, or the file restored; or why it was not.
    Applied(StudyId, Result<Applied, String>),
    /// The status of a finding was set.
    FindingSet(StudyId, Result<Box<FindingChange>, ApiError>),
    /// What there is to tell of webhooks.
    Hooks(Result<HookList, ApiError>),
    /// A delivery with what is sent.
    Delivery(Result<Box<DeliveryDetail>, ApiError>),
    /// An endpoint or a delivery was changed, in a sentence.
    HookChanged(Result<String, ApiError>),
    /// The content of a file that the form names, or why it cannot be read.
    Attached(String, Result<String, String>),
    /// File names that start with the typed text.
    Files(String, Vec<String>),
    /// A text from the user's editor.
    Edited(Result<String, String>),
    /// A file was written: its path, or an error.
    Written(Result<String, String>),
    /// A draft on disk belongs to another window; the text explains where this one is.
    DraftAside(String),
    /// A text was copied: where it was sent, or an error.
    Copied(Result<String, String>),
    /// A cross-table of two dimensions.
    Cross(StudyId, Result<Box<CrossTab>, ApiError>),
    /// The ranking of those studies.
    Ranked(Vec<StudyId>, Result<Box<Ranking>, ApiError>),
    /// The specification of a study.
    Asked(StudyId, Result<Box<Asked>, ApiError>),
    /// Entries of the log, for what was asked for since that revision.
    Logs(u32, Result<LogPage, ApiError>),
    /// A notice for the user.
    Told(String),
}

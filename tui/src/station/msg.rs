//! What can happen to the workstation. Everything that is not a key is an answer to an effect or news of the link.

use protocol::analysis::{Asked, CrossTab};
use protocol::error::ApiError;
use protocol::event::{Cursor, EventPage};
use protocol::id::StudyId;
use protocol::ledger::Balance;
use protocol::results::{Report, Response};
use protocol::run::{Live, Preview, Study};
use protocol::service::Page;

use crate::station::input::Input;

/// Something that happened.
#[derive(Clone, Debug)]
pub enum Msg {
    /// A person did something.
    Input(Input),
    /// The terminal has another size (columns, rows).
    Resize(u16, u16),
    /// Time has passed.
    Tick,
    /// The daemon answers.
    Connected {
        /// Its version.
        version: String,
        /// Where its events are read from.
        cursor: Cursor,
    },
    /// The daemon does not answer.
    Lost {
        /// Why.
        why: ApiError,
        /// Milliseconds until it is tried again.
        retry_in_ms: u64,
    },
    /// Something changed at the daemon.
    Events(EventPage),
    /// The list of studies, all of it.
    Studies(Result<Vec<Study>, ApiError>),
    /// The budget.
    Balance(Result<Balance, ApiError>),
    /// A study's running tally.
    Live(StudyId, Result<Box<Live>, ApiError>),
    /// Scores from an ordinal on.
    Scores(StudyId, u32, Result<Vec<u8>, ApiError>),
    /// The newest answers.
    Newest(StudyId, Result<Page<Response>, ApiError>),
    /// The next page of all answers.
    Page(StudyId, Result<Page<Response>, ApiError>),
    /// Answers that the picture lacked, from an ordinal on.
    Unread(StudyId, u32, Result<Page<Response>, ApiError>),
    /// The answer of one respondent, asked for by ordinal.
    Answer(StudyId, u32, Result<Page<Response>, ApiError>),
    /// A report.
    Report(StudyId, Result<Box<Report>, ApiError>),
    /// What a draft of that revision would do.
    Checked(u64, Result<Box<Preview>, ApiError>),
    /// A study was taken on.
    Submitted(Result<Study, ApiError>),
    /// A study was controlled or tagged.
    Changed(Result<Study, ApiError>),
    /// A file that the form names, or why it cannot be read.
    Attached(String, Result<String, String>),
    /// Names of files that begin as typed.
    Files(String, Vec<String>),
    /// A text came back from the owner's editor.
    Edited(Result<String, String>),
    /// A file was written: where, or why not.
    Written(Result<String, String>),
    /// What became of a draft on disk that is not this window's to write over.
    DraftAside(String),
    /// A text was copied: where it went, or why it went nowhere.
    Copied(Result<String, String>),
    /// Two attributes crossed.
    Cross(StudyId, Result<Box<CrossTab>, ApiError>),
    /// What a study asked.
    Asked(StudyId, Result<Box<Asked>, ApiError>),
    /// Something the owner should know.
    Told(String),
}

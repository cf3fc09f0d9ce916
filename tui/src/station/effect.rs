//! Effects of the workstation. They are data: the driver executes them and sends the results back as messages.

use protocol::cost_request::{CostDecision, CostRequestId};
use protocol::event::Cursor;
use protocol::finding::FindingStatus;
use protocol::hook::EndpointControl;
use protocol::id::{StudyId, SubmitKey};
use protocol::log::LogQuery;
use protocol::service::Control;
use protocol::study::Draft;

use crate::station::model::chain::Choice;
use crate::station::model::drafts::Origin;
use crate::station::model::saved::{Form, Settings};

/// A range of adjacent respondents of a panel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct People {
    /// The first ordinal.
    pub first: u32,
    /// The number of respondents.
    pub count: u32,
}

impl People {
    /// The largest range of one request: the daemon's limit.
    pub const ALL: Self = Self { first: 0, count: 100_000 };

    /// The smallest range that contains both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let first = self.first.min(other.first);
        let end = |people: Self| people.first.saturating_add(people.count);
        let count = end(self).max(end(other)) - first;
        Self { first, count: count.min(Self::ALL.count) }
    }
}

/// A call to the daemon.
#[derive(Clone, Debug, PartialEq)]
pub enum Call {
    /// The list of studies.
    Studies {
        /// Archived ones instead of the others.
        archived: bool,
    },
    /// The balance.
    Balance,
    /// The watched files.
    Watched,
    /// What agents want to run that costs money.
    CostRequests,
    /// The user's decision on one of them.
    DecideCost(CostRequestId, CostDecision),
    /// A study's running tally.
    Live(StudyId),
    /// The scores of some respondents.
    Scores(StudyId, People),
    /// Its newest answers: first ordinal, and maximum number.
    Newest(StudyId, u32, u32),
    /// The next page of all its answers, from an ordinal on.
    Page(StudyId, u32),
    /// Answers that the mosaic still lacks: first ordinal, and maximum number.
    Unread(StudyId, u32, u32),
    /// The answer of one respondent.
    Answer(StudyId, u32),
    /// Its report.
    Report(StudyId),
    /// The report of one round of its chain, from 1.
    RoundReport(StudyId, u16),
    /// The next page of the answers of that round, from an ordinal on.
    RoundPage(StudyId, u16, u32),
    /// The check of a draft.
    Check {
        /// The revision of the form.
        revision: u64,
        /// The draft.
        draft: Draft,
    },
    /// The submission of a study.
    Submit {
        /// The key: equal for the same draft.
        key: SubmitKey,
        /// The draft.
        draft: Draft,
        /// Whether the user has confirmed the cost.
        cost_confirmed: bool,
    },
    /// A cross-table of two dimensions, by their names in reports.
    Cross(StudyId, [&'static str; 2]),
    /// The ranking of those studies.
    Rank(Vec<StudyId>),
    /// The specification of a study, to repeat it.
    Asked(StudyId),
    /// The next entries of the daemon's log, for what is asked for since that revision.
    Logs(u32, LogQuery),
    /// A control operation on a study.
    Control(StudyId, Control),
    /// What a cancellation of those studies would leave.
    Cancellation(Vec<StudyId>),
    /// A replacement of its tags.
    Tag(StudyId, Vec<String>),
    /// The file that a study was submitted from.
    Source(StudyId),
    /// Writes a version of its text into that file.
    Apply(StudyId, Choice),
    /// Restores that file as it was before.
    TakeBack(StudyId),
    /// The endpoints of webhooks, and the newest deliveries.
    Hooks,
    /// A delivery with what is sent.
    Delivery(String),
    /// Sends a delivery once more.
    Redeliver(String),
    /// Sends a test to an endpoint.
    TestEndpoint(String),
    /// Pauses or resumes an endpoint.
    ControlEndpoint(String, EndpointControl),
    /// A new status of one of its findings.
    SetFinding(StudyId, u32, FindingStatus),
}

/// An export format, the same as those of the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Export {
    /// One row for each answer, with a codebook.
    Csv,
    /// Everything, without loss.
    Json,
    /// The report as Markdown.
    Markdown,
    /// The report as one page.
    Html,
}

/// An effect.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Makes a call to the daemon.
    Call(Call),
    /// Reads events after that cursor.
    Follow(Cursor),
    /// Copies a text to the clipboard.
    Copy {
        /// Its description, as the beginning of a sentence.
        what: &'static str,
        /// The text.
        text: String,
    },
    /// Writes a study to a file.
    Export(StudyId, Export),
    /// Writes a file of that name, or a free variant of it.
    Write {
        /// The name, derived by the workstation.
        name: String,
        /// Its content.
        content: String,
    },
    /// Reads a file that the form names.
    Attach(String),
    /// Lists files that start with the typed text.
    ListFiles(String),
    /// Opens a text in the user's editor.
    Edit(String),
    /// Saves a draft under its origin; an empty one removes it after submission.
    SaveDraft(Origin, Form),
    /// Removes the drafts of a deleted study.
    ForgetDraft(StudyId),
    /// Calls the user, who may look elsewhere.
    Notify(String),
    /// Saves the settings.
    SaveSettings(Settings),
    /// Connects to the daemon now and starts it if it does not run.
    StartDaemon,
    /// Redraws the whole screen.
    Redraw,
    /// Suspends to the shell.
    Suspend,
    /// Quits.
    Quit,
}

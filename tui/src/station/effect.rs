//! What the workstation wants done. Effects are data: the driver carries them out and sends back what came of them.

use protocol::event::Cursor;
use protocol::id::{StudyId, SubmitKey};
use protocol::service::Control;
use protocol::study::Draft;

use crate::station::model::drafts::Origin;
use crate::station::model::saved::{Form, Settings};

/// People who stand next to each other in a panel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct People {
    /// The ordinal of the first.
    pub first: u32,
    /// How many.
    pub count: u32,
}

impl People {
    /// As many of a panel as one question may be about: the daemon's limit.
    pub const ALL: Self = Self { first: 0, count: 100_000 };

    /// These, those and who stands between them.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let first = self.first.min(other.first);
        let end = |people: Self| people.first.saturating_add(people.count);
        let count = end(self).max(end(other)) - first;
        Self { first, count: count.min(Self::ALL.count) }
    }
}

/// A question to the daemon.
#[derive(Clone, Debug, PartialEq)]
pub enum Call {
    /// The list of studies: those at hand, or those put away.
    Studies {
        /// Those put away.
        archived: bool,
    },
    /// The budget.
    Balance,
    /// A study's running tally.
    Live(StudyId),
    /// The scores of some of its panel.
    Scores(StudyId, People),
    /// Its newest answers: from an ordinal on, at most so many.
    Newest(StudyId, u32, u32),
    /// The next page of all its answers, from an ordinal on.
    Page(StudyId, u32),
    /// Answers that the picture still lacks: from an ordinal on, at most so many.
    Unread(StudyId, u32, u32),
    /// The answer of one respondent.
    Answer(StudyId, u32),
    /// Its report.
    Report(StudyId),
    /// What a draft would do.
    Check {
        /// Which state of the form it is.
        revision: u64,
        /// The draft.
        draft: Draft,
    },
    /// Takes a study on.
    Submit {
        /// The same for the same draft.
        key: SubmitKey,
        /// The draft.
        draft: Draft,
        /// The owner has agreed to the cost.
        cost_confirmed: bool,
    },
    /// Two attributes crossed, by their names in reports.
    Cross(StudyId, [&'static str; 2]),
    /// What a study asked, to ask it again.
    Asked(StudyId),
    /// Changes what a study does.
    Control(StudyId, Control),
    /// Replaces its tags.
    Tag(StudyId, Vec<String>),
}

/// A file that a study can be written to; the same as those of the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Export {
    /// One row an answer, with a codebook beside it.
    Csv,
    /// Everything, without loss.
    Json,
    /// The report as Markdown.
    Markdown,
    /// The report as one page.
    Html,
}

/// Something to be done.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Asks the daemon.
    Call(Call),
    /// Reads events from there on.
    Follow(Cursor),
    /// Copies a text to wherever the terminal keeps such things.
    Copy {
        /// What it is, as the beginning of a sentence.
        what: &'static str,
        /// The text.
        text: String,
    },
    /// Writes a study to a file.
    Export(StudyId, Export),
    /// Writes a file of that name, or one that does not exist yet.
    Write {
        /// The name, made by the workstation.
        name: String,
        /// What it holds.
        content: String,
    },
    /// Reads a file that the form names.
    Attach(String),
    /// Looks for files that begin as typed.
    ListFiles(String),
    /// Opens a text in the owner's editor.
    Edit(String),
    /// Keeps what is being written, apart from what was written for anything else; nothing when it was run.
    SaveDraft(Origin, Form),
    /// Removes what was kept of a study that was deleted.
    ForgetDraft(StudyId),
    /// Keeps how the workstation is used.
    SaveSettings(Settings),
    /// Tries the daemon now and starts it when it is away.
    StartDaemon,
    /// Draws everything anew.
    Redraw,
    /// Goes back to the shell for a while.
    Suspend,
    /// Leaves.
    Quit,
}

//! State of the screen Findings: which findings are listed, the cursor in them and in their quotes, and the changes of a
//! status that can be taken back.

use protocol::finding::{Finding, FindingStatus};

use crate::station::widgets::window::Window;

/// Changes that can be taken back.
const UNDO_MAX: usize = 50;

/// The panes of the screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum FindingPane {
    /// The list.
    #[default]
    List,
    /// The quotes of the finding under the cursor.
    Quotes,
}

/// A change of a status that can be taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Undo {
    /// The number of the finding.
    pub(crate) finding: u32,
    /// The status before.
    pub(crate) before: FindingStatus,
}

/// The state of the screen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct FindingsView {
    /// Only findings of this status are listed; all where it is none.
    pub(crate) status: Option<FindingStatus>,
    /// The list.
    pub(crate) list: Window,
    /// The quotes.
    pub(crate) quotes: Window,
    /// The focused pane.
    pub(crate) pane: FindingPane,
    undo: Vec<Undo>,
    /// The change that is being taken back.
    pub(crate) taken_back: Option<Undo>,
}

impl FindingsView {
    /// The findings that are listed, in order.
    pub(crate) fn listed<'a>(&self, findings: &'a [Finding]) -> Vec<&'a Finding> {
        let is_listed =
            |finding: &&Finding| self.status.is_none_or(|status| finding.status() == status);
        findings.iter().filter(is_listed).collect()
    }

    /// Lists the findings of the next status.
    pub(crate) fn turn_status(&mut self) {
        self.status = match self.status {
            None => FindingStatus::ALL.first().copied(),
            Some(status) => FindingStatus::ALL.get(status.index() + 1).copied(),
        };
        self.list = Window::default();
        self.quotes = Window::default();
        self.pane = FindingPane::List;
    }

    /// Notes a change that can be taken back.
    pub(crate) fn note(&mut self, undo: Undo) {
        if self.undo.len() == UNDO_MAX {
            self.undo.remove(0);
        }
        self.undo.push(undo);
    }

    /// The change to take back.
    pub(crate) fn last_change(&self) -> Option<Undo> {
        self.undo.last().copied()
    }

    /// Forgets a change that was taken back.
    pub(crate) fn forget_last(&mut self) {
        self.undo.pop();
    }
}

//! State of the screen Logs: the newest entries of the daemon's log, which of them are shown, and the cursor. The daemon
//! filters by level and study; words are looked for here.

use std::collections::VecDeque;

use protocol::id::StudyId;
use protocol::log::{LogEntry, LogLevel, LogPage};

use super::open_study::Follow;
use crate::station::widgets::window::{Move, Window};

/// Entries that are held.
const HELD_MAX: usize = 2_000;

/// The state of the screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LogsView {
    entries: VecDeque<LogEntry>,
    /// Entries after this number are asked for.
    pub(crate) next: u64,
    /// Counts what is asked for: a reply to another question is dropped.
    pub(crate) revision: u32,
    /// Only entries of this level and graver ones.
    pub(crate) level: LogLevel,
    /// Only entries that name this study.
    pub(crate) study: Option<StudyId>,
    /// Only entries with these words.
    pub(crate) words: String,
    /// Whether the newest entry stays in view.
    pub(crate) follow: Follow,
    /// The cursor.
    pub(crate) list: Window,
    /// Whether the daemon has told anything yet.
    pub(crate) has_arrived: bool,
}

impl Default for LogsView {
    fn default() -> Self {
        Self {
            entries: VecDeque::new(),
            next: 0,
            revision: 0,
            level: LogLevel::Info,
            study: None,
            words: String::new(),
            follow: Follow::Newest,
            list: Window::default(),
            has_arrived: false,
        }
    }
}

impl LogsView {
    /// The entries with the words that are looked for, oldest first.
    pub(crate) fn shown(&self) -> Vec<&LogEntry> {
        let words = self.words.to_lowercase();
        let has = |text: &str| text.to_lowercase().contains(&words);
        let is_shown =
            |entry: &&LogEntry| words.is_empty() || has(&entry.text) || has(&entry.source);
        self.entries.iter().filter(is_shown).collect()
    }

    /// The entry under the cursor.
    pub(crate) fn selected(&self) -> Option<&LogEntry> {
        let shown = self.shown();
        let last = shown.len().checked_sub(1)?;
        shown.get(self.list.cursor.min(last)).copied()
    }

    /// Takes a page: the daemon has started anew where its numbers went back.
    pub(crate) fn take(&mut self, page: LogPage) {
        self.has_arrived = true;
        if page.next < self.next {
            self.entries.clear();
        }
        self.next = page.next;
        self.entries.extend(page.entries);
        while self.entries.len() > HELD_MAX {
            self.entries.pop_front();
            self.list.cursor = self.list.cursor.saturating_sub(1);
        }
        self.settle();
    }

    /// Asks for something else: what is held is another list then.
    pub(crate) fn ask_anew(&mut self) {
        self.entries.clear();
        self.next = 0;
        self.revision = self.revision.wrapping_add(1);
        self.has_arrived = false;
        self.follow = Follow::Newest;
    }

    /// Moves the cursor; moving away from the newest entry holds the list still.
    pub(crate) fn go(&mut self, step: Move) {
        let rows = self.shown().len();
        self.list.go(step, rows);
        let is_last = self.list.cursor + 1 >= rows;
        self.follow = if is_last { Follow::Newest } else { Follow::Still };
    }

    /// Keeps the cursor on an entry.
    pub(crate) fn settle(&mut self) {
        let rows = self.shown().len();
        let step = if self.follow == Follow::Newest { Move::Last } else { Move::By(0) };
        self.list.go(step, rows);
    }
}

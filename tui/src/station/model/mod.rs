//! State of the workstation, as plain data. Only `update` changes it and only `screens` draws it; it has no access to
//! terminal, socket or clock.

pub mod chain;
pub(crate) mod class;
pub(crate) mod compose;
pub(crate) mod cost_requests;
pub(crate) mod difference;
pub mod drafts;
mod drill;
pub(crate) mod filter;
pub(crate) mod findings;
pub mod hooks;
pub(crate) mod layer;
pub(crate) mod link;
pub(crate) mod logs;
pub(crate) mod open_study;
pub(crate) mod people;
pub(crate) mod requests;
pub(crate) mod results;
pub(crate) mod sanitize;
pub mod saved;
pub(crate) mod studies;
pub(crate) mod watched;

use std::collections::BTreeSet;

use jiff::Timestamp;
use protocol::event::Cursor;
use protocol::id::SubmitKey;
use protocol::ledger::Balance;
use protocol::run::Study;

use crate::station::action::Place;
use crate::station::effect::Effect;
use crate::station::key::Chord;
use crate::station::keymap::Keymap;
use crate::station::look::Look;
use crate::station::theme::Theme;
use compose::Compose;
use cost_requests::CostRequests;
use drafts::{Drafts, Origin};
use hooks::HooksView;
use layer::Layer;
use link::Link;
use logs::LogsView;
use open_study::OpenStudy;
use requests::Requests;
use studies::Studies;
use watched::Watched;

/// How long a message is shown.
const NOTICE_MS: u64 = 6_000;
/// Shortest time between two calls of the user.
const CALL_GAP_MS: u64 = 2_000;
/// Delay after the first key of a sequence before the screen shows the possible next keys.
pub(crate) const WHICH_KEY_MS: u64 = 300;

/// The time and key of an update, passed in so that the model needs no clock and no randomness.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// Milliseconds since the start; monotonic.
    pub ms: u64,
    /// Wall clock time.
    pub wall: Timestamp,
    /// An unused key for a submission.
    pub key: SubmitKey,
}

/// The screens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Screen {
    /// The study list.
    #[default]
    Studies,
    /// The live panel.
    Live,
    /// The results.
    Results,
    /// The chain of a content review.
    Chain,
    /// The findings.
    Findings,
    /// The webhooks.
    Hooks,
    /// The log of the daemon.
    Logs,
}

impl Screen {
    /// Every screen with its digit key and its name, in the order of the digits.
    pub(crate) const ALL: [(Self, u8, &'static str); 7] = [
        (Self::Studies, 1, "Studies"),
        (Self::Live, 2, "Live"),
        (Self::Results, 3, "Results"),
        (Self::Chain, 4, "Chain"),
        (Self::Findings, 5, "Findings"),
        (Self::Hooks, 8, "Hooks"),
        (Self::Logs, 9, "Logs"),
    ];

    /// Whether it shows the report of the open study with its answers.
    pub(crate) const fn shows_report(self) -> bool {
        matches!(self, Self::Results | Self::Chain | Self::Findings)
    }
}

/// Whether the focused pane fills the screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Zoom {
    /// All panes are shown.
    #[default]
    All,
    /// Only the focused pane.
    One,
}

/// What to open once the specification of a study to repeat has arrived.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Again {
    /// The form.
    #[default]
    Form,
    /// The user's editor, and then the form.
    Editor,
}

/// The tone of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    /// An action succeeded.
    Done,
    /// An action failed.
    Trouble,
}

/// A message that disappears by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Notice {
    /// The sentence.
    pub(crate) text: String,
    /// Its tone.
    pub(crate) tone: Tone,
    /// When it disappears.
    pub(crate) until: u64,
}

/// Keys of an unfinished sequence.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Pending {
    /// The keys so far.
    pub(crate) keys: Vec<Chord>,
    /// When the last one was pressed.
    pub(crate) since: u64,
}

/// The state of the workstation.
#[derive(Clone, Debug)]
pub struct Model {
    pub(crate) now: Moment,
    pub(crate) size: (u16, u16),
    pub(crate) keymap: Keymap,
    pub(crate) theme: Theme,
    pub(crate) screen: Screen,
    pub(crate) zoom: Zoom,
    pub(crate) layers: Vec<Layer>,
    pub(crate) compose: Option<Compose>,
    /// Unsubmitted drafts, saved between starts.
    pub(crate) drafts: Drafts,
    /// The submission under way: the origin of its form, and its key.
    pub(crate) sent: Option<(Origin, SubmitKey)>,
    pub(crate) pending: Pending,
    pub(crate) link: Link,
    /// The last event that was received, kept across connections.
    pub(crate) seen: Option<Cursor>,
    /// The version of the last daemon, kept across connections.
    pub(crate) daemon: Option<String>,
    pub(crate) studies: Studies,
    pub(crate) open_study: OpenStudy,
    pub(crate) hooks: HooksView,
    pub(crate) logs: LogsView,
    pub(crate) requests: Requests,
    pub(crate) notice: Option<Notice>,
    pub(crate) balance: Option<Balance>,
    /// The study that the last save of a watched file queued, until it is cancelled or has ended.
    pub(crate) saved_version: Option<protocol::id::StudyId>,
    /// Studies that were put away or taken out last, with what takes that back.
    pub(crate) put_away: Option<(Vec<protocol::id::StudyId>, protocol::service::Control)>,
    /// Versions that have ended and are told of when their reports are here.
    pub(crate) versions_to_tell: BTreeSet<protocol::id::StudyId>,
    /// When the user was called last.
    pub(crate) called_at: Option<u64>,
    /// The files that are watched.
    pub(crate) watched: Watched,
    /// What agents want to run that costs money.
    pub(crate) cost_requests: CostRequests,
    /// What to open once the specification has arrived.
    pub(crate) again: Again,
    /// The settings as last saved.
    pub(crate) kept: saved::Settings,
    /// When Ctrl-C was pressed; a second one quits at once.
    pub(crate) interrupted: Option<u64>,
}

impl Model {
    /// An empty state.
    #[must_use]
    pub fn new(now: Moment, size: (u16, u16), keymap: Keymap, theme: Theme) -> Self {
        let mut model = Self {
            now,
            size,
            keymap,
            theme,
            screen: Screen::default(),
            zoom: Zoom::default(),
            layers: Vec::new(),
            compose: None,
            drafts: Drafts::default(),
            sent: None,
            pending: Pending::default(),
            link: Link::Connecting,
            seen: None,
            daemon: None,
            studies: Studies::default(),
            open_study: OpenStudy::default(),
            hooks: HooksView::default(),
            logs: LogsView::default(),
            requests: Requests::default(),
            notice: None,
            balance: None,
            saved_version: None,
            put_away: None,
            versions_to_tell: BTreeSet::new(),
            called_at: None,
            watched: Watched::default(),
            cost_requests: CostRequests::default(),
            again: Again::default(),
            kept: saved::Settings::default(),
            interrupted: None,
        };
        model.kept = saved::Settings::of(&model);
        model
    }

    /// Restores the settings and drafts of the last start.
    #[must_use]
    pub fn resume(mut self, settings: saved::Settings, drafts: Drafts) -> Self {
        settings.apply(&mut self);
        self.kept = saved::Settings::of(&self);
        self.drafts = drafts;
        self
    }

    /// The look of the terminal.
    pub(crate) fn look(&self) -> Look {
        self.theme.look()
    }

    /// The place for key bindings.
    pub(crate) fn place(&self) -> Place {
        match self.layers.last() {
            Some(layer) => layer.place(),
            None if self.compose.is_some() => Place::Compose,
            None => match self.screen {
                Screen::Studies => Place::Studies,
                Screen::Live => Place::Live,
                Screen::Results => Place::Results,
                Screen::Chain => Place::Chain,
                Screen::Findings => Place::Findings,
                Screen::Hooks => Place::Hooks,
                Screen::Logs => Place::Logs,
            },
        }
    }

    /// The study that the screens show: the open one, or the one under the cursor of the list.
    pub(crate) fn study(&self) -> Option<&Study> {
        match self.screen {
            Screen::Studies => self.studies.selected(),
            Screen::Live
            | Screen::Results
            | Screen::Chain
            | Screen::Findings
            | Screen::Hooks
            | Screen::Logs => self.open_study.study.and_then(|id| self.studies.get(id)),
        }
    }

    /// Shows a message.
    pub(crate) fn say(&mut self, tone: Tone, text: impl Into<String>) {
        self.notice = Some(Notice { text: text.into(), tone, until: self.now.ms + NOTICE_MS });
    }

    /// Calls the user, who may look elsewhere; not again at once, when many studies end together.
    pub(crate) fn call_user(&mut self, text: &str) -> Option<Effect> {
        if self.called_at.is_some_and(|at| self.now.ms < at + CALL_GAP_MS) {
            return None;
        }
        self.called_at = Some(self.now.ms);
        Some(Effect::Notify(text.to_owned()))
    }

    /// When something must change by itself: a message ends, a countdown ticks, a request is due.
    #[must_use]
    pub fn next_wake(&self) -> Option<u64> {
        let which_key = (!self.pending.keys.is_empty())
            .then(|| self.pending.since + WHICH_KEY_MS)
            .filter(|at| *at > self.now.ms);
        let due = if self.link.is_connected() { self.requests.next_due() } else { None };
        let draft = self.compose.as_ref().and_then(Compose::save_due);
        let second = self.counts_seconds().then(|| (self.now.ms / 1000 + 1) * 1000);
        [self.notice.as_ref().map(|notice| notice.until), which_key, due, draft, second]
            .into_iter()
            .flatten()
            .min()
    }

    /// Whether the screen changes every second.
    fn counts_seconds(&self) -> bool {
        match &self.link {
            Link::Away { .. } | Link::Incompatible { .. } => true,
            Link::Connected { .. } => {
                self.open_study
                    .live
                    .as_ref()
                    .is_some_and(|live| live.study.state == protocol::run::State::Running)
                    && self.screen == Screen::Live
            }
            Link::Connecting => false,
        }
    }
}

//! Everything the workstation knows and shows, as plain data. It is changed only by `update`, drawn only by `screens`,
//! and knows neither terminal nor socket nor clock.

pub(crate) mod class;
pub(crate) mod compose;
pub mod drafts;
mod drill;
pub(crate) mod filter;
pub(crate) mod inert;
pub(crate) mod layer;
pub(crate) mod lens;
pub(crate) mod link;
pub(crate) mod people;
pub(crate) mod requests;
pub(crate) mod results;
pub mod saved;
pub(crate) mod studies;

use jiff::Timestamp;
use protocol::event::Cursor;
use protocol::id::SubmitKey;
use protocol::ledger::Balance;
use protocol::run::Study;

use crate::station::action::Place;
use crate::station::key::Chord;
use crate::station::keymap::Keymap;
use crate::station::look::Look;
use crate::station::theme::Theme;
use compose::Compose;
use drafts::{Drafts, Origin};
use layer::Layer;
use lens::Lens;
use link::Link;
use requests::Requests;
use studies::Studies;

/// How long a message stays.
const NOTICE_MS: u64 = 6_000;
/// How long a key that begins a sequence waits before the screen says what may follow.
pub(crate) const WHICH_KEY_MS: u64 = 300;

/// The moment of an update, handed in so that the model needs no clock and no chance.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// Milliseconds since the start; never goes back.
    pub ms: u64,
    /// What the clock on the wall says.
    pub wall: Timestamp,
    /// An unused key for a submission.
    pub key: SubmitKey,
}

/// The three screens, lenses over the same study.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Screen {
    /// The list.
    #[default]
    Studies,
    /// The panel as it fills.
    Live,
    /// What was found.
    Results,
}

impl Screen {
    /// Every screen with its name, in the order of the digits.
    pub(crate) const ALL: [(Self, &'static str); 3] =
        [(Self::Studies, "Studies"), (Self::Live, "Live"), (Self::Results, "Results")];
}

/// Whether the pane with the focus has the screen to itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Zoom {
    /// All panes are shown.
    #[default]
    All,
    /// Only that one.
    One,
}

/// What follows when a study is to be asked again and what it asked has arrived.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Again {
    /// The form.
    #[default]
    Form,
    /// The owner's editor, and then the form.
    Editor,
}

/// How a message is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    /// Something was done.
    Done,
    /// Something could not be done.
    Trouble,
}

/// A message that goes away by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Notice {
    /// The sentence.
    pub(crate) text: String,
    /// How it is meant.
    pub(crate) tone: Tone,
    /// When it goes away.
    pub(crate) until: u64,
}

/// Keys of a sequence that is not finished.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Pending {
    /// The keys so far.
    pub(crate) keys: Vec<Chord>,
    /// When the last one came.
    pub(crate) since: u64,
}

/// Everything the workstation knows and shows.
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
    /// What was written and not run, kept for the next time.
    pub(crate) drafts: Drafts,
    /// The submission that is under way: what its form was opened for.
    pub(crate) sent: Option<(Origin, SubmitKey)>,
    pub(crate) pending: Pending,
    pub(crate) link: Link,
    /// The last event that was seen, through any loss of the link.
    pub(crate) seen: Option<Cursor>,
    /// The version of the daemon that answered last, through any loss of the link.
    pub(crate) daemon: Option<String>,
    pub(crate) studies: Studies,
    pub(crate) lens: Lens,
    pub(crate) requests: Requests,
    pub(crate) notice: Option<Notice>,
    pub(crate) balance: Option<Balance>,
    /// What follows when what a study asked has arrived.
    pub(crate) again: Again,
    /// How the workstation was last kept.
    pub(crate) kept: saved::Settings,
    /// When Ctrl-C was pressed, for the second one to leave at once.
    pub(crate) interrupted: Option<u64>,
}

impl Model {
    /// A workstation that knows nothing yet.
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
            lens: Lens::default(),
            requests: Requests::default(),
            notice: None,
            balance: None,
            again: Again::default(),
            kept: saved::Settings::default(),
            interrupted: None,
        };
        model.kept = saved::Settings::of(&model);
        model
    }

    /// Takes up what was left the last time: how it was used, and what was being written.
    #[must_use]
    pub fn resume(mut self, settings: saved::Settings, drafts: Drafts) -> Self {
        settings.apply(&mut self);
        self.kept = saved::Settings::of(&self);
        self.drafts = drafts;
        self
    }

    /// What it is shown on.
    pub(crate) fn look(&self) -> Look {
        self.theme.look()
    }

    /// Where keys go.
    pub(crate) fn place(&self) -> Place {
        match self.layers.last() {
            Some(layer) => layer.place(),
            None if self.compose.is_some() => Place::Compose,
            None => match self.screen {
                Screen::Studies => Place::Studies,
                Screen::Live => Place::Live,
                Screen::Results => Place::Results,
            },
        }
    }

    /// The study that the screens are about: the one that is open, or the one under the cursor of the list.
    pub(crate) fn study(&self) -> Option<&Study> {
        match self.screen {
            Screen::Studies => self.studies.selected(),
            Screen::Live | Screen::Results => self.lens.study.and_then(|id| self.studies.get(id)),
        }
    }

    /// Shows a message.
    pub(crate) fn say(&mut self, tone: Tone, text: impl Into<String>) {
        self.notice = Some(Notice { text: text.into(), tone, until: self.now.ms + NOTICE_MS });
    }

    /// When something changes by itself: a message goes, a countdown counts, a request is due.
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

    /// Whether something on the screen changes every second.
    fn counts_seconds(&self) -> bool {
        match &self.link {
            Link::Away { .. } | Link::Incompatible { .. } => true,
            Link::Connected { .. } => {
                self.lens
                    .live
                    .as_ref()
                    .is_some_and(|live| live.study.state == protocol::run::State::Running)
                    && self.screen == Screen::Live
            }
            Link::Connecting => false,
        }
    }
}

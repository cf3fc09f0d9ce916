//! Overlays on the screens: the palette, help, menus, prompts, questions and the respondent page. They form a stack;
//! Esc closes the top one.

use protocol::cost_request::{CostDecision, CostRequestId};
use protocol::id::StudyId;
use protocol::ranking::Ranking;

use super::chain::Choice;
use super::studies::Column;
use crate::station::action::{Action, Place};
use crate::station::effect::Export;
use crate::station::widgets::textbox::TextBox;
use crate::station::widgets::window::Window;

/// An overlay.
#[derive(Clone, Debug)]
pub(crate) enum Layer {
    /// Search for commands and studies.
    Palette(Palette),
    /// The keys of a place.
    Help(Help),
    /// A menu.
    Menu(Menu),
    /// A line of input.
    Prompt(Prompt),
    /// A confirmation before an action.
    Question(Question),
    /// The page of a respondent.
    Person(Person),
    /// The ranking of several studies.
    Ranking(RankingPage),
}

impl Layer {
    /// The place for key bindings while it is on top.
    pub(crate) fn place(&self) -> Place {
        match self {
            Self::Palette(_) => Place::Palette,
            Self::Help(_) => Place::Help,
            Self::Menu(_) => Place::Menu,
            Self::Prompt(_) => Place::Prompt,
            Self::Question(_) => Place::Question,
            Self::Person(_) => Place::Person,
            Self::Ranking(_) => Place::Ranking,
        }
    }
}

/// A command of the palette.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Command {
    /// An action of the screen below.
    Do(Action),
    /// Opens a study.
    Open(StudyId),
}

/// A line of the palette.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Offer {
    /// Its command.
    pub(crate) command: Command,
    /// Its title.
    pub(crate) title: String,
    /// Its keys, or its type.
    pub(crate) note: String,
}

/// A feature that only the command line has, found by name in the palette.
#[derive(Debug)]
pub(crate) struct Elsewhere {
    /// Words that users may type for it.
    pub(crate) words: &'static [&'static str],
    /// The command that provides it.
    pub(crate) command: &'static str,
    /// What the command does, as the end of a sentence.
    pub(crate) does: &'static str,
}

/// All such features.
pub(crate) static ELSEWHERE: &[Elsewhere] = &[
    elsewhere(
        &["credits", "budget", "balance", "ledger", "statement", "grant"],
        "demoscope credits",
        "shows the budget",
    ),
    elsewhere(&["queue", "waiting"], "demoscope queue", "shows what waits, and moves it"),
    elsewhere(&["daemon", "status"], "demoscope daemon status", "says how the daemon is"),
    elsewhere(&["events", "history"], "demoscope events", "shows what happened"),
    elsewhere(&["compare", "comparison"], "demoscope compare", "sets two studies side by side"),
    elsewhere(&["engines", "models"], "demoscope engines", "shows what can answer"),
    elsewhere(&["power"], "demoscope power", "says how many people a difference takes"),
    elsewhere(&["backup", "backups"], "demoscope backup", "makes a copy of the store"),
    elsewhere(&["config", "settings"], "demoscope config", "shows the settings in force"),
    elsewhere(&["doctor", "audit"], "demoscope doctor", "checks the store"),
];

const fn elsewhere(
    words: &'static [&'static str],
    command: &'static str,
    does: &'static str,
) -> Elsewhere {
    Elsewhere { words, command, does }
}

/// Search for commands and studies.
#[derive(Clone, Debug, Default)]
pub(crate) struct Palette {
    /// The typed text.
    pub(crate) input: TextBox,
    /// All entries.
    pub(crate) offers: Vec<Offer>,
    /// Matching entries, best first.
    pub(crate) found: Vec<usize>,
    /// Cursor over the matches.
    pub(crate) window: Window,
    /// Whether no row is selected until an arrow key selects one, because the first match is destructive.
    pub(crate) is_held: bool,
    /// The command line feature that matches, when no entry has that name.
    pub(crate) elsewhere: Option<&'static Elsewhere>,
}

impl Palette {
    /// The row that Enter accepts, if one is selected.
    pub(crate) fn chosen(&self) -> Option<usize> {
        (!self.is_held && !self.found.is_empty()).then_some(self.window.cursor)
    }
}

/// The keys of a place.
#[derive(Clone, Debug)]
pub(crate) struct Help {
    /// The place.
    pub(crate) place: Place,
    /// The search text.
    pub(crate) input: TextBox,
    /// The first visible line.
    pub(crate) window: Window,
}

/// The action of a menu item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Pick {
    /// Writes the open study to a file.
    Export(Export),
    /// Writes the screen as an SVG picture.
    Picture,
    /// Sorts the list.
    Sort(Column),
    /// Sorts the segments by their estimate, or restores their order.
    SortSegments(super::results::SegmentOrder),
    /// Continues the draft that repeats that study.
    GoOn(StudyId),
    /// Starts a new draft from that study.
    Afresh(StudyId),
    /// Changes the theme.
    Theme(&'static str),
    /// Shows what an agent wants to run.
    CostRequest(CostRequestId),
}

/// A menu item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Item {
    /// The letter that selects it.
    pub(crate) key: char,
    /// Its label.
    pub(crate) label: String,
    /// Its explanation.
    pub(crate) note: String,
    /// Its action.
    pub(crate) pick: Pick,
}

/// A menu.
#[derive(Clone, Debug)]
pub(crate) struct Menu {
    /// Its title.
    pub(crate) title: &'static str,
    /// Its items.
    pub(crate) items: Vec<Item>,
    /// Cursor.
    pub(crate) window: Window,
}

/// The purpose of a line of input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Filters the list of studies.
    FilterStudies,
    /// Filters the quotes.
    FilterQuotes,
    /// The entries of the log.
    FilterLogs,
    /// Changes a study's tags.
    Tags(StudyId),
}

/// A line of input.
#[derive(Clone, Debug)]
pub(crate) struct Prompt {
    /// Its purpose.
    pub(crate) purpose: Purpose,
    /// The typed text.
    pub(crate) input: TextBox,
    /// The previous text, which Esc restores.
    pub(crate) before: String,
}

/// The action to confirm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Consent {
    /// Quitting the workstation.
    Quit,
    /// Cancelling studies.
    Cancel(Vec<StudyId>),
    /// Writing a version into the file of its study.
    Apply(StudyId, Choice),
    /// The cost of a study.
    Cost,
    /// The higher cost that a paused study asks for.
    MoreCost(StudyId),
    /// What the user decides on a study of an agent.
    CostRequest(CostRequestId, CostDecision),
}

/// The key that confirms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Yes {
    /// Enter: the question follows a key with no other effect.
    Enter,
    /// `y`, while Enter declines: the question follows an Enter, which may be pressed twice.
    Letter,
}

/// A confirmation before an action.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    /// The question.
    pub(crate) title: String,
    /// The consequences of a yes.
    pub(crate) lines: Vec<String>,
    /// The action of a yes, in a word.
    pub(crate) yes: &'static str,
    /// The key that confirms.
    pub(crate) by: Yes,
    /// The action to confirm.
    pub(crate) consent: Consent,
    /// A third answer, beside yes and staying.
    pub(crate) other: Option<OtherAnswer>,
}

/// A third answer to a question.
#[derive(Clone, Debug)]
pub(crate) struct OtherAnswer {
    /// The letter that gives it.
    pub(crate) key: char,
    /// What it does, in a word.
    pub(crate) label: &'static str,
    /// Its action.
    pub(crate) consent: Consent,
}

/// A respondent within a list.
#[derive(Clone, Debug, Default)]
pub(crate) struct Person {
    /// The list, by ordinal.
    pub(crate) people: Vec<u32>,
    /// The index of the respondent.
    pub(crate) at: usize,
    /// The first visible line.
    pub(crate) scroll: usize,
}

/// The ranking of several studies.
#[derive(Clone, Debug)]
pub(crate) struct RankingPage {
    /// The studies, in the order in which they were asked for.
    pub(crate) studies: Vec<StudyId>,
    /// The ranking, or why there is none; absent while it is computed.
    pub(crate) found: Option<Result<Box<Ranking>, String>>,
    /// Cursor over the studies in their order.
    pub(crate) window: Window,
}

impl RankingPage {
    /// The study under the cursor.
    pub(crate) fn chosen(&self) -> Option<StudyId> {
        let found = self.found.as_ref()?.as_ref().ok()?;
        found.studies.get(self.window.cursor).map(|study| study.id)
    }
}

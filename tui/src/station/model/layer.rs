//! What lies over the screens: the palette, help, menus, prompts, questions and a person's page. They stack; Esc takes
//! the top one away.

use protocol::id::StudyId;

use super::studies::Column;
use crate::station::action::{Action, Place};
use crate::station::effect::Export;
use crate::station::widgets::textbox::TextBox;
use crate::station::widgets::window::Window;

/// Something that lies over the screens.
#[derive(Clone, Debug)]
pub(crate) enum Layer {
    /// Commands and studies by a few letters.
    Palette(Palette),
    /// The keys of a place.
    Help(Help),
    /// A choice.
    Menu(Menu),
    /// A line to type.
    Prompt(Prompt),
    /// A question before something is done.
    Question(Question),
    /// One respondent.
    Person(Person),
}

impl Layer {
    /// Where keys go while it is on top.
    pub(crate) fn place(&self) -> Place {
        match self {
            Self::Palette(_) => Place::Palette,
            Self::Help(_) => Place::Help,
            Self::Menu(_) => Place::Menu,
            Self::Prompt(_) => Place::Prompt,
            Self::Question(_) => Place::Question,
            Self::Person(_) => Place::Person,
        }
    }
}

/// Something the palette can do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Command {
    /// An action of the screen below.
    Do(Action),
    /// Opens a study.
    Open(StudyId),
}

/// One line of the palette.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Offer {
    /// What it does.
    pub(crate) command: Command,
    /// What it is called.
    pub(crate) title: String,
    /// Its keys, or what kind of thing it is.
    pub(crate) note: String,
}

/// Something people look for here that only the command line has.
#[derive(Debug)]
pub(crate) struct Elsewhere {
    /// What they call it.
    pub(crate) words: &'static [&'static str],
    /// The command that has it.
    pub(crate) command: &'static str,
    /// What that does, as the end of a sentence.
    pub(crate) does: &'static str,
}

/// All of that.
pub(crate) static ELSEWHERE: &[Elsewhere] = &[
    elsewhere(
        &["credits", "budget", "balance", "ledger", "statement", "grant"],
        "demoscope credits",
        "shows the budget",
    ),
    elsewhere(&["queue", "waiting"], "demoscope queue", "shows what waits, and moves it"),
    elsewhere(
        &["logs", "log", "daemon", "status"],
        "demoscope daemon status",
        "says where logs are",
    ),
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

/// Commands and studies by a few letters.
#[derive(Clone, Debug, Default)]
pub(crate) struct Palette {
    /// What is typed.
    pub(crate) input: TextBox,
    /// Everything there is to find.
    pub(crate) offers: Vec<Offer>,
    /// What is found, best first.
    pub(crate) found: Vec<usize>,
    /// Cursor over what is found.
    pub(crate) window: Window,
    /// Whether no row is chosen until an arrow key chooses one: the first of them takes something away.
    pub(crate) is_held: bool,
    /// Where what is typed can be found instead, when nothing here is called like that.
    pub(crate) elsewhere: Option<&'static Elsewhere>,
}

impl Palette {
    /// The row that Enter takes, if one is chosen.
    pub(crate) fn chosen(&self) -> Option<usize> {
        (!self.is_held && !self.found.is_empty()).then_some(self.window.cursor)
    }
}

/// The keys of a place.
#[derive(Clone, Debug)]
pub(crate) struct Help {
    /// Which place.
    pub(crate) place: Place,
    /// What is searched.
    pub(crate) input: TextBox,
    /// The first line that is shown.
    pub(crate) window: Window,
}

/// What a line of a menu does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Pick {
    /// Writes the open study to a file.
    Export(Export),
    /// Writes the screen as a picture.
    Picture,
    /// Sorts the list.
    Sort(Column),
    /// Sorts the segments by their estimate, or puts them back in order.
    SortSegments(super::results::SegmentOrder),
    /// Goes on with what was changed in that study before.
    GoOn(StudyId),
    /// Begins again with what that study asked.
    Afresh(StudyId),
    /// Changes the colours.
    Theme(&'static str),
}

/// One line of a menu.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Item {
    /// The letter that picks it at once.
    pub(crate) key: char,
    /// What it is called.
    pub(crate) label: String,
    /// What it means.
    pub(crate) note: String,
    /// What it does.
    pub(crate) pick: Pick,
}

/// A choice.
#[derive(Clone, Debug)]
pub(crate) struct Menu {
    /// What is chosen.
    pub(crate) title: &'static str,
    /// From what.
    pub(crate) items: Vec<Item>,
    /// Cursor.
    pub(crate) window: Window,
}

/// What a line is typed for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// To narrow the list of studies.
    FilterStudies,
    /// To narrow the quotes.
    FilterQuotes,
    /// To change a study's tags.
    Tags(StudyId),
}

/// A line to type.
#[derive(Clone, Debug)]
pub(crate) struct Prompt {
    /// What for.
    pub(crate) purpose: Purpose,
    /// What is typed.
    pub(crate) input: TextBox,
    /// What it was before, for Esc.
    pub(crate) before: String,
}

/// What a yes is said to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Consent {
    /// Leaving the workstation.
    Quit,
    /// Stopping studies for good.
    Cancel(Vec<StudyId>),
    /// What a study costs.
    Cost,
}

/// The key that says yes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Yes {
    /// Enter: the question follows a key that does nothing else.
    Enter,
    /// `y`, and Enter stays: the question follows an Enter, which may be pressed twice.
    Letter,
}

/// Something that is asked before it is done.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    /// The question.
    pub(crate) title: String,
    /// What follows from a yes.
    pub(crate) lines: Vec<String>,
    /// What a yes does, in a word.
    pub(crate) yes: &'static str,
    /// Which key says it.
    pub(crate) by: Yes,
    /// What a yes is said to.
    pub(crate) consent: Consent,
}

/// One respondent, out of a list.
#[derive(Clone, Debug, Default)]
pub(crate) struct Person {
    /// The list, by ordinal.
    pub(crate) people: Vec<u32>,
    /// Who of them.
    pub(crate) at: usize,
    /// First line that is shown.
    pub(crate) scroll: usize,
}

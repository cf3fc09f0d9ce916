//! Table of all actions of the workstation. Keymap, footer, help, palette and the manual page are generated from it, so
//! that they always agree.

use crate::station::keymap::Keymap;

/// A place that receives keys: a screen or an overlay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// The list of studies.
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
    /// The form for a new study.
    Compose,
    /// The palette.
    Palette,
    /// The help page.
    Help,
    /// A menu.
    Menu,
    /// A line of input.
    Prompt,
    /// A question.
    Question,
    /// The page of a respondent.
    Person,
    /// The ranking of several studies.
    Ranking,
}

impl Place {
    /// Every place, in the order of the help page.
    pub const ALL: &'static [Self] = &[
        Self::Studies,
        Self::Live,
        Self::Results,
        Self::Chain,
        Self::Findings,
        Self::Hooks,
        Self::Logs,
        Self::Compose,
        Self::Person,
        Self::Ranking,
        Self::Palette,
        Self::Help,
        Self::Menu,
        Self::Prompt,
        Self::Question,
    ];

    /// Its name in keymaps.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Studies => "studies",
            Self::Live => "live",
            Self::Results => "results",
            Self::Chain => "chain",
            Self::Findings => "findings",
            Self::Hooks => "hooks",
            Self::Logs => "logs",
            Self::Compose => "compose",
            Self::Palette => "palette",
            Self::Help => "help",
            Self::Menu => "menu",
            Self::Prompt => "prompt",
            Self::Question => "question",
            Self::Person => "person",
            Self::Ranking => "ranking",
        }
    }

    /// Whether letter keys are text input there.
    #[must_use]
    pub const fn takes_text(self) -> bool {
        matches!(self, Self::Compose | Self::Palette | Self::Help | Self::Prompt)
    }

    /// Whether it is one of the screens, where global keys work too.
    #[must_use]
    pub const fn is_screen(self) -> bool {
        matches!(
            self,
            Self::Studies
                | Self::Live
                | Self::Results
                | Self::Chain
                | Self::Findings
                | Self::Hooks
                | Self::Logs
        )
    }
}

/// Whether and where the footer shows an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Footer {
    /// Sorted to the front, by this rank.
    Rank(u8),
    /// Never.
    No,
}

/// An entry of the table.
#[derive(Debug)]
pub struct Entry {
    /// The action.
    pub action: Action,
    /// Its name in keymaps.
    pub name: &'static str,
    /// One or two words for the footer.
    pub label: &'static str,
    /// One sentence for help, palette and manual page.
    pub help: &'static str,
    /// The places where it works; all screens when empty.
    pub places: &'static [Place],
    pub(crate) footer: Footer,
}

macro_rules! footer {
    () => {
        Footer::No
    };
    ($rank:literal) => {
        Footer::Rank($rank)
    };
}

macro_rules! actions {
    ($($action:ident = $name:literal, [$($place:ident)*] $($rank:literal)?, $label:literal, $help:literal;)+) => {
        /// An action of the workstation.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Action { $(#[doc = $help] $action),+ }

        /// Every action.
        pub static ACTIONS: &[Entry] = &[$(Entry {
            action: Action::$action,
            name: $name,
            label: $label,
            help: $help,
            places: &[$(Place::$place),*],
            footer: footer!($($rank)?),
        }),+];
    };
}

actions! {
    Open = "open", [Studies Live Results Chain Findings] 1, "open", "Opens what is under the cursor: a study, a segment, a person.";
    Back = "back", [Studies Live Results Chain Findings Hooks Logs Palette Help Menu Prompt Question Person Ranking Compose] 2, "back", "Goes back the way you came; it never leaves the workstation.";
    New = "study.new", [Studies] 3, "new", "Starts a new study.";
    Duplicate = "study.duplicate", [Studies Live Results Chain Findings] 12, "duplicate", "Starts a new study with the settings of this one.";
    Edit = "study.edit", [Studies Live Results Chain Findings] 13, "edit text", "Starts a new study from this one with its text in your own editor ($VISUAL or $EDITOR).";
    Pause = "study.pause", [Studies Live Results Chain Findings] 5, "pause", "Pauses a study, or lets a paused one go on.";
    Cancel = "study.cancel", [Studies Live Results Chain Findings] 6, "cancel", "Stops a study for good; answers are kept and unused credits come back.";
    Retry = "study.retry", [Studies Live Results Chain Findings] 3, "retry failed", "Asks again those who failed or whose reply could not be read.";
    Archive = "study.archive", [Studies] 12, "archive", "Puts a study away, or takes it out again.";
    Tag = "study.tag", [Studies] 14, "tags", "Changes the tags of a study.";
    Mark = "list.mark", [Studies] 11, "mark", "Marks a study, so that pause, cancel, archive and rank work on all that are marked.";
    Rank = "list.rank", [Studies] 4, "rank", "Ranks the marked studies: their order, who cannot be told apart, and how probable it is that each is the best.";
    Filter = "list.filter", [Studies Results Logs] 7, "filter", "Narrows the list as you type: words, tag:spring, state:live, type:nps, n>=100; score<4 (concept tests, or the type you name), nps<0, net<0, lead>10 (A \u{2212} B).";
    Sort = "list.sort", [Studies Results] 8, "sort", "Chooses what the list is sorted by; the same choice again turns it round. Scores are sorted within each study type.";
    Archived = "list.archived", [Studies], "archived", "Shows the archived studies, or the others again.";
    Order = "live.order", [Live] 3, "order", "Rearranges the people: as they were asked, or by score into a histogram.";
    Follow = "live.follow", [Live Logs] 4, "follow", "Keeps the newest answers or entries in view, or holds the list still.";
    GroupBy = "results.group", [Results] 3, "group by", "Groups by the next attribute: age, gender, income, education, technology, region, or all of them at once.";
    Worth = "results.worth", [Results] 3, "worth", "Shows what the numbers are worth: channels side by side; then controls, wordings and figures on the answers.";
    CrossTab = "results.cross", [Results] 7, "cross-tab", "Crosses two attributes in a table of means.";
    View = "results.view", [Results] 5, "view", "Shows the next view: what changed in a version, segments, A against B, cross-tab, reasons, findings, channels, checks, method.";
    Newest = "version.newest", [Results Findings], "newest version", "Goes to the newest version of the watched file that has ended, in the same view.";
    Down = "move.down", [Studies Live Results Chain Findings Hooks Logs Palette Help Menu Person Ranking Compose], "down", "Moves down.";
    Up = "move.up", [Studies Live Results Chain Findings Hooks Logs Palette Help Menu Person Ranking Compose], "up", "Moves up.";
    Left = "move.left", [Live Results Chain Compose Prompt Palette Help], "left", "Moves left.";
    Right = "move.right", [Live Results Chain Compose Prompt Palette Help] 5, "right", "Moves right.";
    PageDown = "move.page-down", [Studies Live Results Chain Findings Hooks Logs Help Person Ranking Compose], "page down", "Moves down by half a page.";
    PageUp = "move.page-up", [Studies Live Results Chain Findings Hooks Logs Help Person Ranking Compose], "page up", "Moves up by half a page.";
    First = "move.first", [Studies Live Results Chain Findings Hooks Logs Help Person Ranking], "first", "Goes to the first line.";
    Last = "move.last", [Studies Live Results Chain Findings Hooks Logs Help Person Ranking], "last", "Goes to the last line.";
    NextPane = "pane.next", [Live Results Chain Findings Hooks Compose] 9, "next pane", "Goes to the next pane or field.";
    PreviousPane = "pane.previous", [Live Results Chain Findings Hooks Compose], "previous pane", "Goes to the previous pane or field.";
    Zoom = "pane.zoom", [Studies Live Results Chain Findings Hooks Logs] 15, "zoom", "Gives the whole screen to this pane, or back to all of them.";
    Export = "export", [Studies Live Results Chain Findings] 6, "export", "Writes answers, report or picture to a file.";
    Copy = "copy", [Studies Live Results Chain Findings Hooks Logs Person Ranking] 16, "copy", "Copies what is under the cursor.";
    CopyCommand = "copy.command", [Studies Live Results Chain Findings Hooks Ranking] 17, "copy command", "Copies the command line that shows the same.";
    ShowStudies = "screen.studies", [], "studies", "Goes to the list of studies.";
    ShowLive = "screen.live", [] 4, "watch it", "Goes to the panel as it fills.";
    ShowResults = "screen.results", [] 3, "results", "Goes to what was found.";
    ShowChain = "screen.chain", [], "chain", "Goes to the rounds of a content review: what was rewritten, and whether it helped.";
    ShowFindings = "screen.findings", [], "findings", "Goes to what to act on, and what became of it.";
    ShowHooks = "screen.hooks", [], "hooks", "Goes to the webhooks: who is told of what, and what came of it.";
    Redeliver = "hook.redeliver", [Hooks] 3, "send again", "Sends a delivery that is over once more, under the same id.";
    TestEndpoint = "hook.test", [Hooks] 4, "test", "Sends a test event to the endpoint.";
    PauseEndpoint = "hook.pause", [Hooks] 5, "pause endpoint", "Sends nothing to the endpoint, or resumes it.";
    Requests = "requests", [] 3, "requests", "Shows what agents want to run that costs money, to agree to it or decline.";
    ShowLogs = "screen.logs", [], "logs", "Goes to the log of the daemon: what it did, and what went wrong.";
    NextLevel = "logs.level", [Logs] 3, "level", "Shows entries of the next level and graver ones: info, warn, error, debug.";
    OfStudy = "logs.study", [Logs] 4, "this study", "Shows only the entries that name the open study or the one under the list's cursor, or all again.";
    NextVersion = "chain.next", [Chain] 2, "next version", "Shows the next round, or the next rewrite of a single round.";
    PreviousVersion = "chain.previous", [Chain] 2, "previous", "Shows the round or rewrite before.";
    SetBase = "chain.base", [Chain] 7, "set base", "Compares with this version from now on, or again with the one that each was rewritten from.";
    DiffUnit = "chain.unit", [Chain] 4, "words or lines", "Shows the difference word by word, or line by line.";
    DiffLayout = "chain.layout", [Chain] 5, "split or inline", "Shows both texts side by side, or in one.";
    Apply = "chain.apply", [Chain] 3, "apply", "Writes this version into the file of its study, after asking; a copy of the file as it was is kept.";
    TakeBack = "chain.undo", [Chain] 4, "undo", "Restores the file as it was before a version was written into it.";
    Resolve = "finding.resolve", [Findings] 3, "resolve", "Marks a finding as acted on.";
    Dismiss = "finding.dismiss", [Findings] 4, "dismiss", "Marks a finding as not to be acted on.";
    Reopen = "finding.reopen", [Findings] 4, "reopen", "Opens a finding again that was resolved or dismissed.";
    UndoStatus = "finding.undo", [Findings] 5, "undo", "Takes back the last change of a finding's status.";
    UndoVersion = "watch.take-back", [Studies Live Results], "take back", "Takes back what was put away last, or cancels the version that a saved file queued.";
    NextStatus = "finding.status", [Findings] 6, "status", "Shows the findings of the next status: open, resolved, dismissed, or all of them.";
    Palette = "palette", [] 10, "commands", "Finds a command or a study by its name or the beginnings of its words.";
    Help = "help", [Studies Live Results Chain Findings Hooks Logs Compose Person Ranking], "help", "Explains the keys of this screen; type to search.";
    Themes = "theme", [], "theme", "Chooses the colours.";
    StartDaemon = "daemon.start", [], "start daemon", "Starts the daemon when it is away.";
    Redraw = "redraw", [], "redraw", "Draws everything anew.";
    Suspend = "suspend", [], "suspend", "Goes back to the shell for a while; `fg` comes back.";
    Quit = "quit", [], "quit", "Leaves the workstation; the daemon and its studies go on.";
    Run = "compose.run", [Compose] 1, "run", "Runs the study.";
    Editor = "compose.editor", [Compose] 3, "editor", "Opens the text in your own editor ($VISUAL or $EDITOR).";
    Complete = "compose.complete", [Compose] 4, "complete", "Completes a name of a file or of an engine, or takes the next choice.";
    Undo = "compose.undo", [Compose] 14, "undo", "Takes back the last change of the field.";
    Clear = "compose.clear", [Compose Palette Prompt Help], "clear", "Empties the field.";
    Accept = "accept", [Palette Menu Prompt Question Ranking] 1, "choose", "Takes what is chosen.";
    NextPerson = "person.next", [Person] 1, "next", "Shows the next person of the list.";
    PreviousPerson = "person.previous", [Person] 1, "previous", "Shows the previous person of the list.";
}

impl Action {
    /// Its entry in the table.
    #[must_use]
    pub fn entry(self) -> &'static Entry {
        // The same macro generates the table and the enum in the same order; a test checks it.
        &ACTIONS[self as usize]
    }

    /// The action of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        ACTIONS.iter().find(|entry| entry.name == name).map(|entry| entry.action)
    }

    /// Whether it is destructive or can cost money again, so that it must not be triggered by mistake.
    #[must_use]
    pub const fn is_destructive(self) -> bool {
        matches!(self, Self::Cancel | Self::Retry | Self::Archive | Self::Quit)
    }

    /// Other names that users may search for.
    #[must_use]
    pub const fn synonyms(self) -> &'static [&'static str] {
        match self {
            Self::New => &["create", "add", "compose", "draft"],
            Self::Duplicate => &["clone", "copy the study", "again"],
            Self::Edit => &["change"],
            Self::Pause => &["resume", "continue", "go on", "hold"],
            Self::Cancel => &["stop", "abort"],
            Self::Retry => &["ask again", "repeat"],
            Self::Archive => &["put away"],
            Self::Tag => &["label"],
            Self::Mark => &["select"],
            Self::Filter => &["search", "find", "narrow"],
            Self::Rank => &["ranking", "best", "winner"],
            Self::Sort => &["order by"],
            Self::Order => &["rearrange", "histogram"],
            Self::GroupBy => &["segments", "break down"],
            Self::Worth => &["channels", "controls", "checks"],
            Self::CrossTab => &["crosstab", "table"],
            Self::View => &["reasons", "findings", "method"],
            Self::Zoom => &["full screen", "maximise", "maximize"],
            Self::Export => &["save", "write", "csv", "json", "html", "markdown", "svg", "picture"],
            Self::Copy => &["clipboard", "yank"],
            Self::ShowStudies => &["list", "home"],
            Self::ShowLive => &["live", "panel", "progress"],
            Self::ShowResults => &["report"],
            Self::ShowChain => &["rounds", "iterations", "rewrites", "variants"],
            Self::ShowFindings => &["act on", "to do"],
            Self::ShowHooks => &["webhooks", "endpoints", "deliveries"],
            Self::Redeliver => &["redeliver", "retry"],
            Self::Requests => &["approve", "agents", "consent", "mcp"],
            Self::ShowLogs => &["log", "daemon log", "trouble"],
            Self::NextVersion => &["round", "variant"],
            Self::DiffUnit => &["diff"],
            Self::DiffLayout => &["side by side"],
            Self::Apply => &["accept", "write into the file"],
            Self::TakeBack => &["revert", "restore"],
            Self::Resolve => &["done", "fixed", "mark"],
            Self::Dismiss => &["ignore", "won't fix"],
            Self::UndoStatus => &["take back"],
            Self::UndoVersion => &["watch", "saved"],
            Self::Help => &["keys", "manual"],
            Self::Themes => &["colours", "colors"],
            Self::StartDaemon => &["connect", "reconnect"],
            Self::Redraw => &["refresh"],
            Self::Suspend => &["shell", "background"],
            Self::Quit => &["exit", "leave"],
            _ => &[],
        }
    }

    /// Whether it works there.
    #[must_use]
    pub fn works_in(self, place: Place) -> bool {
        let places = self.entry().places;
        if places.is_empty() { place.is_screen() } else { places.contains(&place) }
    }
}

/// A line of the key reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The keys, separated by commas.
    pub keys: String,
    /// Their action.
    pub entry: &'static str,
    /// One sentence about it.
    pub help: &'static str,
    /// The places where they work.
    pub places: String,
}

/// The key reference for the manual page.
#[must_use]
pub fn reference(keymap: &Keymap) -> Vec<Line> {
    ACTIONS
        .iter()
        .map(|entry| {
            let place = entry.places.first().copied().unwrap_or(Place::Studies);
            let places = if entry.places.is_empty() {
                "every screen".to_owned()
            } else {
                entry.places.iter().map(|place| place.as_str()).collect::<Vec<_>>().join(", ")
            };
            Line {
                keys: keymap.keys(place, entry.action).join(", "),
                entry: entry.name,
                help: entry.help,
                places,
            }
        })
        .collect()
}

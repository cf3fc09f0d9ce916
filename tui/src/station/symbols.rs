//! Every glyph the workstation draws, in the two alphabets a terminal may have. Widgets ask for a symbol by what it is
//! for, so that no screen can forget its ASCII form.

/// Which glyphs drawings may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Glyphs {
    /// Blocks, lines and bullets.
    Unicode,
    /// What a typewriter has.
    Ascii,
}

/// The corners and edges of a pane: top left, top right, bottom left, bottom right, horizontal, vertical.
pub(crate) type Frame = [&'static str; 6];

macro_rules! symbols {
    ($($(#[$doc:meta])* $name:ident: $unicode:literal | $ascii:literal;)+) => {
        impl Glyphs {
            $($(#[$doc])* pub(crate) const fn $name(self) -> &'static str {
                match self { Self::Unicode => $unicode, Self::Ascii => $ascii }
            })+
        }
    };
}

symbols! {
    /// In front of the product's name.
    logo: "▣" | "#";
    /// The row that is selected.
    cursor: "▶" | ">";
    /// A marked row.
    marked: "◆" | "*";
    /// A state that moves.
    running: "●" | "o";
    /// A state that waits.
    waiting: "○" | ".";
    /// Stopped for a while.
    paused: "‖" | "=";
    /// Went well.
    good: "✔" | "+";
    /// Went wrong.
    bad: "✖" | "x";
    /// Something to know.
    warning: "!" | "!";
    /// Nothing to show.
    none: "—" | "-";
    /// A text that was cut.
    ellipsis: "…" | "~";
    /// Between facts.
    dot: "·" | "-";
    /// From here to there.
    arrow: "→" | "->";
    /// Left end of an interval.
    whisker_left: "├" | "[";
    /// Right end of an interval.
    whisker_right: "┤" | "]";
    /// Body of an interval.
    whisker_line: "─" | "-";
    /// The estimate itself.
    whisker_point: "●" | "o";
    /// A respondent who has not answered yet.
    pending: "·" | ".";
    /// An outcome that is no answer.
    failed: "×" | "x";
    /// Opens a quotation.
    quote_open: "“" | "\"";
    /// Closes a quotation.
    quote_close: "”" | "\"";
    /// The highest of its kind.
    highest: "▲" | "^";
    /// The lowest of its kind.
    lowest: "▼" | "v";
    /// More or less.
    plus_minus: "±" | "+-";
    /// A negative number.
    minus: "−" | "-";
    /// About.
    about: "≈" | "~";
    /// By.
    times: "×" | "x";
    /// A chosen option.
    radio_on: "●" | "(o)";
    /// An option that is not chosen.
    radio_off: "○" | "( )";
}

impl Glyphs {
    /// Keys as keymaps show them, with words for the arrows where there are none.
    pub(crate) fn keys(self, keys: &str) -> String {
        match self {
            Self::Unicode => keys.to_owned(),
            Self::Ascii => keys
                .replace('↑', "Up")
                .replace('↓', "Down")
                .replace('←', "Left")
                .replace('→', "Right"),
        }
    }

    /// Typographic signs of our own sentences in the alphabet of the terminal.
    pub(crate) fn plain(self, text: &str) -> String {
        match self {
            Self::Unicode => text.to_owned(),
            Self::Ascii => crate::report::plain_punctuation(text).replace('×', self.times()),
        }
    }

    /// The frame of a pane that has the focus, or of one that has not.
    pub(crate) const fn frame(self, focus: Focus) -> Frame {
        match (self, focus) {
            (Self::Unicode, Focus::Here) => ["┏", "┓", "┗", "┛", "━", "┃"],
            (Self::Unicode, Focus::Elsewhere) => ["╭", "╮", "╰", "╯", "─", "│"],
            (Self::Ascii, Focus::Here) => ["+", "+", "+", "+", "=", "|"],
            (Self::Ascii, Focus::Elsewhere) => ["+", "+", "+", "+", "-", "|"],
        }
    }

    /// Shades from nothing to full, for scores where there is no colour.
    pub(crate) const fn shades(self) -> [&'static str; 4] {
        match self {
            Self::Unicode => ["░", "▒", "▓", "█"],
            Self::Ascii => ["-", "=", "#", "@"],
        }
    }

    /// Heights of a column, lowest first.
    pub(crate) const fn heights(self) -> &'static [&'static str] {
        match self {
            Self::Unicode => &["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"],
            Self::Ascii => &["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"],
        }
    }

    /// A bar's last cell by how many eighths of it are filled, from none to seven.
    pub(crate) const fn eighths(self) -> [&'static str; 8] {
        match self {
            Self::Unicode => ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"],
            Self::Ascii => ["", "", "", "", "#", "#", "#", "#"],
        }
    }

    /// A full cell of a bar.
    pub(crate) const fn full(self) -> &'static str {
        match self {
            Self::Unicode => "█",
            Self::Ascii => "#",
        }
    }
}

/// Whether keys go to a pane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Focus {
    /// They do.
    Here,
    /// They go to another one.
    Elsewhere,
}

impl Focus {
    /// The focus of the pane that is at hand, when `focused` has it.
    pub(crate) fn of<T: PartialEq>(pane: &T, focused: &T) -> Self {
        if pane == focused { Self::Here } else { Self::Elsewhere }
    }
}

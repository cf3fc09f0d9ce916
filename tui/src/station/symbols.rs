//! Glyphs of the workstation in Unicode and ASCII. Widgets request a symbol by its purpose, so that every one has an
//! ASCII form.

/// Which glyphs drawings may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Glyphs {
    /// Blocks, lines and bullets.
    Unicode,
    /// ASCII characters only.
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
    /// The product's logo.
    logo: "▣" | "#";
    /// The selected row.
    cursor: "▶" | ">";
    /// A marked row.
    marked: "◆" | "*";
    /// A running state.
    running: "●" | "o";
    /// A waiting state.
    waiting: "○" | ".";
    /// A paused state.
    paused: "‖" | "=";
    /// Success.
    good: "✔" | "+";
    /// Failure.
    bad: "✖" | "x";
    /// A watched file.
    watched: "◎" | "w";
    /// A warning.
    warning: "!" | "!";
    /// No value.
    none: "—" | "-";
    /// The end of a cut text.
    ellipsis: "…" | "~";
    /// A separator between facts.
    dot: "·" | "-";
    /// An arrow from one value to another.
    arrow: "→" | "->";
    /// Left end of an interval.
    whisker_left: "├" | "[";
    /// Right end of an interval.
    whisker_right: "┤" | "]";
    /// Body of an interval.
    whisker_line: "─" | "-";
    /// The estimate.
    whisker_point: "●" | "o";
    /// Body of an upright interval.
    upright: "│" | "|";
    /// A line at a wanted value.
    dashed: "╌" | "-";
    /// A respondent who has not answered yet.
    pending: "·" | ".";
    /// An outcome that is not an answer.
    failed: "×" | "x";
    /// Opens a quotation.
    quote_open: "“" | "\"";
    /// Closes a quotation.
    quote_close: "”" | "\"";
    /// The highest value.
    highest: "▲" | "^";
    /// The lowest value.
    lowest: "▼" | "v";
    /// Plus or minus.
    plus_minus: "±" | "+-";
    /// The minus sign.
    minus: "−" | "-";
    /// Approximately.
    about: "≈" | "~";
    /// The multiplication sign.
    times: "×" | "x";
    /// A selected option.
    radio_on: "●" | "(o)";
    /// An option that is not selected.
    radio_off: "○" | "( )";
}

impl Glyphs {
    /// Keys as shown in keymaps, with words for the arrows where the glyphs are missing.
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

    /// Replaces typographic signs of the program's own sentences for the terminal's glyph set.
    pub(crate) fn plain(self, text: &str) -> String {
        match self {
            Self::Unicode => text.to_owned(),
            Self::Ascii => crate::look::plain_punctuation(text).replace('×', self.times()),
        }
    }

    /// The frame of a focused or unfocused pane.
    pub(crate) const fn frame(self, focus: Focus) -> Frame {
        match (self, focus) {
            (Self::Unicode, Focus::Here) => ["┏", "┓", "┗", "┛", "━", "┃"],
            (Self::Unicode, Focus::Elsewhere) => ["╭", "╮", "╰", "╯", "─", "│"],
            (Self::Ascii, Focus::Here) => ["+", "+", "+", "+", "=", "|"],
            (Self::Ascii, Focus::Elsewhere) => ["+", "+", "+", "+", "-", "|"],
        }
    }

    /// Shades from empty to full, for scores without colour.
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

    /// The last cell of a bar by filled eighths, from none to seven.
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

/// Whether a pane is focused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Focus {
    /// It is focused.
    Here,
    /// Another pane is focused.
    Elsewhere,
}

impl Focus {
    /// The focus of a pane, given the focused one.
    pub(crate) fn of<T: PartialEq>(pane: &T, focused: &T) -> Self {
        if pane == focused { Self::Here } else { Self::Elsewhere }
    }
}

//! Colours by what they mean. A theme file gives every role three looks: for many colours, for the terminal's own
//! sixteen, and for none; this module picks one when the terminal is known, so that nothing that draws ever asks.

mod file;
mod shade;

use ratatui::style::{Color, Modifier, Style};

use crate::station::look::{Colours, Line, Look};
use crate::station::symbols::Glyphs;

pub use file::ThemeError;

macro_rules! roles {
    ($($(#[$doc:meta])* $role:ident = $word:literal),+ $(,)?) => {
        /// What a piece of the screen is, as far as its colour goes.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub(crate) enum Role { $($(#[$doc])* $role),+ }

        impl Role {
            /// Every role.
            pub(crate) const ALL: &'static [Role] = &[$(Role::$role),+];

            /// Its name in theme files.
            pub(crate) const fn as_str(self) -> &'static str {
                match self { $(Role::$role => $word),+ }
            }
        }
    };
}

roles! {
    /// Ordinary text.
    Text = "text",
    /// Text of less weight: labels, hints, few answers.
    Dim = "dim",
    /// Text of more weight: the number a pane is about.
    Strong = "strong",
    /// The product's own colour.
    Accent = "accent",
    /// Frame of a pane.
    Border = "border",
    /// Frame of the pane that has the focus.
    Focus = "focus",
    /// Title of a pane.
    Title = "title",
    /// A tab.
    Tab = "tab",
    /// The tab that is open.
    TabOpen = "tab-open",
    /// The row under the cursor.
    Selected = "selected",
    /// A marked row.
    Marked = "marked",
    /// Went well, speaks for it.
    Good = "good",
    /// Went wrong, speaks against it.
    Bad = "bad",
    /// Needs attention.
    Warning = "warning",
    /// Is at work.
    Running = "running",
    /// A key in the footer or in help.
    Key = "key",
    /// What that key does.
    KeyText = "key-text",
    /// A respondent who has not answered.
    Pending = "pending",
    /// An outcome that is no answer.
    Failed = "failed",
    /// Words of a respondent.
    Quote = "quote",
    /// Bars and columns.
    Bar = "bar",
    /// The field that is being typed into.
    Input = "input",
    /// Letters that match what is searched.
    Match = "match",
    /// Data that may be out of date.
    Stale = "stale",
    /// The person under the cursor of the mosaic.
    Pointer = "pointer",
}

/// The themes that come with the product: name and file.
const BUILT_IN: &[(&str, &str)] = &[
    ("dark", include_str!("../../../assets/themes/dark.toml")),
    ("light", include_str!("../../../assets/themes/light.toml")),
    ("high-contrast", include_str!("../../../assets/themes/high-contrast.toml")),
    ("colour-blind-safe", include_str!("../../../assets/themes/colour-blind-safe.toml")),
    ("ansi", include_str!("../../../assets/themes/ansi.toml")),
];

/// How a score is coloured, worst to best.
#[derive(Clone, Debug, PartialEq)]
enum Ramp {
    /// Every shade between the stops of the theme.
    Fine(Vec<Color>),
    /// Five steps of the terminal's own colours.
    Coarse(Vec<Color>),
    /// No colour: the glyph alone says it.
    Bare,
}

/// A theme, ready for one terminal.
#[derive(Clone, Debug, PartialEq)]
pub struct Theme {
    name: String,
    styles: Vec<Style>,
    ramp: Ramp,
    look: Look,
}

impl Theme {
    /// One of the themes that come with the product.
    ///
    /// # Errors
    /// When there is none of that name; the message lists them.
    pub fn named(name: &str, look: Look) -> Result<Self, ThemeError> {
        let (name, text) = BUILT_IN
            .iter()
            .find(|(known, _)| *known == name)
            .ok_or_else(|| ThemeError::Unknown { name: name.to_owned(), known: Self::names() })?;
        Self::read(name, text, look)
    }

    /// A theme from the text of a file.
    ///
    /// # Errors
    /// When a role is missing or a colour cannot be read.
    pub fn read(name: &str, text: &str, look: Look) -> Result<Self, ThemeError> {
        let file = file::parse(name, text)?;
        let styles = file.styles(look.colours);
        let ramp = match (look.colours, look.line) {
            (Colours::True, Line::Local) => Ramp::Fine(shade::between(&file.ramp)),
            // Over a network a picture of thousands may take half the bytes instead of every shade.
            (Colours::Cube, _) | (Colours::True, Line::Remote) => {
                Ramp::Fine(shade::between(&file.ramp).into_iter().map(shade::to_cube).collect())
            }
            (Colours::Sixteen, _) => Ramp::Coarse(file.ramp_sixteen),
            (Colours::None, _) => Ramp::Bare,
        };
        Ok(Self { name: name.to_owned(), styles, ramp, look })
    }

    /// Names of the built-in themes.
    #[must_use]
    pub fn names() -> Vec<&'static str> {
        BUILT_IN.iter().map(|(name, _)| *name).collect()
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How that role looks.
    pub(crate) fn style(&self, role: Role) -> Style {
        self.styles.get(role as usize).copied().unwrap_or_default()
    }

    /// Which glyphs the terminal has.
    pub(crate) fn glyphs(&self) -> Glyphs {
        self.look.glyphs
    }

    /// What the terminal can show.
    pub(crate) fn look(&self) -> Look {
        self.look
    }

    /// Whether two people fit one cell, one above the other, each with a colour of their own.
    pub(crate) fn has_half_blocks(&self) -> bool {
        matches!(self.ramp, Ramp::Fine(_)) && self.look.glyphs == Glyphs::Unicode
    }

    /// The colour of a score that lies `place` of the way up its scale, 0 to 1.
    pub(crate) fn ramp(&self, place: f64) -> Option<Color> {
        let (Ramp::Fine(colours) | Ramp::Coarse(colours)) = &self.ramp else { return None };
        colours.get(step(place, colours.len())).copied()
    }

    /// The style of a score's own glyph: coloured where there is colour, heavier for higher scores where there is none.
    pub(crate) fn score(&self, place: f64) -> Style {
        match self.ramp(place) {
            Some(colour) => Style::new().fg(colour),
            None if place >= 0.75 => Style::new().add_modifier(Modifier::BOLD),
            None => Style::new(),
        }
    }
}

/// Which of `count` steps a place between 0 and 1 falls on.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the product is clamped to the steps there are"
)]
pub(crate) fn step(place: f64, count: usize) -> usize {
    let last = count.saturating_sub(1);
    ((place.clamp(0.0, 1.0) * count as f64) as usize).min(last)
}

#[cfg(test)]
mod tests;

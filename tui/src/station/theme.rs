//! Colour theme by role. A theme file gives every role three styles: for many colours, for the terminal's sixteen, and
//! for none; this module picks one when the terminal is known, so that drawing code never has to.

mod file;
mod shade;

use ratatui::style::{Color, Modifier, Style};

use crate::station::look::{Colours, Ground, Line, Look};
use crate::station::symbols::Glyphs;

pub use file::ThemeError;

macro_rules! roles {
    ($($(#[$doc:meta])* $role:ident = $word:literal),+ $(,)?) => {
        /// The role of a screen element, which determines its style.
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
    /// Less prominent text: labels, hints, values from few answers.
    Dim = "dim",
    /// More prominent text: the main number of a pane.
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
    /// The open tab.
    TabOpen = "tab-open",
    /// The row under the cursor.
    Selected = "selected",
    /// A marked row.
    Marked = "marked",
    /// Success, or a positive value.
    Good = "good",
    /// Failure, or a negative value.
    Bad = "bad",
    /// Needs attention.
    Warning = "warning",
    /// Running.
    Running = "running",
    /// A key in the footer or in help.
    Key = "key",
    /// The label of that key.
    KeyText = "key-text",
    /// A respondent who has not answered.
    Pending = "pending",
    /// An outcome that is not an answer.
    Failed = "failed",
    /// Words of a respondent.
    Quote = "quote",
    /// Bars and columns.
    Bar = "bar",
    /// The focused field.
    Input = "input",
    /// Letters that match a search.
    Match = "match",
    /// Data that may be out of date.
    Stale = "stale",
    /// The respondent under the cursor of the mosaic.
    Pointer = "pointer",
}

/// The built-in themes: name and file.
const BUILT_IN: &[(&str, &str)] = &[
    ("dark", include_str!("../../../assets/themes/dark.toml")),
    ("light", include_str!("../../../assets/themes/light.toml")),
    ("neutral", include_str!("../../../assets/themes/neutral.toml")),
    ("grey", include_str!("../../../assets/themes/grey.toml")),
    ("high-contrast", include_str!("../../../assets/themes/high-contrast.toml")),
    ("colour-blind-safe", include_str!("../../../assets/themes/colour-blind-safe.toml")),
    ("ansi", include_str!("../../../assets/themes/ansi.toml")),
];

/// The colours of scores, worst to best.
#[derive(Clone, Debug, PartialEq)]
enum Ramp {
    /// Shades between the stops of the theme.
    Fine(Vec<Color>),
    /// Five steps of the terminal's own colours.
    Coarse(Vec<Color>),
    /// No colour: only the glyph differs.
    Bare,
}

/// Who chose a theme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ThemeChoice {
    /// Its user.
    Chosen,
    /// Nobody: it fits the terminal's background.
    Fitted,
}

/// A theme, resolved for one terminal.
#[derive(Clone, Debug, PartialEq)]
pub struct Theme {
    name: String,
    choice: ThemeChoice,
    styles: Vec<Style>,
    ramp: Ramp,
    look: Look,
}

impl Theme {
    /// A built-in theme.
    ///
    /// # Errors
    /// When there is none of that name; the message lists the existing ones.
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
            // Over a network, 256 colours halve the bytes of a mosaic of thousands.
            (Colours::Cube, _) | (Colours::True, Line::Remote) => {
                Ramp::Fine(shade::between(&file.ramp).into_iter().map(shade::to_cube).collect())
            }
            (Colours::Sixteen, _) => Ramp::Coarse(file.ramp_sixteen),
            (Colours::None, _) => Ramp::Bare,
        };
        Ok(Self { name: name.to_owned(), choice: ThemeChoice::Chosen, styles, ramp, look })
    }

    /// The theme that fits a background where nobody chose one; on an unknown one, what is read on all.
    ///
    /// # Errors
    /// As for [`Self::named`].
    pub(crate) fn fitted(ground: Option<Ground>, look: Look) -> Result<Self, ThemeError> {
        let name = match ground {
            Some(Ground::Dark) => "dark",
            Some(Ground::Light) => "light",
            Some(Ground::Middle) => "grey",
            None => "neutral",
        };
        Ok(Self { choice: ThemeChoice::Fitted, ..Self::named(name, look)? })
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

    /// Who chose it.
    pub(crate) fn choice(&self) -> ThemeChoice {
        self.choice
    }

    /// The style of a role.
    pub(crate) fn style(&self, role: Role) -> Style {
        self.styles.get(role as usize).copied().unwrap_or_default()
    }

    /// Which glyphs the terminal supports.
    pub(crate) fn glyphs(&self) -> Glyphs {
        self.look.glyphs
    }

    /// The capabilities of the terminal.
    pub(crate) fn look(&self) -> Look {
        self.look
    }

    /// Whether two respondents fit one cell, one above the other, each with a colour of its own.
    pub(crate) fn has_half_blocks(&self) -> bool {
        matches!(self.ramp, Ramp::Fine(_)) && self.look.glyphs == Glyphs::Unicode
    }

    /// The colour of a score at `place` on its scale, 0 to 1.
    pub(crate) fn ramp(&self, place: f64) -> Option<Color> {
        let (Ramp::Fine(colours) | Ramp::Coarse(colours)) = &self.ramp else { return None };
        colours.get(step(place, colours.len())).copied()
    }

    /// The style of a score's glyph: coloured with colours, bolder for higher scores without.
    pub(crate) fn score(&self, place: f64) -> Style {
        match self.ramp(place) {
            Some(colour) => Style::new().fg(colour),
            None if place >= 0.75 => Style::new().add_modifier(Modifier::BOLD),
            None => Style::new(),
        }
    }
}

/// The step out of `count` for a place between 0 and 1.
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

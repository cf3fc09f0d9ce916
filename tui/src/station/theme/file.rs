//! Theme files: `role = ["for many colours", "for sixteen", "for none"]`. Every role is required, so that a theme
//! cannot make an element invisible by omission.

use std::collections::BTreeMap;

use ratatui::style::{Color, Modifier, Style};
use serde::Deserialize;

use super::{Role, shade};
use crate::station::look::Colours;

/// An error in a theme.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ThemeError {
    /// There is no theme of that name.
    #[error("There is no theme '{name}'; there are {}", .known.join(", "))]
    Unknown {
        /// The requested name.
        name: String,
        /// The existing names.
        known: Vec<&'static str>,
    },
    /// The file is not TOML of the expected shape.
    #[error("The theme '{name}' cannot be read: {what}")]
    Malformed {
        /// The theme.
        name: String,
        /// The parser's message.
        what: String,
    },
    /// A role has no colours.
    #[error("The theme '{name}' says nothing about '{role}'")]
    Missing {
        /// The theme.
        name: String,
        /// The role.
        role: &'static str,
    },
    /// A word is neither a colour nor a weight.
    #[error("The theme '{name}' uses '{word}', which is neither a colour nor a weight")]
    Word {
        /// The theme.
        name: String,
        /// The word.
        word: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    roles: BTreeMap<String, [String; 3]>,
    ramp: RawRamp,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRamp {
    colours: Vec<String>,
    sixteen: Vec<String>,
}

/// A theme file that has been read.
pub(super) struct File {
    roles: Vec<[Style; 3]>,
    /// Stops of the score ramp, worst to best.
    pub(super) ramp: Vec<Color>,
    /// The same in the terminal's own colours.
    pub(super) ramp_sixteen: Vec<Color>,
}

impl File {
    /// One style for each role, in the order of [`Role::ALL`], for a terminal with those colours.
    pub(super) fn styles(&self, colours: Colours) -> Vec<Style> {
        let pick = |looks: &[Style; 3]| match colours {
            Colours::True => looks[0],
            Colours::Cube => Style {
                fg: looks[0].fg.map(shade::to_cube),
                bg: looks[0].bg.map(shade::to_cube),
                ..looks[0]
            },
            Colours::Sixteen => looks[1],
            Colours::None => Style { fg: None, bg: None, ..looks[2] },
        };
        self.roles.iter().map(pick).collect()
    }
}

/// Reads a theme file.
pub(super) fn parse(name: &str, text: &str) -> Result<File, ThemeError> {
    let raw: Raw = toml::from_str(text).map_err(|error| ThemeError::Malformed {
        name: name.to_owned(),
        what: error.message().to_owned(),
    })?;
    let unknown = |word: &str| ThemeError::Word { name: name.to_owned(), word: word.to_owned() };
    let colours = |words: &[String]| {
        words
            .iter()
            .map(|word| colour(word).ok_or_else(|| unknown(word)))
            .collect::<Result<Vec<_>, _>>()
    };
    if let Some(stranger) =
        raw.roles.keys().find(|key| Role::ALL.iter().all(|role| role.as_str() != key.as_str()))
    {
        return Err(unknown(stranger));
    }
    let mut roles = Vec::with_capacity(Role::ALL.len());
    for role in Role::ALL {
        let looks = raw
            .roles
            .get(role.as_str())
            .ok_or_else(|| ThemeError::Missing { name: name.to_owned(), role: role.as_str() })?;
        let mut styles = [Style::new(); 3];
        for (style, look) in styles.iter_mut().zip(looks) {
            *style = read_style(look).map_err(unknown)?;
        }
        roles.push(styles);
    }
    Ok(File { roles, ramp: colours(&raw.ramp.colours)?, ramp_sixteen: colours(&raw.ramp.sixteen)? })
}

/// Parses `bold #ffffff on #202020`; an error is the unknown word.
fn read_style(text: &str) -> Result<Style, &str> {
    let mut style = Style::new();
    let mut words = text.split_whitespace();
    while let Some(word) = words.next() {
        style = match word {
            "on" => {
                let word = words.next().unwrap_or(word);
                style.bg(colour(word).ok_or(word)?)
            }
            "bold" => style.add_modifier(Modifier::BOLD),
            "dim" => style.add_modifier(Modifier::DIM),
            "italic" => style.add_modifier(Modifier::ITALIC),
            "underlined" => style.add_modifier(Modifier::UNDERLINED),
            "reversed" => style.add_modifier(Modifier::REVERSED),
            word => style.fg(colour(word).ok_or(word)?),
        };
    }
    Ok(style)
}

/// `#rrggbb` or one of the sixteen names.
fn colour(word: &str) -> Option<Color> {
    if let Some(digits) = word.strip_prefix('#') {
        let value = u32::from_str_radix(digits, 16).ok().filter(|_| digits.len() == 6)?;
        let [_, red, green, blue] = value.to_be_bytes();
        return Some(Color::Rgb(red, green, blue));
    }
    Some(match word {
        "black" => Color::Black,
        "red" => Color::Red,
        "green" => Color::Green,
        "yellow" => Color::Yellow,
        "blue" => Color::Blue,
        "magenta" => Color::Magenta,
        "cyan" => Color::Cyan,
        "white" => Color::Gray,
        "bright-black" => Color::DarkGray,
        "bright-red" => Color::LightRed,
        "bright-green" => Color::LightGreen,
        "bright-yellow" => Color::LightYellow,
        "bright-blue" => Color::LightBlue,
        "bright-magenta" => Color::LightMagenta,
        "bright-cyan" => Color::LightCyan,
        "bright-white" => Color::White,
        _ => return None,
    })
}

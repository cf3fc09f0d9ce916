//! Terminal capabilities: colours, glyphs, and frame rate. They are read from the environment once at the start and
//! passed to all drawing code, so that every combination can be tested.

pub use crate::station::symbols::Glyphs;

/// The colours that the terminal supports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Colours {
    /// None: weight and reverse video are used instead.
    None,
    /// The sixteen colours of the terminal's palette.
    Sixteen,
    /// The 256 colours of xterm.
    Cube,
    /// True colour.
    True,
}

/// The type of connection to the terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    /// Local: up to 30 frames a second.
    Local,
    /// Over a network: up to 10 frames a second, and no flashes.
    Remote,
}

/// The capabilities of the terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// How many colours.
    pub colours: Colours,
    /// Which glyphs.
    pub glyphs: Glyphs,
    /// The type of connection.
    pub line: Line,
}

impl Look {
    /// Detects the capabilities from environment variables; `get` reads one and treats an empty one as absent.
    #[must_use]
    pub fn detect(get: impl Fn(&str) -> Option<String>) -> Self {
        let get = |name: &str| get(name).filter(|value| !value.is_empty());
        let term = get("TERM").unwrap_or_default();
        let colours = if get("NO_COLOR").is_some() || term == "dumb" || term.starts_with("vt") {
            Colours::None
        } else if get("COLORTERM").is_some_and(|value| value == "truecolor" || value == "24bit")
            || term.ends_with("-direct")
        {
            Colours::True
        } else if term.contains("256color") {
            Colours::Cube
        } else {
            Colours::Sixteen
        };
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(get).unwrap_or_default();
        let locale = locale.to_ascii_lowercase();
        let utf8 = locale.is_empty() || locale.contains("utf-8") || locale.contains("utf8");
        let glyphs =
            if utf8 && term != "linux" && term != "dumb" { Glyphs::Unicode } else { Glyphs::Ascii };
        let line = if get("SSH_CONNECTION").is_some() { Line::Remote } else { Line::Local };
        Self { colours, glyphs, line }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(variables: &[(&str, &str)]) -> Look {
        Look::detect(|name| {
            variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn the_environment_decides_what_is_shown() {
        let full = look(&[("TERM", "xterm-256color"), ("COLORTERM", "truecolor")]);
        assert_eq!((full.colours, full.glyphs), (Colours::True, Glyphs::Unicode));
        assert_eq!(look(&[("TERM", "tmux-256color")]).colours, Colours::Cube);
        assert_eq!(look(&[("TERM", "xterm")]).colours, Colours::Sixteen);
        let bare = [("TERM", "xterm-256color"), ("NO_COLOR", "1"), ("LANG", "C")];
        assert_eq!((look(&bare).colours, look(&bare).glyphs), (Colours::None, Glyphs::Ascii));
        let empty = [("TERM", "xterm"), ("NO_COLOR", ""), ("LC_ALL", ""), ("LANG", "de_DE.UTF-8")];
        assert_eq!(
            (look(&empty).colours, look(&empty).glyphs),
            (Colours::Sixteen, Glyphs::Unicode)
        );
    }
}

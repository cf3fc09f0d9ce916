//! What the terminal can show: how many colours, which glyphs, how much motion. Read from the environment once, at the
//! start; everything that draws gets it handed in, so that every combination can be tested.

pub use crate::station::symbols::Glyphs;

/// How many colours the terminal has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Colours {
    /// None: weight and reverse video carry the meaning.
    None,
    /// The sixteen that the owner chose in the terminal.
    Sixteen,
    /// The cube of xterm.
    Cube,
    /// All of them.
    True,
}

/// Over what kind of line the terminal is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    /// On this machine: up to 30 frames a second.
    Local,
    /// Over the network: up to 10, and no flashes.
    Remote,
}

/// What the terminal can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// How many colours.
    pub colours: Colours,
    /// Which glyphs.
    pub glyphs: Glyphs,
    /// Over what line.
    pub line: Line,
}

impl Look {
    /// What those variables say; `get` reads one and treats an empty one as absent.
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

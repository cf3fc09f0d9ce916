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

/// The background that the terminal draws on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ground {
    /// Light letters are read on it.
    Dark,
    /// Dark letters are read on it.
    Light,
    /// It is between both, where colours are hardly read.
    Middle,
}

impl Ground {
    /// The ground of a colour as terminals tell it: `rgb:ffff/ffff/ffff`, with one to four digits each.
    pub(crate) fn of_colour(colour: &str) -> Option<Self> {
        /// The luminances between which the less prominent texts of both themes stand out by less than 3.4 to 1.
        const DARK_MAX: f64 = 0.07;
        const LIGHT_MIN: f64 = 0.55;
        let channels: Vec<&str> = match colour.trim().strip_prefix('#') {
            Some(digits) if digits.len() % 3 == 0 => {
                let size = digits.len() / 3;
                [0, 1, 2].iter().filter_map(|at| digits.get(at * size..(at + 1) * size)).collect()
            }
            Some(_) => return None,
            None => colour.split_once(':')?.1.split('/').collect(),
        };
        let mut channels = channels.into_iter().map(linear);
        let (red, green, blue) = (channels.next()??, channels.next()??, channels.next()??);
        let luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
        Some(if luminance <= DARK_MAX {
            Self::Dark
        } else if luminance < LIGHT_MIN {
            Self::Middle
        } else {
            Self::Light
        })
    }

    /// The ground by the variable `COLORFGBG`, whose last number is the background among the sixteen colours. The eighth is a
    /// grey that each terminal chooses, and most colours lie between black and white.
    pub(crate) fn of_variable(value: &str) -> Option<Self> {
        match value.rsplit(';').next()?.trim().parse::<u8>().ok()? {
            0 | 4 => Some(Self::Dark),
            1..=3 | 5 | 6 | 8 | 9 | 12 | 13 => Some(Self::Middle),
            7 | 10 | 11 | 14 | 15 => Some(Self::Light),
            _ => None,
        }
    }
}

/// The linear value of a channel in hexadecimal digits, as WCAG 2 defines it.
fn linear(digits: &str) -> Option<f64> {
    let digits = digits.trim();
    let most: u16 = match digits.len() {
        1 => 0xf,
        2 => 0xff,
        3 => 0xfff,
        4 => 0xffff,
        _ => return None,
    };
    let share = f64::from(u16::from_str_radix(digits, 16).ok()?) / f64::from(most);
    Some(if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) })
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

    /// Whether terminals of that locale may draw lines and signs two cells wide, as East Asian fonts have them.
    #[must_use]
    pub(crate) fn may_draw_wide(get: impl Fn(&str) -> Option<String>) -> bool {
        let locales = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().filter_map(get);
        let mut locales = locales.filter(|value| !value.is_empty());
        let locale = locales.next().unwrap_or_default();
        ["ja", "ko", "zh"].iter().any(|language| locale.starts_with(language))
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
    fn east_asian_locales_may_draw_wide() {
        for (value, may) in
            [("ja_JP.UTF-8", true), ("zh_TW", true), ("en_GB.UTF-8", false), ("", false)]
        {
            let get = |name: &str| (name == "LANG").then(|| value.to_owned());
            assert_eq!(Look::may_draw_wide(get), may, "{value}");
        }
        let overridden = |name: &str| match name {
            "LC_ALL" => Some("C.UTF-8".to_owned()),
            "LANG" => Some("ja_JP.UTF-8".to_owned()),
            _ => None,
        };
        assert!(!Look::may_draw_wide(overridden));
    }

    #[test]
    fn the_ground_is_read_from_what_terminals_tell() {
        for (colour, ground) in [
            ("rgb:ffff/ffff/ffff", Some(Ground::Light)),
            ("rgb:fd/f6/e3", Some(Ground::Light)),
            ("rgba:0000/0000/0000/ffff", Some(Ground::Dark)),
            ("rgb:0000/2b2b/3636", Some(Ground::Dark)),
            ("rgb:3c3c/3f3f/4141", Some(Ground::Dark)),
            ("rgb:8080/8080/8080", Some(Ground::Middle)),
            ("rgb:60/60/60", Some(Ground::Middle)),
            ("rgb:b0b0/b0b0/b0b0", Some(Ground::Middle)),
            ("rgb:d8d8/d8d8/d8d8", Some(Ground::Light)),
            ("#ffffff", Some(Ground::Light)),
            ("#101010", Some(Ground::Dark)),
            ("#fffff", None),
            ("rgb:ffff/ffff", None),
            ("rgb:zz/ff/ff", None),
            ("white", None),
        ] {
            assert_eq!(Ground::of_colour(colour), ground, "{colour}");
        }
        for (value, ground) in [
            ("0;15", Some(Ground::Light)),
            ("15;0", Some(Ground::Dark)),
            ("0;default;15", Some(Ground::Light)),
            ("12;8", Some(Ground::Middle)),
            ("0;6", Some(Ground::Middle)),
            ("15;4", Some(Ground::Dark)),
            ("0;11", Some(Ground::Light)),
            ("0;default", None),
            ("", None),
        ] {
            assert_eq!(Ground::of_variable(value), ground, "{value}");
        }
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

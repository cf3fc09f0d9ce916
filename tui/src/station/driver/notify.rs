//! Notifications through the terminal: a bell, or the sequences OSC 9 and OSC 777 that some terminals show as a message of
//! the desktop. The text comes from files and studies, so nothing in it can end the sequence or begin another.

use protocol::safe;

/// Most characters of a text.
const CHARACTERS_MAX: usize = 200;

/// How the user is called.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NotifyWay {
    /// A bell.
    #[default]
    Bell,
    /// The sequence of iTerm2, which others know, too.
    Osc9,
    /// The sequence of rxvt, which others know, too.
    Osc777,
    /// Not at all.
    Off,
}

impl NotifyWay {
    /// The way of that word in the settings.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        Some(match word {
            "bell" => Self::Bell,
            "osc9" => Self::Osc9,
            "osc777" => Self::Osc777,
            "off" => Self::Off,
            _ => return None,
        })
    }

    /// What is written to the terminal.
    pub(super) fn sequence(self, text: &str, is_in_tmux: bool) -> Option<String> {
        let shown: String = safe::line(text).chars().take(CHARACTERS_MAX).collect();
        let osc = match self {
            Self::Off => return None,
            Self::Bell => return Some("\x07".to_owned()),
            Self::Osc9 => format!("\x1b]9;{shown}\x07"),
            // A semicolon begins the next part of this one.
            Self::Osc777 => {
                format!("\x1b]777;notify;Demoscope;{}\x07", shown.replace(';', ","))
            }
        };
        if !is_in_tmux {
            return Some(osc);
        }
        // tmux hands a sequence on only where its owner allows it; the bell arrives anyway.
        Some(format!("\x07\x1bPtmux;{}\x1b\\", osc.replace('\x1b', "\x1b\x1b")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_never_ends_its_sequence() {
        let hostile = "a;b\x07\x1b]52;c;aGk=\x07\u{9c}\u{202e}c";
        let text = |way: NotifyWay, tmux| way.sequence(hostile, tmux).unwrap();
        assert_eq!(text(NotifyWay::Bell, true), "\x07");
        let plain = text(NotifyWay::Osc9, false);
        assert!(plain.starts_with("\x1b]9;a;b") && plain.ends_with("c\x07"), "{plain:?}");
        assert_eq!(plain.matches(['\x07', '\x1b', '\u{9c}', '\u{202e}']).count(), 2, "{plain:?}");
        let parts = text(NotifyWay::Osc777, false);
        assert_eq!(parts.matches(';').count(), 3, "{parts:?}");
        let wrapped = text(NotifyWay::Osc777, true);
        assert!(wrapped.starts_with("\x07\x1bPtmux;\x1b\x1b]777;"), "{wrapped:?}");
        assert!(wrapped.ends_with("\x1b\\"), "{wrapped:?}");
        assert_eq!(NotifyWay::Off.sequence(hostile, false), None);
        for word in ["bell", "osc9", "osc777", "off"] {
            assert!(NotifyWay::named(word).is_some());
        }
    }
}

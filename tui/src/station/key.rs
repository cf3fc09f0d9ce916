//! Keys and their notation in keymaps: `j`, `ctrl-d`, `shift-tab`, `g g`. A chord is one key with its modifiers; an
//! action is bound to a sequence of chords.

use std::fmt;
use std::str::FromStr;

/// A key without its modifiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    /// The key of a character.
    Char(char),
    /// Return.
    Enter,
    /// Escape.
    Esc,
    /// Tabulator.
    Tab,
    /// Backwards erase.
    Backspace,
    /// Forwards erase.
    Delete,
    /// Insert.
    Insert,
    /// Arrow up.
    Up,
    /// Arrow down.
    Down,
    /// Arrow left.
    Left,
    /// Arrow right.
    Right,
    /// Home.
    Home,
    /// End.
    End,
    /// Page up.
    PageUp,
    /// Page down.
    PageDown,
    /// A function key, from 1.
    F(u8),
}

/// Keys without a character, with their names in keymaps.
const NAMED: &[(&str, Key, &str)] = &[
    ("enter", Key::Enter, "Enter"),
    ("esc", Key::Esc, "Esc"),
    ("tab", Key::Tab, "Tab"),
    ("backspace", Key::Backspace, "Backspace"),
    ("delete", Key::Delete, "Del"),
    ("insert", Key::Insert, "Ins"),
    ("up", Key::Up, "↑"),
    ("down", Key::Down, "↓"),
    ("left", Key::Left, "←"),
    ("right", Key::Right, "→"),
    ("home", Key::Home, "Home"),
    ("end", Key::End, "End"),
    ("pageup", Key::PageUp, "PgUp"),
    ("pagedown", Key::PageDown, "PgDn"),
    ("space", Key::Char(' '), "Space"),
];

/// A set of modifiers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mods(u8);

impl Mods {
    /// No modifiers.
    pub const NONE: Self = Self(0);
    /// Shift, for keys without a character; a letter has its own case.
    pub const SHIFT: Self = Self(1);
    /// Alt.
    pub const ALT: Self = Self(2);
    /// Control.
    pub const CTRL: Self = Self(4);

    /// The set of an `xterm` modifier parameter, which is one more than its bits.
    #[must_use]
    pub fn from_xterm(parameter: u16) -> Self {
        let bits = parameter.saturating_sub(1);
        Self(u8::try_from(bits & 7).unwrap_or(0))
    }

    /// The union of both sets.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether all of `other` are in the set.
    #[must_use]
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

/// One key with its modifiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Chord {
    /// The key.
    pub key: Key,
    /// Its modifiers.
    pub mods: Mods,
}

impl Chord {
    /// A key alone.
    #[must_use]
    pub const fn plain(key: Key) -> Self {
        Self { key, mods: Mods::NONE }
    }

    /// A key with modifiers; the shift of a letter is expressed by its case.
    #[must_use]
    pub fn with(key: Key, mods: Mods) -> Self {
        match key {
            Key::Char(_) => Self { key, mods: Mods(mods.0 & !Mods::SHIFT.0) },
            _ => Self { key, mods },
        }
    }

    /// The key that may have been pressed right after Esc: a terminal sends the same bytes for that and for Alt held
    /// down.
    #[must_use]
    pub fn after_esc(self) -> Option<Self> {
        let looks_alike = matches!(self.key, Key::Char(_) | Key::Enter | Key::Tab | Key::Backspace);
        (looks_alike && self.mods.has(Mods::ALT))
            .then_some(Self { key: self.key, mods: Mods(self.mods.0 & !Mods::ALT.0) })
    }

    /// The letter it types, if any.
    #[must_use]
    pub fn typed(self) -> Option<char> {
        match self.key {
            Key::Char(letter) if self.mods == Mods::NONE => Some(letter),
            _ => None,
        }
    }
}

/// A key name that is not defined.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "'{0}' is no key: write a letter, a name such as enter or f5, and ctrl-, alt- or shift- in front"
)]
pub struct UnknownKey(String);

impl FromStr for Chord {
    type Err = UnknownKey;

    fn from_str(text: &str) -> Result<Self, UnknownKey> {
        let mut rest = text;
        let mut mods = Mods::NONE;
        loop {
            let (prefix, set) = match rest {
                _ if rest.starts_with("ctrl-") => ("ctrl-", Mods::CTRL),
                _ if rest.starts_with("alt-") => ("alt-", Mods::ALT),
                _ if rest.starts_with("shift-") => ("shift-", Mods::SHIFT),
                _ => break,
            };
            mods = mods.and(set);
            rest = &rest[prefix.len()..];
        }
        let unknown = || UnknownKey(text.to_owned());
        let mut letters = rest.chars();
        let key = match (letters.next(), letters.next()) {
            (Some(letter), None) => Key::Char(letter),
            _ => NAMED
                .iter()
                .find(|(name, ..)| *name == rest)
                .map(|(_, key, _)| *key)
                .or_else(|| rest.strip_prefix('f')?.parse().ok().map(Key::F))
                .ok_or_else(unknown)?,
        };
        Ok(Self::with(key, mods))
    }
}

impl fmt::Display for Chord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (set, word) in [(Mods::CTRL, "Ctrl-"), (Mods::ALT, "Alt-"), (Mods::SHIFT, "S-")] {
            if self.mods.has(set) {
                f.write_str(word)?;
            }
        }
        if let Some((.., shown)) = NAMED.iter().find(|(_, key, _)| *key == self.key) {
            return f.write_str(shown);
        }
        match self.key {
            Key::Char(letter) if self.mods.has(Mods::CTRL) => {
                write!(f, "{}", letter.to_ascii_uppercase())
            }
            Key::Char(letter) => write!(f, "{letter}"),
            Key::F(number) => write!(f, "F{number}"),
            _ => Ok(()),
        }
    }
}

/// The chords of a binding such as `g g`.
///
/// # Errors
/// When one of them is not a valid key.
pub fn sequence(text: &str) -> Result<Vec<Chord>, UnknownKey> {
    text.split_whitespace().map(str::parse).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keymaps_and_screens_spell_the_same_keys() {
        for (written, shown) in [
            ("j", "j"),
            ("G", "G"),
            ("ctrl-d", "Ctrl-D"),
            ("shift-tab", "S-Tab"),
            ("space", "Space"),
            ("f5", "F5"),
            ("?", "?"),
            ("-", "-"),
            ("alt-left", "Alt-←"),
        ] {
            let chord: Chord = written.parse().unwrap();
            assert_eq!(chord.to_string(), shown);
        }
        assert_eq!(sequence("g g").unwrap().len(), 2);
        assert!("hyper-x".parse::<Chord>().is_err());
    }
}

//! Keymap: the binding of keys to actions in each place. The built-in keymap is an ordinary keymap file; the user's
//! file overrides it key by key. Keys of a place override those of all screens.

use std::collections::BTreeMap;

use crate::station::action::{Action, Place};
use crate::station::key::{self, Chord};

const BUILT_IN: &str = include_str!("../../../assets/keymap.toml");
/// The section of keys that work on every screen.
const EVERYWHERE: &str = "screens";
/// The word that removes a binding.
const NOTHING: &str = "none";

/// An error in a keymap.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeymapError {
    /// It is not TOML with sections of keys.
    #[error("The keymap cannot be read: {0}")]
    Malformed(String),
    /// There is no such section.
    #[error("The keymap has a section [{0}]; there are screens, {known}", known = places())]
    Section(String),
    /// A key is invalid.
    #[error("The keymap's section [{section}]: {why}")]
    Key {
        /// Its section.
        section: String,
        /// The reason.
        why: key::UnknownKey,
    },
    /// There is no such action.
    #[error("The keymap's section [{section}] binds {keys} to '{name}', which is no action there")]
    Action {
        /// Its section.
        section: String,
        /// The keys.
        keys: String,
        /// The action's name.
        name: String,
    },
}

fn places() -> String {
    Place::ALL.iter().map(|place| place.as_str()).collect::<Vec<_>>().join(", ")
}

/// The meaning of the keys so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// An action.
    Action(Action),
    /// More keys may follow.
    Prefix,
    /// Nothing.
    Nothing,
}

type Bindings = BTreeMap<Vec<Chord>, Action>;

/// The binding of keys to actions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keymap {
    screens: Bindings,
    places: BTreeMap<Place, Bindings>,
}

impl Keymap {
    /// The built-in keymap.
    ///
    /// # Errors
    /// Never in a build whose tests pass; the file is compiled in.
    pub fn built_in() -> Result<Self, KeymapError> {
        let mut keymap = Self { screens: Bindings::new(), places: BTreeMap::new() };
        keymap.lay_over(BUILT_IN)?;
        Ok(keymap)
    }

    /// Applies the bindings of a file on top of the existing ones.
    ///
    /// # Errors
    /// When the file names a key, section or action that does not exist.
    pub fn lay_over(&mut self, text: &str) -> Result<(), KeymapError> {
        let file: BTreeMap<String, BTreeMap<String, String>> = toml::from_str(text)
            .map_err(|error| KeymapError::Malformed(error.message().to_owned()))?;
        for (section, lines) in file {
            let place = Place::ALL.iter().copied().find(|place| place.as_str() == section);
            if place.is_none() && section != EVERYWHERE {
                return Err(KeymapError::Section(section));
            }
            for (keys, name) in lines {
                let chords = key::sequence(&keys)
                    .map_err(|why| KeymapError::Key { section: section.clone(), why })?;
                let bindings = match place {
                    Some(place) => self.places.entry(place).or_default(),
                    None => &mut self.screens,
                };
                if name == NOTHING {
                    bindings.remove(&chords);
                    continue;
                }
                let known = Action::named(&name).filter(|action| match place {
                    Some(place) => action.works_in(place),
                    None => {
                        Place::ALL.iter().any(|place| place.is_screen() && action.works_in(*place))
                    }
                });
                let Some(action) = known else {
                    return Err(KeymapError::Action { section, keys, name });
                };
                bindings.insert(chords, action);
            }
        }
        Ok(())
    }

    /// The meaning of those keys in a place.
    #[must_use]
    pub fn find(&self, place: Place, keys: &[Chord]) -> Found {
        let mut found = Found::Nothing;
        for bindings in self.layers(place) {
            if let Some(action) = bindings.get(keys).filter(|action| action.works_in(place)) {
                return Found::Action(*action);
            }
            let longer = bindings
                .iter()
                .any(|(bound, action)| bound.starts_with(keys) && action.works_in(place));
            if longer {
                found = Found::Prefix;
            }
        }
        found
    }

    /// The possible continuations of those keys in a place: the next key and its action.
    #[must_use]
    pub fn continuations(&self, place: Place, keys: &[Chord]) -> Vec<(Chord, Action)> {
        let mut next = BTreeMap::new();
        for bindings in self.layers(place) {
            for (bound, action) in bindings {
                if bound.starts_with(keys) && bound.len() > keys.len() && action.works_in(place) {
                    next.entry(bound[keys.len()]).or_insert(*action);
                }
            }
        }
        next.into_iter().collect()
    }

    /// The keys of an action in a place, shortest first.
    #[must_use]
    pub fn keys(&self, place: Place, action: Action) -> Vec<String> {
        let mut keys: Vec<String> = Vec::new();
        for bindings in self.layers(place) {
            for (bound, _) in bindings.iter().filter(|(_, bound)| **bound == action) {
                let shown = bound.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
                if !keys.contains(&shown) {
                    keys.push(shown);
                }
            }
        }
        // Esc comes first, because users try it first.
        keys.sort_by_key(|shown| (shown != "Esc", shown.chars().count(), shown.clone()));
        keys
    }

    fn layers(&self, place: Place) -> impl Iterator<Item = &Bindings> {
        let screens = place.is_screen().then_some(&self.screens);
        self.places.get(&place).into_iter().chain(screens)
    }
}

#[cfg(test)]
mod tests;

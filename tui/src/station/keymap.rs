//! Which keys do what, and where. The built-in keymap is a file like any other; the owner's file is laid over it, key
//! by key. Keys of a place win over those of every screen.

use std::collections::BTreeMap;

use crate::station::action::{Action, Place};
use crate::station::key::{self, Chord};

const BUILT_IN: &str = include_str!("../../../assets/keymap.toml");
/// The section of keys that work on every screen.
const EVERYWHERE: &str = "screens";
/// What an owner writes to take a key away.
const NOTHING: &str = "none";

/// What is wrong with a keymap.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeymapError {
    /// It is no TOML of sections with keys.
    #[error("The keymap cannot be read: {0}")]
    Malformed(String),
    /// There is no such section.
    #[error("The keymap has a section [{0}]; there are screens, {known}", known = places())]
    Section(String),
    /// A key has no meaning.
    #[error("The keymap's section [{section}]: {why}")]
    Key {
        /// Where.
        section: String,
        /// Why.
        why: key::UnknownKey,
    },
    /// There is no such action.
    #[error("The keymap's section [{section}] binds {keys} to '{name}', which is no action there")]
    Action {
        /// Where.
        section: String,
        /// The keys.
        keys: String,
        /// What they were bound to.
        name: String,
    },
}

fn places() -> String {
    Place::ALL.iter().map(|place| place.as_str()).collect::<Vec<_>>().join(", ")
}

/// What a sequence of keys means so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// This.
    Action(Action),
    /// More keys may follow.
    Prefix,
    /// Nothing.
    Nothing,
}

type Bindings = BTreeMap<Vec<Chord>, Action>;

/// Which keys do what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keymap {
    screens: Bindings,
    places: BTreeMap<Place, Bindings>,
}

impl Keymap {
    /// The keymap that comes with the product.
    ///
    /// # Errors
    /// Never in a build whose tests pass; the file is compiled in.
    pub fn built_in() -> Result<Self, KeymapError> {
        let mut keymap = Self { screens: Bindings::new(), places: BTreeMap::new() };
        keymap.lay_over(BUILT_IN)?;
        Ok(keymap)
    }

    /// Lays the bindings of a file over those there are.
    ///
    /// # Errors
    /// When the file binds something that does not exist.
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

    /// What those keys mean there.
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

    /// What may follow those keys there: the next key and what it does.
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

    /// The keys of an action there, shortest first.
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
        // Esc is what people try first.
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

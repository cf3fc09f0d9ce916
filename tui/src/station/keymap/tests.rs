//! Consistency of the table of actions, the built-in keymap and user keymaps.

use super::*;
use crate::station::action::{ACTIONS, reference};

fn keymap() -> Keymap {
    Keymap::built_in().unwrap()
}

fn keys(text: &str) -> Vec<Chord> {
    key::sequence(text).unwrap()
}

#[test]
fn every_action_has_a_key_wherever_it_works_a_label_and_a_sentence() {
    let keymap = keymap();
    for (index, entry) in ACTIONS.iter().enumerate() {
        assert_eq!(entry.action as usize, index);
        assert!(std::ptr::eq(entry.action.entry(), entry));
        assert!(!entry.label.is_empty() && entry.help.ends_with('.'), "{}", entry.name);
        for place in Place::ALL.iter().filter(|place| entry.action.works_in(**place)) {
            assert!(
                !keymap.keys(*place, entry.action).is_empty(),
                "{} has no key in {}",
                entry.name,
                place.as_str()
            );
        }
    }
}

#[test]
fn no_key_hides_a_longer_sequence() {
    let keymap = keymap();
    for place in Place::ALL {
        for bindings in keymap.layers(*place) {
            for bound in bindings.keys().filter(|bound| bound.len() > 1) {
                for length in 1..bound.len() {
                    assert_eq!(keymap.find(*place, &bound[..length]), Found::Prefix);
                }
            }
        }
    }
}

#[test]
fn places_that_take_text_leave_letters_alone() {
    let keymap = keymap();
    for place in Place::ALL.iter().filter(|place| place.takes_text()) {
        for letter in ' '..='~' {
            let chord = Chord::plain(key::Key::Char(letter));
            assert_eq!(keymap.find(*place, &[chord]), Found::Nothing, "{letter:?} in {place:?}");
        }
    }
}

#[test]
fn the_owner_can_move_a_key_and_take_one_away() {
    let mut keymap = keymap();
    keymap.lay_over("[studies]\nn = \"none\"\n\"ctrl-n\" = \"study.new\"\n").unwrap();
    assert_eq!(keymap.find(Place::Studies, &keys("n")), Found::Nothing);
    assert_eq!(keymap.find(Place::Studies, &keys("ctrl-n")), Found::Action(Action::New));
}

#[test]
fn a_wrong_keymap_says_where() {
    for (text, part) in [
        ("[studies]\nn = \"study.nwe\"", "study.nwe"),
        ("[studies]\nhyper-n = \"study.new\"", "hyper-n"),
        ("[attic]\nn = \"study.new\"", "[attic]"),
        ("[live]\nn = \"study.new\"", "no action there"),
        ("n = 3", "cannot be read"),
    ] {
        let error = keymap().lay_over(text).unwrap_err().to_string();
        assert!(error.contains(part), "{error}");
    }
}

#[test]
fn sequences_are_found_step_by_step() {
    let keymap = keymap();
    assert_eq!(keymap.find(Place::Studies, &keys("g")), Found::Prefix);
    assert_eq!(keymap.find(Place::Studies, &keys("g g")), Found::Action(Action::First));
    let next = keymap.continuations(Place::Studies, &keys("g"));
    assert!(next.iter().any(|(_, action)| *action == Action::First), "{next:?}");
}

#[test]
fn the_reference_names_every_action_with_its_keys() {
    let lines = reference(&keymap());
    for (entry, line) in ACTIONS.iter().zip(&lines) {
        assert_eq!((entry.name, entry.help), (line.entry, line.help));
        assert!(!line.keys.is_empty() && !line.places.is_empty(), "{line:?}");
    }
}

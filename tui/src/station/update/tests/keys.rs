//! Tests of keys in every place: quitting, the footer, help and palette, saved settings, and random sequences.

use proptest::prelude::*;

use super::{place, rig};
use crate::station::action::Place;
use crate::station::effect::Effect;
use crate::station::input::Input;
use crate::station::key::{Chord, Key, Mods};
use crate::station::look::{Colours, Glyphs};
use crate::station::model::Screen;
use crate::station::model::drafts::Drafts;
use crate::station::model::layer::Layer;
use crate::station::msg::Msg;
use crate::station::testing::{MAIN, Rig, id, look};

#[test]
fn q_asks_and_enter_confirms_and_esc_stays() {
    let mut rig = rig();
    assert_eq!(rig.keys("q"), []);
    assert!(rig.text().contains("The daemon keeps running"), "{}", rig.text());
    rig.keys("esc");
    assert_eq!(place(&rig.model), Place::Studies);
    rig.keys("q");
    assert_eq!(rig.keys("enter"), [Effect::Quit]);
}

#[test]
fn ctrl_c_twice_leaves_from_anywhere_and_once_does_not() {
    let mut rig = rig();
    rig.keys("n");
    assert!(!rig.keys("ctrl-c").contains(&Effect::Quit));
    rig.wait(5_000);
    assert!(!rig.keys("ctrl-c").contains(&Effect::Quit));
    assert!(rig.keys("ctrl-c").contains(&Effect::Quit));
}

#[test]
fn how_it_is_used_is_kept_and_taken_up_again() {
    let mut rig = rig();
    let kept = |effects: Vec<Effect>| {
        effects.into_iter().find_map(|effect| match effect {
            Effect::SaveSettings(settings) => Some(settings),
            _ => None,
        })
    };
    assert_eq!(kept(rig.keys("j")), None, "nothing changed");
    assert!(kept(rig.keys("s n")).is_some());
    assert!(kept(rig.keys("s n")).is_some());
    rig.keys("/");
    assert_eq!(kept(rig.paste("meal")), None, "it is still being typed");
    let settings = kept(rig.keys("enter")).unwrap();
    let look = look(Colours::True, Glyphs::Unicode);
    let fresh = Rig::bare((120, 36), look).model.resume(settings.clone(), Drafts::default());
    assert_eq!(crate::station::model::saved::Settings::of(&fresh), settings);
    assert_eq!((fresh.studies.filter.as_str(), fresh.studies.column.label()), ("meal", "name"));
    let strange: crate::station::model::saved::Settings =
        serde_json::from_str(r#"{"sort":"horoscope","moon":"full"}"#).unwrap();
    let untouched = Rig::bare((120, 36), look).model.resume(strange, Drafts::default());
    assert_eq!(untouched.studies.column.label(), "created");
}

/// Footer, help and palette are generated from the table: the keymap has everything they offer, and nothing is missing.
#[test]
fn footer_help_and_palette_offer_what_the_table_says() {
    use crate::station::action::ACTIONS;
    let wide = look(Colours::True, Glyphs::Unicode);
    for (keys, place) in [
        ("1", Place::Studies),
        ("", Place::Live),
        ("3", Place::Results),
        ("4", Place::Chain),
        ("5", Place::Findings),
        ("9", Place::Logs),
        ("1 n", Place::Compose),
    ] {
        let mut rig = Rig::new((200, 60), wide);
        rig.open(200, 200);
        rig.keys(keys);
        assert_eq!(rig.model.place(), place);
        for (key, label) in crate::station::screens::frame::hints(&rig.model) {
            let bound = ACTIONS
                .iter()
                .filter(|entry| entry.action.works_in(place))
                .any(|entry| rig.model.keymap.keys(place, entry.action).contains(&key));
            assert!(bound, "the footer shows {key} for {label}, which does nothing");
        }
        rig.keys("f1");
        let Some(Layer::Help(help)) = rig.model.layers.last() else {
            panic!("no help in {place:?}")
        };
        let help = crate::station::screens::help::rows(&rig.model, help);
        for entry in ACTIONS.iter().filter(|entry| entry.action.works_in(place)) {
            assert!(
                help.iter().any(|row| format!("{row:?}").contains(entry.help)),
                "{} is missing in the help of {place:?}",
                entry.name
            );
        }
        rig.keys("esc");
        if place.is_screen() {
            rig.keys(":");
            let Some(Layer::Palette(palette)) = rig.model.layers.last() else {
                panic!("no palette")
            };
            for entry in ACTIONS.iter().filter(|entry| entry.action.works_in(place)) {
                let is_step =
                    entry.name.starts_with("move.") || matches!(entry.name, "back" | "palette");
                let offered = palette.offers.iter().any(|offer| offer.title.contains(entry.help));
                assert_eq!(offered, !is_step, "{} in the palette of {place:?}", entry.name);
            }
        }
    }
}

#[test]
fn the_palette_finds_commands_and_studies() {
    let mut rig = rig();
    rig.keys(":");
    rig.paste("meal");
    rig.keys("enter");
    assert_eq!((rig.model.screen, rig.model.open_study.study), (Screen::Results, Some(id(MAIN))));
    rig.keys("1 :");
    rig.paste("new study");
    rig.keys("enter");
    assert_eq!(place(&rig.model), Place::Compose);
}

/// Every prefix of every name, synonym and word of a description, and Enter twice: nothing destructive or costly
/// happens.
#[test]
fn beginnings_and_enter_destroy_nothing() {
    use crate::station::action::ACTIONS;
    use crate::station::effect::Call;
    use protocol::service::Control;
    let mut all = std::collections::BTreeSet::new();
    for entry in ACTIONS {
        let verb = entry.name.rsplit('.').next().unwrap();
        let sentence: Vec<&str> =
            if entry.action.is_destructive() { entry.help.split(' ').collect() } else { vec![] };
        let names = [&[entry.label, verb, entry.name], entry.action.synonyms(), &sentence].concat();
        for name in names {
            let own = [entry.label, verb, entry.name].contains(&name);
            // Archive and retry act on their full name; cancel and quit ask for confirmation even then.
            let asks = matches!(verb, "cancel" | "quit");
            let longest = name.len() - usize::from(own && !asks);
            all.extend((1..=longest).filter_map(|to| name.get(..to)).map(str::to_owned));
        }
    }
    assert!(all.contains("can") && all.contains("cancel") && all.contains("stop"));
    for typed in all {
        let mut rig = rig();
        rig.keys("/");
        rig.paste("bank");
        rig.keys("enter :");
        rig.paste(&typed);
        let mut effects = rig.keys("enter");
        effects.extend(rig.keys("enter"));
        let destroyed = effects.iter().find(|effect| match effect {
            Effect::Quit => true,
            Effect::Call(Call::Control(_, control)) => {
                !matches!(control, Control::Pause | Control::Resume)
            }
            _ => false,
        });
        assert_eq!(destroyed, None, "{typed}");
    }
}

#[test]
fn what_destroys_is_chosen_by_an_arrow_key_or_its_whole_name_and_y() {
    use crate::station::effect::Call;
    use protocol::service::Control;
    let cancelled = [Effect::Call(Call::Control(id(2), Control::Cancel))];
    for (typed, choose) in [("can", "down enter"), ("stop", "down enter"), ("cancel", "enter")] {
        let mut rig = rig();
        rig.keys("/");
        rig.paste("bank");
        rig.keys("enter :");
        rig.paste(typed);
        if choose != "enter" {
            rig.keys("enter");
            assert!(rig.text().contains("Nothing is chosen"), "{}", rig.text());
        }
        rig.keys(choose);
        assert!(rig.text().contains("y cancel the study   Enter stay"), "{}", rig.text());
        assert_eq!(rig.keys("y"), cancelled, "{typed}");
    }
}

/// Keys from a user, by accident, or from a broken terminal.
fn any_key() -> impl Strategy<Value = Chord> {
    let keys = prop_oneof![
        6 => proptest::char::range(' ', '~').prop_map(Key::Char),
        1 => Just(Key::Enter),
        2 => Just(Key::Esc),
        1 => Just(Key::Tab),
        1 => Just(Key::Up),
        1 => Just(Key::Down),
        1 => Just(Key::Left),
        1 => Just(Key::Right),
        1 => Just(Key::PageDown),
        1 => Just(Key::End),
        1 => Just(Key::Backspace),
    ];
    (keys, prop_oneof![8 => Just(Mods::NONE), 1 => Just(Mods::CTRL)])
        .prop_map(|(key, mods)| Chord::with(key, mods))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn no_sequence_of_keys_breaks_it(keys in proptest::collection::vec(any_key(), 1..60)) {
        let mut rig = Rig::new((80, 24), look(Colours::True, Glyphs::Unicode));
        rig.open(200, 150);
        for chord in keys {
            rig.tell(Msg::Input(Input::Key(chord)));
            rig.buffer();
        }
    }
}

/// A terminal sends the same bytes for Alt-x and for Esc followed by x: where Alt-x is unbound, it is read as Esc and x
/// in every place.
#[test]
fn an_unbound_alt_key_is_esc_and_that_key() {
    for place in ["", ":", "/", "?", "s", "E", "x", "n", "space", "2", "3", "3 :", "3 tab"] {
        for key in ["j", "n", "x", "p", "q", ":", "A", "enter", "tab", "backspace", "ctrl-r"] {
            let (mut fast, mut slow) = (rig(), rig());
            fast.open(200, 200);
            slow.open(200, 200);
            fast.keys(&format!("1 {place}"));
            slow.keys(&format!("1 {place}"));
            let effects = fast.keys(&format!("alt-{key}"));
            assert_eq!(effects, slow.keys(&format!("esc {key}")), "{place}: Esc, {key}");
            assert_eq!(fast.text(), slow.text(), "{place}: Esc, {key}");
        }
    }
}

#[test]
fn an_alt_key_that_an_owner_has_bound_stays_one() {
    let mut rig = rig();
    rig.model.keymap.lay_over("[studies]\n\"alt-n\" = \"study.tag\"").unwrap();
    rig.keys("alt-n");
    assert_eq!(place(&rig.model), Place::Prompt);
    // Arrows with Alt have escape sequences of their own, which no Esc can produce.
    rig.keys("esc /");
    rig.paste("meal");
    rig.keys("alt-left");
    assert_eq!(place(&rig.model), Place::Prompt, "{}", rig.text());
}

#[test]
fn the_same_place_on_another_keyboard_is_the_same_command() {
    for (other, latin) in [
        ("о", "j"),
        ("о л", "j k"),
        ("ξ ξ κ", "j j k"),
        ("т", "n"),
        ("й", "q"),
        ("п п", "g g"),
        ("Ж", ":"),
        ("ч н", "x y"),
    ] {
        let (mut one, mut two) = (rig(), rig());
        assert_eq!(one.keys(other), two.keys(latin), "{other}");
        assert_eq!(one.text(), two.text(), "{other}");
    }
    let mut rig = rig();
    rig.keys(":");
    rig.paste("туц ыегвн");
    rig.keys("enter");
    assert_eq!(place(&rig.model), Place::Compose, "{}", rig.text());
}

#[test]
fn where_text_is_typed_other_letters_are_text_and_unknown_keyboards_get_a_hint() {
    let mut rig = rig();
    rig.keys("/ о л");
    assert!(rig.text().contains("ол"), "{}", rig.text());
    rig.keys("esc 日");
    assert!(rig.text().contains("switch the layout"), "{}", rig.text());
    // The key in the place of this letter does nothing here.
    let mut other = super::rig();
    other.keys("ш");
    assert!(other.text().contains("switch the layout"), "{}", other.text());
}

/// A feature without a screen changes nothing, however often Enter is pressed.
#[test]
fn a_noun_without_a_screen_runs_nothing() {
    for (typed, hint) in [
        ("credits", "`demoscope credits` shows the budget"),
        ("queue", "`demoscope queue`"),
        ("status", "`demoscope daemon status`"),
        ("undo", "Nothing is called like that."),
    ] {
        for screen in ["1", "2", "3"] {
            let mut rig = rig();
            rig.open(200, 40);
            rig.keys(screen);
            rig.keys(":");
            rig.paste(typed);
            let text = rig.text();
            assert!(text.contains("Nothing is called like that.") && text.contains(hint), "{text}");
            assert_eq!(rig.keys("enter enter"), [], "{typed}");
            assert_eq!(rig.text(), text, "{typed}");
            rig.keys("esc");
            assert!(place(&rig.model).is_screen(), "{}", rig.text());
        }
    }
}

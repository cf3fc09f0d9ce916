//! Sequences of keys and answers, and what follows from them: no terminal, no socket, no clock.

use proptest::prelude::*;
use protocol::error::{ApiError, ErrorCode};
use protocol::event::Cursor;
use protocol::run::State;
use protocol::service::Control;

use crate::station::action::Place;
use crate::station::effect::{Call, Effect};
use crate::station::input::Input;
use crate::station::key::{Chord, Key, Mods};
use crate::station::look::{Colours, Glyphs};
use crate::station::model::layer::Layer;
use crate::station::model::results::Pane;
use crate::station::model::{Model, Screen};
use crate::station::msg::Msg;
use crate::station::testing::{MAIN, Rig, id, look, study};

fn rig() -> Rig {
    Rig::new((120, 36), look(Colours::True, Glyphs::Unicode))
}

fn calls(effects: &[Effect]) -> Vec<&Call> {
    effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Call(call) => Some(call),
            _ => None,
        })
        .collect()
}

fn place(model: &Model) -> Place {
    model.place()
}

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
fn cancel_tells_what_follows_and_needs_enter() {
    let mut rig = rig();
    rig.tell(Msg::Live(id(2), Err(ApiError::new(ErrorCode::NotFound, "gone"))));
    rig.keys("/");
    rig.paste("bank");
    rig.keys("enter x");
    let text = rig.text();
    assert!(text.contains("keeps 412 answers") && text.contains("588 unused credits"), "{text}");
    let effects = rig.keys("enter");
    assert_eq!(calls(&effects), [&Call::Control(id(2), Control::Cancel)]);
}

#[test]
fn pause_fits_the_state() {
    for (filter, control) in
        [("bank", Some(Control::Pause)), ("tagline", Some(Control::Resume)), ("refund", None)]
    {
        let mut rig = rig();
        rig.keys("/");
        rig.paste(filter);
        let effects = rig.keys("enter p");
        let sent: Vec<Control> = calls(&effects)
            .into_iter()
            .filter_map(|call| match call {
                Call::Control(_, control) => Some(*control),
                _ => None,
            })
            .collect();
        assert_eq!(sent, control.into_iter().collect::<Vec<_>>(), "{filter}");
    }
}

#[test]
fn marked_studies_are_changed_together() {
    let mut rig = rig();
    rig.keys("s n home");
    for _ in 0..6 {
        rig.keys("space");
    }
    let effects = rig.keys("a");
    // Three of the six have ended.
    assert_eq!(calls(&effects).len(), 3);
}

#[test]
fn filters_narrow_and_esc_brings_back() {
    let mut rig = rig();
    rig.keys("/");
    rig.paste("state:live");
    assert_eq!(rig.model.studies.counts(), (1, 6));
    rig.keys("esc");
    assert_eq!(rig.model.studies.counts(), (6, 6));
    for (filter, count) in
        [("tag:spr", 1), ("score<7", 1), ("n>=88", 3), ("MEAL kit", 1), ("type:nps", 1)]
    {
        rig.keys("/");
        rig.paste(filter);
        assert_eq!(rig.model.studies.counts().0, count, "{filter}");
        rig.keys("enter esc");
    }
}

#[test]
fn the_same_sort_again_turns_round_and_keeps_the_cursor() {
    let mut rig = rig();
    rig.keys("s n");
    let first = rig.model.studies.row(0).map(|study| study.name.clone());
    rig.keys("G");
    let selected = rig.model.studies.selected().map(|study| study.id);
    rig.keys("s n");
    assert_ne!(rig.model.studies.row(0).map(|study| study.name.clone()), first);
    assert_eq!(rig.model.studies.selected().map(|study| study.id), selected);
}

#[test]
fn numbers_drill_down_to_people_and_esc_walks_back() {
    let mut rig = rig();
    rig.open(200, 200);
    // The group that liked it least is the first of all, so Enter is enough.
    rig.keys("3 s l enter");
    let view = &rig.model.lens.results;
    assert_eq!(view.pane, Pane::Quotes);
    assert_eq!(view.drill.classes[0].1, "75-100", "the lowest class comes first");
    let found = view.found.clone();
    assert!(!found.is_empty());
    assert!(found.iter().all(|ordinal| rig.model.lens.responses[ordinal].persona.age >= 75));
    rig.keys("enter j j");
    match rig.model.layers.last() {
        Some(Layer::Person(person)) => {
            assert_eq!((person.at, person.people.len()), (2, found.len()));
        }
        other => panic!("{other:?}"),
    }
    rig.keys("esc");
    assert_eq!(rig.model.lens.results.pane, Pane::Quotes);
    rig.keys("esc");
    assert!(rig.model.lens.results.drill.is_empty());
    rig.keys("esc");
    assert_eq!(rig.model.screen, Screen::Studies);
    assert_eq!(rig.model.studies.selected().map(|study| study.id), Some(id(MAIN)));
}

#[test]
fn few_answers_never_stand_first_among_all_groups() {
    let mut rig = rig();
    rig.open(200, 200);
    let mut small = crate::station::testing::report(200);
    let results = small.results.as_mut().unwrap();
    let class = results.segments.get_mut("age_band").unwrap().get_mut("18-24").unwrap();
    class.n = 3;
    class.estimates.get_mut("mean_score").unwrap().value = 1.0;
    for segment in results.segments.get_mut("age_band").unwrap().values_mut() {
        segment.n = segment.n.max(3) + u64::from(segment.n > 3) * 30;
    }
    rig.tell(Msg::Report(id(MAIN), Ok(Box::new(small))));
    rig.keys("3");
    let study = rig.model.study().unwrap().clone();
    let rows = rig.model.lens.rows(&study);
    assert_eq!(rows[0].class, "75-100");
    assert_eq!(rows.last().unwrap().class, "18-24", "three answers say nothing");
    // Grouped by one attribute, classes stand in their own order.
    rig.keys("b");
    assert_eq!(rig.model.lens.rows(&study)[0].class, "18-24");
}

#[test]
fn answers_that_are_not_loaded_are_not_made_up() {
    use crate::station::testing::{AB, ab_response};
    use crate::station::widgets::mosaic::{NO_SCORE, UNREAD};
    use protocol::service::Page;
    let mut rig = rig();
    rig.open_ab(20);
    rig.keys("2");
    rig.model.lens.open(id(AB));
    let effects = rig.tell(Msg::Scores(id(AB), 0, Ok(vec![8; 20])));
    assert_eq!(rig.model.lens.marks, vec![UNREAD; 20]);
    assert!(calls(&effects).contains(&&Call::Unread(id(AB), 0)), "{effects:?}");
    // Somebody is on no page, however often it is asked for: they gave no answer.
    for _ in 0..3 {
        let items = (0..20).filter(|one| *one != 7).map(ab_response).collect();
        rig.tell(Msg::Unread(id(AB), 0, Ok(Page { items, next: None })));
        rig.wait(200);
    }
    assert_eq!(rig.model.lens.marks[7], NO_SCORE);
    assert!(rig.model.lens.marks.iter().all(|mark| *mark != UNREAD));
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
    let fresh = Rig::bare((120, 36), look).model.resume(settings.clone(), None);
    assert_eq!(crate::station::model::saved::Settings::of(&fresh), settings);
    assert_eq!((fresh.studies.filter.as_str(), fresh.studies.column.label()), ("meal", "name"));
    let strange: crate::station::model::saved::Settings =
        serde_json::from_str(r#"{"sort":"horoscope","moon":"full"}"#).unwrap();
    let untouched = Rig::bare((120, 36), look).model.resume(strange, None);
    assert_eq!(untouched.studies.column.label(), "created");
}

#[test]
fn an_edited_study_goes_through_the_editor_into_the_form() {
    use protocol::analysis::Asked;
    let mut rig = rig();
    let effects = rig.keys("e");
    assert!(calls(&effects).contains(&&Call::Asked(id(MAIN))), "{effects:?}");
    let spec = protocol::study::StudySpec {
        name: "Meal kit that learns".to_owned(),
        instrument: protocol::study::Instrument::ConceptTest {
            stimulus: "Five dinners a week.".to_owned(),
        },
        panel: 100,
        audience: protocol::audience::Audience::default(),
        engine: "offline".to_owned(),
        engine_mode: protocol::study::EngineMode::Standard,
        seed: 7,
        context: None,
        max_cost_usd: None,
        tags: Vec::new(),
        project: None,
        measurement: protocol::measurement::Measurement::default(),
    };
    let margins = protocol::results::Margins::default();
    let asked = Asked { spec, questionnaire: String::new(), margins };
    let effects = rig.tell(Msg::Asked(Ok(Box::new(asked))));
    assert!(
        effects.iter().any(|effect| matches!(effect, Effect::Edit(text) if text.contains("Five"))),
        "{effects:?}"
    );
    rig.tell(Msg::Edited(Ok("Six dinners a week.".to_owned())));
    assert_eq!(rig.model.compose.as_ref().unwrap().form().text, "Six dinners a week.");
}

/// Footer, help and palette are made from the table: what one of them offers, the keymap knows, and nothing is missing.
#[test]
fn footer_help_and_palette_offer_what_the_table_says() {
    use crate::station::action::ACTIONS;
    let wide = look(Colours::True, Glyphs::Unicode);
    for (keys, place) in
        [("1", Place::Studies), ("", Place::Live), ("3", Place::Results), ("1 n", Place::Compose)]
    {
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
fn events_become_few_questions() {
    let mut rig = rig();
    rig.open(200, 40);
    rig.wait(2_000);
    let mut asked = 0;
    for seq in 10..110 {
        asked += calls(&rig.news("answers.recorded", MAIN, seq)).len();
    }
    assert!(asked <= 12, "{asked} questions for a hundred events");
}

#[test]
fn a_completed_study_is_announced_and_read_again() {
    let mut rig = rig();
    rig.open(200, 199);
    rig.keys("3");
    rig.wait(1_000);
    // What was asked for before the end is answered first.
    rig.tell(Msg::Report(id(MAIN), Err(ApiError::new(ErrorCode::Conflict, "It still runs."))));
    let effects = rig.news("study.completed", MAIN, 50);
    assert!(calls(&effects).contains(&&Call::Report(id(MAIN))), "{effects:?}");
    assert!(effects.contains(&Effect::Follow(Cursor(50))));
    assert!(rig.text().contains("is done"));
}

#[test]
fn reading_goes_on_where_it_stopped() {
    let mut rig = rig();
    rig.news("study.running", 2, 41);
    let why = ApiError::new(ErrorCode::Unreachable, "The connection was lost.");
    rig.tell(Msg::Lost { why, retry_in_ms: 500 });
    assert!(!rig.keys("p").iter().any(|effect| matches!(effect, Effect::Call(_))));
    let mut effects = rig.tell(Msg::Connected { version: "0.1.0".to_owned(), cursor: Cursor(0) });
    assert!(effects.contains(&Effect::Follow(Cursor(41))), "{effects:?}");
    effects.extend(rig.wait(500));
    assert!(calls(&effects).iter().any(|call| matches!(call, Call::Studies { .. })));
}

#[test]
fn answers_of_another_study_are_dropped() {
    let mut rig = rig();
    rig.open(200, 200);
    let before = rig.model.lens.marks.clone();
    rig.tell(Msg::Scores(id(3), 0, Ok(vec![3; 200])));
    assert_eq!(rig.model.lens.marks, before);
}

#[test]
fn a_draft_is_checked_saved_and_sent_once() {
    let mut rig = rig();
    rig.keys("n");
    rig.paste("A kettle that boils only what you need.");
    let effects = rig.wait(300);
    assert!(matches!(calls(&effects)[..], [Call::Check { .. }]), "{effects:?}");
    let effects = rig.wait(2_000);
    assert!(
        effects.iter().any(
            |effect| matches!(effect, Effect::SaveDraft(form) if form.text.contains("kettle"))
        )
    );
    let effects = rig.keys("ctrl-r");
    let Some(Call::Submit { key, draft, cost_confirmed: false }) = calls(&effects).first().copied()
    else {
        panic!("{effects:?}")
    };
    assert!(draft.text.contains("kettle") && draft.overrides.is_empty());
    assert!(rig.keys("ctrl-r").is_empty(), "it is on its way");
    rig.tell(Msg::Submitted(Err(ApiError::new(
        ErrorCode::Unreachable,
        "The connection was lost.",
    ))));
    let again = rig.keys("ctrl-r");
    let Some(Call::Submit { key: second, .. }) = calls(&again).first().copied() else {
        panic!("{again:?}")
    };
    assert_eq!(key, second, "the same draft is the same submission");
    let new = study(77, "A kettle", State::Queued, 0, 100);
    rig.tell(Msg::Submitted(Ok(new)));
    assert_eq!((rig.model.screen, rig.model.lens.study), (Screen::Live, Some(id(77))));
}

#[test]
fn a_cost_is_agreed_to_before_it_is_paid() {
    let mut rig = rig();
    rig.keys("n");
    rig.paste("A kettle that boils only what you need.");
    rig.keys("ctrl-r");
    rig.tell(Msg::Submitted(Err(ApiError::new(
        ErrorCode::UnconfirmedCost,
        "It costs up to $3.20.",
    ))));
    assert!(rig.text().contains("$3.20"));
    let effects = rig.keys("enter");
    assert!(
        matches!(calls(&effects).first(), Some(Call::Submit { cost_confirmed: true, .. })),
        "{effects:?}"
    );
}

#[test]
fn problems_stand_beside_their_field_and_stop_the_run() {
    let mut rig = rig();
    rig.keys("n");
    rig.paste("A kettle that boils only what you need.");
    let effects = rig.wait(300);
    let Some(Call::Check { revision, .. }) = calls(&effects).first().copied() else {
        panic!("{effects:?}")
    };
    let mut error = ApiError::new(ErrorCode::InvalidInput, "The study cannot run.");
    error.problems.push(protocol::study::Problem {
        place: "--panel".to_owned(),
        what: "'0' is too small".to_owned(),
        hint: "ask for 1 to 10000".to_owned(),
    });
    rig.tell(Msg::Checked(*revision, Err(error)));
    assert!(rig.text().contains("'0' is too small"));
    assert_eq!(calls(&rig.keys("ctrl-r")), Vec::<&Call>::new());
    let compose = rig.model.compose.as_ref().unwrap();
    assert_eq!(compose.fields[compose.at].key, "panel");
}

#[test]
fn leaving_the_form_keeps_the_draft_for_the_next_time() {
    let mut rig = rig();
    rig.keys("n");
    rig.paste("half a thought");
    rig.keys("esc n");
    assert_eq!(rig.model.compose.as_ref().unwrap().form().text, "half a thought");
}

#[test]
fn the_palette_finds_commands_and_studies() {
    let mut rig = rig();
    rig.keys(":");
    rig.paste("meal");
    rig.keys("enter");
    assert_eq!((rig.model.screen, rig.model.lens.study), (Screen::Results, Some(id(MAIN))));
    rig.keys("1 :");
    rig.paste("new study");
    rig.keys("enter");
    assert_eq!(place(&rig.model), Place::Compose);
}

#[test]
fn exports_and_copies_hold_what_is_shown() {
    let mut rig = rig();
    rig.open(200, 200);
    rig.keys("3");
    for (key, name, part) in [
        ("c", "demoscope-5eed0000-answers.csv", "a200,"),
        ("j", "demoscope-5eed0000-report.json", "\"responses\""),
        ("m", "demoscope-5eed0000-report.md", "| 75-100 |"),
        ("s", "demoscope-5eed0000-screen.svg", "<svg"),
    ] {
        let effects = rig.keys(&format!("E {key}"));
        let written = effects.iter().find_map(|effect| match effect {
            Effect::Write { name, content } => Some((name.as_str(), content)),
            _ => None,
        });
        let (written, content) = written.unwrap_or_else(|| panic!("{effects:?} {}", rig.text()));
        assert_eq!(written, name);
        assert!(content.contains(part), "{name}");
    }
    let copied = |effects: &[Effect]| {
        effects.iter().find_map(|effect| match effect {
            Effect::Copy(text) => Some(text.clone()),
            _ => None,
        })
    };
    let quote = copied(&rig.keys("tab tab y"));
    assert!(quote.as_ref().is_some_and(|text| text.contains("Too dear")), "{quote:?}");
    let command = copied(&rig.keys("Y"));
    assert_eq!(command.as_deref(), Some("demoscope show 5eed0000 --answers"));
}

#[test]
fn nothing_wakes_an_idle_workstation() {
    let mut rig = rig();
    rig.wait(20_000);
    assert_eq!(rig.model.next_wake(), None);
}

/// Keys that a person, a cat or a broken terminal may press.
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

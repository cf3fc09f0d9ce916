//! Tests of the results: drill-down to respondents and back, and everything that is exported.

use super::{calls, rig};
use crate::station::effect::{Call, Effect, Export};
use crate::station::model::Screen;
use crate::station::model::layer::Layer;
use crate::station::model::results::Pane;
use crate::station::msg::Msg;
use crate::station::testing::{MAIN, Rig, cross, id};

#[test]
fn numbers_drill_down_to_people_and_esc_walks_back() {
    let mut rig = rig();
    rig.open(200, 200);
    // The group with the lowest score is first, so Enter suffices.
    rig.keys("3 s l enter");
    let view = &rig.model.open_study.results;
    assert_eq!(view.pane, Pane::Quotes);
    assert_eq!(view.drill.classes[0].1, "75-100", "the lowest class comes first");
    let found = view.found.clone();
    assert!(!found.is_empty());
    let responses = &rig.model.open_study.responses;
    let age = |ordinal| responses[ordinal].respondent.persona().unwrap().age;
    assert!(found.iter().all(|ordinal| age(ordinal) >= 75));
    rig.keys("enter j j");
    match rig.model.layers.last() {
        Some(Layer::Person(person)) => {
            assert_eq!((person.at, person.people.len()), (2, found.len()));
        }
        other => panic!("{other:?}"),
    }
    rig.keys("esc");
    assert_eq!(rig.model.open_study.results.pane, Pane::Quotes);
    rig.keys("esc");
    assert!(rig.model.open_study.results.drill.is_empty());
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
    let rows = rig.model.open_study.rows(&study);
    assert_eq!(rows[0].class, "75-100");
    assert_eq!(rows.last().unwrap().class, "18-24", "three answers say nothing");
    // With one dimension, classes are in their own order.
    rig.keys("b");
    assert_eq!(rig.model.open_study.rows(&study)[0].class, "18-24");
}

#[test]
fn answers_that_are_not_loaded_are_not_made_up() {
    use crate::station::testing::{AB, ab_response};
    use crate::station::widgets::mosaic::{NO_SCORE, UNREAD};
    use protocol::service::Page;
    let mut rig = rig();
    rig.open_ab(20);
    rig.keys("2");
    rig.model.open_study.open(id(AB));
    let effects = rig.tell(Msg::Scores(id(AB), 0, Ok(vec![8; 20])));
    assert_eq!(rig.model.open_study.marks, vec![UNREAD; 20]);
    assert!(calls(&effects).contains(&&Call::Unread(id(AB), 0, 20)), "{effects:?}");
    // A respondent who is on no page, however often it is requested, has no answer.
    for _ in 0..3 {
        let items = (0..20).filter(|one| *one != 7).map(ab_response).collect();
        rig.tell(Msg::Unread(id(AB), 0, Ok(Page { items, next: None })));
        rig.wait(200);
    }
    assert_eq!(rig.model.open_study.marks[7], NO_SCORE);
    assert!(rig.model.open_study.marks.iter().all(|mark| *mark != UNREAD));
}

/// A respondent with another preference in each order counts as none, in the mosaic as in the results.
#[test]
fn a_preference_that_changes_with_the_order_is_none() {
    use crate::station::testing::{AB, ab_response};
    use protocol::results::{Answer, Preference};
    use protocol::service::Page;
    use protocol::study::Order;
    let mut rig = rig();
    rig.open_ab(4);
    let again = |ordinal: u32, chosen: Preference| {
        let mut response = ab_response(ordinal);
        if let Answer::AbTest { preference, order, reasoning, .. } = &mut response.answer {
            (*preference, *order) = (chosen, Order::BFirst);
            reasoning.push_str(" Said again.");
        }
        response
    };
    // The first two preferred B before.
    let items = vec![again(0, Preference::B), again(1, Preference::A)];
    rig.tell(Msg::Unread(id(AB), 0, Ok(Page { items, next: None })));
    assert_eq!(rig.model.open_study.marks[..2], [2, 3]);
    // Both answers can be read, and the same page again changes nothing.
    rig.tell(Msg::Unread(id(AB), 0, Ok(Page { items: vec![ab_response(1)], next: None })));
    assert_eq!(rig.model.open_study.marks[..2], [2, 3]);
    rig.keys("2 l enter");
    let text = rig.text();
    assert!(text.contains("I get my money back") && text.contains("Said again."), "{text}");
}

#[test]
fn exports_and_copies_hold_what_is_shown() {
    let mut rig = rig();
    rig.open(200, 200);
    rig.keys("3");
    for (key, export) in
        [("c", Export::Csv), ("j", Export::Json), ("m", Export::Markdown), ("h", Export::Html)]
    {
        let effects = rig.keys(&format!("E {key}"));
        assert!(effects.contains(&Effect::Export(id(MAIN), export)), "{effects:?}");
    }
    let effects = rig.keys("E s");
    let Some(Effect::Write { name, content }) = effects.first() else {
        panic!("no picture: {}", rig.text())
    };
    assert_eq!(name, "demoscope-5eed0000-screen.svg");
    assert!(content.starts_with("<svg") && content.contains("synthetic"));
    let copied = |effects: &[Effect]| {
        effects.iter().find_map(|effect| match effect {
            Effect::Copy { text, .. } => Some(text.clone()),
            _ => None,
        })
    };
    let quote = copied(&rig.keys("tab tab y"));
    assert!(quote.as_ref().is_some_and(|text| text.contains("Too dear")), "{quote:?}");
    let command = copied(&rig.keys("Y"));
    assert_eq!(command.as_deref(), Some("demoscope show 5eed0000 --answers"));
}

/// The copied text is the entry under the cursor with its number and interval; the clipboard reports where it went.
#[test]
fn what_is_copied_brings_its_number() {
    let copied = |effects: &[Effect]| {
        effects.iter().find_map(|effect| match effect {
            Effect::Copy { what, text } => Some(format!("{what} | {text}")),
            _ => None,
        })
    };
    let mut rig = rig();
    rig.open(200, 200);
    rig.keys("3");
    let mut lines = Vec::new();
    let mut copy = |rig: &mut Rig, keys: &str| {
        rig.keys(keys);
        lines.push(copied(&rig.keys("y")).unwrap_or_default());
        assert!(!rig.text().contains("opied"), "nobody has taken it yet");
    };
    // A group, a score, a share, an estimate, a cell, a reason, a line of the method.
    copy(&mut rig, "");
    copy(&mut rig, "tab j");
    copy(&mut rig, "G k k k k k");
    copy(&mut rig, "G k k k");
    rig.keys("shift-tab t");
    rig.tell(Msg::Cross(id(MAIN), Ok(Box::new(cross(200)))));
    copy(&mut rig, "");
    copy(&mut rig, "v");
    copy(&mut rig, "v v j");
    rig.keys("1");
    rig.open_ab(100);
    rig.model.open_study.results.view = crate::station::model::results::View::Versus;
    copy(&mut rig, "");
    copy(&mut rig, "j j j");
    insta::assert_snapshot!(lines.join("\n"));
    rig.tell(Msg::Copied(Ok("The reason, 41 characters: sent to the terminal.".to_owned())));
    assert!(rig.text().contains("41 characters: sent to the terminal."), "{}", rig.text());
    rig.tell(Msg::Copied(Err("The terminal takes no copy.".to_owned())));
    assert!(rig.text().contains("! The terminal takes no copy."), "{}", rig.text());
}

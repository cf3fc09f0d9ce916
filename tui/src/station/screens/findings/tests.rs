//! Snapshots of the findings at every size and colour level, and their keys: a status is set and taken back, the list is
//! narrowed by status, and a quote opens its answer.

use protocol::finding::{FindingChange, FindingStatus};
use protocol::results::Report;

use crate::station::effect::{Call, Effect};
use crate::station::look::{Colours, Glyphs};
use crate::station::model::layer::Layer;
use crate::station::msg::Msg;
use crate::station::testing::{MAIN, Rig, findings_report, id, look, report, styles, text};

const UNICODE: (Colours, Glyphs) = (Colours::True, Glyphs::Unicode);

fn rig_with(report: Report, size: (u16, u16), (colours, glyphs): (Colours, Glyphs)) -> Rig {
    let mut rig = Rig::new(size, look(colours, glyphs));
    rig.open(200, 200);
    rig.tell(Msg::Report(id(MAIN), Ok(Box::new(report))));
    rig.keys("5");
    rig.wait(10_000);
    rig
}

fn rig(size: (u16, u16)) -> Rig {
    rig_with(findings_report(200), size, UNICODE)
}

/// The call among the effects, and the daemon's reply to it.
fn reply(rig: &mut Rig, effects: &[Effect]) -> (u32, FindingStatus) {
    let [Effect::Call(Call::SetFinding(study, number, status))] = effects else {
        panic!("{effects:?}")
    };
    let findings =
        &rig.model.open_study.report.as_ref().unwrap().results.as_ref().unwrap().findings;
    let mut finding = findings.iter().find(|finding| finding.id == *number).unwrap().clone();
    let before = finding.status();
    let life = finding.life.as_mut().unwrap();
    (life.status, life.changed) = (*status, None);
    let set = FindingChange { study: *study, before, finding };
    rig.tell(Msg::FindingSet(*study, Ok(Box::new(set))));
    (*number, *status)
}

#[test]
fn the_findings_keep_their_look_at_every_size() {
    for size in [(200, 60), (120, 36), (80, 24), (60, 20)] {
        insta::assert_snapshot!(format!("findings_{}x{}", size.0, size.1), rig(size).text());
    }
    let none = rig_with(report(200), (80, 24), UNICODE);
    insta::assert_snapshot!("findings_none_80x24", none.text());
}

#[test]
fn the_findings_keep_their_look_at_every_colour_level() {
    for (level, kind) in [
        ("sixteen", (Colours::Sixteen, Glyphs::Unicode)),
        ("none", (Colours::None, Glyphs::Unicode)),
        ("ascii", (Colours::None, Glyphs::Ascii)),
    ] {
        let buffer = rig_with(findings_report(200), (80, 24), kind).buffer();
        let shown = format!("{}\n{}", text(&buffer), styles(&buffer));
        insta::assert_snapshot!(format!("findings_{level}"), shown);
    }
    let ascii = rig_with(findings_report(200), (120, 36), (Colours::None, Glyphs::Ascii));
    let strangers = ascii.text().chars().filter(|letter| !letter.is_ascii()).collect::<String>();
    assert_eq!(strangers, "");
}

#[test]
fn a_status_is_set_by_key_and_z_takes_it_back() {
    let mut rig = rig((120, 36));
    let effects = rig.keys("m");
    assert_eq!(reply(&mut rig, &effects), (1, FindingStatus::Resolved));
    assert!(rig.text().contains("Finding 1 is resolved"), "{}", rig.text());
    assert_eq!(rig.keys("m"), [], "it is resolved already");
    rig.keys("j");
    let effects = rig.keys("o");
    assert_eq!(reply(&mut rig, &effects), (2, FindingStatus::Open));
    let effects = rig.keys("w");
    assert_eq!(reply(&mut rig, &effects), (2, FindingStatus::Dismissed));
    for undone in
        [(2, FindingStatus::Open), (2, FindingStatus::Dismissed), (1, FindingStatus::Open)]
    {
        let effects = rig.keys("z");
        assert_eq!(reply(&mut rig, &effects), undone);
    }
    assert_eq!(rig.keys("z"), []);
    assert!(rig.text().contains("no change"), "{}", rig.text());
}

#[test]
fn the_list_shows_one_status_or_all() {
    let mut rig = rig((120, 36));
    for (shown, title) in [
        ("show: open", "Price concerns"),
        ("show: resolved", "Waste concerns"),
        ("show: dismissed", "it is meant so"),
        ("show: all", "Effort concerns"),
    ] {
        rig.keys("v");
        let text = rig.text();
        assert!(text.contains(shown) && text.contains(title), "{text}");
    }
    rig.keys("v");
    let effects = rig.keys("m");
    reply(&mut rig, &effects);
    assert!(rig.text().contains("No finding is open: v shows the others."), "{}", rig.text());
}

#[test]
fn enter_opens_the_answer_of_the_quote_under_the_cursor() {
    let mut rig = rig((120, 36));
    rig.keys("tab j enter");
    let Some(Layer::Person(person)) = rig.model.layers.last() else { panic!("{}", rig.text()) };
    assert_eq!((person.people.clone(), person.at), (vec![3, 4, 5], 1));
    rig.keys("n esc");
    assert_eq!(rig.model.open_study.findings.quotes.cursor, 2, "where the reader left off");
    rig.keys("esc");
    rig.keys("esc");
    assert!(rig.text().contains("Studies"), "{}", rig.text());
}

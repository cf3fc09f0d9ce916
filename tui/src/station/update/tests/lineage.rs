//! Tests of versions of a watched file on the screens of the open study: the newest one is followed, and whoever reads something
//! else is told that it is there.

use protocol::event::{EventData, StudyNews};
use protocol::results::Report;
use protocol::run::{PanelCounts, State};
use protocol::study::Origin;

use super::{calls, rig};
use crate::station::effect::{Call, Effect};
use crate::station::model::Screen;
use crate::station::model::results::View;
use crate::station::msg::Msg;
use crate::station::testing::{MAIN, Rig, id, report, studies, study};

/// The study of the version that ends while another one is open.
const NEXT: u128 = 2;
/// A study that is no version.
const OTHER: u128 = 0xface;

/// The report of that study, whose lineage has these studies as its versions.
fn of_version(of: u128, versions: &[u128]) -> Report {
    let mut told = report(200);
    told.study = listed(of);
    let mut version = crate::report::fixtures::version();
    version.lineage.versions.truncate(versions.len());
    for (one, number) in version.lineage.versions.iter_mut().zip(versions) {
        one.study = id(*number);
        if *number == of {
            version.version = one.version;
        }
    }
    told.version = Some(Box::new(version));
    told
}

fn listed(number: u128) -> protocol::run::Study {
    let mut listed = study(number, "Meal kit", State::Completed, 200, 200);
    listed.origin = Origin::Watch;
    listed.lineage = Some("0190".to_owned());
    listed
}

/// The results of the study with complete data, which is the last one of these versions.
fn open(versions: &[u128]) -> Rig {
    let mut rig = rig();
    rig.open(200, 200);
    let mut all = studies(200);
    all.retain(|study| study.id != id(MAIN) && study.id != id(NEXT));
    all.extend([listed(MAIN), listed(NEXT)]);
    rig.tell(Msg::Studies(Ok(all)));
    rig.tell(Msg::Report(id(MAIN), Ok(Box::new(of_version(MAIN, versions)))));
    rig.keys("3");
    rig.wait(10_000);
    rig
}

/// The next version ends, and its report comes.
fn end_next(rig: &mut Rig, versions: &[u128]) -> Vec<Effect> {
    let news = StudyNews { state: State::Completed, panel: PanelCounts::default(), words: None };
    rig.event(EventData::Completed(news), NEXT, 20);
    rig.tell(Msg::Report(id(NEXT), Ok(Box::new(of_version(NEXT, versions)))))
}

#[test]
fn the_newest_version_is_followed_on_the_same_screen_and_view() {
    let mut rig = open(&[5, 6, MAIN]);
    rig.keys("v");
    assert_eq!(rig.model.open_study.results.view, View::Change);
    let effects = end_next(&mut rig, &[5, 6, MAIN, NEXT]);
    assert_eq!(rig.model.open_study.study, Some(id(NEXT)));
    assert_eq!(
        (rig.model.screen, rig.model.open_study.results.view),
        (Screen::Results, View::Change)
    );
    let text = rig.text();
    assert!(text.contains("launch.md v4 ") && text.contains("Version 4 of launch.md"), "{text}");
    assert!(!text.contains("is there"), "{text}");
    assert!(calls(&effects).contains(&&Call::Page(id(NEXT), 0)), "its answers: {effects:?}");
    // The same on the screen of the findings.
    let mut rig = open(&[5, 6, MAIN]);
    rig.keys("5");
    end_next(&mut rig, &[5, 6, MAIN, NEXT]);
    assert_eq!(rig.model.open_study.study, Some(id(NEXT)));
    assert_eq!(rig.model.screen, Screen::Findings);
}

#[test]
fn whoever_reads_answers_is_told_of_the_next_version_and_goes_to_it_by_a_key() {
    let mut rig = open(&[5, 6, MAIN]);
    rig.keys("enter");
    let effects = end_next(&mut rig, &[5, 6, MAIN, NEXT]);
    assert_eq!(rig.model.open_study.study, Some(id(MAIN)), "nothing is taken away from a reader");
    assert!(calls(&effects).contains(&&Call::Report(id(MAIN))), "{effects:?}");
    let told = of_version(MAIN, &[5, 6, MAIN, NEXT]);
    rig.tell(Msg::Report(id(MAIN), Ok(Box::new(told))));
    let text = rig.text();
    assert!(text.contains("launch.md v3 version 4 is there: ] opens it"), "{text}");
    rig.keys("]");
    assert_eq!(rig.model.open_study.study, Some(id(NEXT)));
    assert_eq!(rig.model.screen, Screen::Results);
    let text = rig.text();
    assert!(text.contains("launch.md v4 ") && !text.contains("is there"), "{text}");
    rig.keys("]");
    assert_eq!(rig.model.open_study.study, Some(id(NEXT)));
    assert!(rig.text().contains("No newer version"), "{}", rig.text());
}

#[test]
fn who_compares_an_older_version_stays_with_it() {
    let mut rig = open(&[5, MAIN, 6]);
    let effects = end_next(&mut rig, &[5, MAIN, 6, NEXT]);
    assert_eq!(rig.model.open_study.study, Some(id(MAIN)));
    assert!(calls(&effects).contains(&&Call::Report(id(MAIN))), "{effects:?}");
}

#[test]
fn versions_of_another_file_leave_the_screen_alone() {
    let mut rig = open(&[5, 6, MAIN]);
    let effects = end_next(&mut rig, &[5, 6, OTHER, NEXT]);
    assert_eq!(rig.model.open_study.study, Some(id(MAIN)));
    assert!(!calls(&effects).contains(&&Call::Report(id(MAIN))), "{effects:?}");
}

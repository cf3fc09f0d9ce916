//! Tests of events: many events become few requests, nothing is missed after a lost connection, nothing happens
//! unprompted.

use protocol::error::{ApiError, ErrorCode};
use protocol::event::{Cursor, EventData, EventKind, StudyNews};
use protocol::run::{PanelCounts, State};
use protocol::service::Control;
use protocol::study::Problem;
use protocol::watch::SaveOutcome;

use super::{calls, rig};
use crate::station::effect::{Call, Effect, People};
use crate::station::msg::Msg;
use crate::station::testing::{MAIN, id};

#[test]
fn events_become_few_questions() {
    let mut rig = rig();
    rig.open(200, 40);
    rig.wait(2_000);
    let mut asked = 0;
    for seq in 10..110 {
        asked += calls(&rig.news(EventKind::Recorded, MAIN, seq)).len();
    }
    assert!(asked <= 12, "{asked} questions for a hundred events");
}

/// An event names its respondents, and only their scores are requested; after a lost connection all scores are.
#[test]
fn only_what_changed_is_asked_for() {
    let mut rig = rig();
    rig.open(200, 40);
    rig.wait(2_000);
    rig.tell(Msg::Scores(id(MAIN), 0, Ok(vec![0; 200])));
    let recorded = |first: u32, last: u32, delivered: u32| {
        let panel = PanelCounts { requested: 200, delivered, ..PanelCounts::default() };
        let count = last - first + 1;
        EventData::Recorded {
            first,
            last,
            count: u64::from(count),
            delivered: count,
            panel,
            round: None,
        }
    };
    let scores = |effects: &[Effect]| {
        calls(effects).into_iter().find_map(|call| match call {
            Call::Scores(_, people) => Some(*people),
            _ => None,
        })
    };
    let effects = rig.event(recorded(40, 47, 48), MAIN, 10);
    assert_eq!(scores(&effects), Some(People { first: 40, count: 8 }));
    assert!(!calls(&effects).iter().any(|call| matches!(call, Call::Studies { .. })));
    assert!(rig.text().contains("48/200"), "{}", rig.text());
    // Two more events during a request become one further request for both.
    assert_eq!(scores(&rig.event(recorded(60, 63, 52), MAIN, 11)), None);
    assert_eq!(scores(&rig.event(recorded(48, 55, 60), MAIN, 12)), None);
    rig.tell(Msg::Scores(id(MAIN), 40, Ok(vec![8; 8])));
    assert_eq!(rig.model.open_study.marks[39..49], [0, 8, 8, 8, 8, 8, 8, 8, 8, 0]);
    assert_eq!(scores(&rig.wait(200)), Some(People { first: 48, count: 16 }));
    // After a failed request, and after any other change, all scores are requested.
    rig.tell(Msg::Scores(id(MAIN), 0, Err(ApiError::new(ErrorCode::Busy, "Later."))));
    let effects = rig.event(recorded(64, 70, 67), MAIN, 13);
    let asked = scores(&effects).or_else(|| scores(&rig.wait(200)));
    assert_eq!(asked, Some(People::ALL));
    rig.tell(Msg::Scores(id(MAIN), 0, Ok(vec![8; 200])));
    rig.news(EventKind::Queued, MAIN, 14);
    assert_eq!(scores(&rig.wait(200)), Some(People::ALL));
}

#[test]
fn a_completed_study_is_announced_and_read_again() {
    let mut rig = rig();
    rig.open(200, 199);
    rig.keys("3");
    rig.wait(1_000);
    // A request from before the end is answered first.
    rig.tell(Msg::Report(id(MAIN), Err(ApiError::new(ErrorCode::Conflict, "It still runs."))));
    let effects = rig.news(EventKind::Completed, MAIN, 50);
    assert!(calls(&effects).contains(&&Call::Report(id(MAIN))), "{effects:?}");
    assert!(effects.contains(&Effect::Follow(Cursor(50))));
    assert!(rig.text().contains("is done"));
}

/// A deleted study, from here or by a command, leaves no data on any screen.
#[test]
fn a_deleted_study_leaves_the_screen() {
    for keys in ["2", "3", "1"] {
        let mut rig = rig();
        rig.open(200, 200);
        rig.keys(keys);
        let name = rig.model.studies.get(id(MAIN)).unwrap().name.clone();
        assert!(rig.text().contains(&name), "{}", rig.text());
        rig.wait(1_000);
        let effects = rig.news(EventKind::Deleted, MAIN, 50);
        let asked = calls(&effects);
        assert!(asked.iter().all(|call| matches!(call, Call::Studies { .. })), "{asked:?}");
        assert!(effects.contains(&Effect::ForgetDraft(id(MAIN))), "{effects:?}");
        assert!(rig.model.studies.get(id(MAIN)).is_none());
        assert!(rig.text().contains(&format!("{name} was deleted.")), "{}", rig.text());
        rig.wait(60_000);
        assert!(!rig.text().contains(&name), "{}", rig.text());
        // A late response about it is dropped.
        rig.tell(Msg::Scores(id(MAIN), 0, Ok(vec![9; 200])));
        assert!(rig.model.open_study.marks.is_empty());
        rig.keys("2 3 1");
        assert!(!rig.text().contains(&name), "{}", rig.text());
    }
    // Another open study stays open.
    let mut rig = rig();
    rig.open(200, 200);
    rig.news(EventKind::Deleted, 2, 50);
    assert_eq!(rig.model.open_study.study, Some(id(MAIN)));
    assert!(rig.model.studies.get(id(2)).is_none());
}

/// Its unsubmitted draft is removed as well, including an open form; other drafts stay.
#[test]
fn a_deleted_study_takes_its_draft_along() {
    use crate::station::model::drafts::Origin;
    use crate::station::model::saved::Form;
    let form = |text: &str| Form { text: text.to_owned(), ..Form::default() };
    let mut rig = rig();
    rig.model.drafts.keep(Origin::Again(id(MAIN)), form("its secret"));
    rig.model.drafts.keep(Origin::New, form("another"));
    rig.keys("n");
    rig.news(EventKind::Deleted, MAIN, 50);
    assert!(rig.model.compose.is_some(), "another one is written");
    assert_eq!(rig.model.drafts.of(Origin::Again(id(MAIN))), None);
    assert_eq!(rig.model.drafts.of(Origin::New), Some(&form("another")));
    rig.model.compose.as_mut().unwrap().origin = Origin::Again(id(2));
    rig.paste("more");
    let effects = rig.news(EventKind::Deleted, 2, 51);
    assert!(rig.model.compose.is_none());
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::SaveDraft(..))), "{effects:?}");
}

#[test]
fn reading_goes_on_where_it_stopped() {
    let mut rig = rig();
    rig.news(EventKind::Running, 2, 41);
    let why = ApiError::new(ErrorCode::Unreachable, "The connection was lost.");
    rig.tell(Msg::Lost { why, retry_in_ms: 500 });
    assert!(!rig.keys("p").iter().any(|effect| matches!(effect, Effect::Call(_))));
    let mut effects = rig.tell(Msg::Connected { version: "0.1.0".to_owned(), cursor: Cursor(41) });
    assert!(effects.contains(&Effect::Follow(Cursor(41))), "{effects:?}");
    effects.extend(rig.wait(500));
    assert!(calls(&effects).iter().any(|call| matches!(call, Call::Studies { .. })));
}

/// A daemon of another version with a common protocol is accepted, and its version is shown.
#[test]
fn another_version_that_fits_is_told_and_read_on() {
    let mut rig = rig();
    rig.news(EventKind::Running, 2, 41);
    let why = ApiError::new(ErrorCode::Unreachable, "The connection was lost.");
    rig.tell(Msg::Lost { why, retry_in_ms: 500 });
    let effects = rig.tell(Msg::Connected { version: "0.2.0".to_owned(), cursor: Cursor(44) });
    assert!(effects.contains(&Effect::Follow(Cursor(41))), "{effects:?}");
    let shown = rig.text();
    assert!(shown.contains("now version 0.2.0 (was 0.1.0); nothing was lost"), "{shown}");
    assert!(shown.contains("local 0.2.0"), "{shown}");
}

/// An incompatible daemon is tried again, because it may be replaced; no calls are made.
#[test]
fn another_version_that_does_not_fit_is_waited_out() {
    let mut rig = rig();
    rig.news(EventKind::Running, 2, 41);
    let why = ApiError::new(ErrorCode::Incompatible, "The daemon is older than this client.")
        .hint("restart it");
    rig.tell(Msg::Lost { why, retry_in_ms: 5_000 });
    rig.wait(2_000);
    let shown = rig.text();
    assert!(shown.contains("Hint: restart it.") && shown.contains("older than this"), "{shown}");
    assert!(shown.contains("2s old. Next try in 3s"), "{shown}");
    assert!(rig.model.next_wake().is_some(), "the countdown counts");
    assert!(!rig.keys("p").iter().any(|effect| matches!(effect, Effect::Call(_))));
    let effects = rig.tell(Msg::Connected { version: "0.1.0".to_owned(), cursor: Cursor(44) });
    assert!(effects.contains(&Effect::Follow(Cursor(41))), "{effects:?}");
    assert!(rig.text().contains("The daemon is back; nothing was lost"));
}

/// A daemon on an older copy of the store does not have the data on the screen.
#[test]
fn an_older_store_is_told_and_read_anew() {
    let mut rig = rig();
    rig.open(200, 200);
    rig.news(EventKind::Running, 2, 41);
    let why = ApiError::new(ErrorCode::Unreachable, "The connection was lost.");
    rig.tell(Msg::Lost { why, retry_in_ms: 500 });
    let mut effects = rig.tell(Msg::Connected { version: "0.1.0".to_owned(), cursor: Cursor(40) });
    assert!(effects.contains(&Effect::Follow(Cursor(40))), "{effects:?}");
    assert!(rig.text().contains("older store"), "{}", rig.text());
    assert!(rig.model.open_study.responses.is_empty(), "answers of a store that is gone");
    effects.extend(rig.wait(500));
    assert!(calls(&effects).contains(&&Call::Live(id(MAIN))), "{effects:?}");
}

#[test]
fn answers_of_another_study_are_dropped() {
    let mut rig = rig();
    rig.open(200, 200);
    let before = rig.model.open_study.marks.clone();
    rig.tell(Msg::Scores(id(3), 0, Ok(vec![3; 200])));
    assert_eq!(rig.model.open_study.marks, before);
}

#[test]
fn nothing_wakes_an_idle_workstation() {
    let mut rig = rig();
    rig.wait(20_000);
    assert_eq!(rig.model.next_wake(), None);
}

/// Where the mosaic needs all answers, they are read once, and sorted only where they are shown.
#[test]
fn answers_are_read_once_and_put_in_order_when_they_are_looked_at() {
    use crate::station::testing::{AB, ab_response, ab_study, studies};
    use protocol::service::Page;
    let mut rig = rig();
    let mut all = studies(200);
    all.insert(0, ab_study(100));
    rig.tell(Msg::Studies(Ok(all)));
    rig.model.studies.select(Some(id(AB)));
    rig.keys("2");
    let mut effects = rig.tell(Msg::Scores(id(AB), 0, Ok(vec![255; 100])));
    effects.extend(rig.wait(300));
    let asked = calls(&effects);
    assert!(asked.iter().any(|call| matches!(call, Call::Unread(..))), "{asked:?}");
    assert!(!asked.iter().any(|call| matches!(call, Call::Newest(..))), "read twice: {asked:?}");
    let items = (0..100).map(ab_response).collect();
    rig.tell(Msg::Unread(id(AB), 0, Ok(Page { items, next: None })));
    assert_eq!(rig.model.open_study.responses.len(), 100);
    assert_eq!(rig.model.open_study.results.found.len(), 0, "nobody looks at them");
    // A late answer is requested by itself.
    let mut scores = vec![255; 100];
    scores[40] = 0;
    rig.tell(Msg::Scores(id(AB), 0, Ok(scores)));
    rig.model.open_study.responses.remove(&40);
    let mut effects = rig.tell(Msg::Scores(id(AB), 40, Ok(vec![255])));
    effects.extend(rig.wait(300));
    assert!(calls(&effects).contains(&&Call::Unread(id(AB), 40, 1)), "{effects:?}");
    rig.keys("3");
    assert_eq!(rig.model.open_study.results.found.len(), 99);
}

/// A save is told with its version, and taken back while it is on its way.
#[test]
fn a_saved_file_is_told_of_and_its_version_taken_back() {
    let mut rig = rig();
    rig.open(200, 200);
    let saved = |outcome: SaveOutcome| EventData::DraftSaved {
        file: Some("/home/ada/la\u{1b}unch.md".to_owned()),
        outcome,
        version: Some(5),
        held: Some("no room today".to_owned()),
        problems: vec![Problem {
            place: "/home/ada/la\u{1b}unch.md:2".to_owned(),
            what: "unknown key 'panle'".to_owned(),
            hint: String::new().into(),
        }],
    };
    let z = |rig: &mut crate::station::testing::Rig| {
        calls(&rig.keys("z")).into_iter().cloned().collect::<Vec<_>>()
    };
    assert_eq!(z(&mut rig), []);
    for (seq, outcome, told) in [
        (10, SaveOutcome::Queued, "launch.md: version 5 queued (undo z)"),
        (11, SaveOutcome::Known, "launch.md is version 5 again"),
        (12, SaveOutcome::Held, "nobody is asked: no room today"),
        (13, SaveOutcome::Broken, "launch.md:2: unknown key 'panle'"),
    ] {
        rig.event(saved(outcome), 2, seq);
        assert!(rig.text().contains(told), "{told}: {}", rig.text());
    }
    assert_eq!(z(&mut rig), [Call::Control(id(2), Control::Cancel)]);
    assert_eq!(z(&mut rig), [], "once");
    rig.event(saved(SaveOutcome::Queued), 2, 14);
    let news = StudyNews { state: State::Completed, panel: PanelCounts::default(), words: None };
    rig.event(EventData::Completed(news), 2, 15);
    assert_eq!(z(&mut rig), [], "what has ended is not taken back");
}

/// A version that has ended is told of with what its score was and is; the user is called once, not for each of many.
#[test]
fn a_version_is_told_of_with_its_scores_and_the_user_is_called() {
    let mut rig = rig();
    rig.open(200, 200);
    let mut listed = crate::station::testing::studies(200);
    listed[0].origin = protocol::study::Origin::Watch;
    let id = listed[0].id;
    rig.tell(Msg::Studies(Ok(listed.clone())));
    let ended = || {
        EventData::Completed(StudyNews {
            state: State::Completed,
            panel: PanelCounts::default(),
            words: None,
        })
    };
    let called = |effects: &[Effect]| {
        effects.iter().find_map(|effect| match effect {
            Effect::Notify(text) => Some(text.clone()),
            _ => None,
        })
    };
    assert_eq!(called(&rig.event(ended(), MAIN, 20)), None, "the score is not known yet");
    let mut told = crate::station::testing::report(200);
    told.version = Some(Box::new(crate::report::fixtures::version()));
    let text = called(&rig.tell(Msg::Report(id, Ok(Box::new(told))))).unwrap();
    assert!(text.contains(" v4: ") && text.contains(" score ") && text.contains(" → "), "{text}");
    assert!(text.contains(" to "), "with the interval of the change: {text}");
    assert!(rig.text().contains(&text), "{text}: {}", rig.text());
    // The next one ends at once after it: it is shown, and nobody is called again.
    assert_eq!(called(&rig.event(ended(), 2, 21)), None);
    rig.wait(5_000);
    assert!(called(&rig.event(ended(), 2, 22)).unwrap().ends_with(" is done"));
    rig.wait(5_000);
    let broken = EventData::DraftSaved {
        file: Some("/home/ada/launch.md".to_owned()),
        outcome: SaveOutcome::Broken,
        version: None,
        held: None,
        problems: Vec::new(),
    };
    assert_eq!(called(&rig.event(broken, 2, 23)).as_deref(), Some("launch.md has problems"));
}

/// A review that failed in a later round keeps the results of its finished rounds: its report is asked for anew.
#[test]
fn a_study_that_failed_has_its_report_asked_for_again() {
    let mut rig = rig();
    rig.open(200, 200);
    let report = |effects: &[Effect]| {
        effects.iter().any(|effect| matches!(effect, Effect::Call(Call::Report(_))))
    };
    let news = StudyNews { state: State::Failed, panel: PanelCounts::default(), words: None };
    let effects = rig.event(EventData::Failed(news), MAIN, 20);
    assert!(report(&effects), "{effects:?}");
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Notify(_))), "{effects:?}");
}

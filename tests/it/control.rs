//! Tests of pause, resume, cancel and retry: at any moment, once and twice, and in states that do not allow them.

use harness::{Chance, Home, audit, program, studies, wait};
use protocol::error::ErrorCode;
use protocol::run::State;
use protocol::service::Control;

#[test]
fn cancelling_at_any_moment_refunds_once_and_keeps_what_was_answered() {
    let mut test_rng = Chance::announced("cancel");
    let home = Home::paced(1_500);
    let _daemon = home.daemon();
    let link = home.link();
    let rounds = if program::is_long() { 100 } else { 12 };
    drop(link.grant(protocol::credits::Credits(rounds * 400)).unwrap());
    let whole = link.credits().unwrap();
    let mut answered = 0;
    for seed in 0..rounds {
        let seed = u64::try_from(seed).unwrap();
        let id = link.take_on(&studies::concept(400, seed)).unwrap().id;
        wait::a_random_moment(test_rng.time_below_ms(320));
        match link.control(id, Control::Cancel) {
            Ok(study) => assert_eq!(study.state, State::Cancelled),
            Err(error) => assert_eq!(error.code, ErrorCode::Conflict, "{error}"),
        }
        let study = wait::for_end(&link, id);
        let kept = link.all_answers(id).unwrap().len();
        assert_eq!(u32::try_from(kept).unwrap(), study.panel.delivered);
        assert_eq!(audit::study(&link, id), audit::Findings::new());
        answered += i64::from(study.panel.delivered);
        let now = link.credits().unwrap();
        assert_eq!((now.held.0, whole.balance.0 - now.balance.0), (0, answered));
    }
}

#[test]
fn pausing_and_resuming_at_random_changes_no_result() {
    let mut test_rng = Chance::announced("pause");
    let home = Home::paced(1_500);
    let _daemon = home.daemon();
    let link = home.link();
    let id = link.take_on(&studies::concept(900, 7)).unwrap().id;
    for _ in 0..10 {
        wait::a_random_moment(test_rng.time_below_ms(60));
        if link.control(id, Control::Pause).is_err() {
            break;
        }
        let paused = wait::for_state(&link, id, State::Paused);
        assert!(paused.panel.delivered <= 900);
        let again = link.control(id, Control::Pause).unwrap_err();
        assert_eq!(again.code, ErrorCode::Conflict, "{again}");
        assert_eq!(link.live(id).unwrap().study.state, State::Paused);
        drop(link.control(id, Control::Resume).unwrap());
    }
    assert_eq!(wait::for_end(&link, id).state, State::Completed);
    assert_eq!(audit::study(&link, id), audit::Findings::new());
    let disturbed = home.run(["show", &id.to_string(), "--json", "--answers"]).expect(0).results();
    let calm = studies::run(&Home::new(), 900, 7).results();
    assert!(disturbed == calm, "the results differ from those of an undisturbed run");
}

#[test]
fn a_paused_study_stays_paused_over_a_restart() {
    let home = Home::paced(500);
    let mut daemon = home.daemon();
    let link = home.link();
    let id = link.take_on(&studies::concept(500, 7)).unwrap().id;
    drop(wait::for_answers(&link, id, 20));
    drop(link.control(id, Control::Pause).unwrap());
    daemon.kill();
    let _daemon = home.daemon();
    let link = home.link();
    let study = link.live(id).unwrap().study;
    assert_eq!(study.state, State::Paused);
    drop(home.run(["resume", &id.to_string()]).expect(0));
    assert_eq!(wait::for_end(&link, id).panel.delivered, 500);
    assert_eq!(audit::study(&link, id), audit::Findings::new());
}

#[test]
fn what_makes_no_sense_is_refused_and_changes_nothing() {
    let home = Home::new();
    drop(studies::run(&home, 10, 7));
    let link = home.link();
    let before = (link.find("@".to_owned()).unwrap(), link.newest(), link.ledger().unwrap());
    for verb in ["pause", "resume", "cancel", "retry"] {
        let ended = home.run([verb, "@"]).expect(2);
        assert!(ended.err().contains("completed"), "it says why: {ended}");
        assert!(ended.stdout.is_empty(), "{ended}");
    }
    for verb in ["pause", "resume", "cancel", "retry", "archive", "tag"] {
        drop(home.run([verb, "ffffffff-0000-0000-0000-000000000000"]).expect(2));
    }
    let after = (link.find("@".to_owned()).unwrap(), link.newest(), link.ledger().unwrap());
    assert_eq!(before, after);
}

#[test]
fn cancelling_twice_is_an_error_and_refunds_once() {
    let home = Home::paced(100);
    let id = studies::submit(&home, 300, 7);
    let link = home.link();
    drop(wait::for_answers(&link, id, 5));
    drop(home.run(["cancel", "@"]).expect(0));
    let ledger = link.ledger().unwrap();
    drop(home.run(["cancel", "@"]).expect(2).says("cancelled"));
    drop(home.run(["resume", "@"]).expect(2).says("cancelled"));
    assert_eq!(ledger, link.ledger().unwrap());
    assert_eq!(audit::study(&link, id), audit::Findings::new());
    let answers = home.run(["answers", "@", "--json"]).expect(0).json();
    let delivered = link.live(id).unwrap().study.panel.delivered;
    assert_eq!(answers.as_array().unwrap().len(), usize::try_from(delivered).unwrap());
}

#[test]
fn more_studies_than_may_run_wait_their_turn() {
    let home = Home::with_settings(
        "[limits]\nstudies_running = 2\n[engine.offline]\nanswers_per_second = 600\n",
    );
    let _daemon = home.daemon();
    let link = home.link();
    let ids: Vec<_> =
        (0..5).map(|seed| link.take_on(&studies::concept(150, seed)).unwrap().id).collect();
    for id in &ids {
        drop(wait::for_answers(&link, *id, 1));
        assert!(link.status().unwrap().studies.running <= 2);
    }
    for id in ids {
        assert_eq!(wait::for_end(&link, id).panel.delivered, 150);
        assert_eq!(audit::study(&link, id), audit::Findings::new());
    }
}

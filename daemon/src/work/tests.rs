//! Tests of studies at work: resumed after a crash, halted at any moment, and halted by a fault when they cannot
//! continue.

mod chain;
mod kinds;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use protocol::credits::Credits;
use protocol::error::ErrorCode;
use protocol::event::Cursor;
use protocol::id::StudyId;
use protocol::run::{State, Study};
use protocol::service::Control;

use crate::app::testing::{
    Disk, Script, broken, everyone_answers, me, nobody_answers, options, reply, settings,
    submission, world,
};
use crate::app::{Core, Settings};
use crate::inference::EngineError;

use super::Drivers;

fn core(disk: &Disk, settings: Settings) -> Core {
    Core::open_with(world().0, disk.storage(), settings, options()).unwrap()
}

/// Follows the events until the study is in one of those states.
async fn until(core: &Core, id: StudyId, states: &[State]) -> Study {
    let mut after = Cursor(0);
    loop {
        let study = core.report(&me(), id).await.unwrap().study;
        if states.contains(&study.state) {
            return study;
        }
        let me = me();
        let waited = tokio::time::timeout(
            Duration::from_secs(20),
            core.events(&me, after, 1_000, Duration::from_secs(20)),
        );
        after = waited.await.expect("the study moves").unwrap().next;
    }
}

const ENDED: &[State] = &[State::Completed, State::Failed, State::Cancelled, State::Paused];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_study_runs_to_its_results_and_is_paid_once() {
    let core = core(&Disk::default(), settings(1_000, everyone_answers()));
    let scheduler = Drivers::start(core.clone());
    let study = core.submit(&me(), submission(&core, 1, 700)).await.unwrap();
    let study = until(&core, study.id, ENDED).await;
    assert_eq!((study.state, study.panel.delivered), (State::Completed, 700));
    let report = core.report(&me(), study.id).await.unwrap();
    assert_eq!(report.results.unwrap().panel_size, 700);
    assert_eq!(report.meta.credits_used, Credits(700));
    let balance = core.credits(&me()).await.unwrap();
    assert_eq!((balance.balance, balance.held), (Credits(300), Credits(0)));
    assert_eq!(balance.used_this_month, Credits(700));
    assert_eq!(core.scores(&me(), study.id, 0, 700).await.unwrap()[..3], [2, 3, 4]);
    let answers = core.answers(&me(), study.id, 690, 500).await.unwrap();
    assert_eq!(answers.items.len(), 10);
    assert_eq!(answers.items[0].id.to_string(), "a691");
    assert_eq!(broken(&core), Vec::<String>::new());
    scheduler.stop().await;
    core.close();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn partial_delivery_is_completed_and_says_so_and_a_retry_goes_on() {
    let healed = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let now_healed = Arc::clone(&healed);
    let engine = Script::new(move |ask| match ask.ordinal % 3 {
        1 if !now_healed.load(Ordering::SeqCst) => {
            Err(EngineError::Final { why: "the line was dead".to_owned() })
        }
        _ => Ok(reply(ask.ordinal)),
    });
    let core = core(&Disk::default(), settings(1_000, engine));
    let scheduler = Drivers::start(core.clone());
    let id = core.submit(&me(), submission(&core, 1, 300)).await.unwrap().id;
    let first = until(&core, id, ENDED).await;
    assert_eq!(first.state, State::Completed);
    assert_eq!((first.panel.delivered, first.panel.failed), (200, 100));
    assert_eq!(core.credits(&me()).await.unwrap().balance, Credits(800));
    assert_eq!(broken(&core), Vec::<String>::new());

    healed.store(true, Ordering::SeqCst);
    assert_eq!(core.control(&me(), id, Control::Retry).await.unwrap().state, State::Queued);
    let second = until(&core, id, ENDED).await;
    assert_eq!((second.panel.delivered, second.panel.failed), (300, 0));
    assert_eq!(core.credits(&me()).await.unwrap().balance, Credits(700));
    assert_eq!(broken(&core), Vec::<String>::new());
    let again = core.control(&me(), id, Control::Retry).await.unwrap_err();
    assert_eq!(again.code, ErrorCode::Conflict);
    scheduler.stop().await;
    core.close();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_study_without_an_answer_fails_and_is_refunded() {
    let core = core(&Disk::default(), settings(1_000, nobody_answers()));
    let scheduler = Drivers::start(core.clone());
    let id = core.submit(&me(), submission(&core, 1, 50)).await.unwrap().id;
    let study = until(&core, id, ENDED).await;
    assert_eq!((study.state, study.panel.failed), (State::Failed, 50));
    assert!(core.report(&me(), id).await.unwrap().results.is_none());
    assert_eq!(core.credits(&me()).await.unwrap().balance, Credits(1_000));
    assert_eq!(broken(&core), Vec::<String>::new());
    scheduler.stop().await;
    core.close();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_study_that_an_earlier_edition_began_is_finished_from_its_answers() {
    let disk = Disk::default();
    let (begun, untouched) = {
        let paced = everyone_answers().under("reader/1");
        let paced = Settings { answers_per_second: 500, ..settings(5_000, paced) };
        let core = core(&disk, paced);
        let scheduler = Drivers::start(core.clone());
        let begun = core.submit(&me(), submission(&core, 1, 2_000)).await.unwrap().id;
        while core.report(&me(), begun).await.unwrap().study.panel.delivered == 0 {
            let last = *core.store().last_event().borrow();
            core.events(&me(), Cursor(last), 10, Duration::from_secs(5)).await.unwrap();
        }
        scheduler.stop().await;
        let untouched = core.submit(&me(), submission(&core, 2, 30)).await.unwrap().id;
        core.close();
        (begun, untouched)
    };
    let asked = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&asked);
    let engine = Script::new(move |ask| {
        counted.fetch_add(1, Ordering::SeqCst);
        Ok(reply(ask.ordinal))
    });
    let core = core(&disk.after_kill(), settings(5_000, engine.under("reader/2")));
    let before = core.report(&me(), begun).await.unwrap().study.panel;
    let scheduler = Drivers::start(core.clone());
    let partial = until(&core, begun, ENDED).await;
    let without = until(&core, untouched, ENDED).await;
    assert_eq!(asked.load(Ordering::SeqCst), 0, "the new edition was asked");
    assert_eq!((partial.state, partial.panel.delivered), (State::Completed, before.delivered));
    assert_eq!(partial.panel.failed, 2_000 - before.delivered);
    assert_eq!(partial.model, "reader/1");
    let results = core.report(&me(), begun).await.unwrap().results.unwrap();
    assert_eq!(results.estimates["mean_score"].n, u64::from(before.delivered));
    let why = "failed: not asked, because reader/1 began this study and this program has reader/2; `demoscope run FILE` asks that one";
    let missing = u64::from(partial.panel.failed);
    assert_eq!(results.diagnostics.not_answered, [(why.to_owned(), missing)].into());
    assert_eq!(without.state, State::Failed);
    assert!(
        without
            .reason
            .is_some_and(|reason| reason.contains("30 of 30: not asked, because reader/1 began"))
    );
    let paid = Credits(i64::from(before.delivered));
    let balance = core.credits(&me()).await.unwrap();
    assert_eq!((balance.held, balance.used_this_month), (Credits(0), paid));
    for id in [begun, untouched] {
        let refused = core.control(&me(), id, Control::Retry).await.unwrap_err();
        assert_eq!(refused.code, ErrorCode::Conflict);
        assert!(refused.message.contains("reader/1") && refused.message.contains("reader/2"));
    }
    assert_eq!(broken(&core), Vec::<String>::new());
    scheduler.stop().await;
    core.close();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_in_the_middle_changes_nothing_in_the_results() {
    let undisturbed = {
        let core = core(&Disk::default(), settings(5_000, everyone_answers()));
        let scheduler = Drivers::start(core.clone());
        let id = core.submit(&me(), submission(&core, 1, 2_000)).await.unwrap().id;
        until(&core, id, ENDED).await;
        scheduler.stop().await;
        serde_json::to_string(&core.report(&me(), id).await.unwrap().results).unwrap()
    };
    let disk = Disk::default();
    let calls = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&calls);
    let engine = Script::new(move |ask| {
        counted.fetch_add(1, Ordering::SeqCst);
        Ok(reply(ask.ordinal))
    });
    let paced = Settings { answers_per_second: 20_000, ..settings(5_000, engine) };
    let first = core(&disk, paced.clone());
    let scheduler = Drivers::start(first.clone());
    let id = first.submit(&me(), submission(&first, 1, 2_000)).await.unwrap().id;
    while first.report(&me(), id).await.unwrap().study.panel.delivered < 700 {
        let last = *first.store().last_event().borrow();
        first.events(&me(), Cursor(last), 10, Duration::from_secs(5)).await.unwrap();
    }
    // The power goes: whatever was acknowledged is on the disk, and nothing else is.
    let disk = disk.after_crash();
    scheduler.stop().await;
    first.close();
    let second = core(&disk, paced);
    let kept = second.report(&me(), id).await.unwrap().study.panel.delivered;
    assert!((700..2_000).contains(&kept), "{kept}");
    let scheduler = Drivers::start(second.clone());
    let study = until(&second, id, ENDED).await;
    assert_eq!((study.state, study.panel.delivered), (State::Completed, 2_000));
    assert_eq!(second.credits(&me()).await.unwrap().balance, Credits(3_000));
    assert_eq!(
        serde_json::to_string(&second.report(&me(), id).await.unwrap().results).unwrap(),
        undisturbed
    );
    assert_eq!(broken(&second), Vec::<String>::new());
    scheduler.stop().await;
    second.close();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_cancellation_nobody_is_asked_but_those_in_flight() {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let plan = {
        let core = core(&Disk::default(), settings(10_000, everyone_answers()));
        let submission = submission(&core, 1, 1_200);
        core.close();
        submission
    };
    let mut place = 7_u32;
    for round in 0..100 {
        place = place.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let stop_at = place % 1_150;
        let calls = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&calls);
        let reached = Arc::new(tokio::sync::Notify::new());
        let reaching = Arc::clone(&reached);
        let engine = Script::new(move |ask| {
            if counted.fetch_add(1, Ordering::SeqCst) == stop_at {
                reaching.notify_one();
            }
            Ok(reply(ask.ordinal))
        });
        let core = core(&Disk::default(), settings(10_000, engine));
        let scheduler = Drivers::start(core.clone());
        let id = core.submit(&me(), plan.clone()).await.unwrap().id;
        reached.notified().await;
        let cancelled = core.control(&me(), id, Control::Cancel).await;
        let at_answer = calls.load(Ordering::SeqCst);
        scheduler.stop().await;
        let after = calls.load(Ordering::SeqCst) - at_answer;
        match cancelled {
            Ok(_) => assert!(
                usize::try_from(after).unwrap() <= cores,
                "round {round}: {after} calls after the answer"
            ),
            Err(error) => assert_eq!(error.code, ErrorCode::Conflict),
        }
        let report = core.report(&me(), id).await.unwrap();
        let balance = core.credits(&me()).await.unwrap();
        assert_eq!(balance.held, Credits(0));
        assert_eq!(balance.balance.0, 10_000 - i64::from(report.study.panel.delivered));
        let answers = core.answers(&me(), id, 0, 500).await.unwrap().items.len();
        assert_eq!(answers, usize::try_from(report.study.panel.delivered).unwrap().min(500));
        assert_eq!(broken(&core), Vec::<String>::new());
        core.close();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_halts_a_study_and_it_goes_on_by_itself() {
    let disk = Disk::default();
    let core =
        core(&disk, Settings { answers_per_second: 5_000, ..settings(5_000, everyone_answers()) });
    let scheduler = Drivers::start(core.clone());
    let id = core.submit(&me(), submission(&core, 1, 1_000)).await.unwrap().id;
    disk.fail_after(15);
    let mut last = core.store().last_event();
    while core.store().degraded().is_none() {
        tokio::time::timeout(Duration::from_millis(50), last.changed()).await.ok();
    }
    assert_eq!(core.report(&me(), id).await.unwrap().study.state, State::Running);
    disk.heal();
    core.store().retry().unwrap();
    let study = until(&core, id, ENDED).await;
    assert_eq!((study.state, study.panel.delivered), (State::Completed, 1_000));
    assert_eq!(core.credits(&me()).await.unwrap().balance, Credits(4_000));
    assert_eq!(broken(&core), Vec::<String>::new());
    scheduler.stop().await;
    core.close();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_paused_study_asks_nobody_and_goes_on_where_it_was() {
    let calls = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&calls);
    let engine = Script::new(move |ask| {
        counted.fetch_add(1, Ordering::SeqCst);
        Ok(reply(ask.ordinal))
    });
    let core =
        core(&Disk::default(), Settings { answers_per_second: 4_000, ..settings(5_000, engine) });
    let scheduler = Drivers::start(core.clone());
    let id = core.submit(&me(), submission(&core, 1, 1_000)).await.unwrap().id;
    while core.report(&me(), id).await.unwrap().study.panel.delivered < 200 {
        let last = *core.store().last_event().borrow();
        core.events(&me(), Cursor(last), 10, Duration::from_secs(5)).await.unwrap();
    }
    let paused = core.control(&me(), id, Control::Pause).await.unwrap();
    assert_eq!(paused.state, State::Paused);
    core.control(&me(), id, Control::Resume).await.unwrap();
    let study = until(&core, id, &[State::Completed]).await;
    assert_eq!(study.panel.delivered, 1_000);
    // Whoever was asked before the pause was recorded, so nobody was asked twice.
    assert_eq!(calls.load(Ordering::SeqCst), 1_000);
    scheduler.stop().await;
    core.close();
}

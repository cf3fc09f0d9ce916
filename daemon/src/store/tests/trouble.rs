//! A failing disk: no acknowledged write is lost, reads continue, and writing resumes without a restart.

use protocol::credits::Credits;
use protocol::error::{ApiError, ErrorCode};
use protocol::event::EventData;

use crate::app::Core;
use crate::app::testing::{Disk, broken, everyone_answers, me, options, paper, settings, world};
use crate::store::{Fault, UseCaseError, Writes};

fn core(disk: &Disk) -> Core {
    Core::open_with(world().0, disk.storage(), settings(0, everyone_answers()), options()).unwrap()
}

#[tokio::test]
async fn a_failing_write_loses_nothing_acknowledged_and_ends_without_a_restart() {
    for n in 1..=50 {
        let disk = Disk::default();
        let core = core(&disk);
        core.grant(&me(), Credits(1_000)).await.unwrap();
        disk.fail_after(n);
        let mut acknowledged = 1_000;
        let error = loop {
            match core.grant(&me(), Credits(1)).await {
                Ok(_) => acknowledged += 1,
                Err(error) => break error,
            }
        };
        assert_eq!(error.code, ErrorCode::Degraded, "{n}");
        assert!(core.store().degraded().is_some());
        // Reads go on, and give what was acknowledged.
        let statement = core.statement(&me(), 0, 500).await.unwrap();
        assert_eq!(statement.items.len(), acknowledged - 999);
        let refused = core.submit(&me(), paper(1, 5)).await.unwrap_err();
        assert_eq!(refused.code, ErrorCode::Degraded);

        disk.heal();
        let balance = core.grant(&me(), Credits(1)).await.unwrap();
        let expected = i64::try_from(acknowledged).unwrap() + 1;
        // The write that failed may have reached the disk although nobody was told so.
        assert!([expected, expected + 1].contains(&balance.balance.0), "{n}: {balance:?}");
        assert!(core.store().degraded().is_none());
        assert_eq!(broken(&core), Vec::<String>::new());

        let after = self::core(&disk.after_crash());
        assert_eq!(after.credits(&me()).await.unwrap().balance, balance.balance);
        core.close();
        after.close();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn use_cases_of_one_batch_stand_or_fall_alone_until_the_disk_fails_them_all() {
    let disk = Disk::default();
    let core = core(&disk);
    core.grant(&me(), Credits(30)).await.unwrap();
    // Ten at once want ten credits each; there are thirty.
    let mut calls = tokio::task::JoinSet::new();
    for key in 1..=10 {
        let core = core.clone();
        calls.spawn(async move { core.submit(&me(), paper(key, 10)).await });
    }
    let results = calls.join_all().await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 3);
    let refused = results.into_iter().filter_map(Result::err);
    assert!(refused.map(|error| error.code).all(|code| code == ErrorCode::InsufficientCredits));
    assert_eq!(broken(&core), Vec::<String>::new());

    let before = core.statement(&me(), 0, 500).await.unwrap();
    disk.fail_after(0);
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..10 {
        let core = core.clone();
        calls.spawn(async move { core.grant(&me(), Credits(1)).await });
    }
    assert!(calls.join_all().await.iter().all(Result::is_err));
    assert_eq!(core.statement(&me(), 0, 500).await.unwrap(), before);
    core.close();
}

#[tokio::test]
async fn a_refusal_leaves_no_trace_of_its_use_case() {
    let core = core(&Disk::default());
    let now = core.world().clock.now();
    let refused: Result<(), ApiError> = core
        .store()
        .write(move |_| {
            let mut writes = Writes::at(now);
            writes.announce(None, EventData::Tagged { tags: None });
            Err(UseCaseError::Refused(ApiError::new(ErrorCode::Conflict, "no")))
                .map(|(): ()| ((), writes))
        })
        .await;
    assert_eq!(refused.unwrap_err().code, ErrorCode::Conflict);
    assert_eq!(*core.store().last_event().borrow(), 0);
    core.close();
}

#[tokio::test]
async fn a_use_case_that_panics_is_refused_and_a_sound_file_takes_writes_again() {
    let core = core(&Disk::default());
    core.grant(&me(), Credits(7)).await.unwrap();
    let failed: Result<(), ApiError> =
        core.store().write(|_| -> Result<((), Writes), UseCaseError> { panic!("a defect") }).await;
    let error = failed.unwrap_err();
    assert_eq!(error.code, ErrorCode::Degraded);
    assert_eq!(error.message, "The daemon stumbled: a defect");
    assert!(error.retry_after_ms.is_some());
    assert_eq!(core.grant(&me(), Credits(1)).await.unwrap().balance, Credits(8));
    assert_eq!(core.store().degraded(), None);
    assert_eq!(broken(&core), Vec::<String>::new());
    core.close();
}

#[tokio::test]
async fn a_read_that_panics_harms_nobody_else() {
    let core = core(&Disk::default());
    core.grant(&me(), Credits(7)).await.unwrap();
    let failed: Result<(), Fault> = core.store().read(|_| panic!("a defect"));
    assert_eq!(failed, Err(Fault::Stumbled("a defect".to_owned())));
    assert_eq!(core.credits(&me()).await.unwrap().balance, Credits(7));
    assert_eq!(core.grant(&me(), Credits(1)).await.unwrap().balance, Credits(8));
    assert_eq!(core.store().degraded(), None);
    core.close();
}

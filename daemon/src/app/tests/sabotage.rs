//! Negative controls: damage that the other tests must detect. The rows of a store are changed without the use cases,
//! and a disk reports syncs that it never made; the audit and a crash must show it.

use protocol::credits::Credits;

use crate::app::testing::{
    DRIVER, Disk, broken, everyone_answers, me, options, paper, reply, settings, spec, world,
};
use crate::app::{Batch, Core};
use crate::domain::instrument;
use crate::domain::outcome::{Assignment, FIRST_ROUND, Outcome, Usage};
use crate::store::Writes;
use crate::store::rows::{OutcomeKey, OutcomeRow, Progress};

fn core(disk: &Disk) -> Core {
    let settings = settings(100, everyone_answers());
    Core::open_with(world().0, disk.storage(), settings, options()).unwrap()
}

fn at(respondent: u32) -> Assignment {
    Assignment::first(FIRST_ROUND, respondent)
}

fn batch(number: u32, respondents: std::ops::Range<u32>) -> Batch {
    let mut batch = Batch::new(number, 0);
    for respondent in respondents {
        let answered =
            instrument::read_at(&spec(10), at(respondent), &reply(respondent).text).unwrap();
        let outcome = Outcome::Answered(answered);
        batch.push(&[(at(respondent), outcome, Usage::default())]).unwrap();
    }
    batch
}

async fn record_some(core: &Core) {
    core.submit(&me(), paper(1, 10)).await.unwrap();
    core.begin(&DRIVER, 1).await.unwrap();
    core.record(&DRIVER, batch(1, 0..4)).await.unwrap();
}

#[tokio::test]
async fn without_a_fault_the_audit_is_clean_and_a_repetition_is_refused() {
    let core = core(&Disk::default());
    record_some(&core).await;
    assert_eq!(broken(&core), Vec::<String>::new());
    assert!(core.record(&DRIVER, batch(1, 2..6)).await.is_err());
    assert_eq!(broken(&core), Vec::<String>::new());
    core.close();
}

#[tokio::test]
async fn a_skipped_payment_is_noticed() {
    let core = core(&Disk::default());
    record_some(&core).await;
    let now = core.world().clock.now();
    // One answer more, counted like the others, and nothing settled for it.
    core.store()
        .write(move |reader| {
            let mut writes = Writes::at(now);
            let last = OutcomeKey { study: 1, assignment: at(3) };
            let outcome: OutcomeRow = reader.get(&last)?.unwrap();
            writes.put(&OutcomeKey { study: 1, assignment: at(4) }, &outcome);
            let mut progress: Progress = reader.get(&1)?.unwrap();
            progress.panel.delivered += 1;
            // The fourth answer gave the fourth point of the scale.
            progress.scores[3] += 1;
            writes.put(&1, &progress);
            Ok(((), writes))
        })
        .await
        .unwrap();
    assert!(broken(&core).iter().any(|what| what.starts_with("studies.paid")));
    core.close();
}

#[tokio::test]
async fn an_outcome_recorded_twice_is_noticed() {
    let core = core(&Disk::default());
    record_some(&core).await;
    let now = core.world().clock.now();
    // Without their rows, outcomes that were counted and paid are recorded and paid again.
    core.store()
        .write(move |_| {
            let mut writes = Writes::at(now);
            for respondent in 2..4 {
                writes.remove::<OutcomeRow>(&OutcomeKey { study: 1, assignment: at(respondent) });
            }
            Ok(((), writes))
        })
        .await
        .unwrap();
    core.record(&DRIVER, batch(1, 2..6)).await.unwrap();
    assert!(broken(&core).iter().any(|what| what.starts_with("studies.counts")));
    core.close();
}

#[tokio::test]
async fn an_acknowledgement_before_durability_is_noticed() {
    for (disk, kept) in [(Disk::default(), Credits(105)), (Disk::lying(), Credits(100))] {
        let first = core(&disk);
        first.grant(&me(), Credits(5)).await.unwrap();
        let second = core(&disk.after_crash());
        assert_eq!(second.credits(&me()).await.unwrap().balance, kept);
        first.close();
        second.close();
    }
}

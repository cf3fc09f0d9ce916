//! The controls: each seeded fault must be noticed by what the other tests rely on.

use protocol::credits::Credits;

use crate::app::testing::{
    Disk, broken, everyone_answers, options, paper, reply, settings, spec, world,
};
use crate::app::{Batch, Core};
use crate::domain::instrument;
use crate::domain::outcome::{Assignment, FIRST_ROUND, Outcome, Usage};
use crate::world::{Sabotage, World};

fn core(disk: &Disk, sabotage: Option<Sabotage>) -> Core {
    let world = World { sabotage, ..world().0 };
    Core::open_with(world, disk.storage(), settings(100, everyone_answers()), options()).unwrap()
}

fn batch(number: u32, respondents: std::ops::Range<u32>) -> Batch {
    let mut batch = Batch::new(number, 0);
    for respondent in respondents {
        let answered = instrument::read(&spec(10), &reply(respondent).text).unwrap();
        let assignment = Assignment::first(FIRST_ROUND, respondent);
        batch.push(&[(assignment, Outcome::Answered(answered), Usage::default())]).unwrap();
    }
    batch
}

async fn record_some(core: &Core) {
    core.submit(paper(1, 10)).await.unwrap();
    core.begin(1).await.unwrap();
    core.record(batch(1, 0..4)).await.unwrap();
}

#[tokio::test]
async fn without_a_fault_the_audit_is_clean_and_a_repetition_is_refused() {
    let core = core(&Disk::default(), None);
    record_some(&core).await;
    assert_eq!(broken(&core), Vec::<String>::new());
    assert!(core.record(batch(1, 2..6)).await.is_err());
    assert_eq!(broken(&core), Vec::<String>::new());
    core.close();
}

#[tokio::test]
async fn a_skipped_payment_is_noticed() {
    let core = core(&Disk::default(), Some(Sabotage::SkippedSettle));
    record_some(&core).await;
    assert!(broken(&core).iter().any(|what| what.starts_with("studies.paid")));
    core.close();
}

#[tokio::test]
async fn an_outcome_recorded_twice_is_noticed() {
    let core = core(&Disk::default(), Some(Sabotage::DoubleRecord));
    record_some(&core).await;
    core.record(batch(1, 2..6)).await.unwrap();
    assert!(broken(&core).iter().any(|what| what.starts_with("studies.counts")));
    core.close();
}

#[tokio::test]
async fn an_acknowledgement_before_durability_is_noticed() {
    for (sabotage, kept) in [(None, Credits(105)), (Some(Sabotage::LyingDurability), Credits(100))]
    {
        let disk = Disk::default();
        let first = core(&disk, sabotage);
        first.grant(Credits(5)).await.unwrap();
        let second = core(&disk.after_crash(), None);
        assert_eq!(second.credits().await.unwrap().balance, kept);
        first.close();
        second.close();
    }
}

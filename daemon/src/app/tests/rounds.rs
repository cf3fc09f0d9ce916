//! What is left to ask in a round: an outcome of another round takes nobody from it.

use crate::app::testing::{
    Disk, everyone_answers, me, options, reply, settings, spec, submission, world,
};
use crate::app::{Batch, Core};
use crate::domain::instrument;
use crate::domain::outcome::{Assignment, FIRST_ROUND, Outcome, Usage};

const PANEL: u32 = 70;

async fn record(core: &Core, number: u32, at: Assignment) {
    let answered = instrument::read_at(&spec(PANEL), at, &reply(at.respondent).text).unwrap();
    let mut batch = Batch::new(number, 0);
    batch.push(&[(at, Outcome::Answered(answered), Usage::default())]).unwrap();
    core.record(batch).await.unwrap();
}

#[tokio::test]
async fn an_outcome_of_another_round_takes_nobody_from_what_is_left() {
    let disk = Disk::default();
    let core =
        Core::open_with(world().0, disk.storage(), settings(1_000, everyone_answers()), options())
            .unwrap();
    let id = core.submit(&me(), submission(&core, 1, PANEL)).await.unwrap().id;
    let number =
        core.look(|reader| Ok(crate::app::lookup::by_id(reader, &me().owner, id)?.number)).unwrap();
    core.begin(number).await.unwrap();
    record(&core, number, Assignment::first(FIRST_ROUND, 65)).await;
    record(&core, number, Assignment::first(FIRST_ROUND + 1, 3)).await;
    record(&core, number, Assignment::first(u16::MAX, 4)).await;
    let left = core.job(number).unwrap().left;
    assert_eq!(left.round(), FIRST_ROUND);
    let others: Vec<u32> = (0..PANEL).filter(|respondent| *respondent != 65).collect();
    assert_eq!(left.iter().collect::<Vec<_>>(), others);
    // Pages and scores are of one round too, whichever respondents are wanted.
    let page = core.answers(&me(), id, 0, 500).await.unwrap();
    assert_eq!(page.items.len(), 1);
    let scores = core.scores(&me(), id, 0, PANEL).await.unwrap();
    assert_eq!(scores.iter().filter(|score| **score > 0).count(), 1);
    core.close();
}

//! Tests of the event feed over years: events of single answers are folded long after their study has ended, every
//! cursor stays valid, and a client that resumes gets a report of each gap.

use std::collections::BTreeSet;
use std::time::Duration;

use proptest::prelude::*;
use protocol::event::{Cursor, Event, EventData, EventKind};
use protocol::id::StudyId;
use protocol::run::PanelCounts;
use protocol::service::Control;

use crate::app::Core;
use crate::app::testing::{
    DRIVER, Disk, broken, everyone_answers, me, options, paper, settings, world,
};
use crate::store::Writes;

const DAY: Duration = Duration::from_hours(24);

/// What happens to a history.
#[derive(Clone, Copy, Debug)]
enum Act {
    /// That many batches of answers of a study are recorded.
    Record(usize, u16),
    /// A study ends.
    End(usize),
    /// That many days pass.
    Wait(u32),
    /// What is old is folded.
    Fold,
}

/// Events with those kinds only, as the writer makes them.
async fn record(core: &Core, study: StudyId, batches: u16) {
    let now = core.world().clock.now();
    core.store()
        .write(move |_| {
            let mut writes = Writes::at(now);
            for _ in 0..batches {
                let panel = PanelCounts { requested: 2, ..PanelCounts::default() };
                let data = EventData::Recorded {
                    first: 0,
                    last: 0,
                    count: 1,
                    delivered: 1,
                    panel,
                    round: None,
                };
                writes.announce(Some(study), data);
            }
            Ok(((), writes))
        })
        .await
        .unwrap();
}

async fn read(core: &Core, after: u64, limit: u32) -> Vec<Event> {
    let mut cursor = Cursor(after);
    let mut events = Vec::new();
    loop {
        let page = core.events(&me(), cursor, limit, Duration::ZERO).await.unwrap();
        if page.events.is_empty() {
            return events;
        }
        cursor = page.next;
        events.extend(page.events);
    }
}

/// Every number after the cursor is told: by its own event, or by one that says it stands for it.
fn told(events: &[Event], after: u64, head: u64) {
    let mut next = after + 1;
    for event in events {
        let from = event.folded_from().unwrap_or(event.seq);
        assert!(from <= next && event.seq >= next, "{next} is not told: {event:?}");
        next = event.seq + 1;
    }
    assert_eq!(next, head + 1, "the end is told");
}

/// Plays a history; whatever it was, the laws hold at its end.
async fn play(acts: &[Act], limit: u32, after: u64) {
    let (world, clock) = world();
    let disk = Disk::default();
    let core =
        Core::open_with(world, disk.storage(), settings(1_000, everyone_answers()), options())
            .unwrap();
    let mut ids = Vec::new();
    for key in 1..=3 {
        ids.push(core.submit(&me(), paper(key, 2)).await.unwrap().id);
    }
    let mut ended = BTreeSet::new();
    for act in acts {
        match *act {
            Act::Record(study, batches) => record(&core, ids[study], batches).await,
            Act::End(study) => {
                if ended.insert(ids[study]) {
                    core.control(&me(), ids[study], Control::Cancel).await.unwrap();
                }
            }
            Act::Wait(days) => clock.advance(DAY * days),
            Act::Fold => drop(core.fold_events(&DRIVER).await.unwrap()),
        }
    }
    let before = read(&core, 0, 1_000).await;
    let head = core.head(&me()).await.unwrap().0;
    let folded = core.fold_events(&DRIVER).await.unwrap();
    assert_eq!(core.head(&me()).await.unwrap().0, head, "the last number stays");
    assert_eq!(core.fold_events(&DRIVER).await.unwrap(), 0, "once is enough");
    let now = read(&core, 0, limit).await;
    told(&now, 0, head);
    let later = read(&core, after.min(head), limit).await;
    told(&later, after.min(head), head);
    // What is folded are answers of studies that ended; everything else is told as it was.
    let whole = |events: &[Event]| -> Vec<Event> {
        let kept = events.iter().filter(|event| event.folded_from().is_none());
        kept.filter(|event| event.kind() != Some(EventKind::Recorded)).cloned().collect()
    };
    assert_eq!(whole(&now), whole(&before));
    let of_unfinished = |events: &[Event]| -> Vec<u64> {
        let theirs = |event: &&Event| event.study.is_some_and(|study| !ended.contains(&study));
        events.iter().filter(theirs).map(|event| event.seq).collect()
    };
    assert_eq!(of_unfinished(&now), of_unfinished(&before));
    let answers = |events: &[Event]| {
        events.iter().filter(|event| event.kind() == Some(EventKind::Recorded)).count() as u64
    };
    assert_eq!(answers(&before) - answers(&now), folded);
    assert_eq!(broken(&core), Vec::<String>::new());
    // And the same after a crash.
    let again = Core::open_with(
        crate::app::testing::world().0,
        disk.after_crash().storage(),
        settings(1_000, everyone_answers()),
        options(),
    )
    .unwrap();
    assert_eq!(read(&again, 0, limit).await, now);
    assert_eq!(again.head(&me()).await.unwrap().0, head);
    core.close();
    again.close();
}

#[tokio::test]
async fn a_study_that_is_long_over_tells_of_single_answers_no_more() {
    let (world, clock) = world();
    let core = Core::open_with(
        world,
        Disk::default().storage(),
        settings(1_000, everyone_answers()),
        options(),
    )
    .unwrap();
    let over = core.submit(&me(), paper(1, 2)).await.unwrap().id;
    let open = core.submit(&me(), paper(2, 2)).await.unwrap().id;
    record(&core, over, 1_200).await;
    record(&core, open, 3).await;
    core.control(&me(), over, Control::Cancel).await.unwrap();
    let head = core.head(&me()).await.unwrap().0;
    clock.advance(29 * DAY);
    assert_eq!(core.fold_events(&DRIVER).await.unwrap(), 0, "not yet");
    clock.advance(2 * DAY);
    assert_eq!(core.fold_events(&DRIVER).await.unwrap(), 1_200);
    let events = read(&core, 0, 500).await;
    let kinds: Vec<&str> = events.iter().map(|event| event.data.word()).collect();
    let answers = "answers.recorded";
    assert_eq!(
        kinds,
        [
            "study.queued",
            "study.queued",
            "events.folded",
            answers,
            answers,
            answers,
            "study.cancelled"
        ]
    );
    assert_eq!((events[2].folded_from(), events[2].seq), (Some(3), 1_202));
    // A cursor in the middle of what is folded is told of it first.
    assert_eq!(read(&core, 700, 500).await.first(), events.get(2));
    assert_eq!(read(&core, 1_202, 500).await.first(), events.get(3));
    assert_eq!(core.head(&me()).await.unwrap().0, head);
    // What happens next gets the next number.
    let next = core.submit(&me(), paper(3, 2)).await.unwrap().id;
    let last = read(&core, head, 500).await;
    assert_eq!((last[0].seq, last[0].study), (head + 1, Some(next)));
    assert_eq!(broken(&core), Vec::<String>::new());
    core.close();
}

#[tokio::test]
async fn the_last_number_stays_when_it_is_folded_itself() {
    let folds = [Act::Record(0, 4), Act::End(0), Act::Record(0, 3), Act::Wait(40)];
    play(&folds, 500, 0).await;
}

#[tokio::test]
async fn whoever_keeps_everything_loses_nothing() {
    let (world, clock) = world();
    let keeping =
        crate::app::Settings { events_kept_days: 0, ..settings(1_000, everyone_answers()) };
    let core = Core::open_with(world, Disk::default().storage(), keeping, options()).unwrap();
    let id = core.submit(&me(), paper(1, 2)).await.unwrap().id;
    record(&core, id, 5).await;
    core.control(&me(), id, Control::Cancel).await.unwrap();
    clock.advance(4_000 * DAY);
    assert_eq!(core.fold_events(&DRIVER).await.unwrap(), 0);
    assert_eq!(read(&core, 0, 500).await.len(), 7);
    core.close();
}

proptest! {
    #![proptest_config(crate::cases::cases(48))]

    #[test]
    fn nobody_who_resumes_meets_a_silent_hole(
        acts in prop::collection::vec(
            prop_oneof![
                4 => (0..3_usize, 1..300_u16).prop_map(|(study, batches)| Act::Record(study, batches)),
                1 => (0..3_usize).prop_map(Act::End),
                2 => (1..40_u32).prop_map(Act::Wait),
                1 => Just(Act::Fold),
            ],
            0..14,
        ),
        limit in 1..700_u32,
        after in 0..1_500_u64,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(play(&acts, limit, after));
    }
}

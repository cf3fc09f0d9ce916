//! Tests of what lies between the decision about a saved file and its transaction: what happens meanwhile is counted there,
//! and a version that then cannot be taken on ends no other.

use protocol::credits::Credits;
use protocol::run::State;
use protocol::service::StudyQuery;
use protocol::watch::{WatchCaps, WatchRequest};

use super::{AskVersion, FileStanding, SaveDecision, SavedFile};
use crate::app::testing::{
    DRIVER, Disk, broken, everyone_answers, me, options, reply, settings, spec, world,
};
use crate::app::{Batch, Core};
use crate::domain::instrument;
use crate::domain::outcome::{Assignment, FIRST_ROUND, Outcome, Usage};

const ONE: &str = "---\npanel: 20\n---\nA kettle that texts you when it boils.\n";
const TWO: &str = "---\npanel: 20\n---\nA kettle that calls you when it boils.\n";

/// A watched folder whose first file is asked, with so many credits in all.
async fn begun(allowance: i64, caps: WatchCaps) -> (Core, tempfile::TempDir, SavedFile) {
    let settings = settings(allowance, everyone_answers());
    let core = Core::open_with(world().0, Disk::default().storage(), settings, options()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().canonicalize().unwrap();
    let paths = vec![path.to_str().unwrap().to_owned()];
    core.watch(&me(), WatchRequest { paths, caps, ..WatchRequest::default() }).await.unwrap();
    let saved = SavedFile {
        watch: 1,
        path: path.join("idea.md").to_str().unwrap().to_owned(),
        identity: (1, 1),
        renamed_from: None,
        hops: 0,
        content: Ok(ONE.to_owned()),
    };
    let came = core.file_saved(&DRIVER, saved.clone()).await.unwrap();
    assert!(matches!(came.standing, FileStanding::Evaluated(Some(_))), "{came:?}");
    core.begin(&DRIVER, 1).await.unwrap();
    (core, folder, SavedFile { content: Ok(TWO.to_owned()), ..saved })
}

fn decided(core: &Core, saved: &SavedFile) -> AskVersion {
    match core.decide(saved).unwrap() {
        SaveDecision::Ask(ask) => *ask,
        SaveDecision::Nothing(_) | SaveDecision::Note(_) => panic!("a version is to be asked"),
    }
}

async fn record(core: &Core, answers: u32) {
    let mut batch = Batch::new(1, 0);
    for respondent in 0..answers {
        let at = Assignment::first(FIRST_ROUND, respondent);
        let answer = instrument::read_at(&spec(20), at, &reply(respondent).text).unwrap();
        batch.push(&[(at, Outcome::Answered(answer), Usage::default())]).unwrap();
    }
    core.record(&DRIVER, batch).await.unwrap();
}

async fn states(core: &Core) -> Vec<State> {
    let all = core.studies(&me(), &StudyQuery::default()).await.unwrap().items;
    all.iter().map(|study| study.state).collect()
}

#[tokio::test]
async fn answers_between_decision_and_transaction_leave_the_running_version_alone() {
    let usual = WatchCaps::default();
    let capped = WatchCaps { credits_per_day: Some(Credits(25)), ..usual };
    // With thirty credits twenty would come back to the ten that are left; after fifteen answers it is five.
    for (allowance, caps, why) in [
        (30, usual, "20 credits are needed and 15 can be spent"),
        (1_000, capped, "more than its 25 (15 used, 0 set aside)"),
    ] {
        let (core, _folder, saved) = begun(allowance, caps).await;
        let ask = decided(&core, &saved);
        record(&core, 15).await;
        let came = core.ask(&saved, ask).await.unwrap();
        let FileStanding::Held(told) = came.standing else { panic!("{came:?}") };
        assert!(told.contains(why), "{told}");
        assert_eq!(states(&core).await, [State::Running]);
        assert_eq!(core.credits(&me()).await.unwrap().held, Credits(5));
        assert_eq!(broken(&core), Vec::<String>::new());
        core.close();
    }
}

#[tokio::test]
async fn what_comes_back_of_a_version_pays_for_the_one_that_takes_its_place() {
    let (core, _folder, saved) = begun(30, WatchCaps::default()).await;
    let ask = decided(&core, &saved);
    record(&core, 10).await;
    let came = core.ask(&saved, ask).await.unwrap();
    assert!(matches!(came.standing, FileStanding::Evaluated(Some(_))), "{came:?}");
    assert_eq!(states(&core).await, [State::Queued, State::Cancelled]);
    let credits = core.credits(&me()).await.unwrap();
    assert_eq!((credits.balance, credits.held), (Credits::ZERO, Credits(20)));
    let watch = core.watches(&me()).await.unwrap().remove(0);
    assert_eq!((watch.credits_today, watch.credits_held), (Credits(10), Credits(20)));
    assert_eq!(broken(&core), Vec::<String>::new());
    core.close();
}

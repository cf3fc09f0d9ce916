//! Tests of callers: what belongs to another owner is in no list, count or event, and a caller can do only what its
//! scopes allow.

use std::collections::BTreeMap;
use std::time::Duration;

use protocol::credits::{Credits, UsdMicros};
use protocol::error::{ApiError, ErrorCode};
use protocol::event::{Cursor, EventKind};
use protocol::id::{StudyId, SubmitKey};
use protocol::measurement::Reuse;
use protocol::ranking::RankQuestion;
use protocol::service::{Control, Reply, StudyCounts, StudyQuery, Submit, Tuning};
use protocol::study::{Draft, DraftText, Origin};
use uuid::Uuid;

use crate::app::testing::{
    DRIVER, Disk, broken, everyone_answers, me, options, paper, reply, settings, spec, submission,
    world,
};
use crate::app::{Batch, CallOrigin, Caller, Core, Owner, Scope, Scopes, in_order};
use crate::domain::digest::sha256_hex;
use crate::domain::evidence::PromptRecord;
use crate::domain::exchange::{End, Exchange, ReplySource};
use crate::domain::instrument;
use crate::domain::outcome::{Assignment, FIRST_ROUND, Outcome, Usage};
use crate::store::rows::CallsUnderWay;

const PANEL: u32 = 6;
const PATIENT: Duration = Duration::from_secs(60);

fn core(disk: &Disk) -> Core {
    Core::open_with(world().0, disk.storage(), settings(1_000, everyone_answers()), options())
        .unwrap()
}

/// Somebody else whom the owner let in.
fn guest(name: &str) -> Caller {
    Caller { owner: Owner::Guest(name.to_owned()), origin: CallOrigin::Door(Origin::Http), ..me() }
}

fn only(scopes: &[Scope]) -> Caller {
    Caller { scopes: Scopes::of(scopes), ..me() }
}

/// A study of that caller's that ran to its results; its number is that of the submission.
async fn completed(core: &Core, caller: &Caller, number: u32) -> StudyId {
    let id = core.submit(caller, submission(core, number.into(), PANEL)).await.unwrap().id;
    core.begin(&DRIVER, number).await.unwrap();
    for respondent in 0..PANEL {
        let at = Assignment::first(FIRST_ROUND, respondent);
        let answered = instrument::read_at(&spec(PANEL), at, &reply(respondent).text).unwrap();
        let mut batch = Batch::new(number, 0);
        batch.push(&[(at, Outcome::Answered(answered), Usage::default())]).unwrap();
        core.record(&DRIVER, batch).await.unwrap();
    }
    core.end_round(&DRIVER, number, None).await.unwrap();
    id
}

/// What every call about a study answers to that caller; `own` is a study to compare it with.
async fn refusals(core: &Core, caller: &Caller, id: StudyId, own: StudyId) -> Vec<ApiError> {
    fn refused<T>(reply: Reply<T>) -> Option<ApiError> {
        reply.err()
    }
    let classes = ["gender".to_owned()];
    let ranking =
        |first, second| RankQuestion { studies: vec![first, second], of: None, lowest_first: None };
    let like = |id: StudyId| Draft {
        file: "idea.md".into(),
        text: DraftText::File("A meal kit that learns your taste.".into()),
        like: Some(id.to_string()),
        ..Draft::default()
    };
    [
        refused(core.find(caller, &id.to_string()).await),
        refused(core.report(caller, id).await),
        refused(core.round_report(caller, id, 0).await),
        refused(core.live(caller, id).await),
        refused(core.answers(caller, id, 0, 10).await),
        refused(core.scores(caller, id, 0, 10).await),
        refused(core.compare(caller, own, id, None).await),
        refused(core.compare(caller, id, own, None).await),
        refused(core.rank(caller, ranking(own, id)).await),
        refused(core.rank(caller, ranking(id, own)).await),
        refused(core.check(caller, like(id)).await),
        refused(core.check_alike(caller, vec![like(id)]).await),
        refused(core.cross(caller, id, &classes, None).await),
        refused(core.asked(caller, id).await),
        refused(core.lineage(caller, id).await),
        refused(core.evidence(caller, id, None).await),
        refused(core.control(caller, id, Control::Cancel).await),
        refused(core.control(caller, id, Control::Archive).await),
        refused(core.cancellation(caller, vec![id]).await),
        refused(core.tag(caller, id, vec!["mine".to_owned()]).await),
        refused(core.move_in_queue(caller, id, 1).await),
        refused(core.delete(caller, id, PATIENT).await),
    ]
    .into_iter()
    .map(|refusal| refusal.expect("the call is refused"))
    .collect()
}

async fn listed(core: &Core, caller: &Caller) -> Vec<StudyId> {
    let page = core.studies(caller, &StudyQuery::default()).await.unwrap();
    page.items.into_iter().map(|study| study.id).collect()
}

#[tokio::test]
async fn the_studies_of_another_owner_are_not_there() {
    let core = core(&Disk::default());
    let guest = guest("berta");
    let mine = completed(&core, &me(), 1).await;
    let waiting = core.submit(&me(), paper(2, 3)).await.unwrap().id;
    // Without a study of their own, not even the latest or a beginning names one.
    for name in ["@".to_owned(), mine.short(), mine.to_string()[..1].to_owned()] {
        assert_eq!(core.find(&guest, &name).await.unwrap_err().code, ErrorCode::NotFound);
    }
    assert_eq!(listed(&core, &guest).await, []);
    let theirs = completed(&core, &guest, 3).await;
    let before = core.report(&me(), mine).await.unwrap();

    for (caller, id, own) in
        [(&guest, mine, theirs), (&guest, waiting, theirs), (&me(), theirs, mine)]
    {
        for refusal in refusals(&core, caller, id, own).await {
            let said = (refusal.code, refusal.message);
            assert_eq!(said, (ErrorCode::NotFound, format!("There is no study '{id}'")));
        }
    }

    assert_eq!(core.report(&me(), mine).await.unwrap(), before);
    assert_eq!(listed(&core, &me()).await, [waiting, mine]);
    assert_eq!(listed(&core, &guest).await, [theirs]);
    assert_eq!(core.find(&guest, "@").await.unwrap().id, theirs);
    assert_eq!(core.find(&me(), "@").await.unwrap().id, waiting);
    let study = core.report(&guest, theirs).await.unwrap().study;
    assert_eq!((study.owner.as_str(), study.origin), ("guest:berta", Origin::Http));
    let mut ids: Vec<Vec<StudyId>> = Vec::new();
    for caller in [&me(), &guest] {
        ids.push(core.queue(caller).await.unwrap().into_iter().map(|study| study.id).collect());
    }
    assert_eq!(ids, [vec![waiting], vec![]]);
    let one = StudyCounts { queued: 1, ..StudyCounts::default() };
    assert_eq!(core.counts(&me()).await.unwrap(), one);
    assert_eq!(core.counts(&guest).await.unwrap(), StudyCounts::default());
    assert_eq!(broken(&core), Vec::<String>::new());
    core.close();
}

#[tokio::test]
async fn the_local_user_keeps_their_studies_under_another_number() {
    let core = core(&Disk::default());
    let id = core.submit(&me(), paper(1, 3)).await.unwrap().id;
    let moved = Caller { owner: Owner::Local(501), ..me() };
    assert_eq!(listed(&core, &moved).await, [id]);
    core.control(&moved, id, Control::Cancel).await.unwrap();
    // A guest is nobody else, whatever their name begins with.
    assert_eq!(listed(&core, &guest("uid:1000")).await, []);
    core.close();
}

/// The studies that a caller's events are about, with the kind of each.
async fn told(core: &Core, caller: &Caller, after: Cursor) -> (Vec<(StudyId, EventKind)>, Cursor) {
    let page = core.events(caller, after, 1_000, Duration::ZERO).await.unwrap();
    let events = page.events.iter().filter_map(|event| Some((event.study?, event.kind()?)));
    (events.collect(), page.next)
}

#[tokio::test]
async fn events_tell_each_owner_of_their_own_studies() {
    let core = core(&Disk::default());
    let guest = guest("berta");
    let mine = completed(&core, &me(), 1).await;
    let theirs = completed(&core, &guest, 2).await;
    core.delete(&guest, theirs, PATIENT).await.unwrap();
    let (of_mine, end) = told(&core, &me(), Cursor(0)).await;
    let (of_theirs, same_end) = told(&core, &guest, Cursor(0)).await;
    assert_eq!(
        (end, same_end),
        (core.head(&me()).await.unwrap(), core.head(&me()).await.unwrap()),
        "what was passed over is passed"
    );
    assert!(of_mine.len() > 2 && of_mine.iter().all(|(study, _)| *study == mine), "{of_mine:?}");
    assert!(of_theirs.iter().all(|(study, _)| *study == theirs), "{of_theirs:?}");
    assert_eq!(of_theirs.len(), of_mine.len() + 1);
    assert_eq!(of_theirs.last(), Some(&(theirs, EventKind::Deleted)), "also once it is gone");
    // Refused by its mark, under its key too.
    let again = core.submit(&guest, submission(&core, 2, PANEL)).await.unwrap_err();
    assert!(again.message.contains("it was deleted"), "{again}");
    let unknown = core.report(&me(), theirs).await.unwrap_err();
    assert_eq!(unknown.message, format!("There is no study '{theirs}'"));
    core.close();
}

/// Whoever waits for news sleeps through those of others, and wakes at the first of their own.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_follower_is_not_told_of_others() {
    let core = core(&Disk::default());
    let guest = guest("berta");
    let theirs = core.submit(&guest, paper(1, 3)).await.unwrap().id;
    let mine = core.submit(&me(), paper(2, 3)).await.unwrap().id;
    let follower = {
        let (core, guest, from) = (core.clone(), guest.clone(), core.head(&me()).await.unwrap());
        tokio::spawn(async move { core.events(&guest, from, 10, Duration::from_secs(30)).await })
    };
    for round in 0..20 {
        core.tag(&me(), mine, vec![format!("round {round}")]).await.unwrap();
        tokio::task::yield_now().await;
    }
    core.tag(&guest, theirs, vec!["theirs".to_owned()]).await.unwrap();
    let page = follower.await.unwrap().unwrap();
    let studies: Vec<_> = page.events.iter().map(|event| event.study).collect();
    assert_eq!(studies, [Some(theirs)]);
    assert_eq!(page.next, core.head(&me()).await.unwrap());
    core.close();
}

#[tokio::test]
async fn a_key_that_another_owner_used_is_taken_and_tells_nothing() {
    let core = core(&Disk::default());
    let first = core.submit(&me(), paper(1, 3)).await.unwrap().id;
    assert_eq!(core.submit(&me(), paper(1, 3)).await.unwrap().id, first);
    let error = core.submit(&guest("berta"), paper(1, 3)).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::Conflict);
    core.control(&me(), first, Control::Cancel).await.unwrap();
    core.delete(&me(), first, PATIENT).await.unwrap();
    assert_eq!(core.submit(&guest("berta"), paper(1, 3)).await.unwrap_err(), error);
    core.close();
}

#[tokio::test]
async fn moving_a_study_changes_the_places_of_its_owner_only() {
    let core = core(&Disk::default());
    let guest = guest("berta");
    let mut ids = Vec::new();
    for key in 1..=6 {
        let caller = if key % 2 == 1 { me() } else { guest.clone() };
        ids.push(core.submit(&caller, paper(key, 3)).await.unwrap().id);
    }
    let theirs = core.move_in_queue(&guest, ids[5], 1).await.unwrap();
    let theirs: Vec<_> = theirs.into_iter().map(|study| study.id).collect();
    assert_eq!(theirs, [ids[5], ids[1], ids[3]]);
    let all = in_order(core.pending(&DRIVER).await.unwrap());
    assert_eq!(all.iter().map(|study| study.number).collect::<Vec<_>>(), [1, 6, 3, 2, 5, 4]);
    core.close();
}

/// What a call came to, where it is refused for want of a scope.
fn is_forbidden<T>(reply: Reply<T>) -> bool {
    reply.is_err_and(|error| error.code == ErrorCode::Forbidden && !error.hints.is_empty())
}

#[tokio::test]
async fn nobody_does_what_their_scopes_do_not_hold() {
    let core = core(&Disk::default());
    let id = completed(&core, &me(), 1).await;
    let draft = || Draft {
        file: "idea.md".into(),
        text: DraftText::File("A meal kit that learns your taste.".into()),
        ..Draft::default()
    };
    let submit = || {
        let key = SubmitKey(Uuid::from_u128(9));
        Submit { key, draft: draft(), origin: Origin::Cli, cost_confirmed: false, path: None }
    };
    let reader = only(&[Scope::Read]);
    let writer = only(&[Scope::Read, Scope::Write]);
    let operator = only(&[Scope::Operate]);
    let head = core.head(&me()).await.unwrap();

    // Whoever may only read sees everything of theirs, and changes nothing.
    assert_eq!(core.report(&reader, id).await.unwrap().study.id, id);
    assert_eq!(listed(&core, &reader).await, [id]);
    assert!(is_forbidden(core.submit_draft(&reader, submit()).await));
    assert!(is_forbidden(core.submit(&reader, paper(9, 3)).await));
    assert!(is_forbidden(core.control(&reader, id, Control::Archive).await));
    assert!(is_forbidden(core.tag(&reader, id, Vec::new()).await));
    assert!(is_forbidden(core.move_in_queue(&reader, id, 1).await));
    assert!(is_forbidden(core.delete(&reader, id, PATIENT).await));

    // Whoever writes does not run the installation.
    assert!(is_forbidden(core.grant(&writer, Credits(1)).await));
    assert!(is_forbidden(core.statement(&writer, 0, 1).await));
    assert!(is_forbidden(core.backup(&writer, None).await));
    assert!(is_forbidden(core.doctor(&writer).await));
    assert!(is_forbidden(core.reload(&writer, true).await));
    assert!(is_forbidden(core.check_engine(&writer, "offline").await));
    let tuning = Some(Tuning::default());
    assert!(is_forbidden(core.tune_engine(&writer, "offline", tuning).await));
    assert!(is_forbidden(core.offer(&writer, BTreeMap::new()).await));
    assert!(is_forbidden(core.engine_variables(&writer).await));

    // Whoever runs it does not read what others ask.
    assert!(is_forbidden(core.find(&operator, "@").await));
    assert!(is_forbidden(core.studies(&operator, &StudyQuery::default()).await));
    assert!(is_forbidden(core.report(&operator, id).await));
    assert!(is_forbidden(core.events(&operator, Cursor(0), 1, Duration::ZERO).await));
    assert!(is_forbidden(core.counts(&operator).await));
    assert!(is_forbidden(core.queue(&operator).await));
    assert!(is_forbidden(core.credits(&operator).await));
    assert!(is_forbidden(core.check(&operator, draft()).await));
    assert!(is_forbidden(core.engines(&operator).await));

    assert_eq!(core.head(&me()).await.unwrap(), head, "nothing happened");
    core.submit_draft(&writer, submit()).await.unwrap();
    core.grant(&operator, Credits(1)).await.unwrap();
    core.close();
}

/// What drivers do to a study, asked for by that caller.
async fn steps_of_drivers(core: &Core, caller: &Caller, number: u32) -> Vec<Option<ApiError>> {
    let prompt_record = PromptRecord {
        parameters: "{}".to_owned(),
        price: None,
        templates: BTreeMap::new(),
        part: None,
        benches: BTreeMap::new(),
        reader: instrument::READER,
    };
    let why = || "it cannot go on".to_owned();
    vec![
        core.begin(caller, number).await.err(),
        core.record(caller, Batch::new(number, 0)).await.err(),
        core.watch_closely(caller, number, None).await.err(),
        core.keep_blueprint(caller, number, prompt_record).await.err(),
        core.end_round(caller, number, None).await.err(),
        core.fault(caller, number, why()).await.err(),
    ]
}

/// What the installation does by itself, asked for by that caller.
async fn upkeep(core: &Core, caller: &Caller) -> Vec<Option<ApiError>> {
    let calls = CallsUnderWay {
        engine: "mock".to_owned(),
        calls: 1,
        worst: UsdMicros(1),
        waiting: UsdMicros::ZERO,
    };
    vec![
        core.settle_past(caller).await.err(),
        core.open_spending(caller, 1).await.err(),
        core.note_calls(caller, 1, calls).await.err(),
        core.end_calls(caller, 1, Usage::default()).await.err(),
        core.fold_events(caller).await.err(),
        core.backup_daily(caller).await.err(),
        core.erase(caller).await.err(),
        core.rescue(caller).await.err(),
    ]
}

fn codes(refusals: Vec<Option<ApiError>>) -> Vec<Option<ErrorCode>> {
    refusals.into_iter().map(|refusal| refusal.map(|error| error.code)).collect()
}

#[tokio::test]
async fn a_driver_brings_on_the_studies_of_every_owner_and_nobody_else_does() {
    let core = core(&Disk::default());
    let guest = guest("berta");
    core.submit(&me(), submission(&core, 1, PANEL)).await.unwrap();
    core.submit(&guest, submission(&core, 2, PANEL)).await.unwrap();
    let head = core.head(&me()).await.unwrap();

    // No door gives what it takes, and without it nothing moves.
    for number in [1, 2] {
        let refused = codes(steps_of_drivers(&core, &me(), number).await);
        assert_eq!(refused, [Some(ErrorCode::Forbidden); 6]);
    }
    let refused = codes(upkeep(&core, &only(&[Scope::Read, Scope::Write])).await);
    assert_eq!(refused, [Some(ErrorCode::Forbidden); 8]);

    // Even with it a caller finds their own studies only.
    let worker = Caller { scopes: Scopes::of(&[Scope::Read, Scope::Work]), ..guest };
    let refused = codes(steps_of_drivers(&core, &worker, 1).await);
    // To whoever asked, a study that is not there takes no answers.
    let mut expected = [Some(ErrorCode::NotFound); 6];
    expected[1] = Some(ErrorCode::Conflict);
    assert_eq!(refused, expected);
    assert_eq!(core.job(&worker, 1).await.unwrap_err().code, ErrorCode::NotFound);
    assert_eq!(core.panel(&worker, 1).await.unwrap_err().code, ErrorCode::NotFound);
    assert_eq!(core.job(&worker, 2).await.unwrap().number, 2);
    assert_eq!(numbers(&core, &worker).await, [2]);
    assert_eq!(core.head(&me()).await.unwrap(), head, "nothing happened");

    assert_eq!(numbers(&core, &DRIVER).await, [1, 2]);
    for number in [1, 2] {
        assert_eq!(core.job(&DRIVER, number).await.unwrap().number, number);
        assert_eq!(core.panel(&DRIVER, number).await.unwrap().len(), PANEL);
        core.begin(&DRIVER, number).await.unwrap();
    }
    assert_eq!(codes(upkeep(&core, &DRIVER).await), [None; 8]);

    // A driver owns nothing and changes nothing for its owner.
    let error = core.submit(&DRIVER, paper(3, 3)).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::Forbidden);
    assert!(error.message.contains("'test'"), "{error}");
    let caller = Caller { scopes: Scopes::ALL, ..DRIVER.clone() };
    assert!(is_forbidden(core.submit(&caller, paper(3, 3)).await), "it came through no door");
    assert_eq!(broken(&core), Vec::<String>::new());
    core.close();
}

#[tokio::test]
async fn what_another_owner_was_told_is_not_remembered() {
    let core = core(&Disk::default());
    core.submit(&me(), submission(&core, 1, PANEL)).await.unwrap();
    core.begin(&DRIVER, 1).await.unwrap();
    let at = Assignment::first(FIRST_ROUND, 0);
    let outcome = Outcome::Answered(instrument::read_at(&spec(PANEL), at, &reply(0).text).unwrap());
    let said = Exchange {
        address: sha256_hex("a question"),
        correction: None,
        reply: reply(0).text,
        whole_bytes: None,
        end: End::Finished,
        model: String::new(),
        source: ReplySource::Asked,
        beside: None,
        item: None,
    };
    let addresses = vec![said.address.clone()];
    let mut batch = Batch::new(1, 0);
    batch.push(&[(at, outcome.clone(), Usage::default())]).unwrap();
    batch.keep(at, &outcome, vec![said]);
    core.record(&DRIVER, batch).await.unwrap();
    for (caller, study, is_told) in [
        (&DRIVER, 1, true),
        (&DRIVER, 2, true),
        (&me(), 2, true),
        (&guest("berta"), 1, false),
        (&guest("berta"), 2, false),
    ] {
        let reuse = Reuse::default();
        let found = core.remembered(caller, addresses.clone(), study, reuse).await.unwrap();
        assert_eq!(found[0].is_some(), is_told, "{caller:?} {study}");
    }
    core.close();
}

async fn numbers(core: &Core, caller: &Caller) -> Vec<u32> {
    core.pending(caller).await.unwrap().iter().map(|study| study.number).collect()
}

#[tokio::test]
async fn settings_that_came_from_no_file_are_not_read_again() {
    let core = core(&Disk::default());
    let error = core.reload(&me(), false).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::Unsupported);
    core.close();
}

//! Tests of credits: holds, settlements per answer, releases, and refusals.

use harness::{Home, audit, studies, wait};
use protocol::id::SubmitKey;
use protocol::service::{Control, Submit};
use protocol::study::{Draft, DraftText, Origin};

#[test]
fn a_study_holds_settles_and_releases() {
    let home = Home::paced(300);
    let id = studies::submit(&home, 300, 7);
    let link = home.link();
    drop(wait::for_answers(&link, id, 20));
    drop(link.control(id, Control::Pause).unwrap());
    let study = wait::for_study(&link, id, "a quiet pause", |study| study.panel.delivered >= 20);
    let delivered = i64::from(study.panel.delivered);
    let now = home.run(["credits", "--json"]).expect(0).json();
    assert_eq!(now["tier"], "local");
    assert_eq!(now["balance"], 10_000 - 300);
    assert!(now["held"].as_i64().unwrap() <= 300 - delivered, "{now}");
    drop(link.control(id, Control::Cancel).unwrap());
    let used = i64::from(wait::for_end(&link, id).panel.delivered);
    let end = home.run(["credits", "--json"]).expect(0).json();
    assert_eq!(end["held"], 0);
    assert_eq!(end["balance"], 10_000 - used);
    assert_eq!(end["used_this_month"], used);
    assert_eq!(end["cost_usd_this_month"], 0.0);
    let month = end["billing_period"].as_str().unwrap();
    assert!(month.len() == 7 && month.as_bytes()[4] == b'-', "{month}");
    let statement = home.run(["credits", "statement", "--json"]).expect(0).json();
    let kinds: Vec<&str> = statement
        .as_array()
        .unwrap()
        .iter()
        .map(|transfer| transfer["kind"].as_str().unwrap())
        .collect();
    assert_eq!(kinds.first(), Some(&"release"), "newest first: {kinds:?}");
    for kind in ["allowance", "hold", "settle"] {
        assert!(kinds.contains(&kind), "no {kind} in {kinds:?}");
    }
    assert_eq!(audit::study(&link, id), audit::Findings::new());
}

#[test]
fn too_few_credits_hold_nothing() {
    let home = Home::with_settings("[credits]\ntier = \"free\"\n");
    home.write("idea.md", studies::concept(101, 7));
    let ended = home.run(["run", "idea.md"]).expect(3);
    assert!(ended.err().contains("101") && ended.err().contains("100"), "{ended}");
    let link = home.link();
    let balance = link.credits().unwrap();
    assert_eq!((balance.balance.0, balance.held.0), (100, 0));
    assert_eq!(home.run(["list", "--json"]).expect(0).json(), serde_json::json!([]));
    drop(home.run(["credits", "grant", "1"]).expect(0));
    drop(home.run(["run", "idea.md"]).expect(0));
    let balance = link.credits().unwrap();
    assert_eq!((balance.balance.0, balance.held.0), (0, 0));
    drop(home.run(["run", "idea.md", "--panel", "1"]).expect(3));
    assert_eq!(audit::all(&link), audit::Findings::new());
}

#[test]
fn grants_add_up_and_nonsense_is_refused() {
    let home = Home::new();
    let printed = home.run(["credits", "grant", "500", "--json"]).expect(0).json();
    assert_eq!(printed["balance"], 10_500);
    for nonsense in ["0", "-5", "1.5", "many", "9223372036854775808"] {
        drop(home.run(["credits", "grant", nonsense]).expect(2));
    }
    let most = home.run(["credits", "grant", "9223372036854775807"]);
    assert_eq!(most.code(), 2, "more than the ledger can hold is refused: {most}");
    let link = home.link();
    assert_eq!(link.credits().unwrap().balance.0, 10_500);
    for nonsense in [0, -1, i64::MIN] {
        assert!(link.grant(protocol::credits::Credits(nonsense)).is_err(), "{nonsense}");
    }
    assert_eq!(audit::all(&link), audit::Findings::new());
}

#[test]
fn the_same_key_is_the_same_study_and_another_body_a_conflict() {
    let home = Home::new();
    let _daemon = home.daemon();
    let link = home.link();
    let draft = Draft {
        file: "idea.md".to_owned(),
        // Without a seed: a drawn one differs from call to call, and the study must not.
        text: DraftText::File(studies::CONCEPT.to_owned()),
        ..Draft::default()
    };
    let key = SubmitKey(uuid::Uuid::new_v4());
    let submit = Submit { key, draft, origin: Origin::Cli, cost_confirmed: false, path: None };
    let first = link.submit(submit.clone()).unwrap();
    let others: Vec<_> = std::thread::scope(|scope| {
        let calls: Vec<_> = (0..10)
            .map(|_| scope.spawn(|| home.link().submit(submit.clone()).unwrap().id))
            .collect();
        calls.into_iter().map(|call| call.join().unwrap()).collect()
    });
    assert!(others.iter().all(|id| *id == first.id), "{others:?}");
    let mut other = submit;
    other.draft.text = DraftText::File(format!("{} And a dessert.", studies::CONCEPT));
    let refused = link.submit(other).unwrap_err();
    assert_eq!(refused.code, protocol::error::ErrorCode::Conflict, "{refused}");
    drop(wait::for_end(&link, first.id));
    assert_eq!(link.credits().unwrap().used_this_month.0, 100);
    assert_eq!(audit::study(&link, first.id), audit::Findings::new());
}

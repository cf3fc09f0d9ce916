//! Tests of `demoscope delete`: no text of the study is left in the program's files, every amount is kept, and no late
//! response, kill or second study brings the text back.

use std::time::Duration;

use harness::{Act, Chance, Home, MockProvider, audit, program, studies, wait};
use protocol::run::State;
use protocol::service::Control;
use serde_json::json;

/// A word that nobody else writes.
const WORD: &str = "quillwort";

fn idea(panel: u32, seed: u64) -> String {
    format!(
        "---\nname: The {WORD} kit\npanel: {panel}\nseed: {seed}\ntags: [{WORD}-tag]\nproject: {WORD} project\n---\n{}",
        studies::CONCEPT.replace("meal kit", &format!("{WORD} meal kit"))
    )
}

/// Whether a fresh copy of the store, which has the rows and nothing else, holds the word.
fn store_holds_word(home: &Home, copy: &str) -> bool {
    drop(home.run(["backup", copy]).expect(0));
    let bytes = std::fs::read(home.folder().join(copy)).unwrap();
    bytes.windows(WORD.len()).any(|some| some == WORD.as_bytes())
}

#[test]
fn what_was_deleted_is_gone_from_every_command_and_from_the_store() {
    let home = Home::new();
    let kept = studies::id(&studies::run(&home, 20, 1));
    home.write("idea.md", idea(60, 7));
    let id = studies::id(&home.run(["run", "idea.md", "--json"]).expect(0));
    drop(home.run(["tag", "@", WORD]).expect(0));
    drop(home.run(["export", "@", "--format", "csv", "-o", "kept.csv"]).expect(0));
    let short = id.short();
    assert!(store_holds_word(&home, "before.redb"));
    // What was changed in it in the workstation and not run holds its text; that of another study stays.
    let drafts = home.paths().data.join("workstation");
    std::fs::create_dir_all(&drafts).unwrap();
    let [its, others] = [id, kept].map(|id| drafts.join(format!("draft-{id}.json")));
    std::fs::write(&its, format!(r#"{{"text":"{WORD}"}}"#)).unwrap();
    std::fs::write(&others, r#"{"text":"another"}"#).unwrap();
    let credits = home.run(["credits", "--json"]).expect(0).out();
    let statement = home.run(["credits", "statement", "--json"]).expect(0).out();

    // Nobody can be asked here: without a yes nothing happens.
    let refused = home.run(["delete", &short]).expect(2).says("--yes").says("Nothing was deleted");
    assert!(refused.stdout.is_empty(), "{refused}");
    assert_eq!(
        home.run(["show", &short, "--json"]).expect(0).json()["study"]["name"],
        format!("The {WORD} kit")
    );

    let deleted = home.run(["delete", "@", "--yes"]).expect(0);
    assert!(deleted.stdout.is_empty(), "{deleted}");
    assert!(!its.exists() && others.exists(), "its draft goes with it");
    for words in ["is deleted", "keeps its 60 credits", "7 days", "Exports and backups"] {
        assert!(deleted.err().contains(words), "{words}: {deleted}");
    }
    assert!(!store_holds_word(&home, "after.redb"), "a word of it is left");
    assert_eq!(home.run(["credits", "--json"]).expect(0).out(), credits);
    assert_eq!(home.run(["credits", "statement", "--json"]).expect(0).out(), statement);
    assert!(home.folder().join("kept.csv").is_file(), "an export is its owner's");

    let listed = home.run(["list", "--json"]).expect(0).json();
    assert_eq!(listed.as_array().unwrap().len(), 1);
    assert_eq!(studies::id(&home.run(["show", "@", "--json"]).expect(0)), kept);
    let kept = kept.short();
    for command in [
        vec!["show", &short],
        vec!["show", &short, "--by", "gender"],
        vec!["answers", &short],
        vec!["findings", &short],
        vec!["compare", &kept, &short],
        vec!["export", &short, "--format", "json"],
        vec!["retry", &short],
        vec!["archive", &short],
        vec!["tag", &short, "again"],
        vec!["queue", "move", &short],
        vec!["delete", &short, "--yes"],
        vec!["delete", &kept, &short, "--yes"],
    ] {
        let ended = home.run(&command).expect(2).says("was deleted on ");
        assert!(ended.stdout.is_empty(), "{ended}");
    }
    drop(home.run(["show", &kept]).expect(0));
    let events = home.run(["events"]).expect(0).out();
    assert!(events.contains("study.deleted") && !events.contains(WORD), "{events}");
    assert_eq!(audit::all(&home.link()), audit::Findings::new());
    drop(home.run(["doctor"]).expect(0));
}

#[test]
fn several_go_together_and_one_that_has_not_ended_keeps_all() {
    let home = Home::paced(200);
    let first = studies::id(&studies::run(&home, 10, 1)).short();
    let second = studies::id(&studies::run(&home, 12, 2)).short();
    let running = studies::submit(&home, 400, 3);
    let link = home.link();
    drop(wait::for_answers(&link, running, 5));
    let third = running.short();
    let all = [&first, &second, &third].map(String::as_str);
    let ended = home.run(["delete", all[0], all[1], all[2], "--yes"]).expect(2);
    let ended = ended.says("is running").says("Nothing was deleted").says("demoscope cancel ");
    assert!(ended.stdout.is_empty(), "{ended}");
    assert_eq!(home.run(["list", "--json"]).expect(0).json().as_array().unwrap().len(), 3);
    let direct = link.delete(running).unwrap_err();
    assert_eq!(direct.code, protocol::error::ErrorCode::Conflict);

    drop(home.run(["cancel", all[2]]).expect(0));
    let again = [all[0], all[1], all[2], all[0]];
    let printed = home.run([&["delete", "--yes", "--json"][..], &again].concat()).expect(0);
    let lines = printed.json_lines();
    assert_eq!(lines.len(), 3, "{printed}");
    assert_eq!((&lines[0]["answers"], &lines[1]["credits_used"]), (&json!(10), &json!(12)));
    assert!(lines.iter().all(|line| line["gone"] == json!(true)), "{printed}");
    assert!(lines.iter().all(|line| line.get("daily_backups").is_none()), "none are made here");
    assert_eq!(home.run(["list", "--json"]).expect(0).json(), json!([]));
    drop(home.run(["show", "@"]).expect(2));
    assert_eq!(audit::all(&link), audit::Findings::new());
}

#[test]
fn remembered_replies_go_with_their_study() {
    let mock = MockProvider::start(Duration::ZERO, |_| Act::Claim(json!(200), json!(50)));
    let home = Home::with_settings(&(mock.settings("") + "[cost]\nconfirm_above_usd = 1000.0\n"));
    home.write("idea.md", idea(20, 7));
    let run = || home.run(["run", "idea.md", "--engine", "mock", "--json"]).expect(0).json();
    drop(run());
    let calls = mock.calls();
    drop(run());
    assert_eq!(mock.calls(), calls, "the second study remembers");
    let cost = home.link().credits().unwrap().cost_usd_this_month;
    // The replies are the first one's; what the second one was told stands in the second alone.
    let ids = home.run(["list", "--json"]).expect(0).json();
    let asked = ids[1]["id"].as_str().unwrap();
    drop(home.run(["delete", asked, "--yes"]).expect(0));
    drop(run());
    assert_eq!(mock.calls(), 2 * calls, "nobody is remembered");
    drop(run());
    assert_eq!(mock.calls(), 2 * calls, "but for the newest");
    let link = home.link();
    assert!((link.credits().unwrap().cost_usd_this_month - 2.0 * cost).abs() < 1e-9);
    let all: Vec<String> = home
        .run(["list", "--json"])
        .expect(0)
        .json()
        .as_array()
        .unwrap()
        .iter()
        .map(|study| study["id"].as_str().unwrap().to_owned())
        .collect();
    let mut command = vec!["delete".to_owned(), "--yes".to_owned()];
    command.extend(all);
    drop(home.run(command).expect(0));
    assert!(!store_holds_word(&home, "after.redb"));
    assert!((link.credits().unwrap().cost_usd_this_month - 2.0 * cost).abs() < 1e-9);
    assert_eq!(audit::all(&link), audit::Findings::new());
}

#[test]
fn calls_under_way_at_a_deletion_are_booked() {
    let mock =
        MockProvider::start(Duration::from_millis(60), |_| Act::Claim(json!(200), json!(50)));
    let settings = mock.settings("concurrency = 20") + "[cost]\nconfirm_above_usd = 1000.0\n";
    let home = Home::with_settings(&settings);
    let _daemon = home.daemon();
    let link = home.link();
    let text = idea(600, 7).replace("panel:", "engine: mock\npanel:");
    let id = link.take_on(&text).unwrap().id;
    drop(wait::for_answers(&link, id, 60));
    drop(link.control(id, Control::Cancel).unwrap());
    assert_eq!(link.delete(id).unwrap().id, id);
    let each = 0.0003;
    wait::until("every call to be booked", wait::BOUND, || {
        let answered = mock.told().answered.values().sum::<usize>() as f64;
        let cost = link.credits().unwrap().cost_usd_this_month;
        (mock.told().under_way == 0 && (cost - answered * each).abs() < 1e-9).then_some(())
    });
    assert!(mock.told().calls > 60, "some were under way");
    assert!(!store_holds_word(&home, "after.redb"));
    assert_eq!(audit::all(&link), audit::Findings::new());
}

#[test]
fn a_kill_in_the_middle_of_a_deletion_leaves_no_word() {
    let mut test_rng = Chance::announced("deletion");
    let rounds = if program::is_long() { 30 } else { 5 };
    let home = Home::with_settings("[backup]\ndaily = false\n");
    let mut daemon = home.daemon();
    let mut link = home.link();
    drop(link.grant(protocol::credits::Credits(3_000 * rounds)).unwrap());
    for round in 0..u64::try_from(rounds).unwrap() {
        let id = link.take_on(&idea(3_000, round)).unwrap().id;
        assert_eq!(wait::for_end(&link, id).state, State::Completed);
        let used = link.credits().unwrap();
        let command = home.command(["delete", &id.to_string(), "--yes"]).start();
        wait::until("the deletion to begin", wait::BOUND, || link.find(id.to_string()).err());
        wait::a_random_moment(test_rng.time_below_ms(40));
        daemon.kill();
        drop(command.end());
        daemon = home.daemon();
        link = home.link();
        wait::until("the rest to go", wait::BOUND, || {
            let checks = link.doctor().unwrap();
            assert!(checks.iter().all(|check| check.ok), "{checks:#?}");
            let gone = checks.into_iter().find(|check| check.name == "deleted.gone").unwrap();
            gone.detail.contains("nothing is left").then_some(())
        });
        assert!(link.find(id.to_string()).is_err(), "what was out of sight stays so");
        assert!(!store_holds_word(&home, &format!("after-{round}.redb")));
        assert_eq!(link.credits().unwrap(), used);
        assert_eq!(audit::all(&link), audit::Findings::new());
    }
}

//! Tests of watched files at the command line, with the system's own messages: a file is evaluated when it is added and when
//! it is saved, its problems are listed at their lines, versions are compared, and expectations give an exit code.

use std::fs;
use std::time::Duration;

use harness::{Home, MockProvider, process, wait};
use protocol::log::{LogLevel, LogQuery};
use rustix::process::Signal;
use serde_json::Value;

/// Far above the quiet time and a small study.
const SOON: Duration = Duration::from_secs(30);

fn kettle(text: &str) -> String {
    format!("---\nname: Kettle\npanel: 30\n---\n{text}\n")
}

/// The only watched file, once it is as wanted.
fn file(home: &Home, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
    wait::until(what, SOON, || {
        let listed = home.run(["watch", "list", "--json"]).expect(0).json();
        listed["files"].as_array().unwrap().iter().find(|file| wanted(file)).cloned()
    })
}

fn is_version(file: &Value, version: u64) -> bool {
    file["version"] == version && file["state"] == "completed"
}

#[test]
fn a_saved_file_is_evaluated_compared_with_its_last_version_and_told_apart_when_it_is_broken() {
    let home = Home::new();
    fs::create_dir(home.folder().join("drafts")).unwrap();
    home.write(
        "drafts/kettle.md",
        kettle("A kettle that texts you when it boils. It costs 200 dollars."),
    );
    drop(home.run(["watch", "add", "drafts"]).expect(0).says("is evaluated when it is saved"));
    let first = file(&home, "evaluated when it is added", |file| is_version(file, 1));

    // As an editor saves: a new file takes the place of the old one.
    home.write("new", kettle("A kettle that texts you when it boils. It costs 20 dollars."));
    fs::rename(home.folder().join("new"), home.folder().join("drafts/kettle.md")).unwrap();
    let second = file(&home, "evaluated when it is saved", |file| is_version(file, 2));
    assert_eq!(first["lineage"], second["lineage"]);
    let id = second["study"].as_str().unwrap();
    let shown = home.run(["show", id]).expect(0).out();
    assert!(
        shown.contains("VERSION 2 OF KETTLE.MD") && shown.contains("against version 1"),
        "{shown}"
    );
    assert!(shown.contains("Of 30 people"), "{shown}");
    let json = home.run(["show", id, "--json"]).expect(0).json();
    assert_eq!(
        (&json["version"]["version"], &json["version"]["change"]["paired"]),
        (&2.into(), &true.into())
    );
    assert_eq!(json["study"]["origin"], "watch");
    let versions = home.run(["list", "--lineage", id]).expect(0).out();
    assert!(versions.contains(" v1 ") && versions.contains(" v2 "), "{versions}");
    let md = home.run(["export", id, "--format", "md", "-o", "drafts/report.md"]).expect(0);
    drop(md);
    let report = fs::read_to_string(home.folder().join("drafts/report.md")).unwrap();
    assert!(report.contains("## Version 2 of kettle.md"), "{report}");

    home.write("drafts/kettle.md", "---\npanle: 30\n---\nA kettle that texts you when it boils.\n");
    let broken = file(&home, "broken", |file| file["outcome"] == "broken");
    assert_eq!(
        (&broken["version"], &broken["study"]),
        (&2.into(), &second["study"]),
        "the last good one stands"
    );
    let listed = home.run(["watch", "list"]).expect(0).out();
    assert!(
        listed.contains("drafts/kettle.md:2: unknown key 'panle' · did you mean 'panel'?"),
        "{listed}"
    );
    assert!(!listed.contains("report.md"), "a report of ours is no stimulus: {listed}");
    let studies = home.run(["list", "--json"]).expect(0).json();
    assert_eq!(studies.as_array().unwrap().len(), 2, "a broken draft asks nobody");

    // What the daemon did is in its log, which is read over the socket: by level and by study.
    let query = LogQuery { after: 0, level: LogLevel::Info, study: None, limit: 200, wait_ms: 0 };
    let link = home.link();
    let log = link.logs(query.clone()).unwrap();
    let saved = log.entries.iter().filter(|entry| entry.text.contains("a saved file is evaluated"));
    assert_eq!(saved.count(), 2, "{log:?}");
    let of_second = LogQuery { study: Some(id.parse().unwrap()), ..query.clone() };
    let of_second = link.logs(of_second).unwrap();
    assert_eq!(of_second.entries.len(), 1, "{of_second:?}");
    assert!(link.logs(LogQuery { level: LogLevel::Error, ..query }).unwrap().entries.is_empty());

    drop(home.run(["watch", "pause", "drafts"]).expect(0).says("is paused"));
    drop(home.run(["watch", "remove", "drafts"]).expect(0).says("Its studies stay"));
    drop(home.run(["watch", "remove", "drafts"]).expect(2).says("is not watched by itself"));
    drop(home.run(["watch", "add", "nowhere.md", "/dev/zero"]).expect(2).says("does not exist"));
    drop(home.run(["doctor"]).expect(0));
}

#[test]
fn expectations_give_an_exit_code_of_their_own() {
    let home = Home::new();
    home.write("kettle.md", kettle("A kettle that texts you when it boils. It costs 20 dollars."));
    let never = home.run([
        "run",
        "kettle.md",
        "--seed",
        "3",
        "--expect",
        "mean_score >= 1",
        "--expect",
        "mean_score.low > 10",
    ]);
    drop(never.expect(7).says("expected mean_score.low > 10: it is "));
    drop(home.run(["run", "kettle.md", "--expect", "mean_score <= 10"]).expect(0));
    drop(
        home.run(["run", "kettle.md", "--expect", "mean <= 10"])
            .expect(2)
            .says("has no result 'mean'"),
    );
    drop(home.run(["run", "kettle.md", "--expect", "mean_score"]).expect(2));

    let once = |file: &str, expectation: &str| {
        home.run(["watch", file, "--once", "--expect", expectation])
    };
    let report = once("kettle.md", "mean_score > 10").expect(7).out();
    assert!(report.contains("VERSION 1 OF KETTLE.MD"), "{report}");
    let again = once("kettle.md", "mean_score <= 10").expect(0);
    drop(again);
    let studies = home.run(["list", "--json"]).expect(0).json();
    assert_eq!(
        studies.as_array().unwrap().len(),
        3,
        "the same text is asked once, and what nobody can expect is not"
    );
    home.write("broken.md", "---\npanle: 3\n---\nA kettle that texts you when it boils.\n");
    drop(once("broken.md", "mean_score <= 10").expect(2).says("did you mean 'panel'?"));
    drop(once(".", "mean_score <= 10").expect(2).says("is a folder · name one file"));
    drop(home.run(["watch", ".", "--inline", "3"]).expect(2).says("is a folder"));
    let listed = home.run(["watch", "list", "--json"]).expect(0).json();
    assert_eq!(listed["watches"].as_array().map(Vec::len), Some(0), "nothing is left behind");
}

#[test]
fn one_wait_is_for_the_text_that_was_saved_a_moment_ago() {
    let home = Home::new();
    let costs = |dollars: u32| {
        let text = format!("A kettle that texts you when it boils. It costs {dollars} dollars.");
        home.write("kettle.md", kettle(&text));
    };
    costs(10);
    drop(home.run(["watch", "add", "kettle.md"]).expect(0));
    let _first = file(&home, "evaluated when it is added", |file| is_version(file, 1));
    for version in 2..=4 {
        costs(10 * version);
        let report = home.run(["watch", "kettle.md", "--once"]).expect(0).out();
        assert!(report.contains(&format!("VERSION {version} OF KETTLE.MD")), "{report}");
    }
    // What is broken now is not told as what was good before.
    home.write("kettle.md", "---\npanle: 3\n---\nA kettle that texts you when it boils.\n");
    let broken = home.run(["watch", "kettle.md", "--once"]);
    drop(broken.expect(2).says("did you mean 'panel'?"));
}

#[test]
fn a_command_that_follows_a_file_leaves_no_watch_behind_however_it_is_ended() {
    // Half a minute for the panel: nothing ends by itself.
    let home = Home::paced(1);
    home.write("kettle.md", kettle("A kettle that texts you when it boils. It costs 20 dollars."));
    let watches = || {
        let listed = home.run(["watch", "list", "--json"]).expect(0).json();
        listed["watches"].as_array().unwrap().len()
    };
    let (lines, once) = (["watch", "kettle.md", "--inline=3"], ["watch", "kettle.md", "--once"]);
    for (command, signal, code) in [
        (lines, Signal::INT, 0),
        (lines, Signal::HUP, 0),
        (lines, Signal::TERM, 0),
        (once, Signal::TERM, 130),
        (once, Signal::INT, 130),
    ] {
        let started = home.command(command).start();
        wait::until("it is watched", SOON, || (watches() == 1).then_some(()));
        process::signal(started.pid(), signal);
        drop(started.end().expect(code));
        assert_eq!(watches(), 0, "{command:?} {signal:?}");
    }
}

#[test]
fn above_the_cost_to_confirm_a_watch_asks_nobody_and_says_so() {
    let mock = MockProvider::good();
    let home = Home::with_settings(&mock.settings("[cost]\nconfirm_above_usd = 0.0\n"));
    home.write("kettle.md", kettle("A kettle that texts you when it boils. It costs 20 dollars."));
    drop(home.run(["watch", "add", "kettle.md", "--engine", "mock"]).expect(0));
    let held = file(&home, "held", |file| file["outcome"] == "held");
    assert!(held["held"].as_str().unwrap().contains("confirm"), "{held}");
    let listed = home.run(["watch", "list"]).expect(0).out();
    assert!(listed.contains("not asked"), "{listed}");
    drop(home.run(["watch", "kettle.md", "--once"]).expect(3).says("Nobody was asked"));
    assert_eq!(mock.told().heard.len(), 0);
    assert_eq!(home.run(["list", "--json"]).expect(0).json().as_array().map(Vec::len), Some(0));
}

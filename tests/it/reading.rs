//! Tests of reading commands: finding a study, lists, answers, exports and the event feed.

use harness::{Home, studies};
use serde_json::Value;

#[test]
fn a_study_is_found_by_at_by_its_id_and_by_a_prefix() {
    let home = Home::new();
    let mut ids = Vec::new();
    for seed in 0..17 {
        ids.push(studies::submit(&home, 1, seed));
    }
    let newest = ids.last().unwrap();
    let link = home.link();
    for id in &ids {
        drop(harness::wait::for_end(&link, *id));
    }
    let shown =
        |name: &str| home.run(["show", name, "--json"]).expect(0).json()["study"]["id"].clone();
    assert_eq!(shown("@"), newest.to_string());
    assert_eq!(shown(&newest.to_string()), newest.to_string());
    assert_eq!(shown(&newest.short()), newest.to_string());
    // Of 17 ids at least two begin with the same of 16 digits.
    let shared = "0123456789abcdef"
        .chars()
        .find(|digit| ids.iter().filter(|id| id.short().starts_with(*digit)).count() > 1)
        .unwrap();
    drop(home.run(["show", &shared.to_string()]).expect(2).says("hint"));
    for unknown in ["zzzz", "00000000-0000-0000-0000-000000000000", "", " ", "@@"] {
        let ended = home.run(["show", unknown]).expect(2);
        assert!(ended.stdout.is_empty() && ended.err().contains("error"), "{ended}");
    }
}

#[test]
fn lists_are_newest_first_and_can_be_searched() {
    let home = Home::new();
    home.write("one.md", studies::concept(10, 1));
    home.write("two.md", studies::nps(10, 2));
    drop(home.run(["run", "one.md", "--tag", "spring"]).expect(0));
    drop(home.run(["run", "two.md"]).expect(0));
    let names = |args: &[&str]| -> Vec<Value> {
        let listed = home.run([&["list", "--json"], args].concat()).expect(0).json();
        listed.as_array().unwrap().iter().map(|study| study["name"].clone()).collect()
    };
    assert_eq!(names(&[]), ["Meal kit NPS", "Meal kit"]);
    assert_eq!(names(&["--search", "nps"]), ["Meal kit NPS"]);
    assert_eq!(names(&["--tag", "spring"]), ["Meal kit"]);
    assert_eq!(names(&["--search", "nothing like that"]), Vec::<Value>::new());
    drop(home.run(["archive", "@"]).expect(0));
    assert_eq!(names(&[]), ["Meal kit"]);
    assert_eq!(names(&["--archived"]), ["Meal kit NPS"]);
    assert!(home.run(["list"]).expect(0).out().contains("Meal kit"));
}

#[test]
fn tags_are_replaced() {
    let home = Home::new();
    let ran = studies::run(&home, 5, 1).json();
    drop(home.run(["tag", "@", "spring", "food"]).expect(0));
    let shown = home.run(["show", "@", "--json"]).expect(0).json();
    assert_eq!(shown["study"]["tags"], serde_json::json!(["spring", "food"]));
    assert_eq!(shown["study"]["id"], ran["study"]["id"]);
}

#[test]
fn answers_come_once_each_in_order() {
    let home = Home::new();
    let ran = studies::run(&home, 1_200, 7).json();
    let answers = home.run(["answers", "@", "--json"]).expect(0).json();
    assert_eq!(answers, ran["results"]["responses"]);
    let ids: Vec<String> = (1..=1_200).map(|number| format!("a{number}")).collect();
    let found: Vec<&str> =
        answers.as_array().unwrap().iter().map(|answer| answer["id"].as_str().unwrap()).collect();
    assert_eq!(found, ids);
    let some = home.run(["answers", "@", "--json", "--limit", "3"]).expect(0).json();
    assert_eq!(some.as_array().unwrap().len(), 3);
}

#[test]
fn a_json_export_loses_nothing_and_never_lands_on_a_file() {
    let home = Home::new();
    let ran = studies::run(&home, 40, 7);
    let exported = home.run(["export", "@", "--format", "json"]).expect(0);
    assert_eq!(exported.json()["results"], ran.json()["results"]);
    let target = home.write("precious.json", "precious");
    let args = ["export", "@", "--format", "json", "-o", "precious.json"];
    drop(home.run(args).expect(2).says("exists"));
    assert_eq!(std::fs::read(&target).unwrap(), b"precious");
    drop(home.run(["export", "@", "--format", "json", "-o", "new.json"]).expect(0));
    let written: Value =
        serde_json::from_slice(&std::fs::read(home.folder().join("new.json")).unwrap()).unwrap();
    assert_eq!(written["results"], ran.json()["results"]);
    for nowhere in [".", "no/such/folder/out.json", "/dev/null"] {
        let ended = home.run(["export", "@", "--format", "json", "-o", nowhere]).expect(2);
        assert!(ended.stdout.is_empty(), "{ended}");
    }
}

#[test]
fn a_csv_export_has_a_row_for_each_answer() {
    let home = Home::new();
    drop(studies::run(&home, 40, 7));
    let table = home.run(["export", "@", "--format", "csv"]).expect(0).out();
    let rows = harness::csv::rows(&table);
    assert_eq!(rows.len(), 41, "a head and forty answers");
    assert!(rows.iter().all(|row| row.len() == rows[0].len()), "ragged");
    let at = |name: &str| rows[0].iter().position(|cell| cell == name).unwrap();
    let (id, score) = (at("id"), at("score"));
    for (number, row) in (1..).zip(&rows[1..]) {
        assert_eq!(row[id], format!("a{number}"));
        assert!((1..=10).contains(&row[score].parse::<u8>().unwrap()), "{row:?}");
    }
}

#[test]
fn the_history_has_no_gap_and_can_be_taken_up_anywhere() {
    let home = Home::new();
    drop(studies::run(&home, 100, 7));
    let all = home.run(["events"]).expect(0).json_lines();
    let numbers: Vec<u64> = all.iter().map(|event| event["seq"].as_u64().unwrap()).collect();
    let dense: Vec<u64> = (numbers[0]..).take(numbers.len()).collect();
    assert_eq!(numbers, dense);
    let kinds: Vec<&str> = all.iter().map(|event| event["kind"].as_str().unwrap()).collect();
    for kind in ["study.queued", "answers.recorded", "study.completed"] {
        assert!(kinds.contains(&kind), "no {kind} in {kinds:?}");
    }
    let middle = numbers[numbers.len() / 2].to_string();
    let rest = home.run(["events", "--after", &middle]).expect(0).json_lines();
    assert_eq!(rest, all[numbers.len() / 2 + 1..]);
}

#[test]
fn a_reader_that_leaves_ends_a_command_quietly() {
    let home = Home::new();
    drop(studies::run(&home, 2_000, 7));
    let script = "\"$PROGRAM\" answers @ | head -n 1";
    let output = std::process::Command::new("sh")
        .args(["-c", script])
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("PROGRAM", harness::program::path())
        .env("DEMOSCOPE_HOME", home.root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    assert!(!output.stdout.is_empty());
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

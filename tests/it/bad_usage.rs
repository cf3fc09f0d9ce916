//! Tests of invalid usage: flags out of range, audiences without members, unknown words. Each exits with 2 and a hint,
//! and stores nothing.

use harness::{Home, audit, studies};

#[test]
fn flags_are_checked_like_the_file() {
    let home = Home::new();
    home.write("idea.md", studies::CONCEPT);
    let bad: [(&[&str], &str); 14] = [
        (&["--panel", "0"], "--panel"),
        (&["--panel", "-5"], "--panel"),
        (&["--panel", "10001"], "panel_max"),
        (&["--panel", "many"], "--panel"),
        (&["--seed", "-1"], "--seed"),
        (&["--seed", "9007199254740992"], "--seed"),
        (&["--region", "atlantis"], "--region"),
        (&["--age-range", "45-25"], "--age-range"),
        (&["--age-range", "17-30"], "--age-range"),
        (&["--gender", "men"], "--gender"),
        (&["--engine", "gpt"], "--engine"),
        (&["--study", "concpt_test"], "concept_test"),
        (&["--max-cost-usd", "-1"], "--max-cost-usd"),
        (&["--name", ""], "--name"),
    ];
    for (flags, words) in bad {
        let ended = home.run([&["run", "idea.md"], flags].concat()).expect(2);
        assert!(ended.err().contains(words), "{ended}");
        assert!(ended.stdout.is_empty(), "{ended}");
    }
    assert_eq!(home.run(["list", "--json"]).expect(0).json(), serde_json::json!([]));
}

#[test]
fn unknown_commands_and_flags_get_a_suggestion() {
    let home = Home::new();
    for (args, words) in [
        (vec!["exprot"], "export"),
        (vec!["run"], "FILE"),
        (vec!["run", "x.md", "--panle", "5"], "--panel"),
        (vec!["show"], "ID"),
        (vec!["export", "@", "--format", "pdf"], "csv"),
        (vec!["export", "@"], "--format"),
        (vec!["daemon"], "status"),
        (vec!["daemon", "statsu"], "status"),
        (vec!["events", "--after", "-1"], "-1"),
        (vec!["list", "--limit", "x"], "--limit"),
        (vec!["list", "--lineage"], "Give the id of a study"),
        (vec!["run", "x.md", "--detach", "--dry-run"], "--dry-run"),
    ] {
        let ended = home.run(args).expect(2);
        assert!(ended.err().contains(words), "{words}: {ended}");
        assert!(ended.stdout.is_empty(), "{ended}");
    }
    assert!(!home.paths().socket.exists(), "nonsense starts no daemon");
}

#[test]
fn an_audience_of_nobody_is_a_clear_error_and_a_tiny_one_is_served() {
    let home = Home::new();
    home.write("idea.md", studies::CONCEPT);
    // Whether this cell of the population is empty is the tables' affair; a crash or a silent other audience is ours.
    let ended = home.run([
        "run",
        "idea.md",
        "--panel",
        "20",
        "--seed",
        "7",
        "--json",
        "--answers",
        "--region",
        "us_southwest",
        "--age-range",
        "18-18",
        "--gender",
        "nonbinary",
        "--education",
        "graduate",
        "--income-bracket",
        "high",
        "--tech-adoption",
        "laggard",
    ]);
    match ended.code() {
        0 => {
            for response in ended.json()["results"]["responses"].as_array().unwrap() {
                let persona = &response["persona"];
                assert_eq!(
                    (&persona["age"], &persona["gender"]),
                    (&18.into(), &"nonbinary".into())
                );
            }
        }
        2 => assert!(ended.err().contains("hint:") || ended.err().contains(" · "), "{ended}"),
        _ => panic!("{ended}"),
    }
    assert_eq!(audit::all(&home.link()), audit::Findings::new());
}

#[test]
fn tags_names_and_projects_have_limits() {
    let home = Home::new();
    home.write("idea.md", studies::CONCEPT);
    let long = "n".repeat(1_000);
    drop(home.run(["run", "idea.md", "--name", &long]).expect(2).says("--name"));
    drop(home.run(["run", "idea.md", "--project", &long]).expect(2).says("--project"));
    drop(home.run(["run", "idea.md", "--tag", &long]).expect(2).says("--tag"));
    drop(home.run(["run", "idea.md", "--panel", "5"]).expect(0));
    let many: Vec<String> = (0..30).map(|number| format!("t{number}")).collect();
    let mut args = vec!["tag", "@"];
    args.extend(many.iter().map(String::as_str));
    drop(home.run(args).expect(2));
    drop(home.run(["tag", "@", &long]).expect(2));
    let shown = home.run(["show", "@", "--json"]).expect(0).json();
    assert_eq!(shown["study"]["tags"], serde_json::json!([]));
}

#[test]
fn verbose_says_what_an_error_came_of() {
    let home = Home::new();
    let plain = home.run(["replay", "nowhere"]).expect(2).says("error: The file cannot be read");
    assert!(!plain.err().contains("Caused by"), "{plain}");
    let full = home.run(["replay", "nowhere", "--verbose"]).expect(2);
    drop(full.says("error: The file cannot be read").says("Caused by: No such file"));
}

//! Tests of `rank` and of `run --like`: files and ids, the same people, the order with its uncertainty, and what is refused.

use harness::{Home, studies};
use serde_json::Value;

/// Three offers of falling quality; the second and the fourth are the same text.
fn offers(home: &Home) -> [&'static str; 4] {
    let base = studies::CONCEPT;
    home.write(
        "good.md",
        format!(
            "# Good\n\n{}",
            base.replace("60 dollars", "25 dollars, and the first week is free")
        ),
    );
    home.write("usual.md", format!("# Usual\n\n{base}"));
    home.write("bad.md", "# Bad\n\nA slow kettle that breaks in a month. It costs 900 dollars with a contract of five years and a fee of 90 dollars.\n");
    home.write("again.md", format!("# Usual\n\n{base}"));
    ["good.md", "usual.md", "bad.md", "again.md"]
}

fn ranked(printed: &Value) -> Vec<&Value> {
    printed["studies"].as_array().unwrap().iter().collect()
}

#[test]
fn files_are_asked_of_the_same_people_and_their_ids_give_the_same_ranking() {
    let home = Home::new();
    let files = offers(&home);
    let dry = home.run([
        "rank",
        files[0],
        files[1],
        files[2],
        files[3],
        "--panel",
        "60",
        "--seed",
        "5",
        "--dry-run",
    ]);
    let shown = dry.expect(0).out();
    assert!(
        shown.contains(
            "4 texts, 60 respondents each, offline engine, seed 5: 240 credits of 10,000"
        ),
        "{shown}"
    );
    let args =
        ["rank", files[0], files[1], files[2], files[3], "--panel", "60", "--seed", "5", "--json"];
    let ended = home
        .run(args)
        .expect(0)
        .says("240 credits")
        .says("The same ranking again: demoscope rank ");
    let printed = ended.json();
    assert_eq!((&printed["paired"], &printed["field"]), (&true.into(), &"mean_score".into()));
    let places = ranked(&printed);
    assert_eq!(places.len(), 4);
    assert_eq!(places[3]["name"], "Bad", "{printed}");
    let sum: f64 = places.iter().map(|one| one["best_probability"].as_f64().unwrap()).sum();
    assert!((sum - 1.0).abs() < 1e-6, "{printed}");
    assert!(places.iter().all(|one| one["estimate"]["n"] == 60));
    // The same text twice is never told apart, and has equal odds.
    let usual: Vec<&&Value> = places.iter().filter(|one| one["name"] == "Usual").collect();
    for field in ["rank", "groups", "best_probability", "expected_rank"] {
        assert_eq!(usual[0][field], usual[1][field], "{field}");
    }
    let pairs = printed["pairs"].as_array().unwrap();
    assert_eq!(pairs.len(), 6);
    assert!(pairs.iter().all(|pair| pair["difference"]["difference"]["method"] == "paired_t"));
    assert!(printed["wording_sd"].as_f64().unwrap() > 0.0);

    // The ids give the same, in any order, and nothing else was stored.
    let mut ids: Vec<String> =
        places.iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect();
    ids.reverse();
    let mut again = vec!["rank".to_owned(), "--json".to_owned()];
    again.extend(ids.iter().cloned());
    assert_eq!(home.run(&again).expect(0).json(), printed);
    assert_eq!(home.run(["list", "--json"]).expect(0).json().as_array().unwrap().len(), 4);

    let text: Vec<String> = std::iter::once("rank".to_owned()).chain(ids.clone()).collect();
    let shown = home.run(&text).expect(0).out();
    assert!(shown.lines().all(|line| line.chars().count() <= 80), "{shown}");
    for wanted in [
        "ranked by mean score",
        "SYNTHETIC PANEL",
        "BEHIND THE FIRST",
        "group",
        "best",
        "adjusted for all 6 pairs",
    ] {
        assert!(shown.contains(wanted), "{wanted} is missing:\n{shown}");
    }
    let page =
        text.iter().cloned().chain(["--format", "html", "-o", "ranking.html"].map(str::to_owned));
    drop(home.run(page.collect::<Vec<_>>()).expect(0).says("Wrote the ranking to"));
    let page = std::fs::read_to_string(home.folder().join("ranking.html")).unwrap();
    assert!(
        page.starts_with("<!doctype html>")
            && page.contains("default-src 'none'")
            && page.contains("The order")
    );
    assert!(!page.contains("<script"));
}

#[test]
fn what_shares_no_scale_is_refused_before_anybody_is_asked() {
    let home = Home::new();
    let files = offers(&home);
    home.write("nps.md", studies::nps(20, 7));
    home.write("ab.md", "---\nstudy: ab_test\n---\n## Variant A\n\nA box of dinners.\n\n## Variant B\n\nA box of lunches.\n");
    drop(home.run(["rank", files[0]]).expect(2).says("A ranking takes 2 to 200 texts"));
    drop(home.run(["rank", files[0], "nps.md"]).expect(2).says("it says that it is a nps study"));
    drop(
        home.run(["rank", "ab.md", files[0]])
            .expect(2)
            .says("An A/B test compares two texts of its own"),
    );
    drop(home.run(["rank", files[0], "missing.md"]).expect(2).says("missing.md"));
    let poor = home.run(["rank", files[0], files[1], "--panel", "6000"]).expect(3);
    drop(poor.says("All of them take 12000 credits"));
    assert_eq!(home.run(["list", "--json"]).expect(0).json(), serde_json::json!([]));

    let id = studies::run(&home, 20, 7).json()["study"]["id"].as_str().unwrap().to_owned();
    drop(home.run(["run", "nps.md"]).expect(0));
    drop(home.run(["rank", &id, "@"]).expect(2).says("they share no scale"));
    drop(home.run(["rank", &id, &id]).expect(2).says("is named twice"));
    drop(
        home.run(["rank", &id, "@", "--panel", "5"])
            .expect(2)
            .says("Settings and --dry-run are for files"),
    );
}

#[test]
fn a_study_like_another_asks_the_same_people_and_flags_win() {
    let home = Home::new();
    home.write("first.md", format!("---\npanel: 40\nseed: 11\naudience: {{ region: uk, gender: female }}\ncontext: You cook.\n---\n{}", studies::CONCEPT));
    let first = studies::id(&home.run(["run", "first.md", "--json"]).expect(0)).to_string();
    home.write(
        "second.md",
        format!("---\npanel: 10\nname: Second\n---\n{}", studies::CONCEPT.replace("60", "30")),
    );
    let dry =
        home.run(["run", "second.md", "--like", &first, "--dry-run", "--json"]).expect(0).json();
    assert_eq!((&dry["panel"], &dry["seed"]), (&40.into(), &11.into()));
    let ended = home.run(["run", "second.md", "--like", "@", "--json"]).expect(0);
    let second = studies::id(&ended.says("panel 10: 40 is taken")).to_string();
    let compared = home.run(["compare", &first, &second, "--json"]).expect(0).json();
    assert_eq!(compared["paired"], true);
    // A new text beside an id is asked of its people.
    home.write("third.md", studies::CONCEPT.replace("60", "20"));
    let printed = home.run(["rank", "third.md", &first, "--json"]).expect(0).json();
    assert_eq!((&printed["paired"], ranked(&printed).len()), (&true.into(), 2));

    let other =
        home.run(["run", "second.md", "--like", &first, "--seed", "12", "--json"]).expect(0);
    let other =
        studies::id(&other.says("Other people answer than in").says("seed 12 instead of 11"))
            .to_string();
    let printed = home.run(["rank", &first, &other, "--json"]).expect(0).json();
    assert_eq!(printed["paired"], false);
    let shown = home.run(["rank", &first, &other]).expect(0).out();
    assert!(shown.contains("differ in seed"), "{shown}");
    drop(home.run(["run", "second.md", "--like", "ffffffff"]).expect(2));
}

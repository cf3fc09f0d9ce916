//! Tests of controls and other wordings. Panels with a known fault fail, an honest panel passes, and answers, prices
//! and evidence are unaffected.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use harness::mock_provider::{Heard, score, scored};
use harness::{Act, Ended, Home, MockProvider, audit, csv, studies, wait};
use protocol::service::Control;
use serde_json::{Value, json};

/// What a call was for, as only its question tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Answer,
    Decoy,
    Duplicate,
    Reversed,
    Wording(u32),
}

fn kind(heard: &Heard) -> Kind {
    let asks = |words: &str| heard.question.contains(words);
    if asks("DripLetter") {
        Kind::Decoy
    } else if asks("* * *") {
        Kind::Duplicate
    } else if asks("How far are you from liking it") {
        Kind::Reversed
    } else if asks("On a scale from 1") {
        Kind::Wording(1)
    } else if asks("What number between 1") {
        Kind::Wording(2)
    } else {
        Kind::Answer
    }
}

/// A service that scores as that panel does.
fn panel(of: impl Fn(&Heard, Kind) -> u64 + Send + Sync + 'static) -> MockProvider {
    MockProvider::start(Duration::ZERO, move |heard| {
        Act::Say(scored(heard, of(heard, kind(heard)).clamp(1, 10)))
    })
}

/// People who mean what they say, somewhat milder than ten so that there is room for a decoy below them.
fn honest(heard: &Heard, kind: Kind) -> u64 {
    match kind {
        Kind::Decoy => 1,
        Kind::Reversed => 11 - score(heard),
        Kind::Answer | Kind::Duplicate | Kind::Wording(_) => score(heard),
    }
}

fn home(mock: &MockProvider) -> Home {
    let home = Home::with_settings(&mock.settings(""));
    home.write("idea.md", studies::concept(60, 7));
    home
}

fn run(home: &Home, more: &[&str]) -> Ended {
    let args = ["run", "idea.md", "--engine", "mock", "--json", "--answers", "--fresh"];
    home.run(args.iter().chain(more))
}

const CHECKED: [&str; 3] = ["--controls", "--wordings", "2"];

fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn verdict<'a>(printed: &'a Value, control: &str) -> &'a Value {
    &printed["results"]["diagnostics"]["controls"][control]["verdict"]
}

/// The table has a column for everything that was asked besides the answers, each is explained, and the pages tell of it.
fn tables(home: &Home) {
    drop(home.run(["export", "@", "--format", "csv", "-o", "checked.csv"]).expect(0));
    let read = |name: &str| std::fs::read_to_string(home.folder().join(name)).unwrap();
    let rows = csv::rows(&read("checked.csv"));
    let (head, rows) = rows.split_first().unwrap();
    let codebook = csv::rows(&read("checked.codebook.csv"));
    for wanted in [
        "decoy_score",
        "duplicate_score",
        "reversed_score",
        "wording_1_score",
        "wording_2_purchase_intent",
        "decoy_not_answered",
    ] {
        let place = head.iter().position(|column| column == wanted).unwrap();
        let filled = rows.iter().filter(|row| !row[place].is_empty()).count();
        assert_eq!(filled, if wanted.ends_with("not_answered") { 0 } else { 30 }, "{wanted}");
        assert!(codebook.iter().any(|row| row[0] == wanted), "{wanted} is not explained");
    }
    for format in ["md", "html"] {
        let page = home.run(["export", "@", "--format", format]).expect(0).out();
        for wanted in ["Decoy", "Wording 1"] {
            assert!(page.contains(wanted), "{wanted} is missing in the {format}");
        }
    }
}

#[test]
fn an_honest_panel_passes_and_only_its_answers_are_paid() {
    let mock = panel(honest);
    let home = home(&mock);
    let plain = run(&home, &["--replicates", "0"]).expect(0).json();
    assert_eq!(mock.calls(), 60);
    let ended = run(&home, &CHECKED).expect(0);
    let printed = ended.json();
    // Everyone once; 30 of them again, three controls and two wordings.
    assert_eq!(mock.calls() - 60, 60 + 30 * 6);
    let kinds: Vec<Kind> = mock.told().heard[60..].iter().map(kind).collect();
    let count = |wanted: Kind| kinds.iter().filter(|kind| **kind == wanted).count();
    for asked in [Kind::Decoy, Kind::Duplicate, Kind::Reversed, Kind::Wording(1), Kind::Wording(2)]
    {
        assert_eq!(count(asked), 30, "{asked:?}");
    }
    assert_eq!(count(Kind::Answer), 60 + 30, "the answers, and those again");
    assert_eq!(printed["meta"]["credits_used"], 60, "a check costs no credit");
    assert_eq!(printed["study"]["panel"]["delivered"], 60);
    for control in ["decoy", "duplicate", "reversed"] {
        assert_eq!(verdict(&printed, control), "passed", "{printed}");
    }
    let found = &printed["results"]["diagnostics"];
    assert_eq!(found["wordings"]["verdict"], "passed");
    assert_eq!(found["wordings"]["wordings"][1]["rank"]["value"], 1.0);
    // What was said to the checks stands beside the answers of those who were asked.
    let asked = printed["results"]["responses"].as_array().unwrap().iter();
    let besides: Vec<&Value> =
        asked.map(|response| &response["besides"]).filter(|besides| besides.is_object()).collect();
    assert_eq!(besides.len(), 30);
    for besides in besides {
        assert_eq!(besides["decoy"]["score"], 1);
        let turned = 11 - besides["wording_1"]["score"].as_u64().unwrap();
        assert_eq!(besides["reversed"]["score"], turned);
    }
    tables(&home);
    // Apart from that nothing but the diagnostics knows of it.
    let rest = |printed: &Value| {
        let mut results = printed["results"].clone();
        drop(results.as_object_mut().unwrap().remove("diagnostics"));
        for response in results["responses"].as_array_mut().unwrap() {
            drop(response.as_object_mut().unwrap().remove("besides"));
        }
        results.to_string()
    };
    assert_eq!(rest(&printed), rest(&plain));
    assert_ne!(printed["study"]["instrument_hash"], plain["study"]["instrument_hash"]);
    assert_eq!(audit::study(&home.link(), studies::id(&ended)), audit::Findings::new());
    let shown = words(&home.run(["show", "@"]).expect(0).out());
    assert!(
        shown.contains("• Decoy passed: a text made to be bad was rated clearly lower"),
        "{shown}"
    );
    assert!(!shown.contains(" ! "), "{shown}");
}

#[test]
fn what_it_will_cost_is_told_before_and_capped() {
    let mock = panel(honest);
    let home = home(&mock);
    let preview = |more: &[&str]| {
        let args = ["run", "idea.md", "--engine", "mock", "--dry-run", "--json"];
        home.run(args.iter().chain(more)).expect(0).json()
    };
    let plain = preview(&["--replicates", "0"]);
    let checked = preview(&CHECKED);
    let least = |preview: &Value| preview["cost_usd"][0].as_f64().unwrap();
    let ratio = least(&checked) / least(&plain);
    // 60 against 60 and 180 more, of which the decoys are longer.
    assert!((3.9..5.0).contains(&ratio), "{ratio}");
    let note = checked["notes"].to_string();
    assert!(note.contains("180 questions") && note.contains("a decoy (30)"), "{note}");
    assert!(!plain["notes"].to_string().contains("besides"), "{plain}");
    assert_eq!(checked["credits"], plain["credits"]);
}

#[test]
fn a_cap_pays_the_answers_first_and_then_as_many_checks_as_it_can() {
    // 2.6 thousandths of a dollar a call.
    let mock = MockProvider::start(Duration::ZERO, |_| Act::Claim(json!(2_000), json!(300)));
    let home = home(&mock);
    let more = [&CHECKED[..], &["--max-cost-usd", "0.3"]].concat();
    let printed = run(&home, &more).expect(0).json();
    let cost = printed["meta"]["cost_usd"].as_f64().unwrap();
    assert!(cost <= 0.3 && cost > 0.25, "{cost}");
    assert_eq!(printed["study"]["panel"]["delivered"], 60, "{printed}");
    assert_eq!(printed["meta"]["credits_used"], 60);
    assert!((100..=115).contains(&mock.calls()), "{}", mock.calls());
}

#[test]
fn a_panel_that_says_yes_is_told_beside_the_headline() {
    // Eight or nine, whatever is asked.
    let mock = panel(|heard, _| 8 + score(heard) % 2);
    let home = home(&mock);
    let printed = run(&home, &["--controls"]).expect(0).json();
    assert_eq!(
        (verdict(&printed, "decoy"), verdict(&printed, "reversed")),
        (&json!("failed"), &json!("failed"))
    );
    assert_eq!(verdict(&printed, "duplicate"), "passed", "consistent it is");
    let flags = printed["results"]["diagnostics"]["flags"].to_string();
    assert!(flags.contains("control_failed"), "{flags}");
    let distrust =
        "this panel also liked a text made to be bad, so do not trust the level of its answers";
    let shown = words(&home.run(["show", "@"]).expect(0).out());
    let (before, _) = shown.split_once("The mean score is").unwrap();
    assert!(before.contains(distrust), "{shown}");
    for format in ["md", "html"] {
        drop(home.run(["export", "@", "--format", format, "--force", "-o", "page"]).expect(0));
        let page = words(&std::fs::read_to_string(home.folder().join("page")).unwrap());
        let (before, _) = page.split_once("The mean score is").unwrap();
        assert!(before.contains(distrust), "{page}");
    }
}

#[test]
fn a_panel_that_the_wording_sways_loses_exactly_what_it_is_swayed_by() {
    let mock = panel(|heard, kind| match kind {
        // Two points less in the second wording, where there is room for it.
        Kind::Wording(2) => score(heard).max(3) - 2,
        other => honest(heard, other),
    });
    let home = home(&mock);
    let printed = run(&home, &["--wordings", "2", "--subsample", "60"]).expect(0).json();
    let heard = mock.told().heard;
    let second: Vec<&Heard> =
        heard.iter().filter(|heard| kind(heard) == Kind::Wording(2)).collect();
    assert_eq!(second.len(), 60);
    let lost: u64 = second.iter().map(|heard| score(heard) - (score(heard).max(3) - 2)).sum();
    let found = &printed["results"]["diagnostics"]["wordings"];
    let moved = found["wordings"][1]["difference"]["value"].as_f64().unwrap();
    assert!((moved + f64::from(u32::try_from(lost).unwrap()) / 60.0).abs() < 1e-6, "{found}");
    assert_eq!(found["wordings"][0]["difference"]["value"], 0.0);
    assert_eq!(found["verdict"], "failed");
    assert_eq!(found["largest"], found["wordings"][1]["difference"]);
    let flags = printed["results"]["diagnostics"]["flags"].to_string();
    assert!(flags.contains("wording_matters"), "{flags}");
    let shown = words(&home.run(["show", "@"]).expect(0).out());
    assert!(shown.contains("! The wording of the question matters"), "{shown}");
    assert!(
        shown.contains("Wording 2 minus the answer −")
            || shown.contains("Wording 2 minus the answer -"),
        "{shown}"
    );
}

#[test]
fn kills_in_the_middle_of_the_checks_change_nothing_and_the_evidence_replays() {
    let service = || {
        MockProvider::start(Duration::from_millis(10), |heard| {
            Act::Say(scored(heard, honest(heard, kind(heard))))
        })
    };
    let text = studies::concept(60, 7)
        .replace("panel:", "engine: mock\ncontrols: true\nwordings: 2\nsubsample: 40\npanel:");
    let total = 60 + 40 * 6;
    let results = |home: &Home| home.run(["show", "@", "--json", "--answers"]).expect(0).results();
    let calm = {
        let mock = service();
        let home = Home::with_settings(&mock.settings("concurrency = 8"));
        let _daemon = home.daemon();
        let id = home.link().take_on(&text).unwrap().id;
        drop(wait::for_end(&home.link(), id));
        assert_eq!(mock.calls(), total);
        results(&home)
    };
    let mock = service();
    let home = Home::with_settings(&mock.settings("concurrency = 8"));
    let mut daemon = home.daemon();
    let id = home.link().take_on(&text).unwrap().id;
    for calls in [30, 100, 170, 240] {
        wait::until("some more calls", wait::BOUND, || (mock.calls() >= calls).then_some(()));
        daemon.kill();
        daemon = home.daemon();
    }
    let study = wait::for_end(&home.link(), id);
    assert_eq!(study.panel.delivered, 60);
    let wasted = mock.calls() - total;
    assert!(wasted <= 4 * 9, "{wasted} calls were made twice");
    assert_eq!(results(&home), calm, "to the last byte");
    assert_eq!(audit::study(&home.link(), id), audit::Findings::new());
    assert_eq!(home.link().report(id).unwrap().meta.credits_used.0, 60);
    drop(
        home.run(["export", "@", "--format", "bundle", "--force", "-o", "study.evidence"])
            .expect(0),
    );
    drop(daemon);
    home.kill_all();
    let replay = home.run(["replay", "study.evidence", "--json"]).expect(0).json();
    assert_eq!((&replay["identical"], &replay["exchanges"]), (&json!(true), &json!(total)));
    assert_eq!((&replay["prompts"], &replay["without_reply"]), (&json!(total), &json!(0)));
}

#[test]
fn the_built_in_reader_is_checked_as_far_as_that_means_something() {
    let home = Home::new();
    for (study, reason) in [
        ("concept_test", "reads what is shown and not the question"),
        ("nps", "reads what is shown and not the question"),
        ("sentiment", "no scale to turn round"),
    ] {
        let text = studies::concept(200, 7)
            .replace("panel:", &format!("study: {study}\ncontrols: true\nsubsample: 150\npanel:"));
        home.write("idea.md", text);
        let printed = home.run(["run", "idea.md", "--json"]).expect(0).json();
        assert_eq!(verdict(&printed, "decoy"), "passed", "{printed}");
        assert_ne!(verdict(&printed, "duplicate"), "failed", "{printed}");
        let reversed = &printed["results"]["diagnostics"]["controls"]["reversed"];
        assert!(reversed["not_asked"].as_str().unwrap().contains(reason), "{reversed}");
        drop(
            home.run(["export", "@", "--format", "bundle", "--force", "-o", "study.evidence"])
                .expect(0),
        );
        let evidence = std::fs::read_to_string(home.folder().join("study.evidence")).unwrap();
        assert!(evidence.contains("\"replicate\":1001"), "the decoy is in the evidence");
        let replay = home.run(["replay", "study.evidence", "--json"]).expect(0).json();
        assert_eq!((&replay["identical"], &replay["without_reply"]), (&json!(true), &json!(0)));
    }
    home.write("idea.md", studies::concept(50, 7));
    let refused = home.run(["run", "idea.md", "--wordings", "2"]).expect(2);
    drop(refused.says("it reads what is shown, not how the question is put"));
}

#[test]
fn a_question_of_the_owners_that_cannot_be_put_otherwise_is_refused_before_anybody_is_asked() {
    let mock = panel(honest);
    let home = home(&mock);
    let prompts = home.paths().config.with_file_name("prompts");
    std::fs::create_dir_all(&prompts).unwrap();
    let own = "Shown: {{ stimulus }}. How much does the person like it? Answer with score, sentiment, purchase_intent, reasoning.";
    std::fs::write(prompts.join("concept_test.jinja"), own).unwrap();
    let refused = home.run(["run", "idea.md", "--engine", "mock", "--controls"]).expect(2);
    drop(
        refused
            .says("Not every question can be put")
            .says("'concept_test_reversed.jinja' asks what"),
    );
    assert_eq!(mock.calls(), 0);
    // With its block it can.
    let own = own.replace(
        "How much does the person like it?",
        "{% block question %}How much?{% endblock %}",
    );
    std::fs::write(prompts.join("concept_test.jinja"), own).unwrap();
    home.kill_all();
    let printed = run(&home, &["--controls", "--subsample", "20"]).expect(0).json();
    assert_eq!(mock.calls(), 60 + 4 * 20);
    assert_eq!(verdict(&printed, "duplicate"), "passed", "{printed}");
}

#[test]
fn whoever_is_asked_again_after_a_failure_is_checked_again_too() {
    let broken = Arc::new(AtomicBool::new(true));
    let fails = Arc::clone(&broken);
    let mock = MockProvider::start(Duration::ZERO, move |heard| {
        if fails.load(Ordering::Relaxed) && score(heard) > 7 {
            Act::Say("I would rather not put a number on it.".to_owned())
        } else {
            Act::Say(scored(heard, honest(heard, kind(heard))))
        }
    });
    let home = home(&mock);
    let first = run(&home, &["--controls", "--subsample", "60"]);
    assert_eq!(first.code(), 5, "{first}");
    let lost = first.json()["study"]["panel"]["invalid"].as_u64().unwrap();
    assert!(lost > 5, "{lost}");
    broken.store(false, Ordering::Relaxed);
    let id = studies::id(&first);
    let before = mock.calls();
    drop(home.link().control(id, Control::Retry).unwrap());
    let study = wait::for_end(&home.link(), id);
    assert_eq!(study.panel.delivered, 60);
    // The answer, the same again and three controls of each of them.
    assert_eq!(u64::try_from(mock.calls() - before).unwrap(), 5 * lost);
    let printed = home.run(["show", "@", "--json"]).expect(0).json();
    let controls = &printed["results"]["diagnostics"]["controls"];
    for control in ["decoy", "duplicate", "reversed"] {
        assert_eq!(controls[control]["asked"], 60, "{controls}");
        assert_eq!(controls[control]["difference"]["n"], 60, "{controls}");
        assert_eq!(controls[control]["verdict"], "passed", "{controls}");
    }
    assert_eq!(audit::study(&home.link(), id), audit::Findings::new());
}

//! Tests of studies with one question per call: as many calls as questions, each without the others, one answer from
//! all of them, with the cost, evidence and cached reply of every single one.

use std::collections::BTreeMap;
use std::time::Duration;

use harness::mock_provider::{Heard, score};
use harness::{Act, Ended, Home, MockProvider, audit, studies, wait};
use protocol::run::State;
use protocol::service::Control;
use serde_json::{Value, json};

fn home(mock: &MockProvider) -> Home {
    Home::with_settings(&mock.settings(""))
}

fn run(home: &Home, more: &[&str]) -> Ended {
    let args = ["run", "idea.md", "--engine", "mock", "--json", "--answers"];
    home.run(args.iter().chain(more))
}

const ALONE: [&str; 4] = ["--questions-per-call", "one", "--replicates", "0"];

/// Which question a call puts, by the form of its reply.
fn kind(heard: &Heard) -> &'static str {
    let form = heard.question.rsplit_once("nothing else:\n").unwrap().1;
    let keys = [
        "reasoning",
        "score",
        "sentiment",
        "purchase_intent",
        "key_theme",
        "preference",
        "score_a",
        "score_b",
        "answer",
    ];
    let mut named = keys.into_iter().filter(|key| form.contains(&format!("\"{key}\":")));
    let kind = named.next().unwrap();
    assert_eq!(named.next(), None, "two questions in one call: {form}");
    kind
}

fn kinds(mock: &MockProvider) -> BTreeMap<&'static str, usize> {
    let mut kinds = BTreeMap::new();
    for heard in mock.told().heard {
        *kinds.entry(kind(&heard)).or_default() += 1;
    }
    kinds
}

/// A name, a file, and how often each question is put.
type Case<'a> = (&'a str, String, &'a [(&'a str, usize)]);

#[test]
fn every_kind_of_study_puts_each_question_alone_and_replays() {
    let ab = format!(
        "---\nstudy: ab_test\norders: both\npanel: 10\nseed: 3\n---\n## Variant A\n{0}\n## Variant B\n{0} Free for a month.\n",
        studies::CONCEPT
    );
    let of = |study: &str, more: &str| {
        format!("---\nstudy: {study}\npanel: 10\nseed: 3\n{more}---\n{}", studies::CONCEPT)
    };
    let survey = of("survey", "questions:\n  - What would stop you?\n  - Who would like it?\n");
    let studies: [Case<'_>; 5] = [
        (
            "concept",
            of("concept_test", ""),
            &[("purchase_intent", 10), ("reasoning", 10), ("score", 10), ("sentiment", 10)],
        ),
        ("nps", of("nps", ""), &[("reasoning", 10), ("score", 10), ("sentiment", 10)]),
        (
            "sentiment",
            of("sentiment", ""),
            &[("key_theme", 10), ("reasoning", 10), ("sentiment", 10)],
        ),
        ("survey", survey, &[("answer", 20), ("reasoning", 10)]),
        (
            "ab",
            ab,
            &[
                ("preference", 20),
                ("reasoning", 20),
                ("score_a", 20),
                ("score_b", 20),
                ("sentiment", 20),
            ],
        ),
    ];
    for (name, text, expected) in studies {
        let mock = MockProvider::good();
        let home = home(&mock);
        home.write("idea.md", text);
        let ended = run(&home, &ALONE).expect(0);
        let expected: BTreeMap<&str, usize> = expected.iter().copied().collect();
        assert_eq!(kinds(&mock), expected, "{name}");
        let printed = ended.json();
        assert_eq!(printed["study"]["panel"]["delivered"], 10, "{name}: {printed}");
        assert_eq!(printed["meta"]["credits_used"], 10, "{name}");
        if name == "concept" {
            assert_eq!(audit::study(&home.link(), studies::id(&ended)), audit::Findings::new());
        }
        drop(home.run(["export", "@", "--format", "bundle", "-o", "it"]).expect(0));
        let replay = home.run(["replay", "it", "--json"]).expect(0).json();
        assert_eq!(replay["identical"], true, "{name}");
        let calls: usize = expected.values().sum();
        assert_eq!(
            (&replay["exchanges"], &replay["prompts"]),
            (&json!(calls), &json!(calls)),
            "{name}"
        );
    }
}

/// Whoever decides by what is shown and not by what else is asked gives the same numbers either way.
#[test]
fn the_same_people_say_the_same_and_it_is_announced_and_booked() {
    let mock = MockProvider::good();
    let home = home(&mock);
    home.write("idea.md", studies::concept(40, 7));
    let together = run(&home, &["--replicates", "0"]).expect(0).json();
    let first = mock.calls();
    let alone = run(&home, &ALONE).expect(0).json();
    assert_eq!((first, mock.calls() - first), (40, 160));
    for field in ["mean_score", "score_distribution", "purchase_intent", "themes", "estimates"] {
        assert_eq!(alone["results"][field], together["results"][field], "{field}");
    }
    let hash = |printed: &Value| printed["study"]["instrument_hash"].clone();
    assert_ne!(hash(&together), hash(&alone), "{}", together["study"]);
    let preview = home
        .run(["run", "idea.md", "--engine", "mock", "--dry-run", "--json"].iter().chain(&ALONE))
        .expect(0)
        .json();
    assert_eq!(preview["calls"][0]["count"], 160, "{preview}");
    let range = |at: usize| preview["cost_usd"][at].as_f64().unwrap();
    let cost = alone["meta"]["cost_usd"].as_f64().unwrap();
    assert!(cost <= range(1) && range(0) < range(1), "{cost}: {preview}");
    assert!(preview["questionnaire"].as_str().unwrap().contains("Call 4 of 4"), "{preview}");
    // Once more: every question is remembered, and none is paid for.
    let again = run(&home, &ALONE).expect(0).json();
    assert_eq!(mock.calls(), first + 160);
    assert_eq!(again["results"], alone["results"]);
    assert_eq!(again["meta"]["cost_usd"], 0.0);
    let shown = home.run(["show", "@"]).expect(0);
    assert!(shown.out().contains("Each question was put in a call of its own"), "{shown}");
}

#[test]
fn only_the_question_whose_reply_is_wrong_is_asked_again() {
    // Of the scores a third is no number at first; every fifth person declines to say what they would buy.
    let mock = MockProvider::start(Duration::ZERO, |heard| {
        let again = heard.question.contains("could not be used");
        let person = score(heard);
        match kind(heard) {
            "score" if person <= 3 && !again => {
                Act::Say(json!({"score": "six or seven", "refused": null}).to_string())
            }
            "purchase_intent" if person == 10 => {
                Act::Say(json!({"refused": "that is private"}).to_string())
            }
            _ => Act::Answer,
        }
    });
    let home = home(&mock);
    home.write("idea.md", studies::concept(60, 7));
    let ended = run(&home, &ALONE);
    let printed = ended.json();
    let told = mock.told().heard;
    let again: Vec<&Heard> =
        told.iter().filter(|heard| heard.question.contains("could not be used")).collect();
    assert!(!again.is_empty() && again.iter().all(|heard| kind(heard) == "score"));
    let declined =
        told.iter().filter(|heard| kind(heard) == "purchase_intent" && score(heard) == 10).count();
    assert!(declined > 0);
    assert_eq!(told.len(), 240 + again.len(), "nothing else is asked again");
    let panel = &printed["study"]["panel"];
    assert_eq!(panel["refused"], json!(declined), "{printed}");
    assert_eq!(panel["delivered"], json!(60 - declined));
    assert_eq!(printed["meta"]["credits_used"], json!(60 - declined), "{printed}");
    drop(home.run(["export", "@", "--format", "bundle", "-o", "it"]).expect(0));
    assert_eq!(home.run(["replay", "it", "--json"]).expect(0).json()["identical"], true);
}

#[test]
fn checks_go_with_it_and_the_built_in_reader_says_why_not() {
    let mock = MockProvider::good();
    let home = home(&mock);
    home.write("idea.md", studies::concept(30, 7));
    let more = ["--controls", "--wordings", "2", "--subsample", "10"];
    let ended = run(&home, &[&ALONE[..], &more].concat()).expect(0);
    // Thirty answers, and of ten people three controls and two wordings, four questions each.
    assert_eq!(mock.calls(), 4 * (30 + 10 * 5));
    let found = &ended.json()["results"]["diagnostics"];
    assert_eq!(found["controls"].as_object().unwrap().len(), 3, "{found}");
    assert_eq!(found["wordings"]["wordings"].as_array().unwrap().len(), 2, "{found}");
    let refused = home.run(["run", "idea.md", "--questions-per-call", "one"]).expect(2);
    drop(refused.says("means nothing to the built-in reader"));
    let refused =
        home.run(["run", "idea.md", "--engine", "mock", "--questions-per-call", "two"]).expect(2);
    drop(refused.says("all").says("one"));
}

/// Whoever has answered some questions when the daemon is killed, or the study paused, is not asked those again: no more calls
/// are wasted than were under way, and none where all of them could come in.
#[test]
fn what_was_answered_before_a_kill_or_a_pause_is_not_asked_again() {
    for (reuse, seed) in [("allowed", 7), ("never", 8)] {
        let mock = MockProvider::start(Duration::from_millis(10), |_| Act::Answer);
        let home = Home::with_settings(&mock.settings("concurrency = 8"));
        let mut daemon = home.daemon();
        let more =
            format!("engine: mock\nreplicates: 0\nquestions_per_call: one\nreuse: {reuse}\npanel");
        let id =
            home.link().take_on(&studies::concept(60, seed).replace("panel", &more)).unwrap().id;
        let kills = 3;
        for round in 1..=kills {
            let so_far = round * 50;
            wait::until("some more calls", Duration::from_secs(20), || {
                (mock.calls() > so_far).then_some(())
            });
            daemon.kill();
            daemon = home.daemon();
        }
        let link = home.link();
        drop(wait::for_answers(&link, id, 50));
        drop(link.control(id, Control::Pause).unwrap());
        let paused = wait::for_state(&link, id, State::Paused);
        drop(link.control(id, Control::Resume).unwrap());
        assert_eq!(wait::for_end(&link, id).panel.delivered, 60, "{paused:?}");
        let calls = mock.calls();
        // As many as may be under way, and half as many more where replies take long and wait for the disk.
        assert!(calls <= 240 + kills * (8 + 4), "{reuse}: {calls} calls for 240 questions");
        assert_eq!(audit::study(&link, id), audit::Findings::new());
        let meta = link.report(id).unwrap().meta;
        assert_eq!(meta.from_cache, 0, "its own answers are no other study's");
        // A call of this kind costs a little more than that here.
        let least = 0.0004 * f64::from(u32::try_from(calls).unwrap());
        assert!(meta.cost_usd >= least, "{reuse}: {calls} calls for {meta:?}");
        drop(home.run(["export", "@", "--format", "bundle", "-o", "it"]).expect(0));
        let replay = home.run(["replay", "it", "--json"]).expect(0).json();
        assert_eq!(
            (&replay["identical"], &replay["exchanges"]),
            (&json!(true), &json!(240)),
            "{reuse}"
        );
    }
}

//! Tests of replicates, the response cache and evidence: replicates never count as answers, cached replies are not paid
//! for twice, and anyone can rebuild the results from the evidence bundle.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use harness::{Act, Ended, Home, MockProvider, audit, studies, wait};
use serde_json::{Value, json};

fn home(mock: &MockProvider) -> Home {
    Home::with_settings(&mock.settings(""))
}

fn run(home: &Home, more: &[&str]) -> Ended {
    let args = ["run", "idea.md", "--engine", "mock", "--json", "--answers"];
    home.run(args.iter().chain(more))
}

fn bundle(home: &Home, name: &str) -> String {
    drop(home.run(["export", "@", "--format", "bundle", "-o", name]).expect(0));
    std::fs::read_to_string(home.folder().join(name)).unwrap()
}

/// Holds a report to some words, however its lines are broken.
#[track_caller]
fn prints(ended: &Ended, words: &str) {
    let text = ended.out().split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains(words), "{words:?} is not in {text}");
}

#[test]
fn a_subsample_is_asked_twice_and_only_its_noise_is_counted() {
    let mock = MockProvider::good();
    let home = home(&mock);
    home.write("idea.md", studies::concept(60, 7));
    let once = run(&home, &["--replicates", "0", "--fresh"]).expect(0);
    let ended = run(&home, &["--replicates", "20", "--fresh"]).expect(0);
    let printed = ended.json();
    assert_eq!(mock.calls(), 60 + 80);
    assert_eq!(printed["meta"]["credits_used"], 60, "a second asking costs no credit");
    let results = &printed["results"];
    for field in ["mean_score", "score_distribution", "estimates", "themes"] {
        assert_eq!(results[field], once.json()["results"][field], "{field}");
    }
    let mut responses = results["responses"].clone();
    let again: Vec<Value> = responses
        .as_array_mut()
        .unwrap()
        .iter_mut()
        .filter_map(|response| response.as_object_mut().unwrap().remove("besides"))
        .collect();
    assert_eq!(responses, once.json()["results"]["responses"]);
    assert_eq!(again.len(), 20);
    assert!(again.iter().all(|besides| besides["replicate_1"]["score"].is_u64()), "{again:?}");
    // The service answers a person alike each time.
    let figures = &results["diagnostics"]["figures"];
    assert_eq!(
        (&figures["reask_same"]["value"], &figures["reask_same"]["n"]),
        (&json!(1.0), &json!(20))
    );
    assert_eq!(
        once.json()["results"]["diagnostics"]["figures"]["persona_effect"]["undefined"],
        "nobody was asked twice"
    );
    assert!(figures["persona_effect"]["value"].as_f64().unwrap() > 0.99, "{figures}");
    let twice: Vec<usize> =
        mock.told().by_persona().into_values().filter(|calls| *calls == 3).collect();
    assert_eq!(twice.len(), 20);
    let preview = |more: &[&str]| {
        let args = ["run", "idea.md", "--engine", "mock", "--dry-run", "--json"];
        home.run(args.iter().chain(more)).expect(0).json()["cost_usd"][0].as_f64().unwrap()
    };
    let (plain, more) = (preview(&["--replicates", "0"]), preview(&["--replicates", "60"]));
    assert!((more / plain - 2.0).abs() < 0.01, "the estimate knows: {plain} {more}");
    assert_eq!(audit::study(&home.link(), studies::id(&ended)), audit::Findings::new());
}

#[test]
fn dice_in_place_of_people_are_called_dice() {
    // What is thrown depends on who is asked and on how often, and on nothing else: not on who happens to come first.
    let thrown = Mutex::new(BTreeMap::<String, u64>::new());
    let mock = MockProvider::start(Duration::ZERO, move |heard| {
        let mut thrown = thrown.lock().unwrap();
        let throw = thrown.entry(heard.persona.clone()).or_default();
        *throw += 1;
        let mix = |drawn: u64, byte: u8| (drawn ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        let score = 1 + (heard.persona.bytes().fold(*throw * 0x9e37_79b9, mix) >> 24) % 10;
        let text = json!({
            "reasoning": format!("Whatever, call it number {}.", heard.number), "score": score,
            "sentiment": "mixed", "purchase_intent": "maybe", "refused": null,
        });
        Act::Say(text.to_string())
    });
    let home = home(&mock);
    home.write("idea.md", studies::concept(100, 7));
    let ended = home.run(["run", "idea.md", "--engine", "mock", "--replicates", "50"]).expect(0);
    prints(&ended, "Who answers matters no more than asking the same person twice");
    let printed = home.run(["show", "@", "--json"]).expect(0).json();
    let flags = printed["results"]["diagnostics"]["flags"].to_string();
    assert!(flags.contains("persona_effect_unclear"), "{flags}");
}

#[test]
fn the_same_question_is_paid_for_once_and_fresh_is_fresh() {
    let mock = MockProvider::good();
    let home = home(&mock);
    home.write("idea.md", studies::concept(30, 7));
    let first = run(&home, &[]).expect(0).json();
    assert_eq!(mock.calls(), 30);
    assert_eq!(first["meta"]["from_cache"], Value::Null);
    let again = run(&home, &[]).expect(0);
    let printed = again.json();
    assert_eq!(mock.calls(), 30, "nobody was asked again");
    assert_eq!(printed["results"], first["results"]);
    let meta = &printed["meta"];
    assert_eq!((&meta["from_cache"], &meta["cost_usd"]), (&json!(30), &json!(0.0)));
    assert_eq!(meta["credits_used"], 30, "an answer is an answer");
    let shown = home.run(["show", "@"]).expect(0);
    prints(&shown, "30 answers were given to the very same question");
    assert_eq!(audit::study(&home.link(), studies::id(&again)), audit::Findings::new());
    let fresh = run(&home, &["--fresh"]).expect(0).json();
    assert_eq!(mock.calls(), 60, "fresh is fresh");
    assert_eq!(fresh["meta"]["from_cache"], Value::Null);
    home.write("idea.md", studies::concept(30, 8));
    drop(run(&home, &[]).expect(0));
    assert_eq!(mock.calls(), 90, "other people are asked");
}

#[test]
fn what_is_remembered_survives_a_kill() {
    let mock = MockProvider::start(Duration::from_millis(10), |_| Act::Answer);
    let home = Home::with_settings(&mock.settings("concurrency = 8"));
    let mut daemon = home.daemon();
    let text = studies::concept(200, 7).replace("panel", "engine: mock\nreplicates: 0\npanel");
    let id = home.link().take_on(&text).unwrap().id;
    for round in 1..=3 {
        drop(wait::for_answers(&home.link(), id, round * 50));
        daemon.kill();
        daemon = home.daemon();
    }
    assert_eq!(wait::for_end(&home.link(), id).panel.delivered, 200);
    let calls = mock.calls();
    assert!(calls <= 200 + 3 * 8, "{calls} calls");
    let again = home.link().take_on(&text).unwrap().id;
    assert_eq!(wait::for_end(&home.link(), again).panel.delivered, 200);
    assert_eq!(mock.calls(), calls, "every answer of the first was remembered");
    assert_eq!(home.link().report(again).unwrap().meta.from_cache, 200);
    assert_eq!(audit::study(&home.link(), again), audit::Findings::new());
    drop(daemon);
}

#[test]
fn a_bundle_rebuilds_the_results_without_a_daemon() {
    // Some decline, some need a second try, some never say anything readable, and the order of variants is drawn.
    let mock = MockProvider::start(Duration::ZERO, |heard| match heard.number % 10 {
        3 => Act::Say("{\"refused\": \"I do not cook\"}".to_owned()),
        5 | 6 => Act::Say("A seven, I think.".to_owned()),
        _ => Act::Answer,
    });
    let home = home(&mock);
    home.write("idea.md", studies::concept(120, 7));
    let ended = run(&home, &[]);
    assert_eq!(ended.code(), 5, "{ended}");
    let text = bundle(&home, "study.evidence");
    assert!(!text.contains("127.0.0.1:0"));
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 122, "an opening, everyone, a closing");
    let said = &lines[1]["asked"][0]["exchanges"][0];
    assert!(said["system"].as_str().unwrap().contains("You are: "), "{said}");
    assert!(said["question"].as_str().unwrap().contains("meal kit"), "{said}");
    let heard = mock.told().heard;
    let sent = |said: &Value| {
        heard
            .iter()
            .any(|heard| heard.system == said["system"] && heard.question == said["question"])
    };
    let every: Vec<&Value> = lines[1..121]
        .iter()
        .flat_map(|line| line["asked"].as_array().unwrap())
        .flat_map(|asked| asked["exchanges"].as_array().unwrap())
        .collect();
    assert_eq!(every.len(), heard.len(), "every call that was replied to");
    assert!(every.into_iter().all(sent), "every prompt is one that was really sent");
    let told = home.run(["show", "@", "--json"]).json();
    assert!(lines[121]["replies"]["asked_again"].as_u64().unwrap() > 0);
    assert_eq!(lines[121]["replies"], told["meta"]["replies"], "how replies were read");
    home.kill_all();
    let replay = home.run(["replay", "study.evidence", "--json"]).expect(0).json();
    assert_eq!(replay["identical"], true);
    assert_eq!(replay["exchanges"], json!(heard.len()));
    assert_eq!((&replay["prompts"], &replay["without_reply"]), (&replay["exchanges"], &json!(0)));
    prints(&home.run(["replay", "study.evidence"]).expect(0), "the same to the last byte");
}

/// Whatever a service calls its model, an outcome takes the room of an outcome, and the evidence can be had.
#[test]
fn a_name_of_a_megabyte_takes_no_room() {
    let size = |name: &'static str| {
        let mock = MockProvider::start(Duration::ZERO, move |heard| {
            let body = json!({
                "model": name.repeat(if name == "mock-1" { 1 } else { 900_000 / json!(name).to_string().len() }),
                "choices": [{ "finish_reason": "stop", "message": { "content": harness::mock_provider::scored(heard, 7) } }],
                "usage": { "prompt_tokens": 100, "completion_tokens": 10 },
            });
            Act::Body(body.to_string().into_bytes())
        });
        let home = home(&mock);
        home.write("idea.md", studies::concept(100, 7));
        drop(run(&home, &["--replicates", "0"]).expect(0));
        let lines = bundle(&home, "it.evidence").len();
        drop(home.run(["replay", "it.evidence"]).expect(0));
        drop(home.run(["daemon", "stop"]));
        let store = std::fs::metadata(home.root().join("demoscope.redb")).map_or(0, |it| it.len());
        (lines, store)
    };
    let (usual, usual_store) = size("mock-1");
    for name in ["model-xyz", "é\u{1}\u{200b}", "\"\n"] {
        let (long, store) = size(name);
        assert!(long < usual + 100 * 1_000, "{name:?}: {long} bytes, usually {usual}");
        assert!(
            usual_store > 0 && store < usual_store + 8_000_000,
            "{name:?}: {store} bytes, usually {usual_store}"
        );
    }
}

/// As much as can be said to one respondent is more than a frame holds: the evidence can be had all the same.
#[test]
fn the_longest_respondent_fits_into_the_evidence() {
    let questions: Vec<String> =
        (1..=10).map(|at| format!("\"What about number {at}?\"")).collect();
    let study = format!(
        "---\nstudy: survey\npanel: 1\nseed: 7\nreplicates: 0\nquestions: [{}]\n---\n{}\n",
        questions.join(", "),
        studies::CONCEPT
    );
    for said in ["\u{1}", "word "] {
        let mock = MockProvider::start(Duration::ZERO, move |heard| {
            // Twice what cannot be read and then an answer, each as long as is kept.
            let long = said.repeat(7_000 / said.len());
            let answer = harness::mock_provider::answer(heard);
            let reply = if heard.turns == 1 { long } else { format!("{answer}\n{long}") };
            Act::Say(reply)
        });
        let home = home(&mock);
        home.write("idea.md", &study);
        drop(run(&home, &["--questions-per-call", "one"]));
        let text = bundle(&home, "it.evidence");
        assert_eq!(text.lines().count(), 3, "{said:?}");
        assert_eq!(mock.calls(), 22, "{said:?}");
        let replay = home.run(["replay", "it.evidence", "--json"]).expect(0).json();
        assert_eq!(replay["identical"], true, "{replay}");
    }
}

/// Replies that had to be mended, one that repeats a key, and one question a call: what is kept reads to the same results.
#[test]
fn what_was_mended_replays_to_the_last_byte() {
    let mock = MockProvider::start(Duration::ZERO, |heard| {
        let answer = harness::mock_provider::answer(heard);
        let changed = |from: &str, to: &str| Act::Say(answer.replace(from, to));
        match heard.number % 8 {
            0 => Act::Say(format!("{{\"answer\": {answer}}}")),
            1 => changed("probably_not", "Probably not."),
            2 => changed("\"refused\":null", "\"refused\":\"N/A\",\"confidence\":0.8"),
            3 => changed("I give it", "sk-CANARY-4711 gives it"),
            4 => changed("Price", &"P".repeat(70)),
            5 => changed("\"score\"", "\"Score\""),
            6 => changed("Cooking at home", "\\u0073\\u006b-CAN\\u200bARY-4711\\r\\n"),
            _ => Act::Answer,
        }
    });
    for more in ["all", "one"] {
        let home = Home::with_settings(
            &mock.settings("").replace("api_key_env = \"\"", "api_key_env = \"MINE\""),
        );
        home.write("idea.md", studies::concept(40, 7));
        let args = [
            "run",
            "idea.md",
            "--engine",
            "mock",
            "--json",
            "--answers",
            "--replicates",
            "0",
            "--questions-per-call",
            more,
        ];
        let ended = home.command(args).env("MINE", "sk-CANARY-4711").run().expect(0);
        assert_eq!(ended.json()["study"]["panel"]["delivered"], 40, "{ended}");
        let text = bundle(&home, "it.evidence");
        assert!(!text.contains("ARY-4711") && !ended.out().contains("ARY-4711"));
        let replay = home.run(["replay", "it.evidence", "--json"]).expect(0).json();
        assert_eq!(
            (&replay["identical"], &replay["without_reply"]),
            (&json!(true), &json!(0)),
            "{replay}"
        );
        assert_eq!(replay["prompts"], replay["exchanges"]);
        // Asked once more, everything is remembered, and reads alike.
        let calls = mock.calls();
        let again = home.command(args).env("MINE", "sk-CANARY-4711").run().expect(0);
        assert_eq!((mock.calls(), &again.json()["results"]), (calls, &ended.json()["results"]));
    }
}

#[test]
fn the_built_in_readers_evidence_replays_too() {
    let home = Home::new();
    for (name, text) in [
        ("concept", studies::concept(80, 3)),
        ("nps", studies::nps(80, 3)),
        ("twice", studies::concept(80, 3).replace("seed", "replicates: 40\nseed")),
        (
            "ab",
            format!(
                "---\nstudy: ab_test\norders: both\npanel: 40\nseed: 3\n---\n## Variant A\n{0}\n## Variant B\n{0} Free for a month.\n",
                studies::CONCEPT
            ),
        ),
    ] {
        home.write("idea.md", text);
        drop(home.run(["run", "idea.md", "--json"]).expect(0));
        let file = format!("{name}.evidence");
        drop(bundle(&home, &file));
        let replay = home.run(["replay", &file, "--json"]).expect(0).json();
        assert_eq!(
            (&replay["identical"], &replay["without_reply"]),
            (&json!(true), &json!(0)),
            "{name}"
        );
    }
}

#[test]
fn a_damaged_or_changed_bundle_is_refused_with_its_place() {
    let mock = MockProvider::good();
    let home = home(&mock);
    home.write("idea.md", studies::concept(20, 7));
    drop(run(&home, &[]).expect(0));
    let text = bundle(&home, "study.evidence");
    let lines: Vec<&str> = text.lines().collect();
    let refused = |name: &str, lines: &[String], code: i32, words: &str| {
        home.write(name, lines.join("\n") + "\n");
        drop(home.run(["replay", name]).expect(code).says(words));
    };
    let owned = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>();
    let mut changed = owned(&lines);
    changed[7] = changed[7].replacen("Cooking", "Eating", 1);
    refused("changed", &changed, 2, "Line 8 is damaged");
    refused("cut", &owned(&lines[..12]), 2, "Line 13 is damaged: the file ends here");
    let mut without = owned(&lines);
    drop(without.remove(5));
    refused("without", &without, 2, "Line 6 is damaged");
    refused(
        "more",
        &[owned(&lines), owned(&lines[..1])].concat(),
        2,
        "Line 23 is damaged: something follows",
    );
    refused("other", &["{\"hello\": 1}".to_owned()], 2, "no file of evidence");
    // Whoever makes every seal anew is found out by what the replies say.
    let mut before = String::new();
    let forged: Vec<String> = lines
        .iter()
        .map(|line| {
            let body = line.rsplit_once(",\"seal\":").unwrap().0;
            let body = body.replacen(
                "\"outcome\":{\"outcome\":\"answered\",\"answer\":{\"score\":",
                "\"outcome\":{\"outcome\":\"answered\",\"answer\":{\"score\":1",
                1,
            );
            before = seal(&before, &body);
            format!("{body},\"seal\":\"{before}\"}}")
        })
        .collect();
    refused("forged", &forged, 1, "Line 2 does not follow from the evidence: respondent 0");
    drop(home.run(["replay", "nowhere"]).expect(2).says("cannot be read"));
}

/// A bundle of an earlier version holds replies that it could not read and this one can: what it recorded stands.
#[test]
fn what_an_earlier_version_could_not_read_stays_unread() {
    let mock =
        MockProvider::start(Duration::ZERO, |heard| match harness::mock_provider::score(heard) {
            ..=3 => Act::Say("A seven, I think.".to_owned()),
            _ => Act::Answer,
        });
    let home = home(&mock);
    home.write("idea.md", studies::concept(40, 7));
    drop(run(&home, &["--replicates", "0"]).expect(5));
    let text = bundle(&home, "study.evidence");
    let rewrite = |name: &str, changes: &[(&str, &str)]| {
        let mut before = String::new();
        let lines: Vec<String> = text
            .lines()
            .map(|line| {
                let mut body = line.rsplit_once(",\"seal\":").unwrap().0.to_owned();
                for (from, to) in changes {
                    body = body.replace(from, to);
                }
                before = seal(&before, &body);
                format!("{body},\"seal\":\"{before}\"}}")
            })
            .collect();
        home.write(name, lines.join("\n") + "\n");
    };
    let said = json!({ "reasoning": "So.", "score": "7", "sentiment": "Mixed", "purchase_intent": "maybe" });
    let now = format!("\"reply\":{}", json!(said.to_string()));
    let readable = ("\"reply\":\"A seven, I think.\"", now.as_str());
    rewrite("now", &[readable]);
    drop(home.run(["replay", "now"]).expect(1).says("its reply reads otherwise"));
    assert!(text.contains(",\"reader\":8"));
    rewrite("earlier", &[readable, (",\"reader\":8", "")]);
    let replay = home.run(["replay", "earlier", "--json"]).expect(0).json();
    assert_eq!(replay["identical"], true, "{replay}");
    assert!(replay["without_reply"].as_u64() > Some(0), "{replay}");
}

/// A seal as the format has it: SHA-256 over both parts with their lengths.
fn seal(before: &str, body: &str) -> String {
    use sha2::{Digest, Sha256};
    let mut hash = Sha256::new();
    for part in [before, body] {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

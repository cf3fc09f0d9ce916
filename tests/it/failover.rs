//! Tests of failover when engines answer no one, or not everyone: which engine takes over, how often it is asked, and
//! when a study gives up.

use std::collections::BTreeSet;
use std::time::Duration;

use harness::{Act, Ended, Home, MockProvider, audit, studies};
use serde_json::json;

/// Two services behind one name, the first one before the second.
fn pool(strategy: &str, first: &MockProvider, second: &MockProvider, panel: u32) -> Home {
    let engine = |name: &str, mock: &MockProvider| {
        format!(
            "[engine.{name}]\nkind = \"openai\"\nbase_url = \"{}/v1\"\nmodel = \"model-{name}\"\napi_key_env = \"\"\n\
             price = {{ input = 1.0, output = 2.0 }}\nconcurrency = 10\n",
            mock.origin()
        )
    };
    let home = Home::with_settings(&format!(
        "[backup]\ndaily = false\n[cost]\nconfirm_above_usd = 1000.0\n{}{}\
         [engine.mixed]\nengines = [\"a\", \"b\"]\nstrategy = \"{strategy}\"\n",
        engine("a", first),
        engine("b", second)
    ));
    home.write("idea.md", studies::concept(panel, 7));
    home
}

fn run(home: &Home, engine: &str) -> Ended {
    home.run(["run", "idea.md", "--engine", engine, "--replicates", "0", "--json", "--yes"])
}

/// What fails for good, and what may pass.
const FAILURES: [u16; 4] = [429, 404, 500, 400];

#[test]
fn whoever_an_engine_does_not_answer_is_asked_at_the_next_one() {
    for strategy in ["failover", "round_robin"] {
        for status in FAILURES {
            let first =
                MockProvider::start(Duration::ZERO, move |_| Act::Status(status, Vec::new()));
            let second = MockProvider::good();
            let home = pool(strategy, &first, &second, 40);
            let printed = run(&home, "mixed").expect(0).json();
            let panel = &printed["study"]["panel"];
            assert_eq!(
                (&panel["delivered"], &panel["failed"]),
                (&json!(40), &json!(0)),
                "{strategy}, {status}"
            );
            assert_eq!(second.calls(), 40, "{strategy}, {status}");
            assert!(first.calls() <= 60, "{strategy}, {status}: {} calls", first.calls());
        }
    }
}

#[test]
fn an_engine_that_stops_answering_half_way_costs_nobody_the_answer() {
    for status in FAILURES {
        let first = MockProvider::start(Duration::from_millis(2), move |heard| {
            if heard.number < 10 { Act::Answer } else { Act::Status(status, Vec::new()) }
        });
        let second = MockProvider::good();
        let home = pool("failover", &first, &second, 200);
        let ended = run(&home, "mixed").expect(0);
        let shares = &ended.json()["meta"]["inference"]["engines"];
        assert_eq!((&shares[0]["answers"], &shares[1]["answers"]), (&json!(10), &json!(190)));
        assert!(first.calls() <= 80, "{status}: {} calls", first.calls());
        assert_eq!(audit::study(&home.link(), studies::id(&ended)), audit::Findings::new());
    }
}

#[test]
fn a_service_that_asks_to_wait_is_left_alone_while_another_one_answers() {
    let first = MockProvider::start(Duration::from_millis(2), |heard| {
        if heard.number < 10 {
            Act::Answer
        } else {
            Act::Status(429, vec![("retry-after", "600".to_owned())])
        }
    });
    let second = MockProvider::good();
    let home = pool("failover", &first, &second, 200);
    assert_eq!(run(&home, "mixed").expect(0).json()["study"]["panel"]["delivered"], 200);
    assert!(first.calls() <= 20, "{} calls", first.calls());
}

/// A filter for content rejects some people's questions: they are asked elsewhere, and the others where they were.
#[test]
fn an_engine_that_rejects_some_people_only_goes_on_with_the_others() {
    let first = MockProvider::start(Duration::ZERO, |heard| {
        if heard.number % 3 == 1 { Act::Status(400, Vec::new()) } else { Act::Answer }
    });
    let second = MockProvider::good();
    let home = pool("failover", &first, &second, 120);
    let printed = run(&home, "mixed").expect(0).json();
    assert_eq!(printed["study"]["panel"]["delivered"], 120);
    let shares = &printed["meta"]["inference"]["engines"];
    assert_eq!((&shares[0]["answers"], &shares[1]["answers"]), (&json!(80), &json!(40)));
    assert_eq!((first.calls(), second.calls()), (120, 40), "nobody is asked twice at one engine");
}

#[test]
fn whoever_no_engine_answers_has_asked_each_of_them_and_no_more() {
    // Few enough that the second engine, which only meets those, is not taken to be broken.
    // A rejected question is asked again twice.
    for (status, tries, people) in [(400, 3, 60), (500, 5, 24)] {
        let picky = move |heard: &harness::mock_provider::Heard| {
            // One letter of a person's line, so that some are met everywhere.
            if heard.persona.len() % 8 == 3 { Act::Status(status, Vec::new()) } else { Act::Answer }
        };
        let first = MockProvider::start(Duration::ZERO, picky);
        let second = MockProvider::start(Duration::ZERO, picky);
        let home = pool("failover", &first, &second, people);
        let ended = run(&home, "mixed").expect(5);
        let panel = ended.json()["study"]["panel"].clone();
        let failed = panel["failed"].as_u64().unwrap();
        assert!((1..30).contains(&failed), "{panel}");
        assert_eq!(panel["delivered"].as_u64().unwrap(), u64::from(people) - failed);
        for mock in [&first, &second] {
            let told = mock.told();
            // One question to an engine that nobody ever read is also put without the schema, once for each format.
            let more: Vec<usize> =
                told.asked.values().copied().filter(|calls| *calls > tries).collect();
            let is_once = more.len() <= 1 && more.iter().all(|calls| *calls <= tries + 2);
            assert!(is_once, "{status}: {:?}", told.asked);
        }
        assert_eq!(second.told().asked.len(), usize::try_from(failed).unwrap(), "{status}");
        let why = ended.results();
        assert!(why.contains(&status.to_string()), "{why}");
    }
}

#[test]
fn an_engine_alone_that_rejects_everything_stops_the_study_and_gives_the_rest_back() {
    let first = MockProvider::start(Duration::ZERO, |_| Act::Status(404, Vec::new()));
    let home = pool("failover", &first, &MockProvider::good(), 500);
    let ended = run(&home, "a").expect(4);
    let printed = ended.json();
    assert_eq!(printed["study"]["panel"]["failed"], 500);
    assert_eq!(printed["meta"]["credits_used"], 0);
    assert_eq!(home.link().credits().unwrap().held.0, 0);
    let reason = printed["study"]["reason"].as_str().unwrap();
    assert!(reason.contains("HTTP 404"), "{reason}");
    assert!(first.calls() <= 18, "{} calls", first.calls());
}

/// The last engine that is left dies while somebody waits for it whom the other one has rejected.
#[test]
fn nobody_waits_for_an_engine_that_will_never_answer() {
    let is_rejected = |persona: &str| persona.len() % 3 == 1;
    for (status, people) in [(403, 60), (404, 60), (429, 9), (500, 9)] {
        let first = MockProvider::start(Duration::ZERO, move |heard| {
            if is_rejected(&heard.persona) { Act::Status(400, Vec::new()) } else { Act::Answer }
        });
        let second = MockProvider::start(Duration::ZERO, move |_| Act::Status(status, Vec::new()));
        let home = pool("failover", &first, &second, people);
        let panel = run(&home, "mixed").expect(5).json()["study"]["panel"].clone();
        let failed = panel["failed"].as_u64().unwrap();
        let (first, second) = (first.told(), second.told());
        let asked: BTreeSet<&String> = first.asked.keys().chain(second.asked.keys()).collect();
        let rejected = asked.iter().filter(|persona| is_rejected(persona)).count();
        assert!(rejected > 0 && failed == rejected as u64, "{status}: {panel}, {rejected}");
        assert_eq!(panel["delivered"].as_u64().unwrap(), u64::from(people) - failed, "{status}");
    }
}

//! Benchmarks of studies that ask a model service: utilisation of the service, overhead of the daemon, and the cost of
//! faults and kills. The service is the harness's own, so that its latency is known and its calls can be counted; it
//! runs in this process, and processor time is measured for the daemon alone. One client follows the event feed
//! meanwhile.

use std::collections::BTreeSet;
use std::os::unix::fs::MetadataExt;
use std::time::{Duration, Instant};

use harness::mock_provider::Heard;
use harness::{Act, Daemon, Home, Link, MockProvider, audit, process, studies, wait};
use protocol::event::{Cursor, Event, EventData, EventKind};
use protocol::id::StudyId;
use protocol::run::{State, Study};

use crate::bare::bare;
use crate::row::Row;

/// Calls that may be under way, by default.
const CONCURRENCY: u32 = 100;

/// Call times that an engine which nobody has asked before may take longer: its first calls are tries.
const TRIES: f64 = 2.0;

/// All benchmarks, fast ones first.
pub(crate) fn rows() -> Vec<fn() -> Vec<Row>> {
    vec![utilisation, without_waiting, large, faults, projection, fairness, kills, chain]
}

/// A home with a service as its engine, a daemon and a link to it.
struct Desk {
    home: Home,
    mock: MockProvider,
    daemon: Daemon,
    link: Link,
}

/// The measurements of a study.
struct Took {
    study: Study,
    /// From the submission until the event of its durable results.
    wall: Duration,
    /// The same, including the submission, which samples the panel.
    with_submission: Duration,
    /// Milliseconds of the daemon's processor time.
    processor_ms: f64,
    /// Growth of the store on disk.
    bytes: u64,
    peak_mib: f64,
}

impl Desk {
    fn new(latency_ms: u64, more: &str, rule: fn(&Heard) -> Act) -> Self {
        let mock = MockProvider::lean(Duration::from_millis(latency_ms), rule);
        let home = Home::with_settings(
            &(mock.settings(more)
                + "[limits]\npanel_max = 1000000\n[credits.tiers]\nlocal = 10000000\n\
                   [cost]\nconfirm_above_usd = 1000.0\n"),
        );
        let daemon = home.daemon();
        let link = home.link();
        Self { home, mock, daemon, link }
    }

    fn submit(&self, panel: u32, seed: u64) -> StudyId {
        self.submit_with(panel, seed, "")
    }

    fn submit_with(&self, panel: u32, seed: u64, more: &str) -> StudyId {
        let begin = format!("engine: mock\n{more}panel:");
        let text = studies::concept(panel, seed).replace("panel:", &begin);
        self.link.take_on(&text).unwrap().id
    }

    /// Runs a study in which every respondent is asked once, from its submission to its durable results.
    fn run(&self, panel: u32) -> Took {
        self.run_with(panel, "replicates: 0\n")
    }

    fn run_with(&self, panel: u32, more: &str) -> Took {
        self.run_seeded(panel, 7, more)
    }

    fn run_seeded(&self, panel: u32, seed: u64, more: &str) -> Took {
        let empty = self.on_disk();
        let ticks = process::ticks(self.daemon.pid()).unwrap();
        let from = self.link.newest();
        let begun = Instant::now();
        let id = self.submit_with(panel, seed, more);
        let taken_on = Instant::now();
        self.follow(from, id);
        let (wall, with_submission) = (taken_on.elapsed(), begun.elapsed());
        let ticks = process::ticks(self.daemon.pid()).unwrap() - ticks;
        let study = self.link.live(id).unwrap().study;
        let (_, peak) = process::memory_kib(self.daemon.pid()).unwrap();
        Took {
            study,
            wall,
            with_submission,
            processor_ms: ticks as f64 * 10.0,
            bytes: self.on_disk().saturating_sub(empty),
            peak_mib: peak as f64 / 1_024.0,
        }
    }

    /// Bytes of the store on disk. The file's length is not meaningful: it doubles ahead of need, and unwritten parts
    /// use no disk space.
    fn on_disk(&self) -> u64 {
        std::fs::metadata(self.home.paths().database).unwrap().blocks() * 512
    }

    /// Reads the feed until that study has ended.
    fn follow(&self, mut after: Cursor, id: StudyId) {
        loop {
            let page = self.link.events(after, 500, 10_000).unwrap();
            let ends = |event: &Event| {
                event.study == Some(id)
                    && matches!(event.kind(), Some(EventKind::Completed | EventKind::Failed))
            };
            if page.events.iter().any(ends) {
                return;
            }
            after = page.next;
        }
    }
}

/// The minimum time of the service as a fraction of the measured time.
fn share(calls: u32, latency_ms: u32, took: Duration) -> f64 {
    let rounds = calls.div_ceil(CONCURRENCY);
    f64::from(rounds * latency_ms) / 1e3 / took.as_secs_f64() * 100.0
}

fn utilisation() -> Vec<Row> {
    // The first calls of a daemon open its connections; that is part of the measurement.
    let desk = Desk::new(200, "", |_| Act::Answer);
    let took = desk.run(1_000);
    assert_eq!(took.study.panel.delivered, 1_000);
    // Other people, so that nothing is in the response cache.
    let learnt = desk.run_seeded(1_000, 8, "replicates: 0\n");
    let used = share(1_000, 200, learnt.wall);
    let later = took.wall.saturating_sub(learnt.wall).as_secs_f64() / 0.2;
    let with_submission = share(1_000, 200, took.with_submission);
    let alone = share(1_000, 200, bare(&desk.mock.origin(), 1_000, CONCURRENCY).wall);
    // By default some respondents are asked a second time, in calls after all others.
    let desk = Desk::new(200, "", |_| Act::Answer);
    let usual = desk.run_with(1_000, "");
    let calls = u32::try_from(desk.mock.calls()).unwrap();
    let of_calls = share(calls, 200, usual.wall);
    vec![
        Row::at_least(
            "1,000 personas at 200 ms, 100 calls, a learnt engine: utilisation",
            used,
            95.0,
            "%",
        ),
        Row::at_most("1,000 personas at 200 ms: a new engine, call times later", later, TRIES, ""),
        Row::note("1,000 bare calls at 200 ms, nothing kept: utilisation", alone, "%"),
        Row::note("1,000 personas at 200 ms: from the submission on", with_submission, "%"),
        Row::note("1,000 personas at 200 ms: to the end", took.wall.as_secs_f64(), "s"),
        Row::note("1,000 personas at 200 ms, some asked twice: calls", f64::from(calls), ""),
        Row::note("1,000 personas at 200 ms, some asked twice: utilisation", of_calls, "%"),
    ]
}

fn without_waiting() -> Vec<Row> {
    let desk = Desk::new(0, "", |_| Act::Answer);
    let took = desk.run(10_000);
    assert_eq!(took.study.panel.delivered, 10_000);
    let each = took.processor_ms / 10_000.0;
    let bytes = took.bytes as f64 / 10_000.0;
    let alone = bare(&desk.mock.origin(), 10_000, CONCURRENCY).processor_ms / 10_000.0;
    vec![
        Row::at_most("10,000 personas at 0 ms: processor time for each", each, 0.2, "ms"),
        Row::note("10,000 bare calls at 0 ms, nothing kept: processor time", alone, "ms"),
        Row::at_most("10,000 personas at 0 ms: bytes on disk for each", bytes, 1_536.0, "B"),
        Row::note("10,000 personas at 0 ms: to the end", took.wall.as_secs_f64(), "s"),
    ]
}

fn large() -> Vec<Row> {
    let desk = Desk::new(50, "", |_| Act::Answer);
    let took = desk.run(10_000);
    assert_eq!(took.study.panel.delivered, 10_000);
    let wall = took.wall.as_secs_f64();
    vec![
        Row::at_most("10,000 personas at 50 ms, 100 calls: to the end", wall, 6.0, "s"),
        Row::at_most("10,000 personas at 50 ms: peak resident memory", took.peak_mib, 200.0, "MiB"),
    ]
}

/// One call in five fails, in four ways and with the same latency as others, so four in five of all calls give an
/// answer. The expected time is therefore that of the same study without faults, run just before, divided by 0.8.
/// Compared with the service's minimum time, both runs lose what this machine takes for itself.
fn faults() -> Vec<Row> {
    let healthy = Desk::new(50, "", |_| Act::Answer).run(10_000);
    let desk = Desk::new(50, "", |heard| {
        // Faults depend on the call and not on the respondent, so a repeated call mostly succeeds.
        match (heard.number * 2_654_435_761) % 20 {
            0 => Act::Status(429, Vec::new()),
            5 => Act::Status(500, Vec::new()),
            10 => Act::Reset,
            15 => Act::Body(b"<html>busy</html>".to_vec()),
            _ => Act::Answer,
        }
    });
    let took = desk.run(10_000);
    let of_healthy = healthy.wall.as_secs_f64() / 0.8 / took.wall.as_secs_f64() * 100.0;
    let of_service = share(10_000, 50, took.wall) / 0.8;
    let calls = u32::try_from(desk.mock.calls()).unwrap();
    let panel = took.study.panel;
    assert_eq!(panel.settled(), 10_000);
    let mut findings = audit::study(&desk.link, took.study.id);
    // Where some respondents have no answer, answers keep the numbers of their ordinals.
    findings.retain(|finding| !finding.contains(" is called "));
    assert!(findings.is_empty(), "{:?}", findings.iter().take(5).collect::<Vec<_>>());
    vec![
        Row::at_least(
            "10,000 personas at 50 ms, 20 % faults: of what healthy calls allow",
            of_healthy,
            85.0,
            "%",
        ),
        Row::note("10,000 personas, 20 % faults: of what the service allows", of_service, "%"),
        Row::note("10,000 personas, 20 % faults: calls", f64::from(calls), ""),
        Row::at_most(
            "10,000 personas, 20 % faults: without an answer",
            f64::from(10_000 - panel.delivered),
            50.0,
            "",
        ),
    ]
}

/// The projected cost after the first tenth of a study, where answers differ in length.
fn projection() -> Vec<Row> {
    let desk = Desk::new(20, "", |heard| {
        let words = u64::try_from(heard.number * 7_919 % 120).unwrap();
        Act::Claim(serde_json::json!(800), serde_json::json!(30 + words))
    });
    let id = desk.submit(5_000, 7);
    drop(wait::for_answers(&desk.link, id, 500));
    let spending = desk.link.live(id).unwrap().spending.unwrap();
    let expected = spending.projected.unwrap().expected_usd;
    drop(wait::for_end(&desk.link, id));
    let cost = desk.link.report(id).unwrap().meta.cost_usd;
    let off = (expected / cost - 1.0).abs() * 100.0;
    vec![Row::at_most("5,000 personas: cost projected after a tenth, off by", off, 5.0, "%")]
}

/// A small study that is submitted while a large one runs.
fn fairness() -> Vec<Row> {
    let desk = Desk::new(100, "", |_| Act::Answer);
    let alone = desk.run(50).wall;
    let large = desk.submit(10_000, 8);
    drop(wait::for_answers(&desk.link, large, 500));
    let begun = Instant::now();
    let small = desk.submit(50, 9);
    drop(wait::for_answers(&desk.link, small, 1));
    let first = begun.elapsed();
    drop(wait::for_end(&desk.link, small));
    let behind = begun.elapsed();
    assert_eq!(desk.link.live(large).unwrap().study.state, State::Running);
    vec![
        Row::at_most("50 personas behind 10,000: first answer", first.as_secs_f64(), 1.0, "s"),
        Row::at_most(
            "50 personas behind 10,000: times the time alone",
            behind.as_secs_f64() / alone.as_secs_f64(),
            3.0,
            "x",
        ),
    ]
}

/// The daemon is killed fifty times while it makes calls.
fn kills() -> Vec<Row> {
    const KILLS: u32 = 50;
    const PANEL: u32 = 4_000;
    let mut desk = Desk::new(20, "concurrency = 32\n", |_| Act::Answer);
    let id = desk.submit(PANEL, 7);
    for round in 1..=KILLS {
        drop(wait::for_answers(&desk.link, id, round * (PANEL / (KILLS + 2))));
        desk.daemon.kill();
        desk.daemon = desk.home.daemon();
        desk.link = desk.home.link();
    }
    let study = wait::for_end(&desk.link, id);
    assert_eq!(study.panel.delivered, PANEL);
    assert_eq!(audit::study(&desk.link, id), audit::Findings::new());
    let told = desk.mock.told();
    assert_eq!(told.asked.len(), usize::try_from(PANEL).unwrap());
    let answers = desk.link.all_answers(id).unwrap();
    let people: BTreeSet<_> = answers.iter().map(|answer| answer.respondent.id()).collect();
    let twice = (answers.len() - people.len()) as f64;
    let wasted = f64::from(u32::try_from(told.calls).unwrap() - PANEL);
    vec![
        Row::at_most("50 kills at 32 calls: calls wasted at each", wasted / 50.0, 32.0, ""),
        Row::at_most("50 kills at 32 calls: answers recorded twice", twice, 0.0, ""),
    ]
}

/// Experts of the chain below.
const EXPERTS: u32 = 500;

/// A content with a fault that the judge minds, and what the writer makes of it.
const WEAK: &str = "Our dinner kit costs $9 a meal, leveraging synergies. It cooks in 20 minutes.";
const BETTER: &str = "Our dinner kit costs $9 a meal. It cooks in 20 minutes.";

/// What the service says in a chain: a rewrite, a choice, or scores.
fn judge(heard: &Heard) -> Act {
    let asked = heard.question.as_str();
    let points = |text: &str| if text.contains("synergies") { 4 } else { 8 };
    let said = if asked.contains("{\"variants\":") {
        serde_json::json!({ "variants": [{ "text": BETTER, "principles": ["Took the jargon out"], "dimensions": [] }] })
    } else if let Some((_, versions)) = asked.split_once("Version A:") {
        let (a, b) = versions.split_once("Version B:").unwrap();
        let preference = if points(a) < points(b) { "b" } else { "a" };
        serde_json::json!({
            "reasoning": "It is so.", "preference": preference, "score_a": points(a), "score_b": points(b),
        })
    } else {
        let form = asked.rsplit_once("nothing else:\n").unwrap().1;
        let keys = form.split('"').skip(1).step_by(2).zip(form.split('"').skip(2).step_by(2));
        let mut answer = serde_json::json!({
            "reasoning": "It is so.", "would_click": true, "suggestions": [],
        });
        for (key, _) in keys.filter(|(_, kind)| kind.starts_with(": a whole number from 1 to 10")) {
            answer[key] = points(asked).into();
        }
        answer
    };
    Act::Say(said.to_string())
}

/// A chain of two rounds: the calls of each part against the minimum time of the service, from the end of the part before.
/// The scores of the rewrite are the answers of round 2, which makes no calls of its own.
fn chain() -> Vec<Row> {
    let desk = Desk::new(200, "", judge);
    let text = format!(
        "---\nstudy: content_review\ncontent_type: product_page\nmode: quick_pulse\nrounds: 2\npanel: {EXPERTS}\nseed: 5\nreplicates: 0\n\
         engine: mock\n---\n\n{WEAK}\n"
    );
    let mut after = desk.link.newest();
    let id = desk.link.take_on(&text).unwrap().id;
    let mut parts = vec![Instant::now()];
    let mut last_answers = Instant::now();
    let mut first_choice = None;
    let mut is_over = false;
    while !is_over {
        let page = desk.link.events(after, 500, 10_000).unwrap();
        for event in page.events.iter().filter(|event| event.study == Some(id)) {
            match &event.data {
                EventData::Recorded { panel, .. }
                    if parts.len() == 1 && panel.settled() == EXPERTS =>
                {
                    parts.push(Instant::now());
                }
                EventData::RoundCompleted { .. } if parts.len() < 4 => parts.push(Instant::now()),
                EventData::Recorded { .. } => {
                    last_answers = Instant::now();
                    if parts.len() == 4 {
                        first_choice.get_or_insert(last_answers);
                    }
                }
                _ if event.kind() == Some(EventKind::Completed) => {
                    parts.push(Instant::now());
                    is_over = true;
                }
                _ => {}
            }
        }
        after = page.next;
    }
    let [begun, asked, scored, again, chosen] = parts.as_slice() else { panic!("{parts:?}") };
    let between = |from: &Instant, to: &Instant| to.duration_since(*from);
    // The writer is asked before the panel scores what it wrote.
    let writing = Duration::from_millis(200);
    let of_scores = between(asked, scored).saturating_sub(writing);
    let least = Duration::from_millis(200) * EXPERTS.div_ceil(CONCURRENCY);
    let later = between(begun, asked).saturating_sub(least).as_secs_f64() / 0.2;
    let scores = share(EXPERTS, 200, of_scores);
    let choices = share(EXPERTS * 2, 200, between(again, &last_answers));
    let calls = u32::try_from(desk.mock.calls()).unwrap();
    assert_eq!(calls, EXPERTS * 4 + 1);
    vec![
        Row::note("a chain of 500 experts at 200 ms: calls", f64::from(calls), ""),
        Row::at_most(
            "a chain at 200 ms, round 1 at a new engine: call times over the least",
            later,
            TRIES,
            "",
        ),
        Row::at_least("a chain at 200 ms, scores of a rewrite: utilisation", scores, 90.0, "%"),
        Row::note(
            "a chain at 200 ms, round 2 from these scores",
            between(scored, again).as_secs_f64(),
            "s",
        ),
        Row::at_least("a chain at 200 ms, fresh panel: utilisation", choices, 90.0, "%"),
        Row::note(
            "a chain at 200 ms, from the end of round 2 to the first choices",
            first_choice.map_or(f64::NAN, |first| between(again, &first).as_secs_f64()),
            "s",
        ),
        Row::note(
            "a chain at 200 ms, from the last answer to the results",
            between(&last_answers, chosen).as_secs_f64(),
            "s",
        ),
    ]
}

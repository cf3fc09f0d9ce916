//! Tests of every study type from its draft to its results, with the built-in respondent model; of respondents that are
//! asked twice; and of the queries on ended studies.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use protocol::credits::Credits;
use protocol::error::ErrorCode;
use protocol::id::{StudyId, SubmitKey};
use protocol::results::{Answer, Outcomes, Report, Winner};
use protocol::run::{State, Study};
use protocol::service::{Control, StudyQuery, Submit};
use protocol::study::{Draft, DraftText, Instrument, Origin};
use uuid::Uuid;

use super::{ENDED, core, until};
use crate::app::testing::{Disk, Script, broken, me, reply, settings};
use crate::app::{Core, Settings};
use crate::domain::instrument::{WordingNoise, stimuli};
use crate::inference::{Engine, EngineError, Reply};
use crate::work::Drivers;

const GOOD: &str = "Earn 4 percent on your savings, with no fees. Take your money out any day.";
const POOR: &str = "A savings account with hidden fees of $19 a month and a two-year contract. You cannot cancel. Nobody \
    answers complaints, and the money is often lost.";

/// With the built-in reader.
fn reader() -> Core {
    core(&Disk::default(), Settings { allowance: Credits(5_000), ..Settings::default() })
}

async fn submit(core: &Core, key: u128, text: &str) -> Study {
    let draft =
        Draft { file: "idea.md".into(), text: DraftText::File(text.into()), ..Draft::default() };
    let key = SubmitKey(Uuid::from_u128(key));
    let submit = Submit { key, draft, origin: Origin::Cli, cost_confirmed: false, path: None };
    core.submit_draft(&me(), submit).await.unwrap()
}

async fn run(core: &Core, key: u128, text: &str) -> Report {
    let study = submit(core, key, text).await;
    until(core, study.id, ENDED).await;
    core.report(&me(), study.id).await.unwrap()
}

fn outcomes(report: &Report) -> &Outcomes {
    assert_eq!(report.study.state, State::Completed, "{:?}", report.study.reason);
    &report.results.as_ref().unwrap().outcomes
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_kind_of_study_runs_to_its_results() {
    let core = reader();
    let scheduler = Drivers::start(core.clone());
    let front = "panel: 120\nseed: 3\n---\n";

    let report = run(&core, 1, &format!("---\nstudy: sentiment\n{front}{GOOD}")).await;
    let Outcomes::Sentiment {
        positive_pct, negative_pct, neutral_pct, mixed_pct, confidence, ..
    } = outcomes(&report)
    else {
        panic!("{report:?}")
    };
    let sum = positive_pct + negative_pct + neutral_pct + mixed_pct;
    assert!((sum - 100.0).abs() < 1e-9 && (0.0..=1.0).contains(confidence), "{report:?}");

    let questions = "questions: [ \"What would stop you?\", \"How do you commute?\" ]\n";
    let report = run(&core, 2, &format!("---\nstudy: survey\n{questions}{front}{POOR}")).await;
    let Outcomes::Survey { question_results, .. } = outcomes(&report) else { panic!("{report:?}") };
    let supported: Vec<_> = question_results.iter().map(|q| (q.supported, q.answered)).collect();
    assert_eq!(supported, [(true, 120), (false, 0)]);
    assert!(question_results[0].saturation.is_some() && !question_results[0].themes.is_empty());

    let variants = format!("## Variant A\n{GOOD}\n## Variant B\n{POOR}");
    let report = run(&core, 3, &format!("---\nstudy: ab_test\n{front}{variants}")).await;
    let Outcomes::AbTest { winner, orders_shown, contested, .. } = outcomes(&report) else {
        panic!("{report:?}")
    };
    assert_eq!((*winner, *orders_shown, *contested), (Winner::A, (60, 60), None));

    let both = format!("---\nstudy: ab_test\norders: both\n{front}{variants}");
    let report = run(&core, 4, &both).await;
    let Outcomes::AbTest { winner, orders_shown, contested, .. } = outcomes(&report) else {
        panic!("{report:?}")
    };
    assert_eq!((*winner, *orders_shown), (Winner::A, (120, 120)));
    assert!(contested.is_some());
    // Asked twice, counted and paid for once, and both answers can be read.
    assert_eq!((report.study.panel.delivered, report.meta.credits_used), (120, Credits(120)));
    let mut answers = core.answers(&me(), report.study.id, 0, 7).await.unwrap();
    assert_eq!((answers.items.len(), answers.next), (8, Some(4)));
    answers.items.extend(core.answers(&me(), report.study.id, 4, 500).await.unwrap().items);
    assert_eq!(answers.items.len(), 240);
    assert!(answers.items.chunks(2).all(|pair| pair[0].id == pair[1].id));

    let report = run(&core, 5, &format!("---\nstudy: nps\n{front}{GOOD}")).await;
    assert!(matches!(outcomes(&report), Outcomes::Nps { .. }));
    assert_eq!(broken(&core), Vec::<String>::new());
    scheduler.stop().await;
}

/// Replies of an A/B test; every tenth respondent fails in the second order while the line is down.
fn flaky(line_is_down: Arc<AtomicBool>) -> Script {
    Script::new(move |ask| {
        if ask.task == 1 && ask.ordinal.is_multiple_of(10) && line_is_down.load(Ordering::SeqCst) {
            return Err(EngineError::Final { why: "no line".to_owned() });
        }
        Ok(Reply {
            text: serde_json::json!({
                "preference": "a", "score_a": 8, "score_b": 4, "sentiment": "positive",
                "reasoning": "A tells me what it costs.", "differentiators": ["Clarity"],
            })
            .to_string(),
            model: "scripted".to_owned(),
            input_tokens: 0,
            output_tokens: 0,
            cost: protocol::credits::UsdMicros::ZERO,
        })
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn half_an_answer_is_none_and_is_asked_again_as_a_whole() {
    let down = Arc::new(AtomicBool::new(true));
    let core = core(&Disk::default(), settings(1_000, flaky(Arc::clone(&down))));
    let scheduler = Drivers::start(core.clone());
    let text = format!(
        "---\nstudy: ab_test\norders: both\npanel: 40\nseed: 1\n---\n## Variant A\n{GOOD}\n## Variant B\n{POOR}"
    );
    let report = run(&core, 1, &text).await;
    let panel = report.study.panel;
    assert_eq!((panel.delivered, panel.failed, panel.settled()), (36, 4, 40));
    assert_eq!(report.meta.credits_used, Credits(36));
    assert_eq!(core.answers(&me(), report.study.id, 0, 500).await.unwrap().items.len(), 72);
    assert_eq!(broken(&core), Vec::<String>::new());

    down.store(false, Ordering::SeqCst);
    core.control(&me(), report.study.id, Control::Retry).await.unwrap();
    until(&core, report.study.id, &[State::Completed]).await;
    let report = core.report(&me(), report.study.id).await.unwrap();
    assert_eq!((report.study.panel.delivered, report.study.panel.failed), (40, 0));
    assert_eq!(report.meta.credits_used, Credits(40));
    assert_eq!(core.answers(&me(), report.study.id, 0, 500).await.unwrap().items.len(), 80);
    assert_eq!(broken(&core), Vec::<String>::new());
    scheduler.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_people_are_compared_in_pairs_and_others_are_not() {
    let core = reader();
    let scheduler = Drivers::start(core.clone());
    let front = |seed: u32| format!("---\npanel: 150\nseed: {seed}\n---\n");
    let id = |report: &Report| -> StudyId { report.study.id };
    let good = run(&core, 1, &format!("{}{GOOD}", front(3))).await;
    let poor = run(&core, 2, &format!("{}{POOR}", front(3))).await;
    let others = run(&core, 3, &format!("{}{POOR}", front(4))).await;
    let nps = run(&core, 4, &format!("---\nstudy: nps\npanel: 20\nseed: 3\n---\n{GOOD}")).await;

    let paired = core.compare(&me(), id(&good), id(&poor), None).await.unwrap();
    assert!(paired.paired);
    assert_eq!(paired.overall.difference.n, 150);
    assert!(paired.overall.difference.high.unwrap() < 0.0, "{:?}", paired.overall);
    // Second minus first: the other way round it is the same with another sign.
    let back = core.compare(&me(), id(&poor), id(&good), None).await.unwrap();
    let sum = paired.overall.difference.value + back.overall.difference.value;
    assert!(sum.abs() < 1e-12, "{sum}");

    let unpaired = core.compare(&me(), id(&good), id(&others), None).await.unwrap();
    assert!(!unpaired.paired);
    assert_eq!(unpaired.overall.difference.n, 300);

    let refused = core.compare(&me(), id(&good), id(&nps), None).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::InvalidInput);
    scheduler.stop().await;
}

/// Everyone scores 6, and every second one 7 where the text says "again"; of two variants two in three prefer B.
fn nearly_alike() -> Script {
    Script::new(|ask| {
        let again = ask.spec.name == "again" && ask.ordinal % 2 == 1;
        let to_b = ask.ordinal % 3 != 0;
        let text = if let Instrument::AbTest { .. } = ask.spec.instrument {
            serde_json::json!({
                "preference": if to_b { "b" } else { "a" },
                "score_a": if to_b { 6 } else { 7 },
                "score_b": 6,
                "sentiment": "neutral",
                "reasoning": "Much the same to me.",
                "differentiators": [],
            })
        } else {
            serde_json::json!({
                "score": 6 + i32::from(again) + i32::from(ask.ordinal % 5 == 0),
                "sentiment": "neutral",
                "reasoning": "Much the same to me.",
                "purchase_intent": "maybe",
                "appeals": [],
                "concerns": [],
            })
        };
        Ok(Reply { text: text.to_string(), ..reply(ask.ordinal) })
    })
}

#[test]
fn the_shipped_reader_has_a_measured_wording_noise() {
    let engine = Engine::offline();
    // Edition 1 was never measured: its results, and evidence of it, stay what they are.
    let known = WordingNoise::of_model(engine.model()).is_some();
    assert!(known || engine.model() == "offline-reader/1", "{} is not measured", engine.model());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_reader_that_was_measured_has_wording_noise_and_no_other_model_has() {
    let measured =
        core(&Disk::default(), settings(5_000, nearly_alike().under("offline-reader/8")));
    let other = core(&Disk::default(), settings(5_000, nearly_alike()));
    let mut found = Vec::new();
    for core in [&measured, &other] {
        let scheduler = Drivers::start(core.clone());
        let front = |name: &str| format!("---\nname: {name}\npanel: 150\nseed: 3\n---\n");
        let first = run(core, 1, &format!("{}{GOOD}", front("once"))).await.study.id;
        let second = run(core, 2, &format!("{}{GOOD} Again.", front("again"))).await.study.id;
        let same = run(core, 3, &format!("{}{GOOD}", front("again"))).await.study.id;
        let variants = format!("## Variant A\n{GOOD}\n\n## Variant B\n{GOOD} Again.\n");
        let ab = "---\nstudy: ab_test\npanel: 60\nseed: 3\n---\n";
        let ab = run(core, 4, &format!("{ab}{variants}")).await;
        let compare = async |b| core.compare(&me(), first, b, None).await.unwrap().overall;
        found.push((compare(second).await, compare(same).await, ab));
        scheduler.stop().await;
    }
    let [(with, with_same, with_ab), (plain, plain_same, plain_ab)] = &found[..] else { panic!() };
    assert!(plain.p.unwrap() < 0.001 && plain.difference.wording_sd.is_none(), "{plain:?}");
    assert!(with.difference.wording_sd.is_some(), "{with:?}");
    assert!(with.difference.high > plain.difference.high && with.p > plain.p, "{with:?}");
    assert_eq!(with_same, plain_same, "the same text has none");
    let lead =
        |report: &Report| report.results.as_ref().unwrap().estimates["a_minus_b_pct"].clone();
    let (wide, sampling) = (lead(with_ab), lead(plain_ab));
    assert!(wide.wording_sd.is_some() && sampling.wording_sd.is_none());
    assert!(wide.low < sampling.low && sampling.high < wide.high, "{wide:?} {sampling:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cells_add_up_to_the_panel_and_small_ones_are_marked() {
    let core = reader();
    let scheduler = Drivers::start(core.clone());
    let report = run(&core, 1, &format!("---\npanel: 300\nseed: 3\n---\n{GOOD}")).await;
    let id = report.study.id;
    let by = async |names: &[&str]| {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        core.cross(&me(), id, &names, None).await
    };

    let one = by(&["gender"]).await.unwrap();
    let segments = &report.results.as_ref().unwrap().segments["gender"];
    assert_eq!(one.cells.len(), segments.len());
    for cell in &one.cells {
        assert_eq!(cell.estimate, segments[&cell.classes[0]].estimates["mean_score"]);
    }
    let two = by(&["age_band", "gender"]).await.unwrap();
    assert_eq!(two.cells.iter().map(|cell| cell.n).sum::<u64>(), 300);
    assert!(two.cells.iter().all(|cell| cell.classes.len() == 2 && cell.small == (cell.n < 30)));
    assert_eq!(two.all, report.results.as_ref().unwrap().estimates["mean_score"]);

    let wrong = by(&["gendr"]).await.unwrap_err();
    assert_eq!(wrong.hints, ["Try 'gender'"]);
    for dimensions in [&[][..], &["gender", "gender"], &["gender", "region", "education"]] {
        assert_eq!(by(dimensions).await.unwrap_err().code, ErrorCode::InvalidInput);
    }
    scheduler.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_asked_can_be_read_afterwards() {
    let core = reader();
    let text = format!(
        "---\nstudy: survey\nquestions: [ \"What would stop you?\" ]\npanel: 5\n---\n{GOOD}"
    );
    let study = submit(&core, 1, &text).await;
    let asked = core.asked(&me(), study.id).await.unwrap();
    assert_eq!(stimuli(&asked.spec.instrument), [GOOD]);
    assert!(asked.questionnaire.contains("What would stop you?"), "{}", asked.questionnaire);
    assert!(asked.margins.contains_key("gender"));
    // The answers' types do not get mixed up on their way through the store.
    assert!(
        core.answers(&me(), study.id, 0, 10)
            .await
            .unwrap()
            .items
            .iter()
            .all(|response| matches!(response.answer.0, Answer::Survey { .. }))
    );
}

/// What a list tells of a study is the very estimate of its report, and follows it when others are asked again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_tells_each_study_by_the_number_of_its_kind() {
    let core = reader();
    let scheduler = Drivers::start(core.clone());
    let front = "panel: 40\nseed: 3\n---\n";
    let variants = format!("## Variant A\n{GOOD}\n## Variant B\n{POOR}");
    let drafts = [
        (format!("---\n{front}{GOOD}"), Some("mean_score")),
        (format!("---\nstudy: nps\n{front}{POOR}"), Some("nps_score")),
        (format!("---\nstudy: sentiment\n{front}{POOR}"), Some("net_sentiment")),
        (format!("---\nstudy: ab_test\n{front}{variants}"), Some("a_minus_b_pct")),
        (format!("---\nstudy: survey\nquestions: [\"What would stop you?\"]\n{front}{POOR}"), None),
    ];
    let mut reports = Vec::new();
    for (key, (draft, _)) in (1..).zip(&drafts) {
        reports.push(run(&core, key, draft).await);
    }
    // The second look is answered from memory.
    for _ in 0..2 {
        let mut listed = core.studies(&me(), &StudyQuery::default()).await.unwrap().items;
        listed.reverse();
        for ((study, report), (_, own)) in listed.iter().zip(&reports).zip(&drafts) {
            let told = study.headline.as_ref().map(|told| (told.of.as_str(), &told.estimate));
            let estimates = &report.results.as_ref().unwrap().estimates;
            assert_eq!(told, own.map(|own| (own, &estimates[own])));
            assert_eq!(report.study.headline, None, "a report has it already");
        }
    }
    scheduler.stop().await;
    core.close();
}

/// A study that is asked again has no number until it has ended again, and then the new one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_number_is_that_of_the_last_attempt() {
    let heals = Arc::new(AtomicBool::new(false));
    let healed = heals.clone();
    let script = Script::new(move |ask| {
        if ask.ordinal < 10 && !healed.load(Ordering::SeqCst) {
            return Err(EngineError::Final { why: "no line".to_owned() });
        }
        Ok(crate::app::testing::reply(ask.ordinal))
    });
    let core = core(&Disk::default(), settings(1_000, script));
    let scheduler = Drivers::start(core.clone());
    let study = submit(&core, 1, &format!("---\npanel: 25\n---\n{GOOD}")).await;
    let listed = async |core: &Core| {
        let study = core.studies(&me(), &StudyQuery::default()).await.unwrap().items.remove(0);
        (study.state, study.headline.map(|headline| (headline.estimate.n, headline.estimate.value)))
    };
    until(&core, study.id, ENDED).await;
    let (state, first) = listed(&core).await;
    assert_eq!((state, first.map(|(n, _)| n)), (State::Completed, Some(15)));
    heals.store(true, Ordering::SeqCst);
    core.control(&me(), study.id, Control::Retry).await.unwrap();
    until(&core, study.id, ENDED).await;
    let (_, again) = listed(&core).await;
    let report = core.report(&me(), study.id).await.unwrap().results.unwrap();
    let mean = &report.estimates["mean_score"];
    assert_eq!(again, Some((25, mean.value)));
    assert_ne!(again, first);
    scheduler.stop().await;
    core.close();
}

//! Chains at work: the built-in editor rewrites, the panel scores, and the drivers bring every round to its end, whatever
//! halts them.

use protocol::credits::Credits;
use protocol::id::SubmitKey;
use protocol::results::{Outcomes, Report};
use protocol::review::Iterations;
use protocol::run::State;
use protocol::service::{Control, Submit};
use protocol::study::{Draft, DraftText, Origin};
use uuid::Uuid;

use super::{ENDED, core, until};
use crate::app::testing::{Disk, Script, broken, me, settings};
use crate::app::{Core, Settings};
use crate::inference::{EngineError, RewriteProposal};
use crate::work::Drivers;

const WEAK: &str = "---\nstudy: content_review\ncontent_type: product_page\nrounds: 3\npanel: 20\nseed: 5\n---\n\
    In today's fast-paced world, we are extremely proud to leverage our revolutionary, cutting-edge synergies in order to \
    facilitate dinner!!! Our kit costs $9 a meal and cooks in 20 minutes, which you will really love, because it \
    utilizes fresh vegetables from local farms that we basically pick every single morning before the sun has come up. \
    Order your first box today.\n";

fn reader() -> Core {
    core(&Disk::default(), Settings { allowance: Credits(5_000), ..Settings::default() })
}

async fn submit(core: &Core, text: &str) -> protocol::id::StudyId {
    let draft =
        Draft { file: "page.md".into(), text: DraftText::File(text.into()), ..Draft::default() };
    let key = SubmitKey(Uuid::from_u128(7));
    let path = Some("/home/me/page.md".to_owned());
    let submit = Submit { key, draft, origin: Origin::Cli, cost_confirmed: false, path };
    core.submit_draft(&me(), submit).await.unwrap().id
}

fn chain(report: &Report) -> &Iterations {
    assert_eq!(report.study.state, State::Completed, "{:?}", report.study.reason);
    match &report.results.as_ref().unwrap().outcomes {
        Outcomes::ContentReview { iterations, .. } => iterations.as_ref().unwrap(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_built_in_editor_makes_a_weak_page_better_and_the_same_each_time() {
    let mut bytes = Vec::new();
    for _ in 0..2 {
        let core = reader();
        let scheduler = Drivers::start(core.clone());
        let id = submit(&core, WEAK).await;
        until(&core, id, ENDED).await;
        let report = core.report(&me(), id).await.unwrap();
        let found = chain(&report);
        assert!(found.best_round > 1);
        assert!(found.chain.iter().all(|round| round.overall <= found.best_score));
        assert_eq!((found.completed_rounds, found.early_stopped), (3, false));
        assert!(!found.chain[1].principles.is_empty());
        assert!(found.improvement.confirmed.is_some(), "a fresh panel was asked");
        assert!(found.improvement.interval.is_some());
        let content = &found.best_content;
        assert!(content.contains("$9") && content.contains("20 minutes"), "{content}");
        assert!(!content.contains("cutting-edge"), "{content}");
        assert_eq!(core.source_path(&me(), id).await.unwrap().as_deref(), Some("/home/me/page.md"));
        assert_eq!(broken(&core), Vec::<String>::new());
        bytes.push(serde_json::to_vec(&report.results).unwrap());
        scheduler.stop().await;
        core.close();
    }
    assert!(bytes[0] == bytes[1]);
}

/// A judge who likes short texts, and an editor who drops the last word.
fn shortener() -> Script {
    Script::new(|ask| {
        let text = crate::domain::instrument::stimuli(&ask.spec.instrument)[0].to_owned();
        let points = 10_usize.saturating_sub(text.split(' ').count()).max(1);
        let text = match ask.order {
            Some(_) => serde_json::json!({
                "reasoning": "So it is.", "preference": "none", "score_a": 5, "score_b": 5,
            }),
            None => serde_json::json!({
                "reasoning": "So it is.", "would_click": true, "feed_distinctiveness": 5,
                "regulatory_fit": 5, "curiosity": points, "clarity": points, "specificity": points,
                "credibility": points, "relevance": points,
            }),
        };
        Ok(crate::inference::Reply { text: text.to_string(), ..crate::app::testing::reply(0) })
    })
    .rewriting(|spec| {
        let text = crate::domain::instrument::stimuli(&spec.instrument)[0].to_owned();
        let shorter = text.rsplit_once(' ').map(|(shorter, _)| shorter.to_owned());
        let proposal = |text| RewriteProposal {
            text,
            principles: vec!["Say less".to_owned()],
            dimensions: vec!["Clarity".to_owned()],
        };
        shorter.into_iter().map(proposal).collect()
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_expert_who_fails_in_a_later_round_is_not_charged_and_a_chain_is_not_retried() {
    let front = "---\nstudy: content_review\ncontent_type: headline\nmode: quick_pulse\nrounds: 3\npanel: 10\n---\n";
    let text = format!("{front}One two three four five six\n");
    let inner = shortener();
    let rewrites = inner.rewrites_of();
    let engine = Script::new(move |ask| {
        let text = crate::domain::instrument::stimuli(&ask.spec.instrument)[0];
        if !text.ends_with("six") && ask.ordinal == 9 {
            return Err(EngineError::Final { why: "the line was dead".to_owned() });
        }
        inner.ask_directly(ask)
    })
    .rewriting(rewrites);
    let core = core(&Disk::default(), settings(500, engine));
    let id = submit(&core, &text).await;
    let scheduler = Drivers::start(core.clone());
    until(&core, id, ENDED).await;
    let report = core.report(&me(), id).await.unwrap();
    let found = chain(&report);
    assert_eq!((found.completed_rounds, found.best_round), (3, 3));
    assert_eq!(found.best_content, "One two three four");
    assert_eq!(found.improvement.confirmed, Some(false), "nobody prefers either");
    let fresh = found.improvement.confirmation.as_ref().unwrap();
    assert_eq!((fresh.experts, fresh.rewrite), (10, 0), "others were asked, of the original too");
    assert_eq!(report.meta.credits_used, Credits(15 + 14 + 14), "nine answered in later rounds");
    let refused = core.control(&me(), id, Control::Retry).await;
    assert!(refused.is_err(), "a chain is asked anew as a whole");
    assert_eq!(broken(&core), Vec::<String>::new());
    scheduler.stop().await;
    core.close();
}

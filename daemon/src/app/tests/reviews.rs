//! Tests of what content reviews cost, over completion, failure, cancelling and retries: a model of the purse must agree
//! with the balance, what is held and what was paid after every step, and the audit must stay clean.

use proptest::prelude::*;
use protocol::credits::Credits;
use protocol::id::StudyId;
use protocol::review::ReviewMode;
use protocol::run::State;
use protocol::service::Control;
use protocol::study::{Instrument, StudySpec};
use serde_json::json;

use crate::app::testing::{
    DRIVER, Disk, broken, everyone_answers, me, options, settings, spec, submission_of, world,
};
use crate::app::{Batch, Core};
use crate::domain::instrument;
use crate::domain::outcome::{Assignment, FIRST_ROUND, Outcome, Usage};

const ALLOWANCE: i64 = 1_000;

/// A review by so many experts, with competitors or without.
fn review(panel: u32, mode: ReviewMode, competitors: usize) -> StudySpec {
    let neighbours = match competitors {
        0 => json!({ "from": "stock" }),
        _ => json!({ "from": "given", "texts": vec!["Another title"; competitors] }),
    };
    let material = json!({
        "study_type": "content_review", "content": "Some tips", "content_type": "other",
        "mode": mode, "rounds": 1, "neighbours": neighbours,
    });
    let instrument: Instrument = serde_json::from_value(material).unwrap();
    StudySpec { instrument, ..spec(panel) }
}

fn reply() -> String {
    json!({
        "reasoning": "So.", "appeal": 5, "clarity": 6, "relevance": 4, "credibility": 7, "readability": 8,
        "would_click": true, "feed_distinctiveness": 3, "regulatory_fit": 5,
    })
    .to_string()
}

/// Records what came of some experts: an answer, or a call that failed.
async fn record(core: &Core, spec: &StudySpec, attempt: u32, said: &[(u32, bool)]) {
    let mut batch = Batch::new(1, attempt);
    for (who, answers) in said {
        let at = Assignment::first(FIRST_ROUND, *who);
        let outcome = if *answers {
            Outcome::Answered(instrument::read_at(spec, at, &reply()).unwrap())
        } else {
            Outcome::Failed { reason: "no line".to_owned() }
        };
        batch.push(&[(at, outcome, Usage::default())]).unwrap();
    }
    core.record(&DRIVER, batch).await.unwrap();
}

/// What the purse shows: what can be spent, what is held, and what the study counts as paid.
async fn purse(core: &Core, id: StudyId) -> (i64, i64, i64) {
    let balance = core.credits(&me()).await.unwrap();
    let used = core.report(&me(), id).await.unwrap().meta.credits_used;
    (balance.balance.0, balance.held.0, used.0)
}

/// Halves of a credit of each expert.
fn halves(mode: ReviewMode) -> i64 {
    match mode {
        ReviewMode::QuickPulse => 3,
        ReviewMode::ExpertReview => 6,
        ReviewMode::DeepSimulation => 9,
    }
}

async fn money(mode: ReviewMode, answers: &[bool], competitors: usize, cancels: bool) {
    let panel = u32::try_from(answers.len()).unwrap();
    let spec = review(panel, mode, competitors);
    let settings = settings(ALLOWANCE, everyone_answers());
    let core = Core::open_with(world().0, Disk::default().storage(), settings, options()).unwrap();
    let once = if competitors > 0 { 50 } else { 0 };
    let round = |experts: usize| (halves(mode) * i64::try_from(experts).unwrap() + 1) / 2;

    let id = core.submit(&me(), submission_of(&core, 1, spec.clone())).await.unwrap().id;
    let held = round(answers.len()) + once;
    assert_eq!(instrument::price(&spec), Some(Credits(held)));
    assert_eq!(purse(&core, id).await, (ALLOWANCE - held, held, 0), "held at submission");

    core.begin(&DRIVER, 1).await.unwrap();
    let said: Vec<(u32, bool)> = (0..).zip(answers.iter().copied()).collect();
    record(&core, &spec, 0, &said).await;
    assert_eq!(purse(&core, id).await, (ALLOWANCE - held, held, 0), "no answer is paid by itself");
    if cancels {
        core.control(&me(), id, Control::Cancel).await.unwrap();
        assert_eq!(purse(&core, id).await, (ALLOWANCE, 0, 0), "no round was completed");
        assert_eq!(broken(&core), Vec::<String>::new());
        return;
    }
    let state = end_round(&core).await;
    let answered = answers.iter().filter(|answers| **answers).count();
    let paid = if answered > 0 { round(answered) + once } else { 0 };
    assert_eq!(state, if answered > 0 { State::Completed } else { State::Failed });
    assert_eq!(purse(&core, id).await, (ALLOWANCE - paid, 0, paid), "the rest comes back");
    assert_eq!(broken(&core), Vec::<String>::new());

    let failed: Vec<(u32, bool)> =
        said.into_iter().filter(|(_, answers)| !answers).map(|(who, _)| (who, true)).collect();
    if failed.is_empty() {
        return;
    }
    core.control(&me(), id, Control::Retry).await.unwrap();
    let again = round(failed.len()) + if paid == 0 { once } else { 0 };
    assert_eq!(purse(&core, id).await, (ALLOWANCE - paid - again, again, paid));
    core.begin(&DRIVER, 1).await.unwrap();
    record(&core, &spec, 1, &failed).await;
    assert_eq!(end_round(&core).await, State::Completed);
    assert_eq!(
        purse(&core, id).await,
        (ALLOWANCE - held, 0, held),
        "no more than it said at first"
    );
    assert_eq!(broken(&core), Vec::<String>::new());
}

proptest! {
    #![proptest_config(crate::cases::cases(40))]

    #[test]
    fn a_review_is_held_at_once_and_paid_for_by_who_answered(
        mode in prop::sample::select(ReviewMode::ALL),
        answers in prop::collection::vec(any::<bool>(), 1..8),
        competitors in 0..2_usize,
        cancels in prop::bool::weighted(0.2),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(money(mode, &answers, competitors, cancels));
    }
}

/// The state after the end of the round, with no rewrite of the content found.
async fn end_round(core: &Core) -> State {
    let rewritten = core.to_rewrite(&DRIVER, 1).await.unwrap();
    let rewritten = rewritten.map(|task| task.choose(Vec::new(), Vec::new(), None));
    core.end_round(&DRIVER, 1, rewritten).await.unwrap().state
}

#[tokio::test]
async fn a_review_that_costs_more_than_there_is_is_refused() {
    let settings = settings(59, everyone_answers());
    let core = Core::open_with(world().0, Disk::default().storage(), settings, options()).unwrap();
    let spec = review(20, ReviewMode::ExpertReview, 0);
    let refused = core.submit(&me(), submission_of(&core, 1, spec)).await.unwrap_err();
    assert_eq!(refused.code, protocol::error::ErrorCode::InsufficientCredits);
    assert!(refused.message.contains("60 credits are needed"), "{}", refused.message);
}

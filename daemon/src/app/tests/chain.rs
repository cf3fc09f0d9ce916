//! Tests of chains over the use cases: a planted defect is found, removed and confirmed, a cosmetic rewrite is no gain, what
//! is not asked is not paid for, and a cut at any write of a chain changes none of its bytes.

use std::collections::BTreeSet;
use std::io::Cursor as Bytes;
use std::time::Duration;

use protocol::credits::Credits;
use protocol::error::ErrorCode;
use protocol::event::{Cursor, EventKind};
use protocol::id::StudyId;
use protocol::results::{Outcomes, Results};
use protocol::review::{
    ContentType, Iterations, Neighbours, ReviewMaterial, ReviewMode, StopReason,
};
use protocol::run::State;
use protocol::service::{Cancellation, Control, StudyQuery};
use protocol::study::{Instrument, Order, StudySpec};
use serde_json::json;

use crate::app::testing::{
    DRIVER, Disk, Script, broken, me, options, settings, spec, submission_of, world,
};
use crate::app::{Batch, Core, replay};
use crate::domain::evidence::{EvidenceLine, UNSEALED, read, results_hash, seal};
use crate::domain::instrument;
use crate::domain::instrument::chain::{RewriteVariant, overall_of};
use crate::domain::outcome::{Assignment, FIRST_ROUND, Outcome, Usage};
use crate::store::rows::{ResultsRow, RewriteRow, RoundResultsRow};
use crate::store::{Fault, Table};

const PANEL: u32 = 20;
const DEFECT: &str = "Our revolutionary synergy kit, which is a kit, cooks dinner in 20 minutes.";

/// What a judge makes of a text: points on every dimension. Jargon costs much, a repetition less.
fn worth(text: &str) -> i64 {
    let without = |word: &str, points: i64| if text.contains(word) { 0 } else { points };
    4 + without("synergy", 2) + without("which is", 1)
}

/// The rewrites that an editor offers for a text.
type Editor = fn(&str) -> Vec<&'static str>;

/// Takes one defect out at a time.
fn remover(text: &str) -> Vec<&'static str> {
    match worth(text) {
        4 => vec![
            "Our revolutionary synergy kit cooks dinner in 20 minutes.",
            "Our revolutionary kit, which is a kit, cooks dinner in 20 minutes.",
        ],
        6 => vec!["Our revolutionary kit cooks dinner in 20 minutes."],
        _ => vec!["Our revolutionary kit will cook dinner in 20 minutes."],
    }
}

/// Changes a text and nothing that counts.
fn cosmetic(_: &str) -> Vec<&'static str> {
    vec!["Our revolutionary synergy kit, which is a kit, makes dinner in 20 minutes."]
}

/// How the fresh panel chooses.
#[derive(Clone, Copy, PartialEq)]
enum Chooses {
    Better,
    First,
}

fn review(rounds: u16) -> ReviewMaterial {
    ReviewMaterial {
        content: DEFECT.to_owned(),
        code: Vec::new(),
        source: None,
        content_type: ContentType::Headline,
        sent_as: None,
        mode: ReviewMode::QuickPulse,
        rounds,
        target_score: None,
        stop_on_no_gain: false,
        allow_new_claims: false,
        neighbours: Neighbours::Stock,
        target_audience: None,
        niche: None,
        tone: None,
        goal: None,
        against: None,
    }
}

fn study(review: ReviewMaterial) -> StudySpec {
    StudySpec { instrument: Instrument::ContentReview { review: Box::new(review) }, ..spec(PANEL) }
}

/// What a judge replies.
fn judged(spec: &StudySpec, at: Assignment, chooses: Chooses) -> String {
    let Instrument::ContentReview { review } = &spec.instrument else { panic!("{spec:?}") };
    let own = i64::from(at.respondent % 3) - 1;
    if let Some(against) = &review.against {
        let order = instrument::order_shown(spec, at).unwrap();
        let (original, rewrite) = (worth(&review.content), worth(against));
        let (first, second) =
            if order == Order::AFirst { (original, rewrite) } else { (rewrite, original) };
        let preference = match chooses {
            Chooses::First => "a",
            Chooses::Better if first > second => "a",
            Chooses::Better if first < second => "b",
            Chooses::Better => "none",
        };
        let reply = json!({
            "reasoning": "So it is.", "preference": preference,
            "score_a": first, "score_b": second,
        });
        return reply.to_string();
    }
    let points = worth(&review.content) + own;
    let mut reply = json!({
        "reasoning": "So it is.", "would_click": points > 6,
        "feed_distinctiveness": 5, "regulatory_fit": 5,
    });
    for dimension in review.content_type.dimensions() {
        reply[dimension.as_str()] = json!(points);
    }
    reply.to_string()
}

fn open(disk: &Disk) -> Core {
    let engine = Script::new(|ask| {
        let at = Assignment { task: ask.task, ..Assignment::first(FIRST_ROUND, ask.ordinal) };
        let text = judged(ask.spec, at, Chooses::Better);
        Ok(crate::inference::Reply { text, ..crate::app::testing::reply(0) })
    });
    Core::open_with(world().0, disk.storage(), settings(1_000, engine), options()).unwrap()
}

/// The stored results of a study's rounds.
fn rounds(core: &Core, number: u32) -> Vec<RoundResultsRow> {
    core.look(|reader| {
        let (first, last) = RoundResultsRow::of_study(number);
        let mut rows = Vec::new();
        reader.scan::<RoundResultsRow>(&first, &last, crate::store::Order::Rising, |_, row| {
            rows.push(row);
            Ok(std::ops::ControlFlow::Continue(()))
        })?;
        Ok(rows)
    })
    .unwrap()
}

fn number(core: &Core, id: StudyId) -> u32 {
    core.look(|reader| Ok(crate::app::studies::lookup::by_id(reader, &me().owner, id)?.number))
        .unwrap()
}

/// One step of a driver: some of what is left of the round, or its end. Gives back the state afterwards.
async fn step(
    core: &Core,
    number: u32,
    editor: Editor,
    chooses: Chooses,
) -> Result<State, protocol::error::ApiError> {
    let job = core.job(&DRIVER, number).await?;
    if job.state == State::Queued {
        return Ok(core.begin(&DRIVER, number).await?.state);
    }
    let some: Vec<u32> = job.left.iter().take(12).collect();
    if !some.is_empty() {
        let mut batch = Batch::new(number, job.attempt);
        for respondent in some {
            let outcomes: Vec<_> = instrument::assignments(&job.spec, job.left.round(), respondent)
                .map(|at| {
                    let text = judged(&job.spec, at, chooses);
                    let answered = instrument::read_at(&job.spec, at, &text).unwrap();
                    (at, Outcome::Answered(answered), Usage::default())
                })
                .collect();
            batch.push(&outcomes).unwrap();
        }
        core.record(&DRIVER, batch).await?;
        return Ok(State::Running);
    }
    let rewritten = core.to_rewrite(&DRIVER, number).await?.map(|task| {
        let Instrument::ContentReview { review } = &task.spec.instrument else { panic!() };
        let tried = &task.brief.tried;
        let untried = editor(&review.content)
            .into_iter()
            .filter(|text| !tried.iter().any(|before| before == text));
        let variants = untried.map(|text| {
            let spec = task.with(text.to_owned()).unwrap();
            let scores = (0..PANEL).map(|respondent| {
                let at = Assignment::first(FIRST_ROUND, respondent);
                let text = judged(&spec, at, chooses);
                let answer = instrument::read_at(&spec, at, &text).unwrap().answer;
                u64::from(overall_of(&spec, at, &answer).unwrap())
            });
            RewriteVariant {
                text: text.to_owned(),
                sum: scores.sum(),
                experts: PANEL,
                principles: vec!["Say it once".to_owned()],
                dimensions: Vec::new(),
            }
        });
        let variants = variants.collect();
        task.choose(variants, Vec::new(), None)
    });
    Ok(core.end_round(&DRIVER, number, rewritten).await?.state)
}

async fn submitted(core: &Core, key: u128, review: ReviewMaterial) -> (StudyId, u32) {
    let id = core.submit(&me(), submission_of(core, key, study(review))).await.unwrap().id;
    (id, number(core, id))
}

/// A chain from its submission to its end.
async fn ran(
    core: &Core,
    key: u128,
    review: ReviewMaterial,
    editor: Editor,
    chooses: Chooses,
) -> (StudyId, Results) {
    let (id, number) = submitted(core, key, review).await;
    while !step(core, number, editor, chooses).await.unwrap().is_final() {}
    (id, core.report(&me(), id).await.unwrap().results.unwrap())
}

fn chain(results: &Results) -> &Iterations {
    let Outcomes::ContentReview { iterations, .. } = &results.outcomes else { panic!() };
    iterations.as_ref().unwrap()
}

async fn used(core: &Core, id: StudyId) -> (Credits, Credits) {
    let used = core.report(&me(), id).await.unwrap().meta.credits_used;
    (used, core.credits(&me()).await.unwrap().held)
}

async fn evidence(core: &Core, id: StudyId) -> Vec<String> {
    let mut lines = Vec::new();
    let mut after = None;
    loop {
        let page = core.evidence(&me(), id, after).await.unwrap();
        lines.extend(page.lines);
        match page.next {
            Some(next) => after = Some(next),
            None => return lines,
        }
    }
}

#[tokio::test]
async fn a_planted_defect_is_found_removed_and_confirmed() {
    let core = open(&Disk::default());
    let (id, results) = ran(&core, 1, review(4), remover, Chooses::Better).await;
    let found = chain(&results);
    let asked: Vec<(&str, f64)> =
        found.chain.iter().map(|round| (round.content.as_str(), round.overall)).collect();
    assert_eq!(
        asked,
        [
            (DEFECT, 3.95),
            ("Our revolutionary kit, which is a kit, cooks dinner in 20 minutes.", 5.95),
            ("Our revolutionary kit cooks dinner in 20 minutes.", 6.95),
            ("Our revolutionary kit will cook dinner in 20 minutes.", 6.95),
        ],
        "the fourth round is no better, and asked"
    );
    assert_eq!((found.total_rounds, found.completed_rounds, found.best_round), (4, 4, 3));
    assert_eq!((found.early_stopped, found.stop_reason), (false, None));
    let improvement = &found.improvement;
    assert_eq!((improvement.score_change, improvement.confirmed), (3.0, Some(true)));
    let fresh = improvement.confirmation.as_ref().unwrap();
    assert_eq!((fresh.experts, fresh.rewrite, fresh.first_shown), (20, 20, 0));
    let Outcomes::ContentReview { content, scores, improved_variants, .. } = &results.outcomes
    else {
        panic!()
    };
    assert_eq!((content.text.as_str(), scores.overall), (DEFECT, 3.95), "of what was sent");
    assert_eq!((improved_variants[0].rank, improved_variants[0].predicted_score), (1, 6.95));
    assert_eq!(improved_variants.len(), 4, "each text once, of all rounds");

    // Four rounds of 1.5 credits are paid for; the scoring of rewrites and the fresh panel are not.
    assert_eq!(used(&core, id).await, (Credits(120), Credits(0)));
    assert_eq!(core.credits(&me()).await.unwrap().balance, Credits(880));
    assert_eq!(broken(&core), Vec::<String>::new());

    // Each round has results of its own, and those of the study tell the same of it.
    let kept = rounds(&core, number(&core, id));
    let told: Vec<_> = kept.iter().map(|row| row.0.round.clone()).collect();
    assert!(told == found.chain, "equal to the last byte");
    let second = core.round_report(&me(), id, 1).await.unwrap();
    let of_second = second.results.unwrap();
    let Outcomes::ContentReview { content, scores, iterations, .. } = &of_second.outcomes else {
        panic!()
    };
    assert_eq!((second.round, scores.overall, iterations), (Some(2), 5.95, &None));
    assert_eq!(content.text, found.chain[1].content);
    assert_eq!(of_second.estimates, found.chain[1].estimates);
    assert_eq!(found.chain[1].estimates["feedDistinctiveness"].value, 5.0);
    let last = &found.chain[2];
    let (from, first) = (last.change_from(2).unwrap(), last.change_from(1).unwrap());
    assert_eq!((from.overall.unwrap().value, first.overall.unwrap().value), (1.0, 3.0));
    assert_eq!((last.from, last.moved.unwrap().up), (Some(2), 20));
    assert!(first.segments.iter().any(|one| one.dimension == "role" && one.n > 1));
    let genders = first.segments.iter().filter(|one| one.dimension == "gender");
    assert!(genders.map(|one| one.n).sum::<u64>() >= 19, "{:?}", first.segments);
    let lowest = found.chain[1].findings_across.as_ref().unwrap();
    assert_eq!(lowest.fixed.len(), 1, "3.95 was a level to act on, 5.95 is none: {lowest:?}");
    let refused = core.round_report(&me(), id, 5).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::NotFound);

    // Every round can be read; the people of the last one are others.
    let people = async |round| {
        let page = core.answers_of(&me(), id, round, 0, 500).await.unwrap();
        let names: BTreeSet<String> =
            page.items.iter().map(|one| serde_json::to_string(&one.respondent).unwrap()).collect();
        (page.items.len(), names)
    };
    let panel = people(0).await;
    assert_eq!((panel.0, people(2).await), (20, panel.clone()));
    let fresh = people(4).await;
    assert_eq!(fresh.0, 40, "each chose twice");
    assert_ne!(fresh.1, panel.1);
    let refused = core.answers_of(&me(), id, 5, 0, 500).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::NotFound);

    let again = core.control(&me(), id, Control::Retry).await.unwrap_err();
    assert_eq!(again.code, ErrorCode::Conflict);
    // What would be refused is not named as a way out.
    let ended = core.control(&me(), id, Control::Cancel).await.unwrap_err();
    assert_eq!(ended.hints, ["Choose what goes with a study that is completed: archive"]);
    core.close();
}

#[tokio::test]
async fn a_cosmetic_rewrite_is_asked_and_no_gain_and_what_cannot_be_asked_is_not_paid_for() {
    let core = open(&Disk::default());
    let (id, results) = ran(&core, 1, review(3), cosmetic, Chooses::Better).await;
    let found = chain(&results);
    assert_eq!((found.completed_rounds, found.best_round, found.early_stopped), (2, 1, true));
    assert_eq!((found.chain[1].overall, found.best_content.as_str()), (3.95, DEFECT));
    assert_eq!(found.stop_reason, Some(StopReason::NoRewrite), "there is no second one");
    assert_eq!((found.improvement.score_change, found.improvement.confirmed), (0.0, None));
    assert_eq!(used(&core, id).await, (Credits(60), Credits(0)));
    assert_eq!(broken(&core), Vec::<String>::new());
    core.close();
}

#[tokio::test]
async fn told_to_stop_on_no_gain_a_chain_asks_no_rewrite_that_is_no_better() {
    let core = open(&Disk::default());
    let stops = ReviewMaterial { stop_on_no_gain: true, ..review(3) };
    let (id, results) = ran(&core, 1, stops, cosmetic, Chooses::Better).await;
    let found = chain(&results);
    assert_eq!((found.completed_rounds, found.best_round, found.early_stopped), (1, 1, true));
    assert_eq!(found.best_content, DEFECT);
    assert_eq!(found.stop_reason, Some(StopReason::NoBetterRewrite));
    assert_eq!((found.improvement.score_change, found.improvement.confirmed), (0.0, None));
    let Outcomes::ContentReview { improved_variants, .. } = &results.outcomes else { panic!() };
    assert_eq!(improved_variants[0].predicted_score, 3.95, "the panel's score, no better");
    assert_eq!(used(&core, id).await, (Credits(30), Credits(0)));

    // One round yields variants and no chain.
    let (id, results) = ran(&core, 2, review(1), remover, Chooses::Better).await;
    let Outcomes::ContentReview { improved_variants, iterations, .. } = &results.outcomes else {
        panic!()
    };
    assert_eq!((improved_variants.len(), iterations), (2, &None));
    assert_eq!(improved_variants[0].predicted_score, 5.95);
    assert_eq!(used(&core, id).await, (Credits(30), Credits(0)));
    assert_eq!(broken(&core), Vec::<String>::new());
    core.close();
}

#[tokio::test]
async fn both_orders_expose_a_judge_who_goes_by_the_place() {
    let core = open(&Disk::default());
    let (_, results) = ran(&core, 1, review(2), remover, Chooses::First).await;
    let improvement = &chain(&results).improvement;
    assert_eq!((improvement.score_change, improvement.confirmed), (2.0, Some(false)));
    let fresh = improvement.confirmation.as_ref().unwrap();
    assert_eq!((fresh.rewrite, fresh.original, fresh.first_shown), (0, 0, 20));
    assert!(!improvement.is_proved());
    core.close();
}

#[tokio::test]
async fn a_target_ends_a_chain_and_its_gain_is_still_confirmed() {
    let core = open(&Disk::default());
    let target = ReviewMaterial { target_score: Some(5.9), ..review(5) };
    let (id, results) = ran(&core, 1, target, remover, Chooses::Better).await;
    let found = chain(&results);
    assert_eq!((found.completed_rounds, found.best_round, found.early_stopped), (2, 2, true));
    assert_eq!(found.stop_reason, Some(StopReason::TargetReached));
    assert_eq!(found.improvement.confirmed, Some(true));
    assert_eq!(used(&core, id).await, (Credits(60), Credits(0)));
    let events = core.events(&me(), Cursor(0), 1_000, Duration::ZERO).await.unwrap().events;
    let rounds: Vec<_> = events
        .iter()
        .filter_map(|event| event.data.kind())
        .filter(|kind| matches!(kind, EventKind::RoundCompleted | EventKind::RoundRewritten))
        .collect();
    assert_eq!(
        rounds,
        [
            EventKind::RoundCompleted,
            EventKind::RoundRewritten,
            EventKind::RoundCompleted,
            EventKind::RoundCompleted,
        ],
        "no rewrite follows the last round, and a third is the fresh panel's"
    );
    core.close();
}

#[tokio::test]
async fn a_chain_is_paused_and_cancelled_in_any_round_and_finished_rounds_are_paid_for() {
    let core = open(&Disk::default());
    let (id, number) = submitted(&core, 1, review(3)).await;
    assert_eq!(used(&core, id).await, (Credits(0), Credits(90)));
    // Begun, two batches, the end of the round, and a batch of the next.
    for _ in 0..5 {
        step(&core, number, remover, Chooses::Better).await.unwrap();
    }
    core.control(&me(), id, Control::Pause).await.unwrap();
    let live = core.live(&me(), id).await.unwrap().study.round.unwrap();
    assert_eq!((live.round, live.rounds, live.confirms, live.panel.delivered), (2, 3, false, 12));
    // Of 90 credits, one round of 20 experts fell due; what the second asked so far is not charged.
    let left = core.cancellation(&me(), vec![id]).await.unwrap();
    assert_eq!(left, Cancellation { answers: 20 + 12, credits: Credits(60) });
    let partial = core.compute(number).unwrap().unwrap();
    assert_eq!(chain(&partial).chain.len(), 2, "what there is of the second round");
    let report = core.report(&me(), id).await.unwrap();
    assert_eq!(report.results, None, "it is under way");
    let finished = report.finished_rounds.unwrap();
    let so_far = chain(&finished);
    assert_eq!((so_far.chain.len(), so_far.total_rounds, so_far.stop_reason), (1, 3, None));
    assert_eq!(so_far.chain[0], chain(&partial).chain[0]);
    let Outcomes::ContentReview { improved_variants, .. } = &finished.outcomes else { panic!() };
    assert_eq!(improved_variants.len(), 2, "what round 1 was rewritten to is paid for");
    assert_eq!(improved_variants[1].differences.len(), 2, "from the content, and from the better");
    assert_eq!(
        core.round_report(&me(), id, 0).await.unwrap().results.unwrap().findings,
        finished.findings
    );
    let not_ended = core.round_report(&me(), id, 1).await.unwrap_err();
    assert_eq!(not_ended.code, ErrorCode::NotFound);
    core.control(&me(), id, Control::Resume).await.unwrap();
    assert_eq!(core.begin(&DRIVER, number).await.unwrap().state, State::Running);
    assert_eq!(broken(&core), Vec::<String>::new());
    let balance = core.credits(&me()).await.unwrap().balance;
    core.control(&me(), id, Control::Cancel).await.unwrap();
    assert_eq!(used(&core, id).await, (Credits(30), Credits(0)));
    assert_eq!(core.credits(&me()).await.unwrap().balance, Credits(balance.0 + 60), "as told");
    let left = core.cancellation(&me(), vec![id]).await.unwrap();
    assert_eq!(left, Cancellation { answers: 0, credits: Credits(0) }, "it has ended");
    assert_eq!(core.answers_of(&me(), id, 0, 0, 500).await.unwrap().items.len(), 20);
    assert_eq!(core.answers_of(&me(), id, 1, 0, 500).await.unwrap().items.len(), 12);
    assert_eq!(broken(&core), Vec::<String>::new());
    let kept = core.report(&me(), id).await.unwrap().finished_rounds.unwrap();
    assert_eq!(chain(&kept).stop_reason, Some(StopReason::Unfinished), "it was ended");
    assert_eq!(chain(&kept).chain, so_far.chain, "what is done is kept");

    // Lists show it with the score of what was sent, as they do of a chain that came to its end.
    let listed = core.studies(&me(), &StudyQuery::default()).await.unwrap().items.remove(0);
    let headline = listed.headline.unwrap();
    assert_eq!((headline.of.as_str(), headline.estimate.value), ("overall", 3.95));
    assert_eq!(listed.round, None, "nobody is asked any more");
    let replayed = replay(Bytes::new(evidence(&core, id).await.join("\n"))).unwrap();
    assert_eq!(replayed.results, None);
    let rounds: Vec<_> = replayed.finished_rounds.iter().map(|of| (of.round, of.overall)).collect();
    assert_eq!(rounds, [(1, 3.95)], "the second had not ended");

    core.delete(&me(), id, Duration::from_secs(60)).await.unwrap();
    for table in [Table::Rewrites, Table::RoundResults] {
        let left = core.store().read(|reader| -> Result<_, Fault> { reader.dump(table) });
        assert_eq!(left.unwrap().len(), 0);
    }
    assert_eq!(broken(&core), Vec::<String>::new());
    core.close();
}

#[tokio::test]
async fn the_evidence_of_a_chain_is_replayed_and_a_changed_rewrite_is_noticed() {
    let core = open(&Disk::default());
    let (id, _) = ran(&core, 1, review(3), remover, Chooses::Better).await;
    let results = core.compute(number(&core, id)).unwrap().unwrap();
    let mut lines = evidence(&core, id).await;
    let replayed = replay(Bytes::new(lines.join("\n"))).unwrap();
    assert!(replayed.results.as_ref() == Some(&results), "the same results");
    assert_eq!((replayed.respondents, replayed.without_reply), (80, 0));
    let older = resealed(&lines, |line| match line {
        EvidenceLine::Opening(opening) => opening.version = 2,
        EvidenceLine::Closing(closing) => {
            let results = closing.results.take().map(instrument::without_rounds);
            closing.results_hash = results_hash(results.as_ref()).unwrap();
            closing.results = results;
        }
        _ => {}
    });
    assert!(older.len() < lines.join("\n").len(), "the version before kept less");
    let replayed = replay(Bytes::new(older)).unwrap();
    assert_eq!(chain(&replayed.results.unwrap()).chain.len(), 3);
    let place = lines.iter().position(|line| line.contains("\"line\":\"rewritten\"")).unwrap();
    lines[place] = lines[place].replace("Say it once", "Say it twice");
    assert!(replay(Bytes::new(lines.join("\n"))).is_err());
    core.close();
}

/// The bundle with changed lines, every seal computed anew.
fn resealed(lines: &[String], change: impl Fn(&mut EvidenceLine)) -> String {
    let (mut before, mut study_type, mut sealed) = (UNSEALED.to_owned(), None, Vec::new());
    for text in lines {
        let mut line = read(text, study_type).unwrap();
        if let EvidenceLine::Opening(opening) = &line {
            study_type = Some(opening.spec.instrument.study_type());
        }
        change(&mut line);
        let (text, after) = seal(&before, &line).unwrap();
        before = after;
        sealed.push(text);
    }
    sealed.join("\n")
}

/// A cut after any write, in any round, is gone on from to the same bytes.
#[tokio::test]
async fn a_cut_at_any_write_of_a_chain_changes_none_of_its_bytes() {
    let prepared = Disk::default();
    let first = open(&prepared);
    let (id, number) = submitted(&first, 1, review(3)).await;
    let prepared = prepared.after_crash();
    first.close();
    let stored = async |core: &Core| {
        let bytes = core.look(|reader| {
            let results = reader.get::<ResultsRow>(&number)?.map(|row| row.0);
            let (first, last) = RewriteRow::of_study(number);
            let mut rewrites = Vec::new();
            reader.scan::<RewriteRow>(&first, &last, crate::store::Order::Rising, |_, row| {
                rewrites.push(row);
                Ok(std::ops::ControlFlow::Continue(()))
            })?;
            Ok(serde_json::to_vec(&(results, rewrites)).unwrap())
        });
        let of_rounds = serde_json::to_vec(&rounds(core, number)).unwrap();
        (bytes.unwrap(), of_rounds, used(core, id).await)
    };
    let whole = open(&prepared.after_crash());
    while !step(&whole, number, remover, Chooses::Better).await.unwrap().is_final() {}
    let undisturbed = stored(&whole).await;
    whole.close();

    let (mut cuts, mut operations) = (0, 0);
    loop {
        let disk = prepared.after_crash();
        let core = open(&disk);
        disk.fail_after(operations);
        let mut ended = false;
        while !ended {
            match step(&core, number, remover, Chooses::Better).await {
                Ok(state) => ended = state.is_final(),
                Err(_) => break,
            }
        }
        let disk = if operations % 2 == 0 { disk.after_crash() } else { disk.after_kill() };
        core.close();
        let again = open(&disk);
        loop {
            let state = again.report(&me(), id).await.unwrap().study.state;
            if state.is_final()
                || step(&again, number, remover, Chooses::Better).await.unwrap().is_final()
            {
                break;
            }
        }
        assert_eq!(stored(&again).await, undisturbed, "after {operations} operations");
        assert_eq!(broken(&again), Vec::<String>::new());
        again.close();
        if ended {
            break;
        }
        cuts += 1;
        // Every write of a page is one: an odd step meets all kinds of them.
        operations += 11;
    }
    assert!(cuts > 10, "{cuts} cuts");
}

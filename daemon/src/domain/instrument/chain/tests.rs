//! Chains as rules: which round follows, which is the best, when a rewrite is taken, and what is proved by it.

#![allow(clippy::unwrap_used, reason = "a test that finds nothing to unwrap has failed")]
#![allow(clippy::float_cmp, reason = "exact where exactness is the point")]

use std::collections::BTreeMap;

use proptest::prelude::*;
use protocol::audience::Audience;
use protocol::finding::{Finding, FindingCategory, Priority};
use protocol::review::{Iterations, Moved, ScoreChange, StopReason};
use protocol::rounds::{RunKind, TextRun, moved_most};
use protocol::study::{EngineMode, Instrument, Order, StudySpec};

use super::segments::SegmentTally;
use super::tally::Confirmation;
use super::*;
use crate::domain::instrument::WordingNoise;
use crate::domain::instrument::tests::results_of;
use crate::domain::outcome::Assignment;

fn plan(rounds: u16) -> ChainPlan {
    ChainPlan { rounds, target: None, stop_on_no_gain: false }
}

fn tally(plan: ChainPlan, rounds: &[&[u16]]) -> ChainTally {
    let (confirmation, segments) = (Confirmation::default(), SegmentTally::default());
    let mut tally = ChainTally { plan, rounds: BTreeMap::new(), segments, confirmation };
    for (round, scores) in (0..).zip(rounds) {
        for (respondent, overall) in (0..).zip(*scores) {
            let would_click = *overall > 500;
            let dimensions = vec![u8::try_from(overall / 100).unwrap(); 2];
            let role = if respondent % 2 == 0 { "editor" } else { "designer" }.to_owned();
            let heard = Heard::Scores { role, overall: *overall, would_click, dimensions };
            let classes = [("gender", if respondent < 2 { "female" } else { "male" })];
            tally.hear(Assignment::first(round, respondent), &classes, heard);
        }
    }
    tally
}

fn variant(text: &str, scores: &[u16]) -> RewriteVariant {
    RewriteVariant {
        text: text.to_owned(),
        sum: scores.iter().map(|score| u64::from(*score)).sum(),
        experts: u32::try_from(scores.len()).unwrap(),
        principles: vec!["Say the price first".to_owned()],
        dimensions: Vec::new(),
    }
}

fn spec(text: &str) -> StudySpec {
    StudySpec {
        name: "Kit".to_owned(),
        instrument: Instrument::ConceptTest { stimulus: text.to_owned() },
        panel: 20,
        audience: Audience::default(),
        engine: "offline".to_owned(),
        engine_mode: EngineMode::Standard,
        seed: 7,
        context: None,
        language: None,
        max_cost_usd: None,
        tags: Vec::new(),
        project: None,
        webhook: None,
        measurement: protocol::measurement::Measurement::default(),
    }
}

/// The rounds of that chain, each with the same results.
fn rounds_of(
    tally: &ChainTally,
    spec: &StudySpec,
    rewrites: &[Rewrite],
    noise: Option<&WordingNoise>,
) -> Vec<RoundResults> {
    let results = results_of(0..3).unwrap();
    let each = tally.rounds.keys().map(|round| (*round, results.clone()));
    tally.rounds(spec, rewrites, noise, each.collect())
}

fn told(
    tally: &ChainTally,
    text: &str,
    rewrites: &[Rewrite],
    noise: Option<&WordingNoise>,
) -> Option<Iterations> {
    let spec = spec(text);
    let rounds = rounds_of(tally, &spec, rewrites, noise);
    tally.iterations(&spec, rewrites, noise, &rounds)
}

fn choose(tally: &mut ChainTally, choice: impl Fn(u32, Order) -> i8) {
    let confirmation = tally.plan.confirmation();
    for respondent in 0..20 {
        for (task, order) in [(0, Order::AFirst), (1, Order::BFirst)] {
            let at = Assignment { task, ..Assignment::first(confirmation, respondent) };
            let sign = choice(respondent, order);
            tally.hear(at, &[], Heard::Choice { sign, order });
        }
    }
}

#[test]
fn the_best_round_is_the_highest_and_of_equals_the_earlier() {
    assert_eq!(tally(plan(3), &[]).best(), 0);
    assert_eq!(tally(plan(3), &[&[500, 600], &[600, 500], &[550, 549]]).best(), 0);
    assert_eq!(tally(plan(3), &[&[500, 600], &[601, 500], &[501, 600]]).best(), 1);
    // A round that fewer answered is compared by its mean.
    assert_eq!(tally(plan(3), &[&[500, 600], &[551]]).best(), 1);
}

#[test]
fn a_rewrite_is_taken_where_another_round_may_follow_and_told_to_stop_only_one_that_is_better() {
    let scores: &[&[u16]] = &[&[500, 600]];
    let stops = tally(ChainPlan { stop_on_no_gain: true, ..plan(2) }, scores);
    let tally = tally(plan(2), scores);
    let same = variant("cosmetic", &[600, 500]);
    let better = variant("better", &[601, 500]);
    let late = variant("as good, given later", &[500, 601]);
    let nobody = variant("nobody could score it", &[]);
    let given = vec![nobody, same.clone(), better.clone(), late.clone()];
    let rewrite = Rewrite::choose(&tally, 0, true, given.clone());
    assert_eq!(rewrite.variants, [better.clone(), late, same.clone()]);
    assert!(rewrite.taken);
    assert!(!Rewrite::choose(&tally, 0, false, given).taken, "there is no further round");
    assert!(!Rewrite::choose(&stops, 0, true, vec![same.clone()]).taken, "it is no better");
    assert!(Rewrite::choose(&stops, 0, true, vec![better]).taken);
    assert!(Rewrite::choose(&tally, 0, true, vec![same]).taken, "the target alone ends a chain");
    assert!(!Rewrite::choose(&tally, 0, true, Vec::new()).taken);
}

/// A rewrite of the first round that is asked next.
fn taken(variants: Vec<RewriteVariant>) -> Rewrite {
    Rewrite { from: 0, variants, taken: true, notes: Vec::new(), failed: None }
}

#[test]
fn a_chain_says_whether_there_was_no_rewrite_or_the_calls_for_one_failed() {
    let tally = tally(plan(3), &[&[500, 520, 500, 540]]);
    let of = |variants| Rewrite::choose(&tally, 0, true, variants);
    let none = told(&tally, "Buy it", &[of(Vec::new())], None).unwrap();
    assert_eq!((none.stop_reason, none.stop_detail), (Some(StopReason::NoRewrite), None));
    let why = Some("the service replied 500".to_owned());
    let failed = of(Vec::new()).for_want_of(why.clone());
    let text = serde_json::to_string(&failed).unwrap();
    assert_eq!(serde_json::from_str::<Rewrite>(&text).unwrap(), failed);
    let found = told(&tally, "Buy it", &[failed], None).unwrap();
    assert_eq!((found.stop_reason, &found.stop_detail), (Some(StopReason::RewritingFailed), &why));
    // What a row of an earlier version has is read as before.
    let older: Rewrite = serde_json::from_str("{\"from\":0}").unwrap();
    assert_eq!(older, of(Vec::new()));
    // Where one rewrite was scored, others that were not are no reason.
    let scored = of(vec![variant("Try it", &[500, 520, 500, 540])]).for_want_of(why);
    assert_eq!((scored.failed, scored.taken), (None, true));
}

/// The rounds of a chain in which each rewrite has the given scores, until the end.
fn walk(plan: ChainPlan, rounds: &[Vec<u16>]) -> (Vec<u16>, Vec<Rewrite>) {
    let (mut asked, mut rewrites, mut round) = (vec![0], Vec::new(), 0);
    loop {
        let scored: Vec<&[u16]> =
            rounds.iter().take(usize::from(round) + 1).map(Vec::as_slice).collect();
        let tally = tally(plan, &scored);
        match after_round(&tally, round, &rewrites) {
            Follows::Finish => return (asked, rewrites),
            Follows::Round(next) => {
                asked.push(next);
                round = next;
                if round == plan.confirmation() {
                    assert_eq!(after_round(&tally, round, &rewrites), Follows::Finish);
                    return (asked, rewrites);
                }
            }
            Follows::Rewrite { from, another } => {
                assert_eq!(from, tally.best(), "a rewrite starts from the best so far");
                let next = &rounds[usize::from(round + 1).min(rounds.len() - 1)];
                let text = format!("round {}", round + 1);
                // A model's rewrite may be worse than it was scored: its round is asked all the same.
                let mut promising = variant(&text, next);
                promising.sum = u64::from(promising.experts) * 1_000;
                rewrites.push(Rewrite::choose(&tally, from, another, vec![promising]));
            }
        }
    }
}

#[test]
fn a_chain_ends_at_its_target_and_without_a_gain_only_when_told_so() {
    let rounds: Vec<Vec<u16>> =
        [500, 480, 700, 690, 650].iter().map(|score| vec![*score; 3]).collect();
    assert_eq!(walk(plan(5), &rounds).0, [0, 1, 2, 3, 4, 5]);
    let stop = ChainPlan { stop_on_no_gain: true, ..plan(5) };
    assert_eq!(walk(stop, &rounds).0, [0, 1], "and nothing is to be confirmed");
    let target = ChainPlan { target: Some(700), ..plan(5) };
    assert_eq!(walk(target, &rounds).0, [0, 1, 2, 5], "a gain is confirmed after an early stop");
    let reached = ChainPlan { target: Some(400), ..plan(5) };
    let (asked, rewrites) = walk(reached, &rounds);
    assert_eq!(asked, [0]);
    assert_eq!((rewrites.len(), rewrites[0].taken), (1, false), "one round yields variants too");
    assert_eq!(walk(plan(1), &rounds).0, [0]);
    for (score, target, ends) in
        [(696, 700, true), (694, 700, false), (700, 700, true), (695, 705, false)]
    {
        let rounds = vec![vec![score; 3]; 3];
        let asked = walk(ChainPlan { target: Some(target), ..plan(2) }, &rounds).0;
        assert_eq!(asked.len() == 1, ends, "{score} with {target} wanted");
    }
}

#[test]
fn nothing_follows_a_round_that_nobody_answered() {
    let tally = tally(plan(3), &[]);
    assert_eq!(after_round(&tally, 0, &[]), Follows::Finish);
}

#[test]
fn a_preference_for_a_place_confirms_nothing_and_is_told() {
    let mut tally = tally(plan(2), &[&[500; 20], &[700; 20]]);
    // Whoever takes what comes first prefers the original in one order and the rewrite in the other.
    choose(&mut tally, |_, order| if order == Order::AFirst { -1 } else { 1 });
    let rewrite = taken(vec![variant("B", &[700])]);
    let found = told(&tally, "A", &[rewrite], None).unwrap();
    let improvement = &found.improvement;
    assert_eq!(improvement.confirmed, Some(false));
    let confirmation = improvement.confirmation.as_ref().unwrap();
    assert_eq!((confirmation.first_shown, confirmation.last_shown), (20, 0));
    assert_eq!((confirmation.rewrite, confirmation.original, confirmation.net), (0, 0, 0.0));
    assert!(!improvement.is_proved());
}

#[test]
fn a_gain_is_proved_by_its_interval_and_by_a_fresh_panel() {
    let before: Vec<u16> = (0..20).map(|one| 500 + one * 5).collect();
    let after: Vec<u16> = (0..20).map(|one| 650 + one * 7).collect();
    let mut tally = tally(plan(3), &[&before, &after]);
    choose(&mut tally, |respondent, _| if respondent < 18 { 1 } else { -1 });
    let rewrite = taken(vec![variant("Other words.", &after)]);
    let rewrites = [rewrite];
    let found = told(&tally, "These words.", &rewrites, None).unwrap();
    assert_eq!((found.total_rounds, found.completed_rounds, found.best_round), (3, 2, 2));
    assert!(found.early_stopped);
    assert_eq!(found.stop_reason, Some(StopReason::Unfinished), "no rewrite was tried after it");
    assert_eq!(found.best_content, "Other words.");
    let improvement = &found.improvement;
    assert_eq!((improvement.score_change, improvement.click_rate_change), (1.69, 0.05));
    let (low, high) = improvement.interval.unwrap();
    assert!(low > 1.6 && high < 1.8 && low < 1.69 && high > 1.69, "{low} {high}");
    assert_eq!(improvement.confirmed, Some(true));
    assert!(improvement.is_proved());
    let [first, second] = found.chain.as_slice() else { panic!("{:?}", found.chain) };
    assert_eq!((first.round, first.from, first.moved), (1, None, None));
    assert_eq!((second.round, second.from), (2, Some(1)));
    assert_eq!(second.moved.unwrap().up, 20);
    assert_eq!(second.principles, ["Say the price first"]);
    let variants = improved_variants("These words.", &rewrites, &[]);
    assert_eq!((variants[0].rank, variants[0].predicted_score), (1, 7.165));

    // The same figures with as much wording noise as the whole gain prove nothing.
    let noise = WordingNoise::everywhere(2.0);
    let found = told(&tally, "These words.", &rewrites, Some(&noise)).unwrap();
    let (low, high) = found.improvement.interval.unwrap();
    assert!(low < 0.0 && high > 3.0, "{low} {high}");
    assert!(!found.improvement.is_proved());
}

#[test]
fn a_round_is_held_against_every_earlier_one_for_all_and_by_segment() {
    // Round 3 is rewritten from round 1: round 2 was no better.
    let scores: [&[u16]; 3] = [&[500, 520, 500, 540], &[500, 500, 500, 500], &[700, 520, 720, 560]];
    let rewrite = |text: &str, scores: &[u16]| taken(vec![variant(text, scores)]);
    let rewrites = [rewrite("Buy it now", scores[1]), rewrite("Try it today", scores[2])];
    let rounds = rounds_of(&tally(plan(3), &scores), &spec("Buy it"), &rewrites, None);
    let third = &rounds[2].round;
    assert_eq!((third.from, rounds[2].sum, rounds[2].n), (Some(1), 2_500, 4));
    assert_eq!(third.changes.iter().map(|change| change.from).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(third.estimates, rounds[2].results.estimates);
    let first = third.change_from(1).unwrap();
    assert_eq!((first.overall, Some(first.moved)), (third.change, third.moved));
    assert_eq!(first.overall.unwrap().value, 1.1);
    assert_eq!(first.moved, Moved { up: 3, same: 1, down: 0 });
    assert_eq!(
        first.words,
        [
            TextRun(RunKind::Out, 1),
            TextRun(RunKind::In, 1),
            TextRun(RunKind::Same, 1),
            TextRun(RunKind::In, 1)
        ]
    );
    let of = |dimension: &str, class: &str| {
        let mut all = first.segments.iter();
        all.find(|one| (one.dimension.as_str(), one.class.as_str()) == (dimension, class)).unwrap()
    };
    // Each pair of the differences 2.0 and 2.2, 0.0 and 0.2: the mean, and t(1) × sd / √2 around it.
    let (editors, designers) = (of("role", "editor"), of("role", "designer"));
    assert_eq!((editors.n, editors.small, editors.change.value), (2, true, 2.1));
    assert_eq!((designers.change.value, designers.moved), (0.1, Moved { up: 1, same: 1, down: 0 }));
    let ends = editors.change.low.zip(editors.change.high).unwrap();
    assert!((ends.0 - 0.829).abs() < 0.001 && (ends.1 - 3.371).abs() < 0.001, "{ends:?}");
    assert!(editors.differs() && !designers.differs());
    assert_eq!(of("gender", "female").change.value, 1.0);
    assert_eq!(moved_most(&first.segments)[0].class, "editor");
    // Half of it is wording: every interval is wider, the segments' too.
    let noise = WordingNoise::everywhere(1.0);
    let rounds = rounds_of(&tally(plan(3), &scores), &spec("Buy it"), &rewrites, Some(&noise));
    let wider = moved_most(&rounds[2].round.change_from(1).unwrap().segments)[0].change;
    assert!(wider.low < editors.change.low && wider.value == 2.1, "{wider:?}");
    assert!(!ScoreChange { low: None, high: None, ..wider }.differs());
}

#[test]
fn one_round_has_no_iterations_and_an_unasked_panel_confirms_nothing() {
    let one = tally(plan(1), &[&[500; 3]]);
    assert_eq!(told(&one, "A", &[], None), None);
    let found = told(&tally(plan(2), &[&[500; 3]]), "A", &[], None).unwrap();
    assert_eq!((found.best_round, found.early_stopped), (1, true));
    let improvement = found.improvement;
    assert_eq!((improvement.score_change, improvement.interval), (0.0, None));
    assert_eq!((improvement.confirmed, improvement.confirmation), (None, None));
}

proptest! {
    #[test]
    fn rounds_rise_to_the_plan_and_a_confirmation_needs_a_better_one(
        rounds in prop::collection::vec(prop::collection::vec(100_u16..=1_000, 2), 5),
        ordered in 1_u16..=5,
        target in prop::option::of(100_u16..=1_000),
        stop_on_no_gain in any::<bool>(),
    ) {
        let plan = ChainPlan { rounds: ordered, target, stop_on_no_gain };
        let (asked, rewrites) = walk(plan, &rounds);
        prop_assert!(asked.windows(2).all(|two| two[0] < two[1]), "{:?}", asked);
        let panel: Vec<u16> = asked.iter().copied().filter(|round| *round < ordered).collect();
        prop_assert_eq!(&panel, &(0..u16::try_from(panel.len()).unwrap()).collect::<Vec<_>>());
        prop_assert!(rewrites.len() >= panel.len() - 1 && !rewrites.is_empty());
        let scored: Vec<&[u16]> = rounds.iter().take(panel.len()).map(Vec::as_slice).collect();
        let best = tally(plan, &scored).best();
        let confirms = asked.last() == Some(&ordered);
        prop_assert_eq!(confirms, best > 0 && ordered > 1);
        let mean = |round: u16| rounds[usize::from(round)].iter().sum::<u16>();
        prop_assert!(panel.iter().all(|round| mean(*round) <= mean(best)));
    }
}

#[test]
fn a_round_answers_what_it_changed_and_nothing_else() {
    let finding = |id: u32, dimension: &str, clause: Option<&str>| Finding {
        id,
        priority: Priority::P2,
        title: String::new(),
        description: String::new(),
        category: FindingCategory::Concern,
        affected_feature: dimension.to_owned(),
        clause: clause.map(str::to_owned),
        times_mentioned: 3,
        key_quotes: Vec::new(),
        dissent: None,
        segments: Vec::new(),
        suggested_action: String::new(),
        life: None,
    };
    let findings = [
        finding(1, "Clarity", Some("leverage synergy")),
        finding(2, "Clarity", Some("basically the lamp …")),
        finding(3, "Trust", Some("Hurry")),
        finding(4, "Call to Action", None),
        finding(5, "Proof", None),
        finding(6, "Clarity", Some("stood in no text")),
    ];
    let before = "We leverage synergy. Hurry, it is basically the lamp.";
    let after = "We work together. Hurry, it is basically the lamp.";
    let dimensions: Vec<String> =
        ["clarity", "trust", "call to action", "proof"].map(str::to_owned).to_vec();
    let moved = |title: &str| matches!(title, "Clarity" | "Call to Action");
    assert_eq!(rounds::answered(&findings, &dimensions, (before, after), &moved), [1, 4]);
    assert_eq!(rounds::answered(&findings, &dimensions[1..], (before, after), &moved), [4]);
    // A clause that went without raising its dimension answered nothing.
    let one = |title: &str| title == "Call to Action";
    assert_eq!(rounds::answered(&findings, &dimensions, (before, after), &one), [4]);
}

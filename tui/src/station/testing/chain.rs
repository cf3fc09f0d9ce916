//! A content review of three rounds, and one of a single round with its variants, with their reports.

use std::collections::BTreeMap;

use protocol::finding::{FindingCategory, FindingPair, FindingsAcross};
use protocol::results::{Outcomes, Report};
use protocol::review::{
    ChainRound, Confirmation, DimensionMean, ImprovedVariant, Improvement, Iterations, Moved,
    ReviewMode, ReviewScores, ScoreChange, SentContent, StopReason,
};
use protocol::rounds::{RoundChange, RunKind, SegmentChange, TextDifference, TextRun};
use protocol::run::{State, Study};
use protocol::study::StudyType;

use super::report::{estimate, findings_report};
use super::studies::study;

/// The content review.
pub(crate) const REVIEW: u128 = 0xc4a1;

/// The text of each round.
const TEXTS: [&str; 3] = [
    "Start in a minute\n\nStart your collaborative workspace in one minute.\n\nFrom €9 a month, billed according to tier.\n\nLeverage synergies across your whole team.",
    "Start in a minute\n\nStart your shared folder in one minute.\n\nFrom €9 a month, billed according to tier.\n\nWork with your whole team.",
    "Start in a minute for €9 a month\n\nStart your shared folder in one minute.\n\nBilled according to tier.\n\nWork with your whole team.",
];

/// Its study.
pub(crate) fn review_study(state: State, people: u32) -> Study {
    Study {
        instrument: StudyType::ContentReview,
        ..study(REVIEW, "Launch page of the shared folder", state, people, people)
    }
}

fn dimensions(gain: f64) -> Vec<DimensionMean> {
    let all = [
        ("Value Clarity", 4.4 + gain),
        ("Proof", 3.2),
        ("Friction", 5.9 - 0.2 * gain),
        ("Call to Action", 6.1 + 0.1 * gain),
        ("Audience Fit", 5.2 + 0.6 * gain),
    ];
    all.map(|(name, score)| DimensionMean { name: name.to_owned(), score }).into()
}

fn named(principles: &[&str]) -> Vec<String> {
    principles.iter().map(|one| (*one).to_owned()).collect()
}

fn round(number: u16, overall: f64, principles: &[&str]) -> ChainRound {
    let by = overall - 5.2;
    let change = ScoreChange { value: by, low: Some(by - 0.4), high: Some(by + 0.4) };
    ChainRound {
        round: number,
        content: TEXTS[usize::from(number) - 1].to_owned(),
        overall,
        click_rate: 0.3 + by / 5.0,
        overall_interval: Some((overall - 0.31, overall + 0.31)),
        dimensions: dimensions(by),
        change: (number > 1).then_some(change),
        principles: named(principles),
        findings: number.checked_sub(1).filter(|id| *id > 0).map(u32::from).into_iter().collect(),
        from: (number > 1).then(|| number - 1),
        moved: match number {
            1 => None,
            2 => Some(Moved { up: 14, same: 4, down: 2 }),
            _ => Some(Moved { up: 5, same: 3, down: 12 }),
        },
        estimates: BTreeMap::new(),
        changes: (1..number).map(|from| changed(from, number)).collect(),
        findings_across: (number == 2).then(|| FindingsAcross {
            fixed: vec![pair("Jargon")],
            persisting: vec![pair("Price")],
            new: Vec::new(),
        }),
    }
}

fn pair(feature: &str) -> FindingPair {
    FindingPair {
        category: FindingCategory::Concern,
        affected_feature: feature.to_owned(),
        first: None,
        second: None,
        first_share: None,
        second_share: None,
    }
}

/// What changed between two rounds, with two roles and a class.
fn changed(from: u16, number: u16) -> RoundChange {
    let overall = [5.2, 6.3, 5.5];
    let by = overall[usize::from(number) - 1] - overall[usize::from(from) - 1];
    let moved = match number {
        2 => Moved { up: 14, same: 4, down: 2 },
        _ => Moved { up: 5, same: 3, down: 12 },
    };
    let segment = |dimension: &str, class: &str, value: f64, half: f64, n: u64| SegmentChange {
        dimension: dimension.to_owned(),
        class: class.to_owned(),
        n,
        small: true,
        change: ScoreChange { value, low: Some(value - half), high: Some(value + half) },
        moved,
    };
    RoundChange {
        from,
        overall: Some(ScoreChange { value: by, low: Some(by - 0.4), high: Some(by + 0.4) }),
        moved,
        segments: vec![
            segment("gender", "female", by + 0.1, 0.5, 11),
            segment("role", "brand_strategist", by * 1.5, 0.6, 4),
            segment("role", "copywriter", by, 2.5, 3),
        ],
        words: words(TEXTS[usize::from(from) - 1], TEXTS[usize::from(number) - 1]),
    }
}

/// The runs of two texts that have words in common, line by line.
fn words(before: &str, after: &str) -> Vec<TextRun> {
    let mut runs: Vec<TextRun> = Vec::new();
    let mut push = |kind, words: usize| {
        let count = u32::try_from(words).unwrap_or(u32::MAX);
        match runs.last_mut() {
            _ if count == 0 => {}
            Some(last) if last.0 == kind => last.1 += count,
            _ => runs.push(TextRun(kind, count)),
        }
    };
    for (row, (old, new)) in before.split('\n').zip(after.split('\n')).enumerate() {
        push(RunKind::Same, usize::from(row > 0));
        let (old, new): (Vec<_>, Vec<_>) =
            (old.split_whitespace().collect(), new.split_whitespace().collect());
        let same = |(one, other): &(&&str, &&str)| one == other;
        let head = old.iter().zip(&new).take_while(same).count();
        let rest = old.len().min(new.len()) - head;
        let tail = old.iter().rev().zip(new.iter().rev()).take(rest).take_while(same).count();
        push(RunKind::Same, head);
        push(RunKind::Out, old.len() - head - tail);
        push(RunKind::In, new.len() - head - tail);
        push(RunKind::Same, tail);
    }
    runs
}

fn of_review(outcomes: Outcomes, people: u32) -> Report {
    let mut report = findings_report(people);
    report.study = review_study(State::Completed, people);
    let Some(results) = &mut report.results else { return report };
    results.outcomes = outcomes;
    results.estimates = [
        ("overall", 5.2, 0.31),
        ("clickRate", 0.3, 0.2),
        ("feedDistinctiveness", 4.1, 0.3),
        ("regulatoryFit", 5.5, 0.4),
        ("dimension.value_clarity", 4.4, 0.4),
        ("dimension.proof", 3.2, 0.5),
        ("dimension.friction", 5.9, 0.3),
        ("dimension.call_to_action", 6.1, 0.4),
        ("dimension.audience_fit", 5.2, 0.4),
    ]
    .map(|(field, value, half)| (field.to_owned(), estimate(value, half, u64::from(people))))
    .into();
    results.segments.clear();
    results.contrasts.clear();
    report
}

fn outcomes(iterations: Option<Iterations>) -> Outcomes {
    let variant = |rank: u32, text: &str, score, principles: &[&str]| ImprovedVariant {
        text: text.to_owned(),
        rank,
        predicted_score: score,
        principles: named(principles),
        findings: vec![rank],
        differences: vec![TextDifference { from: 0, runs: words(TEXTS[0], text) }],
    };
    Outcomes::ContentReview {
        content: SentContent { text: TEXTS[0].to_owned(), content_type: "landing_page".to_owned() },
        mode: ReviewMode::ExpertReview,
        scores: ReviewScores {
            overall: 5.2,
            click_rate: 0.3,
            dimensions: dimensions(0.0),
            feed_distinctiveness: 4.1,
            regulatory_fit: 5.5,
        },
        suggestions: Vec::new(),
        improved_variants: vec![
            variant(1, TEXTS[1], 6.3, &["Plain words for jargon", "Empty phrases taken out"]),
            variant(2, TEXTS[2], 5.9, &["Price and benefit to the front"]),
        ],
        iterations: iterations.map(Box::new),
    }
}

/// The report of three rounds: the second is the best, and its gain is proved.
pub(crate) fn chain_report(people: u32) -> Report {
    let n = u64::from(people);
    let iterations = Iterations {
        total_rounds: 4,
        target_score: Some(7.0),
        completed_rounds: 3,
        best_round: 2,
        early_stopped: true,
        stop_reason: Some(StopReason::NoGain),
        stop_detail: None,
        chain: vec![
            round(1, 5.2, &[]),
            round(2, 6.3, &["Plain words for jargon", "Empty phrases taken out"]),
            round(3, 5.5, &["Price and benefit to the front"]),
        ],
        best_content: TEXTS[1].to_owned(),
        best_score: 6.3,
        best_click_rate: 0.52,
        improvement: Improvement {
            score_change: 1.1,
            click_rate_change: 0.22,
            interval: Some((0.7, 1.5)),
            confirmed: Some(true),
            confirmation: Some(Confirmation {
                experts: n,
                rewrite: n * 3 / 5,
                original: n / 10,
                first_shown: n / 10,
                last_shown: 0,
                net: 50.0,
                net_low: Some(20.0),
                net_high: Some(70.0),
            }),
        },
    };
    of_review(outcomes(Some(iterations)), people)
}

/// The report of a single round with two variants.
pub(crate) fn variants_report(people: u32) -> Report {
    of_review(outcomes(None), people)
}

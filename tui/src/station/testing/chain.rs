//! A content review of three rounds, and one of a single round with its variants, with their reports.

use protocol::results::{Outcomes, Report};
use protocol::review::{
    ChainRound, Confirmation, DimensionMean, ImprovedVariant, Improvement, Iterations, Moved,
    ReviewMode, ReviewScores, ScoreChange, SentContent, StopReason,
};
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
        findings: Vec::new(),
        from: (number > 1).then(|| number - 1),
        moved: match number {
            1 => None,
            2 => Some(Moved { up: 14, same: 4, down: 2 }),
            _ => Some(Moved { up: 5, same: 3, down: 12 }),
        },
    }
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

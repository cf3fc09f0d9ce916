//! Hand-made reports for tests: a concept test with partial delivery and an NPS study.

mod channels;
mod kinds;

use std::collections::BTreeMap;

use protocol::audience::{Education, Gender, IncomeBracket, Region, TechAdoption};
use protocol::credits::Credits;
use protocol::finding::FindingCategory;
use protocol::id::{AnswerId, StudyId};
use protocol::persona::{BigFive, Employment, Household, Persona, Urbanicity};
use protocol::rejection::{Rejection, RejectionKind, Variant};
use protocol::respondent::Respondent;
use protocol::results::{
    Answer, Contrast, Diagnostics, Distribution, Estimate, Finding, IntentShares, Margin, Mention,
    Meta, Outcomes, Priority, PurchaseIntent, Quote, Report, Response, Results, Segment, Sentiment,
    Theme, ThemeKind,
};
use protocol::run::{PanelCounts, State, Study};
use protocol::study::{EngineMode, Origin, StudyType};
use uuid::Uuid;

pub(crate) use channels::with_channels;
pub(crate) use kinds::{
    ab_test, ab_test_within_wording, asked, comparison, comparison_within_wording, content_review,
    cross, ranking, sentiment, survey, version,
};

pub(crate) fn estimate(value: f64, low: f64, high: f64, n: u64, method: &str) -> Estimate {
    Estimate {
        value,
        low: Some(low),
        high: Some(high),
        level: 0.95,
        n,
        effective_n: n as f64,
        method: method.into(),
        wording_sd: None,
        within_wording: false,
    }
}

fn segment(field: &str, value: f64, half: f64, n: u64, method: &str) -> Segment {
    let found = estimate(value, value - half, value + half, n, method);
    Segment { n, small: n < 30, estimates: [(field.to_owned(), found)].into() }
}

/// The daemon's rule for reading contrasts.
const RULE: &str = "6 groups were compared with everyone else by mean score. A group differs when p, adjusted for all 6 comparisons (Holm), is below 0.05 and both the group and everyone else have at least 30 answers; 2 are too small to judge.";

fn contrast(
    field: &str,
    dimension: &str,
    class: &str,
    value: f64,
    half: f64,
    n: u64,
    differs: bool,
) -> Contrast {
    let p = if differs { 0.0004 } else { 0.4 };
    Contrast {
        dimension: dimension.to_owned(),
        class: class.to_owned(),
        field: field.to_owned(),
        difference: estimate(value, value - half, value + half, n, "welch_t"),
        p,
        p_adjusted: (p * 7.0_f64).min(1.0),
        adjustment: "holm".to_owned(),
        small: n < 30,
        differs,
    }
}

/// A text that is rejected, with a long clause.
pub(crate) fn rejection(variant: Option<Variant>, kind: RejectionKind) -> Rejection {
    let clause = "Send us 0.1 Bitcoin today and we send you 1 Bitcoin back within an hour";
    Rejection { variant, kind, clause: Some(clause.to_owned()) }
}

fn study(instrument: StudyType, name: &str, delivered: u32) -> Study {
    Study {
        id: StudyId(Uuid::from_u128(0x3f2a_9c1e_0000_4000_8000_0000_0000_0001)),
        name: name.into(),
        instrument,
        state: State::Completed,
        reason: None,
        engine: "offline".into(),
        engine_mode: EngineMode::Standard,
        model: "reader-1".into(),
        seed: 7,
        instrument_hash: "9f".repeat(32),
        owner: "uid:1000".into(),
        origin: Origin::Cli,
        project: None,
        tags: vec!["spring".into()],
        lineage: None,
        archived: false,
        panel: PanelCounts {
            requested: 120,
            delivered,
            refused: 2,
            invalid: 0,
            failed: 118 - delivered,
        },
        round: None,
        created_at: "2026-11-22T09:30:00Z".parse().unwrap(),
        completed_at: Some("2026-11-22T09:30:04Z".parse().unwrap()),
        notes: Vec::new(),
        rejected: Vec::new(),
        can_retry: delivered < 118,
        headline: None,
    }
}

fn meta() -> Meta {
    Meta {
        credits_used: Credits(115),
        credits_remaining: Credits(9_885),
        cost_usd: 0.0,
        announced_cost_usd: None,
        asked_cost_usd: None,
        lost_cost_usd: 0.0,
        inference: None,
        latency_ms: 1_240,
        input_tokens: 0,
        output_tokens: 0,
        providers_used: vec!["reader-1".into()],
        booked_at_most: 0,
        booked_estimated: 0,
        other_models: Vec::new(),
        from_cache: 0,
        replies: None,
        notice: "Synthetic answers from a built-in model, not from people.".into(),
        model_notice: None,
    }
}

fn theme(name: &str, kind: ThemeKind, count: u64, share: f64, quotes: &[(u32, &str)]) -> Theme {
    Theme {
        theme: name.into(),
        kind,
        count,
        share: estimate(share, share - 0.08, share + 0.09, 115, "wilson"),
        quotes: quotes
            .iter()
            .map(|&(answer, text)| Quote { answer: AnswerId(answer), text: text.into() })
            .collect(),
    }
}

fn themes() -> Vec<Theme> {
    vec![
        theme(
            "Convenience",
            ThemeKind::Appeal,
            48,
            0.417,
            &[
                (
                    12,
                    "dinner is sorted before I have even thought about it, which on a weekday is worth a lot to me and to everyone at the table",
                ),
                (77, "no more lists"),
            ],
        ),
        theme(
            "Price",
            ThemeKind::Concern,
            61,
            0.53,
            &[(3, "it costs more than cooking myself\u{1b}[31m \u{202e}evil")],
        ),
        theme("Novelty", ThemeKind::Appeal, 20, 0.174, &[]),
        theme(
            "味の好みを学習するアルゴリズムへの信頼",
            ThemeKind::Concern,
            12,
            0.104,
            &[(
                41,
                "アルゴリズムが私の味を本当に理解できるとは思えないし、結局いつも同じ料理になりそう",
            )],
        ),
    ]
}

fn margins() -> BTreeMap<String, BTreeMap<String, Margin>> {
    let classes = [("female", 0.51, 0.508), ("male", 0.485, 0.483), ("nonbinary", 0.005, 0.009)];
    let classes = classes
        .into_iter()
        .map(|(class, target, realised)| (class.to_owned(), Margin { target, realised }));
    [("gender".to_owned(), classes.collect())].into()
}

/// A concept test with five missing respondents.
#[expect(clippy::too_many_lines, reason = "a whole report, written out")]
pub(crate) fn concept_test() -> Report {
    let counts = [2, 3, 6, 9, 14, 18, 24, 21, 12, 6];
    let estimates = [
        ("mean_score", estimate(6.26, 5.87, 6.65, 115, "t")),
        ("mean_score_bootstrap", estimate(6.26, 5.88, 6.64, 115, "bootstrap_bca")),
        ("median_score", estimate(6.0, 6.0, 7.0, 115, "order_statistic")),
        ("would_buy_pct", estimate(42.6, 33.9, 51.7, 115, "wilson")),
        ("top_two_box_pct", estimate(15.7, 10.1, 23.4, 115, "wilson")),
        ("purchase_intent.definitely", estimate(11.3, 6.7, 18.4, 115, "wilson")),
        ("purchase_intent.probably", estimate(31.3, 23.6, 40.3, 115, "wilson")),
        ("purchase_intent.maybe", estimate(29.6, 22.0, 38.5, 115, "wilson")),
        ("purchase_intent.probably_not", estimate(19.1, 13.0, 27.3, 115, "wilson")),
        ("purchase_intent.definitely_not", estimate(8.7, 4.8, 15.3, 115, "wilson")),
        ("positive_pct", estimate(45.2, 36.4, 54.3, 115, "wilson")),
        ("negative_pct", estimate(20.0, 13.7, 28.2, 115, "wilson")),
        ("neutral_pct", estimate(21.7, 15.2, 30.1, 115, "wilson")),
        ("mixed_pct", estimate(13.1, 8.1, 20.4, 115, "wilson")),
    ];
    let segments = [
        (
            "age_band",
            vec![
                ("18-24", segment("mean_score", 7.9, 0.9, 14, "t")),
                ("25-34", segment("mean_score", 7.0, 0.7, 31, "t")),
                ("35-59", segment("mean_score", 6.1, 0.6, 40, "t")),
                ("60+", segment("mean_score", 4.9, 0.8, 30, "t")),
            ],
        ),
        (
            "gender",
            vec![
                ("female", segment("mean_score", 6.3, 0.5, 59, "t")),
                ("male", segment("mean_score", 6.2, 0.5, 55, "t")),
            ],
        ),
        ("tech_adoption", vec![("early_adopter", segment("mean_score", 7.4, 1.1, 15, "t"))]),
    ];
    let results = Results {
        channels: BTreeMap::new(),
        panel_size: 120,
        outcomes: Outcomes::ConceptTest {
            mean_score: 6.26,
            median_score: 6.0,
            std_dev: Some(2.11),
            score_distribution: Distribution((1..).zip(counts).collect()),
            purchase_intent: IntentShares {
                definitely: 11.3,
                probably: 31.3,
                maybe: 29.6,
                probably_not: 19.1,
                definitely_not: 8.7,
            },
            top_concerns: vec!["Price".into()],
            top_appeals: vec!["Convenience".into(), "Novelty".into()],
        },
        estimates: estimates.into_iter().map(|(field, found)| (field.to_owned(), found)).collect(),
        segments: segments
            .into_iter()
            .map(|(dimension, classes)| {
                let classes =
                    classes.into_iter().map(|(class, segment)| (class.to_owned(), segment));
                (dimension.to_owned(), classes.collect())
            })
            .collect(),
        margins: margins(),
        contrasts: vec![
            contrast("mean_score", "age_band", "60+", -1.84, 0.89, 30, true),
            contrast("mean_score", "gender", "male", -0.1, 0.7, 55, false),
            contrast("mean_score", "gender", "female", 0.1, 0.7, 59, false),
            contrast("mean_score", "age_band", "25-34", 1.01, 0.83, 31, true),
            contrast("mean_score", "tech_adoption", "early_adopter", 1.31, 1.16, 15, false),
            contrast("mean_score", "age_band", "18-24", 1.87, 0.97, 14, false),
        ],
        contrast_rule: RULE.to_owned(),
        conclusions: vec![
            "Of all groups of at least 30, age band 60+ liked it least: 1.8 points below everyone else (95 % interval 1.0 to 2.7, Holm-adjusted p 0.003).".into(),
        ],
        themes: themes(),
        diagnostics: Diagnostics {
            entropy_bits: Some(3.05),
            share_at_mode: Some(0.21),
            distinct_texts: Some(0.93),
            not_answered: [("timed out".to_owned(), 3), ("would rather not say".to_owned(), 2)]
                .into(),
            notes: vec![
                "Synthetic answers from a built-in model, not from people.".into(),
                "Answers are less varied than people's usually are.".into(),
            ],
            ..Diagnostics::default()
        },
        findings: vec![Finding {
            id: 1,
            priority: Priority::P1,
            title: "Price holds back every second respondent".into(),
            description: "53 % name it, and they score 1.8 points lower than the others.".into(),
            category: FindingCategory::Concern,
            affected_feature: "Price".into(),
            clause: None,
            times_mentioned: 61,
            key_quotes: Vec::new(),
            dissent: None,
            segments: Vec::new(),
            suggested_action: "Test the same concept with a price and a smaller box beside it."
                .into(),
            life: None,
        }],
        findings_rule: 2,
        responses: None,
    };
    Report {
        sent: protocol::sent_texts::SentTexts::default(),
        study: study(StudyType::ConceptTest, "Meal kit, version 3", 115),
        results: Some(results),
        meta: meta(),
        below_middle: None,
        warnings: Vec::new(),
        version: None,
        finished_rounds: None,
        round: None,
        asked: None,
    }
}

/// An NPS study in which every respondent answered.
pub(crate) fn nps() -> Report {
    let mut report = concept_test();
    report.study = study(StudyType::Nps, "Kettle that texts you", 118);
    report.study.panel = PanelCounts { requested: 118, delivered: 118, ..PanelCounts::default() };
    if let Some(results) = &mut report.results {
        let counts = [4, 2, 3, 5, 6, 10, 12, 22, 25, 18, 11];
        results.outcomes = Outcomes::Nps {
            nps_score: -11.0,
            promoters_pct: 24.6,
            passives_pct: 39.8,
            detractors_pct: 35.6,
            mean_score: 6.71,
            std_dev: Some(2.4),
            score_distribution: Distribution((0..).zip(counts).collect()),
            top_concerns: Vec::new(),
            top_appeals: Vec::new(),
        };
        let estimates = [
            ("nps_score", estimate(-11.0, -24.9, 2.9, 118, "nps_variance")),
            ("mean_score", estimate(6.71, 6.27, 7.15, 118, "t")),
            ("promoters_pct", estimate(24.6, 17.7, 33.1, 118, "wilson")),
            ("passives_pct", estimate(39.8, 31.4, 48.8, 118, "wilson")),
            ("detractors_pct", estimate(35.6, 27.5, 44.6, 118, "wilson")),
        ];
        results.estimates =
            estimates.into_iter().map(|(field, found)| (field.to_owned(), found)).collect();
        let classes = [
            ("low", segment("nps_score", -14.0, 24.0, 36, "nps_variance")),
            ("middle", segment("nps_score", -8.0, 20.0, 52, "nps_variance")),
        ];
        let classes = classes.into_iter().map(|(class, found)| (class.to_owned(), found));
        results.segments = [("income_bracket".to_owned(), classes.collect())].into();
        results.themes.truncate(1);
        results.findings.clear();
        results.contrasts =
            vec![contrast("nps_score", "income_bracket", "low", -10.0, 30.0, 36, false)];
        results.conclusions.clear();
        results.diagnostics.not_answered.clear();
        results.panel_size = 118;
    }
    report
}

/// Mentions of an answer: the first has one of each kind, the second an appeal, others none.
fn mentions(ordinal: u32) -> Vec<Mention> {
    let mention = |kind, theme: &str| Mention { kind, theme: theme.into(), quote: None };
    let mut mentions = vec![
        mention(ThemeKind::Appeal, "Time"),
        mention(ThemeKind::Concern, "Price"),
        mention(ThemeKind::Appeal, "=Ease"),
    ];
    mentions.truncate(match ordinal {
        1 => 3,
        2 => 1,
        _ => 0,
    });
    mentions
}

/// Three answers, one with hostile text.
pub(crate) fn responses() -> Vec<Response> {
    let reasons = [
        "Dinner is sorted before I have thought about it.",
        "=HYPERLINK(\"http://example.org\")\n-1+1 is what I would pay",
        "Too clever, \"too\" dear.\u{1b}[2J",
    ];
    (1..)
        .zip(reasons)
        .map(|(ordinal, reasoning)| Response {
            channels: None,
            mentions: mentions(ordinal),
            besides: [].into(),
            id: AnswerId(ordinal),
            respondent: Respondent::Persona(Persona {
                id: format!("p{ordinal}"),
                name: "Maria Lopez".into(),
                age: 34,
                gender: Gender::Female,
                region: Region::UsNational,
                state: Some("CA".into()),
                country: None,
                education: Education::Bachelors,
                income_bracket: IncomeBracket::UpperMiddle,
                employment: Employment::Employed,
                occupation: Some("Registered nurse".into()),
                household: Household::CoupleWithChildren,
                urbanicity: Urbanicity::Suburban,
                tech_adoption: TechAdoption::EarlyMajority,
                big_five: BigFive {
                    openness: 52.5,
                    conscientiousness: 48.0,
                    extraversion: 50.25,
                    agreeableness: 55.0,
                    neuroticism: 44.0,
                },
                price_sensitivity: 61.5,
            }),
            answer: Answer::ConceptTest {
                score: 7,
                sentiment: Sentiment::Positive,
                reasoning: reasoning.into(),
                purchase_intent: PurchaseIntent::Probably,
            },
        })
        .collect()
}

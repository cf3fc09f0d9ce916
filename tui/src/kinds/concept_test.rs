//! Concept test view: a concept rated from 1 to 10, with purchase intent.

use protocol::channels::Construct;
use protocol::results::{Answer, Outcomes, PurchaseIntent};
use protocol::study::Instrument;

use super::{
    AnswerParts, Material, Measure, Metric, OutcomeParts, Said, Scores, Share, ShareBar, StudyView,
};
use crate::look::Role;
use crate::station::theme::Role as ScreenRole;

/// The view of the concept test.
pub(super) static VIEW: StudyView = StudyView {
    title: "concept test",
    about: "rates an idea from 1 to 10 and says who would buy it",
    stimulus: "the idea, as respondents read it",
    asked: "Everyone read the text below and said how much they like it (1 to 10), whether they would buy it, how they feel about it, and why.",
    material,
    parts,
    texts_mut,
    besides: &[
        ("score", "as score"),
        ("purchase_intent", "as purchase_intent"),
        ("sentiment", "as sentiment"),
    ],
    constructs: &[Construct::PurchaseIntent, Construct::Liking],
    first: Some("worst first"),
    main: Some(Measure {
        field: "mean_score",
        label: "mean",
        typed: "mean",
        range: (1.0, 10.0),
        decimals: 1,
        wide: 0.5,
    }),
    running: Some(("mean", f64::from)),
    headline: &[
        Metric::score("mean_score", "Mean score", (1.0, 10.0), 2).on_its_scale(),
        Metric::score("median_score", "Median score", (1.0, 10.0), 1),
        Metric::share("would_buy_pct", "Would buy"),
        Metric::share("top_two_box_pct", "Score of 9 or 10"),
    ],
    summary: &[
        ("mean_score", "Mean score, 1 to 10"),
        ("would_buy_pct", "Would buy"),
        ("top_two_box_pct", "Score of 9 or 10"),
    ],
    lines: &[
        ("mean", "mean_score", 1),
        ("median", "median_score", 1),
        ("top two, %", "top_two_box_pct", 0),
        ("would buy, %", "would_buy_pct", 0),
    ],
    found,
    shares: ("Would they buy it", "Would they buy it?"),
    compared: "Score against sentiment/intent",
    ..StudyView::PLAIN
};

fn material(instrument: &Instrument) -> Material<'_> {
    let Instrument::ConceptTest { stimulus } = instrument else { return Material::default() };
    Material::of_text(stimulus)
}

fn parts(answer: &Answer) -> AnswerParts<'_> {
    let Answer::ConceptTest { score, sentiment, reasoning, purchase_intent } = answer else {
        return AnswerParts::default();
    };
    AnswerParts {
        reasoning,
        score: Some(*score),
        sentiment: Some(*sentiment),
        purchase_intent: Some(*purchase_intent),
        ..AnswerParts::default()
    }
}

fn texts_mut(answer: &mut Answer) -> Vec<&mut String> {
    let Answer::ConceptTest { reasoning, .. } = answer else { return Vec::new() };
    vec![reasoning]
}

fn found(outcomes: &Outcomes) -> OutcomeParts<'_> {
    let Outcomes::ConceptTest {
        mean_score,
        std_dev,
        score_distribution,
        purchase_intent: shares,
        ..
    } = outcomes
    else {
        return OutcomeParts::default();
    };
    // Each purchase intent with its label on screens, its share, and its colour on screens and in print.
    let intents = [
        (PurchaseIntent::Definitely, "definitely", shares.definitely, ScreenRole::Good, Role::Good),
        (PurchaseIntent::Probably, "probably", shares.probably, ScreenRole::Good, Role::Good),
        (PurchaseIntent::Maybe, "maybe", shares.maybe, ScreenRole::Warning, Role::Accent),
        (
            PurchaseIntent::ProbablyNot,
            "probably not",
            shares.probably_not,
            ScreenRole::Bad,
            Role::Bad,
        ),
        (
            PurchaseIntent::DefinitelyNot,
            "definitely not",
            shares.definitely_not,
            ScreenRole::Bad,
            Role::Bad,
        ),
    ];
    OutcomeParts {
        scores: Some(Scores { counts: score_distribution, mean: *mean_score, std_dev: *std_dev }),
        bars: intents
            .iter()
            .map(|&(intent, label, percent, _, role)| ShareBar {
                label: label.to_owned(),
                title: label.to_owned(),
                percent,
                field: format!("purchase_intent.{intent}"),
                role,
            })
            .collect(),
        shares: intents
            .iter()
            .map(|&(intent, label, percent, role, _)| Share {
                label,
                percent,
                role,
                said: Said::Intent(intent),
            })
            .collect(),
        ..OutcomeParts::default()
    }
}

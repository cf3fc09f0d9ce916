//! A concept rated from 1 to 10, with purchase intent.

use protocol::results::{Outcomes, PurchaseIntent};

use super::{Instrument, Marks, Measure, Said, Share};
use crate::station::theme::Role;

/// The concept test.
pub(super) static INSTRUMENT: Instrument = Instrument {
    title: "concept test",
    about: "rates an idea from 1 to 10 and says who would buy it",
    stimulus: "the idea, as respondents read it",
    scale: (1, 10),
    mark: |score| score.to_string(),
    first: Some("worst first"),
    marks: Marks::Scores,
    main: Some(Measure { field: "mean_score", label: "mean", range: (1.0, 10.0), decimals: 1 }),
    value: |score| f64::from(score),
    shares,
    headline: HEADLINE,
};

/// Label, field and decimals of the estimates on top.
const HEADLINE: &[(&str, &str, usize)] = &[
    ("mean", "mean_score", 1),
    ("median", "median_score", 1),
    ("top two, %", "top_two_box_pct", 0),
    ("would buy, %", "would_buy_pct", 0),
];

fn shares(outcomes: &Outcomes) -> Vec<Share> {
    let Outcomes::ConceptTest { purchase_intent: intent, .. } = outcomes else { return Vec::new() };
    [
        ("definitely", intent.definitely, Role::Good, PurchaseIntent::Definitely),
        ("probably", intent.probably, Role::Good, PurchaseIntent::Probably),
        ("maybe", intent.maybe, Role::Warning, PurchaseIntent::Maybe),
        ("probably not", intent.probably_not, Role::Bad, PurchaseIntent::ProbablyNot),
        ("definitely not", intent.definitely_not, Role::Bad, PurchaseIntent::DefinitelyNot),
    ]
    .map(|(label, percent, role, intent)| Share {
        label,
        percent,
        role,
        said: Said::Intent(intent),
    })
    .into()
}

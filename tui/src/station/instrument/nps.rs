//! Willingness to recommend from 0 to 10. The score is promoters minus detractors, after Reichheld (2003): 9 and 10 count
//! as +100, 0 to 6 as −100, the rest as nothing.

use protocol::results::Outcomes;

use super::{Instrument, Marks, Measure, Said, Share};
use crate::station::theme::Role;

/// The recommendation study.
pub(super) static INSTRUMENT: Instrument = Instrument {
    title: "NPS",
    about: "asks how likely people are to recommend it, 0 to 10",
    stimulus: "what they would recommend, as respondents read it",
    scale: (0, 10),
    mark: |score| score.to_string(),
    first: Some("lowest first"),
    marks: Marks::Scores,
    main: Some(Measure { field: "nps_score", label: "NPS", range: (-100.0, 100.0), decimals: 0 }),
    value: |score| match score {
        9.. => 100.0,
        7..=8 => 0.0,
        _ => -100.0,
    },
    shares,
    headline: HEADLINE,
};

/// Label, field and decimals of the estimates on top.
const HEADLINE: &[(&str, &str, usize)] = &[("NPS", "nps_score", 0), ("mean", "mean_score", 1)];

fn shares(outcomes: &Outcomes) -> Vec<Share> {
    let Outcomes::Nps { promoters_pct, passives_pct, detractors_pct, .. } = outcomes else {
        return Vec::new();
    };
    [
        ("promoters", *promoters_pct, Role::Good, Said::Mark(9, 10)),
        ("passives", *passives_pct, Role::Warning, Said::Mark(7, 8)),
        ("detractors", *detractors_pct, Role::Bad, Said::Mark(0, 6)),
    ]
    .map(|(label, percent, role, said)| Share { label, percent, role, said })
    .into()
}

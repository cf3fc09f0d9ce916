//! Two variants against each other. The main estimate is the share that prefers A minus the share that prefers B, in
//! points; a winner is named only where its interval excludes zero.

use protocol::results::{Outcomes, Preference};

use super::{Instrument, Marks, Measure, Said, Share};
use crate::station::theme::Role;

/// The A/B test.
pub(super) static INSTRUMENT: Instrument = Instrument {
    title: "A/B test",
    about: "shows two variants and asks which one wins, and why",
    stimulus: "both variants, headed ## Variant A and ## Variant B",
    scale: (1, 3),
    mark: |mark| match mark {
        1 => "B".to_owned(),
        3 => "A".to_owned(),
        _ => "tie".to_owned(),
    },
    first: Some("B first"),
    marks: Marks::Answers,
    main: Some(Measure {
        field: "a_minus_b_pct",
        label: "A − B",
        range: (-100.0, 100.0),
        decimals: 0,
    }),
    value: |mark| f64::from(mark - 2) * 100.0,
    shares,
    headline: &[
        ("A − B", "a_minus_b_pct", 0),
        ("score A", "variant_a_score", 1),
        ("score B", "variant_b_score", 1),
        ("gap", "score_difference", 1),
    ],
};

/// For B, neither, for A.
pub(super) fn mark(preference: Preference) -> i32 {
    match preference {
        Preference::B => 1,
        Preference::None => 2,
        Preference::A => 3,
    }
}

fn shares(outcomes: &Outcomes) -> Vec<Share> {
    let Outcomes::AbTest { variant_a_pct, variant_b_pct, no_preference_pct, .. } = outcomes else {
        return Vec::new();
    };
    [
        ("prefer A", *variant_a_pct, Role::Accent, 3),
        ("no preference", *no_preference_pct, Role::Dim, 2),
        ("prefer B", *variant_b_pct, Role::Marked, 1),
    ]
    .map(|(label, percent, role, mark)| Share {
        label,
        percent,
        role,
        said: Said::Mark(mark, mark),
    })
    .into()
}

//! How people feel about something. The main estimate is the share for it minus the share against it, in points.

use protocol::results::{Outcomes, Sentiment};

use super::{Instrument, Marks, Measure, Said, Share};
use crate::station::theme::Role;

/// The study of feelings.
pub(super) static INSTRUMENT: Instrument = Instrument {
    title: "sentiment",
    about: "asks how people feel about it, and why",
    stimulus: "what feelings are about, as respondents read it",
    scale: (1, 3),
    mark: |mark| match mark {
        1 => "against".to_owned(),
        3 => "for".to_owned(),
        _ => "between".to_owned(),
    },
    first: Some("against it first"),
    marks: Marks::Answers,
    main: Some(Measure {
        field: "net_sentiment",
        label: "net",
        range: (-100.0, 100.0),
        decimals: 0,
    }),
    value: |mark| f64::from(mark - 2) * 100.0,
    shares,
    headline: &[("net", "net_sentiment", 0)],
};

/// Against, between, for.
pub(super) fn mark(sentiment: Sentiment) -> i32 {
    match sentiment {
        Sentiment::Negative => 1,
        Sentiment::Neutral | Sentiment::Mixed => 2,
        Sentiment::Positive => 3,
    }
}

fn shares(outcomes: &Outcomes) -> Vec<Share> {
    let Outcomes::Sentiment { positive_pct, negative_pct, neutral_pct, mixed_pct, .. } = outcomes
    else {
        return Vec::new();
    };
    [
        ("positive", *positive_pct, Role::Good, Sentiment::Positive),
        ("mixed", *mixed_pct, Role::Warning, Sentiment::Mixed),
        ("neutral", *neutral_pct, Role::Dim, Sentiment::Neutral),
        ("negative", *negative_pct, Role::Bad, Sentiment::Negative),
    ]
    .map(|(label, percent, role, feeling)| Share {
        label,
        percent,
        role,
        said: Said::Feeling(feeling),
    })
    .into()
}

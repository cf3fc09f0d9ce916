//! Report with every indicator of reliability: three channels, one with a missing reading, a failed control, other
//! wordings, and quality figures.

use protocol::channels::{ChannelReadings, Construct, Heard, Pmf, Rated};
use protocol::control::{ControlResult, Judged, Verdict, Wording, Wordings};
use protocol::measurement::Control;
use protocol::quality::{Figure, Flag};
use protocol::results::{Report, Response};

use super::report::{estimate, report};
use super::studies::response;

/// The respondent without an SSR reading.
pub(crate) const UNREAD: u32 = 2;
/// The reason.
pub(crate) const WHY_UNREAD: &str = "no embedding: the service failed (HTTP 500)";

fn known(value: f64, half: f64, n: u64) -> Figure {
    Figure::Known(estimate(value, half, n))
}

/// The report of the study with complete data, with all of these.
pub(crate) fn worth_report(people: u32) -> Report {
    let mut report = report(people);
    let n = u64::from(people);
    let Some(results) = &mut report.results else { panic!("the report has results") };
    let other = crate::report::fixtures::with_channels().results;
    results.channels = other.map(|other| other.channels).unwrap_or_default();
    let judged = |verdict, difference, sentence: &str| {
        ControlResult::Judged(Box::new(Judged {
            verdict,
            difference,
            limit: 1.0,
            unit: "points".to_owned(),
            level: Some(known(6.2, 0.7, 30)),
            rank: None,
            asked: 30,
            sentence: sentence.to_owned(),
        }))
    };
    let found = &mut results.diagnostics;
    let failed = "The panel likes a text made to be bad nearly as much: 0.7 points less (0.1 to 1.3), and it must be 1.0 at least.";
    let passed = "The panel likes the same text in another presentation as much: 0.1 points more (−0.2 to 0.4).";
    found.controls = [
        (Control::Decoy, judged(Verdict::Failed, known(0.7, 0.6, 30), failed)),
        (Control::Duplicate, judged(Verdict::Passed, known(0.1, 0.3, 30), passed)),
        (
            Control::Reversed,
            ControlResult::NotAsked { not_asked: "words have no scale".to_owned() },
        ),
    ]
    .into();
    let sentence = "Another wording moves the mean by 0.3 points at most (−0.1 to 0.7).";
    found.wordings = Some(Wordings {
        verdict: Verdict::Undecided,
        limit: 0.5,
        unit: "points".to_owned(),
        largest: known(0.3, 0.4, 30),
        rank_same_words: known(0.91, 0.05, 30),
        wordings: vec![Wording {
            number: 1,
            difference: known(0.3, 0.4, 30),
            rank: known(0.87, 0.08, 30),
            asked: 30,
        }],
        sentence: sentence.to_owned(),
    });
    found.figures = [
        ("std_dev".to_owned(), known(2.1, 0.2, n)),
        ("share_at_mode".to_owned(), known(0.21, 0.05, n)),
        (
            "persona_effect".to_owned(),
            Figure::Undefined { undefined: "nobody was asked twice".to_owned() },
        ),
    ]
    .into();
    found.notes = vec![failed.to_owned(), "The answers vary less than people's do.".to_owned()];
    found.flags = vec![Flag::LowVariance, Flag::ControlFailed];
    report
}

/// The answer of a respondent with readings of all channels, or of all but one.
pub(crate) fn heard_response(ordinal: u32) -> Response {
    let liking = ChannelReadings {
        direct: 7,
        text: Some("I would cook with it, though I wonder about the waste.".to_owned()),
        ssr: Some(if ordinal == UNREAD {
            Heard::none(WHY_UNREAD)
        } else {
            Heard::Known(Pmf([50_000_000, 150_000_000, 300_000_000, 350_000_000, 150_000_000]))
        }),
        rater: Some(Heard::Known(Rated { rating: 4 })),
    };
    Response { channels: Some([(Construct::Liking, liking)].into()), ..response(ordinal) }
}

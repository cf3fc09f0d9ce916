//! Notes on channels for the report, in plain sentences: where two channels disagree by more than their intervals,
//! what range readings of texts can reach, and where anchors are out of order.

use std::collections::BTreeMap;

use protocol::channels::{Attainable, Channel, ChannelResult, Construct};
use protocol::results::Estimate;

use super::super::words::number;
use crate::domain::capital::capital;

/// Below this range, in points, readings separate opinions badly: an embedding model that sees all anchors as nearly
/// the same leaves half a point.
const RANGE_NARROW: f64 = 1.0;

pub(super) fn of(
    construct: Construct,
    channels: &BTreeMap<Channel, ChannelResult>,
    attainable: Option<&Attainable>,
) -> Vec<String> {
    let mut notes = Vec::new();
    let known: Vec<(Channel, &Estimate)> = channels
        .iter()
        .filter_map(|(channel, result)| Some((*channel, on_points(result)?)))
        .collect();
    for (place, (one, first)) in known.iter().enumerate() {
        for (other, second) in &known[place + 1..] {
            if apart(first, second) {
                notes.push(format!(
                    "{} and {} disagree on {} by more than their intervals: {} against {} of 1 to 5.",
                    capital(name(*one)),
                    name(*other),
                    words(construct),
                    with_interval(first),
                    with_interval(second)
                ));
            }
        }
    }
    if let Some(range) = attainable {
        notes.extend(of_anchors(construct, range));
        let direct = known.iter().find(|(channel, _)| *channel == Channel::Direct);
        if let Some((_, direct)) =
            direct.filter(|(_, it)| it.value < range.low || it.value > range.high)
        {
            notes.push(format!(
                "The direct mean, {} of 1 to 5, lies outside of what readings of texts can reach here ({} to {}): part of the \
                 difference is the instrument.",
                number(direct.value, 2),
                number(range.low, 2),
                number(range.high, 2)
            ));
        }
    }
    notes
}

fn of_anchors(construct: Construct, range: &Attainable) -> Vec<String> {
    let mut notes = Vec::new();
    if !range.in_order {
        notes.push(format!(
            "With {} the anchors of {} do not come out in order when they are read themselves: do not rely on the readings \
             of texts.",
            range.model,
            words(construct)
        ));
    }
    let width = range.high - range.low;
    if width < RANGE_NARROW {
        notes.push(format!(
            "With {} texts on {} can only be read from {} to {} of 1 to 5: too narrow to tell opinions apart well.",
            range.model,
            words(construct),
            number(range.low, 2),
            number(range.high, 2)
        ));
    }
    notes
}

/// The mean on the scale of points 1 to 5.
fn on_points(result: &ChannelResult) -> Option<&Estimate> {
    result.mapped.as_ref().or_else(|| result.mean.known())
}

fn apart(one: &Estimate, other: &Estimate) -> bool {
    let ends = |it: &Estimate| it.low.zip(it.high);
    match (ends(one), ends(other)) {
        (Some((low, high)), Some((other_low, other_high))) => low > other_high || high < other_low,
        // Without an interval there is nothing to compare the difference with.
        _ => false,
    }
}

fn with_interval(estimate: &Estimate) -> String {
    match estimate.low.zip(estimate.high) {
        Some((low, high)) => {
            format!("{} ({} to {})", number(estimate.value, 2), number(low, 2), number(high, 2))
        }
        None => number(estimate.value, 2),
    }
}

fn name(channel: Channel) -> &'static str {
    match channel {
        Channel::Direct => "the direct answers",
        Channel::Ssr => "the readings of texts (SSR)",
        Channel::Rater => "the rater",
    }
}

fn words(construct: Construct) -> &'static str {
    match construct {
        Construct::PurchaseIntent => "purchase intent",
        Construct::Liking => "liking",
        Construct::Recommendation => "recommendation",
        Construct::Sentiment => "sentiment",
    }
}

//! The summary sentences and warnings of an A/B test: which variant wins, whether the scores agree, and how large the
//! order effect is.

use std::collections::BTreeMap;

use protocol::quality::{Figure, Flag};
use protocol::results::{Estimate, Winner};

use crate::domain::instrument::words::{interval, number, signed};

/// Below this share of preferences that survive the swap the report warns. A planning figure: published measurements
/// of language models that judge pairs find about one verdict in five to flip with the order alone.
const SWAP_STABILITY_LOW: f64 = 0.8;
/// With fewer respondents in both orders than this there is no warning.
const SWAPS_MIN: u64 = 10;

/// The sentence on the winner.
pub(super) fn verdict<'a>(
    winner: Winner,
    lead: &Estimate,
    found: impl Fn(&str) -> Option<&'a Estimate>,
) -> String {
    if lead.n < 2 {
        return "One answer says nothing about a winner.".to_owned();
    }
    let share = |field| found(field).map_or_else(String::new, |e| number(e.value, 1));
    let (a, b) = (share("variant_a_pct"), share("variant_b_pct"));
    match winner {
        Winner::A => format!(
            "A wins: {a} % prefer it and {b} % prefer B, a lead of {} percentage points ({}).",
            number(lead.value, 1),
            interval(lead, 1, "")
        ),
        Winner::B => {
            // As seen from the winner, so that its lead is positive.
            let turned = Estimate {
                value: -lead.value,
                low: lead.high.map(|high| -high),
                high: lead.low.map(|low| -low),
                ..lead.clone()
            };
            format!(
                "B wins: {b} % prefer it and {a} % prefer A, a lead of {} percentage points ({}).",
                number(turned.value, 1),
                interval(&turned, 1, "")
            )
        }
        Winner::Tie => format!(
            "No winner: {a} % prefer A and {b} % prefer B, a difference of {} percentage points ({}){}.",
            signed(lead.value, 1),
            interval(lead, 1, ""),
            within_wording(lead)
        ),
    }
}

/// Both variants' scores by the same people, and whether they agree with the preferences.
pub(super) fn scores(winner: Winner, gap: &Estimate) -> Option<String> {
    if gap.n < 2 {
        return None;
    }
    let disagrees = match winner {
        Winner::A => gap.value < 0.0,
        Winner::B => gap.value > 0.0,
        Winner::Tie => false,
    };
    let verdict = if disagrees {
        " The scores disagree with the preferences: the loser scores higher. Do not decide on this alone."
    } else {
        ""
    };
    Some(format!(
        "The same people's scores: A minus B is {} points of 10 (paired, {}){}.{verdict}",
        signed(gap.value, 2),
        interval(gap, 2, ""),
        within_wording(gap)
    ))
}

/// The clause on a difference that is beyond chance and yet within the wording noise; empty for every other one.
fn within_wording(difference: &Estimate) -> &'static str {
    if difference.within_wording { ", less than another wording would make" } else { "" }
}

/// The note on wording noise: its standard deviation in the lead (percentage points) and in the score difference
/// (points), and how it was measured.
pub(super) fn wording(lead: f64, gap: f64, source: &str) -> String {
    format!(
        "The intervals between A and B include wording noise: between two texts that say the same, this reader's lead \
         differs by {} percentage points and its score difference by {} points (standard deviations, {source}). More \
         people do not make that smaller.",
        number(lead, 1),
        number(gap, 2)
    )
}

/// The sentence on the order effect.
pub(super) fn order(effect: &Estimate) -> String {
    let worth = format!(
        "being shown first is worth {} percentage points of the lead ({})",
        signed(effect.value, 1),
        interval(effect, 1, "")
    );
    match effect.low.zip(effect.high) {
        Some((low, high)) if low > 0.0 || high < 0.0 => format!("The order matters: {worth}."),
        Some(_) => format!("The order makes no difference that shows: {worth}."),
        None if effect.value.abs() > 0.0 => {
            format!("The order matters to everyone alike: {worth}.")
        }
        None => "Nobody's preference changed with the order.".to_owned(),
    }
}

/// Warnings for an A/B test: the order effect, and how many preferences it decides.
pub(super) fn of_variants(figures: &BTreeMap<String, Figure>) -> Vec<(Flag, String)> {
    let known = |name: &str| figures.get(name).and_then(Figure::known);
    let mut warnings = Vec::new();
    if let Some(effect) = known("order_effect")
        && effect.low.zip(effect.high).is_some_and(|(low, high)| low > 0.0 || high < 0.0)
    {
        let sentence = format!(
            "The order of the variants matters: being shown first is worth {} percentage points ({}).",
            signed(effect.value, 1),
            interval(effect, 1, "")
        );
        warnings.push((Flag::OrderEffect, sentence));
    }
    if let Some(kept) = known("swap_stability").filter(|kept| kept.n >= SWAPS_MIN)
        && kept.value < SWAP_STABILITY_LOW
    {
        let sentence = format!(
            "Only {:.0} % keep their preference when the order of the variants is turned round ({:.0} % to {:.0} %, n = {}): the others prefer a place, not a variant, and count as no preference.",
            100.0 * kept.value,
            100.0 * kept.low.unwrap_or(kept.value),
            100.0 * kept.high.unwrap_or(kept.value),
            kept.n
        );
        warnings.push((Flag::SwapUnstable, sentence));
    }
    warnings
}

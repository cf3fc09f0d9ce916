//! More energy out than in. Only what moves heat from elsewhere (a heat pump, an air conditioner) gives more heat than
//! the current it draws; no machine gives more current, light or work than it takes.

use super::hits::value;
use super::rules::VetoRules;
use super::{Found, Page, VetoKind};

const WEIGHT: f64 = 0.95;
/// How far "efficient" may stand from the percentage, in words.
const NEAR: usize = 4;
/// An efficiency above this many percent is none.
const WHOLE: f64 = 100.5;

/// Efficiencies above one hundred percent, and outputs above inputs.
pub(super) fn look(rules: &VetoRules, page: &Page<'_>) -> Vec<Found> {
    if !page.of(rules.named.heat_pump).is_empty() || !page.of(rules.named.told).is_empty() {
        return Vec::new();
    }
    let mut found = Vec::new();
    for at in 0..page.tokens.len() {
        if efficiency(rules, page, at) || surplus(rules, page, at) {
            let last = (at + 1).min(page.tokens.len().saturating_sub(1));
            let kind = VetoKind::Impossible;
            found.push(Found { kind, at: Some(at), first: at, last, weight: WEIGHT });
        }
    }
    found
}

/// "an efficiency of 250 percent", "300 % efficient"; "300 % more efficient" compares.
fn efficiency(rules: &VetoRules, page: &Page<'_>, at: usize) -> bool {
    let percent = matches!(page.word(at + 1), "%" | "percent")
        || (page.word(at + 1) == "per" && page.word(at + 2) == "cent");
    let high = page.tokens.get(at).and_then(|token| value(rules, token)).is_some_and(|n| n > WHOLE);
    if !percent || !high {
        return false;
    }
    let sentence = page.sentence(at);
    let near: Vec<usize> = (at.saturating_sub(NEAR)..=at + 1 + NEAR)
        .filter(|other| page.sentence(*other) == sentence)
        .collect();
    let named = near.iter().any(|other| matches!(page.word(*other), "efficient" | "efficiency"));
    let compared = near.iter().any(|other| {
        matches!(page.word(*other), "more" | "than" | "up" | "increase" | "rise" | "better")
    });
    named && !compared
}

/// A quantity that goes in, with a larger one of the same unit that comes out in the same sentence.
fn surplus(rules: &VetoRules, page: &Page<'_>, at: usize) -> bool {
    let sentence = page.sentence(at);
    let Some(input) = quantity(rules, page, at) else { return false };
    let near = |group, at: usize| {
        page.of(group)
            .iter()
            .filter(|hit| page.sentence(hit.first) == sentence)
            .map(|hit| hit.first.abs_diff(at))
            .min()
    };
    let (Some(inward), Some(_)) =
        (near(rules.named.energy_in, at), near(rules.named.energy_out, at))
    else {
        return false;
    };
    let goes_in = inward < near(rules.named.energy_out, at).unwrap_or(usize::MAX);
    goes_in
        && (0..page.tokens.len())
            .filter(|other| page.sentence(*other) == sentence && *other != at)
            .filter_map(|other| quantity(rules, page, other).map(|output| (other, output)))
            .any(|(other, output)| {
                let out = near(rules.named.energy_out, other).unwrap_or(usize::MAX);
                let inner = near(rules.named.energy_in, other).unwrap_or(usize::MAX);
                output.1 == input.1 && output.0 > input.0 && out <= inner
            })
}

/// An amount of energy or power: watts or watt-hours, and whether it is energy.
fn quantity(rules: &VetoRules, page: &Page<'_>, at: usize) -> Option<(f64, bool)> {
    let number =
        value(rules, page.tokens.get(at)?).or_else(|| (page.word(at) == "each").then_some(1.0))?;
    let (unit, energy) = match page.word(at + 1) {
        "kwh" => (1000.0, true),
        "wh" => (1.0, true),
        "kilowatt" if matches!(page.word(at + 2), "hour" | "hours") => (1000.0, true),
        "kw" | "kilowatt" | "kilowatts" => (1000.0, false),
        "w" | "watt" | "watts" => (1.0, false),
        _ => return None,
    };
    Some((number * unit, energy))
}

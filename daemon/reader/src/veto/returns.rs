//! Promised returns above what any honest product pays. Long-run returns of shares are about 7 % a year and of safe
//! deposits below 6 % (Dimson, Marsh and Staunton, Global Investment Returns Yearbook); supervisors name "high returns
//! with little or no risk" as the first sign of a swindle (US SEC, "Ponzi schemes", investor.gov).

use super::hits::value;
use super::rules::VetoRules;
use super::{Found, Page, VetoKind};

/// Percent a year from which a promised return is suspect.
const YEARLY_SUSPECT: f64 = 18.0;
/// Percent a year that nobody pays, promised or not.
const YEARLY_ABSURD: f64 = 90.0;
/// How far the period may stand behind the percentage, in words.
const AHEAD: usize = 4;
/// How far it may stand before it.
const BEHIND: usize = 4;

/// Weights: with a promise of safety, absurd without one, and high without one.
const PROMISED: f64 = 0.95;
const ABSURD: f64 = 0.9;
const HIGH: f64 = 0.6;

/// What a text promises to pay.
pub(super) fn look(rules: &VetoRules, page: &Page<'_>) -> Vec<Found> {
    let named = &rules.named;
    let promised = |sentence: usize| {
        page.of(named.promise).iter().any(|hit| {
            page.sentence(hit.first).abs_diff(sentence) <= 1 && !page.negated(hit.first, |_| false)
        })
    };
    (0..page.tokens.len())
        .filter_map(|at| {
            let (percent, last) = percent(rules, page, at)?;
            let sentence = page.sentence(at);
            let promised = promised(sentence);
            let paid = page.says(named.returns, sentence) || promised;
            if !paid || page.says(named.owed, sentence) {
                return None;
            }
            let yearly = percent * times_a_year(page, at, last)?;
            let weight = if yearly >= YEARLY_SUSPECT && promised {
                PROMISED
            } else if yearly >= YEARLY_ABSURD {
                ABSURD
            } else if yearly >= YEARLY_SUSPECT {
                HIGH
            } else {
                return None;
            };
            Some(Found { kind: VetoKind::Fraud, at: Some(at), first: at, last, weight })
        })
        .filter(|_| page.of(named.told).is_empty())
        .collect()
}

/// A percentage at a token and the last token of it.
fn percent(rules: &VetoRules, page: &Page<'_>, at: usize) -> Option<(f64, usize)> {
    let number = value(rules, page.tokens.get(at)?)?;
    match (page.word(at + 1), page.word(at + 2)) {
        ("%" | "percent", _) => Some((number, at + 1)),
        ("per", "cent") => Some((number, at + 2)),
        _ => None,
    }
}

/// How many of the named period make a year.
fn times_a_year(page: &Page<'_>, first: usize, last: usize) -> Option<f64> {
    let sentence = page.sentence(first);
    let inside = |at: &usize| page.sentence(*at) == sentence;
    let ahead = (last + 1..=last + AHEAD).filter(inside).find_map(|at| {
        let before = page.word(at - 1);
        let counted = matches!(before, "a" | "per" | "each" | "every" | "an" | "one");
        period(page.word(at)).filter(|_| counted || page.word(at).ends_with("ly"))
    });
    let counted = |at: usize| matches!(page.word(at), "every" | "each" | "per");
    ahead.or_else(|| {
        (first.saturating_sub(BEHIND)..first).filter(inside).find_map(|at| {
            let named = page.word(at).ends_with("ly") || (at > 0 && counted(at - 1));
            period(page.word(at)).filter(|_| named)
        })
    })
}

fn period(word: &str) -> Option<f64> {
    Some(match word {
        "hour" | "hourly" => 8760.0,
        "day" | "daily" | "night" => 365.0,
        "week" | "weekly" | "monday" | "tuesday" | "wednesday" | "thursday" | "friday"
        | "saturday" | "sunday" => 52.0,
        "fortnight" | "fortnightly" => 26.0,
        "month" | "monthly" => 12.0,
        "quarter" | "quarterly" => 4.0,
        "year" | "yearly" | "annum" | "annually" => 1.0,
        _ => return None,
    })
}

//! A fee that must be paid before a larger sum comes: the advance-fee swindle. An inheritance, a prize, a loan or a
//! parcel of gold waits, and only a charge is outstanding (FBI and Action Fraud, "Advance fee fraud").

use super::money::sums;
use super::rules::VetoRules;
use super::{Found, Page, VetoKind};

/// The windfall is at least so many times the fee.
const LARGER: f64 = 5.0;
/// How far a fee may stand from the sum, in words.
const NEAR: usize = 5;
const WEIGHT: f64 = 0.95;

/// Whether a sum that ends at a token is paid again and again.
fn is_regular(page: &Page<'_>, last: usize) -> bool {
    let word = |ahead: usize| page.tokens.get(last + ahead).map_or("", |token| token.word.as_str());
    let is_period = |word: &str| matches!(word, "year" | "month" | "week" | "annum");
    matches!(word(1), "annually" | "yearly" | "monthly")
        || matches!(word(1), "a" | "per" | "each" | "every") && is_period(word(2))
}

/// A fee and a much larger sum that it opens.
pub(super) fn look(rules: &VetoRules, page: &Page<'_>) -> Vec<Found> {
    let named = &rules.named;
    if !page.of(named.honest_fee).is_empty() {
        return Vec::new();
    }
    let sums = sums(rules, page);
    let waits = |sum: &&super::money::Sum| {
        let near = |at| page.sentence(at).abs_diff(page.sentence(sum.first)) <= 1;
        // What comes in every year is an income of somebody, and no windfall.
        !is_regular(page, sum.last) && page.of(named.windfall).iter().any(|hit| near(hit.first))
    };
    let largest = sums.iter().filter(waits).map(|sum| sum.euros).fold(0.0, f64::max);
    sums.iter()
        .filter(|sum| sum.euros * LARGER <= largest)
        .filter(|sum| {
            page.of(named.fee).iter().any(|fee| {
                page.sentence(fee.first) == page.sentence(sum.first)
                    && (fee.first.abs_diff(sum.last) <= NEAR
                        || sum.first.abs_diff(fee.last) <= NEAR)
                    && !page.negated(fee.first, |_| false)
            })
        })
        .map(|sum| sum.suspect(VetoKind::Fraud, WEIGHT))
        .collect()
}

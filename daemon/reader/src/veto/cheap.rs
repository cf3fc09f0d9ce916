//! Prices far below what a thing of that class costs. The thing must be what is sold, not what a case, a wash or a
//! lesson is for, and the price must be the whole one: not a rent, a deposit, a rebate or the least of a range.

use super::money::{Sum, sums};
use super::rules::VetoRules;
use super::{Found, Page, VetoKind};

/// Words of a sale ("brand-new", "yours for") stand beside it.
const OFFERED: f64 = 0.9;
/// They do not.
const BARE: f64 = 0.5;
/// How far a preposition or an owner before a thing reaches, in words.
const REACH: usize = 3;
/// How far a period or "off" may stand behind a price.
const AHEAD: usize = 3;

/// The dearest price of the text against the cheapest that its thing could have.
pub(super) fn look(rules: &VetoRules, page: &Page<'_>) -> Option<Found> {
    if !page.of(rules.named.not_the_thing).is_empty() || !page.of(rules.named.told).is_empty() {
        return None;
    }
    let sums = sums(rules, page);
    if sums.iter().any(|sum| partial(page, sum)) {
        return None;
    }
    let dearest = sums.iter().max_by(|a, b| a.euros.total_cmp(&b.euros))?;
    let thing = rules.things.iter().find(|thing| {
        dearest.euros < thing.floor
            && page.of(thing.names).iter().any(|hit| sold(rules, page, hit.first, hit.last))
    })?;
    let offered = !page.of(rules.named.sale).is_empty();
    let found = dearest.suspect(VetoKind::TooCheap, if offered { OFFERED } else { BARE });
    let name = page.of(thing.names).iter().map(|hit| hit.first).min()?;
    Some(Found { first: found.first.min(name), ..found })
}

/// Whether a price is a part of what is paid, or a saving.
fn partial(page: &Page<'_>, sum: &Sum) -> bool {
    let sentence = page.sentence(sum.first);
    let before = (sum.first.saturating_sub(2)..sum.first)
        .filter(|at| page.sentence(*at) == sentence)
        .any(|at| {
            matches!(page.word(at), "from" | "save" | "saves" | "extra" | "deposit" | "fee" | "off")
        });
    let after =
        (sum.last + 1..=sum.last + AHEAD).filter(|at| page.sentence(*at) == sentence).any(|at| {
            matches!(
                page.word(at),
                "day"
                    | "night"
                    | "week"
                    | "month"
                    | "year"
                    | "hour"
                    | "hours"
                    | "minute"
                    | "mile"
                    | "km"
                    | "off"
                    | "less"
                    | "cheaper"
                    | "each"
                    | "deposit"
                    | "fee"
                    | "daily"
                    | "weekly"
                    | "monthly"
                    | "nightly"
                    | "hourly"
                    | "visit"
                    | "ride"
                    | "trip"
                    | "lesson"
                    | "load"
                    | "back"
                    | "extra"
                    | "annum"
                    | "metre"
                    | "kg"
            )
        });
    before || after
}

/// Whether a thing is the head of its phrase and nobody's already.
fn sold(rules: &VetoRules, page: &Page<'_>, first: usize, last: usize) -> bool {
    let sentence = page.sentence(first);
    let related = (first.saturating_sub(REACH)..first)
        .filter(|at| page.sentence(*at) == sentence)
        .any(|at| {
            matches!(
                page.word(at),
                "for"
                    | "of"
                    | "in"
                    | "on"
                    | "under"
                    | "behind"
                    | "from"
                    | "to"
                    | "by"
                    | "per"
                    | "your"
                    | "my"
                    | "our"
                    | "their"
                    | "any"
                    | "every"
                    | "like"
                    | "as"
                    | "no"
                    | "without"
                    | "into"
                    | "than"
            )
        });
    let Some(next) = page.tokens.get(last + 1).filter(|token| token.sentence == sentence) else {
        return !related;
    };
    let own = page.tokens.get(last).map_or(usize::MAX, |token| token.clause);
    let name = page.text.get(next.start..).is_some_and(|rest| rest.starts_with(char::is_uppercase));
    let ends = next.clause != own || next.number.is_some() || name;
    !related && (ends || rules.function_words.contains(&next.word))
}

//! Falls and rises: a price that goes from 42 to 31 cents, wages that go up by 6 %, break-ins that have halved. What
//! falls decides whether that is good.

use crate::features::Token;
use crate::lexicon::Theme;

use super::context::Context;
use super::dimension::Dimension;
use super::row;
use super::scope::{Found, Scope};
use super::table::{Change, Good, Usual, Way};
use super::worth;

/// A change: what it speaks for or against, how strongly, and its first and last item.
#[derive(Clone, Copy, Debug)]
pub(super) struct Changed {
    pub theme: Theme,
    pub strength: f64,
    pub first: usize,
    pub last: usize,
}

/// Strength of a change whose size is not said, and of one that is ruled out.
const UNSIZED: f64 = 0.8;
/// Furthest distance, in items, between the thing and its verb.
const FAR: usize = 7;
/// Doublings below which nothing has changed.
const SAME: f64 = 0.01;

/// Reads a change in a clause.
pub(super) fn read(
    table: &Usual,
    text: &str,
    scope: &Scope<'_>,
    clause: &[Token],
    context: &Context<'_>,
) -> Option<Changed> {
    before_and_now(table, text, scope, clause, context)
        .or_else(|| from_to(table, scope))
        .or_else(|| instead(table, scope, clause, context))
        .or_else(|| by_verb(table, scope))
}

/// "£121, previously £164": the clause names the earlier number, and the one before it the new one.
fn before_and_now(
    table: &Usual,
    text: &str,
    scope: &Scope<'_>,
    clause: &[Token],
    context: &Context<'_>,
) -> Option<Changed> {
    let word = |at: usize| scope.word(scope.own + at);
    let skip = match (word(0), word(1)) {
        ("previously" | "formerly" | "before" | "was" | "were", _) => 1,
        ("down" | "up", "from") => 2,
        ("until", "now") => 2,
        _ => return None,
    };
    let old = *scope.measures.get(scope.items.get(scope.own + skip)?.measure?)?;
    let previous = context.previous(clause);
    let before = Scope::new(table, text, previous, &Context::default());
    let new = before.measures.iter().rev().find(|measure| measure.dimension == old.dimension)?;
    let doublings = doublings(old.dimension, old.low, new.low)?;
    let (change, _) = thing(table, &before, None, before.items.len())?;
    let last = scope.own + skip;
    Some(judged(change, doublings, scope.own, last))
}

/// "falls from 42 to 31 cents", "went from 24% to 3%", "is adjusted from $49 to $64".
fn from_to(table: &Usual, scope: &Scope<'_>) -> Option<Changed> {
    let grammar = &table.grammar;
    for at in scope.own..scope.items.len() {
        if scope.word(at) != "from" {
            continue;
        }
        let measure = |place: usize| {
            scope.items.get(place).and_then(|item| scope.measures.get(item.measure?))
        };
        let Some(one) = measure(at + 1) else { continue };
        // "from 31 to 42 cents" is one range, "from 42 to 31 cents" are two numbers with the unit at the second.
        let (old, new, dimension, last) = if one.low < one.high {
            (one.low, one.high, one.dimension, at + 1)
        } else {
            // "from eight carriages to three".
            let to = (at + 2..at + 5).find(|&place| scope.word(place) == "to");
            let Some((to, two)) = to.and_then(|to| Some((to, measure(to + 1)?))) else { continue };
            let plain = one.dimension == Dimension::Count;
            if !(plain || one.dimension == two.dimension) {
                continue;
            }
            let new = if plain { unscaled(scope, to + 1, two.low) } else { two.low };
            (one.low, new, two.dimension, to + 1)
        };
        let start = at.saturating_sub(FAR);
        let verbs = (start..at).rev().find_map(|place| {
            let word = scope.word(place);
            let way = if grammar.fall.contains(word) {
                Some(Way::Fall)
            } else if grammar.rise.contains(word) {
                Some(Way::Rise)
            } else {
                None
            };
            way.map(|way| (place, Some(way)))
                .or_else(|| grammar.moves.contains(word).then_some((place, None)))
        });
        let Some((verb, way)) = verbs else { continue };
        let Some(doublings) = doublings(dimension, old, new) else { continue };
        let said = match way {
            Some(Way::Fall) => doublings < 0.0,
            Some(Way::Rise) => doublings > 0.0,
            None => true,
        };
        // Words and numbers contradict each other.
        if !said || negated(table, scope, verb) {
            return None;
        }
        if let Some((change, place)) = thing(table, scope, Some(verb), last) {
            return Some(judged(change, doublings, place.first.min(verb), last));
        }
        // A sum that changes is a price.
        let money = dimension == Dimension::Money;
        let other = (0..scope.items.len()).any(|item| grammar.no_price.contains(scope.word(item)));
        let price = table.changes.first().filter(|_| money && !other);
        if let Some(price) = price {
            return Some(judged(price, doublings, verb, last));
        }
    }
    None
}

/// "eleven carriages instead of eight".
fn instead(
    table: &Usual,
    scope: &Scope<'_>,
    clause: &[Token],
    context: &Context<'_>,
) -> Option<Changed> {
    let of = (scope.own..scope.items.len()).find(|&at| {
        (scope.word(at) == "instead" && scope.word(at + 1) == "of")
            || (scope.word(at) == "rather" && scope.word(at + 1) == "than")
    })?;
    let measure =
        |place: usize| scope.items.get(place).and_then(|item| scope.measures.get(item.measure?));
    let old = measure(of + 2)?;
    let at = (scope.own..of).rev().find(|&place| {
        measure(place)
            .is_some_and(|new| new.dimension == old.dimension || old.dimension == Dimension::Count)
    })?;
    let new = measure(at)?;
    let value = if new.dimension == old.dimension { new.low } else { unscaled(scope, at, new.low) };
    let doublings = doublings(old.dimension, old.low, value)?;
    let place = scope.items.get(at)?.measure?;
    if let Some(row) = row::choose(table, scope, clause, context, place) {
        let good = match row.good {
            Good::Low => doublings < 0.0,
            Good::High => doublings > 0.0,
            Good::Middle => return None,
        };
        let theme = if good { Theme::Benefit(row.benefit) } else { Theme::Concern(row.concern) };
        return Some(Changed {
            theme,
            strength: worth::change(doublings),
            first: at,
            last: of + 2,
        });
    }
    let (change, found) = thing(table, scope, Some(of), of)?;
    Some(judged(change, doublings, found.first.min(at), of + 2))
}

/// The number of a measure as it is written, without its unit.
fn unscaled(scope: &Scope<'_>, item: usize, value: f64) -> f64 {
    let written = scope.token(item).and_then(|token| token.number);
    written.unwrap_or(value)
}

/// "wages go up by 6 %", "break-ins have halved", "prices rise in May".
fn by_verb(table: &Usual, scope: &Scope<'_>) -> Option<Changed> {
    let grammar = &table.grammar;
    for at in scope.own..scope.items.len() {
        let word = scope.word(at);
        let sized = if grammar.halved.contains(word) {
            Some(-1.0)
        } else if grammar.doubled.contains(word) {
            Some(1.0)
        } else if grammar.tripled.contains(word) {
            Some(1.585)
        } else {
            None
        };
        let way = match sized {
            Some(size) => {
                if size < 0.0 {
                    Way::Fall
                } else {
                    Way::Rise
                }
            }
            None if grammar.fall.contains(word) => Way::Fall,
            None if grammar.rise.contains(word) => Way::Rise,
            None => continue,
        };
        // "up" and "down" need a verb of motion, or a share after them.
        // "40 % fewer", but not "fewer than half".
        let compared =
            matches!(word, "fewer" | "longer" | "shorter" | "cheaper" | "dearer" | "less" | "more");
        let share = share_near(scope, at, compared);
        let particle =
            compared || matches!(word, "up" | "down" | "cut" | "drop" | "raise" | "extended");
        let moved = at.checked_sub(1).is_some_and(|back| {
            matches!(
                scope.word(back),
                "go" | "goes"
                    | "went"
                    | "gone"
                    | "going"
                    | "come"
                    | "comes"
                    | "came"
                    | "are"
                    | "is"
                    | "will"
                    | "be"
                    | "to"
                    | "been"
            )
        });
        if particle
            && sized.is_none()
            && share.is_none()
            && !(moved
                && matches!(word, "up" | "down")
                && !matches!(scope.word(at.saturating_sub(1)), "is" | "are" | "to" | "be"))
        {
            continue;
        }
        let Some((change, place)) = thing(table, scope, Some(at), scope.items.len()) else {
            // "12% dearer", "20 % cheaper than last year".
            continue;
        };
        let size = sized.or_else(|| {
            share.map(|(share, _)| match way {
                Way::Fall => libm::log2((1.0 - share).max(0.05)),
                Way::Rise => libm::log2(1.0 + share),
            })
        });
        let last = share.map_or(at, |(_, item)| item).max(at).max(place.last);
        let first = place.first.min(at);
        if negated(table, scope, at) {
            let good = change.good != way;
            return Some(Changed { theme: theme(change, good), strength: UNSIZED, first, last });
        }
        return Some(match size {
            Some(doublings) if doublings.abs() > SAME => judged(change, doublings, first, last),
            Some(_) => return None,
            None => {
                Changed { theme: theme(change, change.good == way), strength: UNSIZED, first, last }
            }
        });
    }
    None
}

/// A share that says by how much: "by 6 %", "40 %", "by a third" within three items.
fn share_near(scope: &Scope<'_>, at: usize, compared: bool) -> Option<(f64, usize)> {
    let share = |place: usize| {
        let measure = scope.items.get(place)?.measure?;
        let found =
            scope.measures.get(measure).filter(|found| found.dimension == Dimension::Share)?;
        Some((found.low, place))
    };
    let after = if compared { at..at } else { at + 1..at + 5 };
    after.into_iter().find_map(share).or_else(|| share(at.checked_sub(1)?))
}

/// Whether the verb at `at` is denied: "prices will not rise".
fn negated(table: &Usual, scope: &Scope<'_>, at: usize) -> bool {
    (1..=3).any(|back| {
        at.checked_sub(back).is_some_and(|place| {
            place >= scope.own && table.grammar.negators.contains(scope.word(place))
        })
    })
}

/// The thing that changes: the nearest to the verb, before it rather than after it.
fn thing<'t>(
    table: &'t Usual,
    scope: &Scope<'_>,
    verb: Option<usize>,
    end: usize,
) -> Option<(&'t Change, Found)> {
    // "waiting time for a place": what is said of the place does not count.
    let named = |found: &Found| {
        let next = scope.word(found.last + 1);
        matches!(next, "for" | "of" | "to" | "in" | "at" | "on" | "per")
    };
    let mut best: Option<(usize, usize, &Change, Found)> = None;
    for change in &table.changes {
        for pattern in &change.words {
            for found in scope.find(pattern, None) {
                let distance = match verb {
                    Some(verb) if found.last < verb && named(&found) => 1,
                    Some(verb) if found.last < verb => verb - found.last + 1,
                    // "cuts waiting times": directly after the verb, or a word or two later.
                    Some(verb) if found.first > verb && found.first < end => found.first - verb + 2,
                    Some(_) => continue,
                    None => end.saturating_sub(found.last),
                };
                let length = found.last + 1 - found.first;
                let nearer = best.is_none_or(|(near, long, ..)| {
                    (distance, long) < (near, length) || (distance == near && length > long)
                });
                if (verb.is_none() || distance <= FAR) && nearer {
                    best = Some((distance, length, change, found));
                }
            }
        }
    }
    best.map(|(_, _, change, found)| (change, found))
}

/// Doublings from an old number to a new one; shares count by their odds.
fn doublings(dimension: Dimension, old: f64, new: f64) -> Option<f64> {
    let odds = |share: f64| {
        let share = share.clamp(0.001, 0.999);
        share / (1.0 - share)
    };
    let found = match dimension {
        Dimension::Share | Dimension::Stars => libm::log2(odds(new) / odds(old)),
        Dimension::Temperature => return None,
        _ if old > 0.0 && new > 0.0 => libm::log2(new / old),
        _ => return None,
    };
    (found.abs() > SAME).then_some(found)
}

fn judged(change: &Change, doublings: f64, first: usize, last: usize) -> Changed {
    let way = if doublings < 0.0 { Way::Fall } else { Way::Rise };
    Changed {
        theme: theme(change, change.good == way),
        strength: worth::change(doublings),
        first,
        last,
    }
}

fn theme(change: &Change, good: bool) -> Theme {
    if good { Theme::Benefit(change.benefit) } else { Theme::Concern(change.concern) }
}

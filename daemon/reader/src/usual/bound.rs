//! What the small words around a number make of it: a limit ("up to", "at least"), a denial ("no 12-month contract"), a
//! number that is only compared with ("instead of ten days").

use super::scope::Scope;
use super::table::Usual;

/// How a number is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bound {
    /// As it stands.
    Exact,
    /// At most: "within", "no more than".
    Most,
    /// "up to": at most, and often less.
    UpTo,
    /// "at least", "more than".
    Least,
    /// There is none of it.
    Denied,
    /// "cannot": what may not be done for so long.
    Unable,
    /// Another thing's number, or an earlier one.
    Reference,
}

/// Reads the words around a measure.
pub(super) fn read(table: &Usual, scope: &Scope<'_>, measure: usize) -> Bound {
    let Some(at) = scope.item(measure) else { return Bound::Reference };
    if scope.any(&table.grammar.references, Some(measure)) {
        return Bound::Reference;
    }
    let (limit, from) = limit_before(scope, at);
    let negation = negation(table, scope, from);
    match (limit, negation.is_some()) {
        // "does not take more than", "never less than".
        (Some(Bound::Least), true) => Bound::Most,
        (Some(Bound::Most), true) => Bound::Least,
        (_, true)
            if negation.is_some_and(|word| matches!(word, "cannot" | "can't" | "couldn't")) =>
        {
            Bound::Unable
        }
        (_, true) => Bound::Denied,
        (Some(limit), false) => limit,
        (None, false) => limit_after(scope, at).unwrap_or(Bound::Exact),
    }
}

/// The limit before the item `at`, and the item where it begins.
fn limit_before(scope: &Scope<'_>, at: usize) -> (Option<Bound>, usize) {
    let mut place = at;
    let word = |back: usize| place_word(scope, at, back);
    let mut skip = 1;
    while matches!(
        word(skip),
        "about"
            | "around"
            | "roughly"
            | "approximately"
            | "some"
            | "just"
            | "only"
            | "a"
            | "an"
            | "the"
            | "usually"
    ) {
        skip += 1;
    }
    let bound = match (word(skip + 1), word(skip)) {
        ("up", "to") => Some((Bound::UpTo, skip + 1)),
        ("at", "most") => Some((Bound::Most, skip + 1)),
        ("at", "least") => Some((Bound::Least, skip + 1)),
        ("less" | "fewer" | "shorter" | "lower" | "earlier", "than") => {
            Some((Bound::Most, skip + 1))
        }
        ("more" | "longer" | "higher" | "later" | "better" | "other", "than") => {
            Some((Bound::Least, skip + 1))
        }
        (_, "under" | "below" | "maximum" | "max") => Some((Bound::Most, skip)),
        (_, "over" | "above" | "minimum") => Some((Bound::Least, skip)),
        _ => None,
    };
    match bound {
        Some((bound, back)) => {
            place = at.saturating_sub(back);
            (Some(bound), place)
        }
        None => (None, place),
    }
}

fn place_word<'a>(scope: &Scope<'a>, at: usize, back: usize) -> &'a str {
    at.checked_sub(back).map_or("", |place| scope.word(place))
}

/// "or less", "or more", "at the latest".
fn limit_after(scope: &Scope<'_>, at: usize) -> Option<Bound> {
    match (scope.word(at + 1), scope.word(at + 2)) {
        ("or", "less" | "fewer" | "sooner" | "faster")
        | ("at", "most" | "the")
        | ("max" | "maximum", _) => Some(Bound::Most),
        ("or", "more" | "longer") | ("plus", _) => Some(Bound::Least),
        _ => None,
    }
}

/// How far a negation reaches, in items.
const REACH: usize = 6;

/// The word before what begins at `from` that denies it.
fn negation<'a>(table: &Usual, scope: &Scope<'a>, from: usize) -> Option<&'a str> {
    for back in 1..=REACH {
        let place = from.checked_sub(back).filter(|&place| place >= scope.own.min(from))?;
        let word = scope.word(place);
        // Another part of the clause begins.
        if matches!(word, "and" | "or" | "with" | "who" | "which" | "so") || word.is_empty() {
            return None;
        }
        if table.grammar.negators.contains(word) {
            // "not only 5 days"; "in no time".
            let meant = scope.word(place + 1) != "only" && scope.word(place + 1) != "matter";
            return meant.then_some(word);
        }
    }
    None
}

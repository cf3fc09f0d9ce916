//! The choice of the row of the table that a measure belongs to.

use crate::features::Token;

use super::context::Context;
use super::scope::{Found, Scope};
use super::table::{Row, Saying, Usual};

/// Furthest distance, in items, of words that do not name the place of the number.
const FAR: usize = 7;
/// How much the subject of the text adds to a hint.
const SUBJECT: f64 = 1.5;
/// How much is known from a unit alone.
const UNIT_ALONE: f64 = 0.5;

/// The row that fits a measure best, if any fits.
pub(super) fn choose<'t>(
    table: &'t Usual,
    scope: &Scope<'_>,
    clause: &[Token],
    context: &Context<'_>,
    measure: usize,
) -> Option<&'t Row> {
    let stated = scope.measures.get(measure)?;
    let possible = |row: &&Row| {
        row.dimension == stated.dimension
            && stated.low >= row.possible.0
            && stated.high <= row.possible.1
    };
    let mut best: Option<(f64, &Row)> = None;
    for row in table.rows.iter().filter(possible) {
        let about = context.speaks_of(&row.about, clause);
        if (row.about_required && !about)
            || context.speaks_of(&row.not_about, clause)
            || scope.any(&row.unless, Some(measure))
        {
            continue;
        }
        let said = fit(scope, row, &row.says, measure);
        let hinted =
            fit(scope, row, &row.hints, measure).filter(|_| about).map(|fit| fit + SUBJECT);
        let bare = row.alone && about && bare(scope);
        let alone = bare.then_some(UNIT_ALONE + SUBJECT);
        let Some(fit) = said.into_iter().chain(hinted).chain(alone).max_by(f64::total_cmp) else {
            continue;
        };
        // Of rows that fit as well the first in the table is taken.
        if best.is_none_or(|(other, _)| fit > other) {
            best = Some((fit, row));
        }
    }
    best.map(|(_, row)| row)
}

/// Whether a clause is nothing but its number: "just 4.9 kg".
fn bare(scope: &Scope<'_>) -> bool {
    (0..scope.items.len())
        .all(|at| matches!(scope.word(at), "" | "just" | "only" | "about" | "under" | "a" | "mere"))
}

/// How well the sayings of a row fit the measure.
fn fit(scope: &Scope<'_>, row: &Row, sayings: &[Saying], measure: usize) -> Option<f64> {
    let fits = sayings.iter().flat_map(|saying| {
        scope.find(saying, Some(measure)).into_iter().filter_map(move |found| {
            if saying.anchored { Some(anchored(found)) } else { loose(scope, row, found, measure) }
        })
    });
    fits.max_by(f64::total_cmp)
}

/// A saying that names the place of the number: the longer, the better.
fn anchored(found: Found) -> f64 {
    let length = found.last + 1 - found.first;
    if length == 1 {
        UNIT_ALONE
    } else {
        1.0 + f64::from(u32::try_from(length.min(FAR)).unwrap_or(0)) / 2.0
    }
}

/// A saying that only names the quantity belongs to the nearest measure of its kind.
fn loose(scope: &Scope<'_>, row: &Row, found: Found, measure: usize) -> Option<f64> {
    let (nearest, distance) = scope.nearest(row.dimension, found)?;
    let near = nearest == measure && distance <= FAR;
    near.then(|| 1.5 - 0.1 * f64::from(u32::try_from(distance).unwrap_or(0)))
}

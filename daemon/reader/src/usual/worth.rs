//! How far a number lies from what is usual, and what that is worth.

use super::bound::Bound;
use super::measure::Quantity;
use super::table::{Good, Row, ScaleKind};

/// The most that one number is worth.
pub(super) const STRENGTH_MAX: f64 = 3.0;

/// "up to 40 hours" is less than 40 hours.
const UP_TO: f64 = 0.75;

/// How much "fewer than half" is less than half, and "more than a week" more than a week.
const BEYOND: f64 = 1.25;

/// Shares nearer to nothing or all than this count as this.
const SHARE_EDGE: f64 = 0.000_01;

/// What a measure is worth by its row: above 0 for, below 0 against, 0 where it is usual. `None` where it is denied,
/// compared with, or too good to be believed.
pub(super) fn signed(row: &Row, measure: &Quantity, bound: Bound) -> Option<f64> {
    match bound {
        Bound::Reference => return None,
        Bound::Denied => return row.without,
        // "cannot be stopped for two years" denies no contract, and any other number it does.
        Bound::Unable if row.without.is_none() => return None,
        _ => {}
    }
    let value = match row.good {
        Good::Low | Good::Middle => measure.high,
        Good::High => measure.low,
    };
    let value = match (row.good, bound) {
        (Good::High, Bound::Most) if value > 0.0 => value / BEYOND,
        (Good::Low, Bound::Least) if value > 0.0 => value * BEYOND,
        _ => value,
    };
    let worth = distance(row, value);
    let too_good = |limit: f64| match row.good {
        Good::High => value > limit,
        Good::Low | Good::Middle => value < limit,
    };
    if worth > 0.0 && row.believed.is_some_and(too_good) {
        return None;
    }
    let worth = match (row.good, bound) {
        // "at least three weeks" of waiting may be more; "under two years" of warranty may be less.
        (Good::Low, Bound::Least) | (Good::High, Bound::Most) if worth > 0.0 => 0.0,
        (Good::High | Good::Low, Bound::UpTo) if worth > 0.0 => worth * UP_TO,
        _ => worth,
    };
    Some(worth)
}

/// The signed distance of a value from the usual range.
pub(super) fn distance(row: &Row, value: f64) -> f64 {
    let apart = if value < row.low {
        -steps(row, row.low, value)
    } else if value > row.high {
        steps(row, value, row.high)
    } else {
        return 0.0;
    };
    let weighed = match row.good {
        Good::High if apart > 0.0 => apart * row.praise,
        Good::High => apart * row.blame,
        Good::Low if apart < 0.0 => -apart * row.praise,
        Good::Low => -apart * row.blame,
        Good::Middle => -apart.abs() * row.blame,
    };
    weighed.clamp(-STRENGTH_MAX, STRENGTH_MAX)
}

/// How many doublings, doublings of the odds or steps lie between two values, the larger first.
fn steps(row: &Row, large: f64, small: f64) -> f64 {
    match row.scale {
        ScaleKind::Log => libm::log2(large / small.max(large * f64::EPSILON)),
        ScaleKind::Odds => libm::log2(odds(large) / odds(small)),
        ScaleKind::Linear => (large - small) / row.step,
    }
}

fn odds(share: f64) -> f64 {
    let share = share.clamp(SHARE_EDGE, 1.0 - SHARE_EDGE);
    share / (1.0 - share)
}

/// What a change by so many doublings is worth.
pub(super) fn change(doublings: f64) -> f64 {
    // A tenth more or less is felt; a doubling is a deal-breaker.
    let felt = 0.5 + 2.0 * doublings.abs();
    if doublings == 0.0 { 0.0 } else { felt.min(STRENGTH_MAX) }
}

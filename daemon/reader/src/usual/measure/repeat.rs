//! How often something repeats, and when something is open: "every ten days", "twice a week", "from 7 am to 6 pm".

use crate::features::Token;
use crate::usual::dimension::Dimension;

use super::{Quantity, QuantityReader, period};

impl QuantityReader<'_> {
    /// "every ten minutes", "each week", "twice a day", "three times a week".
    pub(super) fn interval(&self, at: usize) -> Option<Quantity> {
        let interval = |minutes: f64, last: usize| Quantity {
            dimension: Dimension::Interval,
            low: minutes,
            high: minutes,
            first: at,
            last,
            implied: false,
        };
        if matches!(self.word(at), "every" | "each") {
            if let Some(found) = self.number(at + 1) {
                let (low, high, last) = self.range(found);
                let (dimension, size, last) = self.unit(last)?;
                let whole = dimension == Dimension::Time;
                return whole.then(|| Quantity { high: high * size, ..interval(low * size, last) });
            }
            if let Some(part) = self.part(at + 1).filter(|part| part.dimension == Dimension::Time) {
                return Some(interval(part.low, part.last));
            }
            let other = if self.word(at + 1) == "other" { 2.0 } else { 1.0 };
            let place = at + if other > 1.0 { 2 } else { 1 };
            let minutes = period(self.word(place))?;
            return Some(interval(minutes * other, place));
        }
        let (times, last) = match self.word(at) {
            "once" => (1.0, at),
            "twice" => (2.0, at),
            _ => {
                let found = self.number(at)?;
                let said = matches!(
                    self.word(found.last + 1),
                    "times" | "trips" | "departures" | "trains" | "buses" | "flights"
                );
                (found.value, said.then_some(found.last + 1)?)
            }
        };
        let (minutes, last) = self.per(last)?;
        (times > 0.0).then(|| interval(minutes / times, last))
    }

    /// "open from 7 am to 6 pm": the share of the week, of six days.
    pub(super) fn clock(&self, at: usize) -> Option<Quantity> {
        let said = matches!(self.before(at), "from" | "between" | "open" | "daily" | "opens");
        if !(said && self.opens()) {
            return None;
        }
        let (from, last) = self.hour(at)?;
        let joined = matches!(self.word(last + 1), "to" | "until" | "till" | "and");
        let (to, last) = self.hour(if joined { last + 2 } else { last + 1 })?;
        if !joined && !matches!(self.between(last - 1).trim(), "-" | "–") {
            return None;
        }
        let hours = if to > from { to - from } else { to + 12.0 - from };
        let value = hours / 28.0;
        (0.0..=24.0).contains(&hours).then_some(Quantity {
            dimension: Dimension::OpenShare,
            low: value,
            high: value,
            first: at,
            last,
            implied: true,
        })
    }

    /// An hour of the day at `at`, 0 to 24, with its last token.
    pub(super) fn hour(&self, at: usize) -> Option<(f64, usize)> {
        match self.word(at) {
            "noon" => return Some((12.0, at)),
            "midnight" => return Some((24.0, at)),
            _ => {}
        }
        let found = self.number(at).filter(|found| (0.0..=24.0).contains(&found.value))?;
        let half = self.unit(found.last).is_some();
        match self.word(found.last + 1) {
            "pm" if found.value < 12.0 => Some((found.value + 12.0, found.last + 1)),
            "am" | "pm" => Some((found.value, found.last + 1)),
            _ => (!half).then_some((found.value, found.last)),
        }
    }

    /// Whether something is open.
    pub(super) fn opens(&self) -> bool {
        let open = |token: &Token| {
            matches!(
                token.word.as_str(),
                "open" | "opens" | "opened" | "opening" | "staffed" | "reachable"
            )
        };
        self.tokens.iter().any(open)
    }
}

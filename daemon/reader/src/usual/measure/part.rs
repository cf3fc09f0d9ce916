//! Parts of a whole: "half an hour", "two thirds of", "nine in ten", "4.8 of 5 stars".

use crate::usual::dimension::Dimension;
use crate::usual::number::{self, Number};

use super::{Quantity, QuantityReader, START};

impl QuantityReader<'_> {
    /// "half an hour", "three quarters of an hour", "two thirds of".
    pub(super) fn part(&self, at: usize) -> Option<Quantity> {
        let found = number::part(&self.table.numbers, self.tokens, at)?;
        let mut place = found.last + 1;
        if self.word(place) == "of" {
            place += 1;
        }
        if matches!(self.word(place), "a" | "an") {
            place += 1;
        }
        if let Some((Dimension::Time, size)) =
            self.table.units.find(self.word(place), self.written(place))
        {
            let value = found.value * size;
            return Some(Quantity {
                dimension: Dimension::Time,
                low: value,
                high: value,
                first: at,
                last: place,
                implied: false,
            });
        }
        let next = self.word(found.last + 1);
        // "cut in half".
        let halved = self.before(at) == "in" && self.word(at) == "half";
        let counts = next == "of"
            || halved
            || matches!(
                self.before(at),
                "by" | "than" | "about" | "only" | "roughly" | "almost" | "nearly" | "around"
            );
        // "half past", "half board", "half-hourly".
        (counts && !matches!(next, "past" | "board" | "price" | "hourly" | "term")).then_some(
            Quantity {
                dimension: Dimension::Share,
                low: found.value,
                high: found.value,
                first: at,
                last: found.last,
                implied: false,
            },
        )
    }

    /// "8 of 10", "nine in ten", "95 in every 100", "4.8/5".
    pub(super) fn out_of(&self, at: usize, found: Number) -> Option<Quantity> {
        if let Some(whole) = self.whole
            && at <= START
            && found.value <= whole
            && whole >= 2.0
            && self.unit(found.last).is_none()
        {
            let share = found.value / whole;
            return Some(Quantity {
                dimension: Dimension::Share,
                low: share,
                high: share,
                first: at,
                last: found.last,
                implied: false,
            });
        }
        let slash = self.between(found.last).contains('/');
        let (mut place, marked) = match (self.word(found.last + 1), self.word(found.last + 2)) {
            ("out", "of") => (found.last + 3, true),
            ("of" | "in", "every" | "each") => (found.last + 3, true),
            ("of", _) => (found.last + 2, true),
            ("in", _) => (found.last + 2, false),
            _ if slash => (found.last + 1, false),
            _ => return None,
        };
        if matches!(self.word(place), "the" | "its" | "our" | "all") && marked {
            place += 1;
        }
        let whole = self.number(place)?;
        let share = found.value / whole.value;
        if !(0.0..=1.0).contains(&share) || whole.value < 2.0 {
            return None;
        }
        let last = whole.last;
        let next = self.word(last + 1);
        let points = matches!(next, "star" | "stars" | "point" | "points");
        let rated = self.tokens.iter().any(|token| {
            matches!(
                token.word.as_str(),
                "rated"
                    | "rate"
                    | "rates"
                    | "gave"
                    | "give"
                    | "rating"
                    | "score"
                    | "scored"
                    | "scores"
                    | "stars"
                    | "average"
                    | "reviews"
                    | "review"
            )
        });
        let top = [5.0, 6.0, 10.0, 100.0].contains(&whole.value);
        if top && (points || rated || slash) {
            let last = if points { last + 1 } else { last };
            let value = share;
            return Some(Quantity {
                dimension: Dimension::Stars,
                low: value,
                high: value,
                first: at,
                last,
                implied: false,
            });
        }
        // "2 in 24 hours" is no share, nor is "8 in 2024".
        let year = (1900.0..2100.0).contains(&whole.value) && !marked;
        if slash
            || year
            || self.unit(whole.last).is_some()
            || found.value != libm::floor(found.value)
        {
            return None;
        }
        Some(Quantity {
            dimension: Dimension::Share,
            low: share,
            high: share,
            first: at,
            last,
            implied: false,
        })
    }
}

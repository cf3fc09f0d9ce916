//! Sums of money, pay for a time, and parts of a coin: "$23 an hour", "91p of every pound".

use crate::usual::dimension::Dimension;

use super::{HOUR, MONTH, Quantity, QuantityReader, WEEK, YEAR};

impl QuantityReader<'_> {
    /// A sum of money, or pay where it is for a time.
    pub(super) fn money(&self, at: usize) -> Option<Quantity> {
        let units = &self.table.units;
        let (found, dollars, last) = match units.currency(self.word(at)) {
            Some(dollars) if self.tokens.get(at + 1)?.number.is_some() => {
                let found = self.number(at + 1)?;
                (found, Some(dollars), found.last)
            }
            Some(_) => return None,
            None => {
                let found = self.number(at)?;
                let next = self.word(found.last + 1);
                let dollars = units.currency(next);
                let other = self.table.is_small_money(next);
                (dollars.is_some() || other).then_some((found, dollars, found.last + 1))?
            }
        };
        let sum = Quantity {
            dimension: Dimension::Money,
            low: found.value,
            high: found.value,
            first: at,
            last,
            implied: false,
        };
        let Some((minutes, last)) = self.per(last) else { return Some(sum) };
        let hours = if minutes == HOUR {
            1.0
        } else if minutes == WEEK {
            38.0
        } else if minutes == MONTH {
            165.0
        } else if minutes == YEAR {
            1_980.0
        } else {
            return Some(Quantity { last, ..sum });
        };
        let Some(dollars) = dollars else { return Some(Quantity { last, ..sum }) };
        let pay = found.value * dollars / hours;
        Some(Quantity { dimension: Dimension::Pay, low: pay, high: pay, last, ..sum })
    }

    /// "91p of every pound".
    pub(super) fn coin(&self, at: usize) -> Option<Quantity> {
        let found = self.number(at)?;
        let coin = matches!(self.word(found.last + 1), "p" | "pence" | "c" | "cent" | "cents");
        let each = matches!(self.word(found.last + 2), "of" | "in" | "from" | "out")
            && matches!(self.word(found.last + 3), "every" | "each");
        let whole = matches!(self.word(found.last + 4), "pound" | "dollar" | "euro");
        let value = found.value / 100.0;
        (coin && each && whole && value <= 1.0).then_some(Quantity {
            dimension: Dimension::Share,
            low: value,
            high: value,
            first: at,
            last: found.last + 4,
            implied: false,
        })
    }
}

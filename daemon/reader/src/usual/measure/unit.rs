//! What follows a number: its unit, the other end of its range, and the time that it is stated for.

use crate::usual::dimension::Dimension;
use crate::usual::number::Number;

use super::{DAY, HOUR, MONTH, QuantityReader, WEEK, YEAR};

impl QuantityReader<'_> {
    /// "five to seven", "two or three", "5–7", "between two and three": both ends and the last token.
    pub(super) fn range(&self, found: Number) -> (f64, f64, usize) {
        let single = (found.value, found.value, found.last);
        // The unit may stand at both ends.
        let unit = self.unit(found.last);
        let end = unit.map_or(found.last, |(_, _, last)| last);
        let joined = matches!(self.between(end).trim(), "-" | "–" | "—" | "−");
        let place = match self.word(end + 1) {
            "to" | "or" => end + 2,
            "and" if found.last + 1 == end + 1 && self.opened_between(found.last) => end + 2,
            _ if joined => end + 1,
            _ => return single,
        };
        let Some(other) = self.number(place) else { return single };
        if other.value <= found.value {
            return single;
        }
        match (unit, self.unit(other.last)) {
            (None, _) => (found.value, other.value, other.last),
            (Some((one, size, _)), Some((two, other_size, _))) if one == two => {
                (found.value * size / other_size, other.value, other.last)
            }
            _ => single,
        }
    }

    pub(super) fn opened_between(&self, last: usize) -> bool {
        (1..=3)
            .any(|back| last.checked_sub(back).is_some_and(|place| self.word(place) == "between"))
    }

    /// The unit after the token `last`: its dimension, its size and its last token.
    pub(super) fn unit(&self, last: usize) -> Option<(Dimension, f64, usize)> {
        let units = &self.table.units;
        let mut place = last + 1;
        while matches!(
            self.word(place),
            "working"
                | "business"
                | "full"
                | "short"
                | "more"
                | "whole"
                | "long"
                | "straight"
                | "consecutive"
                | "extra"
                | "calendar"
                | "square"
        ) {
            if self.word(place) == "square" {
                return None;
            }
            place += 1;
        }
        let word = self.word(place);
        let slash = self.between(place).contains('/') || self.word(place + 1) == "per";
        let after = if self.word(place + 1) == "per" { place + 2 } else { place + 1 };
        match (word, self.word(after)) {
            ("km" | "kilometres" | "kilometers", "h" | "hour") if slash => {
                return Some((Dimension::Speed, 1.0, after));
            }
            ("km" | "kilometres", "an") if self.word(after + 1) == "hour" => {
                return Some((Dimension::Speed, 1.0, after + 1));
            }
            ("miles", "an") if self.word(after + 1) == "hour" => {
                return Some((Dimension::Speed, 1.609_3, after + 1));
            }
            ("mbit" | "mb" | "megabit" | "megabits", "s" | "second" | "sec") if slash => {
                return Some((Dimension::DataRate, 1.0, after));
            }
            ("gbit" | "gb", "s" | "second" | "sec") if slash => {
                return Some((Dimension::DataRate, 1_000.0, after));
            }
            ("kbit" | "kb", "s" | "second" | "sec") if slash => {
                return Some((Dimension::DataRate, 0.001, after));
            }
            _ => {}
        }
        // "$23/h": the unit is what it is paid for. "m²" is no length.
        if place == last + 1 && self.between(last).contains('/') {
            return None;
        }
        let token = self.tokens.get(place)?;
        if self.text.get(token.end..).is_some_and(|rest| rest.starts_with(['²', '³'])) {
            return None;
        }
        let (dimension, size) = units.find(word, self.written(place))?;
        (dimension != Dimension::Temperature).then_some((dimension, size, place))
    }

    /// "a year", "per month", "each hour", "/h" after the token `last`: minutes, and the last token of it.
    pub(super) fn per(&self, last: usize) -> Option<(f64, usize)> {
        let next = self.word(last + 1);
        let place = if matches!(next, "a" | "an" | "per" | "each" | "every") {
            last + 2
        } else if self.between(last).contains('/') {
            last + 1
        } else {
            let minutes = match next {
                "daily" => DAY,
                "weekly" => WEEK,
                "monthly" => MONTH,
                "yearly" | "annually" => YEAR,
                "hourly" => HOUR,
                _ => return None,
            };
            return Some((minutes, last + 1));
        };
        period(self.word(place)).map(|minutes| (minutes, place))
    }
}

pub(super) fn period(word: &str) -> Option<f64> {
    Some(match word {
        "minute" | "minutes" => 1.0,
        "hour" | "h" | "hours" => HOUR,
        "day" | "night" | "morning" | "evening" => DAY,
        "week" => WEEK,
        "month" => MONTH,
        "year" | "annum" => YEAR,
        _ => return None,
    })
}

//! Numbers with a unit: "2–3 h", "35 °C", "110 kWh a year", "5 l/100 km".

use crate::usual::dimension::Dimension;

use super::{DAY, MONTH, Quantity, QuantityReader, WEEK, YEAR};

impl QuantityReader<'_> {
    /// A number, or a range of them, with what it counts.
    pub(super) fn counted(&self, at: usize) -> Option<Quantity> {
        let found = self.number(at)?;
        if let Some(share) = self.out_of(at, found) {
            return Some(share);
        }
        let (low, high, last) = self.range(found);
        let number = Quantity {
            dimension: Dimension::Count,
            low: low.min(high),
            high: high.max(low),
            first: at,
            last,
            implied: false,
        };
        Some(self.measured(number).unwrap_or(number))
    }

    /// The number with the unit or the per cent sign that follows.
    pub(super) fn measured(&self, number: Quantity) -> Option<Quantity> {
        let next = number.last + 1;
        let scaled = |dimension, size: f64, last| Quantity {
            dimension,
            low: number.low * size,
            high: number.high * size,
            last,
            ..number
        };
        let percent = match (self.word(next), self.word(next + 1)) {
            ("%" | "percent", _) => Some(next),
            ("per", "cent") => Some(next + 1),
            _ => None,
        };
        if let Some(last) = percent {
            // "3% interest a month".
            let named = matches!(self.word(last + 1), "interest" | "apr" | "fee" | "fees");
            let later = || self.per(last + 1).filter(|_| named).map(|(minutes, _)| (minutes, last));
            let per = self.per(last).or_else(later);
            let (yearly, last) = match per {
                Some((minutes, last)) if minutes == MONTH => (12.0, last),
                Some((minutes, last)) if minutes == YEAR => (1.0, last),
                _ => (1.0, last),
            };
            return Some(scaled(Dimension::Share, 0.01 * yearly, last));
        }
        if matches!(self.word(next), "star" | "stars") && number.high <= 5.0 {
            return Some(scaled(Dimension::Stars, 0.2, next));
        }
        if let Some(degrees) = self.degrees(number) {
            return Some(degrees);
        }
        let (dimension, size, last) = self.unit(number.last)?;
        let measure = scaled(dimension, size, last);
        Some(self.rated(measure))
    }

    /// A unit with what it is "per", "ago", or how often.
    pub(super) fn rated(&self, measure: Quantity) -> Quantity {
        let last = measure.last;
        if measure.dimension == Dimension::Time {
            if self.word(last + 1) == "and"
                && self.word(last + 2) == "a"
                && self.word(last + 3) == "half"
            {
                return Quantity {
                    low: measure.low * 1.5,
                    high: measure.high * 1.5,
                    last: last + 3,
                    ..measure
                };
            }
            if matches!(self.word(last + 1), "ago" | "old") {
                return Quantity { dimension: Dimension::Ago, last: last + 1, ..measure };
            }
            let scaled = |dimension, times: f64, last| Quantity {
                dimension,
                low: measure.low * times,
                high: measure.high * times,
                last,
                ..measure
            };
            let days = matches!(self.word(last), "day" | "days");
            return match self.per(last) {
                Some((minutes, last)) if minutes == DAY => {
                    scaled(Dimension::OpenShare, 1.0 / DAY, last)
                }
                Some((minutes, last)) if minutes == WEEK && days => {
                    // A day is open for some eight hours.
                    scaled(Dimension::OpenShare, 1.0 / (3.0 * WEEK), last)
                }
                Some((minutes, last)) if minutes == WEEK && self.opens() => {
                    scaled(Dimension::OpenShare, 1.0 / WEEK, last)
                }
                Some((minutes, last)) if minutes == WEEK => {
                    scaled(Dimension::TimePerWeek, 1.0, last)
                }
                _ => measure,
            };
        }
        // "5 litres per 100 km", "5 l/100 km".
        if measure.dimension == Dimension::Volume {
            let place = if matches!(self.word(last + 1), "per" | "on" | "for") {
                last + 2
            } else {
                last + 1
            };
            let fuel = self.word(place) == "100"
                && matches!(self.word(place + 1), "km" | "kilometres" | "kilometers");
            if fuel {
                return Quantity { dimension: Dimension::FuelUse, last: place + 1, ..measure };
            }
        }
        // "sugar per 100 g", "per serving of 30 g".
        let before = self.before(measure.first);
        let served = measure.first.checked_sub(2).is_some_and(|place| {
            matches!(self.word(place), "serving" | "portion" | "pot" | "bar" | "glass" | "can")
        });
        if matches!(measure.dimension, Dimension::Mass | Dimension::Volume)
            && (before == "per"
                || (before == "in" && measure.low == 100.0)
                || (before == "of" && served))
        {
            return Quantity { dimension: Dimension::Portion, ..measure };
        }
        // "12 g per 100 g", "3 g in 100 ml".
        if matches!(measure.dimension, Dimension::Mass | Dimension::FoodEnergy)
            && (matches!(self.word(last + 1), "per" | "in" | "of")
                || self.between(last).contains('/'))
        {
            let place = if self.word(last + 1) == "100" { last + 1 } else { last + 2 };
            if self.word(place) == "100" && matches!(self.word(place + 1), "g" | "ml" | "grams") {
                return Quantity { last: place + 1, ..measure };
            }
        }
        if measure.dimension == Dimension::Energy
            && let Some((minutes, last)) = self.per(last)
        {
            let times = YEAR / minutes;
            return Quantity {
                low: measure.low * times,
                high: measure.high * times,
                last,
                ..measure
            };
        }
        measure
    }

    /// "−10 °C", "40 degrees", "70 degrees Fahrenheit".
    pub(super) fn degrees(&self, number: Quantity) -> Option<Quantity> {
        let sign = self.between(number.last).contains('°');
        let mut last = number.last;
        let word = |place: usize| self.word(place);
        let named = matches!(word(last + 1), "degree" | "degrees");
        if named {
            last += 1;
        }
        let scale = word(last + 1);
        let fahrenheit = matches!(scale, "fahrenheit") || (sign && scale == "f");
        let celsius = matches!(scale, "celsius") || (sign && scale == "c");
        if !(sign || named) || !(fahrenheit || celsius || named) {
            return None;
        }
        if fahrenheit || celsius {
            last += 1;
        }
        let start = self.tokens.get(number.first)?.start;
        let minus = self.text.get(..start).is_some_and(|before| before.ends_with(['−', '-', '–']))
            || self.before(number.first) == "minus";
        let convert = |value: f64| {
            let value = if minus { -value } else { value };
            if fahrenheit { (value - 32.0) / 1.8 } else { value }
        };
        let (one, two) = (convert(number.low), convert(number.high));
        Some(Quantity {
            dimension: Dimension::Temperature,
            low: one.min(two),
            high: one.max(two),
            last,
            ..number
        })
    }
}

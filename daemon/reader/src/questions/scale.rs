//! The scale that a question asks for: two ends, or a share in per cent. A place on the liking's own ten points becomes a
//! place on it by equal steps, so that a better liking is never a lower number.

use super::words::Word;

/// Two ends, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scale {
    pub low: u8,
    pub high: u8,
    /// What is counted, where it is stars or per cent.
    pub unit: Unit,
}

/// What the numbers are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    Points,
    Stars,
    Percent,
}

impl Scale {
    /// A place from 0 (worst) to 1 (best) as a number of the scale; per cent are rounded to tens.
    #[must_use]
    pub fn at(self, level: f64) -> u8 {
        let level = level.clamp(0.0, 1.0);
        if self.unit == Unit::Percent {
            return whole((level * 10.0).round()) * 10;
        }
        let steps = f64::from(self.high.saturating_sub(self.low)) + 1.0;
        let step = (level * steps).floor().min(steps - 1.0);
        self.low.saturating_add(whole(step))
    }

    /// The number with its unit.
    #[must_use]
    pub fn say(self, number: u8) -> String {
        match self.unit {
            Unit::Percent => format!("{number} percent"),
            Unit::Stars if number == 1 => "1 star".to_owned(),
            Unit::Stars => format!("{number} stars"),
            Unit::Points => number.to_string(),
        }
    }
}

/// A small number, not negative.
fn whole(value: f64) -> u8 {
    (0..=u8::MAX).find(|number| f64::from(*number) >= value).unwrap_or(u8::MAX)
}

/// The scale that the words of a question name.
pub(super) fn find(words: &[Word]) -> Option<Scale> {
    let word = |at: usize| words.get(at).map_or("", |word| word.lower.as_str());
    let stars = words.iter().any(|word| matches!(word.lower.as_str(), "star" | "stars"));
    let unit = if stars { Unit::Stars } else { Unit::Points };
    for at in 0..words.len() {
        if matches!(word(at), "percent" | "percentage" | "%")
            && !(at > 0 && number(word(at - 1)).is_some())
        {
            return Some(Scale { low: 0, high: 100, unit: Unit::Percent });
        }
        let Some(low) = number(word(at)) else { continue };
        let Some(high) = number(word(at + 2))
            .filter(|_| matches!(word(at + 1), "to" | "through" | "and" | "until" | "-"))
            .or_else(|| number(word(at + 1)).filter(|_| joined(words, at + 1)))
        else {
            continue;
        };
        let about = words.iter().any(|word| {
            matches!(
                word.lower.as_str(),
                "scale" | "from" | "rate" | "rating" | "score" | "points" | "mark"
            )
        });
        if low == 0 && high == 100 {
            return Some(Scale { low, high, unit: Unit::Percent });
        }
        if low <= 1 && (2..=100).contains(&high) && (about || joined(words, at + 1)) {
            return Some(Scale { low, high, unit });
        }
    }
    // "1 (very bad) to 5 (very good)", "0 = not at all, 10 = certain".
    let numbers: Vec<u8> = words.iter().filter_map(|word| word.lower.parse().ok()).collect();
    let named = words.iter().any(|word| {
        matches!(
            word.lower.as_str(),
            "=" | "scale" | "rate" | "rating" | "means" | "from" | "between"
        )
    });
    if let ([low, .., high], true) = (numbers.as_slice(), named)
        && *low <= 1
        && (2..=10).contains(high)
        && numbers.is_sorted()
    {
        return Some(Scale { low: *low, high: *high, unit });
    }
    let out_of = (0..words.len()).find_map(|at| {
        let last = number(word(at + 2)).filter(|_| word(at) == "out" && word(at + 1) == "of")?;
        (2..=100).contains(&last).then_some(last)
    });
    if let Some(high) = out_of {
        return Some(Scale { low: u8::from(high <= 5), high, unit });
    }
    let counted = (0..words.len()).any(|at| word(at) == "how" && word(at + 1) == "many");
    (stars && counted).then_some(Scale { low: 1, high: 5, unit: Unit::Stars })
}

/// "1-5": the second number follows a mark.
fn joined(words: &[Word], at: usize) -> bool {
    words.get(at).is_some_and(|word| word.opens)
}

fn number(word: &str) -> Option<u8> {
    const NAMES: &[&str] =
        &["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];
    let named = NAMES.iter().position(|name| *name == word);
    named.map_or_else(|| word.parse().ok(), |value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_keep_to_the_scale_and_rise_with_the_liking() {
        for (low, high) in [(1, 5), (0, 10), (1, 7), (1, 10), (1, 3)] {
            let scale = Scale { low, high, unit: Unit::Points };
            let places: Vec<u8> = (0..=20).map(|at| scale.at(f64::from(at) / 20.0)).collect();
            assert_eq!((places[0], places[20]), (low, high));
            assert!(places.is_sorted());
        }
        assert_eq!(Scale { low: 0, high: 100, unit: Unit::Percent }.at(0.74), 70);
        assert_eq!(Scale { low: 1, high: 5, unit: Unit::Stars }.say(1), "1 star");
    }
}

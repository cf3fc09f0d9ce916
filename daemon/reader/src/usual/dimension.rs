//! The kinds of quantity that a text states, and the units that measure them. Every value is kept in one unit a kind,
//! which the table names.

use std::collections::BTreeMap;

use serde::Deserialize;

/// What a number measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dimension {
    /// A length of time, in minutes.
    Time,
    /// How far apart repetitions are, in minutes: "every ten days".
    Interval,
    /// How long something has been past, in minutes: "three years ago".
    Ago,
    /// Working time, in minutes a week.
    TimePerWeek,
    /// Share of the week during which something is open, 0 to 1.
    OpenShare,
    /// A share, 0 to 1: per cent, "nine in ten".
    Share,
    /// Stars or points as a share of the most there can be, 0 to 1.
    Stars,
    /// A sum of money, in its own currency.
    Money,
    /// Pay, in dollars an hour.
    Pay,
    /// A plain number.
    Count,
    /// Grams.
    Mass,
    /// Metres.
    Length,
    /// Decibels.
    Sound,
    /// Degrees Celsius.
    Temperature,
    /// Megabits a second.
    DataRate,
    /// Kilometres an hour.
    Speed,
    /// Kilowatt hours.
    Energy,
    /// Kilocalories.
    FoodEnergy,
    /// Gigabytes.
    Storage,
    /// The quantity that another one is given for: "per 100 g".
    Portion,
    /// Litres.
    Volume,
    /// Fuel, in litres for 100 km.
    FuelUse,
    /// Watts.
    Load,
}

/// Units by word: what they measure, and what one of them is in the unit of its kind.
#[derive(Clone, Debug, Default)]
pub struct Units {
    words: BTreeMap<String, (Dimension, f64)>,
    currencies: BTreeMap<String, f64>,
}

impl Units {
    /// Reads the groups of the table: words separated by spaces, and the value of one.
    pub fn new(
        groups: &BTreeMap<Dimension, BTreeMap<String, f64>>,
        currencies: &BTreeMap<String, f64>,
    ) -> Self {
        let split = |group: &BTreeMap<String, f64>| -> Vec<(String, f64)> {
            let words = group.iter().flat_map(|(words, &size)| {
                words.split_whitespace().map(move |word| (word.to_owned(), size))
            });
            words.collect()
        };
        let words = groups.iter().flat_map(|(&dimension, group)| {
            split(group).into_iter().map(move |(word, size)| (word, (dimension, size)))
        });
        Self { words: words.collect(), currencies: split(currencies).into_iter().collect() }
    }

    /// The unit of that name, in the singular or in the plural. `written` is the word as it stands in the text: a
    /// single letter means a unit in its own case only ("5 g", not "5G").
    pub fn find(&self, word: &str, written: &str) -> Option<(Dimension, f64)> {
        let word = word.strip_suffix("'s").unwrap_or(word);
        if word.len() == 1 {
            let own = if word == "w" { written == "W" } else { written == word || written == "L" };
            return self.words.get(word).copied().filter(|_| own);
        }
        let singular = || word.strip_suffix('s').filter(|stem| stem.len() > 1);
        self.words.get(word).or_else(|| self.words.get(singular()?)).copied()
    }

    /// Dollars of one unit of a currency, by its sign or word.
    pub fn currency(&self, word: &str) -> Option<f64> {
        self.currencies.get(word).or_else(|| self.currencies.get(word.strip_suffix('s')?)).copied()
    }
}

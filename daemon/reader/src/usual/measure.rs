//! Numbers with their units as a text states them: "2–3 h", "half an hour", "4.8 of 5 stars", "nine in ten", "every ten
//! days", "$23 an hour". Each is converted to the unit of its dimension.

use crate::features::Token;

use super::dimension::Dimension;
use super::number::{self, Number};
use super::table::Usual;

const HOUR: f64 = 60.0;
const DAY: f64 = 24.0 * HOUR;
const WEEK: f64 = 7.0 * DAY;
const MONTH: f64 = 30.0 * DAY;
const YEAR: f64 = 365.0 * DAY;

/// A quantity in a text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Measure {
    pub dimension: Dimension,
    /// The smaller end of a range, or the number itself.
    pub low: f64,
    /// The larger end of a range, or the number itself.
    pub high: f64,
    /// First token of it.
    pub first: usize,
    /// Last token of it.
    pub last: usize,
    /// "a week": no number is said.
    pub implied: bool,
}

/// All measures of these tokens, from left to right. No two overlap.
pub(super) fn read(
    table: &Usual,
    text: &str,
    tokens: &[Token],
    whole: Option<f64>,
) -> Vec<Measure> {
    let reader = Reader { whole, table, text, tokens };
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        match reader.measure(at) {
            Some(measure) => {
                at = measure.last + 1;
                found.push(measure);
            }
            None => at += 1,
        }
    }
    found
}

/// Where the number of a part stands at the latest: "of 88 people, only 12 passed".
const START: usize = 2;

/// What a clause counts as the whole of the next one: "Of the 88 people who started last year,".
pub(super) fn whole(table: &Usual, text: &str, clause: &[Token]) -> Option<f64> {
    let of = clause.iter().position(|token| token.word == "of").filter(|&at| at <= 1)?;
    let at = (of + 1..of + 4).find(|&at| {
        clause.get(at).is_some_and(|token| {
            token.number.is_some()
                || table.numbers.get(&token.word).is_some_and(|&value| value > 1.0)
        })
    })?;
    number::read(&table.numbers, text, clause, at).map(|found| found.value)
}

struct Reader<'a> {
    /// What the clause before counts: "of 88 people,".
    whole: Option<f64>,
    table: &'a Usual,
    text: &'a str,
    tokens: &'a [Token],
}

impl Reader<'_> {
    fn word(&self, at: usize) -> &str {
        self.tokens.get(at).map_or("", |token| token.word.as_str())
    }

    fn before(&self, at: usize) -> &str {
        at.checked_sub(1).map_or("", |before| self.word(before))
    }

    fn written(&self, at: usize) -> &str {
        self.tokens.get(at).and_then(|token| self.text.get(token.start..token.end)).unwrap_or("")
    }

    /// What stands between a token and the next one.
    fn between(&self, at: usize) -> &str {
        let ends = self.tokens.get(at).zip(self.tokens.get(at + 1));
        ends.and_then(|(one, next)| self.text.get(one.end..next.start)).unwrap_or("")
    }

    fn measure(&self, at: usize) -> Option<Measure> {
        self.fixed(at)
            .or_else(|| self.clock(at))
            .or_else(|| self.coin(at))
            .or_else(|| self.interval(at))
            .or_else(|| self.money(at))
            .or_else(|| self.part(at))
            .or_else(|| self.counted(at))
            .or_else(|| self.implied(at))
    }

    /// Phrases that state a time without a number.
    fn fixed(&self, at: usize) -> Option<Measure> {
        if let Some((value, last)) = self.vague_share(at) {
            return Some(Measure {
                dimension: Dimension::Share,
                low: value,
                high: value,
                first: at,
                last,
                implied: true,
            });
        }
        let [one, two, three] = [self.word(at), self.word(at + 1), self.word(at + 2)];
        let (dimension, value, length) = match (one, two, three) {
            ("same", "day", _) => (Dimension::Time, 0.4 * DAY, 2),
            ("same" | "very", "night" | "morning" | "afternoon" | "evening", _) => {
                (Dimension::Time, 0.4 * DAY, 2)
            }
            ("same", "week", _) => (Dimension::Time, 5.0 * DAY, 2),
            ("next" | "following", "day" | "morning", _) => (Dimension::Time, DAY, 2),
            ("overnight", _, _) => (Dimension::Time, 0.6 * DAY, 1),
            ("24", "7", _) => (Dimension::OpenShare, 1.0, 2),
            ("round" | "around", "the", "clock") => (Dimension::OpenShare, 1.0, 3),
            ("day", "and", "night") => (Dimension::OpenShare, 1.0, 3),
            ("last", "week", _) => (Dimension::Ago, WEEK, 2),
            ("last", "month", _) => (Dimension::Ago, MONTH, 2),
            ("last", "year", _) => (Dimension::Ago, YEAR, 2),
            ("this", "morning", _) | ("today", _, _) => (Dimension::Ago, 0.2 * DAY, 2),
            ("yesterday", _, _) => (Dimension::Ago, DAY, 1),
            ("hourly", _, _) => (Dimension::Interval, HOUR, 1),
            _ => return None,
        };
        let length = if one == "today" { 1 } else { length };
        let last = at + length - 1;
        // "24/7" only, not "24 7".
        let sound = one != "24" || self.between(at).contains('/');
        sound.then_some(Measure {
            dimension,
            low: value,
            high: value,
            first: at,
            last,
            implied: true,
        })
    }

    /// "nearly all", "hardly any": a share without a number, with its last token.
    fn vague_share(&self, at: usize) -> Option<(f64, usize)> {
        match (self.word(at), self.word(at + 1)) {
            ("almost" | "nearly", "all") => Some((0.95, at + 1)),
            ("hardly", "any") => Some((0.03, at + 1)),
            ("none", "of") => Some((0.0, at)),
            _ => None,
        }
    }

    /// "open from 7 am to 6 pm": the share of the week, of six days.
    fn clock(&self, at: usize) -> Option<Measure> {
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
        (0.0..=24.0).contains(&hours).then_some(Measure {
            dimension: Dimension::OpenShare,
            low: value,
            high: value,
            first: at,
            last,
            implied: true,
        })
    }

    /// An hour of the day at `at`, 0 to 24, with its last token.
    fn hour(&self, at: usize) -> Option<(f64, usize)> {
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

    /// "91p of every pound".
    fn coin(&self, at: usize) -> Option<Measure> {
        let found = self.number(at)?;
        let coin = matches!(self.word(found.last + 1), "p" | "pence" | "c" | "cent" | "cents");
        let each = matches!(self.word(found.last + 2), "of" | "in" | "from" | "out")
            && matches!(self.word(found.last + 3), "every" | "each");
        let whole = matches!(self.word(found.last + 4), "pound" | "dollar" | "euro");
        let value = found.value / 100.0;
        (coin && each && whole && value <= 1.0).then_some(Measure {
            dimension: Dimension::Share,
            low: value,
            high: value,
            first: at,
            last: found.last + 4,
            implied: false,
        })
    }

    /// "every ten minutes", "each week", "twice a day", "three times a week".
    fn interval(&self, at: usize) -> Option<Measure> {
        let interval = |minutes: f64, last: usize| Measure {
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
                return whole.then(|| Measure { high: high * size, ..interval(low * size, last) });
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

    /// A sum of money, or pay where it is for a time.
    fn money(&self, at: usize) -> Option<Measure> {
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
        let sum = Measure {
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
            return Some(Measure { last, ..sum });
        };
        let Some(dollars) = dollars else { return Some(Measure { last, ..sum }) };
        let pay = found.value * dollars / hours;
        Some(Measure { dimension: Dimension::Pay, low: pay, high: pay, last, ..sum })
    }

    /// "half an hour", "three quarters of an hour", "two thirds of".
    fn part(&self, at: usize) -> Option<Measure> {
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
            return Some(Measure {
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
            Measure {
                dimension: Dimension::Share,
                low: found.value,
                high: found.value,
                first: at,
                last: found.last,
                implied: false,
            },
        )
    }

    /// A number, or a range of them, with what it counts.
    fn counted(&self, at: usize) -> Option<Measure> {
        let found = self.number(at)?;
        if let Some(share) = self.out_of(at, found) {
            return Some(share);
        }
        let (low, high, last) = self.range(found);
        let number = Measure {
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
    fn measured(&self, number: Measure) -> Option<Measure> {
        let next = number.last + 1;
        let scaled = |dimension, size: f64, last| Measure {
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
    fn rated(&self, measure: Measure) -> Measure {
        let last = measure.last;
        if measure.dimension == Dimension::Time {
            if self.word(last + 1) == "and"
                && self.word(last + 2) == "a"
                && self.word(last + 3) == "half"
            {
                return Measure {
                    low: measure.low * 1.5,
                    high: measure.high * 1.5,
                    last: last + 3,
                    ..measure
                };
            }
            if matches!(self.word(last + 1), "ago" | "old") {
                return Measure { dimension: Dimension::Ago, last: last + 1, ..measure };
            }
            let scaled = |dimension, times: f64, last| Measure {
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
                return Measure { dimension: Dimension::FuelUse, last: place + 1, ..measure };
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
            return Measure { dimension: Dimension::Portion, ..measure };
        }
        // "12 g per 100 g", "3 g in 100 ml".
        if matches!(measure.dimension, Dimension::Mass | Dimension::FoodEnergy)
            && (matches!(self.word(last + 1), "per" | "in" | "of")
                || self.between(last).contains('/'))
        {
            let place = if self.word(last + 1) == "100" { last + 1 } else { last + 2 };
            if self.word(place) == "100" && matches!(self.word(place + 1), "g" | "ml" | "grams") {
                return Measure { last: place + 1, ..measure };
            }
        }
        if measure.dimension == Dimension::Energy
            && let Some((minutes, last)) = self.per(last)
        {
            let times = YEAR / minutes;
            return Measure {
                low: measure.low * times,
                high: measure.high * times,
                last,
                ..measure
            };
        }
        measure
    }

    /// Whether something is open.
    fn opens(&self) -> bool {
        let open = |token: &Token| {
            matches!(token.word.as_str(), "open" | "opens" | "opened" | "staffed" | "reachable")
        };
        self.tokens.iter().any(open)
    }

    /// "8 of 10", "nine in ten", "95 in every 100", "4.8/5".
    fn out_of(&self, at: usize, found: Number) -> Option<Measure> {
        if let Some(whole) = self.whole
            && at <= START
            && found.value <= whole
            && whole >= 2.0
            && self.unit(found.last).is_none()
        {
            let share = found.value / whole;
            return Some(Measure {
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
            return Some(Measure {
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
        Some(Measure {
            dimension: Dimension::Share,
            low: share,
            high: share,
            first: at,
            last,
            implied: false,
        })
    }

    /// "a week", "an hour": a time without a number, where it is said as a length of time.
    fn implied(&self, at: usize) -> Option<Measure> {
        if let Some(times) = self.times(at) {
            return Some(times);
        }
        if !matches!(self.word(at), "a" | "an") {
            return None;
        }
        let place = if matches!(self.word(at + 1), "full" | "whole" | "good" | "single") {
            at + 2
        } else {
            at + 1
        };
        let (dimension, size) = self.table.units.find(self.word(place), self.written(place))?;
        let long = self.word(place).len() > 2;
        let said = place > at + 1
            || matches!(
                self.before(at),
                "within"
                    | "in"
                    | "about"
                    | "under"
                    | "for"
                    | "takes"
                    | "take"
                    | "took"
                    | "than"
                    | "after"
                    | "least"
                    | "over"
                    | "around"
                    | "lasts"
                    | "last"
                    | "nearly"
                    | "almost"
                    | "inside"
                    | "of"
                    | "roughly"
                    | "is"
                    | "most"
                    | "only"
                    | "up"
                    | "to"
            );
        let measure =
            Measure { dimension, low: size, high: size, first: at, last: place, implied: true };
        (dimension == Dimension::Time && long && said).then(|| self.rated(measure))
    }

    /// "within minutes", "takes months": some three of them.
    fn times(&self, at: usize) -> Option<Measure> {
        let word = self.word(at);
        let (dimension, size) = self.table.units.find(word, self.written(at))?;
        let plural = word.len() > 3 && word.ends_with('s') && dimension == Dimension::Time;
        let said = matches!(
            self.before(at),
            "within"
                | "in"
                | "takes"
                | "take"
                | "took"
                | "after"
                | "lasts"
                | "wait"
                | "waits"
                | "waited"
                | "for"
        );
        let some = 3.0 * size;
        (plural && said).then_some(Measure {
            dimension,
            low: some,
            high: some,
            first: at,
            last: at,
            implied: true,
        })
    }

    fn number(&self, at: usize) -> Option<Number> {
        number::read(&self.table.numbers, self.text, self.tokens, at)
    }

    /// "five to seven", "two or three", "5–7", "between two and three": both ends and the last token.
    fn range(&self, found: Number) -> (f64, f64, usize) {
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

    fn opened_between(&self, last: usize) -> bool {
        (1..=3)
            .any(|back| last.checked_sub(back).is_some_and(|place| self.word(place) == "between"))
    }

    /// The unit after the token `last`: its dimension, its size and its last token.
    fn unit(&self, last: usize) -> Option<(Dimension, f64, usize)> {
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

    /// "−10 °C", "40 degrees", "70 degrees Fahrenheit".
    fn degrees(&self, number: Measure) -> Option<Measure> {
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
        Some(Measure {
            dimension: Dimension::Temperature,
            low: one.min(two),
            high: one.max(two),
            last,
            ..number
        })
    }

    /// "a year", "per month", "each hour", "/h" after the token `last`: minutes, and the last token of it.
    fn per(&self, last: usize) -> Option<(f64, usize)> {
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

fn period(word: &str) -> Option<f64> {
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

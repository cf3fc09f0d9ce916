//! Phrases that state a time or a share without a number: "the same day", "within minutes", "nearly all", "a week".

use crate::usual::dimension::Dimension;

use super::{DAY, HOUR, MONTH, Quantity, QuantityReader, WEEK, YEAR};

impl QuantityReader<'_> {
    /// Phrases that state a time without a number.
    pub(super) fn fixed(&self, at: usize) -> Option<Quantity> {
        if let Some((value, last)) = self.vague_share(at) {
            return Some(Quantity {
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
        sound.then_some(Quantity {
            dimension,
            low: value,
            high: value,
            first: at,
            last,
            implied: true,
        })
    }

    /// "nearly all", "hardly any": a share without a number, with its last token.
    pub(super) fn vague_share(&self, at: usize) -> Option<(f64, usize)> {
        match (self.word(at), self.word(at + 1)) {
            ("almost" | "nearly", "all") => Some((0.95, at + 1)),
            ("hardly", "any") => Some((0.03, at + 1)),
            ("none", "of") => Some((0.0, at)),
            _ => None,
        }
    }

    /// "within minutes", "takes months": some three of them.
    pub(super) fn times(&self, at: usize) -> Option<Quantity> {
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
        (plural && said).then_some(Quantity {
            dimension,
            low: some,
            high: some,
            first: at,
            last: at,
            implied: true,
        })
    }

    /// "a week", "an hour": a time without a number, where it is said as a length of time.
    pub(super) fn implied(&self, at: usize) -> Option<Quantity> {
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
        let next = self.word(place + 1);
        let told =
            matches!(next, "ago" | "old" | "late" | "later" | "away" | "on" | "and" | "from");
        let said = told
            || place > at + 1
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
            Quantity { dimension, low: size, high: size, first: at, last: place, implied: true };
        (dimension == Dimension::Time && long && said).then(|| self.rated(measure))
    }
}

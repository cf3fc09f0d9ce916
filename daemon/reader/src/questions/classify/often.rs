//! How often: a frequency is asked for, in words or as a count.

use super::super::class::{Class, Rate};
use super::super::head::Head;
use super::super::vocabulary::Group as G;
use super::super::words::Word;
use super::query::Query;

impl Query<'_> {
    pub(super) fn how_often(&self) -> Option<Class> {
        let h = &self.headed;
        let next = h.word(1);
        let how = h.head == Head::How;
        if h.any(&[G::Buy, G::Use, G::Often])
            && how
            && matches!(next, "often" | "frequently" | "regularly" | "regular" | "frequent")
            || how && matches!(next, "often" | "frequently" | "regularly") && !self.strange()
        {
            return Some(Class::HowOften(self.rate()));
        }
        if self.is(&[Head::What]) && h.word(1) == "frequency" {
            return Some(Class::HowOften(Rate::Words));
        }
        let counted = how
            && next == "many"
            && !h.says(&["stars", "points", "people", "friends", "persons", "marks"])
            && !h.has(G::Money)
            && h.has(G::Often)
            && h.any(&[G::Use, G::Buy, G::Often])
            && h.says(&["would", "will", "could", "might", "expect"]);
        let word = |word: &Word| {
            matches!(
                word.lower.as_str(),
                "daily" | "weekly" | "monthly" | "yearly" | "regularly" | "frequently" | "often"
            )
        };
        let every = h.main.windows(2).any(|pair| match pair {
            [a, b] => {
                matches!(a.lower.as_str(), "every" | "once" | "twice")
                    && matches!(b.lower.as_str(), "day" | "week" | "month" | "year" | "a")
            }
            _ => false,
        });
        let listed = h.head == Head::Auxiliary
            && self.asks_you()
            && h.any(&[G::Use, G::Buy])
            && (h.main.iter().any(word) || every)
            && !h.has(G::Money);
        (counted || listed).then(|| Class::HowOften(self.rate()))
    }

    pub(super) fn rate(&self) -> Rate {
        let h = &self.headed;
        if !h.says(&["many"]) {
            Rate::Words
        } else if h.says(&["week", "weekly"]) {
            if h.says(&["days"]) { Rate::DaysAWeek } else { Rate::TimesAWeek }
        } else if h.says(&["month", "monthly"]) {
            Rate::TimesAMonth
        } else if h.says(&["year", "yearly", "annually"]) {
            Rate::TimesAYear
        } else {
            Rate::Words
        }
    }
}

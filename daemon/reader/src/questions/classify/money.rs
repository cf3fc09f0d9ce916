//! How much: prices, sums, and whether they are right.

use super::super::class::{Class, Money};
use super::super::head::Head;
use super::super::subject::Subject;
use super::super::vocabulary::Group as G;
use super::super::words::Word;
use super::query::Query;

impl Query<'_> {
    pub(super) fn price(&self) -> Option<Class> {
        let h = &self.headed;
        // "Choose one: the price or the taste?"
        if self.is(&[Head::Request]) && h.says(&["or"]) && h.says(&["choose", "pick", "select"]) {
            return None;
        }
        let clear = self.is(&[Head::Auxiliary])
            && self.asks_it()
            && h.any(&[G::Clear, G::Believe, G::Trust])
            && !h.any(&[G::Dear, G::Cheap, G::Asks]);
        let gives = h.head == Head::How
            && h.word(1) == "much"
            && h.says(&["give", "donate", "contribute"])
            && h.says(&["would", "could", "will"]);
        if clear {
            return None;
        }
        if gives {
            return Some(Class::HowMuch(Money::Pay));
        }
        // What a job pays is no price.
        let wages = h.says(&["wage", "wages", "salary"])
            || h.runs(&["the", "pay"])
            || h.runs(&["what", "pay"]);
        if !h.has(G::Money) || wages {
            return None;
        }
        if self.is(&[Head::Why, Head::Who, Head::When, Head::Where]) {
            let dear = self.is(&[Head::When]) && h.any(&[G::Dear, G::Cheap]);
            return dear.then_some(Class::HowMuch(Money::TooDear));
        }
        let changes = h.any(&[G::Change]) && !h.has(G::Pick) && self.is(&[Head::What, Head::Which]);
        let makes = self.makes_you();
        if changes || makes || h.has(G::Reason) {
            return None;
        }
        if h.any(&[G::Barrier, G::Recommend])
            && self.is(&[Head::What, Head::Which])
            && !h.has(G::Asks)
        {
            return None;
        }
        let wants = self.is(&[Head::Auxiliary])
            && self.asks_you()
                        && (h.any(&[G::Buy, G::Use, G::Switch, G::Inclined, G::Support])
                || h.says(&["give", "lend"]))
            && !h.says(&["pay", "spend", "paying", "spending", "afford"])
            // "Do you consider the price reasonable?" is about the price.
            && !(h.word(0) == "do" && h.has(G::Asks) && h.any(&[G::Good, G::Dear, G::Cheap]));
        let likely = h.head == Head::How
            && h.main.get(1).is_some_and(|word| word.groups.has(G::Inclined))
            && !h.says(&["pay", "spend"]);
        if wants || likely {
            return None;
        }
        // "Does delivery cost extra?" asks for a fact.
        if self.is(&[Head::Auxiliary])
            && matches!(self.about, Subject::Part(_) | Subject::Beyond(_))
            && !h.any(&[G::Dear, G::Cheap, G::Good, G::Bargain])
            && !h.says(&["worth", "pay", "fair", "price", "value"])
        {
            return None;
        }
        Some(Class::HowMuch(self.money()))
    }

    pub(super) fn money(&self) -> Money {
        let h = &self.headed;
        let price = h.says(&["price", "point", "amount", "cost", "much"]);
        let level = self.is(&[Head::What, Head::Which, Head::How, Head::Request])
            && price
            && (h.says(&["would", "begin", "start", "consider", "at", "becomes", "become"])
                || self.words.first().is_some_and(|word| word.lower == "at"));
        if level && h.has(G::Cheap) {
            return Money::TooCheap;
        }
        if level && h.has(G::Bargain) {
            return Money::Bargain;
        }
        if level && h.has(G::Dear) {
            let still = h.says(&["start", "begin", "starts", "getting", "still"]);
            return if still { Money::Dear } else { Money::TooDear };
        }
        let pays =
            h.says(&["pay", "spend", "worth", "give", "paying", "spending", "budget", "part"]);
        let amount = self.is(&[Head::What, Head::How, Head::Which, Head::Request])
            && pays
            && !h.says(&["fair", "right", "rate", "feel"])
            || h.head == Head::How && h.says(&["many", "much"]) && pays
            || self.is(&[Head::What, Head::Which])
                && h.says(&["would", "should", "expect"])
                && (h.has(G::Asks) || h.says(&["euros", "dollars", "pounds"]))
                && !h.any(&[G::Opinion, G::Think]);
        if amount {
            const PERIODS: &[&str] = &["month", "year", "week", "hour"];
            let period = PERIODS.iter().find(|period| {
                h.runs(&["per", period])
                    || h.runs(&["a", period])
                    || h.runs(&["each", period])
                    || h.runs(&["every", period])
            });
            return period.map_or(Money::Pay, |period| Money::PayEach(period));
        }
        let this = h.main.windows(2).find_map(|pair| match pair {
            [a, b] => {
                let sum = |word: &Word| word.lower.replace(',', "").parse::<f64>().ok();
                let sign = |word: &Word| matches!(word.lower.as_str(), "$" | "€" | "£");
                if sign(a) { sum(b) } else { sum(a).filter(|_| b.groups.has(G::Money) || sign(b)) }
            }
            _ => None,
        });
        if let Some(sum) = this.filter(|_| h.says(&["pay", "spend", "paying"])) {
            return Money::PayThis(sum);
        }
        let stated = self.is(&[Head::How, Head::What])
            && h.says(&["does", "is", "do", "will"])
            && h.says(&["cost", "price", "charge", "much"])
            && !h.says(&["you", "your", "fair", "good", "right"])
            && !h.any(&[G::Opinion, G::Think, G::Dear, G::Cheap, G::Good]);
        if stated { Money::Stated } else { Money::Fair }
    }
}

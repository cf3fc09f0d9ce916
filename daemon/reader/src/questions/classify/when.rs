//! When and where: occasions and places of use.

use super::super::class::{Class, Occasion};
use super::super::head::Head;
use super::super::vocabulary::Group as G;
use super::query::Query;

impl Query<'_> {
    pub(super) fn when(&self) -> Option<Class> {
        let h = &self.headed;
        let near = |group: G| h.main.iter().skip(1).take(4).any(|word| word.groups.has(group));
        let day = matches!(h.word(1), "day" | "time" | "room" | "days" | "times")
            || h.runs(&["time", "of", "day"])
            || h.runs(&["time", "of", "year"]);
        let asked = match h.head {
            Head::When | Head::Where => !h.says(&["from"]) || h.says(&["buy"]),
            Head::What | Head::Which => {
                (near(G::Time) || near(G::Place) || day) && !h.any(&[G::Opinion, G::Money])
                    || h.runs(&["would", "you", "use"]) && h.says(&["for"])
            }
            Head::How => {
                matches!(h.word(1), "would" | "could" | "do" | "might" | "will")
                    && h.says(&["you"])
                    && h.has(G::Use)
                    && !h.any(&[G::Think, G::Opinion, G::Good])
            }
            Head::Request => h.any(&[G::Time]) && h.any(&[G::Use, G::Buy, G::Good]),
            _ => false,
        };
        if !asked {
            return None;
        }
        let you = h.says(&[
            "you", "your", "people", "someone", "useful", "one", "helpful", "handy", "suit", "fit",
            "best",
        ]) || h.main.len() <= 2;
        let shop = h.says(&[
            "shop", "store", "sale", "sold", "buy", "shops", "stores", "outlet", "purchase",
            "order",
        ]) || h.runs(&["on", "sale"]);
        // "When does it open?" asks for a fact that the text may have in any form.
        if !you && !h.says(&["would"]) {
            return None;
        }
        Some(Class::When(if h.says(&["room", "rooms"]) {
            Occasion::Room
        } else if shop && !self.is(&[Head::When, Head::How]) && !near(G::Time) {
            Occasion::Shop
        } else if h.says(&["season", "stage", "month", "months"]) || h.runs(&["time", "of", "year"])
        {
            Occasion::Season
        } else if h.says(&["day", "hour", "morning", "evening"]) && h.says(&["time", "day"]) {
            Occasion::TimeOfDay
        } else if h.head == Head::Where {
            Occasion::Place
        } else {
            Occasion::Situation
        }))
    }
}

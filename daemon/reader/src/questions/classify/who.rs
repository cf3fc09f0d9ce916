//! Who: for whom it is, for whom it is not.

use super::super::class::{Class, Whom};
use super::super::head::Head;
use super::super::vocabulary::Group as G;
use super::query::Query;

impl Query<'_> {
    pub(super) fn who(&self) -> Option<Class> {
        let h = &self.headed;
        let next_person = h.main.iter().skip(1).take(4).any(|word| word.groups.has(G::Person));
        let asked = match h.head {
            Head::Who => {
                (h.any(&[G::Buy, G::Use, G::Appeal, G::Recommend])
                    || h.says(&[
                        "would", "should", "might", "could", "for", "needs", "need", "benefit",
                        "benefits", "aimed", "meant", "made", "suit", "suits", "whom", "to",
                        "target", "audience", "buys", "uses", "will", "can", "gain", "gains",
                        "profit", "profits",
                    ]))
                    && !self.strange()
                    && !h.says(&["makes", "sells", "owns", "runs", "behind", "invented", "created"])
                    && !h.runs(&["made", "it"])
                    && !h.runs(&["made", "this"])
            }
            Head::What | Head::Which => {
                next_person && !h.any(&[G::Money, G::Opinion]) && !h.says(&["you", "your"])
                    || h.says(&["kind", "type", "sort"])
                        && h.main.last().is_some_and(|word| word.lower == "for")
                        && !h.says(&["you"])
                    || next_person && h.says(&["kind", "type", "sort", "group", "age", "groups"])
            }
            Head::Auxiliary => {
                h.has(G::Person)
                    && (h.says(&[
                        "for", "suit", "suits", "suitable", "meant", "aimed", "appeal", "intended",
                        "designed", "suited", "made", "interest",
                    ]) && self.asks_it())
            }
            Head::Request => {
                h.has(G::Person) && h.says(&["who", "group", "person", "kind", "target", "typical"])
            }
            Head::How => h.has(G::Gift) && h.has(G::Friend),
            Head::None => h.has(G::Person) && h.says(&["target", "audience", "for"]),
            _ => false,
        };
        // "Is it suitable for children?", where the text speaks of children, asks for what it says.
        let stated = h.head == Head::Auxiliary
            && h.main.iter().any(|word| {
                word.groups.has(G::Person)
                    && !word.groups.has(G::Plain)
                    && self.text.names(&word.stem)
            });
        if !asked || stated {
            return None;
        }
        let myself = h.says(&["like"]) && h.says(&["you"]) && self.is(&[Head::Auxiliary]);
        let age = h.says(&[
            "young",
            "old",
            "older",
            "younger",
            "age",
            "generation",
            "generations",
            "elderly",
            "seniors",
            "teenagers",
        ]);
        Some(Class::Who(if h.any(&[G::Avoid]) || self.negated() || h.has(G::Barrier) {
            Whom::NotFor
        } else if h.has(G::Gift) {
            Whom::Gift
        } else if h.says(&["household", "family", "home", "house"]) && h.says(&["your"]) {
            Whom::Household
        } else if myself {
            Whom::Myself
        } else if age {
            Whom::Age
        } else {
            Whom::Audience
        }))
    }
}

//! Why: reasons that are asked for as reasons, or by their sign.

use super::super::class::{Class, Side};
use super::super::head::Head;
use super::super::subject::mentions;
use super::super::vocabulary::Group as G;
use super::query::Query;

impl Query<'_> {
    /// Reasons that are asked for as reasons.
    pub(super) fn why(&self) -> Option<Class> {
        let h = &self.headed;
        let own = h.says(&[
            "answer", "decision", "score", "rating", "mark", "feel", "think", "opinion", "view",
            "say", "choice",
        ]);
        if h.head == Head::Why {
            return (!self.strange() || mentions(self.words)).then_some(Class::Why(self.side()));
        }
        // "Which reason is strongest?" is one of several.
        let strongest = h.head == Head::Which
            && h.says(&["strongest", "weakest", "most", "least", "best"])
            && h.says(&["is"]);
        let what_for = !strongest
            && self.is(&[Head::What, Head::Which, Head::Request, Head::None, Head::Auxiliary])
            && h.has(G::Reason)
            && !self.is_part_choice();
        if what_for || h.runs(&["how", "come"]) {
            return Some(Class::Why(self.side()));
        }
        let made = h.head == Head::What
            && h.says(&["made", "makes", "make", "led", "leads"])
            && h.says(&["you", "feel"])
            && own
            && !h.runs(&["you", "make", "of"])
            && !h.runs(&["think", "of"])
            && !self.makes_you();
        let explain = h.head == Head::Request
            && h.main.first().is_some_and(|word| {
                matches!(
                    word.lower.as_str(),
                    "explain" | "justify" | "elaborate" | "comment" | "say" | "tell" | "give"
                )
            })
            && (own && h.says(&["your", "this", "that", "more"]) && !h.says(&["what"])
                || matches!(h.word(0), "explain" | "justify" | "elaborate")
                    && h.main
                        .iter()
                        .all(|word| !word.groups.any(&[G::Appeal, G::Barrier, G::Change])))
            && !h.has(G::Opinion);
        let justify = self.is(&[Head::Request, Head::How])
            && (h.runs(&["you", "justify"]) || h.runs(&["you", "explain"]))
            || h.head == Head::Request
                && matches!(h.word(0), "explain" | "justify")
                && h.says(&[
                    "answer", "score", "rating", "mark", "choice", "decision", "view", "opinion",
                ]);
        (made || explain || justify).then_some(Class::Why(Side::Own))
    }

    /// Reasons for or against that are asked for by their sign: "What do you like?", "Any concerns?".
    pub(super) fn reasons(&self) -> Option<Class> {
        let h = &self.headed;
        let (good, bad) = (h.has(G::Appeal), h.has(G::Barrier));
        if !good && !bad || self.strange() && !mentions(self.words) {
            return None;
        }
        if h.head == Head::Auxiliary && h.word(2) == "doubt" {
            return None;
        }
        let some = h.says(&["any", "anything", "something", "what", "some", "aspects", "nothing"]);
        // "Rate it from 1 (very bad) to 5 (very good)."
        if self.scaled && self.is(&[Head::Request]) {
            return None;
        }
        let asked = match h.head {
            Head::What | Head::Which => {
                let would_like = h.runs(&["would", "you", "like"]);
                bad || !would_like && (!h.has(G::Opinion) || h.says(&["best", "good"]))
            }
            Head::Request => !h.has(G::Opinion) || bad,
            Head::None => {
                h.main.len() <= 8 && (some || h.main.len() <= 5) && !self.scaled && !self.follows
            }
            Head::Auxiliary => {
                let solves = h.says(&["solve", "solves", "fix", "fixes"]);
                (some
                    || h.main.iter().any(|word| {
                        word.groups.any(&[G::Barrier, G::Appeal])
                            && matches!(
                                word.lower.as_str(),
                                "concerns"
                                    | "worries"
                                    | "doubts"
                                    | "reservations"
                                    | "advantages"
                                    | "advantage"
                                    | "disadvantages"
                                    | "disadvantage"
                                    | "benefits"
                                    | "benefit"
                                    | "problems"
                                    | "drawbacks"
                                    | "drawback"
                                    | "downsides"
                                    | "downside"
                                    | "strengths"
                                    | "weaknesses"
                                    | "objections"
                                    | "risks"
                                    | "misgivings"
                                    | "catch"
                                    | "problem"
                                    | "weakness"
                            )
                    }))
                    && !solves
            }
            Head::How => false,
            _ => false,
        };
        let negated = h.says(&["not", "least"]);
        asked.then(|| {
            Class::Why(if self.both_sides() {
                Side::Both
            } else if bad || negated {
                Side::Against
            } else {
                Side::For
            })
        })
    }

    /// "The pros and cons", "what you like and dislike".
    pub(super) fn both_sides(&self) -> bool {
        let only = |one: G, other: G| {
            self.headed.main.iter().any(|word| word.groups.has(one) && !word.groups.has(other))
        };
        only(G::Appeal, G::Barrier) && only(G::Barrier, G::Appeal)
    }

    pub(super) fn side(&self) -> Side {
        let h = &self.headed;
        let either =
            h.runs(&["or", "not"]) || h.runs(&["or", "would", "not"]) || h.runs(&["or", "wouldn"]);
        if either || h.main.iter().filter(|word| word.lower == "why").count() > 1 {
            return Side::Own;
        }
        if self.both_sides() {
            return Side::Both;
        }
        if self.negated() || h.any(&[G::Barrier, G::Avoid]) {
            // "Why does it not bother you?" is rare enough.
            return Side::Against;
        }
        if h.any(&[
            G::Appeal,
            G::Buy,
            G::Use,
            G::Recommend,
            G::Switch,
            G::Support,
            G::Pick,
            G::Good,
        ]) {
            return Side::For;
        }
        // "Why should anybody care?"
        if h.head == Head::Why && h.says(&["should"]) {
            return Side::For;
        }
        Side::Own
    }
}

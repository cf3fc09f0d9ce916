//! What is missing: what should be different, or what is not said.

use super::super::class::{Class, Want};
use super::super::head::Head;
use super::super::vocabulary::Group as G;
use super::query::Query;

impl Query<'_> {
    pub(super) fn missing(&self) -> Option<Class> {
        let h = &self.headed;
        if self.is(&[Head::Why, Head::Who, Head::When, Head::Where]) {
            return None;
        }
        let it = self.is(&[Head::Auxiliary]) && self.asks_it();
        if h.has(G::Lack) && !(it && h.any(&[G::Clear, G::Barrier])) {
            let told = h.any(&[G::Clear, G::Know, G::Reason])
                || h.says(&[
                    "unclear",
                    "unanswered",
                    "questions",
                    "explained",
                    "mentioned",
                    "confusing",
                    "information",
                    "open",
                    "confused",
                    "wonder",
                    "wondering",
                ]);
            let want = if told { Want::Information } else { Want::Change };
            return Some(Class::Missing(want));
        }
        if self.makes_you() && !h.has(G::Know) {
            return Some(Class::Missing(Want::Change));
        }
        // "What other features would you like to see?"
        let others = self.is(&[Head::What, Head::Which])
            && matches!(h.word(1), "other" | "additional" | "extra" | "further" | "more")
            && h.says(&["like", "want", "wish", "expect", "need"])
            && h.says(&["would", "should", "do"]);
        if others && !h.has(G::Know) {
            return Some(Class::Missing(Want::Change));
        }
        let person = h.head == Head::How && h.word(1) == "many";
        if h.has(G::Change) && !it && !person && !self.acts_by_change() {
            return Some(Class::Missing(Want::Change));
        }
        let lacks = h.says(&[
            "need",
            "needs",
            "want",
            "like",
            "liked",
            "look",
            "looked",
            "more",
            "further",
            "before",
            "additional",
            "else",
            "other",
            "missing",
            "find",
        ]);
        let knows = h.has(G::Know)
            && lacks
            && (self.is(&[Head::What, Head::Which, Head::Request])
                || self.asks_you()
                || h.says(&["there"]))
            && !self.strange();
        if knows {
            return Some(Class::Missing(Want::Information));
        }
        let should = self.is(&[Head::What])
            && h.says(&["they", "company", "makers", "provider"])
            && (h.says(&["should"]) || h.runs(&["have", "to"]))
            && h.says(&["do"]);
        let tell = self.is(&[Head::What])
            && h.says(&["should", "could", "ought"])
            && h.says(&["say", "mention", "include", "tell", "contain", "explain", "add"]);
        if tell && !h.says(&["you"]) {
            return Some(Class::Missing(Want::Information));
        }
        should.then_some(Class::Missing(Want::Change))
    }

    /// "What would make you …", "What would it take for you to …", "What would convince you …".
    pub(super) fn makes_you(&self) -> bool {
        let h = &self.headed;
        let would = h.says(&["would", "could", "might"]);
        self.is(&[Head::What, Head::How])
            && would
            && (h.says(&[
                "make",
                "get",
                "take",
                "persuade",
                "convince",
                "encourage",
                "need",
                "happen",
                "motivate",
                "win",
            ]) && h.says(&["you", "people", "someone"]))
            && !h.has(G::Barrier)
            && !h.runs(&["do", "you", "make"])
            && !h.runs(&["you", "make", "of"])
    }

    /// "Would you change to it?": change is what one does.
    pub(super) fn acts_by_change(&self) -> bool {
        let h = &self.headed;
        h.head == Head::Auxiliary && self.asks_you() && h.has(G::Switch)
            || self.is(&[Head::How])
                && h.main.get(1).is_some_and(|word| word.groups.has(G::Inclined))
    }
}

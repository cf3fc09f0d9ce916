//! Would you: what one would do with what was shown.

use super::super::class::{Act, Class};
use super::super::head::Head;
use super::super::subject::{Subject, mentions};
use super::super::vocabulary::Group as G;
use super::query::Query;

impl Query<'_> {
    pub(super) fn recommendation(&self) -> Option<Class> {
        let h = &self.headed;
        if !h.has(G::Recommend) || self.is(&[Head::Why, Head::Who, Head::When, Head::Where]) {
            return None;
        }
        if self.is(&[Head::What, Head::Which]) {
            let asked = h.says(&["likelihood", "probability", "chance", "chances"]);
            return asked.then_some(Class::Would(Act::Recommend));
        }
        let told = h.head == Head::Request
            && h.main.first().is_some_and(|word| word.groups.has(G::Recommend));
        (!told && !h.has(G::Reason) && !h.any(&[G::Change])).then_some(Class::Would(Act::Recommend))
    }

    pub(super) fn would(&self) -> Option<Class> {
        let h = &self.headed;
        let acts = h.any(&[G::Buy, G::Use, G::Switch, G::Support, G::Recommend]);
        let wants = h.has(G::Inclined) || h.says(&["want", "need", "plan", "give", "lend"]);
        // Yes to it would mean no.
        if h.runs(&["rather", "not"]) {
            return None;
        }
        // "Would you choose Plus?" is about one of several offers.
        if h.has(G::Pick) && matches!(self.about, Subject::Part(_)) {
            return None;
        }
        let asked = match h.head {
            Head::Auxiliary => {
                self.asks_you() && (acts || wants || self.verb_of_text() || self.bare())
                    || matches!(h.word(1), "your" | "they") && acts
                    || h.runs(&["you", "would"]) && acts
                    || h.runs(&["can", "you", "see"])
                    || h.has(G::Inclined) && h.says(&["you"])
            }
            Head::How => {
                h.main.get(1).is_some_and(|word| word.groups.has(G::Inclined))
                    || matches!(h.word(1), "would" | "will") && h.has(G::Support)
            }
            Head::What | Head::Which => {
                h.says(&["likelihood", "chance", "chances", "probability", "odds"])
            }
            Head::Request => {
                (h.has(G::Inclined) || acts)
                    && (self.scaled || h.says(&["likelihood", "likely", "whether", "if"]))
            }
            Head::None => {
                (acts || h.has(G::Inclined)) && h.says(&["would", "likely", "likelihood"])
            }
            _ => false,
        };
        let strange = self.strange() && !mentions(self.words);
        (asked && !strange).then(|| Class::Would(self.act()))
    }

    /// "Would you open one?": a verb that the vocabulary does not have.
    pub(super) fn verb_of_text(&self) -> bool {
        let h = &self.headed;
        let other = match &self.about {
            Subject::Part(_) => true,
            Subject::Beyond(_) => mentions(h.main),
            Subject::Offer | Subject::Outside => false,
        };
        other && matches!(h.word(0), "would" | "could" | "will")
    }

    /// "Would you?", "Would you do it?".
    pub(super) fn bare(&self) -> bool {
        let h = &self.headed;
        h.main.len() <= 4 && matches!(h.word(0), "would" | "will")
    }

    pub(super) fn act(&self) -> Act {
        let h = &self.headed;
        if h.has(G::Recommend) {
            Act::Recommend
        } else if h.has(G::Switch) {
            Act::Switch
        } else if h.says(&["try", "trying", "test", "sample"]) {
            Act::Try
        } else if h.says(&[
            "buy",
            "purchase",
            "order",
            "buying",
            "purchasing",
            "ordering",
            "bought",
        ]) {
            Act::Buy
        } else if h.says(&[
            "join",
            "sign",
            "subscribe",
            "signing",
            "joining",
            "register",
            "enrol",
            "enroll",
            "apply",
        ]) {
            Act::Join
        } else if h.has(G::Use) || h.says(&["download", "install"]) {
            Act::Use
        } else if h.has(G::Support) {
            Act::Support
        } else if !h.has(G::Buy)
            && h.says(&["interested", "consider", "want", "keen", "tempted", "eager", "need"])
        {
            Act::Want
        } else {
            Act::Other
        }
    }
}

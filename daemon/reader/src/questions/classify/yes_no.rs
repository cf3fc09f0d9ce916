//! Yes or no: claims about what was shown that the person judges.

use super::super::class::{Claim, Class, Manner};
use super::super::head::Head;
use super::super::subject::mentions;
use super::super::vocabulary::Group as G;
use super::query::Query;

impl Query<'_> {
    pub(super) fn yes_no(&self) -> Option<Class> {
        let h = &self.headed;
        let degree = h.head == Head::How
            && h.main
                .get(1)
                .is_some_and(|word| word.groups.any(&[G::Believe, G::Trust, G::Clear, G::Differ]));
        let doubts = h.head == Head::Auxiliary && h.word(2) == "doubt";
        let claim = if h.any(&[G::Believe, G::Trust]) || doubts {
            Claim::Believable
        } else if h.has(G::Differ) {
            Claim::Different
        } else if h.has(G::Clear) {
            Claim::Clear
        } else if h.has(G::Bad) || h.has(G::Barrier) && self.asks_it() {
            Claim::Bad
        } else if h.has(G::Appeal) || h.has(G::Opinion) && self.asks_you() && h.has(G::Good) {
            Claim::Like
        } else {
            Claim::Good
        };
        if degree {
            return Some(Class::YesNo(claim, Manner::Degree));
        }
        let inverse = match claim {
            Claim::Believable => {
                h.says(&["exaggerated", "doubt", "doubtful", "unbelievable"])
                    || h.runs(&["too", "good", "to"])
            }
            Claim::Clear => {
                h.says(&["confusing", "complicated", "confused"]) || h.runs(&["hard", "to"])
            }
            Claim::Different => h.says(&["similar", "same"]),
            _ => false,
        };
        let manner = if inverse { Manner::Inverse } else { Manner::Direct };
        if h.head != Head::Auxiliary {
            return None;
        }
        let judged = h.any(&[G::Believe, G::Trust, G::Clear, G::Differ]) || doubts;
        if let Some(fact) = self.fact(judged) {
            return Some(fact);
        }
        if judged {
            return Some(Class::YesNo(claim, manner));
        }
        let acts = self.asks_you()
            && h.any(&[G::Buy, G::Use, G::Switch, G::Support, G::Inclined, G::Recommend]);
        let votes = h.runs(&["for", "or", "against"]);
        if acts || votes {
            return None;
        }
        // "Do you like children?" is not about what was shown.
        if h.any(&[G::Person, G::Friend, G::Place, G::Time]) && !mentions(self.words) {
            return None;
        }
        let judges = h.any(&[G::Good, G::Bad, G::Appeal, G::Barrier, G::Support, G::Change]);
        if judges && !self.strange() {
            return Some(Class::YesNo(claim, manner));
        }
        None
    }
}

//! Opinions in general: of the whole, of a part, or against what is there today.

use super::super::class::{Claim, Class, Manner, View};
use super::super::head::Head;
use super::super::subject::{Subject, mentions};
use super::super::vocabulary::Group as G;
use super::query::Query;

impl Query<'_> {
    pub(super) fn overall(&self) -> Option<Class> {
        let h = &self.headed;
        let opinion = h.any(&[G::Opinion, G::Think, G::Feedback]);
        let asked = match h.head {
            Head::What => {
                opinion && !h.says(&["how"]) || h.says(&["word", "words"]) && h.has(G::Explain)
            }
            Head::How => {
                opinion
                    || h.runs(&["would", "you", "describe"])
                    || self.scaled
                    || h.says(&[
                        "like",
                        "satisfied",
                        "agree",
                        "good",
                        "interested",
                        "happy",
                        "stars",
                        "points",
                    ])
                    || h.main.get(1).is_some_and(|word| {
                        word.groups.any(&[G::Good, G::Bad, G::Appeal, G::Support])
                    })
            }
            Head::Request => {
                opinion || self.scaled || h.any(&[G::Offer, G::Explain]) && mentions(h.main)
            }
            Head::None => {
                let sides = h.says(&["good"]) && h.says(&["bad"]);
                (opinion || self.scaled || sides) && !self.follows && !self.states()
            }
            Head::Auxiliary => {
                self.asks_you() && (h.any(&[G::Feedback, G::Opinion]) || self.scaled)
                    || h.any(&[G::Explain, G::Feedback])
            }
            Head::Which => h.has(G::Opinion),
            _ => false,
        };
        // "How do you feel about your neighbours?"
        let circle = h.any(&[G::Friend, G::Person]) && !mentions(self.words);
        if !asked || circle {
            return None;
        }
        match &self.about {
            Subject::Offer => Some(Class::Overall(self.of_part().map_or(View::Whole, View::Part))),
            Subject::Part(stems) => {
                let mut stems = stems.clone();
                stems.extend(self.object());
                self.text.nearest(&stems).map(|clause| Class::Overall(View::Part(clause.span)))
            }
            // "What do you think of the government's part in it?" is not about what was shown.
            Subject::Beyond(stems) if mentions(self.words) => {
                let of = h.main.iter().position(|word| {
                    matches!(word.lower.as_str(), "of" | "about" | "on" | "regarding" | "with")
                });
                let object = of.map_or(&[][..], |at| h.main.get(at..).unwrap_or_default());
                let strange = object.iter().any(|word| stems.contains(&word.stem));
                (!strange).then_some(Class::Overall(View::Whole))
            }
            Subject::Beyond(_) | Subject::Outside => None,
        }
    }

    /// "What do you think of the warranty?", "Your opinion on the noise?".
    pub(super) fn opinion_of_part(&self) -> Option<Class> {
        let h = &self.headed;
        let of = h.main.windows(2).any(|pair| match pair {
            [a, b] => {
                a.groups.any(&[G::Opinion, G::Think])
                    && matches!(b.lower.as_str(), "of" | "about" | "on" | "regarding")
            }
            _ => false,
        });
        let asked = of && self.is(&[Head::What, Head::How, Head::Request, Head::None]);
        if self.about == Subject::Offer && self.of_part().is_none() {
            return None;
        }
        if asked { self.overall() } else { None }
    }

    /// How it stands against something else.
    pub(super) fn comparison(&self) -> Option<Class> {
        let h = &self.headed;
        let degree = h.head == Head::How
            && h.main.get(1).is_some_and(|word| word.groups.any(&[G::Differ, G::Good, G::Believe]));
        let compared = h.has(G::Compare)
            && !degree
            && !self.is(&[Head::Who, Head::When, Head::Where])
            && !h.has(G::Change);
        if !compared {
            return None;
        }
        let would = h.head == Head::Auxiliary
            && self.asks_you()
            && h.any(&[G::Switch, G::Buy])
            && !h.has(G::Pick);
        if would {
            return None;
        }
        if self.is(&[Head::Auxiliary]) {
            let ranked = h.says(&["better", "worse", "best"]) || h.has(G::Pick);
            let claim = match (ranked, h.says(&["worse"])) {
                (_, true) => Claim::Bad,
                (true, _) => Claim::Good,
                (false, _) => Claim::Different,
            };
            return Some(Class::YesNo(claim, Manner::Direct));
        }
        (mentions(self.words) || self.is(&[Head::How])).then_some(Class::Overall(View::Compared))
    }

    /// "You gave it a high mark.": a statement, not a question.
    pub(super) fn states(&self) -> bool {
        matches!(self.headed.word(0), "you" | "we" | "they" | "the" | "it" | "i")
    }

    /// A part that the question names with words of its own language: "the size", "the guarantee".
    pub(super) fn of_part(&self) -> Option<crate::features::Span> {
        let named = self.object();
        let known: Vec<String> = named.iter().filter(|stem| self.text.has(stem)).cloned().collect();
        self.text.nearest(&known).map(|clause| clause.span)
    }

    /// Stems of what an opinion is of: the nouns after "of", "about", "with" that mean something.
    pub(super) fn object(&self) -> Vec<String> {
        let h = &self.headed;
        let after = h.main.iter().skip_while(|word| {
            !matches!(word.lower.as_str(), "of" | "about" | "with" | "regarding" | "find" | "on")
        });
        after
            .skip(1)
            .filter(|word| !word.groups.any(&[G::Plain, G::Offer]) && self.text.names(&word.stem))
            .map(|word| word.stem.clone())
            .collect()
    }
}

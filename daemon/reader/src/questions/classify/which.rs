//! Which of: a part of what was shown, or one of the options that the question lists.

use super::super::class::{Choice, Class};
use super::super::head::Head;
use super::super::options;
use super::super::vocabulary::Group as G;
use super::query::Query;

impl Query<'_> {
    pub(super) fn which(&self) -> Option<Class> {
        let h = &self.headed;
        let noun = h.main.get(1);
        let noun_is = |groups: &[G]| noun.is_some_and(|word| word.groups.any(groups));
        let superlative = h.has(G::Superlative);
        let asked = match h.head {
            Head::Which => {
                !noun_is(&[G::Person, G::Time, G::Place, G::Opinion, G::Friend])
                    && !(noun_is(&[G::Appeal, G::Barrier])
                        && (h.says(&["have", "see"]) || !superlative))
                    && !noun_is(&[G::Know])
                    && !(noun_is(&[G::Reason])
                        && !superlative
                        && !h.says(&["strongest", "weakest"]))
                    && !matches!(h.word(1), "word" | "words")
                    && !matches!(h.word(1), "day" | "time" | "room" | "days" | "times")
            }
            Head::What => {
                noun_is(&[G::Part]) && !noun_is(&[G::Reason])
                    || h.says(&["most", "least", "single", "best"])
                        && h.says(&[
                            "important",
                            "useful",
                            "valuable",
                            "relevant",
                            "matters",
                            "matter",
                            "counts",
                        ])
                    || superlative
                        && h.says(&["is", "was"])
                        && h.has(G::Part)
                        && !h.any(&[G::Barrier, G::Opinion])
                    || h.any(&[G::Pick]) && h.says(&["or"])
            }
            Head::Request => {
                matches!(
                    h.word(0),
                    "pick" | "choose" | "select" | "name" | "quote" | "rank" | "list" | "mark"
                ) && (h.has(G::Part) || superlative || h.says(&["or"]))
                    && (h.says(&["or"]) || !h.any(&[G::Barrier, G::Money, G::Person]))
                    && (h.has(G::Part) || !h.has(G::Appeal))
            }
            Head::Auxiliary | Head::None => {
                h.has(G::Pick)
                    && h.says(&["or", "favourite", "favorite"])
                    && !h.says(&["friend", "friends"])
            }
            Head::How => h.has(G::Pick) && h.says(&["or"]),
            _ => false,
        };
        if !asked {
            return None;
        }
        let listed = options::listed(self.words);
        if listed.len() >= 2 {
            return Some(Class::Which(Choice::Options(listed)));
        }
        let worst = h.says(&["least", "worst", "not", "weakest"]) || h.any(&[G::Barrier, G::Bad]);
        let parts = h.says(&[
            "sizes", "size", "option", "options", "version", "versions", "variant", "package",
            "packages", "model", "models", "item", "items", "flavour", "flavours", "colour",
            "colours", "color", "colors", "plan", "plans", "product", "products",
        ]) || self.words.iter().any(|word| {
            matches!(
                word.lower.as_str(),
                "sizes" | "options" | "versions" | "packages" | "variants"
            )
        });
        Some(Class::Which(match (worst, parts && !superlative) {
            (_, true) => Choice::Unnamed,
            (true, _) => Choice::Worst,
            (false, _) => Choice::Best,
        }))
    }

    /// Whether a part is asked for, among others.
    pub(super) fn is_part_choice(&self) -> bool {
        let h = &self.headed;
        let noun = h.main.get(1).is_some_and(|word| word.groups.has(G::Part))
            || h.main.get(2).is_some_and(|word| word.groups.has(G::Part))
                && h.main.get(1).is_some_and(|word| word.groups.has(G::Superlative));
        self.is(&[Head::Which, Head::What]) && noun
    }
}

//! Remarks on a chosen variant. A reason may speak of the other one ("B because A is too long") and uses "a" as an article;
//! one that praises or chooses the other variant takes the choice back.

use super::condition::{BoundTo, binds, binds_behind};
use super::phrase::{DOUBTS, Remark, has, is_corrected, words};

/// The variants and the word for neither, as they are chosen.
const LIST: [&str; 3] = ["a", "b", "none"];

/// Verbs of a sentence about a variant.
const VERBS: [&str; 28] = [
    "is", "isn't", "was", "wasn't", "has", "hasn't", "had", "does", "doesn't", "did", "didn't",
    "feels", "seems", "sounds", "looks", "reads", "says", "uses", "lacks", "needs", "takes",
    "gives", "goes", "makes", "would", "could", "can", "just",
];

/// Words before which "a" is no article, beside verbs.
const NO_NOUN: [&str; 12] =
    ["and", "or", "nor", "for", "if", "but", "at", "in", "on", "with", "when", "to"];

/// Words that praise, and those that may stand before one.
const PRAISE: [&str; 10] = [
    "better",
    "best",
    "clearer",
    "nicer",
    "stronger",
    "superior",
    "preferable",
    "preferred",
    "favourite",
    "favorite",
];
const STRESS: [&str; 11] =
    ["much", "far", "the", "a", "bit", "clearly", "simply", "just", "my", "even", "really"];

/// Verbs that choose what follows them.
const CHOOSE: [&str; 8] = ["prefer", "choose", "pick", "like", "love", "want", "take", "chose"];

/// Whether a remark leaves a chosen variant, or the choice of none, as it is. `rest` is the remark with what sets it apart.
pub(super) fn leaves_variant(remark: Remark<'_>, rest: &str, word: &str) -> bool {
    match remark {
        Remark::Nothing => true,
        Remark::Reason(said) => {
            !is_corrected(said) && !binds_behind(said) && leaves(word, &told(said, word))
        }
        Remark::Clause(said) => {
            let is_explained = rest.trim_start().starts_with([':', '-', '–', '—']);
            let plain = without_articles(said);
            Remark::Clause(&plain).leaves_word(word, &LIST, BoundTo::Decision)
                || (is_explained && explains(word, said))
        }
        Remark::Aside(said) => {
            Remark::Aside(&without_articles(said)).leaves_word(word, &LIST, BoundTo::Decision)
        }
    }
}

/// Whether a clause behind a colon or a dash is a sentence about the other variant: "B: A is too long".
fn explains(word: &str, said: &str) -> bool {
    // "A: work, B: home" is a list.
    let is_list = said.contains([':', '–', '—']) || said.contains(" - ");
    let told = told(said, word);
    let label = |word: &&&str| matches!(**word, "variant" | "version" | "option" | "text" | "the");
    let mut rest = told.iter().skip_while(label);
    let is_about_other = rest.next().is_some_and(|first| LIST.contains(first) && *first != word)
        && rest.next().is_some_and(|verb| VERBS.contains(verb));
    !is_list
        && is_about_other
        && !has(said, &DOUBTS)
        && !binds(said, BoundTo::Decision)
        && leaves(word, &told)
}

/// The words of a remark, with "a's" as "a is"; without "a and b" behind a choice of none.
fn told<'a>(said: &'a str, word: &str) -> Vec<&'a str> {
    let mut told = Vec::new();
    for one in words(said) {
        match one.strip_suffix("'s") {
            Some(variant @ ("a" | "b")) => told.extend([variant, "is"]),
            _ => told.push(one),
        }
    }
    let is_pair = |three: &[&str]| {
        matches!(three, ["a", "and" | "or" | "nor", "b"] | ["b", "and" | "or" | "nor", "a"])
    };
    let pair = told.windows(3).position(is_pair).filter(|_| word == "none");
    match pair {
        Some(place) => {
            let places = place..place + 3;
            told.into_iter()
                .enumerate()
                .filter(|(at, _)| !places.contains(at))
                .map(|it| it.1)
                .collect()
        }
        None => told,
    }
}

/// Whether the words of a reason neither are the other variant alone, nor praise or choose it.
fn leaves(word: &str, told: &[&str]) -> bool {
    let is_other = |one: &str| LIST.contains(&one) && one != word;
    if let [only] = told {
        return !is_other(only);
    }
    told.iter().enumerate().filter(|(_, one)| is_other(one)).all(|(place, _)| {
        let before = place.checked_sub(1).and_then(|before| told.get(before));
        let behind = told.get(place + 1..).unwrap_or_default();
        let is_sentence = behind.first().is_some_and(|verb| VERBS.contains(verb));
        let praise = behind.iter().skip(1).find(|word| !STRESS.contains(word));
        let is_praised = is_sentence && praise.is_some_and(|word| PRAISE.contains(word));
        let is_named = is_sentence || behind.first().is_none_or(|next| NO_NOUN.contains(next));
        let is_chosen = is_named && before.is_some_and(|verb| CHOOSE.contains(verb));
        let wins = behind.first().is_some_and(|next| matches!(*next, "wins" | "preferred"));
        !is_praised && !is_chosen && !wins
    })
}

/// A remark without "a" where it is an article.
fn without_articles(said: &str) -> String {
    let parts: Vec<&str> = said.split(' ').collect();
    let is_article = |place: usize| {
        let next = parts.get(place + 1).and_then(|next| words(next).next());
        parts.get(place) == Some(&"a")
            && next.is_some_and(|next| {
                !VERBS.contains(&next) && !NO_NOUN.contains(&next) && !LIST.contains(&next)
            })
    };
    let kept = parts.iter().enumerate().filter(|(place, _)| !is_article(*place));
    kept.map(|(_, part)| *part).collect::<Vec<_>>().join(" ")
}

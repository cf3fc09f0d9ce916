//! The subject of a question: what was shown, a part of it, or something outside of it. What people do, have and are is
//! outside, whatever words the question shares with the text.

use super::head::{Head, Headed};
use super::text_words::TextWords;
use super::vocabulary::Group;
use super::words::Word;

/// What a question is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Subject {
    /// What was shown, named or understood.
    Offer,
    /// Words of the text, by their stems.
    Part(Vec<String>),
    /// What was shown, and something that it does not speak of.
    Beyond(Vec<String>),
    /// Nothing that was shown.
    Outside,
}

/// The subject of a question; `segment` are all of its words.
pub(super) fn subject(headed: &Headed<'_>, segment: &[Word], text: &TextWords) -> Subject {
    let strange = |word: &&Word| word.groups.has(Group::Outside) && !text.has(&word.stem);
    if segment.iter().any(|word| strange(&word)) || personal(headed, segment) {
        return Subject::Outside;
    }
    let unknown: Vec<&Word> = headed.main.iter().filter(|word| word.groups.is_empty()).collect();
    let (inside, beyond): (Vec<&Word>, Vec<&Word>) =
        unknown.iter().partition(|word| text.has(&word.stem));
    let stems = |words: &[&Word]| words.iter().map(|word| word.stem.clone()).collect();
    if !inside.is_empty() {
        return Subject::Part(stems(&inside));
    }
    if beyond.is_empty() {
        return Subject::Offer;
    }
    // "Which of the conditions …": parts of what was shown, whatever they are called.
    let of_it = headed.head == Head::Which && headed.word(1) == "of";
    if mentions(segment) || of_it { Subject::Beyond(stems(&beyond)) } else { Subject::Outside }
}

/// Whether the words name what was shown. "This country" does not: what "this" points to is the word after it.
pub(super) fn mentions(words: &[Word]) -> bool {
    words.iter().enumerate().any(|(at, word)| {
        if !word.groups.has(Group::Offer) {
            return false;
        }
        let points = matches!(word.lower.as_str(), "this" | "that" | "these" | "those");
        let follows = words.get(at + 1).filter(|next| !next.opens);
        !(points && follows.is_some_and(|next| next.groups.is_empty()))
    })
}

/// Adverbs between a pronoun and its verb.
const ADVERBS: &[&str] = &[
    "really",
    "actually",
    "personally",
    "usually",
    "normally",
    "generally",
    "currently",
    "typically",
    "still",
    "ever",
    "also",
    "even",
    "most",
    "least",
    "not",
    "just",
    "honestly",
    "often",
    "at",
    "all",
    "already",
    "especially",
    "particularly",
    "in",
    "general",
    "first",
    "have",
    "any",
    "a",
    "so",
    "very",
    "more",
    "less",
];

/// Whether a question asks for what somebody does, has or is.
fn personal(headed: &Headed<'_>, segment: &[Word]) -> bool {
    let word = |at: usize| segment.get(at).map_or("", |word| word.lower.as_str());
    let hypothetical = segment
        .iter()
        .any(|word| matches!(word.lower.as_str(), "would" | "could" | "might" | "should" | "will"));
    for at in 0..segment.len() {
        if word(at) == "your" && !own(segment, at + 1) {
            return true;
        }
        let habit =
            matches!(word(at), "do" | "did" | "are" | "were" | "have") && word(at + 1) == "you";
        if !habit || hypothetical && matches!(word(at), "do" | "have") {
            continue;
        }
        // "How likely are you to …": the adjective stands before.
        let judged = at > 0
            && word(at) == "are"
            && segment.get(at - 1).is_some_and(|word| {
                word.groups.any(&[Group::Inclined, Group::Attitude, Group::Good])
            });
        if judged {
            continue;
        }
        let verb = (at + 2..segment.len()).find(|&place| !ADVERBS.contains(&word(place)));
        let said = verb.and_then(|place| segment.get(place));
        let about = said.is_some_and(|verb| {
            verb.groups.has(Group::Attitude)
                || verb.groups.any(&[
                    Group::Appeal,
                    Group::Barrier,
                    Group::Lack,
                    Group::Inclined,
                    Group::Pick,
                    Group::Believe,
                    Group::Clear,
                    Group::Opinion,
                    Group::Change,
                    Group::Feedback,
                    Group::Reason,
                    Group::Know,
                ])
        });
        // "How often do you use it?" is asked of what was shown, "How often do you exercise?" is not.
        let acts = said.is_some_and(|verb| {
            verb.groups.any(&[Group::Use, Group::Buy, Group::Recommend, Group::Money])
        }) && segment.iter().skip(at).any(|word| word.groups.has(Group::Offer));
        let empty = verb.is_none() && word(at) != "have" && word(at) != "do";
        let gets = !segment.iter().any(|word| word.lower == "yourself")
            && said
                .is_some_and(|verb| matches!(verb.lower.as_str(), "get" | "have" | "see" | "know"))
            && !segment.iter().any(|word| {
                word.groups.any(&[
                    Group::Offer,
                    Group::Barrier,
                    Group::Appeal,
                    Group::Lack,
                    Group::Opinion,
                    Group::Change,
                    Group::Know,
                    Group::Reason,
                    Group::Feedback,
                ])
            });
        if empty || verb.is_some() && (!about && !acts || gets && word(at) != "are") {
            return true;
        }
    }
    headed.head == Head::Who && headed.word(1) == "are"
}

/// Whether what "your" belongs to is a person's judgement or circle, not a fact of their life.
fn own(segment: &[Word], at: usize) -> bool {
    const QUALITIES: &[&str] = &[
        "main",
        "biggest",
        "greatest",
        "first",
        "overall",
        "own",
        "current",
        "present",
        "general",
        "personal",
        "honest",
        "favourite",
        "favorite",
        "single",
        "number",
        "one",
        "usual",
        "normal",
        "initial",
        "next",
        "most",
        "important",
        "immediate",
        "spontaneous",
        "final",
        "gut",
        "top",
        "last",
        "maximum",
        "everyday",
        "daily",
        "strongest",
    ];
    let noun = (at..segment.len())
        .find(|&place| {
            segment.get(place).is_some_and(|word| !QUALITIES.contains(&word.lower.as_str()))
        })
        .and_then(|place| segment.get(place));
    let easier = segment
        .iter()
        .any(|word| matches!(word.lower.as_str(), "easier" | "better" | "simpler" | "harder"));
    let replaced = segment.get(at).is_some_and(|word| {
        matches!(word.lower.as_str(), "current" | "present" | "usual" | "existing")
    });
    noun.is_none_or(|noun| {
        if noun.lower == "life" {
            return easier;
        }
        // "Would you give up your usual milk for it?"
        if replaced && mentions(segment) {
            return true;
        }
        noun.groups.has(Group::Mine)
            || noun.groups.any(&[
                Group::Appeal,
                Group::Barrier,
                Group::Opinion,
                Group::Reason,
                Group::Friend,
                Group::Change,
                Group::Part,
                Group::Feedback,
                Group::Superlative,
                Group::Inclined,
                Group::Offer,
                Group::Good,
                Group::Money,
                Group::Pick,
                Group::Think,
            ])
    })
}

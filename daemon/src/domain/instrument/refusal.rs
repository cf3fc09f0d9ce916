//! Whether a reply declines: what stands under `refused`, and what beside it. A yes and the reason of whoever gives no answer
//! decline; beside a whole answer a word that says no, or nothing clear, changes nothing. A sentence that could be either is
//! told as such. Pure functions.

use serde_json::Value;

use super::normalize_reply::{REFUSED, find, text, words};
use super::reply::{REASONING_MAX, REFUSAL_MAX};
use super::spelling::{alone, bare, is_same, truth, words_of};
use crate::domain::language::{Judged, judge};

/// What stands in a reply beside what it says of declining.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum GivenAnswer {
    /// Nothing that was asked for.
    Nothing,
    /// Something, but not every choice.
    Part,
    /// Every choice, each of them valid.
    Whole,
}

/// What a reply says of declining.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Stance {
    /// It answers.
    Answers,
    /// It declines, for that reason.
    Declines(String),
    /// It holds a whole answer, and this sentence, which could be the reason for declining one.
    Unclear(String),
    /// It says yes, and holds a whole answer with reasons for it.
    Contradictory,
}

/// What the fields of a reply say of declining.
pub(super) fn stance(fields: &[(String, Value)], given: GivenAnswer) -> Stance {
    for value in find(fields, REFUSED) {
        match truth(value) {
            Some(true) if given == GivenAnswer::Whole && gives_reasons(fields) => {
                return Stance::Contradictory;
            }
            Some(true) => return Stance::Declines(why(fields)),
            Some(false) if given != GivenAnswer::Nothing => continue,
            Some(false) | None => {}
        }
        let Some(said) = alone(value).as_str() else { continue };
        let reason = text(said, REFUSAL_MAX);
        if reason.is_empty() {
            continue;
        }
        if given == GivenAnswer::Nothing {
            return Stance::Declines(reason);
        }
        if denies(&reason) || is_repeated(fields, &reason) || is_opinion(&reason) {
            continue;
        }
        match reading(&reason) {
            Reading::No => {}
            Reading::Yes => return Stance::Declines(why(fields)),
            Reading::Refusal => return Stance::Declines(reason),
            Reading::Word | Reading::Sentence if given == GivenAnswer::Part => {
                return Stance::Declines(reason);
            }
            Reading::Word => {}
            Reading::Sentence => return Stance::Unclear(reason),
        }
    }
    Stance::Answers
}

/// Fewer words of reasoning may be a refusal in any words.
const REASONS_FROM: usize = 8;

/// Whether the reasoning gives reasons for an answer: English of some length in which nobody will not answer. Small models say
/// yes by chance beside an opinion of three sentences; whoever declines in another language is believed.
fn gives_reasons(fields: &[(String, Value)]) -> bool {
    const DECLINING: [&str; 16] = [
        "not answer",
        "n't answer",
        "not to answer",
        "no answer",
        "no opinion",
        "no comment",
        "not say",
        "n't say",
        "unanswer",
        "unwilling",
        "skip",
        "private",
        "personal",
        "confidential",
        "sensitive",
        "business of",
    ];
    let said = find(fields, "reasoning").first().map(|value| words(value, REASONING_MAX));
    let said = said.unwrap_or_default().to_lowercase().replace('\u{2019}', "'");
    let says = |list: &[&str]| list.iter().any(|part| said.contains(part));
    said.split_whitespace().count() >= REASONS_FROM
        && !says(&REFUSING)
        && !says(&DECLINING)
        && judge(&said) == Judged::English
}

/// Why a reply declines that only says that it does.
pub(super) fn why(fields: &[(String, Value)]) -> String {
    let texts = ["reasoning", "answer", "text"].into_iter().flat_map(|key| find(fields, key));
    let mut reasons = texts.map(|value| words(value, REFUSAL_MAX));
    reasons.find(|reason| !reason.is_empty()).unwrap_or_else(|| "it gives no reason".to_owned())
}

/// What a text under `refused` says beside an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reading {
    /// That nothing is refused.
    No,
    /// That something is, without a reason.
    Yes,
    /// That somebody will not answer.
    Refusal,
    /// A word or two that say neither.
    Word,
    /// A sentence that says neither.
    Sentence,
}

/// No in a word.
const NO: [&str; 32] = [
    "no",
    "nope",
    "nah",
    "not",
    "nein",
    "ne",
    "nee",
    "nö",
    "non",
    "não",
    "nao",
    "nie",
    "нет",
    "否",
    "いいえ",
    "아니요",
    "keine",
    "keiner",
    "keins",
    "keines",
    "kein",
    "nichts",
    "aucun",
    "aucune",
    "rien",
    "ninguno",
    "ninguna",
    "nada",
    "nessuno",
    "nessuna",
    "niente",
    "geen",
];
/// Yes in a word, besides those that are read as one everywhere.
const YES: [&str; 16] = [
    "y", "1", "yep", "yeah", "yup", "ja", "jo", "oui", "si", "sí", "sim", "sì", "да", "是", "はい",
    "네",
];
/// Words that begin a sentence which says no.
const NO_BEFORE: [&str; 5] = ["no", "nope", "nah", "nein", "non"];
/// Phrases that tell of an answer.
const ANSWERED: [&str; 8] = [
    "answered",
    "answer given",
    "answers given",
    "answer provided",
    "answers provided",
    "complete",
    "gave an answer",
    "beantwortet",
];
/// Words that deny what follows them.
const DENIALS: [&str; 12] = [
    "not", "no", "never", "nothing", "none", "nor", "neither", "cannot", "without", "nicht",
    "nichts", "kein",
];
/// What is said by whoever refuses, in parts of words.
const REFUSING: [&str; 12] = [
    "rather not",
    "prefer not",
    "cannot",
    "can't",
    "unable",
    "declin",
    "refus",
    "comfortable",
    "appropriate",
    "not allowed",
    "as an ai",
    "language model",
];
/// The same where a whole answer stands beside it.
const REFUSING_BESIDE: [&str; 31] = [
    "do not",
    "don't",
    "won't",
    "will not",
    "would not",
    "wouldn't",
    "could not",
    "couldn't",
    "not my",
    "not say",
    "not answer",
    "not able",
    "not want",
    "not sure",
    "not qualified",
    "not enough",
    "no comment",
    "no opinion",
    "no idea",
    "no answer",
    "unanswer",
    "unwilling",
    "against my",
    "private",
    "personal",
    "confidential",
    "sensitive",
    "skip",
    "nobody's business",
    "thank",
    "danke",
];

/// The first letter of the scripts that part no words by blanks.
const UNPARTED_FROM: char = '\u{2e80}';

fn reading(reason: &str) -> Reading {
    let plain = reason.to_lowercase().replace('\u{2019}', "'");
    let said = bare(&plain).trim_end_matches(['!', '?', ',', ';', ':']);
    let is = |list: &[&str]| list.iter().any(|word| is_same(word, said));
    if is(&NO) {
        return Reading::No;
    }
    if is(&YES) {
        return Reading::Yes;
    }
    let told: Vec<&str> = words_of(said).collect();
    let is_denial = |word: &&str| DENIALS.contains(word) || word.ends_with("n't");
    let refuses = |word: &&str| word.starts_with("refus") || word.starts_with("declin");
    // "I did not refuse", "no refusal of mine".
    let is_denied = told
        .iter()
        .position(refuses)
        .is_some_and(|place| told.iter().take(place).skip(place.saturating_sub(2)).any(is_denial));
    if is_denied {
        return Reading::No;
    }
    let says = |list: &[&str]| list.iter().any(|part| said.contains(part));
    if says(&REFUSING) || says(&REFUSING_BESIDE) {
        return Reading::Refusal;
    }
    let begins_with_no = told.first().is_some_and(|first| NO_BEFORE.contains(first));
    if begins_with_no || (says(&ANSWERED) && !told.iter().any(is_denial)) {
        return Reading::No;
    }
    // Where words are not parted by blanks, a few letters are a sentence.
    let unparted = said.chars().filter(|letter| *letter >= UNPARTED_FROM).count();
    let is_short = said.split_whitespace().count() <= 2 && unparted <= 3;
    if is_short { Reading::Word } else { Reading::Sentence }
}

/// Whether a text only repeats one of the other values of a reply.
fn is_repeated(fields: &[(String, Value)], said: &str) -> bool {
    let others = fields.iter().filter(|(key, _)| !is_same(key, REFUSED));
    let mut texts = others.filter_map(|(_, value)| value.as_str());
    texts.any(|text| is_same(bare(text), bare(said)))
}

/// Whether a reason beside an answer is an opinion of what was asked about: "I would not buy it" refuses nothing.
fn is_opinion(reason: &str) -> bool {
    const OPINIONS: [&str; 7] =
        ["buy", "purchase", "expensive", "cheap", "not interested", "like it", "worth it"];
    let reason = reason.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| reason.contains(word));
    let first = reason.split(|letter: char| !letter.is_alphanumeric()).next();
    first == Some("false") || (says(&OPINIONS) && !says(&REFUSING))
}

/// Whether a reason for declining, or the name of a theme, says that there is none.
pub(super) fn denies(reason: &str) -> bool {
    const NONE: [&str; 20] = [
        "",
        "0",
        "false",
        "idonotrefuse",
        "ididnotrefuse",
        "n/a",
        "n.a",
        "na",
        "nil",
        "no",
        "none",
        "nonegiven",
        "noreason",
        "noreasongiven",
        "norefusal",
        "notapplicable",
        "nothing",
        "notrefused",
        "null",
        "undefined",
    ];
    /// Most letters of such a phrase, with separators between its parts.
    const LENGTH_MAX: usize = 24;
    let reason = bare(reason);
    reason.len() <= LENGTH_MAX && NONE.iter().any(|none| is_same(reason, none))
}

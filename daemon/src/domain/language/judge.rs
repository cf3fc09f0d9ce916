//! The decision: each sentence is English, foreign or open, and the text is foreign if most of what is decided is.

use whatlang::{Lang, Script};

use super::few_words::{FEW, FewWords, language};
use super::script::Scripts;
use super::sentence::{SentenceEvidence, sentences, unquoted};
use super::words::WordLists;
use super::{Judged, Language};

/// Characters that are judged; a longer text is judged by its beginning.
const READ_MAX: usize = 8_000;
/// Fewest letters for which letter triples are counted.
const TRIPLES_MIN: usize = 40;
/// A sentence of fewer words is a greeting or a heading, and decides nothing where longer ones stand.
pub(super) const SENTENCE_MIN: usize = 3;
/// A sentence weighs as much as its words, and no more than so many.
const WEIGHT_MAX: usize = 12;
/// How much more there must be for another language than for English in a sentence, and of foreign sentences in a text.
const CLEAR: f64 = 1.2;
/// The same for a sentence without a function word of English: its English words may all be borrowed.
const UNBUILT: f64 = 0.8;
/// Words of a language's list that name it, in a text of more than [`SHORT_MAX`] words.
const SURE_MIN: f64 = 3.0;
const SHORT_MAX: usize = 8;
/// In a text of few words, evidence of the lists that needs no confirmation by how its words look, and what confirms less.
const CONFIRMED: f64 = 2.0;
const CONFIRMS: f64 = 4.0;
/// A text with at least this share of letters in another script is foreign if nothing in it is English.
const SCRIPT_SHARE: usize = 4;

pub(super) fn judge(text: &str, lists: &'static WordLists) -> Judged {
    let text = text.char_indices().nth(READ_MAX).and_then(|(at, _)| text.get(..at)).unwrap_or(text);
    let outside = unquoted(text);
    let whole = SentenceEvidence::of(text, lists);
    // A phrase that is quoted in an English text is no part of its language.
    let text =
        if SentenceEvidence::of(&outside, lists).english > 0.0 { outside.as_str() } else { text };
    if is_foreign(text, &whole, lists) {
        Judged::Other(Language(name(text, &whole, lists)))
    } else {
        Judged::English
    }
}

fn is_foreign(text: &str, whole: &SentenceEvidence, lists: &WordLists) -> bool {
    let by_sentences = by_sentences(text, lists);
    if whole.is_built || whole.words > FEW || whole.scripts.other > 0 {
        return by_sentences;
    }
    let few = FewWords::of(text, lists);
    // One short word of another language's list may stand in a name or a dish.
    let is_confirmed =
        few.is_built || whole.foreign() >= CONFIRMED || few.sum >= CONFIRMS && few.speaking > 1;
    few.is_foreign() || by_sentences && is_confirmed
}

fn by_script(scripts: Scripts, english: f64) -> bool {
    scripts.other > scripts.latin
        || (english == 0.0
            && scripts.other > 0
            && scripts.other * SCRIPT_SHARE >= scripts.letters())
}

/// What a sentence is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    English,
    Foreign,
    Open,
}

fn by_sentences(text: &str, lists: &WordLists) -> bool {
    let all: Vec<(&str, SentenceEvidence)> = sentences(text)
        .into_iter()
        .map(|sentence| (sentence, SentenceEvidence::of(sentence, lists)))
        .collect();
    let has_long = all.iter().any(|(_, found)| found.words >= SENTENCE_MIN);
    let mut english = Share::default();
    let mut foreign = Share::default();
    for (sentence, found) in &all {
        if has_long && found.words < SENTENCE_MIN {
            continue;
        }
        match kind(sentence, found) {
            Kind::English => english.add(found.words),
            Kind::Foreign => foreign.add(found.words),
            Kind::Open => {}
        }
    }
    if foreign.sentences > 0 {
        let most = foreign.sentences > english.sentences && foreign.words > english.words;
        return most || foreign.words as f64 > english.words as f64 * CLEAR;
    }
    english.sentences == 0 && kind(text, &SentenceEvidence::of(text, lists)) == Kind::Foreign
}

/// How much of a text is in one kind of language.
#[derive(Clone, Copy, Debug, Default)]
struct Share {
    sentences: usize,
    words: usize,
}

impl Share {
    fn add(&mut self, words: usize) {
        self.sentences += 1;
        self.words += words.min(WEIGHT_MAX);
    }
}

pub(super) fn kind(sentence: &str, found: &SentenceEvidence) -> Kind {
    let foreign = found.foreign();
    if by_script(found.scripts, found.english) {
        return Kind::Foreign;
    }
    let enough = if found.is_clear || found.words < SENTENCE_MIN { 2.0 } else { 1.0 };
    let against = found.english * if found.is_built { CLEAR } else { UNBUILT };
    if foreign >= enough && foreign > against {
        return Kind::Foreign;
    }
    if found.english > 0.0 && found.english >= foreign {
        return Kind::English;
    }
    if is_prose(found) && by_triples(sentence, found) {
        return Kind::Foreign;
    }
    Kind::Open
}

/// Whether the words stand in sentences, not in a list or a name.
pub(super) fn is_prose(found: &SentenceEvidence) -> bool {
    found.words >= 2 * SENTENCE_MIN
        && found.small * 2 > found.words
        && found.words > found.marks * 3
}

/// Whether the letter triples of a longer text without English words say that it is foreign.
pub(super) fn by_triples(text: &str, found: &SentenceEvidence) -> bool {
    found.scripts.letters() >= TRIPLES_MIN
        && !found.is_built
        && found.english * 8.0 <= found.words as f64
        && whatlang::detect(text).is_some_and(|told| told.lang() != Lang::Eng && told.is_reliable())
}

/// The English name of the language that a foreign text seems to be in.
pub(super) fn name(
    text: &str,
    whole: &SentenceEvidence,
    lists: &'static WordLists,
) -> Option<&'static str> {
    let told = whatlang::detect(text);
    if whole.scripts.other > whole.scripts.latin {
        if text.contains(|letter| matches!(letter, '\u{3040}'..='\u{30ff}')) {
            return Some("Japanese");
        }
        return told.map(|told| english_name(told.lang()));
    }
    if whole.words <= FEW {
        let told = told.as_ref().map(|told| english_name(told.lang()));
        let found = language(text, told, lists);
        if found.is_some() {
            return found;
        }
    }
    let most = whole.foreign();
    let told = told
        .filter(|told| told.script() == Script::Latin && whole.scripts.letters() >= TRIPLES_MIN)
        .map(|told| (english_name(told.lang()), told.is_reliable()));
    let score = |name: &str| {
        let scores = lists.languages().iter().zip(&whole.others);
        scores.filter(|(list, _)| list.name == name).map(|(_, score)| *score).next()
    };
    match told {
        Some((name, _)) if score(name).is_some_and(|score| score > 0.0 && score >= most * 0.8) => {
            Some(name)
        }
        Some((name, true)) if score(name).is_none() && most < 2.0 && name != "English" => {
            Some(name)
        }
        // A word or two of a long text may be anybody's.
        _ if most >= SURE_MIN || (most > 0.0 && whole.words <= SHORT_MAX) => {
            let mut ties = lists.languages().iter().zip(&whole.others);
            ties.find(|(_, score)| **score == most).map(|(list, _)| list.name.as_str())
        }
        _ => None,
    }
}

fn english_name(lang: Lang) -> &'static str {
    match lang {
        Lang::Cmn => "Chinese",
        Lang::Nob => "Norwegian",
        Lang::Slv => "Slovenian",
        Lang::Srp => "Serbian",
        other => other.eng_name(),
    }
}

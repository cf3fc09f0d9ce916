//! Texts of few words without a function word of English, as headings and offers are: "Haarschnitt 25 Euro". Each word
//! speaks for or against English as far as it is known, and an unknown one as foreign as it looks. One word alone decides
//! only beside an amount that is written as English does not, and what is a phrase of another language as a whole.

use super::letter_groups::foreignness;
use super::sentence::{ELIDED, english};
use super::words::{EnglishWord, LanguageList, WordLists};
use super::written_word::{Spelling, WrittenWord, tokens};

/// Most words of a text that is judged so.
pub(super) const FEW: usize = 12;
/// What a word of a language's list speaks at least, and a short one, which others have too.
const LISTED: f64 = 3.0;
const LISTED_SHORT: f64 = 1.5;
/// What a phrase of a language's list speaks at least, and for each of its words.
const PHRASE: f64 = 5.5;
const PHRASE_A_WORD: f64 = 1.5;
/// Letters of a short word.
const SHORT: usize = 3;
/// What any word speaks at most, for a foreign language.
const WORD_MAX: f64 = 4.5;
/// What an everyday word of English speaks, and what any other word speaks at most for English.
const EVERYDAY: f64 = -5.0;
const ENGLISH: f64 = -4.0;
/// What is left of what a word looks like that may be a name, because it has a capital letter behind the first word.
const CAPITAL: f64 = 0.7;
/// The same if every word has one; then also of function words, as names have them.
const TITLE: f64 = 0.4;
/// What an amount speaks that is written as English does not.
const AMOUNT: f64 = 2.0;
/// From here on a text is foreign, and for each of its words it takes so much at least.
const ENOUGH: f64 = 4.5;
const ENOUGH_A_WORD: f64 = 1.2;

/// What the words of a short text say together.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct FewWords {
    /// Above 0 for a foreign language.
    pub(super) sum: f64,
    /// Words that speak for a foreign language, and an amount that does: one alone may stand in a name.
    pub(super) speaking: usize,
    words: usize,
    /// Whether a longer word of another language's list of function words is among them, with a small letter.
    pub(super) is_built: bool,
}

impl FewWords {
    pub(super) fn of(text: &str, lists: &WordLists) -> Self {
        let tokens = tokens(text);
        let is_word =
            |token: &&WrittenWord| token.spelling != Spelling::Code && !lists.is_unit(&token.text);
        let words: Vec<&WrittenWord> = tokens.iter().filter(is_word).collect();
        let shouts = words.iter().all(|token| token.spelling == Spelling::Shouted);
        let is_title = !shouts && words.len() > 1 && words.iter().all(|token| token.capital);
        let mut found = Self { words: words.len(), ..Self::default() };
        let mut told = 0_usize;
        let mut has_borrowed = false;
        for (at, token) in tokens.iter().enumerate() {
            let rest = tokens.get(at..).unwrap_or_default();
            if told == 0 {
                told = lists.phrases(rest).map(|(length, _)| length).max().unwrap_or(0);
                if told > 0 {
                    found.sum += PHRASE.max(PHRASE_A_WORD * told as f64);
                    found.speaking += 2;
                }
            }
            told = told.max(lists.borrowed(rest));
            if told > 0 {
                told -= 1;
                continue;
            }
            let is_said =
                token.spelling == Spelling::Plain || shouts && token.spelling == Spelling::Shouted;
            if !is_said || lists.is_unit(&token.text) || token.text.chars().count() < 2 {
                continue;
            }
            let as_name = if is_title {
                TITLE
            } else if token.capital && at > 0 && !shouts {
                CAPITAL
            } else {
                1.0
            };
            let says = says(&token.text, as_name, lists);
            found.sum += says;
            found.speaking += usize::from(says > 0.0);
            has_borrowed |= lists.is_neutral(&token.text);
            found.is_built |= says > 0.0
                && !token.capital
                && token.text.chars().count() > SHORT
                && !lists.others(unelided(&token.text)).is_empty();
        }
        // The small words of a dish go with its name: "sopa de lima".
        found.is_built &= !has_borrowed;
        if has_foreign_amount(text) && found.speaking > 0 {
            found.sum += AMOUNT;
            found.speaking += 1;
        }
        found
    }

    /// Whether the words are enough to call the text foreign.
    pub(super) fn is_foreign(self) -> bool {
        let needed = ENOUGH.max(ENOUGH_A_WORD * self.words as f64);
        self.sum >= needed && self.speaking > 1
    }
}

/// What a word says: above 0 for a foreign language, below 0 for English, 0 if it says nothing.
fn says(word: &str, as_name: f64, lists: &WordLists) -> f64 {
    match english(word, lists) {
        Some(EnglishWord::Shared) => return 0.0,
        Some(EnglishWord::Function | EnglishWord::Everyday) => return EVERYDAY,
        None => {}
    }
    if lists.is_neutral(word) || lists.is_particle(word) {
        return 0.0;
    }
    let word = unelided(word);
    let looks = foreignness(word).clamp(ENGLISH, WORD_MAX);
    let listed = if word.chars().count() > SHORT { LISTED } else { LISTED_SHORT };
    match (lists.offers(word).is_empty(), lists.others(word).is_empty()) {
        (false, _) => looks.max(listed),
        (true, false) if as_name <= TITLE && !is_long(word) => looks.max(listed) * as_name,
        (true, false) => looks.max(listed),
        (true, true) => looks * as_name,
    }
}

/// Whether a word is longer than the small words in names.
fn is_long(word: &str) -> bool {
    word.chars().count() > 5
}

/// A word without the article before its apostrophe.
fn unelided(word: &str) -> &str {
    match word.split_once('\'') {
        Some((front, behind)) if ELIDED.contains(&front) => behind,
        _ => word,
    }
}

/// The language that has most of the words in its lists; of several the one that `told` names, or the first.
pub(super) fn language(
    text: &str,
    told: Option<&str>,
    lists: &'static WordLists,
) -> Option<&'static str> {
    let tokens = tokens(text);
    let mut votes = vec![0_usize; lists.languages().len()];
    for (at, token) in tokens.iter().enumerate() {
        for (length, language) in lists.phrases(tokens.get(at..).unwrap_or_default()) {
            if let Some(votes) = votes.get_mut(language) {
                *votes += length;
            }
        }
        let word = unelided(&token.text);
        for (at, votes) in votes.iter_mut().enumerate() {
            let has = lists.others(word).contains(&at) || lists.offers(word).contains(&at);
            *votes += usize::from(has);
        }
    }
    let most = votes.iter().copied().max().filter(|most| *most > 0)?;
    let named = |(list, votes): (&'static LanguageList, &usize)| {
        (*votes == most).then_some(list.name.as_str())
    };
    let best: Vec<&str> = lists.languages().iter().zip(&votes).filter_map(named).collect();
    told.and_then(|told| best.iter().find(|name| **name == told)).or(best.first()).copied()
}

/// Whether an amount of money has its sign behind it or a decimal comma: "12 €", "3,99", "25 Euro", "300 kr".
fn has_foreign_amount(text: &str) -> bool {
    let chunks: Vec<&str> = text.split_whitespace().collect();
    let is_number = |chunk: &str| {
        chunk.starts_with(|letter: char| letter.is_ascii_digit())
            && chunk.chars().all(|letter| letter.is_ascii_digit() || matches!(letter, '.' | ','))
    };
    let behind = chunks.iter().zip(chunks.iter().skip(1)).any(|(number, sign)| {
        let sign = sign.trim_end_matches(['.', ',', '!', ')']);
        is_number(number) && CURRENCIES.contains(&sign)
    });
    let joined = chunks.iter().any(|chunk| {
        chunk.strip_suffix('€').is_some_and(is_number) || {
            let number = chunk.trim_matches(['€', '$', '£']);
            number.split_once(',').is_some_and(|(_, cents)| cents.len() == 2) && is_number(number)
        }
    });
    behind || joined
}

/// Signs and names of currencies as they stand behind an amount; English says "euros", and puts a sign in front.
const CURRENCIES: &[&str] = &[
    "€", "Euro", "euro", "eura", "Eur", "kr", "kr.", "zł", "zl", "Kč", "Kc", "TL", "Ft", "lei",
    "reais", "ribu", "rb", "piso", "Lt", "din", "kn", "₺", "₫", "đ",
];

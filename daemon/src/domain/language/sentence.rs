//! The sentences of a text, and what the words of one say about its language.

use std::collections::BTreeSet;
use std::ops::Range;

use super::script::Scripts;
use super::words::{EnglishWord, WordLists};
use super::written_word::{Spelling, WrittenWord, tokens};

/// What a function word of English counts, compared with a word of another language's list.
const FUNCTION: f64 = 1.5;
/// What an everyday word of English counts.
const EVERYDAY: f64 = 1.0;
/// What a word counts that English shares with others.
const SHARED: f64 = 0.5;
/// What the English name of another language counts for English.
const LESSON: f64 = 3.0;
/// What a word counts for a language when no list has it, and it has a letter of that language.
const LETTER: f64 = 0.5;
/// What a word counts that stands in names, in a sentence of capitals only.
const SHOUTED: f64 = 0.5;
/// What a word of one letter counts for a foreign language.
const ONE_LETTER: f64 = 0.5;
/// What a word with a capital letter counts beside another in a sentence that may be a name.
const IN_NAME: f64 = 0.5;
/// What comes before an apostrophe in French, Italian and Catalan.
pub(super) const ELIDED: &[&str] = &[
    "l", "d", "c", "n", "j", "s", "m", "t", "qu", "jusqu", "lorsqu", "dell", "all", "nell", "sull",
    "dall", "un", "quest",
];
/// Words before an article that together with it are English, although each alone may be of another language.
const BEFORE_ARTICLE: &[&str] = &["in", "for", "is", "as", "at", "on", "by", "or", "to", "was"];
const ELIDING: &[&str] = &["French", "Italian", "Catalan"];
/// From so many words in small letters on, a capital letter within a sentence begins a name.
const SMALL_MIN: usize = 3;
/// Longest sentence, in words, that may be a name.
const NAME_MAX: usize = 6;

/// What the words of a sentence say.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct SentenceEvidence {
    /// Words without digits.
    pub(super) words: usize,
    /// Of these, those that begin with a small letter.
    pub(super) small: usize,
    /// Marks between members of a list.
    pub(super) marks: usize,
    /// For English.
    pub(super) english: f64,
    /// Whether a function word of English is among them.
    pub(super) is_built: bool,
    /// Whether a word is among them that only English has.
    pub(super) is_clear: bool,
    /// For each language with a list.
    pub(super) others: Vec<f64>,
    /// Letters by script.
    pub(super) scripts: Scripts,
}

impl SentenceEvidence {
    /// The evidence of a sentence or of a whole text. A word counts once, however often it stands there.
    pub(super) fn of(text: &str, lists: &WordLists) -> Self {
        let tokens = tokens(text);
        let words: Vec<&WrittenWord> = tokens
            .iter()
            .filter(|token| token.spelling != Spelling::Code && !lists.is_unit(&token.text))
            .collect();
        let shouts = words
            .iter()
            .all(|token| token.spelling == Spelling::Shouted || token.text.chars().count() == 1);
        let scripts = Scripts::of(text);
        let mut evidence = Self {
            words: words.len().max(scripts.words()),
            small: words.iter().filter(|token| !token.capital).count(),
            marks: text.matches([',', ';', '·', '•', '/', '|', '&']).count(),
            others: vec![0.0; lists.languages().len()],
            scripts,
            ..Self::default()
        };
        let may_be_name = !shouts && words.len() <= NAME_MAX;
        let bears = |token: &&WrittenWord| {
            token.capital || token.spelling == Spelling::Name || lists.is_particle(&token.text)
        };
        let is_name = may_be_name && words.len() > 1 && words.iter().all(bears);
        let mut particles = evidence.others.clone();
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        let mut borrowed = 0_usize;
        for (at, token) in tokens.iter().enumerate() {
            borrowed = borrowed.max(lists.borrowed(tokens.get(at..).unwrap_or_default()));
            if borrowed > 0 {
                borrowed -= 1;
                continue;
            }
            if !seen.insert(&token.text) {
                continue;
            }
            let is_capital = |at: Option<usize>| {
                at.and_then(|at| tokens.get(at)).is_some_and(|other| other.capital)
            };
            // The first word of a sentence has a capital in any case.
            let before = at.checked_sub(1).filter(|before| *before > 0);
            let beside = may_be_name && (is_capital(Some(at + 1)) || is_capital(before));
            // A lesson or a book about a language is not in it.
            if token.capital && lists.is_language(&token.text) {
                evidence.english += LESSON;
                evidence.is_clear = true;
                continue;
            }
            if is_article(&token.text)
                && before_of(&tokens, at).is_some_and(|before| BEFORE_ARTICLE.contains(&before))
            {
                evidence.for_english(EnglishWord::Function, false);
                continue;
            }
            if let Some(kind) = english(&token.text, lists) {
                let among_small = evidence.small >= SMALL_MIN;
                let in_name = token.capital
                    && match kind {
                        // "The Body Shop" may stand in any sentence.
                        EnglishWord::Function => among_small && is_capital(Some(at + 1)),
                        _ => beside || at > 0 && among_small,
                    };
                evidence.for_english(kind, in_name);
                continue;
            }
            if lists.is_neutral(&token.text) {
                continue;
            }
            let is_letter = token.capital && at > 0 && token.text.chars().count() == 1;
            // Among other words capitals are the initials of something: "AI" is no verb of French.
            let is_no_word = match token.spelling {
                Spelling::Code | Spelling::Name => true,
                Spelling::Shouted => !shouts,
                Spelling::Plain => false,
            };
            if is_letter || is_no_word || is_name || lists.is_unit(&token.text) {
                continue;
            }
            let weight = if token.text.chars().count() == 1 { ONE_LETTER } else { 1.0 };
            match (lists.is_particle(&token.text), beside) {
                (true, true) => for_others(&mut particles, token, 1.0, lists),
                (true, false) if shouts => for_others(&mut evidence.others, token, SHOUTED, lists),
                (false, true) if token.capital => {
                    for_others(&mut evidence.others, token, IN_NAME, lists);
                }
                _ => for_others(&mut evidence.others, token, weight, lists),
            }
        }
        // Beside capital letters a particle is a part of a name, unless the language is there in other words too.
        for (score, more) in evidence.others.iter_mut().zip(particles) {
            if *score >= 1.0 {
                *score += more;
            }
        }
        evidence
    }

    fn for_english(&mut self, kind: EnglishWord, in_name: bool) {
        self.english += match kind {
            EnglishWord::Shared => SHARED,
            _ if in_name => IN_NAME,
            EnglishWord::Function => FUNCTION,
            EnglishWord::Everyday => EVERYDAY,
        };
        self.is_built |= kind == EnglishWord::Function && !in_name;
        self.is_clear |= kind != EnglishWord::Shared && !in_name;
    }

    /// The largest evidence for one foreign language.
    pub(super) fn foreign(&self) -> f64 {
        self.others.iter().copied().fold(0.0, f64::max)
    }
}

fn is_article(word: &str) -> bool {
    matches!(word, "a" | "an")
}

fn before_of(tokens: &[WrittenWord], at: usize) -> Option<&str> {
    tokens.get(at.checked_sub(1)?).map(|token| token.text.as_str())
}

fn for_others(scores: &mut [f64], token: &WrittenWord, weight: f64, lists: &WordLists) {
    let (front, word) = match token.text.split_once('\'') {
        Some((front, behind)) if ELIDED.contains(&front) => (Some(front), behind),
        _ => (None, token.text.as_str()),
    };
    let found = lists.others(word);
    let has_letters = found.is_empty() && !token.capital && !word.is_ascii();
    for (language, (list, score)) in lists.languages().iter().zip(scores).enumerate() {
        if found.contains(&language) {
            *score += weight;
        } else if has_letters && word.contains(|letter| list.letters.contains(letter)) {
            *score += LETTER;
        }
        if front.is_some() && !token.capital && ELIDING.contains(&list.name.as_str()) {
            *score += weight;
        }
    }
}

/// How a word speaks for English; a possessive or a contraction as the word before its apostrophe.
pub(super) fn english(word: &str, lists: &WordLists) -> Option<EnglishWord> {
    lists.english(word).or_else(|| {
        let (front, behind) = word.split_once('\'')?;
        let ends = matches!(behind, "s" | "t" | "ll" | "re" | "ve" | "d" | "m" | "");
        lists.english(front).filter(|_| ends)
    })
}

/// The sentences and lines of a text.
pub(super) fn sentences(text: &str) -> Vec<&str> {
    let mut sentences = Vec::new();
    for line in text.lines() {
        let mut from = 0;
        let mut letters = line.char_indices().peekable();
        while let Some((at, letter)) = letters.next() {
            let ends = match letter {
                '。' | '！' | '？' | '।' => true,
                '.' | '!' | '?' | '…' => {
                    letters.peek().is_none_or(|(_, next)| next.is_whitespace() || is_quote(*next))
                }
                _ => false,
            };
            if ends {
                let to = at + letter.len_utf8();
                sentences.extend(line.get(from..to));
                from = to;
            }
        }
        sentences.extend(line.get(from..));
    }
    sentences.retain(|sentence| sentence.contains(char::is_alphabetic));
    sentences
}

fn is_quote(letter: char) -> bool {
    matches!(letter, '"' | '”' | '“' | '»' | '«' | '’' | ')')
}

/// A text without what stands in double quotation marks.
pub(super) fn unquoted(text: &str) -> String {
    let mut outside = String::new();
    let mut from = 0;
    for place in quotations(text) {
        outside.push_str(text.get(from..place.start).unwrap_or_default());
        outside.push(' ');
        from = place.end;
    }
    outside.push_str(text.get(from..).unwrap_or_default());
    outside
}

/// The places of what stands in double quotation marks, with these, in bytes.
pub(super) fn quotations(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(place) = next_quotation(text, from) {
        from = place.end;
        found.push(place);
    }
    found
}

fn next_quotation(text: &str, from: usize) -> Option<Range<usize>> {
    let rest = text.get(from..)?;
    let at = rest.find(['"', '“', '„', '«'])?;
    let open = rest.get(at..)?.chars().next()?;
    let inside = at + open.len_utf8();
    let close: &[char] = match open {
        '"' => &['"'],
        '«' => &['»'],
        _ => &['”', '“'],
    };
    let end = inside + rest.get(inside..)?.find(close)?;
    let mark = rest.get(end..)?.chars().next()?;
    Some(from + at..from + end + mark.len_utf8())
}

//! The words of a sentence, in lower case, each with what its capital letters say.

/// Letters of a short form of a unit, at most.
const UNIT_MAX: usize = 3;

/// A word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct WrittenWord {
    /// In lower case, with a plain apostrophe.
    pub(super) text: String,
    /// Whether it begins with a capital letter.
    pub(super) capital: bool,
    pub(super) spelling: Spelling,
}

/// How a word is spelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Spelling {
    /// As words are.
    Plain,
    /// In two capital letters or more, and nothing else.
    Shouted,
    /// With a capital letter behind an apostrophe, as in "d'Hiver".
    Name,
    /// With a digit, with a capital letter behind a small one, or a unit behind an amount ("$9/mo"): no word of any language.
    Code,
}

/// The words of a text; addresses of the net and of mail are none.
pub(super) fn tokens(text: &str) -> Vec<WrittenWord> {
    let chunks = text.split_whitespace().filter(|chunk| !is_address(chunk));
    chunks.flat_map(words).collect()
}

fn is_address(chunk: &str) -> bool {
    chunk.contains("://") || chunk.contains('@') || chunk.to_ascii_lowercase().starts_with("www.")
}

fn words(chunk: &str) -> impl Iterator<Item = WrittenWord> {
    let part =
        |letter: char| !(letter.is_alphanumeric() || is_mark(letter) || is_apostrophe(letter));
    let is_rate = chunk.split_once('/').is_some_and(|(amount, _)| amount.contains(is_digit));
    chunk.split(part).filter_map(token).map(move |word| {
        let is_unit = is_rate && word.text.chars().count() <= UNIT_MAX;
        if is_unit { WrittenWord { spelling: Spelling::Code, ..word } } else { word }
    })
}

fn is_digit(letter: char) -> bool {
    letter.is_ascii_digit()
}

fn token(word: &str) -> Option<WrittenWord> {
    // A leading apostrophe is a quotation mark; a trailing one may belong to the word: "an' a'".
    let word = word.trim_start_matches(is_apostrophe);
    let first = word.chars().find(|letter| letter.is_alphabetic())?;
    let text: String = word
        .chars()
        .flat_map(char::to_lowercase)
        .map(|letter| if is_apostrophe(letter) { '\'' } else { letter })
        // What is left of a capital İ in lower case.
        .filter(|letter| *letter != '\u{307}')
        .collect();
    let letters = word.chars().filter(|letter| letter.is_alphabetic());
    let shouts =
        letters.clone().count() > 1 && letters.clone().all(|letter| !letter.is_lowercase());
    let is_name = |word: &str| {
        let behind = word.split_once(is_apostrophe).map(|(_, behind)| behind);
        behind.is_some_and(|behind| behind.starts_with(char::is_uppercase))
    };
    let spelling = if word.contains(is_digit) || is_camel(word) {
        Spelling::Code
    } else if shouts {
        Spelling::Shouted
    } else if is_name(word) {
        Spelling::Name
    } else {
        Spelling::Plain
    };
    Some(WrittenWord { text, capital: first.is_uppercase(), spelling })
}

/// Whether a capital letter directly follows a small one.
fn is_camel(word: &str) -> bool {
    word.chars()
        .zip(word.chars().skip(1))
        .any(|(one, next)| one.is_lowercase() && next.is_uppercase())
}

fn is_apostrophe(letter: char) -> bool {
    matches!(letter, '\'' | '’' | '‘' | 'ʼ' | '`' | '´')
}

/// Accents that follow their letter.
fn is_mark(letter: char) -> bool {
    matches!(letter, '\u{300}'..='\u{36f}')
}

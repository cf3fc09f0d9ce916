//! Tokeniser (`WordPiece`): lower case, accents removed, punctuation separated, and the longest known pieces of each
//! word first. Character classes come from Unicode's own tables.

use std::collections::HashMap;

use icu_normalizer::DecomposingNormalizer;
use icu_properties::CodePointMapData;
use icu_properties::props::{GeneralCategory, GeneralCategoryGroup};

use crate::Damaged;
use crate::weights::WORDS;

/// Tokens added to every text: one before and one after it.
pub(crate) const MARKS: usize = 2;
/// Characters of a word, at most; a longer one counts as unknown.
const WORD_MAX: usize = 100;

/// The vocabulary of the model.
#[derive(Debug)]
pub(crate) struct Vocabulary {
    /// Pieces that begin a word.
    begins: HashMap<&'static str, usize>,
    /// Pieces that continue a word.
    goes_on: HashMap<&'static str, usize>,
    start: usize,
    end: usize,
    unknown: usize,
}

impl Vocabulary {
    /// One piece a line; its token is the number of the line.
    pub(crate) fn read(text: &'static str) -> Result<Self, Damaged> {
        let mut begins = HashMap::new();
        let mut goes_on = HashMap::new();
        for (token, piece) in text.lines().enumerate() {
            match piece.strip_prefix("##") {
                Some(rest) if !rest.is_empty() => goes_on.insert(rest, token),
                _ => begins.insert(piece, token),
            };
        }
        if begins.len() + goes_on.len() != WORDS {
            return Err(Damaged("its vocabulary is not whole"));
        }
        // A mark written in a text is not read as a mark.
        let mut mark =
            |piece: &str| begins.remove(piece).ok_or(Damaged("its vocabulary lacks a mark"));
        let (start, end, unknown) = (mark("[CLS]")?, mark("[SEP]")?, mark("[UNK]")?);
        Ok(Self { begins, goes_on, start, end, unknown })
    }

    /// The tokens of a text between its marks, limited to that number in all.
    pub(crate) fn tokens(&self, text: &str, most: usize) -> Vec<usize> {
        let mut tokens = vec![self.start];
        for word in words(text) {
            self.pieces(&word, &mut tokens);
            if tokens.len() >= most {
                break;
            }
        }
        tokens.truncate(most.saturating_sub(1));
        tokens.push(self.end);
        tokens
    }

    /// The longest known pieces of a word in order; no pieces if one is missing.
    fn pieces(&self, word: &str, tokens: &mut Vec<usize>) {
        let before = tokens.len();
        let mut rest = word;
        let mut known = &self.begins;
        if word.chars().count() > WORD_MAX {
            tokens.push(self.unknown);
            return;
        }
        while !rest.is_empty() {
            let ends = rest.char_indices().map(|(at, letter)| at + letter.len_utf8());
            let longest = ends.rev().find_map(|end| Some((end, *known.get(rest.get(..end)?)?)));
            let Some((end, token)) = longest else {
                tokens.truncate(before);
                tokens.push(self.unknown);
                return;
            };
            tokens.push(token);
            rest = &rest[end..];
            known = &self.goes_on;
        }
    }
}

/// The words of a text and its punctuation, split as in the model's training.
fn words(text: &str) -> Vec<String> {
    let classes = CodePointMapData::<GeneralCategory>::new();
    let plain: String = text
        .chars()
        .filter(|letter| *letter != '\u{FFFD}')
        .filter_map(|letter| {
            let is_space = letter.is_whitespace();
            let is_control = GeneralCategoryGroup::Other.contains(classes.get(letter));
            if is_space { Some(' ') } else { (!is_control).then_some(letter) }
        })
        .collect();
    let mut words = Vec::new();
    let mut word = String::new();
    for letter in DecomposingNormalizer::new_nfd().normalize(&plain).chars() {
        let class = classes.get(letter);
        if class == GeneralCategory::NonspacingMark {
            continue;
        }
        let is_alone = letter.is_ascii_punctuation()
            || GeneralCategoryGroup::Punctuation.contains(class)
            || is_ideograph(letter);
        if (is_alone || letter == ' ') && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if is_alone {
            words.push(letter.to_lowercase().collect());
        } else if letter != ' ' {
            word.extend(letter.to_lowercase());
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// Characters that are words by themselves: the blocks of CJK unified ideographs.
fn is_ideograph(letter: char) -> bool {
    matches!(letter,
        '\u{4E00}'..='\u{9FFF}'
        | '\u{3400}'..='\u{4DBF}'
        | '\u{20000}'..='\u{2A6DF}'
        | '\u{2A700}'..='\u{2B73F}'
        | '\u{2B740}'..='\u{2B81F}'
        | '\u{2B820}'..='\u{2CEAF}'
        | '\u{F900}'..='\u{FAFF}'
        | '\u{2F800}'..='\u{2FA1F}')
}

//! The readability of a text: the schooling that its hardest sentence requires, as the Flesch–Kincaid grade (Kincaid,
//! Fishburne, Rogers and Chissom, 1975), 0.39 · words + 11.8 · syllables per word − 15.59.

use super::Token;

/// Shorter sentences are never hard: a brand name alone is no reading matter.
const WORDS_MIN: usize = 6;
/// Nothing is harder than this.
const GRADE_MAX: f64 = 24.0;

/// The grade of the hardest sentence.
pub(super) fn hardest(tokens: &[Token]) -> f64 {
    let mut hardest = 0.0_f64;
    let mut start = 0;
    while start < tokens.len() {
        let sentence = tokens[start].sentence;
        let length = tokens[start..].iter().take_while(|token| token.sentence == sentence).count();
        let words = &tokens[start..start + length];
        let grade = grade(words);
        hardest = hardest.max(grade);
        start += length;
    }
    hardest
}

fn grade(words: &[Token]) -> f64 {
    let read: Vec<&Token> = words.iter().filter(|token| token.number.is_none()).collect();
    if read.len() < WORDS_MIN {
        return 0.0;
    }
    let syllables: usize = read.iter().map(|token| syllables(&token.word)).sum();
    let per_word = syllables as f64 / read.len() as f64;
    (0.39 * read.len() as f64 + 11.8 * per_word - 15.59).clamp(0.0, GRADE_MAX)
}

/// Syllables of an English word, by its groups of vowels.
fn syllables(word: &str) -> usize {
    let mut groups = 0;
    let mut vowel = false;
    for c in word.chars() {
        let is_vowel = matches!(c, 'a' | 'e' | 'i' | 'o' | 'u' | 'y');
        groups += usize::from(is_vowel && !vowel);
        vowel = is_vowel;
    }
    let silent = word.len() > 3 && word.ends_with('e') && !word.ends_with("le");
    (groups - usize::from(silent && groups > 1)).clamp(1, 8)
}

#[cfg(test)]
mod tests {
    use super::super::tokenise;
    use super::*;

    #[test]
    fn jargon_is_harder_than_plain_words() {
        let grade = |text: &str| hardest(&tokenise(text));
        let plain = grade("You pick a box and we bring it to your door on the day you like.");
        let jargon = grade(
            "Stakeholders operationalise interdisciplinary synergies, facilitating organisational transformation initiatives.",
        );
        assert!(plain < 6.0, "{plain}");
        assert!(jargon > 14.0, "{jargon}");
    }

    #[test]
    fn the_hardest_sentence_decides() {
        let hard = "Notwithstanding contradictory contractual stipulations, beneficiaries acknowledge indemnification.";
        let both = format!("It is easy. {hard} It is fun.");
        let grade = |text: &str| hardest(&tokenise(text)).to_bits();
        assert_eq!(grade(hard), grade(&both));
    }
}

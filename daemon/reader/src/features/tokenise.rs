//! Tokenisation of a text into sentences, clauses and words, each word with its position, so that any remark about the
//! text can quote it letter by letter.

use rust_stemmers::{Algorithm, Stemmer};
use unicode_segmentation::UnicodeSegmentation;

/// One word, number or sign that carries meaning (a currency sign, a percent sign).
#[derive(Clone, Debug)]
pub struct Token {
    /// Lower case, with a straight apostrophe.
    pub word: String,
    /// Its stem.
    pub stem: String,
    /// Whether it is at most an inflection of its stem (a plural, a tense), not a word of another kind.
    pub inflected: bool,
    /// Where it begins in the text, in bytes.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
    /// Counts sentences from 0.
    pub sentence: usize,
    /// Counts clauses over the whole text from 0.
    pub clause: usize,
    /// Its value, for numbers in digits.
    pub number: Option<f64>,
}

/// What may stand at the end of a sentence.
const ENDS: &[char] = &['.', '!', '?', '…', '。'];
/// What separates clauses.
const BREAKS: &[char] = &[',', ';', ':', '(', ')', '—', '–', '•', '·', '|', '/'];

/// What a heading, a list's entry, a quotation or a table begins with.
const MARKS: &[char] = &['#', '-', '*', '+', '>', '|', '•', '·'];

/// Words that begin a clause of their own without a comma.
const TURNS: &[&str] =
    &["but", "however", "although", "though", "whereas", "unless", "because", "while"];

/// The text with hard-wrapped lines joined, so that a clause that runs over a line's end can be quoted in one piece.
/// Paragraphs, headings and lists keep their lines.
pub fn unwrapped(text: &str) -> String {
    let mut joined = String::with_capacity(text.len());
    let mut runs_on = false;
    for (index, line) in text.lines().enumerate() {
        let starts_anew = line.trim().is_empty() || line.trim_start().starts_with(MARKS);
        if index > 0 {
            joined.push(if runs_on && !starts_anew { ' ' } else { '\n' });
        }
        joined.push_str(line);
        runs_on = !line.trim().is_empty() && !line.trim_start().starts_with('#');
    }
    joined
}

/// Cuts a text into tokens.
pub fn tokenise(text: &str) -> Vec<Token> {
    let stemmer = Stemmer::create(Algorithm::English);
    let mut tokens: Vec<Token> = Vec::new();
    let (mut sentence, mut clause) = (0, 0);
    let (mut sentence_open, mut clause_open) = (false, false);
    let mut newlines = 0_u8;
    // Where the sentence begins.
    let mut begins = 0;
    for (start, piece) in text.split_word_bound_indices() {
        if piece.chars().all(char::is_whitespace) {
            newlines = newlines.saturating_add(u8::from(piece.contains('\n')));
            // A blank line ends a sentence; a single one may be a hard wrap.
            if newlines > 1 && sentence_open {
                (sentence, clause) = (sentence + 1, clause + 1);
                (sentence_open, clause_open) = (false, false);
            }
            continue;
        }
        let bullet = newlines > 0 && matches!(piece, "-" | "*" | "•" | "#" | "+");
        newlines = 0;
        let ends =
            piece.chars().any(|c| ENDS.contains(&c)) && !piece.chars().any(char::is_alphanumeric);
        if ends && sentence_open && goes_on(text, begins, start + piece.len(), piece) {
            continue;
        }
        if (ends || bullet) && sentence_open {
            (sentence, clause) = (sentence + 1, clause + 1);
            (sentence_open, clause_open) = (false, false);
            continue;
        }
        if piece.chars().any(|c| BREAKS.contains(&c)) && !piece.chars().any(char::is_alphanumeric) {
            if clause_open && !joins_numbers(text, start, piece) {
                clause += 1;
                clause_open = false;
            }
            continue;
        }
        if !piece
            .chars()
            .any(|c| c.is_alphanumeric() || matches!(c, '$' | '€' | '£' | '¥' | '₹' | '%'))
        {
            continue;
        }
        if !sentence_open {
            begins = start;
        }
        for (word_start, word) in split_number(start, piece) {
            let lower = word.to_lowercase().replace('’', "'");
            let stem = stemmer.stem(lower.strip_suffix("'s").unwrap_or(&lower)).into_owned();
            let number = parse_number(word);
            if clause_open && TURNS.contains(&lower.as_str()) {
                clause += 1;
            }
            tokens.push(Token {
                end: word_start + word.len(),
                start: word_start,
                sentence,
                clause,
                number,
                inflected: inflected(&lower),
                stem,
                word: lower,
            });
        }
        (sentence_open, clause_open) = (true, true);
    }
    tokens
}

/// Whether a sentence goes on behind an exclamation or question mark: in a name ("Yahoo! mail"), in brackets, or behind words that it
/// quotes. The next word has a small letter then, in a sentence that begins with none.
fn goes_on(text: &str, begins: usize, at: usize, mark: &str) -> bool {
    let first = text.get(begins..).and_then(|rest| rest.chars().next());
    if !mark.chars().all(|letter| matches!(letter, '!' | '?'))
        || first.is_none_or(char::is_lowercase)
    {
        return false;
    }
    let rest = text.get(at..).unwrap_or_default();
    let rest = rest.trim_start_matches(|letter: char| {
        matches!(letter, '!' | '?' | '"' | '”' | '’' | '\'' | ')' | ']' | ' ')
    });
    rest.starts_with(|next: char| next.is_lowercase() || matches!(next, ',' | ';' | '–' | '—'))
}

/// "refunded" is an inflection of "refund"; "personal" is none of "person".
fn inflected(word: &str) -> bool {
    const TENSES: &[&str] = &["ed", "ing"];
    !super::super::lexicon::derived(word) || TENSES.iter().any(|ending| word.ends_with(ending))
}

/// `24/7`: the slash joins.
fn joins_numbers(text: &str, at: usize, piece: &str) -> bool {
    piece == "/" && text[..at].ends_with(char::is_alphanumeric)
}

/// `30min` and `10k` are a number and a unit.
fn split_number(start: usize, piece: &str) -> Vec<(usize, &str)> {
    let digits = piece
        .find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | ',')))
        .unwrap_or(piece.len());
    if digits == 0 || digits == piece.len() || !piece.is_char_boundary(digits) {
        return vec![(start, piece)];
    }
    vec![(start, &piece[..digits]), (start + digits, &piece[digits..])]
}

/// A number in digits, with thousands commas or a decimal point.
fn parse_number(word: &str) -> Option<f64> {
    if !word.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let decimal_comma = word.matches(',').count() == 1
        && !word.contains('.')
        && word.rsplit(',').next().is_some_and(|tail| tail.len() != 3);
    let plain = if decimal_comma { word.replace(',', ".") } else { word.replace(',', "") };
    plain.parse().ok().filter(|value: &f64| value.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        tokenise(text).into_iter().map(|token| token.word).collect()
    }

    #[test]
    fn wrapped_lines_are_joined_and_marked_ones_are_not() {
        let text = "# Title\nA box with\ndinners.\n\n- one\n- two\nand a half";
        assert_eq!(unwrapped(text), "# Title\nA box with dinners.\n\n- one\n- two and a half");
    }

    #[test]
    fn words_numbers_and_signs() {
        assert_eq!(
            words("It’s $1,299.50, ad-free (24/7)!"),
            ["it's", "$", "1,299.50", "ad", "free", "24", "7"]
        );
        assert_eq!(words("30min 10k 5%"), ["30", "min", "10", "k", "5", "%"]);
        assert_eq!(tokenise("1,299.50")[0].number, Some(1_299.5));
        assert_eq!(tokenise("4,5")[0].number, Some(4.5));
    }

    #[test]
    fn sentences_end_at_stops_blank_lines_and_bullets() {
        let sentences = |text| tokenise(text).last().map(|token| token.sentence);
        assert_eq!(sentences("One. Two! Three"), Some(2));
        assert_eq!(sentences("We left Yahoo! mail for it, and “Wow!” was all they said."), Some(0));
        assert_eq!(sentences("It works (really!) without a cable. Yes? No!"), Some(2));
        assert_eq!(sentences("it is warm! buy it now"), Some(1));
        assert_eq!(sentences("One\ntwo"), Some(0));
        assert_eq!(sentences("One\n\ntwo"), Some(1));
        assert_eq!(sentences("One\n- two\n- three"), Some(2));
    }

    #[test]
    fn positions_are_byte_exact() {
        let text = "Größe „klein“ — 😀 wins";
        for token in tokenise(text) {
            assert_eq!(text[token.start..token.end].to_lowercase(), token.word);
        }
    }
}

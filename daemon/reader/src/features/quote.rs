//! The quote for a cue: a short run of whole words around it that reads well on its own and holds nothing but letters,
//! numbers and plain punctuation.

use super::Token;

/// Part of a text, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Span {
    /// The words themselves.
    #[must_use]
    pub fn of(self, text: &str) -> &str {
        text.get(self.start..self.end).unwrap_or_default()
    }

    /// Whether nothing is in it.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.end <= self.start
    }
}

/// Longest quote, in words.
const WORDS_MAX: usize = 11;
/// Words that a quote does not begin with.
const BAD_START: &[&str] = &[
    "and", "or", "but", "so", "then", "than", "that", "which", "who", "of", "to", "is", "are",
    "was", "be", "been", "by", "as", "nor", "yet", "because", "while", "if", "when", "s", "will",
    "can", "may", "must", "it", "they", "we", "us", "have", "has", "with", "for", "from", "at",
    "in", "on", "also", "just", "where", "would", "should",
];
/// Words that a quote does not end with.
const BAD_END: &[&str] = &[
    "and", "or", "but", "so", "the", "a", "an", "of", "to", "is", "are", "was", "be", "by", "as",
    "with", "for", "from", "at", "in", "on", "than", "that", "which", "who", "your", "our",
    "their", "its", "my", "his", "her", "you", "we", "they", "it", "if", "when", "will", "can",
    "may", "must", "has", "have", "not", "no", "per", "under", "over", "about", "into", "any",
    "every", "each", "only", "up", "$", "€", "£", "nor", "because", "while", "where", "more",
    "most", "very",
];

/// The words to quote for the tokens `first..=last`.
pub fn around(text: &str, tokens: &[Token], first: usize, last: usize) -> Span {
    let clause = tokens[first].clause;
    let mut from = first;
    let mut to = last;
    while from > 0
        && tokens[from - 1].clause == clause
        && plain(text, tokens[from - 1].start, tokens[from].start)
    {
        from -= 1;
    }
    while to + 1 < tokens.len()
        && tokens[to + 1].clause == clause
        && plain(text, tokens[to].end, tokens[to + 1].end)
    {
        to += 1;
    }
    if to + 1 - from > WORDS_MAX {
        // Too long: keep what stands right around the cue, a little more of what follows.
        let spare = WORDS_MAX.saturating_sub(last + 1 - first);
        let before = (spare / 2).min(first - from);
        let after = (spare - before).min(to - last);
        from = first - before;
        to = last + after;
        if to < tokens.len() - 1 && tokens[to + 1].clause == clause {
            while to > last && BAD_END.contains(&tokens[to].word.as_str()) {
                to -= 1;
            }
        }
        while from < first && BAD_START.contains(&tokens[from].word.as_str()) {
            from += 1;
        }
    }
    while from < first && BAD_START.contains(&tokens[from].word.as_str()) {
        from += 1;
    }
    while to > last && BAD_END.contains(&tokens[to].word.as_str()) {
        to -= 1;
    }
    let span = quotable(text, tokens[from].start, tokens[to].end);
    if span.is_empty() { quotable(text, tokens[first].start, tokens[first].end) } else { span }
}

/// A stretch of the text, or nothing where it may not be quoted.
pub fn quotable(text: &str, start: usize, end: usize) -> Span {
    if plain(text, start, end) { Span { start, end } } else { Span::default() }
}

/// Whether a stretch may be quoted as it is.
fn plain(text: &str, start: usize, end: usize) -> bool {
    text.get(start..end).is_some_and(|part| {
        part.len() <= 160
            && part.chars().all(|c| {
                c.is_alphanumeric()
                    || matches!(
                        c,
                        ' ' | '\''
                            | '’'
                            | '-'
                            | '.'
                            | '/'
                            | '$'
                            | '€'
                            | '£'
                            | '¥'
                            | '₹'
                            | '%'
                            | '&'
                            | '+'
                    )
            })
    })
}

//! The clauses of a text: the unit that means something to a reader, and that an answer quotes. A clause is a sentence,
//! a list entry, or a part of a sentence that stands on its own; a condition stays with what it is a condition of.

use super::{Span, Token};

/// A clause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clause {
    /// Its first token.
    pub first: usize,
    /// Its last token.
    pub last: usize,
    /// Where it stands in the text, without the mark at its end.
    pub span: Span,
}

impl Clause {
    /// Its tokens.
    #[must_use]
    pub fn tokens<'a>(&self, tokens: &'a [Token]) -> &'a [Token] {
        tokens.get(self.first..=self.last).unwrap_or_default()
    }
}

/// A clause has at least so many words, unless it is a whole sentence.
const WORDS_MIN: usize = 3;
/// Only a longer sentence is divided at commas.
const WHOLE_MAX: usize = 7;

/// Words that open a condition or a circumstance: the comma after it does not end the clause.
const OPENERS: &[&str] = &[
    "if", "when", "whenever", "unless", "before", "after", "once", "until", "as", "because",
    "since", "while", "although", "though", "even", "in", "on", "at", "for", "from", "with",
    "within", "without", "by", "during", "should", "where", "to", "instead", "unlike", "except",
    "whatever", "wherever", "whoever", "however", "despite", "thanks", "under", "over", "only",
    "every", "each", "last", "next", "this",
];
/// Words that begin a new clause.
const TURNS: &[&str] = &["but", "although", "though", "whereas", "yet"];
/// Words after which a new clause may begin.
const JOINTS: &[&str] = &["and", "or", "so", "then", "which"];
/// Words that are the subject of a new clause.
const SUBJECTS: &[&str] = &[
    "it",
    "you",
    "we",
    "they",
    "he",
    "she",
    "i",
    "nobody",
    "everybody",
    "everyone",
    "nothing",
    "there",
    "no-one",
    "staff",
    "customers",
    "people",
    "your",
    "our",
    "all",
    "each",
];
/// Words after which no clause ends.
const HANGING: &[&str] = &[
    "and", "or", "the", "a", "an", "of", "to", "with", "for", "from", "at", "in", "on", "than",
    "that", "your", "our", "their", "its", "by", "but", "not", "no", "per", "about", "between",
];

/// The clauses of a text, in order. Every token belongs to one.
#[must_use]
pub fn clauses(text: &str, tokens: &[Token]) -> Vec<Clause> {
    let mut found = Vec::new();
    let mut first = 0;
    while first < tokens.len() {
        let sentence = tokens[first].sentence;
        let length = tokens[first..].iter().take_while(|token| token.sentence == sentence).count();
        divide(text, tokens, first, first + length - 1, &mut found);
        first += length;
    }
    found
}

/// Divides a sentence.
fn divide(text: &str, tokens: &[Token], first: usize, last: usize, found: &mut Vec<Clause>) {
    let mut from = first;
    for at in first + 1..=last {
        if cuts(text, tokens, from, at, first, last) {
            found.push(clause(text, tokens, from, at - 1));
            from = at;
        }
    }
    found.push(clause(text, tokens, from, last));
}

/// Whether a new clause begins at a token.
fn cuts(text: &str, tokens: &[Token], from: usize, at: usize, first: usize, last: usize) -> bool {
    let gap = text.get(tokens[at - 1].end..tokens[at].start).unwrap_or_default();
    let (behind, ahead) = (at - from, last + 1 - at);
    if gap.contains('\n') {
        return !HANGING.contains(&tokens[at - 1].word.as_str());
    }
    if behind < WORDS_MIN || ahead < WORDS_MIN {
        return false;
    }
    if gap.contains([';', '—', '–', '•', '·', '|']) || gap.contains(" - ") {
        return true;
    }
    if gap.contains(':') {
        return behind >= WORDS_MIN;
    }
    let word = tokens[at].word.as_str();
    if TURNS.contains(&word) {
        return true;
    }
    let opens = OPENERS.contains(&tokens[from].word.as_str());
    let comma = gap.contains(',');
    let joint = JOINTS.contains(&word)
        && tokens.get(at + 1).is_some_and(|next| SUBJECTS.contains(&next.word.as_str()));
    if joint {
        return !(opens && commas(text, tokens, from, at) == 0);
    }
    // A comma inside a condition, or between short entries of a list, ends nothing.
    comma
        && last + 1 - first > WHOLE_MAX
        && !(opens && commas(text, tokens, from, at - 1) == 0)
        && !OPENERS.contains(&word)
}

/// Commas between the tokens of a range.
fn commas(text: &str, tokens: &[Token], from: usize, to: usize) -> usize {
    (from + 1..=to)
        .filter(|&at| {
            text.get(tokens[at - 1].end..tokens[at].start).is_some_and(|gap| gap.contains(','))
        })
        .count()
}

fn clause(text: &str, tokens: &[Token], first: usize, last: usize) -> Clause {
    let mut span = Span { start: tokens[first].start, end: tokens[last].end };
    // A closing bracket or quotation mark that opened inside belongs to it.
    if let Some(rest) = text.get(span.end..)
        && let Some(mark) = rest.chars().next()
        && ((mark == ')' && span.of(text).contains('(')) || matches!(mark, '”' | '%'))
    {
        span.end += mark.len_utf8();
    }
    Clause { first, last, span }
}

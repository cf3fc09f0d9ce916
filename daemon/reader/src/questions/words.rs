//! The words of a question in its segments: contractions are written out, slips are repaired, and a double question is
//! divided where its second interrogative stands. Capitals are kept beside the words, for names of options.

use rust_stemmers::{Algorithm, Stemmer};

use super::text_words::TextWords;
use super::vocabulary::{Groups, Vocabulary};

/// A word of a question.
#[derive(Clone, Debug)]
pub(super) struct Word {
    /// Lower case, with a straight apostrophe.
    pub(super) lower: String,
    pub(super) stem: String,
    /// As it was written.
    pub(super) raw: String,
    /// Whether a comma, a colon, a dash or a bracket stands before it.
    pub(super) opens: bool,
    pub(super) groups: Groups,
}

/// One question of what may be several.
#[derive(Clone, Debug)]
pub(super) struct Segment {
    pub(super) words: Vec<Word>,
}

/// Longest question that is read, in bytes; what follows is left.
const LENGTH_MAX: usize = 4_000;

/// Interrogatives that may begin a second question.
const SECOND: &[&str] = &["why", "what", "which", "who", "when", "where", "how", "whom"];

/// Divides a question into its segments.
pub(super) fn segments(vocabulary: &Vocabulary, text: &TextWords, question: &str) -> Vec<Segment> {
    let stemmer = Stemmer::create(Algorithm::English);
    let mut found: Vec<Segment> = Vec::new();
    for sentence in sentences(question) {
        let mut words: Vec<Word> = Vec::new();
        for (raw, opens) in pieces(&sentence) {
            add(vocabulary, text, &stemmer, &raw, opens, &mut words);
        }
        vocabulary.mark(&mut words);
        divide(words, &mut found);
    }
    found
}

/// At the ends of sentences; a stop inside a number ends none.
fn sentences(question: &str) -> Vec<String> {
    let mut found = vec![String::new()];
    let mut letters = question.get(..LENGTH_MAX).unwrap_or(question).chars().peekable();
    while let Some(letter) = letters.next() {
        let stop = matches!(letter, '?' | '!' | ';' | '\n')
            || letter == '.' && letters.peek().is_none_or(|next| next.is_whitespace());
        if stop {
            found.push(String::new());
        } else if let Some(last) = found.last_mut() {
            last.push(if matches!(letter, '’' | '‘' | '`' | '´') { '\'' } else { letter });
        }
    }
    found.retain(|sentence| sentence.chars().any(char::is_alphanumeric));
    found
}

/// Words as they are written, each with whether a mark stands before it.
fn pieces(sentence: &str) -> Vec<(String, bool)> {
    let mut found = Vec::new();
    let mut current = String::new();
    let mut opens = false;
    let mut before = ' ';
    let letters: Vec<char> = sentence.chars().chain([' ']).collect();
    for (at, &letter) in letters.iter().enumerate() {
        let next = letters.get(at + 1).copied().unwrap_or(' ');
        let inside = matches!(letter, '.' | ',' | '\'')
            && before.is_alphanumeric()
            && next.is_alphanumeric();
        if letter.is_alphanumeric() || inside {
            current.push(letter);
        } else {
            if !current.is_empty() {
                found.push((std::mem::take(&mut current), opens));
                opens = false;
            }
            if matches!(letter, '%' | '$' | '€' | '£' | '=') {
                found.push((letter.to_string(), false));
            }
            // "tax-deductible" are two words in one breath, "1-5" is a range.
            let hyphen = letter == '-' && before.is_alphabetic() && next.is_alphabetic();
            opens |=
                !hyphen && matches!(letter, ',' | ':' | '—' | '–' | '-' | '(' | ')' | '…' | '/');
        }
        before = letter;
    }
    // The number of a question is none of its words: "3.", "Q3".
    let numbered = found.first().is_some_and(|(word, _)| {
        let digits = word.trim_start_matches(['q', 'Q']);
        digits.len() < word.len() && digits.chars().all(|c| c.is_ascii_digit())
    });
    if numbered {
        found.remove(0);
    }
    found
}

/// Adds a word, written out and repaired.
fn add(
    vocabulary: &Vocabulary,
    text: &TextWords,
    stemmer: &Stemmer,
    raw: &str,
    opens: bool,
    words: &mut Vec<Word>,
) {
    let lower = raw.to_lowercase();
    let (stem_word, tail) = contraction(&lower);
    for (at, one) in stem_word.split(' ').chain(tail).enumerate() {
        let stem = stemmer.stem(one).into_owned();
        let known = text.has(&stem);
        let meant = vocabulary.repair(one, &stem).filter(|_| !known).unwrap_or(one);
        for (place, one) in meant.split(' ').enumerate() {
            words.push(Word {
                stem: stemmer.stem(one).into_owned(),
                lower: one.to_owned(),
                raw: if at == 0 && one == lower { raw.to_owned() } else { one.to_owned() },
                opens: opens && at == 0 && place == 0,
                groups: Groups::default(),
            });
        }
    }
}

/// A word with what its apostrophe stands for.
fn contraction(word: &str) -> (&str, Option<&'static str>) {
    const VERBS: &[&str] =
        &["what", "who", "where", "when", "why", "how", "it", "that", "there", "which", "here"];
    match word {
        "can't" => return ("can", Some("not")),
        "won't" => return ("will", Some("not")),
        "let's" => return ("let us", None),
        _ => {}
    }
    let Some((head, tail)) = word.split_once('\'') else { return (word, None) };
    match tail {
        "t" => (head.strip_suffix('n').unwrap_or(head), Some("not")),
        "d" => (head, Some("would")),
        "re" => (head, Some("are")),
        "ve" => (head, Some("have")),
        "ll" => (head, Some("will")),
        "m" => (head, Some("am")),
        "s" if VERBS.contains(&head) => (head, Some("is")),
        _ => (head, None),
    }
}

/// Divides a sentence where a second interrogative follows "and" or "or".
fn divide(words: Vec<Word>, found: &mut Vec<Segment>) {
    let mut from = 0;
    for at in 1..words.len() {
        let word = |place: usize| words.get(place).map_or("", |word| word.lower.as_str());
        let joint = matches!(word(at - 1), "and" | "or" | "but");
        let second = SECOND.contains(&word(at))
            || matches!(word(at), "in" | "at" | "on" | "for" | "to" | "if")
                && SECOND.contains(&word(at + 1));
        // "what and how much", "why or why not": the first one is whole only with a word of its own.
        if joint && second && at - 1 > from {
            found.push(Segment { words: words.get(from..at - 1).unwrap_or_default().to_vec() });
            from = at;
        }
    }
    found.push(Segment { words: words.get(from..).unwrap_or_default().to_vec() });
}

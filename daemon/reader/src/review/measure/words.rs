//! The signals that words give: how long and how hard they are, what they name, what they feel like, and whose they are.

use std::collections::BTreeSet;

use protocol::review::ContentType;

use super::super::Signal;
use super::super::survey::Survey;
use super::{Measured, by_phrases, halving};
use crate::features::{Span, Token};

/// A word with at least this tone, on the scale from −4 to 4, is felt.
pub(super) const FELT: f64 = 1.6;
/// One with at least this tone may be.
pub(super) const HINTED: f64 = 0.8;
/// This share of hard words is in every text.
const HARD_USUAL: f64 = 0.05;
/// So much more closes half of the distance.
const HARD_HALF: f64 = 0.10;
/// Syllables of a word of which one is told.
const LONG_WORD: usize = 3;
/// Words between two exclamation marks of a text that does not shout.
const CALM: usize = 20;

const MONTHS_AND_DAYS: &[&str] = &[
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];

fn span(token: &Token) -> Span {
    Span { start: token.start, end: token.end }
}

/// The tone of a word.
pub(super) fn tone(survey: &Survey<'_>, token: &Token) -> f64 {
    survey.reader.lexicon.tone.get(&token.word).copied().unwrap_or(0.0)
}

/// By how much sentences are longer than is easy.
pub(super) fn long_sentences(survey: &Survey<'_>) -> Measured {
    let limit = survey.norms.sentence;
    let excess: usize = survey.sentences.iter().map(|one| one.len().saturating_sub(limit)).sum();
    let longest = survey.sentences.iter().max_by_key(|one| one.len());
    let longest = longest.filter(|one| one.len() > limit).and_then(|one| survey.span(one));
    Measured::at(halving(excess as f64 / limit as f64 * 2.0 * survey.scale()), longest)
}

/// Words of the longest sentence.
pub(super) fn longest(survey: &Survey<'_>) -> usize {
    let count = |range: &std::ops::Range<usize>| {
        let words = survey.sentence(range).iter();
        words.filter(|token| token.word.chars().any(char::is_alphanumeric)).count()
    };
    survey.sentences.iter().map(count).max().unwrap_or(0)
}

/// The place of a long word that has a plain one in its stead.
pub(super) fn replaceable(survey: &Survey<'_>) -> Option<Span> {
    let editor = &survey.reader.editor;
    let is_long = |token: &&Token| token.number.is_none() && syllables(&token.word) >= LONG_WORD;
    let mut long = survey.tokens.iter().filter(is_long);
    long.find(|token| editor.has_plain(&token.word)).map(span)
}

/// Share of words with four syllables or more.
pub(super) fn hard(survey: &Survey<'_>) -> Measured {
    let words: Vec<&Token> = survey.tokens.iter().filter(|token| token.number.is_none()).collect();
    let hard: Vec<&&Token> = words.iter().filter(|token| syllables(&token.word) >= 4).collect();
    let share = hard.len() as f64 / words.len().max(8) as f64;
    let longest = hard.iter().max_by_key(|token| token.word.len()).map(|token| span(token));
    Measured::at(halving((share - HARD_USUAL) / HARD_HALF), longest)
}

/// Syllables of an English word, by its groups of vowels.
fn syllables(word: &str) -> usize {
    let vowel = |letter: char| matches!(letter, 'a' | 'e' | 'i' | 'o' | 'u' | 'y');
    let letters: Vec<char> = word.chars().collect();
    let groups = letters.chunk_by(|one, other| vowel(*one) == vowel(*other));
    let groups = groups.filter(|group| group.first().is_some_and(|letter| vowel(*letter))).count();
    let silent =
        word.len() > 3 && (word.ends_with('e') && !word.ends_with("le") || word.ends_with("ed"));
    groups.saturating_sub(usize::from(silent && groups > 1)).max(1)
}

/// Words or sentences that stand twice.
pub(super) fn repeats(survey: &Survey<'_>) -> Measured {
    let mut count = 0.0;
    let mut place = None;
    for pair in survey.tokens.windows(2) {
        let [one, next] = pair else { continue };
        let between = survey.text().get(one.end..next.start).unwrap_or_default();
        let doubled = one.word == next.word && !matches!(one.word.as_str(), "that" | "had");
        // "New York New York", "Duran Duran"
        let is_name = survey.written(next).starts_with(char::is_uppercase);
        if doubled && one.number.is_none() && between == " " && !is_name {
            count += 1.0;
            place.get_or_insert(Span { start: one.start, end: next.end });
        }
    }
    let mut known = BTreeSet::new();
    for range in survey.sentences.iter().filter(|range| range.len() >= 4) {
        let words: Vec<&str> =
            survey.sentence(range).iter().map(|token| token.word.as_str()).collect();
        if !known.insert(words) {
            count += 1.5;
            place = place.or_else(|| survey.span(range));
        }
    }
    Measured::at(halving(count * survey.scale().max(0.7)), place)
}

/// Numbers in digits, and in words where they count something.
pub(super) fn figures(survey: &Survey<'_>) -> Measured {
    let numbers = &survey.reader.lexicon.grammar.numbers;
    let figure = |token: &&Token| {
        token.number.is_some()
            || numbers.contains_key(&token.word)
                && !matches!(token.word.as_str(), "one" | "several" | "few")
    };
    let found: Vec<&Token> = survey.tokens.iter().filter(figure).collect();
    let first = found.first().map(|token| span(token));
    Measured::at(halving(found.len() as f64 * survey.scale() / 1.4), first)
}

/// Numbers in digits and in words.
pub(super) fn count_of_figures(survey: &Survey<'_>) -> usize {
    let numbers = &survey.reader.lexicon.grammar.numbers;
    let is_figure = |token: &&Token| token.number.is_some() || numbers.contains_key(&token.word);
    survey.tokens.iter().filter(is_figure).count()
}

/// Names: capitals inside a sentence; where every word has one, words that are no ordinary words.
pub(super) fn names(survey: &Survey<'_>) -> Measured {
    let found = named(survey);
    Measured::at(halving(found.len() as f64 * survey.scale() / 1.6), found.first().copied())
}

/// Whether a word may be a name, wherever it stands: it has a capital and is no ordinary word, or has one within a sentence.
pub(super) fn is_name(survey: &Survey<'_>, token: &Token) -> bool {
    let written = survey.written(token);
    let is_capital = written.chars().next().is_some_and(char::is_uppercase);
    let begins = || {
        let sentence = survey.sentences.iter().find(|range| {
            survey.sentence(range).last().is_some_and(|last| last.start >= token.start)
        });
        let first = sentence.and_then(|range| survey.sentence(range).first());
        first.is_some_and(|first| first.start == token.start)
    };
    let known = || survey.reader.lexicon.knows(&token.word, &token.stem);
    is_capital && written.len() > 1 && (!known() || !begins())
}

/// Words that may be names.
pub(super) fn count_of_names(survey: &Survey<'_>) -> usize {
    survey.tokens.iter().filter(|token| is_name(survey, token)).count()
}

/// Whether a text may name somebody or something although no word of it is surely a name: its capitals or its small letters tell
/// nothing, or it has an address.
pub(super) fn may_name(survey: &Survey<'_>) -> bool {
    let small = &survey.reader.lexicon.grammar.function_words;
    let is_capital =
        |token: &Token| survey.written(token).chars().next().is_some_and(char::is_uppercase);
    let is_unsure = |range: &std::ops::Range<usize>| {
        let words = survey.sentence(range);
        let has_capitals = words.iter().skip(1).any(is_capital);
        let begins = words.first().is_some_and(|first| {
            is_capital(first) && !small.contains(&first.word) && survey.sentences.len() == 1
        });
        has_capitals || begins
    };
    let has_none = !survey.text().contains(char::is_uppercase);
    has_none || survey.text().contains(['@', '#', '/']) || survey.sentences.iter().any(is_unsure)
}

/// Whether a token is a year.
pub(super) fn is_year(token: &Token) -> bool {
    token.number.is_some_and(|year| (1_500.0..2_200.0).contains(&year) && year.fract() == 0.0)
}

fn named(survey: &Survey<'_>) -> Vec<Span> {
    let mut found: Vec<Span> = Vec::new();
    for range in &survey.sentences {
        let words = survey.sentence(range);
        let is_capital =
            |token: &Token| survey.written(token).chars().next().is_some_and(char::is_uppercase);
        let capitals = words.iter().filter(|token| is_capital(token)).count();
        let in_title_case = capitals * 2 > words.len() && words.len() > 2;
        for (at, token) in words.iter().enumerate() {
            let known = survey.reader.lexicon.knows(&token.word, &token.stem);
            let ordinary = token.word.len() < 2
                || MONTHS_AND_DAYS.contains(&token.word.as_str())
                || token.word.starts_with("i'")
                || at == 0
                || in_title_case && known
                || shouts(survey, token) && in_title_case;
            if !is_capital(token) || ordinary || token.number.is_some() {
                continue;
            }
            // Two names side by side are one.
            match found
                .last_mut()
                .filter(|last| survey.text().get(last.end..token.start) == Some(" "))
            {
                Some(last) => last.end = token.end,
                None => found.push(span(token)),
            }
        }
    }
    found
}

/// Words that are felt, and what is at stake.
pub(super) fn feeling(survey: &Survey<'_>) -> Measured {
    let felt: Vec<&Token> =
        survey.tokens.iter().filter(|token| tone(survey, token).abs() >= FELT).collect();
    let stakes = survey.hits.of(Signal::Feeling);
    let count = felt.len() as f64 + 1.3 * stakes.len() as f64;
    let place = stakes.first().copied().or_else(|| felt.first().map(|token| span(token)));
    Measured::at(halving(count * survey.scale() / 1.8), place)
}

fn count_of(survey: &Survey<'_>, list: &[&str]) -> (f64, Option<Span>) {
    let mut found = survey.tokens.iter().filter(|token| list.contains(&token.word.as_str()));
    let first = found.next().map(span);
    (f64::from(u8::from(first.is_some())) + found.count() as f64, first)
}

const YOU: &[&str] = &["you", "your", "yours", "yourself", "you're", "you'll", "you've", "you'd"];
const WE: &[&str] = &["we", "our", "ours", "us", "ourselves", "we're", "we'll", "we've", "company"];

/// How much it speaks to the reader.
pub(super) fn you(survey: &Survey<'_>) -> Measured {
    let (count, place) = count_of(survey, YOU);
    Measured::at(halving(count * survey.scale() / 1.5), place)
}

/// How often it speaks to the reader.
pub(super) fn count_of_you(survey: &Survey<'_>) -> usize {
    survey.tokens.iter().filter(|token| YOU.contains(&token.word.as_str())).count()
}

/// How often somebody speaks of themselves, alone or with others.
pub(super) fn count_of_own(survey: &Survey<'_>) -> usize {
    const OWN: &[&str] =
        &["i", "me", "my", "mine", "i'm", "i've", "i'd", "i'll", "we", "our", "us"];
    survey.tokens.iter().filter(|token| OWN.contains(&token.word.as_str())).count()
}

/// Whether a text is plainly about its sender: it says so often, and hardly speaks to the reader.
pub(super) fn is_of_sender(survey: &Survey<'_>, requests: usize) -> bool {
    let own = survey.tokens.iter().filter(|token| WE.contains(&token.word.as_str())).count();
    own >= 2 && own > 2 * (count_of_you(survey) + requests)
}

/// How much more it speaks of its sender than to the reader.
pub(super) fn we(survey: &Survey<'_>) -> Measured {
    let ((own, place), (yours, _)) = (count_of(survey, WE), count_of(survey, YOU));
    let value = halving((own - yours) * survey.scale() / 1.8);
    // One word makes no text that is about its sender.
    Measured { is_moot: own < 2.0, ..Measured::at(value, place) }
}

/// Whether somebody speaks: in the first person, and as one speaks.
pub(super) fn person(survey: &Survey<'_>) -> Measured {
    let (own, place) =
        count_of(survey, &["i", "me", "my", "mine", "myself", "i'm", "i've", "i'd", "i'll"]);
    let endings = ["n't", "'re", "'ll", "'ve", "'m"];
    let short = |token: &&Token| endings.iter().any(|ending| token.word.ends_with(ending));
    let spoken = survey.tokens.iter().filter(short).count() as f64;
    let said = survey.hits.of(Signal::Person);
    let count = own + 0.5 * spoken + said.len() as f64;
    Measured::at(halving(count * survey.scale() / 1.6), place.or(said.first().copied()))
}

fn shouts(survey: &Survey<'_>, token: &Token) -> bool {
    let word = survey.written(token);
    word.len() >= 4 && word.chars().all(|letter| letter.is_ascii_uppercase())
}

/// Words of a shouted sentence that are quoted.
const SHOUTED_WORDS: usize = 9;
/// Words of a line that is a label.
const LABEL_WORDS: usize = 6;

/// Words in capitals that are neither abbreviations nor names, and stand in no line that is in capitals by custom.
fn loud(survey: &Survey<'_>) -> Vec<Span> {
    let lines = survey.text().lines().filter(|line| !line.trim().is_empty()).count();
    let by_custom = |token: &Token| {
        let text = survey.text();
        let start =
            text.get(..token.start).and_then(|head| head.rfind('\n')).map_or(0, |at| at + 1);
        let rest = text.get(start..).unwrap_or_default();
        let line = rest.lines().next().unwrap_or_default().trim();
        let is_label = lines > 1
            && !line.contains(char::is_lowercase)
            && !line.contains('!')
            && line.split_whitespace().count() <= LABEL_WORDS;
        // "NORWICH, 12 March", "LONDON (Reuters)"
        let behind = text.get(token.end..).unwrap_or_default().trim_start();
        let is_dateline =
            token.start == start && behind.starts_with([',', '(', '–', '—', '-', ':', '/']);
        is_label || is_dateline
    };
    let editor = &survey.reader.editor;
    let is_loud = |token: &&Token| {
        let written = survey.written(token);
        let is_capital = written.len() >= 3
            && written.chars().all(|letter| letter.is_ascii_uppercase() || letter == '\'');
        let is_word = editor.is_shouted(&token.word)
            || written.len() >= 4
                && survey.reader.lexicon.knows(&token.word, &token.stem)
                && !editor.is_abbreviation(&token.word);
        is_capital && is_word && !by_custom(token)
    };
    survey.tokens.iter().filter(is_loud).map(span).collect()
}

/// Whether anybody would say that it shouts: several words in capitals, or exclamation marks in a row or in most sentences.
pub(super) fn is_loud(survey: &Survey<'_>) -> bool {
    let text = survey.text();
    let marks = text.chars().filter(|&letter| letter == '!').count();
    let words = loud(survey).len();
    let is_picture = survey.content_type() == ContentType::Thumbnail;
    text.contains("!!")
        || marks >= 3 && marks * CALM >= survey.words()
        || (words >= 2 || words + marks >= 2 && words > 0) && !is_picture
}

/// Capitals and exclamation marks, beyond one of each.
pub(super) fn shouting(survey: &Survey<'_>) -> Measured {
    let marks = survey.text().chars().filter(|&letter| letter == '!').count();
    let loud = loud(survey);
    let count = 0.5 * marks.saturating_sub(1) as f64 + 0.5 * loud.len().saturating_sub(1) as f64;
    let place = loud.first().copied().or_else(|| {
        let end = survey.text().find("!!").or_else(|| survey.text().find('!'))?;
        let last = survey.tokens.iter().rposition(|token| token.end <= end)?;
        // The whole sentence that ends there, or the last words of a long one.
        let sentence = survey.tokens.get(last)?.sentence;
        let own = survey.tokens.get(..=last)?.iter().rev().take(SHOUTED_WORDS);
        let first = own.take_while(|token| token.sentence == sentence).last()?;
        Some(Span { start: first.start, end: end + 1 })
    });
    Measured::at(halving(count * survey.scale().max(0.6)), place.filter(|_| count > 0.0))
}

/// Places: a name after "in", "at" or "from".
pub(super) fn places(survey: &Survey<'_>) -> Measured {
    let mut found = Vec::new();
    for pair in survey.tokens.windows(2) {
        let [before, token] = pair else { continue };
        let capital = survey.written(token).chars().next().is_some_and(char::is_uppercase);
        let is_day = MONTHS_AND_DAYS.contains(&token.word.as_str());
        if matches!(before.word.as_str(), "in" | "at" | "from" | "near") && capital && !is_day {
            found.push(span(token));
        }
    }
    let line = by_phrases(survey, Signal::Places);
    let count = found.len() as f64 * survey.scale();
    Measured::at(halving(count).max(line.value), found.first().copied().or(line.span))
}

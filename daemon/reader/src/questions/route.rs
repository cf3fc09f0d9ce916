//! The routes of open questions: patterns decide what a question asks for, and whether it concerns the stimulus at all.
//! A question that fits no route is declined: the model says so instead of answering something else.

use super::file::{AnswerFile, Route};
use crate::draw;
use crate::features::{Features, tokenise};
use crate::lexicon::Lexicon;

/// The route of a question about that text; `None` when the reader cannot answer it.
pub fn route(
    file: &AnswerFile,
    lexicon: &Lexicon,
    text: &Features,
    question: &str,
) -> Option<Route> {
    let plain: String = question
        .to_lowercase()
        .chars()
        .map(|letter| if letter == '’' { '\'' } else { letter })
        .collect();
    let (route, words) = best(file, &plain)?;
    speaks_of_it(file, lexicon, text, &plain, &words).then_some(route)
}

/// The route whose patterns cover most letters, with the words of those patterns.
fn best<'a>(file: &'a AnswerFile, question: &str) -> Option<(Route, Vec<&'a str>)> {
    let mut best: Option<(usize, Route, Vec<&str>)> = None;
    for route in Route::ALL {
        let found: Vec<&str> = file
            .patterns(*route)
            .iter()
            .map(String::as_str)
            .filter(|pattern| contains_words(question, pattern))
            .collect();
        let covered = match route {
            // "What do you think of the price?" is about the price: the general route is for what no other one takes.
            Route::Overall if best.is_some() => 0,
            _ => found.iter().map(|pattern| pattern.len()).max().unwrap_or(0),
        };
        if covered > best.as_ref().map_or(0, |(most, _, _)| *most) {
            let words = found.iter().flat_map(|pattern| pattern.split(' ')).collect();
            best = Some((covered, *route, words));
        }
    }
    best.map(|(_, route, words)| (route, words))
}

/// Whether the pattern stands in the text from the beginning of a word on; its end may be inflected.
fn contains_words(text: &str, pattern: &str) -> bool {
    text.match_indices(pattern).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + pattern.len()..].chars().take_while(|c| c.is_alphanumeric()).count();
        before.is_none_or(|letter| !letter.is_alphanumeric()) && after <= 3
    })
}

fn speaks_of_it(
    file: &AnswerFile,
    lexicon: &Lexicon,
    text: &Features,
    question: &str,
    of_pattern: &[&str],
) -> bool {
    let known = |list: &[String], word: &str| list.iter().any(|known| known == word);
    let mut foreign = false;
    for token in tokenise(question) {
        let word = token.word.as_str();
        let of_pattern = of_pattern.iter().any(|part| word.starts_with(part));
        if known(&file.routing.referents, word) && !of_pattern {
            return true;
        }
        if of_pattern
            || lexicon.grammar.function_words.contains(word)
            || known(&file.routing.fillers, word)
        {
            continue;
        }
        if text.stems.binary_search(&draw::hash(&token.stem)).is_ok() {
            return true;
        }
        foreign = true;
    }
    !foreign
}

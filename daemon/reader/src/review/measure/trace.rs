//! Whether anything of a signal is there at all. A measure may be zero because the form is one that it does not know, or
//! because what speaks against it outweighs it; that a text does not say something is a statement about the whole text, and
//! needs more than a measure of zero.

use super::super::Signal;
use super::super::survey::Survey;
use super::ask;
use super::words;

/// Signs of currencies.
const CURRENCIES: &[char] = &['$', '€', '£', '¥', '₹'];
/// Marks of quotation.
const QUOTES: &[char] = &['“', '”', '„', '«', '»', '"'];

/// Whether a trace of a signal is seen.
pub(super) fn is_seen(survey: &Survey<'_>, signal: Signal) -> bool {
    if !survey.traces.of(signal).is_empty() {
        return true;
    }
    let text = survey.text();
    let has = |letters: &[char]| text.contains(letters);
    match signal {
        Signal::Figures => text.chars().any(char::is_numeric),
        Signal::Price => has(CURRENCIES),
        Signal::OpenLoop => {
            text.contains(['?', '…', ':', '“', '"'])
                || text.contains("...")
                || text.chars().any(char::is_numeric)
        }
        Signal::Deadline => text.chars().any(char::is_numeric),
        Signal::Feeling => {
            survey.tokens.iter().any(|token| words::tone(survey, token).abs() >= words::HINTED)
        }
        Signal::Names => survey.tokens.iter().any(|token| words::is_name(survey, token)),
        Signal::You => ask::imperative(survey, 0).is_some(),
        Signal::Action => has_address(text) || ask::imperative(survey, 0).is_some(),
        Signal::Contact => has_address(text),
        Signal::Proof => has(QUOTES) || text.contains(['★', '⭐']),
        Signal::Quoted => has(QUOTES),
        Signal::Asks => text.contains('?'),
        Signal::Dates => survey.tokens.iter().any(words::is_year),
        Signal::Headings => !survey.headings.is_empty() || !survey.entries.is_empty(),
        Signal::Order | Signal::Ease => !survey.entries.is_empty(),
        Signal::Paragraphs => {
            survey.paragraphs.len() + survey.entries.len() + survey.headings.len() > 1
        }
        Signal::Benefit => survey.reading.features.benefits.iter().any(|mass| mass.count > 0.0),
        _ => false,
    }
}

/// Whether it has an address or a telephone number.
fn has_address(text: &str) -> bool {
    let is_address = |word: &str| {
        let word = word.trim_matches(|letter: char| !letter.is_alphanumeric() && letter != '@');
        let is_site = word.split_once('.').is_some_and(|(name, rest)| {
            let ending = rest.split(['/', '?', '#']).next().unwrap_or_default();
            let ending = ending.rsplit('.').next().unwrap_or_default();
            name.len() > 1
                && (2..=6).contains(&ending.len())
                && ending.chars().all(|letter| letter.is_ascii_lowercase())
        });
        word.contains('@') || word.contains("://") || is_site
    };
    // A number is written in groups: "0800 123 456".
    let (mut digits, mut longest) = (0, 0);
    for letter in text.chars() {
        match letter {
            '0'..='9' => digits += 1,
            ' ' | '-' | '(' | ')' | '+' | '/' | '\u{a0}' => {}
            _ => digits = 0,
        }
        longest = longest.max(digits);
    }
    longest >= 7 || text.split_whitespace().any(is_address)
}

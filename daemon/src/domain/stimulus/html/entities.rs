//! Entities of HTML as the letters they stand for. The table of names is that of the Markdown parser, which has all of them.

use std::borrow::Cow;

use pulldown_cmark::{Event, Parser};

/// Most letters of an entity's name.
const NAME_MAX: usize = 32;

/// A text with its entities as letters; what is no entity stays.
pub(super) fn decoded(source: &str) -> Cow<'_, str> {
    if !source.contains('&') {
        return Cow::Borrowed(source);
    }
    let mut text = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(at) = rest.find('&') {
        let (before, from) = rest.split_at(at);
        text.push_str(before);
        let length = length_of(from);
        match from.get(..length).filter(|_| length > 1) {
            Some(entity) => text.push_str(&letters_of(entity)),
            None => text.push('&'),
        }
        rest = from.get(length..).unwrap_or_default();
    }
    text.push_str(rest);
    Cow::Owned(text)
}

/// The length of the entity at the beginning of a text, in bytes; 1, that of its `&`, where there is none.
fn length_of(text: &str) -> usize {
    let name = text.get(1..).unwrap_or_default();
    let end = name.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '#');
    match end {
        Some(end) if (1..=NAME_MAX).contains(&end) && name[end..].starts_with(';') => end + 2,
        _ => 1,
    }
}

/// What an entity stands for; itself where it is unknown.
fn letters_of(entity: &str) -> String {
    if entity == "&nbsp;" {
        return " ".to_owned();
    }
    let mut letters = String::new();
    for event in Parser::new(entity) {
        if let Event::Text(text) = event {
            letters.push_str(&text);
        }
    }
    if letters.is_empty() { entity.to_owned() } else { letters }
}

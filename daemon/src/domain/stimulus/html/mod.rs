//! HTML in texts: a page becomes the text that its reader sees, and tags within Markdown become the Markdown that says the
//! same. What a text only mentions stays as it was typed. No input makes it fail: where tags do not fit, their text is kept.

mod entities;
mod markdown;
mod page;
mod pictures;
mod tags;

use std::borrow::Cow;

use self::markdown::without_tags;
use self::tags::{ElementKind, kind_of};

pub(super) use self::markdown::{first_tag, is_indented_code};
pub(super) use self::page::{page_text, page_title};
pub(super) use self::pictures::{has_images, pictures_of};

/// Beginnings of a whole page.
const PAGE_BEGINNINGS: [&str; 5] = ["<!doctype", "<html", "<head", "<body", "<?xml"];

/// Whether a text is a page: it begins as one, or all of its paragraphs begin with a tag, the first with that of a block.
/// Anything else is Markdown, which may have tags in it.
pub(super) fn is_page(source: &str) -> bool {
    let text = source.trim_start();
    if !text.starts_with('<') {
        return false;
    }
    let begins = |beginning: &str| {
        let ends = |rest: &str| !rest.starts_with(|letter: char| letter.is_ascii_alphanumeric());
        text.get(..beginning.len()).is_some_and(|start| start.eq_ignore_ascii_case(beginning))
            && text.get(beginning.len()..).is_some_and(ends)
    };
    if PAGE_BEGINNINGS.into_iter().any(begins) {
        return true;
    }
    let name: String = text.chars().skip(1).take_while(char::is_ascii_alphanumeric).collect();
    let is_block = matches!(
        kind_of(&name.to_ascii_lowercase()),
        Some((
            _,
            ElementKind::Block
                | ElementKind::Unseen
                | ElementKind::Row
                | ElementKind::List
                | ElementKind::NumberedList
        ))
    );
    let begins_with_tag = |paragraph: &str| {
        let rest = paragraph.trim_start();
        rest.is_empty()
            || rest.strip_prefix('<').is_some_and(|rest| {
                rest.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '/')
            })
    };
    is_block && text.trim_end().ends_with('>') && text.split("\n\n").all(begins_with_tag)
}

/// A text that is no page as Markdown alone.
pub(super) fn markdown_of(source: &str) -> Cow<'_, str> {
    match pictures::with_captions(source) {
        Cow::Borrowed(source) => without_tags(source),
        Cow::Owned(text) => Cow::Owned(without_tags(&text).into_owned()),
    }
}

//! The pictures of a text, which nobody sees: what is read of them is their caption. They stand there in Markdown, as tags, and
//! as files that a notebook shows in place (`![[lamp.png]]`).

use std::borrow::Cow;
use std::ops::Range;

use pulldown_cmark::{Event, Parser, Tag};

use super::markdown::{code_of, goes};
use super::tags::{ElementKind, OtherTags, tags_of};
use super::{is_page, markdown_of};
use crate::domain::stimulus::render;

/// How the names of pictures end.
const EXTENSIONS: [&str; 10] =
    ["png", "jpg", "jpeg", "gif", "webp", "svg", "avif", "bmp", "tiff", "heic"];
/// Most letters between the brackets of a file that is shown in place.
const NAME_MAX: usize = 300;

/// The pictures of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::domain::stimulus) struct PicturesFound {
    /// Where the first one stands, in bytes.
    pub(in crate::domain::stimulus) first: usize,
    pub(in crate::domain::stimulus) count: usize,
}

/// The pictures of a text, if it has any.
pub(in crate::domain::stimulus) fn pictures_of(source: &str) -> Option<PicturesFound> {
    if is_page(source) {
        let tags = tags_of(source, &[], OtherTags::Read);
        let mut pictures = tags.iter().filter(|tag| tag.kind == ElementKind::Picture);
        let first = pictures.next()?.at.start;
        return Some(PicturesFound { first, count: 1 + pictures.count() });
    }
    let count = images(&markdown_of(source)).count();
    let tags = tags_of(source, &code_of(source), OtherTags::Words);
    let of_tags = tags
        .iter()
        .filter(|tag| tag.kind == ElementKind::Picture && goes(source, &tags, tag))
        .map(|tag| tag.at.start);
    let shown_files = files_in_place(source).into_iter().map(|file| file.at.start);
    let first = images(source).chain(of_tags).chain(shown_files).min();
    // One within tags is seen only where these are read.
    let first = first.or_else(|| source.find("![")).unwrap_or(0);
    (count > 0).then_some(PicturesFound { first, count })
}

/// Whether a Markdown text has a picture.
pub(in crate::domain::stimulus) fn has_images(markdown: &str) -> bool {
    markdown.contains("![") && images(markdown).next().is_some()
}

/// A text with pictures in Markdown in the place of files that are shown in place.
pub(super) fn with_captions(source: &str) -> Cow<'_, str> {
    let files = files_in_place(source);
    if files.is_empty() {
        return Cow::Borrowed(source);
    }
    let mut text = String::with_capacity(source.len());
    let mut from = 0;
    for file in files {
        text.push_str(source.get(from..file.at.start).unwrap_or_default());
        text.push_str(&format!("![{}](picture)", file.caption));
        from = file.at.end;
    }
    text.push_str(source.get(from..).unwrap_or_default());
    Cow::Owned(text)
}

/// Where the pictures of a Markdown text stand.
fn images(markdown: &str) -> impl Iterator<Item = usize> {
    let events = Parser::new_ext(markdown, render::options()).into_offset_iter();
    let places: Vec<usize> = events
        .filter(|(event, _)| matches!(event, Event::Start(Tag::Image { .. })))
        .map(|(_, place)| place.start)
        .collect();
    places.into_iter()
}

/// A picture that a notebook shows in place.
struct FileInPlace {
    at: Range<usize>,
    caption: String,
}

/// The files that are shown in place, those in code excepted.
fn files_in_place(source: &str) -> Vec<FileInPlace> {
    const OPENS: &str = "![[";
    const CLOSES: &str = "]]";
    if !source.contains(OPENS) {
        return Vec::new();
    }
    let code = code_of(source);
    let mut found: Vec<FileInPlace> = Vec::new();
    for (at, _) in source.match_indices(OPENS) {
        let rest = source.get(at + OPENS.len()..).unwrap_or_default();
        let line: String =
            rest.chars().take_while(|letter| *letter != '\n').take(NAME_MAX).collect();
        let Some((inside, _)) = line.split_once(CLOSES) else { continue };
        let (name, caption) = inside.split_once('|').unwrap_or((inside, ""));
        let ending = name.trim().rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
        let is_code = code.iter().any(|block| block.contains(&at));
        if !EXTENSIONS.contains(&ending.as_str()) || is_code {
            continue;
        }
        // A number is a width.
        let is_width = caption.chars().all(|letter| letter.is_ascii_digit() || letter == 'x');
        let caption = if is_width { String::new() } else { caption.replace(['[', ']'], " ") };
        let end = at + OPENS.len() + inside.len() + CLOSES.len();
        found.push(FileInPlace { at: at..end, caption: caption.trim().to_owned() });
    }
    found
}

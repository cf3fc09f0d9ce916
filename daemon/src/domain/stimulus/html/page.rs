//! A page in HTML as the text that its reader sees: a paragraph for each block, a line for each entry of a list and each row
//! of a table; without scripts, styles and whatever else is not shown.

use std::ops::Range;

use super::entities::decoded;
use super::tags::{ElementKind, HtmlTag, OtherTags, TagForm, sign_before, tags_of};
use crate::domain::stimulus::render::CAPTION_ENDS;

/// The title of a page, as it stands above its window; empty where it has none.
pub(in crate::domain::stimulus) fn page_title(source: &str) -> String {
    let tags = tags_of(source, &[], OtherTags::Read);
    let mut from = 0;
    for tag in tags.iter().filter(|tag| tag.form == TagForm::Opens) {
        let Some(partner) = tag.partner.and_then(|place| tags.get(place)) else { continue };
        if tag.at.start < from {
            continue;
        }
        match tag.name {
            "title" => {
                let inside = source.get(tag.at.end..partner.at.start).unwrap_or_default();
                let mut title = PageText::default();
                title.words(inside);
                return title.text.trim().to_owned();
            }
            // That of a drawing is not the page's.
            "svg" => from = partner.at.end,
            _ => {}
        }
    }
    String::new()
}

/// The text of a page.
pub(in crate::domain::stimulus) fn page_text(source: &str) -> String {
    let tags = tags_of(source, &[], OtherTags::Read);
    let mut page = PageText::default();
    let mut from = 0;
    for tag in &tags {
        if tag.at.start < from {
            continue;
        }
        page.words(source.get(from..tag.at.start).unwrap_or_default());
        from = tag.at.end;
        let partner = tag.partner.and_then(|place| tags.get(place));
        match (tag.kind, partner) {
            (ElementKind::Unseen, Some(partner)) if tag.form == TagForm::Opens => {
                from = partner.at.end;
            }
            _ => {
                let rest = source.get(from..).unwrap_or_default();
                page.text.push_str(sign_before(tag, &page.text, rest));
                page.tag(tag);
            }
        }
    }
    page.words(source.get(from..).unwrap_or_default());
    page.text.trim().to_owned()
}

/// The text so far, and where in it the next words come.
#[derive(Debug, Default)]
struct PageText {
    text: String,
    /// The lists that are open, with the count of their entries.
    lists: Vec<(ElementKind, u32)>,
    /// How many elements are open whose lines stay.
    preformatted: usize,
    /// The place of the mark of an entry, of the sign between two cells or of the beginning of a row, as long as nothing
    /// follows: a block within it begins no line of its own.
    begun: Range<usize>,
    /// Where the row began.
    row: usize,
    /// Where the last caption of a picture ended.
    caption: usize,
}

impl PageText {
    fn words(&mut self, source: &str) {
        for letter in decoded(source).chars() {
            match letter {
                // Signs that nobody sees.
                '\u{ad}' | '\u{200b}' | '\u{feff}' => {}
                letter if self.preformatted > 0 => self.text.push(letter),
                letter if letter.is_whitespace() => {
                    if !self.text.is_empty() && !self.text.ends_with([' ', '\n']) {
                        self.text.push(' ');
                    }
                }
                letter => self.text.push(letter),
            }
        }
    }

    fn tag(&mut self, tag: &HtmlTag) {
        let opens = tag.form == TagForm::Opens;
        match tag.kind {
            ElementKind::Block | ElementKind::Rule => self.apart("\n\n"),
            ElementKind::Preformatted => {
                self.apart("\n\n");
                self.preformatted =
                    if opens { self.preformatted + 1 } else { self.preformatted.saturating_sub(1) };
            }
            ElementKind::List | ElementKind::NumberedList => {
                self.apart(if self.lists.is_empty() { "\n\n" } else { "\n" });
                match tag.form {
                    TagForm::Opens => {
                        self.lists.push((tag.kind, 0));
                    }
                    TagForm::Closes => {
                        self.lists.pop();
                        self.apart(if self.lists.is_empty() { "\n\n" } else { "\n" });
                    }
                    TagForm::Alone => {}
                }
            }
            ElementKind::Entry if opens => self.entry(),
            ElementKind::Entry => {
                // One without words is none.
                if self.has_just_begun() {
                    self.text.truncate(self.begun.start);
                }
                self.apart("\n");
            }
            ElementKind::Row => {
                self.apart("\n");
                self.row = self.text.len();
                if opens {
                    self.begun = self.row..self.row;
                }
            }
            ElementKind::Cell if opens => self.cell(),
            ElementKind::LineBreak => {
                self.text.truncate(self.text.trim_end_matches(' ').len());
                self.text.push('\n');
            }
            ElementKind::Struck if tag.partner.is_some() => {
                self.text.push_str(if opens { "(no longer " } else { ")" });
            }
            ElementKind::Picture => self.picture(&tag.caption),
            ElementKind::Unseen
            | ElementKind::Cell
            | ElementKind::Struck
            | ElementKind::Inline
            | ElementKind::Empty => {}
        }
    }

    /// The caption of a picture. Behind another one it stands apart from that.
    fn picture(&mut self, caption: &str) {
        self.words(" ");
        let said = self.text.trim_end_matches(' ');
        let is_beside = self.caption > 0 && said.len() == self.caption;
        if is_beside && !caption.trim().is_empty() && !said.ends_with(CAPTION_ENDS) {
            self.text.truncate(self.caption);
            self.text.push_str("; ");
        }
        self.words(caption);
        if !caption.trim().is_empty() {
            self.caption = self.text.trim_end_matches(' ').len();
        }
        self.words(" ");
    }

    /// Ends what stands there so that the next words come apart from it.
    fn apart(&mut self, ends: &str) {
        if self.has_just_begun() {
            return;
        }
        self.text.truncate(self.text.trim_end_matches(' ').len());
        while !self.text.is_empty() && !self.text.ends_with(ends) {
            self.text.push('\n');
        }
    }

    fn has_just_begun(&self) -> bool {
        self.begun.end == self.text.len() && self.begun.end > 0
    }

    fn entry(&mut self) {
        let (kind, count) = match self.lists.last_mut() {
            Some((kind, count)) => {
                *count += 1;
                (*kind, *count)
            }
            None => (ElementKind::List, 1),
        };
        if count > 1 {
            self.text.truncate(self.text.trim_end().len());
        }
        self.apart("\n");
        let from = self.text.len();
        let mark = match kind {
            ElementKind::NumberedList => format!("{count}. "),
            _ => "- ".to_owned(),
        };
        self.text.push_str(&mark);
        self.begun = from..self.text.len();
    }

    /// Begins a cell; one that is not the first of its row stands apart from the one before it.
    fn cell(&mut self) {
        let said = self.text.trim_end().len();
        if said > self.row {
            self.text.truncate(said);
            self.text.push_str("; ");
            self.begun = said..self.text.len();
        }
    }
}

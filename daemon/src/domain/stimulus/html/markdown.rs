//! Tags within Markdown: each becomes the Markdown that says the same, so that there is one way to render a text. Tags that
//! a text is about, in code or in a sentence, stay.

use std::borrow::Cow;
use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag};

use super::tags::{ElementKind, HtmlTag, OtherTags, TagForm, sign_before, tags_of};
use crate::domain::stimulus::render;

/// Where the first tag of a text stands that is not shown, in bytes. A picture is no such tag.
pub(in crate::domain::stimulus) fn first_tag(source: &str) -> Option<usize> {
    if !may_have_tags(source) {
        return None;
    }
    let tags = tags_of(source, &code_of(source), OtherTags::Words);
    let mut gone = tags.iter().filter(|tag| goes(source, &tags, tag));
    gone.find(|tag| tag.kind != ElementKind::Picture).map(|tag| tag.at.start)
}

/// A text with Markdown in the place of its tags.
pub(super) fn without_tags(source: &str) -> Cow<'_, str> {
    if !may_have_tags(source) {
        return Cow::Borrowed(source);
    }
    let tags = tags_of(source, &code_of(source), OtherTags::Words);
    let mut made = MarkdownMade::default();
    let mut from = 0;
    for tag in &tags {
        if tag.at.start < from || !goes(source, &tags, tag) {
            continue;
        }
        made.text.push_str(source.get(from..tag.at.start).unwrap_or_default());
        let partner = tag.partner.and_then(|place| tags.get(place));
        from = match partner {
            Some(partner) if tag.kind == ElementKind::Unseen && tag.form == TagForm::Opens => {
                partner.at.end
            }
            _ => tag.at.end,
        };
        let rest = source.get(from..).unwrap_or_default();
        from += made.tag(tag, rest);
    }
    made.text.push_str(source.get(from..).unwrap_or_default());
    Cow::Owned(made.text)
}

/// The places of code in a text, in their order.
pub(super) fn code_of(source: &str) -> Vec<Range<usize>> {
    let places = Parser::new_ext(source, render::options()).into_offset_iter();
    let of_code = places.filter(|(event, place)| match event {
        Event::Code(_) | Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(_))) => true,
        Event::Start(Tag::CodeBlock(CodeBlockKind::Indented)) => is_indented_code(source, place),
        _ => false,
    });
    of_code.map(|(_, place)| place).collect()
}

/// Whether an indented block is code: a line of it begins with a tag, and none stands in the line above, where the block would be
/// a part of that element. Other indented blocks are paragraphs.
pub(in crate::domain::stimulus) fn is_indented_code(source: &str, place: &Range<usize>) -> bool {
    let begins_with_tag = |line: &str| {
        let rest = line.trim_start().strip_prefix('<').unwrap_or_default();
        rest.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '/')
    };
    let above = source.get(..place.start).unwrap_or_default().trim_end();
    let block = source.get(place.clone()).unwrap_or_default();
    above.lines().next_back().is_some_and(|line| !begins_with_tag(line))
        && block.lines().any(begins_with_tag)
}

/// Whether it is worth looking for tags.
fn may_have_tags(source: &str) -> bool {
    source.match_indices('<').any(|(at, _)| {
        let rest = source.get(at + 1..).unwrap_or_default();
        rest.starts_with(|letter: char| letter.is_ascii_alphabetic() || "/?!".contains(letter))
    })
}

/// Whether a tag is one, and no word of a sentence about tags.
pub(super) fn goes(source: &str, tags: &[HtmlTag], tag: &HtmlTag) -> bool {
    let is_escaped = source.get(..tag.at.start).is_some_and(|before| before.ends_with('\\'));
    if is_escaped || is_named(source, tag) {
        return false;
    }
    match (tag.form, tag.partner.and_then(|place| tags.get(place))) {
        (TagForm::Alone, _) => true,
        (_, Some(partner)) => {
            let (opening, closing) =
                if tag.form == TagForm::Opens { (tag, partner) } else { (partner, tag) };
            let between = source.get(opening.at.end..closing.at.start).unwrap_or_default();
            let is_mention = matches!(between.trim(), "and" | "or" | "…" | "..." | ",");
            !is_mention && !is_named(source, opening) && !is_named(source, closing)
        }
        // The closing tags of some elements may be left out, and others are forgotten.
        (_, None) => {
            let is_line = matches!(
                tag.kind,
                ElementKind::Block | ElementKind::Entry | ElementKind::Row | ElementKind::Cell
            ) || tag.form == TagForm::Closes;
            let is_part =
                matches!(tag.kind, ElementKind::Entry | ElementKind::Row | ElementKind::Cell);
            let is_in_its_list = is_part && tag.is_in_list;
            is_line && (is_in_its_list || begins_line(source, tag.at.start))
        }
    }
}

/// Whether the next word says that it is a tag.
fn is_named(source: &str, tag: &HtmlTag) -> bool {
    let rest = source.get(tag.at.end..).unwrap_or_default();
    [" tag", " element", " attribute"].iter().any(|word| rest.starts_with(word))
}

/// Whether nothing but tags stands before that place in its line.
fn begins_line(source: &str, place: usize) -> bool {
    let before = line_before(source.get(..place).unwrap_or_default());
    before.is_empty() || before.ends_with('>')
}

/// The last line of a text, without the blanks around it.
fn line_before(text: &str) -> &str {
    text.rsplit('\n').next().unwrap_or_default().trim()
}

/// The Markdown that is made so far.
#[derive(Debug, Default)]
struct MarkdownMade {
    text: String,
    /// The lists that are open, with the count of their entries.
    lists: Vec<(ElementKind, u32)>,
    /// Where the row began.
    row: usize,
}

impl MarkdownMade {
    /// Puts what a tag says. Of what follows it that many bytes go, which are blanks.
    fn tag(&mut self, tag: &HtmlTag, rest: &str) -> usize {
        let blanks = rest.len() - rest.trim_start().len();
        match tag.kind {
            ElementKind::Inline | ElementKind::Empty => {
                self.text.push_str(sign_before(tag, &self.text, rest));
                return 0;
            }
            ElementKind::Unseen => return 0,
            ElementKind::Struck => {
                if tag.partner.is_some() {
                    self.text.push_str("~~");
                }
                return 0;
            }
            ElementKind::Picture => {
                self.picture(&tag.caption);
                return 0;
            }
            // A line end would end the row.
            _ if line_before(&self.text).starts_with('|') => {
                self.text.push(' ');
                return 0;
            }
            ElementKind::LineBreak => {
                self.text.truncate(self.text.trim_end_matches([' ', '\t']).len());
                self.text.push('\n');
                let line = rest.trim_start_matches([' ', '\t']);
                return rest.len() - line.strip_prefix('\n').unwrap_or(line).len();
            }
            ElementKind::Cell => {
                if tag.form == TagForm::Opens && self.text.trim_end().len() > self.row {
                    self.text.truncate(self.text.trim_end().len());
                    self.text.push_str("; ");
                }
            }
            ElementKind::Row => {
                self.apart("\n");
                self.row = self.text.len();
            }
            ElementKind::Entry => self.entry(tag.form),
            ElementKind::List | ElementKind::NumberedList => self.list(tag),
            ElementKind::Block | ElementKind::Rule | ElementKind::Preformatted => {
                self.apart("\n\n");
            }
        }
        blanks
    }

    fn apart(&mut self, ends: &str) {
        // A paragraph within an entry is the entry.
        let line = line_before(&self.text);
        let is_number = line.strip_suffix('.').is_some_and(|number| number.parse::<u32>().is_ok());
        if line == "-" || is_number && !self.lists.is_empty() {
            return;
        }
        self.text.truncate(self.text.trim_end().len());
        if !self.text.is_empty() {
            self.text.push_str(ends);
        }
    }

    fn entry(&mut self, form: TagForm) {
        if form != TagForm::Opens {
            self.apart("\n");
            return;
        }
        let (kind, count) = match self.lists.last_mut() {
            Some((kind, count)) => {
                *count += 1;
                (*kind, *count)
            }
            None => (ElementKind::List, 1),
        };
        // The first one stays apart from what stands above its list.
        if count > 1 || !self.text.ends_with('\n') {
            self.apart("\n");
        }
        let mark = match kind {
            ElementKind::NumberedList => format!("{count}. "),
            _ => "- ".to_owned(),
        };
        self.text.push_str(&mark);
    }

    fn list(&mut self, tag: &HtmlTag) {
        let is_within = self.lists.len() > usize::from(tag.form == TagForm::Closes);
        self.apart(if is_within { "\n" } else { "\n\n" });
        match tag.form {
            TagForm::Opens => {
                self.lists.push((tag.kind, 0));
            }
            TagForm::Closes => {
                self.lists.pop();
            }
            TagForm::Alone => {}
        }
    }

    /// A picture, whose words are its caption.
    fn picture(&mut self, caption: &str) {
        // Behind a letter the brackets would be those of a call.
        if self.text.ends_with(|letter: char| letter.is_alphanumeric() || letter == '_') {
            self.text.push(' ');
        }
        let caption: String = caption
            .chars()
            .map(|letter| if "[]|\\\n\r".contains(letter) { ' ' } else { letter })
            .collect();
        self.text.push_str(&format!("![{}](picture)", caption.trim()));
    }
}

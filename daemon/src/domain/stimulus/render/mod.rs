//! The rendering of Markdown and HTML to the plain text that respondents read. Headings, list entries and rows of a table stay
//! lines of their own; marks of emphasis, links, quotations and code go; everything that is no markup stays as it was
//! typed, so that a plain text is not changed at all.

mod captions;
mod edits;
mod emphasis;
mod quotation;
mod table;

use std::borrow::Cow;

use pulldown_cmark::{CodeBlockKind, Event, LinkType, Options, Parser, Tag, TagEnd};

pub(super) use self::captions::CAPTION_ENDS;
use self::captions::Captions;
use self::edits::Edits;
use super::html;

/// Texts within texts that are rendered: cells of tables, and paragraphs that are indented like code.
const DEPTH_MAX: u8 = 4;

/// What a text says once it is rendered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Remains {
    /// Words, outside code.
    Words,
    /// Code and nothing else.
    Code,
    /// Addresses of pages and nothing else.
    Addresses,
    /// Pictures without captions and nothing else.
    Pictures,
    /// Neither letters nor digits.
    Nothing,
}

/// A rendered text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rendered {
    pub(super) text: String,
    pub(super) remains: Remains,
}

/// Renders a text without comments, whose line ends are `\n`.
pub(super) fn render(source: &str) -> Rendered {
    // Word processors paste signs that nobody sees: a break of theirs is one, and the others are no part of a text.
    let source = without_controls(source);
    if html::is_page(&source) {
        return render_page(&source);
    }
    let source = html::markdown_of(&source);
    let text = plain(&source, LeftOut::Nothing, DEPTH_MAX);
    let remains = if !says_something(&text) {
        if html::has_images(&source) { Remains::Pictures } else { Remains::Nothing }
    } else if is_addresses(&text) {
        Remains::Addresses
    } else if !says_something(&plain(&source, LeftOut::Code, DEPTH_MAX)) {
        Remains::Code
    } else {
        Remains::Words
    };
    Rendered { text, remains }
}

/// Renders a page in HTML.
fn render_page(source: &str) -> Rendered {
    let text = html::page_text(source);
    let remains = if says_something(&text) {
        if is_addresses(&text) { Remains::Addresses } else { Remains::Words }
    } else if html::pictures_of(source).is_some() {
        Remains::Pictures
    } else {
        Remains::Nothing
    };
    Rendered { text, remains }
}

/// Whether a text is nothing but addresses of pages.
fn is_addresses(text: &str) -> bool {
    text.split_whitespace().all(|word| is_address(word) || !says_something(word))
}

/// A text without control characters: those that break a line or a page become a blank, the others go.
fn without_controls(source: &str) -> Cow<'_, str> {
    let is_control = |letter: char| letter.is_control() && !matches!(letter, '\n' | '\t');
    if !source.contains(is_control) {
        return Cow::Borrowed(source);
    }
    let of = |letter: char| match letter {
        '\u{b}' | '\u{c}' | '\u{85}' | '\r' => Some(' '),
        letter => (!is_control(letter)).then_some(letter),
    };
    Cow::Owned(source.chars().filter_map(of).collect())
}

/// The blocks of code of a text, as they are shown.
pub(super) fn code_blocks(source: &str) -> Vec<String> {
    let blocks =
        Parser::new_ext(source, options()).into_offset_iter().filter_map(|(event, range)| {
            let Event::Start(Tag::CodeBlock(kind)) = event else { return None };
            let is_code = html::is_indented_code(source, &range);
            let block = source.get(range)?.trim_end();
            let shown = match kind {
                CodeBlockKind::Fenced(_) => unfenced(block),
                CodeBlockKind::Indented => is_code.then(|| block.to_owned())?,
            };
            let code = shown.trim_matches('\n').trim_end();
            (!code.trim().is_empty()).then(|| code.to_owned())
        });
    blocks.collect()
}

/// What is left out of a text, to see what else it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LeftOut {
    Nothing,
    Code,
}

/// Whether a word is the address of a page.
fn is_address(word: &str) -> bool {
    let word = word.trim_start_matches(['(', '<', '[', '"', '“']).to_ascii_lowercase();
    word.contains("://") || word.starts_with("www.") || word.starts_with("mailto:")
}

/// Whether a text has a letter or a digit. The digits of emoji (`1️⃣`) are none.
fn says_something(text: &str) -> bool {
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let is_emoji = letters.peek().is_some_and(|next| matches!(next, '\u{fe0f}' | '\u{20e3}'));
        if letter.is_alphanumeric() && !is_emoji {
            return true;
        }
    }
    false
}

pub(super) fn options() -> Options {
    Options::ENABLE_TABLES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_FOOTNOTES
}

fn plain(source: &str, left_out: LeftOut, depth: u8) -> String {
    let source = quotation::unquote(source);
    let mut rendering = Rendering {
        source: &source,
        edits: Edits::default(),
        left_out,
        depth,
        covered: 0,
        table: None,
        opens: None,
        captions: Captions::default(),
    };
    let parser = Parser::new_ext(&source, options());
    for (_, definition) in parser.reference_definitions().iter() {
        let is_address = definition.dest.contains(['/', '.', '#', ':', '@']);
        if is_address || definition.dest.is_empty() {
            rendering.edits.drop_block(&source, definition.span.clone());
        }
    }
    for (event, range) in parser.into_offset_iter() {
        rendering.event(event, range);
    }
    rendering.edits.apply(&source).trim().to_owned()
}

/// The state of a walk through the events of a text.
struct Rendering<'a> {
    source: &'a str,
    edits: Edits,
    left_out: LeftOut,
    depth: u8,
    /// The end of what the events so far covered, in bytes.
    covered: usize,
    /// The table that is open.
    table: Option<table::TableLines>,
    /// Where marks began that end where the next event begins.
    opens: Option<(usize, String)>,
    /// The captions that stand side by side.
    captions: Captions,
}

type Range = std::ops::Range<usize>;

impl Rendering<'_> {
    fn event(&mut self, event: Event<'_>, range: Range) {
        if self.in_table(&event, &range) {
            return;
        }
        if let Some((from, instead)) = self.opens.take() {
            // An element without content ends where it should begin: it goes as a whole.
            let to = match event {
                Event::End(_) => self.before_blank(from, range.end),
                _ => range.start,
            };
            self.edits.put(from..to, instead);
        }
        let between = self.captions.go_on(&event, &range, self.source);
        let sign = between.as_ref().map_or("", |between| between.sign);
        for gap in between.into_iter().flat_map(|between| between.gaps) {
            self.edits.drop(gap);
        }
        let covered = match &event {
            Event::Start(_) => range.start,
            _ => range.end,
        };
        match event {
            Event::Start(tag) => self.start(&tag, &range, sign),
            Event::End(tag) => self.end(tag, &range),
            Event::Text(text) => self.text(&text, range),
            Event::Code(text) => {
                let kept = if self.left_out == LeftOut::Code { "" } else { &*text };
                self.edits.put(range, kept);
            }
            Event::HardBreak => self.edits.put(range, "\n"),
            Event::Rule => self.edits.drop_block(self.source, range),
            Event::TaskListMarker(_) => {
                let blank = self.at(range.end).starts_with(' ');
                self.edits.drop(range.start..range.end + usize::from(blank));
            }
            Event::FootnoteReference(label) => self.edits.put(range, format!("[{label}]")),
            Event::SoftBreak
            | Event::Html(_)
            | Event::InlineHtml(_)
            | Event::InlineMath(_)
            | Event::DisplayMath(_) => {}
        }
        self.covered = self.covered.max(covered);
    }

    /// Begins an element, with that sign before the words of a picture.
    fn start(&mut self, tag: &Tag<'_>, range: &Range, sign: &str) {
        match tag {
            Tag::Heading { .. }
                if self.is_heading(range.start) && self.at(range.start).starts_with('#') =>
            {
                let above = self.source.get(..range.start).unwrap_or_default();
                if above.ends_with('\n') && !above.ends_with("\n\n") {
                    self.edits.put(range.start..range.start, "\n");
                }
                self.opens = Some((range.start, String::new()));
            }
            Tag::Emphasis | Tag::Strong | Tag::Strikethrough => {
                for (range, instead) in emphasis::marks(tag, self.source, range) {
                    self.edits.put(range, instead);
                }
            }
            Tag::Link { link_type: LinkType::Autolink | LinkType::Email, .. } => {
                self.edits.drop(range.start..range.start + 1);
                self.edits.drop(range.end.saturating_sub(1)..range.end);
            }
            Tag::Link { .. } | Tag::Image { .. } if !self.is_call(range.start) => {
                self.opens = Some((range.start, sign.to_owned()));
            }
            Tag::FootnoteDefinition(label) => {
                self.opens = Some((range.start, format!("[{label}] ")));
            }
            Tag::Item if self.at(range.start).starts_with('*') => {
                self.edits.put(range.start..range.start + 1, "-");
            }
            Tag::CodeBlock(kind) => self.code_block(kind, range),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd, range: &Range) {
        match tag {
            TagEnd::Heading(_) => {
                let end = self.before_blank(range.start, range.end);
                if self.is_heading(range.start) {
                    self.edits.drop(self.covered.min(end)..end);
                    // What follows in the next line is no part of the heading.
                    let next = self.at(end).strip_prefix('\n').unwrap_or_default();
                    if !next.split('\n').next().unwrap_or_default().trim().is_empty() {
                        self.edits.put(end..end, "\n");
                    }
                }
            }
            TagEnd::Link | TagEnd::Image
                if !self.at(range.start).starts_with('<') && !self.is_call(range.start) =>
            {
                self.edits.drop(self.covered.min(range.end)..range.end);
            }
            _ => {}
        }
    }

    /// A text as it reads: entities become their letter, and the backslash before an escaped mark goes.
    fn text(&mut self, text: &str, range: Range) {
        let before = range.start.checked_sub(1).filter(|before| *before >= self.covered);
        if let Some(before) = before
            && self.at(before).starts_with('\\')
        {
            self.edits.drop(before..range.start);
        }
        if self.source.get(range.clone()).is_some_and(|source| source != text) {
            self.edits.put(range, text);
        }
    }

    fn code_block(&mut self, kind: &CodeBlockKind<'_>, range: &Range) {
        let end = self.before_blank(range.start, range.end);
        let source = self.source.get(range.start..end).unwrap_or_default();
        match kind {
            CodeBlockKind::Fenced(_) => {
                let content =
                    if self.left_out == LeftOut::Code { String::new() } else { unfenced(source) };
                self.edits.put(range.start..end, content);
            }
            CodeBlockKind::Indented if html::is_indented_code(self.source, range) => {
                if self.left_out == LeftOut::Code {
                    self.edits.drop(range.start..end);
                }
            }
            // Paragraphs of a plain text may be indented.
            CodeBlockKind::Indented => {
                let dedented: Vec<&str> = source.lines().map(str::trim_start).collect();
                let dedented = dedented.join("\n");
                if self.depth > 0 {
                    let rendered = plain(&dedented, self.left_out, self.depth - 1);
                    if rendered != dedented {
                        self.edits.put(range.start..end, rendered);
                    }
                }
            }
        }
    }

    /// Handles the events of a table, which becomes one edit; true while one is open.
    fn in_table(&mut self, event: &Event<'_>, range: &Range) -> bool {
        match event {
            Event::Start(Tag::Table(_)) => self.table = Some(table::TableLines::default()),
            Event::End(TagEnd::Table) => {
                let text = self.table.take().unwrap_or_default().text();
                let end = self.before_blank(range.start, range.end);
                self.edits.put(range.start..end, text);
                self.covered = self.covered.max(end);
                return true;
            }
            _ => {}
        }
        let Some(table) = &mut self.table else { return false };
        match event {
            Event::Start(Tag::TableHead | Tag::TableRow) => table.begin_row(),
            Event::Start(Tag::TableCell) => {
                let cell = self.source.get(range.clone()).unwrap_or_default().trim();
                let cell = cell.trim_matches('|').trim().replace("\\|", "|");
                let cell = match self.depth.checked_sub(1) {
                    Some(depth) => plain(&cell, self.left_out, depth),
                    None => cell,
                };
                table.put(cell);
            }
            _ => {}
        }
        true
    }

    /// Whether it is a heading: "# of seats" says "number of seats".
    fn is_heading(&self, place: usize) -> bool {
        let marks = self.at(place);
        let said = marks.trim_start_matches('#');
        said.len() == marks.len() || !said.trim_start().starts_with("of ")
    }

    /// Whether a bracket follows a word directly, as in `f[0](a)`.
    fn is_call(&self, place: usize) -> bool {
        let before = self.source.get(..place).and_then(|text| text.chars().next_back());
        before.is_some_and(|letter| letter.is_ascii_alphanumeric() || letter == '_')
            && !self.at(place).contains("](http")
    }

    fn at(&self, place: usize) -> &str {
        self.source.get(place..).unwrap_or_default()
    }

    /// The place before the blanks and line ends with which that part of the source ends.
    fn before_blank(&self, from: usize, to: usize) -> usize {
        from + self
            .source
            .get(from..to)
            .unwrap_or_default()
            .trim_end_matches(['\n', ' ', '\t'])
            .len()
    }
}

/// The lines between the fences of a code block.
fn unfenced(block: &str) -> String {
    let mut lines: Vec<&str> = block.lines().skip(1).collect();
    let is_fence = |line: &str| {
        let line = line.trim();
        line.len() >= 3
            && (line.chars().all(|mark| mark == '`') || line.chars().all(|mark| mark == '~'))
    };
    if lines.last().is_some_and(|line| is_fence(line)) {
        lines.pop();
    }
    lines.join("\n")
}

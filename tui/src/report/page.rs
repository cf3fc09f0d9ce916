//! A page under way: lines, headings and paragraphs in one look. Text that others wrote passes the safety filter here.

use protocol::safe;

use crate::look::{Look, Role};

/// Lines under way.
pub(crate) struct Page {
    pub(crate) look: Look,
    lines: Vec<String>,
}

impl Page {
    pub(crate) fn new(look: Look) -> Self {
        Self { look, lines: Vec::new() }
    }

    /// A line as it stands: whoever makes it has filtered what others wrote.
    pub(crate) fn line(&mut self, line: impl Into<String>) {
        let line = line.into();
        self.lines.push(line.trim_end().to_owned());
    }

    /// An empty line, unless the page has not begun.
    pub(crate) fn gap(&mut self) {
        if self.lines.last().is_some_and(|line| !line.is_empty()) {
            self.lines.push(String::new());
        }
    }

    /// The beginning of a part; the remark stands beside it when there is room.
    pub(crate) fn heading(&mut self, title: &str, remark: &str) {
        self.gap();
        let title = title.to_uppercase();
        let used = unicode_width::UnicodeWidthStr::width(title.as_str())
            + unicode_width::UnicodeWidthStr::width(remark);
        let painted = self.look.paint(Role::Heading, &title);
        if remark.is_empty() || used + 3 > self.look.width {
            self.lines.push(painted);
        } else {
            let space = " ".repeat(self.look.width - used);
            self.lines.push(format!("{painted}{space}{}", self.look.paint(Role::Dim, remark)));
        }
    }

    /// A paragraph of somebody's words behind two margins, in the colour of its role.
    pub(crate) fn paragraph(&mut self, text: &str, first: &str, others: &str, role: Option<Role>) {
        for line in self.look.wrap(&safe::line(text), first, others) {
            let line = match role {
                Some(role) => self.look.paint(role, &line),
                None => line,
            };
            self.lines.push(line);
        }
    }

    /// A remark at the right end of the last line, or on a line of its own when there is no room.
    pub(crate) fn remark(&mut self, remark: &str) {
        let columns = |text: &str| unicode_width::UnicodeWidthStr::width(text);
        let painted = self.look.paint(Role::Dim, remark);
        // The colours of the line take no room; only its one role can be in it.
        let bare =
            |line: &str| line.trim_start_matches("\x1b[1m").trim_end_matches("\x1b[0m").to_owned();
        match self.lines.last_mut() {
            Some(line) if columns(&bare(line)) + columns(remark) + 2 <= self.look.width => {
                let space = self.look.width - columns(&bare(line)) - columns(remark);
                line.push_str(&" ".repeat(space));
                line.push_str(&painted);
            }
            _ => self.lines.push(painted),
        }
    }

    /// A point of a list.
    pub(crate) fn bullet(&mut self, text: &str) {
        let first = self.look.glyph("  • ", "  * ");
        self.paragraph(text, first, "    ", None);
    }

    /// The page as text.
    pub(crate) fn finish(self) -> String {
        let mut text = self.lines.join("\n");
        text.push('\n');
        match self.look.glyphs {
            crate::look::Glyphs::Unicode => text,
            crate::look::Glyphs::Ascii => plain_punctuation(&text),
        }
    }
}

/// Our own typographic signs in plain letters. Other people's letters stay: they cannot be said otherwise.
pub(crate) fn plain_punctuation(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '·' | '–' | '−' => out.push('-'),
            '—' => out.push_str("--"),
            '“' | '”' => out.push('"'),
            '‘' | '’' => out.push('\''),
            '…' => out.push_str("..."),
            '±' => out.push_str("+/-"),
            '→' => out.push_str("->"),
            '\u{a0}' | '\u{202f}' => out.push(' '),
            other => out.push(other),
        }
    }
    out
}

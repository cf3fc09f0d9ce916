//! Page builder: lines, headings and paragraphs in one look. Text from outside is sanitised here.

use protocol::safe;

use crate::look::{Look, Role};

/// A page being built.
pub(crate) struct ReportPage {
    pub(crate) look: Look,
    lines: Vec<String>,
}

impl ReportPage {
    pub(crate) fn new(look: Look) -> Self {
        Self { look, lines: Vec::new() }
    }

    /// Adds a line unchanged: the caller has sanitised any text from outside.
    pub(crate) fn line(&mut self, line: impl Into<String>) {
        let line = line.into();
        self.lines.push(line.trim_end().to_owned());
    }

    /// Adds an empty line, unless the page is empty.
    pub(crate) fn gap(&mut self) {
        if self.lines.last().is_some_and(|line| !line.is_empty()) {
            self.lines.push(String::new());
        }
    }

    /// Starts a section; the remark is on the same line when there is room.
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

    /// A paragraph of text from outside with margins, in the colour of its role.
    pub(crate) fn paragraph(&mut self, text: &str, first: &str, others: &str, role: Option<Role>) {
        for line in self.look.wrap(&safe::line(text), first, others) {
            let line = match role {
                Some(role) => self.look.paint(role, &line),
                None => line,
            };
            self.lines.push(line);
        }
    }

    /// Adds a remark at the right end of the last line, or on a new line when there is no room.
    pub(crate) fn remark(&mut self, remark: &str) {
        let columns = |text: &str| unicode_width::UnicodeWidthStr::width(text);
        let painted = self.look.paint(Role::Dim, remark);
        // Colours have no width; the line can contain only one role.
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

    /// Adds a list item.
    pub(crate) fn bullet(&mut self, text: &str) {
        let first = self.look.glyph("  • ", "  * ");
        self.paragraph(text, first, "    ", None);
    }

    /// The page as text.
    pub(crate) fn finish(self) -> String {
        let mut text = self.lines.join("\n");
        text.push('\n');
        self.look.signs(&text).into_owned()
    }
}

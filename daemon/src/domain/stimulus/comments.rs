//! The removal of HTML comments, which are private notes of the author: they are taken out before anything is shown
//! or sent, and reported with their line. Within a code fence or inline code they are part of the text. The rest
//! equals a text that was written without the comments, so that a comment changes no result.

use super::front_matter::Malformed;

const OPENS: &str = "<!--";
const CLOSES: &str = "-->";

/// A line of a text without its comments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TextLine {
    /// The line number in the file, from 1.
    pub(super) number: usize,
    pub(super) text: String,
    /// Whether it belongs to a code fence.
    pub(super) fenced: bool,
}

/// A comment that was removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hidden {
    /// The line of the file on which it begins, from 1.
    pub(super) line: usize,
    /// Its length, delimiters included.
    pub(super) characters: usize,
}

/// A text without its comments, and the removed comments.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Shown {
    pub(super) lines: Vec<TextLine>,
    pub(super) hidden: Vec<Hidden>,
}

impl Shown {
    pub(super) fn text(&self) -> String {
        let lines: Vec<&str> = self.lines.iter().map(|line| line.text.as_str()).collect();
        lines.join("\n")
    }
}

/// Removes the comments of a text whose first line has that number in the file.
pub(super) fn take_out(text: &str, first_line: usize) -> Result<Shown, Malformed> {
    let mut taking = Taking {
        rest: text,
        line: first_line,
        here: String::new(),
        here_line: first_line,
        touched: false,
        gap: false,
        fence: None,
        shown: Shown::default(),
    };
    while taking.goes_on()? {}
    Ok(taking.shown)
}

/// The state of the scan.
struct Taking<'a> {
    rest: &'a str,
    /// The line number at the start of `rest`.
    line: usize,
    /// The output line so far, and the number of the line on which it began.
    here: String,
    here_line: usize,
    /// Whether a comment was removed from it.
    touched: bool,
    /// Whether a line with only a comment was dropped and nothing was output since.
    gap: bool,
    /// The delimiter of the open code fence.
    fence: Option<(char, usize)>,
    shown: Shown,
}

impl Taking<'_> {
    /// Processes the input up to and including the next special character; false at the end of the text.
    fn goes_on(&mut self) -> Result<bool, Malformed> {
        let begins_line = self.here.is_empty() && !self.touched;
        if begins_line && self.fenced_line() {
            return Ok(self.end_line(true));
        }
        let Some(at) = self.rest.find(['\n', '`', '\\', '<']) else {
            self.keep(self.rest.len());
            return Ok(self.end_line(false));
        };
        self.keep(at);
        if self.rest.starts_with('\n') {
            return Ok(self.end_line(false));
        }
        if self.rest.starts_with(OPENS) {
            self.comment()?;
        } else if self.rest.starts_with('`') {
            self.code();
        } else {
            // A character after a backslash is not a delimiter.
            let escaped = self.rest.starts_with("\\<") || self.rest.starts_with("\\`");
            self.keep(if escaped { 2 } else { 1 });
        }
        Ok(true)
    }

    /// Moves that many bytes, which contain no line end, to the output line.
    fn keep(&mut self, bytes: usize) {
        let (kept, rest) = self.rest.split_at_checked(bytes).unwrap_or((self.rest, ""));
        self.here.push_str(kept);
        self.rest = rest;
    }

    /// Ends the output line; false when it was the last.
    fn end_line(&mut self, fenced: bool) -> bool {
        let next = self.rest.strip_prefix('\n');
        if let Some(rest) = next {
            self.rest = rest;
            self.line += 1;
        }
        self.put_line(fenced);
        next.is_some()
    }

    fn put_line(&mut self, fenced: bool) {
        let text = std::mem::take(&mut self.here);
        let number = std::mem::replace(&mut self.here_line, self.line);
        let touched = std::mem::take(&mut self.touched);
        let is_blank = text.trim().is_empty() && !fenced;
        // A list item or quotation that contained only a comment is dropped.
        if touched && (is_blank || matches!(text.trim(), "-" | "*" | "+" | ">")) {
            self.gap = true;
            return;
        }
        // The empty lines around a comment become one, as if it had not been there.
        if is_blank
            && self.gap
            && self.shown.lines.last().is_none_or(|last| last.text.trim().is_empty())
        {
            return;
        }
        self.gap &= is_blank;
        self.shown.lines.push(TextLine { number, text, fenced });
    }

    /// Keeps the whole line when it belongs to a code fence.
    fn fenced_line(&mut self) -> bool {
        let line = self.rest.split('\n').next().unwrap_or_default();
        let mark = fence(line);
        match (self.fence, mark) {
            (None, Some(mark)) => self.fence = Some((mark.letter, mark.length)),
            (Some((letter, length)), Some(mark))
                if mark.letter == letter && mark.length >= length && mark.is_bare =>
            {
                self.fence = None;
            }
            (Some(_), _) => {}
            (None, None) => return false,
        }
        self.keep(line.len());
        true
    }

    /// Removes a comment, with the blanks that are not needed without it.
    fn comment(&mut self) -> Result<(), Malformed> {
        let length = self.rest.get(OPENS.len()..).and_then(|rest| rest.find(CLOSES));
        let Some(length) = length.map(|at| OPENS.len() + at + CLOSES.len()) else {
            return Err(Malformed {
                line: self.line,
                what: "the comment that begins here is not closed".to_owned(),
                hint: "end it with -->; put <!-- in backticks if respondents are to read it"
                    .to_owned(),
            });
        };
        let (comment, rest) = self.rest.split_at_checked(length).unwrap_or((self.rest, ""));
        if let Some(at) = comment.get(OPENS.len()..).and_then(|inner| inner.find(OPENS)) {
            let inner = comment.get(..at + OPENS.len()).unwrap_or_default();
            return Err(Malformed {
                line: self.line + inner.matches('\n').count(),
                what: format!("a comment begins within the one of line {}", self.line),
                hint: "end each with --> before the next begins".to_owned(),
            });
        }
        self.shown.hidden.push(Hidden { line: self.line, characters: comment.chars().count() });
        self.line += comment.matches('\n').count();
        self.rest = rest;
        self.touched = true;
        if self.here.trim().is_empty() {
            self.here_line = self.line;
        }
        let before = self.here.trim_end_matches([' ', '\t']).len();
        let behind = rest.trim_start_matches([' ', '\t']);
        let ends_line = behind.is_empty() || behind.starts_with('\n');
        let is_stop = rest.starts_with(['.', ',', ';', ':', '!', '?', ')']) && before > 0;
        if ends_line || is_stop {
            self.here.truncate(before);
        }
        if ends_line || self.here.is_empty() || self.here.ends_with([' ', '\t']) {
            self.rest = behind;
        }
        Ok(())
    }

    /// Keeps inline code unchanged; backticks that are not closed in the same paragraph are plain characters.
    fn code(&mut self) {
        let ticks = run_of(self.rest, '`');
        let inside = self.rest.get(ticks..).unwrap_or_default();
        let length = closing(paragraph(inside), ticks).map_or(ticks, |at| ticks + at + ticks);
        let (code, rest) = self.rest.split_at_checked(length).unwrap_or((self.rest, ""));
        let mut lines = code.split('\n');
        self.here.push_str(lines.next().unwrap_or_default());
        for line in lines {
            self.line += 1;
            self.put_line(false);
            self.here.push_str(line);
        }
        self.rest = rest;
    }
}

/// The rest of a paragraph: up to an empty line, a fence, or a line that begins with a comment.
fn paragraph(text: &str) -> &str {
    let mut at = 0;
    for (number, line) in text.split('\n').enumerate() {
        let ends =
            line.trim().is_empty() || line.trim_start().starts_with(OPENS) || fence(line).is_some();
        if number > 0 && ends {
            return text.get(..at).unwrap_or_default();
        }
        at += line.len() + 1;
    }
    text
}

/// The position of a run of exactly that many backticks.
fn closing(text: &str, ticks: usize) -> Option<usize> {
    let mut at = 0;
    while let Some(found) = text.get(at..).and_then(|rest| rest.find('`')) {
        let run = run_of(text.get(at + found..).unwrap_or_default(), '`');
        if run == ticks {
            return Some(at + found);
        }
        at += found + run;
    }
    None
}

fn run_of(text: &str, letter: char) -> usize {
    text.chars().take_while(|next| *next == letter).count()
}

/// The delimiter of a code fence.
struct Fence {
    letter: char,
    length: usize,
    /// Whether the rest of the line is empty.
    is_bare: bool,
}

/// The fence that a line opens or closes, if any; it may be inside a list or a quotation.
fn fence(line: &str) -> Option<Fence> {
    let line = line.trim_start_matches([' ', '\t', '>']);
    let line = ["- ", "* ", "+ "].iter().find_map(|mark| line.strip_prefix(mark)).unwrap_or(line);
    let line = line.trim_start_matches([' ', '\t']);
    let letter = line.chars().next().filter(|letter| matches!(letter, '`' | '~'))?;
    let length = run_of(line, letter);
    let behind = line.get(length..).unwrap_or_default();
    let is_fence = length >= 3 && !(letter == '`' && behind.contains('`'));
    is_fence.then(|| Fence { letter, length, is_bare: behind.trim().is_empty() })
}

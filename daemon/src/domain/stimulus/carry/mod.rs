//! Another text in a stimulus file, or in a text that was sent. The settings stay byte for byte, as do line ends; of the Markdown of the body all stays
//! whose words still stand there. What is made is read back: a file that would not say exactly the other text is never given.

mod marks;
mod parts;
mod table;
mod tokens;
mod weave;

use protocol::rewritten_file::RewrittenFile;
use protocol::study::{DraftText, PlainText};

use self::marks::{MarkKind, marks_of, missing};
use super::front_matter::{self, Malformed};
use super::head;
use super::html;
use super::render::render;

/// What a file loses of its HTML, in words.
const PAGE_LOST: &str = "the HTML of the page";
const TAGS_LOST: &str = "the tags of HTML";

/// The file with another text in place of its own.
///
/// # Errors
/// When the file has settings that cannot be read.
pub(crate) fn with_other_text(file: &DraftText, text: &str) -> Result<RewrittenFile, FileProblem> {
    let parts = front_matter::split(file)?;
    let shown = parts.body();
    let said = render(&shown).text;
    let sent = file.sent();
    let ends = LineEnd::of(sent);
    let (before, body, after) = divide(file)?;
    let body = plain_ends(body);
    let text = plain_ends(text.trim());
    let file_of = |body: &str| {
        let last = if after.is_empty() && sent.is_empty() { "\n" } else { after };
        format!("{before}{}{last}", ends.put(body))
    };
    if html::is_page(&shown) {
        let lost = vec![PAGE_LOST.to_owned()];
        return Ok(RewrittenFile { text: file_of(&text), said, lost });
    }
    let had_tags = html::first_tag(&shown).is_some();
    let lost_tags =
        |body: &str| (had_tags && html::first_tag(body).is_none()).then(|| TAGS_LOST.to_owned());
    let marks = marks_of(&body);
    if marks.is_empty() {
        let lost = lost_tags(&text).into_iter().collect();
        return Ok(RewrittenFile { text: file_of(&text), said, lost });
    }
    let woven = weave::weave(&body, &said, &text, &marks);
    let lost = |body: &str| missing(&marks, &marks_of(body), &woven.deleted);
    let fits = |body: &String| reads_as(with(file, file_of(body)), &text);
    let whole = Some(woven.body.clone()).filter(fits).map(|body| (lost(&body), body));
    let found = match whole {
        Some((lost, body)) if lost.is_empty() => Some((lost, body)),
        whole => {
            // One part that cannot be woven takes nothing from the others.
            let parts = parts::by_parts(&body, &said, &text).filter(fits);
            let parts = parts.map(|body| (lost(&body), body));
            whole.into_iter().chain(parts).min_by_key(|(lost, _)| lost.len())
        }
    };
    let (mut lost, body) = found.unwrap_or_else(|| (missing(&marks, &marks_of(&text), &[]), text));
    lost.extend(lost_tags(&body));
    Ok(RewrittenFile { text: file_of(&body), said, lost })
}

/// The body of a file, where its author marked something in it.
#[must_use]
pub(super) fn marked_body(file: &DraftText) -> Option<String> {
    let (_, body, _) = divide(file).ok()?;
    let body = plain_ends(body);
    (!html::is_page(&body) && !marks_of(&body).is_empty()).then_some(body)
}

/// What that text, put into a marked body, would lose of its marks. Tags of HTML are none: no rewrite of a plain text has them.
#[must_use]
pub(crate) fn lost_in(source: &str, text: &str) -> Vec<String> {
    let source = DraftText::plain(source);
    let mut lost = with_other_text(&source, text).map(|found| found.lost).unwrap_or_default();
    lost.retain(|mark| mark != TAGS_LOST);
    lost
}

/// The words of a marked body that a rewrite leaves alone, as they are shown: those of pictures, links and code, and the rows of
/// tables. Others may be said in their place, and would be about something else.
#[must_use]
pub(crate) fn kept_words(source: &str) -> Vec<String> {
    shown_words(source, MarkKind::keeps_its_words)
}

/// The same with the headings, in their order: what a writer is told to leave in its place.
#[must_use]
pub(crate) fn set_apart(source: &str) -> Vec<String> {
    shown_words(source, |kind| kind.keeps_its_words() || matches!(kind, MarkKind::Heading(_)))
}

/// The words of the marks of some kinds, as they are shown, line by line.
fn shown_words(source: &str, is_of: impl Fn(MarkKind) -> bool) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for mark in marks_of(source).iter().filter(|mark| is_of(mark.kind)) {
        let marked = source.get(mark.outer.clone()).unwrap_or_default();
        let shown = render(marked).text;
        for line in shown.lines().map(str::trim).filter(|line| !line.is_empty()) {
            if !kept.iter().any(|known| known == line) {
                kept.push(line.to_owned());
            }
        }
    }
    kept
}

/// The same kind of text with that one in its place.
fn with(file: &DraftText, text: String) -> DraftText {
    match file {
        DraftText::File(_) => DraftText::File(text),
        DraftText::Plain(sent) => DraftText::Plain(PlainText { plain: text, ..sent.clone() }),
    }
}

/// Why a file cannot be given another text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Line {line} cannot be read: {what}")]
pub(crate) struct FileProblem {
    line: usize,
    what: String,
    hint: String,
}

impl FileProblem {
    /// How to correct it.
    pub(crate) fn hint(&self) -> &str {
        &self.hint
    }
}

impl From<Malformed> for FileProblem {
    fn from(Malformed { line, what, hint }: Malformed) -> Self {
        Self { line, what, hint }
    }
}

/// How the lines of a file end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LineEnd {
    Unix,
    Windows,
    OldMac,
}

impl LineEnd {
    /// That of most lines.
    fn of(file: &str) -> Self {
        let windows = file.matches("\r\n").count();
        let unix = file.matches('\n').count() - windows;
        let old = file.matches('\r').count() - windows;
        if windows > 0 && windows >= unix {
            Self::Windows
        } else if old > unix {
            Self::OldMac
        } else {
            Self::Unix
        }
    }

    fn put(self, text: &str) -> String {
        match self {
            Self::Unix => text.to_owned(),
            Self::Windows => text.replace('\n', "\r\n"),
            Self::OldMac => text.replace('\n', "\r"),
        }
    }
}

fn plain_ends(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

/// A file in three parts, none of which is changed: the settings with the blank lines below them, the body, and the blanks at
/// its end. A byte order mark belongs to the first.
fn divide(text: &DraftText) -> Result<(&str, &str, &str), Malformed> {
    let file = text.sent();
    let mark = file.len() - file.strip_prefix('\u{feff}').unwrap_or(file).len();
    let unmarked = file.get(mark..).unwrap_or_default();
    let head = match text {
        DraftText::File(_) => head::find(&plain_ends(unmarked))?,
        DraftText::Plain(_) => None,
    };
    let begins = head.map_or(mark, |found| mark + after_lines(unmarked, found.closes + 1));
    let rest = file.get(begins..).unwrap_or_default();
    let body = rest.trim_start_matches(['\n', '\r']);
    let begins = file.len() - body.len();
    let body = body.trim_end();
    let ends = begins + body.len();
    Ok((file.get(..begins).unwrap_or_default(), body, file.get(ends..).unwrap_or_default()))
}

/// The place after that many line ends of any kind.
fn after_lines(text: &str, lines: usize) -> usize {
    let bytes = text.as_bytes();
    let ends = (0..bytes.len()).filter(|at| match bytes[*at] {
        b'\n' => true,
        b'\r' => bytes.get(at + 1) != Some(&b'\n'),
        _ => false,
    });
    lines.checked_sub(1).and_then(|last| ends.clone().nth(last)).map_or(text.len(), |at| at + 1)
}

/// Whether respondents would read that text in the file, in the same paragraphs.
fn reads_as(file: DraftText, text: &str) -> bool {
    let Ok(parts) = front_matter::split(&file) else { return false };
    paragraphs(&render(&parts.body()).text) == paragraphs(text)
}

/// The words of a text, paragraph by paragraph.
fn paragraphs(text: &str) -> Vec<Vec<String>> {
    let all = text
        .split("\n\n")
        .map(|paragraph| paragraph.split_whitespace().map(ToOwned::to_owned).collect::<Vec<_>>());
    all.filter(|words| !words.is_empty()).collect()
}

#[cfg(test)]
mod tests;

//! Text settings of a draft: text that a YAML comment would cut off is reported, and HTML comments are removed as in
//! the body. This module also collects notes on a valid draft.

use protocol::safe;
use protocol::study::{Draft, Problem};

use super::comments::{self, Hidden, TextLine};
use super::front_matter::{self, Cut, FrontMatterItem, Node, Parts};
use super::given::{Given, Value};
use super::html;
use super::other_comments::{OtherComment, other_comments};

/// Settings that hold a free text, not a number or a word of a closed list.
const TEXTS: &[&str] = &[
    "name",
    "context",
    "questions",
    "tags",
    "project",
    "competitors",
    "target_audience",
    "niche",
    "tone",
    "goal",
];
/// Settings that are made of one text, of short ones, of a name or of a word, where a number is a text as it is written.
const AS_WRITTEN: &[&str] = &[
    "name",
    "context",
    "tags",
    "project",
    "target_audience",
    "niche",
    "tone",
    "goal",
    "engine",
    "embedding_engine",
    "rater",
    "language",
    "content_type",
    "study",
    "mode",
    "engine_mode",
    "audience.region",
    "audience.gender",
    "audience.income_bracket",
    "audience.education",
    "audience.tech_adoption",
];
/// Most comments of a kind that are reported one by one.
const TOLD_MAX: usize = 5;
/// Most characters of a cut-off text that are reported.
const OFF_MAX: usize = 40;

/// A note, in the order of the file; notes on flags come last.
#[derive(Clone, Debug, PartialEq, Eq)]
enum What {
    Comment {
        characters: usize,
    },
    /// In another notation, which respondents would read.
    CommentRead {
        text: String,
    },
    CutShort {
        off: String,
    },
    /// The whole body is HTML.
    Page,
    /// From there on.
    Tags,
    /// From there on, so many.
    Pictures {
        count: usize,
    },
}

/// Notes on texts, each with its line in the file and its place in words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct TextNotes(Vec<(usize, String, What)>);

impl TextNotes {
    /// Adds the comments of a file.
    pub(super) fn hidden(&mut self, file: &str, hidden: &[Hidden]) {
        for Hidden { line, characters } in hidden {
            let what = What::Comment { characters: *characters };
            self.0.push((*line, format!("{file}:{line}"), what));
        }
    }

    /// Adds what of a file's body is read otherwise than it stands there: tags of HTML, pictures, and comments in
    /// other notations.
    fn body(&mut self, file: &str, parts: &Parts) {
        let body = parts.body();
        let lines: &[TextLine] = if html::is_page(&body) { &[] } else { &parts.lines };
        for (line, comment) in other_comments(lines) {
            let what = match comment {
                OtherComment::LeftOut { characters } => What::Comment { characters },
                OtherComment::Read => What::CommentRead { text: beginning(line.text.trim()) },
            };
            self.0.push((line.number, format!("{file}:{}", line.number), what));
        }
        let mut put = |at: usize, what: What| {
            let above = body.get(..at).unwrap_or_default().matches('\n').count();
            let line = parts.lines.get(above).map_or(parts.body_line, |line| line.number);
            self.0.push((line, format!("{file}:{line}"), what));
        };
        if html::is_page(&body) {
            put(0, What::Page);
        } else if let Some(at) = html::first_tag(&body) {
            put(at, What::Tags);
        }
        if let Some(pictures) = html::pictures_of(&body) {
            put(pictures.first, What::Pictures { count: pictures.count });
        }
    }

    fn sentences(mut self) -> Vec<String> {
        self.0.sort_by_key(|(line, ..)| *line);
        let mut sentences = Vec::new();
        let (mut comments, mut read) = (0, 0);
        let mut more: Option<(String, usize)> = None;
        for (line, place, what) in self.0 {
            match what {
                What::CutShort { off } => sentences.push(format!(
                    "{place}: line {line} ends at ' #'; put the text in quotes if '{off}' belongs to it"
                )),
                What::Page => sentences.push(format!(
                    "{place}: the page is shown as its readers see it: its text, without tags, styles and scripts"
                )),
                What::Tags => {
                    sentences.push(format!("{place}: tags of HTML are not shown from there on"));
                }
                What::Pictures { count: 1 } => sentences.push(format!(
                    "{place}: nobody sees the picture; respondents read its caption only"
                )),
                What::Pictures { count } => sentences.push(format!(
                    "{place}: nobody sees the {count} pictures from there on; respondents read their captions only"
                )),
                What::CommentRead { text } => {
                    read += 1;
                    if read <= TOLD_MAX {
                        sentences.push(format!(
                            "{place}: this looks like a comment, and respondents would read it: {}; <!-- … --> is not shown",
                            safe::quoted(&text)
                        ));
                    }
                }
                What::Comment { characters } if comments < TOLD_MAX => {
                    comments += 1;
                    let characters = match characters {
                        1 => "1 character".to_owned(),
                        _ => format!("{characters} characters"),
                    };
                    sentences.push(format!("{place}: a comment of {characters} is not shown"));
                }
                What::Comment { .. } => match &mut more {
                    Some((_, count)) => *count += 1,
                    None => more = Some((place, 1)),
                },
            }
        }
        sentences.extend(more.map(|(place, count)| match count {
            1 => format!("{place}: one more comment is not shown"),
            _ => format!("{place}: {count} more comments from there on are not shown"),
        }));
        sentences
    }
}

/// Notes on a draft that are not errors: comments, tags and pictures that are not shown, and texts that end at a YAML comment.
/// Empty for a draft that cannot be read.
#[must_use]
pub(crate) fn notes(draft: &Draft) -> Vec<String> {
    let Ok(parts) = front_matter::split(&draft.text) else { return Vec::new() };
    let mut told = TextNotes::default();
    told.hidden(&draft.file, &parts.hidden);
    told.body(&draft.file, &parts);
    super::collect(draft, &parts, &mut Vec::new(), &mut told);
    let mut sentences = told.sentences();
    if let Some((second, parts)) = draft
        .variant_b
        .as_ref()
        .and_then(|second| Some((second, front_matter::split(&second.text).ok()?)))
    {
        let mut told = TextNotes::default();
        told.hidden(&second.file, &parts.hidden);
        told.body(&second.file, &parts);
        sentences.extend(told.sentences());
    }
    sentences
}

/// A setting of the file with its texts after the removal of comments; values that YAML reads as something else are
/// refused.
pub(super) fn tidy(
    given: &mut Given,
    item: &FrontMatterItem,
    file: &str,
    problems: &mut Vec<Problem>,
    told: &mut TextNotes,
) {
    let mut item = item.clone();
    refuse_marks(&mut item, &given.key, file, problems);
    let (is_text, is_as_written) =
        (TEXTS.contains(&given.key.as_str()), AS_WRITTEN.contains(&given.key.as_str()));
    if is_text {
        let is_list = matches!(item.value, Node::List(_)) && given.key == "tags";
        tidy_item(&mut item, is_list, file, problems, told);
    }
    if is_as_written {
        keep_as_written(&mut item);
    }
    if is_text || is_as_written {
        given.value = Value::Node(item.value);
    }
}

/// Refuses tags, anchors and aliases. A text goes on as it is written, so that each is reported once.
fn refuse_marks(item: &mut FrontMatterItem, key: &str, file: &str, problems: &mut Vec<Problem>) {
    let is_collection = matches!(item.value, Node::List(_) | Node::Map(_));
    let is_text = TEXTS.contains(&key) && !is_collection;
    if let Some(mark) = item.mark.take() {
        let hint = if is_text { mark.in_quotes() } else { "write the value without it".to_owned() };
        let place = format!("{file}:{}", mark.line);
        problems.push(Problem { place, what: mark.reason(), hint: hint.into() });
        if is_text {
            item.value = Node::Text(mark.text);
            (item.cut, item.written) = (None, None);
        }
    } else if let Node::List(items) = &mut item.value {
        for item in items {
            refuse_marks(item, key, file, problems);
        }
    }
}

/// Numbers and truth values as the texts that they are in a setting that holds a text.
fn keep_as_written(item: &mut FrontMatterItem) {
    if let Some(written) = item.written.take() {
        item.value = Node::Text(written);
    }
    if let Node::List(items) = &mut item.value {
        items.iter_mut().for_each(keep_as_written);
    }
}

fn tidy_item(
    item: &mut FrontMatterItem,
    of_words: bool,
    file: &str,
    problems: &mut Vec<Problem>,
    told: &mut TextNotes,
) {
    // A number before a comment is cut short like any other text: `name: 14 #15`.
    let said = match &item.value {
        Node::Text(text) => Some(text.clone()),
        Node::Whole(number) => Some(number.to_string()),
        Node::Real(number) => Some(number.to_string()),
        Node::Bool(value) => Some(value.to_string()),
        Node::Null | Node::List(_) | Node::Map(_) => None,
    };
    if let (Some(said), Some(Cut { line, off })) = (said, &item.cut) {
        let place = format!("{file}:{line}");
        match judge(&said, off, of_words) {
            Judged::Note => {}
            Judged::Told(off) => told.0.push((*line, place, What::CutShort { off })),
            Judged::Refused(lost) if off.starts_with('\n') => problems.push(Problem {
                place,
                what: format!("line {line} begins with '#', and '{lost}' would be lost"),
                hint: "put the text in quotes, or a blank behind the # of a note".into(),
            }),
            Judged::Refused(off) => problems.push(Problem {
                place,
                what: format!("line {line} ends at ' #', and '{off}' would be lost"),
                hint: "put the text in quotes, or the note on a line of its own".into(),
            }),
        }
    }
    match &mut item.value {
        Node::Text(text) => {
            let line = item.line;
            take_out(text, line, &format!("{file}:{line}"), problems, told);
        }
        Node::List(items) => {
            for item in items {
                tidy_item(item, of_words, file, problems, told);
            }
        }
        _ => {}
    }
}

/// A setting given as a flag, like [`tidy`].
pub(super) fn tidy_flag(given: &mut Given, problems: &mut Vec<Problem>, told: &mut TextNotes) {
    let place = given.place.clone();
    if !TEXTS.contains(&given.key.as_str()) {
        return;
    }
    match &mut given.value {
        Value::Flag(text) => take_out(text, usize::MAX, &place, problems, told),
        Value::Texts(texts) => {
            for text in texts {
                take_out(text, usize::MAX, &place, problems, told);
            }
        }
        Value::Node(_) => {}
    }
}

/// Removes the comments from one text.
fn take_out(
    text: &mut String,
    line: usize,
    place: &str,
    problems: &mut Vec<Problem>,
    told: &mut TextNotes,
) {
    if !text.contains("<!--") {
        return;
    }
    match comments::take_out(text, 1) {
        Ok(shown) => {
            *text = shown.text();
            told.0.extend(shown.hidden.iter().map(|hidden| {
                let what = What::Comment { characters: hidden.characters };
                (line, place.to_owned(), what)
            }));
        }
        Err(malformed) => problems.push(Problem {
            place: place.to_owned(),
            what: malformed.what,
            hint: malformed.hint.into(),
        }),
    }
}

/// How a comment after a text is interpreted.
enum Judged {
    /// A note, as after a word of a list.
    Note,
    /// Probably a note: it is set apart, as notes are.
    Told(String),
    /// A part of the text.
    Refused(String),
}

/// The beginning of a text that is told.
fn beginning(text: &str) -> String {
    match text.char_indices().nth(OFF_MAX) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text.to_owned(),
    }
}

fn judge(text: &str, off: &str, of_words: bool) -> Judged {
    let said = off.trim_start();
    let apart = said.trim_start_matches('#').starts_with([' ', '\t'])
        || said.chars().all(|letter| letter == '#');
    let blanks = off.len() - said.len();
    // Below a word of a list, nothing goes on.
    if of_words && off.starts_with('\n') {
        return Judged::Note;
    }
    if of_words && apart && !text.contains(char::is_whitespace) {
        return Judged::Note;
    }
    let short = beginning(said);
    let is_note = apart && (blanks > 1 || off.starts_with('\t'));
    if is_note { Judged::Told(short) } else { Judged::Refused(short) }
}

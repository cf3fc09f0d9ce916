//! The survey of a text: its sentences, lines, paragraphs and headings, and the counts that several signals start from.

use std::ops::Range;

use protocol::review::ContentType;

use super::brief::Brief;
use super::phrases::{PhraseHits, PhraseTable};
use super::recipes::TypeNorms;
use crate::features::{Span, Token, tokenise};
use crate::{Reader, Reading};

/// A text with its parts.
#[derive(Debug)]
pub(super) struct Survey<'a> {
    pub(super) reader: &'a Reader,
    pub(super) reading: &'a Reading,
    pub(super) brief: &'a Brief,
    pub(super) norms: &'a TypeNorms,
    pub(super) tokens: Vec<Token>,
    /// Ranges of tokens; a line's end ends a sentence.
    pub(super) sentences: Vec<Range<usize>>,
    /// Lines that head what follows.
    pub(super) headings: Vec<Span>,
    /// Entries of lists.
    pub(super) entries: Vec<Span>,
    /// Paragraphs of running text, with their number of words.
    pub(super) paragraphs: Vec<(Span, usize)>,
    /// What others say: words between marks of quotation.
    pub(super) quotations: Vec<Span>,
    /// Places of the phrases of each signal.
    pub(super) hits: PhraseHits,
    /// Places of the traces of each signal.
    pub(super) traces: PhraseHits,
}

/// A heading without a mark has at most so many words.
const HEADING_WORDS: usize = 10;

/// A clause of at most so many words is quoted whole.
const PHRASE_WORDS: usize = 14;

impl<'a> Survey<'a> {
    pub(super) fn new(reader: &'a Reader, reading: &'a Reading, brief: &'a Brief) -> Self {
        let text = reading.text.as_str();
        let tokens = tokenise(text);
        let sentences = sentences(text, &tokens);
        let find = |table: &PhraseTable| table.find(&reader.lexicon, text, &tokens, &sentences);
        let (hits, traces) = (find(&reader.review.phrases), find(&reader.review.traces.phrases));
        let mut survey = Self {
            reader,
            reading,
            brief,
            norms: reader.review.norms(brief.content_type),
            hits,
            traces,
            tokens,
            sentences,
            headings: Vec::new(),
            entries: Vec::new(),
            paragraphs: Vec::new(),
            quotations: quotations(text),
        };
        survey.lay_out();
        survey
    }

    /// The text; every span is a place in it.
    pub(super) fn text(&self) -> &'a str {
        &self.reading.text
    }

    /// What the content is.
    pub(super) fn content_type(&self) -> ContentType {
        self.brief.content_type
    }

    /// Words and numbers.
    pub(super) fn words(&self) -> usize {
        self.tokens.iter().filter(|token| token.word.chars().any(char::is_alphanumeric)).count()
    }

    /// What an occurrence counts: more in a title, less in a long text.
    pub(super) fn scale(&self) -> f64 {
        (60.0 / self.words().max(1) as f64).sqrt().min(2.0)
    }

    /// The tokens of a sentence.
    pub(super) fn sentence(&self, range: &Range<usize>) -> &[Token] {
        self.tokens.get(range.clone()).unwrap_or_default()
    }

    /// The first sentence that has more than a greeting.
    pub(super) fn opening(&self) -> Option<&Range<usize>> {
        let greeting = |range: &&Range<usize>| {
            let first = self.sentence(range).first().map_or("", |token| token.word.as_str());
            range.len() <= 4 && matches!(first, "hi" | "hello" | "dear" | "hey" | "subject")
        };
        self.sentences.iter().find(|range| !greeting(range))
    }

    /// Where some tokens stand.
    pub(super) fn span(&self, range: &Range<usize>) -> Option<Span> {
        let words = self.sentence(range);
        Some(Span { start: words.first()?.start, end: words.last()?.end })
    }

    /// The phrase that a place of several words stands in, which begins and ends where a reader would pause: its clause, if that
    /// is short. A single word is no part of a phrase, it is what is meant.
    pub(super) fn phrase(&self, span: Span) -> Span {
        let first = self.tokens.partition_point(|token| token.start < span.start);
        let end = self.tokens.partition_point(|token| token.start < span.end);
        let Some(words) = self.tokens.get(first..end).filter(|words| words.len() > 1) else {
            return span;
        };
        let (Some(one), Some(other)) = (words.first(), words.last()) else { return span };
        let line = |from: usize, to: usize| {
            self.text().get(from..to).is_some_and(|between| !between.contains('\n'))
        };
        let before = self.tokens.get(..first).unwrap_or_default().iter().rev();
        let before =
            before.take_while(|token| token.clause == one.clause && line(token.end, one.start));
        let behind = self.tokens.get(end..).unwrap_or_default().iter();
        let behind =
            behind.take_while(|token| token.clause == other.clause && line(other.end, token.start));
        let (start, stop) = (before.last().unwrap_or(one), behind.last().unwrap_or(other));
        let whole = Span { start: start.start, end: stop.end };
        let count = whole.of(self.text()).split_whitespace().count();
        if count <= PHRASE_WORDS { whole } else { span }
    }

    /// The text of a token as it was written.
    pub(super) fn written(&self, token: &Token) -> &'a str {
        self.reading.text.get(token.start..token.end).unwrap_or_default()
    }

    /// Divides the text into headings, entries and paragraphs.
    fn lay_out(&mut self) {
        let text = self.text();
        let several = text.lines().filter(|line| !line.trim().is_empty()).count() > 1;
        let mut at = 0;
        for line in text.split('\n') {
            let span = Span { start: at, end: at + line.len() };
            at += line.len() + 1;
            let bare = line.trim();
            let words = bare.split_whitespace().count();
            if words == 0 {
                continue;
            }
            let numbered = bare.split_once(['.', ')']).is_some_and(|(number, _)| {
                number.len() <= 2
                    && number.chars().all(|c| c.is_ascii_digit())
                    && !number.is_empty()
            });
            if bare.starts_with("- ")
                || bare.starts_with(['*', '•', '+', '·']) && !bare.starts_with("**")
                || numbered
            {
                self.entries.push(span);
            } else if bare.starts_with('#')
                || several
                    && words <= HEADING_WORDS
                    && !bare.ends_with(['.', '!', '?', ',', ':', ';', '…', '"', '”'])
            {
                self.headings.push(span);
            } else {
                self.paragraphs.push((span, words));
            }
        }
    }
}

/// The places between marks of quotation, with the marks.
fn quotations(text: &str) -> Vec<Span> {
    let mut found = Vec::new();
    for (open, close) in [('“', '”'), ('"', '"')] {
        let mut from = 0;
        while let Some(start) =
            text.get(from..).and_then(|rest| rest.find(open)).map(|at| from + at)
        {
            let inside = start + open.len_utf8();
            let Some(length) = text.get(inside..).and_then(|rest| rest.find(close)) else { break };
            let end = inside + length + close.len_utf8();
            found.push(Span { start, end });
            from = end;
        }
    }
    found
}

/// Divides at the ends of sentences and of lines.
fn sentences(text: &str, tokens: &[Token]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut from = 0;
    for at in 1..=tokens.len() {
        let ends = match (tokens.get(at - 1), tokens.get(at)) {
            (Some(one), Some(next)) => {
                one.sentence != next.sentence
                    || text.get(one.end..next.start).is_some_and(|gap| gap.contains('\n'))
            }
            _ => true,
        };
        if ends && from < at {
            found.push(from..at);
            from = at;
        }
    }
    found.retain(|range: &Range<usize>| !range.is_empty() && range.end <= tokens.len());
    found
}

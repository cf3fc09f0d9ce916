//! A text as an editor sees it: its blocks (paragraphs, headings, entries of lists), their sentences and words, each with
//! its place in bytes, and what must not be touched.

use std::ops::Range;

use super::names;
use super::protect;
use super::tables::EditorTables;

/// What a block is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BlockKind {
    Paragraph,
    Heading,
    Entry,
}

/// A block without its marker.
#[derive(Clone, Debug)]
pub(super) struct Block {
    pub(super) kind: BlockKind,
    /// Places in [`Draft::sentences`].
    pub(super) sentences: Range<usize>,
}

/// A word.
#[derive(Clone, Debug)]
pub(super) struct DraftWord {
    /// Lower case, with a straight apostrophe.
    pub(super) lower: String,
    pub(super) range: Range<usize>,
    /// Whether it stays as it is: it is a name, or stands in a place that must not be touched.
    pub(super) is_kept: bool,
    /// Whether it stands in a place that must not be touched.
    pub(super) is_protected: bool,
}

/// A sentence with the marks at its end.
#[derive(Clone, Debug)]
pub(super) struct Sentence {
    pub(super) range: Range<usize>,
    /// Places in [`Draft::words`].
    pub(super) words: Range<usize>,
}

/// The text with its parts.
#[derive(Debug)]
pub(super) struct Draft<'a> {
    pub(super) text: &'a str,
    pub(super) blocks: Vec<Block>,
    pub(super) sentences: Vec<Sentence>,
    pub(super) words: Vec<DraftWord>,
    /// In the order of where they begin.
    protected: Vec<Range<usize>>,
    /// How far the protected places up to each reach.
    reaches: Vec<usize>,
}

/// Words that end with a stop and end no sentence.
const ABBREVIATIONS: &[&str] = &[
    "mr", "mrs", "ms", "dr", "prof", "sr", "jr", "st", "vs", "etc", "inc", "ltd", "co", "corp",
    "e.g", "i.e", "no", "approx", "est", "dept", "fig", "u.s", "u.k", "a.m", "p.m", "jan", "feb",
    "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec", "min", "max", "vol",
    "ave",
];

impl<'a> Draft<'a> {
    /// The text, whose names and kept words stay as they are.
    pub(super) fn of(text: &'a str, tables: &EditorTables, kept: &[String]) -> Self {
        let protected = protect::protected(text, kept);
        let mut reach = 0;
        let reaches = protected.iter().map(|kept| {
            reach = kept.end.max(reach);
            reach
        });
        let reaches = reaches.collect();
        let mut draft = Self {
            text,
            blocks: Vec::new(),
            sentences: Vec::new(),
            words: Vec::new(),
            protected,
            reaches,
        };
        draft.words = words(&draft);
        draft.divide();
        names::keep_names(&mut draft, tables);
        draft
    }

    /// The words of a sentence.
    pub(super) fn words_of(&self, sentence: &Sentence) -> &[DraftWord] {
        self.words.get(sentence.words.clone()).unwrap_or_default()
    }

    /// The sentences of a block.
    pub(super) fn sentences_of(&self, block: &Block) -> &[Sentence] {
        self.sentences.get(block.sentences.clone()).unwrap_or_default()
    }

    /// Some bytes of the text.
    pub(super) fn get(&self, range: Range<usize>) -> &'a str {
        self.text.get(range).unwrap_or_default()
    }

    /// What stands between a word and the next.
    pub(super) fn gap(&self, at: usize) -> &'a str {
        match (self.words.get(at), self.words.get(at + 1)) {
            (Some(one), Some(next)) => self.get(one.range.end..next.range.start),
            _ => "",
        }
    }

    /// Whether a place touches something that must not be touched.
    pub(super) fn is_protected(&self, range: &Range<usize>) -> bool {
        let before = self.protected.partition_point(|kept| kept.start < range.end);
        let reach = before.checked_sub(1).and_then(|last| self.reaches.get(last));
        reach.is_some_and(|reach| range.start < *reach)
    }

    /// Whether a word begins a sentence.
    pub(super) fn begins_sentence(&self, word: usize) -> bool {
        self.sentences.binary_search_by_key(&word, |sentence| sentence.words.start).is_ok()
    }

    fn divide(&mut self) {
        let mut at = 0;
        let mut open: Option<Range<usize>> = None;
        let mut blocks: Vec<(BlockKind, Range<usize>)> = Vec::new();
        for line in self.text.split('\n') {
            let start = at;
            at += line.len() + 1;
            let bare = line.trim_end();
            let indent = bare.len() - bare.trim_start().len();
            let (marker, kind) = marker(bare.trim_start());
            let range = start + indent + marker..start + bare.len();
            if bare.trim().is_empty()
                || self.is_protected(&(start..start + bare.len().max(1)))
                    && is_whole(&self.protected, &range)
            {
                blocks.extend(open.take().map(|range| (BlockKind::Paragraph, range)));
            } else if kind == BlockKind::Paragraph {
                open = Some(open.map_or(range.clone(), |held| held.start..range.end));
            } else {
                blocks.extend(open.take().map(|range| (BlockKind::Paragraph, range)));
                blocks.push((kind, range));
            }
        }
        blocks.extend(open.map(|range| (BlockKind::Paragraph, range)));
        for (kind, range) in blocks {
            let from = self.sentences.len();
            self.cut(&range);
            self.blocks.push(Block { kind, sentences: from..self.sentences.len() });
        }
    }

    /// Cuts a block into sentences.
    fn cut(&mut self, block: &Range<usize>) {
        let mut start = block.start;
        let ends: Vec<usize> = self.ends(block);
        for end in ends.into_iter().chain([block.end]) {
            let lead = self.get(start..end).len() - self.get(start..end).trim_start().len();
            let range = start + lead..end;
            start = end;
            let first = self.words.partition_point(|word| word.range.start < range.start);
            let last = self.words.partition_point(|word| word.range.start < range.end);
            if first < last {
                self.sentences.push(Sentence { range, words: first..last });
            }
        }
    }

    /// Where sentences end within a block, behind their marks.
    fn ends(&self, block: &Range<usize>) -> Vec<usize> {
        let mut found = Vec::new();
        let text = self.get(block.clone());
        let mut letters = text.char_indices().peekable();
        while let Some((at, letter)) = letters.next() {
            if !matches!(letter, '.' | '!' | '?' | '…') {
                continue;
            }
            let mut end = at + letter.len_utf8();
            while let Some(&(next, mark)) = letters.peek()
                && matches!(mark, '.' | '!' | '?' | '…' | '"' | '”' | ')' | '*' | '\'' | '’')
            {
                end = next + mark.len_utf8();
                letters.next();
            }
            let place = block.start + at;
            let follows = text.get(end..).unwrap_or_default();
            let next = follows.trim_start().chars().next();
            let ends_here = follows.starts_with(char::is_whitespace)
                && next.is_none_or(|next| !next.is_lowercase())
                && !(letter == '.' && is_abbreviated(text.get(..at).unwrap_or_default()))
                && !self
                    .protected
                    .iter()
                    .any(|kept| kept.start < place && block.start + end < kept.end);
            if ends_here {
                found.push(block.start + end);
            }
        }
        found
    }
}

/// Whether a range lies within one protected place.
fn is_whole(protected: &[Range<usize>], range: &Range<usize>) -> bool {
    protected.iter().any(|kept| kept.start <= range.start && range.end <= kept.end)
}

fn is_abbreviated(before: &str) -> bool {
    let word = before
        .rsplit(|c: char| c.is_whitespace() || matches!(c, '(' | '"' | '“'))
        .next()
        .unwrap_or_default();
    let lower = word.to_lowercase();
    ABBREVIATIONS.contains(&lower.as_str())
        || word.chars().count() == 1 && word.chars().all(char::is_alphabetic) && word != "I"
}

/// How many lines are headings or entries of lists.
pub(super) fn marked_lines(text: &str) -> usize {
    text.lines().filter(|line| marker(line.trim_start()).1 != BlockKind::Paragraph).count()
}

/// The length of the marker that a line begins with, and what the line is.
fn marker(line: &str) -> (usize, BlockKind) {
    let hashes = line.len() - line.trim_start_matches('#').len();
    if hashes > 0 && line.get(hashes..).is_some_and(|rest| rest.starts_with(' ')) {
        return (hashes + 1, BlockKind::Heading);
    }
    for mark in ["- ", "* ", "+ ", "• ", "· ", "– "] {
        if line.starts_with(mark) {
            return (mark.len(), BlockKind::Entry);
        }
    }
    let digits = line.len() - line.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let rest = line.get(digits..).unwrap_or_default();
    if (1..=2).contains(&digits) && (rest.starts_with(". ") || rest.starts_with(") ")) {
        return (digits + 2, BlockKind::Entry);
    }
    (0, BlockKind::Paragraph)
}

/// The words of a text: letters and digits with apostrophes, points and commas inside.
fn words(draft: &Draft<'_>) -> Vec<DraftWord> {
    let text = draft.text;
    let mut found = Vec::new();
    let mut start: Option<usize> = None;
    let letters: Vec<(usize, char)> = text.char_indices().chain([(text.len(), ' ')]).collect();
    for (place, &(at, letter)) in letters.iter().enumerate() {
        let before =
            place.checked_sub(1).and_then(|place| letters.get(place)).map_or(' ', |one| one.1);
        let next = letters.get(place + 1).map_or(' ', |one| one.1);
        let joins = match letter {
            '\'' | '’' => before.is_alphanumeric() && next.is_alphabetic(),
            '.' | ',' => before.is_ascii_digit() && next.is_ascii_digit(),
            _ => false,
        };
        if letter.is_alphanumeric() || joins && start.is_some() {
            start.get_or_insert(at);
            continue;
        }
        let Some(from) = start.take() else { continue };
        let range = from..at;
        let lower = text.get(range.clone()).unwrap_or_default().to_lowercase().replace('’', "'");
        let is_kept = draft.is_protected(&range);
        found.push(DraftWord { lower, range, is_kept, is_protected: is_kept });
    }
    found
}

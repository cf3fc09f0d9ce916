//! A changed text woven into its source: words that stay keep all signs around them, changed ones are put in their place,
//! and the signs around words that changed go.

use std::ops::Range;

use similar::DiffOp;

use super::marks::{AuthorMark, MarkKind};
use super::tokens::{Token, changes, pairs, tokens};

/// What came of weaving.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Woven {
    /// The new source.
    pub(super) body: String,
    /// The places, among the marks of the source, of those whose words were taken out.
    pub(super) deleted: Vec<usize>,
}

/// Words that change: those of the old text go, those of the new one come.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Hunk {
    old: Range<usize>,
    new: Range<usize>,
}

/// The source of `said` with the words of `text`.
pub(super) fn weave(source: &str, said: &str, text: &str, marks: &[AuthorMark]) -> Woven {
    let (old, new) = (tokens(said), tokens(text));
    let spans = places(source, &old);
    let hunks = hunks(&old, &new);
    let mut gone = vec![false; source.len()];
    let mut deleted = Vec::new();
    for (place, mark) in marks.iter().enumerate() {
        match fate(mark, &spans, &hunks) {
            MarkFate::Stays => continue,
            MarkFate::WordsWent => deleted.push(place),
            MarkFate::WordsChanged => {}
        }
        for at in (mark.outer.start..mark.inner.start).chain(mark.inner.end..mark.outer.end) {
            gone[at] = true;
        }
    }
    let weaving = Weaving { source, said, text, old: &old, new: &new, spans: &spans, gone: &gone };
    Woven { body: weaving.body(&hunks), deleted }
}

/// The place in the source of each word. One that the source does not have, such as a word put in for a sign, has an empty place
/// behind the one before it.
fn places(source: &str, old: &[Token<'_>]) -> Vec<Range<usize>> {
    let of_source = tokens(source);
    let mut end = 0;
    let found = pairs(old, &of_source).into_iter().map(|pair| {
        let place = pair.map_or(end..end, |at| of_source[at].at.clone());
        end = place.end;
        place
    });
    found.collect()
}

fn hunks(old: &[Token<'_>], new: &[Token<'_>]) -> Vec<Hunk> {
    let mut found: Vec<Hunk> = Vec::new();
    for change in changes(old, new) {
        if matches!(change, DiffOp::Equal { .. }) {
            continue;
        }
        let hunk = Hunk { old: change.old_range(), new: change.new_range() };
        match found.last_mut() {
            Some(last) if last.old.end == hunk.old.start && last.new.end == hunk.new.start => {
                last.old.end = hunk.old.end;
                last.new.end = hunk.new.end;
            }
            _ => found.push(hunk),
        }
    }
    found
}

/// What becomes of a mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum MarkFate {
    Stays,
    /// All its words are taken out, and none come for them.
    WordsWent,
    WordsChanged,
}

fn fate(mark: &AuthorMark, spans: &[Range<usize>], hunks: &[Hunk]) -> MarkFate {
    let is_inside = |at: usize| {
        let span = &spans[at];
        !span.is_empty() && mark.inner.start <= span.start && span.end <= mark.inner.end
    };
    let own: Vec<usize> = (0..spans.len()).filter(|at| is_inside(*at)).collect();
    let (Some(first), Some(last)) = (own.first(), own.last()) else { return MarkFate::Stays };
    let touches = |hunk: &&Hunk| {
        let takes = hunk.old.start <= *last && hunk.old.end > *first;
        // What comes between two words of the mark changes it too.
        takes || (hunk.old.is_empty() && hunk.old.start > *first && hunk.old.start <= *last)
    };
    let touching: Vec<&Hunk> = hunks.iter().filter(touches).collect();
    if touching.is_empty() {
        return MarkFate::Stays;
    }
    let took_all = own.iter().all(|at| touching.iter().any(|hunk| hunk.old.contains(at)));
    if took_all && touching.iter().all(|hunk| hunk.new.is_empty()) {
        return MarkFate::WordsWent;
    }
    // An address stays with its place: other words for it lead there too, and what is emphasised is so in other words. Where words
    // around it changed as well, none of its own is left.
    let is_within = |hunk: &&Hunk| hunk.old.start >= *first && hunk.old.end <= *last + 1;
    let is_carried = matches!(mark.kind, MarkKind::Link | MarkKind::Bold | MarkKind::Italics);
    let is_emphasis = matches!(mark.kind, MarkKind::Bold | MarkKind::Italics);
    if took_all && is_emphasis && !touching.iter().all(is_within) {
        return MarkFate::WordsWent;
    }
    if is_carried && touching.iter().all(is_within)
        || matches!(mark.kind, MarkKind::Heading(_))
        || !mark.kind.is_around_words()
    {
        MarkFate::Stays
    } else {
        MarkFate::WordsChanged
    }
}

struct Weaving<'a> {
    source: &'a str,
    said: &'a str,
    text: &'a str,
    old: &'a [Token<'a>],
    new: &'a [Token<'a>],
    spans: &'a [Range<usize>],
    gone: &'a [bool],
}

impl Weaving<'_> {
    fn body(&self, hunks: &[Hunk]) -> String {
        let mut body = String::with_capacity(self.source.len());
        let (mut old, mut new) = (0, 0);
        let mut hunks = hunks.iter().peekable();
        loop {
            if let Some(hunk) = hunks.next_if(|hunk| hunk.old.start == old) {
                self.put_hunk(&mut body, hunk);
                (old, new) = (hunk.old.end, hunk.new.end);
            } else {
                self.put_gap(&mut body, old, new);
            }
            let Some(span) = self.spans.get(old) else { return body };
            self.keep(&mut body, span.clone());
            (old, new) = (old + 1, new + 1);
        }
    }

    /// A part of the source, without signs that go.
    fn keep(&self, body: &mut String, range: Range<usize>) {
        let part = self.source.get(range.clone()).unwrap_or_default();
        body.extend(
            part.char_indices()
                .filter(|(at, _)| !self.gone.get(range.start + at).copied().unwrap_or_default())
                .map(|(_, letter)| letter),
        );
    }

    /// The part of the source between a word and the one before it.
    fn gap(&self, old: usize) -> Range<usize> {
        let from = old.checked_sub(1).and_then(|before| self.spans.get(before));
        let from = from.map_or(0, |span| span.end);
        let to = self.spans.get(old).map_or(self.source.len(), |span| span.start);
        from..to.max(from)
    }

    /// The blanks between two words that follow each other in both texts. Where they differ, those of the new text come, unless
    /// signs stand among them.
    fn put_gap(&self, body: &mut String, old: usize, new: usize) {
        let gap = self.gap(old);
        let (before, after) = (blanks(self.said, self.old, old), blanks(self.text, self.new, new));
        let (closing, opening) = self.sides(&gap);
        if before == after || closing.end > opening.start {
            self.keep(body, gap);
            return;
        }
        let between = self.source.get(closing.end..opening.start).unwrap_or_default();
        if between.trim().is_empty() {
            self.keep(body, closing);
            body.push_str(after);
            self.keep(body, opening);
        } else {
            self.keep(body, gap);
        }
    }

    fn put_hunk(&self, body: &mut String, hunk: &Hunk) {
        let (first, last) = (self.gap(hunk.old.start), self.gap(hunk.old.end));
        let (closing, _) = self.sides(&first);
        let (_, opening) = self.sides(&last);
        let before = |old| blanks(self.said, self.old, old);
        let after = |new| blanks(self.text, self.new, new);
        let is_apart = first != last;
        let (begins, ends) = (after(hunk.new.start), after(hunk.new.end));
        if let (Some(from), Some(to)) =
            (self.new.get(hunk.new.start), self.new.get(hunk.new.end.wrapping_sub(1)))
            && !hunk.new.is_empty()
        {
            let comes = self.text.get(from.at.start..to.at.end).unwrap_or_default();
            if !is_apart && before(hunk.old.start) == ends {
                let rest = closing.end..first.end;
                self.keep(body, closing);
                body.push_str(begins);
                body.push_str(comes);
                self.keep(body, rest);
                return;
            }
            if !is_apart && before(hunk.old.start) == begins {
                self.keep(body, first);
                body.push_str(comes);
                body.push_str(ends);
                return;
            }
            if is_apart && before(hunk.old.start) == begins {
                self.keep(body, first);
            } else {
                self.keep(body, closing);
                body.push_str(begins);
            }
            body.push_str(comes);
            if is_apart && before(hunk.old.end) == ends {
                self.keep(body, last);
            } else {
                body.push_str(ends);
                self.keep(body, opening);
            }
        } else if before(hunk.old.end) == ends {
            self.keep(body, closing);
            self.keep(body, last);
        } else if before(hunk.old.start) == ends {
            self.keep(body, first);
            self.keep(body, opening);
        } else {
            self.keep(body, closing);
            body.push_str(ends);
            self.keep(body, opening);
        }
    }

    /// The signs of a gap that belong to the word before it, and those that belong to the word behind it.
    fn sides(&self, gap: &Range<usize>) -> (Range<usize>, Range<usize>) {
        let signs = self.source.get(gap.clone()).unwrap_or_default();
        let closing = signs.find(char::is_whitespace).unwrap_or(signs.len());
        let opening = signs
            .char_indices()
            .rfind(|(_, letter)| letter.is_whitespace())
            .map_or(signs.len(), |(at, letter)| at + letter.len_utf8());
        (gap.start..gap.start + closing, gap.start + opening..gap.end)
    }
}

/// The blanks before a word, or behind the last one.
fn blanks<'a>(text: &'a str, tokens: &[Token<'_>], at: usize) -> &'a str {
    let from = at.checked_sub(1).and_then(|before| tokens.get(before)).map_or(0, |one| one.at.end);
    let to = tokens.get(at).map_or(text.len(), |one| one.at.start);
    text.get(from..to).unwrap_or_default()
}

//! Rules for titles: what stands before or behind their matter is cut, and a form that opens a question takes the place
//! of one that only names a subject.

use std::ops::{Range, RangeInclusive};

use protocol::review::ContentType;

use super::super::Desk;
use super::super::change::{self, TextChange, capital};
use super::super::draft::{Block, BlockKind, Draft};
use super::super::phrase::parts;
use super::is_title;

/// What is left of a title must have so many words.
const LEFT_MIN: usize = 3;

/// The title of a content: all of a short type, the first heading of a blog post.
fn title<'a>(desk: &Desk<'_>, draft: &'a Draft<'_>) -> Option<&'a Block> {
    let first = draft.blocks.first()?;
    let of_post = desk.kind == ContentType::BlogPost && first.kind == BlockKind::Heading;
    (is_title(desk.kind) && draft.blocks.len() == 1 || of_post).then_some(first)
}

/// Cuts the words before the matter, which then begins with a capital.
pub(super) fn lead(desk: &Desk<'_>, draft: &Draft<'_>) -> Vec<TextChange> {
    let Some(sentence) = title(desk, draft).and_then(|block| draft.sentences_of(block).first())
    else {
        return Vec::new();
    };
    let start = sentence.words.start;
    let Some((range, _)) = desk.reader.editor.title_leads.at(draft, start) else {
        return Vec::new();
    };
    let next = draft.words.get(range.end);
    let before = draft.words.get(range.end - 1).map_or("", |word| word.lower.as_str());
    // "Here are 7 tips" begins with its number then; "Here is my plan" would begin with nothing.
    let numbered = next.is_some_and(|word| word.lower.starts_with(|c: char| c.is_ascii_digit()));
    let needs_number = matches!(before, "are" | "my" | "our" | "the" | "here's" | "is");
    if range.end + LEFT_MIN > sentence.words.end || needs_number && !numbered {
        return Vec::new();
    }
    begin_at(draft, start, range.end).into_iter().collect()
}

/// Lets a title begin at a later word.
fn begin_at(draft: &Draft<'_>, first: usize, at: usize) -> Option<TextChange> {
    let (first, next) = (draft.words.get(first)?, draft.words.get(at)?);
    if next.is_kept {
        return None;
    }
    Some(TextChange::new(first.range.start..next.range.end, capital(draft.get(next.range.clone()))))
}

/// Gives it another form.
pub(super) fn form(desk: &Desk<'_>, draft: &Draft<'_>) -> Vec<TextChange> {
    let Some(sentence) = title(desk, draft).and_then(|block| draft.sentences_of(block).first())
    else {
        return Vec::new();
    };
    let start = sentence.words.start;
    let Some((range, with)) = desk.reader.editor.title_forms.at(draft, start) else {
        return how(draft, sentence.words.clone()).unwrap_or_default();
    };
    let word = |place: usize| draft.words.get(place).map_or("", |word| word.lower.as_str());
    let next = word(range.end);
    let statement = is_of_somebody(next);
    let needed = match with {
        "" => next.starts_with(|c: char| c.is_ascii_digit()),
        "why" | "how" => statement || word(range.end - 1) == "why" || word(range.end - 1) == "how",
        _ => true,
    };
    if !needed || range.end + LEFT_MIN > sentence.words.end || sentence.words.len() < 5 {
        return Vec::new();
    }
    if with.is_empty() {
        return begin_at(draft, start, range.end).into_iter().collect();
    }
    change::replacement(draft, &range, with)
        .map(|change| TextChange::new(change.range, capital(&change.with)))
        .into_iter()
        .collect()
}

/// "10 habits that changed my life" becomes "How 10 habits changed my life": a number of things, and what they do.
fn how(draft: &Draft<'_>, words: Range<usize>) -> Option<Vec<TextChange>> {
    /// Words between the number and "that": what is counted.
    const COUNTED: RangeInclusive<usize> = 1..=4;
    let number = draft.words.get(words.start)?;
    let are_several = number.lower.parse::<u32>().is_ok_and(|count| count > 1);
    let that =
        words.clone().find(|at| draft.words.get(*at).is_some_and(|word| word.lower == "that"))?;
    let counted = that.checked_sub(words.start + 1)?;
    let (word, next) = (draft.words.get(that)?, draft.words.get(that + 1)?);
    let last = draft.words.get(that - 1)?;
    // Of "tips that I love" somebody else does what is told, and "in that order" counts nothing.
    let is_subject = last.lower.ends_with('s') && !is_of_somebody(&next.lower);
    let fits = COUNTED.contains(&counted) && that + LEFT_MIN < words.end && !word.is_kept;
    let same_clause = draft
        .get(number.range.start..next.range.end)
        .chars()
        .all(|sign| sign.is_alphanumeric() || matches!(sign, ' ' | '-' | '\'' | '’' | '%' | '$'));
    (are_several && is_subject && fits && same_clause).then(|| {
        vec![
            TextChange::new(number.range.start..number.range.start, "How "),
            TextChange::new(word.range.start..next.range.start, ""),
        ]
    })
}

/// Whether a word begins a clause of its own, with somebody or something that does what it says.
fn is_of_somebody(word: &str) -> bool {
    matches!(
        word,
        "i" | "we"
            | "you"
            | "they"
            | "he"
            | "she"
            | "it"
            | "my"
            | "our"
            | "your"
            | "the"
            | "most"
            | "a"
    )
}

/// Cuts the words behind the matter.
pub(super) fn tail(desk: &Desk<'_>, draft: &Draft<'_>) -> Vec<TextChange> {
    let Some(block) = title(desk, draft) else { return Vec::new() };
    let Some(sentence) = draft.sentences_of(block).last() else { return Vec::new() };
    let words = draft.words_of(sentence);
    for tail in &desk.reader.editor.title_tails {
        let parts = parts(tail);
        let Some(from) = words.len().checked_sub(parts.len()).filter(|from| *from >= LEFT_MIN)
        else {
            continue;
        };
        let own = words.get(from..).unwrap_or_default();
        let is_there =
            own.iter().zip(&parts).all(|(word, part)| word.lower == *part && !word.is_kept);
        let (Some(before), Some(first)) = (words.get(from - 1), own.first()) else { continue };
        let gap = draft.get(before.range.end..first.range.start);
        let is_bracket = tail.starts_with('(');
        // Without a bracket or a mark before them the words may belong to the sentence.
        let set_off = if is_bracket {
            gap.contains(['(', '['])
        } else {
            gap != " " || tail.starts_with("and ") || tail == "etc"
        };
        if !is_there || !set_off {
            continue;
        }
        let end = sentence.range.end;
        // A percent sign or a question mark belongs to what is left.
        let own = gap.find([' ', ',', '|', '(', '[']).unwrap_or(0);
        let start = before.range.end + own;
        return vec![TextChange::new(start..end, "")];
    }
    Vec::new()
}

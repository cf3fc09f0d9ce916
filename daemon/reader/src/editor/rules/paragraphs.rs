//! The rule that breaks long paragraphs between sentences.

use super::super::Desk;
use super::super::change::TextChange;
use super::super::draft::{BlockKind, Draft};
use super::is_title;

/// A paragraph of at most so many words stays whole.
const LONG: usize = 65;
/// A piece ends after about so many words.
const PIECE: usize = 40;
/// The last piece has at least so many.
const LAST_MIN: usize = 12;

/// Words that lean on the sentence before, which they stay with.
const LEANING: &[&str] = &[
    "it", "this", "that", "these", "those", "they", "but", "and", "so", "he", "she", "which",
    "however",
];

/// Breaks the long paragraphs.
pub(super) fn short(desk: &Desk<'_>, draft: &Draft<'_>) -> Vec<TextChange> {
    let mut found = Vec::new();
    if is_title(desk.kind) {
        return found;
    }
    for block in draft.blocks.iter().filter(|block| block.kind == BlockKind::Paragraph) {
        let sentences = draft.sentences_of(block);
        let words = |from: usize, to: usize| {
            sentences
                .get(from..to)
                .unwrap_or_default()
                .iter()
                .map(|one| one.words.len())
                .sum::<usize>()
        };
        if words(0, sentences.len()) <= LONG {
            continue;
        }
        let mut from = 0;
        for at in 1..sentences.len() {
            let (Some(before), Some(next)) = (sentences.get(at - 1), sentences.get(at)) else {
                continue;
            };
            let first = draft.words_of(next).first().map_or("", |word| word.lower.as_str());
            let piece = words(from, at);
            // A piece that has become long ends even before a sentence that leans on it.
            let leans = LEANING.contains(&first) && piece < LONG;
            if piece >= PIECE && words(at, sentences.len()) >= LAST_MIN && !leans {
                found.push(TextChange::new(before.range.end..next.range.start, "\n\n"));
                from = at;
            }
        }
    }
    found
}

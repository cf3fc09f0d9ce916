//! Rules for how sentences begin: what stands before their matter is cut, and the sender gives way to the reader.

use super::super::change::{self, TextChange};
use super::super::draft::{BlockKind, Draft, Sentence};
use super::super::tables::EditorTables;
use super::denies;

/// What is left of a sentence must have so many words.
const LEFT_MIN: usize = 3;

/// Cuts the openings that say nothing.
pub(super) fn cut_opening(tables: &EditorTables, draft: &Draft<'_>) -> Vec<TextChange> {
    begins(draft, |at| tables.openings.at(draft, at).map(|(range, _)| range))
}

/// Cuts who thinks so.
pub(super) fn cut_softener(tables: &EditorTables, draft: &Draft<'_>) -> Vec<TextChange> {
    begins(draft, |at| tables.soft.at(draft, at).map(|(range, _)| range))
}

fn begins(
    draft: &Draft<'_>,
    find: impl Fn(usize) -> Option<std::ops::Range<usize>>,
) -> Vec<TextChange> {
    let mut found = Vec::new();
    for sentence in &draft.sentences {
        let Some(range) = find(sentence.words.start) else { continue };
        let is_left = range.end + LEFT_MIN <= sentence.words.end;
        if is_left {
            found.extend(change::cut(draft, &range));
        }
    }
    found
}

/// Turns what the sender offers into what the reader gets.
pub(super) fn reader_first(tables: &EditorTables, draft: &Draft<'_>) -> Vec<TextChange> {
    let mut found = Vec::new();
    for sentence in &draft.sentences {
        for at in sentence.words.clone() {
            let Some((range, with)) = tables.sender.at(draft, at) else { continue };
            let first = draft.words.get(at).map_or("", |word| word.lower.as_str());
            let is_own = matches!(first, "we" | "our" | "we'll");
            // "what we give you" is no sentence of its own.
            if range.end < sentence.words.end && (!is_own || at == sentence.words.start) {
                found.extend(change::replacement(draft, &range, with));
                break;
            }
        }
    }
    found
}

/// Cuts whole sentences that say nothing, where others are left.
pub(super) fn cut_empty(tables: &EditorTables, draft: &Draft<'_>) -> Vec<TextChange> {
    let mut found = Vec::new();
    let mut left = draft.sentences.len();
    for block in draft.blocks.iter().filter(|block| block.kind == BlockKind::Paragraph) {
        let sentences = draft.sentences_of(block);
        let is_empty = |sentence: &Sentence| {
            let words: Vec<&str> =
                draft.words_of(sentence).iter().map(|word| word.lower.as_str()).collect();
            tables.sentences.contains(&words.join(" "))
                && !words.iter().any(|word| denies(word))
                && !draft.is_protected(&sentence.range)
        };
        let mut at = 0;
        while let Some(sentence) = sentences.get(at) {
            at += 1;
            if !is_empty(sentence) || left <= 1 {
                continue;
            }
            left -= 1;
            let range = match sentences.get(at) {
                Some(next) => sentence.range.start..next.range.start,
                // The last of its paragraph takes the space before it along, or the whole paragraph where it is alone.
                None => {
                    let before = draft.get(0..sentence.range.start);
                    let start =
                        if sentences.len() == 1 { before.len() } else { before.trim_end().len() };
                    let after = draft.get(sentence.range.end..draft.text.len());
                    let blank = after.len() - after.trim_start_matches(['\n', ' ']).len();
                    let end = sentence.range.end + if sentences.len() == 1 { blank } else { 0 };
                    start..end
                }
            };
            found.push(TextChange::new(range, ""));
        }
    }
    found
}

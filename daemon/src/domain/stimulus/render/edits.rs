//! The changes of a source text, applied from front to back. What no edit covers stays byte for byte; an edit within
//! another one is dropped.

use std::ops::Range;

/// Edits in any order: what goes, and what comes in its place.
#[derive(Debug, Default)]
pub(super) struct Edits(Vec<(Range<usize>, String)>);

impl Edits {
    pub(super) fn put(&mut self, range: Range<usize>, instead: impl Into<String>) {
        self.0.push((range, instead.into()));
    }

    pub(super) fn drop(&mut self, range: Range<usize>) {
        self.put(range, "");
    }

    /// Drops lines that are a block of their own: the blocks around them stay apart.
    pub(super) fn drop_block(&mut self, source: &str, range: Range<usize>) {
        let behind = source.get(range.end..).unwrap_or_default();
        let blank = behind.len() - behind.trim_start().len();
        let lines = behind.get(..blank).unwrap_or_default();
        let end = range.end + lines.rfind('\n').map_or(0, |at| at + 1);
        let before = source.get(..range.start).unwrap_or_default();
        let before = before.trim_end_matches([' ', '\t']);
        let is_apart = before.is_empty() || before.ends_with("\n\n");
        self.put(range.start..end, if is_apart { "" } else { "\n" });
    }

    /// The source with the edits.
    pub(super) fn apply(mut self, source: &str) -> String {
        // Of edits that begin at one place the one that was put first, which is the outer one, comes first.
        self.0.sort_by_key(|(range, _)| range.start);
        let mut text = String::with_capacity(source.len());
        let mut at = 0;
        for (range, instead) in self.0 {
            if range.start < at || range.end < range.start {
                continue;
            }
            text.push_str(source.get(at..range.start).unwrap_or_default());
            text.push_str(&instead);
            at = range.end;
        }
        text.push_str(source.get(at..).unwrap_or_default());
        text
    }
}

//! Reports that we wrote, by their text, of our own results and of those of other services: one that was exported into a
//! watched folder is no stimulus, also under another name or as a copy. Otherwise an evaluation could start the next one.

/// What our reports say near their top.
const MARKS: [&str; 3] = [
    "**Synthetic panel · no person was asked.**",
    "SYNTHETIC PANEL · computed, not asked",
    "**External result · of another service, not checked here.**",
];
/// Lines that are looked at.
const LINES: usize = 12;

/// Whether a text is a report of our own.
#[must_use]
pub(crate) fn is_own_report(text: &str) -> bool {
    let is_mark = |line: &str| MARKS.iter().any(|mark| line.trim_start().starts_with(mark));
    text.lines().take(LINES).any(is_mark)
}

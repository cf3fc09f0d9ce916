//! Reports that we wrote, by their text, of our own results and of those of other services: one that was exported into a
//! watched folder is no stimulus, also under another name or as a copy. Otherwise an evaluation could start the next one.

/// What our reports say near their top, with the letters that every terminal has.
const MARKS: [&str; 4] = [
    "**Synthetic panel - no person was asked.**",
    "SYNTHETIC PANEL - computed, not asked",
    "**External result - of another service, not checked here.**",
    "An external result: another service asked",
];
/// Lines that are looked at.
const LINES: usize = 12;

/// Whether a text is a report of our own.
#[must_use]
pub(crate) fn is_own_report(text: &str) -> bool {
    let is_mark = |line: &str| {
        // A report can be drawn with either sign.
        let plain = line.trim_start().replace('·', "-");
        MARKS.iter().any(|mark| plain.starts_with(mark))
    };
    text.lines().take(LINES).any(is_mark)
}

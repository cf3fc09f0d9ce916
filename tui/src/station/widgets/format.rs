//! Formatting of numbers, durations and names for every screen. It is in one place so that a mean has the same decimals
//! in a list and in a report.

use crate::station::symbols::Glyphs;

/// A count with thousands separators.
pub(crate) fn thousands(count: u64) -> String {
    let digits = count.to_string();
    let mut shown = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

/// A number with that many decimals and a typographic minus.
pub(crate) fn number(value: f64, decimals: usize, glyphs: Glyphs) -> String {
    let shown = format!("{value:.decimals$}");
    match shown.strip_prefix('-') {
        // Minus zero is shown as zero.
        Some(rest) if rest.chars().all(|letter| matches!(letter, '0' | '.')) => rest.to_owned(),
        Some(rest) => format!("{}{rest}", glyphs.minus()),
        None => shown,
    }
}

/// A difference, always with its sign.
pub(crate) fn difference(value: f64, decimals: usize, glyphs: Glyphs) -> String {
    let shown = number(value, decimals, glyphs);
    if shown.starts_with(glyphs.minus()) { shown } else { format!("+{shown}") }
}

/// A duration in its two largest units.
pub(crate) fn span(seconds: u64) -> String {
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds}s"),
        (0, 0, minutes) if minutes < 10 => format!("{minutes}m{:02}s", seconds % 60),
        (0, 0, minutes) => format!("{minutes}m"),
        (0, hours, minutes) => format!("{hours}h{minutes:02}m"),
        (days, hours, _) => format!("{days}d{hours:02}h"),
    }
}

/// A wire word in readable form.
pub(crate) fn words(word: &str) -> String {
    protocol::audience::in_words(word)
}

/// An amount of credits; negative amounts are shown as zero.
pub(crate) fn credits(amount: protocol::credits::Credits) -> String {
    plural(u64::try_from(amount.0).unwrap_or(0), "credit", "credits")
}

/// A sentence with a full stop, unless it ends with punctuation.
pub(crate) fn stopped(sentence: &str) -> String {
    let is_ended = sentence.is_empty() || sentence.ends_with(['.', '!', '?', '…', ':']);
    if is_ended { sentence.to_owned() } else { format!("{sentence}.") }
}

/// Singular or plural.
pub(crate) fn plural(count: u64, one: &str, many: &str) -> String {
    format!("{} {}", thousands(count), if count == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_as_people_write_them() {
        assert_eq!(thousands(1_234_567), "1,234,567");
        assert_eq!(number(-0.04, 1, Glyphs::Unicode), "0.0");
        assert_eq!(number(-2.25, 1, Glyphs::Unicode), "−2.2");
        assert_eq!(number(-2.25, 1, Glyphs::Ascii), "-2.2");
        assert_eq!(difference(0.5, 1, Glyphs::Unicode), "+0.5");
        let spans: Vec<String> = [7, 138, 700, 7_500, 180_000].into_iter().map(span).collect();
        assert_eq!(spans, ["7s", "2m18s", "11m", "2h05m", "2d02h"]);
        assert_eq!(plural(1, "answer", "answers"), "1 answer");
        assert_eq!([stopped("so"), stopped("So."), stopped("So?")], ["so.", "So.", "So?"]);
    }
}

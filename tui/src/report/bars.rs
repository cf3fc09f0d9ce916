//! Shares as bars: purchase intent, promoters and detractors, and sentiment.

use protocol::results::{Results, Sentiment};

use crate::kinds::{self, ShareBar};
use crate::look::{Look, Role, pad, pad_left};
use crate::report::estimates::range;
use crate::report::page::ReportPage;

/// Columns of the label, the share and the interval.
const COLUMNS: (usize, usize, usize) = (18, 8, 13);
/// Parts of a column, from the thinnest.
const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/// Draws the bars.
pub(crate) fn draw(results: &Results, page: &mut ReportPage) {
    let found = kinds::found(&results.outcomes);
    if found.bars.is_empty() {
        return;
    }
    page.heading(kinds::of_outcomes(&results.outcomes).shares.0, "95 % interval");
    let look = page.look;
    for bar in &found.bars {
        page.line(line(bar, results, look));
    }
    match found.remark {
        Some(remark) => page.paragraph(&remark.printed, "  ", "  ", Some(Role::Dim)),
        None => feelings(results, page),
    }
}

fn line(share: &ShareBar, results: &Results, look: Look) -> String {
    let ShareBar { label, percent, field, role, .. } = share;
    let room = look.width.saturating_sub(2 + COLUMNS.0 + COLUMNS.1 + 2 + COLUMNS.2).clamp(6, 60);
    let interval = results.estimates.get(field).and_then(|found| found.low.zip(found.high));
    format!(
        "  {}{}{}  {}",
        pad(label, COLUMNS.0),
        bar(*percent, room, *role, look),
        pad_left(&format!("{percent:.1}%"), COLUMNS.1),
        look.paint(Role::Dim, &pad_left(&range(field, interval, look), COLUMNS.2)),
    )
}

/// A share of resamples, in percent. A finite number of resamples cannot prove certainty, so 100 % is never shown.
pub(crate) fn nearly(share: f64) -> String {
    if share > 0.995 {
        "more than 99 %".to_owned()
    } else if share < 0.005 {
        "less than 1 %".to_owned()
    } else {
        format!("{:.0} %", share * 100.0)
    }
}

/// A percentage as a bar, in exactly `room` columns.
pub(crate) fn bar(share: f64, room: usize, role: Role, look: Look) -> String {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 0 and the room"
    )]
    let eighths = (share.clamp(0.0, 100.0) / 100.0 * (room * 8) as f64).round() as usize;
    let drawn = look.glyph(
        format!("{}{}", "█".repeat(eighths / 8), EIGHTHS[eighths % 8]),
        "#".repeat((eighths + 4) / 8),
    );
    let used = unicode_width::UnicodeWidthStr::width(drawn.as_str());
    format!("{}{}", look.paint(role, &drawn), " ".repeat(room.saturating_sub(used)))
}

/// The sentiments in one line; the scores are drawn elsewhere.
fn feelings(results: &Results, page: &mut ReportPage) {
    let parts: Vec<String> = Sentiment::ALL
        .iter()
        .filter_map(|feeling| {
            let estimate = results.estimates.get(&format!("{feeling}_pct"))?;
            Some(format!("{feeling} {:.0}%", estimate.value))
        })
        .collect();
    if !parts.is_empty() {
        page.paragraph(&format!("Feelings: {}", parts.join(" · ")), "  ", "    ", Some(Role::Dim));
    }
}

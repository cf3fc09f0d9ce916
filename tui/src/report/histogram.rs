//! Score histogram: answers for each score as columns, with the mean marked below.

use protocol::results::Outcomes;

use crate::kinds;
use crate::look::{Glyphs, Look, Role, thousands};
use crate::report::estimates::number;
use crate::report::page::ReportPage;

/// Rows of the tallest column.
const ROWS: usize = 6;
/// Parts of a row, from the thinnest.
const EIGHTHS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// Draws the histogram.
pub(crate) fn draw(outcomes: &Outcomes, page: &mut ReportPage) {
    let Some(scores) = kinds::found(outcomes).scores else { return };
    let role = kinds::of_outcomes(outcomes).score_role;
    let counts = &scores.counts.0;
    let Some(most) = counts.iter().map(|&(_, count)| count).max().filter(|&most| most > 0) else {
        return;
    };
    let look = page.look;
    let spread = scores.std_dev.map(|sd| format!("standard deviation {sd:.1}")).unwrap_or_default();
    page.heading("How the scores spread", &spread);

    let column = ((look.width - 4) / counts.len()).clamp(4, 7);
    let heights: Vec<usize> = counts.iter().map(|&(_, count)| height(count, most, look)).collect();
    for row in (0..=ROWS).rev() {
        let mut line = String::from("  ");
        for (&(score, count), &eighths) in counts.iter().zip(&heights) {
            line.push_str(&cell(row, count, eighths, column, look, role(score)));
        }
        if !line.trim().is_empty() {
            page.line(line);
        }
    }
    let rule = look.glyph("─", "-").repeat(column * counts.len() - 2);
    page.line(format!("   {}", look.paint(Role::Dim, &rule)));
    let axis: String = counts.iter().map(|(score, _)| centre(&score.to_string(), column)).collect();
    page.line(format!("  {axis}"));
    page.line(mean_mark(scores.mean, counts, column, look));
}

/// Height in eighths of a row; a count above zero is always visible.
fn height(count: u64, most: u64, look: Look) -> usize {
    let full = ROWS * 8;
    let share = count as f64 / most as f64;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 0 and the height"
    )]
    let eighths = ((share * full as f64).round() as usize).max(usize::from(count > 0));
    match look.glyphs {
        Glyphs::Unicode => eighths,
        Glyphs::Ascii => eighths.div_ceil(8) * 8,
    }
}

fn cell(row: usize, count: u64, eighths: usize, column: usize, look: Look, role: Role) -> String {
    let part = eighths.saturating_sub(row * 8).min(8);
    if part > 0 {
        let letter = look.glyph(EIGHTHS[part], '#');
        let bar = letter.to_string().repeat(column - 2);
        return format!(" {} ", look.paint(role, &bar));
    }
    // The count is directly above its column.
    if row == eighths.div_ceil(8) {
        return look.paint(Role::Dim, &centre(&short(count), column));
    }
    " ".repeat(column)
}

/// The mean below the scale, at the nearest letter position.
fn mean_mark(mean: f64, counts: &[(i32, u64)], column: usize, look: Look) -> String {
    let first = counts.first().map_or(0.0, |&(score, _)| f64::from(score));
    let last = counts.last().map_or(0.0, |&(score, _)| f64::from(score));
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 0 and the width"
    )]
    let place = ((mean.clamp(first, last) - first) * column as f64).round() as usize;
    let at = 2 + (column - 1) / 2 + place;
    let mark = look.glyph("▲", "^");
    let text = format!("mean {}", number("mean_score", mean));
    let line = if at + 2 + text.len() > look.width {
        format!("{}{text} {mark}", " ".repeat(at.saturating_sub(text.len() + 1)))
    } else {
        format!("{}{mark} {text}", " ".repeat(at))
    };
    look.paint(Role::Dim, &line)
}

/// A count in at most four characters.
fn short(count: u64) -> String {
    match count {
        0..10_000 => count.to_string(),
        10_000..1_000_000 => format!("{}k", count / 1000),
        _ => format!("{}M", thousands(i128::from(count / 1_000_000))),
    }
}

fn centre(text: &str, columns: usize) -> String {
    format!("{text:^columns$}")
}

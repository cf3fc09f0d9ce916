//! Groups that differ from the rest of the panel, each difference with its interval. The daemon compares every group
//! with the rest and adjusts for the number of comparisons; the significant ones are drawn here.

use protocol::audience::in_words;
use protocol::results::{Contrast, Results};
use protocol::safe;

use crate::look::{Role, pad, pad_left, thousands};
use crate::report::estimates::number;
use crate::report::page::ReportPage;
use crate::report::whisker::{self, Scale};

/// Groups that are shown, at most.
const ROWS: usize = 8;
/// Prefix of the field of a theme's share; the theme's name follows.
pub(crate) const THEME: &str = "theme.";

/// Draws the groups.
pub(crate) fn draw(results: &Results, page: &mut ReportPage) {
    if results.contrasts.is_empty() {
        return;
    }
    let mut differing: Vec<&Contrast> =
        results.contrasts.iter().filter(|found| found.differs && !found.small).collect();
    differing.sort_by(|a, b| {
        a.p_adjusted
            .total_cmp(&b.p_adjusted)
            .then_with(|| b.difference.value.abs().total_cmp(&a.difference.value.abs()))
    });
    let hidden = differing.len().saturating_sub(ROWS);
    differing.truncate(ROWS);

    page.heading("Who differs from the rest", "difference, 95 % interval");
    if differing.is_empty() {
        let text = format!("Nobody, beyond chance. {}", rule(results));
        page.paragraph(&text, "  ", "  ", None);
        return;
    }
    rows(results, &differing, page);
    let mut note = rule(results);
    if hidden > 0 {
        let more = format!(" {hidden} more differ: see --json.");
        note.push_str(&more);
    }
    page.paragraph(&note, "  ", "  ", Some(Role::Dim));
}

fn rows(results: &Results, differing: &[&Contrast], page: &mut ReportPage) {
    let look = page.look;
    let names = if look.width >= 70 { 26 } else { 19 };
    let track = look.width.saturating_sub(2 + names + 7 + 2 + 8 + 16 + 8).clamp(0, 31);
    let reach = differing
        .iter()
        .flat_map(|found| [found.difference.low, found.difference.high])
        .flatten()
        .map(f64::abs)
        .fold(0.0, f64::max);
    let scale = Scale { low: -reach, high: reach, mark: Some(0.0) };
    for found in differing {
        let field = found.field.as_str();
        let difference = &found.difference;
        let interval = difference.low.zip(difference.high);
        let drawn = if track >= 9 {
            format!("  {}", whisker::draw(difference.value, interval, scale, track, look))
        } else {
            String::new()
        };
        let value = results
            .segments
            .get(&found.dimension)
            .and_then(|classes| classes.get(&found.class)?.estimates.get(field))
            .map_or_else(String::new, |estimate| number(field, estimate.value));
        let role = if difference.value > 0.0 { Role::Good } else { Role::Bad };
        let range = match interval {
            Some((low, high)) => format!("{} to {}", signed(field, low), signed(field, high)),
            None => look.glyph("—", "--").to_owned(),
        };
        let n = thousands(i128::from(difference.n));
        let name = name(found);
        page.line(format!(
            "  {}{}{drawn}{}{}{}",
            pad(&look.shorten(&name, names - 1), names),
            pad_left(&value, 7),
            look.paint(role, &pad_left(&signed(field, difference.value), 8)),
            look.paint(Role::Dim, &pad_left(&range, 16)),
            look.paint(Role::Dim, &pad_left(&n, 8)),
        ));
    }
}

/// The rule for reading the differences, as in the results. Results in stores of format 1 do not contain it.
pub(crate) fn rule(results: &Results) -> String {
    if results.contrast_rule.is_empty() {
        let count = results.contrasts.len();
        return format!(
            "{count} groups were compared with everyone else; those with fewer than 30 answers are not shown."
        );
    }
    safe::line(&results.contrast_rule).into_owned()
}

/// The name of a contrast: the group, and in a survey the theme.
pub(crate) fn name(found: &Contrast) -> String {
    let group = group(&found.dimension, &found.class);
    match found.field.strip_prefix(THEME) {
        Some(theme) => format!("{}, {group}", safe::line(theme)),
        None => group,
    }
}

/// A difference with its sign.
pub(crate) fn signed(field: &str, value: f64) -> String {
    let text = number(field, value);
    if text.starts_with('−') || value <= 0.0 { text } else { format!("+{text}") }
}

/// A class in words; most class names are clear without their dimension.
pub(crate) fn group(dimension: &str, class: &str) -> String {
    let class = in_words(class);
    let text = match dimension {
        "age_band" => format!("age {class}"),
        "income_bracket" => format!("{class} income"),
        "gender" | "region" | "education" | "tech_adoption" => class,
        other => format!("{}: {class}", other.replace('_', " ")),
    };
    safe::line(&text).into_owned()
}

//! The strip of a lineage in one line: the main number of each version as a column, the version that is shown, and its
//! change against the one before.

use protocol::results::Report;
use protocol::watch::VersionReport;

use crate::report::version;
use crate::station::symbols::Glyphs;
use crate::station::theme::{Role, step};

/// Versions in the strip.
const SHOWN: usize = 24;

/// The pieces of the strip; none for a study without a lineage.
pub(crate) fn strip(report: &Report, glyphs: Glyphs) -> Option<Vec<(String, Role)>> {
    let found = report.version.as_deref()?;
    let name = version::file_name(found);
    let mut pieces = vec![(format!("{name} v{} ", found.version), Role::Strong)];
    let columns = columns(found, glyphs);
    if columns.chars().count() > 1 {
        pieces.push((format!("{columns} "), Role::Bar));
    }
    let said = version::brief(found)
        .or_else(|| version::sentences(found).into_iter().next())
        .unwrap_or_default();
    pieces.push((glyphs.plain(&said), role(found)));
    Some(pieces)
}

/// One column for each version that has a number, from the lowest to the highest of them.
fn columns(found: &VersionReport, glyphs: Glyphs) -> String {
    let values: Vec<f64> = found
        .lineage
        .versions
        .iter()
        .filter(|one| one.version <= found.version)
        .filter_map(|one| one.headline.as_ref().map(|headline| headline.estimate.value))
        .collect();
    let latest = &values[values.len().saturating_sub(SHOWN)..];
    let low = latest.iter().copied().fold(f64::INFINITY, f64::min);
    let high = latest.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let heights = glyphs.heights();
    let column = |value: &f64| {
        let share = if high > low { (value - low) / (high - low) } else { 0.5 };
        heights[step(share, heights.len())]
    };
    latest.iter().map(column).collect()
}

/// Good or bad only where the change is beyond chance and wording.
pub(crate) fn role(found: &VersionReport) -> Role {
    let difference = found.change.as_ref().map(|change| &change.overall.difference);
    let ends = difference.and_then(|found| Some((found.low?, found.high?, found.within_wording)));
    match ends {
        Some((low, _, false)) if low > 0.0 => Role::Good,
        Some((_, high, false)) if high < 0.0 => Role::Bad,
        _ => Role::Text,
    }
}

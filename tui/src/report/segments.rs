//! Groups that differ from the rest of the panel, each difference with its interval. The rest is computed from the
//! whole and the group, so the two are independent; the interval is Welch's. With many groups some differ by chance,
//! and the report says how many that would be.

use protocol::results::{Estimate, Outcomes, Results, Segment};
use protocol::safe;

use crate::look::{Role, pad, pad_left, thousands};
use crate::report::estimates::{label, number, scale};
use crate::report::page::Page;
use crate::report::whisker::{self, Scale};

/// At most this many groups are worth a reader's time.
const ROWS: usize = 8;
/// 97.5 % quantile of the normal distribution.
const Z: f64 = 1.959_963_984_540_054;

/// A group against everyone else.
#[derive(Clone, Debug)]
struct Contrast {
    name: String,
    value: f64,
    difference: f64,
    half: f64,
    n: u64,
    small: bool,
}

/// Draws them.
pub(crate) fn draw(results: &Results, page: &mut Page) {
    let field = match results.outcomes {
        Outcomes::ConceptTest { .. } => "mean_score",
        Outcomes::Nps { .. } => "nps_score",
    };
    let Some(whole) = results.estimates.get(field) else { return };
    let compared = compare(results, field, whole);
    if compared.is_empty() {
        return;
    }
    let count = compared.len();
    let mut differing: Vec<Contrast> =
        compared.into_iter().filter(|found| found.difference.abs() > found.half).collect();
    let ratio = |found: &Contrast| found.difference.abs() / found.half;
    differing.sort_by(|a, b| ratio(b).total_cmp(&ratio(a)).then_with(|| a.name.cmp(&b.name)));
    let hidden = differing.len().saturating_sub(ROWS);
    differing.truncate(ROWS);

    let what = label(field, scale(field, &results.outcomes)).to_lowercase();
    let what = what.split(',').next().unwrap_or_default().replace("net promoter score", "NPS");
    page.heading("Who differs from the rest", "difference, 95 % interval");
    if differing.is_empty() {
        page.paragraph(
            &format!("Nobody, beyond chance: {count} groups were compared by {what}."),
            "  ",
            "  ",
            None,
        );
        return;
    }
    rows(&differing, field, page);
    let mut note = format!(
        "{count} groups were compared by {what}; about one in twenty differs this much by chance alone."
    );
    if hidden > 0 {
        let more = format!(" {hidden} more differ: see --json.");
        note.push_str(&more);
    }
    if differing.iter().any(|found| found.small) {
        note.push_str(" * fewer than 30 answers: little to go by.");
    }
    page.paragraph(&note, "  ", "  ", Some(Role::Dim));
}

fn rows(differing: &[Contrast], field: &str, page: &mut Page) {
    let look = page.look;
    let names = if look.width >= 70 { 26 } else { 19 };
    let track = look.width.saturating_sub(2 + names + 7 + 2 + 8 + 16 + 8).clamp(0, 31);
    let reach =
        differing.iter().map(|found| found.difference.abs() + found.half).fold(0.0, f64::max);
    let scale = Scale { low: -reach, high: reach, mark: Some(0.0) };
    for found in differing {
        let (low, high) = (found.difference - found.half, found.difference + found.half);
        let drawn = if track >= 9 {
            format!("  {}", whisker::draw(found.difference, Some((low, high)), scale, track, look))
        } else {
            String::new()
        };
        let mark = if found.small { "*" } else { " " };
        let difference = pad_left(&signed(field, found.difference), 8);
        let role = match (found.small, found.difference > 0.0) {
            (true, _) => Role::Dim,
            (false, true) => Role::Good,
            (false, false) => Role::Bad,
        };
        let interval = format!("{} to {}", signed(field, low), signed(field, high));
        page.line(format!(
            "  {}{}{drawn}{}{}{}",
            pad(&look.shorten(&found.name, names - 1), names),
            pad_left(&number(field, found.value), 7),
            look.paint(role, &difference),
            look.paint(Role::Dim, &pad_left(&interval, 16)),
            look.paint(
                Role::Dim,
                &pad_left(&format!("{}{mark}", thousands(i128::from(found.n))), 8)
            ),
        ));
    }
}

/// Every group that can be compared with the rest.
fn compare(results: &Results, field: &str, whole: &Estimate) -> Vec<Contrast> {
    results
        .segments
        .iter()
        .flat_map(|(dimension, classes)| {
            classes.iter().filter_map(|(class, segment)| {
                against_rest(&name(dimension, class), segment, field, whole)
            })
        })
        .collect()
}

/// Welch's comparison of a group with those outside it: their mean and variance follow from the sums of the whole.
fn against_rest(name: &str, group: &Segment, field: &str, whole: &Estimate) -> Option<Contrast> {
    let inside = group.estimates.get(field)?;
    let (n, n_all) = (inside.n as f64, whole.n as f64);
    let n_rest = n_all - n;
    if n < 2.0 || n_rest < 2.0 {
        return None;
    }
    let (variance, variance_all) = (variance_of_values(inside)?, variance_of_values(whole)?);
    let mean_rest = (n_all * whole.value - n * inside.value) / n_rest;
    let squares =
        |count: f64, mean: f64, variance: f64| (count - 1.0) * variance + count * mean * mean;
    let squares_rest =
        squares(n_all, whole.value, variance_all) - squares(n, inside.value, variance);
    let variance_rest = ((squares_rest - n_rest * mean_rest * mean_rest) / (n_rest - 1.0)).max(0.0);
    let (a, b) = (variance / n, variance_rest / n_rest);
    let error = (a + b).sqrt();
    if error.is_nan() || error <= 0.0 {
        return None;
    }
    let freedom = (a + b).powi(2) / (a * a / (n - 1.0) + b * b / (n_rest - 1.0));
    Some(Contrast {
        name: name.to_owned(),
        value: inside.value,
        difference: inside.value - mean_rest,
        half: t_quantile(freedom) * error,
        n: inside.n,
        small: group.small,
    })
}

/// The variance of single values, read back from the interval of their mean.
fn variance_of_values(estimate: &Estimate) -> Option<f64> {
    let half = (estimate.high? - estimate.low?) / 2.0;
    let n = estimate.n as f64;
    let quantile = if estimate.method == "t" { t_quantile(n - 1.0) } else { Z };
    let error = half / quantile;
    Some(error * error * n)
}

/// 97.5 % quantile of Student's t by Fisher's expansion in 1/freedom (Abramowitz and Stegun, 26.7.5): within 0.5 % from
/// three degrees on, which a drawing cannot show.
fn t_quantile(freedom: f64) -> f64 {
    let v = freedom.max(1.0);
    let z = Z;
    let z2 = z * z;
    let first = z * (z2 + 1.0) / 4.0;
    let second = z * ((5.0 * z2 + 16.0) * z2 + 3.0) / 96.0;
    let third = z * (((3.0 * z2 + 19.0) * z2 + 17.0) * z2 - 15.0) / 384.0;
    let fourth = z * ((((79.0 * z2 + 776.0) * z2 + 1482.0) * z2 - 1920.0) * z2 - 945.0) / 92_160.0;
    z + first / v + second / (v * v) + third / (v * v * v) + fourth / (v * v * v * v)
}

fn signed(field: &str, value: f64) -> String {
    let text = number(field, value);
    if text.starts_with('−') || value <= 0.0 { text } else { format!("+{text}") }
}

/// A class in words: most say by themselves what they are.
fn name(dimension: &str, class: &str) -> String {
    let class = class.replace('_', " ");
    let text = match dimension {
        "age_band" => format!("age {class}"),
        "income_bracket" => format!("{class} income"),
        "gender" | "region" | "education" | "tech_adoption" => class,
        other => format!("{}: {class}", other.replace('_', " ")),
    };
    safe::line(&text).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quantile_is_students() {
        // Table values of the 97.5 % quantile.
        for (freedom, table) in
            [(3.0, 3.182), (5.0, 2.571), (10.0, 2.228), (30.0, 2.042), (120.0, 1.980)]
        {
            let found = t_quantile(freedom);
            assert!((found / table - 1.0).abs() < 0.005, "{freedom}: {found} against {table}");
        }
    }

    /// A group and the whole it is part of, from values; the rest is then known and can be compared with directly.
    fn estimate(values: &[f64]) -> Estimate {
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let variance = values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (n - 1.0);
        let half = t_quantile(n - 1.0) * (variance / n).sqrt();
        Estimate {
            value: mean,
            low: Some(mean - half),
            high: Some(mean + half),
            level: 0.95,
            n: values.len() as u64,
            effective_n: n,
            method: "t".into(),
        }
    }

    #[test]
    fn the_rest_is_computed_as_if_it_had_been_asked() {
        let group = [3.0, 4.0, 5.0, 4.0, 2.0, 6.0];
        let rest = [7.0, 8.0, 6.0, 9.0, 7.0, 8.0, 5.0, 7.0];
        let all: Vec<f64> = group.iter().chain(&rest).copied().collect();
        let segment = Segment {
            n: 6,
            small: true,
            estimates: [("mean_score".to_owned(), estimate(&group))].into(),
        };
        let found = against_rest("g", &segment, "mean_score", &estimate(&all)).unwrap();
        // Welch by hand: 4 against 7.125, variances 2 and 1.5536.
        assert!((found.difference - -3.125).abs() < 1e-9, "{found:?}");
        let error = (2.0_f64 / 6.0 + 1.553_571_428_571_428_6 / 8.0).sqrt();
        assert!((found.half / error - 2.23).abs() < 0.03, "{}", found.half / error);
    }
}

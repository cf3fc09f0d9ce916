//! Agreement coefficients: Krippendorff's alpha at every level of measurement with missing data, Fleiss' and Cohen's
//! kappa, Cronbach's alpha, intraclass correlations. An undefined coefficient is `None`: agreement on a single value
//! is not perfect agreement.

/// The level of measurement, which determines the distance between two values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MeasurementLevel {
    /// Categories: equal or not.
    Nominal,
    /// Ranks: how many values lie between.
    Ordinal,
    /// Differences.
    Interval,
    /// Proportions; values must not be negative.
    Ratio,
}

/// Krippendorff's alpha of raters by units with gaps (Krippendorff, Content Analysis, chapter on reliability). Units
/// with fewer than two values are left out. `None` when fewer than two values can be paired or all are the same.
#[must_use]
pub(crate) fn krippendorff_alpha(
    raters: &[Vec<Option<f64>>],
    level: MeasurementLevel,
) -> Option<f64> {
    let units = raters.iter().map(Vec::len).max()?;
    let unit = |place: usize| -> Vec<f64> {
        raters.iter().filter_map(|rater| rater.get(place).copied().flatten()).collect()
    };
    let paired: Vec<Vec<f64>> = (0..units).map(unit).filter(|values| values.len() >= 2).collect();
    let mut domain: Vec<f64> = paired.iter().flatten().copied().collect();
    if domain
        .iter()
        .any(|value| !value.is_finite() || (level == MeasurementLevel::Ratio && *value < 0.0))
    {
        return None;
    }
    domain.sort_by(f64::total_cmp);
    domain.dedup();
    if domain.len() < 2 {
        return None;
    }
    let place = |value: f64| domain.partition_point(|known| *known < value);
    let mut together = vec![vec![0.0; domain.len()]; domain.len()];
    for values in &paired {
        for (i, first) in values.iter().enumerate() {
            for (j, second) in values.iter().enumerate() {
                if i != j {
                    together[place(*first)][place(*second)] += 1.0 / (values.len() - 1) as f64;
                }
            }
        }
    }
    of_coincidences(&domain, &together, level)
}

/// The same for two raters without gaps, from their square table of counts over the points 1, 2, …: the first rater's
/// point by row, the second's by column. `None` as there, or when the table is not square.
#[must_use]
pub(crate) fn krippendorff_alpha_of_table(
    table: &[Vec<u64>],
    level: MeasurementLevel,
) -> Option<f64> {
    if table.iter().any(|row| row.len() != table.len()) {
        return None;
    }
    let domain: Vec<f64> = (1_u32..).map(f64::from).take(table.len()).collect();
    let together: Vec<Vec<f64>> = (0..table.len())
        .map(|c| (0..table.len()).map(|k| (table[c][k] + table[k][c]) as f64).collect())
        .collect();
    of_coincidences(&domain, &together, level)
}

/// Alpha from the coincidences of values: how often each pair occurs within a unit.
fn of_coincidences(domain: &[f64], together: &[Vec<f64>], level: MeasurementLevel) -> Option<f64> {
    let totals: Vec<f64> = together.iter().map(|row| row.iter().sum()).collect();
    let all: f64 = totals.iter().sum();
    let distance = |c: usize, k: usize| distance(domain, &totals, level, c, k);
    let (mut observed, mut expected) = (0.0, 0.0);
    for c in 0..domain.len() {
        for k in 0..domain.len() {
            observed += together[c][k] * distance(c, k);
            if c != k {
                expected += totals[c] * totals[k] * distance(c, k);
            }
        }
    }
    (expected > 0.0).then(|| 1.0 - (all - 1.0) * observed / expected)
}

/// Squared distance of two values of the domain.
fn distance(domain: &[f64], totals: &[f64], level: MeasurementLevel, c: usize, k: usize) -> f64 {
    if c == k {
        return 0.0;
    }
    let gap = match level {
        MeasurementLevel::Nominal => 1.0,
        MeasurementLevel::Ordinal => {
            let between: f64 = totals[c.min(k)..=c.max(k)].iter().sum();
            between - f64::midpoint(totals[c], totals[k])
        }
        MeasurementLevel::Interval => domain[c] - domain[k],
        MeasurementLevel::Ratio => (domain[c] - domain[k]) / (domain[c] + domain[k]),
    };
    gap * gap
}

/// Fleiss' kappa from counts of ratings, units by categories (Fleiss 1971). `None` unless every unit has the same
/// number of ratings, at least two, and more than one category is used.
#[must_use]
pub(crate) fn fleiss_kappa(units: &[Vec<u64>]) -> Option<f64> {
    let raters: u64 = units.first()?.iter().sum();
    let categories = units.first()?.len();
    let regular = |unit: &Vec<u64>| unit.len() == categories && unit.iter().sum::<u64>() == raters;
    if raters < 2 || !units.iter().all(regular) {
        return None;
    }
    let ratings = (units.len() as u64 * raters) as f64;
    let pairs = (raters * (raters - 1)) as f64;
    let agreement = |unit: &Vec<u64>| {
        unit.iter().map(|count| count * count.saturating_sub(1)).sum::<u64>() as f64 / pairs
    };
    let observed = units.iter().map(agreement).sum::<f64>() / units.len() as f64;
    let expected: f64 = (0..categories)
        .map(|category| {
            let share = units.iter().map(|unit| unit[category]).sum::<u64>() as f64 / ratings;
            share * share
        })
        .sum();
    (expected < 1.0).then(|| (observed - expected) / (1.0 - expected))
}

/// Cohen's kappa of two raters from their square table of counts (Cohen 1960); `None` when the table is empty or not
/// square, or both raters use a single category.
#[must_use]
pub(crate) fn cohens_kappa(table: &[Vec<u64>]) -> Option<f64> {
    let total: u64 = table.iter().flatten().sum();
    if total == 0 || table.iter().any(|row| row.len() != table.len()) {
        return None;
    }
    let n = total as f64;
    let observed = (0..table.len()).map(|i| table[i][i]).sum::<u64>() as f64 / n;
    let expected: f64 = (0..table.len())
        .map(|i| {
            let row: u64 = table[i].iter().sum();
            let column: u64 = table.iter().map(|row| row[i]).sum();
            row as f64 / n * (column as f64 / n)
        })
        .sum();
    (expected < 1.0).then(|| (observed - expected) / (1.0 - expected))
}

/// Cronbach's alpha of respondents by items (Cronbach 1951); it can be far below zero. `None` below two items or two
/// respondents, for ragged rows, or when the totals do not vary.
#[must_use]
pub(crate) fn cronbach_alpha(respondents: &[Vec<f64>]) -> Option<f64> {
    let items = respondents.first()?.len();
    if items < 2 || respondents.iter().any(|row| row.len() != items) {
        return None;
    }
    let variance = |values: Vec<f64>| -> Option<f64> {
        super::compare::Moments::of_values(&values).map(|moments| moments.variance)
    };
    let mut item_variances = 0.0;
    for item in 0..items {
        item_variances += variance(respondents.iter().map(|row| row[item]).collect())?;
    }
    let total = variance(respondents.iter().map(|row| row.iter().sum()).collect())?;
    let k = items as f64;
    (total > 0.0).then(|| k / (k - 1.0) * (1.0 - item_variances / total))
}

/// The six intraclass correlations of Shrout and Fleiss (1979) in the notation of `McGraw` and Wong (1996).
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Icc {
    /// ICC(1,1): each target has its own raters, one rating.
    pub one_way: f64,
    /// ICC(A,1): absolute agreement, one rating.
    pub agreement: f64,
    /// ICC(C,1): consistency, one rating.
    pub consistency: f64,
    /// ICC(1,k): one-way, mean of all ratings.
    pub one_way_mean: f64,
    /// ICC(A,k): absolute agreement, mean of all ratings.
    pub agreement_mean: f64,
    /// ICC(C,k): consistency, mean of all ratings.
    pub consistency_mean: f64,
}

/// Intraclass correlations of targets by raters without gaps. `None` below two targets or two raters, for ragged rows,
/// or when the targets do not differ at all.
#[must_use]
pub(crate) fn icc(targets: &[Vec<f64>]) -> Option<Icc> {
    let raters = targets.first()?.len();
    if raters < 2 || targets.len() < 2 || targets.iter().any(|row| row.len() != raters) {
        return None;
    }
    let (n, k) = (targets.len() as f64, raters as f64);
    let grand = targets.iter().flatten().sum::<f64>() / (n * k);
    let square = |value: f64| value * value;
    let total: f64 = targets.iter().flatten().map(|value| square(value - grand)).sum();
    let rows: f64 = targets.iter().map(|row| k * square(row.iter().sum::<f64>() / k - grand)).sum();
    let columns: f64 = (0..raters)
        .map(|rater| n * square(targets.iter().map(|row| row[rater]).sum::<f64>() / n - grand))
        .sum();
    let between = rows / (n - 1.0);
    let within = (total - rows) / (n * (k - 1.0));
    let judges = columns / (k - 1.0);
    let error = (total - rows - columns) / ((n - 1.0) * (k - 1.0));
    if between <= 0.0 {
        return None;
    }
    Some(Icc {
        one_way: (between - within) / (between + (k - 1.0) * within),
        agreement: (between - error) / (between + (k - 1.0) * error + k / n * (judges - error)),
        consistency: (between - error) / (between + (k - 1.0) * error),
        one_way_mean: (between - within) / between,
        agreement_mean: (between - error) / (between + (judges - error) / n),
        consistency_mean: (between - error) / between,
    })
}

//! Weights: the loss of precision by unequal weights (Kish's effective n), and raking to known margins.

/// Kish's effective sample size (Σw)² / Σw²; `None` without a positive weight or with a negative one.
/// Source: Kish, Survey Sampling (1965), section 11.7.
#[must_use]
pub(crate) fn kish_effective_n(weights: &[f64]) -> Option<f64> {
    if weights.iter().any(|weight| !weight.is_finite() || *weight < 0.0) {
        return None;
    }
    let sum: f64 = weights.iter().sum();
    let squares: f64 = weights.iter().map(|weight| weight * weight).sum();
    (squares > 0.0).then(|| sum * sum / squares)
}

/// Why a table cannot be raked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum RakeError {
    /// Rows of different length, targets that do not fit the table, or a number that is negative or not finite.
    #[error("The table and its targets do not fit together")]
    Shape,
    /// Row targets and column targets have different totals.
    #[error("Row targets and column targets sum to different totals")]
    Totals,
    /// A class has a positive target but no member in the sample.
    #[error("A class with a target has nobody in the sample")]
    EmptyClass,
    /// The margins were not met within the limit of iterations.
    #[error("The margins cannot be met together")]
    NoConvergence,
}

/// Iterative proportional fitting of a two-way table to row and column totals (Deming and Stephan 1940). The result
/// meets both margins to a relative 1e-12; dividing it by the counts gives the unit weights.
pub(crate) fn rake(
    counts: &[Vec<f64>],
    row_targets: &[f64],
    column_targets: &[f64],
) -> Result<Vec<Vec<f64>>, RakeError> {
    const ROUNDS: usize = 10_000;
    const TOLERANCE: f64 = 1e-12;
    let fits = counts.len() == row_targets.len()
        && counts.iter().all(|row| row.len() == column_targets.len());
    let mut numbers = counts.iter().flatten().chain(row_targets).chain(column_targets);
    if !fits || counts.is_empty() || numbers.any(|number| !number.is_finite() || *number < 0.0) {
        return Err(RakeError::Shape);
    }
    let total: f64 = row_targets.iter().sum();
    if (total - column_targets.iter().sum::<f64>()).abs() > 1e-9 * total {
        return Err(RakeError::Totals);
    }
    let mut table = counts.to_vec();
    for _ in 0..ROUNDS {
        for (row, target) in table.iter_mut().zip(row_targets) {
            let factor = factor(*target, row.iter().sum())?;
            for cell in row.iter_mut() {
                *cell *= factor;
            }
        }
        for (column, target) in column_targets.iter().enumerate() {
            let factor = factor(*target, table.iter().map(|row| row[column]).sum())?;
            for row in &mut table {
                row[column] *= factor;
            }
        }
        let worst = table
            .iter()
            .zip(row_targets)
            .map(|(row, target)| (row.iter().sum::<f64>() - target).abs())
            .fold(0.0, f64::max);
        if worst <= TOLERANCE * total {
            return Ok(table);
        }
    }
    Err(RakeError::NoConvergence)
}

fn factor(target: f64, sum: f64) -> Result<f64, RakeError> {
    if sum > 0.0 {
        Ok(target / sum)
    } else if target > 0.0 {
        Err(RakeError::EmptyClass)
    } else {
        Ok(0.0)
    }
}

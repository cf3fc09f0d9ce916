//! Rankings from pairwise wins: the Bradley-Terry model, with a check that the wins determine a ranking at all.

use libm::{exp, log};

/// Why there is no ranking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum RankingError {
    /// Not a square table, or fewer than two items.
    #[error("Wins must form a square table of at least two items")]
    Shape,
    /// Some item never loses to, or never beats, the others it is connected with: the estimate diverges.
    #[error("Some items never lose or are never compared: the ranking needs regularisation")]
    NotConnected,
    /// No fixed point within the limit of iterations.
    #[error("The ranking did not converge")]
    NoConvergence,
}

/// Log strengths of the Bradley-Terry model with mean 0, from `wins[i][j]`, the times i beat j. The probability that
/// i beats j is e^sᵢ / (e^sᵢ + e^sⱼ).
///
/// Computed by iterated Luce spectral ranking (Maystre and Grossglauser 2015), whose fixed point is the maximum
/// likelihood estimate. `regularisation` adds that rate between all items; 0 asks for the plain estimate, which
/// exists only when every item can be reached from every other by wins (Ford 1957).
pub(crate) fn bradley_terry(
    wins: &[Vec<u64>],
    regularisation: f64,
) -> Result<Vec<f64>, RankingError> {
    const ROUNDS: usize = 10_000;
    const TOLERANCE: f64 = 1e-13;
    let items = wins.len();
    if items < 2
        || wins.iter().any(|row| row.len() != items)
        || regularisation.is_nan()
        || regularisation < 0.0
    {
        return Err(RankingError::Shape);
    }
    if regularisation == 0.0 && !strongly_connected(wins) {
        return Err(RankingError::NotConnected);
    }
    let mut strengths = vec![0.0; items];
    for _ in 0..ROUNDS {
        let weights = weights(&strengths);
        // A random walk at an item moves to those that beat it.
        let mut rates = vec![vec![0.0; items]; items];
        for loser in 0..items {
            for winner in 0..items {
                if loser != winner {
                    let beaten = wins[winner][loser] as f64;
                    rates[loser][winner] =
                        regularisation + beaten / (weights[winner] + weights[loser]);
                }
            }
        }
        let next = stationary(&rates).ok_or(RankingError::NoConvergence)?;
        let mut next: Vec<f64> = next.into_iter().map(log).collect();
        let mean = next.iter().sum::<f64>() / items as f64;
        for strength in &mut next {
            *strength -= mean;
        }
        let moved = strengths.iter().zip(&next).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        strengths = next;
        if moved < TOLERANCE {
            return Ok(strengths);
        }
    }
    Err(RankingError::NoConvergence)
}

/// The model's share of each item: e^s over the sum of all.
#[must_use]
pub(crate) fn shares(strengths: &[f64]) -> Vec<f64> {
    let sum: f64 = strengths.iter().map(|strength| exp(*strength)).sum();
    strengths.iter().map(|strength| exp(*strength) / sum).collect()
}

/// Positive weights with mean 1.
fn weights(strengths: &[f64]) -> Vec<f64> {
    shares(strengths).into_iter().map(|share| share * strengths.len() as f64).collect()
}

/// Whether every item can be reached from every other along wins, and along losses.
#[must_use]
pub(crate) fn strongly_connected(wins: &[Vec<u64>]) -> bool {
    let reaches_all = |edge: &dyn Fn(usize, usize) -> bool| {
        let mut seen = vec![false; wins.len()];
        let mut open = vec![0];
        while let Some(here) = open.pop() {
            if !std::mem::replace(&mut seen[here], true) {
                open.extend((0..wins.len()).filter(|there| !seen[*there] && edge(here, *there)));
            }
        }
        seen.into_iter().all(|seen| seen)
    };
    !wins.is_empty() && reaches_all(&|i, j| wins[i][j] > 0) && reaches_all(&|i, j| wins[j][i] > 0)
}

/// Stationary distribution of a continuous-time chain, by the elimination of Grassmann, Taksar and Heyman (1985), which
/// subtracts nothing; `None` when it is not unique.
fn stationary(rates: &[Vec<f64>]) -> Option<Vec<f64>> {
    let states = rates.len();
    let mut rates = rates.to_vec();
    for last in (1..states).rev() {
        let out: f64 = rates[last][..last].iter().sum();
        if out <= 0.0 {
            return None;
        }
        for from in 0..last {
            rates[from][last] /= out;
            for to in 0..last {
                if from != to {
                    rates[from][to] += rates[from][last] * rates[last][to];
                }
            }
        }
    }
    let mut chances = vec![1.0; states];
    for state in 1..states {
        chances[state] = (0..state).map(|from| chances[from] * rates[from][state]).sum();
    }
    let sum: f64 = chances.iter().sum();
    chances.iter().all(|chance| *chance > 0.0).then(|| chances.iter().map(|c| c / sum).collect())
}

//! Bootstrap intervals from a histogram. A resample of n answers is one multinomial draw over the scale, made of
//! exact binomial draws, so the work depends on the width of the scale and hardly on n; the generator is seeded by
//! (study seed, field), so the same study gives the same interval on any machine.

use libm::sqrt;
use protocol::results::Estimate;
use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};

use super::distribution::{binomial_pmf, normal_cdf, normal_quantile};
use super::estimate::equal_weights;
use super::histogram::Histogram;
use crate::domain::digest::Digest;

/// Resamples for every interval: enough for a stable second digit of a 95 % interval.
pub(crate) const RESAMPLES: usize = 2_000;

/// The generator of one field of one study.
#[must_use]
pub(crate) fn generator(seed: u64, field: &str) -> ChaCha8Rng {
    let drawn = Digest::new().raw("demoscope bootstrap").raw(seed.to_le_bytes()).raw(field);
    ChaCha8Rng::from_seed(drawn.finish())
}

/// A uniform number in 0 ≤ u < 1 with 53 random bits.
fn uniform(rng: &mut ChaCha8Rng) -> f64 {
    (rng.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
}

/// Resamples of the same size: multinomial draws with the observed shares.
pub(crate) struct Resampler<'a> {
    counts: &'a [u64],
    classes: Vec<BinomialDraw>,
}

impl<'a> Resampler<'a> {
    /// A resampler of those counts, one for each class.
    #[must_use]
    pub(crate) fn new(counts: &'a [u64]) -> Self {
        let mut rest: u64 = counts.iter().sum();
        let class = |count: &u64| {
            let p = if rest == 0 { 0.0 } else { *count as f64 / rest as f64 };
            rest -= count;
            BinomialDraw::new(p)
        };
        Self { counts, classes: counts.iter().map(class).collect() }
    }

    /// One resample.
    pub(crate) fn draw(&mut self, rng: &mut ChaCha8Rng, drawn: &mut [u64]) {
        let mut answers: u64 = self.counts.iter().sum();
        let mut rest = answers;
        for ((count, class), drawn) in
            self.counts.iter().zip(&mut self.classes).zip(drawn.iter_mut())
        {
            *drawn = if *count == rest { answers } else { class.draw(rng, answers) };
            answers -= *drawn;
            rest -= count;
            if rest == 0 {
                answers = 0;
            }
        }
    }
}

/// Binomial draws with one probability by inversion outward from the mode: exact up to rounding, about √(n·p·q) steps. The
/// probability of the mode costs far more than the steps; few numbers of draws occur, so it is remembered for them, and of
/// small numbers all steps are.
struct BinomialDraw {
    p: f64,
    /// Number of draws and the probability of its mode, at the place of that number modulo the length.
    at_modes: Vec<(u64, f64)>,
    /// The steps of each small number of draws, at its place; empty until they are needed.
    steps: Vec<Vec<(u64, f64)>>,
}

/// Numbers of draws whose mode is remembered.
const MODES: u64 = 256;
/// Numbers of draws whose steps are remembered.
const SMALL: u64 = 33;

impl BinomialDraw {
    fn new(p: f64) -> Self {
        Self { p, at_modes: Vec::new(), steps: Vec::new() }
    }

    /// How many of `n` draws succeed.
    fn draw(&mut self, rng: &mut ChaCha8Rng, n: u64) -> u64 {
        let p = self.p;
        if n == 0 || p <= 0.0 {
            return 0;
        }
        if p >= 1.0 {
            return n;
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "0 ≤ mode ≤ n + 1"
        )]
        let mode = (((n + 1) as f64 * p) as u64).min(n);
        // The rounding remainder after the last probability that counts is the mode's.
        let (mut left, mut drawn) = (uniform(rng), mode);
        let mut take = |value: u64, chance: f64| {
            left -= chance;
            let is_it = left < 0.0;
            if is_it {
                drawn = value;
            }
            is_it
        };
        if n < SMALL {
            let steps = self.small_steps(mode, n);
            let _ = steps.iter().any(|(value, chance)| take(*value, *chance));
        } else {
            let at_mode = self.at_mode(mode, n);
            self.outward(mode, n, at_mode, take);
        }
        drawn
    }

    /// Visits the numbers of successes among `n` draws with their probabilities, outward from the mode, until the visitor
    /// has seen enough or none of them counts.
    fn outward(&self, mode: u64, n: u64, at_mode: f64, mut visit: impl FnMut(u64, f64) -> bool) {
        let odds = self.p / (1.0 - self.p);
        let (mut below, mut above) = (mode, mode);
        let (mut chance_below, mut chance_above) = (at_mode, at_mode);
        if visit(mode, at_mode) {
            return;
        }
        loop {
            if above < n {
                chance_above *= (n - above) as f64 / (above + 1) as f64 * odds;
                above += 1;
                if visit(above, chance_above) {
                    return;
                }
            }
            if below > 0 {
                chance_below *= below as f64 / ((n - below + 1) as f64 * odds);
                below -= 1;
                if visit(below, chance_below) {
                    return;
                }
            }
            if (below == 0 || chance_below < 1e-300) && (above == n || chance_above < 1e-300) {
                return;
            }
        }
    }

    /// All steps of a small number of draws.
    fn small_steps(&mut self, mode: u64, n: u64) -> &[(u64, f64)] {
        let place = usize::try_from(n).unwrap_or(0);
        if self.steps.len() <= place {
            self.steps.resize_with(place + 1, Vec::new);
        }
        if self.steps[place].is_empty() {
            let mut steps = Vec::with_capacity(place + 1);
            self.outward(mode, n, binomial_pmf(mode, n, self.p), |value, chance| {
                steps.push((value, chance));
                false
            });
            self.steps[place] = steps;
        }
        &self.steps[place]
    }

    /// The probability of the mode of `n` draws.
    fn at_mode(&mut self, mode: u64, n: u64) -> f64 {
        if self.at_modes.is_empty() {
            // No draw is made of none, so 0 stands for a place that is empty.
            self.at_modes = vec![(0, 0.0); usize::try_from(MODES).unwrap_or(1)];
        }
        let place = usize::try_from(n % MODES).unwrap_or(0);
        if let Some((known, chance)) = self.at_modes.get(place)
            && *known == n
        {
            return *chance;
        }
        let chance = binomial_pmf(mode, n, self.p);
        if let Some(kept) = self.at_modes.get_mut(place) {
            *kept = (n, chance);
        }
        chance
    }
}

/// A mean with its bias-corrected and accelerated bootstrap interval (Efron 1987); `None` when empty, no interval when
/// all answers are equal or there is only one.
#[must_use]
pub(crate) fn mean(scores: &Histogram, level: f64, seed: u64, field: &str) -> Option<Estimate> {
    let (value, n) = (scores.mean()?, scores.n());
    let method = "bootstrap_bca";
    if scores.variance().is_none_or(|variance| variance <= 0.0) {
        return Some(equal_weights(value, None, level, n, method));
    }
    let mut rng = generator(seed, field);
    let mut drawn = vec![0; scores.counts().len()];
    let mut means = Vec::with_capacity(RESAMPLES);
    let mut resampler = Resampler::new(scores.counts());
    let values: Vec<i128> = scores.iter().map(|(value, _)| i128::from(value)).collect();
    for _ in 0..RESAMPLES {
        resampler.draw(&mut rng, &mut drawn);
        let sum: i128 = values.iter().zip(&drawn).map(|(v, count)| v * i128::from(*count)).sum();
        means.push(sum as f64 / n as f64);
    }
    means.sort_unstable_by(f64::total_cmp);
    let interval = bca(&means, value, acceleration_of_mean(scores, value), level);
    Some(equal_weights(value, interval, level, n, method))
}

/// Acceleration of the mean from the jackknife: leaving out a score x moves the mean by (mean − x) / (n − 1).
fn acceleration_of_mean(scores: &Histogram, mean: f64) -> f64 {
    let (mut cubes, mut squares) = (0.0, 0.0);
    for (value, count) in scores.iter() {
        let pull = f64::from(value) - mean;
        cubes += count as f64 * pull * pull * pull;
        squares += count as f64 * pull * pull;
    }
    cubes / (6.0 * squares * sqrt(squares))
}

/// Ends of the interval among sorted replicates; ties with the estimate count half, as scores are discrete.
fn bca(sorted: &[f64], estimate: f64, acceleration: f64, level: f64) -> Option<(f64, f64)> {
    let below = sorted.partition_point(|value| *value < estimate);
    let up_to = sorted.partition_point(|value| *value <= estimate);
    let share = (below as f64 + up_to as f64) / (2.0 * sorted.len() as f64);
    let bias = normal_quantile(share)?;
    let end = |p: f64| {
        let z = bias + normal_quantile(p)?;
        let adjusted = normal_cdf(bias + z / (1.0 - acceleration * z));
        quantile(sorted, adjusted)
    };
    let tail = (1.0 - level) / 2.0;
    Some((end(tail)?, end(1.0 - tail)?))
}

/// Quantile of sorted values with linear interpolation (type 7 of Hyndman and Fan); `None` when empty.
#[must_use]
pub(crate) fn quantile(sorted: &[f64], p: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let place = p.clamp(0.0, 1.0) * last as f64;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 ≤ place ≤ last")]
    let floor = (place as usize).min(last);
    let next = sorted[(floor + 1).min(last)];
    Some(sorted[floor] + (place - floor as f64) * (next - sorted[floor]))
}

/// Share of resamples in which the class with the highest count still leads alone, 0 to 1; `None` when nothing was
/// counted. Of equal classes the first counts as leading, and a tie in a resample counts as half.
#[must_use]
pub(crate) fn share_still_leading(counts: &[u64], seed: u64, field: &str) -> Option<f64> {
    let most = *counts.iter().max().filter(|most| **most > 0)?;
    let leader = counts.iter().position(|count| *count == most)?;
    let mut rng = generator(seed, field);
    let mut drawn = vec![0; counts.len()];
    let mut halves = 0_u32;
    let mut resampler = Resampler::new(counts);
    for _ in 0..RESAMPLES {
        resampler.draw(&mut rng, &mut drawn);
        let lead = drawn[leader];
        let rival =
            drawn.iter().enumerate().filter(|(place, _)| *place != leader).map(|(_, count)| *count);
        halves += match rival.max().map(|rival| lead.cmp(&rival)) {
            None | Some(std::cmp::Ordering::Greater) => 2,
            Some(std::cmp::Ordering::Equal) => 1,
            Some(std::cmp::Ordering::Less) => 0,
        };
    }
    Some(f64::from(halves) / (2.0 * RESAMPLES as f64))
}

//! How probable it is that each of several means is the best, and which rank it has on average: a bootstrap over
//! respondents, with a further normal error for the wording of each text. The same input gives the same bits on every
//! machine, in any order of the items.

use std::collections::BTreeMap;

use libm::sqrt;
use rand_chacha::ChaCha8Rng;
use rand_core::Rng;

use super::bootstrap::generator;
use super::distribution::normal_quantile;

/// Resamples: the standard error of a probability of one half is 0.011.
pub(crate) const RESAMPLES: u32 = 2_000;

/// Largest number of units that are drawn one by one. Above it respondents are drawn in groups of equal size, which has the
/// same variance and takes time that does not grow with the panel.
const UNITS_MAX: usize = 512;

/// One mean to be ranked.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Contender {
    /// Which panel answered: those of one panel are resampled together.
    pub(crate) panel: String,
    /// The value of each respondent of the panel, by place; `None` where there is none.
    pub(crate) values: Vec<Option<i32>>,
    /// Parts of its wording with their signed weights; the error of a part is the same wherever it occurs.
    pub(crate) wording: Vec<(f64, String)>,
}

/// What came of one contender.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct RankOdds {
    /// Probability of having the highest mean; a tie is shared equally. All sum to 1.
    pub(crate) best: f64,
    /// Mean rank from 1, ties with their middle rank.
    pub(crate) rank: f64,
}

/// The odds of each contender, in their order. `wording_sd` is the standard deviation of the error between two texts
/// without a common part, in the unit of the values; `seed` decides every draw.
#[must_use]
pub(crate) fn rank_odds(contenders: &[Contender], wording_sd: f64, seed: u64) -> Vec<RankOdds> {
    let sampled: Vec<Sampled> = contenders.iter().map(Sampled::of).collect();
    let parts = WordingParts::of(contenders);
    let mut panels: BTreeMap<&str, (ChaCha8Rng, usize)> = BTreeMap::new();
    for (contender, sampled) in contenders.iter().zip(&sampled) {
        let key = contender.panel.as_str();
        let panel = panels
            .entry(key)
            .or_insert_with(|| (generator(seed, &format!("rank respondents {key}")), 0));
        panel.1 = panel.1.max(sampled.units.len());
    }
    let mut wording = generator(seed, "rank wording");
    let mut best = vec![0.0_f64; contenders.len()];
    let mut ranks = vec![0.0_f64; contenders.len()];
    for _ in 0..RESAMPLES {
        let drawn: BTreeMap<&str, Vec<u32>> =
            panels.iter_mut().map(|(key, (rng, units))| (*key, draw(rng, *units))).collect();
        let errors = parts.draw(&mut wording, wording_sd);
        let means: Vec<f64> = contenders
            .iter()
            .zip(&sampled)
            .zip(errors)
            .map(|((contender, sampled), error)| {
                let times = drawn.get(contender.panel.as_str()).map_or(&[][..], Vec::as_slice);
                sampled.mean_of(times) + error
            })
            .collect();
        count(&means, &mut best, &mut ranks);
    }
    let all = f64::from(RESAMPLES);
    best.into_iter()
        .zip(ranks)
        .map(|(best, rank)| RankOdds { best: best / all, rank: rank / all })
        .collect()
}

/// Adds one resample to the sums: who has the highest mean, and everybody's rank.
fn count(means: &[f64], best: &mut [f64], ranks: &mut [f64]) {
    let mut order: Vec<usize> = (0..means.len()).collect();
    order.sort_by(|a, b| means[*b].total_cmp(&means[*a]));
    let mut from = 0;
    while from < order.len() {
        let value = means[order[from]];
        let ties =
            order[from..].iter().take_while(|item| means[**item].total_cmp(&value).is_eq()).count();
        // Ranks from + 1 to from + ties have this mean.
        let middle = from as f64 + f64::midpoint(ties as f64, 1.0);
        for item in &order[from..from + ties] {
            ranks[*item] += middle;
            if from == 0 {
                best[*item] += 1.0 / ties as f64;
            }
        }
        from += ties;
    }
}

/// How often each unit is drawn when as many are drawn as there are.
fn draw(rng: &mut ChaCha8Rng, units: usize) -> Vec<u32> {
    let mut times = vec![0; units];
    for _ in 0..units {
        // The high half of a product is uniform to one part in 2^64.
        let place = (u128::from(rng.next_u64()) * units as u128) >> 64;
        if let Some(times) = usize::try_from(place).ok().and_then(|place| times.get_mut(place)) {
            *times += 1;
        }
    }
    times
}

/// The values of one contender, summed up by units that are drawn together.
#[derive(Clone, Debug)]
struct Sampled {
    /// Sum and number of values of each unit.
    units: Vec<(i64, u32)>,
    mean: f64,
    /// √(n / (n − 1)), so that the variance of resampled means is that of the mean.
    stretch: f64,
}

impl Sampled {
    fn of(contender: &Contender) -> Self {
        let mut units = vec![(0_i64, 0_u32); contender.values.len().min(UNITS_MAX)];
        let width = units.len().max(1);
        for (place, value) in contender.values.iter().enumerate() {
            if let (Some(value), Some(unit)) = (value, units.get_mut(place % width)) {
                unit.0 += i64::from(*value);
                unit.1 += 1;
            }
        }
        let (sum, n) =
            units.iter().fold((0, 0_u64), |(sum, n), unit| (sum + unit.0, n + u64::from(unit.1)));
        let drawn = units.len() as f64;
        Self {
            mean: if n > 0 { sum as f64 / n as f64 } else { 0.0 },
            stretch: if drawn > 1.0 { sqrt(drawn / (drawn - 1.0)) } else { 1.0 },
            units,
        }
    }

    fn mean_of(&self, times: &[u32]) -> f64 {
        let (mut sum, mut n) = (0_i64, 0_i64);
        for ((value, count), times) in self.units.iter().zip(times) {
            sum += value * i64::from(*times);
            n += i64::from(*count) * i64::from(*times);
        }
        if n == 0 {
            return self.mean;
        }
        self.mean + (sum as f64 / n as f64 - self.mean) * self.stretch
    }
}

/// The wording of all contenders: parts that several share, and one sum of squares for those of each alone.
#[derive(Clone, Debug)]
struct WordingParts {
    /// For each shared part, its contenders with their weights, in the order of the parts' texts.
    shared: Vec<Vec<(usize, f64)>>,
    /// Contenders in the order of their own parts, each with the root of the sum of squares of their weights.
    own: Vec<(usize, f64)>,
    contenders: usize,
}

impl WordingParts {
    fn of(contenders: &[Contender]) -> Self {
        let mut weights: BTreeMap<&str, BTreeMap<usize, f64>> = BTreeMap::new();
        for (place, contender) in contenders.iter().enumerate() {
            for (weight, part) in &contender.wording {
                *weights.entry(part).or_default().entry(place).or_default() += weight;
            }
        }
        let mut shared = Vec::new();
        // The first part that is a contender's alone says where in the order its error is drawn.
        let mut own: Vec<(usize, f64)> = Vec::new();
        for of_part in weights.into_values() {
            let of_part: Vec<(usize, f64)> = of_part.into_iter().collect();
            match of_part.as_slice() {
                [(place, weight)] => match own.iter_mut().find(|(known, _)| known == place) {
                    Some((_, squares)) => *squares += weight * weight,
                    None => own.push((*place, weight * weight)),
                },
                _ => shared.push(of_part),
            }
        }
        for (_, squares) in &mut own {
            *squares = sqrt(*squares);
        }
        Self { shared, own, contenders: contenders.len() }
    }

    /// The error of each contender.
    fn draw(&self, rng: &mut ChaCha8Rng, sd: f64) -> Vec<f64> {
        let mut errors = vec![0.0; self.contenders];
        if sd <= 0.0 {
            return errors;
        }
        // Two texts without a common part differ by two such errors.
        let of_one = sd / std::f64::consts::SQRT_2;
        for of_part in &self.shared {
            let error = of_one * normal(rng);
            for (place, weight) in of_part {
                errors[*place] += weight * error;
            }
        }
        for (place, weight) in &self.own {
            errors[*place] += weight * of_one * normal(rng);
        }
        errors
    }
}

/// A draw from the standard normal distribution.
fn normal(rng: &mut ChaCha8Rng) -> f64 {
    let uniform = ((rng.next_u64() >> 11) as f64 + 0.5) / (1_u64 << 53) as f64;
    normal_quantile(uniform).unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::distribution::normal_cdf;
    use super::*;

    fn contender(values: &[i32], text: &str) -> Contender {
        Contender {
            panel: "one".to_owned(),
            values: values.iter().map(|value| Some(*value)).collect(),
            wording: vec![(1.0, text.to_owned())],
        }
    }

    /// Scores 1 to 10 with a given lead over the plain cycle.
    fn scores(n: i32, lead: i32) -> Vec<i32> {
        (0..n).map(|place| 1 + place * 7 % 10 + lead).collect()
    }

    #[test]
    fn the_probability_of_two_means_is_that_of_the_normal_distribution() {
        // Independent panels of 400; the standard error of the difference is known.
        let a = Contender { panel: "a".to_owned(), ..contender(&scores(400, 0), "a") };
        let mut better = scores(400, 0);
        for value in better.iter_mut().take(100) {
            *value += 1;
        }
        let b = Contender { panel: "b".to_owned(), ..contender(&better, "b") };
        let variance = |values: &[i32]| {
            let mean = f64::from(values.iter().sum::<i32>()) / values.len() as f64;
            values.iter().map(|value| (f64::from(*value) - mean).powi(2)).sum::<f64>()
                / (values.len() - 1) as f64
        };
        let error = (variance(&scores(400, 0)) / 400.0 + variance(&better) / 400.0).sqrt();
        for sd in [0.0, 0.3] {
            let odds = rank_odds(&[a.clone(), b.clone()], sd, 5);
            let wanted = normal_cdf(0.25 / (error * error + sd * sd).sqrt());
            assert!((odds[1].best - wanted).abs() < 0.03, "{sd}: {} {wanted}", odds[1].best);
            assert!((odds[0].best + odds[1].best - 1.0).abs() < 1e-12);
        }
    }

    #[test]
    fn pairs_of_one_panel_are_resampled_together() {
        // Everybody gives one point more: without the pairing that would be far from certain.
        let odds =
            rank_odds(&[contender(&scores(40, 0), "a"), contender(&scores(40, 1), "b")], 0.0, 5);
        assert!(odds[1].best > 0.999 && odds[1].rank < 1.001, "{odds:?}");
    }

    #[test]
    fn a_large_panel_is_drawn_in_groups_with_the_same_result() {
        let few = [contender(&scores(500, 0), "a"), contender(&scores(500, 0), "b")];
        let many = [contender(&scores(5_000, 0), "a"), contender(&scores(5_000, 0), "b")];
        for pair in [few, many] {
            let odds = rank_odds(&pair, 0.5, 9);
            assert!((odds[0].best - 0.5).abs() < 0.04, "{odds:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(12))]
        #[test]
        fn probabilities_sum_to_one_and_the_order_of_items_changes_nothing(
            answers in prop::collection::vec(prop::collection::vec(prop::option::weighted(0.9, 1..11_i32), 20), 2..6),
            sd in 0.0_f64..1.0, seed in any::<u64>(),
        ) {
            let contenders: Vec<Contender> = (0..).zip(&answers).map(|(place, values)| Contender {
                panel: "one".to_owned(),
                values: values.clone(),
                // One sentence is in all of them, and one of two in each.
                wording: vec![(0.6, "all".to_owned()), (0.5, format!("{}", place % 2)), (0.6, format!("own {place}"))],
            }).collect();
            let odds = rank_odds(&contenders, sd, seed);
            prop_assert!((odds.iter().map(|odds| odds.best).sum::<f64>() - 1.0).abs() < 1e-9);
            let items = contenders.len() as f64;
            prop_assert!((odds.iter().map(|odds| odds.rank).sum::<f64>() - items * (items + 1.0) / 2.0).abs() < 1e-6);
            let turned: Vec<Contender> = contenders.iter().rev().cloned().collect();
            let mut again = rank_odds(&turned, sd, seed);
            again.reverse();
            for (one, other) in odds.iter().zip(&again) {
                prop_assert!((one.best - other.best).abs() < 1e-12 && (one.rank - other.rank).abs() < 1e-9);
            }
        }

        #[test]
        fn equal_texts_have_equal_odds(
            values in prop::collection::vec(1..11_i32, 30), others in prop::collection::vec(1..11_i32, 30), sd in 0.0_f64..1.0,
        ) {
            let odds = rank_odds(
                &[contender(&values, "same"), contender(&others, "other"), contender(&values, "same")], sd, 3,
            );
            prop_assert!((odds[0].best - odds[2].best).abs() < 1e-12, "{:?}", odds);
        }
    }
}

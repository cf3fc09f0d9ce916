//! Reference numbers of other packages, and properties that hold for any counts.

#![allow(clippy::unwrap_used, reason = "a test that finds nothing to unwrap has failed")]
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::float_cmp,
    reason = "small numbers, and exact ones where exactness is the point"
)]

use proptest::prelude::*;
use rand_core::Rng;
use serde_json::Value;

use super::compare::{Moments, welch};
use super::distinct::DistinctTexts;
use super::distribution::{
    binomial_cdf, chi_squared_upper, f_upper, normal_cdf, normal_quantile, t_cdf, t_quantile,
};
use super::estimate::{equal_weights, mean, median, nps, wilson_interval};
use super::histogram::Histogram;
use super::weight::{RakeError, kish_effective_n, rake};
use super::{apportion, bootstrap};

pub(super) fn reference(file: &str) -> Value {
    let path = format!("{}/../tests/fixtures/reference/{file}", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

pub(super) fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

#[track_caller]
pub(super) fn close(found: f64, expected: &Value) {
    let expected = expected.as_f64().unwrap();
    let error = (found - expected).abs() / expected.abs().max(1.0);
    assert!(error < 1e-9, "found {found}, expected {expected}");
}

fn histogram(scores: &[i32]) -> Histogram {
    let mut histogram = Histogram::new(0, 10);
    for score in scores {
        assert!(histogram.add(*score));
    }
    histogram
}

#[test]
fn distributions_match_published_values() {
    // R 4: qnorm, qt, pt, pchisq, pf, pbinom.
    for (p, z) in [(0.975, 1.959_963_984_540_054), (0.5, 0.0), (1e-10, -6.361_340_902_404_056)] {
        assert!((normal_quantile(p).unwrap() - z).abs() < 1e-12, "qnorm({p})");
    }
    for (p, df, t) in [
        (0.975, 1.0, 12.706_204_736_174_7),
        (0.975, 5.0, 2.570_581_835_636_314),
        (0.975, 49.0, 2.009_575_237_129_24),
        (0.975, 999_999.0, 1.959_966_356_839),
    ] {
        assert!((t_quantile(p, df).unwrap() - t).abs() < 1e-9, "qt({p}, {df})");
    }
    assert!(
        (chi_squared_upper(5.714_285_714_285_713_5, 2.0) - 0.057_432_619_267_617_38).abs() < 1e-12
    );
    assert!((f_upper(4.0, 2.0, 10.0) - 0.052_922_149_401_344_76).abs() < 1e-10);
    assert!((binomial_cdf(3, 12, 0.5) - 0.072_998_046_875).abs() < 1e-12);
    assert!((normal_cdf(-1.96) - 0.024_997_895_148_220_435).abs() < 1e-14);
    // Close to the middle, where the tail of t loses its digits.
    let near = t_quantile(0.500_009_513_552_025_2, 187.849_008).unwrap();
    assert!((t_cdf(near, 187.849_008) - 0.500_009_513_552_025_2).abs() < 1e-14);
    assert_eq!(normal_quantile(0.0), None);
    assert_eq!(t_quantile(0.975, 0.0), None);
}

#[test]
fn wilson_matches_the_reference() {
    for case in reference("stats_reference.json")["wilson"].as_array().unwrap() {
        let level = 1.0 - case["alpha"].as_f64().unwrap();
        let (k, n) = (case["successes"].as_u64().unwrap(), case["n"].as_u64().unwrap());
        let (low, high) = wilson_interval(k, n, level).unwrap();
        close(low, &case["ci"][0]);
        close(high, &case["ci"][1]);
    }
    assert_eq!(wilson_interval(0, 0, 0.95), None);
}

#[test]
fn the_nps_matches_the_reference() {
    for case in reference("stats_reference.json")["nps"].as_array().unwrap() {
        let scores: Vec<u64> =
            case["scores"].as_array().unwrap().iter().map(|s| s.as_u64().unwrap()).collect();
        let promoters = scores.iter().filter(|score| **score >= 9).count() as u64;
        let detractors = scores.iter().filter(|score| **score <= 6).count() as u64;
        let estimate = nps(promoters, detractors, scores.len() as u64, 0.95).unwrap();
        close(estimate.value, &case["nps"]);
        close(estimate.low.unwrap(), &case["ci95"][0]);
        close(estimate.high.unwrap(), &case["ci95"][1]);
    }
}

#[test]
fn welch_matches_the_reference() {
    for case in reference("stats_reference.json")["two_sample"].as_array().unwrap() {
        if case["welch_t"].is_null() {
            continue;
        }
        let group = |key: &str| Moments::of_values(&numbers(&case[key])).unwrap();
        let found = welch(group("a"), group("b"), 0.95).unwrap();
        close(found.t, &case["welch_t"]);
        close(found.df, &case["welch_df"]);
        close(found.p, &case["welch_p"]);
        close(found.interval.0, &case["welch_ci95"][0]);
        close(found.interval.1, &case["welch_ci95"][1]);
    }
}

#[test]
fn raking_and_kish_match_the_reference() {
    let case = &reference("stats_reference.json")["raking_2x2"];
    let table = |key: &str| -> Vec<Vec<f64>> {
        case[key].as_array().unwrap().iter().map(numbers).collect()
    };
    let counts = table("sample_counts");
    let fitted =
        rake(&counts, &numbers(&case["row_targets"]), &numbers(&case["col_targets"])).unwrap();
    for (row, expected) in fitted.iter().zip(case["fitted"].as_array().unwrap()) {
        for (cell, expected) in row.iter().zip(expected.as_array().unwrap()) {
            close(*cell, expected);
        }
    }
    let weights: Vec<f64> = counts
        .iter()
        .flatten()
        .zip(fitted.iter().flatten())
        .flat_map(|(count, cell)| (0..*count as usize).map(move |_| cell / count))
        .collect();
    close(kish_effective_n(&weights).unwrap(), &case["kish_effective_n"]);
}

#[test]
fn raking_says_what_it_cannot_do() {
    assert_eq!(rake(&[vec![1.0, 1.0]], &[2.0], &[1.0]), Err(RakeError::Shape));
    assert_eq!(rake(&[vec![1.0, 1.0]], &[2.0], &[1.0, 2.0]), Err(RakeError::Totals));
    let empty = [vec![0.0, 0.0], vec![1.0, 1.0]];
    assert_eq!(rake(&empty, &[1.0, 1.0], &[1.0, 1.0]), Err(RakeError::EmptyClass));
    let crossed = [vec![1.0, 0.0], vec![1.0, 1.0]];
    assert_eq!(rake(&crossed, &[3.0, 1.0], &[1.0, 3.0]), Err(RakeError::NoConvergence));
}

#[test]
fn weights_that_mean_nothing_have_no_effective_n() {
    assert_eq!(kish_effective_n(&[]), None);
    assert_eq!(kish_effective_n(&[0.0, 0.0]), None);
    assert_eq!(kish_effective_n(&[1.0, -1.0]), None);
    assert_eq!(kish_effective_n(&[2.0; 7]), Some(7.0));
}

#[test]
fn one_answer_has_a_mean_and_no_interval() {
    let one = histogram(&[7]);
    let estimate = mean(&one, 0.95).unwrap();
    assert_eq!((estimate.value, estimate.low, estimate.high), (7.0, None, None));
    assert_eq!(one.sd(), None);
    assert_eq!(bootstrap::mean(&one, 0.95, 1, "f").unwrap().low, None);
    assert_eq!(nps(1, 0, 1, 0.95).unwrap().low, None);
    assert_eq!(mean(&histogram(&[]), 0.95), None);
}

#[test]
fn answers_that_are_all_equal_have_no_interval() {
    let same = histogram(&[7; 40]);
    assert_eq!((mean(&same, 0.95).unwrap().low, nps(40, 0, 40, 0.95).unwrap().low), (None, None));
    assert!(super::estimate::net_share(40, 0, 40, 0.95).unwrap().low.unwrap() < 100.0);
}

#[test]
fn the_median_has_an_interval_from_six_answers_on() {
    assert_eq!(median(&histogram(&[1, 2, 3, 4, 5]), 0.95).unwrap().low, None);
    let six = median(&histogram(&[1, 2, 3, 4, 5, 6]), 0.95).unwrap();
    assert_eq!((six.value, six.low, six.high), (3.5, Some(1.0), Some(6.0)));
    // Ranks 2 and 9 of ten: coverage 97.9 %, and ranks 3 and 8 would cover 89.1 %.
    let ten = median(&histogram(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]), 0.95).unwrap();
    assert_eq!((ten.low, ten.high), (Some(2.0), Some(9.0)));
}

#[test]
fn the_bootstrap_agrees_with_t_where_t_is_right_and_repeats_itself() {
    let mut scores = Histogram::new(1, 10);
    for value in 1..=10 {
        for _ in 0..(50 - 8 * (value - 6_i32).abs()) {
            scores.add(value);
        }
    }
    let t = mean(&scores, 0.95).unwrap();
    let first = bootstrap::mean(&scores, 0.95, 7, "mean_score").unwrap();
    assert!((first.low.unwrap() - t.low.unwrap()).abs() < 0.03, "{first:?} {t:?}");
    assert!((first.high.unwrap() - t.high.unwrap()).abs() < 0.03, "{first:?} {t:?}");
    assert_eq!(first, bootstrap::mean(&scores, 0.95, 7, "mean_score").unwrap());
    assert_ne!(first, bootstrap::mean(&scores, 0.95, 8, "mean_score").unwrap());
    assert_ne!(first, bootstrap::mean(&scores, 0.95, 7, "other").unwrap());
}

#[test]
fn the_share_that_still_leads_is_certain_only_when_it_is() {
    assert_eq!(bootstrap::share_still_leading(&[10, 0, 0], 1, "f"), Some(1.0));
    let even = bootstrap::share_still_leading(&[500, 500], 1, "f").unwrap();
    assert!((even - 0.5).abs() < 0.05, "{even}");
    assert!(bootstrap::share_still_leading(&[60, 40], 1, "f").unwrap() > 0.95);
    assert_eq!(bootstrap::share_still_leading(&[0, 0], 1, "f"), None);
}

#[test]
fn distinct_texts_are_counted_after_masking_digits_and_estimated_beyond_the_limit() {
    let mut few = DistinctTexts::default();
    for text in ["I am 34.", "I am 5.", "No.", "No."] {
        few.add(text);
    }
    assert_eq!(few.share(), Some(0.5));
    assert_eq!(DistinctTexts::default().share(), None);
    let mut many = DistinctTexts::default();
    let letters = |n: u32| -> String {
        (0..5).map(|k| char::from(b'a' + u8::try_from(n / 26_u32.pow(k) % 26).unwrap())).collect()
    };
    for n in 0..100_000_u32 {
        many.add(&letters(n % 50_000));
    }
    assert!(many.is_estimate());
    assert!((many.share().unwrap() - 0.5).abs() < 0.03, "{:?}", many.share());
}

proptest! {
    #[test]
    fn percentages_sum_to_a_hundred_and_stay_within_a_tenth(counts in prop::collection::vec(0..1_000_000_u64, 1..12)) {
        let total: u64 = counts.iter().sum();
        let tenths = apportion::tenths(&counts);
        prop_assert_eq!(tenths.iter().sum::<u64>(), if total == 0 { 0 } else { 1_000 });
        for (count, share) in counts.iter().zip(&tenths) {
            if total > 0 {
                prop_assert!((1_000.0 * *count as f64 / total as f64 - *share as f64).abs() < 1.0);
                prop_assert!(*count > 0 || *share == 0);
            }
        }
    }

    #[test]
    fn histograms_agree_with_plain_sums_in_any_order(mut scores in prop::collection::vec(0..=10_i32, 2..60), cut in 0..60_usize) {
        let whole = histogram(&scores);
        let cut = cut.min(scores.len());
        let mut merged = histogram(&scores[cut..]);
        merged.merge(&histogram(&scores[..cut]));
        prop_assert_eq!(&merged, &whole);
        prop_assert_eq!(&whole.without(&histogram(&scores[..cut])), &histogram(&scores[cut..]));
        let values: Vec<f64> = scores.iter().map(|score| f64::from(*score)).collect();
        let moments = Moments::of_values(&values).unwrap();
        prop_assert!((whole.mean().unwrap() - moments.mean).abs() < 1e-12);
        prop_assert!((whole.variance().unwrap() - moments.variance).abs() < 1e-11);
        scores.sort_unstable();
        let middle = f64::from(scores[(scores.len() - 1) / 2] + scores[scores.len() / 2]) / 2.0;
        prop_assert_eq!(whole.median(), Some(middle));
        prop_assert!(whole.entropy_bits().unwrap() >= 0.0);
    }

    #[test]
    fn intervals_hold_their_estimate(scores in prop::collection::vec(0..=10_i32, 2..60)) {
        let scores = histogram(&scores);
        for estimate in [mean(&scores, 0.95), median(&scores, 0.95), nps(scores.between(9, 10), scores.between(0, 6), scores.n(), 0.95)] {
            let estimate = estimate.unwrap();
            if let (Some(low), Some(high)) = (estimate.low, estimate.high) {
                prop_assert!(low <= estimate.value && estimate.value <= high, "{:?}", estimate);
            }
        }
    }

    #[test]
    fn a_resample_has_as_many_answers(counts in prop::collection::vec(0..5_000_u64, 1..12), seed: u64) {
        let mut rng = bootstrap::generator(seed, "test");
        let mut drawn = vec![0; counts.len()];
        bootstrap::Resampler::new(&counts).draw(&mut rng, &mut drawn);
        prop_assert_eq!(drawn.iter().sum::<u64>(), counts.iter().sum::<u64>());
        for (count, drawn) in counts.iter().zip(&drawn) {
            prop_assert!(*count > 0 || *drawn == 0);
        }
    }

    #[test]
    fn quantiles_undo_their_distributions(p in 0.000_001..0.999_999_f64, df in 0.6..500.0_f64) {
        prop_assert!((normal_cdf(normal_quantile(p).unwrap()) - p).abs() < 1e-13);
        prop_assert!((t_cdf(t_quantile(p, df).unwrap(), df) - p).abs() < 1e-10);
    }
}

#[test]
fn what_a_resampler_remembers_changes_no_draw() {
    let counts = [130, 0, 411, 700, 2];
    let (mut one, mut other) = (bootstrap::generator(5, "kept"), bootstrap::generator(5, "kept"));
    let mut kept = bootstrap::Resampler::new(&counts);
    for _ in 0..500 {
        let (mut of_kept, mut of_fresh) = ([0; 5], [0; 5]);
        kept.draw(&mut one, &mut of_kept);
        bootstrap::Resampler::new(&counts).draw(&mut other, &mut of_fresh);
        assert_eq!(of_kept, of_fresh);
    }
}

#[test]
fn resamples_have_the_mean_and_spread_of_a_binomial() {
    let mut rng = bootstrap::generator(3, "binomial");
    let mut drawn = [0; 2];
    let (mut sum, mut squares) = (0.0, 0.0);
    let mut resampler = bootstrap::Resampler::new(&[300, 700]);
    for _ in 0..20_000 {
        resampler.draw(&mut rng, &mut drawn);
        sum += drawn[0] as f64;
        squares += drawn[0] as f64 * drawn[0] as f64;
    }
    let mean = sum / 20_000.0;
    let variance = squares / 20_000.0 - mean * mean;
    assert!((mean - 300.0).abs() < 0.5, "{mean}");
    assert!((variance - 210.0).abs() < 8.0, "{variance}");
}

#[test]
fn equal_weights_have_n_effective_answers() {
    assert_eq!(equal_weights(1.0, None, 0.95, 12, "t").effective_n.to_bits(), 12.0_f64.to_bits());
}

#[test]
fn the_generator_of_a_field_stays_the_same() {
    let first = |seed, field| bootstrap::generator(seed, field).next_u64();
    assert_eq!(
        [first(7, "score"), first(8, "score"), first(7, "rank")],
        [5_411_360_155_635_084_524, 14_773_916_579_535_185_724, 3_904_805_970_113_505_637]
    );
}

//! Tests, agreement, rankings, power, PPI and SSR against the numbers of other packages.

#![allow(clippy::unwrap_used, reason = "a test that finds nothing to unwrap has failed")]
#![allow(clippy::cast_possible_truncation, reason = "small numbers")]

use serde_json::Value;

use super::agreement::{
    MeasurementLevel, cohens_kappa, cronbach_alpha, fleiss_kappa, icc, krippendorff_alpha,
};
use super::compare::{Moments, cohens_d, hedges_g, paired_t_of_values, two_shares};
use super::multiple::{benjamini_hochberg, holm};
use super::power::{
    ShareFormula, cohens_h, people_for_means, people_for_shares, power_for_means, power_for_shares,
};
use super::ppi::{self, Quantile, Tuning};
use super::ranking::{RankingError, bradley_terry, shares, strongly_connected};
use super::ranks::{mann_whitney, spearman, wilcoxon};
use super::ssr::{self, PmfShape};
use super::tests::{close, numbers, reference};

fn stats(key: &str) -> Vec<Value> {
    reference("stats_reference.json")[key].as_array().unwrap().clone()
}

fn table(value: &Value) -> Vec<Vec<f64>> {
    value.as_array().unwrap().iter().map(numbers).collect()
}

fn counts(value: &Value) -> Vec<Vec<u64>> {
    let row = |row: &Value| row.as_array().unwrap().iter().map(|n| n.as_u64().unwrap()).collect();
    value.as_array().unwrap().iter().map(row).collect()
}

#[track_caller]
fn within(found: f64, expected: &Value, tolerance: f64) {
    let expected = expected.as_f64().unwrap();
    assert!((found - expected).abs() < tolerance, "found {found}, expected {expected}");
}

#[test]
fn rank_correlation() {
    let case = &reference("stats_reference.json")["correlation"];
    let (x, y) = (numbers(&case["x"]), numbers(&case["y"]));
    close(spearman(&x, &y).unwrap(), &case["spearman"]);
    assert_eq!(spearman(&x, &y[1..]), None);
    assert_eq!(spearman(&[1.0, 1.0], &[1.0, 2.0]), None);
}

#[test]
fn rank_tests_and_effect_sizes() {
    for case in stats("two_sample") {
        let (a, b) = (numbers(&case["a"]), numbers(&case["b"]));
        let found = mann_whitney(&a, &b).unwrap();
        close(found.u, &case["mwu_U_a"]);
        if case["mwu_p_exact"].is_f64() {
            close(found.p_exact.unwrap(), &case["mwu_p_exact"]);
            continue;
        }
        close(found.p_corrected.unwrap(), &case["mwu_p_asymptotic_cc"]);
        close(found.p_uncorrected.unwrap(), &case["mwu_p_asymptotic_nocc"]);
        close(found.cliffs_delta, &case["cliffs_delta"]);
        assert_eq!(found.p_exact, None);
        let moments = (Moments::of_values(&a).unwrap(), Moments::of_values(&b).unwrap());
        close(cohens_d(moments.0, moments.1).unwrap(), &case["cohens_d_pooled"]);
        close(hedges_g(moments.0, moments.1).unwrap(), &case["hedges_g"]);
    }
    assert_eq!(mann_whitney(&[], &[1.0]), None);
    assert_eq!(mann_whitney(&[2.0, 2.0], &[2.0]).unwrap().p_corrected, None);
}

#[test]
fn paired_tests() {
    for case in stats("paired") {
        let (x, y) = (numbers(&case["x"]), numbers(&case["y"]));
        let found = paired_t_of_values(&x, &y, 0.95).unwrap();
        close(found.t, &case["paired_t"]);
        close(found.p, &case["paired_p"]);
        let ranks = wilcoxon(&x, &y).unwrap();
        close(ranks.w, &case["wilcoxon_W"]);
        close(ranks.p, &case["wilcoxon_p_approx"]);
    }
    assert_eq!(paired_t_of_values(&[1.0, 2.0], &[0.0, 1.0], 0.95), None);
    assert_eq!(wilcoxon(&[1.0], &[1.0]), None);
}

#[test]
fn two_shares_and_their_power() {
    for case in stats("two_proportion_ztest") {
        let (x, n) = (&case["x"], &case["n"]);
        let group = |i: usize| (x[i].as_u64().unwrap(), n[i].as_u64().unwrap());
        let found = two_shares(group(0), group(1)).unwrap();
        close(found.z, &case["z"]);
        close(found.p, &case["p"]);
    }
    assert_eq!(two_shares((0, 10), (0, 10)), None);
    for case in stats("two_proportion_power") {
        let number = |key: &str| case[key].as_f64().unwrap();
        let (p1, p2) = (number("p1"), number("p2"));
        let (alpha, power) = (number("alpha"), number("power"));
        close(cohens_h(p1, p2), &case["cohens_h"]);
        let people = |formula| people_for_shares(p1, p2, alpha, power, formula).unwrap();
        // The file states 1e-8, and a solver found this one.
        let arcsine = &case["n_per_group_arcsine_two_sided"];
        within(people(ShareFormula::Arcsine), arcsine, 1e-8 * arcsine.as_f64().unwrap());
        close(people(ShareFormula::Pooled), &case["n_per_group_pooled_formula"]);
        close(people(ShareFormula::Unpooled), &case["n_per_group_unpooled_formula"]);
        let chance = |formula| power_for_shares(p1, p2, alpha, 200.0, formula).unwrap();
        close(chance(ShareFormula::Arcsine), &case["power_at_n200_arcsine"]);
        close(chance(ShareFormula::Pooled), &case["power_at_n200_statsmodels_2indep"]);
    }
    assert_eq!(people_for_shares(0.2, 0.2, 0.05, 0.8, ShareFormula::Pooled), None);
}

#[test]
fn power_of_two_means() {
    for case in stats("two_mean_power") {
        let number = |key: &str| case[key].as_f64().unwrap();
        let n = people_for_means(number("d"), number("alpha"), number("power")).unwrap();
        let expected = &case["n_per_group"];
        within(n, expected, 1e-8 * expected.as_f64().unwrap());
        let power = power_for_means(number("d"), number("alpha"), n).unwrap();
        assert!((power - number("power")).abs() < 1e-9);
    }
    assert_eq!(people_for_means(0.0, 0.05, 0.8), None);
}

#[test]
fn adjusted_p_values() {
    let case = &reference("stats_reference.json")["multiple_testing"];
    let p = numbers(&case["p"]);
    for (found, expected) in [(holm(&p), &case["holm"]), (benjamini_hochberg(&p), &case["bh"])] {
        for (found, expected) in found.iter().zip(expected.as_array().unwrap()) {
            close(*found, expected);
        }
    }
    let mut turned = p.clone();
    turned.reverse();
    let mut back = holm(&turned);
    back.reverse();
    assert_eq!(back, holm(&p));
    assert!(holm(&[]).is_empty());
}

#[test]
fn agreement_of_raters() {
    for case in reference("krippendorff_reference.json")["cases"].as_array().unwrap() {
        let labels = ["neg", "neu", "pos"];
        let value = |value: &Value| match value {
            Value::String(text) => {
                labels.iter().position(|label| label == text).map(|place| place as f64)
            }
            other => other.as_f64(),
        };
        let raters: Vec<Vec<Option<f64>>> = case["raters_by_units"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| row.as_array().unwrap().iter().map(value).collect())
            .collect();
        for (level, expected) in case["alpha"].as_object().unwrap() {
            let level = match level.as_str() {
                "nominal" => MeasurementLevel::Nominal,
                "ordinal" => MeasurementLevel::Ordinal,
                "interval" => MeasurementLevel::Interval,
                "ratio" => MeasurementLevel::Ratio,
                other => panic!("{other}"),
            };
            close(krippendorff_alpha(&raters, level).unwrap(), expected);
        }
    }
    let one_value = vec![vec![Some(3.0); 4]; 2];
    assert_eq!(krippendorff_alpha(&one_value, MeasurementLevel::Interval), None);
    assert_eq!(krippendorff_alpha(&[vec![Some(1.0)], vec![None]], MeasurementLevel::Nominal), None);
}

#[test]
fn other_coefficients_of_agreement() {
    let all = reference("stats_reference.json");
    close(
        fleiss_kappa(&counts(&all["fleiss_kappa"]["units_by_category_counts"])).unwrap(),
        &all["fleiss_kappa"]["kappa"],
    );
    close(
        cohens_kappa(&counts(&all["cohens_kappa"]["table"])).unwrap(),
        &all["cohens_kappa"]["kappa"],
    );
    for case in stats("cronbach_alpha") {
        close(cronbach_alpha(&table(&case["respondents_by_items"])).unwrap(), &case["alpha"]);
    }
    let found = icc(&table(&all["icc"]["targets_by_raters"])).unwrap();
    let expected = &all["icc"]["icc"];
    close(found.one_way, &expected["ICC(1,1)"]);
    close(found.agreement, &expected["ICC(A,1)"]);
    close(found.consistency, &expected["ICC(C,1)"]);
    close(found.one_way_mean, &expected["ICC(1,k)"]);
    close(found.agreement_mean, &expected["ICC(A,k)"]);
    close(found.consistency_mean, &expected["ICC(C,k)"]);
    assert_eq!(fleiss_kappa(&[vec![3, 0], vec![3, 0]]), None);
    assert_eq!(cohens_kappa(&[vec![9, 0], vec![0, 0]]), None);
    assert_eq!(cronbach_alpha(&[vec![1.0, 2.0], vec![1.0, 2.0]]), None);
    assert_eq!(icc(&[vec![1.0, 2.0], vec![1.0, 2.0]]), None);
}

#[test]
fn rankings_from_wins() {
    for case in stats("bradley_terry") {
        let wins = counts(&case["wins"]);
        let alpha = case["ilsr_alpha"].as_f64().unwrap();
        assert_eq!(strongly_connected(&wins), alpha == 0.0);
        let found = bradley_terry(&wins, alpha).unwrap();
        for (found, expected) in found.iter().zip(numbers(&case["log_strength_mean0"])) {
            // The file states 1e-8, where its own iteration stopped.
            assert!((found - expected).abs() < 1e-8, "{}: {found} {expected}", case["name"]);
        }
        for (found, expected) in shares(&found).iter().zip(numbers(&case["share"])) {
            assert!((found - expected).abs() < 1e-8);
        }
    }
    let undefeated = vec![vec![0, 5], vec![0, 0]];
    assert_eq!(bradley_terry(&undefeated, 0.0), Err(RankingError::NotConnected));
    assert_eq!(bradley_terry(&[vec![0]], 0.0), Err(RankingError::Shape));
}

#[test]
fn people_and_predictions_together() {
    let file = reference("ppi_reference.json");
    for case in file["cases"].as_array().unwrap() {
        if case.get("w").is_some() {
            weighted_people_and_predictions(case);
            continue;
        }
        let y = numbers(&case["y_labeled"]);
        let predicted = numbers(&case["yhat_labeled"]);
        let others = numbers(&case["yhat_unlabeled"]);
        let level = 1.0 - case["alpha"].as_f64().unwrap();
        let mean =
            |tuning| ppi::mean(&y, &predicted, &others, level, tuning, Quantile::Normal).unwrap();
        let interval = |found: ppi::PpiMean, expected: &Value| {
            close(found.interval.0, &expected[0]);
            close(found.interval.1, &expected[1]);
        };
        let tuned = mean(Tuning::Tuned);
        close(tuned.value, &case["ppi_pp_point"]);
        close(tuned.lambda, &case["ppi_pp_lambda"]);
        close(tuned.lambda_unclipped.unwrap(), &case["ppi_pp_lambda_unclipped"]);
        close(tuned.error, &case["ppi_pp_se"]);
        interval(tuned, &case["ppi_pp_ci"]);
        let plain = mean(Tuning::Fixed(1.0));
        close(plain.value, &case["ppi_lambda1_point"]);
        interval(plain, &case["ppi_lambda1_ci"]);
        let alone = mean(Tuning::Fixed(0.0));
        close(alone.value, &case["classical_point"]);
        interval(alone, &case["classical_ci"]);
        let wider = ppi::mean(&y, &predicted, &others, level, Tuning::Tuned, Quantile::StudentT);
        assert!(wider.unwrap().interval.0 < tuned.interval.0);
    }
    let constant = [1.0, 1.0];
    assert_eq!(
        ppi::mean(&[1.0, 2.0], &constant, &constant, 0.95, Tuning::Tuned, Quantile::Normal),
        None
    );
    assert_eq!(ppi::effective_people(100.0, 100.0, 1.0), None);
    assert!((ppi::effective_people(100.0, 300.0, 0.5).unwrap() - 100.0 / 0.8125).abs() < 1e-9);
}

fn weighted_people_and_predictions(case: &Value) {
    let (y, predicted) = (numbers(&case["y_labeled"]), numbers(&case["yhat_labeled"]));
    let others = numbers(&case["yhat_unlabeled"]);
    let (weights, weights_others) = (numbers(&case["w"]), numbers(&case["w_unlabeled"]));
    let level = 1.0 - case["alpha"].as_f64().unwrap();
    let people = ppi::Sample { values: &y, weights: &weights };
    let rest = ppi::Sample { values: &others, weights: &weights_others };
    let mean = |tuning, error| {
        let how = (Quantile::Normal, error);
        ppi::weighted_mean(people, &predicted, rest, level, tuning, how).unwrap()
    };
    for (tuning, point, interval) in [
        (Tuning::Tuned, Some("ppi_pp_point"), "ppi_pp_ci"),
        (Tuning::Fixed(1.0), Some("ppi_lambda1_point"), "ppi_lambda1_ci"),
        (Tuning::Fixed(0.0), None, "ppi_lambda0_ci"),
        (Tuning::Fixed(0.0), None, "classical_ci"),
    ] {
        let found = mean(tuning, ppi::WeightedError::AsPublished);
        if let Some(point) = point {
            close(found.value, &case[point]);
        }
        close(found.interval.0, &case[interval][0]);
        close(found.interval.1, &case[interval][1]);
    }
    // Where the scale begins must not matter to the error, and with the published one it does.
    let shift = |values: &[f64]| values.iter().map(|value| value + 100.0).collect::<Vec<_>>();
    let (far_y, far_predicted, far_others) = (shift(&y), shift(&predicted), shift(&others));
    let far = |error| {
        let people = ppi::Sample { values: &far_y, ..people };
        let rest = ppi::Sample { values: &far_others, ..rest };
        let tuning = Tuning::Fixed(0.5);
        let how = (Quantile::Normal, error);
        ppi::weighted_mean(people, &far_predicted, rest, level, tuning, how).unwrap()
    };
    let near = |error| mean(Tuning::Fixed(0.5), error);
    let (here, there) = (near(ppi::WeightedError::Linearised), far(ppi::WeightedError::Linearised));
    assert!((there.value - here.value - 100.0).abs() < 1e-9);
    assert!((there.error - here.error).abs() < 1e-9);
    let published = ppi::WeightedError::AsPublished;
    assert!(far(published).error > 2.0 * near(published).error);
    // Equal weights of any size are no weights at all.
    let (sevens, thirds) = (vec![7.0; y.len()], vec![1.0 / 3.0; others.len()]);
    for tuning in [Tuning::Tuned, Tuning::Fixed(1.0)] {
        let plain = ppi::mean(&y, &predicted, &others, level, tuning, Quantile::Normal).unwrap();
        let equal = ppi::weighted_mean(
            ppi::Sample { values: &y, weights: &sevens },
            &predicted,
            ppi::Sample { values: &others, weights: &thirds },
            level,
            tuning,
            (Quantile::Normal, ppi::WeightedError::Linearised),
        )
        .unwrap();
        assert!((plain.value - equal.value).abs() < 1e-9, "{plain:?} {equal:?}");
        assert!((plain.error - equal.error).abs() < 1e-9, "{plain:?} {equal:?}");
        assert!((plain.lambda - equal.lambda).abs() < 1e-9, "{plain:?} {equal:?}");
    }
    // Weights that are none.
    for weights in [vec![0.0; y.len()], vec![1.0], vec![-1.0; y.len()], vec![f64::NAN; y.len()]] {
        let people = ppi::Sample { values: &y, weights: &weights };
        let how = (Quantile::Normal, ppi::WeightedError::Linearised);
        assert_eq!(ppi::weighted_mean(people, &predicted, rest, level, Tuning::Tuned, how), None);
    }
}

#[test]
fn texts_become_ratings() {
    let file = reference("ssr_reference.json");
    for case in file["cases"].as_array().unwrap() {
        let sets: Vec<_> = case["reference_sets"].as_array().unwrap().iter().map(table).collect();
        let shape = PmfShape {
            epsilon: case["epsilon"].as_f64().unwrap(),
            temperature: case["temperature"].as_f64().unwrap(),
        };
        for (row, answer) in table(&case["responses"]).iter().enumerate() {
            let found = ssr::rate(answer, &sets, shape).unwrap();
            for (found, expected) in found.iter().zip(case["pmf"][row].as_array().unwrap()) {
                close(*found, expected);
            }
            close(ssr::expected(&found), &case["expected_rating"][row]);
        }
    }
    for case in file["scale_pmf_cases"].as_array().unwrap() {
        let temperature = case["temperature"].as_f64().unwrap();
        let found = ssr::temper(&numbers(&case["pmf"]), temperature, case["max_temp"].as_f64());
        for (found, expected) in found.unwrap().iter().zip(case["out"].as_array().unwrap()) {
            close(*found, expected);
        }
    }
    for case in file["ks_similarity_cases"].as_array().unwrap() {
        let found = ssr::ks_similarity(&numbers(&case["p"]), &numbers(&case["q"])).unwrap();
        close(found, &case["ks_similarity"]);
    }
    for case in file["anchor_self_test"]["cases"].as_array().unwrap() {
        let sets: Vec<_> = case["reference_sets"].as_array().unwrap().iter().map(table).collect();
        let (low, high) = ssr::attainable_range(&sets, PmfShape::default()).unwrap();
        close(low, &case["attainable_low"]);
        close(high, &case["attainable_high"]);
    }
}

#[test]
fn similar_anchors_do_not_collapse_to_the_middle() {
    let pitfall = &reference("ssr_reference.json")["softmax_pitfall"];
    let pmf = ssr::of_similarities(&numbers(&pitfall["similarities"]), 0.0).unwrap();
    close(ssr::expected(&pmf), &pitfall["ssr_expected"]);
    assert!((ssr::expected(&pmf) - pitfall["softmax_T1_expected"].as_f64().unwrap()).abs() > 0.9);
    assert_eq!(ssr::of_similarities(&[0.5; 5], 0.0), None);
    assert_eq!(ssr::of_similarities(&[0.5; 5], 0.1), Some(vec![1.0, 0.0, 0.0, 0.0, 0.0]));
    assert_eq!(ssr::similarity(&[0.0], &[1.0]), None);
}

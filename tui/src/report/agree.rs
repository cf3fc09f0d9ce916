//! Differences that agree with what they are between: 5.64 and 5.68 are shown as 5.6 and 5.7, and a difference of "+0.0" beside
//! them would say something else. Where rounding does that, everything has one more decimal; and what is best has to look it.

/// Decimals of values whose differences are shown beside them, each given as before, after and by how much.
pub(crate) fn decimals(shown: impl IntoIterator<Item = (f64, f64, f64)>, usual: usize) -> usize {
    let agrees = |(before, after, by): (f64, f64, f64)| {
        let [before, after, by] = [before, after, by].map(|value| rounded(value, usual));
        // What is shown is a whole number of units in the last place, up to the error of its sum.
        (after - before - by).abs() < 1e-6
    };
    usual + usize::from(!shown.into_iter().all(agrees))
}

/// Whether the value at a place is the highest by what is shown of all of them.
pub(crate) fn is_best(
    values: impl IntoIterator<Item = f64>,
    place: usize,
    decimals: usize,
) -> bool {
    let shown: Vec<f64> = values.into_iter().map(|value| rounded(value, decimals)).collect();
    let Some(best) = shown.get(place) else { return false };
    let mut others = shown.iter().enumerate().filter(|(other, _)| *other != place);
    shown.len() > 1 && others.all(|(_, value)| value < best)
}

/// A difference with its sign; one that rounds to zero has none, as on every screen.
pub(crate) fn signed(by: f64, decimals: usize) -> String {
    // Adding zero removes the sign of a negative zero.
    let by = rounded(by, decimals) + 0.0;
    if by == 0.0 { format!("{by:.decimals$}") } else { format!("{by:+.decimals$}") }
}

/// Points of a difference: with a second decimal where one would show none of it.
pub(crate) fn points(by: f64) -> String {
    let decimals = if by != 0.0 && rounded(by, 1).abs() < 0.05 { 2 } else { 1 };
    format!("{:.decimals$}", rounded(by, decimals) + 0.0)
}

/// A value as it is shown.
fn rounded(value: f64, decimals: usize) -> f64 {
    format!("{value:.decimals$}").parse().unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_rounding_makes_disagree_has_one_more_decimal() {
        assert_eq!(decimals([(5.2, 6.1, 0.9)], 1), 1);
        assert_eq!(decimals([(5.64, 5.68, 0.04)], 1), 2, "5.6 to 5.7 is not +0.0");
        assert_eq!(decimals([(5.0, 6.0, 1.0), (5.06, 5.04, -0.02)], 1), 2, "5.1 to 5.0 by 0.0");
        assert_eq!(decimals([(5.04, 5.03, -0.01)], 1), 1, "5.0 to 5.0 by 0.0 agrees");
        assert_eq!(decimals([], 1), 1);
        assert_eq!(
            [points(0.9), points(0.04), points(-0.04), points(0.0)],
            ["0.9", "0.04", "-0.04", "0.0"]
        );
    }

    #[test]
    fn zero_has_no_sign() {
        assert_eq!([signed(0.9, 1), signed(-0.9, 1)], ["+0.9", "-0.9"]);
        for nothing in [0.0, -0.0, -0.04, 0.04] {
            assert_eq!(signed(nothing, 1), "0.0", "{nothing}");
        }
        assert_eq!(
            (signed(-0.04, 2), points(-0.0), points(-0.001)),
            ("-0.04".to_owned(), "0.0".to_owned(), "0.00".to_owned())
        );
    }

    #[test]
    fn what_looks_like_another_one_is_not_the_best() {
        assert!(is_best([5.2, 6.1, 5.9], 1, 1));
        assert!(!is_best([5.61, 5.64], 1, 1), "both are shown as 5.6");
        assert!(is_best([5.61, 5.64], 1, 2));
        assert!(!is_best([5.2], 0, 1), "nothing else is there to be better than");
        assert!(!is_best([5.2, 6.1], 7, 1));
    }
}

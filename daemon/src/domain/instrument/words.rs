//! Wording of numbers, intervals and groups of people in sentences that are computed from the data.

use protocol::results::Estimate;

/// A number with that many decimals and a real minus sign; a number that rounds to zero has no sign.
pub(super) fn number(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    match text.strip_prefix('-') {
        Some(rest) if rest.bytes().all(|byte| matches!(byte, b'0' | b'.')) => rest.to_owned(),
        Some(rest) => format!("−{rest}"),
        None => text,
    }
}

/// The same with a plus sign if it is above zero.
pub(super) fn signed(value: f64, decimals: usize) -> String {
    let text = number(value, decimals);
    let is_zero = text.bytes().all(|byte| matches!(byte, b'0' | b'.'));
    if value > 0.0 && !is_zero { format!("+{text}") } else { text }
}

/// `95 % interval 7.9 to 8.4`, with a unit after each end.
pub(super) fn interval(estimate: &Estimate, decimals: usize, unit: &str) -> String {
    match estimate.low.zip(estimate.high) {
        Some((low, high)) => format!(
            "{:.0} % interval {}{unit} to {}{unit}",
            estimate.level * 100.0,
            number(low, decimals),
            number(high, decimals)
        ),
        None => "no interval: the answers do not differ, or there is one only".to_owned(),
    }
}

/// A p value in the format of the reports.
pub(super) fn p_text(p: f64) -> String {
    if p < 0.001 { "< 0.001".to_owned() } else { format!("{p:.3}") }
}

/// A class of a dimension as a group of people: `men`, `people of 45-54`, `laggards`.
pub(super) fn people(dimension: &str, class: &str) -> String {
    let words = class.replace('_', " ");
    match (dimension, class) {
        ("gender", "male") => "men".to_owned(),
        ("gender", "female") => "women".to_owned(),
        ("gender", "nonbinary") => "nonbinary people".to_owned(),
        ("age_band", "75-100") => "people of 75 and older".to_owned(),
        ("age_band", _) => format!("people of {class}"),
        ("income_bracket", _) => format!("people with {words} income"),
        ("education", "less_than_hs") => "people who left school early".to_owned(),
        ("education", "high_school") => "people who finished high school".to_owned(),
        ("education", "some_college") => "people with some college".to_owned(),
        ("education", "bachelors") => "people with a bachelor's degree".to_owned(),
        ("education", "graduate") => "people with a graduate degree".to_owned(),
        ("tech_adoption", "innovator" | "early_adopter" | "laggard") => format!("{words}s"),
        ("tech_adoption", _) => format!("the {words}"),
        ("region", _) => match class.strip_prefix("us_") {
            Some(part) => format!("people in the US {}", part.replace('_', " ")),
            None => format!("people in {words}"),
        },
        _ => format!("{}: {words}", dimension.replace('_', " ")),
    }
}

/// `Price`, `Price and Time`, `Price, Time and Trust`.
pub(super) fn list(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [all @ .., last] => format!("{} and {last}", all.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_a_real_minus_and_zero_has_no_sign() {
        assert_eq!(number(-2.66, 1), "−2.7");
        assert_eq!((number(-0.04, 1), signed(0.04, 1)), ("0.0".to_owned(), "0.0".to_owned()));
        assert_eq!((signed(8.5, 0), signed(-8.4, 0)), ("+8".to_owned(), "−8".to_owned()));
    }

    #[test]
    fn every_class_is_people() {
        assert_eq!(people("tech_adoption", "late_majority"), "the late majority");
        assert_eq!(people("region", "us_midwest"), "people in the US midwest");
        assert_eq!(people("region", "DE"), "people in DE");
        assert_eq!(people("income_bracket", "upper_middle"), "people with upper middle income");
    }
}

//! What answers that came only when they were asked for again, or could not be read even then, can have changed: the
//! headline numbers if each of those respondents had given the lowest answer, and the highest.

use protocol::results::{Estimate, HeadlineBound};
use protocol::study::StudyType;

use super::metric::StudyMetric;
use super::types::{MainNumber, kind};
use crate::domain::outcome::Answered;

/// What those respondents gave to one number: how many they are, and the sum of their values.
pub(crate) type AgainSum = (u32, i64);

fn bounded(study_type: StudyType) -> impl Iterator<Item = (MainNumber, StudyMetric)> {
    let numbers = kind(study_type).bounded().into_iter();
    numbers.filter_map(move |number| {
        Some((number, StudyMetric::of(study_type, Some(number.field)).ok()?))
    })
}

/// The values of a respondent's answers by the headline numbers that they are part of.
pub(crate) fn headline_values<'a>(
    study_type: StudyType,
    said: &'a [&'a Answered],
) -> impl Iterator<Item = (&'static str, i32)> + 'a {
    bounded(study_type).filter_map(|(number, metric)| Some((number.field, metric.value(said)?)))
}

/// The bounds of the headline numbers of a study type, by its estimates, what those gave who were asked again, and how many
/// there are whose answers could not be read.
pub(crate) fn headline_bounds<'a>(
    study_type: StudyType,
    estimate: impl Fn(&str) -> Option<&'a Estimate>,
    again: impl Fn(&str) -> Option<AgainSum>,
    lost: u32,
) -> Vec<HeadlineBound> {
    let bound = |(number, metric): (MainNumber, StudyMetric)| {
        let estimate = estimate(number.field)?;
        let (many, sum) = again(number.field).unwrap_or_default();
        let (n, factor) = (estimate.n as f64, metric.factor());
        let unsure = many.saturating_add(lost);
        if unsure == 0 || estimate.n < u64::from(many) {
            return None;
        }
        let with = |end: i32| {
            let change = f64::from(unsure) * f64::from(end) - sum as f64;
            (estimate.value * n + factor * change) / (n + f64::from(lost))
        };
        let (lowest, highest) = metric.scale();
        let (field, name) = (number.field.to_owned(), number.name.to_owned());
        Some(HeadlineBound { field, name, low: with(lowest), high: with(highest) })
    };
    bounded(study_type).filter_map(bound).collect()
}

#[cfg(test)]
mod tests {
    use protocol::results::Results;
    use protocol::study::{Orders, StudySpec};
    use serde_json::{Value, json};

    use super::*;
    use crate::domain::instrument::read_model;
    use crate::domain::instrument::tests::kinds;
    use crate::domain::instrument::tests::{ab, at, finish};

    /// Respondents, of whom the last ones were asked again.
    const PANEL: u32 = 40;
    const AGAIN: u32 = 6;

    /// What a respondent chooses among these: one of them, or an end.
    fn choice(list: &[Value], person: u32, end: Option<bool>) -> Value {
        let last = list.len() - 1;
        let middle = usize::try_from(person * 7).unwrap() % list.len();
        list[end.map_or(middle, |is_highest| if is_highest { last } else { 0 })].clone()
    }

    /// The answers of a panel, those who were asked again with the lowest or the highest one if that is wanted.
    fn answers(spec: &StudySpec, good: &Value, end: Option<bool>) -> Vec<Answered> {
        let least = u32::from(spec.instrument.study_type() != StudyType::Nps);
        let scores: Vec<Value> = (least..=10).map(Value::from).collect();
        let words = |list: &[&str]| list.iter().map(|word| json!(word)).collect::<Vec<_>>();
        let answer = |person: u32| {
            let end = end.filter(|_| person >= PANEL - AGAIN);
            let mut reply = good.clone();
            for (key, value) in reply.as_object_mut().unwrap() {
                let list = match key.as_str() {
                    "score" => scores.clone(),
                    "sentiment" => words(&["negative", "mixed", "positive"]),
                    "purchase_intent" => words(&["definitely_not", "maybe", "definitely"]),
                    "preference" => words(&["b", "none", "a"]),
                    _ => continue,
                };
                *value = choice(&list, person, end);
            }
            read_model(spec, at(person, 0), &reply.to_string()).unwrap()
        };
        (0..PANEL).map(answer).collect()
    }

    fn results(spec: &StudySpec, answers: &[Answered]) -> Results {
        finish(spec, (0..).zip(answers.iter().cloned())).unwrap()
    }

    #[test]
    fn a_bound_is_what_the_headline_would_be_with_the_lowest_and_the_highest_answers() {
        let mut bounded = 0;
        for (mut spec, good) in kinds() {
            let study_type = spec.instrument.study_type();
            if study_type == StudyType::AbTest {
                spec = ab(Orders::Split);
            }
            let said = answers(&spec, &good, None);
            let found = results(&spec, &said);
            let again = |field: &str| {
                let asked_again = said.iter().rev().take(usize::try_from(AGAIN).unwrap());
                let values = asked_again.flat_map(|answered| {
                    headline_values(study_type, &[answered]).collect::<Vec<_>>()
                });
                let sum = values.filter(|(of, _)| *of == field).map(|(_, value)| i64::from(value));
                Some((AGAIN, sum.sum()))
            };
            let bounds = headline_bounds(study_type, |field| found.estimates.get(field), again, 0);
            // The same answers, of which those were lost who were asked again.
            let heard = &said[..usize::try_from(PANEL - AGAIN).unwrap()];
            let kept = results(&spec, heard);
            let none = |_: &str| None;
            let of_lost =
                headline_bounds(study_type, |field| kept.estimates.get(field), none, AGAIN);
            for (one, other) in bounds.iter().zip(&of_lost) {
                assert!((one.low - other.low).abs() < 1e-9, "{one:?} {other:?}");
                assert!((one.high - other.high).abs() < 1e-9, "{one:?} {other:?}");
            }
            assert_eq!(bounds.len(), of_lost.len());
            for HeadlineBound { field, low, high, .. } in &bounds {
                let with =
                    |end| results(&spec, &answers(&spec, &good, Some(end))).estimates[field].value;
                assert!((low - with(false)).abs() < 1e-9, "{field}: {low} {}", with(false));
                assert!((high - with(true)).abs() < 1e-9, "{field}: {high} {}", with(true));
                assert!(low < high);
                bounded += 1;
            }
            let nobody =
                headline_bounds(study_type, |field| found.estimates.get(field), |_| None, 0);
            assert_eq!(nobody, []);
        }
        assert_eq!(bounded, 5, "two of a concept test, and one of each other type with a headline");
    }
}

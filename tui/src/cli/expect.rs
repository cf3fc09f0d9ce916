//! Expectations of a result, for scripts and CI: `mean_score >= 6`. A point value is compared; `.low` and `.high` name the
//! bounds of its interval. What does not hold is told with what was found, and gives an exit code of its own.

use protocol::results::Results;
use protocol::safe;

use crate::failure::{Exit, Failure};
use crate::ui::Ui;

/// How two numbers are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum BoundRelation {
    AtLeast,
    AtMost,
    Above,
    Below,
}

/// Longer signs first, so that `>=` is not read as `>`.
const SIGNS: [(&str, BoundRelation); 4] = [
    (">=", BoundRelation::AtLeast),
    ("<=", BoundRelation::AtMost),
    (">", BoundRelation::Above),
    ("<", BoundRelation::Below),
];

/// Which number of an estimate is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum EstimatePart {
    Value,
    Low,
    High,
}

/// One expectation.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Expectation {
    /// As it was typed.
    text: String,
    field: String,
    part: EstimatePart,
    relation: BoundRelation,
    bound: f64,
}

impl std::str::FromStr for Expectation {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let form = "give a result, one of >= <= > <, and a number: 'mean_score >= 6'";
        let found =
            SIGNS.iter().find_map(|(sign, relation)| Some((text.split_once(sign)?, *relation)));
        let ((name, bound), relation) = found.ok_or(form)?;
        let bound: f64 = bound.trim().parse().map_err(|_| form)?;
        let name = name.trim();
        let is_name = |letter: char| !letter.is_whitespace() && !letter.is_control();
        if !bound.is_finite() || name.is_empty() || !name.chars().all(is_name) {
            return Err(form.to_owned());
        }
        let (field, part) = match name.rsplit_once('.') {
            Some((field, "low")) => (field, EstimatePart::Low),
            Some((field, "high")) => (field, EstimatePart::High),
            _ => (name, EstimatePart::Value),
        };
        Ok(Self { text: text.trim().to_owned(), field: field.to_owned(), part, relation, bound })
    }
}

impl Expectation {
    /// Whether it holds, with the number that was found; none where there is no such bound.
    fn holds(&self, results: &Results) -> Result<(bool, Option<f64>), Failure> {
        let Some(estimate) = results.estimates.get(&self.field) else {
            let known: Vec<&str> = results.estimates.keys().map(String::as_str).collect();
            let what = format!("The study has no result '{}'", safe::line(&self.field));
            return Err(Failure::invalid(what).hint(format!("Choose among {}", known.join(", "))));
        };
        let found = match self.part {
            EstimatePart::Value => Some(estimate.value),
            EstimatePart::Low => estimate.low,
            EstimatePart::High => estimate.high,
        };
        let holds = found.is_some_and(|found| match self.relation {
            BoundRelation::AtLeast => found >= self.bound,
            BoundRelation::AtMost => found <= self.bound,
            BoundRelation::Above => found > self.bound,
            BoundRelation::Below => found < self.bound,
        });
        Ok((holds, found))
    }
}

/// Tells which expectations do not hold. Without results nothing can be said, and the state of the study decides.
pub(crate) fn judge(
    expectations: &[Expectation],
    results: Option<&Results>,
    ui: &mut Ui,
) -> Result<Exit, Failure> {
    let mut exit = Exit::Done;
    let Some(results) = results else { return Ok(exit) };
    for one in expectations {
        let (holds, found) = one.holds(results)?;
        if !holds {
            exit = Exit::Unexpected;
            let found = found.map_or("there is none".to_owned(), |found| format!("it is {found}"));
            ui.say(&format!("expected {}: {found}", safe::line(&one.text)));
        }
    }
    Ok(exit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixtures;

    fn judged(texts: &[&str]) -> Result<Exit, Failure> {
        let all: Vec<Expectation> = texts.iter().map(|text| text.parse().unwrap()).collect();
        let report = fixtures::concept_test();
        let mut ui = Ui::into_buffers(Box::new(std::io::sink()), Box::new(std::io::sink()));
        judge(&all, report.results.as_ref(), &mut ui)
    }

    #[test]
    fn point_values_and_bounds_are_compared_and_one_that_fails_is_enough() {
        let results = fixtures::concept_test().results.unwrap();
        let mean = &results.estimates["mean_score"];
        let (value, low) = (mean.value, mean.low.unwrap());
        let at = |field: &str, sign: &str, bound: f64| format!("{field} {sign} {bound}");
        let holds = at("mean_score", ">=", value);
        let bound = at("mean_score.low", ">=", low);
        assert_eq!(judged(&[&holds, &bound, &at("mean_score.low", "<", value)]), Ok(Exit::Done));
        assert_eq!(judged(&[&holds, &at("mean_score", ">", value)]), Ok(Exit::Unexpected));
        assert_eq!(judged(&[&at("mean_score.low", ">=", value)]), Ok(Exit::Unexpected));
        let unknown = judged(&["mean_scor >= 6"]).unwrap_err();
        assert!(unknown.message().contains("no result 'mean_scor'"), "{unknown}");
        for wrong in
            ["", "mean_score", "mean_score = 6", ">= 6", "mean_score >= x", "a b > 1", "a > nan"]
        {
            assert!(wrong.parse::<Expectation>().is_err(), "{wrong}");
        }
    }
}

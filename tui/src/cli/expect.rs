//! Expectations of a result, for scripts and CI: `mean_score >= 6`. A point value is compared; `.low` and `.high` name the
//! bounds of its interval. What does not hold is told with what was found, and gives an exit code of its own.

use protocol::results::Results;
use protocol::safe;
use protocol::study::Problem;

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
        // No result has a sign in its name: `=>`, `==` and `<>` are meant for one of ours.
        let has_sign = name.contains(['=', '<', '>', '!']);
        if !bound.is_finite() || name.is_empty() || has_sign || !name.chars().all(is_name) {
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
    /// Whether it holds, with the number that was found; none where the results do not have it, as with too few answers.
    fn holds(&self, results: &Results) -> (bool, Option<f64>) {
        let estimate = results.estimates.get(&self.field);
        let found = estimate.and_then(|estimate| match self.part {
            EstimatePart::Value => Some(estimate.value),
            EstimatePart::Low => estimate.low,
            EstimatePart::High => estimate.high,
        });
        let holds = found.is_some_and(|found| match self.relation {
            BoundRelation::AtLeast => found >= self.bound,
            BoundRelation::AtMost => found <= self.bound,
            BoundRelation::Above => found > self.bound,
            BoundRelation::Below => found < self.bound,
        });
        (holds, found)
    }
}

/// Compares the names with the estimates that the results of a study can have.
///
/// # Errors
/// When one is unknown, with all that there are.
pub(crate) fn check(
    expectations: &[Expectation],
    place: &str,
    estimates: &[String],
) -> Result<(), Failure> {
    let unknown = expectations.iter().filter(|one| !estimates.contains(&one.field));
    let problems: Vec<Problem> = unknown
        .map(|one| Problem {
            place: "--expect".to_owned(),
            what: format!("this study has no result '{}'", safe::line(&one.field)),
            hint: match nearest(&one.field, estimates) {
                Some(near) => format!("did you mean '{near}'?").into(),
                None if estimates.is_empty() => "it has no numbers".into(),
                None => "choose one of those below".into(),
            },
        })
        .collect();
    if problems.is_empty() {
        return Ok(());
    }
    let failure =
        Failure::problems(format!("The study was not run: {}", safe::line(place)), problems);
    Err(match estimates {
        [] => {
            failure.hint("Leave --expect out: a survey of open questions has no number to expect")
        }
        _ => failure
            .hint(format!("Choose among {}; each has .low and .high too", estimates.join(", "))),
    })
}

/// The known name that was probably meant.
pub(super) fn nearest<'a>(given: &str, known: &'a [String]) -> Option<&'a str> {
    const TOLD: usize = 4;
    let last = |name: &str| {
        let name = name.to_lowercase();
        name.rsplit_once('.').map_or_else(|| name.clone(), |(_, last)| last.to_owned())
    };
    let own = last(given);
    // A name of two parts may be known by its last one, or by a part of that.
    let far = |name: &str| match last(name) {
        name if own.chars().count() >= TOLD && name.contains(&own) => 0,
        name => strsim::osa_distance(&own, &name),
    };
    let found = known.iter().map(|name| (far(name), name)).min_by_key(|(far, _)| *far)?;
    (found.0 <= 1 + own.chars().count() / 3).then_some(found.1.as_str())
}

/// Tells which expectations do not hold, and of which of several files. Without results nothing can be said, and the state
/// of the study decides.
pub(crate) fn judge(
    expectations: &[Expectation],
    file: Option<&str>,
    results: Option<&Results>,
    ui: &mut Ui,
) -> Exit {
    let mut exit = Exit::Done;
    let Some(results) = results else { return exit };
    let of = file.map_or(String::new(), |file| format!("{}: ", safe::line(file)));
    for one in expectations {
        let (holds, found) = one.holds(results);
        if !holds {
            exit = Exit::Unexpected;
            let found = found.map_or("there is none".to_owned(), |found| format!("it is {found}"));
            ui.say(&format!("{of}expected {}: {found}", safe::line(&one.text)));
        }
    }
    exit
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::Detail;
    use crate::look::Look;
    use crate::report::fixtures;

    fn judged(texts: &[&str]) -> Exit {
        let all: Vec<Expectation> = texts.iter().map(|text| text.parse().unwrap()).collect();
        let report = fixtures::concept_test();
        let mut ui = Ui::into_buffers(Box::new(std::io::sink()), Box::new(std::io::sink()));
        judge(&all, None, report.results.as_ref(), &mut ui)
    }

    #[test]
    fn point_values_and_bounds_are_compared_and_one_that_fails_is_enough() {
        let results = fixtures::concept_test().results.unwrap();
        let mean = &results.estimates["mean_score"];
        let (value, low) = (mean.value, mean.low.unwrap());
        let at = |field: &str, sign: &str, bound: f64| format!("{field} {sign} {bound}");
        let holds = at("mean_score", ">=", value);
        let bound = at("mean_score.low", ">=", low);
        assert_eq!(judged(&[&holds, &bound, &at("mean_score.low", "<", value)]), Exit::Done);
        assert_eq!(judged(&[&holds, &at("mean_score", ">", value)]), Exit::Unexpected);
        assert_eq!(judged(&[&at("mean_score.low", ">=", value)]), Exit::Unexpected);
        assert_eq!(judged(&["mean_scor >= 6"]), Exit::Unexpected);
        for wrong in
            ["", "mean_score", "mean_score = 6", ">= 6", "mean_score >= x", "a b > 1", "a > nan"]
        {
            assert!(wrong.parse::<Expectation>().is_err(), "{wrong}");
        }
        for turned in ["mean_score=>3", "mean_score =< 3", "mean_score <> 3"] {
            let told = turned.parse::<Expectation>().unwrap_err();
            assert!(told.contains("one of >= <= > <"), "{turned}: {told}");
        }
    }

    #[test]
    fn an_unknown_name_is_told_before_anybody_is_asked_with_the_one_that_was_meant() {
        let known = ["overall", "clickRate", "dimension.curiosity"].map(ToOwned::to_owned);
        let refused = |texts: &[&str]| {
            let all: Vec<Expectation> = texts.iter().map(|text| text.parse().unwrap()).collect();
            check(&all, "a.md", &known)
        };
        let fine = ["overall.low > 5", "clickRate >= 0.2", "dimension.curiosity.high < 9"];
        assert_eq!(refused(&fine), Ok(()));
        let failure = refused(&["overal > 5", "overall > 5", "curiosity > 1", "score.low > 1"]);
        let shown = |failure: Failure| failure.render(Look::PLAIN, Detail::Sentence);
        insta::assert_snapshot!(shown(failure.unwrap_err()), @r"
        --expect: this study has no result 'overal' · did you mean 'overall'?
        --expect: this study has no result 'curiosity' · did you mean 'dimension.curiosity'?
        --expect: this study has no result 'score' · choose one of those below
        error: The study was not run: a.md
        hint: Choose among overall, clickRate, dimension.curiosity; each has .low and .high too
        ");
        let survey = check(&["overall > 5".parse().unwrap()], "a.md", &[]);
        insta::assert_snapshot!(shown(survey.unwrap_err()), @r"
        --expect: this study has no result 'overall' · it has no numbers
        error: The study was not run: a.md
        hint: Leave --expect out: a survey of open questions has no number to expect
        ");
    }
}

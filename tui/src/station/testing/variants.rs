//! Recorded studies without scores: an A/B test and a survey, with the answers of each respondent and their reports.

use protocol::results::{Answer, Outcomes, Report, Response, Sentiment, ThemeKind};
use protocol::run::{State, Study};
use protocol::study::StudyType;

use super::report::{estimate, report};
use super::studies::{response, study};

/// The A/B test.
pub(crate) const AB: u128 = 0xab;

/// Its study.
pub(crate) fn ab_study(people: u32) -> Study {
    Study {
        instrument: StudyType::AbTest,
        ..study(AB, "Monthly or yearly", State::Completed, people, people)
    }
}

/// A respondent's answer to it: B for two of five, A for two, neither for one.
pub(crate) fn ab_response(ordinal: u32) -> Response {
    use protocol::results::Preference;
    use protocol::study::Order;
    let preference = match ordinal % 5 {
        0 | 1 => Preference::B,
        2 => Preference::None,
        _ => Preference::A,
    };
    let reasoning = match preference {
        Preference::A => "A, easily: I can leave whenever I like.",
        Preference::B => "B speaks to me more, because I get my money back.",
        Preference::None => "Same thing, really.",
    };
    let answer = Answer::AbTest {
        preference,
        score_a: 6,
        score_b: 7,
        reasoning: reasoning.to_owned(),
        sentiment: Sentiment::Neutral,
        order: Order::AFirst,
    };
    Response { answer, ..response(ordinal) }
}

/// Its report.
pub(crate) fn ab_report(people: u32) -> Report {
    use protocol::results::Winner;
    let n = u64::from(people);
    let mut report = report(people);
    report.study = ab_study(people);
    let Some(results) = &mut report.results else { return report };
    results.outcomes = Outcomes::AbTest {
        winner: Winner::Tie,
        variant_a_score: 6.5,
        variant_b_score: 6.7,
        variant_a_pct: 40.0,
        variant_b_pct: 40.0,
        no_preference_pct: 20.0,
        key_differentiators: vec!["trust".to_owned()],
        contested: None,
        orders_shown: (n / 2, n - n / 2),
    };
    results.estimates = [
        ("a_minus_b_pct", -8.0, 9.0),
        ("variant_a_pct", 40.0, 6.0),
        ("variant_b_pct", 48.0, 6.0),
        ("no_preference_pct", 12.0, 4.0),
        ("variant_a_score", 6.5, 0.3),
        ("variant_b_score", 6.7, 0.3),
        ("score_difference", -0.2, 0.2),
    ]
    .map(|(field, value, half)| (field.to_owned(), estimate(value, half, n)))
    .into();
    for segment in results.segments.values_mut().flat_map(|classes| classes.values_mut()) {
        let mean = segment.estimates["mean_score"].value;
        let lead = estimate((mean - 6.9) * 10.0, 12.0, segment.n);
        segment.estimates.insert("a_minus_b_pct".to_owned(), lead);
    }
    results.conclusions =
        vec!["No winner: the interval of A's share minus B's includes zero.".to_owned()];
    report
}

/// The survey.
pub(crate) const SURVEY: u128 = 0x0a5;

/// Its question.
const QUESTION: &str = "What would keep you from it?";

/// Its study.
pub(crate) fn survey_study(people: u32) -> Study {
    Study {
        instrument: StudyType::Survey,
        ..study(SURVEY, "What keeps people from a heat pump", State::Completed, people, people)
    }
}

/// The theme that a respondent's answer names.
fn named(ordinal: u32) -> &'static str {
    if ordinal.is_multiple_of(3) { "price" } else { "noise" }
}

/// A respondent's answer to it.
pub(crate) fn survey_response(ordinal: u32) -> Response {
    let said = if ordinal.is_multiple_of(3) { "The price." } else { "The noise at night." };
    let answer = Answer::Survey {
        answers: [(QUESTION.to_owned(), said.to_owned())].into(),
        reasoning: said.to_owned(),
        themes: [(QUESTION.to_owned(), vec![named(ordinal).to_owned()])].into(),
        refused: std::collections::BTreeMap::new(),
    };
    Response { answer, ..response(ordinal) }
}

/// Its report.
pub(crate) fn survey_report(people: u32) -> Report {
    let mut report = report(people);
    report.study = survey_study(people);
    let Some(results) = &mut report.results else { return report };
    results.outcomes = Outcomes::Survey {
        question_results: Vec::new(),
        common_themes: vec!["noise".to_owned(), "price".to_owned()],
    };
    for (theme, name) in results.themes.iter_mut().zip(["price", "noise"]) {
        name.clone_into(&mut theme.theme);
        theme.kind = ThemeKind::Topic;
        theme.quotes.clear();
    }
    results.estimates.clear();
    results.segments.clear();
    results.contrasts.clear();
    results.conclusions = vec!["Most often named: noise (67 %) and price (33 %).".to_owned()];
    report
}

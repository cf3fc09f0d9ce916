//! The forecast of a study's precision: in the unit of its headline, and within reason the interval that then comes out.

use protocol::study::{Instrument, StudySpec, StudyType};

use super::people::panel;
use super::{ask_all, concept, nps};
use crate::domain::instrument::{
    Accumulator, ReviewSettings, StudyMetric, Supplied, compose, content_type, expected_half_width,
    read_at,
};
use crate::domain::outcome::{Assignment, FIRST_ROUND, Outcome};

const CONCEPT: &str = include_str!("../../../../../assets/studies/meal-kit-dear.md");
const RECOMMENDED: &str = include_str!("../../../../../assets/studies/bank-app-nps.md");
const POLICY: &str = include_str!("../../../../../assets/studies/return-policy.md");
const PAGE: &str = include_str!("../../../../../assets/studies/product-page.md");
const PEOPLE: u32 = 80;

/// The text of an example, about which people differ.
fn text(file: &str) -> String {
    file.splitn(3, "---\n").last().unwrap().trim().to_owned()
}

fn specs() -> Vec<StudySpec> {
    let review = ReviewSettings {
        content_type: content_type("product_page").ok(),
        ..ReviewSettings::default()
    };
    let supplied = Supplied { stimulus: text(PAGE), review, ..Supplied::default() };
    let instruments = [
        Instrument::Sentiment { stimulus: text(POLICY) },
        compose(StudyType::ContentReview, supplied),
    ];
    let mut specs = vec![concept(&text(CONCEPT), 3), nps(&text(RECOMMENDED), 3)];
    specs.extend(instruments.map(|instrument| StudySpec { instrument, ..concept("", 3) }));
    specs.into_iter().map(|spec| StudySpec { panel: PEOPLE, ..spec }).collect()
}

#[test]
fn a_forecast_agrees_with_the_interval_that_comes_out() {
    let people = panel(u64::from(PEOPLE), 3);
    for spec in specs() {
        let metric = StudyMetric::of(spec.instrument.study_type(), None).unwrap();
        let mut counts = Accumulator::new(&spec);
        for (ordinal, reply) in (0..).zip(ask_all(&spec, &people)) {
            let at = Assignment::first(FIRST_ROUND, ordinal);
            let answered = read_at(&spec, at, &reply.text).unwrap();
            counts.add(at, &[], &Outcome::Answered(answered));
        }
        let results = counts.finish(std::collections::BTreeMap::new()).unwrap();
        let estimate = &results.estimates[metric.field()];
        let half = (estimate.high.unwrap() - estimate.low.unwrap()) / 2.0;
        let (expected, unit) = expected_half_width(&spec, None).unwrap();
        let ratio = expected / half;
        assert!(
            (0.6..1.7).contains(&ratio),
            "{}: {expected:.2} for {half:.2} {unit}",
            metric.field()
        );
    }
}

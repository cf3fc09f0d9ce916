//! No trait that a text does not touch makes a difference.

use std::collections::BTreeSet;

use proptest::prelude::*;
use protocol::audience::{Education, Gender, IncomeBracket, Region, TechAdoption};
use protocol::persona::{Employment, Household, Persona, Urbanicity};

use super::super::super::features::Features;
use super::super::super::response::latent;
use super::super::super::theme::{Benefit, Concern};
use super::super::super::traits::AnswerTraits;
use super::super::super::{Reader, Reading};
use super::super::{Field, Measure};
use super::somebody;

/// Clauses to make texts of, with topics, themes, both and neither.
const CLAUSES: &[&str] = &[
    "It is a box. It is grey.",
    "The tin holds two litres.",
    "A flat on the third floor without a lift.",
    "You pay with the app.",
    "No app needed.",
    "Nappies for newborns.",
    "It costs $40 a month.",
    "There is no contract.",
    "The battery lasts for two days.",
    "A steel flask with a blue lid.",
    "The opera opens in May.",
    "An amazing, revolutionary, unbelievable offer!",
    "We sell your data to partners.",
    "Second-hand coats.",
    "The bus stops in the village.",
    "A razor with five blades.",
    "It breaks easily.",
    "Delivered in a day.",
    "Notwithstanding the aforementioned stipulations, the undersigned acknowledges the comprehensive applicability of supplementary regulations.",
];

/// The fields that a text gives a reason to matter.
fn touched(reader: &Reader, features: &Features) -> BTreeSet<Field> {
    let row = |name: String| reader.weights.row(&name).into_iter().map(|(measure, _)| measure);
    let mut measures: BTreeSet<Measure> = BTreeSet::new();
    for &theme in Benefit::ALL {
        if features.benefits[theme.index()].count > 0.0 {
            measures.extend(row(format!("benefit_{}", theme.as_str())));
        }
    }
    for &theme in Concern::ALL {
        if features.concerns[theme.index()].count > 0.0 {
            measures.extend(row(format!("concern_{}", theme.as_str())));
        }
    }
    if features.hype > 0.0 {
        measures.extend(row("sceptic".to_owned()));
    }
    for mention in &features.topics {
        let topic = reader.topics.get(mention.topic).unwrap();
        if mention.denied < 1.0 || topic.when_denied < 0.0 {
            measures.extend(topic.effect.keys().copied());
        }
    }
    let mut fields: BTreeSet<Field> =
        measures.iter().flat_map(|measure| measure.fields()).copied().collect();
    if features.price.is_some() {
        fields.extend([Field::Income, Field::PriceSensitivity]);
    }
    // The least schooled have nine years.
    if features.grade > 9.0 {
        fields.insert(Field::Education);
    }
    fields
}

/// The same person with another value in one field, and what nobody should care about changed as well.
fn changed(field: Field, persona: &Persona, by: usize) -> Persona {
    fn other<T: Copy>(all: &[T], by: usize) -> T {
        all[by % all.len()]
    }
    let mut person = Persona {
        id: "p2".to_owned(),
        name: "Kim Li".to_owned(),
        occupation: None,
        ..persona.clone()
    };
    let score = 20.0 + (by % 60) as f64;
    match field {
        Field::Age => person.age = 18 + u8::try_from(by % 80).unwrap(),
        Field::Gender => person.gender = other(Gender::ALL, by),
        Field::Education => person.education = other(Education::ALL, by),
        Field::Income => person.income_bracket = other(IncomeBracket::ALL, by),
        Field::Employment => person.employment = other(Employment::ALL, by),
        Field::Household => person.household = other(Household::ALL, by),
        Field::Urbanicity => person.urbanicity = other(Urbanicity::ALL, by),
        Field::TechAdoption => person.tech_adoption = other(TechAdoption::ALL, by),
        Field::Place => person.region = other(Region::ALL, by),
        Field::Openness => person.big_five.openness = score,
        Field::Conscientiousness => person.big_five.conscientiousness = score,
        Field::Extraversion => person.big_five.extraversion = score,
        Field::Agreeableness => person.big_five.agreeableness = score,
        Field::Neuroticism => person.big_five.neuroticism = score,
        Field::PriceSensitivity => person.price_sensitivity = score,
    }
    person
}

const FIELDS: &[Field] = &[
    Field::Age,
    Field::Gender,
    Field::Education,
    Field::Income,
    Field::Employment,
    Field::Household,
    Field::Urbanicity,
    Field::TechAdoption,
    Field::Place,
    Field::Openness,
    Field::Conscientiousness,
    Field::Extraversion,
    Field::Agreeableness,
    Field::Neuroticism,
    Field::PriceSensitivity,
];

/// V of a text without a context.
fn liking(reading: &Reading, persona: &Persona) -> f64 {
    let reader = Reader::embedded();
    let traits = AnswerTraits::of(&reader.weights, &reader.table, persona, 7, 3);
    latent(reader, reading, &traits).v
}

fn read(text: &str) -> Reading {
    Reader::embedded().read(text, None).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn no_trait_that_the_text_does_not_touch_makes_a_difference(
        clauses in proptest::collection::vec(0..CLAUSES.len(), 1..5),
        by in 0_usize..1_000,
    ) {
        let reader = Reader::embedded();
        let text = clauses.iter().map(|&at| CLAUSES[at]).collect::<Vec<_>>().join(" ");
        let reading = read(&text);
        let touched = touched(reader, &reading.features);
        let persona = somebody();
        let before = liking(&reading, &persona);
        for &field in FIELDS.iter().filter(|field| !touched.contains(field)) {
            let after = liking(&reading, &changed(field, &persona, by));
            prop_assert_eq!(before, after, "{:?} in {}", field, text);
        }
    }
}

#[test]
fn a_grey_box_is_the_same_to_everybody() {
    let reading = read("It is a box. It is grey.");
    let before = liking(&reading, &somebody());
    for &field in FIELDS {
        for by in 0..97 {
            assert_eq!(before, liking(&reading, &changed(field, &somebody(), by)), "{field:?}");
        }
    }
}

#[test]
fn a_trait_that_the_text_touches_does_make_one() {
    let differs = |text: &str, field| {
        let reading = read(text);
        let before = liking(&reading, &somebody());
        (0..97).any(|by| liking(&reading, &changed(field, &somebody(), by)) != before)
    };
    assert!(differs("You get to the room by the stairs.", Field::Age));
    assert!(differs("We bring nappies to your door.", Field::Household));
    assert!(differs("It costs $40 a month.", Field::Income));
    assert!(differs("The opera opens in May.", Field::Education));
    assert!(differs("No app needed.", Field::TechAdoption));
    assert!(differs("A weekend in Texas.", Field::Place));
    assert!(differs("The razor has five blades.", Field::Gender));
}

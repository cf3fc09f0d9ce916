//! Tests of topics, effects and situations, on the embedded tables.

mod effects;
mod mentions;
mod population;
mod property;
mod situations;
mod table;

use std::sync::LazyLock;

use protocol::audience::{Education, Gender, IncomeBracket, Region, TechAdoption};
use protocol::persona::{BigFive, Employment, Household, Persona, Urbanicity};

use super::super::features::tokenise;
use super::{Profile, Situation, Situations, TopicMention, Topics, effect, topics};

fn tables() -> (&'static Topics, &'static Situations) {
    static TABLES: LazyLock<(Topics, Situations)> = LazyLock::new(|| {
        let topics = Topics::parse().unwrap();
        let situations = Situations::parse(&topics).unwrap();
        (topics, situations)
    });
    (&TABLES.0, &TABLES.1)
}

/// Somebody in the middle.
fn somebody() -> Persona {
    Persona {
        id: "p1".to_owned(),
        name: "Sam Reed".to_owned(),
        age: 47,
        gender: Gender::Female,
        region: Region::UsNational,
        state: Some("OH".to_owned()),
        country: None,
        education: Education::SomeCollege,
        income_bracket: IncomeBracket::Middle,
        employment: Employment::Employed,
        occupation: Some("Nurse".to_owned()),
        household: Household::CoupleNoChildren,
        urbanicity: Urbanicity::Suburban,
        tech_adoption: TechAdoption::EarlyMajority,
        big_five: BigFive {
            openness: 50.0,
            conscientiousness: 50.0,
            extraversion: 50.0,
            agreeableness: 50.0,
            neuroticism: 50.0,
        },
        price_sensitivity: 60.0,
    }
}

fn mentions(table: &Topics, text: &str) -> Vec<TopicMention> {
    topics(table, &tokenise(text))
}

/// The names of a text's topics, those that it denies with "no " before them.
fn named(table: &Topics, text: &str) -> Vec<String> {
    mentions(table, text)
        .iter()
        .map(|mention| {
            let name = &table.get(mention.topic).unwrap().name;
            if mention.is_denied() { format!("no {name}") } else { name.clone() }
        })
        .collect()
}

/// What a text's topics add to somebody's liking.
fn adds(table: &Topics, text: &str, persona: &Persona) -> f64 {
    effect(table, &mentions(table, text), &Profile::of(persona), &Situation::none())
}

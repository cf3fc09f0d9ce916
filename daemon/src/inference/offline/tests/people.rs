//! Diverse respondents from a seed, for tests only: traits are drawn independently, so every combination occurs.

use protocol::audience::{Education, Gender, IncomeBracket, Region, TechAdoption};
use protocol::persona::{BigFive, Employment, Household, Persona, Urbanicity};

use reader::draw::DrawKey;

/// A panel of `n` people.
pub(in super::super) fn panel(n: u64, seed: u64) -> Vec<Persona> {
    (0..n).map(|i| person(DrawKey::new(seed, "people").with(i), i)).collect()
}

fn person(key: DrawKey, ordinal: u64) -> Persona {
    fn one<T: Copy>(list: &[T], key: DrawKey) -> T {
        list[key.pick(list.len())]
    }
    let names =
        ["Ana Silva", "Ben Ito", "Cleo Marsh", "Dan Okafor", "Eva Lund", "Femi Ade", "Gus Hahn"];
    let age = 18 + u8::try_from(key.with(1).pick(63)).unwrap();
    let trait_score = |part| 50.0 + 10.0 * key.with(part).normal();
    Persona {
        id: format!("p{}", ordinal + 1),
        name: one(&names, key.with(2)).to_owned(),
        age,
        gender: one(&[Gender::Female, Gender::Male], key.with(3)),
        region: Region::UsNational,
        state: Some("OH".to_owned()),
        country: None,
        education: one(Education::ALL, key.with(4)),
        income_bracket: one(IncomeBracket::ALL, key.with(5)),
        employment: if age > 66 {
            Employment::Retired
        } else {
            one(
                &[
                    Employment::Employed,
                    Employment::Employed,
                    Employment::Student,
                    Employment::Unemployed,
                ],
                key.with(6),
            )
        },
        occupation: Some("Nurse".to_owned()),
        household: one(Household::ALL, key.with(7)),
        urbanicity: one(Urbanicity::ALL, key.with(8)),
        tech_adoption: one(TechAdoption::ALL, key.with(9)),
        big_five: BigFive {
            openness: trait_score(10),
            conscientiousness: trait_score(11),
            extraversion: trait_score(12),
            agreeableness: trait_score(13),
            neuroticism: trait_score(14),
        },
        price_sensitivity: (55.0 + 18.0 * key.with(15).normal()).clamp(0.0, 100.0),
    }
}

//! The population's means in the table, computed again from the tables that panels are sampled from, and the effects of
//! topics over that population.

use std::collections::BTreeMap;

use protocol::audience::{Education, Gender, IncomeBracket, Region, TechAdoption};
use protocol::persona::{Employment, Household, Persona, Urbanicity};

use super::super::super::features::Span;
use super::super::{Measure, Profile, Situation, TopicMention, effects};
use super::{somebody, tables};

macro_rules! table {
    ($name:literal) => {
        include_str!(concat!("../../../../../assets/population/", $name, ".csv"))
    };
}

/// Rows of a table as maps from column to cell.
fn rows(text: &'static str) -> Vec<BTreeMap<&'static str, &'static str>> {
    let mut lines = text.lines();
    let columns: Vec<&str> = lines.next().unwrap().split(',').collect();
    lines.map(|line| columns.iter().copied().zip(line.split(',')).collect()).collect()
}

fn inside(band: &str, age: u8) -> bool {
    let (from, to) = band.split_once('-').unwrap();
    (from.parse().unwrap()..=to.parse::<u8>().unwrap()).contains(&age)
}

/// The classes of one attribute with their shares, for people like this one.
fn shares<T: std::str::FromStr>(
    table: &[BTreeMap<&'static str, &'static str>],
    class: &str,
    like: &[(&str, &str)],
    age: u8,
) -> Vec<(T, f64)> {
    table
        .iter()
        .filter(|row| {
            like.iter().all(|(column, value)| row.get(column).is_none_or(|cell| cell == value))
        })
        .filter(|row| row.get("age_band").is_none_or(|band| inside(band, age)))
        .map(|row| (row[class].parse().ok().unwrap(), row["p"].parse().unwrap()))
        .collect()
}

/// People of each age, sex and education, with attributes at evenly spaced quantiles that are shuffled against each other.
const N: usize = 60;

/// Everybody of 18 to 80 years in the United States, with the share of people like them. Attributes are independent given
/// age, sex and education, as in a panel; each attribute is varied alone, which is enough for means.
fn everybody() -> Vec<(Persona, f64)> {
    let education = rows(table!("education_given_age_sex"));
    let income = rows(table!("income_given_age_education"));
    let tech = rows(table!("tech_given_age_education"));
    let work = rows(table!("employment_status"));
    let home = rows(table!("household_type"));
    let urban = rows(table!("urbanicity"));
    let nonbinary = rows(table!("nonbinary_share"));
    let price = rows(table!("price_sensitivity"));
    let states = rows(table!("us_states"));
    let ages: Vec<(&str, u8, f64)> = rows(table!("age_sex"))
        .iter()
        .filter(|row| row["region"] == "us_national")
        .map(|row| (row["sex"], row["age"].parse().unwrap(), row["pop"].parse().unwrap()))
        .filter(|(_, age, _)| *age <= 80)
        .collect();
    let all: f64 = ages.iter().map(|(_, _, people)| people).sum();
    let nation = ("region", "us_national");
    let mut list = Vec::new();
    for (sex, age, people) in ages {
        let third: f64 = nonbinary
            .iter()
            .find(|row| {
                row["region"] == "us_national"
                    && (row["age_min"].parse().unwrap()..=row["age_max"].parse().unwrap())
                        .contains(&age)
            })
            .map_or(0.0, |row| row["p_nonbinary"].parse().unwrap());
        for (level, share) in
            shares::<Education>(&education, "education5", &[nation, ("sex", sex)], age)
        {
            let level_word = ("education5", level.as_str());
            let weight = people / all * share;
            let incomes =
                shares::<IncomeBracket>(&income, "income_bracket", &[nation, level_word], age);
            let techs = shares::<TechAdoption>(
                &tech,
                "tech_adoption",
                &[("market", "us"), level_word],
                age,
            );
            let works = shares::<Employment>(&work, "status", &[("sex", sex), level_word], age);
            let homes = shares::<Household>(&home, "household_type", &[("sex", sex)], age);
            let places = shares::<Urbanicity>(&urban, "urbanicity", &[nation], age);
            for k in 0..N {
                let at = |stride: usize| ((k * stride % N) as f64 + 0.5) / N as f64;
                let bracket = quantile(&incomes, at(1));
                let gender = if at(29) < third {
                    Gender::Nonbinary
                } else if sex == "female" {
                    Gender::Female
                } else {
                    Gender::Male
                };
                let sensitivity = price
                    .iter()
                    .find(|row| {
                        row["income_bracket"] == bracket.as_str() && inside(row["age_band"], age)
                    })
                    .map_or(50.0, |row| row["mean_0to100"].parse().unwrap());
                let person = Persona {
                    age,
                    gender,
                    region: Region::UsNational,
                    state: Some(state(&states, at(23))),
                    education: level,
                    income_bracket: bracket,
                    employment: quantile(&works, at(11)),
                    household: quantile(&homes, at(13)),
                    urbanicity: quantile(&places, at(17)),
                    tech_adoption: quantile(&techs, at(7)),
                    price_sensitivity: sensitivity,
                    ..somebody()
                };
                list.push((person, weight / N as f64));
            }
        }
    }
    list
}

fn quantile<T: Copy>(shares: &[(T, f64)], at: f64) -> T {
    let all: f64 = shares.iter().map(|(_, share)| share).sum();
    let mut sum = 0.0;
    shares
        .iter()
        .find(|(_, share)| {
            sum += share / all;
            at <= sum
        })
        .or(shares.last())
        .unwrap()
        .0
}

fn state(states: &[BTreeMap<&'static str, &'static str>], at: f64) -> String {
    let shares: Vec<(&str, f64)> =
        states.iter().map(|row| (row["state"], row["share_us"].parse().unwrap())).collect();
    quantile(&shares, at).to_owned()
}

#[test]
fn the_means_are_those_of_the_population_and_topics_move_nobody_on_average() {
    let (table, _) = tables();
    let people: Vec<(Profile, f64)> =
        everybody().iter().map(|(person, weight)| (Profile::of(person), *weight)).collect();
    let all: f64 = people.iter().map(|(_, weight)| weight).sum();
    assert!((all - 1.0).abs() < 1e-3, "{all}");
    for &measure in Measure::ALL {
        let stated = table.mean(measure);
        let used = table.iter().any(|(_, topic)| topic.effect.contains_key(&measure));
        if !used {
            continue;
        }
        let mean: f64 = people.iter().map(|(person, weight)| weight * person.get(measure)).sum();
        assert!((mean - stated).abs() < 0.03, "{measure}: {mean}, not {stated}");
    }
    for (id, topic) in table.iter() {
        let mention = TopicMention { topic: id, span: Span::default(), denied: 0.0 };
        let mean: f64 = people
            .iter()
            .map(|(person, weight)| {
                let parts = effects(table, &[mention], person, &Situation::none());
                weight * parts.iter().map(|part| part.amount).sum::<f64>()
            })
            .sum();
        assert!(mean.abs() < 0.03, "{}: {mean}", topic.name);
    }
}

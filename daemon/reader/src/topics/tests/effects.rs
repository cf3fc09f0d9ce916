//! What topics add to the liking of people.

use protocol::audience::{Education, Gender, IncomeBracket, Region, TechAdoption};
use protocol::persona::{Employment, Household, Persona, Urbanicity};

use super::super::{Profile, Situation, effects};
use super::{adds, mentions, somebody, tables};

fn aged(age: u8) -> Persona {
    Persona { age, ..somebody() }
}

#[test]
fn stairs_weigh_more_with_every_year_of_age() {
    let (table, _) = tables();
    for text in ["A flat on the third floor without a lift.", "There is no lift.", "Steep stairs."]
    {
        let liking: Vec<f64> = (18..=100).map(|age| adds(table, text, &aged(age))).collect();
        assert!(liking.is_sorted_by(|a, b| a > b), "{text} {liking:?}");
        assert!(liking[60] < -0.3 && liking[2] > 0.2, "{text} {liking:?}");
    }
}

#[test]
fn what_is_denied_turns() {
    let (table, _) = tables();
    for (there, denied) in [
        ("Download the app to pay.", "No app needed."),
        ("Steep stairs.", "No stairs."),
        ("You need a car.", "You do not need a car."),
        ("Night shifts.", "No night shifts."),
        ("A bus runs at night.", "No bus runs at night."),
    ] {
        let people = [
            aged(25),
            aged(78),
            Persona { urbanicity: Urbanicity::Urban, ..aged(30) },
            Persona { household: Household::SingleParent, ..aged(38) },
        ];
        for person in people {
            let (with, without) = (adds(table, there, &person), adds(table, denied, &person));
            assert!(with * without < 0.0, "{there}: {with} and {without}");
            assert!(without.abs() <= with.abs() + 1e-9, "{there}: {with} and {without}");
        }
    }
}

#[test]
fn people_differ_where_the_text_gives_a_reason() {
    let (table, _) = tables();
    let base = somebody();
    let cases: &[(&str, Persona, Persona)] = &[
        ("A bar open until four with a dance floor.", aged(22), aged(70)),
        ("Hearing aids fitted at home.", aged(75), aged(30)),
        (
            "Nappies, delivered.",
            Persona { household: Household::CoupleWithChildren, ..aged(31) },
            aged(31),
        ),
        (
            "School meals are free.",
            Persona { household: Household::SingleParent, ..aged(45) },
            base.clone(),
        ),
        (
            "An evening for singles.",
            Persona { household: Household::Alone, ..base.clone() },
            base.clone(),
        ),
        (
            "A designer watch.",
            Persona { income_bracket: IncomeBracket::High, ..base.clone() },
            base.clone(),
        ),
        (
            "Coupons for everything.",
            Persona { income_bracket: IncomeBracket::Low, ..base.clone() },
            base.clone(),
        ),
        (
            "A new opera.",
            Persona { education: Education::Graduate, ..base.clone() },
            Persona { education: Education::HighSchool, ..base.clone() },
        ),
        (
            "Artificial intelligence inside.",
            Persona { tech_adoption: TechAdoption::Innovator, ..base.clone() },
            Persona { tech_adoption: TechAdoption::Laggard, ..base.clone() },
        ),
        (
            "Bills by post.",
            Persona { tech_adoption: TechAdoption::Laggard, ..aged(76) },
            Persona { tech_adoption: TechAdoption::Innovator, ..aged(25) },
        ),
        (
            "Trams and buses.",
            Persona { urbanicity: Urbanicity::Urban, ..base.clone() },
            Persona { urbanicity: Urbanicity::Rural, ..base.clone() },
        ),
        (
            "Half price for students.",
            Persona { employment: Employment::Student, ..aged(21) },
            aged(21),
        ),
        ("A beard trimmer.", Persona { gender: Gender::Male, ..base.clone() }, base.clone()),
        (
            "Book it with the NHS.",
            Persona { region: Region::Uk, state: None, ..base.clone() },
            base.clone(),
        ),
        (
            "Made in Chicago.",
            base.clone(),
            Persona { state: Some("FL".to_owned()), ..base.clone() },
        ),
        (
            "Made in Chicago.",
            Persona { region: Region::UsMidwest, state: None, ..base.clone() },
            Persona { region: Region::UsWest, state: None, ..base },
        ),
    ];
    for (text, more, less) in cases {
        let (high, low) = (adds(table, text, more), adds(table, text, less));
        assert!(high > low + 0.08, "{text}: {high} and {low}");
    }
}

#[test]
fn nobody_is_moved_at_the_mean() {
    let (table, _) = tables();
    for text in ["A flat on the third floor without a lift.", "Nappies for newborns.", "No app."] {
        let found = mentions(table, text);
        assert!(!found.is_empty(), "{text}");
        assert!(effects(table, &found, &table.average(), &Situation::none()).is_empty(), "{text}");
    }
}

#[test]
fn many_topics_saturate_and_every_part_is_kept() {
    let (table, _) = tables();
    let person = Persona { tech_adoption: TechAdoption::Innovator, ..aged(22) };
    let text = "An app with artificial intelligence for gamers: video games, drones, Bitcoin, TikTok, techno, a tattoo, a podcast and burgers.";
    let one = adds(table, "A drone.", &person);
    let all = adds(table, text, &person);
    assert!(one > 0.3 && all > one && all <= 1.0, "{one} {all}");
    let found = mentions(table, text);
    let parts = effects(table, &found, &Profile::of(&person), &Situation::none());
    assert!(parts.len() >= 8);
    let sum: f64 = parts.iter().map(|part| part.amount).sum();
    assert!((sum - all).abs() < 1e-12);
    // Saying it again adds nothing.
    let twice = adds(table, "A drone. A drone. Drones.", &person);
    assert!((twice - one).abs() < 1e-12);
}

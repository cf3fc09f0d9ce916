//! Personas: their attributes are consistent, follow their tables, and do not change between versions.

use std::collections::BTreeSet;

use super::*;
use crate::domain::panel::classes::AgeBand;

/// What is true of every persona, whoever they are.
pub(super) fn check_consistent(
    panel: &Panel,
    ordinal: u32,
    persona: &Persona,
) -> Result<(), TestCaseError> {
    let classes = panel.classes(ordinal).expect("within the panel");
    let region = panel.recipe().audience.region;
    prop_assert_eq!(&persona.id, &format!("p{}", ordinal + 1));
    prop_assert_eq!(persona.region, region);
    prop_assert_eq!(classes.gender, persona.gender);
    prop_assert_eq!(classes.age_band, AgeBand::of(persona.age));
    prop_assert_eq!(classes.income, persona.income_bracket);
    prop_assert_eq!(classes.education, persona.education);
    prop_assert_eq!(classes.tech, persona.tech_adoption);
    prop_assert_eq!(persona.state.is_some(), persona.country.is_none());
    match region {
        Region::Uk => {
            prop_assert_eq!(persona.country.as_deref(), Some("GB"));
            prop_assert!(
                ["England", "Scotland", "Wales", "Northern Ireland"].contains(&classes.place)
            );
        }
        Region::Eu | Region::Global => {
            prop_assert_eq!(persona.country.as_deref(), Some(classes.place));
        }
        Region::UsNational => prop_assert!(classes.place.starts_with("us_")),
        _ => prop_assert_eq!(classes.place, region.as_str()),
    }
    prop_assert_eq!(persona.occupation.is_some(), persona.employment == Employment::Employed);
    if let Some(occupation) = &persona.occupation {
        let youngest = population().work.min_age(occupation).expect("a known occupation");
        prop_assert!(persona.age >= youngest, "a {} of {}", occupation, persona.age);
    }
    prop_assert!((0.0..=100.0).contains(&persona.price_sensitivity));
    prop_assert!(persona.name.split(' ').count() >= 2);
    Ok(())
}

#[test]
fn the_first_people_of_a_seed_never_change() {
    for region in [Region::UsNational, Region::Uk, Region::Global] {
        let audience = Audience { region, ..Audience::default() };
        let people: Vec<Persona> = panel(audience, 100, 7).personas().take(3).collect();
        insta::assert_json_snapshot!(format!("people_{region}"), people);
    }
}

#[test]
fn a_larger_panel_or_another_seed_is_other_people() {
    let names = |size, seed| {
        panel(Audience::default(), size, seed).personas().map(|p| p.name).collect::<BTreeSet<_>>()
    };
    assert_eq!(names(100, 1), names(100, 1));
    assert_ne!(names(100, 1), names(100, 2));
    assert!(names(1_000, 1).len() > 980, "names repeat too often");
}

#[test]
fn people_live_where_their_region_is_and_in_proportion() {
    let panel = panel(adults(Region::UsSouthwest), 10_000, 4);
    let mut states = BTreeMap::<String, u32>::new();
    for persona in panel.personas() {
        *states.entry(persona.state.expect("in the United States")).or_default() += 1;
    }
    assert_eq!(states.keys().collect::<Vec<_>>(), ["AZ", "NM", "OK", "TX"]);
    // us_states.csv: 68.7 % of the adults of the Southwest live in Texas.
    assert!((f64::from(states["TX"]) / 10_000.0 - 0.687).abs() < 0.02, "{states:?}");

    let everywhere: BTreeSet<String> = super::panel(adults(Region::UsNational), 20_000, 4)
        .personas()
        .filter_map(|persona| persona.state)
        .collect();
    assert_eq!(everywhere.len(), 51);
    let union: BTreeSet<String> =
        super::panel(adults(Region::Eu), 20_000, 4).personas().filter_map(|p| p.country).collect();
    assert_eq!(union.len(), 27);
    let world: BTreeMap<String, u32> = super::panel(adults(Region::Global), 20_000, 4)
        .personas()
        .fold(BTreeMap::new(), |mut map, p| {
            *map.entry(p.country.expect("outside the United States")).or_default() += 1;
            map
        });
    // countries.csv: 20.5 % of the world's adults are counted under China, 19.0 % under India.
    assert!((f64::from(world["CN"]) / 20_000.0 - 0.205).abs() < 0.01, "{world:?}");
    assert!((f64::from(world["IN"]) / 20_000.0 - 0.190).abs() < 0.01, "{world:?}");
}

#[test]
fn attributes_follow_their_tables() {
    let people: Vec<Persona> = panel(adults(Region::UsNational), 20_000, 6).personas().collect();
    let mean = |of: &dyn Fn(&Persona) -> f64| people.iter().map(of).sum::<f64>() / 20_000.0;
    let share = |given: &dyn Fn(&Persona) -> bool, event: &dyn Fn(&Persona) -> bool| {
        let all = people.iter().filter(|p| given(p)).count() as f64;
        people.iter().filter(|p| given(p) && event(p)).count() as f64 / all
    };
    // Census: 57 % of the men and 55 % of the women of 18 to 24 live with their parents; 31/55/14 is Pew's urbanicity.
    let at_home = share(&|p| p.age < 25, &|p| p.household.as_str() == "with_parents");
    assert!((at_home - 0.56).abs() < 0.03, "{at_home}");
    let urban = share(&|_| true, &|p| p.urbanicity.as_str() == "urban");
    assert!((urban - 0.31).abs() < 0.015, "{urban}");
    let retired = share(&|p| p.age < 25, &|p| p.employment == Employment::Retired);
    assert!(retired < 0.005, "{retired} of the young are retired");
    let oldest = share(&|p| p.age >= 75, &|p| p.employment == Employment::Employed);
    assert!(oldest < 0.15, "{oldest} of the oldest work");
    // T scores among US adults; older people answer differently, so the mean is only near 50.
    for of in [|p: &Persona| p.big_five.openness, |p: &Persona| p.big_five.neuroticism] {
        let (average, square) = (mean(&of), mean(&|p| of(p).powi(2)));
        let deviation = (square - average.powi(2)).sqrt();
        assert!(
            (average - 50.0).abs() < 2.0 && (deviation - 10.0).abs() < 1.0,
            "{average} ± {deviation}"
        );
    }
    let (extraversion, agreeableness) =
        (mean(&|p| p.big_five.extraversion), mean(&|p| p.big_five.agreeableness));
    let together = mean(&|p| {
        (p.big_five.extraversion - extraversion) * (p.big_five.agreeableness - agreeableness)
    });
    assert!((together / 100.0 - 0.465).abs() < 0.05, "correlation {together}");
    let price = |bracket| {
        let of: Vec<f64> = people
            .iter()
            .filter(|p| p.income_bracket == bracket)
            .map(|p| p.price_sensitivity)
            .collect();
        of.iter().sum::<f64>() / of.len() as f64
    };
    assert!(price(IncomeBracket::Low) > price(IncomeBracket::High) + 15.0);
}

#[test]
fn names_go_with_the_decade_and_the_sex() {
    let people: Vec<Persona> = panel(adults(Region::UsNational), 20_000, 8).personas().collect();
    let called = |name: &str, from: u8, to: u8| {
        let band = people.iter().filter(|p| (from..=to).contains(&p.age));
        band.filter(|p| p.name.starts_with(&format!("{name} "))).count()
    };
    assert!(called("Linda", 66, 85) > 5 * called("Linda", 18, 35).max(1));
    assert!(called("Ashley", 26, 45) > 5 * called("Ashley", 66, 100).max(1));
    let europeans = panel(adults(Region::Eu), 20_000, 8);
    for persona in europeans.personas().filter(|p| p.country.as_deref() == Some("BG")) {
        let feminine = persona.name.ends_with('a');
        match persona.gender {
            Gender::Male => assert!(!feminine, "{}", persona.name),
            Gender::Female => assert!(feminine, "{}", persona.name),
            Gender::Nonbinary => {}
        }
    }
}

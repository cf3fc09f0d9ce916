//! The persona of a cell: every attribute is drawn from its own random stream, given the attributes that the tables
//! condition it on. Nothing is stored; the same seed and ordinal always give the same person.

use protocol::audience::Region;
use protocol::persona::{Employment, Persona};

use super::cell::Traits;
use super::classes::Classes;
use super::population::{HomePlace, Population};
use super::stream::{Attribute, Person};

/// The persona of a person with these traits.
pub(super) fn persona(
    population: &Population,
    region: Region,
    traits: Traits,
    person: Person,
    id: String,
) -> Persona {
    let place = place(population, region, traits, person);
    let country = population.places.country(place);
    let uniform = |attribute| person.stream(attribute).uniform();
    let employment = population.work.employment(traits, uniform(Attribute::Employment));
    let occupation = (employment == Employment::Employed)
        .then(|| population.work.occupation(traits, uniform(Attribute::Occupation)))
        .flatten();
    let first = population
        .names
        .first(country, traits, &mut person.stream(Attribute::FirstName))
        .to_owned();
    let last = population.names.last(country, traits, &mut person.stream(Attribute::LastName));
    let state = population.places.state(place).map(str::to_owned);
    Persona {
        id,
        name: first + " " + last,
        age: traits.age,
        gender: traits.gender,
        region,
        country: state.is_none().then(|| population.places.country_code(country).to_owned()),
        state,
        education: traits.education,
        income_bracket: traits.income,
        employment,
        occupation: occupation.map(str::to_owned),
        household: population.home.household(traits, uniform(Attribute::Household)),
        urbanicity: population.home.urbanicity(
            &population.places,
            region,
            place,
            uniform(Attribute::Urbanicity),
        ),
        tech_adoption: traits.tech,
        big_five: population.temper.big_five(traits, &mut person.stream(Attribute::Personality)),
        price_sensitivity: population
            .temper
            .price_sensitivity(traits, &mut person.stream(Attribute::PriceSensitivity)),
    }
}

/// The classes of a person with these traits.
pub(super) fn classes(
    population: &'static Population,
    region: Region,
    traits: Traits,
    person: Person,
) -> Classes {
    let place = match region {
        // In a panel of one part of the country the class is that part, whichever the state.
        Region::UsNortheast
        | Region::UsSoutheast
        | Region::UsMidwest
        | Region::UsWest
        | Region::UsSouthwest => region.as_str(),
        Region::UsNational | Region::Uk | Region::Eu | Region::Global => {
            population.places.class(place(population, region, traits, person))
        }
    };
    Classes {
        gender: traits.gender,
        age_band: traits.age_band(),
        income: traits.income,
        education: traits.education,
        tech: traits.tech,
        place,
    }
}

fn place(population: &Population, region: Region, traits: Traits, person: Person) -> HomePlace {
    population.places.draw(region, traits, person.stream(Attribute::Place).uniform())
}

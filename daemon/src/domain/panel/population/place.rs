//! Place tables: the place of residence given a person's attributes: a state in the United States, a nation in the
//! United Kingdom, a country in Europe and the world.

use protocol::audience::{Education, Region};

use super::super::cell::{Sex, Traits};
use super::super::wheel::Wheel;
use super::education_band;
use super::table::{self, TableError};

/// Conditions of the joint tables: sex, education band, education.
const CONDITIONS: usize = 2 * 8 * 5;

/// A place, by its index in the tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum HomePlace {
    State(usize),
    Nation(usize),
    Country(usize),
}

/// One of the fifty states, or the District of Columbia.
#[derive(Debug)]
struct UsState {
    code: Box<str>,
    region: Region,
    urbanicity: [f64; 3],
}

/// One of the countries that the names and the world panel cover.
#[derive(Debug)]
struct Country {
    code: Box<str>,
    in_eu: bool,
    /// Factor from listed adults to people of the world.
    global_adjustment: f64,
    adults_thousands: f64,
}

/// The tables of places.
#[derive(Debug)]
pub(in super::super) struct Geography {
    states: Vec<UsState>,
    nations: Vec<Box<str>>,
    countries: Vec<Country>,
    nation_wheel: Wheel,
    /// For each region and condition the weighted choice of states or countries; unused for the United Kingdom.
    wheels: Vec<Wheel>,
    united_states: usize,
    united_kingdom: usize,
}

impl Geography {
    pub(super) fn parse() -> Result<Self, TableError> {
        let (states, state_adults) = states()?;
        let countries = countries()?;
        let (nations, nation_wheel) = nations()?;
        let state_counts = joint(&table::JOINT_US_STATE, "state", "pop", |code| {
            states.iter().position(|state| &*state.code == code)
        })?;
        let country_counts = joint(&table::JOINT_COUNTRY, "iso2", "pop_thousands", |code| {
            countries.iter().position(|country| &*country.code == code)
        })?;
        let mut wheels = Vec::with_capacity(Region::ALL.len() * CONDITIONS);
        for &region in Region::ALL {
            for condition in 0..CONDITIONS {
                wheels.push(match region {
                    Region::Uk => Wheel::default(),
                    Region::Eu | Region::Global => wheel(&country_counts[condition], |index| {
                        let country = &countries[index];
                        (country_weight(region, country), country.adults_thousands)
                    }),
                    _ => wheel(&state_counts[condition], |index| {
                        let inside = region == Region::UsNational || states[index].region == region;
                        (f64::from(u8::from(inside)), state_adults[index])
                    }),
                });
            }
        }
        let find = |code: &str| {
            countries
                .iter()
                .position(|country| &*country.code == code)
                .ok_or_else(|| table::COUNTRIES.wrong(format!("no row for {code}")))
        };
        let (united_states, united_kingdom) = (find("US")?, find("GB")?);
        Ok(Self { states, nations, countries, nation_wheel, wheels, united_states, united_kingdom })
    }

    /// The place that `uniform`, in [0, 1), selects for such a person.
    pub(in super::super) fn draw(&self, region: Region, traits: Traits, uniform: f64) -> HomePlace {
        let condition = condition(traits.sex, education_band(traits.age), traits.education);
        let wheel = &self.wheels[region.index() * CONDITIONS + condition];
        match region {
            Region::Uk => HomePlace::Nation(self.nation_wheel.draw(uniform)),
            Region::Eu | Region::Global => HomePlace::Country(wheel.draw(uniform)),
            _ => HomePlace::State(wheel.draw(uniform)),
        }
    }

    /// The class of the dimension "region".
    pub(in super::super) fn class(&self, place: HomePlace) -> &str {
        match place {
            HomePlace::State(index) => self.states[index].region.as_str(),
            HomePlace::Nation(index) => &self.nations[index],
            HomePlace::Country(index) => &self.countries[index].code,
        }
    }

    /// The two-letter code of the state, in the United States only.
    pub(in super::super) fn state(&self, place: HomePlace) -> Option<&str> {
        match place {
            HomePlace::State(index) => Some(&self.states[index].code),
            HomePlace::Nation(_) | HomePlace::Country(_) => None,
        }
    }

    /// Shares of city, suburb and country in that state, if there is one.
    pub(in super::super) fn urbanicity(&self, place: HomePlace) -> Option<&[f64; 3]> {
        match place {
            HomePlace::State(index) => Some(&self.states[index].urbanicity),
            HomePlace::Nation(_) | HomePlace::Country(_) => None,
        }
    }

    /// The index of the country that the place lies in.
    pub(in super::super) fn country(&self, place: HomePlace) -> usize {
        match place {
            HomePlace::State(_) => self.united_states,
            HomePlace::Nation(_) => self.united_kingdom,
            HomePlace::Country(index) => index,
        }
    }

    /// The ISO code of the country with that index.
    pub(in super::super) fn country_code(&self, country: usize) -> &str {
        &self.countries[country].code
    }

    pub(super) fn country_named(&self, code: &str) -> Option<usize> {
        self.countries.iter().position(|country| &*country.code == code)
    }

    pub(super) fn countries(&self) -> usize {
        self.countries.len()
    }
}

fn condition(sex: Sex, band: usize, education: Education) -> usize {
    (sex.index() * 8 + band) * 5 + education.index()
}

/// The weight of one counted adult of that country in the region.
fn country_weight(region: Region, country: &Country) -> f64 {
    match (region, country.in_eu) {
        (Region::Eu, true) => 1.0,
        (Region::Eu, false) => 0.0,
        _ => country.global_adjustment,
    }
}

/// A weighted choice over the counts of one condition; over all adults if the condition was never observed.
fn wheel(counts: &[f64], weigh: impl Fn(usize) -> (f64, f64)) -> Wheel {
    let counted =
        Wheel::new(counts.iter().enumerate().map(|(index, count)| count * weigh(index).0));
    if !counted.is_empty() {
        return counted;
    }
    Wheel::new((0..counts.len()).map(|index| {
        let (factor, adults) = weigh(index);
        factor * adults
    }))
}

fn states() -> Result<(Vec<UsState>, Vec<f64>), TableError> {
    let (mut states, mut adults) = (Vec::new(), Vec::new());
    let columns = ["state", "region", "adult_pop_2024", "p_urban", "p_suburban", "p_rural"];
    table::US_STATES.read(columns, |row| {
        states.push(UsState {
            code: row.text(0).into(),
            region: row.parse(1)?,
            urbanicity: [row.weight(3)?, row.weight(4)?, row.weight(5)?],
        });
        adults.push(row.weight(2)?);
        Ok(())
    })?;
    Ok((states, adults))
}

fn countries() -> Result<Vec<Country>, TableError> {
    let mut countries = Vec::new();
    let columns = ["iso2", "in_eu27", "global_adj", "adult_pop_thousands_2025"];
    table::COUNTRIES.read(columns, |row| {
        countries.push(Country {
            code: row.text(0).into(),
            in_eu: row.text(1) == "1",
            global_adjustment: row.weight(2)?,
            adults_thousands: row.weight(3)?,
        });
        Ok(())
    })?;
    Ok(countries)
}

fn nations() -> Result<(Vec<Box<str>>, Wheel), TableError> {
    let (mut nations, mut shares) = (Vec::new(), Vec::new());
    table::UK_NATIONS.read(["nation", "share"], |row| {
        nations.push(row.text(0).into());
        shares.push(row.weight(1)?);
        Ok(())
    })?;
    Ok((nations, Wheel::new(shares)))
}

/// Counts by condition and place.
fn joint(
    table: &table::PopulationTable,
    place_column: &str,
    count_column: &str,
    find: impl Fn(&str) -> Option<usize>,
) -> Result<Vec<Vec<f64>>, TableError> {
    let mut counts = vec![Vec::new(); CONDITIONS];
    table.read([place_column, "sex", "age_band", "education5", count_column], |row| {
        let place =
            find(row.text(0)).ok_or_else(|| row.wrong("a place that no other table knows"))?;
        let band = row.position(2, &super::EDUCATION_BANDS)?;
        let cell: &mut Vec<f64> = &mut counts[condition(row.sex(1)?, band, row.parse(3)?)];
        if cell.len() <= place {
            cell.resize(place + 1, 0.0);
        }
        cell[place] = row.weight(4)?;
        Ok(())
    })?;
    Ok(counts)
}

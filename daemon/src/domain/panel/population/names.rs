//! Name tables: first names by the decade of birth where such lists exist (United States, United Kingdom), by country
//! elsewhere, surnames by country in the form for the person's sex.

use protocol::audience::Gender;

use super::super::cell::{Sex, Traits};
use super::super::stream::Stream;
use super::super::wheel::Wheel;
use super::place::Geography;
use super::table::{self, TableError};

/// The year the tables describe; a person of age a was born a years before.
const REFERENCE_YEAR: u16 = 2025;
const FIRST_DECADE: u16 = 1920;
const DECADES: usize = 9;

/// Names with their weights.
#[derive(Debug, Default)]
struct List {
    names: Vec<Box<str>>,
    weights: Vec<f64>,
    wheel: Wheel,
}

impl List {
    fn push(&mut self, name: &str, weight: f64) {
        self.names.push(name.into());
        self.weights.push(weight);
    }

    /// Finishes the list; an empty one is an error.
    fn close(&mut self, table: table::PopulationTable, what: &str) -> Result<(), TableError> {
        self.wheel = Wheel::new(std::mem::take(&mut self.weights));
        if self.wheel.is_empty() {
            return Err(table.wrong(format!("no names for {what}")));
        }
        Ok(())
    }

    fn draw(&self, uniform: f64) -> &str {
        &self.names[self.wheel.draw(uniform)]
    }
}

/// The tables of names.
#[derive(Debug)]
pub(in super::super) struct Names {
    /// For each country, sex and decade; only the first entry of a country without decades is filled.
    first: Vec<List>,
    /// Which countries have lists by decade.
    by_decade: Vec<bool>,
    unisex: List,
    united_states: usize,
    /// For each country and sex.
    last: Vec<List>,
}

impl Names {
    pub(super) fn parse(places: &Geography) -> Result<Self, TableError> {
        let countries = places.countries();
        let mut names = Self {
            first: std::iter::repeat_with(List::default).take(countries * 2 * DECADES).collect(),
            by_decade: vec![false; countries],
            unisex: List::default(),
            united_states: places.country(super::HomePlace::State(0)),
            last: std::iter::repeat_with(List::default).take(countries * 2).collect(),
        };
        names.read_first(places)?;
        names.read_last(places)?;
        names.close(places)?;
        Ok(names)
    }

    /// A first name for such a person.
    pub(in super::super) fn first(
        &self,
        country: usize,
        traits: Traits,
        stream: &mut Stream,
    ) -> &str {
        let sex = match traits.gender {
            Gender::Male => Sex::Male,
            Gender::Female => Sex::Female,
            // Half of the nonbinary people have a name that is used for both sexes, where such a list exists; the
            // others one of either sex.
            Gender::Nonbinary => {
                if stream.coin() && country == self.united_states {
                    return self.unisex.draw(stream.uniform());
                }
                if stream.coin() { Sex::Male } else { Sex::Female }
            }
        };
        let decade = if self.by_decade[country] { decade(traits.age) } else { 0 };
        self.first[first_index(country, sex, decade)].draw(stream.uniform())
    }

    /// A surname for such a person.
    pub(in super::super) fn last(
        &self,
        country: usize,
        traits: Traits,
        stream: &mut Stream,
    ) -> &str {
        self.last[country * 2 + traits.sex.index()].draw(stream.uniform())
    }

    fn read_first(&mut self, places: &Geography) -> Result<(), TableError> {
        let columns = ["country", "sex", "name", "birth_decade", "weight_per_100k"];
        table::FIRST_NAMES_BY_DECADE.read(columns, |row| {
            let country =
                places.country_named(row.text(0)).ok_or_else(|| row.wrong("an unknown country"))?;
            let born: u16 = row.parse(3)?;
            let decade = usize::from(born.saturating_sub(FIRST_DECADE) / 10);
            if born < FIRST_DECADE || decade >= DECADES {
                return Err(row.wrong("a decade outside 1920 to 2000"));
            }
            self.by_decade[country] = true;
            self.first[first_index(country, row.sex(1)?, decade)].push(row.text(2), row.weight(4)?);
            Ok(())
        })?;
        table::FIRST_NAMES_COUNTRY.read(["country", "sex", "name", "weight"], |row| {
            let country =
                places.country_named(row.text(0)).ok_or_else(|| row.wrong("an unknown country"))?;
            self.first[first_index(country, row.sex(1)?, 0)].push(row.text(2), row.weight(3)?);
            Ok(())
        })?;
        table::NAMES_UNISEX.read(["name", "births_1975_2009"], |row| {
            self.unisex.push(row.text(0), row.weight(1)?);
            Ok(())
        })
    }

    fn read_last(&mut self, places: &Geography) -> Result<(), TableError> {
        table::SURNAMES.read(["country", "surname", "sex", "weight"], |row| {
            let country =
                places.country_named(row.text(0)).ok_or_else(|| row.wrong("an unknown country"))?;
            let weight = row.weight(3)?;
            for sex in Sex::ALL {
                if row.text(2) == "any" || row.sex(2)? == sex {
                    self.last[country * 2 + sex.index()].push(row.text(1), weight);
                }
            }
            Ok(())
        })
    }

    fn close(&mut self, places: &Geography) -> Result<(), TableError> {
        self.unisex.close(table::NAMES_UNISEX, "anyone")?;
        for country in 0..places.countries() {
            let code = places.country_code(country);
            let decades = if self.by_decade[country] { DECADES } else { 1 };
            for sex in Sex::ALL {
                for decade in 0..decades {
                    let list = &mut self.first[first_index(country, sex, decade)];
                    list.close(table::FIRST_NAMES_COUNTRY, code)?;
                }
                self.last[country * 2 + sex.index()].close(table::SURNAMES, code)?;
            }
        }
        Ok(())
    }
}

fn first_index(country: usize, sex: Sex, decade: usize) -> usize {
    (country * 2 + sex.index()) * DECADES + decade
}

/// The decade of birth, counted from 1920.
fn decade(age: u8) -> usize {
    let born = (REFERENCE_YEAR - u16::from(age)).max(FIRST_DECADE);
    usize::from((born - FIRST_DECADE) / 10).min(DECADES - 1)
}

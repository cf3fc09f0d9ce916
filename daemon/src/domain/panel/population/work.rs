//! Employment and occupation tables. A high household income favours better paid occupations, though only a little,
//! since a household's income is not one person's wage.

use protocol::audience::{Education, IncomeBracket};
use protocol::persona::Employment;

use super::super::cell::{Sex, Traits};
use super::super::wheel::{Wheel, pick};
use super::table::{self, Shares, TableError};

/// Exponent of (wage / median wage) in the weight of an occupation, by income bracket, lowest first. An estimate.
const WAGE_LEAN: [f64; 4] = [-0.25, 0.0, 0.25, 0.5];

/// The tables of employment and occupations.
#[derive(Debug)]
pub(in super::super) struct Work {
    employment: Shares<6>,
    /// Sorted by youngest age, so that the occupations open to an age are a prefix.
    occupations: Vec<Occupation>,
    /// For each sex, education and income bracket the weighted choice of occupations.
    wheels: Vec<Wheel>,
    /// Number of occupations that are open to each age from 0.
    open_at: Vec<usize>,
}

#[derive(Debug)]
struct Occupation {
    title: Box<str>,
    min_age: u8,
    employed_thousands: f64,
    /// Median yearly wage in dollars; some are not published.
    wage: Option<f64>,
}

impl Work {
    pub(super) fn parse() -> Result<Self, TableError> {
        let occupations = occupations()?;
        let median = median_wage(&occupations);
        let mut shares = vec![vec![0.0; occupations.len()]; 2 * 5];
        table::OCCUPATION.read(["sex", "education5", "persona_title", "p"], |row| {
            let level: Education = row.parse(1)?;
            let place = occupations
                .iter()
                .position(|occupation| &*occupation.title == row.text(2))
                .ok_or_else(|| row.wrong("an occupation that no other table knows"))?;
            shares[row.sex(0)?.index() * 5 + level.index()][place] = row.weight(3)?;
            Ok(())
        })?;
        let mut wheels = Vec::with_capacity(shares.len() * WAGE_LEAN.len());
        for shares in &shares {
            for lean in WAGE_LEAN {
                wheels.push(Wheel::new(shares.iter().zip(&occupations).map(
                    |(share, occupation)| {
                        share * occupation.wage.map_or(1.0, |wage| libm::pow(wage / median, lean))
                    },
                )));
            }
        }
        let open_at = (0..=u8::MAX)
            .map(|age| occupations.partition_point(|occupation| occupation.min_age <= age))
            .collect();
        Ok(Self { employment: employment()?, occupations, wheels, open_at })
    }

    /// The employment status of such a person.
    pub(in super::super) fn employment(&self, traits: Traits, uniform: f64) -> Employment {
        let band = traits.age_band().index();
        let condition = (traits.sex.index() * 7 + band) * 5 + traits.education.index();
        Employment::ALL[pick(self.employment.get(condition), uniform)]
    }

    /// The occupation of such a person, among those that are open at that age.
    pub(in super::super) fn occupation(&self, traits: Traits, uniform: f64) -> Option<&str> {
        let open = self.open_at[usize::from(traits.age)];
        let place = (traits.sex.index() * 5 + traits.education.index()) * WAGE_LEAN.len();
        let wheel = &self.wheels[place + traits.income.index()];
        if !wheel.has_weight_among_first(open) {
            return None;
        }
        Some(&self.occupations[wheel.draw_among_first(open, uniform)].title)
    }

    /// The youngest age at which people work in that occupation.
    #[cfg(test)]
    pub(in super::super) fn min_age(&self, title: &str) -> Option<u8> {
        let found = self.occupations.iter().find(|occupation| &*occupation.title == title);
        found.map(|occupation| occupation.min_age)
    }
}

fn occupations() -> Result<Vec<Occupation>, TableError> {
    let mut occupations = Vec::new();
    let columns =
        ["persona_title", "min_age", "employed_thousands_2022", "median_annual_wage_2024_usd"];
    table::OCCUPATIONS.read(columns, |row| {
        occupations.push(Occupation {
            title: row.text(0).into(),
            min_age: row.parse(1)?,
            employed_thousands: row.weight(2)?,
            wage: if row.text(3).is_empty() { None } else { Some(row.weight(3)?) },
        });
        Ok(())
    })?;
    occupations.sort_by_key(|occupation| occupation.min_age);
    Ok(occupations)
}

/// The wage that half of the employed reach, among occupations with a published wage.
fn median_wage(occupations: &[Occupation]) -> f64 {
    let mut wages: Vec<(f64, f64)> = occupations
        .iter()
        .filter_map(|occupation| occupation.wage.map(|wage| (wage, occupation.employed_thousands)))
        .collect();
    wages.sort_by(|a, b| a.0.total_cmp(&b.0));
    let half = wages.iter().map(|(_, employed)| employed).sum::<f64>() / 2.0;
    let mut sum = 0.0;
    for (wage, employed) in wages {
        sum += employed;
        if sum >= half {
            return wage;
        }
    }
    1.0
}

fn employment() -> Result<Shares<6>, TableError> {
    let mut shares = Shares::new(Sex::ALL.len() * 7 * 5);
    table::EMPLOYMENT.read(["sex", "age_band", "education5", "status", "p"], |row| {
        let level: Education = row.parse(2)?;
        let status: Employment = row.parse(3)?;
        let condition = (row.sex(0)?.index() * 7 + row.age_band(1)?) * 5 + level.index();
        shares.set(condition, status.index(), row.weight(4)?);
        Ok(())
    })?;
    shares.complete(table::EMPLOYMENT)
}

const _: () = assert!(IncomeBracket::ALL.len() == WAGE_LEAN.len());

//! The chain of tables behind the core of a person: sex and age, gender, education, income, technology. Multiplied out,
//! they give the share of every cell among the adults of a region.

use protocol::audience::{Education, IncomeBracket, Region, TechAdoption};

use super::super::cell::{AGE_MAX, AGE_MIN, Sex};
use super::super::classes::AgeBand;
use super::education_band;
use super::table::{self, Shares, TableError};

/// Single years of age from 18 to 100.
pub(in super::super) const AGES: usize = (AGE_MAX - AGE_MIN) as usize + 1;
const MARKETS: [&str; 4] = ["us", "uk", "eu", "global"];

/// The tables of the core.
#[derive(Debug)]
pub(in super::super) struct CoreTable {
    age: Vec<f64>,
    nonbinary: Vec<f64>,
    education: Shares<5>,
    income: Shares<4>,
    tech: Shares<5>,
}

impl CoreTable {
    pub(super) fn parse() -> Result<Self, TableError> {
        Ok(Self {
            age: ages()?,
            nonbinary: nonbinary()?,
            education: education()?,
            income: income()?,
            tech: tech()?,
        })
    }

    /// Share of that sex and age among the adults of the region.
    pub(in super::super) fn age(&self, region: Region, sex: Sex, age: u8) -> f64 {
        self.age[(region.index() * 2 + sex.index()) * AGES + year(age)]
    }

    /// Share of nonbinary people at that age.
    pub(in super::super) fn nonbinary(&self, region: Region, age: u8) -> f64 {
        self.nonbinary[region.index() * AGES + year(age)]
    }

    /// Shares of the five levels of education.
    pub(in super::super) fn education(&self, region: Region, sex: Sex, age: u8) -> &[f64; 5] {
        self.education.get((region.index() * 2 + sex.index()) * 8 + education_band(age))
    }

    /// Shares of the four income brackets.
    pub(in super::super) fn income(
        &self,
        region: Region,
        band: AgeBand,
        level: Education,
    ) -> &[f64; 4] {
        self.income.get((region.index() * 7 + band.index()) * 5 + level.index())
    }

    /// Shares of the five categories of adopters.
    pub(in super::super) fn tech(
        &self,
        region: Region,
        band: AgeBand,
        level: Education,
    ) -> &[f64; 5] {
        self.tech.get((market(region) * 7 + band.index()) * 5 + level.index())
    }
}

fn year(age: u8) -> usize {
    usize::from(age.clamp(AGE_MIN, AGE_MAX) - AGE_MIN)
}

/// The parts of the United States share the table of the whole.
fn market(region: Region) -> usize {
    match region {
        Region::UsNational
        | Region::UsNortheast
        | Region::UsSoutheast
        | Region::UsMidwest
        | Region::UsWest
        | Region::UsSouthwest => 0,
        Region::Uk => 1,
        Region::Eu => 2,
        Region::Global => 3,
    }
}

fn ages() -> Result<Vec<f64>, TableError> {
    let mut ages = vec![0.0; Region::ALL.len() * 2 * AGES];
    let mut sums = vec![0.0; Region::ALL.len()];
    table::AGE_SEX.read(["region", "sex", "age", "share"], |row| {
        let region: Region = row.parse(0)?;
        let age: u8 = row.parse(2)?;
        if !(AGE_MIN..=AGE_MAX).contains(&age) {
            return Err(row.wrong("an age outside 18 to 100"));
        }
        let share = row.weight(3)?;
        sums[region.index()] += share;
        ages[(region.index() * 2 + row.sex(1)?.index()) * AGES + year(age)] = share;
        Ok(())
    })?;
    if sums.iter().any(|sum: &f64| (sum - 1.0).abs() >= 2e-3) {
        return Err(table::AGE_SEX.wrong("the shares of a region do not sum to 1"));
    }
    Ok(ages)
}

fn nonbinary() -> Result<Vec<f64>, TableError> {
    let mut shares = vec![f64::NAN; Region::ALL.len() * AGES];
    table::NONBINARY.read(["region", "age_min", "age_max", "p_nonbinary"], |row| {
        let region: Region = row.parse(0)?;
        let share = row.weight(3)?;
        for age in row.parse::<u8>(1)?..=row.parse::<u8>(2)? {
            shares[region.index() * AGES + year(age)] = share;
        }
        Ok(())
    })?;
    if shares.iter().all(|share| (0.0..=1.0).contains(share)) {
        Ok(shares)
    } else {
        Err(table::NONBINARY.wrong("an age of a region has no share"))
    }
}

fn education() -> Result<Shares<5>, TableError> {
    let mut shares = Shares::new(Region::ALL.len() * 2 * 8);
    table::EDUCATION.read(["region", "sex", "age_band", "education5", "p"], |row| {
        let region: Region = row.parse(0)?;
        let band = row.position(2, &super::EDUCATION_BANDS)?;
        let level: Education = row.parse(3)?;
        let condition = (region.index() * 2 + row.sex(1)?.index()) * 8 + band;
        shares.set(condition, level.index(), row.weight(4)?);
        Ok(())
    })?;
    shares.complete(table::EDUCATION)
}

fn income() -> Result<Shares<4>, TableError> {
    let mut shares = Shares::new(Region::ALL.len() * 7 * 5);
    table::INCOME.read(["region", "age_band", "education5", "income_bracket", "p"], |row| {
        let region: Region = row.parse(0)?;
        let level: Education = row.parse(2)?;
        let bracket: IncomeBracket = row.parse(3)?;
        let condition = (region.index() * 7 + row.age_band(1)?) * 5 + level.index();
        shares.set(condition, bracket.index(), row.weight(4)?);
        Ok(())
    })?;
    shares.complete(table::INCOME)
}

fn tech() -> Result<Shares<5>, TableError> {
    let mut shares = Shares::new(MARKETS.len() * 7 * 5);
    table::TECH.read(["market", "age_band", "education5", "tech_adoption", "p"], |row| {
        let market = row.position(0, &MARKETS)?;
        let level: Education = row.parse(2)?;
        let adoption: TechAdoption = row.parse(3)?;
        let condition = (market * 7 + row.age_band(1)?) * 5 + level.index();
        shares.set(condition, adoption.index(), row.weight(4)?);
        Ok(())
    })?;
    shares.complete(table::TECH)
}

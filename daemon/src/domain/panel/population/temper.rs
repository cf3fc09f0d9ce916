//! Personality and price sensitivity tables: the five personality traits and how much price decides. The traits are
//! jointly normal with the published means, deviations and correlations; early adopters of technology are a little
//! more open and outgoing.

use protocol::audience::{IncomeBracket, TechAdoption};
use protocol::persona::BigFive;

use super::super::cell::{Sex, Traits};
use super::super::stream::Stream;
use super::table::{self, TableError};

const TRAITS: [&str; 5] =
    ["openness", "conscientiousness", "extraversion", "agreeableness", "neuroticism"];
const OPENNESS: usize = 0;
const EXTRAVERSION: usize = 2;

/// A normal distribution.
#[derive(Clone, Copy, Debug)]
struct Normal {
    mean: f64,
    deviation: f64,
}

/// A table entry that no row has filled yet: parsing fails if one remains.
const MISSING: Normal = Normal { mean: f64::NAN, deviation: f64::NAN };

/// The tables of personality and price sensitivity.
#[derive(Debug)]
pub(in super::super) struct Temper {
    /// For each sex and age band the z scores of the five traits, against US adults.
    traits: Vec<[Normal; 5]>,
    /// The shift of the z scores by category of adopter.
    shifts: [[f64; 5]; 5],
    /// Lower triangle L with L·Lᵀ = the correlations.
    triangle: [[f64; 5]; 5],
    /// For each income bracket and age band, 0 to 100.
    price: Vec<Normal>,
}

impl Temper {
    pub(super) fn parse() -> Result<Self, TableError> {
        Ok(Self { traits: traits()?, shifts: shifts()?, triangle: triangle()?, price: price()? })
    }

    /// The five traits of such a person as T scores with one decimal.
    pub(in super::super) fn big_five(&self, traits: Traits, stream: &mut Stream) -> BigFive {
        let (first, second) = stream.normal_pair();
        let (third, fourth) = stream.normal_pair();
        let (fifth, _) = stream.normal_pair();
        let independent = [first, second, third, fourth, fifth];
        let norms = &self.traits[traits.sex.index() * 7 + traits.age_band().index()];
        let shift = &self.shifts[traits.tech.index()];
        let score = |of: usize| {
            let correlated: f64 = (0..=of).map(|by| self.triangle[of][by] * independent[by]).sum();
            let z = norms[of].mean + shift[of] + norms[of].deviation * correlated;
            one_decimal(50.0 + 10.0 * z)
        };
        BigFive {
            openness: score(0),
            conscientiousness: score(1),
            extraversion: score(2),
            agreeableness: score(3),
            neuroticism: score(4),
        }
    }

    /// How much price decides for such a person, 0 to 100 with one decimal.
    pub(in super::super) fn price_sensitivity(&self, traits: Traits, stream: &mut Stream) -> f64 {
        let norm = self.price[traits.income.index() * 7 + traits.age_band().index()];
        let (deviate, _) = stream.normal_pair();
        one_decimal((norm.mean + norm.deviation * deviate).clamp(0.0, 100.0))
    }
}

fn one_decimal(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

fn traits() -> Result<Vec<[Normal; 5]>, TableError> {
    let mut norms = vec![[MISSING; 5]; Sex::ALL.len() * 7];
    table::BIG_FIVE.read(["sex", "age_band", "trait", "z_mean", "z_sd"], |row| {
        let condition = row.sex(0)?.index() * 7 + row.age_band(1)?;
        norms[condition][row.position(2, &TRAITS)?] =
            Normal { mean: row.number(3)?, deviation: row.weight(4)? };
        Ok(())
    })?;
    complete(norms.as_flattened(), table::BIG_FIVE)?;
    Ok(norms)
}

fn price() -> Result<Vec<Normal>, TableError> {
    let mut norms = vec![MISSING; IncomeBracket::ALL.len() * 7];
    table::PRICE_SENSITIVITY.read(["income_bracket", "age_band", "mean_0to100", "sd"], |row| {
        let bracket: IncomeBracket = row.parse(0)?;
        norms[bracket.index() * 7 + row.age_band(1)?] =
            Normal { mean: row.number(2)?, deviation: row.weight(3)? };
        Ok(())
    })?;
    complete(&norms, table::PRICE_SENSITIVITY)?;
    Ok(norms)
}

fn complete(norms: &[Normal], table: table::PopulationTable) -> Result<(), TableError> {
    if norms.iter().any(|norm| norm.mean.is_nan()) {
        return Err(table.wrong("a class has no row"));
    }
    Ok(())
}

fn shifts() -> Result<[[f64; 5]; 5], TableError> {
    let mut shifts = [[0.0; 5]; 5];
    let columns = ["tech_adoption", "openness_z_shift", "extraversion_z_shift"];
    table::BIG_FIVE_TECH_SHIFT.read(columns, |row| {
        let category: TechAdoption = row.parse(0)?;
        shifts[category.index()][OPENNESS] = row.number(1)?;
        shifts[category.index()][EXTRAVERSION] = row.number(2)?;
        Ok(())
    })?;
    Ok(shifts)
}

/// The Cholesky factor of the correlation table.
fn triangle() -> Result<[[f64; 5]; 5], TableError> {
    let mut correlations = [[0.0; 5]; 5];
    let columns = ["", TRAITS[0], TRAITS[1], TRAITS[2], TRAITS[3], TRAITS[4]];
    table::BIG_FIVE_CORRELATIONS.read(columns, |row| {
        let of = row.position(0, &TRAITS)?;
        for (by, correlation) in correlations[of].iter_mut().enumerate() {
            *correlation = row.number(by + 1)?;
        }
        Ok(())
    })?;
    let mut lower = [[0.0_f64; 5]; 5];
    for row in 0..5 {
        for column in 0..=row {
            let known: f64 = (0..column).map(|k| lower[row][k] * lower[column][k]).sum();
            let rest = correlations[row][column] - known;
            if row == column {
                if rest <= 0.0 {
                    return Err(table::BIG_FIVE_CORRELATIONS.wrong("not positive definite"));
                }
                lower[row][row] = rest.sqrt();
            } else {
                lower[row][column] = rest / lower[column][column];
            }
        }
    }
    Ok(lower)
}

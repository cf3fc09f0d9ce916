//! The reader of the embedded tables: finds the columns by name, parses the fields, and reports file and line of any
//! error. A released program has no invalid table, since a test reads them all.

use std::str::FromStr;

use super::super::cell::Sex;
use super::super::classes::AgeBand;

/// A file of reference figures.
#[derive(Clone, Copy, Debug)]
pub(super) struct PopulationTable {
    pub(super) name: &'static str,
    pub(super) text: &'static str,
}

macro_rules! tables {
    ($($constant:ident = $file:literal),+ $(,)?) => {
        $(pub(super) const $constant: PopulationTable = PopulationTable {
            name: $file,
            text: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../assets/population/", $file)),
        };)+
        /// Every table, in the order in which they are hashed.
        pub(super) const ALL: &[PopulationTable] = &[$($constant),+];
    };
}

tables! {
    AGE_SEX = "age_sex.csv",
    EDUCATION = "education_given_age_sex.csv",
    INCOME = "income_given_age_education.csv",
    TECH = "tech_given_age_education.csv",
    NONBINARY = "nonbinary_share.csv",
    US_STATES = "us_states.csv",
    JOINT_US_STATE = "joint_us_state.csv",
    COUNTRIES = "countries.csv",
    JOINT_COUNTRY = "joint_country.csv",
    UK_NATIONS = "uk_nations.csv",
    URBANICITY = "urbanicity.csv",
    EMPLOYMENT = "employment_status.csv",
    OCCUPATIONS = "occupations.csv",
    OCCUPATION = "occupation_given_sex_education.csv",
    HOUSEHOLD = "household_type.csv",
    FIRST_NAMES_BY_DECADE = "first_names_by_decade.csv",
    FIRST_NAMES_COUNTRY = "first_names_country.csv",
    NAMES_UNISEX = "names_unisex_us.csv",
    SURNAMES = "surnames.csv",
    BIG_FIVE = "big_five.csv",
    BIG_FIVE_CORRELATIONS = "big_five_correlations.csv",
    BIG_FIVE_TECH_SHIFT = "big_five_tech_shift.csv",
    PRICE_SENSITIVITY = "price_sensitivity.csv",
}

/// An invalid table: what is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{table}:{line}: {problem}")]
pub(in super::super) struct TableError {
    table: &'static str,
    line: u64,
    problem: String,
}

impl PopulationTable {
    /// An error that concerns the whole table.
    pub(super) fn wrong(self, problem: impl Into<String>) -> TableError {
        TableError { table: self.name, line: 1, problem: problem.into() }
    }

    /// Passes the named columns of each row to `each`, in file order.
    pub(super) fn read<const N: usize>(
        self,
        columns: [&str; N],
        mut each: impl FnMut(&PopulationRow<'_, N>) -> Result<(), TableError>,
    ) -> Result<(), TableError> {
        let broken = |error: &csv::Error| self.wrong(error.to_string());
        let mut reader = csv::Reader::from_reader(self.text.as_bytes());
        let header = reader.headers().map_err(|error| broken(&error))?;
        let mut places = [0; N];
        for (place, column) in places.iter_mut().zip(columns) {
            *place = header
                .iter()
                .position(|name| name == column)
                .ok_or_else(|| self.wrong(format!("no column '{column}'")))?;
        }
        let mut record = csv::StringRecord::new();
        while reader.read_record(&mut record).map_err(|error| broken(&error))? {
            let line = record.position().map_or(0, csv::Position::line);
            let fields = places.map(|place| record.get(place).unwrap_or(""));
            each(&PopulationRow { table: self, line, columns, fields })?;
        }
        Ok(())
    }
}

/// The chosen fields of one line.
pub(super) struct PopulationRow<'a, const N: usize> {
    table: PopulationTable,
    line: u64,
    columns: [&'a str; N],
    fields: [&'a str; N],
}

impl<const N: usize> PopulationRow<'_, N> {
    pub(super) fn wrong(&self, problem: impl Into<String>) -> TableError {
        TableError { table: self.table.name, line: self.line, problem: problem.into() }
    }

    pub(super) fn text(&self, column: usize) -> &str {
        self.fields[column]
    }

    /// A finite number that is not negative.
    pub(super) fn weight(&self, column: usize) -> Result<f64, TableError> {
        let value = self.number(column)?;
        if value < 0.0 { Err(self.bad(column)) } else { Ok(value) }
    }

    pub(super) fn number(&self, column: usize) -> Result<f64, TableError> {
        let value: f64 = self.parse(column)?;
        if value.is_finite() { Ok(value) } else { Err(self.bad(column)) }
    }

    pub(super) fn parse<T: FromStr>(&self, column: usize) -> Result<T, TableError> {
        self.fields[column].parse().map_err(|_| self.bad(column))
    }

    pub(super) fn sex(&self, column: usize) -> Result<Sex, TableError> {
        match self.fields[column] {
            "male" => Ok(Sex::Male),
            "female" => Ok(Sex::Female),
            _ => Err(self.bad(column)),
        }
    }

    /// The index of an age band in the seven bands of the reports.
    pub(super) fn age_band(&self, column: usize) -> Result<usize, TableError> {
        AgeBand::ALL
            .iter()
            .position(|band| band.as_str() == self.fields[column])
            .ok_or_else(|| self.bad(column))
    }

    /// The index of the field in `known`.
    pub(super) fn position(&self, column: usize, known: &[&str]) -> Result<usize, TableError> {
        known.iter().position(|word| *word == self.fields[column]).ok_or_else(|| self.bad(column))
    }

    fn bad(&self, column: usize) -> TableError {
        self.wrong(format!("cannot use '{}' as {}", self.fields[column], self.columns[column]))
    }
}

/// Distributions over `K` classes, one for each condition.
#[derive(Debug)]
pub(super) struct Shares<const K: usize>(Vec<[f64; K]>);

/// How far the sum of the published shares of one condition may be from 1, through rounding.
const ROUNDING: f64 = 2e-3;

impl<const K: usize> Shares<K> {
    pub(super) fn new(conditions: usize) -> Self {
        Self(vec![[0.0; K]; conditions])
    }

    pub(super) fn set(&mut self, condition: usize, class: usize, share: f64) {
        self.0[condition][class] = share;
    }

    pub(super) fn get(&self, condition: usize) -> &[f64; K] {
        &self.0[condition]
    }

    /// Checks that every condition is covered and normalises its shares to a sum of 1.
    pub(super) fn complete(mut self, table: PopulationTable) -> Result<Self, TableError> {
        for (condition, shares) in self.0.iter_mut().enumerate() {
            let sum: f64 = shares.iter().sum();
            if (sum - 1.0).abs() >= ROUNDING {
                return Err(
                    table.wrong(format!("the shares of block {condition} sum to {sum}, not to 1"))
                );
            }
            for share in shares {
                *share /= sum;
            }
        }
        Ok(self)
    }
}

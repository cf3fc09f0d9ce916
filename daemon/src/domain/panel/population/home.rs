//! Household and urbanicity tables. The household table is of the United States and is used for every region; for the
//! world it understates extended families.

use protocol::audience::Region;
use protocol::persona::{Household, Urbanicity};

use super::super::cell::{Sex, Traits};
use super::super::wheel::pick;
use super::place::{Geography, HomePlace};
use super::table::{self, Shares, TableError};

/// The tables of households and urbanicity.
#[derive(Debug)]
pub(in super::super) struct Home {
    household: Shares<6>,
    urbanicity: Shares<3>,
}

impl Home {
    pub(super) fn parse() -> Result<Self, TableError> {
        let mut household = Shares::new(Sex::ALL.len() * 7);
        table::HOUSEHOLD.read(["sex", "age_band", "household_type", "p"], |row| {
            let kind: Household = row.parse(2)?;
            household.set(row.sex(0)?.index() * 7 + row.age_band(1)?, kind.index(), row.weight(3)?);
            Ok(())
        })?;
        let mut urbanicity = Shares::new(Region::ALL.len());
        table::URBANICITY.read(["region", "urbanicity", "p"], |row| {
            let region: Region = row.parse(0)?;
            let kind: Urbanicity = row.parse(1)?;
            urbanicity.set(region.index(), kind.index(), row.weight(2)?);
            Ok(())
        })?;
        Ok(Self {
            household: household.complete(table::HOUSEHOLD)?,
            urbanicity: urbanicity.complete(table::URBANICITY)?,
        })
    }

    /// The household of such a person.
    pub(in super::super) fn household(&self, traits: Traits, uniform: f64) -> Household {
        let condition = traits.sex.index() * 7 + traits.age_band().index();
        Household::ALL[pick(self.household.get(condition), uniform)]
    }

    /// The urbanicity: by state, or by region if there are no states.
    pub(in super::super) fn urbanicity(
        &self,
        places: &Geography,
        region: Region,
        place: HomePlace,
        uniform: f64,
    ) -> Urbanicity {
        let shares =
            places.urbanicity(place).unwrap_or_else(|| self.urbanicity.get(region.index()));
        Urbanicity::ALL[pick(shares, uniform)]
    }
}

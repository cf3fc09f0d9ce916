//! The panel cell: the core attributes of a person in four bytes: sex, gender, education, age, income, technology,
//! and for members of the standing panel their position in it. A panel stores nothing else; everything else follows
//! from the cell and the seed.

use protocol::audience::{Audience, Choice, Education, Gender, IncomeBracket, TechAdoption};

use super::classes::AgeBand;

/// Youngest age in the tables, in years.
pub(super) const AGE_MIN: u8 = 18;
/// Oldest age in the tables: 100 means 100 or more.
pub(super) const AGE_MAX: u8 = 100;
/// Number of positions in the standing panel that a cell can represent.
pub(super) const ORIGIN_LIMIT: u32 = 1 << 15;

const NONBINARY_SHIFT: u32 = 1;
const EDUCATION_SHIFT: u32 = 2;
const AGE_SHIFT: u32 = 5;
const INCOME_SHIFT: u32 = 12;
const TECH_SHIFT: u32 = 14;
const ORIGIN_SHIFT: u32 = 17;

/// Sex, as in the reference tables. A nonbinary person has one too: it determines which rows of the tables apply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sex {
    Male,
    Female,
}

impl Sex {
    pub(super) const ALL: [Self; 2] = [Self::Male, Self::Female];

    pub(super) fn index(self) -> usize {
        self as usize
    }
}

/// The attributes of a person before any other is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Traits {
    pub(super) sex: Sex,
    pub(super) gender: Gender,
    pub(super) education: Education,
    pub(super) age: u8,
    pub(super) income: IncomeBracket,
    pub(super) tech: TechAdoption,
}

impl Traits {
    pub(super) fn age_band(self) -> AgeBand {
        AgeBand::of(self.age)
    }

    /// Whether this person passes every filter of the audience. The region is not part of a cell.
    pub(super) fn admitted_by(self, audience: Audience) -> bool {
        let (youngest, oldest) = audience.age_range;
        (youngest..=oldest).contains(&self.age)
            && audience.gender.admits(self.gender)
            && admits_education(audience, self.education)
            && audience.income_bracket.admits(self.income)
            && audience.tech_adoption.admits(self.tech)
    }
}

/// Whether this level passes the education filter of the audience.
pub(super) fn admits_education(audience: Audience, level: Education) -> bool {
    match audience.education {
        Choice::All => true,
        Choice::Only(filter) => filter.admits(level),
    }
}

/// [`Traits`], packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cell(u32);

impl Cell {
    pub(super) fn pack(traits: Traits) -> Self {
        let place = |index: usize, shift: u32| u32::try_from(index).unwrap_or(0) << shift;
        Self(
            place(traits.sex.index(), 0)
                | place(usize::from(traits.gender == Gender::Nonbinary), NONBINARY_SHIFT)
                | place(traits.education.index(), EDUCATION_SHIFT)
                | place(usize::from(traits.age.clamp(AGE_MIN, AGE_MAX) - AGE_MIN), AGE_SHIFT)
                | place(traits.income.index(), INCOME_SHIFT)
                | place(traits.tech.index(), TECH_SHIFT),
        )
    }

    /// The same person, with a position in the standing panel.
    pub(super) fn with_origin(self, ordinal: u32) -> Self {
        Self((self.0 & ((1 << ORIGIN_SHIFT) - 1)) | ((ordinal % ORIGIN_LIMIT) << ORIGIN_SHIFT))
    }

    /// The position in the standing panel; 0 in a panel that was sampled for its study.
    pub(super) fn origin(self) -> u32 {
        self.0 >> ORIGIN_SHIFT
    }

    pub(super) fn traits(self) -> Traits {
        let sex = if self.field(0, 1) == 0 { Sex::Male } else { Sex::Female };
        let gender = match (self.field(NONBINARY_SHIFT, 1), sex) {
            (0, Sex::Male) => Gender::Male,
            (0, Sex::Female) => Gender::Female,
            _ => Gender::Nonbinary,
        };
        Traits {
            sex,
            gender,
            education: class(Education::ALL, self.field(EDUCATION_SHIFT, 3)),
            age: u8::try_from(self.field(AGE_SHIFT, 7))
                .map_or(AGE_MAX, |years| (AGE_MIN + years).min(AGE_MAX)),
            income: class(IncomeBracket::ALL, self.field(INCOME_SHIFT, 2)),
            tech: class(TechAdoption::ALL, self.field(TECH_SHIFT, 3)),
        }
    }

    pub(super) fn to_bytes(self) -> [u8; 4] {
        self.0.to_le_bytes()
    }

    /// Reads the bytes of [`Self::to_bytes`]; `None` when they are not a valid cell.
    pub(super) fn from_bytes(bytes: [u8; 4]) -> Option<Self> {
        let cell = Self(u32::from_le_bytes(bytes));
        // Packing again drops whatever a field cannot hold, so any difference is damage.
        (Self::pack(cell.traits()).with_origin(cell.origin()) == cell).then_some(cell)
    }

    fn field(self, shift: u32, bits: u32) -> usize {
        ((self.0 >> shift) & ((1 << bits) - 1)) as usize
    }
}

/// The class at that index; the last one for an index beyond the list, which only damaged bytes can hold.
fn class<T: Copy>(all: &[T], index: usize) -> T {
    all[index.min(all.len() - 1)]
}

//! The joint distribution of the core attributes, one region at a time: every cell in the audience, with its share.
//! Filters are exact conditioning, so every margin and every dependency between the classes is preserved.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use protocol::audience::{Audience, Education, Gender, IncomeBracket, TechAdoption};

use super::cell::{AGE_MAX, AGE_MIN, Cell, Sex, Traits, admits_education};
use super::classes::AgeBand;
use super::population::CoreTable;
use super::wheel::Wheel;

/// The dimensions whose margins are controlled, by their names in reports.
pub(super) const DIMENSIONS: [&str; 5] =
    ["gender", "education", "age_band", "income_bracket", "tech_adoption"];
/// The most classes that a dimension has.
pub(super) const CLASSES_MAX: usize = 7;

/// A number for each class of each dimension.
pub(super) type PerClass<T> = [[T; CLASSES_MAX]; DIMENSIONS.len()];

/// The names of the classes of a dimension.
pub(super) fn words(dimension: usize) -> Vec<&'static str> {
    match dimension {
        0 => Gender::ALL.iter().map(|class| class.as_str()).collect(),
        1 => Education::ALL.iter().map(|class| class.as_str()).collect(),
        2 => AgeBand::ALL.iter().map(|class| class.as_str()).collect(),
        3 => IncomeBracket::ALL.iter().map(|class| class.as_str()).collect(),
        _ => TechAdoption::ALL.iter().map(|class| class.as_str()).collect(),
    }
}

/// The class of a person in each dimension, by number.
pub(super) fn class_numbers(traits: Traits) -> [usize; DIMENSIONS.len()] {
    [
        traits.gender.index(),
        traits.education.index(),
        traits.age_band().index(),
        traits.income.index(),
        traits.tech.index(),
    ]
}

/// Every cell that is in the audience and has a share in the population, in the order of the systematic draw.
#[derive(Debug)]
pub(super) struct Joint {
    pub(super) cells: Vec<Cell>,
    /// Share of each cell among the adults of the region; the sum is the audience's share.
    pub(super) weights: Vec<f64>,
    /// Class numbers of each cell.
    pub(super) classes: Vec<[u8; DIMENSIONS.len()]>,
    /// Share of each class within the audience; each dimension sums to 1.
    pub(super) margins: PerClass<f64>,
    /// The cells by their weight.
    pub(super) wheel: Wheel,
    /// The cells of each class by their weight, from the first draw of the class on.
    of_class: PerClass<OnceLock<ClassCells>>,
}

/// The cells of one class.
#[derive(Debug)]
struct ClassCells {
    cells: Vec<usize>,
    wheel: Wheel,
}

/// The joint distribution that was asked for last: one study after the other often asks the same audience.
#[derive(Debug, Default)]
pub(super) struct LastJoint(Mutex<Option<(Audience, Arc<Joint>)>>);

impl LastJoint {
    /// The joint distribution of an audience.
    pub(super) fn of(&self, core: &CoreTable, audience: Audience) -> Arc<Joint> {
        let kept = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, joint)) = kept().as_ref()
            && *known == audience
        {
            return Arc::clone(joint);
        }
        let joint = Arc::new(Joint::enumerate(core, audience));
        *kept() = Some((audience, Arc::clone(&joint)));
        joint
    }
}

impl Joint {
    /// Multiplies the tables out. The order is serpentine: neighbours are alike in age and income, so that a
    /// systematic draw approximates a quota in all dimensions.
    pub(super) fn enumerate(core: &CoreTable, audience: Audience) -> Self {
        let mut joint = Self {
            cells: Vec::new(),
            weights: Vec::new(),
            classes: Vec::new(),
            margins: PerClass::default(),
            wheel: Wheel::default(),
            of_class: PerClass::default(),
        };
        let (youngest, oldest) = audience.age_range;
        let ages: Vec<u8> = (youngest.max(AGE_MIN)..=oldest.min(AGE_MAX)).collect();
        for &gender in Gender::ALL.iter().filter(|gender| audience.gender.admits(**gender)) {
            for &level in Education::ALL.iter().filter(|level| admits_education(audience, **level))
            {
                let upwards =
                    (gender.index() * Education::ALL.len() + level.index()).is_multiple_of(2);
                for step in 0..ages.len() {
                    let age = if upwards { ages[step] } else { ages[ages.len() - 1 - step] };
                    joint.push_age(core, audience, gender, level, age);
                }
            }
        }
        joint.cells.shrink_to_fit();
        joint.weights.shrink_to_fit();
        joint.classes.shrink_to_fit();
        joint.margins = joint.sum_margins();
        joint.wheel = Wheel::new(joint.weights.iter().copied());
        joint
    }

    pub(super) fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// The cell of a class that `uniform`, in [0, 1), points at.
    pub(super) fn draw_of_class(&self, dimension: usize, class: usize, uniform: f64) -> usize {
        let of_class = self.of_class[dimension][class].get_or_init(|| {
            let is_of_class = |cell: &usize| usize::from(self.classes[*cell][dimension]) == class;
            let cells: Vec<usize> = (0..self.cells.len()).filter(is_of_class).collect();
            let wheel = Wheel::new(cells.iter().map(|cell| self.weights[*cell]));
            ClassCells { cells, wheel }
        });
        of_class.cells[of_class.wheel.draw(uniform)]
    }

    fn sum_margins(&self) -> PerClass<f64> {
        let mut sums = PerClass::<f64>::default();
        let mut total = 0.0;
        for (weight, classes) in self.weights.iter().zip(&self.classes) {
            total += weight;
            for (dimension, class) in classes.iter().enumerate() {
                sums[dimension][usize::from(*class)] += weight;
            }
        }
        if total > 0.0 {
            for share in sums.as_flattened_mut() {
                *share /= total;
            }
        }
        sums
    }

    fn push_age(
        &mut self,
        core: &CoreTable,
        audience: Audience,
        gender: Gender,
        level: Education,
        age: u8,
    ) {
        let band = AgeBand::of(age);
        let incomes = core.income(audience.region, band, level);
        let techs = core.tech(audience.region, band, level);
        let count = IncomeBracket::ALL.len();
        for step in 0..count {
            let place = if age.is_multiple_of(2) { step } else { count - 1 - step };
            let income = IncomeBracket::ALL[place];
            if !audience.income_bracket.admits(income) {
                continue;
            }
            for &tech in
                TechAdoption::ALL.iter().filter(|tech| audience.tech_adoption.admits(**tech))
            {
                for sex in Sex::ALL {
                    let share = gender_share(core, audience, gender, sex, age)
                        * core.education(audience.region, sex, age)[level.index()]
                        * incomes[income.index()]
                        * techs[tech.index()];
                    if share > 0.0 {
                        let traits = Traits { sex, gender, education: level, age, income, tech };
                        self.cells.push(Cell::pack(traits));
                        self.weights.push(share);
                        self.classes.push(
                            class_numbers(traits).map(|number| u8::try_from(number).unwrap_or(0)),
                        );
                    }
                }
            }
        }
    }
}

/// Share of people of that sex, gender and age among the adults of the region.
fn gender_share(core: &CoreTable, audience: Audience, gender: Gender, sex: Sex, age: u8) -> f64 {
    let nonbinary = core.nonbinary(audience.region, age);
    let of_sex = core.age(audience.region, sex, age);
    match (gender, sex) {
        (Gender::Nonbinary, _) => of_sex * nonbinary,
        (Gender::Male, Sex::Male) | (Gender::Female, Sex::Female) => of_sex * (1.0 - nonbinary),
        (Gender::Male, Sex::Female) | (Gender::Female, Sex::Male) => 0.0,
    }
}

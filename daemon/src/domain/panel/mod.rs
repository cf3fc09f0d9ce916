//! A panel: people sampled from the reference population by a recipe. The same recipe gives the same people on any
//! machine; a panel stores four bytes of each, and derives everything else on demand.

use std::collections::BTreeMap;

use protocol::audience::{Audience, Region};
use protocol::persona::Persona;
use protocol::results::{Margin, Margins};
use protocol::study::EngineMode;
use serde::{Deserialize, Serialize};

use self::cell::{AGE_MAX, AGE_MIN, Cell};
pub(crate) use self::classes::Classes;
pub(crate) use self::error::{SampleError, UnpackError};
use self::joint::{DIMENSIONS, PerClass};
pub(crate) use self::population::Population;
use self::stream::{Person, core_stream};

mod cell;
mod classes;
mod draw;
mod error;
mod joint;
mod persona;
mod population;
mod stream;
#[cfg(test)]
mod tests;
mod wheel;

/// People in the standing panel of each region.
pub(crate) const STANDING_PANEL_SIZE: u32 = 10_000;

/// The seed of the standing panels. Changing it would change their members.
const STANDING_PANEL_SEED: u64 = 0x6465_6d6f_7363_6f70;

/// Everything that is needed to sample a panel again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Recipe {
    /// Determines who is drawn, and all their attributes; the standing panel has a seed of its own.
    pub seed: u64,
    /// The filter for the people who may be drawn.
    pub audience: Audience,
    /// How many people.
    pub size: u32,
    /// Whether people are sampled for this study or chosen from the standing panel.
    pub mode: EngineMode,
}

/// The respondents of a study, in the order in which they are asked.
#[derive(Clone, Debug)]
pub(crate) struct Panel {
    population: &'static Population,
    recipe: Recipe,
    cells: Vec<Cell>,
}

/// Samples the panel of a recipe.
///
/// # Errors
/// When nobody in the population is in the audience, or when the standing panel has too few of them.
pub(crate) fn sample(
    population: &'static Population,
    recipe: &Recipe,
) -> Result<Panel, SampleError> {
    let joint = population.joint(recipe.audience);
    if joint.is_empty() {
        return Err(SampleError::EmptyAudience { audience: recipe.audience });
    }
    let cells = match recipe.mode {
        EngineMode::Standard => draw::draw(&joint, recipe.size, &mut core_stream(recipe.seed)),
        EngineMode::Anchor => select(population, recipe)?,
    };
    Ok(Panel { population, recipe: *recipe, cells })
}

/// The first members of the region's standing panel who are in the audience.
fn select(population: &Population, recipe: &Recipe) -> Result<Vec<Cell>, SampleError> {
    let mut admitted: Vec<Cell> = (0..)
        .zip(standing_panel(population, recipe.audience.region))
        .filter(|(_, cell)| cell.traits().admitted_by(recipe.audience))
        .map(|(ordinal, cell)| cell.with_origin(ordinal))
        .collect();
    let available = u32::try_from(admitted.len()).unwrap_or(u32::MAX);
    if available < recipe.size {
        return Err(SampleError::TooFew { available, requested: recipe.size });
    }
    admitted.truncate(recipe.size as usize);
    Ok(admitted)
}

/// All members of the standing panel of a region, in its fixed order.
fn standing_panel(population: &Population, region: Region) -> Vec<Cell> {
    let everyone = Audience { region, age_range: (AGE_MIN, AGE_MAX), ..Audience::default() };
    let joint = population.joint(everyone);
    draw::draw(&joint, STANDING_PANEL_SIZE, &mut core_stream(STANDING_PANEL_SEED))
}

impl Panel {
    /// The person at that position, from 0; `None` beyond the end.
    pub(crate) fn persona(&self, ordinal: u32) -> Option<Persona> {
        let cell = self.cells.get(ordinal as usize)?;
        let id = format!("p{}", u64::from(ordinal) + 1);
        let region = self.recipe.audience.region;
        Some(persona::persona(
            self.population,
            region,
            cell.traits(),
            self.person(ordinal, *cell),
            id,
        ))
    }

    /// The classes of the person at that position, from 0; `None` beyond the end. Far cheaper than the persona.
    pub(crate) fn classes(&self, ordinal: u32) -> Option<Classes> {
        let cell = self.cells.get(ordinal as usize)?;
        let region = self.recipe.audience.region;
        Some(persona::classes(self.population, region, cell.traits(), self.person(ordinal, *cell)))
    }

    /// Dimension → class → share in the audience, and share in this panel. Classes that the filters exclude are left
    /// out.
    pub(crate) fn margins(&self) -> Margins {
        let targets = self.population.joint(self.recipe.audience).margins;
        let mut counts = PerClass::<u64>::default();
        for cell in &self.cells {
            for (counts, class) in counts.iter_mut().zip(joint::class_numbers(cell.traits())) {
                counts[class] += 1;
            }
        }
        let people = self.cells.len().max(1) as f64;
        let mut margins = Margins::new();
        for (dimension, name) in DIMENSIONS.iter().enumerate() {
            let mut shares = BTreeMap::new();
            for (class, word) in joint::words(dimension).into_iter().enumerate() {
                let target = targets[dimension][class];
                let realised = counts[dimension][class] as f64 / people;
                if target > 0.0 || realised > 0.0 {
                    shares.insert(word.to_owned(), Margin { target, realised });
                }
            }
            margins.insert((*name).to_owned(), shares);
        }
        margins
    }

    /// The panel in four bytes a person; [`Self::unpack`] reads them.
    pub(crate) fn pack(&self) -> Vec<u8> {
        self.cells.iter().flat_map(|cell| cell.to_bytes()).collect()
    }

    /// The panel of a recipe from the bytes of [`Self::pack`]. The population must be the one that it was sampled
    /// from: compare [`Population::hash`].
    ///
    /// # Errors
    /// When the bytes cannot be a panel of that recipe.
    pub(crate) fn unpack(
        population: &'static Population,
        recipe: Recipe,
        bytes: &[u8],
    ) -> Result<Self, UnpackError> {
        let (chunks, rest) = bytes.as_chunks::<4>();
        if chunks.len() as u64 != u64::from(recipe.size) || !rest.is_empty() {
            return Err(UnpackError::Length { bytes: bytes.len(), people: recipe.size });
        }
        let mut cells = Vec::with_capacity(chunks.len());
        for (ordinal, chunk) in (0..).zip(chunks) {
            let cell = Cell::from_bytes(*chunk)
                .filter(|cell| cell.traits().admitted_by(recipe.audience))
                .filter(|cell| origin_fits(*cell, recipe.mode))
                .ok_or(UnpackError::Damaged { ordinal })?;
            cells.push(cell);
        }
        Ok(Self { population, recipe, cells })
    }

    /// The identity of a person for their random streams.
    fn person(&self, ordinal: u32, cell: Cell) -> Person {
        match self.recipe.mode {
            EngineMode::Standard => Person { seed: self.recipe.seed, ordinal },
            EngineMode::Anchor => Person { seed: STANDING_PANEL_SEED, ordinal: cell.origin() },
        }
    }
}

fn origin_fits(cell: Cell, mode: EngineMode) -> bool {
    match mode {
        EngineMode::Standard => cell.origin() == 0,
        EngineMode::Anchor => cell.origin() < STANDING_PANEL_SIZE,
    }
}

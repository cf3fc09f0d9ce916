//! The SSR reading of a text from its similarities to anchors, and the anchor calibration. Similarities are whole
//! billionths, so that every machine computes the same numbers. The calibration reads each anchor against the other
//! sets, which shows the range of readings that an embedding model can reach.

use std::fmt::Write as _;

use libm::round;
use protocol::channels::{Attainable, BILLION, Heard, POINTS, Pmf};
use serde::{Deserialize, Serialize};

use crate::domain::digest::Digest;
use crate::domain::stats::estimate::tidy;
use crate::domain::stats::ssr::{self, PmfShape};

/// Why a text has no reading.
pub(super) const ALL_ALIKE: &str = "the text is equally near to all anchors of a set";
/// Why a text that was embedded cannot be compared with its anchors.
pub(super) const NO_VECTOR: &str = "the embedding of the text cannot be compared with the anchors";

/// The similarities of one text to the five anchors of one set, half-scaled cosines in billionths.
pub(crate) type Near = [u32; POINTS];

/// What is stored of an embedded text: enough to read it again, and a hash of the vector.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Measured {
    /// Similarities to each set of anchors.
    pub near: Vec<Near>,
    /// SHA-256 (hex) over the vector as 32-bit floats, little-endian.
    pub vector: String,
    /// Dimensions of the vector.
    pub dimensions: u32,
}

/// Compares a text's vector with the vectors of its anchors, set by set.
///
/// # Errors
/// When the vectors cannot be compared: lengths differ, or one of them has no direction.
pub(crate) fn measured(text: &[f32], anchors: &[Vec<f32>]) -> Result<Measured, &'static str> {
    let text_wide = widened(text);
    let near: Vec<u32> = anchors
        .iter()
        .map(|anchor| ssr::similarity(&widened(anchor), &text_wide).and_then(billionths))
        .collect::<Option<_>>()
        .ok_or(NO_VECTOR)?;
    let (sets, rest) = near.as_chunks::<POINTS>();
    if !rest.is_empty() || sets.is_empty() {
        return Err(NO_VECTOR);
    }
    let hash = text.iter().fold(Digest::new(), |hash, value| hash.raw(value.to_le_bytes()));
    Ok(Measured {
        near: sets.to_vec(),
        vector: hash.finish_hex(),
        dimensions: u32::try_from(text.len()).unwrap_or(u32::MAX),
    })
}

fn widened(vector: &[f32]) -> Vec<f64> {
    vector.iter().copied().map(f64::from).collect()
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to 0..=1 just before"
)]
fn billionths(share: f64) -> Option<u32> {
    share.is_finite().then(|| round(share.clamp(0.0, 1.0) * f64::from(BILLION)) as u32)
}

/// The reading of a text from its similarities: the mean over the sets, without temperature and without ε, as in the
/// paper. If the text is equally near to all anchors of a set, there is no reading.
#[must_use]
pub(crate) fn pmf(near: &[Near]) -> Heard<Pmf> {
    reading(near).map_or_else(|| Heard::none(ALL_ALIKE), Heard::Known)
}

fn reading(near: &[Near]) -> Option<Pmf> {
    let epsilon = PmfShape::default().epsilon;
    let mut mean = [0.0; POINTS];
    for set in near {
        let similarities = set.map(|near| f64::from(near) / f64::from(BILLION));
        for (sum, share) in mean.iter_mut().zip(ssr::of_similarities(&similarities, epsilon)?) {
            *sum += share / near.len() as f64;
        }
    }
    let shaped = ssr::temper(&mean, PmfShape::default().temperature, None)?;
    let shares: Vec<u32> = shaped.into_iter().map(billionths).collect::<Option<_>>()?;
    Some(Pmf(shares.try_into().ok()?))
}

/// The anchor calibration of an embedding model for one construct: the similarity of every anchor to every set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnchorCalibration {
    /// The embedding model.
    pub model: String,
    /// For each anchor in order, its similarities to each set, its own included.
    pub near: Vec<Vec<Near>>,
}

impl AnchorCalibration {
    /// Compares every anchor with all anchors.
    ///
    /// # Errors
    /// When the vectors cannot be compared.
    pub fn of(model: &str, anchors: &[Vec<f32>]) -> Result<Self, &'static str> {
        let near = anchors.iter().map(|anchor| Ok(measured(anchor, anchors)?.near));
        Ok(Self { model: model.to_owned(), near: near.collect::<Result<_, &'static str>>()? })
    }

    /// The attainable readings: each anchor read against the other sets, averaged over the anchors of one point.
    /// `None` below two sets, or if an anchor has no reading.
    #[must_use]
    pub fn attainable(&self) -> Option<Attainable> {
        let sets = self.near.len() / POINTS;
        if sets < 2 {
            return None;
        }
        let mut sums = [0_u64; POINTS];
        for (place, near) in self.near.iter().enumerate() {
            let own = place / POINTS;
            let others: Vec<Near> = near
                .iter()
                .enumerate()
                .filter(|(set, _)| *set != own)
                .map(|(_, near)| *near)
                .collect();
            sums[place % POINTS] += reading(&others)?.mean_billionths();
        }
        let whole = sets as f64 * f64::from(BILLION);
        let readings: Vec<f64> = sums.iter().map(|sum| tidy(*sum as f64 / whole)).collect();
        Some(Attainable {
            low: *readings.first()?,
            high: *readings.last()?,
            in_order: sums.is_sorted_by(|lower, higher| lower < higher),
            readings,
            sets: u32::try_from(sets).ok()?,
            model: self.model.clone(),
        })
    }

    /// The attainable readings in one line for people.
    #[must_use]
    pub fn describe(&self) -> Option<String> {
        let found = self.attainable()?;
        let mut text =
            format!("texts read from {:.2} to {:.2} of 1 to 5; anchors ", found.low, found.high);
        if found.in_order {
            text.push_str("come out in order");
        } else {
            text.push_str("come out of order:");
            for reading in &found.readings {
                // Writing to a string cannot fail.
                let _ = write!(text, " {reading:.2}");
            }
        }
        Some(text)
    }
}

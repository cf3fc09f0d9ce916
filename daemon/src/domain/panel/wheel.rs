//! Weighted choice: a wheel whose slots are as wide as their weights. Cumulative sums are taken once, in table order,
//! so that a draw is one search and the same number always selects the same slot. A large wheel has a guide table, which
//! leaves a few slots to search (Chen and Asau, 1974).

/// Slots from which on a guide table is worth its memory.
const GUIDED_FROM: usize = 64;

/// Cumulative weights over the indices 0..len.
#[derive(Debug, Default)]
pub(super) struct Wheel {
    cumulative: Vec<f64>,
    /// The slot at each of equally many parts of the wheel, and at its end. Their number is a power of two, so that the
    /// beginning of a part is exact. Empty for a small wheel.
    guide: Vec<u32>,
}

impl Wheel {
    /// A wheel with one slot for each weight; a weight of 0 is never drawn.
    pub(super) fn new(weights: impl IntoIterator<Item = f64>) -> Self {
        let mut sum = 0.0;
        let mut cumulative: Vec<f64> = weights
            .into_iter()
            .map(|weight| {
                sum += weight;
                sum
            })
            .collect();
        cumulative.shrink_to_fit();
        let guide = guide(&cumulative);
        Self { cumulative, guide }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.total() <= 0.0
    }

    pub(super) fn total(&self) -> f64 {
        self.cumulative.last().copied().unwrap_or(0.0)
    }

    /// The slot that `uniform`, in [0, 1), points at; 0 when the wheel has no weight at all.
    pub(super) fn draw(&self, uniform: f64) -> usize {
        let Some(parts) = self.guide.len().checked_sub(1) else {
            return draw(&self.cumulative, uniform);
        };
        let part = part_of(uniform, parts);
        let (from, to) = (self.guide[part] as usize, self.guide[part + 1] as usize);
        let point = uniform * self.total();
        let slot = from + self.cumulative[from..to].partition_point(|sum| *sum <= point);
        if slot < self.cumulative.len() { slot } else { draw(&self.cumulative, uniform) }
    }

    /// The slot at a point of the wheel, from 0 to its total; the last one beyond it.
    pub(super) fn slot_at(&self, point: f64) -> usize {
        let slot = self.cumulative.partition_point(|sum| *sum <= point);
        slot.min(self.cumulative.len().saturating_sub(1))
    }

    /// The same among the first `count` slots only.
    pub(super) fn draw_among_first(&self, count: usize, uniform: f64) -> usize {
        draw(&self.cumulative[..count.min(self.cumulative.len())], uniform)
    }

    /// Whether the first `count` slots have any weight.
    pub(super) fn has_weight_among_first(&self, count: usize) -> bool {
        count
            .checked_sub(1)
            .and_then(|last| self.cumulative.get(last))
            .is_some_and(|sum| *sum > 0.0)
    }
}

/// The guide table of a wheel.
fn guide(cumulative: &[f64]) -> Vec<u32> {
    if cumulative.len() < GUIDED_FROM {
        return Vec::new();
    }
    let total = cumulative.last().copied().unwrap_or(0.0);
    let parts = (cumulative.len() / 2).next_power_of_two();
    let slot = |part: usize| {
        let point = part as f64 / parts as f64 * total;
        u32::try_from(cumulative.partition_point(|sum| *sum <= point)).unwrap_or(u32::MAX)
    };
    (0..=parts).map(slot).collect()
}

/// The part of a wheel that `uniform`, in [0, 1), lies in.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "below the number of parts"
)]
fn part_of(uniform: f64, parts: usize) -> usize {
    ((uniform * parts as f64) as usize).min(parts.saturating_sub(1))
}

fn draw(cumulative: &[f64], uniform: f64) -> usize {
    let total = cumulative.last().copied().unwrap_or(0.0);
    let point = uniform * total;
    let slot = cumulative.partition_point(|sum| *sum <= point);
    if slot < cumulative.len() {
        return slot;
    }
    // Rounding pushed the point onto the total: take the last slot that has weight.
    cumulative.partition_point(|sum| *sum < total)
}

/// The class that `uniform`, in [0, 1), points at in a short list of shares.
pub(super) fn pick(shares: &[f64], uniform: f64) -> usize {
    let point = uniform * shares.iter().sum::<f64>();
    let mut sum = 0.0;
    for (class, share) in shares.iter().enumerate() {
        sum += share;
        if point < sum {
            return class;
        }
    }
    shares.iter().rposition(|share| *share > 0.0).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_guide_changes_no_draw(
            weights in proptest::collection::vec(prop_oneof![Just(0.0), 0.0..1.0_f64], 64..400),
            uniforms in proptest::collection::vec(0.0..1.0_f64, 50),
        ) {
            let wheel = Wheel::new(weights.iter().copied());
            let edges = (0_u32..64).flat_map(|part| {
                let edge = f64::from(part) / 64.0;
                [edge, edge.next_up(), edge.next_down().max(0.0)]
            });
            for uniform in uniforms.into_iter().chain(edges).chain([1.0_f64.next_down()]) {
                prop_assert_eq!(wheel.draw(uniform), draw(&wheel.cumulative, uniform));
            }
        }
    }
}

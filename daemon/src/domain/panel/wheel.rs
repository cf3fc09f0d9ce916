//! Weighted choice: a wheel whose slots are as wide as their weights. Cumulative sums are taken once, in table order,
//! so that a draw is one search and the same number always selects the same slot.

/// Cumulative weights over the indices 0..len.
#[derive(Debug, Default)]
pub(super) struct Wheel {
    cumulative: Vec<f64>,
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
        Self { cumulative }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.total() <= 0.0
    }

    pub(super) fn total(&self) -> f64 {
        self.cumulative.last().copied().unwrap_or(0.0)
    }

    /// The slot that `uniform`, in [0, 1), points at; 0 when the wheel has no weight at all.
    pub(super) fn draw(&self, uniform: f64) -> usize {
        draw(&self.cumulative, uniform)
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

//! The sampling of a panel's cells: a systematic draw from the joint distribution, then swaps until every margin is
//! at its integer target. Targets are rounded at random without bias, so that a rare class is as frequent over many
//! small panels as it is in the population, instead of always being rounded to zero.

use super::cell::Cell;
use super::joint::{DIMENSIONS, Joint, PerClass};
use super::stream::Stream;
use super::wheel::Wheel;

/// Fewest swaps that are tried, in total and for each person.
const TRIES_MIN: usize = 4_000;
const TRIES_PER_PERSON: usize = 10;

/// `count` cells of the joint distribution in random order. The joint distribution must not be empty.
pub(super) fn draw(joint: &Joint, count: u32, stream: &mut Stream) -> Vec<Cell> {
    let mut members = systematic(&joint.wheel, count, stream.uniform());
    Repair::new(joint, &members, stream).run(joint, &mut members, stream);
    // The systematic draw is ordered by class; a panel is asked in panel order, and any part of it should resemble
    // the whole.
    stream.shuffle(&mut members);
    members.into_iter().map(|member| joint.cells[member as usize]).collect()
}

/// The cells at the points (offset + i) / count of the cumulative weights.
fn systematic(wheel: &Wheel, count: u32, offset: f64) -> Vec<u32> {
    let place = |next| {
        let point = (offset + f64::from(next)) / f64::from(count) * wheel.total();
        u32::try_from(wheel.slot_at(point)).unwrap_or(u32::MAX)
    };
    (0..count).map(place).collect()
}

/// Integers that sum to `count`, each the floor or the ceiling of its share of `count` and equal to it in expectation:
/// systematic rounding in random order.
fn unbiased_round(shares: &[f64], count: u32, stream: &mut Stream) -> Vec<i64> {
    /// Compensates the rounding error of the sums, which would otherwise lose a person at a whole number.
    const SLACK: f64 = 1e-9;
    let mut order: Vec<usize> = (0..shares.len()).collect();
    stream.shuffle(&mut order);
    let offset = stream.uniform();
    let mut targets = vec![0; shares.len()];
    let (mut sum, mut taken) = (0.0, 0);
    for (position, &class) in order.iter().enumerate() {
        sum += shares[class] * f64::from(count);
        let reached = if position + 1 == order.len() {
            i64::from(count)
        } else {
            floor(sum + offset + SLACK).clamp(taken, i64::from(count))
        };
        targets[class] = reached - taken;
        taken = reached;
    }
    targets
}

#[allow(clippy::cast_possible_truncation, reason = "a count of people, far below 2^53")]
fn floor(value: f64) -> i64 {
    value.floor() as i64
}

/// The deviation of the panel from its targets.
struct Repair {
    /// Members minus target, for each class.
    excess: PerClass<i64>,
    /// The classes that have too few members.
    short: Vec<(usize, usize)>,
}

impl Repair {
    fn new(joint: &Joint, members: &[u32], stream: &mut Stream) -> Self {
        let count = u32::try_from(members.len()).unwrap_or(u32::MAX);
        let mut excess = PerClass::<i64>::default();
        for (counts, shares) in excess.iter_mut().zip(joint.margins) {
            // A class without a share is excluded: as the last in the random order it would get the rounding
            // remainder.
            let (classes, known): (Vec<usize>, Vec<f64>) =
                shares.iter().copied().enumerate().filter(|(_, share)| *share > 0.0).unzip();
            for (class, target) in classes.into_iter().zip(unbiased_round(&known, count, stream)) {
                counts[class] = -target;
            }
        }
        for member in members {
            for (counts, class) in excess.iter_mut().zip(joint.classes[*member as usize]) {
                counts[usize::from(class)] += 1;
            }
        }
        let mut repair = Self { excess, short: Vec::new() };
        repair.find_short();
        repair
    }

    /// Swaps random members for candidates as long as that brings the margins closer to their targets. Half of the
    /// candidates come from the joint distribution, half from a class that has too few members, so that rare classes
    /// are represented.
    fn run(&mut self, joint: &Joint, members: &mut [u32], stream: &mut Stream) {
        for _ in 0..TRIES_MIN.max(TRIES_PER_PERSON * members.len()) {
            if self.short.is_empty() {
                break;
            }
            let candidate = if stream.coin() {
                let (dimension, class) = self.short[stream.below(self.short.len())];
                joint.draw_of_class(dimension, class, stream.uniform())
            } else {
                joint.wheel.draw(stream.uniform())
            };
            let place = stream.below(members.len());
            let leaving = joint.classes[members[place] as usize];
            let coming = joint.classes[candidate];
            if self.change(leaving, coming) < 0 {
                for dimension in 0..DIMENSIONS.len() {
                    self.excess[dimension][usize::from(leaving[dimension])] -= 1;
                    self.excess[dimension][usize::from(coming[dimension])] += 1;
                }
                members[place] = u32::try_from(candidate).unwrap_or(0);
                self.find_short();
            }
        }
    }

    /// The change of the sum of squared excesses by the swap, halved.
    fn change(&self, leaving: [u8; DIMENSIONS.len()], coming: [u8; DIMENSIONS.len()]) -> i64 {
        let mut change = 0;
        for (excess, (from, to)) in self.excess.iter().zip(leaving.into_iter().zip(coming)) {
            if from != to {
                change += excess[usize::from(to)] - excess[usize::from(from)] + 1;
            }
        }
        change
    }

    fn find_short(&mut self) {
        self.short.clear();
        for (dimension, classes) in self.excess.iter().enumerate() {
            for (class, excess) in classes.iter().enumerate() {
                if *excess < 0 {
                    self.short.push((dimension, class));
                }
            }
        }
    }
}

//! The rule of priorities, in one place. A finding weighs by how often it is named (frequency), how much lower those who
//! name it score (severity), how low the whole result is (level), and how much of the mean goes along with it (effect);
//! each of them counts with its uncertainty.
//!
//! - *Frequency* is the share of answers that name a concern. It is common from 20 %, if the lower end of its 95 % interval
//!   (Wilson) is 10 % or more. Below 5 %, or with a single answer, nothing is a finding.
//! - *Severity* is how many points lower those who name it score than everyone else, with its 95 % interval (Welch),
//!   by the exact scores; with fewer than three answers on one side it is not known.
//! - *Effect* is frequency × severity: the points of the mean score that go along with the concern. It is sure when the
//!   interval of the severity lies above zero.
//! - *Level* is how low the result is as a whole (`level.rs`).
//!
//! | priority | when |
//! |---|---|
//! | P0 | the level is urgent and sure; the built-in reader rejects the text, or makes nothing of it; or a P1 at such a level |
//! | P1 | it is common, and its effect is sure and at least 0.3 points; or a P2 at such a level; or a low level that few answers leave unsure |
//! | P2 | it is common; or its effect is sure and at least 0.1 points |
//! | P3 | everything else |
//!
//! At an urgent level each concern but a P3 moves up a step: where nobody likes a text, those who name a concern score no
//! lower than the others, so that severity and effect vanish with the spread of the panel.

use protocol::results::{Estimate, Priority};

use super::super::level::Standing;
use crate::domain::stats::compare::Welch;

/// The edition of this rule. It changes whenever the findings of the same answers would, or what is concluded from them.
pub(crate) const RULE: u32 = 4;

/// Share of answers from which a concern is common.
const COMMON: f64 = 0.2;
/// Least lower end of the interval of a common concern's share.
const COMMON_AT_LEAST: f64 = 0.1;
/// Points of the mean that a P1 has to go along with.
const COSTLY: f64 = 0.3;
/// The same for a P2.
const NOTICEABLE: f64 = 0.1;

/// What is known of a concern.
#[derive(Clone, Copy)]
pub(super) struct Weight<'a> {
    /// The share of answers that name it, 0 to 1.
    pub(super) share: &'a Estimate,
    /// Mean of those who do not name it minus mean of those who do, in points; `None` when a group is too small, or
    /// answers have no score.
    pub(super) gap: Option<Welch>,
    /// How low the whole result is.
    pub(super) level: Standing,
}

impl Weight<'_> {
    /// Points of the mean that go along with it, if they are sure to be above zero.
    pub(super) fn effect(&self) -> Option<f64> {
        let gap = self.gap.filter(|gap| gap.interval.0 > 0.0)?;
        Some(gap.difference * self.share.value)
    }

    /// The priority by the rule of this file.
    pub(super) fn priority(&self) -> Priority {
        let is_common =
            self.share.value >= COMMON && self.share.low.is_some_and(|low| low >= COMMON_AT_LEAST);
        let costs = self.effect().unwrap_or(0.0);
        let by_itself = if is_common && costs >= COSTLY {
            Priority::P1
        } else if is_common || costs >= NOTICEABLE {
            Priority::P2
        } else {
            Priority::P3
        };
        match (self.level, by_itself) {
            (Standing::Urgent, Priority::P1) => Priority::P0,
            (Standing::Urgent, Priority::P2) => Priority::P1,
            (_, priority) => priority,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::stats::{LEVEL, estimate};

    fn priority(named: u64, of: u64, gap: Option<(f64, f64)>, level: Standing) -> Priority {
        let share = estimate::share(named, of, LEVEL).unwrap();
        let gap = gap.map(|(difference, low)| Welch {
            difference,
            t: 2.0,
            error: 0.5,
            df: 98.0,
            p: 0.01,
            interval: (low, 2.0 * difference - low),
        });
        Weight { share: &share, gap, level }.priority()
    }

    #[test]
    fn frequency_severity_and_effect_count_with_their_uncertainty() {
        let fine = Standing::Fine;
        assert_eq!(priority(40, 100, Some((1.0, 0.4)), fine), Priority::P1);
        assert_eq!(priority(40, 100, Some((1.0, -0.1)), fine), Priority::P2, "not sure");
        assert_eq!(priority(40, 100, Some((0.5, 0.1)), fine), Priority::P2, "0.2 points");
        assert_eq!(priority(10, 100, Some((2.0, 1.0)), fine), Priority::P2, "rare and severe");
        assert_eq!(priority(10, 100, Some((2.0, -1.0)), fine), Priority::P3);
        assert_eq!(priority(40, 100, None, fine), Priority::P2, "no scores");
        assert_eq!(priority(2, 10, None, fine), Priority::P3, "two of ten are hardly common");
    }

    #[test]
    fn where_nobody_likes_it_a_common_concern_moves_up_a_step() {
        let urgent = Standing::Urgent;
        assert_eq!(priority(40, 100, Some((1.0, 0.4)), urgent), Priority::P0);
        assert_eq!(priority(90, 100, Some((0.0, -0.2)), urgent), Priority::P1);
        assert_eq!(priority(6, 100, None, urgent), Priority::P3, "a rare one stays");
        assert_eq!(priority(90, 100, None, Standing::Low), Priority::P2);
    }
}

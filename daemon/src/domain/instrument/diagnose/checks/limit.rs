//! The limit for the difference between two questions to the same people that should give the same answer. It is the
//! noise of one answer as replicates show it, but at least half of a difference that matters and at most all of it: a
//! panel of random answers must not pass because it is noisy.

use protocol::control::Verdict;
use protocol::results::Estimate;

use super::ends;
use crate::domain::instrument::scale::Scale;
use crate::domain::instrument::words::number;
use crate::domain::stats::LEVEL;
use crate::domain::stats::estimate::scaled;
use crate::domain::stats::reask::Pairs;

/// The limit, and what it was derived from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Limit {
    pub(super) value: f64,
    scale: Scale,
    /// The standard deviation of one person's answers about their mean; `None` without replicates.
    noise: Option<f64>,
}

impl Limit {
    /// The limit from the pairs of answer and replicate.
    pub(super) fn of(scale: Scale, again: &Pairs) -> Self {
        let noise = again.noise(LEVEL).map(|noise| scaled(noise, scale.factor()).value);
        let most = scale.matters();
        Self { value: noise.unwrap_or(0.0).clamp(most / 2.0, most), scale, noise }
    }

    /// Whether people answered alike: passed if the whole interval lies within the limit, failed if the difference is
    /// beyond the limit and more than chance.
    pub(super) fn judge(&self, difference: &Estimate) -> Verdict {
        match ends(difference) {
            None => Verdict::Undecided,
            Some((low, high)) if -self.value <= low && high <= self.value => Verdict::Passed,
            Some((low, high))
                if difference.value.abs() > self.value && (low > 0.0 || high < 0.0) =>
            {
                Verdict::Failed
            }
            Some(_) => Verdict::Undecided,
        }
    }

    /// The limit in words, with what it was derived from.
    pub(super) fn told(&self) -> String {
        let decimals = self.scale.decimals();
        let again = "asking again in the same words";
        let why = match self.noise {
            None => {
                "; nobody was asked again in the same words, which would tell the noise".to_owned()
            }
            Some(noise) if noise < self.value => {
                format!("; {again} alone makes {} of noise", number(noise, decimals))
            }
            Some(noise) if noise > self.value => {
                format!(", although {again} alone makes {} of noise", number(noise, decimals))
            }
            Some(_) => format!(", the noise of {again}"),
        };
        format!("at most {} {} are allowed{why}", number(self.value, decimals), self.scale.unit())
    }
}

//! Statistics, one family a file. Every function is pure and gives the same bits on every machine: transcendental
//! functions come from `libm`. An undefined result is `None`, never replaced by a convenient number.

#[cfg_attr(not(test), expect(dead_code, reason = "the next study types use it"))]
pub(crate) mod agreement;
pub(crate) mod apportion;
pub(crate) mod bootstrap;
pub(crate) mod compare;
pub(crate) mod distinct;
pub(crate) mod distribution;
pub(crate) mod estimate;
pub(crate) mod groups;
pub(crate) mod histogram;
pub(crate) mod multiple;
pub(crate) mod power;
#[cfg_attr(not(test), expect(dead_code, reason = "the next study types use it"))]
pub(crate) mod ppi;
pub(crate) mod rank_odds;
#[cfg_attr(not(test), expect(dead_code, reason = "the next study types use it"))]
pub(crate) mod ranking;
#[cfg_attr(not(test), expect(dead_code, reason = "the next study types use it"))]
pub(crate) mod ranks;
pub(crate) mod reask;
pub(crate) mod similar;
pub(crate) mod spread;
pub(crate) mod ssr;
#[cfg_attr(not(test), expect(dead_code, reason = "the next study types use it"))]
pub(crate) mod weight;
pub(crate) mod wording;

#[cfg(test)]
mod reference_tests;
#[cfg(test)]
mod tests;

/// The confidence level of every interval that does not name another one.
pub(crate) const LEVEL: f64 = 0.95;

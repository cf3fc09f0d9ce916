//! Statistics, one family a file. Every function is pure and gives the same bits on every machine: transcendental
//! functions come from `libm`. An undefined result is `None`, never replaced by a convenient number.

pub mod agreement;
pub mod apportion;
pub mod bootstrap;
pub mod compare;
pub mod distinct;
pub mod distribution;
pub mod estimate;
pub mod histogram;
pub mod multiple;
pub mod power;
pub mod ppi;
pub mod ranking;
pub mod ranks;
pub mod reask;
pub mod similar;
pub mod spread;
pub mod ssr;
pub mod weight;

#[cfg(test)]
mod reference_tests;
#[cfg(test)]
mod tests;

/// The confidence level of every interval that does not name another one.
pub const LEVEL: f64 = 0.95;

//! Chains of hooks: a hook that comes in may start a study whose end sends a hook, which may come in again. Each hook that
//! is sent carries its place in the chain, from 1, and the third one starts nothing.

/// The header that carries the place.
pub(crate) const HEADER: &str = "demoscope-hop";
/// A hook at this place, or a later one, starts nothing.
pub(crate) const HOPS_MAX: u8 = 3;

/// The place in a header; a hook without one comes from elsewhere. What cannot be read counts as too far.
#[must_use]
pub(crate) fn hops(header: Option<&str>) -> u8 {
    header.map_or(0, |text| text.trim().parse().unwrap_or(u8::MAX))
}

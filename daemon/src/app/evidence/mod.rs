//! Use cases on evidence: the bundle of everything that was sent and received for a study, and the replay that
//! recomputes the results from a bundle alone.

pub(super) mod bundle;
pub(super) mod replay;

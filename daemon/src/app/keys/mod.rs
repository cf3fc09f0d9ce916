//! Use cases of the keys of the HTTP listener: made, listed, replaced and revoked by the local user; admitted at a door; and
//! what a study submitted with one takes of its caps, within the transaction that takes the study on.

pub(in crate::app) mod admit;
pub(in crate::app) mod caps;
mod manage;
pub(in crate::app) mod ring;
pub(in crate::app) mod studies;

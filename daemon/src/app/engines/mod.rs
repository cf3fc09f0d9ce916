//! Use cases on engines: the catalog with its keys and checks, call limits, what was learnt of services, the engines of
//! side measures, and the anchor calibration that an embedding model needs.

pub(super) mod anchors;
pub(super) mod catalog;
pub(super) mod learnt;
pub(super) mod limits;
pub(super) mod side_engines;

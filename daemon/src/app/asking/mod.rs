//! Use cases of the drivers that ask respondents: what is left to ask, the recording of outcomes (T2) and the end of a study
//! (T3), the response cache, and the cancellation of calls under way.

pub(super) mod advance;
pub(super) mod cancel_study;
pub(super) mod compute;
pub(super) mod probation;
pub(super) mod record;
pub(super) mod response_cache;

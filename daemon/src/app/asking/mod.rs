//! Use cases of the drivers that ask respondents: the assignments left to ask, the recording of outcomes (T2), the end
//! of a study (T3), the response cache, and the cancellation of calls under way.

pub(super) mod advance;
pub(super) mod cancel_study;
pub(super) mod competitors;
pub(super) mod compute;
pub(super) mod probation;
pub(super) mod record;
pub(super) mod response_cache;
pub(super) mod rewriting;
pub(super) mod rounds;

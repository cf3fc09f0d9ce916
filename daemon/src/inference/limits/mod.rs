//! Rate limiting of model services, as pure arithmetic over a time that the caller passes: concurrency that follows
//! the service's signals, tokens and requests a minute, a breaker, bounded retries, and turns between studies.
//! Nothing here waits or reads a clock, so a test simulates an hour in a millisecond.

mod admission;
mod breaker;
mod bucket;
mod concurrency;
mod condition;
mod retry;
mod turns;

#[cfg(test)]
mod tests;

pub(crate) use admission::{Admission, Admit, Bounds, PATIENCE, Quiet, Signal, own_wait};
pub(crate) use condition::Condition;
pub(crate) use retry::{REJECTED_AGAIN_MAX, RETRIES_FREE, RetryBudget, TRIES_MAX, backoff};

//! What all respondents of a study share while further channels are heard: how many retries there are left, and which
//! kind of call will never go again, with the reason.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::domain::exchange::Part;
use crate::inference::limits::RetryBudget;

#[derive(Debug, Default)]
pub(super) struct Teller(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    budget: RetryBudget,
    closed: BTreeMap<Part, String>,
}

impl Teller {
    /// Notes a first call.
    pub(super) fn first(&self) {
        self.state().budget.first();
    }

    /// Takes one retry, if there is one left.
    pub(super) fn retry(&self) -> bool {
        self.state().budget.retry()
    }

    /// Whether calls of that kind can go.
    ///
    /// # Errors
    /// Why none will.
    pub(super) fn is_open(&self, part: Part) -> Result<(), String> {
        self.state().closed.get(&part).map_or(Ok(()), |why| Err(why.clone()))
    }

    /// No call of that kind goes any more.
    pub(super) fn close(&self, part: Part, why: &str) {
        self.state().closed.entry(part).or_insert_with(|| why.to_owned());
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

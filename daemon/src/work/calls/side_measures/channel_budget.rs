//! Retry budget and switched-off call types of the side measurements, shared by all respondents of a study. A call type
//! that cannot work any more is switched off with the reason.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::domain::exchange::SidePart;
use crate::inference::limits::RetryBudget;

#[derive(Debug, Default)]
pub(super) struct ChannelBudget(Mutex<BudgetState>);

#[derive(Debug, Default)]
struct BudgetState {
    budget: RetryBudget,
    closed: BTreeMap<SidePart, String>,
}

impl ChannelBudget {
    /// Counts a first call.
    pub(super) fn first(&self) {
        self.state().budget.first();
    }

    /// Takes one retry from the budget, if one is left.
    pub(super) fn retry(&self) -> bool {
        self.state().budget.retry()
    }

    /// Whether that call type is still on.
    ///
    /// # Errors
    /// Why it is switched off.
    pub(super) fn is_open(&self, part: SidePart) -> Result<(), String> {
        self.state().closed.get(&part).map_or(Ok(()), |why| Err(why.clone()))
    }

    /// Switches that call type off.
    pub(super) fn close(&self, part: SidePart, why: &str) {
        self.state().closed.entry(part).or_insert_with(|| why.to_owned());
    }

    fn state(&self) -> MutexGuard<'_, BudgetState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

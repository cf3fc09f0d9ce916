//! The money that is set aside for everything that one respondent is asked beside the direct question: taken once before
//! the first call, so that nobody is left half heard because a cap was reached in between, and given back at the end.

use std::sync::{Mutex, MutexGuard, PoisonError};

use protocol::credits::UsdMicros;

use crate::app::Core;
use crate::domain::outcome::Usage;

/// Money set aside, and what was taken of it.
pub(in crate::work::calls) struct Purse {
    core: Core,
    number: u32,
    cap: Option<UsdMicros>,
    state: Mutex<State>,
}

#[derive(Clone, Copy, Debug, Default)]
struct State {
    /// Set aside and not yet taken.
    left: i64,
    /// Taken for calls that are under way.
    in_calls: i64,
    /// What the calls took.
    usage: Usage,
}

impl Purse {
    /// One with that much, which was reserved already.
    pub(in crate::work::calls) fn new(
        core: Core,
        number: u32,
        cap: Option<UsdMicros>,
        aside: UsdMicros,
    ) -> Self {
        let state = State { left: aside.0, ..State::default() };
        Self { core, number, cap, state: Mutex::new(state) }
    }

    /// Takes the worst case of one call, from what is set aside or, where that is used up by retries, anew.
    ///
    /// # Errors
    /// Which cap leaves no room.
    pub(super) fn take(&self, worst: UsdMicros) -> Result<(), String> {
        let mut state = self.state();
        if state.left >= worst.0 {
            state.left -= worst.0;
        } else {
            self.core
                .reserve_cost(self.number, self.cap, worst)
                .map_err(|capped| capped.to_string())?;
        }
        state.in_calls = state.in_calls.saturating_add(worst.0);
        Ok(())
    }

    /// That call is over.
    pub(super) fn settle(&self, worst: UsdMicros, took: Usage) {
        let mut state = self.state();
        state.in_calls = state.in_calls.saturating_sub(worst.0).max(0);
        state.usage = state.usage.plus(took);
        self.core.settle_cost(self.number, worst, took.cost);
    }

    /// Takes note of something that cost nothing.
    pub(super) fn note(&self, took: Usage) {
        let mut state = self.state();
        state.usage = state.usage.plus(took);
    }

    /// Everything that the calls took. Whatever is under way counts at its worst case: it is asked for when nothing is, or
    /// when the program broke in a call.
    pub(in crate::work::calls) fn usage(&self) -> Usage {
        let state = self.state();
        let at_most = u32::from(state.in_calls > 0);
        state.usage.plus(Usage { cost: UsdMicros(state.in_calls), at_most, ..Usage::default() })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Purse {
    fn drop(&mut self) {
        let State { left, in_calls, .. } = *self.state();
        self.core.settle_cost(self.number, UsdMicros(left), UsdMicros::ZERO);
        // Only where the program broke in a call is anything left here: it may have cost that much.
        self.core.settle_cost(self.number, UsdMicros(in_calls), UsdMicros(in_calls));
    }
}

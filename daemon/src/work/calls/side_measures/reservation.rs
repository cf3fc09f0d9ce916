//! Reservation for the side measurements of one respondent. The worst case is reserved once, before the first call, so
//! that a cap cannot be reached halfway through a respondent; the rest is released at the end.

use std::sync::{Mutex, MutexGuard, PoisonError};

use protocol::credits::UsdMicros;

use crate::app::Core;
use crate::domain::outcome::Usage;

/// Reserved money and what was spent of it.
pub(in crate::work::calls) struct Reservation {
    core: Core,
    number: u32,
    cap: Option<UsdMicros>,
    state: Mutex<ReservationState>,
}

#[derive(Clone, Copy, Debug, Default)]
struct ReservationState {
    /// Reserved and not yet assigned to a call.
    left: i64,
    /// Assigned to calls under way.
    in_calls: i64,
    /// Usage of the calls so far.
    usage: Usage,
}

impl Reservation {
    /// A reservation of that amount, which the caller has already made.
    pub(in crate::work::calls) fn new(
        core: Core,
        number: u32,
        cap: Option<UsdMicros>,
        aside: UsdMicros,
    ) -> Self {
        let state = ReservationState { left: aside.0, ..ReservationState::default() };
        Self { core, number, cap, state: Mutex::new(state) }
    }

    /// Assigns the worst case of one call, from the reservation or, once retries have used it up, from a new one.
    ///
    /// # Errors
    /// Names the cap that leaves no room.
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

    /// Ends a call: releases its worst case and adds its usage.
    pub(super) fn settle(&self, worst: UsdMicros, took: Usage) {
        let mut state = self.state();
        state.in_calls = state.in_calls.saturating_sub(worst.0).max(0);
        state.usage = state.usage.plus(took);
        self.core.settle_cost(self.number, worst, took.cost);
    }

    /// Adds usage that cost nothing.
    pub(super) fn note(&self, took: Usage) {
        let mut state = self.state();
        state.usage = state.usage.plus(took);
    }

    /// Usage of all calls. Calls under way count at their worst case: this is read when none is under way, or after a
    /// panic in one.
    pub(in crate::work::calls) fn usage(&self) -> Usage {
        let state = self.state();
        let at_most = u32::from(state.in_calls > 0);
        state.usage.plus(Usage { cost: UsdMicros(state.in_calls), at_most, ..Usage::default() })
    }

    fn state(&self) -> MutexGuard<'_, ReservationState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        let ReservationState { left, in_calls, .. } = *self.state();
        self.core.settle_cost(self.number, UsdMicros(left), UsdMicros::ZERO);
        // Money is left here only after a panic in a call, which may have cost that much.
        self.core.settle_cost(self.number, UsdMicros(in_calls), UsdMicros(in_calls));
    }
}

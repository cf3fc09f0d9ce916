//! Reservation for the side measurements of one respondent. The worst case is reserved once, before the first call, so
//! that a cap cannot be reached halfway through a respondent; the rest is released at the end.

use std::sync::{Mutex, MutexGuard, PoisonError};

use protocol::credits::UsdMicros;

use crate::app::{Capped, Core, Purse};
use crate::domain::outcome::Usage;
use crate::inference::price::Booked;
use crate::store::SentCall;

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

    /// Adds usage besides what calls cost.
    pub(super) fn note(&self, took: Usage) {
        let mut state = self.state();
        state.usage = state.usage.plus(took);
    }

    /// Usage of all calls.
    pub(in crate::work::calls) fn usage(&self) -> Usage {
        self.state().usage
    }

    fn state(&self) -> MutexGuard<'_, ReservationState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Purse for Reservation {
    /// From the reservation or, once retries have used it up, from a new one.
    fn reserve(&self, worst: UsdMicros) -> Result<(), Capped> {
        let mut state = self.state();
        if state.left >= worst.0 {
            state.left -= worst.0;
            return Ok(());
        }
        self.core.reserve_cost(self.number, self.cap, worst)
    }

    fn sent(&self, uncounted: Booked) -> Option<SentCall> {
        self.core.note_sent(self.number, uncounted)
    }

    fn over(&self, call: SentCall) {
        self.core.note_over(call);
    }

    fn settle(&self, worst: UsdMicros, took: Usage) {
        let mut state = self.state();
        state.usage = state.usage.plus(took);
        self.core.settle_cost(self.number, worst, took.cost);
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        let left = UsdMicros(self.state().left);
        self.core.settle_cost(self.number, left, UsdMicros::ZERO);
    }
}

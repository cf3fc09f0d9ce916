//! The door of a service: its admission control, its client and its price, for chat and embeddings alike. Each call waits
//! here for its turn, gets a permit, and tells with the permit how it ended; a permit that is dropped frees its slot.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use super::chat::{Allowance, CallError};
use super::limits::{Admission, Admit, Bounds, Condition, Quiet, Signal};
use super::pool::Availability;
use super::price::{Booked, CallStake, Price, UsageCount};
use crate::domain::outcome::Usage;
use crate::world::Clock;

/// The door in front of a service that is called with a client of that kind.
#[derive(Debug)]
pub struct ServiceDoor<C> {
    client: C,
    price: Option<Price>,
    admission: Mutex<Admission>,
    freed: Notify,
    retuned: Notify,
}

/// An admitted call's slot, released when it is dropped without a call.
pub(crate) struct Permit<C> {
    door: Arc<ServiceDoor<C>>,
    clock: Arc<dyn Clock>,
    used: bool,
}

/// The result of a call.
#[derive(Debug)]
pub struct Spent<T> {
    /// The reply, or why there is none.
    pub reply: Result<T, CallError>,
    /// Input tokens, as counted by the service.
    pub input_tokens: u64,
    /// Output tokens, as counted by the service.
    pub output_tokens: u64,
    /// The booked cost.
    pub booked: Booked,
    /// What the report should say of how the service took the call.
    pub remarks: Vec<String>,
}

impl<T> Spent<T> {
    /// A call that was given up on this side: the service may charge for it.
    pub fn given_up(uncounted: Booked) -> Self {
        Self {
            reply: Err(CallError::network(super::chat::TIMED_OUT)),
            input_tokens: 0,
            output_tokens: 0,
            booked: uncounted,
            remarks: Vec::new(),
        }
    }

    /// Tokens and cost.
    pub fn usage(&self) -> Usage {
        let (input_tokens, output_tokens) = (self.input_tokens, self.output_tokens);
        Usage { input_tokens, output_tokens, ..self.booked.usage() }
    }
}

impl<C> ServiceDoor<C> {
    /// A door that no call went through yet.
    pub(super) fn new(client: C, price: Option<Price>, admission: Admission) -> Self {
        Self {
            client,
            price,
            admission: Mutex::new(admission),
            freed: Notify::new(),
            retuned: Notify::new(),
        }
    }

    /// The client behind it.
    pub(super) fn client(&self) -> &C {
        &self.client
    }

    /// What calls cost; `None` if nobody knows.
    pub fn known_price(&self) -> Option<Price> {
        self.price
    }

    /// The price that is reckoned with.
    pub(super) fn price(&self) -> Price {
        self.price.unwrap_or(Price::FREE)
    }

    /// Waits for admission of a call of about that many tokens. Cancel by dropping the future; then call
    /// [`ServiceDoor::pass`].
    ///
    /// # Errors
    /// Why no call of this study will be admitted.
    pub(super) async fn admit(
        self: &Arc<Self>,
        clock: &Arc<dyn Clock>,
        study: u32,
        weight: u32,
        tokens: u64,
    ) -> Result<Permit<C>, String> {
        loop {
            // Registers for notification before the check, so that a slot that is freed in between is not missed.
            let freed = self.freed.notified();
            let now = clock.monotonic();
            let admit = self.admission().ask(study, weight, tokens, now);
            match admit {
                Admit::Go => {
                    if self.admission().others_want(study) {
                        self.freed.notify_waiters();
                    }
                    let (door, clock) = (Arc::clone(self), Arc::clone(clock));
                    return Ok(Permit { door, clock, used: false });
                }
                Admit::Stop(why) => return Err(why),
                Admit::Later => freed.await,
                Admit::At(time) => {
                    tokio::select! {
                        () = freed => {}
                        () = tokio::time::sleep(time.saturating_sub(now)) => {}
                    }
                }
            }
        }
    }

    /// Withdraws the study's request for now, so that others go ahead.
    pub fn pass(&self, study: u32) {
        self.admission().pass(study);
        self.freed.notify_waiters();
    }

    /// Tells the admission control that the study has finished.
    pub fn leave(&self, study: u32) {
        self.admission().leave(study);
        self.freed.notify_waiters();
    }

    /// Changes the rate limits while calls are under way.
    pub fn retune(&self, bounds: Bounds, now: Duration) {
        self.admission().retune(bounds, now);
        self.freed.notify_waiters();
        self.retuned.notify_waiters();
    }

    /// Waits until the rate limits change.
    pub fn retuned(&self) -> impl Future<Output = ()> + Send + '_
    where
        C: Send + Sync,
    {
        self.retuned.notified()
    }

    /// The current rate limits, as set by the owner.
    pub fn bounds(&self) -> Bounds {
        self.admission().bounds()
    }

    /// The current condition of the service, apart from any single call.
    pub fn condition(&self) -> Condition {
        self.admission().condition()
    }

    /// The state of a service that does not reply while calls wait for it.
    pub fn quiet(&self, now: Duration) -> Option<Quiet> {
        self.admission().quiet(now)
    }

    /// Why no call will be admitted any more, if so.
    pub fn given_up(&self, now: Duration) -> Option<String> {
        self.admission().given_up(now)
    }

    /// Whether the service asks for a longer wait than it is waited for.
    pub fn is_put_off(&self, now: Duration) -> bool {
        self.admission().is_out_of_patience(now)
    }

    /// Whether calls can be admitted now.
    pub fn standing(&self, now: Duration) -> Availability {
        self.admission().standing(now)
    }

    fn admission(&self) -> MutexGuard<'_, Admission> {
        self.admission.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<C> std::fmt::Debug for Permit<C> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Permit").field("used", &self.used).finish_non_exhaustive()
    }
}

impl<C> Permit<C> {
    /// Ends the admitted call: its slot is free, the admission control learns from the result, and the cost to book is
    /// known. `counts` is what is known of its tokens, `spare` by how many tokens the call was smaller than requested.
    pub(super) fn end<T>(
        mut self,
        reply: &Result<T, CallError>,
        allowance: Allowance,
        counts: UsageCount,
        spare: i64,
        stake: CallStake,
    ) -> Booked {
        self.used = true;
        let (booked, signal) = match reply {
            Ok(_) => (Booked::of(&self.door.price(), counts, stake), Signal::Replied),
            // What it says that it took is what it is paid for, also where no reply can be read.
            Err(error) if counts.plausible().is_some() => {
                (Booked::of(&self.door.price(), counts, stake), Signal::Failed(error))
            }
            Err(error) if error.may_have_cost() => (stake.uncounted, Signal::Failed(error)),
            Err(error) => (Booked::NOTHING, Signal::Failed(error)),
        };
        self.door.admission().done(signal, allowance, spare, self.clock.monotonic());
        self.door.freed.notify_waiters();
        booked
    }
}

impl<C> Drop for Permit<C> {
    fn drop(&mut self) {
        if !self.used {
            let now = self.clock.monotonic();
            self.door.admission().done(Signal::Abandoned, Allowance::default(), 0, now);
            self.door.freed.notify_waiters();
        }
    }
}

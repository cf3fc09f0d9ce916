//! The scheduler: it gives free places at work to unfinished studies, oldest first. Where all places have been taken for
//! a while, as by studies of a service that does not reply, an engine without a study at work gets one more. `activate` reads the store and is
//! idempotent; a signal or a slow period calls it, and a lost signal costs time, never work.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use protocol::error::ApiError;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::app::{Caller, Core, Enlisted, Looked, StudyCancel, in_order};
use crate::store::Fault;

use super::drivers::Drivers;
use super::runner::{RunnerShared, Stopped, run};

/// Looks again after this long without a signal.
const PERIOD: Duration = Duration::from_mins(1);
/// All places taken for so long, with nobody ending, are held up.
const HELD_UP: Duration = Duration::from_secs(2);
/// How long runners that have given up their calls may take to book them and end.
const GIVING_UP: Duration = Duration::from_secs(2);
/// After the store's trouble, looks again after this long: its recovery is signalled, so this is a safety net.
const PERIOD_IN_TROUBLE: Duration = Duration::from_secs(2);

/// Starts it.
pub(super) fn start(drivers: &mut Drivers) {
    drivers.drive("scheduler", PERIOD, drive);
}

struct Driver {
    core: Core,
    shared: Arc<RunnerShared>,
    runners: JoinSet<(u32, Stopped)>,
    /// The gate of each study at work.
    gates: BTreeMap<u32, StudyCancel>,
    /// Since when every place has been taken.
    full_since: Option<Instant>,
}

async fn drive(core: Core, caller: Caller, enlisted: Enlisted, stop: CancellationToken) {
    let shared = Arc::new(RunnerShared::new(caller, core.settings().answers_per_second));
    let mut driver =
        Driver { core, shared, runners: JoinSet::new(), gates: BTreeMap::new(), full_since: None };
    let mut wake = driver.core.work().waiter();
    let mut looks = true;
    loop {
        if looks {
            enlisted.note(driver.activate().await);
        }
        let trouble = !looks || driver.core.store().degraded().is_some();
        let period = if trouble { PERIOD_IN_TROUBLE } else { driver.until_next_look() };
        looks = tokio::select! {
            () = stop.cancelled() => break,
            () = wake.wait() => true,
            () = tokio::time::sleep(period) => true,
            Some(joined) = driver.runners.join_next() => driver.ended(joined),
        };
    }
    driver.drain().await;
}

impl Driver {
    /// How long to wait for a signal: until places that stay taken count as held up, and then as long as usual.
    fn until_next_look(&self) -> Duration {
        let left = self.full_since.and_then(|since| HELD_UP.checked_sub(since.elapsed()));
        left.filter(|left| !left.is_zero()).unwrap_or(PERIOD)
    }

    /// Starts a runner for each study that should be at work and is not. Losing a race with its owner is harmless: the
    /// runner looks again.
    async fn activate(&mut self) -> Looked {
        if let Some(why) = self.core.store().degraded() {
            // With its file astray nothing can be recorded for as long as the owner takes: nobody else is asked.
            if self.core.store().is_astray() {
                self.gates.values().for_each(StudyCancel::cancel);
            }
            return Err(Fault::Degraded(why).into());
        }
        // First of all what was spent before: no call goes while the caps do not know of it.
        let caller = &self.shared.caller;
        for booked in [self.core.settle_past(caller).await, self.core.book_unbooked(caller).await] {
            booked
                .map_err(|error| because("What calls may have cost cannot be booked yet", error))?;
        }
        let places = self.core.places();
        let free = places.saturating_sub(self.gates.len());
        if free > 0 {
            self.full_since = None;
        }
        let is_held_up = self.full_since.is_some_and(|since| since.elapsed() >= HELD_UP);
        if free == 0 && !is_held_up {
            // Whoever ends makes room, and has it looked for who is next.
            self.full_since.get_or_insert_with(Instant::now);
            return Ok(None);
        }
        let pending = self
            .core
            .pending(caller)
            .await
            .map_err(|error| because("The list of unfinished studies cannot be read", error))?;
        let mut due = in_order(pending);
        due.retain(|pending| !self.gates.contains_key(&pending.number));
        let due = due.into_iter().map(|pending| pending.number);
        let due: Vec<u32> = if is_held_up {
            let at_work = self.gates.keys().copied().collect();
            self.core
                .first_of_idle_engines(caller, at_work, due.collect())
                .await
                .map_err(|error| because("The engines of studies cannot be read", error))?
        } else {
            due.take(free).collect()
        };
        for number in due {
            let cancel = self.core.cancel(number);
            self.gates.insert(number, cancel.clone());
            let (core, shared) = (self.core.clone(), Arc::clone(&self.shared));
            self.runners.spawn(async move { (number, run(core, shared, number, cancel).await) });
        }
        if self.gates.len() >= places {
            self.full_since.get_or_insert_with(Instant::now);
        }
        Ok(None)
    }

    /// Notes that a runner ended; says whether to look for work at once. After the store's trouble that would only
    /// meet it again.
    fn ended(&mut self, joined: Result<(u32, Stopped), tokio::task::JoinError>) -> bool {
        match joined {
            Ok((number, stopped)) => {
                tracing::debug!(number, ?stopped, "a runner ended");
                self.gates.remove(&number);
                stopped != Stopped::Store
            }
            // Which one it was is not known: those without a runner are started again by the next look.
            Err(error) => {
                tracing::error!(%error, "a runner ended unexpectedly");
                if self.runners.is_empty() {
                    self.gates.clear();
                }
                true
            }
        }
    }

    async fn drain(&mut self) {
        for cancel in self.gates.values() {
            cancel.cancel();
        }
        let drain = self.core.settings().drain;
        if !self.runners_end_within(drain).await {
            tracing::warn!(
                "calls under way are given up; who was asked is asked again at the next start"
            );
            self.core.give_up_calls();
            if !self.runners_end_within(GIVING_UP).await {
                self.runners.shutdown().await;
            }
        }
        // Whoever was at work has booked what it gave up; what could not be booked there is booked here, or, where the store
        // takes no writes, at the next start.
        if let Err(error) = self.core.book_given_up(&self.shared.caller).await {
            tracing::warn!(%error, "what was given up is booked at the next start");
        }
    }

    /// Waits for all runners; says whether they have ended in that time.
    async fn runners_end_within(&mut self, time: Duration) -> bool {
        tokio::time::timeout(time, async {
            while let Some(joined) = self.runners.join_next().await {
                if let Err(error) = joined {
                    tracing::error!(%error, "a runner ended unexpectedly");
                }
            }
        })
        .await
        .is_ok()
    }
}

/// The same error with what it kept from being done.
fn because(what: &str, error: ApiError) -> ApiError {
    ApiError { message: format!("{what}: {}", error.message), ..error }
}

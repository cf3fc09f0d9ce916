//! The driver of webhooks: it sends what is due, up to four requests at a time to each endpoint, and tells the use cases
//! what came of each. An endpoint that does not reply holds up nobody but itself. After a kill it begins anew with what
//! the store says: a delivery is lost never, and sent twice at most where its reply was not recorded.

mod client;
mod render;
mod resolve;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures::FutureExt as _;
use tokio::task::{Id, JoinSet};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::app::{Attempted, Caller, Core, Enlisted, Looked, MostUnderWay, OutgoingHook};
use crate::domain::deliver::AttemptResult;

use super::drivers::Drivers;
use super::steady::TimeLook;
use client::HookClient;

/// Requests that are under way.
const MOST_UNDER_WAY: MostUnderWay = MostUnderWay { of_endpoint: 4, in_all: 512 };
/// Between two looks while nothing waits.
const PERIOD: Duration = Duration::from_mins(1);
/// Between two looks for what is kept long enough.
const PRUNING: Duration = Duration::from_hours(1);
/// The wait after trouble.
const TROUBLE: Duration = Duration::from_secs(2);

/// Starts it.
pub(super) fn start(drivers: &mut Drivers) {
    drivers.drive("deliveries", PERIOD, drive);
    let never = crate::world::Wake::default();
    let look = TimeLook::default();
    drivers.periodic("kept deliveries", PRUNING, &never, move |core, caller| {
        let is_steady = look.is_steady(&*core.world().clock);
        async move {
            if !is_steady {
                core.settle_deliveries(&caller).await?;
                return Ok(None);
            }
            let pruned = core.prune_deliveries(&caller).await?;
            Ok((pruned > 0).then(|| format!("{pruned} old deliveries removed")))
        }
    });
}

/// The deliveries under way.
#[derive(Default)]
struct HooksUnderWay {
    sending: JoinSet<()>,
    /// What each task sends: a task that fails says nothing itself.
    tasks: HashMap<Id, (u64, Uuid)>,
    of_endpoints: BTreeMap<Uuid, BTreeSet<u64>>,
}

impl HooksUnderWay {
    fn begin(&mut self, key: (u64, Uuid), send: impl Future<Output = ()> + Send + 'static) {
        self.of_endpoints.entry(key.1).or_default().insert(key.0);
        self.tasks.insert(self.sending.spawn(send).id(), key);
    }

    /// Waits until some have ended, and forgets all that have; nothing happens while none is under way.
    async fn some_ended(&mut self) {
        let Some(first) = self.sending.join_next_with_id().await else {
            return std::future::pending().await;
        };
        let mut ended = Some(first);
        while let Some(one) = ended {
            let task = match one {
                Ok((task, ())) => task,
                Err(error) => {
                    tracing::error!(%error, "a delivery failed inside; it is sent again");
                    error.id()
                }
            };
            self.end(task);
            ended = self.sending.try_join_next_with_id();
        }
    }

    fn end(&mut self, task: Id) {
        let Some((seq, endpoint)) = self.tasks.remove(&task) else { return };
        if let Some(of_endpoint) = self.of_endpoints.get_mut(&endpoint) {
            of_endpoint.remove(&seq);
            if of_endpoint.is_empty() {
                self.of_endpoints.remove(&endpoint);
            }
        }
    }
}

async fn drive(core: Core, caller: Caller, enlisted: Enlisted, stop: CancellationToken) {
    let client = match HookClient::new() {
        Ok(client) => client,
        Err(why) => {
            enlisted.note(Err(why));
            return;
        }
    };
    // Subscribed before the first look, so that what becomes due between a look and a wait is not slept through.
    let mut due = core.delivering().waiter();
    let mut under_way = HooksUnderWay::default();
    loop {
        let busy = under_way.of_endpoints.clone();
        let begun = core.begin_deliveries(&caller, busy, MOST_UNDER_WAY, render::render).await;
        let (looked, wait): (Looked, Duration) = match begun {
            Ok(begun) => {
                let told = match begun.calls.len() {
                    0 => None,
                    count => Some(format!("{count} sent")),
                };
                for call in begun.calls {
                    let (core, caller) = (core.clone(), caller.clone());
                    under_way.begin(call.key, send(core, caller, client.clone(), call));
                }
                (Ok(told), begun.next.unwrap_or(PERIOD).min(PERIOD))
            }
            Err(error) => (Err(error), TROUBLE),
        };
        enlisted.note(looked);
        tokio::select! {
            // What is under way is sent again by the next start, under the same id.
            () = stop.cancelled() => return,
            () = due.wait() => {}
            () = under_way.some_ended() => {}
            () = tokio::time::sleep(wait) => {}
        }
    }
}

/// Sends one delivery and records what came of it, as long as the store does not take it.
async fn send(core: Core, caller: Caller, client: HookClient, call: OutgoingHook) {
    let key = call.key;
    let (at, began) = (core.world().clock.now(), core.world().clock.monotonic());
    let sent = AssertUnwindSafe(client.send(&call, at)).catch_unwind().await;
    let (result, reply) = sent.unwrap_or_else(|_| {
        (AttemptResult::NoReply("sending failed inside".to_owned()), String::new())
    });
    let took = core.world().clock.monotonic().saturating_sub(began);
    let attempted = Attempted { at, took, result, reply };
    while let Err(error) = core.attempted(&caller, key, attempted.clone()).await {
        tracing::warn!(%error, "what came of a delivery cannot be recorded yet");
        tokio::time::sleep(TROUBLE).await;
    }
}

#[cfg(test)]
mod tests;

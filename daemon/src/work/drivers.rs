//! The drivers: the scheduler and the periodic upkeep, each a task with a name in the list that the daemon's status
//! shows. They start together and stop together; a step that panics counts as failed, and its driver continues.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures::FutureExt as _;
use protocol::error::{ApiError, ErrorCode};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::app::{Caller, Core, Enlisted, Looked};
use crate::world::Wake;

use super::{deliver, hooks_in, scheduler, upkeep, watch};

/// All drivers at work.
#[derive(Debug)]
pub(crate) struct Drivers {
    core: Core,
    stop: CancellationToken,
    tasks: Vec<(&'static str, JoinHandle<()>)>,
}

impl Drivers {
    /// Starts all of them: unfinished studies go on at once.
    pub(crate) fn start(core: Core) -> Self {
        let mut drivers = Self::none(core);
        scheduler::start(&mut drivers);
        upkeep::start(&mut drivers);
        watch::start(&mut drivers);
        deliver::start(&mut drivers);
        hooks_in::start(&mut drivers);
        drivers
    }

    pub(super) fn none(core: Core) -> Self {
        Self { core, stop: CancellationToken::new(), tasks: Vec::new() }
    }

    /// What they work on.
    pub(super) fn core(&self) -> &Core {
        &self.core
    }

    /// Starts a driver with a loop of its own, which calls use cases as the driver of that name, notes the outcome of each
    /// look and ends once it is told to stop.
    pub(super) fn drive<F: Future<Output = ()> + Send + 'static>(
        &mut self,
        name: &'static str,
        period: Duration,
        drive: impl FnOnce(Core, Caller, Enlisted, CancellationToken) -> F,
    ) {
        let enlisted = self.core.enlist(name, period);
        let caller = Caller::driver(name);
        let task = tokio::spawn(drive(self.core.clone(), caller, enlisted, self.stop.clone()));
        self.tasks.push((name, task));
    }

    /// Starts a driver that runs a step at once, and again after each period or signal. Stopping waits for no step: each is
    /// whole by itself, or begun again by the next.
    pub(super) fn periodic<F: Future<Output = Looked> + Send + 'static>(
        &mut self,
        name: &'static str,
        period: Duration,
        due: &Wake,
        step: impl Fn(Core, Caller) -> F + Send + 'static,
    ) {
        let mut due = due.waiter();
        self.drive(name, period, |core, caller, enlisted, stop| async move {
            loop {
                let run = step(core.clone(), caller.clone());
                let looked = tokio::select! {
                    () = stop.cancelled() => return,
                    looked = AssertUnwindSafe(run).catch_unwind() => looked,
                };
                enlisted.note(looked.unwrap_or_else(|_| {
                    let what = "The driver's step panicked; the log says where";
                    Err(ApiError::new(ErrorCode::Internal, what))
                }));
                tokio::select! {
                    () = stop.cancelled() => return,
                    () = due.wait() => {}
                    () = tokio::time::sleep(period) => {}
                }
            }
        });
    }

    /// Asks nobody else, records what is in flight (for as long as the settings allow) and ends all drivers. Whatever is left is
    /// asked at the next start.
    pub(crate) async fn stop(self) {
        self.stop.cancel();
        for (driver, task) in self.tasks {
            if let Err(error) = task.await {
                tracing::error!(driver, %error, "a driver ended unexpectedly");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use protocol::service::{DriverOutcome, DriverStatus};
    use tokio::sync::mpsc;

    use super::*;
    use crate::app::testing::{Disk, everyone_answers, me, options, settings, world};

    const HOUR: Duration = Duration::from_hours(1);

    fn core(disk: &Disk) -> Core {
        let settings = settings(1_000, everyone_answers());
        Core::open_with(world().0, disk.storage(), settings, options()).unwrap()
    }

    async fn list(core: &Core) -> Vec<DriverStatus> {
        core.drivers(&me()).await.unwrap()
    }

    /// Why the first driver failed when it looked last; none where it did not.
    async fn trouble(core: &Core) -> Option<String> {
        match list(core).await.remove(0).last.unwrap().outcome {
            DriverOutcome::Error { what } => Some(what),
            DriverOutcome::Ok { .. } => None,
        }
    }

    #[tokio::test]
    async fn a_step_that_fails_runs_again_when_due_and_after_its_period_until_it_is_stopped() {
        let core = core(&Disk::default());
        for (period, is_due, panics) in
            [(HOUR, true, false), (Duration::from_millis(1), false, false), (HOUR, true, true)]
        {
            let due = Wake::default();
            let (ran, mut runs) = mpsc::channel(8);
            let step = move |core: Core, caller: Caller| {
                let _sent = ran.try_send(());
                async move {
                    assert_eq!(caller, Caller::driver("test"));
                    assert!(!panics, "as told");
                    core.find(&me(), "no such study").await.map(|_| None)
                }
            };
            let mut drivers = Drivers::none(core.clone());
            drivers.periodic("test", period, &due, step);
            for run in 0..3 {
                runs.recv().await.unwrap();
                let last = list(&core).await.remove(0).last;
                assert!(run == 0 || last.is_some(), "noted before the next run");
                if is_due {
                    due.signal();
                }
            }
            drivers.stop().await;
            let why = trouble(&core).await.unwrap();
            assert_eq!(why.contains("panicked"), panics, "{why}");
        }
        core.close();
    }

    #[tokio::test]
    async fn all_drivers_are_in_the_list_and_the_scheduler_fails_while_the_store_takes_no_writes() {
        let disk = Disk::default();
        let core = core(&disk);
        Drivers::start(core.clone()).stop().await;
        // Upkeep may be stopped before its first step has ended.
        let periods: Vec<(String, u64)> =
            list(&core).await.into_iter().map(|one| (one.name, one.period_seconds)).collect();
        let all = [
            ("scheduler", 60),
            ("folding", 3600),
            ("erasure", 60),
            ("watch", 180),
            ("deliveries", 60),
            ("kept deliveries", 3600),
            ("hooks in", 60),
            ("remembered hooks", 3600),
        ];
        assert_eq!(periods, all.map(|(name, period)| (name.to_owned(), period)));
        assert_eq!(trouble(&core).await, None);
        disk.fail_after(0);
        core.grant(&me(), protocol::credits::Credits(1)).await.unwrap_err();
        assert!(core.store().degraded().is_some());
        Drivers::start(core.clone()).stop().await;
        let why = trouble(&core).await.unwrap();
        assert!(why.contains("takes no writes"), "{why}");
        disk.heal();
        core.store().retry().unwrap();
        core.grant(&me(), protocol::credits::Credits(1)).await.unwrap();
        Drivers::start(core.clone()).stop().await;
        assert_eq!(trouble(&core).await, None);
        core.close();
    }
}

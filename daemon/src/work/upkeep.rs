//! Periodic upkeep of the store: the daily backup, folding of old events, and removal of the rows of deleted studies. Each
//! looks at the start and again after its period for what is due, so that an end in between loses nothing.

use std::time::Duration;

use protocol::service::Reply;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::app::Core;
use crate::world::Wake;

/// The period of what depends on the day.
const HOUR: Duration = Duration::from_hours(1);
/// The period of the erasure without a signal, and after trouble.
const MINUTE: Duration = Duration::from_mins(1);

/// Starts all of it.
pub(super) fn start(core: &Core, stop: &CancellationToken) -> JoinSet<()> {
    let mut tasks = JoinSet::new();
    let never = Wake::default();
    if core.settings().backups.is_some() && core.settings().backups_daily {
        tasks.spawn(periodic("backup", HOUR, never.clone(), core.clone(), stop.clone(), back_up));
    }
    tasks.spawn(periodic("folding", HOUR, never, core.clone(), stop.clone(), fold));
    let due = core.erasing().clone();
    tasks.spawn(periodic("erasure", MINUTE, due, core.clone(), stop.clone(), erase));
    tasks
}

/// Runs a step at once, and again after each period or signal, until it is stopped. Stopping waits for no step: each is
/// whole by itself, or begun again by the next.
async fn periodic<F: Future<Output = Reply<()>>>(
    name: &'static str,
    every: Duration,
    due: Wake,
    core: Core,
    stop: CancellationToken,
    step: impl Fn(Core) -> F,
) {
    let mut due = due.waiter();
    loop {
        let done = tokio::select! {
            () = stop.cancelled() => return,
            done = step(core.clone()) => done,
        };
        if let Err(error) = done {
            tracing::warn!(%error, "{name} failed and will be tried again");
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = due.wait() => {}
            () = tokio::time::sleep(every) => {}
        }
    }
}

async fn back_up(core: Core) -> Reply<()> {
    if let Some(path) = core.backup_daily().await? {
        tracing::info!(path = %path.display(), "backed up");
    }
    Ok(())
}

async fn fold(core: Core) -> Reply<()> {
    let folded = core.fold_events().await?;
    if folded > 0 {
        tracing::info!(folded, "old events were folded");
    }
    Ok(())
}

async fn erase(core: Core) -> Reply<()> {
    core.erase().await
}

#[cfg(test)]
mod tests {
    use tokio::sync::mpsc;

    use super::*;
    use crate::app::testing::{Disk, everyone_answers, me, options, settings, world};

    #[tokio::test]
    async fn a_step_that_fails_runs_again_when_due_and_after_its_period_until_it_is_stopped() {
        let settings = settings(1_000, everyone_answers());
        let storage = Disk::default().storage();
        let core = Core::open_with(world().0, storage, settings, options()).unwrap();
        for (every, is_due) in [(HOUR, true), (Duration::from_millis(1), false)] {
            let (stop, due) = (CancellationToken::new(), Wake::default());
            let (ran, mut runs) = mpsc::channel(8);
            let step = move |core: Core| {
                let _sent = ran.try_send(());
                async move { core.find(&me(), "no such study").await.map(drop) }
            };
            let run = periodic("test", every, due.clone(), core.clone(), stop.clone(), step);
            let task = tokio::spawn(run);
            for _ in 0..3 {
                runs.recv().await.unwrap();
                if is_due {
                    due.signal();
                }
            }
            stop.cancel();
            task.await.unwrap();
        }
    }
}

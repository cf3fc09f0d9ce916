//! The driver of watched files: it hears of changes, waits until a file is quiet, reads it and hands its text to the use
//! case that evaluates it. It looks at everything when it starts, when messages were lost, and every few minutes, since
//! network drives tell nothing; where the system listens to no more folders, it looks every few seconds and says so.

mod asked;
mod ears;
mod looker;
mod read;
mod scan;

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::app::{Caller, Core, Enlisted, Looked};

pub(super) use asked::evaluate;

use super::drivers::Drivers;
use ears::SystemEars;
use looker::Looker;

/// Looks at everything again after this long.
const RESCAN: Duration = Duration::from_mins(3);
/// The same where changes are not heard of.
const POLL: Duration = Duration::from_secs(2);

/// Starts it.
pub(super) fn start(drivers: &mut Drivers) {
    drivers.drive("watch", RESCAN, drive);
}

async fn drive(core: Core, caller: Caller, enlisted: Enlisted, stop: CancellationToken) {
    let (ears, mut heard, lost) = SystemEars::open();
    let mut looker = Looker::new(core.clone(), caller, ears);
    let (mut changed, mut lost) = (core.watching().waiter(), lost.waiter());
    loop {
        // Stopping waits for no look: each file is evaluated by itself, and the next start looks at everything.
        let mut looked: Looked = tokio::select! {
            () = stop.cancelled() => return,
            looked = looker.look_at_everything() => looked,
        };
        let rescan = tokio::time::sleep(if looker.is_deaf() { POLL } else { RESCAN });
        let mut rescan = std::pin::pin!(rescan);
        loop {
            enlisted.note(looked);
            let quiet = looker.quiet_in();
            // Nothing is watched: only a new watch is waited for.
            let idles = looker.is_idle();
            tokio::select! {
                () = stop.cancelled() => return,
                () = changed.wait() => break,
                () = lost.wait() => break,
                () = &mut rescan, if !idles => break,
                () = tokio::time::sleep(quiet.unwrap_or_default()), if quiet.is_some() => {
                    looked = tokio::select! {
                        () = stop.cancelled() => return,
                        looked = looker.look_at_quiet() => looked,
                    };
                }
                Some(message) = heard.recv() => {
                    looker.take_in(message);
                    while let Ok(message) = heard.try_recv() {
                        looker.take_in(message);
                    }
                    looked = Ok(None);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;

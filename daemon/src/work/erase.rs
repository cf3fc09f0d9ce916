//! Removes the rows of deleted studies: at the start, where an end came between, and whenever one was deleted whose caller
//! does not wait.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::app::Core;

/// Between two looks without a signal, and after trouble.
const PERIOD: Duration = Duration::from_mins(1);

pub(super) async fn drive(core: Core, stop: CancellationToken) {
    let mut erasing = core.erasing().waiter();
    loop {
        // Each step is whole by itself, so that stopping waits for none beyond the one that is written.
        let erased = tokio::select! {
            () = stop.cancelled() => return,
            erased = core.erase() => erased,
        };
        if let Err(error) = erased {
            tracing::warn!(%error, "rows of deleted studies are still there");
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = erasing.wait() => {}
            () = tokio::time::sleep(PERIOD) => {}
        }
    }
}

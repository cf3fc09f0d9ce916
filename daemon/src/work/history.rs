//! Keeps the history small: looks at the start and once an hour for events that need not be told one by one any more.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::app::Core;

/// Between two looks.
const PERIOD: Duration = Duration::from_hours(1);

pub(super) async fn drive(core: Core, stop: CancellationToken) {
    loop {
        // Each step is whole by itself, so that stopping waits for none beyond the one that is written.
        let folded = tokio::select! {
            () = stop.cancelled() => return,
            folded = core.fold_events() => folded,
        };
        match folded {
            Ok(0) => {}
            Ok(folded) => tracing::info!(folded, "old events were folded"),
            Err(error) => tracing::warn!(%error, "old events were not folded"),
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(PERIOD) => {}
        }
    }
}

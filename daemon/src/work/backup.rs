//! Makes the daily backup: looks at the start and once an hour whether today's exists.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::app::Core;

/// Between two looks.
const PERIOD: Duration = Duration::from_hours(1);

pub(super) async fn drive(core: Core, stop: CancellationToken) {
    if core.settings().backups.is_none() || !core.settings().backups_daily {
        return;
    }
    loop {
        let backing = core.clone();
        // Stopping does not wait for a copy: what there is of it is overwritten by the next.
        let made = tokio::select! {
            () = stop.cancelled() => return,
            made = tokio::task::spawn_blocking(move || backing.backup_daily()) => made,
        };
        match made {
            Ok(Ok(Some(path))) => tracing::info!(path = %path.display(), "backed up"),
            Ok(Ok(None)) => {}
            Ok(Err(error)) => tracing::warn!(%error, "today's backup was not made"),
            Err(error) => tracing::warn!(%error, "today's backup was not made"),
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(PERIOD) => {}
        }
    }
}

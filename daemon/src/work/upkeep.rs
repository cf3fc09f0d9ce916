//! Periodic upkeep of the store: the daily backup, the folding of old events, and the removal of the rows of deleted
//! studies. Each checks at the start and again after its period for what is due, so that an interruption loses nothing; events are
//! folded only by a time of day that can be believed.

use std::time::Duration;

use crate::app::{Caller, Core, Looked};
use crate::world::Wake;

use super::drivers::Drivers;
use super::steady::TimeLook;

/// The period of what depends on the day.
const HOUR: Duration = Duration::from_hours(1);
/// The period of the erasure without a signal, and after trouble.
const MINUTE: Duration = Duration::from_mins(1);

/// Starts all of it.
pub(super) fn start(drivers: &mut Drivers) {
    let never = Wake::default();
    let settings = drivers.core().settings();
    if settings.backups.is_some() && settings.backups_daily {
        drivers.periodic("backup", HOUR, &never, back_up);
    }
    let look = TimeLook::default();
    drivers.periodic("folding", HOUR, &never, move |core, caller| {
        let is_steady = look.is_steady(&*core.world().clock);
        async move { if is_steady { fold(core, caller).await } else { Ok(None) } }
    });
    let due = drivers.core().erasing().clone();
    drivers.periodic("erasure", MINUTE, &due, erase);
}

async fn back_up(core: Core, caller: Caller) -> Looked {
    let made = core.backup_daily(&caller).await?;
    Ok(made.map(|path| {
        tracing::info!(path = %path.display(), "backed up");
        format!("backed up to {}", path.display())
    }))
}

async fn fold(core: Core, caller: Caller) -> Looked {
    let folded = core.fold_events(&caller).await?;
    Ok((folded > 0).then(|| {
        tracing::info!(folded, "old events were folded");
        format!("{folded} old events folded")
    }))
}

async fn erase(core: Core, caller: Caller) -> Looked {
    core.erase(&caller).await.map(|()| None)
}

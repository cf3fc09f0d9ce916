//! The driver of hooks that came in: it does for each what its source declares, and notes what became of it. What is
//! interrupted is begun again; the use cases see to it that nothing is done twice, and that what cannot be done for a while
//! lets others go first.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures::FutureExt as _;
use protocol::error::{ApiError, ErrorCode};
use protocol::service::Reply;

use crate::app::{Caller, Core, HookOutcome, HookWork, Looked, PendingHook};

use super::drivers::Drivers;
use super::steady::TimeLook;
use super::{import, watch};

/// Between two looks without a signal.
const PERIOD: Duration = Duration::from_mins(1);
/// Between two looks for hooks that are remembered long enough.
const FORGETTING: Duration = Duration::from_hours(1);

/// Starts it.
pub(super) fn start(drivers: &mut Drivers) {
    let due = drivers.core().receiving().clone();
    drivers.periodic("hooks in", PERIOD, &due, act);
    let never = crate::world::Wake::default();
    let look = TimeLook::default();
    drivers.periodic("remembered hooks", FORGETTING, &never, move |core, caller| {
        let is_steady = look.is_steady(&*core.world().clock);
        async move {
            // What is forgotten by a wrong time could be sent again and be acted on twice.
            if !is_steady {
                return Ok(None);
            }
            let forgotten = core.forget_hooks(&caller).await?;
            Ok((forgotten > 0).then(|| format!("{forgotten} old hooks forgotten")))
        }
    });
}

pub(super) async fn act(core: Core, caller: Caller) -> Looked {
    let (mut done, mut trouble) = (0_u64, None);
    loop {
        let pending = core.pending_hooks(&caller).await?;
        if pending.is_empty() {
            break;
        }
        for PendingHook { key, work } in pending {
            // One hook stops no other, also where acting on it panics.
            let outcome = AssertUnwindSafe(one(&core, &caller, &key, work)).catch_unwind().await;
            let outcome = outcome.unwrap_or_else(|_| {
                let what = "The daemon failed at this hook; the log says where";
                Err(ApiError::new(ErrorCode::Internal, what))
            });
            match outcome {
                Ok(outcome) => {
                    core.hook_done(&caller, &key, outcome).await?;
                    done = done.saturating_add(1);
                }
                Err(error) => {
                    core.hook_postponed(&caller, &key, &error).await?;
                    trouble = Some(error);
                }
            }
        }
    }
    match trouble {
        Some(error) => Err(error),
        None => Ok((done > 0).then(|| format!("{done} hooks acted on"))),
    }
}

/// Does what one hook asks for.
async fn one(core: &Core, caller: &Caller, key: &str, work: HookWork) -> Reply<HookOutcome> {
    match work {
        HookWork::Evaluate { watch, path, hops } => {
            watch::evaluate(core, caller, watch, &path, hops).await
        }
        HookWork::Submit => core.submit_hook(caller, key).await,
        HookWork::Import { kind, from, body } => {
            import::import(core, caller, key, kind, from, &body).await
        }
        HookWork::Nothing(why) => Ok(HookOutcome::failed(why)),
    }
}

//! Waiting for leave to make a call: a place among those that may be under way, and a turn at the engine's door.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::Calls;
use super::sitting::Prepared;
use crate::inference::model::{ModelEngine, Pass};

/// All studies weigh the same at an engine's door.
const WEIGHT: u32 = 1;

/// What a turn needs to know, apart from what the round changes meanwhile.
pub(super) struct Study {
    pub(super) engine: Arc<ModelEngine>,
    pub(super) clock: Arc<dyn crate::world::Clock>,
    pub(super) number: u32,
}

impl Study {
    pub(super) fn of(calls: &Calls) -> Self {
        Self {
            engine: Arc::clone(&calls.engine),
            clock: Arc::clone(&calls.core.world().clock),
            number: calls.number,
        }
    }
}

/// A place and a turn at the door for a call that is ready; without one, none ever comes. While the study waits for a
/// place of its own it wants no turn, so that others go ahead.
pub(super) async fn turn(
    engine: &Arc<ModelEngine>,
    clock: &Arc<dyn crate::world::Clock>,
    number: u32,
    prepared: Option<&Prepared>,
    places: &Arc<Semaphore>,
) -> Result<(Pass, Option<OwnedSemaphorePermit>), String> {
    let Some(prepared) = prepared else { return std::future::pending().await };
    let place = match Arc::clone(places).try_acquire_owned() {
        _ if prepared.sitting.place.is_some() => None,
        Ok(place) => Some(place),
        Err(_) => {
            engine.pass(number);
            // It is closed by nobody while it is awaited here.
            Arc::clone(places).acquire_owned().await.ok()
        }
    };
    let pass = engine.admit(clock, number, WEIGHT, &prepared.ready).await?;
    Ok((pass, place))
}

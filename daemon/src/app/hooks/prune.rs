//! What is kept of deliveries: those that were taken for a week, those that were given up for a month. What was to go to
//! an endpoint that is removed, or whose receiver wants no more, is given up, and the endpoint of an address that only
//! studies named goes once nobody is to be told of anything there. All of it is looked for beside the writer and goes in
//! steps of bounded size, which can be begun again.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use jiff::{SignedDuration, Timestamp};
use protocol::hook::DeliveryState;
use protocol::service::Reply;
use serde::Deserialize;
use uuid::Uuid;

use crate::app::caller::in_mark;
use crate::app::hooks::deliver::{DeliveryKey, give_up};
use crate::app::hooks::endpoints::{is_paused_by_owner, rows};
use crate::app::{Caller, Core, Scope};
use crate::domain::deliver::KEPT_DAYS;
use crate::store::rows::{
    DeliveryRow, DueRow, EndpointRow, EndpointStanding, StudyRow, Unfinished,
};
use crate::store::{Fault, Order, Reader, Writes};

/// Days for which deliveries that were taken are kept.
const TAKEN_DAYS: i64 = 7;
/// Rows that one transaction changes.
const STEP: usize = 500;

impl Core {
    /// Gives up what goes nowhere any more, and removes the endpoints of studies that have nothing left to tell.
    pub(crate) async fn settle_deliveries(&self, caller: &Caller) -> Reply<()> {
        caller.may(Scope::Work)?;
        self.give_up_undeliverable().await?;
        self.remove_idle_endpoints(caller).await
    }

    /// The same, and removes deliveries that are over since long; says how many.
    pub(crate) async fn prune_deliveries(&self, caller: &Caller) -> Reply<u64> {
        self.settle_deliveries(caller).await?;
        let now = self.world().clock.now();
        let old = self.view(caller, move |_, reader, _| Ok(too_old(reader, now)?)).await?;
        let count = u64::try_from(old.len()).unwrap_or(u64::MAX);
        for some in old.chunks(STEP) {
            let some = some.to_vec();
            self.store()
                .write(move |reader| {
                    let mut writes = Writes::at(now);
                    for key in some {
                        // Looked at again: it may have been sent once more meanwhile.
                        if reader.get::<DeliveryRow>(&key)?.is_some_and(|row| is_old(&row, now)) {
                            writes.remove::<DeliveryRow>(&key);
                        }
                    }
                    Ok(((), writes))
                })
                .await?;
            self.tallies().changed();
        }
        Ok(count)
    }

    /// Removes the endpoints of addresses that only studies named, where all of those ended and everything was delivered.
    /// While something is kept that was given up, they stay, so that it can be sent again; so do those that
    /// their owner paused.
    async fn remove_idle_endpoints(&self, caller: &Caller) -> Reply<()> {
        let now = self.world().clock.now();
        let idle = self.view(caller, |_, reader, _| Ok(idle(reader)?)).await?;
        for some in idle.chunks(STEP) {
            let some = some.to_vec();
            self.store()
                .write(move |reader| {
                    let mut writes = Writes::at(now);
                    let named = named_by_unfinished(reader)?;
                    for id in some {
                        // Looked at again: a study may name it by now, or have ended.
                        if let Some(row) = reader.get::<EndpointRow>(&id)?
                            && is_idle(reader, id, &row, &named)?
                        {
                            writes.remove::<EndpointRow>(&id);
                        }
                    }
                    Ok(((), writes))
                })
                .await?;
        }
        Ok(())
    }

    /// Gives up what was to go to endpoints that are removed, or whose receivers want no more: resumed, such an endpoint can
    /// be sent it again.
    pub(in crate::app) async fn give_up_undeliverable(&self) -> Reply<()> {
        let now = self.world().clock.now();
        loop {
            let undeliverable =
                self.looking(|core| core.look(|reader| Ok(undeliverable(reader)?))).await?;
            if undeliverable.is_empty() {
                return Ok(());
            }
            self.store()
                .write(move |reader| {
                    let mut writes = Writes::at(now);
                    for (id, due, seq) in undeliverable {
                        // It may have been resumed, or given up by others meanwhile.
                        let Some(why) = why_undeliverable(reader, id)? else { continue };
                        if reader.get::<DueRow>(&(id, due, seq))?.is_none() {
                            continue;
                        }
                        writes.remove::<DueRow>(&(id, due, seq));
                        if let Some(row) = reader.get::<DeliveryRow>(&(seq, id))? {
                            give_up(&mut writes, (seq, id), row, why);
                        }
                    }
                    Ok(((), writes))
                })
                .await?;
            self.tallies().changed();
        }
    }
}

/// The addresses that unfinished studies name, each with the owner of its study.
fn named_by_unfinished(reader: &Reader<'_>) -> Result<BTreeSet<(String, String)>, Fault> {
    let mut named = BTreeSet::new();
    reader.keys::<Unfinished>(&0, &u32::MAX, |number| {
        if let Some(NamingStudy { owner, spec }) = reader.part::<StudyRow, _>(&number)?
            && let Some(url) = spec.webhook
        {
            named.insert((in_mark(owner).unwrap_or_default(), url));
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(named)
}

/// What of a study says which address it names.
#[derive(Deserialize)]
struct NamingStudy {
    owner: String,
    spec: NamingSpec,
}

#[derive(Deserialize)]
struct NamingSpec {
    #[serde(default)]
    webhook: Option<String>,
}

/// Whether nobody is to be told of anything at an endpoint that only studies name.
fn is_idle(
    reader: &Reader<'_>,
    id: Uuid,
    row: &EndpointRow,
    named: &BTreeSet<(String, String)>,
) -> Result<bool, Fault> {
    let owner = in_mark(row.owner.clone()).unwrap_or_default();
    if !row.of_studies || is_paused_by_owner(row) || named.contains(&(owner, row.url.clone())) {
        return Ok(false);
    }
    let mut is_due = false;
    reader.keys::<DueRow>(&(id, 0, 0), &(id, u64::MAX, u64::MAX), |_| {
        is_due = true;
        Ok(ControlFlow::Break(()))
    })?;
    Ok(!is_due)
}

/// The endpoints that only studies name, where nobody is to be told of anything and nothing is kept to be sent again.
fn idle(reader: &Reader<'_>) -> Result<Vec<Uuid>, Fault> {
    let named = named_by_unfinished(reader)?;
    let mut idle = BTreeSet::new();
    for (id, row) in rows(reader)? {
        if is_idle(reader, id, &row, &named)? {
            idle.insert(id);
        }
    }
    if !idle.is_empty() {
        reader.newest_parts::<DeliveryRow, KeptDelivery>(|(_, id), row| {
            if row.state == DeliveryState::Dead {
                idle.remove(&id);
            }
            let is_over = idle.is_empty();
            Ok(if is_over { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        })?;
    }
    Ok(idle.into_iter().collect())
}

/// What of a delivery says whether it can be sent again.
#[derive(Deserialize)]
struct KeptDelivery {
    state: DeliveryState,
}

fn is_old(row: &DeliveryRow, now: Timestamp) -> bool {
    let days = match row.state {
        DeliveryState::Pending => return false,
        DeliveryState::Delivered => TAKEN_DAYS,
        DeliveryState::Dead => KEPT_DAYS,
    };
    let limit = now.checked_sub(SignedDuration::from_hours(24 * days)).unwrap_or(Timestamp::MIN);
    row.ended_at.is_some_and(|at| at < limit)
}

fn too_old(reader: &Reader<'_>, now: Timestamp) -> Result<Vec<DeliveryKey>, Fault> {
    let recent = now.checked_sub(SignedDuration::from_hours(24 * TAKEN_DAYS));
    let recent = recent.unwrap_or(Timestamp::MIN);
    let mut old = Vec::new();
    reader.all::<DeliveryRow>(Order::Rising, |key, row| {
        // Events are in the order of time, and none ends before it begins; but for those of a clock that was ahead.
        if row.at > recent && row.at <= now {
            return Ok(ControlFlow::Break(()));
        }
        if is_old(&row, now) {
            old.push(key);
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(old)
}

/// Why nothing is sent to an endpoint ever again by itself; none where it is, or its owner only paused it.
fn why_undeliverable(reader: &Reader<'_>, id: Uuid) -> Result<Option<String>, Fault> {
    Ok(match reader.get::<EndpointRow>(&id)? {
        None => Some("the endpoint was removed".to_owned()),
        Some(row) if is_paused_by_owner(&row) => None,
        Some(row) => match row.standing {
            EndpointStanding::Paused { why } => Some(why),
            EndpointStanding::Healthy | EndpointStanding::Failing { .. } => None,
        },
    })
}

/// What is due at endpoints to which nothing is sent any more, at most one step of it.
fn undeliverable(reader: &Reader<'_>) -> Result<Vec<(Uuid, u64, u64)>, Fault> {
    let mut found = Vec::new();
    let mut known: Option<(Uuid, bool)> = None;
    let (first, last) = ((Uuid::nil(), 0, 0), (Uuid::max(), u64::MAX, u64::MAX));
    reader.keys::<DueRow>(&first, &last, |key| {
        let is_meant = match known {
            Some((id, is_meant)) if id == key.0 => is_meant,
            _ => why_undeliverable(reader, key.0)?.is_some(),
        };
        known = Some((key.0, is_meant));
        if is_meant {
            found.push(key);
        }
        let is_over = found.len() >= STEP;
        Ok(if is_over { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    })?;
    Ok(found)
}

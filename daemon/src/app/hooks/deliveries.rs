//! The log of deliveries: listed newest first, looked at with what is sent, and sent again on request under the same id.

use std::ops::ControlFlow;

use protocol::error::{ApiError, ErrorCode};
use protocol::event::Event;
use protocol::hook::{Delivery, DeliveryDetail, DeliveryQuery, DeliveryState};
use protocol::service::{Page, Reply};
use uuid::Uuid;

use crate::app::hooks::deliver::DeliveryKey;
use crate::app::hooks::endpoints::{is_paused, named};
use crate::app::{Caller, Core, Scope};
use crate::store::rows::{DeliveryRow, DueRow, EndpointRow, EndpointStanding};
use crate::store::{Fault, Order, Reader, UseCaseError, Writes};

/// Most deliveries on one page.
const PAGE_MAX: u32 = 200;
/// Most bytes of a body that are shown.
const BODY_SHOWN: usize = 64 * 1024;

impl Core {
    /// Deliveries, newest first.
    pub(crate) async fn deliveries(
        &self,
        caller: &Caller,
        query: DeliveryQuery,
    ) -> Reply<Page<Delivery>> {
        caller.in_person(Scope::Read)?;
        let DeliveryQuery { endpoint, state, offset, limit } = query;
        let limit = limit.clamp(1, PAGE_MAX);
        self.view(caller, move |_, reader, _| {
            let endpoint = endpoint.map(|name| of_endpoint(reader, &name)).transpose()?;
            let (mut items, mut seen, mut more) = (Vec::new(), 0_u32, false);
            reader.all::<DeliveryRow>(Order::Falling, |key, row| {
                let is_meant = endpoint.is_none_or(|endpoint| endpoint == key.1)
                    && state.is_none_or(|state| state == row.state);
                if !is_meant {
                    return Ok(ControlFlow::Continue(()));
                }
                seen = seen.saturating_add(1);
                if seen > offset.saturating_add(limit) {
                    more = true;
                    return Ok(ControlFlow::Break(()));
                }
                if seen > offset {
                    items.push((key, row));
                }
                Ok(ControlFlow::Continue(()))
            })?;
            let mut shown = Vec::new();
            for (key, row) in items {
                shown.push(view(reader, key, row)?);
            }
            Ok(Page { items: shown, next: more.then(|| offset.saturating_add(limit)) })
        })
        .await
    }

    /// One delivery with what is sent, by the beginning of its id.
    pub(crate) async fn delivery(&self, caller: &Caller, id: &str) -> Reply<DeliveryDetail> {
        caller.in_person(Scope::Read)?;
        let id = id.to_owned();
        self.view(caller, move |_, reader, _| {
            let (key, row) = by_id(reader, &id)?;
            let body = row.body.as_ref().map(|body| {
                let end = body.text.floor_char_boundary(BODY_SHOWN);
                body.text.get(..end).unwrap_or_default().to_owned()
            });
            Ok(DeliveryDetail { delivery: view(reader, key, row)?, body })
        })
        .await
    }

    /// Sends a delivery that is over once more, with as many attempts as a new one.
    pub(crate) async fn redeliver(&self, caller: &Caller, id: &str) -> Reply<Delivery> {
        caller.in_person(Scope::Write)?;
        let id = id.to_owned();
        let now = self.world().clock.now();
        // The whole log may have to be looked through for it, which holds up no write.
        let looked = id.clone();
        let key = self.view(caller, move |_, reader, _| Ok(by_id(reader, &looked)?.0)).await?;
        let again = self
            .store()
            .write(move |reader| {
                let row = reader.get::<DeliveryRow>(&key)?;
                let mut row = row.ok_or_else(|| unknown(&id))?;
                if row.state == DeliveryState::Pending {
                    return Err(ApiError::new(ErrorCode::Conflict, "It is still to be sent")
                        .hint("Wait for its next attempt; `demoscope hooks deliveries` says when")
                        .into());
                }
                match reader.get::<EndpointRow>(&key.1)?.map(|endpoint| endpoint.standing) {
                    None => {
                        let what = "The endpoint was removed, so nothing is sent to it";
                        return Err(ApiError::new(ErrorCode::Conflict, what)
                            .hint("Add it again; what happens from then on is sent")
                            .into());
                    }
                    Some(EndpointStanding::Paused { why }) => {
                        return Err(is_paused(key.1, &why).into());
                    }
                    Some(EndpointStanding::Healthy | EndpointStanding::Failing { .. }) => {}
                }
                let due = u64::try_from(now.as_millisecond()).unwrap_or(0);
                (row.state, row.tries, row.due) = (DeliveryState::Pending, 0, Some(due));
                row.ended_at = None;
                let mut writes = Writes::at(now);
                writes.put(&key, &row);
                writes.put(&(key.1, due, key.0), &DueRow {});
                Ok((view(reader, key, row)?, writes))
            })
            .await?;
        self.tallies().changed();
        self.delivering().signal();
        Ok(again)
    }
}

/// The endpoint that is meant, also one that was removed, by its whole id.
fn of_endpoint(reader: &Reader<'_>, name: &str) -> Result<Uuid, UseCaseError> {
    match name.parse() {
        Ok(id) => Ok(id),
        Err(_) => named(reader, name).map(|(id, _)| id),
    }
}

/// The delivery whose id begins so; the newest of several of the same id never happens, because ids name their event.
fn by_id(reader: &Reader<'_>, id: &str) -> Result<(DeliveryKey, DeliveryRow), UseCaseError> {
    let wanted = id.trim();
    let bare = wanted.strip_prefix("msg_").unwrap_or(wanted).to_ascii_lowercase();
    let mut found = Vec::new();
    if !bare.is_empty() {
        reader.all::<DeliveryRow>(Order::Falling, |key, row| {
            if row.id.strip_prefix("msg_").is_some_and(|own| own.starts_with(&bare)) {
                found.push((key, row));
            }
            let is_over = found.len() > 1;
            Ok(if is_over { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        })?;
    }
    match (found.pop(), found.pop()) {
        (Some(one), None) => Ok(one),
        (None, _) => Err(unknown(wanted).into()),
        (Some(_), Some(_)) => Err(ApiError::new(
            ErrorCode::AmbiguousId,
            format!("Several deliveries begin with '{}'", protocol::safe::line(wanted)),
        )
        .hint("Give more letters of the id")
        .into()),
    }
}

fn unknown(id: &str) -> ApiError {
    let what = format!("No delivery is called '{}'", protocol::safe::line(id));
    ApiError::new(ErrorCode::NotFound, what)
        .hint("List all of them with `demoscope hooks deliveries`")
}

/// A delivery as clients see it.
fn view(
    reader: &Reader<'_>,
    (seq, endpoint): DeliveryKey,
    row: DeliveryRow,
) -> Result<Delivery, Fault> {
    let study = match row.study {
        Some(_) => reader.get::<Event>(&seq)?.and_then(|event| event.study),
        None => None,
    };
    let next_at = row
        .due
        .and_then(|due| i64::try_from(due).ok())
        .and_then(|due| jiff::Timestamp::from_millisecond(due).ok());
    Ok(Delivery {
        id: row.id,
        endpoint: endpoint.simple().to_string(),
        url: row.url,
        kind: row.kind,
        event: seq,
        at: row.at,
        study,
        state: row.state,
        next_at,
        tries: row.tries_in_all,
        attempts: row.attempts,
    })
}

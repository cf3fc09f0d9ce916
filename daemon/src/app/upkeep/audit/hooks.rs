//! Audit of webhooks: what is due is pending and the other way round, what was taken has a reply that says so, and no
//! delivery is of an event that never happened; and which hooks that came in are to be acted on is told the same twice.

use std::ops::ControlFlow;

use protocol::event::Event;
use protocol::hook::DeliveryState;
use protocol::hook_in::ReceivedState;
use protocol::service::Check;

use crate::store::rows::{DeliveryRow, DueRow, PendingHookRow, ReceivedRow};
use crate::store::{Fault, Order, Reader};

use super::check;

pub(super) fn checks(reader: &Reader<'_>) -> Vec<Check> {
    vec![
        check("hooks.deliveries", of_deliveries(reader)),
        check("hooks.received", of_received(reader)),
    ]
}

fn of_deliveries(reader: &Reader<'_>) -> Result<Result<String, String>, Fault> {
    let last = reader.last_key::<Event>()?.unwrap_or(0);
    let (mut count, mut pending, mut wrong) = (0_u64, 0_u64, None);
    reader.all::<DeliveryRow>(Order::Rising, |(seq, endpoint), row| {
        count = count.saturating_add(1);
        let is_due = match row.due {
            Some(due) => reader.get::<DueRow>(&(endpoint, due, seq))?.is_some(),
            None => false,
        };
        let is_pending = row.state == DeliveryState::Pending;
        pending = pending.saturating_add(u64::from(is_pending));
        let is_taken = row.attempts.last().is_some_and(|last| last.error.is_none());
        let what = if seq > last {
            Some("is of an event that never happened")
        } else if is_pending != is_due {
            Some("is pending and not due, or due and not pending")
        } else if row.state == DeliveryState::Delivered && !is_taken {
            Some("counts as taken without a reply that says so")
        } else if is_pending == row.ended_at.is_some() {
            Some("is pending and over, or neither")
        } else {
            None
        };
        wrong = what.map(|what| format!("delivery {} {what}", row.id));
        Ok(if wrong.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    })?;
    if wrong.is_none() {
        let mut due = 0_u64;
        reader.all::<DueRow>(Order::Rising, |_, _| {
            due = due.saturating_add(1);
            Ok(ControlFlow::Continue(()))
        })?;
        if due != pending {
            wrong = Some(format!("{due} deliveries are due and {pending} are pending"));
        }
    }
    Ok(match wrong {
        Some(wrong) => Err(wrong),
        None => Ok(format!("{count} deliveries, {pending} of them pending")),
    })
}

fn of_received(reader: &Reader<'_>) -> Result<Result<String, String>, Fault> {
    let (mut count, mut pending, mut wrong) = (0_u64, 0_u64, None);
    reader.all::<ReceivedRow>(Order::Rising, |key, row| {
        count = count.saturating_add(1);
        let is_pending = row.state == ReceivedState::Pending;
        pending = pending.saturating_add(u64::from(is_pending));
        if is_pending != reader.get::<PendingHookRow>(&key)?.is_some() {
            wrong = Some(format!("hook {} of {} is pending, and is not", row.id, row.source));
            return Ok(ControlFlow::Break(()));
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(match wrong {
        Some(wrong) => Err(wrong),
        None => Ok(format!("{count} hooks came in, {pending} of them to be acted on")),
    })
}

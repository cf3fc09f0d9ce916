//! Lost calls: real cost that became no outcome, from calls that were given up, calls whose replies came too late,
//! calls that may have been under way when the daemon was killed, and checks of engines. All of it is booked in the
//! ledger, so that every cap counts it. The books are the installation's, whoever owns the studies.

use std::ops::ControlFlow;

use protocol::credits::UsdMicros;
use protocol::error::{ApiError, ErrorCode};
use protocol::service::Reply;

use crate::domain::instrument::Subsamples;
use crate::domain::instrument::chain::chain_plan;
use crate::domain::ledger::{check_cost, cost};
use crate::domain::outcome::Usage;
use crate::store::rows::{CallsUnderWay, DeletedRow, Progress};
use crate::store::{LeftCalls, Order, Reader, UseCaseError, Writes};

use crate::app::hooks_in::caps as hook_caps;
use crate::app::keys::caps;
use crate::app::money::allowance::this_month;
use crate::app::money::cost_caps::{Spending, booked};
use crate::app::studies::lookup::{StudyRecord, by_number};
use crate::app::studies::transition::defect;
use crate::app::{Caller, Core, Scope};

/// From this number on, what is paid is a check of an engine: studies are counted from 1 and do not get there.
const CHECKS: u32 = 1 << 31;

impl Core {
    /// A number under which a check of an engine can be paid.
    pub(in crate::app) fn check_number(&self) -> u32 {
        CHECKS | self.spending().count_check()
    }

    /// Notes, durably and before the first of them goes, which calls a study may have under way.
    pub(crate) async fn note_calls(
        &self,
        caller: &Caller,
        number: u32,
        calls: CallsUnderWay,
    ) -> Reply<()> {
        caller.may(Scope::Operate)?;
        let now = self.world().clock.now();
        // First: where the daemon is killed between the two, it is known that there was no call.
        self.spending().note_begun(number);
        self.store()
            .write(move |reader| {
                let mut writes = Writes::at(now);
                // What a study that has ended took of the caps of a key is settled by the note that it left.
                let progress: Option<Progress> = reader.get(&number)?;
                if progress.is_some_and(|progress| progress.state.is_final()) {
                    return Err(ApiError::new(ErrorCode::Conflict, "The study has ended").into());
                }
                writes.put(&number, &calls);
                Ok(((), writes))
            })
            .await
    }

    /// A study makes no calls any more: books what they cost and is not in the ledger yet, `lost` among it, and removes the
    /// note of what may be under way, in one transaction. What cannot be booked now is booked when the store takes it.
    pub(crate) async fn end_calls(&self, caller: &Caller, number: u32, lost: Usage) -> Reply<()> {
        caller.may(Scope::Operate)?;
        let rest = self.stop_spending(number);
        // What became of replies is known better to whoever read them; what it cost is known here.
        let cost = UsdMicros(rest.cost.0.max(lost.cost.0));
        let at_most = lost.at_most.saturating_add(rest.at_most);
        self.book(number, Usage { cost, at_most, ..lost }).await?;
        self.forget_spending(number);
        Ok(())
    }

    /// Books what could not be booked when its study ended, because the store took no writes.
    pub(crate) async fn book_unbooked(&self, caller: &Caller) -> Reply<()> {
        for number in self.with_unbooked() {
            self.end_calls(caller, number, Usage::default()).await?;
        }
        Ok(())
    }

    /// The daemon stops and every call was given up: books all of them at the most they can have cost.
    pub(crate) async fn book_given_up(&self, caller: &Caller) -> Reply<()> {
        for number in self.with_spending() {
            self.end_calls(caller, number, Usage::default()).await?;
        }
        Ok(())
    }

    /// After an end that was not clean, books the calls that may have been under way, since nobody knows what became of
    /// them. Whoever makes calls asks for this first; it is done once. Without it a daemon that is cut off now and then would
    /// spend more than it says, and pass its caps.
    pub(crate) async fn settle_past(&self, caller: &Caller) -> Reply<()> {
        caller.may(Scope::Operate)?;
        self.spending().past.get_or_try_init(|| self.book_cut_off()).await.copied()
    }

    async fn book_cut_off(&self) -> Reply<()> {
        let now = self.world().clock.now();
        let (left_behind, spent) = self
            .looking(move |core| {
                Ok(core.store().read(|reader| -> Result<_, UseCaseError> {
                    Ok((notes(reader, core.spending())?, booked(reader, now)?))
                })?)
            })
            .await?;
        // No call went beyond a cap, so all of them together took no more than the caps had room for.
        let mut room = self.settings().caps.room(spent);
        for (number, usage) in left_behind {
            // What is known call by call may be more: a service counts as it likes.
            let bound = room.filter(|_| self.spending().left(number).is_none());
            let cost = bound.map_or(usage.cost, |room| usage.cost.min(room));
            room = room.map(|room| UsdMicros(room.0.saturating_sub(cost.0)));
            let usage =
                if cost == UsdMicros::ZERO { Usage::default() } else { Usage { cost, ..usage } };
            tracing::warn!(
                study = number,
                calls = usage.at_most.saturating_add(usage.estimated),
                %cost,
                "calls may have been under way when the daemon was cut off"
            );
            self.book(number, usage).await?;
            self.spending().note_booked_all(number);
            self.note_spent(cost);
        }
        self.spending().note_past_booked();
        Ok(())
    }

    /// Books a cost that belongs to no outcome, and removes the note of what may be under way.
    async fn book(&self, number: u32, usage: Usage) -> Reply<()> {
        let now = self.world().clock.now();
        let key = self.world().ids.fresh();
        self.store()
            .write(move |reader| {
                let mut writes = Writes::at(now);
                let note = reader.get::<CallsUnderWay>(&number)?;
                if note.is_some() {
                    writes.remove::<CallsUnderWay>(&number);
                }
                if usage == Usage::default() && (note.is_none() || number >= CHECKS) {
                    return Ok(((), writes));
                }
                let month = this_month(reader, now)?;
                if number >= CHECKS {
                    let engine = note.map(|note| note.engine).unwrap_or_default();
                    let movement = check_cost(&key.to_string(), month, &engine, usage.cost);
                    writes.book(movement.map_err(|error| defect(&error))?);
                    return Ok(((), writes));
                }
                let name = format!("lost/{key}");
                // The dollars are booked whatever became of the study.
                if let Some(mut mark) = reader.get::<DeletedRow>(&number)? {
                    if usage.cost > UsdMicros::ZERO {
                        let movement = cost(mark.id, &name, month, &mark.engine, usage.cost);
                        writes.book(movement.map_err(|error| defect(&error))?);
                        mark.cost = mark.cost.checked_add(usage.cost).unwrap_or(mark.cost);
                        writes.put(&number, &mark);
                    }
                    return Ok(((), writes));
                }
                let mut found = by_number(reader, number)?;
                let before = found.progress.clone();
                found.progress.usage = found.progress.usage.plus(usage);
                found.progress.lost = found.progress.lost.plus(usage);
                let both = (&before, &found.progress);
                let change = caps::late_change(&found.row, both, note.is_some());
                change_taken(reader, &mut writes, &found, change)?;
                if usage == Usage::default() {
                    return Ok(((), writes));
                }
                if usage.cost > UsdMicros::ZERO {
                    let (id, engine) = (found.row.id, &found.row.spec.engine);
                    let movement = cost(id, &name, month, engine, usage.cost)
                        .map_err(|error| defect(&error))?;
                    writes.book(movement);
                }
                writes.put(&found.number, &found.progress);
                Ok(((), writes))
            })
            .await
    }
}

/// Changes by that much what a study takes of the caps of its key and of its source.
pub(in crate::app) fn change_taken(
    reader: &Reader<'_>,
    writes: &mut Writes,
    found: &StudyRecord,
    change: UsdMicros,
) -> Result<(), UseCaseError> {
    if change == UsdMicros::ZERO {
        return Ok(());
    }
    caps::change_taken(reader, writes, found, change)?;
    hook_caps::change_taken(reader, writes, found, change)
}

/// What was left behind under way, with what it may have cost.
fn notes(reader: &Reader<'_>, spending: &Spending) -> Result<Vec<(u32, Usage)>, UseCaseError> {
    let mut notes = Vec::new();
    reader.all::<CallsUnderWay>(Order::Rising, |number, note| {
        notes.push((number, note));
        Ok(ControlFlow::Continue(()))
    })?;
    let usage = |(number, note): (u32, CallsUnderWay)| {
        if let Some(left) = spending.left(number) {
            return Ok((number, left_by_one(reader, number, left)?));
        }
        if number >= CHECKS {
            return Ok((number, at_most(note.calls, note.worst)));
        }
        // Nothing tells any more what a respondent of a deleted study usually cost.
        if reader.get::<DeletedRow>(&number)?.is_some() {
            return Ok((number, at_most(note.calls, note.worst).plus(waited(&note))));
        }
        Ok((number, cut_off(&by_number(reader, number)?, &note)))
    };
    notes.into_iter().map(usage).collect()
}

/// What calls cost that are known one by one: those that were sent and not settled at what such calls were seen to cost, or
/// at their worst cases before any was, which is all that will ever be known of them; and those that were settled and not
/// recorded at what they cost.
fn left_by_one(reader: &Reader<'_>, number: u32, left: LeftCalls) -> Result<Usage, UseCaseError> {
    let booked = if number >= CHECKS {
        Usage::default()
    } else if let Some(mark) = reader.get::<DeletedRow>(&number)? {
        Usage { cost: mark.cost, ..Usage::default() }
    } else {
        by_number(reader, number)?.progress.usage
    };
    let settled = left.spent.saturating_sub(booked.cost.0).max(0);
    let cost = UsdMicros(left.amount.saturating_add(settled));
    let bounded = left.at_most.saturating_sub(booked.at_most);
    let at_most = left.at_worst.saturating_add(bounded);
    Ok(Usage { cost, at_most, estimated: left.like_others, ..Usage::default() })
}

/// What the calls of a study that was cut off may have cost where they are not known one by one: as many as could be under
/// way, each at the worst. No more than the study's cap left room for, unless a service counted more than that already.
fn cut_off(found: &StudyRecord, note: &CallsUnderWay) -> Usage {
    let progress = &found.progress;
    let extras = u32::try_from(Subsamples::of(&found.row.spec).len()).unwrap_or(u32::MAX);
    let settled = progress.panel.settled();
    let left = progress.panel.requested.saturating_sub(settled).saturating_add(extras);
    // The later rounds of a chain, and what is asked about rewrites, are more than is left of the panel and have a cost of
    // their own.
    let under_way = match chain_plan(&found.row.spec) {
        Some(_) => at_most(note.calls, note.worst),
        None => at_most(note.calls.min(left), note.worst),
    };
    let usage = under_way.plus(waited(note));
    let room = found.row.spec.max_cost_usd.map(|cap| cap.0.saturating_sub(progress.usage.cost.0));
    let room = room.filter(|room| *room > 0);
    let cost = room.map_or(usage.cost, |room| UsdMicros(usage.cost.0.min(room)));
    if cost == UsdMicros::ZERO { Usage::default() } else { Usage { cost, ..usage } }
}

/// What those took who waited to be asked again, as far as it is told apart from what was under way.
fn waited(note: &CallsUnderWay) -> Usage {
    let calls = note.waiting.0.checked_div(note.worst.0).unwrap_or(0).max(1);
    let at_most = u32::try_from(calls).unwrap_or(u32::MAX);
    match note.waiting {
        UsdMicros::ZERO => Usage::default(),
        cost => Usage { cost, at_most, ..Usage::default() },
    }
}

/// So many calls, each at the most it can have cost; nothing where calls are free.
fn at_most(calls: u32, each: UsdMicros) -> Usage {
    let cost = UsdMicros(each.0.saturating_mul(i64::from(calls)));
    if cost == UsdMicros::ZERO {
        return Usage::default();
    }
    Usage { cost, at_most: calls, ..Usage::default() }
}

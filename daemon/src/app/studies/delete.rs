//! Deletion of a study: its questionnaire, panel, answers and results. One transaction hides it; its rows, which can be
//! millions, are then removed in small steps that a kill may interrupt anywhere. The ledger keeps its amounts, and the
//! event feed keeps its numbers without any text of the study.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::time::Duration;

use protocol::error::{ApiError, ErrorCode};
use protocol::event::{Event, EventData, EventKind};
use protocol::hint::{Feature, Remedy};
use protocol::id::StudyId;
use protocol::run::Study;
use protocol::service::{Control, Deleted, Reply};
use uuid::Uuid;

use crate::store::rows::{
    AddressKey, DeletedRow, DeliveryRow, DueRow, HoldRow, Progress, RememberedRow, ResultsRow,
    StudyRow, SubmitRow,
};
use crate::store::{Fault, Order, Reader, Row, Table, UseCaseError, Writes};

use crate::app::caller::in_mark;
use crate::app::studies::lookup::by_id;
use crate::app::studies::transition::word;
use crate::app::watch::lineage::forget;
use crate::app::{Caller, Core, Scope};

/// Where a study's rows stand under its number.
pub(in crate::app) const ROWS: [Table; 7] = [
    Table::Findings,
    Table::Exchanges,
    Table::Outcomes,
    Table::Panels,
    Table::Blueprints,
    Table::Rewrites,
    Table::RoundResults,
];

/// How much of an erasure is done at once.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ErasureSteps {
    /// Rows that one transaction removes: few enough that nobody else who writes has to wait for it.
    pub rows: usize,
    /// Rows that one look at a whole table passes.
    pub looked_at: usize,
}

impl Default for ErasureSteps {
    fn default() -> Self {
        Self { rows: 1_000, looked_at: 10_000 }
    }
}

impl Core {
    /// Deletes a study that has ended; waits up to `patience` until every row is gone. When that is not long enough, the
    /// rest goes on by itself, also after a restart.
    pub(crate) async fn delete(
        &self,
        caller: &Caller,
        id: StudyId,
        patience: Duration,
    ) -> Reply<Deleted> {
        let owner = caller.may(Scope::Write)?.clone();
        let now = self.world().clock.now();
        let mut deleted = self
            .store()
            .write(move |reader| {
                let found = by_id(reader, &owner, id)?;
                if !found.progress.state.is_final() {
                    return Err(unfinished(&found.study()));
                }
                if awaits_approval(reader, found.number)? {
                    return Err(undecided());
                }
                let (number, row, progress) = (found.number, found.row, found.progress);
                let mut writes = Writes::at(now);
                forget(reader, &mut writes, row.lineage.as_deref(), id)?;
                let mark = DeletedRow {
                    id,
                    at: now,
                    credits_used: progress.credits_used,
                    cost: progress.usage.cost,
                    engine: row.spec.engine,
                    under_way: true,
                    owner: in_mark(row.owner),
                };
                writes.put(&number, &mark);
                // The key stays taken, without the fingerprint of what was sent under it.
                let taken = SubmitRow { number, body: String::new(), control: false };
                writes.put(&row.key.0, &taken);
                writes.remove::<StudyRow>(&number);
                writes.remove::<Progress>(&number);
                writes.remove::<ResultsRow>(&number);
                writes.announce(Some(id), EventData::Deleted {});
                let deleted = Deleted {
                    id,
                    deleted_at: now,
                    answers: progress.panel.delivered,
                    credits_used: mark.credits_used,
                    cost_usd: mark.cost.dollars(),
                    gone: false,
                    daily_backups: None,
                };
                Ok((deleted, writes))
            })
            .await?;
        self.erasing().signal();
        deleted.gone = match tokio::time::timeout(patience, self.erase_marked()).await {
            Ok(Ok(())) => true,
            Ok(Err(error)) => {
                tracing::warn!(%error, "a deleted study's rows are still there");
                false
            }
            Err(_) => false,
        };
        deleted.daily_backups = self.daily_backups();
        Ok(deleted)
    }

    /// Removes what is left of the studies that were deleted, whoever owned them. Whatever interrupts it, it can be begun
    /// again.
    pub(crate) async fn erase(&self, caller: &Caller) -> Reply<()> {
        caller.may(Scope::Operate)?;
        self.erase_marked().await
    }

    async fn erase_marked(&self) -> Reply<()> {
        let _alone = self.erasure().await;
        let under_way = self.looking(|core| core.look(|reader| Ok(marked(reader)?))).await?;
        if under_way.is_empty() {
            return Ok(());
        }
        for (number, _) in &under_way {
            for table in ROWS {
                self.erase_rows(table, *number).await?;
            }
        }
        let numbers: BTreeSet<u32> = under_way.iter().map(|(number, _)| *number).collect();
        self.forget_replies(&numbers).await?;
        self.forget_deliveries(&numbers).await?;
        let ids: BTreeSet<StudyId> = under_way.iter().map(|(_, id)| *id).collect();
        self.silence_events(&ids).await?;
        let now = self.world().clock.now();
        self.store()
            .write(move |reader| {
                let mut writes = Writes::at(now);
                for number in numbers {
                    // Read again: what it cost may have been booked meanwhile.
                    if let Some(mark) = reader.get::<DeletedRow>(&number)? {
                        writes.put(&number, &DeletedRow { under_way: false, ..mark });
                    }
                }
                Ok(((), writes))
            })
            .await
    }

    /// Removes the rows of a table that stand under that number.
    async fn erase_rows(&self, table: Table, number: u32) -> Reply<()> {
        let now = self.world().clock.now();
        let step = self.settings().erasure_steps.rows;
        let mut left = true;
        while left {
            left = self
                .store()
                .write(move |reader| {
                    let keys = reader.keys_under(table, &number, step)?;
                    let left = keys.len() == step;
                    let mut writes = Writes::at(now);
                    for key in keys {
                        writes.remove_bytes(table, key);
                    }
                    Ok((left, writes))
                })
                .await?;
        }
        Ok(())
    }

    /// Takes the places of those studies' replies out of the index, so that no question leads to one. A place where another
    /// study's reply stands is left: that one is the newest, and it is still there.
    async fn forget_replies(&self, numbers: &BTreeSet<u32>) -> Reply<()> {
        let theirs = {
            let numbers = numbers.clone();
            move |row: &RememberedRow| numbers.contains(&row.key().study)
        };
        self.sweep(theirs, |writes, key: &AddressKey, _| writes.remove::<RememberedRow>(key)).await
    }

    /// Removes what was sent of those studies, and what was to be sent. That they were deleted is still told.
    async fn forget_deliveries(&self, numbers: &BTreeSet<u32>) -> Reply<()> {
        let theirs = {
            let numbers = numbers.clone();
            move |row: &DeliveryRow| {
                row.study.is_some_and(|number| numbers.contains(&number))
                    && row.kind != EventKind::Deleted.as_str()
            }
        };
        self.sweep(theirs, |writes, key: &(u64, Uuid), row: DeliveryRow| {
            if let Some(due) = row.due {
                writes.remove::<DueRow>(&(key.1, due, key.0));
            }
            writes.remove::<DeliveryRow>(key);
        })
        .await
    }

    /// Takes the words out of the events of those studies. The events stay, so that the history has no hole.
    async fn silence_events(&self, ids: &BTreeSet<StudyId>) -> Reply<()> {
        let theirs = {
            let ids = ids.clone();
            move |event: &Event| {
                event.study.is_some_and(|id| ids.contains(&id)) && event.has_words()
            }
        };
        self.sweep(theirs, |writes, seq: &u64, event| writes.put(seq, &event.without_words())).await
    }

    /// Looks at every row of a table, part by part, and changes those that are meant, a few at a time. Each is looked at
    /// again before it is changed: somebody else may have written it meanwhile.
    async fn sweep<R>(
        &self,
        meant: impl Fn(&R) -> bool + Clone + Send + 'static,
        change: impl Fn(&mut Writes, &R::Key, R) + Clone + Send + 'static,
    ) -> Reply<()>
    where
        R: Row + 'static,
        R::Key: Clone + Send + 'static,
    {
        let now = self.world().clock.now();
        let ErasureSteps { rows, looked_at } = self.settings().erasure_steps;
        let mut from: Option<R::Key> = None;
        loop {
            let (start, wanted) = (from.take(), meant.clone());
            let (keys, next) = self
                .looking(move |core| {
                    core.look(|reader| Ok(part::<R>(reader, start.as_ref(), looked_at, &wanted)?))
                })
                .await?;
            for some in keys.chunks(rows) {
                let (some, meant, change) = (some.to_vec(), meant.clone(), change.clone());
                self.store()
                    .write(move |reader| {
                        let mut writes = Writes::at(now);
                        for key in some {
                            if let Some(row) = reader.get::<R>(&key)?.filter(&meant) {
                                change(&mut writes, &key, row);
                            }
                        }
                        Ok(((), writes))
                    })
                    .await?;
            }
            match next {
                Some(next) => from = Some(next),
                None => return Ok(()),
            }
        }
    }

    /// How many daily backups are kept, where any are made: until as many newer ones exist, one may hold what was deleted.
    fn daily_backups(&self) -> Option<u32> {
        let settings = self.settings();
        let daily = settings.backups.is_some() && settings.backups_daily;
        daily.then(|| u32::try_from(settings.backups_kept.max(1)).unwrap_or(u32::MAX))
    }
}

/// The keys of the rows that are meant among so many next ones, and where to go on.
#[expect(clippy::type_complexity, reason = "it is taken apart at once")]
fn part<R: Row>(
    reader: &Reader<'_>,
    from: Option<&R::Key>,
    most: usize,
    meant: &impl Fn(&R) -> bool,
) -> Result<(Vec<R::Key>, Option<R::Key>), Fault>
where
    R::Key: Clone,
{
    let (mut keys, mut seen, mut next) = (Vec::new(), 0_usize, None);
    reader.after::<R>(from, |key, row| {
        seen = seen.saturating_add(1);
        let full = seen >= most;
        if full {
            next = Some(key.clone());
        }
        if meant(&row) {
            keys.push(key);
        }
        Ok(if full { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    })?;
    Ok((keys, next))
}

/// The deleted studies that may have rows left.
fn marked(reader: &Reader<'_>) -> Result<Vec<(u32, StudyId)>, Fault> {
    let mut found = Vec::new();
    reader.all::<DeletedRow>(Order::Rising, |number, row| {
        if row.under_way {
            found.push((number, row.id));
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(found)
}

/// Whether a hold of a study that has ended waits for an approval.
fn awaits_approval(reader: &Reader<'_>, number: u32) -> Result<bool, Fault> {
    let mut awaits = false;
    reader.scan::<HoldRow>(
        &(number, 0),
        &(number, u32::MAX),
        Order::Rising,
        |_, HoldRow(hold)| {
            awaits = awaits || hold.open;
            Ok(ControlFlow::Continue(()))
        },
    )?;
    Ok(awaits)
}

fn undecided() -> UseCaseError {
    ApiError::new(ErrorCode::Conflict, "Answers of the study await approval")
        .hint("Approve or reject them first")
        .into()
}

fn unfinished(study: &Study) -> UseCaseError {
    ApiError::new(
        ErrorCode::Conflict,
        format!("The study is {}: only one that has ended is deleted", study.state),
    )
    .hint(Remedy::with(
        "End it",
        Feature::Control(word(Control::Cancel).to_owned(), study.id.short()),
    ))
    .into()
}

//! What studies may cost that agents ran by themselves: each of them below the cost from which on their owner is asked, and so
//! all of a day together, or whoever is to be asked about a large study could be asked about none of many small ones. Counted
//! from the rows of a calendar day (UTC), within the transaction that takes another study on: what was booked of those that have
//! ended, and what the others may cost.

use std::ops::ControlFlow;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use protocol::credits::UsdMicros;
use protocol::error::{ApiError, ErrorCode};
use protocol::hint::Remedy;
use protocol::run::State;
use serde::Deserialize;

use crate::domain::outcome::Usage;
use crate::store::rows::{Progress, StudyRow};
use crate::store::{Fault, Reader, UseCaseError};

/// What is read of a study to count it.
#[derive(Deserialize)]
struct CountedStudy {
    created_at: Timestamp,
    #[serde(default)]
    unagreed: UsdMicros,
}

/// What is read of its progress.
#[derive(Deserialize)]
struct BookedStudy {
    state: State,
    #[serde(default)]
    usage: Usage,
}

/// Whether a study that nobody agreed to stays within the limit, together with all such studies of its day.
///
/// # Errors
/// When it does not: somebody has to agree to it.
pub(in crate::app) fn must_stay_within(
    reader: &Reader<'_>,
    row: &StudyRow,
    limit: UsdMicros,
) -> Result<(), UseCaseError> {
    let most = row.unagreed;
    if most == UsdMicros::ZERO {
        return Ok(());
    }
    let ran = match of_day(reader, row.created_at.to_zoned(TimeZone::UTC).date()) {
        // Where one of them cannot be read, somebody has to agree to all that cost something on that day.
        Err(Fault::Row { table, why }) => {
            tracing::warn!(?table, why, "what agents ran today cannot be read");
            UsdMicros(i64::MAX)
        }
        ran => ran?,
    };
    let all = ran.checked_add(most).unwrap_or(UsdMicros(i64::MAX));
    if all <= limit {
        return Ok(());
    }
    let what = format!(
        "This study may cost {}, and the studies of agents that nobody agreed to come to {} today (UTC); together they may cost \
         {}, as cost.confirm_above_usd says",
        most.exact(),
        ran.exact(),
        limit.exact()
    );
    Err(ApiError::new(ErrorCode::UnconfirmedCost, what)
        .hint(Remedy::owner("Agree to this one", "demoscope approve"))
        .into())
}

/// What the studies of that day have cost that nobody agreed to, and may cost where they have not ended.
fn of_day(reader: &Reader<'_>, today: Date) -> Result<UsdMicros, Fault> {
    let mut sum = UsdMicros::ZERO;
    reader.newest_parts::<StudyRow, CountedStudy>(|number, study| {
        if study.created_at.to_zoned(TimeZone::UTC).date() < today {
            return Ok(ControlFlow::Break(()));
        }
        let mut most = study.unagreed;
        if most > UsdMicros::ZERO {
            let booked: Option<BookedStudy> = reader.part::<Progress, _>(&number)?;
            // What it cost beyond that, its owner agreed to.
            let ended = booked.filter(|booked| booked.state.is_final());
            most = ended.map_or(most, |booked| booked.usage.cost.min(most));
        }
        sum = sum.checked_add(most).unwrap_or(UsdMicros(i64::MAX));
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(sum)
}

#[cfg(test)]
mod tests {
    use protocol::service::Reply;

    use super::*;
    use crate::app::studies::submit::Submission;
    use crate::app::testing::{Disk, broken, me, nobody_answers, options, paper, settings, world};
    use crate::app::{Core, Settings, World};
    use crate::store::Writes;

    fn core(disk: &Disk, world: &World) -> Core {
        let settings =
            Settings { confirm_above: Some(UsdMicros(1_000)), ..settings(1_000, nobody_answers()) };
        Core::open_with(world.clone(), disk.storage(), settings, options()).unwrap()
    }

    /// Takes a study on that may cost so much.
    async fn take(core: &Core, key: u128, most: i64) -> Reply<()> {
        let submission = Submission { unagreed: UsdMicros(most), ..paper(key, 1) };
        core.submit(&me(), submission).await.map(drop)
    }

    /// A study ends for which so much was booked.
    async fn end(core: &Core, number: u32, cost: i64) {
        let now = core.world().clock.now();
        core.store()
            .write(move |reader| {
                let mut writes = Writes::at(now);
                let mut progress: Progress = reader.get(&number)?.unwrap();
                progress.state = State::Completed;
                progress.usage.cost = UsdMicros(cost);
                writes.put(&number, &progress);
                Ok(((), writes))
            })
            .await
            .unwrap();
    }

    #[tokio::test]
    async fn a_study_that_has_ended_counts_with_what_was_booked_at_once_and_after_a_restart() {
        let disk = Disk::default();
        // One world: in another one the ids of studies would begin anew.
        let (world, _) = world();
        let first = core(&disk, &world);
        // The owner agreed to the last one.
        for (key, most) in [(1, 400), (2, 400), (3, 0)] {
            take(&first, key, most).await.unwrap();
        }
        let refused = take(&first, 4, 201).await.unwrap_err();
        assert_eq!(refused.code, ErrorCode::UnconfirmedCost);
        for told in ["$0.000201", "$0.0008", "$0.0010", "cost.confirm_above_usd"] {
            assert!(refused.message.contains(told), "{told}: {refused:?}");
        }
        for number in [1, 3] {
            end(&first, number, 150).await;
        }
        assert!(take(&first, 4, 451).await.is_err(), "150 of the first, and 400 of the second");
        first.close();
        let second = core(&disk.after_kill(), &world);
        assert!(take(&second, 4, 451).await.is_err());
        take(&second, 4, 450).await.unwrap();
        assert!(take(&second, 5, 1).await.is_err(), "a refusal counts nothing");
        take(&second, 5, 0).await.unwrap();
        take(&second, 4, 450).await.unwrap();
    }

    #[tokio::test]
    async fn many_small_studies_of_a_day_need_as_much_agreement_as_a_large_one() {
        let disk = Disk::default();
        let (world, clock) = world();
        let settings =
            Settings { confirm_above: Some(UsdMicros(1_000)), ..settings(1_000, nobody_answers()) };
        let core = Core::open_with(world, disk.storage(), settings, options()).unwrap();
        assert!(take(&core, 1, 600).await.is_ok() && take(&core, 2, 400).await.is_ok());
        assert!(take(&core, 3, 1).await.is_err());
        clock.advance(std::time::Duration::from_hours(24));
        take(&core, 3, 1_000).await.unwrap();
        assert!(take(&core, 4, 1).await.is_err());
        assert_eq!(broken(&core), [""; 0]);
    }
}

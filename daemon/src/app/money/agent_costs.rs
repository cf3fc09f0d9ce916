//! What studies may cost that agents ran by themselves: each of them below the cost from which on their owner is asked, and so
//! all of a day together, or whoever is to be asked about a large study could be asked about none of many small ones. Counted in
//! memory, by calendar day (UTC), from what each study of the day may cost; after a restart, from what was booked of those that
//! have ended.

use std::ops::ControlFlow;
use std::sync::{Mutex, PoisonError};

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
use crate::store::{Fault, Reader};

/// What studies of agents that nobody agreed to may cost on a day.
#[derive(Debug, Default)]
pub(in crate::app) struct AgentCosts(Mutex<(Date, UsdMicros)>);

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

impl AgentCosts {
    /// What the studies of that day in the store have cost, and may cost where they have not ended. Where one of them cannot be read, somebody has to agree to all that
    /// cost something on that day.
    pub(in crate::app) fn read(reader: &Reader<'_>, today: Date) -> Result<Self, Fault> {
        let sum = match Self::sum(reader, today) {
            Err(Fault::Row { table, why }) => {
                tracing::warn!(?table, why, "what agents ran today cannot be read");
                UsdMicros(i64::MAX)
            }
            sum => sum?,
        };
        Ok(Self(Mutex::new((today, sum))))
    }

    fn sum(reader: &Reader<'_>, today: Date) -> Result<UsdMicros, Fault> {
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

    /// Counts a study that may cost so much, if all of that day stay within the limit with it.
    ///
    /// # Errors
    /// When they do not: somebody has to agree to it.
    pub(in crate::app) fn take(
        &self,
        day: Date,
        most: UsdMicros,
        limit: UsdMicros,
    ) -> Result<(), ApiError> {
        let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if counted.0 != day {
            *counted = (day, UsdMicros::ZERO);
        }
        let all = counted.1.checked_add(most).unwrap_or(UsdMicros(i64::MAX));
        if most > UsdMicros::ZERO && all > limit {
            let what = format!(
                "This study may cost {}, and studies of agents that nobody agreed to may cost {} today; together they may cost {limit}",
                most.exact(),
                counted.1.exact()
            );
            return Err(ApiError::new(ErrorCode::UnconfirmedCost, what)
                .hint(Remedy::owner("Agree to this one", "demoscope approve")));
        }
        counted.1 = all;
        Ok(())
    }

    /// Gives back what a study would have cost that was not taken on.
    pub(in crate::app) fn give_back(&self, day: Date, most: UsdMicros) {
        let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if counted.0 == day {
            counted.1 = counted.1.checked_sub(most).unwrap_or_default().max(UsdMicros::ZERO);
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::app::Core;
    use crate::app::studies::submit::Submission;
    use crate::app::testing::{Disk, me, nobody_answers, options, paper, settings, world};
    use crate::store::Writes;

    #[tokio::test]
    async fn after_a_restart_a_study_that_has_ended_counts_with_what_was_booked() {
        let (world, _) = world();
        let settings = settings(1_000, nobody_answers());
        let core = Core::open_with(world, Disk::default().storage(), settings, options()).unwrap();
        // Nobody agreed to the first two; the last one costs what its owner agreed to.
        for (key, unagreed) in [(1, 400), (2, 400), (3, 0)] {
            let submission = Submission { unagreed: UsdMicros(unagreed), ..paper(key, 1) };
            let _study = core.submit(&me(), submission).await.unwrap();
        }
        let now = core.world().clock.now();
        core.store()
            .write(move |reader| {
                let mut writes = Writes::at(now);
                for number in [1, 3] {
                    let mut progress: Progress = reader.get(&number)?.unwrap();
                    progress.state = State::Completed;
                    progress.usage.cost = UsdMicros(150);
                    writes.put(&number, &progress);
                }
                Ok(((), writes))
            })
            .await
            .unwrap();
        let today = now.to_zoned(TimeZone::UTC).date();
        let costs = core.store().read(|reader| AgentCosts::read(reader, today)).unwrap();
        let take = |most| costs.take(today, UsdMicros(most), UsdMicros(1_000)).is_ok();
        assert!(!take(451), "150 of the first, and 400 of the second");
        assert!(take(450));
    }

    #[test]
    fn many_small_studies_of_a_day_need_as_much_agreement_as_a_large_one() {
        let costs = AgentCosts::default();
        let (today, limit) = (date(2026, 12, 1), UsdMicros(1_000));
        let take = |day, most| costs.take(day, UsdMicros(most), limit).is_ok();
        assert!(take(today, 600) && take(today, 400));
        assert!(!take(today, 1), "a refusal counts nothing");
        assert!(take(today, 0), "what is free needs no agreement");
        costs.give_back(today, UsdMicros(400));
        assert!(take(today, 400));
        assert!(take(date(2026, 12, 2), 1_000), "another day");
        costs.give_back(today, UsdMicros(1_000));
        assert!(!take(date(2026, 12, 2), 1), "the day before gives nothing to this one");
    }
}

//! The list of drivers: the name of each, its period, and the outcome of its last run. A driver enlists when it starts
//! and notes each outcome; the daemon's status shows the list, and the log reports each change.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use protocol::service::{DriverOutcome, DriverRun, DriverStatus, Reply};

use crate::app::{Caller, Core, Scope};

/// All drivers, in the order in which they enlisted.
#[derive(Debug, Default)]
pub(in crate::app) struct DriverList(Mutex<Vec<DriverStatus>>);

impl DriverList {
    fn all(&self) -> MutexGuard<'_, Vec<DriverStatus>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a driver did when it looked, where that is worth telling; or why something is left.
pub(crate) type Looked = Reply<Option<String>>;

/// A change in how a driver fares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    /// It fails now, and did not before.
    Failed,
    /// It does what is due again.
    Recovered,
}

/// A driver in the list of its core.
#[derive(Clone, Debug)]
pub(crate) struct Enlisted {
    core: Core,
    name: &'static str,
}

impl Core {
    /// Puts a driver into the list; one of that name that was there before is replaced.
    pub(crate) fn enlist(&self, name: &'static str, period: Duration) -> Enlisted {
        let driver =
            DriverStatus { name: name.to_owned(), period_seconds: period.as_secs(), last: None };
        let mut all = self.driver_list().all();
        match all.iter_mut().find(|known| known.name == name) {
            Some(known) => *known = driver,
            None => all.push(driver),
        }
        drop(all);
        Enlisted { core: self.clone(), name }
    }

    /// What moves by itself, and what came of the last look of each.
    pub(crate) async fn drivers(&self, caller: &Caller) -> Reply<Vec<DriverStatus>> {
        caller.may(Scope::Read)?;
        self.looking(|core| Ok(core.driver_list().all().clone())).await
    }
}

impl Enlisted {
    /// Notes what came of a look, and tells the log when that is a change.
    pub(crate) fn note(&self, looked: Looked) -> Option<Turn> {
        let Self { core, name } = self;
        let outcome = match &looked {
            Ok(what) => DriverOutcome::Ok { what: what.clone() },
            Err(error) => DriverOutcome::Error { what: error.message.clone() },
        };
        let last = DriverRun { at: core.world().clock.now(), outcome };
        let mut all = core.driver_list().all();
        let known = all.iter_mut().find(|known| known.name == *name)?;
        let failed = |run: DriverRun| matches!(run.outcome, DriverOutcome::Error { .. });
        let before = known.last.replace(last).is_some_and(failed);
        drop(all);
        match (before, looked) {
            (false, Err(error)) => {
                let causes = error.causes();
                tracing::warn!(driver = name, %error, causes, "a driver failed and will try again");
                Some(Turn::Failed)
            }
            (true, Err(error)) => {
                tracing::debug!(driver = name, %error, "a driver still fails");
                None
            }
            (true, Ok(_)) => {
                tracing::info!(driver = name, "a driver works again");
                Some(Turn::Recovered)
            }
            (false, Ok(_)) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use protocol::error::{ApiError, ErrorCode};

    use super::*;
    use crate::app::testing::{Disk, everyone_answers, me, options, settings, world};

    #[tokio::test]
    async fn the_list_keeps_the_last_outcome_of_each_driver_and_only_changes_are_told() {
        let (world, clock) = world();
        let settings = settings(1_000, everyone_answers());
        let core = Core::open_with(world, Disk::default().storage(), settings, options()).unwrap();
        let one = core.enlist("one", Duration::from_mins(1));
        let other = core.enlist("other", Duration::from_hours(1));
        let fails = || Err(ApiError::new(ErrorCode::Internal, "The disk is full"));
        let looks = [
            (Ok(None), None),
            (fails(), Some(Turn::Failed)),
            (fails(), None),
            (Ok(Some("2 copied".to_owned())), Some(Turn::Recovered)),
            (Ok(None), None),
            (fails(), Some(Turn::Failed)),
        ];
        for (looked, told) in looks {
            assert_eq!(one.note(looked), told);
        }
        assert_eq!(other.note(Ok(Some("3 folded".to_owned()))), None);
        clock.advance(Duration::from_secs(5));
        assert_eq!(other.note(fails()), Some(Turn::Failed), "each by itself");
        clock.advance(Duration::from_secs(5));
        let shown = serde_json::json!([
            { "name": "one", "period_seconds": 60, "last":
                { "at": "2026-11-22T10:00:00Z", "outcome": "error", "what": "The disk is full" } },
            { "name": "other", "period_seconds": 3600, "last":
                { "at": "2026-11-22T10:00:05Z", "outcome": "error", "what": "The disk is full" } },
        ]);
        assert_eq!(serde_json::to_value(core.drivers(&me()).await.unwrap()).unwrap(), shown);
        // A driver that starts anew has not looked yet.
        let one = core.enlist("one", Duration::from_secs(2));
        assert_eq!(core.drivers(&me()).await.unwrap()[0].last, None);
        assert_eq!(one.note(Ok(None)), None);
        let last =
            serde_json::to_value(core.drivers(&me()).await.unwrap()[0].last.as_ref()).unwrap();
        let fine = serde_json::json!(
            { "at": "2026-11-22T10:00:10Z", "outcome": "ok", "what": null }
        );
        assert_eq!(last, fine);
        assert_eq!(core.drivers(&me()).await.unwrap().len(), 2);
        core.close();
    }
}

//! Studies whose engine is at another address than where they began. Another address is another engine: such a study waits
//! with the reason until the first address is back, or its owner agrees to the other one.

use std::collections::BTreeSet;

use protocol::error::{ApiError, ErrorCode};
use protocol::hint::{Feature, Hint, Remedy};
use protocol::id::StudyId;
use protocol::run::State;
use protocol::service::{Control, Reply};

use crate::app::asking::advance::unfinished_of;
use crate::app::asking::response_cache::prompt_records;
use crate::app::studies::lookup::{StudyRecord, of_number};
use crate::app::studies::plan::is_awaiting_key;
use crate::app::{Caller, Core};
use crate::domain::evidence::PromptRecord;
use crate::domain::run::Input;
use crate::inference::Engine;
use crate::store::{Fault, Reader, UseCaseError};

/// The beginning of why a study is paused whose engine is at another address.
const AWAITS_ADDRESS: &str = "it was asked at ";

/// Whether a study is paused because its engine is at another address.
fn is_awaiting_address(reason: Option<&str>) -> bool {
    reason.is_some_and(|reason| reason.starts_with(AWAITS_ADDRESS))
}

/// The addresses of an engine that a study was not asked at, and that its owner did not agree to.
struct Elsewhere {
    begun: BTreeSet<String>,
    now: BTreeSet<String>,
}

impl Elsewhere {
    fn of(
        reader: &Reader<'_>,
        found: &StudyRecord,
        engine: &Engine,
    ) -> Result<Option<Self>, Fault> {
        let now: BTreeSet<String> = engine.models().iter().map(|model| model.place()).collect();
        let records = prompt_records(reader, found.number)?;
        let begun: BTreeSet<String> = records.iter().filter_map(PromptRecord::place).collect();
        let known = |place: &String| {
            begun.contains(place) || found.progress.agreed_addresses.contains(place)
        };
        let is_same = begun.is_empty() || now.iter().all(known);
        Ok((!is_same).then_some(Self { begun, now }))
    }

    fn refusal(self, found: &StudyRecord) -> ApiError {
        let list = |places: BTreeSet<String>| places.into_iter().collect::<Vec<_>>().join(", ");
        let id = found.row.id.short();
        let what = format!(
            "{AWAITS_ADDRESS}{}, and '{}' is at {} now, which is another engine; with the first address it goes on by itself",
            list(self.begun),
            found.row.spec.engine,
            list(self.now)
        );
        ApiError::new(ErrorCode::Conflict, what).hint(
            Hint::from(Remedy::owner(
                "Agree to the other address",
                format!("demoscope resume {id} --yes"),
            ))
            .or(Remedy::with(
                "end it and keep its answers",
                Feature::Control("cancel".to_owned(), id),
            )),
        )
    }
}

impl Core {
    /// The studies that waited for a key, or for their address, and whose engine is ready where they were asked.
    pub(in crate::app) async fn ready_to_go_on(
        &self,
        caller: &Caller,
    ) -> Reply<Vec<(u32, StudyId)>> {
        self.view(caller, |core, reader, owner| {
            let mut ready = Vec::new();
            for pending in unfinished_of(reader, owner)? {
                if pending.state != State::Paused {
                    continue;
                }
                let found = of_number(reader, owner, pending.number)?;
                let reason = found.progress.reason.as_deref();
                let awaits = is_awaiting_key(reason) || is_awaiting_address(reason);
                if awaits && core.can_go_on(reader, &found)? {
                    ready.push((found.number, found.row.id));
                }
            }
            Ok(ready)
        })
        .await
    }

    /// Sends them on when the daemon starts: its settings may have the first address again.
    pub(crate) async fn send_waiting_on(&self, caller: &Caller) -> Reply<()> {
        for (number, _) in self.ready_to_go_on(caller).await? {
            // Whoever paused or ended it meanwhile has decided.
            drop(self.transit(caller, number, Input::Resume).await);
        }
        Ok(())
    }

    /// Whether the engine of a study is ready, and asks where the study was asked.
    fn can_go_on(&self, reader: &Reader<'_>, found: &StudyRecord) -> Result<bool, Fault> {
        let Ok(engine) = self.engine(&found.row.spec.engine) else { return Ok(false) };
        Ok(Elsewhere::of(reader, found, &engine)?.is_none())
    }

    /// Takes an agreement to another address in before a study is resumed.
    ///
    /// # Errors
    /// When the engine is at another address, and this does not agree to it.
    pub(in crate::app) fn take_address(
        &self,
        reader: &Reader<'_>,
        found: &mut StudyRecord,
        control: Control,
    ) -> Result<(), UseCaseError> {
        // An engine that cannot be asked is told of when it is asked.
        let Ok(engine) = self.engine(&found.row.spec.engine) else { return Ok(()) };
        match Elsewhere::of(reader, found, &engine)? {
            Some(elsewhere) if control == Control::Agree => {
                found.progress.agreed_addresses.extend(elsewhere.now);
                Ok(())
            }
            Some(elsewhere) => Err(elsewhere.refusal(found).into()),
            None => Ok(()),
        }
    }

    /// Refuses to ask a study at another address than before, unless its owner agreed to it.
    pub(crate) async fn must_be_where_it_was(
        &self,
        caller: &Caller,
        number: u32,
        engine: &Engine,
    ) -> Reply<()> {
        let engine = engine.clone();
        self.view(caller, move |_, reader, owner| {
            let found = of_number(reader, owner, number)?;
            match Elsewhere::of(reader, &found, &engine)? {
                Some(elsewhere) => Err(elsewhere.refusal(&found).into()),
                None => Ok(()),
            }
        })
        .await
    }
}

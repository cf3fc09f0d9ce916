//! Competitors that a language model wrote for a review: they become part of the study before anybody is asked, so that every
//! later start, the evidence and a replay have the same. Where none could be written the study fails, and is paid back.

use protocol::error::{ApiError, ErrorCode};
use protocol::run::{State, Study};
use protocol::service::Reply;

use crate::domain::instrument;
use crate::domain::run::Input;
use crate::store::Writes;

use crate::app::studies::lookup::of_number;
use crate::app::{Caller, Core, Scope};

impl Core {
    /// Stores what the model wrote, with the study's new instrument hash. Refused when the study has its competitors already, or
    /// takes no answers any more.
    pub(crate) async fn record_competitors(
        &self,
        caller: &Caller,
        number: u32,
        texts: Vec<String>,
    ) -> Reply<()> {
        let owner = caller.may(Scope::Work)?.clone();
        let job = self.job(caller, number).await?;
        let spec = instrument::with_written_competitors(job.spec, texts);
        let hashed = spec.clone();
        let hash = self.looking(move |core| {
            let engine = core.engine(&hashed.engine)?;
            Ok(instrument::instrument_hash(&hashed, &core.assets(&hashed, &engine)?))
        });
        let hash = hash.await?;
        let now = self.world().clock.now();
        self.store()
            .write(move |reader| {
                let mut found = of_number(reader, &owner, number)?;
                let takes =
                    matches!(found.progress.state, State::Running | State::Paused | State::Queued);
                if !takes || !instrument::awaits_competitors(&found.row.spec.instrument) {
                    let what = "The study waits for no competitors any more";
                    return Err(ApiError::new(ErrorCode::Conflict, what).into());
                }
                found.row.spec = spec.clone();
                found.row.instrument_hash.clone_from(&hash);
                let mut writes = Writes::at(now);
                writes.put(&number, &found.row);
                Ok(((), writes))
            })
            .await
    }

    /// Nothing could be made of what the questions need: the study fails with the reason, and its credits are given back.
    pub(crate) async fn give_up_unmade(
        &self,
        caller: &Caller,
        number: u32,
        why: String,
    ) -> Reply<Study> {
        self.transit(caller, number, Input::Unmade(why)).await
    }
}

//! How long a study will take: what is left of it at the pace of its engine, behind what is asked before it. A pace is that of
//! the engine's last study; of an engine that nobody has used it follows from how many calls may be under way.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use protocol::error::ErrorCode;
use protocol::id::StudyId;
use protocol::run::State;
use protocol::service::Reply;

use crate::app::asking::advance::unfinished;
use crate::app::keys::studies::respondents_done;
use crate::app::studies::lookup::{by_id, by_number};
use crate::app::studies::queue::in_order;
use crate::app::{Caller, Core};
use crate::store::rows::{Progress, StudyRow};
use crate::store::{Order, Reader, UseCaseError};

/// Studies that are looked at for a pace, the newest ones.
const LOOKED_AT: u32 = 50;
/// The pace that is assumed of an engine in this process: milliseconds for one answer.
const BUILT_IN_MS: f64 = 20.0;
/// What one call of a model service is assumed to take, in milliseconds.
const CALL_MS: f64 = 5_000.0;

/// What is left of a study.
struct LeftOver {
    engine: String,
    /// At the pace of its engine.
    ms: f64,
}

impl Core {
    /// Seconds until a study has ended, as far as that can be said now.
    pub(crate) async fn seconds_left(&self, caller: &Caller, id: StudyId) -> Reply<f64> {
        self.view(caller, move |core, reader, owner| {
            let own = by_id(reader, owner, id)?;
            let mut paces = BTreeMap::new();
            let mut before: Vec<LeftOver> = Vec::new();
            let mut is_at_work = own.progress.state.is_final();
            for pending in in_order(unfinished(reader)?) {
                if pending.number == own.number {
                    is_at_work |= pending.state != State::Queued;
                    break;
                }
                before.push(core.left_over(reader, pending.number, &mut paces)?);
            }
            let left = core.left_over(reader, own.number, &mut paces)?;
            let places = core.places();
            // Studies of one engine share its pace; those of others matter where all places at work are taken.
            let shared: f64 =
                before.iter().filter(|of| of.engine == left.engine).map(|of| of.ms).sum();
            let is_kept_out = !is_at_work && before.len() >= places;
            let of_all: f64 = before.iter().map(|of| of.ms).sum();
            let until_place = if is_kept_out { of_all / places as f64 } else { 0.0 };
            Ok((left.ms + shared.max(until_place)) / 1000.0)
        })
        .await
    }

    fn left_over(
        &self,
        reader: &Reader<'_>,
        number: u32,
        paces: &mut BTreeMap<String, f64>,
    ) -> Result<LeftOver, UseCaseError> {
        let found = by_number(reader, number)?;
        let (done, all) = respondents_done(&found);
        let left = f64::from(all.saturating_sub(done));
        let engine = found.row.spec.engine.clone();
        let pace = match paces.get(&engine) {
            Some(pace) => *pace,
            None => match measured(reader, &engine)? {
                Some(pace) => pace,
                None => self.assumed(&engine, found.row.spec.panel)?,
            },
        };
        paces.insert(engine.clone(), pace);
        Ok(LeftOver { engine, ms: left * pace })
    }

    /// The pace of an engine that nobody has used: milliseconds for one answer of a panel of that size.
    fn assumed(&self, engine: &str, panel: u32) -> Reply<f64> {
        // An engine that was taken away since keeps its studies waiting; nobody knows for how long.
        let models = match self.engine(engine) {
            Ok(engine) => engine.models(),
            Err(error) if error.code == ErrorCode::InvalidInput => Vec::new(),
            Err(error) => return Err(error),
        };
        if models.is_empty() {
            let limit = self.settings().answers_per_second;
            let paced = if limit == 0 { 0.0 } else { 1000.0 / f64::from(limit) };
            return Ok(paced.max(BUILT_IN_MS));
        }
        let bounds: Vec<_> = models.iter().map(|model| model.door().bounds()).collect();
        let at_once: u32 = bounds.iter().map(|of| of.concurrency).fold(0, u32::saturating_add);
        let called = CALL_MS / f64::from(at_once.min(panel).max(1));
        let a_minute: Option<Vec<u32>> = bounds.iter().map(|of| of.requests_per_minute).collect();
        let a_minute = a_minute.map(|rates| rates.into_iter().fold(0, u32::saturating_add));
        let limited = a_minute.map_or(0.0, |rate| 60_000.0 / f64::from(rate.max(1)));
        Ok(called.max(limited))
    }
}

/// Milliseconds that one answer of an engine took lately, over its last study with some; none where there is none.
fn measured(reader: &Reader<'_>, engine: &str) -> Result<Option<f64>, UseCaseError> {
    let (mut pace, mut seen) = (None, 0_u32);
    reader.all::<StudyRow>(Order::Falling, |number, row| {
        seen = seen.saturating_add(1);
        if row.spec.engine == engine
            && let Some(progress) = reader.get::<Progress>(&number)?
            && progress.state == State::Completed
            && progress.panel.delivered > 0
        {
            let rounds = f64::from(progress.round.saturating_add(1));
            pace = Some(progress.worked_ms as f64 / (f64::from(progress.panel.delivered) * rounds));
        }
        let is_over = pace.is_some() || seen >= LOOKED_AT;
        Ok(if is_over { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    })?;
    Ok(pace)
}

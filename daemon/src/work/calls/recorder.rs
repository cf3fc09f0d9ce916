//! Takes respondents as they are done and puts them into the store, as many in one transaction as are there. A place is
//! given back only when its outcome is durable.

use std::collections::BTreeMap;
use std::sync::Arc;

use protocol::error::{ApiError, ErrorCode};
use tokio::sync::{OwnedSemaphorePermit, mpsc};

use crate::app::{Batch, Core};
use crate::domain::evidence::Blueprint;
use crate::domain::exchange::Exchange;
use crate::domain::outcome::{Assignment, EngineUse, Outcome, Usage};
use crate::inference::pool::Pool;

/// Respondents recorded in one transaction.
const BATCH: usize = 256;

/// What came of everything that one respondent was asked.
pub(super) type Outcomes = Vec<(Assignment, Outcome, Usage)>;

/// What each engine did for a respondent, by its place in the pool.
pub(super) type Shares = BTreeMap<usize, EngineUse>;

/// Outcomes on their way into the store.
#[derive(Debug, Default)]
pub(super) struct Parcel {
    pub(super) outcomes: Outcomes,
    /// What was said to reach them.
    pub(super) said: Vec<(Assignment, Vec<Exchange>)>,
    /// What each engine did.
    pub(super) shares: Shares,
    /// The place that they hold until they are there.
    pub(super) place: Option<OwnedSemaphorePermit>,
}

/// Keeps with which settings and templates the engines ask; then records respondents as they come in, as many in one
/// transaction as are there.
pub(super) async fn record(
    core: Core,
    pool: Arc<Pool>,
    number: u32,
    attempt: u32,
    blueprints: Vec<Blueprint>,
    mut inbox: mpsc::Receiver<Parcel>,
) -> Result<(), ApiError> {
    // Nobody waits for them but the first answer.
    for blueprint in blueprints {
        core.keep_blueprint(number, blueprint).await?;
    }
    let mut arrived = Vec::with_capacity(BATCH);
    let mut refused: Option<ApiError> = None;
    let mut lost = Usage::default();
    while inbox.recv_many(&mut arrived, BATCH).await > 0 {
        let mut batch = Batch::new(number, attempt);
        let mut spent = Usage::default();
        let mut places = Vec::with_capacity(arrived.len());
        for Parcel { outcomes, said, shares, place } in arrived.drain(..) {
            places.push(place);
            for (_, _, usage) in &outcomes {
                spent = spent.plus(*usage);
            }
            batch
                .push(&outcomes)
                .map_err(|error| ApiError::new(ErrorCode::Internal, error.to_string()))?;
            for (at, exchanges) in said {
                if let Some((_, outcome, _)) = outcomes.iter().find(|(of, _, _)| *of == at) {
                    batch.keep(at, outcome, exchanges);
                }
            }
            for (engine, share) in shares {
                if let Some(engine) = pool.members().get(engine) {
                    batch.share(&engine.service().name, engine.model(), share);
                }
            }
        }
        let recorded = match &refused {
            None => core.record(batch).await.map(drop),
            Some(error) => Err(error.clone()),
        };
        match recorded {
            Ok(()) => {}
            // A cancelled study takes no answers, but what they cost was spent all the same.
            Err(error) if error.code == ErrorCode::Conflict => {
                lost = lost.plus(spent);
                refused = Some(error);
            }
            Err(error) => return Err(error),
        }
        drop(places);
    }
    core.book_lost(number, lost).await?;
    refused.map_or(Ok(()), Err)
}

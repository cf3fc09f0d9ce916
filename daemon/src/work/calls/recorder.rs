//! Takes respondents as they are done and puts them into the store, as many in one transaction as are there. A place is
//! given back only when its outcome is durable.

use protocol::error::{ApiError, ErrorCode};
use tokio::sync::{OwnedSemaphorePermit, mpsc};

use crate::app::{Batch, Core};
use crate::domain::exchange::Exchange;
use crate::domain::outcome::{Assignment, Outcome, Usage};

/// Respondents recorded in one transaction.
const BATCH: usize = 256;

/// What came of everything that one respondent was asked.
pub(super) type Outcomes = Vec<(Assignment, Outcome, Usage)>;

/// What was said to reach them.
pub(super) type Said = Vec<(Assignment, Vec<Exchange>)>;

/// Outcomes on their way into the store, with what was said and the place that they hold until they are there.
pub(super) type Parcel = (Outcomes, Said, Option<OwnedSemaphorePermit>);

/// Records respondents as they come in, as many in one transaction as are there.
pub(super) async fn record(
    core: Core,
    number: u32,
    attempt: u32,
    mut inbox: mpsc::Receiver<Parcel>,
) -> Result<(), ApiError> {
    let mut arrived = Vec::with_capacity(BATCH);
    let mut refused: Option<ApiError> = None;
    let mut lost = Usage::default();
    while inbox.recv_many(&mut arrived, BATCH).await > 0 {
        let mut batch = Batch::new(number, attempt);
        let mut spent = Usage::default();
        let mut places = Vec::with_capacity(arrived.len());
        for (outcomes, said, place) in arrived.drain(..) {
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

//! Recorder of finished respondents: it writes as many as have arrived in one transaction. A concurrency slot is
//! released only when its outcome is durable.

use std::sync::Arc;
use std::time::Duration;

use protocol::error::{ApiError, ErrorCode};
use tokio::sync::{OwnedSemaphorePermit, mpsc, oneshot};

use super::machine::{EngineShares, Outcomes};
use crate::app::{Batch, Caller, Core, StudyCancel};
use crate::domain::evidence::PromptRecord;
use crate::domain::exchange::Exchange;
use crate::domain::outcome::{Assignment, EngineUse, Usage};
use crate::domain::reply_notes::ReplyNotes;
use crate::inference::pool::Pool;

/// Respondents recorded in one transaction.
const BATCH: usize = 256;

/// A request to record outcomes.
#[derive(Debug, Default)]
pub(super) struct RecordRequest {
    pub(super) outcomes: Outcomes,
    /// Exchanges so far of a respondent who is asked further questions.
    pub(super) early: Option<(Assignment, Vec<Exchange>)>,
    /// The exchanges that led to the outcomes.
    pub(super) said: Vec<(Assignment, Vec<Exchange>)>,
    /// Usage of each engine.
    pub(super) shares: EngineShares,
    /// Usage of other engines for side measurements: name, model, usage.
    pub(super) others: Vec<(String, String, EngineUse)>,
    /// How replies were read, and what is to be told of the services.
    pub(super) notes: ReplyNotes,
    /// The concurrency slot that is held until the outcomes are durable.
    pub(super) place: Option<OwnedSemaphorePermit>,
    /// Dropped when everything is durable, to signal a waiting task.
    pub(super) durable: Option<oneshot::Sender<()>>,
    /// How long this request may wait for others, so that many share one transaction.
    pub(super) patience: Duration,
}

/// Records a study's respondents.
pub(super) struct Recorder {
    pub(super) core: Core,
    /// The driver that records them.
    pub(super) caller: Caller,
    pub(super) pool: Arc<Pool>,
    /// Cancelled when the study takes no more answers.
    pub(super) cancel: StudyCancel,
    pub(super) number: u32,
    pub(super) attempt: u32,
}

impl Recorder {
    /// Stores the settings and templates of the engines, then records respondents as they arrive, as many as are there
    /// in one transaction. Returns, also on an error, the usage of respondents that the study no longer took.
    pub(super) async fn record(
        self,
        prompt_records: Vec<PromptRecord>,
        inbox: mpsc::Receiver<RecordRequest>,
    ) -> (Usage, Result<(), ApiError>) {
        let mut lost = Usage::default();
        let recorded = self.record_all(prompt_records, inbox, &mut lost).await;
        (lost, recorded)
    }

    async fn record_all(
        self,
        prompt_records: Vec<PromptRecord>,
        mut inbox: mpsc::Receiver<RecordRequest>,
        lost: &mut Usage,
    ) -> Result<(), ApiError> {
        let Self { core, caller, pool, cancel, number, attempt } = self;
        // Nothing but the first answer depends on these.
        for prompt_record in prompt_records {
            core.keep_blueprint(&caller, number, prompt_record).await?;
        }
        let mut arrived = Vec::with_capacity(BATCH);
        let mut refused: Option<ApiError> = None;
        while inbox.recv_many(&mut arrived, BATCH).await > 0 {
            gather(&mut inbox, &mut arrived).await;
            let mut batch = Batch::new(number, attempt);
            let mut spent = Usage::default();
            let mut places = Vec::with_capacity(arrived.len());
            for request in arrived.drain(..) {
                let RecordRequest {
                    outcomes,
                    early,
                    said,
                    shares,
                    others,
                    notes,
                    place,
                    durable,
                    ..
                } = request;
                places.push((place, durable));
                if let Some((at, exchanges)) = early {
                    batch.keep_early(at, exchanges);
                    continue;
                }
                for (_, _, usage) in &outcomes {
                    spent = spent.plus(*usage);
                }
                batch.push(&outcomes).map_err(|error| {
                    ApiError::new(ErrorCode::Internal, error.to_string()).because(&error)
                })?;
                for (at, exchanges) in said {
                    if let Some((_, outcome, _)) = outcomes.iter().find(|(of, _, _)| *of == at) {
                        batch.keep(at, outcome, exchanges);
                    }
                }
                batch.note_replies(notes);
                for (engine, model, share) in others {
                    batch.share(&engine, &model, share);
                }
                for (engine, share) in shares {
                    if let Some(engine) = pool.members().get(engine) {
                        batch.share(&engine.service().name, engine.model(), share);
                    }
                }
            }
            let recorded = match &refused {
                None => core.record(&caller, batch).await.map(drop),
                Some(error) => Err(error.clone()),
            };
            match recorded {
                Ok(()) => {}
                // The study takes no more answers, or the store failed; the cost was incurred all the same.
                Err(error) => {
                    *lost = lost.plus(spent);
                    if error.code != ErrorCode::Conflict {
                        return Err(error);
                    }
                    refused = Some(error);
                    // Before slots are released for further calls.
                    cancel.cancel();
                }
            }
            drop(places);
        }
        refused.map_or(Ok(()), Err)
    }
}

/// Collects requests for as long as all that have arrived may wait.
pub(super) async fn gather(
    inbox: &mut mpsc::Receiver<RecordRequest>,
    arrived: &mut Vec<RecordRequest>,
) {
    let patience =
        |requests: &[RecordRequest]| requests.iter().map(|request| request.patience).min();
    let mut over = std::pin::pin!(tokio::time::sleep(patience(arrived).unwrap_or_default()));
    while patience(arrived) > Some(Duration::ZERO) && arrived.len() < BATCH {
        let room = BATCH - arrived.len();
        tokio::select! {
            more = inbox.recv_many(arrived, room) => if more == 0 { return },
            () = &mut over => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(patience: Duration) -> RecordRequest {
        RecordRequest { patience, ..RecordRequest::default() }
    }

    #[tokio::test]
    async fn those_who_may_wait_share_a_transaction_and_those_who_may_not_do_not_wait() {
        let (sender, mut inbox) = mpsc::channel(16);
        let (some, hour) = (Duration::from_millis(5), Duration::from_hours(1));
        for _ in 0..3 {
            sender.send(request(hour)).await.unwrap();
        }
        let mut arrived = vec![request(some)];
        gather(&mut inbox, &mut arrived).await;
        assert_eq!(arrived.len(), 4);
        // A request that may not wait ends the wait for all and starts none.
        sender.send(request(Duration::ZERO)).await.unwrap();
        let mut arrived = vec![request(hour)];
        gather(&mut inbox, &mut arrived).await;
        assert_eq!(arrived.len(), 2);
        sender.send(request(hour)).await.unwrap();
        let mut arrived = vec![request(Duration::ZERO)];
        gather(&mut inbox, &mut arrived).await;
        assert_eq!(arrived.len(), 1);
        // No further request will arrive.
        drop(sender);
        let mut arrived = vec![request(hour)];
        gather(&mut inbox, &mut arrived).await;
        assert_eq!(arrived.len(), 2);
    }
}

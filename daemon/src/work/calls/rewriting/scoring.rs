//! A rewrite scored by the panel of its study: the same questions as in a round, asked in the same way. What is kept is
//! the sum of the scores, and every reply in the response cache, where the round that asks this rewrite finds it.

use std::sync::Arc;

use protocol::error::{ApiError, ErrorCode};
use tokio::sync::mpsc;

use crate::app::{Caller, Core, RewriteReplies, StudyCancel};
use crate::domain::about_rewrite::AboutRewrite;
use crate::domain::instrument::chain::overall_of;
use crate::domain::outcome::{Outcome, Usage};
use crate::inference::pool::Pool;
use crate::work::calls::machine::QueueEntry;
use crate::work::calls::panel_run::PanelRun;
use crate::work::calls::recorder::{RecordRequest, gather};
use crate::work::calls::{Calls, RECORDING_MAX, broken};
use protocol::study::StudySpec;

/// Respondents whose replies are stored in one transaction.
const BATCH: usize = 256;

/// The panel's scores of a rewrite.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::work) struct FoundScores {
    /// Sum of the experts' overall scores, in hundredths of a point.
    pub(in crate::work) sum: u64,
    /// Experts who scored it.
    pub(in crate::work) experts: u32,
    /// Why one of the others did not.
    pub(in crate::work) why: Option<String>,
}

impl Calls {
    /// Has everyone score the content of this study's specification, which is the rewrite at that place of its round.
    /// However it ends, the cost is booked before it returns.
    pub(in crate::work) async fn score(self, rewrite: u16) -> Result<FoundScores, ApiError> {
        let (core, caller, number) = (self.core.clone(), self.caller.clone(), self.number);
        core.settle_past(&caller).await?;
        let mut lost = Usage::default();
        let scored = self.score_all(rewrite, &mut lost).await;
        let booked = core.end_calls(&caller, number, lost).await;
        scored.and_then(|scored| booked.map(|()| scored))
    }

    async fn score_all(self, rewrite: u16, lost: &mut Usage) -> Result<FoundScores, ApiError> {
        let doors = self.doors()?;
        let noted = self.under_way(&doors)?;
        self.core.note_calls(&self.caller, self.number, noted.clone()).await?;
        self.core.open_spending(&self.caller, self.number).await?;
        // Closed with the study's own gate, or as soon as the study takes no more replies.
        let cancel = self.cancel.child_token();
        let (sender, inbox) = mpsc::channel(RECORDING_MAX);
        let keeper = ScoreKeeper {
            core: self.core.clone(),
            caller: self.caller.clone(),
            pool: Arc::clone(&self.pool),
            cancel: cancel.clone(),
            spec: self.spec.clone(),
            number: self.number,
            attempt: self.attempt,
            rewrite,
            found: FoundScores::default(),
            lost: Usage::default(),
        };
        let keeping = tokio::spawn(keeper.keep(inbox));
        let (round, panel) = (self.round, self.spec.panel);
        let (number, pool) = (self.number, Arc::clone(&self.pool));
        let everyone = (0..panel).map(|respondent| QueueEntry { round, replicate: 0, respondent });
        let run = PanelRun::new(Self { cancel, ..self }, sender, doors, noted, everyone);
        let (unheard, asked) = run.run().await;
        for engine in pool.members() {
            engine.leave(number);
        }
        let (found, unbooked, kept) = keeping.await.map_err(|error| broken(&error))?;
        *lost = lost.plus(unbooked).plus(unheard);
        asked?;
        kept?;
        Ok(found)
    }
}

/// Keeps what the panel says of one rewrite.
struct ScoreKeeper {
    core: Core,
    caller: Caller,
    pool: Arc<Pool>,
    cancel: StudyCancel,
    spec: StudySpec,
    number: u32,
    attempt: u32,
    rewrite: u16,
    found: FoundScores,
    lost: Usage,
}

impl ScoreKeeper {
    /// Stores replies as they arrive, as many as are there in one transaction. Returns the scores, and the usage of what was
    /// not stored.
    async fn keep(
        mut self,
        mut inbox: mpsc::Receiver<RecordRequest>,
    ) -> (FoundScores, Usage, Result<(), ApiError>) {
        let mut arrived = Vec::with_capacity(BATCH);
        let mut refused = Ok(());
        while inbox.recv_many(&mut arrived, BATCH).await > 0 {
            gather(&mut inbox, &mut arrived).await;
            let mut replies = RewriteReplies::new(self.number, self.attempt);
            let mut places = Vec::with_capacity(arrived.len());
            let mut spent = Usage::default();
            for request in arrived.drain(..) {
                spent = spent.plus(self.take(request, &mut replies, &mut places));
            }
            let stored = match &refused {
                Ok(()) => self.core.record_rewriting(&self.caller, replies).await,
                Err(_) => {
                    Err(ApiError::new(ErrorCode::Conflict, "The study takes no scores any more"))
                }
            };
            if let Err(error) = stored {
                self.lost = self.lost.plus(spent);
                // Before slots are released for further calls.
                self.cancel.cancel();
                if refused.is_ok() {
                    refused = Err(error);
                }
            }
            drop(places);
        }
        (self.found, self.lost, refused)
    }

    /// Adds one respondent; says what was used.
    fn take(
        &mut self,
        request: RecordRequest,
        replies: &mut RewriteReplies,
        places: &mut Vec<Option<tokio::sync::OwnedSemaphorePermit>>,
    ) -> Usage {
        let RecordRequest { outcomes, said, shares, place, .. } = request;
        places.push(place);
        let mut spent = Usage::default();
        for (engine, share) in shares {
            if let Some(engine) = self.pool.members().get(engine) {
                spent = spent.plus(share.usage);
                replies.spend(&engine.service().name, engine.model(), share.usage);
            }
        }
        for (at, outcome, _) in outcomes {
            match outcome {
                Outcome::Answered(answered) => {
                    if let Some(overall) = overall_of(&self.spec, at, &answered.answer) {
                        self.found.sum = self.found.sum.saturating_add(u64::from(overall));
                        self.found.experts = self.found.experts.saturating_add(1);
                    }
                }
                Outcome::Refused { reason }
                | Outcome::Invalid { reason }
                | Outcome::Failed { reason }
                | Outcome::Skipped { reason } => {
                    self.found.why.get_or_insert(reason);
                }
            }
        }
        // What another study was told is kept here too: the evidence has every reply.
        for (at, exchanges) in said {
            let about = AboutRewrite::Scorer { rewrite: self.rewrite, respondent: at.respondent };
            replies.keep(about.place(at.round), exchanges);
        }
        spent
    }
}

//! What a language model was asked to rewrite a content, and what the panel was asked to score a rewrite: calls that lead
//! to no outcome. Their replies are kept where the response cache finds them after a halt or a crash, and their cost is
//! booked in the same transaction.

use protocol::credits::UsdMicros;
use protocol::error::{ApiError, ErrorCode};
use protocol::run::State;
use protocol::service::Reply;

use crate::domain::exchange::Exchange;
use crate::domain::ledger::cost;
use crate::domain::outcome::{Assignment, EngineUse, Usage};

use crate::app::asking::record::Batch;
use crate::app::money::allowance::this_month;
use crate::app::studies::lookup::of_number;
use crate::app::studies::transition::defect;
use crate::app::{Caller, Core, Scope};
use crate::store::Writes;

/// Replies about rewrites with what they cost, to be stored together.
#[derive(Clone, Debug)]
pub(crate) struct RewriteReplies(Batch);

impl RewriteReplies {
    /// None yet, for one attempt at a study.
    #[must_use]
    pub(crate) fn new(number: u32, attempt: u32) -> Self {
        Self(Batch::new(number, attempt))
    }

    /// Adds what was said at a place of [`AboutRewrite`](crate::domain::about_rewrite::AboutRewrite).
    pub(crate) fn keep(&mut self, at: Assignment, exchanges: Vec<Exchange>) {
        if !exchanges.is_empty() {
            self.0.keep_early(at, exchanges);
        }
    }

    /// Adds what was used of an engine.
    pub(crate) fn spend(&mut self, engine: &str, model: &str, usage: Usage) {
        self.0.spend(usage);
        self.0.share(engine, model, EngineUse { usage, ..EngineUse::default() });
    }
}

impl Core {
    /// Stores replies about rewrites and books their cost. Refused when the study takes no answers any more.
    pub(crate) async fn record_rewriting(
        &self,
        caller: &Caller,
        replies: RewriteReplies,
    ) -> Reply<()> {
        let owner = caller.may(Scope::Work)?.clone();
        let now = self.world().clock.now();
        let key = self.world().ids.fresh();
        let RewriteReplies(mut batch) = replies;
        let (number, usage) = (batch.number(), batch.usage());
        self.store()
            .write(move |reader| {
                let mut found = of_number(reader, &owner, number)?;
                let mut writes = Writes::at(now);
                let takes =
                    matches!(found.progress.state, State::Running | State::Paused | State::Queued);
                if !takes || found.progress.attempt != batch.attempt() {
                    let what =
                        format!("The study is {} and is rewritten no more", found.progress.state);
                    return Err(ApiError::new(ErrorCode::Conflict, what).into());
                }
                batch.put_said(&mut writes);
                if usage.cost > UsdMicros::ZERO {
                    let name = format!("rewrite/{key}");
                    let (id, engine) = (found.row.id, &found.row.spec.engine);
                    let movement = cost(id, &name, this_month(reader, now)?, engine, usage.cost);
                    writes.book(movement.map_err(|error| defect(&error))?);
                }
                if usage != Usage::default() {
                    batch.count_engines(&mut found.progress);
                    found.progress.usage = found.progress.usage.plus(usage);
                    writes.put(&found.number, &found.progress);
                }
                Ok(((), writes))
            })
            .await?;
        self.note_booked(number, usage);
        Ok(())
    }
}

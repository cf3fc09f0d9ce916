//! The use cases that tools call, as a trait: the command calls the daemon through its socket, the HTTP listener calls the
//! daemon's core for the holder of a key. Whoever implements it decides who calls, what they may do, and under which key a
//! submission is known.

use std::time::Duration;

use protocol::analysis::CrossTab;
use protocol::cost_request::{CostDecision, CostRequest, CostRequestId};
use protocol::event::{Cursor, EventPage};
use protocol::external::{ExternalHead, ExternalResult};
use protocol::id::StudyId;
use protocol::ledger::Balance;
use protocol::ranking::{RankQuestion, Ranking};
use protocol::results::{Comparison, Report};
use protocol::run::{Preview, Study};
use protocol::service::{Page, Reply, StudyQuery};
use protocol::study::Draft;

/// Who agrees to what studies cost in real money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CostRule {
    /// The person at the client, who is asked for each study above the owner's limit.
    PersonAtClient,
    /// The owner did, when they gave a cap to the key of the caller: nobody at the client is asked, and no study goes beyond it.
    /// Without a cap, the owner is asked at their own screen.
    CapOfKey,
}

/// What tools can do. Each call is made for the same caller.
pub trait UseCases: Send + Sync + 'static {
    /// Who agrees to cost.
    const COST_RULE: CostRule;

    /// Checks a draft and returns what it would do.
    fn check(&self, draft: Draft) -> impl Future<Output = Reply<Preview>> + Send;
    /// Submits a study. One that costs more than the owner lets pass is refused with `unconfirmed_cost`: no argument of a tool
    /// agrees to it.
    fn submit(&self, draft: Draft) -> impl Future<Output = Reply<Study>> + Send;
    /// Has a study wait until its owner agrees to its cost, at their own screen; or finds the request that the same call made.
    /// The client calls itself so.
    fn request_cost(
        &self,
        draft: Draft,
        client: String,
    ) -> impl Future<Output = Reply<CostRequest>> + Send;
    /// Does what a person at the client decided on a cost request.
    fn decide_cost(
        &self,
        id: CostRequestId,
        decision: CostDecision,
    ) -> impl Future<Output = Reply<CostRequest>> + Send;
    /// A cost request.
    fn cost_request(&self, id: CostRequestId) -> impl Future<Output = Reply<CostRequest>> + Send;
    /// Whether the caller may run studies, and not only read.
    fn may_run(&self) -> bool;
    /// Lists studies, newest first.
    fn studies(&self, query: StudyQuery) -> impl Future<Output = Reply<Page<Study>>> + Send;
    /// Finds a study by its id, the beginning of one, or `@`.
    fn find(&self, name: String) -> impl Future<Output = Reply<Study>> + Send;
    /// A study with its results.
    fn report(&self, study: StudyId) -> impl Future<Output = Reply<Report>> + Send;
    /// A result broken down by one or two dimensions.
    fn cross(
        &self,
        study: StudyId,
        dimensions: Vec<String>,
        of: Option<String>,
    ) -> impl Future<Output = Reply<CrossTab>> + Send;
    /// Compares two studies.
    fn compare(
        &self,
        first: StudyId,
        second: StudyId,
        of: Option<String>,
    ) -> impl Future<Output = Reply<Comparison>> + Send;
    /// Ranks studies.
    fn rank(&self, question: RankQuestion) -> impl Future<Output = Reply<Ranking>> + Send;
    /// Results of other services, newest first.
    fn externals(
        &self,
        offset: u32,
        limit: u32,
    ) -> impl Future<Output = Reply<Page<ExternalHead>>> + Send;
    /// The result of another service that an id, or the beginning of one, names; none where it names none.
    fn external(&self, name: String) -> impl Future<Output = Reply<Option<ExternalResult>>> + Send;
    /// The owner's balance.
    fn credits(&self) -> impl Future<Output = Reply<Balance>> + Send;
    /// The end of the event feed.
    fn head(&self) -> impl Future<Output = Reply<Cursor>> + Send;
    /// The events after a cursor; waits so long for the next one. Fails when the daemon ends meanwhile.
    fn events(
        &self,
        after: Cursor,
        wait: Duration,
    ) -> impl Future<Output = Reply<EventPage>> + Send;
}

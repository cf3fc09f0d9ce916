//! Waiting for the end of a study, or for the owner's decision on its cost, by the event feed: an agent that waits costs nothing until something happens.

use std::time::Duration;

use protocol::cost_request::{CostRequest, CostRequestId, CostRequestState};
use protocol::event::EventData;
use protocol::id::StudyId;
use protocol::run::{State, Study};
use protocol::service::Reply;
use tokio::time::Instant;

use crate::use_cases::UseCases;

/// The longest wait for one event.
const PATIENCE: Duration = Duration::from_secs(10);

/// The study when it has ended, or as it is when the time is up.
pub(crate) async fn until_ended(
    use_cases: &impl UseCases,
    id: StudyId,
    within: Duration,
) -> Reply<Study> {
    let until = Instant::now() + within;
    // Before the study is looked at: what happens afterwards is in the feed.
    let mut cursor = use_cases.head().await?;
    loop {
        let study = use_cases.find(id.to_string()).await?;
        if study.state.is_final() {
            return Ok(study);
        }
        loop {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return use_cases.find(id.to_string()).await;
            }
            let page = use_cases.events(cursor, left.min(PATIENCE)).await?;
            cursor = page.next;
            let is_told = |event: &protocol::event::Event| {
                event.study == Some(id) && event.state().is_some_and(State::is_final)
            };
            // Without news the study itself is asked: a feed that was folded tells of no end.
            if page.events.is_empty() || page.events.iter().any(is_told) {
                break;
            }
        }
    }
}

/// The request when its owner has decided, or as it is when the time is up.
pub(crate) async fn until_decided(
    use_cases: &impl UseCases,
    id: CostRequestId,
    until: Instant,
) -> Reply<CostRequest> {
    let mut cursor = use_cases.head().await?;
    loop {
        let request = use_cases.cost_request(id).await?;
        if request.state != CostRequestState::Waiting {
            return Ok(request);
        }
        loop {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return use_cases.cost_request(id).await;
            }
            let page = use_cases.events(cursor, left.min(PATIENCE)).await?;
            cursor = page.next;
            let is_told = page.events.iter().any(|event| {
                matches!(event.data, EventData::CostApproved { request } | EventData::CostDeclined { request } if request == id.0)
            });
            if page.events.is_empty() || is_told {
                break;
            }
        }
    }
}

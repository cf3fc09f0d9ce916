//! Paged reading from the daemon, so that no command holds more than one page of a list that can grow.

use std::time::Duration;

use protocol::error::ApiError;
use protocol::id::StudyId;
use protocol::results::Response;
use protocol::run::Study;
use protocol::service::{Page, StudyQuery};
use protocol::wire::DEADLINE_MAX;

use crate::failure::Failure;
use crate::link::{self, Link, call};

/// Answers per request: well below the limit of a frame.
const ANSWERS: u32 = 250;

/// An iteration over all answers of a study.
pub(crate) struct Answers {
    study: StudyId,
    /// From 1.
    round: u16,
    next: Option<u32>,
    left: u32,
    within: Duration,
}

impl Answers {
    /// From the first answer on, at most that many.
    pub(crate) fn of(study: StudyId, limit: Option<u32>) -> Self {
        Self::of_round(study, 1, limit)
    }

    /// The same of a later round, from 1.
    pub(crate) fn of_round(study: StudyId, round: u16, limit: Option<u32>) -> Self {
        let left = limit.unwrap_or(u32::MAX);
        Self { study, round, next: Some(0), left, within: DEADLINE_MAX }
    }

    /// The same with a time limit for each page.
    #[must_use]
    pub(crate) fn within(self, within: Duration) -> Self {
        Self { within, ..self }
    }

    /// The next page; empty at the end.
    pub(crate) async fn page(
        &mut self,
        calls: &impl link::Calls,
    ) -> Result<Vec<Response>, ApiError> {
        while let Some(offset) = self.next {
            if self.left == 0 {
                break;
            }
            let limit = ANSWERS.min(self.left);
            let page = match self.round {
                1 => call!(calls, self.within, answers(self.study, offset, limit))?,
                round => {
                    call!(calls, self.within, round_answers(self.study, round, offset, limit))?
                }
            };
            let page = page.map(Response::from);
            self.next = page.next.filter(|&next| next > offset);
            if !page.items.is_empty() {
                let count = u32::try_from(page.items.len()).unwrap_or(u32::MAX);
                self.left = self.left.saturating_sub(count);
                return Ok(page.items);
            }
        }
        Ok(Vec::new())
    }

    /// All remaining answers at once: only for output that a person asked for.
    pub(crate) async fn all(mut self, link: &Link) -> Result<Vec<Response>, Failure> {
        let mut all = Vec::new();
        loop {
            let page = self.page(link).await?;
            if page.is_empty() {
                return Ok(all);
            }
            all.extend(page);
        }
    }
}

/// All studies that match the query, at most `limit`.
pub(crate) async fn studies(
    link: &Link,
    mut query: StudyQuery,
    limit: Option<u32>,
) -> Result<Vec<Study>, Failure> {
    let mut all = Vec::new();
    loop {
        let room = limit.map_or(u32::MAX, |limit| {
            limit.saturating_sub(u32::try_from(all.len()).unwrap_or(u32::MAX))
        });
        if room == 0 {
            return Ok(all);
        }
        query.limit = room.min(200);
        let Page { items, next } = call!(link, studies(query.clone()))?;
        all.extend(items);
        match next {
            Some(next) if next > query.offset => query.offset = next,
            _ => return Ok(all),
        }
    }
}

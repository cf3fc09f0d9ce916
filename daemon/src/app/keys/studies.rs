//! Studies as the holder of a key sees them who asks for its own only: one study with its report and its answers, and what the
//! key used.

use std::ops::ControlFlow;

use jiff::Timestamp;
use protocol::credits::Credits;
use protocol::error::{ApiError, ErrorCode};
use protocol::hint::Remedy;
use protocol::id::StudyId;
use protocol::key::KeyId;
use protocol::run::Study;
use protocol::service::Reply;

use crate::app::caller::same_owner;
use crate::app::keys::caps::begin;
use crate::app::studies::lookup::{StudyRecord, by_id};
use crate::app::{Caller, Core};
use crate::store::rows::{EndpointRow, KeyRow};
use crate::store::{Order, Reader, UseCaseError};

/// A study as the holder of its key sees it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct StudyOfKey {
    /// The study.
    pub(crate) study: Study,
    /// The credits that were held for it.
    pub(crate) held: Credits,
    /// The respondents who are done, over all rounds, and how many that will be at most. Whom the round after the last asks,
    /// which confirms a gain, is not counted.
    pub(crate) progress: (u32, u32),
}

/// What a key used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KeyUse {
    /// Credits that its cap leaves today; none where nothing limits them.
    pub(crate) credits_left: Option<Credits>,
    /// Credits used by its studies that ended this month (UTC).
    pub(crate) used_this_month: Credits,
    /// Its studies taken on this month (UTC).
    pub(crate) studies: u32,
    /// When the last of them was taken on.
    pub(crate) last_study_at: Option<Timestamp>,
}

impl Core {
    /// A study that came with the caller's key.
    ///
    /// # Errors
    /// `NotFound` for one that is not there or came without a key; `Forbidden` for one of another key.
    pub(crate) async fn study_of_key(&self, caller: &Caller, id: StudyId) -> Reply<StudyOfKey> {
        let key = caller.key();
        self.view(caller, move |_, reader, owner| {
            let found = by_id(reader, owner, id)?;
            match found.row.api_key {
                of if of.is_some() && of == key => Ok(seen(&found)),
                Some(_) => {
                    let what = "This study came with another key";
                    Err(ApiError::new(ErrorCode::Forbidden, what)
                        .hint("Ask with the key that submitted it")
                        .into())
                }
                None => Err(not_there(id)),
            }
        })
        .await
    }

    /// An evaluation as the holder of a key sees it who is told of results: one that came with the key, or one whose result an
    /// endpoint of that key is told.
    ///
    /// # Errors
    /// As for a study of the key.
    pub(crate) async fn evaluation_of_key(
        &self,
        caller: &Caller,
        id: StudyId,
    ) -> Reply<StudyOfKey> {
        match self.study_of_key(caller, id).await {
            Err(error) if matches!(error.code, ErrorCode::NotFound | ErrorCode::Forbidden) => {
                let key = caller.key();
                let told = self.view(caller, move |_, reader, owner| {
                    let found = by_id(reader, owner, id)?;
                    let is_told = key.map(|key| is_told(reader, key, &found)).transpose()?;
                    Ok(is_told.unwrap_or(false).then(|| seen(&found)))
                });
                told.await?.ok_or(error)
            }
            found => found,
        }
    }

    /// What the caller's key used.
    pub(crate) async fn key_use(&self, caller: &Caller) -> Reply<KeyUse> {
        let KeyId(number) = caller.key().ok_or_else(|| {
            ApiError::new(ErrorCode::Unauthorized, "This call is for the holder of a key")
                .hint(Remedy::owner("See what keys used", "demoscope keys list"))
        })?;
        let now = self.world().clock.now();
        self.view(caller, move |_, reader, _| {
            let row: Option<KeyRow> = reader.get(&number)?;
            let mut row = row.ok_or_else(|| {
                ApiError::new(ErrorCode::NotFound, format!("There is no key k{number}"))
            })?;
            begin(&mut row, now);
            let left = |cap: Credits| cap.checked_sub(row.credits).unwrap_or_default();
            Ok(KeyUse {
                credits_left: row.made.caps.credits_per_day.map(left),
                used_this_month: row.used,
                studies: row.studies,
                last_study_at: row.last_study_at,
            })
        })
        .await
    }
}

fn seen(found: &StudyRecord) -> StudyOfKey {
    StudyOfKey { study: found.study(), held: found.held(), progress: respondents_done(found) }
}

/// Whether an endpoint of a key is told what an evaluation came to. Only ended evaluations have a result that is told.
fn is_told(reader: &Reader<'_>, key: KeyId, found: &StudyRecord) -> Result<bool, UseCaseError> {
    let Some(ended) = found.progress.completed_at.filter(|_| found.row.charge.is_some()) else {
        return Ok(false);
    };
    let mut is_told = false;
    reader.all::<EndpointRow>(Order::Rising, |_, endpoint| {
        is_told |= endpoint.key == Some(key)
            && endpoint.format.tells_results()
            && !endpoint.of_studies
            && endpoint.added_at <= ended
            && same_owner(&endpoint.owner, &found.row.owner);
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(is_told)
}

/// The respondents who are done, over all rounds, and how many that will be.
pub(in crate::app) fn respondents_done(found: &StudyRecord) -> (u32, u32) {
    let panel = found.progress.panel;
    let Some(now) = found.round() else { return (panel.settled(), panel.requested) };
    let total = panel.requested.saturating_mul(u32::from(now.rounds));
    let before = panel.requested.saturating_mul(u32::from(now.round.saturating_sub(1)));
    (before.saturating_add(now.panel.settled()).min(total), total)
}

fn not_there(id: StudyId) -> UseCaseError {
    ApiError::new(ErrorCode::NotFound, format!("There is no study '{id}'")).into()
}

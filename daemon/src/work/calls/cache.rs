//! Response cache lookups and preparation of the next questions. New respondents are looked up in groups ahead of their
//! turn, because reading the store takes a while and would hold up the study.

use std::iter::Peekable;

use protocol::error::ApiError;

use super::engine_slot::EngineSlot;
use super::handle_reply::ReadReply;
use super::panel_run::PanelRun;
use super::respondent_task::{QueueEntry, RespondentTask};
use super::unwritten;
use crate::domain::exchange::{Exchange, former};
use crate::domain::outcome::Usage;
use crate::domain::redact::Redacted;
use crate::inference::model::ReadyCall;
use crate::inference::prompt::ReaskPrompt;

/// Respondents looked up in one group.
const GROUP: usize = 64;
/// Questions prepared ahead of their turn, at most.
const LOOK_UP_MAX: usize = 256;

impl PanelRun {
    /// A new respondent for that engine with a first question that is not in the response cache; `None` when there is
    /// none at present. Respondents whose replies are all in the cache are finished on the way.
    pub(super) async fn next_respondent(
        &mut self,
        slot: usize,
        left: &mut Peekable<impl Iterator<Item = QueueEntry>>,
    ) -> Result<Option<(RespondentTask, ReadyCall)>, ApiError> {
        while self.stock.is_empty() && !self.study.cancel.is_cancelled() {
            if !self.look_up_batch(slot, left).await? {
                return Ok(None);
            }
        }
        Ok(self.stock.pop_front())
    }

    /// Prepares the first questions before anything may be asked or recorded.
    pub(super) async fn look_up_ahead(
        &mut self,
        left: &mut Peekable<impl Iterator<Item = QueueEntry>>,
    ) -> Result<(), ApiError> {
        // A reply from the cache would have to be recorded at once.
        while !self.study.recalls() && self.may_look_up() && self.look_up_batch(0, left).await? {
            tokio::task::yield_now().await;
        }
        Ok(())
    }

    /// Whether questions can be prepared ahead of their turn. They cannot where several engines share a panel, because
    /// the order changes with each call; nor while too many respondents wait, because cached ones would be added to
    /// them.
    pub(super) fn may_look_up(&self) -> bool {
        let [slot] = self.slots.as_slice() else { return false };
        let calls = usize::try_from(slot.engine.bounds().concurrency).unwrap_or(usize::MAX);
        slot.dead.is_none() && !self.is_crowded() && self.stock.len() < calls.min(LOOK_UP_MAX)
    }

    /// Prepares the first questions of the next respondents for that engine; returns whether any respondent was left.
    pub(super) async fn look_up_batch(
        &mut self,
        slot: usize,
        left: &mut Peekable<impl Iterator<Item = QueueEntry>>,
    ) -> Result<bool, ApiError> {
        let together = if self.study.recalls() && self.slots.len() == 1 { GROUP } else { 1 };
        let mut group = Vec::with_capacity(together);
        while group.len() < together
            && let Some(ticket) = self.draw(slot, left)
        {
            let task = self.seat(ticket)?;
            group.push(self.prepare(slot, task)?);
        }
        let is_anybody_left = !group.is_empty();
        let unheard = self.unless_cached(group).await?;
        self.stock.extend(unheard);
        Ok(is_anybody_left)
    }

    /// Prepares the call for the current question.
    pub(super) fn prepare(
        &self,
        slot: usize,
        mut task: RespondentTask,
    ) -> Result<(RespondentTask, ReadyCall), ApiError> {
        if task.engine != slot {
            // Another model's reply was corrected; this model has not seen it.
            task.correction = None;
            task.engine = slot;
        }
        let (at, item) = (task.at(), task.item(&self.items));
        let reask = task.correction.as_deref().map(|why| {
            let former = task.exchanges.last().map(|last| former(&last.reply));
            ReaskPrompt { why, former: former.unwrap_or_default() }
        });
        let EngineSlot { engine, form, .. } = &self.slots[slot];
        let ready = engine
            .ready(form, &self.study.spec, at, item, &task.persona, reask)
            .map_err(unwritten)?;
        Ok((task, ready))
    }

    /// Those of a group who must be asked. The others get their reply from the response cache, where it can still be
    /// read.
    pub(super) async fn unless_cached(
        &mut self,
        group: Vec<(RespondentTask, ReadyCall)>,
    ) -> Result<Vec<(RespondentTask, ReadyCall)>, ApiError> {
        if !self.study.recalls() {
            return Ok(group);
        }
        let addresses = group.iter().map(|(_, ready)| ready.address.clone()).collect();
        let said = self.study.remembered(addresses).await?;
        let mut unheard = Vec::with_capacity(group.len());
        for ((mut task, ready), said) in group.into_iter().zip(said) {
            match said.and_then(|said| self.take(&mut task, said)) {
                Some(heard) => {
                    let next = self.hear_out(task, heard);
                    self.follow(next).await?;
                }
                None => unheard.push((task, ready)),
            }
        }
        Ok(unheard)
    }

    /// Uses a cached reply, except where the purpose is to ask again (a replicate).
    fn take(&self, task: &mut RespondentTask, said: Exchange) -> Option<ReadReply> {
        if !task.at().is_answer() {
            return None;
        }
        // A cached reply may have been stored before all keys were known, so it is masked again.
        let Redacted { read, reply, whole_bytes } = self.understand(task, &said.end, said.reply);
        let heard = read.ok()?;
        task.usage = task.usage.plus(Usage::remembered(said.source));
        let correction = task.correction.clone();
        let whole_bytes = said.whole_bytes.or(whole_bytes);
        task.exchanges.push(Exchange { correction, reply, whole_bytes, ..said });
        Some(heard)
    }
}

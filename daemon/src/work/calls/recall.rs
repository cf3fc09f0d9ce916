//! Response cache lookups and preparation of the next questions. New respondents are looked up in groups ahead of their
//! turn, because reading the store takes a while and would hold up the study.

use std::iter::Peekable;

use protocol::error::ApiError;

use super::judge::Heard;
use super::lane::Lane;
use super::round::Round;
use super::sitting::{Sitting, Ticket};
use super::unwritten;
use crate::domain::exchange::{Exchange, former};
use crate::domain::outcome::Usage;
use crate::domain::told::Told;
use crate::inference::model::ReadyCall;
use crate::inference::prompt::Reask;

/// Respondents looked up in one group.
const GROUP: usize = 64;
/// Questions prepared ahead of their turn, at most.
const STOCK_MAX: usize = 256;

impl Round {
    /// A new respondent for that engine with a first question that is not in the response cache; `None` when there is
    /// none at present. Respondents whose replies are all in the cache are finished on the way.
    pub(super) async fn newcomer(
        &mut self,
        lane: usize,
        left: &mut Peekable<impl Iterator<Item = Ticket>>,
    ) -> Result<Option<(Sitting, ReadyCall)>, ApiError> {
        while self.stock.is_empty() && !self.study.gate.is_cancelled() {
            if !self.stock_up(lane, left).await? {
                return Ok(None);
            }
        }
        Ok(self.stock.pop_front())
    }

    /// Prepares the first questions before anything may be asked or recorded.
    pub(super) async fn warm(
        &mut self,
        left: &mut Peekable<impl Iterator<Item = Ticket>>,
    ) -> Result<(), ApiError> {
        // A reply from the cache would have to be recorded at once.
        while !self.study.recalls() && self.may_stock() && self.stock_up(0, left).await? {
            tokio::task::yield_now().await;
        }
        Ok(())
    }

    /// Whether questions can be prepared ahead of their turn. They cannot where several engines share a panel, because
    /// the order changes with each call; nor while too many respondents wait, because cached ones would be added to
    /// them.
    pub(super) fn may_stock(&self) -> bool {
        let [lane] = self.lanes.as_slice() else { return false };
        let calls = usize::try_from(lane.engine.bounds().concurrency).unwrap_or(usize::MAX);
        lane.dead.is_none() && !self.is_crowded() && self.stock.len() < calls.min(STOCK_MAX)
    }

    /// Prepares the first questions of the next respondents for that engine; returns whether any respondent was left.
    pub(super) async fn stock_up(
        &mut self,
        lane: usize,
        left: &mut Peekable<impl Iterator<Item = Ticket>>,
    ) -> Result<bool, ApiError> {
        let together = if self.study.recalls() && self.lanes.len() == 1 { GROUP } else { 1 };
        let mut group = Vec::with_capacity(together);
        while group.len() < together
            && let Some(ticket) = self.draw(lane, left)
        {
            let sitting = self.seat(ticket)?;
            group.push(self.prepare(lane, sitting)?);
        }
        let is_anybody_left = !group.is_empty();
        let unheard = self.unless_remembered(group).await?;
        self.stock.extend(unheard);
        Ok(is_anybody_left)
    }

    /// Prepares the call for the current question.
    pub(super) fn prepare(
        &self,
        lane: usize,
        mut sitting: Sitting,
    ) -> Result<(Sitting, ReadyCall), ApiError> {
        if sitting.engine != lane {
            // Another model's reply was corrected; this model has not seen it.
            sitting.correction = None;
            sitting.engine = lane;
        }
        let (at, item) = (sitting.at(), sitting.item(&self.items));
        let reask = sitting.correction.as_deref().map(|why| {
            let former = sitting.exchanges.last().map(|last| former(&last.reply));
            Reask { why, former: former.unwrap_or_default() }
        });
        let Lane { engine, form, .. } = &self.lanes[lane];
        let ready = engine
            .ready(form, &self.study.spec, at, item, &sitting.persona, reask)
            .map_err(unwritten)?;
        Ok((sitting, ready))
    }

    /// Those of a group who must be asked. The others get their reply from the response cache, where it can still be
    /// read.
    pub(super) async fn unless_remembered(
        &mut self,
        group: Vec<(Sitting, ReadyCall)>,
    ) -> Result<Vec<(Sitting, ReadyCall)>, ApiError> {
        if !self.study.recalls() {
            return Ok(group);
        }
        let addresses = group.iter().map(|(_, ready)| ready.address.clone()).collect();
        let said = self.study.remembered(addresses).await?;
        let mut unheard = Vec::with_capacity(group.len());
        for ((mut sitting, ready), said) in group.into_iter().zip(said) {
            match said.and_then(|said| self.take(&mut sitting, said)) {
                Some(heard) => {
                    let next = self.hear_out(sitting, heard);
                    self.follow(next).await?;
                }
                None => unheard.push((sitting, ready)),
            }
        }
        Ok(unheard)
    }

    /// Uses a cached reply, except where the purpose is to ask again (a replicate).
    fn take(&self, sitting: &mut Sitting, said: Exchange) -> Option<Heard> {
        if !sitting.at().is_answer() {
            return None;
        }
        // A cached reply may have been stored before all keys were known, so it is masked again.
        let Told { read, reply, whole_bytes } = self.understand(sitting, &said.end, said.reply);
        let heard = read.ok()?;
        sitting.usage = sitting.usage.plus(Usage::remembered(said.source));
        let correction = sitting.correction.clone();
        let whole_bytes = said.whole_bytes.or(whole_bytes);
        sitting.exchanges.push(Exchange { correction, reply, whole_bytes, ..said });
        Some(heard)
    }
}

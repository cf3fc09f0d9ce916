//! Prepares questions, and looks them up in the response cache. New respondents are looked up in groups ahead of their
//! turn, each with what is asked next whatever they say, because reading the store takes a while and would hold up the
//! study.

use std::collections::hash_map::Entry;

use protocol::error::{ApiError, ErrorCode};

use super::{AheadCall, PanelRun, PanelSeat};
use crate::domain::exchange::{Exchange, ReplySource};
use crate::domain::instrument;
use crate::domain::outcome::Assignment;
use crate::domain::redact::Redacted;
use crate::inference::prompt::ReaskPrompt;
use crate::work::calls::machine::{CachedReply, PanelQuestion, QueueEntry};
use crate::work::calls::unwritten;

impl PanelRun<'_> {
    /// Prepares calls at an engine; gives the reply of each that is in the response cache and can still be read, where
    /// that may be looked up.
    pub(super) async fn prepare(
        &mut self,
        engine: usize,
        asks: Vec<PanelQuestion>,
        recall: bool,
    ) -> Result<Vec<Option<CachedReply>>, ApiError> {
        if let [ask] = asks.as_slice()
            && self.is_ahead(engine, ask)
        {
            return Ok(vec![None]);
        }
        let mut addresses = Vec::with_capacity(asks.len());
        for ask in &asks {
            addresses.push(self.render(engine, ask)?);
        }
        // Of a retry the next question is prepared already.
        let ahead = if recall || !self.study.recalls() {
            self.render_ahead(engine, &asks)?
        } else {
            Vec::new()
        };
        if !recall {
            self.keep_ahead(ahead, std::iter::repeat(None));
            return Ok(asks.iter().map(|_| None).collect());
        }
        addresses.extend(ahead.iter().map(|(_, call)| call.ready.address.clone()));
        let mut said = self.study.remembered(addresses).await?;
        let said_ahead = said.split_off(asks.len().min(said.len()));
        self.keep_ahead(ahead, said_ahead.into_iter());
        let replies = asks.iter().zip(said);
        Ok(replies.map(|(ask, said)| self.recalled(engine, ask, said?)).collect())
    }

    /// Whether a question was prepared with the one before it, and is not in the response cache; its call is ready then.
    fn is_ahead(&mut self, engine: usize, ask: &PanelQuestion) -> bool {
        let Some(seat) = self.seats.get_mut(&ask.ticket) else { return false };
        let is_it = |call: &mut AheadCall| call.engine == engine && call.at == ask.at;
        let is_plain = ask.item.is_none() && ask.correction.is_none();
        let Some(call) = seat.ahead.take_if(|call| is_plain && is_it(call)) else { return false };
        seat.engine = engine;
        seat.ask.clone_from(ask);
        seat.ready = Some(call.ready);
        true
    }

    /// The calls for what those respondents are asked after their first task, which does not depend on their reply.
    fn render_ahead(
        &self,
        engine: usize,
        asks: &[PanelQuestion],
    ) -> Result<Vec<(QueueEntry, AheadCall)>, ApiError> {
        let spec = &self.study.spec;
        let has_next = |ask: &&PanelQuestion| {
            ask.at.task == 0 && ask.item.is_none() && ask.correction.is_none()
        };
        let firsts = asks.iter().filter(has_next).filter(|_| instrument::tasks(spec) > 1);
        let door = &self.doors[engine];
        let mut ahead = Vec::new();
        for ask in firsts {
            let at = Assignment { task: 1, ..ask.at };
            let persona = &self.seat(ask.ticket)?.persona;
            let ready = door.engine.ready(&door.form, spec, at, None, persona, None);
            let ready = ready.map_err(unwritten)?;
            ahead.push((ask.ticket, AheadCall { engine, at, ready }));
        }
        Ok(ahead)
    }

    /// Keeps those calls whose reply is not in the response cache.
    fn keep_ahead(
        &mut self,
        ahead: Vec<(QueueEntry, AheadCall)>,
        said: impl Iterator<Item = Option<Exchange>>,
    ) {
        for ((ticket, call), said) in ahead.into_iter().zip(said) {
            if said.is_none()
                && let Some(seat) = self.seats.get_mut(&ticket)
            {
                seat.ahead = Some(call);
            }
        }
    }

    /// Prepares the call for a question; gives its address.
    fn render(&mut self, engine: usize, ask: &PanelQuestion) -> Result<String, ApiError> {
        let seat = match self.seats.entry(ask.ticket) {
            Entry::Occupied(seat) => seat.into_mut(),
            Entry::Vacant(empty) => {
                let respondent = ask.ticket.respondent;
                let persona = self.study.panel.persona(respondent).ok_or_else(|| {
                    let what = format!("Nobody is at place {respondent}");
                    ApiError::new(ErrorCode::Internal, what)
                })?;
                empty.insert(PanelSeat {
                    persona,
                    engine,
                    ask: ask.clone(),
                    ready: None,
                    ahead: None,
                    place: None,
                })
            }
        };
        let reask = ask.correction.as_deref();
        let reask = reask.map(|why| ReaskPrompt { why, former: &ask.former });
        let door = &self.doors[engine];
        let (spec, persona) = (&self.study.spec, &seat.persona);
        let ready = door.engine.ready(&door.form, spec, ask.at, ask.item, persona, reask);
        let ready = ready.map_err(unwritten)?;
        let address = ready.address.clone();
        seat.engine = engine;
        seat.ask.clone_from(ask);
        seat.ready = Some(ready);
        Ok(address)
    }

    /// Uses a cached reply, except where the purpose is to ask again (a replicate).
    fn recalled(&self, engine: usize, ask: &PanelQuestion, said: Exchange) -> Option<CachedReply> {
        let served = self.doors[engine].engine.served();
        if !ask.at.is_answer() || !may_be_used(&said, self.study.pool.model(), served.as_deref()) {
            return None;
        }
        // A cached reply may have been stored before all keys were known, so it is masked again.
        let Redacted { read, reply, whole_bytes } =
            self.understand(engine, ask, &said.end, said.reply);
        let read = read.ok()?;
        let correction = ask.correction.clone();
        let whole_bytes = said.whole_bytes.or(whole_bytes);
        let exchange = Exchange { correction, reply, whole_bytes, ..said };
        Some(CachedReply { read, exchange })
    }
}
/// Whether a cached reply may be used, where the study asks the model `asked` and the service said last that `served`
/// answers. What the study itself got before a halt is paid for and always used: behind a router each reply may be another
/// model's. A reply of another study is used only if the model that gave it is the one that answers now.
fn may_be_used(said: &Exchange, asked: &str, served: Option<&str>) -> bool {
    let model = if said.model.is_empty() { asked } else { &said.model };
    said.source == ReplySource::Asked || served.is_none_or(|served| served == model)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::exchange::End;

    #[test]
    fn replies_of_another_model_are_used_only_where_they_are_the_studys_own() {
        let said = |source, model: &str| Exchange {
            address: String::new(),
            correction: None,
            reply: String::new(),
            whole_bytes: None,
            end: End::Finished,
            model: model.to_owned(),
            source,
            beside: None,
            item: None,
        };
        let (own, others) = (ReplySource::Asked, ReplySource::Remembered);
        for (source, model, served, wanted) in [
            (own, "one", Some("two"), true),
            (own, "", Some("two"), true),
            (others, "one", Some("two"), false),
            (others, "", Some("two"), false),
            (others, "two", Some("two"), true),
            (others, "", Some("auto"), true),
            (others, "one", None, true),
        ] {
            let may = may_be_used(&said(source, model), "auto", served);
            assert_eq!(may, wanted, "{source:?} {model} {served:?}");
        }
    }
}

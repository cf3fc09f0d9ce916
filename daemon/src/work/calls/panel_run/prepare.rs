//! Prepares questions, and looks them up in the response cache. New respondents are looked up in groups ahead of their
//! turn, because reading the store takes a while and would hold up the study.

use std::collections::hash_map::Entry;

use protocol::error::{ApiError, ErrorCode};

use super::{PanelRun, PanelSeat};
use crate::domain::exchange::{Exchange, ReplySource};
use crate::domain::redact::Redacted;
use crate::inference::prompt::ReaskPrompt;
use crate::work::calls::machine::{CachedReply, PanelQuestion};
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
        let mut addresses = Vec::with_capacity(asks.len());
        for ask in &asks {
            addresses.push(self.render(engine, ask)?);
        }
        if !recall {
            return Ok(asks.iter().map(|_| None).collect());
        }
        let said = self.study.remembered(addresses).await?;
        let replies = asks.iter().zip(said);
        Ok(replies.map(|(ask, said)| self.recalled(engine, ask, said?)).collect())
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
        let model = &self.doors[engine].engine;
        let served = model.served();
        if !ask.at.is_answer() || !may_be_used(&said, self.study.pool.model(), served.as_deref()) {
            return None;
        }
        if said.source != ReplySource::Asked && model.may_have_changed(&said.model) {
            return None;
        }
        // A cached reply may have been stored before all keys were known, so it is masked again.
        let reader = self.reader(engine, ask);
        let Redacted { read, reply, whole_bytes } = reader.understand(&said.end, said.reply);
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

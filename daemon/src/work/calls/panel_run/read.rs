//! Reads replies, and decides what is stored of them.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::{MadeCall, PanelRun};
use crate::domain::exchange::{self, End, Exchange, ReplySource};
use crate::domain::instrument::{self, Unreadable};
use crate::domain::redact::{Redacted, redact};
use crate::inference::chat::ChatReply;
use crate::work::calls::machine::{
    CallEnd, EndedCall, FailedCall, PanelQuestion, QueueEntry, ReadCall, ReadReply,
};

impl PanelRun<'_> {
    /// A call that is over, with its reply read.
    pub(super) fn read_call(&self, made: MadeCall) -> EndedCall {
        let MadeCall { ticket, address, spent, uncounted, latency } = made;
        let Some(spent) = spent else {
            let (usage, remarks, end) = (uncounted.usage(), Vec::new(), CallEnd::GivenUp);
            return EndedCall { ticket, latency, usage, remarks, end };
        };
        let usage = spent.usage();
        let end = match spent.reply {
            Ok(reply) => match self.read_reply(ticket, address, reply) {
                Some(read) => CallEnd::Replied(Box::new(read)),
                None => CallEnd::GivenUp,
            },
            Err(error) => {
                let engine = self.seats.get(&ticket).map(|seat| &self.doors[seat.engine].engine);
                let helps = engine.and_then(|engine| engine.what_helps(&error));
                CallEnd::Failed(FailedCall { error, helps })
            }
        };
        EndedCall { ticket, latency, usage, remarks: spent.remarks, end }
    }

    fn read_reply(
        &self,
        ticket: QueueEntry,
        address: String,
        reply: ChatReply,
    ) -> Option<ReadCall> {
        let seat = self.seats.get(&ticket)?;
        let (ask, engine) = (&seat.ask, &self.doors[seat.engine].engine);
        let end = End::from(reply.stop);
        let is_empty = reply.text.trim().is_empty();
        let is_unfinished = end == End::Truncated || (reply.thought && is_empty);
        let thought = reply.thought || (is_unfinished && is_empty);
        let unfinished = is_unfinished.then(|| engine.why_unfinished(thought));
        // Of the reply as it came: what is kept of it may be shorter.
        let is_answer = ask.at.is_answer() && end == End::Finished;
        let mended = is_answer
            .then(|| instrument::mended(&self.study.spec, ask.item, &reply.text, reply.place));
        let Redacted { read, reply: kept, whole_bytes } =
            self.understand(seat.engine, ask, &end, reply.text);
        let mended = mended.filter(|_| read.is_ok());
        let unreadable = match &read {
            Err(Unreadable::Invalid { reason }) if unfinished.is_none() => {
                let seen = instrument::value_seen(reason, &kept);
                Some(engine.why_unreadable(reason, seen.as_deref()))
            }
            _ => None,
        };
        let said_by = if reply.model.is_empty() { engine.model().to_owned() } else { reply.model };
        let exchange = Exchange {
            address,
            correction: ask.correction.clone(),
            reply: kept,
            whole_bytes,
            end,
            // Empty means the study's own model, which is recorded once for the study.
            model: if said_by == self.study.pool.model() { String::new() } else { said_by },
            source: ReplySource::Asked,
            beside: None,
            item: ask.item,
        };
        Some(ReadCall { read, exchange, mended, unfinished, unreadable })
    }

    /// Reads the reply to a question and decides what is stored of it. A panic while reading fails this respondent only.
    pub(super) fn understand(
        &self,
        engine: usize,
        ask: &PanelQuestion,
        end: &End,
        reply: String,
    ) -> Redacted<ReadReply> {
        let read = |reply: &str| {
            catch_unwind(AssertUnwindSafe(|| self.read(ask, end, reply))).unwrap_or_else(|_| {
                Err(Unreadable::Invalid { reason: "the reply broke its reader".to_owned() })
            })
        };
        redact(reply, self.doors[engine].engine.mask(), read)
    }

    fn read(&self, ask: &PanelQuestion, end: &End, reply: &str) -> Result<ReadReply, Unreadable> {
        let spec = &self.study.spec;
        match ask.item {
            None => exchange::read(spec, ask.at, end, reply)
                .map(|answered| ReadReply::Whole(Box::new(answered))),
            Some(item) => exchange::read_item(spec, item, end, reply).map(ReadReply::One),
        }
    }
}

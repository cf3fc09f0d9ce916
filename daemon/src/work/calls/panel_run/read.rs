//! Reads replies, and decides what is stored of them. That is done in the task of each call: a burst of replies is read on all
//! cores, and the one task that owns the panel has time to let the next calls go.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use protocol::study::StudySpec;

use super::PanelRun;
use crate::domain::exchange::{self, End, Exchange, ReplySource};
use crate::domain::instrument::{self, Unreadable};
use crate::domain::redact::{Redacted, redact};
use crate::inference::chat::ChatReply;
use crate::inference::door::Spent;
use crate::inference::model::ModelEngine;
use crate::inference::pool::Pool;
use crate::inference::price::Booked;
use crate::work::calls::machine::{
    CallEnd, EndedCall, FailedCall, PanelQuestion, ReadCall, ReadReply,
};

/// All that reading the reply to one question needs.
pub(super) struct ReplyReader {
    spec: Arc<StudySpec>,
    pool: Arc<Pool>,
    engine: Arc<ModelEngine>,
    ask: PanelQuestion,
}

impl PanelRun<'_> {
    /// The reader of replies of that engine to a question.
    pub(super) fn reader(&self, engine: usize, ask: &PanelQuestion) -> ReplyReader {
        ReplyReader {
            spec: Arc::clone(&self.spec),
            pool: Arc::clone(&self.study.pool),
            engine: Arc::clone(&self.doors[engine].engine),
            ask: ask.clone(),
        }
    }
}

impl ReplyReader {
    /// A call that is over, with its reply read; `None` where it was given up, and then it is booked as `uncounted`.
    pub(super) fn read_call(
        &self,
        address: String,
        spent: Option<Spent<ChatReply>>,
        uncounted: Booked,
        latency: Duration,
    ) -> EndedCall {
        let ticket = self.ask.ticket;
        let Some(spent) = spent else {
            let (usage, remarks, end) = (uncounted.usage(), Vec::new(), CallEnd::GivenUp);
            return EndedCall { ticket, latency, usage, remarks, end };
        };
        let usage = spent.usage();
        let end = match spent.reply {
            Ok(reply) => CallEnd::Replied(Box::new(self.read_reply(address, reply))),
            Err(error) => {
                let helps = self.engine.what_helps(&error);
                CallEnd::Failed(FailedCall { error, helps })
            }
        };
        EndedCall { ticket, latency, usage, remarks: spent.remarks, end }
    }

    fn read_reply(&self, address: String, reply: ChatReply) -> ReadCall {
        let Self { spec, pool, engine, ask } = self;
        let unfinished = engine.why_without_answer(&reply);
        let end = End::from(reply.stop);
        // Of the reply as it came: what is kept of it may be shorter.
        let mended = match &end {
            _ if !ask.at.is_answer() => None,
            End::Finished => {
                Some(instrument::mended(spec, ask.at, ask.item, &reply.text, reply.place))
            }
            End::Truncated => Some(instrument::mended_cut_off(spec, ask.at, &reply.text)),
            End::Declined(_) => None,
        };
        let Redacted { read, reply: kept, whole_bytes } = self.understand(&end, reply.text);
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
            model: if said_by == pool.model() { String::new() } else { said_by },
            source: ReplySource::Asked,
            beside: None,
            item: ask.item,
        };
        ReadCall { read, exchange, mended, unfinished, unreadable }
    }

    /// Reads the reply to a question and decides what is stored of it. A panic while reading fails this respondent only.
    pub(super) fn understand(&self, end: &End, reply: String) -> Redacted<ReadReply> {
        let read = |reply: &str| {
            catch_unwind(AssertUnwindSafe(|| self.read(end, reply))).unwrap_or_else(|_| {
                Err(Unreadable::Invalid { reason: "the reply broke its reader".to_owned() })
            })
        };
        redact(reply, self.engine.mask(), read)
    }

    fn read(&self, end: &End, reply: &str) -> Result<ReadReply, Unreadable> {
        let (spec, ask) = (&self.spec, &self.ask);
        match ask.item {
            None => {
                let read = match &ask.so_far {
                    None => exchange::read(spec, ask.at, end, reply),
                    Some(former) => exchange::read_rest(spec, ask.at, former, end, reply),
                };
                read.map(|answered| ReadReply::Whole(Box::new(answered)))
            }
            Some(item) => exchange::read_item(spec, ask.at, item, end, reply).map(ReadReply::One),
        }
    }
}

//! Log of the side measurements of one respondent: each exchange, its usage, and the reason why one is missing.

use std::collections::BTreeMap;

use protocol::channels::Construct;

use crate::domain::channel_readings::SideReply as Spoken;
use crate::domain::exchange::{End, Exchange, SidePart, kept};
use crate::domain::outcome::Usage;

/// The exchanges so far.
#[derive(Debug, Default)]
pub(super) struct ExchangeLog {
    /// The exchanges to store, with replies cut to the stored length.
    pub(super) exchanges: Vec<Exchange>,
    /// The same replies in full length.
    whole: Vec<(SidePart, Construct, End, String)>,
    reasons: BTreeMap<(SidePart, Construct), String>,
    /// Usage for each kind of call.
    pub(super) usage: BTreeMap<SidePart, Usage>,
    /// The study was halted before every question was asked.
    pub(super) halted: bool,
}

impl ExchangeLog {
    /// Records an exchange. The caller passes the full reply; the copy to store is cut here.
    pub(super) fn say(&mut self, mut exchange: Exchange) {
        let Some((part, construct)) = exchange.beside else { return };
        self.whole.push((part, construct, exchange.end.clone(), exchange.reply.clone()));
        if exchange.whole_bytes.is_none() {
            let (reply, whole_bytes) = kept(&exchange.reply);
            (exchange.reply, exchange.whole_bytes) = (reply.to_owned(), whole_bytes);
        }
        self.exchanges.push(exchange);
    }

    /// The last reply, as it is stored.
    pub(super) fn last(&self) -> Option<&str> {
        self.exchanges.last().map(|last| last.reply.as_str())
    }

    /// Records why there is no reply.
    pub(super) fn reason(&mut self, part: SidePart, construct: Construct, why: impl Into<String>) {
        self.reasons.insert((part, construct), why.into());
    }

    /// Why there is no reply.
    pub(super) fn why(&self, part: SidePart, construct: Construct) -> String {
        self.reasons.get(&(part, construct)).cloned().unwrap_or_else(|| "not asked".to_owned())
    }

    /// Adds the usage of a call.
    pub(super) fn took(&mut self, part: SidePart, usage: Usage) {
        let sum = self.usage.entry(part).or_default();
        *sum = sum.plus(usage);
    }

    /// Every exchange with its full reply.
    pub(super) fn spoken(&self) -> Vec<Spoken<'_>> {
        self.whole
            .iter()
            .map(|(part, construct, end, reply)| Spoken {
                part: *part,
                construct: *construct,
                end,
                reply,
            })
            .collect()
    }
}

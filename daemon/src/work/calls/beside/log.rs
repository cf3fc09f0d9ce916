//! What was said beside one direct question, and why something was not.

use std::collections::BTreeMap;

use protocol::channels::Construct;

use crate::domain::exchange::{End, Exchange, Part, kept};
use crate::domain::outcome::Usage;
use crate::domain::voices::Beside as Spoken;

/// What was said so far.
#[derive(Debug, Default)]
pub(super) struct Log {
    /// What is kept of it.
    pub(super) exchanges: Vec<Exchange>,
    /// All of it.
    whole: Vec<(Part, Construct, End, String)>,
    reasons: BTreeMap<(Part, Construct), String>,
    /// What each kind of call took.
    pub(super) usage: BTreeMap<Part, Usage>,
    /// The study was halted before everything was asked.
    pub(super) halted: bool,
}

impl Log {
    /// Takes note of a reply. `exchange` holds all of it; what is kept is cut here.
    pub(super) fn say(&mut self, mut exchange: Exchange) {
        let Some((part, construct)) = exchange.beside else { return };
        self.whole.push((part, construct, exchange.end.clone(), exchange.reply.clone()));
        if exchange.whole_bytes.is_none() {
            let (reply, whole_bytes) = kept(&exchange.reply);
            (exchange.reply, exchange.whole_bytes) = (reply.to_owned(), whole_bytes);
        }
        self.exchanges.push(exchange);
    }

    /// What is kept of the last reply.
    pub(super) fn last(&self) -> Option<&str> {
        self.exchanges.last().map(|last| last.reply.as_str())
    }

    /// Takes note of why nothing was said.
    pub(super) fn reason(&mut self, part: Part, construct: Construct, why: impl Into<String>) {
        self.reasons.insert((part, construct), why.into());
    }

    /// Why nothing was said.
    pub(super) fn why(&self, part: Part, construct: Construct) -> String {
        self.reasons.get(&(part, construct)).cloned().unwrap_or_else(|| "not asked".to_owned())
    }

    /// Takes note of what a call took.
    pub(super) fn took(&mut self, part: Part, usage: Usage) {
        let sum = self.usage.entry(part).or_default();
        *sum = sum.plus(usage);
    }

    /// Everything that was said, whole.
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

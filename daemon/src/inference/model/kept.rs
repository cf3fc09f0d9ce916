//! What was learnt of a service, as it is kept beyond the end of the daemon, told, and reckoned with.

use protocol::credits::UsdMicros;

use super::{ModelEngine, ReadyCall};
use crate::domain::digest::Digest;
use crate::inference::learnt::Learnt;
use crate::inference::price::CallStake;
use crate::inference::service::Service;

impl ModelEngine {
    /// What was learnt of the service that is kept beyond the end of the daemon.
    pub(crate) fn lasting(&self) -> Learnt {
        self.learnt().lasting()
    }

    /// Takes what is kept for what was learnt.
    pub(crate) fn relearn(&self, kept: Learnt) {
        self.learnt().take_lasting(kept);
    }

    /// What is sent otherwise than the settings say, in sentences.
    pub fn put_otherwise(&self) -> Vec<String> {
        let learnt = self.learnt();
        let longest = learnt.longest_reply;
        let ignores = (longest > 0).then(|| {
            format!(
                "the service ignores the limit on length: up to {longest} tokens are reckoned with"
            )
        });
        let told = learnt.told().map(ToOwned::to_owned);
        told.chain(ignores).chain(self.service.key_mended.clone()).collect()
    }

    /// SHA-256 (hex) of the settings for which something was learnt: with others, it is learnt anew.
    pub fn settings_hash(&self) -> String {
        let Service { target, model, structured, temperature, reasoning, .. } = &self.service;
        let parts = [
            self.place(),
            model.clone(),
            format!("{:?} {:?} {structured:?}", target.format, target.token_limit),
            format!("{temperature:?} {reasoning}"),
        ];
        Digest::new().texts(&parts).finish_hex()
    }

    /// The most that a prepared call can cost, by what is known of the service by now.
    pub fn worst_of(&self, ready: &ReadyCall) -> UsdMicros {
        let output = u64::from(ready.chat.output_tokens_max).max(self.longest_reply());
        let input = ready.input_max.max(self.learnt().counted(ready.tokens_likely));
        self.price().worst(input, output)
    }

    /// The money that goes with a prepared call: the most it can cost, and what it is booked at if nothing is counted of it.
    /// That is what the dearest call of its kind came to, and the most before one was counted.
    pub fn stake(&self, ready: &ReadyCall) -> CallStake {
        let learnt = self.learnt();
        let seen = ready.kind.and_then(|kind| learnt.seen_tokens(kind, ready.input_max));
        match seen {
            None => CallStake::unknown(ready.worst),
            Some(seen) => CallStake::seen(ready.worst, self.price().worst(seen.input, seen.output)),
        }
    }

    /// Tokens of the longest reply that was seen, where the service ignores the limit.
    pub fn longest_reply(&self) -> u64 {
        self.learnt().longest_reply
    }
}

//! What calls of one kind were counted at, at the most, as a pure rule: a call of which nothing is counted, because no reply
//! came, is booked at that. It is reckoned in tokens, so that a changed price or limit does not make it wrong.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::chat::Tokens;

/// The most that each kind of calls to a service was counted at, by the kind's word.
pub(super) type SeenKinds = BTreeMap<String, SeenUsage>;

/// The most that calls of one kind were counted at. Prompts differ in length, so of them a share is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct SeenUsage {
    /// Tokens of a prompt for a thousand that it can have.
    input: u64,
    /// Tokens of a reply.
    output: u64,
}

impl SeenUsage {
    /// Learns from what was counted of a call whose prompt can have so many tokens.
    pub(super) fn learn(&mut self, counted: Tokens, input_max: u64) {
        let share = counted.input.saturating_mul(1_000).div_ceil(input_max.max(1));
        self.input = self.input.max(share);
        self.output = self.output.max(counted.output);
    }

    /// What a call comes to like the dearest of these, whose prompt can have so many tokens.
    pub(super) fn tokens(&self, input_max: u64) -> Tokens {
        let input = self.input.saturating_mul(input_max).div_ceil(1_000);
        Tokens { input, output: self.output, ..Tokens::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_comes_to_the_dearest_of_its_kind_in_proportion_to_its_prompt() {
        let counted = |input, output| Tokens { input, output, ..Tokens::default() };
        let mut seen = SeenUsage::default();
        seen.learn(counted(700, 60), 3_000);
        seen.learn(counted(650, 90), 3_000);
        assert_eq!(seen.tokens(3_000), counted(702, 90), "rounded up");
        assert_eq!(seen.tokens(6_000), counted(1_404, 90));
    }
}

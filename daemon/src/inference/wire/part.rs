//! What a service counts of a call where it does not count all of it: a sum alone, or one of the two directions. What is left
//! follows from the lengths of what was sent and came, and never makes more than a sum that can hold both. Pure functions.

use serde_json::Value;

use super::super::chat::Tokens;
use super::count;

/// The counts that a service gives, of which one or more are missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PartialUsage {
    input: Option<u64>,
    output: Option<u64>,
    total: Option<u64>,
}

/// One count of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenCount {
    /// It is not there, null, or zero.
    Missing,
    /// So many.
    Counted(u64),
    /// It is there, and no count.
    Nonsense,
}

/// The first of these counts that is there.
pub(super) fn first_count(usage: &Value, keys: &[&str]) -> TokenCount {
    let given = keys.iter().find(|key| usage.get(**key).is_some_and(|value| !value.is_null()));
    match given.map(|key| count(usage, key)) {
        None | Some(Some(0)) => TokenCount::Missing,
        Some(Some(tokens)) => TokenCount::Counted(tokens),
        Some(None) => TokenCount::Nonsense,
    }
}

impl TokenCount {
    fn counted(self) -> Option<u64> {
        match self {
            Self::Counted(tokens) => Some(tokens),
            Self::Missing | Self::Nonsense => None,
        }
    }
}

impl PartialUsage {
    /// The counts of a reply; `None` where there is none, or one that cannot be.
    pub(super) fn of(input: TokenCount, output: TokenCount, total: TokenCount) -> Option<Self> {
        if [input, output, total].contains(&TokenCount::Nonsense) {
            return None;
        }
        let counted =
            Self { input: input.counted(), output: output.counted(), total: total.counted() };
        let is_something = counted.input.or(counted.output).or(counted.total).is_some();
        let most = counted.input.unwrap_or(0).saturating_add(counted.output.unwrap_or(0));
        (is_something && counted.total.is_none_or(|total| total >= most)).then_some(counted)
    }

    /// The tokens of the call, with what was sent and came by its length in the place of what is missing.
    pub(crate) fn completed(self, sent: u64, came: u64) -> Tokens {
        let (input, output) = match (self.input, self.output, self.total) {
            (Some(input), Some(output), _) => (input, output),
            // A sum that is one direction alone leaves the other one out.
            (Some(input), None, Some(total)) if total > input => (input, total - input),
            (Some(input), None, _) => (input, came),
            (None, Some(output), Some(total)) if total > output => (total - output, output),
            (None, Some(output), _) => (sent, output),
            // So is one that could not hold half of the prompt, whatever a text of that length comes to.
            (None, None, Some(total)) if total.saturating_mul(2) < sent => (sent, total),
            (None, None, Some(total)) => {
                let input = sent.min(total);
                (input, total - input)
            }
            (None, None, None) => (sent, came),
        };
        Tokens { input, output, ..Tokens::default() }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::Format;
    use super::*;

    /// What is booked of a usage where some 300 tokens were sent and 40 came.
    fn booked(format: Format, usage: &Value) -> Option<(u64, u64)> {
        let body = json!({ "usage": usage, "usageMetadata": usage }).to_string();
        let tokens = format.partial_usage(body.as_bytes())?.completed(300, 40);
        Some((tokens.input, tokens.output))
    }

    #[test]
    fn what_is_missing_follows_from_the_rest_and_never_passes_the_sum() {
        for (usage, tokens) in [
            (json!({ "total_tokens": 520 }), Some((300, 220))),
            (json!({ "total_tokens": "520" }), Some((300, 220))),
            (json!({ "total_tokens": 200 }), Some((200, 0))),
            (json!({ "total_tokens": 120 }), Some((300, 120))),
            (json!({ "prompt_tokens": 0, "total_tokens": 120 }), Some((300, 120))),
            (
                json!({ "prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 520 }),
                Some((300, 220)),
            ),
            (json!({ "prompt_tokens": 400 }), Some((400, 40))),
            (json!({ "prompt_tokens": 400, "total_tokens": 520 }), Some((400, 120))),
            (
                json!({ "prompt_tokens": 400, "completion_tokens": 0, "total_tokens": 400 }),
                Some((400, 40)),
            ),
            (json!({ "completion_tokens": 120 }), Some((300, 120))),
            (json!({ "completion_tokens": 120, "total_tokens": 520 }), Some((400, 120))),
            (json!({ "completion_tokens": 120, "total_tokens": 120 }), Some((300, 120))),
            (
                json!({ "prompt_tokens": 0, "completion_tokens": 120, "total_tokens": 120 }),
                Some((300, 120)),
            ),
            (json!({ "output_tokens": 120, "prompt_tokens": null }), Some((300, 120))),
            (json!({ "prompt_tokens": -400, "completion_tokens": 120 }), None),
            (json!({ "prompt_tokens": 400, "completion_tokens": 1e15 }), None),
            (json!({ "prompt_tokens": 400, "total_tokens": 120 }), None),
            (json!({ "total_tokens": 0 }), None),
            (json!({ "cost": 0.05 }), None),
            (json!(null), None),
        ] {
            assert_eq!(booked(Format::Openai, &usage), tokens, "{usage}");
        }
        let usage = json!({ "output_tokens": 120 });
        assert_eq!(booked(Format::Anthropic, &usage), Some((300, 120)));
        let usage = json!({ "totalTokenCount": 520 });
        assert_eq!(booked(Format::Gemini, &usage), Some((300, 220)));
        let usage = json!({ "candidatesTokenCount": 20, "thoughtsTokenCount": 100 });
        assert_eq!(booked(Format::Gemini, &usage), Some((300, 120)));
    }
}

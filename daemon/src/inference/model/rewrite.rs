//! The call that asks a model to rewrite a content. Its reply is as long as the content or longer, so it has a longest
//! length of its own; the call shares the admission control and the price of questions.

use protocol::study::StudySpec;

use super::{Estimate, ModelEngine, ReadyCall, Sampling};
use crate::config::Structured;
use crate::domain::exchange::AddressPrefix;
use crate::domain::instrument;
use crate::domain::instrument::chain::{Wish, proposals_of, rewrite_schema};
use crate::inference::chat::Schema;
use crate::inference::price::tokens_likely;
use crate::inference::prompt::{PromptError, ReaskPrompt, put};

/// Tokens of a reply besides its texts.
const BESIDES: u64 = 600;
/// The longest reply that is asked for, in tokens.
const REPLY_TOKENS_MAX: u64 = 16_000;

impl ModelEngine {
    /// The call that has the content of a study rewritten.
    ///
    /// # Errors
    /// When an owner's template does not render.
    pub(crate) fn ready_rewrite(
        &self,
        spec: &StudySpec,
        wishes: &[Wish],
        reask: Option<ReaskPrompt<'_>>,
    ) -> Result<ReadyCall, PromptError> {
        let prompt = put(reask, |why| self.prompts.rewrite(spec, wishes, why))?;
        let schema = (self.service.structured == Structured::Schema).then(rewrite_schema);
        let usual = self.usual();
        let longest = reply_tokens(spec).min(REPLY_TOKENS_MAX);
        let longest = u32::try_from(longest).unwrap_or(u32::MAX).max(usual.output_tokens_max);
        let sampling = Sampling { output_tokens_max: longest, ..usual };
        let origin = AddressPrefix::new(&self.parameters_with(schema.as_ref(), sampling));
        let schema = schema.as_ref().map(Schema::new).transpose()?;
        let framing = schema.as_ref().map_or(0, Schema::bytes);
        Ok(self.ready_with(prompt, self.shape(schema.as_ref()), &origin, framing, sampling))
    }

    /// The estimated cost of so many such calls.
    ///
    /// # Errors
    /// When an owner's template does not render.
    pub(crate) fn estimate_rewrites(
        &self,
        spec: &StudySpec,
        wishes: &[Wish],
        calls: u64,
    ) -> Result<Estimate, PromptError> {
        let call = self.ready_rewrite(spec, wishes, None)?;
        let most = reply_tokens(spec).min(REPLY_TOKENS_MAX);
        Ok(self.estimate_replies(&call, calls, (most / 3, most)))
    }
}

/// Tokens of the longest usual reply: every rewrite half as long again as the content.
fn reply_tokens(spec: &StudySpec) -> u64 {
    let texts = instrument::stimuli(&spec.instrument);
    let content: u64 = texts.into_iter().map(tokens_likely).sum();
    let rewrites = content.saturating_mul(u64::from(proposals_of(spec))).saturating_mul(3) / 2;
    rewrites.saturating_add(BESIDES)
}

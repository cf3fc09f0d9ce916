//! The calls that ask a model to write: a content once more, or competitors for it. The reply is as long as the content or longer, so it has a longest
//! length of its own; the call shares the admission control and the price of questions.

use protocol::study::StudySpec;
use serde_json::Value;

use super::{Estimate, ModelEngine, ReadyCall, Sampling};
use crate::config::Structured;
use crate::domain::evidence::PromptRecord;
use crate::domain::exchange::AddressPrefix;
use crate::domain::instrument::chain::{RewriteBrief, proposals_of, rewrite_schema};
use crate::domain::instrument::{self, competitor_schema};
use crate::inference::chat::Schema;
use crate::inference::price::tokens_likely;
use crate::inference::prompt::{Prompt, PromptError, ReaskPrompt, put};

/// Tokens of a reply besides its texts.
const BESIDES: u64 = 600;
/// Tokens of the longest usual reply with competitors.
const COMPETITOR_TOKENS: u64 = 1_200;
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
        brief: &RewriteBrief,
        reask: Option<ReaskPrompt<'_>>,
    ) -> Result<ReadyCall, PromptError> {
        let prompt = put(reask, |why| self.prompts.rewrite(spec, brief, why))?;
        self.ready_writing(prompt, self.framing_of_rewrites(spec))
    }

    /// The call that has competitors written for the content of a study.
    ///
    /// # Errors
    /// When an owner's template does not render.
    pub(crate) fn ready_competitors(
        &self,
        spec: &StudySpec,
        reask: Option<ReaskPrompt<'_>>,
    ) -> Result<ReadyCall, PromptError> {
        let prompt = put(reask, |why| self.prompts.competitors(spec, why))?;
        self.ready_writing(prompt, self.framing_of_competitors())
    }

    /// A call whose reply is longer than an answer.
    fn ready_writing(
        &self,
        prompt: Prompt,
        (schema, sampling): (Option<Value>, Sampling),
    ) -> Result<ReadyCall, PromptError> {
        let origin = AddressPrefix::new(&self.parameters_with(schema.as_ref(), sampling));
        let schema = schema.as_ref().map(Schema::new).transpose()?;
        let framing = schema.as_ref().map_or(0, Schema::bytes);
        Ok(self.ready_with(prompt, self.shape(schema.as_ref()), &origin, framing, sampling))
    }

    /// The estimated cost of the call that has competitors written.
    ///
    /// # Errors
    /// When an owner's template does not render.
    pub(crate) fn estimate_competitors(&self, spec: &StudySpec) -> Result<Estimate, PromptError> {
        let call = self.ready_competitors(spec, None)?;
        Ok(self.estimate_replies(&call, 1, (COMPETITOR_TOKENS / 12, COMPETITOR_TOKENS)))
    }

    /// The settings, price and templates of the call for a rewrite, which an evidence bundle needs to rebuild its prompt.
    pub(crate) fn rewrite_prompt_record(&self, spec: &StudySpec) -> PromptRecord {
        self.record_of(self.framing_of_rewrites(spec))
    }

    /// The same of the call for competitors.
    pub(crate) fn competitor_prompt_record(&self) -> PromptRecord {
        self.record_of(self.framing_of_competitors())
    }

    fn record_of(&self, (schema, sampling): (Option<Value>, Sampling)) -> PromptRecord {
        self.prompt_record(self.parameters_with(schema.as_ref(), sampling).to_string())
    }

    fn framing_of_rewrites(&self, spec: &StudySpec) -> (Option<Value>, Sampling) {
        self.framing(rewrite_schema, reply_tokens(spec))
    }

    fn framing_of_competitors(&self) -> (Option<Value>, Sampling) {
        self.framing(competitor_schema, COMPETITOR_TOKENS)
    }

    /// The schema of a reply, where the service takes one, and its longest length.
    fn framing(&self, schema: fn() -> Value, longest: u64) -> (Option<Value>, Sampling) {
        let schema = (self.service.structured == Structured::Schema).then(schema);
        let usual = self.usual();
        let longest = longest.min(REPLY_TOKENS_MAX);
        let longest = u32::try_from(longest).unwrap_or(u32::MAX).max(usual.output_tokens_max);
        (schema, Sampling { output_tokens_max: longest, ..usual })
    }

    /// The estimated cost of so many such calls.
    ///
    /// # Errors
    /// When an owner's template does not render.
    pub(crate) fn estimate_rewrites(
        &self,
        spec: &StudySpec,
        brief: &RewriteBrief,
        calls: u64,
    ) -> Result<Estimate, PromptError> {
        let call = self.ready_rewrite(spec, brief, None)?;
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

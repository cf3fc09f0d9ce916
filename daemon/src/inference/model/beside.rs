//! Side measures on a chat model: a respondent's free text, and the rating of a text. Their calls share the admission
//! control and the price of direct questions.

use protocol::channels::Construct;
use protocol::persona::Persona;
use protocol::study::StudySpec;

use super::{Estimate, ModelEngine, ReadyCall, Sampling};
use crate::config::Structured;
use crate::domain::evidence::PromptRecord;
use crate::domain::exchange::{AddressPrefix, SidePart};
use crate::domain::instrument;
use crate::domain::instrument::channels::{TEXT_BYTES_MAX, rating_schema, text_schema};
use crate::inference::chat::Schema;
use crate::inference::prompt::{Prompt, PromptError, ReaskPrompt, put};

/// Fewest and most tokens of a free text: one to three short sentences in an object.
const TEXT_TOKENS: (u64, u64) = (20, 120);
/// Tokens of a rating.
const RATING_TOKENS: (u64, u64) = (8, 30);
/// Longest reply of a non-reasoning model, in tokens: many times what either kind needs.
const REPLY_TOKENS_MAX: u32 = 300;
/// Usual most characters of such a text, for estimates.
const TEXT_LIKELY: usize = 400;

impl ModelEngine {
    /// The call that asks a respondent for a free text.
    ///
    /// # Errors
    /// When an owner's template does not render.
    pub fn ready_text(
        &self,
        spec: &StudySpec,
        construct: Construct,
        persona: &Persona,
        reask: Option<ReaskPrompt<'_>>,
    ) -> Result<ReadyCall, PromptError> {
        let prompt = put(reask, |why| self.prompts.text(spec, construct, persona, why))?;
        self.ready_prompt(prompt, SidePart::Text, 0)
    }

    /// The call that has a text rated.
    ///
    /// # Errors
    /// When an owner's template does not render.
    pub fn ready_rating(
        &self,
        seed: u64,
        construct: Construct,
        text: &str,
        reask: Option<ReaskPrompt<'_>>,
    ) -> Result<ReadyCall, PromptError> {
        let prompt = put(reask, |why| self.prompts.rating(seed, construct, text, why))?;
        self.ready_prompt(prompt, SidePart::Rating, 0)
    }

    /// A rating of the longest possible text, to know the most that one can cost.
    ///
    /// # Errors
    /// When an owner's template does not render.
    pub fn longest_rating(
        &self,
        seed: u64,
        construct: Construct,
    ) -> Result<ReadyCall, PromptError> {
        let prompt = self.prompts.rating(seed, construct, "", None)?;
        self.ready_prompt(prompt, SidePart::Rating, TEXT_BYTES_MAX)
    }

    fn ready_prompt(
        &self,
        prompt: Prompt,
        part: SidePart,
        more: usize,
    ) -> Result<ReadyCall, PromptError> {
        let schema = self.schema_of(part);
        let sampling = self.sampling_of(part);
        let origin = AddressPrefix::new(&self.parameters_with(schema.as_ref(), sampling));
        let schema = schema.as_ref().map(Schema::new).transpose()?;
        let framing = schema.as_ref().map_or(0, Schema::bytes);
        let shape = self.shape(schema.as_ref());
        let kind = match part {
            SidePart::Text => "text",
            SidePart::Rating | SidePart::Embedding => "rating",
        };
        let ready = self.ready_with(prompt, shape, &origin, framing + more, sampling);
        Ok(ReadyCall { kind: Some(kind), ..ready })
    }

    /// The schema of the reply, if the service can enforce one.
    fn schema_of(&self, part: SidePart) -> Option<serde_json::Value> {
        (self.service.structured == Structured::Schema).then(|| match part {
            SidePart::Text => text_schema(),
            SidePart::Rating | SidePart::Embedding => rating_schema(),
        })
    }

    /// Texts of different people should differ, so they are sampled; the rating of a text should be reproducible, as
    /// far as a service can do that.
    fn sampling_of(&self, part: SidePart) -> Sampling {
        let usual = self.usual();
        let longest = usual.output_tokens_max;
        Sampling {
            temperature: match part {
                SidePart::Text => usual.temperature,
                SidePart::Rating | SidePart::Embedding => usual.temperature.map(|_| 0.0),
            },
            output_tokens_max: if self.service.reasoning {
                longest
            } else {
                longest.min(REPLY_TOKENS_MAX)
            },
        }
    }

    /// The estimated cost of the free texts of that many respondents.
    ///
    /// # Errors
    /// When an owner's template does not render.
    pub fn estimate_texts(
        &self,
        spec: &StudySpec,
        constructs: &[Construct],
        persona: &Persona,
    ) -> Result<Estimate, PromptError> {
        let calls = constructs.iter().map(|construct| {
            let call = self.ready_text(spec, *construct, persona, None)?;
            Ok(self.estimate_replies(&call, u64::from(spec.panel), TEXT_TOKENS))
        });
        Ok(Estimate::sum(calls.collect::<Result<Vec<_>, PromptError>>()?))
    }

    /// The estimated cost of rating those texts.
    ///
    /// # Errors
    /// When an owner's template does not render.
    pub fn estimate_ratings(
        &self,
        spec: &StudySpec,
        constructs: &[Construct],
    ) -> Result<Estimate, PromptError> {
        let text = "x".repeat(TEXT_LIKELY);
        let calls = constructs.iter().map(|construct| {
            let call = self.ready_rating(spec.seed, *construct, &text, None)?;
            let each = self.estimate_replies(&call, u64::from(spec.panel), RATING_TOKENS);
            Ok(Estimate { aside: self.longest_rating(spec.seed, *construct)?.worst, ..each })
        });
        Ok(Estimate::sum(calls.collect::<Result<Vec<_>, PromptError>>()?))
    }

    /// Settings, price and templates of such a call.
    pub fn side_prompt_record(&self, part: SidePart) -> PromptRecord {
        let schema = self.schema_of(part);
        PromptRecord {
            parameters: self.parameters_with(schema.as_ref(), self.sampling_of(part)).to_string(),
            price: self.service.price.map(|price| (price.input, price.cached_input, price.output)),
            templates: self.prompts.texts().clone(),
            part: Some(part),
            benches: std::collections::BTreeMap::new(),
            reader: instrument::READER,
        }
    }

    /// SHA-256 (hex) over the templates of side measures.
    pub fn beside_hash(&self) -> &str {
        self.prompts.beside_hash()
    }
}

//! Prompts of side measures: the respondent's free text, and another model's rating of it. A rater sees only the
//! text, behind a mark that the text's author cannot know.

use minijinja::context;
use protocol::channels::Construct;
use protocol::persona::Persona;
use protocol::study::StudySpec;

use super::{FIRST, Prompt, PromptError, PromptMaterial, Prompts, facts};
use crate::domain::digest::Digest;
use crate::domain::instrument;

impl Prompts {
    /// Asks a respondent for a free text on one construct.
    ///
    /// # Errors
    /// When a template uses an undefined value.
    pub fn text(
        &self,
        spec: &StudySpec,
        construct: Construct,
        persona: &Persona,
        correction: Option<&str>,
    ) -> Result<Prompt, PromptError> {
        let about = context! {
            persona => facts(persona),
            construct => construct.as_str(),
            correction => correction,
            ..PromptMaterial::of(spec).about(instrument::order_shown(spec, FIRST))
        };
        Ok(Prompt {
            system: self.fill("speaker.jinja", &about)?,
            question: self.fill("text.jinja", &about)?,
            again: None,
        })
    }

    /// Asks a model to rate such a text.
    ///
    /// # Errors
    /// When a template uses an undefined value.
    pub fn rating(
        &self,
        seed: u64,
        construct: Construct,
        text: &str,
        correction: Option<&str>,
    ) -> Result<Prompt, PromptError> {
        let about = context! {
            mark => mark_of_text(seed, text),
            construct => construct.as_str(),
            text => text,
            correction => correction,
        };
        Ok(Prompt {
            system: self.fill("rater.jinja", &about)?,
            question: self.fill("rating.jinja", &about)?,
            again: None,
        })
    }
}

/// The word in the marks around a text. The text's author has seen the mark of the material; this one is drawn from
/// the text itself, so that no text can contain its own closing mark.
fn mark_of_text(seed: u64, text: &str) -> String {
    let hash = Digest::new().raw("mark of a text").raw(seed.to_le_bytes()).raw(text).finish_hex();
    format!("said-{}", &hash[..8])
}

//! The prompts that ask a model to write: competitors of a content, or the content once more, with what the panel would change. The panel's words come
//! from models too, so they stand behind a mark of their own, which none of them has seen.

use minijinja::context;
use protocol::study::StudySpec;

use super::{FIRST, Prompt, PromptError, PromptMaterial, Prompts, plain};
use crate::domain::digest::Digest;
use crate::domain::instrument;
use crate::domain::instrument::chain::{RewriteBrief, rewrite_facts};

impl Prompts {
    /// Asks a model to rewrite the content of a study.
    ///
    /// # Errors
    /// When a template uses an undefined value.
    pub(crate) fn rewrite(
        &self,
        spec: &StudySpec,
        brief: &RewriteBrief,
        correction: Option<&str>,
    ) -> Result<Prompt, PromptError> {
        let mut facts = rewrite_facts(spec, brief);
        let mut fact = |name: &str| plain(facts[name].take());
        let about = context! {
            correction => correction,
            wish_mark => mark_of_brief(spec.seed, brief),
            wishes => fact("wishes"),
            tried => fact("tried"),
            count => fact("count"),
            keeps => fact("keeps"),
            allow_new_claims => fact("allow_new_claims"),
            ..PromptMaterial::of(spec).about(instrument::order_shown(spec, FIRST))
        };
        Ok(Prompt {
            system: self.fill("editor.jinja", &about)?,
            question: self.fill("rewrite.jinja", &about)?,
            again: None,
        })
    }
}

impl Prompts {
    /// Asks a model to write competitors of the content of a study.
    ///
    /// # Errors
    /// When a template uses an undefined value.
    pub(crate) fn competitors(
        &self,
        spec: &StudySpec,
        correction: Option<&str>,
    ) -> Result<Prompt, PromptError> {
        let mut facts = instrument::competitor_facts();
        let about = context! {
            correction => correction,
            count => plain(facts["count"].take()),
            ..PromptMaterial::of(spec).about(instrument::order_shown(spec, FIRST))
        };
        Ok(Prompt {
            system: self.fill("competitor_writer.jinja", &about)?,
            question: self.fill("competitors.jinja", &about)?,
            again: None,
        })
    }
}

fn mark_of_brief(seed: u64, brief: &RewriteBrief) -> String {
    let named = Digest::new().raw("mark of wishes").raw(seed.to_le_bytes());
    let wishes = brief.wishes.iter();
    let parts = wishes.flat_map(|wish| [&wish.dimension, &wish.suggestion, &wish.why]);
    let hash = parts.chain(&brief.tried).fold(named, Digest::raw).finish_hex();
    format!("wish-{}", &hash[..8])
}

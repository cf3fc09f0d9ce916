//! The parts of a prompt that all questions of one study share at an engine: reply schema, settings and material.
//! They are computed once for a study and not for each respondent.

use protocol::study::StudySpec;

use super::ModelEngine;
use crate::config::Structured;
use crate::domain::exchange::AddressPrefix;
use crate::domain::instrument::{self, Item};
use crate::inference::chat::Schema;
use crate::inference::prompt::{PromptError, PromptMaterial};

/// The constant parts of a study's prompts.
#[derive(Clone, Debug)]
pub struct QuestionForm {
    /// The stimulus and context.
    pub(super) material: PromptMaterial,
    /// One for all questions together, or one for each item.
    pub(super) sheets: Vec<QuestionSet>,
}

/// The constant parts for one set of questions.
#[derive(Clone, Debug)]
pub(super) struct QuestionSet {
    /// The item; `None` for all questions together.
    item: Option<Item>,
    /// The schema of replies, if the service can enforce one.
    pub(super) schema: Option<Schema>,
    /// The engine and its settings as one text: the first part of the address of every prompt.
    pub(super) parameters: String,
    /// The hash state that those addresses begin with.
    pub(super) origin: AddressPrefix,
}

impl QuestionForm {
    /// The constant parts for that item.
    pub(super) fn sheet(&self, item: Option<Item>) -> Result<&QuestionSet, PromptError> {
        let sheet = self.sheets.iter().find(|sheet| sheet.item == item);
        sheet.ok_or_else(|| PromptError::Form("there is none for that question".to_owned()))
    }
}

impl QuestionSet {
    /// Bytes that are sent besides the prompt.
    pub(super) fn bytes(&self) -> usize {
        self.schema.as_ref().map_or(0, Schema::bytes)
    }
}

impl ModelEngine {
    /// The constant parts for that study at this engine.
    ///
    /// # Errors
    /// Never: a schema is JSON.
    pub fn form(&self, spec: &StudySpec) -> Result<QuestionForm, PromptError> {
        let alone = instrument::items(spec);
        let sheets = if alone.is_empty() {
            vec![self.sheet(None, || instrument::schema(spec))?]
        } else {
            let sheet = |item: Item| self.sheet(Some(item), || instrument::item_schema(spec, item));
            alone.into_iter().map(sheet).collect::<Result<_, _>>()?
        };
        Ok(QuestionForm { material: PromptMaterial::of(spec), sheets })
    }

    fn sheet(
        &self,
        item: Option<Item>,
        schema: impl FnOnce() -> serde_json::Value,
    ) -> Result<QuestionSet, PromptError> {
        let schema = (self.service.structured == Structured::Schema).then(schema);
        let parameters = self.parameters_with(schema.as_ref(), self.usual()).to_string();
        Ok(QuestionSet {
            item,
            schema: schema.as_ref().map(Schema::new).transpose()?,
            origin: AddressPrefix::new(&parameters),
            parameters,
        })
    }
}

//! What all questions of one study share at an engine: the form that replies take, the settings and the material. It is
//! worked out once for a study and not once for a respondent.

use protocol::study::StudySpec;

use super::ModelEngine;
use crate::config::Structured;
use crate::domain::exchange::Origin;
use crate::domain::instrument::{self, Item};
use crate::inference::chat::Schema;
use crate::inference::prompt::{Material, PromptError};

/// What is the same in every question of one study.
#[derive(Clone, Debug)]
pub struct Form {
    /// What people are shown.
    pub(super) material: Material,
    /// One for all questions together, or one for each that is put alone.
    pub(super) sheets: Vec<Sheet>,
}

/// What is the same whenever certain questions are put.
#[derive(Clone, Debug)]
pub(super) struct Sheet {
    /// The one question that is put; `None` for all together.
    item: Option<Item>,
    /// The form that replies take, where the service is told.
    pub(super) schema: Option<Schema>,
    /// Who is asked and with which settings, as one text: the first part of the address of every question.
    pub(super) parameters: String,
    /// Where those addresses begin.
    pub(super) origin: Origin,
}

impl Form {
    /// What is the same whenever that is put.
    pub(super) fn sheet(&self, item: Option<Item>) -> Result<&Sheet, PromptError> {
        let sheet = self.sheets.iter().find(|sheet| sheet.item == item);
        sheet.ok_or_else(|| PromptError::Form("there is none for that question".to_owned()))
    }
}

impl Sheet {
    /// Bytes that are sent besides the prompt.
    pub(super) fn bytes(&self) -> usize {
        self.schema.as_ref().map_or(0, Schema::bytes)
    }
}

impl ModelEngine {
    /// What all questions of that study share here.
    ///
    /// # Errors
    /// Never: a schema is JSON.
    pub fn form(&self, spec: &StudySpec) -> Result<Form, PromptError> {
        let alone = instrument::items(spec);
        let sheets = if alone.is_empty() {
            vec![self.sheet(None, || instrument::schema(spec))?]
        } else {
            let sheet = |item: Item| self.sheet(Some(item), || instrument::item_schema(spec, item));
            alone.into_iter().map(sheet).collect::<Result<_, _>>()?
        };
        Ok(Form { material: Material::of(spec), sheets })
    }

    fn sheet(
        &self,
        item: Option<Item>,
        schema: impl FnOnce() -> serde_json::Value,
    ) -> Result<Sheet, PromptError> {
        let schema = (self.service.structured == Structured::Schema).then(schema);
        let parameters = self.parameters_with(schema.as_ref(), self.usual()).to_string();
        Ok(Sheet {
            item,
            schema: schema.as_ref().map(Schema::new).transpose()?,
            origin: Origin::new(&parameters),
            parameters,
        })
    }
}

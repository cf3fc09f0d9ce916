//! What all questions of one study share at an engine: the form that replies take, the settings and the material. It is
//! worked out once for a study and not once for a respondent.

use protocol::study::StudySpec;

use super::ModelEngine;
use crate::config::Structured;
use crate::domain::exchange::Origin;
use crate::domain::instrument;
use crate::inference::chat::Schema;
use crate::inference::prompt::{Material, PromptError};

/// What is the same in every question of one study.
#[derive(Clone, Debug)]
pub struct Form {
    /// The form that replies take, where the service is told.
    pub(super) schema: Option<Schema>,
    /// Who is asked and with which settings, as one text: the first part of the address of every question.
    pub(super) parameters: String,
    /// Where those addresses begin.
    pub(super) origin: Origin,
    /// What people are shown.
    pub(super) material: Material,
}

impl Form {
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
        let schema =
            (self.service.structured == Structured::Schema).then(|| instrument::schema(spec));
        let parameters = self.parameters_with(schema.as_ref(), self.usual()).to_string();
        Ok(Form {
            schema: schema.as_ref().map(Schema::new).transpose()?,
            origin: Origin::new(&parameters),
            parameters,
            material: Material::of(spec),
        })
    }
}

//! What outlives the workstation: how it was left, and what was being written. Plain documents that a later version can
//! still read: everything in them is optional.

use std::collections::BTreeMap;

use protocol::study::{Instrument, StudySpec};
use serde::{Deserialize, Serialize};

/// How the workstation was left.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// The name of the theme.
    pub theme: Option<String>,
}

/// What was being written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Form {
    /// Field → what was typed or chosen; only what differs from the default.
    pub fields: BTreeMap<String, String>,
    /// The text that respondents will read.
    pub text: String,
    /// A file that holds it instead.
    pub file: String,
}

impl Form {
    /// Whether nothing was written.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// A form that asks what a study asked. The seed is left out: a new study asks new people, unless they are anchored.
    #[must_use]
    pub fn of_spec(spec: &StudySpec) -> Self {
        let audience = &spec.audience;
        let (youngest, oldest) = audience.age_range;
        let mut fields: BTreeMap<String, String> = [
            ("study", spec.instrument.study_type().to_string()),
            ("name", spec.name.clone()),
            ("panel", spec.panel.to_string()),
            ("audience.region", audience.region.to_string()),
            ("audience.age_range", format!("{youngest}-{oldest}")),
            ("audience.gender", audience.gender.to_string()),
            ("audience.income_bracket", audience.income_bracket.to_string()),
            ("audience.education", audience.education.to_string()),
            ("audience.tech_adoption", audience.tech_adoption.to_string()),
            ("engine_mode", spec.engine_mode.to_string()),
            ("engine", spec.engine.clone()),
            ("context", spec.context.clone().unwrap_or_default()),
            ("tags", spec.tags.join(", ")),
        ]
        .map(|(key, text)| (key.to_owned(), text))
        .into();
        let text = match &spec.instrument {
            Instrument::ConceptTest { stimulus }
            | Instrument::Sentiment { stimulus }
            | Instrument::Nps { stimulus } => stimulus.clone(),
            Instrument::Survey { stimulus, questions } => {
                fields.insert("questions".to_owned(), questions.join("\n"));
                stimulus.clone()
            }
            Instrument::AbTest { variant_a, variant_b, orders } => {
                fields.insert("orders".to_owned(), orders.to_string());
                format!("## Variant A\n\n{variant_a}\n\n## Variant B\n\n{variant_b}")
            }
        };
        let safe = |text: &str| protocol::safe::block(text).into_owned();
        let fields = fields.into_iter().map(|(key, value)| (key, safe(&value))).collect();
        Self { fields, text: safe(&text), file: String::new() }
    }
}

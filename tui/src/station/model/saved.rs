//! Saved state of the workstation: settings and unsubmitted drafts. These are plain documents in which everything is
//! optional, so that later versions can read them.

use std::collections::BTreeMap;

use protocol::measurement::{QuestionsPerCall, Reuse};
use protocol::study::StudySpec;
use serde::{Deserialize, Serialize};

use super::Model;
use super::class::Dimension;
use super::results::Scope;
use super::studies::{Column, Direction};
use crate::kinds;
use crate::station::theme::{Theme, ThemeChoice};
use crate::station::widgets::mosaic::Arrangement;

/// The settings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// The name of the theme, where one was chosen.
    pub theme: Option<String>,
    /// The sort column of the study list, by name.
    pub sort: Option<String>,
    /// The sort direction: `falling` or `rising`.
    pub direction: Option<String>,
    /// The filter of the study list.
    pub filter: Option<String>,
    /// The arrangement of the mosaic: `asked` or `score`.
    pub order: Option<String>,
    /// The grouping of results: the name of a dimension, or `all`.
    pub group: Option<String>,
}

const FALLING: &str = "falling";
const RISING: &str = "rising";
const ASKED: &str = "asked";
const BY_SCORE: &str = "score";
const ALL: &str = "all";

impl Settings {
    /// The current settings.
    pub(crate) fn of(model: &Model) -> Self {
        let studies = &model.studies;
        let results = &model.open_study.results;
        let word = |word: &str| Some(word.to_owned());
        Self {
            theme: Theme::names()
                .into_iter()
                .find(|name| *name == model.theme.name())
                .filter(|_| model.theme.choice() == ThemeChoice::Chosen)
                .map(str::to_owned),
            sort: word(studies.column.label()),
            direction: word(match studies.direction {
                Direction::Falling => FALLING,
                Direction::Rising => RISING,
            }),
            filter: Some(studies.filter.clone()).filter(|filter| !filter.is_empty()),
            order: word(match model.open_study.arrangement {
                Arrangement::Asked => ASKED,
                Arrangement::ByScore => BY_SCORE,
            }),
            group: word(match results.scope {
                Scope::Every => ALL,
                Scope::One => results.by.label(),
            }),
        }
    }

    /// Restores the settings. Unknown words change nothing. The theme is not restored here, because it is chosen before
    /// the start.
    pub(crate) fn apply(&self, model: &mut Model) {
        let column = Column::ALL.iter().find(|(_, label, _)| self.sort.as_deref() == Some(label));
        if let Some((column, ..)) = column {
            model.studies.column = *column;
        }
        match self.direction.as_deref() {
            Some(RISING) => model.studies.direction = Direction::Rising,
            Some(FALLING) => model.studies.direction = Direction::Falling,
            _ => {}
        }
        if let Some(filter) = &self.filter {
            model.studies.filter = protocol::safe::line(filter).into_owned();
        }
        match self.order.as_deref() {
            Some(BY_SCORE) => model.open_study.arrangement = Arrangement::ByScore,
            Some(ASKED) => model.open_study.arrangement = Arrangement::Asked,
            _ => {}
        }
        let results = &mut model.open_study.results;
        let group =
            Dimension::ALL.into_iter().find(|one| self.group.as_deref() == Some(one.label()));
        match group {
            Some(by) => (results.scope, results.by) = (Scope::One, by),
            None if self.group.as_deref() == Some(ALL) => results.scope = Scope::Every,
            None => {}
        }
    }

    /// The chosen theme, in that look.
    pub(crate) fn theme(&self, look: crate::station::look::Look) -> Option<Theme> {
        self.theme.as_deref().and_then(|name| Theme::named(name, look).ok())
    }
}

/// A saved draft.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Form {
    /// Field → typed or chosen value; only values that differ from the default.
    pub fields: BTreeMap<String, String>,
    /// The stimulus.
    pub text: String,
    /// A file that contains it instead.
    pub file: String,
}

impl Form {
    /// Whether nothing was entered.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// A form with the specification of a study. The seed is left out: a new study samples a new panel, unless it uses
    /// the anchor panel.
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
            ("project", spec.project.clone().unwrap_or_default()),
            ("webhook", spec.webhook.clone().unwrap_or_default()),
        ]
        .map(|(key, text)| (key.to_owned(), text))
        .into();
        fields.extend(measured(spec));
        let material = kinds::material(&spec.instrument);
        let text = material.text();
        fields.extend(material.fields.into_iter().map(|(key, text)| (key.to_owned(), text)));
        let safe = |text: &str| protocol::safe::block(text).into_owned();
        let fields = fields.into_iter().map(|(key, value)| (key, safe(&value))).collect();
        Self { fields, text: safe(&text), file: String::new() }
    }
}

/// The measurement options and the cost cap, by form field. Options that were not used are left out.
fn measured(spec: &StudySpec) -> BTreeMap<String, String> {
    let measurement = &spec.measurement;
    let elicitation = measurement.elicitation.as_ref();
    let channels = elicitation.map(|heard| {
        heard.channels.iter().map(|channel| channel.as_str()).collect::<Vec<_>>().join(",")
    });
    let checks = measurement.checks_panel();
    [
        ("elicitation", channels),
        ("embedding_engine", elicitation.and_then(|heard| heard.embedding_engine.clone())),
        ("rater", elicitation.and_then(|heard| heard.rater.clone())),
        ("controls", (!measurement.controls.is_empty()).then(|| "true".to_owned())),
        ("wordings", (measurement.wordings > 0).then(|| measurement.wordings.to_string())),
        ("subsample", checks.then(|| measurement.subsample.to_string())),
        ("replicates", Some(measurement.replicates.to_string())),
        (
            "questions_per_call",
            (measurement.questions_per_call != QuestionsPerCall::default())
                .then(|| measurement.questions_per_call.to_string()),
        ),
        ("reuse", (measurement.reuse != Reuse::default()).then(|| measurement.reuse.to_string())),
        ("language", spec.language.map(|language| language.to_string())),
        ("max_cost_usd", spec.max_cost_usd.map(|cost| cost.dollars().to_string())),
    ]
    .into_iter()
    .filter_map(|(key, text)| Some((key.to_owned(), text?)))
    .collect()
}

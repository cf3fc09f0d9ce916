//! Draft (a file with its flags) and the checked specification that it becomes. Study types, instruments and their
//! options are defined here too.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::audience::{Audience, words};
use crate::credits::UsdMicros;
use crate::hint::Hint;
use crate::measurement::Measurement;
use crate::results::{Answer, Outcomes};
use crate::review::ReviewMaterial;

words! {
    /// Study types: the questionnaires that a study can use.
    StudyType {
        /// A concept rated from 1 to 10, with purchase intent.
        ConceptTest = "concept_test",
        /// Sentiment about something, with reasons.
        Sentiment = "sentiment",
        /// Willingness to recommend from 0 to 10.
        Nps = "nps",
        /// One to ten open questions.
        Survey = "survey",
        /// Two variants compared.
        AbTest = "ab_test",
        /// A piece of content, scored by experts on the dimensions of its type.
        ContentReview = "content_review",
    }
}

words! {
    /// The panel that answers.
    EngineMode {
        /// A panel sampled for this study from its seed.
        Standard = "standard",
        /// The fixed panel of the region: the same 10,000 respondents for every study.
        Anchor = "anchor",
    }
}

words! {
    /// The language that a study's texts are declared to be in, where it is recognised wrongly.
    Language {
        /// English, the only language that the built-in respondent model reads.
        English = "en",
    }
}

words! {
    /// The interface through which a study was submitted.
    Origin {
        /// A command.
        Cli = "cli",
        /// The workstation.
        Tui = "tui",
        /// A watched file that was saved.
        Watch = "watch",
        /// An HTTP call.
        Http = "http",
        /// An incoming webhook.
        Hook = "hook",
        /// A model's tool call.
        Mcp = "mcp",
    }
}

words! {
    /// The order of the variants in an A/B test.
    Orders {
        /// Half the panel sees A first, the other half B.
        Split = "split",
        /// Every respondent answers twice, once in each order, for one credit; only a preference that both answers
        /// share counts.
        Both = "both",
    }
}

words! {
    /// The order in which one respondent saw the variants.
    Order {
        /// A, then B.
        AFirst = "a_first",
        /// B, then A.
        BFirst = "b_first",
    }
}

/// The questionnaire, with exactly the material that its study type needs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(tag = "study_type", rename_all = "snake_case")]
pub enum Instrument {
    /// Concept test.
    ConceptTest {
        /// The concept, 10 to 5,000 characters.
        stimulus: String,
    },
    /// Sentiment study.
    Sentiment {
        /// The subject, 10 to 5,000 characters.
        stimulus: String,
    },
    /// NPS study.
    Nps {
        /// The subject of the recommendation, 10 to 5,000 characters.
        stimulus: String,
    },
    /// Survey with open questions.
    Survey {
        /// The subject of the questions, 10 to 5,000 characters.
        stimulus: String,
        /// 1 to 10 questions of at most 500 characters, each different.
        questions: Vec<String>,
    },
    /// A/B test.
    AbTest {
        /// The first variant, 10 to 5,000 characters.
        variant_a: String,
        /// The second variant, 10 to 5,000 characters.
        variant_b: String,
        /// The order of the variants.
        orders: Orders,
    },
    /// Content review.
    ContentReview {
        /// The content, with what is asked of it.
        #[serde(flatten)]
        review: Box<ReviewMaterial>,
    },
}

/// Gives every wire enum with one variant per study type a method that returns the study type. The list of variants is
/// kept in one place; the compiler checks that it is complete.
macro_rules! tell_their_type {
    ($($variant:ident),+ $(,)?) => {
        impl Instrument {
            /// Its study type.
            #[must_use]
            pub fn study_type(&self) -> StudyType {
                match self { $(Self::$variant { .. } => StudyType::$variant),+ }
            }
        }

        impl Answer {
            /// The study type that it answers.
            #[must_use]
            pub fn study_type(&self) -> StudyType {
                match self { $(Self::$variant { .. } => StudyType::$variant),+ }
            }

            /// The reasoning in the respondent's words; every answer has one.
            #[must_use]
            pub fn reasoning(&self) -> &str {
                match self { $(Self::$variant { reasoning, .. } => reasoning),+ }
            }
        }

        impl Outcomes {
            /// The study type of these results.
            #[must_use]
            pub fn study_type(&self) -> StudyType {
                match self { $(Self::$variant { .. } => StudyType::$variant),+ }
            }
        }
    };
}

tell_their_type! { ConceptTest, Sentiment, Nps, Survey, AbTest, ContentReview }

/// A checked study: everything that determines its results. The same specification gives the same results on every
/// machine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct StudySpec {
    /// Its name.
    pub name: String,
    /// The questionnaire.
    #[serde(flatten)]
    pub instrument: Instrument,
    /// Number of respondents, at least 1.
    pub panel: u32,
    /// The audience.
    pub audience: Audience,
    /// The engine: `offline`, or a configured one.
    pub engine: String,
    /// The panel that answers.
    pub engine_mode: EngineMode,
    /// Determines the panel and, with the offline engine, every answer. At most 2^53 − 1, so that JSON can carry it.
    pub seed: u64,
    /// A text that respondents read before the stimulus; at most 2,000 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<String>,
    /// The language that the owner says the texts are in; changes nothing but what is refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    /// The owner's cap on real cost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_cost_usd: Option<UsdMicros>,
    /// The owner's labels.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Its project.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    /// The address that is told when it ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub webhook: Option<String>,
    /// Measurement options beyond one answer from each respondent.
    #[serde(default, skip_serializing_if = "Measurement::is_plain")]
    pub measurement: Measurement,
}

/// A text as it is submitted, by what may stand in it: settings stand in files alone. Whatever takes a text from elsewhere
/// says which of the two it is, so that nothing that was sent as a text can decide who is asked or who is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(untagged)]
pub enum DraftText {
    /// The whole of a file: optional front matter, then the stimulus.
    File(String),
    /// A text that came as a field, an argument or a part of a body.
    Plain(PlainText),
}

/// A text of which nothing is a setting, whatever it looks like.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlainText {
    /// The text, as it was sent.
    pub plain: String,
    /// A file of the owner's that stands above it, with the settings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub below: Option<String>,
}

impl DraftText {
    /// A text that came as a field.
    #[must_use]
    pub fn plain(text: impl Into<String>) -> Self {
        Self::Plain(PlainText { plain: text.into(), below: None })
    }

    /// What was sent: the whole file, or the text alone.
    #[must_use]
    pub fn sent(&self) -> &str {
        match self {
            Self::File(text) => text,
            Self::Plain(PlainText { plain, .. }) => plain,
        }
    }
}

impl Default for DraftText {
    fn default() -> Self {
        Self::File(String::new())
    }
}

/// A study as it is submitted: the text of a file and its settings. The daemon reads and checks it, so that every
/// interface has the same rules and messages.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Draft {
    /// The name of the file in messages: its path as typed, or `-`.
    pub file: String,
    /// The text, with its settings where it is a file.
    pub text: DraftText,
    /// Front-matter keys given as flags, each with its text as typed; they override the file. Nested keys have dots
    /// (`audience.region`).
    pub overrides: BTreeMap<String, String>,
    /// The questions of a survey as a program sent them, one text each; they override those of the file.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub questions: Vec<String>,
    /// The file of variant B, where an A/B test has two files; the first one is then variant A.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant_b: Option<SecondFile>,
    /// The study that it is to be like, as an id, the beginning of one, or `@`: who answers and what is asked are taken from
    /// it where no override says otherwise, and the file's settings for that are not used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub like: Option<String>,
}

/// The second file of an A/B test, which has only a text.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct SecondFile {
    /// Its name in messages.
    pub file: String,
    /// The text; a file has no settings here either.
    pub text: DraftText,
}

/// One fault of a draft, with its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Problem {
    /// `idea.md:4`, `idea.md`, or `--panel`.
    pub place: String,
    /// The fault, as a sentence without a full stop.
    pub what: String,
    /// How to correct it.
    #[schemars(with = "String")]
    pub hint: Hint,
}

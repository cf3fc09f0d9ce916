//! What an analyst writes: a draft (a file and the flags beside it), and the checked specification it becomes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::audience::{Audience, words};
use crate::credits::UsdMicros;
use crate::measurement::Measurement;
use crate::results::{Answer, Outcomes};

words! {
    /// The instruments: what a study asks.
    StudyType {
        /// A concept rated from 1 to 10, with purchase intent.
        ConceptTest = "concept_test",
        /// How people feel about something, and why.
        Sentiment = "sentiment",
        /// Willingness to recommend from 0 to 10.
        Nps = "nps",
        /// One to ten open questions.
        Survey = "survey",
        /// Two variants against each other.
        AbTest = "ab_test",
    }
}

words! {
    /// Which panel answers.
    EngineMode {
        /// A panel sampled for this study from its seed.
        Standard = "standard",
        /// The standing panel of the region: the same 10,000 people for every study.
        Anchor = "anchor",
    }
}

words! {
    /// The door a study came in through.
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
    /// Which variant is shown first in an A/B test.
    Orders {
        /// Half the panel sees A first, the other half B.
        Split = "split",
        /// Everyone answers twice, once in each order, for one credit; only a preference that survives counts.
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

/// What is asked, with exactly the material that this kind of question needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "study_type", rename_all = "snake_case")]
pub enum Instrument {
    /// Rate a concept.
    ConceptTest {
        /// The concept, 10 to 5,000 characters.
        stimulus: String,
    },
    /// Say how you feel about it.
    Sentiment {
        /// What feelings are about, 10 to 5,000 characters.
        stimulus: String,
    },
    /// Say how likely you are to recommend it.
    Nps {
        /// What may be recommended, 10 to 5,000 characters.
        stimulus: String,
    },
    /// Answer open questions about it.
    Survey {
        /// What the questions are about, 10 to 5,000 characters.
        stimulus: String,
        /// 1 to 10 questions of at most 500 characters, each different.
        questions: Vec<String>,
    },
    /// Say which of two variants is better.
    AbTest {
        /// The first variant, 10 to 5,000 characters.
        variant_a: String,
        /// The second variant, 10 to 5,000 characters.
        variant_b: String,
        /// Who sees which first.
        orders: Orders,
    },
}

/// Gives every enum of the wire that has a variant for each study type the method that tells which type it is. The list of
/// variants stands here once; the compiler asks for it to be complete.
macro_rules! tell_their_type {
    ($($variant:ident),+ $(,)?) => {
        impl Instrument {
            /// Which instrument it is.
            #[must_use]
            pub fn study_type(&self) -> StudyType {
                match self { $(Self::$variant { .. } => StudyType::$variant),+ }
            }
        }

        impl Answer {
            /// The study type whose questions it answers.
            #[must_use]
            pub fn study_type(&self) -> StudyType {
                match self { $(Self::$variant { .. } => StudyType::$variant),+ }
            }

            /// Why the respondent answers so, in their words: what every answer has.
            #[must_use]
            pub fn reasoning(&self) -> &str {
                match self { $(Self::$variant { reasoning, .. } => reasoning),+ }
            }
        }

        impl Outcomes {
            /// The study type whose outcomes they are.
            #[must_use]
            pub fn study_type(&self) -> StudyType {
                match self { $(Self::$variant { .. } => StudyType::$variant),+ }
            }
        }
    };
}

tell_their_type! { ConceptTest, Sentiment, Nps, Survey, AbTest }

/// A checked study: everything that decides its results. The same specification gives the same results anywhere.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StudySpec {
    /// What people call it.
    pub name: String,
    /// What is asked.
    #[serde(flatten)]
    pub instrument: Instrument,
    /// How many respondents, at least 1.
    pub panel: u32,
    /// Who they are.
    pub audience: Audience,
    /// What answers: `offline`, or a configured engine.
    pub engine: String,
    /// Which panel answers.
    pub engine_mode: EngineMode,
    /// Decides the panel and, with the offline engine, every answer. At most 2^53 − 1, so that JSON carries it.
    pub seed: u64,
    /// What respondents are told beforehand; at most 2,000 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<String>,
    /// The owner's cap on real cost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_cost_usd: Option<UsdMicros>,
    /// The owner's labels.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// The project it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    /// What is measured besides one answer from everyone.
    #[serde(default, skip_serializing_if = "Measurement::is_plain")]
    pub measurement: Measurement,
}

/// A study as it arrives: the text of a file and the settings given beside it. The daemon reads and checks it, so that
/// every door has the same rules and the same messages.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Draft {
    /// What to call the file in messages: its path as typed, or `-`.
    pub file: String,
    /// The whole file: optional front matter, then the stimulus.
    pub text: String,
    /// Front-matter keys given as flags, each with the text as typed; they win. Nested keys have dots
    /// (`audience.region`).
    pub overrides: BTreeMap<String, String>,
    /// The file of variant B, where an A/B test comes in two files; the first one is then variant A.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant_b: Option<SecondFile>,
}

/// The second file of an A/B test: nothing but a text.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SecondFile {
    /// What to call it in messages.
    pub file: String,
    /// The whole file.
    pub text: String,
}

/// One thing wrong with a draft, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// `idea.md:4`, `idea.md`, or `--panel`.
    pub place: String,
    /// What is wrong, as a sentence without a full stop.
    pub what: String,
    /// What would be right.
    pub hint: String,
}

//! Event kinds: each with its dotted word and the fields that it calls for. A kind of another version is
//! [`EventData::Other`], which carries its word and its data as they are.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::audience::words;
use crate::credits::Credits;
use crate::run::{PanelCounts, State};

/// One list for both enums, so that no kind is without a word or without data.
macro_rules! kinds {
    ($($(#[$doc:meta])* $variant:ident $fields:tt = $word:literal),+ $(,)?) => {
        words! {
            /// The kinds of events.
            EventKind { $($(#[$doc])* $variant = $word),+ }
        }

        /// What happened, with what its kind calls for.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[serde(tag = "kind", content = "data")]
        pub enum EventData {
            $($(#[$doc])* #[serde(rename = $word)] $variant $fields,)+
            /// A kind of another version, or one that came with other data than this version knows. It is kept as it is.
            #[serde(untagged)]
            Other {
                /// Its dotted word.
                kind: String,
                /// Its data.
                data: Value,
            },
        }

        impl EventData {
            /// The kind; `None` for one that this version does not know.
            #[must_use]
            pub fn kind(&self) -> Option<EventKind> {
                match self {
                    $(Self::$variant { .. } => Some(EventKind::$variant),)+
                    Self::Other { kind, .. } => kind.parse().ok(),
                }
            }

            /// The dotted word of its kind, as it is written.
            #[must_use]
            pub fn word(&self) -> &str {
                match self {
                    $(Self::$variant { .. } => $word,)+
                    Self::Other { kind, .. } => kind,
                }
            }
        }
    };
}

kinds! {
    /// A study waits for its turn: it was submitted, resumed or tried again.
    Queued(StudyNews) = "study.queued",
    /// Its first respondent is about to be asked.
    Running(StudyNews) = "study.running",
    /// Its owner or a fault halted it.
    Paused(StudyNews) = "study.paused",
    /// Every respondent has an outcome; results are being computed.
    Finalizing(StudyNews) = "study.finalizing",
    /// It has results.
    Completed(StudyNews) = "study.completed",
    /// It ended without results.
    Failed(StudyNews) = "study.failed",
    /// Its owner ended it.
    Cancelled(StudyNews) = "study.cancelled",
    /// It was put away.
    Archived {} = "study.archived",
    /// It was taken out again.
    Unarchived {} = "study.unarchived",
    /// Its tags were replaced.
    Tagged {
        /// All that it has now; nothing where the study was deleted since.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        tags: Option<Vec<String>>,
    } = "study.tagged",
    /// It was given another place in the queue.
    Moved {
        /// The place, counted from 1.
        place: u64,
    } = "study.moved",
    /// It was deleted.
    Deleted {} = "study.deleted",
    /// Outcomes of a batch of respondents were recorded.
    Recorded {
        /// The lowest ordinal among them.
        first: u32,
        /// The highest.
        last: u32,
        /// Outcomes.
        count: u64,
        /// Answers among them.
        delivered: u32,
        /// What came of the whole panel until then.
        panel: PanelCounts,
    } = "answers.recorded",
    /// Credits were granted.
    Granted {
        /// How many.
        credits: Credits,
    } = "credits.granted",
    /// It stands for older events, which are no longer told one by one.
    Folded {
        /// The first number that it stands for.
        from: u64,
        /// The last, its own.
        to: u64,
        /// The kinds of those events.
        kinds: Vec<KindWord>,
        /// Why they are gone.
        why: String,
    } = "events.folded",
}

/// What an event tells of a study that came to another state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StudyNews {
    /// The state.
    pub state: State,
    /// What came of the panel until then.
    pub panel: PanelCounts,
    /// Nothing where the study was deleted since.
    #[serde(flatten)]
    pub words: Option<StudyWords>,
}

/// What people call a study, and why it is where it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StudyWords {
    /// Its name.
    pub name: String,
    /// The reason, where the state needs one.
    pub reason: Option<String>,
}

/// The word of a kind, also of one that this version does not know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum KindWord {
    /// One of this version's.
    Known(EventKind),
    /// Another.
    Other(String),
}

impl EventData {
    /// That a study came to a state; `None` for a kind that tells of something else.
    #[must_use]
    pub fn of_study(kind: EventKind, news: StudyNews) -> Option<Self> {
        Some(match kind {
            EventKind::Queued => Self::Queued(news),
            EventKind::Running => Self::Running(news),
            EventKind::Paused => Self::Paused(news),
            EventKind::Finalizing => Self::Finalizing(news),
            EventKind::Completed => Self::Completed(news),
            EventKind::Failed => Self::Failed(news),
            EventKind::Cancelled => Self::Cancelled(news),
            EventKind::Archived
            | EventKind::Unarchived
            | EventKind::Tagged
            | EventKind::Moved
            | EventKind::Deleted
            | EventKind::Recorded
            | EventKind::Granted
            | EventKind::Folded => return None,
        })
    }

    /// What it tells of a study that came to another state.
    #[must_use]
    pub fn news(&self) -> Option<&StudyNews> {
        match self {
            Self::Queued(news)
            | Self::Running(news)
            | Self::Paused(news)
            | Self::Finalizing(news)
            | Self::Completed(news)
            | Self::Failed(news)
            | Self::Cancelled(news) => Some(news),
            _ => None,
        }
    }

    /// Its data as JSON.
    #[must_use]
    pub fn content(&self) -> Value {
        match self {
            Self::Other { data, .. } => data.clone(),
            // Strings, integers and lists of them: there is nothing that could not be written.
            data => match serde_json::to_value(data) {
                Ok(Value::Object(mut tagged)) => tagged.remove("data").unwrap_or_default(),
                _ => Value::Null,
            },
        }
    }

    /// The data of that kind, where these are its fields.
    pub(super) fn typed(kind: &str, fields: &Map<String, Value>) -> Option<Self> {
        let kind: EventKind = kind.parse().ok()?;
        let tagged = Tagged { kind, data: fields };
        Self::deserialize(serde_json::to_value(tagged).ok()?)
            .ok()
            .filter(|data| !matches!(data, Self::Other { .. }))
    }

    pub(super) fn other(kind: &str, data: Value) -> Self {
        Self::Other { kind: kind.to_owned(), data }
    }
}

/// The form in which [`EventData`] is written.
#[derive(Serialize)]
struct Tagged<'a> {
    kind: EventKind,
    data: &'a Map<String, Value>,
}

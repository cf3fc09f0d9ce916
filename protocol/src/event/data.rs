//! Event kinds: each with its dotted word and its fields. A kind of another version is [`EventData::Other`], which
//! keeps its word and its data unchanged.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::audience::words;
use crate::credits::Credits;
use crate::finding::FindingStatus;
use crate::run::{PanelCounts, RoundProgress, State};
use crate::study::Problem;
use crate::watch::SaveOutcome;

/// One list for both enums, so that every kind has a word and data.
macro_rules! kinds {
    ($($(#[$doc:meta])* $variant:ident $fields:tt = $word:literal),+ $(,)?) => {
        words! {
            /// The kinds of events.
            EventKind { $($(#[$doc])* $variant = $word),+ }
        }

        /// The data of an event, by its kind.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[serde(tag = "kind", content = "data")]
        pub enum EventData {
            $($(#[$doc])* #[serde(rename = $word)] $variant $fields,)+
            /// A kind of another version, or a kind with data that this version cannot read. It is kept unchanged.
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
    /// A study is queued: it was submitted, resumed or retried.
    Queued(StudyNews) = "study.queued",
    /// A study is about to ask its first respondent.
    Running(StudyNews) = "study.running",
    /// A study was paused by its owner or by a fault.
    Paused(StudyNews) = "study.paused",
    /// Every respondent of a study has an outcome; results are being computed.
    Finalizing(StudyNews) = "study.finalizing",
    /// A study has results.
    Completed(StudyNews) = "study.completed",
    /// A study ended without results.
    Failed(StudyNews) = "study.failed",
    /// A study was cancelled by its owner.
    Cancelled(StudyNews) = "study.cancelled",
    /// A study was archived.
    Archived {} = "study.archived",
    /// A study was unarchived.
    Unarchived {} = "study.unarchived",
    /// The tags of a study were replaced.
    Tagged {
        /// All current tags; absent when the study was deleted since.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        tags: Option<Vec<String>>,
    } = "study.tagged",
    /// A study was moved in the queue.
    Moved {
        /// Its place, counted from 1.
        place: u64,
    } = "study.moved",
    /// A study was deleted.
    Deleted {} = "study.deleted",
    /// Outcomes of a batch of respondents were recorded.
    Recorded {
        /// The lowest ordinal in the batch.
        first: u32,
        /// The highest ordinal in the batch.
        last: u32,
        /// Number of outcomes.
        count: u64,
        /// Number of answers among them.
        delivered: u32,
        /// Counts of the whole panel so far; of a study with several rounds, those of the first one.
        panel: PanelCounts,
        /// The round that is asked, for a study with several.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        round: Option<RoundProgress>,
    } = "answers.recorded",
    /// The status of a finding was set.
    FindingChanged {
        /// The number of the finding within its study.
        finding: u32,
        /// The new status.
        status: FindingStatus,
        /// Why, in a few words; absent where nobody said, or when the study was deleted since.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    } = "finding.changed",
    /// A watched file was saved with another text; the study is that of its last good version.
    DraftSaved {
        /// The absolute path; absent when the study was deleted since.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        file: Option<String>,
        /// What came of it.
        outcome: SaveOutcome,
        /// The version that it is, or that stands, from 1.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        version: Option<u32>,
        /// Why nobody is asked.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        held: Option<String>,
        /// The first problems of the draft.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        problems: Vec<Problem>,
    } = "draft.saved",
    /// Nothing is left to ask in a round of a chain.
    RoundCompleted {
        /// The round, from 1; the one after the last ordered round confirms a gain.
        round: u16,
        /// Counts of the round.
        asked: PanelCounts,
    } = "round.completed",
    /// The content was rewritten after a round.
    RoundRewritten {
        /// The round, from 1.
        round: u16,
        /// Variants that the panel scored, of which the best are kept.
        variants: u32,
        /// Whether the best of them is asked in the next round.
        taken: bool,
    } = "round.rewritten",
    /// A test was asked for of one endpoint of webhooks, and is sent to it alone.
    HookTested {
        /// The id of the endpoint.
        endpoint: String,
    } = "hook.tested",
    /// An agent asked for a study whose cost its owner is to agree to.
    CostRequested {
        /// The number of the request.
        request: u32,
    } = "cost.requested",
    /// The owner agreed to the cost of a request; the study is the one that is run.
    CostApproved {
        /// The number of the request.
        request: u32,
    } = "cost.approved",
    /// The owner declined a request.
    CostDeclined {
        /// The number of the request.
        request: u32,
    } = "cost.declined",
    /// Credits were granted.
    Granted {
        /// Number of credits.
        credits: Credits,
    } = "credits.granted",
    /// Older events were folded into this one and can no longer be read one by one.
    Folded {
        /// The first event number that it replaces.
        from: u64,
        /// The last event number that it replaces, its own.
        to: u64,
        /// The kinds of those events.
        kinds: Vec<KindWord>,
        /// Why they were folded.
        why: String,
    } = "events.folded",
}

/// The data of an event about a change of a study's state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StudyNews {
    /// The new state.
    pub state: State,
    /// Counts of the panel so far.
    pub panel: PanelCounts,
    /// Absent when the study was deleted since.
    #[serde(flatten)]
    pub words: Option<StudyWords>,
}

/// The name of a study, and the reason for its state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StudyWords {
    /// Its name.
    pub name: String,
    /// The reason, where the state has one.
    pub reason: Option<String>,
}

/// The word of an event kind, including kinds that this version does not know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum KindWord {
    /// A kind of this version.
    Known(EventKind),
    /// A kind of another version.
    Other(String),
}

impl EventData {
    /// The event data for a change of state; `None` for a kind that is not a change of state.
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
            | EventKind::FindingChanged
            | EventKind::DraftSaved
            | EventKind::RoundCompleted
            | EventKind::RoundRewritten
            | EventKind::HookTested
            | EventKind::CostRequested
            | EventKind::CostApproved
            | EventKind::CostDeclined
            | EventKind::Granted
            | EventKind::Folded => return None,
        })
    }

    /// The change of a study's state that it reports, if it does.
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
            // Strings, integers and lists of them always serialise.
            data => match serde_json::to_value(data) {
                Ok(Value::Object(mut tagged)) => tagged.remove("data").unwrap_or_default(),
                _ => Value::Null,
            },
        }
    }

    /// The data of that kind, if the fields match.
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

/// The serialised form of [`EventData`].
#[derive(Serialize)]
struct Tagged<'a> {
    kind: EventKind,
    data: &'a Map<String, Value>,
}

//! State of a study: its state machine's states, its counts, and its live tally while it runs. Also the preview of a
//! study before it is submitted.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::audience::words;
use crate::credits::Credits;
use crate::id::StudyId;
use crate::rejection::Rejection;
use crate::results::Estimate;
use crate::setting::Settings;
use crate::spending::Spending;
use crate::study::{EngineMode, Origin, StudyType};

words! {
    /// The states of a study.
    State {
        /// Written, but not submitted.
        Draft = "draft",
        /// Waiting in the queue.
        Queued = "queued",
        /// Respondents are being asked.
        Running = "running",
        /// Halted by its owner or by a fault; continues when resumed.
        Paused = "paused",
        /// All outcomes are recorded; results are being computed.
        Finalizing = "finalizing",
        /// Has results. A study with fewer answers than requested is completed too; the counts show it.
        Completed = "completed",
        /// Ended without results; the rest of the hold was released.
        Failed = "failed",
        /// Ended by its owner; answers so far stay readable.
        Cancelled = "cancelled",
    }
}

/// The reason of a pause that the owner asked for; any other says what has to be mended.
pub const PAUSED_BY_OWNER: &str = "paused by its owner";

impl State {
    /// Whether the state can no longer change.
    #[must_use]
    pub fn is_final(self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Cancelled)
    }
}

/// Counts of the outcomes of a panel.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema,
)]
pub struct PanelCounts {
    /// Requested respondents.
    pub requested: u32,
    /// Answers that were read and passed.
    pub delivered: u32,
    /// Respondents who refused.
    pub refused: u32,
    /// Replies that could not be read.
    pub invalid: u32,
    /// Respondents that could not be asked.
    pub failed: u32,
}

impl PanelCounts {
    /// The number of assignments with an outcome.
    #[must_use]
    pub fn settled(self) -> u32 {
        self.delivered
            .saturating_add(self.refused)
            .saturating_add(self.invalid)
            .saturating_add(self.failed)
    }
}

/// A study as it is listed and reported.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Study {
    /// Its id.
    pub id: StudyId,
    /// Its name.
    pub name: String,
    /// Its study type.
    pub instrument: StudyType,
    /// Its state.
    pub state: State,
    /// The reason for its state, where there is one.
    pub reason: Option<String>,
    /// The engine that answers.
    pub engine: String,
    /// The panel that answers.
    pub engine_mode: EngineMode,
    /// The model behind the engine, with its version.
    pub model: String,
    /// The seed.
    pub seed: u64,
    /// SHA-256 (hex) over everything that determines what respondents are asked and how replies are read.
    pub instrument_hash: String,
    /// Who owns it: `uid:1000`, or an API key's id.
    pub owner: String,
    /// The interface through which it was submitted.
    pub origin: Origin,
    /// Its project.
    pub project: Option<String>,
    /// The owner's labels.
    pub tags: Vec<String>,
    /// The watched file it is a version of.
    pub lineage: Option<String>,
    /// Whether it is archived.
    pub archived: bool,
    /// Counts of the panel so far; of a study with several rounds, those of the first one.
    pub panel: PanelCounts,
    /// The round that is asked, for a study with several that has not ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub round: Option<RoundProgress>,
    /// Whether those whose reply failed or could not be read can be asked again: it has ended, there are some, and no later
    /// round follows from their answers.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub can_retry: bool,
    /// When it was submitted.
    pub created_at: Timestamp,
    /// When it ended.
    pub completed_at: Option<Timestamp>,
    /// Notes on its draft; present only in the response to the submission.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// Texts that the built-in respondent model rejects for every respondent; empty for other models and for studies of
    /// its earlier editions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rejected: Vec<Rejection>,
    /// Its main result. Present in lists of studies, for studies that have results and a main metric.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub headline: Option<Headline>,
}

impl Study {
    /// Counts of those who are asked now: of the round that is asked, where there are several.
    #[must_use]
    pub fn asked_now(&self) -> PanelCounts {
        self.round.map_or(self.panel, |round| round.panel)
    }
}

/// The estimate of a study type's main metric, on its scale.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Headline {
    /// The metric: `mean_score` (1 to 10), `nps_score`, `net_sentiment` or `a_minus_b_pct` (−100 to 100). Only equal
    /// metrics of two studies can be compared.
    pub of: String,
    /// The estimate.
    #[serde(flatten)]
    pub estimate: Estimate,
    /// The round that it is of, from 1, of a study of several rounds that has no results: the best that has ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub round: Option<u16>,
}

/// The live state of a running study: integers only, merged as answers arrive.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Live {
    /// The study.
    pub study: Study,
    /// First and last value of the scale of the scores, when the instrument has scores.
    pub scale: Option<(i32, i32)>,
    /// How many answers gave each value of the scale.
    pub scores: Vec<u64>,
    /// The sums of the scores themselves, where the scale above is of rounded ones: the mean of these is the one that the
    /// results have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exact: Option<ExactScores>,
    /// The rounds of a chain that have ended, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub finished: Vec<FinishedRound>,
    /// Outcomes recorded in each of the last seconds, oldest first; at most 60.
    pub recent: Vec<u32>,
    /// Working time so far, without pauses.
    pub elapsed_ms: u64,
    /// Real cost, where models answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spending: Option<Spending>,
    /// A service that has not replied for a while; absent while replies arrive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub silence: Option<Silence>,
    /// Why the store is read-only, while it is: answers cannot be recorded then, and the study waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_writes: Option<String>,
}

/// The sums of scores that are finer than the scale of a tally.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ExactScores {
    /// Number of scores.
    pub n: u64,
    /// Their sum, in units.
    pub sum: u64,
    /// The sum of their squares, in squares of units.
    pub squares: u64,
    /// The unit, in points.
    pub unit: f64,
}

/// A round of a chain that has ended.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct FinishedRound {
    /// From 1.
    pub round: u16,
    /// Its overall score.
    pub overall: f64,
    /// Lower and upper end of its interval; null where it is undefined.
    pub interval: Option<(f64, f64)>,
}

/// The round of a chain that is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct RoundProgress {
    /// From 1.
    pub round: u16,
    /// Rounds that were ordered.
    pub rounds: u16,
    /// Whether it is the round in which a fresh panel holds the best rewrite against the original.
    pub confirms: bool,
    /// Counts of the round.
    pub panel: PanelCounts,
}

/// A service that does not reply while a study waits for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Silence {
    /// The engine.
    pub engine: String,
    /// Seconds since its last reply.
    pub seconds: u64,
    /// Calls under way.
    pub under_way: u32,
    /// Seconds after which each of these calls is given up.
    pub limit_s: u64,
    /// Seconds until the engine is asked again, while it rests after too many failures.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rests_s: Option<u64>,
    /// Remaining seconds of a wait that the service asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asks_s: Option<u64>,
    /// Seconds until the owner's rate limits per minute allow the next call, where they delay it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paced_s: Option<u64>,
}

impl Silence {
    /// A short phrase for it.
    #[must_use]
    pub fn brief(&self) -> String {
        match (self.asks_s, self.paced_s) {
            (Some(asks), _) => format!("asks to wait, for {} more", span(asks)),
            (None, Some(paced)) => format!("next call in {}, by its limits", span(paced)),
            (None, None) => format!("no reply for {} s", self.seconds),
        }
    }

    /// A full sentence, with what will happen next.
    #[must_use]
    pub fn sentence(&self) -> String {
        let Self { engine, seconds, under_way, limit_s, rests_s, asks_s, paced_s } = self;
        if let Some(asks) = asks_s {
            return format!(
                "{engine} asks to wait, for {} more; nobody is asked there until then.",
                span(*asks)
            );
        }
        if let Some(paced) = paced_s {
            return format!(
                "{engine} takes its next call in {}, by the limits a minute that were set for it.",
                span(*paced)
            );
        }
        let next = match rests_s {
            Some(rests) => {
                format!("too many calls failed in a row, and it is asked again in {rests} s")
            }
            None if *under_way == 1 => format!("1 call under way, given up after {limit_s} s"),
            None => format!("{under_way} calls under way, each given up after {limit_s} s"),
        };
        format!("{engine} has not replied for {seconds} s ({next}).")
    }
}

/// A duration in words for people.
fn span(seconds: u64) -> String {
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7_200 => format!("{} min", seconds / 60),
        _ => format!("{} h {:02} min", seconds / 3_600, seconds / 60 % 60),
    }
}

/// What a submission would do: the response to a dry run, shown before anything that costs money.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Preview {
    /// Its name.
    pub name: String,
    /// Its study type.
    pub instrument: StudyType,
    /// Number of respondents.
    pub panel: u32,
    /// The engine that would answer.
    pub engine: String,
    /// The seed; drawn at random when none was given.
    pub seed: u64,
    /// Target and realised shares of this panel.
    pub margins: crate::results::Margins,
    /// The questionnaire as the first respondent would receive it.
    pub questionnaire: String,
    /// Credits that the study would hold; it costs no more than these.
    pub credits: Credits,
    /// Credits that can be spent now.
    pub balance: Credits,
    /// Real cost in dollars, at least and at most.
    pub cost_usd: (f64, f64),
    /// Expected half width of the 95 % interval of the main estimate, with its unit.
    pub expected_half_width: Option<(f64, String)>,
    /// Notes that are not errors.
    pub notes: Vec<String>,
    /// Every type of model call with its number, in the order of asking; empty where no model answers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub calls: Vec<Calls>,
    /// Possible values of the draft's settings.
    #[serde(default, skip_serializing_if = "Settings::is_empty")]
    pub settings: Settings,
    /// The names of the estimates that the results can have: what can be expected of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub estimates: Vec<String>,
    /// Those of them by which its answers can be compared and ranked, person by person.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub metrics: Vec<String>,
}

impl Preview {
    /// The missing credits; none when there are enough.
    #[must_use]
    pub fn missing_credits(&self) -> Option<Credits> {
        self.credits.checked_sub(self.balance).filter(|missing| *missing > Credits::ZERO)
    }
}

/// The model calls of one type that a study would make.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Calls {
    /// Their purpose: `the answer`, `a decoy`, `a text in free words`, …
    pub what: String,
    /// Their number, without retries and re-asks.
    pub count: u64,
    /// Their cost in dollars, at least and at most; absent where it is unknown, or where several models share the
    /// calls.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost_usd: Option<(f64, f64)>,
}

//! What is happening: a study's state, its counts and its live tally.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::audience::words;
use crate::credits::Credits;
use crate::id::StudyId;
use crate::results::Estimate;
use crate::setting::Settings;
use crate::spending::Spending;
use crate::study::{EngineMode, Origin, StudyType};

words! {
    /// The states of a study.
    State {
        /// Written, not submitted.
        Draft = "draft",
        /// Waits for its turn.
        Queued = "queued",
        /// Being answered.
        Running = "running",
        /// Stopped by its owner or by a fault; goes on when resumed.
        Paused = "paused",
        /// All answers are in; results are being computed.
        Finalizing = "finalizing",
        /// Has results. Fewer answers than asked for is still completed, and the counts say so.
        Completed = "completed",
        /// Has no results; what was held came back.
        Failed = "failed",
        /// Stopped for good by its owner; answers so far stay readable.
        Cancelled = "cancelled",
    }
}

impl State {
    /// Whether nothing will happen any more.
    #[must_use]
    pub fn is_final(self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Cancelled)
    }
}

/// How many were asked for, and what came of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PanelCounts {
    /// Respondents asked for.
    pub requested: u32,
    /// Answers that were read and passed.
    pub delivered: u32,
    /// Respondents that declined.
    pub refused: u32,
    /// Replies that could not be read.
    pub invalid: u32,
    /// Respondents that could not be asked.
    pub failed: u32,
}

impl PanelCounts {
    /// How many assignments have an outcome.
    #[must_use]
    pub fn settled(self) -> u32 {
        self.delivered
            .saturating_add(self.refused)
            .saturating_add(self.invalid)
            .saturating_add(self.failed)
    }
}

/// A study as lists and reports name it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Study {
    /// Its id.
    pub id: StudyId,
    /// What people call it.
    pub name: String,
    /// What it asks.
    pub instrument: StudyType,
    /// Where it stands.
    pub state: State,
    /// Why it stands there, when that needs a reason.
    pub reason: Option<String>,
    /// What answers.
    pub engine: String,
    /// Which panel answers.
    pub engine_mode: EngineMode,
    /// The model behind the engine, with its version.
    pub model: String,
    /// The seed.
    pub seed: u64,
    /// SHA-256 (hex) over everything that decides what respondents are asked and how replies are read.
    pub instrument_hash: String,
    /// Who owns it: `uid:1000`, or an API key's id.
    pub owner: String,
    /// The door it came in through.
    pub origin: Origin,
    /// The project it belongs to.
    pub project: Option<String>,
    /// The owner's labels.
    pub tags: Vec<String>,
    /// The watched file it is a version of.
    pub lineage: Option<String>,
    /// Whether it is put away.
    pub archived: bool,
    /// What came of the panel so far.
    pub panel: PanelCounts,
    /// When it was submitted.
    pub created_at: Timestamp,
    /// When it ended.
    pub completed_at: Option<Timestamp>,
    /// What is worth knowing about the draft it was made of, told once: to whoever submits it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// What it found, in one number. Told where studies are listed, of those that have results and are about one number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub headline: Option<Headline>,
}

/// The one number that a study is about, on the scale of its type, with what it is worth.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Headline {
    /// Which estimate it is: `mean_score` (1 to 10), `nps_score`, `net_sentiment` or `a_minus_b_pct` (−100 to 100). Only
    /// the same of two studies can be compared.
    pub of: String,
    /// The number.
    #[serde(flatten)]
    pub estimate: Estimate,
}

/// What a running study looks like now: integers only, merged as answers arrive.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Live {
    /// The study.
    pub study: Study,
    /// The scale of the scores, first and last value, when the instrument has one.
    pub scale: Option<(i32, i32)>,
    /// How many answers gave each value of the scale.
    pub scores: Vec<u64>,
    /// Outcomes recorded in each of the last seconds, oldest first; at most 60.
    pub recent: Vec<u32>,
    /// Seconds of work so far, without pauses.
    pub elapsed_ms: u64,
    /// Real money, where models answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spending: Option<Spending>,
    /// A service that has kept the study waiting for a while; absent while replies come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub silence: Option<Silence>,
    /// Why the store takes no writes, while it does not: then no answer can be recorded, and the study waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_writes: Option<String>,
}

/// A service that does not reply, while a study waits for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Silence {
    /// The engine.
    pub engine: String,
    /// Seconds since its last reply.
    pub seconds: u64,
    /// Calls under way.
    pub under_way: u32,
    /// Seconds after which each of them is given up.
    pub limit_s: u64,
    /// Seconds until it is asked again, where it is left in peace after too many failures.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rests_s: Option<u64>,
    /// Seconds for which the service still asks to wait, where it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asks_s: Option<u64>,
    /// Seconds until the limits a minute that its owner set let the next call through, where they keep it back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paced_s: Option<u64>,
}

impl Silence {
    /// In a few words.
    #[must_use]
    pub fn brief(&self) -> String {
        match (self.asks_s, self.paced_s) {
            (Some(asks), _) => format!("asks to wait, for {} more", span(asks)),
            (None, Some(paced)) => format!("next call in {}, by its limits", span(paced)),
            (None, None) => format!("no reply for {} s", self.seconds),
        }
    }

    /// As a sentence, with what will happen.
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

/// A time for people.
fn span(seconds: u64) -> String {
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7_200 => format!("{} min", seconds / 60),
        _ => format!("{} h {:02} min", seconds / 3_600, seconds / 60 % 60),
    }
}

/// What a submission would do: shown by a dry run and before anything that costs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Preview {
    /// The name it would have.
    pub name: String,
    /// What it would ask.
    pub instrument: StudyType,
    /// Respondents.
    pub panel: u32,
    /// What would answer.
    pub engine: String,
    /// The seed, drawn when none was given.
    pub seed: u64,
    /// Targets and what this panel realises.
    pub margins: crate::results::Margins,
    /// The questionnaire as the first respondent would get it.
    pub questionnaire: String,
    /// Credits it would hold, and at most cost.
    pub credits: Credits,
    /// Credits that can be spent now.
    pub balance: Credits,
    /// Real cost in dollars, at least and at most.
    pub cost_usd: (f64, f64),
    /// Half the width of the 95 % interval of the main estimate to expect, and its unit.
    pub expected_half_width: Option<(f64, String)>,
    /// Things worth knowing that are no errors.
    pub notes: Vec<String>,
    /// Every kind of call to a model with how many there would be, in the order of asking; empty where none answers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub calls: Vec<Calls>,
    /// What the settings of the draft could be.
    #[serde(default, skip_serializing_if = "Settings::is_empty")]
    pub settings: Settings,
}

impl Preview {
    /// The credits that are missing for it; none when there are enough.
    #[must_use]
    pub fn missing_credits(&self) -> Option<Credits> {
        self.credits.checked_sub(self.balance).filter(|missing| *missing > Credits::ZERO)
    }
}

/// Calls of one kind that a study would make.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Calls {
    /// What is asked for: `the answer`, `a decoy`, `a text in free words`, …
    pub what: String,
    /// How many, without those that are made again.
    pub count: u64,
    /// Their cost in dollars, at least and at most; absent where nobody knows it, or where several models share the calls.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost_usd: Option<(f64, f64)>,
}

//! Real money of one study: what was announced, what it took so far, and what it will probably take. Dollars, as documents
//! want them; the ledger behind them counts whole millionths.

use serde::{Deserialize, Serialize};

/// What a study costs while it is at work.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Spending {
    /// Booked so far.
    pub spent_usd: f64,
    /// What the whole study will probably cost, by what its respondents took so far; none while too few were asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub projected: Option<Projected>,
    /// What was announced before it started: at least and at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub announced_usd: Option<(f64, f64)>,
    /// The study's own cap.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cap_usd: Option<f64>,
}

/// A final cost that is not known yet.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Projected {
    /// The likeliest.
    pub expected_usd: f64,
    /// The lower end of the 95 % prediction interval.
    pub low_usd: f64,
    /// The upper end.
    pub high_usd: f64,
}

/// What asking models took, by the names that callers of the HTTP interface know.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Inference {
    /// How respondents were shared out between engines; one engine asks everyone in turn.
    pub strategy: String,
    /// Names of the models that answered.
    pub providers_used: Vec<String>,
    /// Real cost.
    pub total_cost_usd: f64,
    /// Tokens sent.
    pub total_input_tokens: u64,
    /// Tokens received.
    pub total_output_tokens: u64,
    /// What each engine did, in the order of their names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub engines: Vec<EngineShare>,
}

/// What one engine did in a study.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct EngineShare {
    /// Its name.
    pub engine: String,
    /// Its model.
    pub model: String,
    /// Respondents whose answer it gave.
    pub answers: u32,
    /// Real cost.
    pub cost_usd: f64,
    /// Tokens sent.
    pub input_tokens: u64,
    /// Tokens received.
    pub output_tokens: u64,
}

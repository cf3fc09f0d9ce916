//! Real cost of one study: announced, so far, and projected. Amounts are in dollars for use in documents; the ledger
//! behind them counts whole millionths.

use serde::{Deserialize, Serialize};

/// The cost of a running study.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Spending {
    /// Booked so far.
    pub spent_usd: f64,
    /// The projected cost of the whole study, from the cost of its respondents so far; absent while too few were asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub projected: Option<Projected>,
    /// The least and most cost announced before it started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub announced_usd: Option<(f64, f64)>,
    /// The upper end that its owner agreed to beyond what was announced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agreed_usd: Option<f64>,
    /// The upper end that the owner of a paused study is asked to agree to before it goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_usd: Option<f64>,
    /// The study's own cap.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cap_usd: Option<f64>,
}

/// A projected final cost.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Projected {
    /// The expected value.
    pub expected_usd: f64,
    /// The lower end of the 95 % prediction interval.
    pub low_usd: f64,
    /// The upper end.
    pub high_usd: f64,
}

/// Usage of models, with the field names of the HTTP interface.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Inference {
    /// How respondents were shared out between engines; with one engine, it asks all of them.
    pub strategy: String,
    /// Names of the models that answered.
    pub providers_used: Vec<String>,
    /// Real cost.
    pub total_cost_usd: f64,
    /// Tokens sent.
    pub total_input_tokens: u64,
    /// Tokens received.
    pub total_output_tokens: u64,
    /// Each engine's share, by engine name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub engines: Vec<EngineShare>,
}

/// One engine's share of a study.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct EngineShare {
    /// Its name.
    pub engine: String,
    /// Its model.
    pub model: String,
    /// Answers that it gave.
    pub answers: u32,
    /// Real cost.
    pub cost_usd: f64,
    /// Tokens sent.
    pub input_tokens: u64,
    /// Tokens received.
    pub output_tokens: u64,
}

//! The settings of a language model in `[engine.NAME]`, as the owner wrote them. `inference` works out what they mean
//! for a service.

use serde::Deserialize;

/// What an owner says of an engine in `[engine.NAME]`; what is left out is as shipped.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EngineSettings {
    /// The service it is like; its own name where that is one.
    pub kind: Option<String>,
    /// Where it is.
    pub base_url: Option<String>,
    /// The model to ask.
    pub model: Option<String>,
    /// The variable that holds its key.
    pub api_key_env: Option<String>,
    /// The one origin to which its key may travel unencrypted.
    pub plain_http: Option<String>,
    /// The proxy through which it is asked, instead of what `network.proxy` says; "none" is none.
    pub proxy: Option<String>,
    /// Calls under way at once.
    pub concurrency: Option<u32>,
    /// Requests a minute.
    pub requests_per_minute: Option<u32>,
    /// Tokens a minute, sent and received.
    pub tokens_per_minute: Option<u32>,
    /// How far it can hold a reply to a form.
    pub structured: Option<Structured>,
    /// Whether the model thinks before it answers: a longer reply is allowed, and no temperature is sent.
    pub reasoning: Option<bool>,
    /// Sampling temperature.
    pub temperature: Option<f64>,
    /// Longest reply in tokens.
    pub output_tokens: Option<u32>,
    /// How long a call may take.
    pub timeout_seconds: Option<u32>,
    /// Dollars per million tokens.
    pub price: Option<PriceSettings>,
    /// The service's model that turns texts into vectors.
    pub embedding_model: Option<String>,
    /// What that costs: dollars per million tokens.
    pub embedding_price: Option<f64>,
    /// Engines that answer together under this name.
    pub engines: Option<Vec<String>>,
    /// How respondents are shared out between them.
    pub strategy: Option<Strategy>,
}

/// How respondents are shared out between several engines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strategy {
    /// In turn, by their place in the panel.
    #[default]
    RoundRobin,
    /// All to the first that works, in the order given.
    Failover,
}

impl Strategy {
    /// Its name in settings and documents.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RoundRobin => "round_robin",
            Self::Failover => "failover",
        }
    }
}

/// Dollars per million tokens.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PriceSettings {
    /// Sent.
    pub input: f64,
    /// Received.
    pub output: f64,
    /// Sent, but held in the service's cache.
    #[serde(default)]
    pub cached_input: Option<f64>,
}

/// How far a service can hold a reply to a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Structured {
    /// To a schema.
    Schema,
    /// To JSON.
    Json,
    /// Not at all.
    Text,
}

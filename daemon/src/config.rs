//! Settings in layers (built-in defaults < config.toml < variables), each value with its source. The commented file of
//! defaults is also the schema: a key it does not have is an error that names the nearest one it has.

mod bounds;
mod engine;
mod http;
mod keys;
mod layers;

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use protocol::error::{ApiError, ErrorCode};
use serde::Deserialize;
use toml::Value;

pub(crate) use engine::{EngineSettings, Strategy, Structured};
pub(crate) use http::HttpSettings;

/// The commented defaults, as shipped.
pub(crate) const DEFAULTS: &str = include_str!("../../assets/config.toml");

/// The settings in force.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct Config {
    /// Bounds.
    pub limits: Limits,
    /// What the doors of the HTTP listener share.
    pub gateway: Gateway,
    /// The HTTP listener.
    pub http: HttpSettings,
    /// The budget.
    pub credits: Credits,
    /// What answers.
    pub engine: Engines,
    /// How model services are reached.
    pub network: Network,
    /// What answers may cost.
    pub cost: Cost,
    /// Daily copies of the store.
    pub backup: Backup,
    /// The history.
    pub events: Events,
    /// How to stop.
    pub shutdown: Shutdown,
    /// How the workstation calls its user.
    pub notify: Notify,
    /// What is logged.
    pub log: LogSettings,
}

/// Bounds, each with its unit in its name.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct Limits {
    /// The largest panel.
    pub panel_max: u32,
    /// Studies answered at the same time.
    pub studies_running: u32,
    /// Clients at the same time.
    pub connections: u32,
}

/// How model services are reached.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Network {
    /// Whether proxies of the environment are used: `none` or `environment`.
    pub proxy: String,
    /// A file of certificates that are trusted beside those of the system; empty for none.
    pub ca_file: String,
}

impl Network {
    /// What `proxy` may be.
    pub(crate) const PROXIES: [&str; 2] = ["none", "environment"];

    /// Whether proxies of the environment are used.
    pub(crate) fn uses_environment(&self) -> bool {
        self.proxy == "environment"
    }
}

/// What the doors of the HTTP listener share.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct Gateway {
    /// The engine of studies whose key names none.
    pub engine: String,
}

/// The budget.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct Credits {
    /// The name of the allowance that applies.
    pub tier: String,
    /// Credits a month, by name of the allowance.
    pub tiers: BTreeMap<String, i64>,
}

impl Credits {
    /// Credits that the tier in force grants a month.
    pub(crate) fn monthly(&self) -> protocol::credits::Credits {
        protocol::credits::Credits(self.tiers.get(&self.tier).copied().unwrap_or(0))
    }
}

/// What answers.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct Engines {
    /// The built-in reader.
    pub offline: OfflineEngine,
    /// Language models, by the name the owner gives them or by that of a known service.
    #[serde(flatten)]
    pub models: BTreeMap<String, EngineSettings>,
}

/// What answers of language models may cost, in dollars.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct Cost {
    /// A study that may cost more asks first.
    pub confirm_above_usd: f64,
    /// Most of one calendar day (UTC); 0 is without limit.
    pub day_max_usd: f64,
    /// Most of all time; 0 is without limit.
    pub total_max_usd: f64,
    /// Whether a model may be asked whose price nobody knows.
    pub allow_unknown_price: bool,
}

/// The built-in reader.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct OfflineEngine {
    /// Its pace; 0 = as fast as it can.
    pub answers_per_second: u32,
}

/// Daily copies of the store.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct Backup {
    /// Whether they are made.
    pub daily: bool,
    /// How many are kept.
    pub keep: u32,
}

/// The history.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct Events {
    /// Days after which an ended study tells of single answers no more; 0 = never.
    pub keep_days: u32,
}

/// How to stop.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct Shutdown {
    /// How long to wait for answers under way.
    pub drain_seconds: u32,
}

/// How the workstation calls its user. It reads these settings by itself; they are checked here with all others.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct Notify {
    /// A word for the way.
    pub terminal: String,
    /// Whether inside tmux, too.
    pub in_tmux: bool,
    /// Whether by the desktop, too.
    pub desktop: bool,
}

impl Notify {
    /// The words for the ways.
    pub(crate) const WAYS: [&'static str; 4] = ["bell", "osc9", "osc777", "off"];
}

/// What is logged.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct LogSettings {
    /// A level or a filter.
    pub level: String,
    /// Files kept, one a day.
    pub keep_days: u32,
}

/// Where a value comes from; a later one wins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SettingSource {
    /// Built in.
    Default,
    /// The owner's file.
    File(PathBuf),
    /// A variable.
    Variable(String),
}

impl fmt::Display for SettingSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path) => path.display().fmt(f),
            Self::Variable(name) => write!(f, "${name}"),
        }
    }
}

/// One setting, its value as TOML writes it, and its source.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    /// `limits.panel_max`.
    pub key: String,
    /// The value.
    pub value: Value,
    /// Where it comes from.
    pub source: SettingSource,
}

impl Setting {
    /// The value as it is shown: an address without the name and the password in it.
    pub fn shown(&self) -> Value {
        const ADDRESSES: [&str; 3] = ["proxy", "base_url", "plain_http"];
        let is_address = self.key.rsplit('.').next().is_some_and(|last| ADDRESSES.contains(&last));
        match &self.value {
            Value::String(text) if is_address => Value::String(without_password(text)),
            value => value.clone(),
        }
    }
}

/// An address without the name and the password in it.
fn without_password(text: &str) -> String {
    let (scheme, rest) = text.find("://").map_or(("", text), |at| text.split_at(at + 3));
    match rest.rsplit_once('@') {
        Some((_, host)) => format!("{scheme}…@{host}"),
        None => text.to_owned(),
    }
}

/// The settings in force, typed and as a list.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Loaded {
    /// Typed.
    pub config: Config,
    /// Every key with its source, in order.
    pub settings: Vec<Setting>,
}

/// Reads the file, where there is one, and the variables.
///
/// # Errors
/// `InvalidInput` with every problem and its place: an unknown key, a wrong type, a value out of range.
pub(crate) fn load(
    file: &Path,
    variables: impl Iterator<Item = (String, String)>,
) -> Result<Loaded, ApiError> {
    let text = match std::fs::read_to_string(file) {
        Ok(text) => Some(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => {
            return Err(ApiError::new(
                ErrorCode::InvalidInput,
                format!("The settings file {} cannot be read: {error}", file.display()),
            )
            .because(&error)
            .hint("Make it a readable text file, or remove it to use the defaults"));
        }
    };
    layers::layer(file, text.as_deref(), variables)
}

/// The variables of this process that are text.
pub(crate) fn environment() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shown_without_its_password() {
        let shown = |key: &str, text: &str| {
            let value = Value::String(text.to_owned());
            Setting { key: key.to_owned(), value, source: SettingSource::Default }.shown()
        };
        for (key, text, expected) in [
            ("engine.x.proxy", "http://ann:s/ecret@proxy:3128", "http://…@proxy:3128"),
            ("engine.x.proxy", "ann:secret@proxy:3128", "…@proxy:3128"),
            ("engine.x.base_url", "https://ann@x.example.com/v1", "https://…@x.example.com/v1"),
            ("engine.x.base_url", "https://x.example.com/v1", "https://x.example.com/v1"),
            ("engine.x.model", "a@b", "a@b"),
        ] {
            assert_eq!(shown(key, text), Value::String(expected.to_owned()), "{text}");
        }
    }
}

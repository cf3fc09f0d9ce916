//! Keys of the settings, and the kind of value that each takes. An example is the whole entry of a key: the commented
//! file of defaults has one for each, and the examples for the sections of engines and the tables with names that the
//! owner chooses are here.

use std::mem::discriminant;
use std::ops::RangeInclusive;

use toml::{Table, Value};

use super::{Setting, SettingSource};
use protocol::nearest::did_you_mean;

/// Tables whose keys the owner makes up.
const OPEN_TABLES: &[&str] = &["credits.tiers"];

/// What `[engine.NAME]` may hold for a language model, each with an example of its kind.
const ENGINE_KEYS: &str = r#"
kind = "openai"
base_url = "https://api.openai.com/v1"
model = "gpt-4.1-mini"
api_key_env = "OPENAI_API_KEY"
plain_http = "http://192.168.1.20:8000"
proxy = "http://proxy.example.com:3128"
concurrency = 100
requests_per_minute = 500
tokens_per_minute = 200000
structured = "schema"
reasoning = false
temperature = 1.0
output_tokens = 800
timeout_seconds = 120
price.input = 0.4
price.output = 1.6
price.cached_input = 0.1
embedding_model = "text-embedding-3-small"
embedding_price = 0.02
engines = ["openai", "groq"]
strategy = "round_robin"
"#;

/// What a whole number of any setting may be: no setting counts beyond that.
const WHOLE: RangeInclusive<i64> = 0..=u32::MAX as i64;

/// The keys that there are.
pub(super) struct Keys {
    /// Those of the defaults.
    fixed: Vec<String>,
    /// Those of an engine's section, with an example.
    engine: Vec<Setting>,
}

/// Why a value cannot be used.
pub(super) struct Misfit {
    pub(super) what: String,
    pub(super) hint: String,
}

impl Keys {
    /// With the keys of those defaults.
    pub(super) fn with(defaults: &[Setting]) -> Self {
        let fixed = defaults.iter().map(|setting| setting.key.clone()).collect();
        let engine = parse(ENGINE_KEYS).map(|table| leaves(&table, &SettingSource::Default));
        Self { fixed, engine: engine.unwrap_or_default() }
    }

    /// The setting that a variable names. Variables of other sections belong to somebody else.
    pub(super) fn of_variable(&self, name: &str) -> Option<String> {
        let rest = name.strip_prefix("DEMOSCOPE_")?;
        let is_named = |key: &&String| key.replace('.', "_").to_uppercase() == rest;
        if let Some(key) = self.fixed.iter().find(is_named) {
            return Some(key.clone());
        }
        let section = rest.split('_').next()?.to_lowercase();
        let is_ours = self.fixed.iter().any(|key| key.split('.').next() == Some(section.as_str()));
        is_ours.then(|| rest.to_lowercase().replacen('_', ".", 1))
    }

    /// The setting as it can be laid over those in force, with a value of its key's kind.
    pub(super) fn fit(&self, mut given: Setting, in_force: &[Setting]) -> Result<Setting, Misfit> {
        let Some(example) = self.example(&given.key, in_force) else {
            return Err(self.unknown(&given.key));
        };
        // A whole number is a number.
        if let (Value::Float(_), Value::Integer(whole)) = (example, &given.value) {
            given.value = Value::Float(*whole as f64);
        }
        if discriminant(example) != discriminant(&given.value) {
            return Err(of_other_kind(&given, example));
        }
        match given.value {
            Value::Integer(number) if !WHOLE.contains(&number) => Err(Misfit {
                what: format!("'{}' is {number}", given.key),
                hint: format!("give a whole number from {} to {}", WHOLE.start(), WHOLE.end()),
            }),
            _ => Ok(given),
        }
    }

    /// A value of the kind that the key takes.
    fn example<'a>(&'a self, key: &str, in_force: &'a [Setting]) -> Option<&'a Value> {
        let open = table_of(key).filter(|table| OPEN_TABLES.contains(table));
        let is_like = |setting: &&Setting| {
            setting.key == key || (open.is_some() && table_of(&setting.key) == open)
        };
        let of_engine = || {
            let key = of_engine(key)?;
            self.engine.iter().find(|setting| setting.key == key)
        };
        in_force.iter().find(is_like).or_else(of_engine).map(|setting| &setting.value)
    }

    fn unknown(&self, key: &str) -> Misfit {
        let hint = if let Some(key) = of_engine(key) {
            let keys: Vec<&str> = self.engine.iter().map(|setting| setting.key.as_str()).collect();
            did_you_mean(key, &keys)
                .unwrap_or_else(|| format!("an engine takes {}", keys.join(", ")))
        } else {
            let keys: Vec<&str> = self.fixed.iter().map(String::as_str).collect();
            did_you_mean(key, &keys)
                .unwrap_or_else(|| "`demoscope config` lists every setting".to_owned())
        };
        Misfit { what: format!("unknown setting '{key}'"), hint }
    }
}

/// The table that a key is in.
fn table_of(key: &str) -> Option<&str> {
    key.rsplit_once('.').map(|(table, _)| table)
}

/// The last part of a setting of a language model: of `engine.NAME.KEY` the key.
fn of_engine(key: &str) -> Option<&str> {
    let (name, key) = key.strip_prefix("engine.")?.split_once('.')?;
    (name != "offline").then_some(key)
}

fn of_other_kind(given: &Setting, example: &Value) -> Misfit {
    let name = given.key.rsplit('.').next().unwrap_or_default();
    Misfit {
        what: format!("'{}' takes {}, not {}", given.key, kind(example), kind(&given.value)),
        hint: format!("for example {name} = {example}"),
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::String(_) => "a text in quotes",
        Value::Integer(_) => "a whole number",
        Value::Float(_) => "a number",
        Value::Boolean(_) => "true or false",
        Value::Datetime(_) => "a date",
        Value::Array(_) => "a list",
        Value::Table(_) => "a section",
    }
}

/// The table that a text of settings is.
pub(super) fn parse(text: &str) -> Result<Table, toml::de::Error> {
    toml::from_str(text)
}

/// Every value that is no table, with its dotted key.
pub(super) fn leaves(table: &Table, source: &SettingSource) -> Vec<Setting> {
    fn walk(prefix: &str, table: &Table, source: &SettingSource, found: &mut Vec<Setting>) {
        for (name, value) in table {
            let key = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
            match value {
                Value::Table(inner) => walk(&key, inner, source, found),
                value => found.push(Setting { key, value: value.clone(), source: source.clone() }),
            }
        }
    }
    let mut found = Vec::new();
    walk("", table, source, &mut found);
    found
}

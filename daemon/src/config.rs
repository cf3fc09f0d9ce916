//! Settings in layers (built-in defaults < config.toml < variables), each value with its source. The commented file of
//! defaults is also the schema: a key it does not have is an error that names the nearest one it has.

mod engine;

use std::collections::BTreeMap;
use std::fmt;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use protocol::error::{ApiError, ErrorCode};
use protocol::study::Problem;
use serde::Deserialize;
use toml::{Table, Value};

use crate::domain::nearest::nearest;

pub use engine::{EngineSettings, PriceSettings, Strategy, Structured};

/// The commented defaults, as shipped.
pub const DEFAULTS: &str = include_str!("../../assets/config.toml");

/// Tables whose keys the owner makes up.
const OPEN_TABLES: &[&str] = &["credits.tiers"];

/// What `[engine.NAME]` may hold for a language model, each with an example of its kind.
const ENGINE_KEYS: &str = r#"
kind = "openai"
base_url = "https://api.openai.com/v1"
model = "gpt-4.1-mini"
api_key_env = "OPENAI_API_KEY"
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
hedge_percent = 5
engines = ["openai", "groq"]
strategy = "round_robin"
"#;

/// What a whole number of any setting may be: no setting counts beyond that.
const WHOLE: RangeInclusive<i64> = 0..=u32::MAX as i64;

/// The settings in force.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Config {
    /// Bounds.
    pub limits: Limits,
    /// The budget.
    pub credits: Credits,
    /// What answers.
    pub engine: Engines,
    /// What answers may cost.
    pub cost: Cost,
    /// Daily copies of the store.
    pub backup: Backup,
    /// The history.
    pub events: Events,
    /// How to stop.
    pub shutdown: Shutdown,
    /// What is logged.
    pub log: Log,
}

/// Bounds, each with its unit in its name.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Limits {
    /// The largest panel.
    pub panel_max: u32,
    /// Studies answered at the same time.
    pub studies_running: u32,
    /// Clients at the same time.
    pub connections: u32,
}

/// The budget.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Credits {
    /// The name of the allowance that applies.
    pub tier: String,
    /// Credits a month, by name of the allowance.
    pub tiers: BTreeMap<String, i64>,
}

impl Credits {
    /// Credits that the tier in force grants a month.
    pub fn monthly(&self) -> protocol::credits::Credits {
        protocol::credits::Credits(self.tiers.get(&self.tier).copied().unwrap_or(0))
    }
}

/// What answers.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Engines {
    /// The built-in reader.
    pub offline: OfflineEngine,
    /// Language models, by the name the owner gives them or by that of a known service.
    #[serde(flatten)]
    pub models: BTreeMap<String, EngineSettings>,
}

/// What answers of language models may cost, in dollars.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Cost {
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
pub struct OfflineEngine {
    /// Its pace; 0 = as fast as it can.
    pub answers_per_second: u32,
}

/// Daily copies of the store.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Backup {
    /// Whether they are made.
    pub daily: bool,
    /// How many are kept.
    pub keep: u32,
}

/// The history.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Events {
    /// Days after which an ended study tells of single answers no more; 0 = never.
    pub keep_days: u32,
}

/// How to stop.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Shutdown {
    /// How long to wait for answers under way.
    pub drain_seconds: u32,
}

/// What is logged.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Log {
    /// A level or a filter.
    pub level: String,
    /// Files kept, one a day.
    pub keep_days: u32,
}

/// Where a value comes from; a later one wins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// Built in.
    Default,
    /// The owner's file.
    File(PathBuf),
    /// A variable.
    Variable(String),
}

impl fmt::Display for Source {
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
    pub source: Source,
}

/// The settings in force, typed and as a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Loaded {
    /// Typed.
    pub config: Config,
    /// Every key with its source, in order.
    pub settings: Vec<Setting>,
}

/// Reads the file, where there is one, and the variables.
///
/// # Errors
/// `InvalidInput` with every problem and its place: an unknown key, a wrong type, a value out of range.
pub fn load(
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
    layer(file, text.as_deref(), variables)
}

/// The variables of this process that are text.
pub fn environment() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
}

fn layer(
    file: &Path,
    text: Option<&str>,
    variables: impl Iterator<Item = (String, String)>,
) -> Result<Loaded, ApiError> {
    let mut problems = Vec::new();
    let mut settings =
        leaves(&parse(DEFAULTS).map_err(|error| broken_defaults(&error))?, &Source::Default);
    let known: Vec<String> = settings.iter().map(|setting| setting.key.clone()).collect();
    let known: Vec<&str> = known.iter().map(String::as_str).collect();

    if let Some(text) = text {
        match parse(text) {
            Ok(table) => {
                for given in leaves(&table, &Source::File(file.to_path_buf())) {
                    let place = place_of(file, text, &given.key);
                    put(&mut settings, &known, given, place, &mut problems);
                }
            }
            Err(error) => {
                let line =
                    error.span().map_or(1, |span| 1 + text[..span.start].matches('\n').count());
                problems.push(Problem {
                    place: format!("{}:{line}", file.display()),
                    what: error.message().to_owned(),
                    hint: "settings are TOML: [section], then key = value".to_owned(),
                });
            }
        }
    }
    for (name, value) in variables {
        let Some(key) = key_of_variable(&name, &known) else { continue };
        let value = value.parse::<Value>().unwrap_or(Value::String(value));
        let given = Setting { key, value, source: Source::Variable(name.clone()) };
        put(&mut settings, &known, given, format!("${name}"), &mut problems);
    }
    settings.sort_by(|one, other| one.key.cmp(&other.key));
    if problems.is_empty() {
        match typed(&settings) {
            Ok(config) => return Ok(Loaded { config, settings }),
            Err(problem) => problems.push(problem),
        }
    }
    let mut error = ApiError::new(ErrorCode::InvalidInput, "The settings have problems");
    error.problems = problems;
    Err(error)
}

fn parse(text: &str) -> Result<Table, toml::de::Error> {
    toml::from_str(text)
}

fn broken_defaults(error: &toml::de::Error) -> ApiError {
    ApiError::new(ErrorCode::Internal, format!("The built-in settings are broken: {error}"))
        .because(error)
}

/// Every value that is no table, with its dotted key.
fn leaves(table: &Table, source: &Source) -> Vec<Setting> {
    fn walk(prefix: &str, table: &Table, source: &Source, found: &mut Vec<Setting>) {
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

/// The name and the key of a setting of a language model: `engine.NAME.KEY`.
fn of_engine(key: &str) -> Option<(&str, &str)> {
    let (name, key) = key.strip_prefix("engine.")?.split_once('.')?;
    (name != "offline").then_some((name, key))
}

/// Every key that an engine's section may hold, with an example.
fn engine_keys() -> Vec<Setting> {
    parse(ENGINE_KEYS).map(|table| leaves(&table, &Source::Default)).unwrap_or_default()
}

fn put(
    settings: &mut Vec<Setting>,
    known: &[&str],
    mut given: Setting,
    place: String,
    problems: &mut Vec<Problem>,
) {
    let engine_keys = of_engine(&given.key).map(|_| engine_keys()).unwrap_or_default();
    let open = OPEN_TABLES.iter().any(|table| {
        given
            .key
            .strip_prefix(table)
            .is_some_and(|rest| rest.starts_with('.') && !rest[1..].contains('.'))
    });
    let example = settings.iter().find(|setting| {
        setting.key == given.key
            || (open
                && setting.key.rsplit_once('.').map(|(table, _)| table)
                    == given.key.rsplit_once('.').map(|(table, _)| table))
    });
    let of_engine = of_engine(&given.key).map(|(_, key)| key);
    let example = example
        .or_else(|| engine_keys.iter().find(|setting| Some(setting.key.as_str()) == of_engine));
    let Some(example) = example else {
        if let Some(key) = of_engine {
            let keys: Vec<&str> = engine_keys.iter().map(|setting| setting.key.as_str()).collect();
            let hint = nearest(key, &keys).map_or_else(
                || format!("an engine takes {}", keys.join(", ")),
                |near| format!("did you mean '{near}'?"),
            );
            problems.push(Problem {
                place,
                what: format!("unknown setting '{}'", given.key),
                hint,
            });
            return;
        }
        let hint = nearest(&given.key, known)
            .map_or("`demoscope config` lists every setting".to_owned(), |near| {
                format!("did you mean '{near}'?")
            });
        problems.push(Problem { place, what: format!("unknown setting '{}'", given.key), hint });
        return;
    };
    // A whole number is a number.
    if let (Value::Float(_), Value::Integer(whole)) = (&example.value, &given.value) {
        given.value = Value::Float(*whole as f64);
    }
    if std::mem::discriminant(&example.value) != std::mem::discriminant(&given.value) {
        problems.push(Problem {
            place,
            what: format!(
                "'{}' takes {}, not {}",
                given.key,
                kind(&example.value),
                kind(&given.value)
            ),
            hint: format!(
                "for example {} = {}",
                given.key.rsplit('.').next().unwrap_or_default(),
                example.value
            ),
        });
        return;
    }
    if let Value::Integer(number) = given.value
        && !WHOLE.contains(&number)
    {
        problems.push(Problem {
            place,
            what: format!("'{}' is {number}", given.key),
            hint: format!("give a whole number from {} to {}", WHOLE.start(), WHOLE.end()),
        });
        return;
    }
    settings.retain(|setting| setting.key != given.key);
    settings.push(given);
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

/// `file:line` of the key, or the file where the line cannot be told.
fn place_of(file: &Path, text: &str, key: &str) -> String {
    let name = key.rsplit('.').next().unwrap_or(key);
    let line = text.lines().position(|line| {
        line.trim_start()
            .strip_prefix(name)
            .is_some_and(|rest| rest.trim_start().starts_with(['=', '.']))
    });
    match line {
        Some(line) => format!("{}:{}", file.display(), line + 1),
        None => file.display().to_string(),
    }
}

/// The setting that a variable names. Variables of other sections belong to somebody else.
fn key_of_variable(name: &str, known: &[&str]) -> Option<String> {
    let rest = name.strip_prefix("DEMOSCOPE_")?;
    if let Some(key) = known.iter().find(|key| key.replace('.', "_").to_uppercase() == rest) {
        return Some((*key).to_owned());
    }
    let section = rest.split('_').next()?.to_lowercase();
    known
        .iter()
        .any(|key| key.split('.').next() == Some(section.as_str()))
        .then(|| rest.to_lowercase().replacen('_', ".", 1))
}

/// Puts a value at its dotted key.
fn insert(table: &mut Table, key: &str, value: Value) {
    match key.split_once('.') {
        None => {
            table.insert(key.to_owned(), value);
        }
        Some((section, rest)) => {
            let inner = table.entry(section).or_insert_with(|| Value::Table(Table::new()));
            if let Value::Table(inner) = inner {
                insert(inner, rest, value);
            }
        }
    }
}

fn typed(settings: &[Setting]) -> Result<Config, Problem> {
    let mut root = Table::new();
    for setting in settings {
        insert(&mut root, &setting.key, setting.value.clone());
    }
    let source_of = |key: &str| {
        settings
            .iter()
            .find(|setting| setting.key == key)
            .map_or(String::new(), |setting| setting.source.to_string())
    };
    let config = Config::deserialize(Value::Table(root)).map_err(|error| Problem {
        place: "settings".to_owned(),
        what: error.message().to_owned(),
        hint: "`demoscope config` shows each value and where it comes from".to_owned(),
    })?;
    let refuse = |key: &str, what: &str, hint: &str| {
        Err(Problem {
            place: source_of(key),
            what: format!("'{key}' {what}"),
            hint: hint.to_owned(),
        })
    };
    if config.limits.panel_max == 0 {
        return refuse("limits.panel_max", "is zero", "a panel has at least one respondent");
    }
    if config.limits.studies_running == 0 {
        return refuse(
            "limits.studies_running",
            "is zero",
            "at least one study must be able to run",
        );
    }
    if config.limits.connections == 0 {
        return refuse(
            "limits.connections",
            "is zero",
            "at least one client must be able to connect",
        );
    }
    if !config.credits.tiers.contains_key(&config.credits.tier) {
        let tiers: Vec<&str> = config.credits.tiers.keys().map(String::as_str).collect();
        return refuse("credits.tier", "names no tier", &format!("known are {}", tiers.join(", ")));
    }
    for (key, amount) in [
        ("cost.confirm_above_usd", config.cost.confirm_above_usd),
        ("cost.day_max_usd", config.cost.day_max_usd),
        ("cost.total_max_usd", config.cost.total_max_usd),
    ] {
        if !(0.0..=1e6).contains(&amount) {
            return refuse(key, "is no amount", "dollars, from 0 to 1000000");
        }
    }
    if config.credits.tiers.values().any(|monthly| *monthly < 0) {
        return refuse("credits.tiers", "has a negative allowance", "an allowance is zero or more");
    }
    Ok(config)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load_text(text: &str, variables: &[(&str, &str)]) -> Result<Loaded, ApiError> {
        let variables =
            variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        layer(Path::new("config.toml"), Some(text), variables)
    }

    fn problems(text: &str, variables: &[(&str, &str)]) -> Vec<String> {
        let error = load_text(text, variables).expect_err("it has problems");
        error.problems.iter().map(|p| format!("{}: {} · {}", p.place, p.what, p.hint)).collect()
    }

    #[test]
    fn defaults_alone_are_complete() {
        let loaded = layer(Path::new("config.toml"), None, std::iter::empty()).unwrap();
        assert_eq!(loaded.config.limits.panel_max, 10_000);
        assert_eq!(loaded.config.credits.monthly(), protocol::credits::Credits(10_000));
        assert!(loaded.settings.iter().all(|setting| setting.source == Source::Default));
    }

    #[test]
    fn a_later_layer_wins_and_is_named() {
        let loaded = load_text(
            "[limits]\npanel_max = 5\nstudies_running = 2\n",
            &[("DEMOSCOPE_LIMITS_PANEL_MAX", "7"), ("DEMOSCOPE_HOME", "/x"), ("HOME", "/y")],
        )
        .unwrap();
        assert_eq!((loaded.config.limits.panel_max, loaded.config.limits.studies_running), (7, 2));
        let source =
            |key: &str| loaded.settings.iter().find(|s| s.key == key).unwrap().source.to_string();
        assert_eq!(source("limits.panel_max"), "$DEMOSCOPE_LIMITS_PANEL_MAX");
        assert_eq!(source("limits.studies_running"), "config.toml");
    }

    #[test]
    fn tiers_can_be_added() {
        let loaded =
            load_text("[credits]\ntier = \"team\"\n[credits.tiers]\nteam = 50\n", &[]).unwrap();
        assert_eq!(loaded.config.credits.monthly(), protocol::credits::Credits(50));
    }

    #[test]
    fn every_problem_is_told_with_its_place() {
        insta::assert_snapshot!(
            problems(
                "[limits]\npanle_max = 5\nstudies_running = \"two\"\n[colour]\nred = 1\n",
                &[("DEMOSCOPE_LOG_LEVLE", "info")]
            )
            .join("\n"),
            @r#"
        config.toml:5: unknown setting 'colour.red' · `demoscope config` lists every setting
        config.toml:2: unknown setting 'limits.panle_max' · did you mean 'limits.panel_max'?
        config.toml:3: 'limits.studies_running' takes a whole number, not a text in quotes · for example studies_running = 4
        $DEMOSCOPE_LOG_LEVLE: unknown setting 'log.levle' · did you mean 'log.level'?
        "#
        );
    }

    #[test]
    fn values_out_of_range_are_refused() {
        assert_eq!(problems("[limits]\npanel_max = 0\n", &[]).len(), 1);
        assert_eq!(problems("[limits]\npanel_max = -1\n", &[]).len(), 1);
        assert_eq!(problems("[credits]\ntier = \"gold\"\n", &[]).len(), 1);
        assert_eq!(problems("[limits\n", &[]).len(), 1);
    }
}

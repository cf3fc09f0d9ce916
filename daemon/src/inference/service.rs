//! Model services: the shipped catalogue, the owner's settings and the environment, resolved into one description.
//! Keys stay in memory and are only sent to the address they were given with.

use std::collections::BTreeMap;
use std::sync::OnceLock;
use std::time::Duration;

use serde::Deserialize;

use super::chat::TokenLimit;
use super::client::Target;
use super::key::{
    ApiKey, BoundKey, ServiceOrigin, as_pasted, base_url, can_be_own, carries_secrets, is_local,
    pasted_key, pasted_url,
};
use super::limits::Bounds;
use super::price::Price;
use super::variables::near_variables;
use super::wire::{Auth, Format};
use crate::config::{EngineSettings, Structured};

/// Default number of calls under way at once.
const CONCURRENCY: u32 = 100;
/// Default length of the longest reply; includes the reasoning of reasoning models.
const OUTPUT_TOKENS: u32 = 800;
const OUTPUT_TOKENS_REASONING: u32 = 4_000;
/// Sampling temperature: people differ, and so should their answers.
const TEMPERATURE: f64 = 1.0;
/// Default timeout of a call.
const TIMEOUT_SECONDS: u32 = 120;

/// The shipped catalogue.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Catalogue {
    /// The date of the prices.
    pub prices_as_of: String,
    /// The source of the prices.
    pub prices_source: String,
    /// By name.
    pub service: BTreeMap<String, Preset>,
}

/// A service as shipped.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Preset {
    format: Format,
    base_url: String,
    model: String,
    api_key_env: String,
    /// Another variable that the service's own programs read, if the first is not set.
    #[serde(default)]
    api_key_env_other: Option<String>,
    #[serde(default)]
    base_url_env: Option<String>,
    #[serde(default)]
    base_url_suffix: Option<String>,
    structured: Structured,
    #[serde(default)]
    token_limit: TokenLimit,
    #[serde(default)]
    auth: Auth,
    #[serde(default)]
    local: bool,
    #[serde(default)]
    concurrency: Option<u32>,
    #[serde(default)]
    timeout_seconds: Option<u32>,
    #[serde(default)]
    models: BTreeMap<String, Model>,
    #[serde(default)]
    embedding_model: Option<String>,
    /// Dollars per million input tokens.
    #[serde(default)]
    embeddings: BTreeMap<String, f64>,
}

/// A model as shipped: dollars per million tokens.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Model {
    input: f64,
    output: f64,
    #[serde(default)]
    cached_input: Option<f64>,
    #[serde(default)]
    reasoning: bool,
}

/// A service that can be asked.
#[derive(Clone, Debug)]
pub struct Service {
    /// The engine's name.
    pub name: String,
    /// The endpoint and how it is called.
    pub target: Target,
    /// The source of the address.
    pub address_from: AddressFrom,
    /// The variable whose key is sent; `None` if it is asked without one.
    pub key_from: Option<String>,
    /// The variable that a key would come from; empty where it takes none.
    pub key_variable: String,
    /// What is told where the variable holds more than the key.
    pub key_mended: Option<String>,
    /// The model to ask.
    pub model: String,
    /// How far it can enforce the schema of a reply.
    pub structured: Structured,
    /// Whether the model reasons before it answers.
    pub reasoning: bool,
    /// Sampling temperature, if one is sent.
    pub temperature: Option<f64>,
    /// Longest reply in tokens.
    pub output_tokens_max: u32,
    /// The rate limits.
    pub bounds: Bounds,
    /// The price; `None` if unknown.
    pub price: Option<Price>,
    /// It is free because of its location: neither its owner nor the catalogue has a price.
    pub is_free_here: bool,
    /// Its embedding model, if it has one.
    pub embedding: Option<Embedding>,
}

/// The source of a service's address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AddressFrom {
    /// The shipped address.
    Shipped,
    /// The owner's settings, whatever that variable of the environment contains.
    Settings {
        /// The variable with another address that is ignored.
        over: Option<String>,
    },
    /// A variable of the environment.
    Variable(String),
}

impl std::fmt::Display for AddressFrom {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Shipped => f.write_str("as shipped"),
            Self::Settings { over: None } => f.write_str("settings"),
            Self::Settings { over: Some(variable) } => write!(f, "settings, not ${variable}"),
            Self::Variable(variable) => write!(f, "${variable}"),
        }
    }
}

/// The embedding model of a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Embedding {
    /// The model.
    pub model: String,
    /// The price; `None` if unknown.
    pub price: Option<Price>,
    /// Its owner named it, or it is built in: it is no guess from the kind of the service.
    pub is_named: bool,
}

/// Why a service cannot be asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unready {
    /// It needs a key and has none.
    #[error("${variable} is not set{near}")]
    NoKey {
        /// The variable for the key.
        variable: String,
        /// What is told of a variable of a similar name that is set, after a semicolon; empty where none is.
        near: String,
    },
    /// It needs an address and has none.
    #[error("No base_url is set")]
    NoAddress {
        /// The variable for the address, if there is one.
        variable: Option<String>,
    },
    /// It is asked by https, and no certificate is known by which it could be believed.
    #[error("The certificates of this system cannot be read{why}{since}")]
    NoCertificates {
        /// The variable that hides them, after a colon; empty where there is none.
        why: String,
        /// What commands have set since the daemon was started, after a semicolon; empty where they have nothing else.
        since: String,
    },
    /// A setting is not valid.
    #[error("'{key}' does not fit: {why}")]
    Setting {
        /// The setting.
        key: &'static str,
        /// What is wrong.
        why: String,
    },
}

/// The shipped catalogue.
///
/// # Errors
/// Never, unless the shipped file is broken.
pub(crate) fn catalogue() -> Result<&'static Catalogue, &'static str> {
    static ONCE: OnceLock<Result<Catalogue, String>> = OnceLock::new();
    ONCE.get_or_init(|| {
        toml::from_str(include_str!("../../../assets/engines.toml"))
            .map_err(|error| error.to_string())
    })
    .as_ref()
    .map_err(String::as_str)
}

/// Every variable that a service may read: a command passes those to the daemon, and no others.
pub(crate) fn variables(own: &BTreeMap<String, EngineSettings>) -> Vec<String> {
    let presets = catalogue().map(|shipped| shipped.service.values()).into_iter().flatten();
    let mut names: Vec<String> = presets
        .flat_map(|preset| {
            let other = preset.api_key_env_other.clone();
            [Some(preset.api_key_env.clone()), other, preset.base_url_env.clone()]
        })
        // Only whether they are set is looked at.
        .chain(near_variables().map(|name| Some(name.to_owned())))
        .chain(own.values().map(|settings| settings.api_key_env.clone()))
        .flatten()
        .filter(|name| !name.is_empty())
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// The variables that one engine reads.
pub(crate) fn variables_of(name: &str, own: &EngineSettings) -> Vec<String> {
    let preset = preset_of(name, own).ok();
    let key = own.api_key_env.clone().or_else(|| preset.map(|preset| preset.api_key_env.clone()));
    let other = preset.and_then(|preset| preset.api_key_env_other.clone());
    let other = other.filter(|_| own.api_key_env.is_none());
    let address = preset.and_then(|preset| preset.base_url_env.clone());
    [key, other, address].into_iter().flatten().filter(|name| !name.is_empty()).collect()
}

/// The preset that an engine is based on.
fn preset_of(name: &str, own: &EngineSettings) -> Result<&'static Preset, Unready> {
    let shipped =
        catalogue().map_err(|why| Unready::Setting { key: "kind", why: why.to_owned() })?;
    let kind = own.kind.as_deref().unwrap_or(name);
    // "llama.cpp", "LM Studio" and "open-router" have one meaning.
    let plain = |name: &str| -> String {
        name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase()
    };
    let alike = || shipped.service.iter().find(|(known, _)| plain(known) == plain(kind));
    shipped.service.get(kind).or_else(|| alike().map(|(_, preset)| preset)).ok_or_else(|| {
        let known: Vec<&str> = shipped.service.keys().map(String::as_str).collect();
        Unready::Setting {
            key: "kind",
            why: format!("there is no service '{kind}'; known are {}", known.join(", ")),
        }
    })
}

/// Whether what an engine is like can be told: by its kind, or by its name.
pub(crate) fn is_like_a_service(name: &str, own: &EngineSettings) -> Result<(), Unready> {
    preset_of(name, own).map(drop)
}

/// The services that are known, which are the kinds of engines.
pub(crate) fn kinds() -> Vec<&'static str> {
    let shipped = catalogue().ok().into_iter();
    shipped.flat_map(|shipped| shipped.service.keys().map(String::as_str)).collect()
}

/// The rate limits of an engine, from the preset and the owner's settings.
///
/// # Errors
/// A setting that is not valid.
pub(crate) fn bounds(name: &str, own: &EngineSettings) -> Result<Bounds, Unready> {
    let preset = preset_of(name, own)?;
    Ok(Bounds {
        concurrency: positive("concurrency", own.concurrency)?
            .or(preset.concurrency)
            .unwrap_or(CONCURRENCY),
        requests_per_minute: positive("requests_per_minute", own.requests_per_minute)?,
        tokens_per_minute: positive("tokens_per_minute", own.tokens_per_minute)?,
    })
}

/// The address of an engine, and its source.
///
/// # Errors
/// What is missing or not valid.
pub(crate) fn address_of(
    name: &str,
    own: &EngineSettings,
    environment: &BTreeMap<String, String>,
) -> Result<(reqwest::Url, AddressFrom), Unready> {
    address(preset_of(name, own)?, own, environment)
}

/// The description from the catalogue, the owner's settings, and one environment. Key and address come from the same
/// environment, so that an address from one place never receives a key from another. A server that replaces the
/// service's own address is asked without a key if there is none; the service's own never is.
///
/// # Errors
/// What is missing or not valid.
pub(crate) fn resolve(
    name: &str,
    own: &EngineSettings,
    environment: &BTreeMap<String, String>,
) -> Result<Service, Unready> {
    let preset = preset_of(name, own)?;
    let (url, address_from) = address(preset, own, environment)?;
    let is_set = |name: &String| environment.get(name).is_some_and(|text| !text.trim().is_empty());
    let variable = own.api_key_env.clone().unwrap_or_else(|| {
        let other = preset.api_key_env_other.clone().filter(is_set);
        let usual = preset.api_key_env.clone();
        if is_set(&usual) { usual } else { other.unwrap_or(usual) }
    });
    let held_text = environment.get(&variable).filter(|_| !variable.is_empty());
    let key = held_text.and_then(|text| ApiKey::new(text));
    let held = held_text.is_some_and(|text| !text.trim().is_empty());
    let is_elsewhere = leads_elsewhere(preset, &url);
    // Naming the variable of a key means that the server requires one.
    let goes_without = is_elsewhere && !held && own.api_key_env.is_none();
    if held && key.is_none() {
        let why = format!("what ${variable} holds is no key: it has a blank in it, or is too long");
        return Err(Unready::Setting { key: "api_key_env", why });
    }
    if key.is_none() && !variable.is_empty() && !goes_without {
        return Err(Unready::NoKey { variable, near: String::new() });
    }
    let plainly = allows_plainly(own, &url)?;
    if key.is_some() && !carries_secrets(&url) && !plainly {
        let why = format!(
            "{url} ({address_from}) would show ${variable} on its way; a key travels by https only, or to this machine. {}",
            way_out(name, &url)
        );
        return Err(Unready::Setting { key: "base_url", why });
    }
    let deployment = || deployment(preset, own, environment);
    let model = own.model.clone().or_else(deployment).unwrap_or_else(|| preset.model.clone());
    named(&model, "model")?;
    let known = known_model(preset, &model);
    let reasoning = own.reasoning.unwrap_or_else(|| known.is_some_and(|known| known.reasoning));
    let temperature = match own.temperature {
        Some(chosen) if !(0.0..=2.0).contains(&chosen) => {
            let why = "it goes from 0 to 2".to_owned();
            return Err(Unready::Setting { key: "temperature", why });
        }
        Some(chosen) => Some(chosen),
        None => (!reasoning).then_some(TEMPERATURE),
    };
    let bounds = bounds(name, own)?;
    let usual = if reasoning { OUTPUT_TOKENS_REASONING } else { OUTPUT_TOKENS };
    let seconds = positive("timeout_seconds", own.timeout_seconds)?
        .or(preset.timeout_seconds)
        .unwrap_or(TIMEOUT_SECONDS);
    let price = price(preset, own, known, &url)?;
    Ok(Service {
        name: name.to_owned(),
        is_free_here: own.price.is_none() && known.is_none() && is_local(&url),
        price,
        embedding: embedding(preset, own, goes_without, &url)?,
        address_from,
        key_from: key.is_some().then(|| variable.clone()),
        key_mended: held_text.and_then(|text| mended(&variable, text)),
        key_variable: variable,
        target: Target {
            format: preset.format,
            auth: preset.auth,
            key: key.map(|key| BoundKey::new(key, ServiceOrigin::of(&url)).plainly(plainly)),
            base_url: url,
            token_limit: preset.token_limit,
            call_wait: Duration::from_secs(u64::from(seconds)),
        },
        model,
        structured: own.structured.unwrap_or(preset.structured),
        reasoning,
        temperature,
        output_tokens_max: positive("output_tokens", own.output_tokens)?.unwrap_or(usual),
        bounds,
    })
}

/// What is told where a variable holds more than a key.
fn mended(variable: &str, text: &str) -> Option<String> {
    (pasted_key(text) != text.trim()).then(|| {
        format!(
            "of what ${variable} holds, only the key itself is sent: there is a quote, a name or a scheme around it"
        )
    })
}

/// Checks the name of a model.
fn named(model: &str, key: &'static str) -> Result<(), Unready> {
    if model.is_empty() || model.len() > 200 || !model.chars().all(|c| c.is_ascii_graphic()) {
        return Err(Unready::Setting { key, why: "it is no name of a model".to_owned() });
    }
    Ok(())
}

/// The embedding model: from the owner's settings, else from the catalogue.
fn embedding(
    preset: &Preset,
    own: &EngineSettings,
    goes_without_key: bool,
    url: &reqwest::Url,
) -> Result<Option<Embedding>, Unready> {
    // An owner's server that is compatible with a known service need not have its embedding model.
    let is_own = own.base_url.is_some() || goes_without_key;
    let is_usual = !is_own || preset.local || preset.base_url.is_empty();
    let shipped = preset.embedding_model.clone().filter(|_| is_usual);
    let Some(model) = own.embedding_model.clone().or(shipped) else { return Ok(None) };
    named(&model, "embedding_model")?;
    if !preset.format.embeds() {
        let why = "this kind of service turns no texts into vectors".to_owned();
        return Err(Unready::Setting { key: "embedding_model", why });
    }
    let dollars = own.embedding_price.or_else(|| preset.embeddings.get(&model).copied());
    let price = match dollars {
        Some(dollars) => Some(Price::dollars(dollars, 0.0, None).ok_or_else(|| {
            let why = "prices are dollars per million tokens, zero or more".to_owned();
            Unready::Setting { key: "embedding_price", why }
        })?),
        None if preset.local || is_local(url) => Some(Price::FREE),
        None => None,
    };
    Ok(Some(Embedding { model, price, is_named: own.embedding_model.is_some() }))
}

/// Whether that is another server than the service's own. A service with a separate address for each customer has no
/// fixed one.
fn leads_elsewhere(preset: &Preset, url: &reqwest::Url) -> bool {
    base_url(&preset.base_url)
        .is_ok_and(|usual| ServiceOrigin::of(&usual) != ServiceOrigin::of(url))
}

fn address(
    preset: &Preset,
    own: &EngineSettings,
    environment: &BTreeMap<String, String>,
) -> Result<(reqwest::Url, AddressFrom), Unready> {
    let misfit = |why| Unready::Setting { key: "base_url", why };
    let from_variable = preset.base_url_env.as_ref().and_then(|variable| {
        let text = environment.get(variable).filter(|text| !text.trim().is_empty())?;
        Some((variable, text))
    });
    if let Some(text) = &own.base_url {
        let url = without_tail(preset, base_url(before_query(preset, text)).map_err(misfit)?);
        let over = from_variable.map(|(variable, _)| variable.clone());
        return Ok((url, AddressFrom::Settings { over }));
    }
    let Some((variable, text)) = from_variable else {
        return if preset.base_url.is_empty() {
            Err(Unready::NoAddress { variable: preset.base_url_env.clone() })
        } else {
            let url = base_url(&preset.base_url).map_err(misfit)?;
            Ok((url, AddressFrom::Shipped))
        };
    };
    let unusable = |why| misfit(format!("${variable} cannot be used: {why}"));
    let text = before_query(preset, text);
    // A host without scheme and port means the port of the service; no host, or every address, means this machine.
    let usual_port = base_url(&preset.base_url).ok().and_then(|usual| usual.port());
    let host = meant_host(&pasted_url(text));
    let mut url = base_url(&host).map_err(unusable)?;
    if !host.contains("://") && url.port().is_none() && !names_port(&host) && usual_port.is_some() {
        url.set_port(usual_port).map_err(|()| unusable("it takes no port".to_owned()))?;
    }
    if matches!(url.host_str(), Some("0.0.0.0" | "[::]")) {
        url.set_host(Some("127.0.0.1")).map_err(|error| misfit(error.to_string()))?;
    }
    if let Some(suffix) = preset.base_url_suffix.as_deref().filter(|_| url.path() == "/") {
        url.set_path(suffix);
    }
    Ok((without_tail(preset, url), AddressFrom::Variable(variable.clone())))
}

/// An address as the servers of that kind read it: a number alone is a port, no host and every host mean this machine, and
/// an IPv6 address needs no brackets.
fn meant_host(text: &str) -> String {
    let (scheme, rest) = text.find("://").map_or(("", text), |at| text.split_at(at + 3));
    let (host, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
    if let Ok(ip) = host.parse::<std::net::Ipv6Addr>() {
        return format!("{scheme}[{ip}]{path}");
    }
    let is_port = !host.is_empty() && host.bytes().all(|digit| digit.is_ascii_digit());
    if is_port {
        return format!("{scheme}127.0.0.1:{host}{path}");
    }
    let after_star = host.strip_prefix('*').filter(|it| it.is_empty() || it.starts_with(':'));
    match after_star {
        Some(port) => format!("{scheme}127.0.0.1{port}{path}"),
        None if host.starts_with(':') => format!("{scheme}127.0.0.1{host}{path}"),
        None => text.to_owned(),
    }
}

/// Whether a host is written with a port, also where it is the usual one of its scheme.
fn names_port(host: &str) -> bool {
    let host = host.split('/').next().unwrap_or_default();
    let after = host.rsplit_once(':').map(|(_, port)| port).unwrap_or_default();
    !after.is_empty() && after.bytes().all(|digit| digit.is_ascii_digit())
}

/// The path of an old address of Azure, before the name of the deployment.
const DEPLOYMENTS: &str = "/openai/deployments/";

/// An address without its query where the service's console shows one.
fn before_query<'a>(preset: &Preset, text: &'a str) -> &'a str {
    let is_such = preset.auth == Auth::ApiKeyHeader && text.contains("api-version=");
    text.split_once('?').filter(|_| is_such).map_or(text, |(before, _)| before)
}

/// The deployment that an old address of Azure names: it is the model there.
fn deployment(
    preset: &Preset,
    own: &EngineSettings,
    environment: &BTreeMap<String, String>,
) -> Option<String> {
    let variable = || environment.get(preset.base_url_env.as_ref()?);
    let text = own.base_url.as_ref().or_else(variable)?;
    let (_, rest) = text.split_once(DEPLOYMENTS).filter(|_| preset.auth == Auth::ApiKeyHeader)?;
    let name = rest.split(['/', '?']).next().unwrap_or_default();
    (!name.is_empty()).then(|| as_pasted(name).to_owned())
}

/// An address without what the format puts behind it itself, as it is copied from examples of calls.
fn without_tail(preset: &Preset, mut url: reqwest::Url) -> reqwest::Url {
    let tails: &[&str] = match preset.format {
        Format::Openai => &["/chat/completions", "/completions", "/embeddings", "/models"],
        Format::Anthropic => &["/v1/messages", "/messages", "/v1"],
        Format::Gemini => &["/models"],
    };
    let mut path = url.path().trim_end_matches('/').to_owned();
    if preset.auth == Auth::ApiKeyHeader {
        if let Some(place) = path.find(DEPLOYMENTS) {
            path.truncate(place);
            path.push_str("/openai/v1");
        } else if path == "/openai" {
            path.push_str("/v1");
        }
    }
    // A call to a model of Gemini has the model behind that.
    if preset.format == Format::Gemini
        && let Some((before, _)) = path.split_once("/models/")
    {
        path.truncate(before.len());
    }
    for tail in tails {
        if let Some(before) = path.strip_suffix(tail) {
            path.truncate(before.len());
        }
    }
    if preset.format == Format::Gemini && path.is_empty() {
        path.push_str("/v1beta");
    }
    url.set_path(&path);
    url
}

/// Whether the owner allows a key to travel unencrypted to that address: `plain_http` names its origin.
fn allows_plainly(own: &EngineSettings, url: &reqwest::Url) -> Result<bool, Unready> {
    let Some(named) = &own.plain_http else { return Ok(false) };
    let misfit = |why: String| Unready::Setting { key: "plain_http", why };
    let named = base_url(named).map_err(misfit)?;
    if ServiceOrigin::of(&named) != ServiceOrigin::of(url) {
        return Ok(false);
    }
    if !can_be_own(url) {
        let why = format!("{named} is a public address: a key travels there by https only");
        return Err(misfit(why));
    }
    Ok(true)
}

/// What an owner can do where a key would travel unencrypted.
fn way_out(name: &str, url: &reqwest::Url) -> String {
    let (host, port) = (url.host_str().unwrap_or_default(), url.port_or_known_default());
    let port = port.unwrap_or(80);
    let tunnel = format!(
        "`ssh -L {port}:localhost:{port} {host}` and http://localhost:{port}{}",
        url.path().trim_end_matches('/')
    );
    if can_be_own(url) {
        let origin = ServiceOrigin::of(url);
        format!(
            "In your own network, allow it for that one address: plain_http = \"{origin}\" in [engine.{name}]; or use a tunnel: {tunnel}"
        )
    } else {
        format!("Use https, or a tunnel: {tunnel}")
    }
}

fn positive(key: &'static str, given: Option<u32>) -> Result<Option<u32>, Unready> {
    match given {
        Some(0) => Err(Unready::Setting { key, why: "it is at least 1".to_owned() }),
        other => Ok(other),
    }
}

/// The model in the catalogue, by its name or by its name with a date suffix.
fn known_model(preset: &Preset, model: &str) -> Option<Model> {
    preset.models.get(model).copied().or_else(|| {
        let mut known = preset.models.iter();
        known.find_map(|(known, facts)| is_version_of(model, known).then_some(*facts))
    })
}

/// Whether a name is that of a known model, or the same with a date behind it.
pub(crate) fn is_version_of(model: &str, known: &str) -> bool {
    model.strip_prefix(known).is_some_and(|rest| {
        let is_date = rest.len() >= 5
            && rest.starts_with(['-', '@'])
            && rest[1..].chars().all(|c| c.is_ascii_digit() || c == '-');
        rest.is_empty() || is_date
    })
}

fn price(
    preset: &Preset,
    own: &EngineSettings,
    known: Option<Model>,
    url: &reqwest::Url,
) -> Result<Option<Price>, Unready> {
    let given = own.price.map(|price| (price.input, price.output, price.cached_input));
    let shipped = known.map(|model| (model.input, model.output, model.cached_input));
    match given.or(shipped) {
        Some((input, output, cached)) => {
            Price::dollars(input, output, cached).map(Some).ok_or_else(|| {
                let why = "prices are dollars per million tokens, zero or more".to_owned();
                Unready::Setting { key: "price", why }
            })
        }
        // A machine in the owner's own network costs nothing.
        None if preset.local || is_local(url) => Ok(Some(Price::FREE)),
        None => Ok(None),
    }
}

#[cfg(test)]
mod tests;

//! The registry of language-model engines, by name. Which of them can be asked depends on keys, and keys arrive while
//! the daemon runs: each command passes the keys in its environment, which are kept in memory only.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::client::{CONNECT_WAIT, CertificateTrust, NoClient, ServiceClient, Target};
use super::embed::Embedder;
use super::key::{base_url, can_be_own};
use super::learnt::Learnt;
use super::local;
use super::model::ModelEngine;
use super::pool::Pool;
use super::prompt::Prompts;
use super::service::{self, Unready};
use super::set_since::{OF_CERTIFICATES, SetSince, network_variables};
use super::way::ProxyChoice;
use crate::config::{EngineSettings, Network};
use crate::domain::digest::Digest;

/// Most engines under one name.
const POOL_MAX: usize = 16;

/// An entry in the list of engines.
#[derive(Clone, Debug)]
pub(crate) struct Listed {
    /// Its name.
    pub name: String,
    /// The engine, or what is missing.
    pub state: Result<Arc<ModelEngine>, Unready>,
}

/// The engines that are language models.
#[derive(Debug)]
pub(crate) struct Registry {
    own: BTreeMap<String, EngineSettings>,
    /// For services outside, and for servers of this machine and of private networks.
    callers: Callers,
    prompts: Arc<Prompts>,
    engines: Mutex<BTreeMap<String, Known>>,
    /// What was kept of what was learnt of services, by the name of the engine.
    kept: Mutex<BTreeMap<String, KeptLearning>>,
    encoder: Option<Arc<Embedder>>,
}

/// What was learnt of a service with certain settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KeptLearning {
    /// SHA-256 (hex) of those settings.
    pub settings: String,
    /// What was learnt.
    pub learnt: Learnt,
}

#[derive(Debug)]
struct Known {
    /// SHA-256 of the environment variables that were read: enough to detect a change, without a second copy of a
    /// key.
    read: [u8; 32],
    state: Result<Arc<ModelEngine>, Unready>,
}

/// The clients by which services are reached.
#[derive(Debug)]
struct Callers {
    outside: ServiceClient,
    inside: ServiceClient,
    ca_file: String,
    environment: BTreeMap<String, String>,
    /// What commands have set since, which clients tell.
    since: SetSince,
}

impl Callers {
    fn new(network: &Network, environment: &BTreeMap<String, String>) -> Result<Self, NoClient> {
        let way =
            if network.uses_environment() { ProxyChoice::Environment } else { ProxyChoice::Direct };
        // Only to tell whether there is one.
        let is_of_network = |name: &str| {
            name.to_ascii_lowercase().ends_with("_proxy") || OF_CERTIFICATES.contains(&name)
        };
        let told = environment.iter().filter(|(name, _)| is_of_network(name));
        let environment = told.map(|(name, text)| (name.clone(), text.clone())).collect();
        let ca_file = network.ca_file.clone();
        let since = SetSince::default();
        let outside = ServiceClient::new(&way, &ca_file, &environment, CONNECT_WAIT)?;
        let outside = outside.telling(&since);
        let inside = match way {
            ProxyChoice::Direct => outside.clone(),
            ProxyChoice::Environment | ProxyChoice::Proxy { .. } => {
                ServiceClient::new(&ProxyChoice::Direct, &ca_file, &BTreeMap::new(), CONNECT_WAIT)?
            }
        };
        Ok(Self { outside, inside, ca_file, environment, since })
    }

    /// The client for an engine at that address.
    fn of(
        &self,
        name: &str,
        own: &EngineSettings,
        target: &Target,
    ) -> Result<ServiceClient, Unready> {
        let client = self.by_way(name, own, target)?;
        if target.base_url.scheme() == "https" && client.trust() == CertificateTrust::Nobody {
            let set = OF_CERTIFICATES.iter().find(|name| self.environment.contains_key(**name));
            let why = set.map_or(String::new(), |name| format!(": ${name} leads to none"));
            let since = self.certificates_since();
            return Err(Unready::NoCertificates { why, since });
        }
        Ok(client)
    }

    /// What is told behind a semicolon where commands have other certificates since.
    fn certificates_since(&self) -> String {
        let told = self.since.told(&OF_CERTIFICATES);
        told.map_or(String::new(), |told| format!("; {told}"))
    }

    fn by_way(
        &self,
        name: &str,
        own: &EngineSettings,
        target: &Target,
    ) -> Result<ServiceClient, Unready> {
        let url = &target.base_url;
        let way = match own.proxy.as_deref() {
            None if can_be_own(url) => return Ok(self.inside.clone()),
            None => return Ok(self.outside.clone()),
            Some("none") => ProxyChoice::Direct,
            Some(named) => ProxyChoice::Proxy {
                url: proxy_url(named).map_err(misfit_proxy)?,
                setting: format!("engine.{name}.proxy"),
            },
        };
        // What is late before a connection is made is the proxy's fault, and told before the whole call is late.
        let connect_wait = CONNECT_WAIT.min(target.call_wait.mul_f64(0.75));
        ServiceClient::new(&way, &self.ca_file, &self.environment, connect_wait)
            .map(|client| client.telling(&self.since))
            .map_err(|error| misfit_proxy(error.to_string()))
    }
}

/// The address of a proxy. A word alone is none, whatever its owner means by it.
fn proxy_url(named: &str) -> Result<reqwest::Url, String> {
    if !named.contains("://") && !named.contains([':', '.']) {
        return Err(
            "it is \"none\", or the address of a proxy, such as http://proxy.example.com:3128; proxy = \"environment\" stands in [network]"
                .to_owned(),
        );
    }
    base_url(named)
}

fn misfit_proxy(why: String) -> Unready {
    Unready::Setting { key: "proxy", why }
}

impl Registry {
    /// The shipped services and the owner's own, with the values of that environment.
    ///
    /// # Errors
    /// When no HTTP client can be created.
    pub(crate) fn new(
        own: BTreeMap<String, EngineSettings>,
        prompts: Prompts,
        network: &Network,
        environment: &BTreeMap<String, String>,
        now: Duration,
    ) -> Result<Self, NoClient> {
        // An engine that its owner gave this name is kept.
        let taken = own.contains_key(local::NAME);
        let encoder = if taken { None } else { Embedder::built_in(now).map(Arc::new) };
        let registry = Self {
            own,
            encoder,
            callers: Callers::new(network, environment)?,
            prompts: Arc::new(prompts),
            engines: Mutex::new(BTreeMap::new()),
            kept: Mutex::default(),
        };
        registry.offer(environment, now);
        Ok(registry)
    }

    /// Applies the values of an environment. An engine whose key or address is in it is rebuilt; an engine with
    /// neither keeps its values, so that a command without keys removes none. If the environment's values cannot be
    /// used, the engine reports that from then on: using another address instead would be worse than not asking.
    pub(crate) fn offer(&self, environment: &BTreeMap<String, String>, now: Duration) {
        self.callers.since.note(&self.callers.environment, environment);
        let mut engines = self.engines();
        for name in self.names() {
            let settings = self.own.get(&name).cloned().unwrap_or_default();
            // A pool is built from its members whenever it is requested.
            if settings.engines.is_some() {
                continue;
            }
            let read: BTreeMap<String, String> = service::variables_of(&name, &settings)
                .into_iter()
                .filter_map(|variable| {
                    let text = environment.get(&variable).filter(|text| !text.trim().is_empty())?;
                    Some((variable.clone(), text.clone()))
                })
                .collect();
            // What is told of an engine that cannot be asked is of this environment.
            if let Some(Known { state: Err(unready), .. }) = engines.get_mut(&name) {
                unready.note_near(&name, environment);
                if let Unready::NoCertificates { since, .. } = unready {
                    *since = self.callers.certificates_since();
                }
            }
            let known = engines.get(&name);
            let nothing_new = |known: &Known| read.is_empty() || known.read == digest(&read);
            if known.is_some_and(nothing_new) {
                continue;
            }
            let made = service::resolve(&name, &settings, &read);
            if let Some(Ok(engine)) = known.map(|known| &known.state) {
                let had = engine.service();
                // A key that was given with this very address before is kept with it.
                let has_key = match &made {
                    Ok(made) => made.target.key.is_some(),
                    Err(Unready::NoKey { .. }) => false,
                    Err(
                        Unready::NoAddress { .. }
                        | Unready::NoCertificates { .. }
                        | Unready::Setting { .. },
                    ) => true,
                };
                let stays = || {
                    service::address_of(&name, &settings, &read)
                        .is_ok_and(|(url, _)| url == had.target.base_url)
                };
                // The same service keeps its admission control: calls under way there still count.
                let is_same = made.as_ref().is_ok_and(|made| same(made, had));
                if is_same || (!has_key && stays()) {
                    continue;
                }
            }
            let mut state = made.and_then(|service| {
                let caller = self.callers.of(&name, &settings, &service.target)?;
                let prompts = Arc::clone(&self.prompts);
                let engine = ModelEngine::new(service, caller, prompts, now);
                self.remind(&name, &engine);
                Ok(Arc::new(engine))
            });
            if let Err(unready) = &mut state {
                unready.note_near(&name, environment);
            }
            engines.insert(name, Known { read: digest(&read), state });
        }
    }

    /// Tells the engines what was learnt of their services before, as far as their settings are the same.
    pub(crate) fn recall(&self, kept: BTreeMap<String, KeptLearning>) {
        *self.kept() = kept;
        for listed in self.list() {
            if let Ok(engine) = &listed.state {
                self.remind(&listed.name, engine);
            }
        }
    }

    fn remind(&self, name: &str, engine: &ModelEngine) {
        let kept = self.kept().get(name).cloned();
        if let Some(kept) = kept.filter(|kept| kept.settings == engine.settings_hash()) {
            engine.relearn(kept.learnt);
        }
    }

    /// What is to be kept of what was learnt; `None` where nothing has changed. An engine that cannot be asked now keeps
    /// what was known of it; one with other settings loses it.
    pub(crate) fn to_keep(&self) -> Option<BTreeMap<String, KeptLearning>> {
        let listed = self.list();
        let mut kept = self.kept();
        let mut now = BTreeMap::new();
        for Listed { name, state } in listed {
            let learning = match state {
                Ok(engine) => Some(KeptLearning {
                    settings: engine.settings_hash(),
                    learnt: engine.lasting(),
                }),
                Err(_) => kept.get(&name).cloned(),
            };
            let is_something = |kept: &KeptLearning| kept.learnt != Learnt::default();
            now.extend(learning.filter(is_something).map(|learning| (name, learning)));
        }
        if *kept == now {
            return None;
        }
        kept.clone_from(&now);
        Some(now)
    }

    fn kept(&self) -> MutexGuard<'_, BTreeMap<String, KeptLearning>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A text without the keys of any service.
    pub(crate) fn masked(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for known in self.engines().values() {
            if let Ok(engine) = &known.state
                && let Some(key) = &engine.service().target.key
            {
                text = key.masked(&text).into_owned();
            }
        }
        text
    }

    /// The engine of that name.
    ///
    /// # Errors
    /// What is missing; `None` when there is no such engine.
    pub(crate) fn get(&self, name: &str) -> Option<Result<Arc<ModelEngine>, Unready>> {
        self.engines().get(name).map(|known| known.state.clone())
    }

    /// The engines under that name: one, or the members of a pool.
    ///
    /// # Errors
    /// What one of them lacks; `None` when there is no such name.
    pub(crate) fn pool(&self, name: &str) -> Option<Result<Pool, Unready>> {
        let Some(own) = self.own.get(name).filter(|own| own.engines.is_some()) else {
            return Some(self.get(name)?.map(Pool::alone));
        };
        let members = own.engines.as_deref().unwrap_or_default();
        let misfit = |why: String| Unready::Setting { key: "engines", why };
        let made = if members.is_empty() {
            Err(misfit("it names none".to_owned()))
        } else if members.len() > POOL_MAX {
            Err(misfit(format!("it names more than {POOL_MAX}")))
        } else {
            members
                .iter()
                .map(|member| match self.get(member) {
                    Some(Ok(engine)) => Ok(engine),
                    Some(Err(unready)) => Err(misfit(format!("'{member}': {unready}"))),
                    None => Err(misfit(format!("there is no engine '{member}' to be asked"))),
                })
                .collect()
        };
        let strategy = own.strategy.unwrap_or_default();
        Some(made.map(|members| Pool::new(name, strategy, members)))
    }

    /// The engines behind a name of several.
    pub(crate) fn members(
        &self,
        name: &str,
    ) -> impl Iterator<Item = Result<Arc<ModelEngine>, Unready>> + '_ {
        let own = self.own.get(name).and_then(|own| own.engines.as_deref());
        own.unwrap_or_default().iter().filter_map(|member| self.get(member))
    }

    /// The built-in encoder, if there is one: it embeds texts and cannot answer.
    pub(crate) fn encoder(&self) -> Option<&Arc<Embedder>> {
        self.encoder.as_ref()
    }

    /// The names of all pools.
    pub(crate) fn pools(&self) -> Vec<String> {
        let several = self.own.iter().filter(|(_, own)| own.engines.is_some());
        several.map(|(name, _)| name.clone()).collect()
    }

    /// Every engine, in the order of names.
    pub(crate) fn list(&self) -> Vec<Listed> {
        let engines = self.engines();
        engines
            .iter()
            .map(|(name, known)| Listed { name: name.clone(), state: known.state.clone() })
            .collect()
    }

    /// The names of all engines, including those that cannot be asked.
    pub(crate) fn names(&self) -> Vec<String> {
        let shipped = service::catalogue().map(|shipped| shipped.service.keys().cloned());
        let mut names: Vec<String> =
            shipped.into_iter().flatten().chain(self.own.keys().cloned()).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// The client for a service at that address which is no engine.
    pub(crate) fn client_for(&self, url: &reqwest::Url) -> ServiceClient {
        if can_be_own(url) { self.callers.inside.clone() } else { self.callers.outside.clone() }
    }

    /// The environment variables that a command should pass.
    pub(crate) fn variables(&self) -> Vec<String> {
        let mut names = service::variables(&self.own);
        // Only whether they are as when the daemon was started is looked at.
        names.extend(network_variables().map(ToOwned::to_owned));
        names
    }

    fn engines(&self) -> MutexGuard<'_, BTreeMap<String, Known>> {
        self.engines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn digest(read: &BTreeMap<String, String>) -> [u8; 32] {
    Digest::new().texts(read.iter().flat_map(|(name, value)| [name, value])).finish()
}

/// Whether two descriptions result in the same calls.
fn same(one: &service::Service, other: &service::Service) -> bool {
    one.target.key == other.target.key
        && one.target.base_url == other.target.base_url
        && one.model == other.model
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(list: &[(&str, &str)]) -> BTreeMap<String, String> {
        list.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    fn registry(list: &[(&str, &str)]) -> Registry {
        let prompts = Prompts::shipped().unwrap();
        let network = Network { proxy: "none".to_owned(), ca_file: String::new() };
        Registry::new(BTreeMap::new(), prompts, &network, &environment(list), Duration::ZERO)
            .unwrap()
    }

    #[test]
    fn a_key_under_a_similar_name_is_told_and_takes_no_engine_away() {
        let registry = registry(&[("OPENAI_KEY", "sk-1")]);
        let openai = || match registry.get("openai") {
            Some(Err(unready)) => unready.to_string(),
            Some(Ok(_)) => "ready".to_owned(),
            None => "unknown".to_owned(),
        };
        assert!(openai().contains("$OPENAI_KEY is set"), "{}", openai());
        registry.offer(&environment(&[("OPENAI_API_KEY", "sk-1")]), Duration::ZERO);
        assert_eq!(openai(), "ready");
        registry.offer(&environment(&[("OPENAI_KEY", "sk-1")]), Duration::ZERO);
        assert_eq!(openai(), "ready");
    }

    #[test]
    fn a_command_tells_how_services_are_reached_where_it_is() {
        let registry = registry(&[("OPENAI_API_KEY", "sk-1")]);
        for name in ["HTTPS_PROXY", "all_proxy", "SSL_CERT_FILE", "OPENAI_API_KEY"] {
            assert_eq!(registry.variables().iter().filter(|it| *it == name).count(), 1, "{name}");
        }
        let told = || registry.get("openai").unwrap().unwrap().set_since();
        assert_eq!(told(), None);
        let command = environment(&[("SSL_CERT_FILE", "/canary.pem")]);
        registry.offer(&command, Duration::ZERO);
        let said = told().unwrap();
        assert!(said.contains("without $SSL_CERT_FILE") && !said.contains("canary"), "{said}");
        let local = registry.get("ollama").unwrap().unwrap();
        assert_eq!(local.set_since(), None, "nothing is on the way there");
        registry.offer(&environment(&[("OPENAI_API_KEY", "sk-1")]), Duration::ZERO);
        assert_eq!(told(), None);
    }

    #[test]
    fn a_word_is_no_address_of_a_proxy() {
        for word in ["yes", "true", "environment", "system", ""] {
            assert!(proxy_url(word).is_err_and(|why| why.contains("\"none\"")), "{word}");
        }
        for address in ["http://proxy:3128", "proxy:3128", "proxy.example.com", "10.0.0.7:8080"] {
            assert!(proxy_url(address).is_ok(), "{address}");
        }
    }

    #[test]
    fn the_digest_of_an_environment_keeps_names_and_values_apart() {
        let found = hex::encode(digest(&environment(&[("A", "1"), ("B", "")])));
        assert_eq!(found, "187afe2b60a039f4f547142ea9c568bdafbab2c9bc7a3a853e0f8a120c4e0936");
    }

    #[test]
    fn a_key_that_is_handed_over_makes_the_engine_and_none_takes_it_away() {
        let registry = registry(&[]);
        let openai = || registry.get("openai").unwrap();
        assert_eq!(openai().unwrap_err().to_string(), "$OPENAI_API_KEY is not set");
        registry.offer(&environment(&[("OPENAI_API_KEY", "k1")]), Duration::ZERO);
        let first = openai().unwrap();
        registry.offer(&environment(&[("HOME", "/x")]), Duration::ZERO);
        registry.offer(
            &environment(&[("OPENAI_API_KEY", "k1"), ("GROQ_API_KEY", "g")]),
            Duration::ZERO,
        );
        assert!(Arc::ptr_eq(&first, &openai().unwrap()), "the same engine with the same door");
        registry.offer(&environment(&[("OPENAI_API_KEY", "k2")]), Duration::ZERO);
        assert!(!Arc::ptr_eq(&first, &openai().unwrap()));
        assert!(registry.get("nobody").is_none());
        assert!(registry.get("ollama").unwrap().is_ok(), "a local server needs no key");
    }

    /// The address of `openai` and whether a key is sent, or why it cannot be asked, after those environments in
    /// order.
    fn after(environments: &[&[(&str, &str)]]) -> Result<(String, bool), String> {
        let registry = registry(&[]);
        for list in environments {
            registry.offer(&environment(list), Duration::ZERO);
        }
        let engine = registry.get("openai").unwrap().map_err(|error| error.to_string())?;
        let target = &engine.service().target;
        Ok((target.base_url.to_string(), target.key.is_some()))
    }

    #[test]
    fn an_address_alone_is_followed_and_never_meets_an_older_key() {
        let key = [("OPENAI_API_KEY", "k1")];
        let address = [("OPENAI_BASE_URL", "https://other.example.com/v1")];
        let both = [key[0], address[0]];
        let shipped = "https://api.openai.com/v1".to_owned();
        let other = "https://other.example.com/v1".to_owned();
        assert_eq!(after(&[&address]), Ok((other.clone(), false)));
        assert_eq!(after(&[&key, &address]), Ok((other.clone(), false)));
        assert_eq!(after(&[&both, &address]), Ok((other.clone(), true)), "it came with it");
        assert_eq!(after(&[&both, &key]), Ok((shipped.clone(), true)));
        assert_eq!(after(&[&address, &key]), Ok((shipped.clone(), true)));
        assert_eq!(after(&[&address, &[]]), Ok((other, false)));
        let own = [("OPENAI_BASE_URL", "https://api.openai.com/v1/")];
        assert_eq!(after(&[&key, &own]), Ok((shipped, true)), "the same place spelled out");
        assert_eq!(after(&[&own]), Err("$OPENAI_API_KEY is not set".to_owned()));
    }

    #[test]
    fn an_address_that_cannot_be_used_is_told_and_nobody_is_asked_elsewhere_instead() {
        let key = [("OPENAI_API_KEY", "k1")];
        for bad in ["http://192.0.2.7/v1", "ftp://x"] {
            let why = after(&[&key, &[key[0], ("OPENAI_BASE_URL", bad)]]).unwrap_err();
            assert!(why.contains("$OPENAI_BASE_URL"), "{why}");
        }
        let why = after(&[&key, &[("OPENAI_API_KEY", "a b")]]).unwrap_err();
        assert!(why.contains("OPENAI_API_KEY"), "{why}");
        assert!(
            after(&[&key, &[("OPENAI_API_KEY", " ")]]).is_ok(),
            "an empty variable says nothing"
        );
    }

    #[test]
    fn keys_do_not_show_in_what_is_printed_for_debugging() {
        let registry = registry(&[("OPENAI_API_KEY", "canary-4711")]);
        let engine = registry.get("openai").unwrap().unwrap();
        assert!(!format!("{engine:?}").contains("canary"));
        let shown = format!("{registry:?}");
        assert!(!shown.contains("canary"), "{shown}");
    }
}

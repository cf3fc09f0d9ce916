//! The way to a service: directly or through a proxy, and whose fault it is when a request gets no response. What is told
//! of a proxy is its address without a name and a password, and the setting that leads there.

use std::collections::BTreeMap;

use reqwest::Url;

use super::chat::{
    ANOTHER_NAME, BROKE_OFF, CallError, EXPIRED, NO_SUCH_NAME, NOT_TRUSTED, PROXY_ANSWERS,
    PROXY_ASKS_WHO, PROXY_NO_SUCH_NAME, PROXY_REFUSED, PROXY_REFUSES, PROXY_SILENT,
    PROXY_UNREACHABLE, REFUSED, SPEAKS_PLAINLY, TIMED_OUT, UNREACHABLE,
};
use super::key::is_local;
use super::set_since::{OF_CERTIFICATES, SetSince};

/// The way to services.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProxyChoice {
    /// Directly.
    Direct,
    /// Through the proxies that the environment names.
    Environment,
    /// Through this proxy.
    Proxy {
        /// Its address.
        url: Url,
        /// The setting that names it.
        setting: String,
    },
}

/// Variables that name a proxy for a service with https, in the order in which they count.
pub(super) const OF_HTTPS: [&str; 4] = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
/// The same without encryption.
pub(super) const OF_HTTP: [&str; 4] = ["http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"];
/// Hosts that are reached without a proxy.
const EXCEPT: [&str; 2] = ["NO_PROXY", "no_proxy"];

/// The way that a client takes, as far as it is told of.
#[derive(Clone, Debug)]
pub(super) struct ProxyWay {
    choice: ProxyChoice,
    environment: BTreeMap<String, String>,
    /// What commands have set since.
    since: SetSince,
}

impl ProxyWay {
    pub(super) fn new(choice: &ProxyChoice, environment: &BTreeMap<String, String>) -> Self {
        let since = SetSince::default();
        Self { choice: choice.clone(), environment: environment.clone(), since }
    }

    /// Lets it tell also what commands have set since the daemon was started.
    pub(super) fn tell_since(&mut self, since: &SetSince) {
        self.since = since.clone();
    }

    /// What commands have set since that would change the way to that address, or who is believed there.
    pub(super) fn set_since(&self, url: &Url) -> Option<String> {
        let proxies = match self.choice {
            ProxyChoice::Environment => self.since.told(&variables_for(url)),
            ProxyChoice::Direct | ProxyChoice::Proxy { .. } => None,
        };
        let certificates = || self.since.told(&OF_CERTIFICATES);
        proxies.or_else(|| certificates().filter(|_| url.scheme() == "https"))
    }

    /// Why a request got no response. The address is told without the key, which is never part of it.
    pub(super) fn unsent(&self, error: &reqwest::Error, url: &Url) -> CallError {
        let proxy = self.proxy_for(url);
        let why = match &proxy {
            _ if !error.is_connect() && error.is_timeout() => TIMED_OUT,
            _ if !error.is_connect() => BROKE_OFF,
            Some(_) => unconnected_by_proxy(error),
            None => unconnected(error),
        };
        let mut at = url.to_string();
        if let Some(proxy) = &proxy {
            at.push_str(proxy);
        } else if let Some(variable) = self.unused_proxy().filter(|_| !is_local(url)) {
            at.push_str(&format!(
                "; ${variable} is set, and proxies are not used: network.proxy = \"environment\" in config.toml uses it"
            ));
        }
        if let Some(told) = self.unsent_since(why, url) {
            at.push_str(&format!("; {told}"));
        }
        CallError::Network { why: why.into(), at }
    }

    /// What commands have set since the daemon was started, where it may be why a request got no response.
    fn unsent_since(&self, why: &str, url: &Url) -> Option<String> {
        if why == NOT_TRUSTED {
            return self.since.told(&OF_CERTIFICATES);
        }
        if is_local(url) || why == BROKE_OFF {
            return None;
        }
        match self.choice {
            ProxyChoice::Environment => self.since.told(&variables_for(url)),
            ProxyChoice::Direct if self.unused_proxy().is_none() => {
                let variable = self.since.first_of(&OF_HTTPS)?;
                Some(format!(
                    "commands have set ${variable} since the daemon was started, and proxies are not used: network.proxy = \"environment\" in config.toml uses it, and `demoscope daemon stop` lets the next command start it with both"
                ))
            }
            ProxyChoice::Direct | ProxyChoice::Proxy { .. } => None,
        }
    }

    /// No reply came in time. Whether the proxy or the service kept silent is not known, so both are told.
    pub(super) fn timed_out(&self, url: &Url) -> CallError {
        let proxy = self.proxy_for(url).unwrap_or_default();
        CallError::Network { why: TIMED_OUT.into(), at: format!("{url}{proxy}") }
    }

    /// The failure where a response with that status is the proxy's own; `None` where it is the service's. Without
    /// encryption a proxy answers in the place of a service that it does not reach: with a page or nothing, and not with
    /// the JSON of a service.
    pub(super) fn of_proxy(&self, status: u16, is_json: bool, url: &Url) -> Option<CallError> {
        let proxy = self.proxy_for(url)?;
        let why = match status {
            407 => PROXY_ASKS_WHO.into(),
            403 | 502..=504 if url.scheme() == "http" && !is_json => {
                format!("{PROXY_ANSWERS} (HTTP {status})").into()
            }
            _ => return None,
        };
        Some(CallError::Network { why, at: format!("{url}{proxy}") })
    }

    /// The proxy that leads to that address, in words, with the setting that names it.
    fn proxy_for(&self, url: &Url) -> Option<String> {
        let (proxy, setting) = match &self.choice {
            ProxyChoice::Direct => return None,
            ProxyChoice::Proxy { url, setting } => (url.clone(), format!("of {setting}")),
            ProxyChoice::Environment => {
                let variables = variables_for(url);
                let (variable, text) =
                    variables.iter().find_map(|variable| self.value(variable))?;
                if self.is_excepted(url) {
                    return None;
                }
                let whole =
                    if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
                let setting = format!("of ${variable}, which network.proxy = \"environment\" uses");
                (Url::parse(&whole).ok()?, setting)
            }
        };
        // No name, no password, no path.
        let host = proxy.host_str()?;
        let port = proxy.port_or_known_default().map_or(String::new(), |port| format!(":{port}"));
        Some(format!(" through the proxy {}://{host}{port} {setting}", proxy.scheme()))
    }

    /// A variable that names a proxy, which is not used.
    fn unused_proxy(&self) -> Option<&'static str> {
        let named = OF_HTTPS.iter().find_map(|variable| self.value(variable));
        named.filter(|_| self.choice == ProxyChoice::Direct).map(|(variable, _)| variable)
    }

    fn value(&self, variable: &'static str) -> Option<(&'static str, &str)> {
        let text = self.environment.get(variable).map(|text| text.trim())?;
        (!text.is_empty()).then_some((variable, text))
    }

    /// Whether the environment takes a host out.
    fn is_excepted(&self, url: &Url) -> bool {
        let host = url.host_str().unwrap_or_default().to_ascii_lowercase();
        let Some((_, list)) = EXCEPT.iter().find_map(|variable| self.value(variable)) else {
            return false;
        };
        list.split(',').map(|entry| entry.trim().to_ascii_lowercase()).any(|entry| {
            let entry = entry.trim_start_matches("*.").trim_start_matches('.');
            let is_below = || host.strip_suffix(entry).is_some_and(|rest| rest.ends_with('.'));
            !entry.is_empty() && (entry == "*" || host == entry || is_below())
        })
    }
}

/// The variables that name a proxy for that address.
fn variables_for(url: &Url) -> [&'static str; 4] {
    if url.scheme() == "https" { OF_HTTPS } else { OF_HTTP }
}

/// The causes of an error, the outermost first.
fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn std::error::Error + 'static)> {
    std::iter::successors(Some(error as &(dyn std::error::Error + 'static)), |error| error.source())
}

fn is_refused(error: &(dyn std::error::Error + 'static)) -> bool {
    let io = error.downcast_ref::<std::io::Error>();
    io.is_some_and(|error| error.kind() == std::io::ErrorKind::ConnectionRefused)
}

/// What is wrong with the encryption, from the words of a cause in small letters; `None` where they are about something
/// else.
fn tls_fault(said: &str) -> Option<&'static str> {
    if said.contains("not valid for name") || said.contains("notvalidforname") {
        return Some(ANOTHER_NAME);
    }
    if said.contains("corrupt message of type invalidcontenttype") {
        return Some(SPEAKS_PLAINLY);
    }
    if said.contains("certificate expired") || said.contains("certificate: expired") {
        return Some(EXPIRED);
    }
    said.contains("certificate").then_some(NOT_TRUSTED)
}

/// Why no connection was made, from the causes of the error.
fn unconnected(error: &reqwest::Error) -> &'static str {
    for cause in causes(error) {
        if is_refused(cause) {
            return REFUSED;
        }
        let said = cause.to_string().to_lowercase();
        if let Some(fault) = tls_fault(&said) {
            return fault;
        }
        if said.contains("dns error") || said.contains("failed to lookup") {
            return NO_SUCH_NAME;
        }
        if said.contains("timed out") {
            return TIMED_OUT;
        }
    }
    UNREACHABLE
}

/// The same where a proxy is asked: no connection is made to any other host, and only a certificate is the service's.
fn unconnected_by_proxy(error: &reqwest::Error) -> &'static str {
    let mut why = PROXY_UNREACHABLE;
    for cause in causes(error) {
        if is_refused(cause) {
            return PROXY_REFUSED;
        }
        let said = cause.to_string().to_lowercase();
        // A proxy that speaks plain http where https was expected is no matter of the service.
        if let Some(fault) = tls_fault(&said).filter(|fault| *fault != SPEAKS_PLAINLY) {
            return fault;
        }
        if said.contains("proxy authorization required") {
            return PROXY_ASKS_WHO;
        }
        if said.contains("dns error") || said.contains("failed to lookup") {
            return PROXY_NO_SUCH_NAME;
        }
        if said.contains("timed out") {
            why = PROXY_SILENT;
        }
        // A tunnel that cannot be begun has a cause of its own.
        if said.contains("tunnel error") && !said.contains("underlying connection") {
            why = PROXY_REFUSES;
        }
    }
    why
}

#[cfg(test)]
mod tests {
    use super::*;

    fn way(choice: ProxyChoice, environment: &[(&str, &str)]) -> ProxyWay {
        let environment = environment
            .iter()
            .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
            .collect();
        ProxyWay::new(&choice, &environment)
    }

    #[test]
    fn faults_of_the_encryption_are_told_apart() {
        for (said, fault) in [
            ("invalid peer certificate: UnknownIssuer", Some(NOT_TRUSTED)),
            (
                "invalid peer certificate: certificate not valid for name \"localhost\"; certificate is only valid for DnsName(\"x\")",
                Some(ANOTHER_NAME),
            ),
            ("invalid peer certificate: NotValidForName", Some(ANOTHER_NAME)),
            ("invalid peer certificate: Expired", Some(EXPIRED)),
            ("invalid peer certificate: certificate expired: verification time 3", Some(EXPIRED)),
            ("received corrupt message of type InvalidContentType", Some(SPEAKS_PLAINLY)),
            ("connection reset by peer", None),
        ] {
            assert_eq!(tls_fault(&said.to_lowercase()), fault, "{said}");
        }
    }

    #[test]
    fn what_a_proxy_says_in_the_place_of_a_service_is_told_as_its_own() {
        let url = |text: &str| Url::parse(text).unwrap();
        let own = || ProxyChoice::Proxy {
            url: url("http://proxy.local:3128"),
            setting: "engine.office.proxy".to_owned(),
        };
        let of = |choice, status, is_json, service: &str| {
            way(choice, &[]).of_proxy(status, is_json, &url(service)).map(|it| it.to_string())
        };
        let (plain, safe) = ("http://model.example.com/v1", "https://model.example.com/v1");
        for (status, is_json, service, words) in [
            (407, false, plain, "asks for a name and a password"),
            (407, true, plain, "asks for a name and a password"),
            (
                502,
                false,
                plain,
                "in the place of the service, which it does not reach or does not allow (HTTP 502)",
            ),
            (503, false, plain, "(HTTP 503)"),
            (504, false, plain, "(HTTP 504)"),
            (403, false, plain, "(HTTP 403)"),
        ] {
            let told = of(own(), status, is_json, service).unwrap();
            assert!(told.contains(words) && told.contains("engine.office.proxy"), "{told}");
        }
        for (status, is_json, service) in [
            (502, true, plain),
            (403, true, plain),
            (500, false, plain),
            (200, false, plain),
            (502, false, safe),
        ] {
            assert_eq!(of(own(), status, is_json, service), None, "{status} {service}");
        }
        assert_eq!(of(ProxyChoice::Direct, 407, false, plain), None);
        let late = way(own(), &[]).timed_out(&url(safe)).to_string();
        assert!(late.contains("in time") && late.contains("engine.office.proxy"), "{late}");
    }

    #[test]
    fn what_commands_have_set_since_is_told_where_it_may_be_the_reason() {
        let (far, near) = ("https://model.example.com/v1", "http://127.0.0.1:8080/v1");
        let of = |choice: ProxyChoice, set: &str, why: &'static str, address: &str| {
            let since = SetSince::default();
            let command = BTreeMap::from([(set.to_owned(), "http://canary:3128".to_owned())]);
            since.note(&BTreeMap::new(), &command);
            let mut way = way(choice, &[]);
            way.tell_since(&since);
            way.unsent_since(why, &Url::parse(address).unwrap()).unwrap_or_default()
        };
        let told = of(ProxyChoice::Environment, "HTTPS_PROXY", NO_SUCH_NAME, far);
        assert!(
            told.contains("started without $HTTPS_PROXY") && !told.contains("canary"),
            "{told}"
        );
        let told = of(ProxyChoice::Direct, "HTTPS_PROXY", TIMED_OUT, far);
        assert!(told.contains("network.proxy = \"environment\""), "{told}");
        let told = of(ProxyChoice::Direct, "SSL_CERT_FILE", NOT_TRUSTED, far);
        assert!(told.contains("started without $SSL_CERT_FILE"), "{told}");
        for (choice, set, why, address) in [
            (ProxyChoice::Environment, "HTTPS_PROXY", BROKE_OFF, far),
            (ProxyChoice::Environment, "HTTPS_PROXY", REFUSED, near),
            (ProxyChoice::Environment, "SSL_CERT_FILE", REFUSED, far),
            (ProxyChoice::Direct, "HTTPS_PROXY", NOT_TRUSTED, far),
        ] {
            assert_eq!(of(choice, set, why, address), "", "{set} {why} {address}");
        }
    }

    #[test]
    fn a_proxy_is_told_with_its_setting_and_without_a_password() {
        let url = |text: &str| Url::parse(text).unwrap();
        let service = url("https://model.example.com/v1");
        let setting = "engine.office.proxy".to_owned();
        let own = ProxyChoice::Proxy { url: url("http://proxy.local:3128"), setting };
        assert_eq!(
            way(own, &[]).proxy_for(&service).unwrap(),
            " through the proxy http://proxy.local:3128 of engine.office.proxy"
        );
        let of = |environment: &[(&str, &str)], service: &str| {
            way(ProxyChoice::Environment, environment).proxy_for(&url(service))
        };
        let named = [
            ("HTTPS_PROXY", "http://ann:canary@proxy.local:3128"),
            ("NO_PROXY", "own.example.com, .lan"),
        ];
        let told = of(&named, "https://model.example.com/v1").unwrap();
        assert_eq!(
            told,
            " through the proxy http://proxy.local:3128 of $HTTPS_PROXY, which network.proxy = \"environment\" uses"
        );
        for direct in [
            "https://own.example.com/v1",
            "https://a.own.example.com",
            "https://x.lan",
            "http://model.example.com",
        ] {
            assert_eq!(of(&named, direct), None, "{direct}");
        }
        assert!(of(&named, "https://disown.example.com").is_some());
        assert!(
            of(&[("all_proxy", "proxy:80")], "http://model.example.com")
                .unwrap()
                .contains("http://proxy:80 of $all_proxy")
        );
        assert_eq!(of(&[], "https://model.example.com"), None);
        let direct = way(ProxyChoice::Direct, &named);
        assert_eq!(
            (direct.proxy_for(&service), direct.unused_proxy()),
            (None, Some("HTTPS_PROXY"))
        );
    }
}

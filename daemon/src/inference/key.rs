//! Keys of model services and where they may go. A key is bound to the origin it was given for: another base URL gets no
//! key until the owner says so, and plain HTTP carries one on this machine only.

use std::borrow::Cow;
use std::fmt;
use std::net::IpAddr;

use reqwest::Url;

/// A secret. It shows itself to nobody: `Debug` is written by hand so that no log line, panic or error can hold it.
#[derive(Clone, PartialEq, Eq)]
pub struct Key(String);

impl Key {
    /// The key in that text, without surrounding blanks; `None` when that leaves nothing or something that no header
    /// can carry.
    pub fn new(text: &str) -> Option<Self> {
        let text = text.trim();
        let carries =
            !text.is_empty() && text.len() <= 4_096 && text.bytes().all(|b| b.is_ascii_graphic());
        carries.then(|| Self(text.to_owned()))
    }

    /// That text without the secret, whoever put it there.
    pub fn masked<'a>(&self, text: &'a str) -> Cow<'a, str> {
        if text.contains(&self.0) { text.replace(&self.0, "…").into() } else { text.into() }
    }

    /// The secret itself, for the one header that carries it.
    pub(super) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(…)")
    }
}

/// Scheme, host and port: what a key is bound to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Origin(String);

impl Origin {
    /// The origin of a base URL.
    pub fn of(url: &Url) -> Self {
        Self(url.origin().ascii_serialization())
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A key together with the only origin that may see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BoundKey {
    key: Key,
    origin: Origin,
}

impl BoundKey {
    /// Binds a key.
    pub fn new(key: Key, origin: Origin) -> Self {
        Self { key, origin }
    }

    /// That text without the key.
    pub fn masked<'a>(&self, text: &'a str) -> Cow<'a, str> {
        self.key.masked(text)
    }

    /// The key, if a call to that address may carry it.
    pub fn for_url(&self, url: &Url) -> Option<&Key> {
        (Origin::of(url) == self.origin && carries_secrets(url)).then_some(&self.key)
    }
}

/// Whether what is sent there can be read by nobody in between: TLS, or this machine.
pub fn carries_secrets(url: &Url) -> bool {
    match url.scheme() {
        "https" => true,
        "http" => is_loopback(url),
        _ => false,
    }
}

/// Whether that address is this machine. The name `localhost` counts; any other name could be pointed anywhere.
pub fn is_loopback(url: &Url) -> bool {
    let Some(host) = url.host_str() else { return false };
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// Whether that address is this machine or one of the owner's own network: an address that is never routed on the internet, or
/// the name `localhost`. No other name is looked up: what it leads to can change.
pub fn is_local(url: &Url) -> bool {
    let Some(host) = url.host_str() else { return false };
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    match bare.parse::<IpAddr>().map(|ip| ip.to_canonical()) {
        Ok(IpAddr::V4(ip)) => {
            ip.is_loopback() || ip.is_private() || ip.is_link_local() || ip.is_unspecified()
        }
        Ok(IpAddr::V6(ip)) => {
            ip.is_loopback()
                || ip.is_unique_local()
                || ip.is_unicast_link_local()
                || ip.is_unspecified()
        }
        Err(_) => bare.trim_end_matches('.') == "localhost",
    }
}

/// Reads a base URL: `http` or `https`, a host, no user, no query, no fragment. A host alone gets `http://`, as
/// `OLLAMA_HOST` is usually written. Slashes at the end mean nothing and go, so that one place has one spelling.
///
/// # Errors
/// What is wrong with it.
pub fn base_url(text: &str) -> Result<Url, String> {
    let text = text.trim();
    let whole = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
    let mut url = Url::parse(&whole).map_err(|error| format!("it is no URL: {error}"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err("it is neither http nor https".to_owned());
    }
    if url.host_str().is_none_or(str::is_empty) {
        return Err("it names no host".to_owned());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("it holds a user name or a password".to_owned());
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("it has a query or a fragment".to_owned());
    }
    let path = url.path().trim_end_matches('/').to_owned();
    url.set_path(&path);
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        base_url(text).unwrap()
    }

    #[test]
    fn a_key_never_shows_itself() {
        let key = Key::new(" sk-canary-1 ").unwrap();
        let bound = BoundKey::new(key.clone(), Origin::of(&url("https://api.example.com/v1")));
        assert!(!format!("{key:?} {bound:?}").contains("canary"));
        assert_eq!(key.reveal(), "sk-canary-1");
        assert_eq!(Key::new("  "), None);
        assert_eq!(Key::new("a\r\nx-evil: 1"), None);
    }

    #[test]
    fn a_key_goes_to_its_origin_only() {
        let bound = |origin: &str| BoundKey::new(Key::new("k").unwrap(), Origin::of(&url(origin)));
        let key = bound("https://api.example.com/v1");
        for (target, gets) in [
            ("https://api.example.com/v1/chat/completions", true),
            ("https://api.example.com:443/other", true),
            ("https://api.example.com:8443/v1", false),
            ("http://api.example.com/v1", false),
            ("https://api.example.com.evil.net/v1", false),
            ("https://evil.net/api.example.com", false),
        ] {
            assert_eq!(key.for_url(&url(target)).is_some(), gets, "{target}");
        }
        assert!(
            bound("http://10.0.0.7:8000/v1").for_url(&url("http://10.0.0.7:8000/v1")).is_none()
        );
        assert!(bound("http://127.0.0.1:1/v1").for_url(&url("http://127.0.0.1:1/v1")).is_some());
        assert!(bound("http://[::1]:1/v1").for_url(&url("http://[::1]:1/v1")).is_some());
        assert!(
            bound("http://localhost.evil.net").for_url(&url("http://localhost.evil.net")).is_none()
        );
    }

    #[test]
    fn local_is_what_no_router_carries_and_nothing_else() {
        for local in [
            "localhost:8080",
            "http://LOCALHOST./v1",
            "127.0.0.1:1",
            "http://127.8.9.10",
            "http://[::1]:1/v1",
            "0.0.0.0:9",
            "10.0.0.7:8000/v1",
            "https://10.255.0.1",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.20:11434",
            "169.254.3.4",
            "http://[fd12:3456::1]:8080/v1",
            "http://[fc00::1]",
            "http://[fe80::1]",
            "http://[::ffff:192.168.0.9]",
        ] {
            assert!(is_local(&url(local)), "{local}");
        }
        for other in [
            "https://api.openai.com/v1",
            "172.15.0.1",
            "172.32.0.1",
            "192.169.0.1",
            "11.0.0.1",
            "8.8.8.8",
            "192.0.2.7",
            "100.64.0.1",
            "http://[2001:db8::1]",
            "http://[2606:4700::1]",
            "localhost.example.com",
            "http://mylocalhost",
            "http://10.0.0.7.example.com",
            "http://printer.local",
            "http://[::ffff:8.8.8.8]",
        ] {
            assert!(!is_local(&url(other)), "{other}");
        }
    }

    #[test]
    fn base_urls_with_surprises_are_refused() {
        for bad in [
            "",
            "ftp://x",
            "file:///etc/passwd",
            "https://",
            "https://u:p@x",
            "https://x?k=1",
            "https://x#y",
        ] {
            assert!(base_url(bad).is_err(), "{bad}");
        }
        assert_eq!(url("127.0.0.1:11434").as_str(), "http://127.0.0.1:11434/");
        assert_eq!(url("HTTP://LocalHost:80/v1//"), url("http://localhost/v1"));
    }
}

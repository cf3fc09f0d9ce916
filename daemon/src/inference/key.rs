//! Keys of model services and the origins that may receive them. A key is bound to the origin it was given for:
//! another base URL gets no key until the owner allows it, and over plain HTTP a key is sent to this machine only.

use std::borrow::Cow;
use std::fmt;
use std::net::IpAddr;

use protocol::safe::is_hidden;
use reqwest::Url;

use super::mask;
use crate::domain::instrument;
use crate::domain::redact::Mask;

/// A secret key. `Debug` is implemented by hand so that no log line, panic or error can contain it.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKey(String);

impl ApiKey {
    /// The key in that text as people paste it; `None` when it is empty or cannot be sent in a header.
    pub fn new(text: &str) -> Option<Self> {
        let text = pasted_key(text);
        let carries =
            !text.is_empty() && text.len() <= 4_096 && text.bytes().all(|b| b.is_ascii_graphic());
        carries.then(|| Self(text.to_owned()))
    }

    /// That text without the secret, wherever it came from and however it is spelled. A key that is too short to be a
    /// secret is a placeholder, and is not removed.
    pub fn masked<'a>(&self, text: &'a str) -> Cow<'a, str> {
        mask::masked(text, &self.0)
    }

    /// The secret itself, for the one header that carries it.
    pub(super) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(…)")
    }
}

/// Scheme, host and port: what a key is bound to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ServiceOrigin(String);

impl ServiceOrigin {
    /// The origin of a base URL.
    pub fn of(url: &Url) -> Self {
        Self(url.origin().ascii_serialization())
    }
}

impl fmt::Display for ServiceOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A key together with the only origin that may see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BoundKey {
    key: ApiKey,
    origin: ServiceOrigin,
    /// Its owner allows it to travel there unencrypted.
    plainly: bool,
}

impl BoundKey {
    /// Binds a key.
    pub fn new(key: ApiKey, origin: ServiceOrigin) -> Self {
        Self { key, origin, plainly: false }
    }

    /// The same, allowed to travel unencrypted to its origin.
    #[must_use]
    pub fn plainly(mut self, plainly: bool) -> Self {
        self.plainly = plainly;
        self
    }

    /// That text without the key.
    pub fn masked<'a>(&self, text: &'a str) -> Cow<'a, str> {
        self.key.masked(text)
    }

    /// Like `masked`, for a text whose end was cut off and may end with the beginning of a key.
    pub fn masked_cut<'a>(&self, text: &'a str) -> Cow<'a, str> {
        mask::masked_cut(text, &self.key.0)
    }

    /// The key, if a call to that address may carry it.
    pub fn for_url(&self, url: &Url) -> Option<&ApiKey> {
        let is_safe = carries_secrets(url) || self.plainly;
        (ServiceOrigin::of(url) == self.origin && is_safe).then_some(&self.key)
    }
}

impl Mask for BoundKey {
    fn text<'a>(&self, text: &'a str) -> Cow<'a, str> {
        self.masked(text)
    }

    fn reply<'a>(&self, reply: &'a str) -> Cow<'a, str> {
        mask::masked_reply(reply, &self.key.0, instrument::is_own_word)
    }
}

/// Whether a secret sent there cannot be read on the way: TLS, or this machine.
pub(crate) fn carries_secrets(url: &Url) -> bool {
    match url.scheme() {
        "https" => true,
        "http" => is_loopback(url),
        _ => false,
    }
}

/// Whether that address is this machine. The name `localhost` counts; any other name could be pointed anywhere.
pub(crate) fn is_loopback(url: &Url) -> bool {
    let Some(host) = url.host_str() else { return false };
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// Whether that address is this machine or in the owner's own network: an address that is never routed on the
/// internet, or the name `localhost`. No other name is resolved: its address can change.
pub(crate) fn is_local(url: &Url) -> bool {
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

/// Whether a character that stands around a pasted text is no part of it: a blank, an invisible one, or a quote, also
/// where its other half was left behind.
fn is_outside(letter: char) -> bool {
    const QUOTES: [char; 7] = ['"', '\'', '`', '“', '”', '‘', '’'];
    letter.is_whitespace() || is_hidden(letter) || letter == '\u{feff}' || QUOTES.contains(&letter)
}

/// A pasted text without blanks, invisible characters and quotes around it, and without the end of a line of code.
pub(crate) fn as_pasted(text: &str) -> &str {
    let is_behind = |letter: char| is_outside(letter) || matches!(letter, ';' | ',');
    text.trim_start_matches(is_outside).trim_end_matches(is_behind)
}

/// What comes after that beginning, in whichever case it is written.
fn after<'a>(text: &'a str, beginning: &str) -> Option<&'a str> {
    let is_so = text.get(..beginning.len())?.eq_ignore_ascii_case(beginning);
    if is_so { text.get(beginning.len()..) } else { None }
}

/// The value of a line that sets a variable, as shells and files of variables have it; any other text as it is.
fn without_name(text: &str) -> &str {
    const BEFORE: [&str; 3] = ["export ", "set ", "$env:"];
    let line = BEFORE.iter().find_map(|word| after(text, word)).unwrap_or(text);
    let Some((name, value)) = line.split_once('=') else { return text };
    let name = name.trim();
    let is_name = name.contains('_')
        && name.starts_with(|first: char| first.is_ascii_uppercase())
        && name
            .chars()
            .all(|letter| letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == '_');
    if is_name && value.contains(char::is_alphanumeric) { value } else { text }
}

/// The key itself in a text as people paste it: without quotes, the variable, the header or the scheme before it.
pub(crate) fn pasted_key(text: &str) -> &str {
    const BEFORE: [&str; 5] =
        ["authorization:", "x-api-key:", "x-goog-api-key:", "api-key:", "bearer "];
    let mut text = as_pasted(text);
    loop {
        let named = without_name(text);
        let bare = BEFORE.iter().find_map(|word| after(named, word)).unwrap_or(named);
        let inner = as_pasted(bare);
        if inner.len() == text.len() {
            return text;
        }
        text = inner;
    }
}

/// An address in a text as people paste it: without quotes, brackets or the variable before it, and with two slashes
/// behind its scheme.
pub(crate) fn pasted_url(text: &str) -> String {
    let text = as_pasted(without_name(as_pasted(text)));
    let text = text.strip_prefix('<').unwrap_or(text);
    let text = as_pasted(text.strip_suffix('>').unwrap_or(text));
    for scheme in ["https", "http"] {
        let rest = after(text, scheme).filter(|it| it.starts_with(":/") || it.starts_with("//"));
        if let Some(rest) = rest {
            return format!("{scheme}://{}", rest.trim_start_matches([':', '/']));
        }
    }
    text.to_owned()
}

/// Whether a name is one that only the owner's own network knows.
fn is_own_name(url: &Url) -> bool {
    const ENDINGS: [&str; 4] = [".local", ".lan", ".internal", ".home.arpa"];
    let Some(host) = url.domain() else { return false };
    let host = host.trim_end_matches('.');
    !host.contains('.') || ENDINGS.iter().any(|ending| host.ends_with(ending))
}

/// Whether an address can be in the owner's own network, so that its owner may allow a key to travel there unencrypted.
pub(crate) fn can_be_own(url: &Url) -> bool {
    is_local(url) || is_own_name(url)
}

/// Reads a base URL: `http` or `https`, a host, no user, no query, no fragment. A host alone gets `http://`, as
/// `OLLAMA_HOST` is usually written. Trailing slashes are removed, so that one endpoint has one spelling.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn base_url(text: &str) -> Result<Url, String> {
    let text = pasted_url(text);
    let whole = if text.contains("://") { text } else { format!("http://{text}") };
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
    use protocol::results::Answer;
    use protocol::study::{Instrument, StudySpec};

    use super::*;
    use crate::domain::instrument::Unreadable;
    use crate::domain::outcome::{Answered, Assignment, FIRST_ROUND};
    use crate::domain::redact::{Holds, Redacted, redact};

    fn url(text: &str) -> Url {
        base_url(text).unwrap()
    }

    #[test]
    fn a_key_never_shows_itself() {
        let key = ApiKey::new(" sk-canary-1 ").unwrap();
        let bound =
            BoundKey::new(key.clone(), ServiceOrigin::of(&url("https://api.example.com/v1")));
        assert!(!format!("{key:?} {bound:?}").contains("canary"));
        assert_eq!(key.reveal(), "sk-canary-1");
        assert_eq!(ApiKey::new("  "), None);
        assert_eq!(ApiKey::new("a\r\nx-evil: 1"), None);
        for pasted in [
            "\"sk-abc\"",
            "\u{feff}sk-abc",
            "Bearer sk-abc",
            "'bearer  sk-abc' \r\n",
            "Authorization: Bearer sk-abc",
            "x-api-key: sk-abc",
            "export OPENAI_API_KEY=sk-abc",
            "export OPENAI_API_KEY=\"sk-abc\";",
            "OPENAI_API_KEY=sk-abc",
            "$env:OPENAI_API_KEY = 'sk-abc'",
            "\"sk-abc",
            "sk-abc'",
            "sk-abc;",
            "sk-abc,",
            "“sk-abc”",
        ] {
            assert_eq!(pasted_key(pasted), "sk-abc", "{pasted}");
            assert_eq!(ApiKey::new(pasted), ApiKey::new("sk-abc"), "{pasted}");
        }
        // What looks a little like it is a key.
        for key in ["QUJD_A==", "abc_d=efg", "a=b", "set-1", "bearer", "sk_LIVE=1"] {
            assert_eq!(pasted_key(key), key);
        }
    }

    #[test]
    fn a_key_goes_to_its_origin_only() {
        let bound = |origin: &str| {
            BoundKey::new(ApiKey::new("k").unwrap(), ServiceOrigin::of(&url(origin)))
        };
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

    fn spec() -> StudySpec {
        StudySpec {
            name: "Idea".to_owned(),
            instrument: Instrument::ConceptTest { stimulus: "A meal kit.".to_owned() },
            panel: 1,
            audience: protocol::audience::Audience::default(),
            engine: "mine".to_owned(),
            engine_mode: protocol::study::EngineMode::Standard,
            seed: 7,
            context: None,
            language: None,
            max_cost_usd: None,
            tags: Vec::new(),
            project: None,
            webhook: None,
            measurement: protocol::measurement::Measurement::default(),
        }
    }

    /// The value read from a reply with that key, and the text that is kept.
    fn told_with(key: &str, reply: &str) -> Redacted<Answered> {
        let key = ApiKey::new(key).unwrap();
        let bound = BoundKey::new(key, ServiceOrigin::of(&url("http://127.0.0.1:9/v1")));
        let spec = spec();
        let at = Assignment::first(FIRST_ROUND, 0);
        let read = |reply: &str| instrument::read_model(&spec, at, reply);
        let redact = redact(reply.to_owned(), &bound, read);
        // The kept text is read in the same way.
        if redact.whole_bytes.is_none() {
            assert_eq!(read(&redact.reply), redact.read, "{}", redact.reply);
        }
        redact
    }

    const REPLY: &str = r#"{"reasoning": "It saves time: sk-CANARY-4711, I would definitely_not buy.", "score": 1,
        "sentiment": "negative", "purchase_intent": "definitely_not",
        "appeals": [{"theme": "Time sk-CANARY-4711", "quote": "saves time: sk-CANARY-4711"}], "concerns": [], "refused": null}"#;

    /// A key can change the texts that are shown, but never a choice.
    #[test]
    fn no_key_changes_what_is_read() {
        let plain = told_with("sk-another-key", REPLY);
        assert_eq!(plain.reply, REPLY);
        for key in [
            "x",
            "1",
            "e",
            "test",
            "none",
            "negative",
            "definitely_not",
            "definitely",
            "reasoning",
            "sentiment",
            "purchase_intent",
            "concerns",
            "\"score\":",
            ":\"negative",
            "refused\":",
            "sk-CANARY-4711",
        ] {
            let redact = told_with(key, REPLY);
            let (read, expected) = (redact.read.unwrap(), plain.read.clone().unwrap());
            assert!(read.answer.chooses_as(&expected.answer), "{key}: {read:?}");
            if key.len() < 8 {
                assert_eq!((&read, redact.reply.as_str()), (&expected, REPLY), "{key}");
            }
        }
    }

    #[test]
    fn a_key_stands_in_nothing_that_is_read_or_kept() {
        let key = "sk-CANARY-4711";
        let spelled: String =
            key.chars().map(|letter| format!("\\u{:04x}", u32::from(letter))).collect();
        for said in [
            key.to_owned(),
            spelled,
            key.replace('C', "C\u{200b}"),
            key.replace('C', "C\\u00ad\\u2060"),
        ] {
            let redact = told_with(key, &REPLY.replace(key, &said));
            let read = redact.read.unwrap();
            let Answer::ConceptTest { reasoning, .. } = &read.answer else { panic!("{read:?}") };
            assert_eq!(reasoning, "It saves time: …, I would definitely_not buy.");
            assert_eq!(read.mentions[0].theme, "Time …");
            assert_eq!(read.mentions[0].quote.as_deref(), Some("saves time: …"));
            assert!(
                redact.whole_bytes.is_none() && !redact.reply.contains("4711"),
                "{}",
                redact.reply
            );
        }
        // A quote that begins within it.
        let cut = REPLY.replace("\"saves time: sk-CANARY-4711\"", "\"ARY-4711, I would\"");
        let redact = told_with(key, &cut);
        assert!(!format!("{:?}", redact.read).contains("4711"), "{redact:?}");
        let refused = told_with(key, r#"{"refused": "not with sk-CANARY-4711"}"#);
        assert_eq!(refused.read, Err(Unreadable::Refused { reason: "not with …".to_owned() }));
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
        for pasted in [
            "\"http://127.0.0.1:9/v1",
            "http://127.0.0.1:9/v1'",
            "<http://127.0.0.1:9/v1>",
            "http:/127.0.0.1:9/v1",
            "http//127.0.0.1:9/v1",
            "http:///127.0.0.1:9/v1",
            "OPENAI_BASE_URL=http://127.0.0.1:9/v1",
            "export OPENAI_BASE_URL=\"http://127.0.0.1:9/v1\"",
            "http://127.0.0.1:9/v1;",
        ] {
            assert_eq!(url(pasted).as_str(), "http://127.0.0.1:9/v1", "{pasted}");
        }
        assert_eq!(url("https:/x.example.com").as_str(), "https://x.example.com/");
        assert_eq!(url("127.0.0.1:11434").as_str(), "http://127.0.0.1:11434/");
        assert_eq!(url("HTTP://LocalHost:80/v1//"), url("http://localhost/v1"));
    }
}

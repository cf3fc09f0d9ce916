//! What is checked of every request before it is routed: the host it names, the page it comes from, and that no key stands
//! in its address. A browser on this machine can call the daemon for any page, so pages of other origins are refused.

use axum::http::header::{HeaderName, ORIGIN};
use axum::http::request::Parts;
use axum::http::uri::Authority;
use axum::http::{HeaderMap, Uri};

use super::host::{Hosts, WrongHost};
use super::refusal::Refusal;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Names of parameters that stand for a key.
const KEY_NAMES: [&str; 9] = [
    "key",
    "api_key",
    "apikey",
    "api-key",
    "x-api-key",
    "token",
    "access_token",
    "authorization",
    "auth",
];

/// Beginnings of keys.
const KEY_PREFIXES: [&str; 5] = ["ds_", "if_live_", "rfnd_live_", "ck_", "ih_"];

/// From how many letters and digits on a text with such a beginning passes for a key.
const KEY_LETTERS_MIN: usize = 20;

/// Whether a request may be routed.
pub(super) fn check(hosts: &Hosts, request: &Parts) -> Result<(), Refusal> {
    let host = hosts.check(&request.uri, &request.headers).map_err(|wrong| match wrong {
        WrongHost::Unclear => Refusal::unclear_host(),
        WrongHost::Foreign => Refusal::foreign_host(),
    })?;
    if !is_of_no_page(&request.headers, &host) {
        return Err(Refusal::foreign_origin());
    }
    if names_key(&request.uri) {
        return Err(Refusal::key_in_address());
    }
    Ok(())
}

/// Whether no page sent it, or one that the daemon itself served.
fn is_of_no_page(headers: &HeaderMap, host: &Authority) -> bool {
    let is_own_site = headers
        .get_all(SEC_FETCH_SITE)
        .iter()
        .all(|site| [b"none".as_slice(), b"same-origin"].contains(&site.as_bytes()));
    let own = format!("http://{host}");
    is_own_site && headers.get_all(ORIGIN).iter().all(|origin| origin.as_bytes() == own.as_bytes())
}

/// Whether a key stands in the address.
fn names_key(uri: &Uri) -> bool {
    let names = uri.query().is_some_and(|query| {
        query.split(['&', ';']).any(|pair| {
            let name = pair.split('=').next().unwrap_or_default().to_ascii_lowercase();
            KEY_NAMES.contains(&name.as_str())
        })
    });
    names || holds_key(uri.path()) || uri.query().is_some_and(holds_key)
}

/// Whether a text holds what looks like a key.
pub(super) fn holds_key(text: &str) -> bool {
    KEY_PREFIXES.iter().any(|prefix| {
        text.match_indices(prefix).any(|(at, _)| {
            let is_start = !text[..at].ends_with(|letter: char| letter.is_ascii_alphanumeric());
            let rest = text[at + prefix.len()..].chars();
            is_start && rest.take_while(char::is_ascii_alphanumeric).count() >= KEY_LETTERS_MIN
        })
    })
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderValue, Request};

    use super::*;

    fn status(uri: &str, headers: &[(&str, &str)]) -> u16 {
        let hosts = Hosts::new(&[], "127.0.0.1".parse().unwrap());
        let mut request = Request::get(uri).body(()).unwrap();
        for (name, value) in headers {
            let name: HeaderName = name.parse().unwrap();
            request.headers_mut().append(name, HeaderValue::from_str(value).unwrap());
        }
        check(&hosts, &request.into_parts().0)
            .map_or_else(|refusal| refusal.status.as_u16(), |()| 0)
    }

    #[test]
    fn pages_of_other_origins_are_refused_under_every_good_host() {
        let host = ("host", "localhost:7455");
        assert_eq!(status("/", &[host]), 0);
        assert_eq!(status("/", &[host, ("origin", "http://localhost:7455")]), 0);
        assert_eq!(status("/", &[host, ("sec-fetch-site", "same-origin")]), 0);
        assert_eq!(status("/", &[host, ("sec-fetch-site", "none")]), 0);
        for origin in [
            "null",
            "https://localhost:7455",
            "http://localhost:3000",
            "http://127.0.0.1:7455",
            "https://evil.com",
            "chrome-extension://abcdef",
            "",
        ] {
            assert_eq!(status("/", &[host, ("origin", origin)]), 403, "{origin}");
        }
        for site in ["cross-site", "same-site", "CROSS-SITE", ""] {
            assert_eq!(status("/", &[host, ("sec-fetch-site", site)]), 403, "{site}");
        }
        let own = ("origin", "http://localhost:7455");
        assert_eq!(status("/", &[host, own, ("origin", "null")]), 403, "one of two");
        assert_eq!(status("/", &[("host", "evil.com"), own]), 421, "the host comes first");
        assert_eq!(status("/", &[]), 400);
    }

    #[test]
    fn a_key_in_the_address_is_refused() {
        let host = [("host", "localhost")];
        let key = format!("if_live_{}", "a1".repeat(16));
        for address in [
            "/v1/usage?api_key=x".to_owned(),
            "/v1/usage?a=1&Token=".to_owned(),
            format!("/v1/usage?note={key}"),
            format!("/v1/jobs/{key}"),
            format!("/v1/usage?ck_{}", "0".repeat(48)),
        ] {
            assert_eq!(status(&address, &host), 400, "{address}");
        }
        for address in ["/v1/jobs/if_live_x", "/events?after=7", "/v1/jobs/ds_1", "/a?keys=1"] {
            assert_eq!(status(address, &host), 0, "{address}");
        }
    }
}

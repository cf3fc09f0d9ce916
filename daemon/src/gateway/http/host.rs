//! Which Host a request may name. Every web page can make a browser call this machine, also under a name that its owner
//! points here; so only names of this machine itself, and those that the settings list, are served.

use std::net::IpAddr;

use axum::http::HeaderMap;
use axum::http::header::HOST;
use axum::http::uri::{Authority, Uri};

/// The hosts under which the daemon may be called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Hosts {
    /// Names that the settings add, in lower case, with a port or without.
    named: Vec<String>,
    /// The address it listens at, where that is one of a network.
    listens_at: Option<IpAddr>,
}

/// Why a request's host is not served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WrongHost {
    /// There is none, or more than one, or the address line and the header differ.
    Unclear,
    /// It is not one of ours.
    Foreign,
}

impl Hosts {
    pub(super) fn new(named: &[String], listens_at: IpAddr) -> Self {
        let is_one_of_a_network = !listens_at.is_loopback() && !listens_at.is_unspecified();
        Self {
            named: named.iter().map(|name| name.to_ascii_lowercase()).collect(),
            listens_at: is_one_of_a_network.then_some(listens_at),
        }
    }

    /// The host of a request, if it is served.
    pub(super) fn check(&self, uri: &Uri, headers: &HeaderMap) -> Result<Authority, WrongHost> {
        let mut named = headers.get_all(HOST).iter();
        let (Some(host), None) = (named.next(), named.next()) else {
            return Err(WrongHost::Unclear);
        };
        let host: Authority =
            host.to_str().ok().and_then(|host| host.parse().ok()).ok_or(WrongHost::Unclear)?;
        if uri.authority().is_some_and(|other| *other != host) {
            return Err(WrongHost::Unclear);
        }
        if self.serves(&host) { Ok(host) } else { Err(WrongHost::Foreign) }
    }

    fn serves(&self, host: &Authority) -> bool {
        let whole = host.as_str().to_ascii_lowercase();
        if whole.contains('@') {
            return false;
        }
        let name = host.host().to_ascii_lowercase();
        let literal = name.strip_prefix('[').and_then(|name| name.strip_suffix(']'));
        let address: Option<IpAddr> = literal.unwrap_or(&name).parse().ok();
        let is_own = match address {
            Some(address) => address.is_loopback() || self.listens_at == Some(address),
            None => name == "localhost",
        };
        is_own || self.named.iter().any(|named| *named == name || *named == whole)
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn check(hosts: &[&str], uri: &str) -> Result<(), WrongHost> {
        let ours = Hosts::new(&["Demo.example.org:8443".to_owned()], "127.0.0.1".parse().unwrap());
        let mut headers = HeaderMap::new();
        for host in hosts {
            headers.append(HOST, HeaderValue::from_bytes(host.as_bytes()).unwrap());
        }
        ours.check(&uri.parse().unwrap(), &headers).map(drop)
    }

    #[test]
    fn names_of_this_machine_are_served() {
        for host in ["localhost", "LOCALHOST:7455", "127.0.0.1:7455", "127.0.0.1", "127.0.0.2:9"] {
            assert_eq!(check(&[host], "/"), Ok(()), "{host}");
        }
        assert_eq!(check(&["[::1]:7455"], "/"), Ok(()));
        assert_eq!(check(&["demo.EXAMPLE.org:8443"], "/"), Ok(()));
        assert_eq!(check(&["localhost:7455"], "http://localhost:7455/v1"), Ok(()));
    }

    #[test]
    fn every_other_name_is_foreign() {
        for host in [
            "evil.com",
            "localhost.evil.com",
            "127.0.0.1.nip.io",
            "0.0.0.0:7455",
            "localhost.",
            "foo.localhost",
            "0x7f.1",
            "2130706433",
            "10.0.0.1",
            "[::ffff:127.0.0.1]",
            "demo.example.org",
            "demo.example.org:80",
            "localhost@evil.com",
            "evil.com@localhost",
        ] {
            assert_eq!(check(&[host], "/"), Err(WrongHost::Foreign), "{host}");
        }
    }

    #[test]
    fn none_and_two_and_a_contradiction_are_unclear() {
        assert_eq!(check(&[], "/"), Err(WrongHost::Unclear));
        assert_eq!(check(&["localhost", "localhost"], "/"), Err(WrongHost::Unclear));
        assert_eq!(check(&["local host"], "/"), Err(WrongHost::Unclear));
        assert_eq!(check(&["localhost"], "http://evil.com/"), Err(WrongHost::Unclear));
    }

    #[test]
    fn the_address_of_a_network_is_served_where_it_is_listened_at() {
        let ours = Hosts::new(&[], "192.168.1.5".parse().unwrap());
        let host = |text: &str| text.parse::<Authority>().unwrap();
        assert!(ours.serves(&host("192.168.1.5:7455")));
        assert!(!ours.serves(&host("192.168.1.6:7455")));
        let everywhere = Hosts::new(&[], "0.0.0.0".parse().unwrap());
        assert!(!everywhere.serves(&host("0.0.0.0:7455")));
    }
}

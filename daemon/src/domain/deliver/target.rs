//! The address of an endpoint as it is typed, checked: what it must look like, and whether it may lead where it leads.
//! The addresses that a name resolves to are checked again when they are dialled, at each attempt.

use core::net::IpAddr;

use protocol::hint::{Hint, Remedy};
use url::{Host, Url};

use super::may_dial;

/// Most characters of an address.
const CHARACTERS_MAX: usize = 2_048;
/// Ports below 1024 that hooks may use: discard, which does nothing with what it gets, and those of the web.
const LOW_PORTS: [u16; 3] = [9, 80, 443];

/// A checked address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HookTarget {
    /// The address, normalised.
    pub url: Url,
}

/// Why an address cannot be used: what is wrong, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BadTarget {
    /// What is wrong, without the address.
    pub what: &'static str,
    /// What to do.
    pub hint: &'static str,
    /// Whether the owner may allow it for an endpoint that they add.
    can_be_allowed: bool,
}

impl BadTarget {
    /// What to do about the address of an endpoint.
    pub(crate) fn of_an_endpoint(self) -> String {
        let Self { hint, .. } = self;
        if !self.can_be_allowed {
            return hint.to_owned();
        }
        format!(
            "{hint}, or allow private addresses and http for this endpoint with --allow-private"
        )
    }

    /// What to do about an address that a study names.
    pub(crate) fn in_a_study(self) -> Hint {
        let hint = Hint::from(self.hint);
        if !self.can_be_allowed {
            return hint;
        }
        let command = "demoscope hooks add URL --allow-private";
        hint.or(Remedy::owner("add an endpoint that is private or http", command))
    }
}

const fn bad<T>(what: &'static str, hint: &'static str) -> Result<T, BadTarget> {
    Err(BadTarget { what, hint, can_be_allowed: false })
}

const fn to_be_allowed<T>(what: &'static str, hint: &'static str) -> Result<T, BadTarget> {
    Err(BadTarget { what, hint, can_be_allowed: true })
}

/// Checks an address.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn target(text: &str, allow_private: bool) -> Result<HookTarget, BadTarget> {
    if text.chars().count() > CHARACTERS_MAX {
        return bad("it has more than 2,048 characters", "Give a shorter one");
    }
    // A parser would take these out, or read them as something else.
    if text.chars().any(|letter| letter.is_control() || letter.is_whitespace() || letter == '\\') {
        return bad(
            "it has blanks, line breaks, control characters or backslashes",
            "Write them as %20 and the like, or leave them out",
        );
    }
    let Ok(mut url) = Url::parse(text) else {
        return bad("it is no URL", "Give a whole one, as in https://example.com/hook");
    };
    match url.scheme() {
        "https" => {}
        "http" if allow_private => {}
        "http" => {
            return to_be_allowed("it is http, which anybody on the way can read", "Use https");
        }
        _ => return bad("it is not https", "Use an address that begins with https://"),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return bad("it has a user name or password", "Leave out what stands before the @");
    }
    url.set_fragment(None);
    match url.port_or_known_default() {
        Some(port) if port >= 1024 || LOW_PORTS.contains(&port) => {}
        _ => return bad("its port is one of other services", "Use 443, 80, or one from 1024 on"),
    }
    let is_refused = match url.host() {
        None => return bad("it names no host", "Give a whole one, as in https://example.com/hook"),
        Some(Host::Ipv4(address)) => !may_dial(IpAddr::V4(address), allow_private),
        Some(Host::Ipv6(address)) => !may_dial(IpAddr::V6(address), allow_private),
        Some(Host::Domain(name)) => is_local(name) && !allow_private,
    };
    if is_refused {
        let what = "it leads to this machine, a private network or a reserved address";
        return if allow_private {
            bad(what, "Nothing is ever sent there; give another address")
        } else {
            to_be_allowed(what, "Give a public address")
        };
    }
    Ok(HookTarget { url })
}

/// Whether a name is one of this machine or its network, whatever it resolves to.
fn is_local(name: &str) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    let ends = |ending: &str| name == ending || name.ends_with(&format!(".{ending}"));
    name.is_empty()
        || !name.contains('.')
        || ["localhost", "local", "internal", "home.arpa"].into_iter().any(ends)
}

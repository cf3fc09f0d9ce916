//! Name resolution for webhooks: of the addresses of a name only those that may be dialled are handed to the connection,
//! so that what is checked is what is dialled, however often the name changes its mind.

use std::net::SocketAddr;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::domain::deliver::may_dial;

/// The system's resolver behind the rule.
#[derive(Clone, Copy, Debug)]
pub(super) struct GuardedResolver {
    pub(super) allow_private: bool,
}

/// A name has no address that may be dialled.
#[derive(Debug, thiserror::Error)]
#[error("The name leads to this machine, a private network or a reserved address")]
pub(super) struct ForbiddenAddress;

/// Those of some addresses that may be dialled.
pub(super) fn allowed(
    found: impl Iterator<Item = SocketAddr>,
    allow_private: bool,
) -> Result<Vec<SocketAddr>, ForbiddenAddress> {
    let allowed: Vec<SocketAddr> =
        found.filter(|address| may_dial(address.ip(), allow_private)).collect();
    if allowed.is_empty() { Err(ForbiddenAddress) } else { Ok(allowed) }
}

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let allow_private = self.allow_private;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str().to_owned(), 0)).await?;
            let allowed = allowed(found, allow_private)?;
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

//! What of a contract its door and its webhooks both tell: the wire types of results, and the way from a report to them; and
//! the way back, from what other services tell to a result of theirs. It knows the protocol and nothing else; a contract
//! without webhooks has all of it in its door.

pub(crate) mod external;
pub(crate) mod refynd;

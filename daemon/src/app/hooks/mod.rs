//! Use cases of webhooks: the owner's endpoints and their secrets, the deliveries that are written with each event, what
//! a driver does with them, and what becomes of them. Only the user for whom the daemon runs sees endpoints.

pub(super) mod deliver;
pub(super) mod deliveries;
pub(super) mod endpoints;
pub(super) mod outbox;
pub(super) mod prune;
pub(super) mod secrets;
pub(super) mod tallies;

//! Use cases of hooks that come in: the owner's sources, the receipt of a hook, which is durable before its sender is
//! told so, what a driver does with it afterwards, and the results of other services that come that way. What a hook does its
//! owner declared; a hook decides none of it.

pub(super) mod act;
pub(super) mod caps;
pub(super) mod import;
pub(super) mod receive;
pub(super) mod sources;

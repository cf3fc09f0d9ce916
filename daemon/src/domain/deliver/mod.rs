//! The rules of outgoing webhooks: to which addresses they may go, which events an endpoint wants, what is sent and how
//! it is signed, and when an attempt is repeated or given up. A driver executes them and tells what came of an attempt.

mod address;
mod body;
mod events;
mod retry;
mod secret;
mod signature;
mod target;

pub(crate) use address::may_dial;
pub(crate) use body::{
    HookEvent, HookResult, RenderHook, RenderedHook, candor, rendered, standard, word_in,
};
pub(crate) use events::{bad_pattern, wants};
pub(crate) use retry::{
    ATTEMPTS_MAX, AttemptResult, EndpointNews, KEPT_DAYS, NextStep, RETRY_AFTER_MAX, after_attempt,
    heeded, retry_after,
};
pub(crate) use secret::{Secrets, SigningSecret, is_usable, make};
pub(crate) use signature::{HookToSign, headers};
pub(crate) use target::target;

#[cfg(test)]
mod tests;

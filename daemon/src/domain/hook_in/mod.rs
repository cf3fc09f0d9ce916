//! The rules of hooks that come in: whether a signature is that of the source, how a hook is known again, and which text
//! of its body becomes a study. Nothing of a hook is believed before its signature was checked over the raw body.

mod content;
mod identity;
mod patience;
mod signed;
mod verify;

pub(crate) use content::{content_of, draft_text, is_template, json_of};
pub(crate) use identity::SourceId;
pub(crate) use patience::wait_before;
pub(crate) use signed::HookHeaders;
pub(crate) use verify::{VerifiedHook, is_source_secret, signing_digest, verify};

#[cfg(test)]
mod tests;

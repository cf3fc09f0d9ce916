//! Drivers that are called: the socket and its service. Each call checks its caller, asks `app`, and answers.

mod listen;
mod rpc;
mod settings;

pub(crate) use listen::{Instance, Listener};
pub(crate) use rpc::{Face, serve};

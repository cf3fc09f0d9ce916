//! The gateway's doors: they run on request and translate requests into use cases, while a driver runs by itself. The
//! door of today is the Unix socket with its service: each call gets its caller, is passed to `app`, and is answered.

mod accept;
mod rpc;
pub(crate) mod socket;

pub(crate) use accept::{Instance, Listener};
pub(crate) use rpc::RpcService;

//! The gateway's doors: they run on request and translate requests into use cases, while a driver runs by itself. The
//! Unix socket has its service, and the HTTP listener one door for each contract: each call gets its caller, is passed
//! to `app`, and is answered.

mod accept;
mod file_system;
pub(crate) mod http;
mod rpc;
pub(crate) mod socket;

pub(crate) use accept::{Instance, Listener};
pub(crate) use file_system::kind_of as file_system_of;
pub(crate) use rpc::RpcService;

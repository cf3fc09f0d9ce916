//! Drivers that are called: the socket and its service. Each call says who its caller is, asks `app`, and answers.

mod accept;
mod rpc;
pub(crate) mod socket;

pub(crate) use accept::{Instance, Listener};
pub(crate) use rpc::RpcService;

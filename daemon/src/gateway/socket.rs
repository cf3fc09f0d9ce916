//! The door for programs on this machine: the loop that accepts peers at the Unix socket, up to a fixed number at a
//! time, and serves each. It never ends by itself: dropping it closes the socket and leaves the peers to the code that
//! dropped it.

use std::convert::Infallible;
use std::sync::Arc;

use tokio::task::JoinSet;

use super::Listener;
use super::rpc::{self, RpcService};

/// Serves the socket, which is gone when this is dropped.
pub(crate) async fn serve(
    face: &Arc<RpcService>,
    mut listener: Listener,
    places: usize,
    peers: &mut JoinSet<()>,
) -> Infallible {
    loop {
        let stream = tokio::select! {
            Some(_) = peers.join_next() => continue,
            stream = listener.accept() => stream,
        };
        while peers.try_join_next().is_some() {}
        if peers.len() < places {
            peers.spawn(rpc::serve(Arc::clone(face), stream));
        } else {
            tracing::warn!("turned away a connection: all places are taken");
        }
    }
}

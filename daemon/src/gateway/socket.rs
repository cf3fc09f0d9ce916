//! The door for programs of this machine: accepts peers at the socket, as many at a time as there are places, until it is
//! told to stop. Whoever is connected then is left to whoever told it.

use std::sync::Arc;

use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::Listener;
use super::rpc::{self, Face};

/// Serves the socket. When this returns, the socket is gone; gives back the peers that are still served.
pub(crate) async fn serve(
    face: Arc<Face>,
    listener: Listener,
    places: usize,
    stop: CancellationToken,
) -> JoinSet<()> {
    let mut peers = JoinSet::new();
    loop {
        let stream = tokio::select! {
            () = stop.cancelled() => return peers,
            Some(_) = peers.join_next() => continue,
            stream = listener.accept() => stream,
        };
        while peers.try_join_next().is_some() {}
        if peers.len() < places {
            peers.spawn(rpc::serve(Arc::clone(&face), stream));
        } else {
            tracing::warn!("turned away a connection: all places are taken");
        }
    }
}

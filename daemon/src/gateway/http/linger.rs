//! What is left of a request that was answered before it had come whole. A connection that is closed with bytes unread is reset, and
//! a client that is still sending then never sees the reply; so the rest is read and dropped, within bounds of time and bytes.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use hyper::body::{Body, Bytes, Frame, Incoming, SizeHint};
use tokio::io::{AsyncRead, AsyncReadExt as _};

/// How long the rest of a request is read.
const WITHIN: Duration = Duration::from_secs(5);

/// Bytes of it that are read.
const BYTES_MAX: u64 = 64 * 1024 * 1024;

/// Whether a request of a connection was left before its body had come whole.
#[derive(Clone, Debug, Default)]
pub(super) struct UnreadRest(Arc<AtomicBool>);

impl UnreadRest {
    /// A body of the connection, which is unread until its end was seen.
    pub(super) fn watch(&self, body: Incoming) -> WatchedBody {
        self.0.store(!body.is_end_stream(), Ordering::Relaxed);
        WatchedBody { body, rest: self.clone() }
    }

    /// Whether it was.
    pub(super) fn is_there(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// A body that notes its end.
#[derive(Debug)]
pub(super) struct WatchedBody {
    body: Incoming,
    rest: UnreadRest,
}

impl Body for WatchedBody {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        if frame.is_none() || self.body.is_end_stream() {
            self.rest.0.store(false, Ordering::Relaxed);
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// Reads what still comes, and drops it.
pub(super) async fn drain(stream: impl AsyncRead + Unpin) {
    drain_within(stream, WITHIN, BYTES_MAX).await;
}

async fn drain_within(stream: impl AsyncRead + Unpin, within: Duration, bytes_max: u64) {
    let mut rest = stream.take(bytes_max);
    let mut some = vec![0; 16 * 1024];
    let read = async { while matches!(rest.read(&mut some).await, Ok(1..)) {} };
    // Whoever is not done by then loses the connection.
    drop(tokio::time::timeout(within, read).await);
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncWriteExt as _, duplex};

    use super::*;

    const SHORT: Duration = Duration::from_millis(50);

    #[tokio::test]
    async fn what_comes_is_dropped_within_bounds_of_bytes_and_time() {
        let (mut peer, stream) = duplex(64);
        let send = async {
            let sent = peer.write_all(&[7; 10_000]).await;
            drop(peer);
            sent.is_ok()
        };
        let (is_taken, ()) = tokio::join!(send, drain_within(stream, WITHIN, 10_000));
        assert!(is_taken);

        let (mut peer, stream) = duplex(64);
        let send = async { peer.write_all(&[7; 10_000]).await.is_err() };
        let (is_cut, ()) = tokio::join!(send, drain_within(stream, WITHIN, 1_000));
        assert!(is_cut, "no more than that is read");

        let (silent, stream) = duplex(64);
        drain_within(stream, SHORT, 1_000).await;
        drop(silent);
    }
}

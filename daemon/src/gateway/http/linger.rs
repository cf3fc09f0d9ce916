//! What is left of a request that was answered before it had come whole. A connection that is closed with bytes unread is reset, and
//! a client that is still sending then never sees the reply; so the rest is read and dropped, within bounds of time and bytes.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use hyper::body::{Body, Bytes, Frame, Incoming, SizeHint};
use tokio::io::{AsyncRead, AsyncReadExt as _};

/// How much of the rest of a request is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct LingerLimits {
    /// How long in all.
    within: Duration,
    /// How long more of it is waited for.
    pause: Duration,
    /// How many bytes.
    bytes: u64,
}

impl LingerLimits {
    /// Of a connection that has a place: as long as its body might have taken, so that a slow line is told as well.
    pub(super) const PATIENT: Self = Self {
        within: Duration::from_secs(30),
        pause: Duration::from_secs(5),
        bytes: 64 * 1024 * 1024,
    };
    /// Of one that is turned away.
    pub(super) const BRIEF: Self = Self { within: Duration::from_secs(5), ..Self::PATIENT };
}

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
pub(super) async fn drain(stream: impl AsyncRead + Unpin, limits: LingerLimits) {
    let LingerLimits { within, pause, bytes } = limits;
    let mut rest = stream.take(bytes);
    let mut some = vec![0; 16 * 1024];
    let read = async {
        while matches!(tokio::time::timeout(pause, rest.read(&mut some)).await, Ok(Ok(1..))) {}
    };
    // Whoever is not done by then loses the connection.
    drop(tokio::time::timeout(within, read).await);
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncWriteExt as _, duplex};

    use super::*;

    /// Long enough for a busy machine to read what is there, short enough to wait for.
    const SHORT: Duration = Duration::from_millis(60);
    /// Longer than a test may take.
    const LONG: Duration = Duration::from_secs(60);

    /// Whether a peer that sends that many bytes, each after a pause, gets rid of all of them.
    async fn is_taken(limits: LingerLimits, pieces: usize, pause: Duration) -> bool {
        let (mut peer, stream) = duplex(64);
        let send = async {
            for _ in 0..pieces {
                tokio::time::sleep(pause).await;
                peer.write_all(&[7; 100]).await?;
            }
            drop(peer);
            Ok::<_, std::io::Error>(())
        };
        let (sent, ()) = tokio::join!(send, drain(stream, limits));
        sent.is_ok()
    }

    #[tokio::test]
    async fn what_comes_is_dropped_within_bounds_of_bytes_and_time() {
        let limits = LingerLimits { within: LONG, pause: LONG, bytes: 10_000 };
        assert!(is_taken(limits, 100, Duration::ZERO).await);
        assert!(!is_taken(limits, 200, Duration::ZERO).await, "no more than that is read");
        let slow = LingerLimits { pause: SHORT * 10, ..limits };
        assert!(is_taken(slow, 15, SHORT).await, "pieces may come one after the other");
        let brief = LingerLimits { within: SHORT * 4, ..limits };
        assert!(!is_taken(brief, 40, SHORT).await, "but not for ever");

        let (silent, stream) = duplex(64);
        drain(stream, LingerLimits { pause: SHORT, ..limits }).await;
        drop(silent);
    }
}

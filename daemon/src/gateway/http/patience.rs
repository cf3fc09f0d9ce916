//! A stream whose peer has to read: where a reply is not taken within its time, writing fails, so that a client which
//! stops reading, or reads byte by byte, cannot keep a connection.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep};

/// A stream with a limit for how long one piece may take to be written.
#[derive(Debug)]
pub(super) struct Patient<S> {
    stream: S,
    within: Duration,
    /// Runs while a piece is not written whole.
    deadline: Pin<Box<Sleep>>,
    is_late: bool,
}

impl<S> Patient<S> {
    pub(super) fn new(stream: S, within: Duration) -> Self {
        Self { stream, within, deadline: Box::pin(tokio::time::sleep(within)), is_late: false }
    }

    /// What came of an attempt to write `wanted` bytes.
    fn judge(
        &mut self,
        context: &mut Context<'_>,
        wanted: usize,
        written: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        if matches!(written, Poll::Ready(Ok(count)) if count >= wanted) {
            self.is_late = false;
            return written;
        }
        if !self.is_late {
            self.is_late = true;
            let until = Instant::now() + self.within;
            self.deadline.as_mut().reset(until);
        }
        if self.deadline.as_mut().poll(context).is_ready() {
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        written
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Patient<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Patient<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.judge(context, bytes.len(), written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let wanted = slices.iter().map(|slice| slice.len()).sum();
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.judge(context, wanted, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};

    use super::*;

    /// Long enough for a busy machine to read what is there, short enough to wait for.
    const WITHIN: Duration = Duration::from_millis(60);

    #[tokio::test]
    async fn a_peer_that_never_reads_is_given_up() {
        let (stream, _peer) = duplex(8);
        let error = Patient::new(stream, WITHIN).write_all(&[0; 64]).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }

    #[tokio::test]
    async fn a_peer_that_reads_byte_by_byte_gets_no_more_time() {
        let (stream, mut peer) = duplex(1);
        let dribble = async {
            while peer.read_u8().await.is_ok() {
                tokio::time::sleep(WITHIN / 10).await;
            }
        };
        let write = async { Patient::new(stream, WITHIN).write_all(&[0; 64]).await };
        let (written, ()) = tokio::join!(write, dribble);
        assert_eq!(written.unwrap_err().kind(), io::ErrorKind::TimedOut);
    }

    #[tokio::test]
    async fn a_peer_that_reads_may_take_pauses_between_pieces() {
        let (stream, mut peer) = duplex(64);
        let mut patient = Patient::new(stream, WITHIN);
        for _ in 0..2 {
            patient.write_all(&[7; 16]).await.unwrap();
            tokio::time::sleep(WITHIN * 2).await;
            peer.read_exact(&mut [0; 16]).await.unwrap();
        }
    }
}

//! Framing on the Unix socket: length-delimited JSON, at most 1 MiB a frame, used by both sides. The daemon's side
//! withstands hostile peers: other users are turned away, a frame must be complete within ten seconds, and deadlines
//! are clamped before any arithmetic.

use std::io;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use serde::de::DeserializeOwned;
use tarpc::serde_transport::{self, Transport};
use tarpc::{ClientMessage, Response};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::UnixStream;
use tokio::time::Sleep;
use tokio_util::bytes::{Bytes, BytesMut};
use tokio_util::codec::{Framed, LengthDelimitedCodec};

use crate::error::{ApiError, ErrorCode};
use crate::paths::Paths;
use crate::service::{
    DemoscopeClient, DemoscopeRequest, DemoscopeResponse, Hello, VERSIONS, Welcome,
};

/// The largest frame that either side sends or accepts.
pub const FRAME_BYTES_MAX: usize = 1 << 20;

/// The longest deadline that the daemon grants a call.
pub const DEADLINE_MAX: Duration = Duration::from_mins(2);

/// Time limit for a peer to greet, to complete a frame, or to read a response.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// Time limit for a greeting; after it the daemon counts as unreachable.
const GREETING: Duration = Duration::from_secs(5);

/// A connection to the daemon after the greeting.
#[derive(Clone, Debug)]
pub struct Connection {
    /// The client stub for the calls.
    pub client: DemoscopeClient,
    /// The daemon's response to the greeting.
    pub welcome: Welcome,
}

/// A context with a deadline that far away.
#[must_use]
pub fn within(time: Duration) -> tarpc::context::Context {
    let mut context = tarpc::context::current();
    context.deadline = Instant::now() + time;
    context
}

/// Converts the failure of a call itself into the error that clients show.
#[must_use]
pub fn call_failed(error: &tarpc::client::RpcError) -> ApiError {
    use tarpc::client::RpcError;
    match error {
        RpcError::DeadlineExceeded => {
            ApiError::new(ErrorCode::Unreachable, "The daemon did not answer in time")
                .hint("Look at `demoscope daemon status` and at its log")
        }
        _ => ApiError::new(ErrorCode::Unreachable, "The connection to the daemon was lost")
            .hint("Try again, or look at `demoscope daemon status`; studies go on by themselves"),
    }
}

/// Connects and greets. Needs a tokio runtime.
///
/// # Errors
/// `Unreachable` when no daemon answers at the socket, `Incompatible` when client and daemon share no version.
pub async fn connect(paths: &Paths) -> Result<Connection, ApiError> {
    paths.check_socket()?;
    let stream = UnixStream::connect(&paths.socket).await.map_err(|error| {
        ApiError::new(
            ErrorCode::Unreachable,
            format!("No daemon answers at {}: {error}", paths.socket.display()),
        )
        .because(&error)
        .hint("Start one with `demoscope daemon start`")
    })?;
    let transport = serde_transport::new(Framed::new(stream, frames()), ClientCodec);
    let client = DemoscopeClient::new(tarpc::client::Config::default(), transport).spawn();
    let hello = Hello {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        protocol_min: VERSIONS.0,
        protocol_max: VERSIONS.1,
    };
    let welcome = client.hello(within(GREETING), hello).await.map_err(|error| {
        call_failed(&error)
            .hint("Restart it if it is of another version: `demoscope daemon stop`, then `start`")
    })??;
    Ok(Connection { client, welcome })
}

/// The daemon's transport to one peer.
pub type ServerTransport = Transport<
    PatientStream,
    ClientMessage<DemoscopeRequest>,
    Response<DemoscopeResponse>,
    ServerCodec,
>;

/// The daemon's end of an accepted connection; the caller sets `greeted` once `hello` has passed.
#[must_use]
pub fn accept(stream: UnixStream) -> (ServerTransport, Arc<AtomicBool>) {
    let greeted = Arc::new(AtomicBool::new(false));
    let stream = PatientStream {
        inner: stream,
        greeted: Arc::clone(&greeted),
        meter: FrameMeter::default(),
        reading: None,
        writing: None,
    };
    (serde_transport::new(Framed::new(stream, frames()), ServerCodec), greeted)
}

/// Whether the peer runs as the same user as this process.
///
/// # Errors
/// When the system does not provide the peer's user.
pub fn is_same_user(stream: &UnixStream) -> io::Result<bool> {
    Ok(stream.peer_cred()?.uid() == rustix::process::geteuid().as_raw())
}

/// Creates a folder that only this user can access, if it does not exist. An existing one keeps its permissions.
///
/// # Errors
/// When it cannot be created or is not a folder.
pub fn make_folder(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// Creates a folder that only this user can access (for the socket, for logs), and checks that it is one.
///
/// # Errors
/// When it cannot be created, is a link, or belongs to another user.
pub fn make_private_folder(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let found = std::fs::symlink_metadata(folder)?;
    if !found.is_dir() || found.uid() != rustix::process::geteuid().as_raw() {
        return Err(io::Error::new(
            io::ErrorKind::PermissionDenied,
            format!("{} is not a folder of ours", folder.display()),
        ));
    }
    if found.permissions().mode() & 0o077 != 0 {
        std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700))?;
    }
    Ok(())
}

fn frames() -> LengthDelimitedCodec {
    LengthDelimitedCodec::builder().max_frame_length(FRAME_BYTES_MAX).new_codec()
}

/// JSON codec that parses a whole frame at once: a page of answers is large, and parsing byte by byte takes three times
/// as long.
#[derive(Debug)]
struct ClientCodec;

impl tokio_serde::Serializer<ClientMessage<DemoscopeRequest>> for ClientCodec {
    type Error = io::Error;

    fn serialize(
        self: Pin<&mut Self>,
        item: &ClientMessage<DemoscopeRequest>,
    ) -> io::Result<Bytes> {
        Ok(serde_json::to_vec(item)?.into())
    }
}

impl tokio_serde::Deserializer<Response<DemoscopeResponse>> for ClientCodec {
    type Error = io::Error;

    fn deserialize(
        self: Pin<&mut Self>,
        frame: &BytesMut,
    ) -> io::Result<Response<DemoscopeResponse>> {
        Ok(serde_json::from_slice(frame)?)
    }
}

/// JSON codec that clamps every deadline before it becomes an instant: one that is centuries away would overflow there.
#[derive(Debug)]
pub struct ServerCodec;

impl tokio_serde::Serializer<Response<DemoscopeResponse>> for ServerCodec {
    type Error = io::Error;

    fn serialize(self: Pin<&mut Self>, item: &Response<DemoscopeResponse>) -> io::Result<Bytes> {
        Ok(serde_json::to_vec(item)?.into())
    }
}

impl<T: DeserializeOwned> tokio_serde::Deserializer<T> for ServerCodec {
    type Error = io::Error;

    fn deserialize(self: Pin<&mut Self>, frame: &BytesMut) -> io::Result<T> {
        let mut message: serde_json::Value = serde_json::from_slice(frame)?;
        if message.get("Request").is_some_and(|request| {
            !request.get("context").is_some_and(serde_json::Value::is_object)
        }) {
            // The same message encoded as a list would bypass the clamp.
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "a request is an object with a context",
            ));
        }
        if let Some(deadline) = message.pointer_mut("/Request/context/deadline") {
            let longest = DEADLINE_MAX.as_secs();
            if deadline
                .get("secs")
                .and_then(serde_json::Value::as_u64)
                .is_none_or(|secs| secs >= longest)
            {
                *deadline = serde_json::json!({ "secs": longest, "nanos": 0 });
            }
        }
        Ok(serde_json::from_value(message)?)
    }
}

/// Tracks the length prefixes in a stream of bytes, to know whether a frame is incomplete.
#[derive(Debug, Default)]
struct FrameMeter {
    prefix: [u8; 4],
    prefix_len: usize,
    body_left: usize,
}

impl FrameMeter {
    fn feed(&mut self, mut bytes: &[u8]) {
        while let Some((first, rest)) = bytes.split_first() {
            if self.body_left > 0 {
                let taken = self.body_left.min(bytes.len());
                self.body_left -= taken;
                bytes = &bytes[taken..];
                continue;
            }
            self.prefix[self.prefix_len] = *first;
            self.prefix_len += 1;
            bytes = rest;
            if self.prefix_len == self.prefix.len() {
                self.prefix_len = 0;
                self.body_left = u32::from_be_bytes(self.prefix) as usize;
            }
        }
    }

    fn is_mid_frame(&self) -> bool {
        self.prefix_len > 0 || self.body_left > 0
    }
}

/// A socket that is closed when its peer stalls: before the greeting, within a frame, or while a response waits to be
/// read. Between frames a greeted peer may be silent for any time, at no cost.
#[derive(Debug)]
pub struct PatientStream {
    inner: UnixStream,
    greeted: Arc<AtomicBool>,
    meter: FrameMeter,
    reading: Option<Pin<Box<Sleep>>>,
    writing: Option<Pin<Box<Sleep>>>,
}

/// Returns an error once the time is up; the first call starts the clock.
fn out_of_patience(clock: &mut Option<Pin<Box<Sleep>>>, cx: &mut Context<'_>) -> Poll<io::Error> {
    let clock = clock.get_or_insert_with(|| Box::pin(tokio::time::sleep(PATIENCE)));
    clock.as_mut().poll(cx).map(|()| io::Error::new(io::ErrorKind::TimedOut, "the peer stalled"))
}

impl AsyncRead for PatientStream {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buffer.filled().len();
        let polled = Pin::new(&mut this.inner).poll_read(cx, buffer);
        let was_mid_frame = this.meter.is_mid_frame();
        let arrived = &buffer.filled()[before..];
        this.meter.feed(arrived);
        // Bytes that complete or begin a frame restart the clock; bytes that only continue one do not.
        let progress = !this.meter.is_mid_frame() || (!was_mid_frame && !arrived.is_empty());
        if progress && this.greeted.load(Ordering::Relaxed) {
            this.reading = None;
        }
        match polled {
            Poll::Ready(done) => Poll::Ready(done),
            Poll::Pending if !this.meter.is_mid_frame() && this.greeted.load(Ordering::Relaxed) => {
                Poll::Pending
            }
            Poll::Pending => out_of_patience(&mut this.reading, cx).map(Err),
        }
    }
}

impl AsyncWrite for PatientStream {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        match Pin::new(&mut this.inner).poll_write(cx, bytes) {
            Poll::Ready(done) => {
                this.writing = None;
                Poll::Ready(done)
            }
            Poll::Pending => out_of_patience(&mut this.writing, cx).map(Err),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::FrameMeter;

    #[test]
    fn the_meter_knows_when_a_frame_is_under_way() {
        let mut meter = FrameMeter::default();
        for (bytes, mid_frame) in [
            (&[0u8, 0][..], true),
            (&[0, 2, b'{'], true),
            (b"}", false),
            (&[0, 0, 0, 0], false),
            (&[0, 0, 0, 1, b'x', 0], true),
        ] {
            meter.feed(bytes);
            assert_eq!(meter.is_mid_frame(), mid_frame, "after {bytes:?}");
        }
    }
}

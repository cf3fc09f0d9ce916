//! Replies that are written past hyper, where it says nothing or says it without a body: a connection for which there is no
//! place, a head that does not come, a request that its parser refuses. They are in the envelope of the door that the path names,
//! and in our own where no path has come.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::http::{HeaderMap, StatusCode};
use futures::FutureExt as _;
use http_body_util::BodyExt as _;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, ReadBuf};

use super::door::Door;
use super::refusal::Refusal;
use super::reply;
use super::request_id::{self, RequestId};
use crate::world::World;

/// How long a peer that was refused is read from: a connection that is closed with bytes unread is reset, and with it the reply.
const LINGER: Duration = Duration::from_millis(250);

/// A whole reply in our own envelope.
fn reply(refusal: &Refusal, world: &World) -> Vec<u8> {
    let id = RequestId::of(&HeaderMap::new(), world);
    let body = super::own::worded(refusal, &id);
    whole(refusal.status, refusal, &id, body)
}

/// A whole reply in the words of a door.
pub(super) fn reply_of(door: &Door, refusal: &Refusal, world: &World) -> Vec<u8> {
    let id = RequestId::of(&HeaderMap::new(), world);
    let said = (door.refuse)(refusal, &id);
    let status = said.status();
    match said.into_body().collect().now_or_never() {
        Some(Ok(body)) => whole(status, refusal, &id, body.to_bytes().to_vec()),
        // What is not there at once is not waited for here.
        Some(Err(_)) | None => reply(refusal, world),
    }
}

/// The path that the beginning of a request names, if it does.
pub(super) fn path(head: &[u8]) -> Option<&str> {
    let line = head.split(|byte| *byte == b'\n').next()?;
    let target = std::str::from_utf8(line).ok()?.split(' ').nth(1)?;
    target.split('?').next()
}

fn whole(status: StatusCode, refusal: &Refusal, id: &RequestId, body: Vec<u8>) -> Vec<u8> {
    let mut head = format!("HTTP/1.1 {status}\r\n");
    let always = reply::ALWAYS.iter().map(|(name, value)| (name, *value));
    for (name, value) in always {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    for (name, value) in &refusal.headers {
        head.push_str(&format!("{name}: {}\r\n", value.to_str().unwrap_or_default()));
    }
    head.push_str(&format!("{}: {id}\r\n", request_id::HEADER));
    head.push_str("content-type: application/json\r\n");
    head.push_str(&format!("content-length: {}\r\n\r\n", body.len()));
    [head.into_bytes(), body].concat()
}

/// Says why a connection is closed, with a whole reply.
pub(super) async fn say(mut stream: impl AsyncRead + AsyncWrite + Unpin, reply: &[u8]) {
    if stream.write_all(reply).await.is_err() || stream.shutdown().await.is_err() {
        return;
    }
    let mut rest = [0; 4 * 1024];
    let read = async { while matches!(stream.read(&mut rest).await, Ok(1..)) {} };
    drop(tokio::time::timeout(LINGER, read).await);
}

/// A stream on which the parser's own replies, a status without a body, are put in words.
///
/// hyper writes them by itself and has no hook for them. They are told apart by what every reply of ours has, the id of the
/// request. One that follows another reply in the same piece, as it can on a pipelined connection, stays as it is.
pub(super) struct Worded<S, W> {
    stream: S,
    words: W,
    /// What was read first since the last reply: the beginning of a request.
    head: Vec<u8>,
    is_next_the_head: bool,
    instead: Option<Instead>,
    has_spoken: bool,
}

/// Bytes of the beginning of a request that may name its path.
pub(super) const PATH_MAX: usize = 512;

/// What is written instead of a piece.
#[derive(Debug)]
struct Instead {
    bytes: Vec<u8>,
    written: usize,
}

impl<S, W> Worded<S, W> {
    /// A stream whose refusals are worded by what the beginning of a request names: a whole reply for each.
    pub(super) fn new(stream: S, words: W) -> Self {
        let (head, instead) = (Vec::new(), None);
        Self { stream, words, head, is_next_the_head: true, instead, has_spoken: false }
    }

    /// Whether the parser has said anything.
    pub(super) const fn has_spoken(&self) -> bool {
        self.has_spoken
    }
}

impl<S, W: Fn(&[u8], &Refusal) -> Vec<u8>> Worded<S, W> {
    /// A whole reply to the request that has begun to arrive.
    pub(super) fn refused(&self, refusal: &Refusal) -> Vec<u8> {
        (self.words)(&self.head, refusal)
    }
}

impl<S: AsyncWrite + Unpin, W: Fn(&[u8], &Refusal) -> Vec<u8>> Worded<S, W> {
    /// Writes what stands instead of a piece of the parser's; none for any other piece. Whoever wrote the piece is told that it
    /// was written whole.
    fn write_instead(
        &mut self,
        context: &mut Context<'_>,
        piece: &[u8],
    ) -> Option<Poll<io::Result<usize>>> {
        if self.instead.is_none() {
            let refusal = Refusal::malformed(parser_refused(piece)?);
            self.instead = Some(Instead { bytes: self.refused(&refusal), written: 0 });
            self.has_spoken = true;
        }
        Some(self.go_on(context).map_ok(|()| piece.len()))
    }

    fn go_on(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while let Some(Instead { bytes, written }) = &mut self.instead {
            let rest = bytes.get(*written..).unwrap_or_default();
            if rest.is_empty() {
                self.instead = None;
                break;
            }
            match ready!(Pin::new(&mut self.stream).poll_write(context, rest)) {
                Ok(0) => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                Ok(count) => *written = written.saturating_add(count),
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
        Poll::Ready(Ok(()))
    }
}

/// The status of a piece that is a reply of hyper's own: a head alone, with a status that its parser gives, and without the
/// header that every reply of ours has.
fn parser_refused(piece: &[u8]) -> Option<StatusCode> {
    let status = piece.strip_prefix(b"HTTP/1.")?.get(2..5)?;
    let status = StatusCode::from_bytes(status).ok()?;
    let is_the_parsers = matches!(
        status,
        StatusCode::BAD_REQUEST
            | StatusCode::URI_TOO_LONG
            | StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE
    );
    let name = request_id::HEADER;
    let holds = |part: &[u8]| piece.windows(part.len()).any(|window| window == part);
    (is_the_parsers && piece.ends_with(b"\r\n\r\n") && !holds(name.as_str().as_bytes()))
        .then_some(status)
}

impl<S: AsyncRead + Unpin, W: Unpin> AsyncRead for Worded<S, W> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(context, buffer))?;
        let read = buffer.filled().get(before..).unwrap_or_default();
        if std::mem::take(&mut self.is_next_the_head) {
            self.head.clear();
        }
        let room = PATH_MAX.saturating_sub(self.head.len());
        self.head.extend(read.iter().take(room));
        Poll::Ready(Ok(()))
    }
}

impl<S, W> AsyncWrite for Worded<S, W>
where
    S: AsyncWrite + Unpin,
    W: Fn(&[u8], &Refusal) -> Vec<u8> + Unpin,
{
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.is_next_the_head = true;
        if let Some(written) = self.write_instead(context, bytes) {
            return written;
        }
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.is_next_the_head = true;
        let mut full = slices.iter().filter(|slice| !slice.is_empty());
        if let (Some(only), None) = (full.next(), full.next())
            && let Some(written) = self.write_instead(context, only)
        {
            return written;
        }
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
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
    use tokio::io::duplex;

    use super::*;

    async fn heard(pieces: &[&[u8]]) -> String {
        // So little room that no piece goes through at once.
        let (stream, mut peer) = duplex(7);
        let world = World::system();
        let mut stream = Worded::new(stream, |_: &[u8], refusal: &Refusal| reply(refusal, &world));
        let write = async {
            for piece in pieces {
                stream.write_all(piece).await.unwrap();
            }
            drop(stream);
        };
        let mut heard = String::new();
        let ((), read) = tokio::join!(write, peer.read_to_string(&mut heard));
        read.unwrap();
        heard
    }

    #[test]
    fn what_has_arrived_of_a_head_names_the_door() {
        assert_eq!(path(b"POST /v1/evaluate?x=1 HTTP/1.1\r\nhost: a\r\n"), Some("/v1/evaluate"));
        assert_eq!(path(b"GET /api/v1/bal"), Some("/api/v1/bal"));
        for head in [b"GET".as_slice(), b"", b"\xff\xfe / HTTP/1.1\r\n"] {
            assert_eq!(path(head), None, "{head:?}");
        }
        let world = World::system();
        for (door, wanted) in [
            (crate::gateway::http::instantfocus::DOOR, "\"ok\":false"),
            (crate::gateway::http::own::DOOR, "\"request_id\""),
        ] {
            let said = String::from_utf8(reply_of(&door, &Refusal::no_place(), &world)).unwrap();
            assert!(said.starts_with("HTTP/1.1 503 ") && said.contains(wanted), "{said}");
            assert!(said.contains("retry-after: ") && said.contains("x-request-id: "), "{said}");
        }
    }

    #[tokio::test]
    async fn the_words_are_those_of_the_door_that_the_request_names() {
        let (stream, mut peer) = duplex(4_096);
        let words = |head: &[u8], _: &Refusal| path(head).unwrap_or("none").as_bytes().to_vec();
        let mut stream = Worded::new(stream, words);
        let own = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\n\r\n";
        let mut heard = [0; 256];
        for request in ["GET /v1/jobs/1 HTTP/1.1\r\na: b\r\n", "POST /api/v1/evaluate HTTP/1.1\r\n"]
        {
            // The path can come in two pieces.
            let (first, second) = request.split_at(9);
            for piece in [first, second] {
                peer.write_all(piece.as_bytes()).await.unwrap();
                let read = stream.read(&mut heard).await.unwrap();
                assert_eq!(&heard[..read], piece.as_bytes());
            }
            stream.write_all(own).await.unwrap();
            let read = peer.read(&mut heard).await.unwrap();
            let named = request.split(' ').nth(1).unwrap();
            assert_eq!(std::str::from_utf8(&heard[..read]).unwrap(), named);
        }
    }

    #[tokio::test]
    async fn what_the_parser_says_gets_words_and_everything_else_stays() {
        let own = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\n\r\n";
        let said = heard(&[own]).await;
        assert!(said.starts_with("HTTP/1.1 431 Request Header Fields Too Large\r\n"), "{said}");
        assert!(said.contains("connection: close\r\n"), "{said}");
        let (_, body) = said.split_once("\r\n\r\n").unwrap();
        let body: serde_json::Value = serde_json::from_str(body).unwrap();
        assert_eq!(body["error"]["code"], "head_too_large");
        let id = body["error"]["request_id"].as_str().unwrap();
        assert!(said.contains(&format!("x-request-id: {id}\r\n")), "{said}");
        for ours in [
            "HTTP/1.1 400 Bad Request\r\nx-request-id: a\r\ncontent-length: 0\r\n\r\n",
            "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
            "HTTP/1.1 400 Bad Request\r\ncontent-length: 1\r\n\r\na",
            "400",
        ] {
            assert_eq!(heard(&[ours.as_bytes(), b"!"]).await, format!("{ours}!"));
        }
    }
}

//! A raw client of the HTTP listener: whole requests as text, from any address of this machine, so that it can break the
//! rules of HTTP where a library would keep them.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use protocol::key::{Dialect, KeyCaps, KeyScope, NewKey};
use serde_json::Value;

use crate::{Home, Link};

/// A connection to the listener.
#[derive(Debug)]
pub struct Wire(TcpStream);

/// A reply, whole.
#[derive(Clone, Debug, PartialEq)]
pub struct HttpReply {
    /// Its status.
    pub status: u16,
    /// Its head, as it came.
    pub head: String,
    /// Its body.
    pub body: String,
}

impl HttpReply {
    /// Its body as JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

/// Where the daemon of that home listens.
///
/// # Panics
/// When it does not.
#[must_use]
pub fn address(link: &Link) -> SocketAddr {
    let told = link.status().unwrap().http.unwrap();
    told.strip_prefix("http://").unwrap().parse().unwrap()
}

/// A fresh key.
///
/// # Panics
/// When none is made.
#[must_use]
pub fn key(home: &Home, dialect: Dialect, scope: KeyScope) -> String {
    let caps = KeyCaps::default();
    let new = NewKey { dialect, scope, name: None, engine: None, caps, allow_private: false };
    home.link().create_key(new).unwrap().key
}

/// A request as text, with a Host and, where there is a body, its length and type.
#[must_use]
pub fn request(method: &str, path: &str, key: Option<&str>, body: &str) -> String {
    let key = key.map(|key| format!("Authorization: Bearer {key}\r\n")).unwrap_or_default();
    let kind = match body {
        "" => String::new(),
        body => format!("Content-Type: application/json\r\nContent-Length: {}\r\n", body.len()),
    };
    format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\n{key}{kind}\r\n{body}")
}

impl Wire {
    /// Connects.
    ///
    /// # Panics
    /// When nobody listens.
    #[must_use]
    pub fn open(address: SocketAddr) -> Self {
        Self(TcpStream::connect(address).unwrap())
    }

    /// Connects from that address of this machine.
    ///
    /// # Panics
    /// As [`Wire::open`].
    #[must_use]
    pub fn open_from(address: SocketAddr, from: [u8; 4]) -> Self {
        use rustix::net::{AddressFamily, SocketType, bind, connect, socket};
        let made = socket(AddressFamily::INET, SocketType::STREAM, None).unwrap();
        bind(&made, &SocketAddr::from((from, 0))).unwrap();
        connect(&made, &address).unwrap();
        Self(TcpStream::from(made))
    }

    /// A connection on which a request was sent otherwise.
    #[must_use]
    pub fn over(stream: TcpStream) -> Self {
        Self(stream)
    }

    /// The connection itself.
    #[must_use]
    pub fn into_stream(self) -> TcpStream {
        self.0
    }

    /// Sends text as it is. It is no error when the daemon has closed the connection.
    pub fn send(&mut self, text: &str) -> &mut Self {
        drop(self.0.write_all(text.as_bytes()));
        self
    }

    /// The next reply; none when the connection is closed without one.
    ///
    /// # Panics
    /// When there is none within that time, or it cannot be read.
    pub fn hear(&mut self, within: Duration) -> Option<HttpReply> {
        self.0.set_read_timeout(Some(within)).unwrap();
        let mut bytes = Vec::new();
        let head = loop {
            if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
                break String::from_utf8(bytes.drain(..end + 4).collect()).unwrap();
            }
            if !self.more(&mut bytes) {
                return None;
            }
        };
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let length = head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().unwrap())
        });
        while bytes.len() < length.unwrap_or(0_usize) && self.more(&mut bytes) {}
        if head.to_ascii_lowercase().contains("\r\ntransfer-encoding: chunked\r\n") {
            while !bytes.ends_with(b"0\r\n\r\n") && self.more(&mut bytes) {}
            bytes = without_chunks(&bytes);
        }
        Some(HttpReply { status, head, body: String::from_utf8(bytes).unwrap() })
    }

    /// Whether the daemon closes the connection within that time.
    pub fn is_cut(&mut self, within: Duration) -> bool {
        self.0.set_read_timeout(Some(within)).unwrap();
        let mut bytes = Vec::new();
        while self.more(&mut bytes) {}
        let mut byte = [0];
        !matches!(self.0.read(&mut byte), Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut))
    }

    /// Reads on; false at the end of the connection.
    fn more(&mut self, bytes: &mut Vec<u8>) -> bool {
        let mut some = [0; 16 * 1024];
        match self.0.read(&mut some) {
            Ok(0) => false,
            Ok(count) => {
                bytes.extend_from_slice(&some[..count]);
                true
            }
            Err(error) => match error.kind() {
                ErrorKind::ConnectionReset | ErrorKind::BrokenPipe => false,
                ErrorKind::WouldBlock | ErrorKind::TimedOut => false,
                other => panic!("the connection failed: {other}"),
            },
        }
    }
}

/// A body without the sizes of its chunks.
fn without_chunks(mut bytes: &[u8]) -> Vec<u8> {
    let mut whole = Vec::new();
    while let Some(end) = bytes.windows(2).position(|two| two == b"\r\n") {
        let size = std::str::from_utf8(&bytes[..end]).unwrap();
        let size = usize::from_str_radix(size, 16).unwrap();
        if size == 0 {
            break;
        }
        whole.extend_from_slice(&bytes[end + 2..end + 2 + size]);
        bytes = &bytes[end + 2 + size + 2..];
    }
    whole
}

/// Sends one request on a connection of its own.
///
/// # Panics
/// When it is not answered.
#[must_use]
pub fn ask(address: SocketAddr, request: &str) -> HttpReply {
    Wire::open(address).send(request).hear(crate::wait::BOUND).unwrap()
}

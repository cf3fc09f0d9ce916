//! Raw socket client: it can send any bytes, and builds frames without the protocol's code, so that it can violate the
//! rules.

use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use serde_json::{Value, json};

use crate::Home;

/// A raw connection.
#[derive(Debug)]
pub struct Raw(UnixStream);

/// The result of reading.
#[derive(Clone, Debug, PartialEq)]
pub enum Heard {
    /// A whole frame.
    Frame(Value),
    /// The daemon closed the connection.
    Cut,
    /// No data within the time.
    Silence,
}

impl Raw {
    /// Connects without a greeting.
    ///
    /// # Errors
    /// When the socket does not accept connections.
    pub fn connect(home: &Home) -> io::Result<Self> {
        UnixStream::connect(home.paths().socket).map(Self)
    }

    /// Sends bytes unchanged. It is not an error when the daemon has already closed the connection.
    pub fn send(&mut self, bytes: &[u8]) -> &mut Self {
        // The daemon may close the connection while invalid bytes are sent.
        drop(self.0.write_all(bytes));
        self
    }

    /// Sends bytes with a length prefix.
    pub fn frame(&mut self, body: &[u8]) -> &mut Self {
        let length = u32::try_from(body.len()).unwrap();
        self.send(&length.to_be_bytes()).send(body)
    }

    /// Sends a call.
    pub fn call(&mut self, id: u64, call: &Value) -> &mut Self {
        self.frame(&serde_json::to_vec(&request(id, call)).unwrap())
    }

    /// Greets with a range of versions.
    pub fn hello(&mut self, oldest: u16, newest: u16) -> &mut Self {
        let hello = json!({ "version": "0", "protocol_min": oldest, "protocol_max": newest });
        self.call(0, &json!({ "Hello": { "hello": hello } }))
    }

    /// Reads a frame within that time.
    ///
    /// # Panics
    /// When the socket fails other than by being closed or silent.
    pub fn hear(&mut self, at_most: Duration) -> Heard {
        self.0.set_read_timeout(Some(at_most)).unwrap();
        let mut prefix = [0; 4];
        let mut body = Vec::new();
        let heard = self.0.read_exact(&mut prefix).and_then(|()| {
            body.resize(u32::from_be_bytes(prefix) as usize, 0);
            self.0.read_exact(&mut body)
        });
        match heard.map_err(|error| error.kind()) {
            Ok(()) => Heard::Frame(serde_json::from_slice(&body).unwrap()),
            Err(ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset | ErrorKind::BrokenPipe) => {
                Heard::Cut
            }
            Err(ErrorKind::WouldBlock | ErrorKind::TimedOut) => Heard::Silence,
            Err(other) => panic!("the socket failed: {other}"),
        }
    }

    /// Closes the sending side.
    pub fn close_sending(&mut self) -> &mut Self {
        // A closed connection cannot be shut down again.
        drop(self.0.shutdown(std::net::Shutdown::Write));
        self
    }
}

/// A call in its wire form, with a deadline of ten seconds.
#[must_use]
pub fn request(id: u64, call: &Value) -> Value {
    json!({ "Request": {
        "context": {
            "deadline": { "secs": 10, "nanos": 0 },
            "trace_context": { "trace_id": vec![0; 16], "span_id": 0, "sampling_decision": "Unsampled" },
        },
        "id": id,
        "message": call,
    } })
}

//! The socket without any manners: a client that can send anything, and that knows what a frame looks like only well
//! enough to bend it.

use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use serde_json::{Value, json};

use crate::Home;

/// A bare connection.
#[derive(Debug)]
pub struct Raw(UnixStream);

/// What came of reading.
#[derive(Clone, Debug, PartialEq)]
pub enum Heard {
    /// A whole frame.
    Frame(Value),
    /// The daemon closed the connection.
    Cut,
    /// Nothing, for as long as was waited.
    Silence,
}

impl Raw {
    /// Connects without a word.
    ///
    /// # Errors
    /// When nobody listens.
    pub fn connect(home: &Home) -> io::Result<Self> {
        UnixStream::connect(home.paths().socket).map(Self)
    }

    /// Sends bytes as they are. That the daemon has closed the connection already is no fault of the sender.
    pub fn send(&mut self, bytes: &[u8]) -> &mut Self {
        // Whoever sends rubbish may be cut off while he does.
        drop(self.0.write_all(bytes));
        self
    }

    /// Sends bytes with their length before them.
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

    /// Reads a frame, for at most that long.
    ///
    /// # Panics
    /// When the socket fails in any other way than by being closed or silent.
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

    /// Tells the daemon that nothing more will come.
    pub fn close_sending(&mut self) -> &mut Self {
        // A connection that was cut cannot be closed once more.
        drop(self.0.shutdown(std::net::Shutdown::Write));
        self
    }
}

/// A call as it travels, with a deadline of ten seconds.
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

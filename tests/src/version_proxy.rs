//! Proxy daemon of another version. It listens on the socket of one home, forwards every frame to the real daemon of
//! another home, and changes only the greeting: the daemon's version, or the client's protocol range. So the refusals
//! are the product's own messages.

use std::io::{self, Read, Write};
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use serde_json::{Value, json};

use crate::Home;

/// The change to the greeting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Greeting {
    /// None.
    Itself,
    /// The daemon reports this version with the same protocol.
    Version(String),
    /// The client supports these protocols only, oldest and newest: the daemon's version is then before or after them.
    Protocols(u16, u16),
}

/// A proxy daemon. Dropping it closes every connection.
#[derive(Debug)]
pub struct Guise {
    socket: PathBuf,
    open: Arc<Mutex<Vec<UnixStream>>>,
}

impl Guise {
    /// Listens on the socket of a home without a daemon, for the daemon of another home.
    #[must_use]
    pub fn new(at: &Home, of: &Home, greeting: Greeting) -> Self {
        let socket = at.paths().socket;
        std::fs::create_dir_all(at.paths().runtime).unwrap();
        // A killed daemon leaves its socket file; without one there is nothing to remove.
        drop(std::fs::remove_file(&socket));
        let listener = UnixListener::bind(&socket).unwrap();
        let open = Arc::new(Mutex::new(Vec::new()));
        let (behind, held) = (of.paths().socket, Arc::clone(&open));
        drop(thread::spawn(move || {
            for client in listener.incoming() {
                // If the real daemon is gone, the client's connection is closed, as by a daemon that is ending.
                let (Ok(client), Ok(daemon)) = (client, UnixStream::connect(&behind)) else {
                    return;
                };
                drop(serve(&client, &daemon, &greeting, &held));
            }
        }));
        Self { socket, open }
    }
}

impl Drop for Guise {
    fn drop(&mut self) {
        drop(std::fs::remove_file(&self.socket));
        for stream in self.open.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            // The other side may have closed first.
            drop(stream.shutdown(Shutdown::Both));
        }
    }
}

/// Forwards frames in both directions, in two threads that end with the connection.
fn serve(
    client: &UnixStream,
    daemon: &UnixStream,
    greeting: &Greeting,
    held: &Mutex<Vec<UnixStream>>,
) -> io::Result<()> {
    held.lock()
        .unwrap_or_else(PoisonError::into_inner)
        .extend([client.try_clone()?, daemon.try_clone()?]);
    for (from, to) in [(client, daemon), (daemon, client)] {
        let (mut from, mut to, greeting) = (from.try_clone()?, to.try_clone()?, greeting.clone());
        drop(thread::spawn(move || {
            // If either side closes, both are closed.
            drop(hand_on(&mut from, &mut to, &greeting));
            drop(to.shutdown(Shutdown::Both));
            drop(from.shutdown(Shutdown::Both));
        }));
    }
    Ok(())
}

/// Forwards the changed greeting, then everything else unchanged.
fn hand_on(from: &mut UnixStream, to: &mut UnixStream, greeting: &Greeting) -> io::Result<()> {
    let mut prefix = [0; 4];
    from.read_exact(&mut prefix)?;
    let mut body = vec![0; u32::from_be_bytes(prefix) as usize];
    from.read_exact(&mut body)?;
    let mut frame: Value = serde_json::from_slice(&body)?;
    match greeting {
        Greeting::Itself => {}
        Greeting::Version(version) => {
            if let Some(told) = frame.pointer_mut("/message/Ok/Hello/Ok/version") {
                *told = json!(version);
            }
        }
        Greeting::Protocols(oldest, newest) => {
            if let Some(hello) = frame.pointer_mut("/Request/message/Hello/hello") {
                hello["protocol_min"] = json!(oldest);
                hello["protocol_max"] = json!(newest);
            }
        }
    }
    let body = serde_json::to_vec(&frame)?;
    let length = u32::try_from(body.len()).map_err(io::Error::other)?;
    to.write_all(&length.to_be_bytes())?;
    to.write_all(&body)?;
    io::copy(from, to).map(drop)
}

//! The tools over standard input and output, as a client starts a program and talks to it: a message a line. A line that is no
//! message is answered with an error of JSON-RPC, so that whoever writes a client is told.

use std::sync::Arc;

use protocol::wire::FRAME_BYTES_MAX;
use rmcp::model::{ClientJsonRpcMessage, ServerJsonRpcMessage};
use rmcp::transport::Transport;
use rmcp::transport::async_rw::AsyncRwTransport;
use rmcp::transport::io::{StdioReader, StdioWriter, stdio_pipes};
use rmcp::{ErrorData, RoleServer};
use tokio::io::{
    AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, DuplexStream, Sink, duplex, sink,
};
use tokio::sync::{Mutex, mpsc};

use crate::http::{asked_by, readable, refusal};
use crate::server::Server;
use crate::use_cases::UseCases;

/// Bytes of the longest message. What it asks for goes to the daemon in one frame, with a little around it.
const MESSAGE_MAX: usize = FRAME_BYTES_MAX - 16 * 1024;
/// Bytes of the longest line that is read: of a message that is too long, the id is told in the reply. What is longer is read over,
/// and answered without one.
const LINE_MAX: u64 = 16 * 1024 * 1024;
/// Bytes between the reader of lines and the reader of messages.
const BUFFER: usize = 64 * 1024;
/// Unreadable lines whose replies may wait.
const REPLIES_WAITING: usize = 16;

/// Why serving ended early.
#[derive(Debug, thiserror::Error)]
#[error("The client spoke no Model Context Protocol: {0}")]
pub struct Broken(String);

/// Serves a client until it leaves.
///
/// # Errors
/// When it does not begin as the protocol says.
pub async fn serve(use_cases: impl UseCases) -> Result<(), Broken> {
    let server = Server::new(Arc::new(use_cases));
    let served = match rmcp::serve_server(server, Lines::of_process()).await {
        Ok(running) => running.waiting().await.map(drop).map_err(|error| error.to_string()),
        // A client that leaves before it says anything wants nothing.
        Err(rmcp::service::ServerInitializeError::ConnectionClosed(_)) => Ok(()),
        Err(error) => Err(error.to_string()),
    };
    served.map_err(Broken)
}

/// Messages a line, and replies to lines that are none.
struct Lines {
    /// What reads the messages. It writes nothing: an error without an id would have no field for one.
    messages: AsyncRwTransport<RoleServer, DuplexStream, Sink>,
    writer: LineWriter,
    unreadable: mpsc::Receiver<String>,
    /// A reply on its way. It is kept here, since waiting for the next message can be given up at any time.
    replying: Option<Reply>,
}

/// Where lines are written, one at a time; nothing once it is closed.
type LineWriter = Arc<Mutex<Option<StdioWriter>>>;

type Reply = std::pin::Pin<Box<dyn Future<Output = std::io::Result<()>> + Send>>;

impl Lines {
    fn of_process() -> Self {
        let (reader, writer) = stdio_pipes();
        let (good, from) = duplex(BUFFER);
        let (bad, unreadable) = mpsc::channel(REPLIES_WAITING);
        // Ends with standard input, or with whoever reads the messages.
        drop(tokio::spawn(part(BufReader::new(reader), good, bad)));
        Self {
            messages: AsyncRwTransport::new(from, sink()),
            writer: Arc::new(Mutex::new(Some(writer))),
            unreadable,
            replying: None,
        }
    }
}

/// Hands on lines that are messages, and the replies to those that are not.
async fn part(
    mut from: BufReader<StdioReader>,
    mut good: DuplexStream,
    bad: mpsc::Sender<String>,
) -> Option<()> {
    let mut is_rest = false;
    loop {
        let mut line = Vec::new();
        let count = (&mut from).take(LINE_MAX).read_until(b'\n', &mut line).await.ok()?;
        if count == 0 {
            return None;
        }
        let is_whole = line.ends_with(b"\n");
        if std::mem::replace(&mut is_rest, !is_whole) {
            continue;
        }
        let read = if line.len() > MESSAGE_MAX { Err(too_long()) } else { readable(&line) };
        match read {
            Err(fault) if !line.trim_ascii().is_empty() => {
                bad.send(refusal(fault, asked_by(&line))).await.ok()?;
            }
            _ => good.write_all(&line).await.ok()?,
        }
    }
}

async fn write_line(writer: LineWriter, line: String) -> std::io::Result<()> {
    let mut writer = writer.lock().await;
    let Some(writer) = writer.as_mut() else {
        return Err(std::io::ErrorKind::NotConnected.into());
    };
    writer.write_all((line + "\n").as_bytes()).await?;
    writer.flush().await
}

fn too_long() -> ErrorData {
    let what = format!("The message is too long: at most {MESSAGE_MAX} bytes are taken");
    ErrorData::invalid_request(what, None)
}

impl Transport<RoleServer> for Lines {
    type Error = std::io::Error;

    fn send(
        &mut self,
        message: ServerJsonRpcMessage,
    ) -> impl Future<Output = std::io::Result<()>> + Send + 'static {
        let (writer, line) = (Arc::clone(&self.writer), serde_json::to_string(&message));
        async move { write_line(writer, line?).await }
    }

    async fn receive(&mut self) -> Option<ClientJsonRpcMessage> {
        loop {
            if let Some(replying) = &mut self.replying {
                let written = replying.await;
                self.replying = None;
                written.ok()?;
            }
            tokio::select! {
                biased;
                Some(reply) = self.unreadable.recv() => {
                    self.replying = Some(Box::pin(write_line(Arc::clone(&self.writer), reply)));
                }
                message = self.messages.receive() => return message,
            }
        }
    }

    async fn close(&mut self) -> std::io::Result<()> {
        drop(self.writer.lock().await.take());
        self.messages.close().await
    }
}

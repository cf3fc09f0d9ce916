//! Connection to the daemon. When none runs, one is started and a message says so. Whether one runs is decided by the
//! lock in the data folder, never by a socket that does not respond: a second daemon next to a hanging one would not
//! help.

use std::collections::BTreeMap;
use std::env;
use std::io::ErrorKind;
use std::path::Path;
use std::time::{Duration, Instant};

use protocol::error::{ApiError, ErrorCode};
use protocol::paths::Paths;
use protocol::safe;
use protocol::service::{DemoscopeClient, Status, Welcome};
use protocol::wire;

use crate::daemon_lock::DaemonLock;
use crate::failure::Failure;
use crate::launch::{Parent, Store, launch};
use crate::look::Role;
use crate::ui::Ui;

/// Time limit for a response of a daemon that holds the lock.
const ANSWERS_WITHIN: Duration = Duration::from_secs(1);
/// Time limit for a daemon to make its socket again, which it looks after every four seconds.
const LISTENS_WITHIN: Duration = Duration::from_secs(8);
/// Time limit for a daemon to start or end; it finishes calls under way, by default for ten seconds.
const PASSES_WITHIN: Duration = Duration::from_secs(30);
/// Time limit for a stopped daemon to come back, as at a restart.
const RETURNS_WITHIN: Duration = Duration::from_secs(3);
/// Time limit for the status of a daemon that was just started.
const STATUS_WITHIN: Duration = Duration::from_secs(2);
/// Time limit for the daemon to take what this environment has for engines.
const OFFERS_WITHIN: Duration = Duration::from_secs(10);
/// Shortest and longest pause between two attempts to connect.
pub(crate) const PAUSE: (Duration, Duration) =
    (Duration::from_millis(4), Duration::from_millis(100));

/// What to do when no daemon runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Absent {
    /// Start one.
    Start,
    /// Start one with a new store where the old one is missing.
    StartAnew,
    /// Report an error.
    Report,
}

/// A connection after the greeting.
pub(crate) struct Link {
    client: DemoscopeClient,
    /// The daemon's response to the greeting.
    pub(crate) welcome: Welcome,
    /// The paths of this installation.
    pub(crate) paths: Paths,
}

/// Something that can make calls: a [`Link`], or the client alone.
pub(crate) trait Calls {
    /// The client stub; use [`call!`] to make calls.
    fn client(&self) -> &DemoscopeClient;
}

impl Calls for Link {
    fn client(&self) -> &DemoscopeClient {
        &self.client
    }
}

impl Calls for DemoscopeClient {
    fn client(&self) -> &DemoscopeClient {
        self
    }
}

impl<T: Calls> Calls for &T {
    fn client(&self) -> &DemoscopeClient {
        (**self).client()
    }
}

impl<T: Calls> Calls for &mut T {
    fn client(&self) -> &DemoscopeClient {
        (**self).client()
    }
}

/// Makes a call and merges its two error types; without a time limit the daemon's own limit applies.
macro_rules! call {
    ($calls:expr, $method:ident($($arg:expr),* $(,)?)) => {
        $crate::link::call!($calls, protocol::wire::DEADLINE_MAX, $method($($arg),*))
    };
    ($calls:expr, $within:expr, $method:ident($($arg:expr),* $(,)?)) => {{
        let client = $crate::link::Calls::client(&$calls);
        match client.$method(protocol::wire::within($within), $($arg),*).await {
            Ok(reply) => reply,
            Err(error) => Err(protocol::wire::call_failed(&error)),
        }
    }};
}
pub(crate) use call;

impl Link {
    /// [`connect`](Self::connect)s and brings the daemon what this environment has for engines: a study that waits for a key
    /// goes on with any command that has it.
    pub(crate) async fn open(ui: &mut Ui, absent: Absent) -> Result<Self, Failure> {
        let link = Self::connect(ui, absent).await?;
        link.offer().await;
        Ok(link)
    }

    /// Connects; starts a daemon first when none runs and `absent` says so. For a command that stops something: it is not
    /// to set going what waits.
    pub(crate) async fn connect(ui: &mut Ui, absent: Absent) -> Result<Self, Failure> {
        let paths = Paths::resolve()?;
        match seek(&paths).await? {
            Some(_) if absent == Absent::StartAnew => Err(Failure::invalid(
                "A daemon runs, so no new store is begun",
            )
            .hint(
                "Look at it with `demoscope daemon status`, or end it with `demoscope daemon stop`",
            )),
            Some((connection, paths)) => Ok(Self::over(connection, paths)),
            None if absent == Absent::Start => start(ui, paths, Store::AsItIs).await,
            None if absent == Absent::StartAnew => start(ui, paths, Store::New).await,
            None => Err(ApiError::new(ErrorCode::Unreachable, "No daemon is running")
                .hint("Start one with `demoscope daemon start`")
                .into()),
        }
    }

    /// Reconnects after the daemon was lost. A daemon that crashed leaves its socket file behind and is started again;
    /// one that was stopped is only waited for briefly, because it was stopped on purpose.
    pub(crate) async fn reopen(&mut self, ui: &mut Ui) -> Result<(), Failure> {
        let paths = Paths::resolve()?;
        let begun = Instant::now();
        loop {
            if let Some((connection, paths)) = seek(&paths).await? {
                *self = Self::over(connection, paths);
                self.offer().await;
                return Ok(());
            }
            if self.paths.socket.symlink_metadata().is_ok() {
                *self = start(ui, paths, Store::AsItIs).await?;
                self.offer().await;
                return Ok(());
            }
            if begun.elapsed() >= RETURNS_WITHIN {
                return Err(stopped().into());
            }
            tokio::time::sleep(PAUSE.1).await;
        }
    }

    /// [`offer`]s the daemon what this environment has for engines. Where it cannot be taken, the command's own call tells why.
    pub(crate) async fn offer(&self) {
        drop(offer(&self.client).await);
    }

    /// The client alone, for a caller that keeps it.
    pub(crate) fn into_client(self) -> DemoscopeClient {
        self.client
    }

    fn over(connection: wire::Connection, paths: Paths) -> Self {
        Self { client: connection.client, welcome: connection.welcome, paths }
    }
}

/// Sends the daemon the values of the variables that engines read from this environment, keys included.
pub(crate) async fn offer(client: &DemoscopeClient) -> Result<(), ApiError> {
    let names = call!(client, OFFERS_WITHIN, engine_variables())?;
    let held: BTreeMap<String, String> =
        names.into_iter().filter_map(|name| Some((name.clone(), env::var(&name).ok()?))).collect();
    if !held.is_empty() {
        call!(client, OFFERS_WITHIN, offer(held))?;
    }
    Ok(())
}

/// Starts the daemon, waits until it responds, and prints a message.
async fn start(ui: &mut Ui, paths: Paths, store: Store) -> Result<Link, Failure> {
    let begun = Instant::now();
    let (connection, parent) = launch(&paths, store).await?;
    if parent == Parent::Us {
        let line = format!(
            "Started the daemon (pid {}, ready in {} ms).",
            connection.welcome.pid,
            begun.elapsed().as_millis()
        );
        let line = ui.err_look.paint(Role::Dim, &line);
        ui.say(&line);
    }
    let link = Link::over(connection, paths);
    if parent == Parent::Us {
        warn(ui, &link).await;
    }
    Ok(link)
}

/// Prints the warnings of a daemon that was just started about its store. The command continues.
async fn warn(ui: &mut Ui, link: &Link) {
    if let Ok(Status { rewound: Some(what), .. }) = call!(link, STATUS_WITHIN, status()) {
        let line = format!("warning: {}.", safe::line(&what));
        let line = ui.err_look.paint(Role::Bad, &line);
        ui.say(&line);
    }
}

/// Starts the daemon when none runs and waits until it responds, without any message: for a caller that owns the
/// screen.
///
/// # Errors
/// When it cannot be started, or does not respond.
pub(crate) async fn start_daemon(paths: &Paths) -> Result<wire::Connection, ApiError> {
    match seek(paths).await? {
        Some((connection, _)) => Ok(connection),
        None => launch(paths, Store::AsItIs).await.map(|(connection, _)| connection),
    }
}

/// Looks for the daemon at its default socket and at the one named in the lock file; waits for one that is starting or
/// ending. `None` when no process holds the lock of the data folder.
async fn seek(paths: &Paths) -> Result<Option<(wire::Connection, Paths)>, ApiError> {
    let begun = Instant::now();
    let mut pause = PAUSE.0;
    loop {
        match wire::connect(paths).await {
            Ok(connection) => return Ok(Some((connection, paths.clone()))),
            Err(error) if error.code != ErrorCode::Unreachable => return Err(error),
            Err(_) => {}
        }
        let owner = DaemonLock::of(paths);
        let patience = match &owner {
            DaemonLock::Nobody => return Ok(None),
            DaemonLock::Passing { .. } => PASSES_WITHIN,
            DaemonLock::Serving { socket, .. } => {
                let elsewhere = Paths { socket: socket.clone(), ..paths.clone() };
                if elsewhere != *paths
                    && let Ok(connection) = wire::connect(&elsewhere).await
                {
                    return Ok(Some((connection, elsewhere)));
                }
                if is_missing(socket) { LISTENS_WITHIN } else { ANSWERS_WITHIN }
            }
        };
        if begun.elapsed() >= patience {
            return Err(mute(&owner, paths));
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(PAUSE.1);
    }
}

/// Whether the file of a socket was removed.
fn is_missing(socket: &Path) -> bool {
    socket
        .symlink_metadata()
        .is_err_and(|error| matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory))
}

/// The error for a daemon that holds the data folder but does not respond.
pub(crate) fn mute(owner: &DaemonLock, paths: &Paths) -> ApiError {
    let pid = owner.pid().map(|pid| format!(" (pid {pid})")).unwrap_or_default();
    let logs = paths.logs.to_string_lossy();
    if let DaemonLock::Serving { socket, .. } = owner
        && is_missing(socket)
    {
        let socket = socket.to_string_lossy();
        let socket = safe::line(&socket);
        return ApiError::new(
            ErrorCode::Unreachable,
            format!("A daemon{pid} runs, but its socket {socket} was removed; its studies go on"),
        )
        .hint("Try again in a few seconds, after which it listens anew")
        .hint("End it with `demoscope daemon stop`; the next command starts it again");
    }
    ApiError::new(ErrorCode::Unreachable, format!("A daemon{pid} runs but does not answer"))
        .hint(format!("Look into its log: {}", safe::line(&logs)))
        .hint("End it with `demoscope daemon stop`; the next command starts it again")
}

/// The error for a daemon that was stopped on purpose during a command.
fn stopped() -> ApiError {
    ApiError::new(
        ErrorCode::Unreachable,
        "The daemon was stopped; what it had under way goes on when it starts again",
    )
}

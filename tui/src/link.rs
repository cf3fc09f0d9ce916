//! The connection to the daemon. When none runs, it has one started and says so. That none runs is told by the lock in
//! the data folder, never by a socket that does not answer: a second daemon beside a mute one would help nobody.

use std::collections::BTreeMap;
use std::env;
use std::time::{Duration, Instant};

use protocol::error::{ApiError, ErrorCode};
use protocol::paths::Paths;
use protocol::safe;
use protocol::service::{DemoscopeClient, Status, Welcome};
use protocol::wire;

use crate::failure::Failure;
use crate::launch::{Parent, Store, launch};
use crate::look::Role;
use crate::owner::Owner;
use crate::ui::Ui;

/// How long a daemon that says it serves may leave us without an answer.
const ANSWERS_WITHIN: Duration = Duration::from_secs(1);
/// How long a daemon may take to come up or to end; it finishes what is under way, ten seconds unless told otherwise.
const PASSES_WITHIN: Duration = Duration::from_secs(30);
/// How long a daemon that was stopped may take to come back, as a restart does.
const RETURNS_WITHIN: Duration = Duration::from_secs(3);
/// How long a daemon that was just started may take to say how it is.
const STATUS_WITHIN: Duration = Duration::from_secs(2);
/// First and longest pause between two attempts to connect.
pub(crate) const PAUSE: (Duration, Duration) =
    (Duration::from_millis(4), Duration::from_millis(100));

/// What to do when no daemon runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Absent {
    /// Start one.
    Start,
    /// Start one with a new store where the old one is missing.
    StartAnew,
    /// Say so.
    Report,
}

/// A greeted connection.
pub(crate) struct Link {
    client: DemoscopeClient,
    /// What the daemon said of itself.
    pub(crate) welcome: Welcome,
    /// Where everything lives.
    pub(crate) paths: Paths,
}

/// What calls can be made through: a [`Link`], or the client alone.
pub(crate) trait Calls {
    /// The calls; use [`call!`] to make them.
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

/// Makes a call and joins its two kinds of failure; without a time it may take as long as the daemon allows at all.
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
    /// Connects, and starts a daemon before that when none runs and that is wanted.
    pub(crate) async fn open(ui: &mut Ui, absent: Absent) -> Result<Self, Failure> {
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

    /// Connects anew after the daemon went away. One that crashed, which leaves its socket's file behind, is started
    /// again; one that was stopped is only waited for a little, because whoever stopped it meant it.
    pub(crate) async fn reopen(&mut self, ui: &mut Ui) -> Result<(), Failure> {
        let paths = Paths::resolve()?;
        let begun = Instant::now();
        loop {
            if let Some((connection, paths)) = seek(&paths).await? {
                *self = Self::over(connection, paths);
                return Ok(());
            }
            if self.paths.socket.symlink_metadata().is_ok() {
                *self = start(ui, paths, Store::AsItIs).await?;
                return Ok(());
            }
            if begun.elapsed() >= RETURNS_WITHIN {
                return Err(stopped().into());
            }
            tokio::time::sleep(PAUSE.1).await;
        }
    }

    /// Hands the daemon what this environment holds of the variables that engines read, keys among them.
    pub(crate) async fn offer(&self) -> Result<(), Failure> {
        let names = call!(self, engine_variables())?;
        let held: BTreeMap<String, String> = names
            .into_iter()
            .filter_map(|name| Some((name.clone(), env::var(&name).ok()?)))
            .collect();
        if !held.is_empty() {
            call!(self, offer(held))?;
        }
        Ok(())
    }

    fn over(connection: wire::Connection, paths: Paths) -> Self {
        Self { client: connection.client, welcome: connection.welcome, paths }
    }
}

/// Starts the daemon, waits until it answers, and says so.
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

/// Says what a daemon that was just started found amiss in its store. Whoever asked for something else still gets it.
async fn warn(ui: &mut Ui, link: &Link) {
    if let Ok(Status { rewound: Some(what), .. }) = call!(link, STATUS_WITHIN, status()) {
        let line = format!("warning: {}.", safe::line(&what));
        let line = ui.err_look.paint(Role::Bad, &line);
        ui.say(&line);
    }
}

/// Starts the daemon when none runs and waits until it answers, without a word: for a caller that owns the screen.
///
/// # Errors
/// When it cannot be started, or does not answer.
pub(crate) async fn start_daemon(paths: &Paths) -> Result<wire::Connection, ApiError> {
    match seek(paths).await? {
        Some((connection, _)) => Ok(connection),
        None => launch(paths, Store::AsItIs).await.map(|(connection, _)| connection),
    }
}

/// Looks for the daemon at its usual socket and at the one that the owner of the data folder named; waits for one that
/// is starting or ending. None when nobody owns the data folder.
async fn seek(paths: &Paths) -> Result<Option<(wire::Connection, Paths)>, ApiError> {
    let begun = Instant::now();
    let mut pause = PAUSE.0;
    loop {
        match wire::connect(paths).await {
            Ok(connection) => return Ok(Some((connection, paths.clone()))),
            Err(error) if error.code != ErrorCode::Unreachable => return Err(error),
            Err(_) => {}
        }
        let owner = Owner::of(paths);
        let patience = match &owner {
            Owner::Nobody => return Ok(None),
            Owner::Passing { .. } => PASSES_WITHIN,
            Owner::Serving { socket, .. } => {
                let elsewhere = Paths { socket: socket.clone(), ..paths.clone() };
                if elsewhere != *paths
                    && let Ok(connection) = wire::connect(&elsewhere).await
                {
                    return Ok(Some((connection, elsewhere)));
                }
                ANSWERS_WITHIN
            }
        };
        if begun.elapsed() >= patience {
            return Err(mute(&owner, paths));
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(PAUSE.1);
    }
}

/// What to say of a daemon that has the data folder but cannot be talked to.
pub(crate) fn mute(owner: &Owner, paths: &Paths) -> ApiError {
    let pid = owner.pid().map(|pid| format!(" (pid {pid})")).unwrap_or_default();
    let logs = paths.logs.to_string_lossy();
    ApiError::new(ErrorCode::Unreachable, format!("A daemon{pid} runs but does not answer"))
        .hint(format!("Look into its log: {}", safe::line(&logs)))
        .hint("End it with `demoscope daemon stop`; the next command starts it again")
}

/// What to say when the daemon was ended on purpose while somebody watched.
fn stopped() -> ApiError {
    ApiError::new(
        ErrorCode::Unreachable,
        "The daemon was stopped; what it had under way goes on when it starts again",
    )
}

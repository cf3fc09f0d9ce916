//! The connection to the daemon. When none is listening, it starts one (this very program, in the background) and says
//! so; it waits for readiness by connecting, never for a fixed time.

use std::collections::BTreeMap;
use std::env;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use protocol::error::{ApiError, ErrorCode};
use protocol::paths::Paths;
use protocol::safe;
use protocol::service::{DemoscopeClient, Welcome};
use protocol::wire;

use crate::failure::Failure;
use crate::look::Role;
use crate::ui::Ui;

/// How long a daemon may take from its start to its first answer. It waits up to 5 s for a dying owner's lock.
const READY_WITHIN: Duration = Duration::from_secs(15);
/// How long to look for another daemon after ours gave up: it may have lost a race against one that is coming up.
const RIVAL_WITHIN: Duration = Duration::from_secs(1);
/// First and longest pause between two attempts to connect.
const PAUSE: (Duration, Duration) = (Duration::from_millis(4), Duration::from_millis(100));

/// What to do when no daemon is listening.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Absent {
    /// Start one.
    Start,
    /// Say so.
    Report,
}

/// A greeted connection.
pub(crate) struct Link {
    /// The calls; use [`call!`] to make them.
    pub(crate) client: DemoscopeClient,
    /// What the daemon said of itself.
    pub(crate) welcome: Welcome,
    /// Where everything lives.
    pub(crate) paths: Paths,
}

/// Makes a call and joins its two kinds of failure; without a time it may take as long as the daemon allows at all.
macro_rules! call {
    ($link:expr, $method:ident($($arg:expr),* $(,)?)) => {
        $crate::link::call!($link, protocol::wire::DEADLINE_MAX, $method($($arg),*))
    };
    ($link:expr, $within:expr, $method:ident($($arg:expr),* $(,)?)) => {
        match $link.client.$method(protocol::wire::within($within), $($arg),*).await {
            Ok(reply) => reply,
            Err(error) => Err(protocol::wire::call_failed(&error)),
        }
    };
}
pub(crate) use call;

impl Link {
    /// Connects, and starts a daemon before that when none listens and that is wanted.
    pub(crate) async fn open(ui: &mut Ui, absent: Absent) -> Result<Self, Failure> {
        let paths = Paths::resolve()?;
        match wire::connect(&paths).await {
            Ok(connection) => Ok(Self::over(connection, paths)),
            Err(error) if error.code == ErrorCode::Unreachable && absent == Absent::Start => {
                start(ui, paths).await
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Connects anew after the daemon went away.
    pub(crate) async fn reopen(&mut self, ui: &mut Ui) -> Result<(), Failure> {
        *self = Self::open(ui, Absent::Start).await?;
        Ok(())
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
async fn start(ui: &mut Ui, paths: Paths) -> Result<Link, Failure> {
    let begun = Instant::now();
    let (connection, ours) = launch(&paths).await?;
    if ours == Parent::Us {
        let line = format!(
            "Started the daemon (pid {}, ready in {} ms).",
            connection.welcome.pid,
            begun.elapsed().as_millis()
        );
        let line = ui.err_look.paint(Role::Dim, &line);
        ui.say(&line);
    }
    Ok(Link::over(connection, paths))
}

/// Starts the daemon and waits until it answers, without a word: for a caller that owns the screen.
///
/// # Errors
/// When it cannot be started, or does not answer.
pub(crate) async fn start_daemon(paths: &Paths) -> Result<wire::Connection, ApiError> {
    launch(paths).await.map(|(connection, _)| connection)
}

/// Who started the daemon that answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Parent {
    Us,
    Others,
}

/// Starts the daemon and waits until one answers: ours, or a rival that was faster.
async fn launch(paths: &Paths) -> Result<(wire::Connection, Parent), ApiError> {
    let begun = Instant::now();
    let mut child = spawn(paths)?;
    let mut give_up = begun + READY_WITHIN;
    let mut ended = None;
    let mut pause = PAUSE.0;
    loop {
        match wire::connect(paths).await {
            Ok(connection) => {
                let ours = connection.welcome.pid == child.id();
                return Ok((connection, if ours { Parent::Us } else { Parent::Others }));
            }
            Err(error) if error.code != ErrorCode::Unreachable => return Err(error),
            Err(_) => {}
        }
        if ended.is_none()
            && let Ok(Some(status)) = child.try_wait()
        {
            ended = Some(status);
            give_up = give_up.min(Instant::now() + RIVAL_WITHIN);
        }
        if Instant::now() >= give_up {
            let what = match ended {
                Some(status) => format!("The daemon was started but ended at once ({status})."),
                None => "The daemon was started but does not answer.".to_owned(),
            };
            return Err(unreachable(paths, what));
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(PAUSE.1);
    }
}

/// Runs this program as a daemon with no ties to our streams, so that a caller who pipes us sees the end of file when
/// we end. The child leaves our session by itself.
fn spawn(paths: &Paths) -> Result<Child, ApiError> {
    let program = env::current_exe().map_err(|error| {
        unreachable(paths, format!("This program cannot find itself to start a daemon: {error}."))
    })?;
    Command::new(program)
        .args(["daemon", "run", "--detached"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| unreachable(paths, format!("The daemon cannot be started: {error}.")))
}

fn unreachable(paths: &Paths, message: String) -> ApiError {
    let logs = paths.logs.to_string_lossy();
    ApiError::new(ErrorCode::Unreachable, message)
        .hint(format!("its log says why: {}", safe::line(&logs)))
        .hint("run it where you can watch it: demoscope daemon run")
}

//! Launch of a daemon: this program in the background, detached from this process's streams. Its output before it is
//! ready goes through a pipe, so that the user sees the reason for a failed start.

use std::env;
use std::io::{self, Read};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use protocol::error::{ApiError, ErrorCode};
use protocol::hint::Hint;
use protocol::paths::Paths;
use protocol::safe;
use protocol::study::Problem;
use protocol::wire;

use crate::daemon_lock::DaemonLock;
use crate::failure::Exit;
use crate::link::{PAUSE, mute};

/// Time limit from the daemon's start to its first response. It waits up to 5 s for the lock of a daemon that is
/// ending.
const READY_WITHIN: Duration = Duration::from_secs(15);
/// How long to look for another daemon after this one gave up: another process may have started one at the same time.
const RIVAL_WITHIN: Duration = Duration::from_secs(1);
/// Output of a failing daemon that is kept, in bytes.
const SAID_MAX: u64 = 16 * 1024;

/// Settings of the system's allocator for a process that runs for weeks: few arenas, and freed memory goes back to the
/// system. The unit for service managers has the same. Other systems' allocators do not know them.
const ALLOCATOR: [(&str, &str); 3] = [
    ("MALLOC_ARENA_MAX", "2"),
    ("MALLOC_TRIM_THRESHOLD_", "131072"),
    ("MALLOC_MMAP_THRESHOLD_", "131072"),
];

/// Which process started the daemon that responds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Parent {
    /// This process.
    Us,
    /// Another process, which was faster.
    Others,
}

/// The store that the daemon starts with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Store {
    /// The existing one, or a new one at the first start.
    AsItIs,
    /// A new one where the old one is missing.
    New,
}

/// Starts a daemon and waits until one responds: this one, or one that another process started first. The caller must
/// know that no process holds the lock of the data folder.
///
/// # Errors
/// When it cannot be started, exits at once (with its reason), or does not respond.
pub(crate) async fn launch(
    paths: &Paths,
    store: Store,
) -> Result<(wire::Connection, Parent), ApiError> {
    let offspring = ChildProcess::spawn(paths, store)?;
    let mut give_up = Instant::now() + READY_WITHIN;
    let mut ended: Option<End> = None;
    let mut pause = PAUSE.0;
    loop {
        match wire::connect(paths).await {
            Ok(connection) => {
                let ours = connection.welcome.pid == offspring.pid;
                return Ok((connection, if ours { Parent::Us } else { Parent::Others }));
            }
            Err(error) if error.code != ErrorCode::Unreachable => return Err(error),
            Err(_) => {}
        }
        if ended.is_none()
            && let Ok(end) = offspring.end.try_recv()
        {
            ended = Some(end);
            give_up = give_up.min(Instant::now() + RIVAL_WITHIN);
        }
        let owner = DaemonLock::of(paths);
        match &ended {
            Some(end) if owner == DaemonLock::Nobody => return Err(end.explain(paths)),
            _ if Instant::now() >= give_up => return Err(mute(&owner, paths)),
            _ => {}
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(PAUSE.1);
    }
}

/// A daemon that this process started. A thread reads its output and reaps it, so that it never becomes a zombie while
/// this process lives; after that its output is discarded.
struct ChildProcess {
    pid: u32,
    end: Receiver<End>,
}

/// Exit status and output of a daemon.
struct End {
    status: io::Result<ExitStatus>,
    said: String,
}

impl ChildProcess {
    fn spawn(paths: &Paths, store: Store) -> Result<Self, ApiError> {
        let cannot =
            |error: io::Error| unreachable(paths, format!("The daemon cannot be started: {error}"));
        let unset = ALLOCATOR.into_iter().filter(|(name, _)| env::var_os(name).is_none());
        let mut child = Command::new(env::current_exe().map_err(cannot)?)
            .args(["daemon", "run", "--detached"])
            .envs(unset)
            .args((store == Store::New).then_some("--new-store"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(cannot)?;
        let pid = child.id();
        let (tell, end) = sync_channel(1);
        let watch = move || {
            let mut said = Vec::new();
            if let Some(mut stream) = child.stderr.take() {
                // A read error ends the output. The rest is read too, so that the daemon never blocks on a full pipe.
                drop(stream.by_ref().take(SAID_MAX).read_to_end(&mut said));
                drop(io::copy(&mut stream, &mut io::sink()));
            }
            let said = String::from_utf8_lossy(&said).into_owned();
            // Once the daemon is ready the receiver is gone.
            drop(tell.send(End { status: child.wait(), said }));
        };
        drop(thread::Builder::new().name("daemon-watch".into()).spawn(watch).map_err(cannot)?);
        Ok(Self { pid, end })
    }
}

impl End {
    /// The daemon's own error, or one from its exit status.
    fn explain(&self, paths: &Paths) -> ApiError {
        let status = match &self.status {
            Ok(status) => status.to_string(),
            Err(error) => error.to_string(),
        };
        let code = self.status.as_ref().ok().and_then(ExitStatus::code);
        reason(&self.said, code).unwrap_or_else(|| {
            let said = safe::line(self.said.trim()).into_owned();
            let said = if said.is_empty() { said } else { format!(": {said}") };
            unreachable(paths, format!("The daemon was started but ended at once ({status}){said}"))
        })
    }
}

/// The error that a daemon printed before it exited, parsed from its lines; its exit code is kept.
fn reason(said: &str, code: Option<i32>) -> Option<ApiError> {
    let invalid = code == Some(i32::from(Exit::Invalid.code()));
    let code = if invalid { ErrorCode::InvalidInput } else { ErrorCode::Unreachable };
    let message = said.lines().find_map(|line| line.strip_prefix("error: "))?;
    let mut error = ApiError::new(code, format!("The daemon does not start: {message}"));
    for line in said.lines().filter(|line| !line.starts_with("error: ")) {
        if let Some(hint) = line.strip_prefix("hint: ") {
            error = error.hint(hint);
        } else if let Some((place, what)) = line.split_once(": ") {
            let (place, what) = (place.to_owned(), what.to_owned());
            error.problems.push(Problem { place, what, hint: Hint::default() });
        }
    }
    Some(error)
}

fn unreachable(paths: &Paths, message: String) -> ApiError {
    let logs = paths.logs.to_string_lossy();
    ApiError::new(ErrorCode::Unreachable, message)
        .hint(format!("Read in its log why: {}", safe::line(&logs)))
        .hint("Run it where you can watch it: demoscope daemon run")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::{Detail, Failure};
    use crate::look::Look;

    #[test]
    fn what_a_failing_daemon_says_is_said_again() {
        let said = "config.toml:3: 'lmits' is no setting\nerror: The settings are wrong.\nhint: mend them\n";
        let error = reason(said, Some(2)).unwrap();
        assert_eq!(error.code, ErrorCode::InvalidInput);
        insta::assert_snapshot!(Failure::from(error).render(Look::PLAIN, Detail::Sentence), @r"
        config.toml:3: 'lmits' is no setting
        error: The daemon does not start: The settings are wrong.
        hint: mend them
        ");
        assert_eq!(reason("error: x", Some(6)).unwrap().code, ErrorCode::Unreachable);
        assert_eq!(reason("error: x", None).unwrap().code, ErrorCode::Unreachable);
        assert_eq!(reason("Segmentation fault\n", None), None);
    }
}

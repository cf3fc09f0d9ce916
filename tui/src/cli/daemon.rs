//! The `demoscope daemon` command: running, starting and stopping the daemon by hand. It links the daemon's crate, so
//! that one binary installs everything; other commands talk to a daemon through the protocol.

use std::path::Path;
use std::time::{Duration, Instant};

use protocol::error::{ApiError, ErrorCode};
use protocol::paths::Paths;
use protocol::results::Response;
use protocol::safe;
use protocol::service::{DriverOutcome, DriverRun, DriverStatus, Status};
use rustix::io::Errno;
use rustix::process::{Pid, Signal, kill_process};
use serde::Serialize;

use crate::cli::export::{self, Page, Writer};
use crate::daemon_lock::DaemonLock;
use crate::failure::{Exit, Failure};
use crate::link::{Absent, Link, call};
use crate::look::{Look, Role, pad, thousands};
use crate::ui::Ui;

/// Time limit for the daemon to end: it waits for calls under way.
const END_WITHIN: Duration = Duration::from_secs(30);

/// Run, start, stop or look at the daemon
///
/// Commands start it by themselves when they need it; this is for doing so by hand.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  demoscope daemon status
  demoscope daemon stop
  demoscope daemon run         in the foreground, for a service manager
  demoscope daemon start --new-store
                               begin anew where the store was lost for good

A store that is missing where one was is not begun anew by itself: the daemon says what is missing and which \
backup to go back to, and does not start. --new-store gives the old one up; what is left of it is put aside.")]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
pub(crate) enum Verb {
    /// Run in the foreground until SIGTERM or Ctrl-C
    Run(RunArgs),
    /// Start it in the background and return when it is ready; does nothing when one runs
    Start(StartArgs),
    /// Let it finish what is under way and end it; studies go on at the next start
    Stop,
    /// Say how it is, without starting one; exits 6 when none runs
    Status {
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
}

/// How to run.
#[derive(Debug, clap::Args)]
pub(crate) struct RunArgs {
    /// Leave the terminal's session first (used by the commands that start it)
    #[arg(long, hide = true)]
    detached: bool,
    #[command(flatten)]
    start: StartArgs,
}

/// What to start with.
#[derive(Clone, Copy, Debug, Default, clap::Args)]
pub(crate) struct StartArgs {
    /// Begin with an empty store where the old one is missing; refused where there is one
    #[arg(long)]
    new_store: bool,
}

/// Runs the daemon in this process until it ends.
pub(crate) fn serve(args: &RunArgs) -> Result<Exit, Failure> {
    let face = if args.detached { daemon::Display::Detached } else { daemon::Display::Foreground };
    let missing =
        if args.start.new_store { daemon::Missing::BeginAnew } else { daemon::Missing::Ask };
    daemon::run(face, missing, dependencies())?;
    Ok(Exit::Done)
}

/// What the daemon is started with beside its own.
#[must_use]
pub fn dependencies() -> daemon::Dependencies {
    daemon::Dependencies { layouts: Some(LAYOUTS), ..daemon::Dependencies::default() }
}

/// How the daemon lays studies out: as the command `export` does.
const LAYOUTS: daemon::Layouts = daemon::Layouts {
    json: |report| boxed(Writer::json(report)),
    csv: |study, spec| boxed(Writer::csv(study, spec)),
    page: |format, report, asked| {
        let format = match format {
            daemon::PageFormat::Markdown => Page::Markdown,
            daemon::PageFormat::Html => Page::Html,
        };
        export::page(format, report, asked)
    },
};

fn boxed(writer: Result<Writer, Failure>) -> Result<Box<dyn daemon::AnswerWriter>, ApiError> {
    Ok(Box::new(writer?))
}

impl daemon::AnswerWriter for Writer {
    fn add(&mut self, answer: &Response) -> Result<(), ApiError> {
        Ok(Self::add(self, answer)?)
    }

    fn take(&mut self) -> Vec<u8> {
        Self::take(self)
    }

    fn end(self: Box<Self>) -> Vec<u8> {
        Self::end(*self)
    }
}

/// Replaces the store by a backup while no daemon runs. Returns notes for the user.
pub(crate) fn restore_store(paths: &Paths, backup: &Path) -> Result<Vec<String>, ApiError> {
    daemon::restore(paths, backup)
}

/// SHA-256 (hex) of a text, as the daemon tells it of a watched file.
pub(crate) fn text_hash(text: &str) -> String {
    daemon::text_hash(text)
}

/// The result of replaying an evidence bundle.
#[derive(Debug, Serialize)]
pub(crate) struct Replay {
    /// The study's id.
    pub(crate) study: protocol::id::StudyId,
    /// Its name.
    pub(crate) name: String,
    /// Whether the rebuilt results are identical to the last byte; otherwise the replay has failed.
    pub(crate) identical: bool,
    /// Respondents in the bundle.
    pub(crate) respondents: u32,
    /// Replies that were read again.
    pub(crate) exchanges: u64,
    /// Prompts whose address was verified.
    pub(crate) prompts: u64,
    /// Answers without a stored reply.
    pub(crate) without_reply: u64,
    /// SHA-256 (hex) of the results as JSON; empty where there are none.
    pub(crate) results_sha256: String,
    /// The rounds that had ended of a chain without results, recomputed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) finished_rounds: Vec<protocol::run::FinishedRound>,
}

/// Rebuilds the results of a study from its evidence bundle, without a daemon.
pub(crate) fn replay(path: &Path) -> Result<Replay, Failure> {
    use daemon::NotReplayed;
    let replayed = daemon::replay(path).map_err(|error| {
        let message = error.to_string();
        let failure = match &error {
            NotReplayed::Differs { .. } => Failure::unsound(message).hint(
                "See in its first line which version of the program wrote it: it was another one, or the file was changed",
            ),
            NotReplayed::Damaged { .. } => Failure::invalid(message)
                .hint("Export it again: demoscope export ID --format bundle"),
            NotReplayed::Unread(_) | NotReplayed::Foreign(_) => Failure::invalid(message),
        };
        failure.because(&error)
    })?;
    Ok(Replay {
        study: replayed.study,
        name: replayed.name,
        identical: true,
        respondents: replayed.respondents,
        exchanges: replayed.exchanges,
        prompts: replayed.prompts,
        without_reply: replayed.without_reply,
        results_sha256: replayed.results_hash,
        finished_rounds: replayed.finished_rounds,
    })
}

/// The kind of the file system that the data folder lies on.
pub(crate) fn file_system(paths: &Paths) -> Option<String> {
    daemon::file_system_of(&paths.data)
}

/// A setting that is in force.
#[derive(Debug, Serialize)]
pub(crate) struct Setting {
    /// Its dotted key.
    pub(crate) key: String,
    /// Its value.
    pub(crate) value: serde_json::Value,
    /// The source of the value.
    pub(crate) source: String,
}

/// The settings in force, read as the daemon would read them.
pub(crate) fn settings(paths: &Paths) -> Result<Vec<Setting>, ApiError> {
    let settings = daemon::settings(paths)?.into_iter().map(|setting| Setting {
        value: serde_json::to_value(setting.shown()).unwrap_or_default(),
        key: setting.key,
        source: setting.source.to_string(),
    });
    Ok(settings.collect())
}

/// Runs one of the commands that act on a daemon from outside.
pub(crate) async fn run(args: &Args, ui: &mut Ui) -> Result<Exit, Failure> {
    match &args.verb {
        Verb::Run(args) => serve(args),
        Verb::Start(args) => {
            let absent = if args.new_store { Absent::StartAnew } else { Absent::Start };
            let link = Link::open(ui, absent).await?;
            ui.say(&format!("The daemon runs (pid {}).", link.welcome.pid));
            Ok(Exit::Done)
        }
        Verb::Stop => {
            let ended = stop(ui).await?;
            ui.say(match ended {
                Ended::Now => "The daemon has ended.",
                Ended::Before => "No daemon is running.",
            });
            Ok(Exit::Done)
        }
        Verb::Status { json } => status(*json, ui).await,
    }
}

/// Whether `stop` ended a daemon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// A daemon was running and was stopped.
    Now,
    /// No daemon was running.
    Before,
}

/// Ends the daemon and waits until it has released the data folder. A daemon that does not respond is sent a signal.
pub(crate) async fn stop(ui: &mut Ui) -> Result<Ended, Failure> {
    let paths = Paths::resolve()?;
    let rescued = daemon::rescued(&paths);
    // What waits for a key is not to go on before it ends.
    let owner = match Link::connect(ui, Absent::Report).await {
        Ok(link) => {
            let owner = DaemonLock::Passing { pid: Some(link.welcome.pid) };
            match call!(link, stop()) {
                Ok(()) => {}
                // The daemon may end before its response arrives.
                Err(error) if error.code == ErrorCode::Unreachable => {}
                Err(error) => return Err(error.into()),
            }
            owner
        }
        Err(failure) if failure.code() == ErrorCode::Unreachable => {
            let owner = DaemonLock::of(&paths);
            if owner == DaemonLock::Nobody {
                return Ok(Ended::Before);
            }
            let Some(pid) = owner.pid().and_then(process) else { return Err(failure) };
            terminate(pid)?;
            owner
        }
        Err(failure) => return Err(failure),
    };
    let begun = Instant::now();
    let mut pause = Duration::from_millis(4);
    // The lock is checked and not the process: a process that has not been reaped yet still exists.
    while still_owns(&owner, &DaemonLock::of(&paths)) {
        if begun.elapsed() > END_WITHIN {
            let pid = owner.pid().map(|pid| format!(" (pid {pid})")).unwrap_or_default();
            return Err(ApiError::new(
                ErrorCode::Unreachable,
                format!("The daemon{pid} was told to end but still runs"),
            )
            .hint(format!("Read in its log why: {}", safe::line(&paths.logs.to_string_lossy())))
            .into());
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(Duration::from_millis(100));
    }
    for saved in daemon::rescued(&paths).iter().filter(|path| !rescued.contains(path)) {
        ui.say(&format!(
            "The store was not in its place; it is saved as {}.",
            safe::line(&saved.to_string_lossy())
        ));
    }
    Ok(Ended::Now)
}

/// Whether the lock still belongs to the same daemon; another one may have taken it meanwhile.
fn still_owns(before: &DaemonLock, now: &DaemonLock) -> bool {
    match (before.pid(), now.pid()) {
        _ if *now == DaemonLock::Nobody => false,
        (Some(before), Some(now)) => before == now,
        _ => true,
    }
}

fn process(pid: u32) -> Option<Pid> {
    Pid::from_raw(i32::try_from(pid).ok()?)
}

/// Asks a process to end, and continues it if it was suspended.
fn terminate(pid: Pid) -> Result<(), ApiError> {
    match kill_process(pid, Signal::TERM) {
        // It ended in the meantime, which is the goal.
        Ok(()) | Err(Errno::SRCH) => {}
        Err(error) => {
            return Err(ApiError::new(
                ErrorCode::Unreachable,
                format!("The daemon (pid {pid}) cannot be told to end: {error}"),
            )
            .because(&error));
        }
    }
    // It may have ended already; then there is nothing to continue.
    let _gone = kill_process(pid, Signal::CONT);
    Ok(())
}

/// The daemon's status with the field that distinguishes it from the absence of a daemon.
#[derive(Serialize)]
struct Running<'a> {
    running: bool,
    #[serde(flatten)]
    status: &'a Status,
}

async fn status(json: bool, ui: &mut Ui) -> Result<Exit, Failure> {
    let link = match Link::open(ui, Absent::Report).await {
        Ok(link) => link,
        Err(failure)
            if failure.code() == ErrorCode::Unreachable
                && DaemonLock::of(&Paths::resolve()?) == DaemonLock::Nobody =>
        {
            if json {
                ui.json(&serde_json::json!({ "running": false }))?;
            } else {
                ui.data("No daemon is running.\n")?;
            }
            let paths = Paths::resolve()?;
            if let Some(error) = DaemonLock::refused(&paths) {
                let kind = file_system(&paths).map(|kind| format!(" ({kind})")).unwrap_or_default();
                ui.say(&format!(
                    "None can run here: the file system{kind} of the data folder has no locks: {error}."
                ));
                ui.say("hint: set DEMOSCOPE_HOME to a folder on a local disk");
            }
            return Ok(Exit::Unreachable);
        }
        Err(failure) => return Err(failure),
    };
    let status = call!(link, status())?;
    if json {
        ui.json(&Running { running: true, status: &status })?;
    } else {
        let text = describe(&status, ui.look);
        ui.text(&text)?;
    }
    Ok(Exit::Done)
}

fn describe(status: &Status, look: Look) -> String {
    let head = format!("Demoscope {} runs (pid {}).", status.version, status.pid);
    let mut out = format!("{}\n", look.paint(Role::Strong, &safe::line(&head)));
    let studies = format!(
        "{} running, {} queued",
        thousands(status.studies.running),
        thousands(status.studies.queued)
    );
    let http = match (&status.http, &status.http_trouble) {
        (Some(address), _) => address.clone(),
        (None, Some(trouble)) => format!("off: {trouble}"),
        (None, None) => "off".to_owned(),
    };
    let uptime = super::duration(status.uptime_s.saturating_mul(1000));
    for (what, value) in [
        ("Up for", uptime.as_str()),
        ("Studies", &studies),
        ("HTTP", &http),
        ("Socket", &status.socket),
        ("Settings", &status.config),
        ("Store", &status.database),
        ("Logs", &status.logs),
    ] {
        out.extend(["  ", &pad(what, 10), &safe::line(value), "\n"]);
    }
    if let Some(why) = &status.degraded {
        let line = format!("Takes no writes: {}", safe::line(why));
        out.extend(["  ", &look.paint(Role::Bad, &line), "\n"]);
    }
    if let Some(what) = &status.rewound {
        let line = format!("Warning: {}", safe::line(what));
        out.extend(["  ", &look.paint(Role::Bad, &line), "\n"]);
    }
    for DriverStatus { name, last, .. } in &status.drivers {
        if let Some(DriverRun { at, outcome: DriverOutcome::Error { what } }) = last {
            let line = format!("Failed at {at:.0}: {name}: {what}");
            out.extend(["  ", &look.paint(Role::Bad, &safe::line(&line)), "\n"]);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_driver_is_told_of_only_while_its_last_outcome_is_a_failure() {
        let driver = |name: &str, outcome: Option<serde_json::Value>| {
            let last = outcome.map(|mut last| {
                last["at"] = "2026-11-22T10:00:00.25Z".into();
                last
            });
            serde_json::json!({ "name": name, "period_seconds": 60, "last": last })
        };
        let fine = serde_json::json!({ "outcome": "ok", "what": "backed up" });
        let failed = serde_json::json!({ "outcome": "error", "what": "The disk\u{1b}[2J is full" });
        let status = |drivers: Vec<serde_json::Value>| -> Status {
            serde_json::from_value(serde_json::json!({
                "pid": 7, "version": "1", "protocol": 1, "uptime_s": 1, "socket": "s", "http": null,
                "config": "c", "database": "d", "logs": "l", "degraded": null,
                "studies": { "running": 0, "queued": 0 }, "drivers": drivers,
            }))
            .unwrap()
        };
        let look = Look::PLAIN;
        let none = describe(&status(Vec::new()), look);
        let all_fine = vec![driver("scheduler", None), driver("backup", Some(fine))];
        assert_eq!(describe(&status(all_fine), look), none);
        let told = describe(&status(vec![driver("backup", Some(failed))]), look);
        let line = told.strip_prefix(&none).unwrap();
        assert!(line.starts_with("  Failed at 2026-11-22T10:00:00Z: backup: The disk"), "{line}");
        assert!(line.ends_with(" is full\n") && !line.contains('\u{1b}'), "{line}");
    }

    #[test]
    fn a_daemon_has_ended_when_nobody_or_another_one_owns_the_folder() {
        let serving = |pid| DaemonLock::Serving { pid, socket: "/tmp/x".into() };
        assert!(still_owns(&serving(7), &serving(7)));
        assert!(still_owns(&serving(7), &DaemonLock::Passing { pid: Some(7) }));
        assert!(!still_owns(&serving(7), &DaemonLock::Nobody));
        assert!(!still_owns(&serving(7), &serving(8)));
    }
}

//! Logs: one file a day in the log folder, written by a thread of its own, old files removed. In the foreground the
//! same lines also go to stderr. Untrusted text is logged as a field, never as part of a message, so that it is
//! escaped. The newest entries are kept in memory, too, for clients that ask for them.

mod ring;

use std::io::IsTerminal;
use std::sync::Arc;

use protocol::error::{ApiError, ErrorCode};
use protocol::paths::Paths;
use protocol::wire::make_private_folder;
use tracing_appender::non_blocking::{NonBlockingBuilder, WorkerGuard};
use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, fmt};

use crate::Display;
use crate::app::LogRing;
use crate::config::LogSettings;
use crate::world::Clock;
use ring::ToRing;

/// Lines that wait for the thread that writes them; room for them is reserved.
const LINES_MAX: usize = 4_096;

/// Starts logging for this process. The guard must live as long as the process: dropping it writes what is left. The ring
/// holds the newest entries.
///
/// # Errors
/// When the folder cannot be used or the level is no filter.
pub(crate) fn start(
    paths: &Paths,
    log: &LogSettings,
    face: Display,
    clock: Arc<dyn Clock>,
) -> Result<(WorkerGuard, LogRing), ApiError> {
    let unusable = |error: &(dyn std::error::Error + 'static)| {
        ApiError::new(
            ErrorCode::InvalidInput,
            format!("Logs cannot be written to {}: {error}", paths.logs.display()),
        )
        .because(error)
        .hint("Make the folder writable, or set DEMOSCOPE_HOME to another one")
    };
    make_private_folder(&paths.logs).map_err(|error| unusable(&error))?;
    let files = RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix("daemon")
        .filename_suffix("log")
        .max_log_files(usize::try_from(log.keep_days.max(1)).unwrap_or(usize::MAX))
        .build(&paths.logs)
        .map_err(|error| unusable(&error))?;
    let filter = EnvFilter::try_new(&log.level).map_err(|error| {
        ApiError::new(
            ErrorCode::InvalidInput,
            format!("The setting log.level is no filter: {error}"),
        )
        .because(&error)
        .hint("Use error, warn, info, debug or trace")
    })?;
    let ring = LogRing::default();
    ring::remember(&paths.logs, &ring);
    let to_ring = ToRing { ring: ring.clone(), clock };
    let lines = NonBlockingBuilder::default().buffered_lines_limit(LINES_MAX);
    let (writer, guard) = lines.finish(files);
    let to_file = fmt::layer().with_writer(writer).with_ansi(false);
    let to_stderr = (face == Display::Foreground).then(|| {
        fmt::layer().with_writer(std::io::stderr).with_ansi(std::io::stderr().is_terminal())
    });
    let layers = tracing_subscriber::registry().with(filter).with(to_file).with(to_stderr);
    layers.with(to_ring).try_init().map_err(|error| {
        ApiError::new(ErrorCode::Internal, format!("Logging was started twice: {error}"))
            .because(&error)
    })?;
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        let what = panic.payload_as_str().unwrap_or("no message");
        tracing::error!(?place, ?what, "a task panicked");
    }));
    Ok((guard, ring))
}

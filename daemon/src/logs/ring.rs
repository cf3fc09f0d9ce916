//! What fills the ring of log entries that clients read: a layer that adds each entry as it is logged, and the end of the
//! files of earlier days and lives, so that the reason for the last end can be read after the next start.

use std::fmt::{self, Write as _};
use std::fs::{self, File};
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use protocol::log::LogLevel;
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;

use crate::app::LogRing;
use crate::world::Clock;

/// Files whose ends are read.
const FILES: usize = 2;
/// Bytes that are read of each.
const BYTES_MAX: u64 = 64 * 1024;

/// Adds entries to a ring.
pub(super) struct ToRing {
    pub(super) ring: LogRing,
    pub(super) clock: Arc<dyn Clock>,
}

impl<S: Subscriber> Layer<S> for ToRing {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut text = EntryText::default();
        event.record(&mut text);
        let about = event.metadata();
        let text = format!("{}{}", text.message, text.fields);
        self.ring.push(self.clock.now(), level_of(*about.level()), about.target(), &text);
    }
}

/// The message of an entry, and its fields as `name=value`.
#[derive(Default)]
struct EntryText {
    message: String,
    fields: String,
}

impl Visit for EntryText {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        // Writing into a string does not fail.
        let _written = match field.name() {
            "message" => write!(self.message, "{value:?}"),
            name => write!(self.fields, " {name}={value:?}"),
        };
    }
}

fn level_of(level: Level) -> LogLevel {
    match level {
        Level::ERROR => LogLevel::Error,
        Level::WARN => LogLevel::Warn,
        Level::INFO => LogLevel::Info,
        Level::DEBUG => LogLevel::Debug,
        Level::TRACE => LogLevel::Trace,
    }
}

/// Adds the ends of the newest files to a ring. What cannot be read is left out: the files themselves remain.
pub(super) fn remember(folder: &Path, ring: &LogRing) {
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "log"))
        .collect();
    files.sort();
    for path in files.split_off(files.len().saturating_sub(FILES)) {
        for line in end_of(&path).unwrap_or_default().lines() {
            if let Some((at, level, source, text)) = entry_of(line) {
                ring.push(at, level, source, text);
            }
        }
    }
}

/// The last whole lines of a file.
fn end_of(path: &Path) -> Option<String> {
    let mut file = File::open(path).ok()?;
    let length = file.metadata().ok()?.len();
    let skipped = length.saturating_sub(BYTES_MAX);
    file.seek(SeekFrom::Start(skipped)).ok()?;
    let mut bytes = Vec::new();
    file.take(BYTES_MAX).read_to_end(&mut bytes).ok()?;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    if skipped == 0 {
        return Some(text);
    }
    text.split_once('\n').map(|(_, rest)| rest.to_owned())
}

/// An entry as the files have it: `2026-11-22T10:00:00.000001Z  INFO daemon::work: text`.
fn entry_of(line: &str) -> Option<(Timestamp, LogLevel, &str, &str)> {
    let (at, rest) = line.trim_start().split_once(' ')?;
    let (level, rest) = rest.trim_start().split_once(' ')?;
    let (source, text) = rest.split_once(": ")?;
    Some((at.parse().ok()?, level.to_ascii_lowercase().parse().ok()?, source, text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_the_files_are_entries_again_and_others_are_none() {
        let line = "2026-11-22T10:00:00.000001Z  WARN daemon::work: a driver failed: x study=7 why=\"a: b\"";
        let (at, level, source, text) = entry_of(line).unwrap();
        assert_eq!((level, source), (LogLevel::Warn, "daemon::work"));
        assert_eq!(
            (at.as_second(), text),
            (1_795_341_600, "a driver failed: x study=7 why=\"a: b\"")
        );
        for other in ["", "   at src/lib.rs:3", "2026-11-22 WARN x", "yesterday INFO a: b"] {
            assert_eq!(entry_of(other), None, "{other}");
        }
    }

    #[test]
    fn the_end_of_a_long_file_begins_with_a_whole_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("daemon.2026-11-22.log");
        let line = |number: u32| format!("2026-11-22T10:00:00Z  INFO daemon: line {number}\n");
        fs::write(&path, (0..5_000).map(line).collect::<String>()).unwrap();
        let end = end_of(&path).unwrap();
        assert!(end.starts_with("2026-11-22T") && end.ends_with("line 4999\n"), "{end}");
        assert!(end.len() <= 64 * 1024);
        // A folder that is not there is no reason to fail.
        remember(&folder.path().join("none"), &LogRing::default());
    }
}

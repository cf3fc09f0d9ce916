//! Processes of the program under test: signals, and the search for those that a home left behind. Only Linux exposes
//! the environment of processes; elsewhere only the daemons that a test knows of are ended.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;

use rustix::process::{Pid, Signal, kill_process, test_kill_process};

/// Sends a signal; a process that is gone already is not an error.
pub fn signal(pid: u32, signal: Signal) {
    if let Some(pid) = known(pid) {
        // A process that has ended needs no signal.
        let _gone = kill_process(pid, signal);
    }
}

/// Whether the process exists (a zombie does).
#[must_use]
pub fn exists(pid: u32) -> bool {
    known(pid).is_some_and(|pid| test_kill_process(pid).is_ok())
}

fn known(pid: u32) -> Option<Pid> {
    Pid::from_raw(i32::try_from(pid).ok()?)
}

/// Processes whose environment names that home: the daemons that commands started.
#[must_use]
pub fn of_home(home: &Path) -> Vec<u32> {
    let wanted = [b"DEMOSCOPE_HOME=", home.as_os_str().as_encoded_bytes()].concat();
    let Ok(entries) = std::fs::read_dir("/proc") else { return Vec::new() };
    entries
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter(|pid| {
            std::fs::read(format!("/proc/{pid}/environ"))
                .is_ok_and(|found| found.split(|byte| *byte == 0).any(|one| one == wanted))
        })
        .collect()
}

/// Resident memory of a process in KiB: now, and at its peak.
#[must_use]
pub fn memory_kib(pid: u32) -> Option<(u64, u64)> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let field = |name: &str| {
        let line = status.lines().find(|line| line.starts_with(name))?;
        line.split_whitespace().nth(1)?.parse().ok()
    };
    Some((field("VmRSS:")?, field("VmHWM:")?))
}

/// Anonymous resident memory of a process in KiB: what it holds itself, without the pages of its files.
#[must_use]
pub fn anonymous_kib(pid: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("RssAnon:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// How often each thread of a process has waited so far: each wait ends with a wake-up.
#[must_use]
pub fn wakes(pid: u32) -> Option<BTreeMap<OsString, u64>> {
    let threads = std::fs::read_dir(format!("/proc/{pid}/task")).ok()?;
    let of_thread = |entry: std::fs::DirEntry| -> Option<(OsString, u64)> {
        let status = std::fs::read_to_string(entry.path().join("status")).ok()?;
        let line = status.lines().find(|line| line.starts_with("voluntary_ctxt_switches:"))?;
        Some((entry.file_name(), line.split_whitespace().nth(1)?.parse().ok()?))
    };
    Some(threads.flatten().filter_map(of_thread).collect())
}

/// The wake-ups between two such counts. Those of a thread that ended in between are not known: it does no more.
#[must_use]
pub fn woken(before: &BTreeMap<OsString, u64>, after: &BTreeMap<OsString, u64>) -> u64 {
    let since = |(thread, count): (&OsString, &u64)| {
        count.saturating_sub(before.get(thread).copied().unwrap_or(0))
    };
    after.iter().map(since).sum()
}

/// The state of a process, as the kernel's letter: `R` runs, `S` sleeps, `T` is stopped, `Z` has ended.
#[must_use]
pub fn state(pid: u32) -> Option<char> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit_once(')')?.1.trim_start().chars().next()
}

/// Processor time of a process so far, in the kernel's ticks (hundredths of a second).
#[must_use]
pub fn ticks(pid: u32) -> Option<u64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name in parentheses may contain anything; the fields follow it.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    Some(fields.get(11)?.parse::<u64>().ok()? + fields.get(12)?.parse::<u64>().ok()?)
}

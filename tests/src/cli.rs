//! Commands of the program under test, run as from a script: through pipes, with a minimal environment, and with a time
//! limit, because a command that never ends is a failure.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::io::{Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;
use std::time::Duration;

use serde_json::Value;

use crate::{Home, program};

/// The time limit of every command.
const LIMIT: Duration = Duration::from_mins(3);

/// A command to run.
#[derive(Debug)]
pub struct Cli {
    command: Command,
    line: String,
    stdin: Vec<u8>,
}

impl Cli {
    /// A command in that home, with only the environment needed to find programs and files.
    pub fn new<A: AsRef<OsStr>>(home: &Home, args: impl IntoIterator<Item = A>) -> Self {
        let args: Vec<OsString> = args.into_iter().map(|arg| arg.as_ref().to_owned()).collect();
        let mut line = String::from("demoscope");
        for arg in &args {
            line.push(' ');
            line.push_str(&arg.to_string_lossy());
        }
        let mut command = Command::new(program::path());
        command
            .args(args)
            .current_dir(home.folder())
            .env_clear()
            .env("DEMOSCOPE_HOME", home.root())
            .env("DEMOSCOPE_HTTP_LISTEN", "off")
            .env("HOME", home.folder());
        if let Some(path) = std::env::var_os("PATH") {
            command.env("PATH", path);
        }
        Self { command, line, stdin: Vec::new() }
    }

    /// Sets an environment variable.
    #[must_use]
    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Removes an environment variable.
    #[must_use]
    pub fn env_remove(mut self, name: &str) -> Self {
        self.command.env_remove(name);
        self
    }

    /// Runs in another working directory.
    #[must_use]
    pub fn within(mut self, folder: PathBuf) -> Self {
        self.command.current_dir(folder);
        self
    }

    /// Passes bytes to standard input; the default is empty.
    #[must_use]
    pub fn stdin(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.stdin = bytes.into();
        self
    }

    /// Runs it to its end.
    #[must_use]
    pub fn run(self) -> Ended {
        self.start().end()
    }

    /// Starts it.
    #[must_use]
    pub fn start(mut self) -> Started {
        let mut child = self
            .command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut to = child.stdin.take().unwrap();
        let bytes = std::mem::take(&mut self.stdin);
        thread::spawn(move || {
            // A command may close the pipe before it has read everything.
            drop(to.write_all(&bytes));
        });
        let stdout = collect(child.stdout.take().unwrap());
        let stderr = collect(child.stderr.take().unwrap());
        Started { child, line: self.line, stdout, stderr }
    }
}

fn collect(mut from: impl Read + Send + 'static) -> Receiver<Vec<u8>> {
    let (give, take) = sync_channel(1);
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let read = from.read_to_end(&mut bytes);
        if read.is_ok() {
            // The receiver may be gone.
            drop(give.send(bytes));
        }
    });
    take
}

/// A running command.
#[derive(Debug)]
pub struct Started {
    child: Child,
    line: String,
    stdout: Receiver<Vec<u8>>,
    stderr: Receiver<Vec<u8>>,
}

impl Started {
    /// Its process id.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Waits for both streams to close, then for the process, as a shell's pipe does.
    ///
    /// # Panics
    /// When it does not end, or another process keeps a stream open.
    #[must_use]
    pub fn end(mut self) -> Ended {
        let stdout = self.stdout.recv_timeout(LIMIT);
        let stderr = self.stderr.recv_timeout(LIMIT);
        let (Ok(stdout), Ok(stderr)) = (stdout, stderr) else {
            drop(self.child.kill());
            panic!("`{}` did not end, or left its streams open, for {LIMIT:?}", self.line);
        };
        let status = self.child.wait().unwrap();
        Ended { line: self.line, status, stdout, stderr }
    }
}

/// An ended command, with its output.
pub struct Ended {
    line: String,
    status: ExitStatus,
    /// Standard output, byte for byte.
    pub stdout: Vec<u8>,
    /// Standard error, byte for byte.
    pub stderr: Vec<u8>,
}

impl Ended {
    /// The exit code as a shell reports it: 128 plus the signal number, if a signal ended it.
    #[must_use]
    pub fn code(&self) -> i32 {
        self.status.code().unwrap_or_else(|| 128 + self.status.signal().unwrap_or(0))
    }

    /// The same, after asserting its exit code.
    ///
    /// # Panics
    /// When the exit code differs.
    #[must_use]
    pub fn expect(self, code: i32) -> Self {
        assert_eq!(self.code(), code, "exit code of {self}");
        self
    }

    /// Standard output as text.
    #[must_use]
    pub fn out(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    /// Standard error as text.
    #[must_use]
    pub fn err(&self) -> String {
        String::from_utf8_lossy(&self.stderr).into_owned()
    }

    /// Standard output as one JSON document.
    ///
    /// # Panics
    /// When it is not valid JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.stdout)
            .unwrap_or_else(|error| panic!("no JSON on stdout ({error}) of {self}"))
    }

    /// Standard output as one JSON document a line.
    ///
    /// # Panics
    /// When a line is not valid JSON.
    #[must_use]
    pub fn json_lines(&self) -> Vec<Value> {
        let parse = |line: &str| {
            serde_json::from_str(line)
                .unwrap_or_else(|error| panic!("no JSON ({error}) in a line of {self}"))
        };
        self.out().lines().map(parse).collect()
    }

    /// The bytes of `results` as printed, for exact comparisons.
    ///
    /// # Panics
    /// When there are no results.
    #[must_use]
    pub fn results(&self) -> String {
        let out = self.out();
        let cut = out.find("\"results\":").zip(out.rfind(",\"meta\":"));
        match cut {
            Some((from, to)) if from < to => out[from + "\"results\":".len()..to].to_owned(),
            _ => panic!("no results printed by {self}"),
        }
    }

    /// Asserts that standard error contains that text.
    ///
    /// # Panics
    /// When it does not.
    #[must_use]
    pub fn says(self, words: &str) -> Self {
        assert!(self.err().contains(words), "{words:?} is not on stderr of {self}");
        self
    }
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let short = |bytes: &[u8]| {
            let text = String::from_utf8_lossy(&bytes[..bytes.len().min(4_000)]);
            text.escape_debug().to_string().replace("\\n", "\n")
        };
        write!(
            f,
            "`{}`: {}\n--- stdout\n{}\n--- stderr\n{}",
            self.line,
            self.status,
            short(&self.stdout),
            short(&self.stderr)
        )
    }
}

impl fmt::Debug for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

//! Commands of the program under test, run as a script would run them: through pipes, with a bare environment, and with
//! a limit, because a command that never ends is a failure and not a reason to wait.

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

/// A command takes less than this, whatever it does.
const LIMIT: Duration = Duration::from_mins(3);

/// A command to run.
#[derive(Debug)]
pub struct Cli {
    command: Command,
    line: String,
    stdin: Vec<u8>,
}

impl Cli {
    /// A command in that home, with nothing in its environment but what finding programs and files takes.
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
            .env("HOME", home.folder());
        if let Some(path) = std::env::var_os("PATH") {
            command.env("PATH", path);
        }
        Self { command, line, stdin: Vec::new() }
    }

    /// Sets a variable.
    #[must_use]
    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Leaves a variable out.
    #[must_use]
    pub fn env_remove(mut self, name: &str) -> Self {
        self.command.env_remove(name);
        self
    }

    /// Runs in another folder.
    #[must_use]
    pub fn within(mut self, folder: PathBuf) -> Self {
        self.command.current_dir(folder);
        self
    }

    /// Gives it something on standard input; by default there is nothing.
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
            // A command that does not read to the end closes the pipe; that is its right.
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
            // Nobody may be waiting any more.
            drop(give.send(bytes));
        }
    });
    take
}

/// A command under way.
#[derive(Debug)]
pub struct Started {
    child: Child,
    line: String,
    stdout: Receiver<Vec<u8>>,
    stderr: Receiver<Vec<u8>>,
}

impl Started {
    /// Its process.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Waits for both streams to close, then for the process: as a shell's pipe does.
    ///
    /// # Panics
    /// When it does not end, or leaves a stream open to somebody else.
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

/// A command that ended, and what it printed.
pub struct Ended {
    line: String,
    status: ExitStatus,
    /// What it wrote to standard output, byte for byte.
    pub stdout: Vec<u8>,
    /// What it wrote to standard error, byte for byte.
    pub stderr: Vec<u8>,
}

impl Ended {
    /// The exit code as a shell sees it: 128 and the number of the signal, where one ended it.
    #[must_use]
    pub fn code(&self) -> i32 {
        self.status.code().unwrap_or_else(|| 128 + self.status.signal().unwrap_or(0))
    }

    /// The same, once it is checked that it ended like that.
    ///
    /// # Panics
    /// When it ended otherwise.
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
    /// When it is none.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.stdout)
            .unwrap_or_else(|error| panic!("no JSON on stdout ({error}) of {self}"))
    }

    /// Standard output as one JSON document a line.
    ///
    /// # Panics
    /// When a line is none.
    #[must_use]
    pub fn json_lines(&self) -> Vec<Value> {
        let parse = |line: &str| {
            serde_json::from_str(line)
                .unwrap_or_else(|error| panic!("no JSON ({error}) in a line of {self}"))
        };
        self.out().lines().map(parse).collect()
    }

    /// The bytes of `results` as they were printed, for comparisons that nothing may soften.
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

    /// Checks that standard error says that.
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

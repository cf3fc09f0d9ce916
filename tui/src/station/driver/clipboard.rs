//! Clipboard by OSC 52, which works through SSH; inside tmux, which forwards the sequence only if configured, also by
//! tmux's own buffer; what tmux did not take also goes into a file. A program cannot know what a terminal does with the
//! sequence, so the message only reports where the text was sent, and where it stands.

use std::io::{self, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, Command as Program, Stdio};
use std::time::Duration;

use crossterm::Command;
use crossterm::clipboard::CopyToClipboard;
use protocol::paths::Paths;

use super::files;
use super::terminal::Screen;
use crate::station::look::Line;
use crate::station::widgets::format::{plural, stopped};

/// Terminals take about this many bytes of base64.
const BYTES_MAX: usize = 74_000;
/// Time limit for tmux, and the interval of checks meanwhile.
const TMUX_WITHIN: Duration = Duration::from_secs(3);
const TMUX_LOOK: Duration = Duration::from_millis(5);
/// Bytes of a tmux error message that are kept: they must fit a line.
const COMPLAINT_BYTES: u64 = 200;

/// The results of a copy.
#[derive(Debug, Default)]
pub(super) struct Ways {
    /// Sent to the terminal, unless it was too long.
    sent: Option<Result<(), String>>,
    /// Passed to tmux, if running inside one.
    tmux: Option<Result<(), String>>,
    /// Written to a file, unless it is known to be taken.
    file: Option<Result<String, String>>,
}

/// Sends a text to the terminal.
pub(super) fn send(screen: &mut Screen, text: &str) -> Ways {
    let encoded_bytes = text.len().div_ceil(3).saturating_mul(4);
    let sent = (encoded_bytes <= BYTES_MAX).then(|| {
        let mut sequence = String::new();
        CopyToClipboard::to_clipboard_from(text)
            .write_ansi(&mut sequence)
            .map_err(io::Error::other)
            .and_then(|()| screen.write(&sequence))
            .map_err(|error| error.to_string())
    });
    Ways { sent, ..Ways::default() }
}

/// Passes a text to the surrounding tmux, if there is one, and to a file unless tmux has taken it: whether a terminal did,
/// nobody is told. Reports where it is.
pub(super) async fn hand_on(
    paths: Paths,
    line: Line,
    what: &'static str,
    text: String,
    mut ways: Ways,
) -> Result<String, String> {
    if std::env::var_os("TMUX").is_some_and(|socket| !socket.is_empty()) {
        ways.tmux = Some(tmux(&text).await);
    }
    if !matches!(ways.tmux, Some(Ok(()))) {
        ways.file = Some(write(&paths, &text));
    }
    told(what, text.chars().count(), line, &ways)
}

fn write(paths: &Paths, text: &str) -> Result<String, String> {
    let path = paths.cache.join("copied.txt");
    files::store(&path, text.as_bytes())
        .map(|()| from_home(&path))
        .map_err(|error| format!("{} cannot be written: {error}", path.display()))
}

/// A path as a shell takes it, short enough for a line: from the home folder on.
pub(super) fn from_home(path: &Path) -> String {
    let home = std::env::var_os("HOME").filter(|home| !home.is_empty());
    match home.and_then(|home| path.strip_prefix(home).ok().map(Path::to_path_buf)) {
        Some(rest) => format!("~/{}", rest.display()),
        None => path.display().to_string(),
    }
}

/// Puts a text into a buffer of tmux and asks tmux to forward it to its own terminal. Versions before 3.2 cannot
/// forward.
async fn tmux(text: &str) -> Result<(), String> {
    match load_buffer(&["load-buffer", "-w", "-"], text).await {
        Err(_) => load_buffer(&["load-buffer", "-"], text).await,
        done => done,
    }
}

async fn load_buffer(arguments: &[&str], text: &str) -> Result<(), String> {
    let mut child = Program::new("tmux")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => "there is no tmux on the PATH".to_owned(),
            _ => error.to_string(),
        })?;
    let (input, text) = (child.stdin.take(), text.to_owned());
    // tmux may read slowly or not at all; its exit status shows whether it took everything.
    let writing = tokio::task::spawn_blocking(move || {
        input.map_or(Ok(()), |mut input| input.write_all(text.as_bytes()))
    });
    let ended = tokio::time::timeout(TMUX_WITHIN, ended(&mut child)).await;
    let outcome = match ended {
        Ok(Ok(status)) if status.success() => Ok(()),
        Ok(Ok(_)) => Err(complaint(&mut child)),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => {
            drop(child.kill());
            drop(child.wait());
            Err("it does not reply".to_owned())
        }
    };
    match writing.await {
        Ok(Err(error)) if outcome.is_ok() => Err(error.to_string()),
        _ => outcome,
    }
}

async fn ended(child: &mut Child) -> io::Result<std::process::ExitStatus> {
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        tokio::time::sleep(TMUX_LOOK).await;
    }
}

/// The first line of the error output of a program that has ended.
fn complaint(child: &mut Child) -> String {
    let mut said = Vec::new();
    if let Some(stderr) = child.stderr.take() {
        drop(stderr.take(COMPLAINT_BYTES).read_to_end(&mut said));
    }
    let said = String::from_utf8_lossy(&said);
    let first = said.lines().find(|line| !line.trim().is_empty()).map(str::trim);
    first.unwrap_or("it ended with an error").to_owned()
}

/// Where a text went, as far as known; an error if it may have been lost.
fn told(what: &str, characters: usize, line: Line, ways: &Ways) -> Result<String, String> {
    let count = plural(u64::try_from(characters).unwrap_or(u64::MAX), "character", "characters");
    let text = format!("{what}, {count}");
    let to = match line {
        Line::Local => "sent to the terminal",
        Line::Remote => "sent to your terminal by OSC 52, through SSH",
    };
    let stands = match &ways.file {
        Some(Ok(path)) => format!(" It stands in {path}"),
        Some(Err(_)) | None => String::new(),
    };
    match (&ways.tmux, &ways.sent, &ways.file) {
        (Some(Ok(())), Some(Ok(())), _) => {
            Ok(format!("{text}: in tmux's buffer, and offered to the terminal."))
        }
        (Some(Ok(())), ..) => Ok(format!("{text}: in tmux's buffer.")),
        (Some(Err(why)), Some(Ok(())), _) => {
            Err(format!("{text}: {to}, but not in tmux's buffer: {}{stands}", stopped(why)))
        }
        (_, Some(Err(why)), _) => {
            Err(format!("The terminal takes no copy: {}{stands}", stopped(why)))
        }
        (None, Some(Ok(())), Some(Ok(path))) => Ok(format!("{text}: {to}, and in {path}")),
        (None, Some(Ok(())), _) => Ok(format!("{text}: {to}.")),
        (_, None, Some(Ok(path))) => {
            Ok(format!("{text}: too long for the terminal; it stands in {path}"))
        }
        (_, None, Some(Err(why))) => {
            Err(format!("{text}: too long for the terminal, and {}", stopped(why)))
        }
        (_, None, None) => Err(format!("{text}: nothing takes it.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_is_claimed_than_is_known() {
        let no = |why: &str| Some(Err(why.to_owned()));
        let sent = || Some(Ok(()));
        let file = |path: &str| Some(Ok(path.to_owned()));
        for (line, ways, wanted) in [
            (Line::Local, Ways { sent: sent(), ..Ways::default() }, Ok("sent to the terminal.")),
            (
                Line::Remote,
                Ways { sent: sent(), ..Ways::default() },
                Ok("sent to your terminal by OSC 52, through SSH."),
            ),
            (
                Line::Local,
                Ways { sent: sent(), tmux: sent(), file: None },
                Ok("in tmux's buffer, and offered to the terminal."),
            ),
            (
                Line::Local,
                Ways { sent: sent(), tmux: no("no server running"), file: None },
                Err("sent to the terminal, but not in tmux's buffer: no server running."),
            ),
            (
                Line::Local,
                Ways { sent: sent(), tmux: None, file: file("~/copied.txt") },
                Ok("sent to the terminal, and in ~/copied.txt"),
            ),
            (
                Line::Local,
                Ways { sent: sent(), tmux: no("no server running"), file: file("~/copied.txt") },
                Err(
                    "sent to the terminal, but not in tmux's buffer: no server running. It stands in ~/copied.txt",
                ),
            ),
            (Line::Local, Ways { tmux: sent(), ..Ways::default() }, Ok("in tmux's buffer.")),
            (
                Line::Local,
                Ways { file: file("/tmp/copied.txt"), ..Ways::default() },
                Ok("too long for the terminal; it stands in /tmp/copied.txt"),
            ),
            (
                Line::Local,
                Ways {
                    file: Some(Err("it cannot be written".to_owned())),
                    tmux: no("no"),
                    sent: None,
                },
                Err("too long for the terminal, and it cannot be written."),
            ),
        ] {
            let whole = |text: &str| format!("The reason, 41 characters: {text}");
            let told = told("The reason", 41, line, &ways);
            assert_eq!(told, wanted.map(whole).map_err(whole));
        }
    }
}

//! The question to the terminal which background it draws on. It is asked once, before the first frame, and only where nobody
//! chose a theme; what was typed meanwhile is kept for the workstation.

use std::io::{self, Write};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::termios::{self, OptionalActions};

use crate::station::look::{Colours, Ground, Line, Look};

/// Which colour is the background, and what the terminal is: every terminal answers the second question, so that the wait ends
/// where it does not know the first.
const QUESTION: &[u8] = b"\x1b]11;?\x1b\\\x1b[c";
/// How long an answer is waited for: locally, and over a network.
const WAIT: (Duration, Duration) = (Duration::from_millis(200), Duration::from_millis(500));
/// Most bytes that are read meanwhile.
const BYTES_MAX: usize = 4096;

/// What came while the answer was waited for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct GroundAnswer {
    pub(super) ground: Option<Ground>,
    /// What else was read: keys that were typed.
    pub(super) typed: Vec<u8>,
}

/// Asks the terminal, and else the environment.
///
/// # Errors
/// When the terminal is gone.
pub(super) fn ask(
    look: Look,
    variable: impl Fn(&str) -> Option<String>,
) -> io::Result<GroundAnswer> {
    // Without colours there is nothing to fit, and the console of Linux is black and understands no such question.
    if look.colours == Colours::None || variable("TERM").is_some_and(|term| term == "linux") {
        return Ok(GroundAnswer { ground: Some(Ground::Dark), typed: Vec::new() });
    }
    let modes = termios::tcgetattr(io::stdin())?;
    let mut raw = modes.clone();
    raw.make_raw();
    termios::tcsetattr(io::stdin(), OptionalActions::Now, &raw)?;
    let heard = listen(if look.line == Line::Local { WAIT.0 } else { WAIT.1 });
    termios::tcsetattr(io::stdin(), OptionalActions::Now, &modes)?;
    let (mut answer, _) = read(&heard?);
    if answer.ground.is_none() {
        answer.ground = variable("COLORFGBG").and_then(|value| Ground::of_variable(&value));
    }
    Ok(answer)
}

/// Everything that comes until the terminal has answered, or that long.
fn listen(wait: Duration) -> io::Result<Vec<u8>> {
    let mut output = io::stdout();
    output.write_all(QUESTION)?;
    output.flush()?;
    let until = Instant::now() + wait;
    let mut heard = Vec::new();
    while heard.len() < BYTES_MAX && read(&heard).1 == Answered::Partly {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() || !comes_within(left) {
            break;
        }
        let mut bytes = [0; 256];
        match rustix::io::read(io::stdin(), &mut bytes) {
            Ok(0) => break,
            Ok(count) => heard.extend_from_slice(&bytes[..count]),
            Err(rustix::io::Errno::INTR | rustix::io::Errno::AGAIN) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(heard)
}

/// Whether there is something to read within that time.
fn comes_within(time: Duration) -> bool {
    let Ok(time) = Timespec::try_from(time) else { return false };
    let input = io::stdin();
    let mut polled = [PollFd::new(&input, PollFlags::IN | PollFlags::HUP)];
    poll(&mut polled, Some(&time)).is_ok_and(|count| count > 0)
}

/// Whether the terminal has answered all that it was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answered {
    Partly,
    All,
}

/// Takes the answers out of what was read.
fn read(heard: &[u8]) -> (GroundAnswer, Answered) {
    let mut typed = heard.to_vec();
    let colour = take_out(&mut typed, b"\x1b]11;", &[b"\x07", b"\x1b\\"]);
    let what = take_out(&mut typed, b"\x1b[?", &[b"c"]);
    let ground = colour.and_then(|colour| Ground::of_colour(&String::from_utf8_lossy(&colour)));
    let answered = if what.is_some() { Answered::All } else { Answered::Partly };
    (GroundAnswer { ground, typed }, answered)
}

/// Takes the first sequence out that begins and ends so, and returns what stands between.
fn take_out(bytes: &mut Vec<u8>, begins: &[u8], ends: &[&[u8]]) -> Option<Vec<u8>> {
    let find = |bytes: &[u8], what: &[u8]| bytes.windows(what.len()).position(|at| at == what);
    let start = find(bytes.as_slice(), begins)?;
    let inside = start + begins.len();
    let rest = bytes.get(inside..)?;
    let found = ends.iter().filter_map(|end| Some((find(rest, end)?, end.len())));
    let (length, end) = found.min_by_key(|(length, _)| *length)?;
    let between = rest.get(..length)?.to_vec();
    bytes.drain(start..inside + length + end);
    Some(between)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_taken_out_of_what_was_typed() {
        for (heard, ground, typed, answered) in [
            (
                &b"\x1b]11;rgb:ffff/ffff/ffff\x1b\\\x1b[?62;22c"[..],
                Some(Ground::Light),
                "",
                Answered::All,
            ),
            (b"\x1b]11;rgb:1e1e/1e1e/1e1e\x07\x1b[?1;2c", Some(Ground::Dark), "", Answered::All),
            (b"j\x1b]11;rgb:ff/ff/f0\x07k\x1b[?6cq", Some(Ground::Light), "jkq", Answered::All),
            (b"\x1b[?1;2c", None, "", Answered::All),
            (b"\x1b[A", None, "\x1b[A", Answered::Partly),
            (b"\x1b]11;rgb:ffff/ff", None, "\x1b]11;rgb:ffff/ff", Answered::Partly),
        ] {
            let expected = GroundAnswer { ground, typed: typed.as_bytes().to_vec() };
            assert_eq!(read(heard), (expected, answered), "{heard:?}");
        }
    }
}

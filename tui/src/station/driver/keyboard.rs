//! Terminal input. Standard input is only read when data is available, so that neither a thread nor a change of its
//! flags is needed, which other programs share; end of input means that the terminal is gone.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::time::Instant;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use tokio::io::unix::AsyncFd;

use crate::station::input::{Decoder, Input};

/// Bytes per read.
const READ_BYTES: usize = 4096;

/// What was read.
pub(super) enum Typed {
    /// Keys, pastes, clicks.
    Inputs(Vec<Input>),
    /// The terminal is gone.
    Gone,
}

/// Standard input.
pub(super) struct Keyboard {
    input: AsyncFd<OwnedFd>,
    decoder: Decoder,
    waits_since: Option<Instant>,
    /// What was typed before the workstation began to read.
    earlier: Vec<Input>,
}

impl Keyboard {
    /// Begins to read, with what was typed before.
    #[expect(
        deprecated,
        reason = "the successor is unsafe to call; what it guards against, a descriptor that is closed under the \
                  reactor, cannot happen to one that is owned"
    )]
    pub(super) fn open(typed: &[u8]) -> io::Result<Self> {
        let input = AsyncFd::new(io::stdin().as_fd().try_clone_to_owned()?)?;
        let mut decoder = Decoder::default();
        let earlier = decoder.feed(typed);
        let waits_since = decoder.is_waiting().then(Instant::now);
        Ok(Self { input, decoder, waits_since, earlier })
    }

    /// Since when an escape byte waits for the rest of its sequence.
    pub(super) fn waits_since(&self) -> Option<Instant> {
        self.waits_since
    }

    /// Ends the wait: nothing followed the escape byte. The beginning of a sequence waits again.
    pub(super) fn flush(&mut self) -> Vec<Input> {
        let inputs = self.decoder.flush();
        self.waits_since = self.decoder.is_waiting().then(Instant::now);
        inputs
    }

    /// Waits for input. Cancel safe: bytes are read and decoded without an await in between.
    pub(super) async fn next(&mut self) -> Typed {
        if !self.earlier.is_empty() {
            return Typed::Inputs(std::mem::take(&mut self.earlier));
        }
        loop {
            let Ok(mut ready) = self.input.readable().await else { return Typed::Gone };
            let mut inputs = Vec::new();
            while has_something(ready.get_inner()) {
                let mut bytes = [0; READ_BYTES];
                match rustix::io::read(ready.get_inner(), &mut bytes) {
                    Ok(0) => return Typed::Gone,
                    Ok(count) => inputs.extend(self.decoder.feed(&bytes[..count])),
                    Err(rustix::io::Errno::INTR | rustix::io::Errno::AGAIN) => break,
                    Err(_) => return Typed::Gone,
                }
            }
            ready.clear_ready();
            self.waits_since = self.decoder.is_waiting().then(Instant::now);
            if !inputs.is_empty() || self.waits_since.is_some() {
                return Typed::Inputs(inputs);
            }
        }
    }
}

/// Whether a read would return at once.
fn has_something(input: &OwnedFd) -> bool {
    let mut polled = [PollFd::new(input, PollFlags::IN | PollFlags::HUP)];
    let at_once = Timespec { tv_sec: 0, tv_nsec: 0 };
    poll(&mut polled, Some(&at_once)).is_ok_and(|count| count > 0)
}

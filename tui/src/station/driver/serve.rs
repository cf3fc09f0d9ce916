//! Event loop: one thread waits for keys, signals, responses and timers, updates the model, draws if something changed,
//! and executes the effects.

use std::io;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use protocol::id::SubmitKey;
use protocol::paths::Paths;
use tokio::sync::mpsc;
use uuid::Uuid;

use super::daemon::Daemon;
use super::drafts::DraftFiles;
use super::editor::Editor;
use super::keyboard::{Keyboard, Typed};
use super::notify::NotifyWay;
use super::signals::{Signal, Signals};
use super::terminal::Screen;
use super::{StationError, terminal};
use crate::station::effect::{Call, Effect};
use crate::station::model::{Model, Moment, Tone};
use crate::station::msg::Msg;
use crate::station::update;

/// How long an escape byte waits for the rest of its sequence.
const ESCAPE: Duration = Duration::from_millis(25);

/// What must be drawn, and how soon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Dirty {
    /// Nothing.
    Clean,
    /// With the next frame.
    Frame,
    /// At once.
    Now,
}

/// The state of the loop.
pub(super) struct Station {
    pub(super) model: Model,
    pub(super) screen: Screen,
    pub(super) keyboard: Keyboard,
    pub(super) daemon: Daemon,
    pub(super) paths: Paths,
    pub(super) drafts: DraftFiles,
    pub(super) editor: Editor,
    pub(super) messages: mpsc::Sender<Msg>,
    pub(super) started: Instant,
    pub(super) dirty: Dirty,
    pub(super) drawn: Instant,
    pub(super) frame: Duration,
    pub(super) notify: NotifyWay,
    pub(super) desktop: bool,
}

/// Whether the loop continues.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flow {
    Stay,
    Leave,
}

/// The time and key for an update.
pub(super) fn moment(started: Instant) -> Moment {
    Moment {
        ms: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
        wall: Timestamp::now(),
        key: SubmitKey(Uuid::new_v4()),
    }
}

/// Waits until then; forever without a deadline.
async fn until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(deadline.into()).await,
        None => std::future::pending().await,
    }
}

impl Station {
    /// When the next timer is due.
    fn next_wake(&self) -> Option<Instant> {
        let model = self.model.next_wake().map(|ms| self.started + Duration::from_millis(ms));
        let frame = (self.dirty != Dirty::Clean).then(|| self.drawn + self.frame);
        let escape = self.keyboard.waits_since().map(|since| since + ESCAPE);
        [model, frame, escape].into_iter().flatten().min()
    }

    fn draw_if_due(&mut self) -> io::Result<()> {
        let due = match self.dirty {
            Dirty::Clean => false,
            Dirty::Frame => self.drawn.elapsed() >= self.frame,
            Dirty::Now => true,
        };
        if due {
            self.screen.draw(&self.model)?;
            self.drawn = Instant::now();
            self.dirty = Dirty::Clean;
        }
        Ok(())
    }

    /// Draws, waits and executes effects, until the user quits or the terminal fails.
    pub(super) async fn serve(
        &mut self,
        signals: &mut Signals,
        inbox: &mut mpsc::Receiver<Msg>,
    ) -> Result<(), StationError> {
        loop {
            self.draw_if_due()?;
            let wake = self.next_wake();
            let flow = tokio::select! {
                biased;
                signal = signals.next() => self.signal(signal)?,
                typed = self.keyboard.next() => self.typed(typed)?,
                Some(msg) = inbox.recv() => self.take(msg, Dirty::Frame)?,
                () = until(wake) => self.wake()?,
            };
            if flow == Flow::Leave {
                return Ok(());
            }
        }
    }

    /// Handles a timer.
    fn wake(&mut self) -> Result<Flow, StationError> {
        let waited = self.keyboard.waits_since().is_some_and(|since| since.elapsed() >= ESCAPE);
        if waited {
            let inputs = self.keyboard.flush();
            return self.typed(Typed::Inputs(inputs));
        }
        if self.model.next_wake().is_some_and(|ms| ms <= moment(self.started).ms) {
            return self.take(Msg::Tick, Dirty::Frame);
        }
        Ok(Flow::Stay)
    }

    /// Handles input, or the loss of the terminal.
    fn typed(&mut self, typed: Typed) -> Result<Flow, StationError> {
        match typed {
            Typed::Inputs(inputs) => {
                for input in inputs {
                    if self.take(Msg::Input(input), Dirty::Now)? == Flow::Leave {
                        return Ok(Flow::Leave);
                    }
                }
                if let Some(told) = self.editor.saved_late() {
                    self.model.say(Tone::Trouble, told);
                    self.dirty = Dirty::Now;
                }
                Ok(Flow::Stay)
            }
            Typed::Gone => {
                self.drafts.keep(self.model.compose.as_ref());
                Ok(Flow::Leave)
            }
        }
    }

    fn signal(&mut self, signal: Signal) -> Result<Flow, StationError> {
        match signal {
            Signal::Resize => {
                let (columns, rows) = terminal::size();
                self.screen.forget();
                self.take(Msg::Resize(columns, rows), Dirty::Frame)
            }
            Signal::Leave => {
                self.drafts.keep(self.model.compose.as_ref());
                Ok(Flow::Leave)
            }
            Signal::Suspend => {
                self.suspend()?;
                Ok(Flow::Stay)
            }
        }
    }

    /// Updates the model and executes its effects.
    pub(super) fn take(&mut self, msg: Msg, dirty: Dirty) -> Result<Flow, StationError> {
        // An empty page of events only ends a wait: nothing on the screen depends on it.
        let silent = match &msg {
            Msg::Events(page) => page.events.is_empty(),
            Msg::Logs(_, Ok(page)) => page.entries.is_empty(),
            _ => false,
        };
        let effects = update(&mut self.model, moment(self.started), msg);
        if !silent || !effects.is_empty() {
            let follows =
                |one: &Effect| matches!(one, Effect::Follow(_) | Effect::Call(Call::Logs(..)));
            let only_follows = effects.iter().all(follows);
            if !(silent && only_follows) {
                self.dirty = self.dirty.max(dirty);
            }
        }
        for effect in effects {
            if self.carry_out(effect)? == Flow::Leave {
                return Ok(Flow::Leave);
            }
        }
        Ok(Flow::Stay)
    }
}

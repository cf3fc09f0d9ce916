//! The part of the workstation that touches the world: terminal, keyboard, signals, daemon, files. One loop on one thread
//! waits for any of them, lets the model change, draws when something did, and carries out what the model wants.

mod call;
mod clipboard;
mod daemon;
mod editor;
mod files;
mod keyboard;
mod signals;
mod terminal;

use std::io;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use protocol::id::SubmitKey;
use protocol::paths::Paths;
use tokio::sync::mpsc;
use uuid::Uuid;

use crate::station::effect::Effect;
use crate::station::keymap::{Keymap, KeymapError};
use crate::station::look::{Glyphs, Line, Look};
use crate::station::model::saved::Settings;
use crate::station::model::{Model, Moment};
use crate::station::msg::Msg;
use crate::station::theme::{Theme, ThemeError};
use crate::station::update;
use daemon::Daemon;
use keyboard::{Keyboard, Typed};
use signals::{Signal, Signals};
use terminal::Screen;

/// Messages that may wait; whoever sends more waits.
const MESSAGES_MAX: usize = 256;
/// How long an escape waits for the rest of its sequence.
const ESCAPE: Duration = Duration::from_millis(25);

/// Why the workstation cannot start or go on.
#[derive(Debug, thiserror::Error)]
pub enum StationError {
    /// Standard input and output are not a terminal.
    #[error("the workstation needs a terminal; `demoscope --help` lists what works without one")]
    NoTerminal,
    /// The terminal is gone or does not do what it is told.
    #[error("the terminal failed: {0}")]
    Terminal(#[from] io::Error),
    /// The owner's keymap is wrong.
    #[error("{0}")]
    Keymap(#[from] KeymapError),
    /// The owner's theme is wrong.
    #[error("{0}")]
    Theme(#[from] ThemeError),
    /// The daemon cannot be reached or started.
    #[error("{0}")]
    Daemon(protocol::error::ApiError),
}

/// What must be drawn, and how soon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Dirty {
    /// Nothing.
    Clean,
    /// With the next frame.
    Frame,
    /// At once.
    Now,
}

/// Everything the loop holds.
struct Station {
    model: Model,
    screen: Screen,
    keyboard: Keyboard,
    daemon: Daemon,
    paths: Paths,
    messages: mpsc::Sender<Msg>,
    started: Instant,
    dirty: Dirty,
    drawn: Instant,
    frame: Duration,
}

/// What is asked of the terminal beside showing cells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mouse {
    /// Clicks and the wheel come to the workstation.
    #[default]
    Ours,
    /// The terminal keeps them, so that it can select text.
    Terminals,
}

/// What the owner wants otherwise than the environment says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wishes {
    /// The name of a theme; it wins over `theme.toml` and over the one last chosen.
    pub theme: Option<String>,
    /// Which glyphs, whatever the locale says.
    pub glyphs: Option<Glyphs>,
    /// Who gets the mouse.
    pub mouse: Mouse,
}

/// Runs the workstation until its owner leaves it. The daemon must be running or startable.
///
/// # Errors
/// When there is no terminal, or a keymap or theme of the owner is wrong.
pub fn run(paths: &Paths, wishes: &Wishes) -> Result<(), StationError> {
    if !terminal::is_there() {
        return Err(StationError::NoTerminal);
    }
    let mut look = Look::detect(|name| std::env::var(name).ok());
    look.glyphs = wishes.glyphs.unwrap_or(look.glyphs);
    let keymap = files::keymap(paths)?;
    let settings = files::settings(paths);
    let theme = match &wishes.theme {
        Some(name) => Theme::named(name, look)?,
        None => files::theme(paths, &settings, look)?,
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let outcome = runtime.block_on(station(paths, wishes.mouse, keymap, theme, settings));
    // Calls that wait for a daemon that is away are not waited for.
    runtime.shutdown_background();
    outcome
}

async fn station(
    paths: &Paths,
    mouse: Mouse,
    keymap: Keymap,
    theme: Theme,
    settings: Settings,
) -> Result<(), StationError> {
    let line = theme.look().line;
    let (messages, mut inbox) = mpsc::channel(MESSAGES_MAX);
    let daemon = Daemon::open(paths, messages.clone()).await.map_err(StationError::Daemon)?;
    let mut signals = Signals::listen()?;
    let started = Instant::now();
    let screen = Screen::enter(mouse)?;
    let model = Model::new(moment(started), terminal::size(), keymap, theme)
        .resume(settings, files::draft(paths));
    let mut station = Station {
        model,
        screen,
        keyboard: Keyboard::open()?,
        daemon,
        paths: paths.clone(),
        messages,
        started,
        dirty: Dirty::Now,
        drawn: started,
        frame: if line == Line::Local {
            Duration::from_millis(33)
        } else {
            Duration::from_millis(100)
        },
    };
    let ended = station.serve(&mut signals, &mut inbox).await;
    if ended.is_err() {
        // A terminal that is gone can be noticed first by what is drawn to it.
        files::keep_draft(&station.paths, station.model.compose.as_ref());
    }
    ended
}

/// Panics at F12 when a test has asked for that, so that it can see the terminal given back.
#[cfg(feature = "seeded-bugs")]
fn fall_over_if_asked(input: &crate::station::input::Input) {
    use crate::station::key::{Chord, Key};
    let is_key = *input == crate::station::input::Input::Key(Chord::plain(Key::F(12)));
    let is_asked = is_key && std::env::var_os("DEMOSCOPE_TEST_PANIC").is_some();
    assert!(!is_asked, "asked for by a test");
}

/// Whether the loop goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flow {
    Stay,
    Leave,
}

fn moment(started: Instant) -> Moment {
    Moment {
        ms: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
        wall: Timestamp::now(),
        key: SubmitKey(Uuid::new_v4()),
    }
}

/// Waits until then; for ever when there is nothing to wait for.
async fn until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(deadline.into()).await,
        None => std::future::pending().await,
    }
}

impl Station {
    /// When something happens by itself.
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

    /// Draws, waits and carries out, until somebody leaves or the terminal fails.
    async fn serve(
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

    /// Time has passed.
    fn wake(&mut self) -> Result<Flow, StationError> {
        let waited = self.keyboard.waits_since().is_some_and(|since| since.elapsed() >= ESCAPE);
        if waited && let Some(input) = self.keyboard.flush() {
            return self.take(Msg::Input(input), Dirty::Now);
        }
        if self.model.next_wake().is_some_and(|ms| ms <= moment(self.started).ms) {
            return self.take(Msg::Tick, Dirty::Frame);
        }
        Ok(Flow::Stay)
    }

    /// Somebody typed, or the terminal is gone.
    fn typed(&mut self, typed: Typed) -> Result<Flow, StationError> {
        match typed {
            Typed::Inputs(inputs) => {
                for input in inputs {
                    #[cfg(feature = "seeded-bugs")]
                    fall_over_if_asked(&input);
                    if self.take(Msg::Input(input), Dirty::Now)? == Flow::Leave {
                        return Ok(Flow::Leave);
                    }
                }
                Ok(Flow::Stay)
            }
            Typed::Gone => {
                files::keep_draft(&self.paths, self.model.compose.as_ref());
                Ok(Flow::Leave)
            }
        }
    }

    fn signal(&mut self, signal: Signal) -> Result<Flow, StationError> {
        match signal {
            Signal::Resize => {
                let (columns, rows) = terminal::size();
                self.screen.resize(columns, rows)?;
                self.take(Msg::Resize(columns, rows), Dirty::Frame)
            }
            Signal::Leave => {
                files::keep_draft(&self.paths, self.model.compose.as_ref());
                Ok(Flow::Leave)
            }
            Signal::Suspend => {
                self.suspend()?;
                Ok(Flow::Stay)
            }
        }
    }

    /// Lets the model change and carries out what it wants.
    fn take(&mut self, msg: Msg, dirty: Dirty) -> Result<Flow, StationError> {
        // A page without events is only the end of a wait: nothing on the screen depends on it.
        let silent = matches!(&msg, Msg::Events(page) if page.events.is_empty());
        let effects = update(&mut self.model, moment(self.started), msg);
        if !silent || !effects.is_empty() {
            let only_follows = effects.iter().all(|effect| matches!(effect, Effect::Follow(_)));
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

    fn carry_out(&mut self, effect: Effect) -> Result<Flow, StationError> {
        match effect {
            Effect::Call(call) => self.daemon.call(call),
            Effect::Follow(cursor) => self.daemon.follow(cursor),
            Effect::StartDaemon => self.daemon.start(),
            Effect::Copy(text) => {
                if let Some(told) = clipboard::copy(&mut self.screen, &self.paths, &text) {
                    self.send(Msg::Told(told));
                }
            }
            Effect::Write { name, content } => {
                self.send(Msg::Written(files::export(&name, &content)));
            }
            Effect::Attach(name) => {
                let text = files::read(&name);
                self.send(Msg::Attached(name, text));
            }
            Effect::ListFiles(typed) => {
                let names = files::beginning_with(&typed);
                self.send(Msg::Files(typed, names));
            }
            Effect::SaveDraft(form) => files::save_draft(&self.paths, &form),
            Effect::SaveSettings(settings) => files::save_settings(&self.paths, &settings),
            Effect::Edit(text) => {
                self.screen.leave();
                let edited = editor::edit(&self.paths, &text);
                self.enter_again()?;
                self.send(Msg::Edited(edited));
            }
            Effect::Redraw => {
                self.screen.forget()?;
                self.dirty = Dirty::Now;
            }
            Effect::Suspend => self.suspend()?,
            Effect::Quit => return Ok(Flow::Leave),
        }
        Ok(Flow::Stay)
    }

    /// Goes back to the shell until it says to go on.
    fn suspend(&mut self) -> Result<(), StationError> {
        self.screen.leave();
        signals::stop();
        self.enter_again()
    }

    fn enter_again(&mut self) -> Result<(), StationError> {
        self.screen.enter_again()?;
        let (columns, rows) = terminal::size();
        self.screen.resize(columns, rows)?;
        self.model.size = (columns, rows);
        self.dirty = Dirty::Now;
        Ok(())
    }

    /// Queues a message for the model; where the queue is full it waits beside the loop, never in it.
    fn send(&self, msg: Msg) {
        let messages = self.messages.clone();
        drop(tokio::spawn(async move { drop(messages.send(msg).await) }));
    }
}

//! The part of the workstation that touches the world: terminal, keyboard, signals, daemon, files. Here it is set up and
//! taken down; `serve` is the loop, `effects` what it does to the world.

mod call;
mod clipboard;
mod daemon;
mod drafts;
mod editor;
mod effects;
mod export;
mod files;
mod keyboard;
mod serve;
mod signals;
mod terminal;

use std::io;
use std::time::{Duration, Instant};

use protocol::paths::Paths;
use tokio::sync::mpsc;

use crate::station::keymap::{Keymap, KeymapError};
use crate::station::look::{Glyphs, Line, Look};
use crate::station::model::Model;
use crate::station::model::saved::Settings;
use crate::station::theme::{Theme, ThemeError};
use daemon::Daemon;
use drafts::DraftFiles;
pub(crate) use drafts::forget as forget_drafts;
use keyboard::Keyboard;
use serve::{Dirty, Station, moment};
use signals::Signals;
use terminal::Screen;

/// Messages that may wait; whoever sends more waits.
const MESSAGES_MAX: usize = 256;
/// Between two frames: on this machine, and over a network.
const FRAME: (Duration, Duration) = (Duration::from_millis(33), Duration::from_millis(100));
/// Between two pages of news: as often as a picture that fills must change to look as if it flowed.
const NEWS: (Duration, Duration) = (Duration::from_millis(66), Duration::from_millis(100));

/// Why the workstation cannot start or go on.
#[derive(Debug, thiserror::Error)]
pub enum StationError {
    /// Standard input and output are not a terminal.
    #[error("The workstation needs a terminal; `demoscope --help` lists what works without one")]
    NoTerminal,
    /// The terminal is gone or does not do what it is told.
    #[error("The terminal failed: {0}")]
    Terminal(#[from] io::Error),
    /// The owner's keymap is wrong.
    #[error(transparent)]
    Keymap(#[from] KeymapError),
    /// The owner's theme is wrong.
    #[error(transparent)]
    Theme(#[from] ThemeError),
    /// The daemon cannot be reached or started.
    #[error(transparent)]
    Daemon(protocol::error::ApiError),
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
    let (frame, news) = if line == Line::Local { (FRAME.0, NEWS.0) } else { (FRAME.1, NEWS.1) };
    let daemon = Daemon::open(paths, messages.clone(), news).await.map_err(StationError::Daemon)?;
    let mut signals = Signals::listen()?;
    let started = Instant::now();
    let screen = Screen::enter(mouse)?;
    let (drafts, kept) = DraftFiles::open(paths);
    let model = Model::new(moment(started), terminal::size(), keymap, theme).resume(settings, kept);
    let mut station = Station {
        model,
        screen,
        keyboard: Keyboard::open()?,
        daemon,
        paths: paths.clone(),
        drafts,
        messages,
        started,
        dirty: Dirty::Now,
        drawn: started,
        frame,
    };
    let ended = station.serve(&mut signals, &mut inbox).await;
    if ended.is_err() {
        // A terminal that is gone can be noticed first by what is drawn to it.
        station.drafts.keep(station.model.compose.as_ref());
    }
    ended
}

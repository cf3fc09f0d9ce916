//! Driver of the workstation: the only part with access to terminal, keyboard, signals, daemon and files. This file
//! sets it up and shuts it down; `serve` is the loop, `effects` executes effects.

mod call;
mod clipboard;
mod daemon;
mod desktop;
mod drafts;
mod editor;
mod effects;
mod export;
mod files;
mod ground;
mod keyboard;
mod notify;
mod serve;
mod signals;
mod terminal;
mod version_file;

use std::io;
use std::time::{Duration, Instant};

use protocol::paths::Paths;
use tokio::sync::mpsc;

use crate::station::keymap::{Keymap, KeymapError};
use crate::station::look::{Glyphs, Line, Look};
use crate::station::model::saved::Settings;
use crate::station::model::{Model, Tone};
use crate::station::theme::{Theme, ThemeError};
use daemon::Daemon;
use drafts::DraftFiles;
pub(crate) use drafts::forget as forget_drafts;
use editor::Editor;
use ground::GroundAnswer;
use keyboard::Keyboard;
pub use notify::NotifyWay;
use serve::{Dirty, Station, moment};
use signals::Signals;
use terminal::Screen;

/// Capacity of the message queue; further senders wait.
const MESSAGES_MAX: usize = 256;
/// Minimum time between two frames: locally, and over a network.
const FRAME: (Duration, Duration) = (Duration::from_millis(33), Duration::from_millis(100));
/// Minimum time between two pages of events: short enough for the mosaic to fill smoothly.
const NEWS: (Duration, Duration) = (Duration::from_millis(66), Duration::from_millis(100));

/// What is said where the terminal may draw lines two cells wide, which nobody can ask it.
const WIDE_HINT: &str = "If lines look broken here: demoscope --ascii draws with plain letters.";

/// Why the workstation cannot start or continue.
#[derive(Debug, thiserror::Error)]
pub enum StationError {
    /// Standard input and output are not a terminal.
    #[error("The workstation needs a terminal; `demoscope --help` lists what works without one")]
    NoTerminal,
    /// The terminal is gone or rejects operations.
    #[error("The terminal failed: {0}")]
    Terminal(#[from] io::Error),
    /// The user's keymap is invalid.
    #[error(transparent)]
    Keymap(#[from] KeymapError),
    /// The user's theme is invalid.
    #[error(transparent)]
    Theme(#[from] ThemeError),
    /// The daemon cannot be reached or started.
    #[error(transparent)]
    Daemon(protocol::error::ApiError),
}

/// Who handles the mouse.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mouse {
    /// The workstation receives clicks and the wheel.
    #[default]
    Ours,
    /// The terminal keeps them, so that it can select text.
    Terminals,
}

/// Options that override the environment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StationOptions {
    /// The name of a theme; it overrides `theme.toml` and the last chosen theme.
    pub theme: Option<String>,
    /// Which glyphs to use, whatever the locale says.
    pub glyphs: Option<Glyphs>,
    /// Who handles the mouse.
    pub mouse: Mouse,
    /// How its user is called.
    pub notify: NotifyWay,
    /// Whether its user is called by the desktop, too.
    pub desktop: bool,
}

/// Runs the workstation until the user quits. The daemon must be running or startable.
///
/// # Errors
/// When there is no terminal, or the user's keymap or theme is invalid.
pub fn run(paths: &Paths, options: &StationOptions) -> Result<(), StationError> {
    if !terminal::is_there() {
        return Err(StationError::NoTerminal);
    }
    let variable = |name: &str| std::env::var(name).ok();
    let mut look = Look::detect(variable);
    look.glyphs = options.glyphs.unwrap_or(look.glyphs);
    let keymap = files::keymap(paths)?;
    let settings = files::settings(paths);
    let chosen = match &options.theme {
        Some(name) => Some(Theme::named(name, look)?),
        None => files::theme(paths, &settings, look)?,
    };
    let (theme, typed) = match chosen {
        Some(theme) => (theme, Vec::new()),
        None => {
            let GroundAnswer { ground, typed } = ground::ask(look, variable)?;
            (Theme::fitted(ground, look)?, typed)
        }
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let outcome = runtime.block_on(station(paths, options, keymap, theme, settings, &typed));
    // Calls to a lost daemon are not waited for.
    runtime.shutdown_background();
    outcome
}

async fn station(
    paths: &Paths,
    options: &StationOptions,
    keymap: Keymap,
    theme: Theme,
    settings: Settings,
    typed: &[u8],
) -> Result<(), StationError> {
    let line = theme.look().line;
    let (messages, mut inbox) = mpsc::channel(MESSAGES_MAX);
    let (frame, news) = if line == Line::Local { (FRAME.0, NEWS.0) } else { (FRAME.1, NEWS.1) };
    let daemon = Daemon::open(paths, messages.clone(), news).await.map_err(StationError::Daemon)?;
    let mut signals = Signals::listen()?;
    let started = Instant::now();
    let screen = Screen::enter(options.mouse)?;
    let (drafts, kept) = DraftFiles::open(paths);
    let mut model =
        Model::new(moment(started), terminal::size(), keymap, theme).resume(settings, kept);
    let is_unsure = options.glyphs.is_none() && model.look().glyphs == Glyphs::Unicode;
    if is_unsure && Look::may_draw_wide(|name| std::env::var(name).ok()) {
        model.say(Tone::Done, WIDE_HINT);
    }
    let mut station = Station {
        model,
        screen,
        keyboard: Keyboard::open(typed)?,
        daemon,
        paths: paths.clone(),
        drafts,
        editor: Editor::default(),
        messages,
        started,
        dirty: Dirty::Now,
        drawn: started,
        frame,
        notify: options.notify,
        desktop: options.desktop,
    };
    let ended = station.serve(&mut signals, &mut inbox).await;
    if ended.is_err() {
        // Drawing may be the first to notice that the terminal is gone.
        station.drafts.keep(station.model.compose.as_ref());
    }
    ended
}

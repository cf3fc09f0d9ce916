//! Event feed follower: it watches a study until it has ended. The cursor is taken before the study is submitted, so no
//! event can be missed; when the daemon is lost meanwhile, it is restarted and the feed continues at the cursor.

use std::time::{Duration, Instant};

use protocol::error::{ApiError, ErrorCode};
use protocol::event::{Cursor, Event, EventKind, EventPage};
use protocol::run::{Live, PAUSED_BY_OWNER, Silence, State, Study};
use protocol::safe;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::cli::control;
use crate::cli::run::headline;
use crate::cli::run::progress;
use crate::failure::Failure;
use crate::kinds;
use crate::link::{Link, call};
use crate::look::thousands;
use crate::ui::{Talk, Ui};

/// Events per request.
const PAGE: u32 = 500;
/// Minimum time between redraws: more frequent ones would not be seen.
const REDRAW: Duration = Duration::from_millis(100);
/// Lost connections in a row after which the error is reported.
const LOSSES_MAX: u32 = 5;
/// Seconds of silence of a service after which a line reports it.
const SILENCE_SAID: u64 = 30;

/// How following a study ended.
#[derive(Debug)]
pub(crate) enum Followed {
    /// The study has ended, or is paused because it cannot go on.
    Ended(Box<Study>),
    /// The user pressed Ctrl-C; the study continues.
    Interrupted,
}

/// A cursor in the event feed, and a listener for Ctrl-C.
pub(crate) struct Follower {
    cursor: Cursor,
    interrupt: Signal,
}

impl Follower {
    /// Starts at the end of the feed.
    pub(crate) fn attach(link: &Link) -> Result<Self, Failure> {
        let interrupt = signal(SignalKind::interrupt()).map_err(|error| {
            Failure::invalid(format!("Ctrl-C cannot be heard: {error}")).because(&error)
        })?;
        Ok(Self { cursor: link.welcome.head, interrupt })
    }

    /// Waits for the study's end and shows its progress.
    pub(crate) async fn follow(
        &mut self,
        link: &mut Link,
        study: &Study,
        ui: &mut Ui,
    ) -> Result<Followed, Failure> {
        let what = format!(
            "{}, {} engine, seed {}",
            kinds::view(study.instrument).count(study.panel.requested),
            safe::line(&study.engine),
            study.seed
        );
        ui.say(&headline(study, &what, ui));
        // Without a progress line the feed suffices; the wait only guards against a lost end event.
        let wait = match ui.talk {
            Talk::Live => Duration::from_secs(1),
            Talk::Lines => Duration::from_secs(5),
        };
        let mut drawn: Option<Instant> = None;
        let mut paused_said = false;
        let mut trouble_said = false;
        // Reported when the silence has lasted this long, and again each time its length has doubled.
        let mut silence_next = SILENCE_SAID;
        let mut losses = 0;
        let mut look_now = true;
        loop {
            let due = ui.talk == Talk::Live && drawn.is_none_or(|at| at.elapsed() >= REDRAW);
            if look_now || due {
                match call!(link, live(study.id)) {
                    Ok(live) => {
                        losses = 0;
                        if live.study.state.is_final() {
                            ui.say_raw(progress::clear(ui.talk));
                            ui.say(&headline(study, &ending(&live), ui));
                            return Ok(Followed::Ended(Box::new(live.study)));
                        }
                        if live.study.state == State::Paused && !paused_said {
                            paused_said = true;
                            ui.say_raw(progress::clear(ui.talk));
                            ui.say(&headline(study, &pause(&live.study), ui));
                            if live.spending.as_ref().is_some_and(|money| money.asked_usd.is_some())
                            {
                                control::agree(link, study.id, ui).await?;
                                paused_said = false;
                            } else if live.study.reason.as_deref() != Some(PAUSED_BY_OWNER) {
                                // It does not go on before somebody has mended that; its answers so far can be read.
                                return Ok(Followed::Ended(Box::new(live.study)));
                            }
                        }
                        paused_said &= live.study.state == State::Paused;
                        if let Some(why) = live.no_writes.as_ref().filter(|_| !trouble_said) {
                            ui.say_raw(progress::clear(ui.talk));
                            let waits =
                                format!("waits, the store takes no writes: {}", safe::line(why));
                            ui.say(&headline(study, &waits, ui));
                        }
                        trouble_said = live.no_writes.is_some();
                        match &live.silence {
                            Some(silence) if is_due(silence, silence_next) => {
                                let lasted = silence.seconds.max(SILENCE_SAID);
                                silence_next = lasted.saturating_mul(2);
                                ui.say_raw(progress::clear(ui.talk));
                                ui.say(&headline(study, &safe::line(&silence.sentence()), ui));
                            }
                            Some(_) => {}
                            None => silence_next = SILENCE_SAID,
                        }
                        if ui.talk == Talk::Live {
                            let drawing = progress::line(&live, ui.err_look);
                            ui.say_raw(&drawing);
                            drawn = Some(Instant::now());
                        }
                    }
                    Err(error) => self.recover(error, study, &mut losses, link, ui).await?,
                }
            }
            let page = tokio::select! {
                _ = self.interrupt.recv() => {
                    ui.say_raw(progress::clear(ui.talk));
                    return Ok(Followed::Interrupted);
                }
                page = next(link, self.cursor, wait) => page,
            };
            look_now = match page {
                Ok(page) => {
                    self.cursor = page.next;
                    // The next redraw shows single answers anyway.
                    let calls = |event: &Event| {
                        event.study == Some(study.id) && event.kind() != Some(EventKind::Recorded)
                    };
                    page.events.is_empty() || page.events.iter().any(calls)
                }
                Err(error) => {
                    self.recover(error, study, &mut losses, link, ui).await?;
                    true
                }
            };
        }
    }

    /// Restarts a lost daemon, unless it is lost repeatedly; every other error ends the following.
    async fn recover(
        &self,
        error: ApiError,
        study: &Study,
        losses: &mut u32,
        link: &mut Link,
        ui: &mut Ui,
    ) -> Result<(), Failure> {
        *losses += 1;
        if error.code != ErrorCode::Unreachable || *losses > LOSSES_MAX {
            return Err(error.into());
        }
        ui.say_raw(progress::clear(ui.talk));
        ui.say("The daemon went away; the study is kept and goes on with it.");
        let back = format!("come back with: demoscope show {}", study.id.short());
        link.reopen(ui).await.map_err(|failure| failure.hint(back))
    }
}

async fn next(link: &Link, after: Cursor, wait: Duration) -> Result<EventPage, ApiError> {
    let wait_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
    call!(link, wait + Duration::from_secs(15), events(after, PAGE, wait_ms))
}

fn ending(live: &Live) -> String {
    let panel = live.study.panel;
    let counts =
        format!("{} of {} answered", thousands(panel.delivered), thousands(panel.requested));
    let reason = live.study.reason.as_deref().map(safe::line);
    let reason = reason.map(|reason| format!(", {reason}")).unwrap_or_default();
    format!("{}{reason}, {counts} in {}", live.study.state, progress::duration(live.elapsed_ms))
}

fn pause(study: &Study) -> String {
    let reason = study.reason.as_deref().map(safe::line);
    let reason = reason.map(|reason| format!(" ({reason})")).unwrap_or_default();
    format!("paused{reason}; go on with: demoscope resume {}", study.id.short())
}

/// Whether to report a silence: after the time is up, or at once where the service asks for such a wait.
fn is_due(silence: &Silence, next: u64) -> bool {
    let is_first = next == SILENCE_SAID;
    silence.seconds >= next || (is_first && silence.asks_s >= Some(SILENCE_SAID))
}

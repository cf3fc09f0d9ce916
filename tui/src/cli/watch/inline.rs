//! Following one file: a few lines on the terminal that are drawn anew with every change, or one wait for the result of the
//! present text. The terminal keeps its state: nothing is switched that would have to be switched back.

use std::time::Duration;

use jiff::Timestamp;
use protocol::event::EventKind;
use protocol::run::{Headline, State};
use protocol::safe;
use protocol::service::DriverRun;
use protocol::study::{Draft, DraftText};
use protocol::watch::{SaveOutcome, Watch, WatchControl, WatchRequest, WatchedFile};
use tokio::signal::unix::{SignalKind, signal};

use crate::cli::expect::{self, Expectation, judge};
use crate::cli::input;
use crate::cli::run::{Followed, Follower, end_of};
use crate::cli::show::{self, Form, ShowDetail};
use crate::failure::{Exit, Failure};
use crate::link::{Absent, Link, PAUSE, call};
use crate::look::{Look, Role};
use crate::report::estimates::{number, range};
use crate::report::{version, words};
use crate::ui::{Talk, Ui};

/// The driver that looks after watched files.
const DRIVER: &str = "watch";
/// Longest wait for the driver to look at a file.
const LOOKS_WITHIN: Duration = Duration::from_secs(60);
/// Wait for the next event.
const WAIT: Duration = Duration::from_secs(10);

/// What to follow, and how.
pub(super) struct FollowedFile {
    pub(super) path: String,
    pub(super) lines: usize,
    pub(super) expectations: Vec<Expectation>,
    pub(super) json: bool,
}

/// A file that is watched, if need be for as long as this command runs.
struct Watching {
    link: Link,
    is_ours: bool,
}

impl Watching {
    /// Watches the file, unless it is watched already, and waits until it was looked at.
    async fn begin(path: &str, ui: &mut Ui) -> Result<Self, Failure> {
        let link = Link::open(ui, Absent::Start).await?;
        let before = last_look(&link).await?;
        let known = call!(link, watches())?;
        let other = watch_of(&known, path);
        let is_ours = other.is_none();
        // Resuming what is at work changes nothing but that it is looked at now.
        match other {
            Some(watch) => {
                if watch.state == protocol::watch::WatchState::Paused {
                    return Err(Failure::invalid(format!("{} is paused", safe::line(&watch.path)))
                        .hint("Take it up again with `demoscope watch resume PATH`"));
                }
                call!(link, control_watch(watch.path.clone(), WatchControl::Resume))?;
            }
            None => {
                let request =
                    WatchRequest { paths: vec![path.to_owned()], ..WatchRequest::default() };
                call!(link, watch(request))?;
            }
        }
        let begun = std::time::Instant::now();
        while last_look(&link).await? == before && begun.elapsed() < LOOKS_WITHIN {
            tokio::time::sleep(PAUSE.1).await;
        }
        Ok(Self { link, is_ours })
    }

    /// The file as it is known.
    async fn file(&self, path: &str) -> Result<Option<WatchedFile>, Failure> {
        let files = super::files(&self.link).await?;
        Ok(files.into_iter().find(|file| file.path == path))
    }

    async fn end(self, path: &str) -> Result<(), Failure> {
        if self.is_ours {
            call!(self.link, control_watch(path.to_owned(), WatchControl::Remove))?;
        }
        Ok(())
    }
}

/// When the driver last looked.
async fn last_look(link: &Link) -> Result<Option<Timestamp>, Failure> {
    let drivers = call!(link, status())?.drivers;
    let driver = drivers.into_iter().find(|driver| driver.name == DRIVER);
    Ok(driver.and_then(|driver| driver.last).map(|DriverRun { at, .. }| at))
}

/// Waits for the result of the present text and prints its report.
pub(super) async fn once(follow: FollowedFile, ui: &mut Ui) -> Result<Exit, Failure> {
    expected(&follow, ui).await?;
    let mut watching = Watching::begin(&follow.path, ui).await?;
    let exit = report(&mut watching, &follow, ui).await;
    watching.end(&follow.path).await?;
    exit
}

/// Compares what is expected with what the results of the present text can have. What else is wrong with it is told when it
/// is evaluated.
async fn expected(follow: &FollowedFile, ui: &mut Ui) -> Result<(), Failure> {
    if follow.expectations.is_empty() {
        return Ok(());
    }
    let Ok(source) = input::read(std::ffi::OsStr::new(&follow.path)) else { return Ok(()) };
    let link = Link::open(ui, Absent::Start).await?;
    let known = call!(link, watches())?;
    let watch = watch_of(&known, &follow.path);
    let overrides = watch.map(|watch| watch.overrides.clone()).unwrap_or_default();
    let draft = Draft {
        file: source.name,
        text: DraftText::File(source.text),
        overrides,
        ..Draft::default()
    };
    match call!(link, check(draft)) {
        Ok(preview) => expect::check(&follow.expectations, &follow.path, &preview.estimates),
        Err(_) => Ok(()),
    }
}

/// The watch of a file: its own, else that of the folder that it is in.
fn watch_of<'a>(known: &'a [Watch], path: &str) -> Option<&'a Watch> {
    let covers =
        |watch: &&Watch| watch.is_folder && std::path::Path::new(path).starts_with(&watch.path);
    let own = known.iter().find(|watch| watch.path == path);
    own.or_else(|| known.iter().find(covers))
}

async fn report(
    watching: &mut Watching,
    follow: &FollowedFile,
    ui: &mut Ui,
) -> Result<Exit, Failure> {
    let Some(file) = watching.file(&follow.path).await? else {
        return Err(Failure::invalid("The daemon has not looked at the file")
            .hint("See `demoscope daemon status`; a report of ours is not evaluated"));
    };
    if file.outcome == SaveOutcome::Broken {
        return Err(Failure::problems("The file was not evaluated", file.problems));
    }
    if let Some(why) = file.held {
        ui.say(&format!("Nobody was asked: {}", safe::line(&why)));
        return Ok(Exit::NoBudget);
    }
    let Some(id) = file.study else {
        return Err(Failure::invalid("The study of this version was deleted")
            .hint("Run it once more with `demoscope run FILE`"));
    };
    let study = call!(watching.link, report(id))?.study;
    let mut exit = Exit::Done;
    let study = if study.state.is_final() {
        study
    } else {
        let mut follower = Follower::attach(&watching.link)?;
        match follower.follow(&mut watching.link, &study, ui).await? {
            Followed::Ended(study) => *study,
            Followed::Interrupted => return Ok(Exit::Interrupted),
        }
    };
    show::print(&watching.link, id, ShowDetail::Summary, Form::of(follow.json), ui).await?;
    exit = exit.max(end_of(&study));
    let found = call!(watching.link, report(id))?;
    Ok(exit.max(judge(&follow.expectations, found.results.as_ref(), ui)))
}

/// Keeps a few lines about the file until Ctrl-C.
pub(super) async fn live(follow: FollowedFile, ui: &mut Ui) -> Result<Exit, Failure> {
    let mut interrupt = signal(SignalKind::interrupt()).map_err(|error| {
        Failure::invalid(format!("Ctrl-C cannot be heard: {error}")).because(&error)
    })?;
    let watching = Watching::begin(&follow.path, ui).await?;
    let mut cursor = watching.link.welcome.head;
    let mut screen = InlineLines { lines: follow.lines, drawn: Vec::new() };
    loop {
        let shown = watching.file(&follow.path).await?;
        let study = shown.as_ref().and_then(|file| file.study);
        let text = lines(&watching.link, shown.as_ref(), &follow.path, ui.err_look).await?;
        screen.draw(text, ui);
        loop {
            let wait_ms = u64::try_from(WAIT.as_millis()).unwrap_or(u64::MAX);
            let next = async { call!(watching.link, WAIT * 3, events(cursor, 500, wait_ms)) };
            let page = tokio::select! {
                _ = interrupt.recv() => {
                    watching.end(&follow.path).await?;
                    return Ok(Exit::Done);
                }
                page = next => page?,
            };
            cursor = page.next;
            let is_ours = |event: &protocol::event::Event| {
                event.kind() == Some(EventKind::DraftSaved)
                    || (study.is_some() && event.study == study)
            };
            if page.events.iter().any(is_ours) {
                break;
            }
        }
    }
}

/// What is known of the file, the most important first.
async fn lines(
    link: &Link,
    file: Option<&WatchedFile>,
    path: &str,
    look: Look,
) -> Result<Vec<(Option<Role>, String)>, Failure> {
    let name = safe::line(path.rsplit('/').next().unwrap_or(path)).into_owned();
    let Some(file) = file else { return Ok(vec![(None, format!("{name}: not looked at yet"))]) };
    let version = file.version.map(|version| format!(" · version {version}")).unwrap_or_default();
    let mut all = Vec::new();
    let mut below = Vec::new();
    if let Some(id) = file.study {
        let live = call!(link, live(id))?;
        let panel = live.study.panel;
        let state = format!("{} {}/{}", live.study.state, panel.settled(), panel.requested);
        all.push((Some(Role::Strong), format!("{name}{version} · {state}")));
        let report = call!(link, report(id))?;
        if let Some(Headline { of, estimate, .. }) = &file.headline {
            let interval = range(of, estimate.low.zip(estimate.high), look);
            all.push((None, format!("{} {} {interval}", words(of), number(of, estimate.value))));
        }
        let said = report.version.as_deref().filter(|_| live.study.state == State::Completed);
        all.extend(
            said.map(version::sentences).into_iter().flatten().map(|sentence| (None, sentence)),
        );
        let findings = report.results.map(|results| results.findings).unwrap_or_default();
        below.extend(
            findings
                .into_iter()
                .map(|one| (None, format!("{} {}", one.priority, safe::line(&one.title)))),
        );
    } else {
        all.push((Some(Role::Strong), format!("{name}{version}")));
    }
    let at = 1.min(all.len());
    if let Some(why) = &file.held {
        all.insert(at, (Some(Role::Warning), format!("nobody is asked: {}", safe::line(why))));
    }
    for problem in file.problems.iter().rev() {
        let place = problem.place.strip_prefix(path).unwrap_or(&problem.place);
        let line = format!(
            "{name}{}: {} · {}",
            safe::line(place),
            safe::line(&problem.what),
            safe::line(&problem.hint.to_string())
        );
        all.insert(at, (Some(Role::Bad), line));
    }
    all.extend(below);
    Ok(all)
}

/// Lines that are drawn over those before.
struct InlineLines {
    lines: usize,
    drawn: Vec<String>,
}

impl InlineLines {
    fn draw(&mut self, text: Vec<(Option<Role>, String)>, ui: &mut Ui) {
        let look = ui.err_look;
        let width = look.width.saturating_sub(1);
        let mut new: Vec<String> = text
            .into_iter()
            .take(self.lines)
            .map(|(role, line)| {
                let line = look.shorten(&line, width);
                role.map_or(line.clone(), |role| look.paint(role, &line))
            })
            .collect();
        if ui.talk == Talk::Lines {
            if new != self.drawn {
                for line in &new {
                    ui.say(line);
                }
            }
            self.drawn = new;
            return;
        }
        new.resize(self.lines, String::new());
        let up = match self.drawn.len() {
            0 => String::new(),
            count => format!("\x1b[{count}A"),
        };
        let body: String = new.iter().map(|line| format!("\r\x1b[K{line}\n")).collect();
        ui.say_raw(&format!("{up}{body}"));
        self.drawn = new;
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::io::{self, Write};
    use std::rc::Rc;

    use super::*;

    #[derive(Clone, Default)]
    struct Shared(Rc<RefCell<Vec<u8>>>);

    impl Write for Shared {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.borrow_mut().extend(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn the_lines_are_drawn_over_the_ones_before_and_nothing_else_is_touched() {
        let err = Shared::default();
        let mut ui = Ui::into_buffers(Box::new(io::sink()), Box::new(err.clone()));
        ui.talk = Talk::Live;
        let size = |size| std::num::NonZero::new(size).unwrap();
        let (rows, columns) = (size(8), size(80));
        let mut terminal = vt100::Parser::new(rows, columns, 0);
        terminal.process(b"$ demoscope watch idea.md\r\n");
        let mut screen = InlineLines { lines: 3, drawn: Vec::new() };
        for text in ["one", "two", "three"] {
            screen.draw(
                vec![(None, text.to_owned()), (None, format!("{text} {}", "x".repeat(200)))],
                &mut ui,
            );
        }
        // A terminal in its usual state makes a new line of each line feed.
        let bytes = String::from_utf8(err.0.take()).unwrap().replace('\n', "\r\n");
        terminal.process(bytes.as_bytes());
        let shown = terminal.screen().contents();
        let shown: Vec<&str> = shown.lines().collect();
        assert_eq!(shown[0], "$ demoscope watch idea.md");
        assert_eq!(shown[1], "three");
        assert!(
            !shown.iter().any(|line| line.contains("one") || line.contains("two")),
            "{shown:?}"
        );
        assert_eq!(terminal.screen().cursor_position(), (4, 0));
        assert!(!terminal.screen().hide_cursor() && !terminal.screen().alternate_screen());
    }
}

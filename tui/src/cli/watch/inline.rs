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
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::cli::daemon::text_hash;
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
/// The same for a file that it never looked at, and will not where it is a report of ours.
const FIRST_LOOK_WITHIN: Duration = Duration::from_secs(10);
/// Wait for the next event.
const WAIT: Duration = Duration::from_secs(10);

/// What to follow, and how.
pub(super) struct FollowedFile {
    pub(super) path: String,
    pub(super) lines: usize,
    pub(super) expectations: Vec<Expectation>,
    pub(super) json: bool,
}

/// What ends this command: Ctrl-C, a terminal that is closed, or another program. A watch of its own must not outlive it.
struct EndSignals {
    interrupt: Signal,
    hangup: Signal,
    terminate: Signal,
}

impl EndSignals {
    fn listen() -> Result<Self, Failure> {
        let heard = |kind: SignalKind| {
            signal(kind).map_err(|error| {
                Failure::invalid(format!("Ctrl-C cannot be heard: {error}")).because(&error)
            })
        };
        Ok(Self {
            interrupt: heard(SignalKind::interrupt())?,
            hangup: heard(SignalKind::hangup())?,
            terminate: heard(SignalKind::terminate())?,
        })
    }

    /// Waits for one of them.
    async fn any(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.hangup.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// A file that is watched, if need be for as long as this command runs.
struct Watching {
    link: Link,
    is_ours: bool,
    /// When the driver had last looked before that.
    before: Option<Timestamp>,
}

impl Watching {
    /// Watches the file, unless it is watched already.
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
        Ok(Self { link, is_ours, before })
    }

    /// Waits until the driver has looked since.
    async fn looked(&self) -> Result<(), Failure> {
        let begun = std::time::Instant::now();
        while last_look(&self.link).await? == self.before && begun.elapsed() < LOOKS_WITHIN {
            tokio::time::sleep(PAUSE.1).await;
        }
        Ok(())
    }

    /// The file as it is known.
    async fn file(&self, path: &str) -> Result<Option<WatchedFile>, Failure> {
        let files = super::files(&self.link).await?;
        Ok(files.into_iter().find(|file| file.path == path))
    }

    /// The file as it is known by its present text, which may have been saved a moment ago; none where that was not looked at.
    async fn present(&self, path: &str) -> Result<Option<WatchedFile>, Failure> {
        let begun = std::time::Instant::now();
        loop {
            let file = self.file(path).await?;
            let within = if file.is_some() { LOOKS_WITHIN } else { FIRST_LOOK_WITHIN };
            // Read anew each time: it may be saved again meanwhile.
            let source = input::read(std::ffi::OsStr::new(path)).ok();
            let text = source.map(|source| text_hash(&source.text));
            let known = file.filter(|file| file.text_sha256 == text);
            if known.is_some() || begun.elapsed() >= within {
                return Ok(known);
            }
            tokio::time::sleep(PAUSE.1).await;
        }
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
    let mut signals = EndSignals::listen()?;
    let mut watching = Watching::begin(&follow.path, ui).await?;
    let exit = tokio::select! {
        // Whoever follows a study hears Ctrl-C as well, and says how to find it.
        biased;
        exit = report(&mut watching, &follow, ui) => exit,
        () = signals.any() => Ok(Exit::Interrupted),
    };
    let removed = watching.end(&follow.path).await;
    let exit = exit?;
    removed?;
    Ok(exit)
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
    watching.looked().await?;
    let Some(file) = watching.present(&follow.path).await? else {
        return Err(Failure::invalid("The daemon has not looked at the present text of the file")
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
    Ok(exit.max(judge(&follow.expectations, None, found.results.as_ref(), ui)))
}

/// Keeps a few lines about the file until Ctrl-C.
pub(super) async fn live(follow: FollowedFile, ui: &mut Ui) -> Result<Exit, Failure> {
    let mut signals = EndSignals::listen()?;
    let watching = Watching::begin(&follow.path, ui).await?;
    let ended = tokio::select! {
        ended = follow_lines(&watching, &follow, ui) => ended,
        () = signals.any() => Ok(()),
    };
    let removed = watching.end(&follow.path).await;
    ended.and(removed)?;
    Ok(Exit::Done)
}

/// Draws the lines anew with everything that happens to the file, without an end.
async fn follow_lines(
    watching: &Watching,
    follow: &FollowedFile,
    ui: &mut Ui,
) -> Result<(), Failure> {
    watching.looked().await?;
    let mut cursor = watching.link.welcome.head;
    let mut screen = InlineLines::new(follow.lines);
    let mut lineage: Option<String> = None;
    loop {
        let files = super::files(&watching.link).await?;
        let shown = files.iter().find(|file| file.path == follow.path);
        if let Some(known) = shown.and_then(|file| file.lineage.clone()) {
            lineage = Some(known);
        }
        let study = shown.and_then(|file| file.study);
        let is_there = std::path::Path::new(&follow.path).exists();
        let text = if is_there {
            lines(&watching.link, shown, &follow.path, ui.err_look).await?
        } else {
            vec![(Some(Role::Warning), gone(&follow.path, lineage.as_deref(), &files))]
        };
        screen.draw(text, InlineRoom::of_stderr(), ui);
        loop {
            let wait_ms = u64::try_from(WAIT.as_millis()).unwrap_or(u64::MAX);
            let page = call!(watching.link, WAIT * 3, events(cursor, 500, wait_ms))?;
            cursor = page.next;
            let is_ours = |event: &protocol::event::Event| {
                event.kind() == Some(EventKind::DraftSaved)
                    || (study.is_some() && event.study == study)
            };
            // No event tells that a file was taken away, and its new name is known a moment later.
            let is_gone = !is_there || !std::path::Path::new(&follow.path).exists();
            if is_gone || page.events.iter().any(is_ours) {
                break;
            }
        }
    }
}

/// That a file is there no more, and under which name its versions go on where it was renamed.
fn gone(path: &str, lineage: Option<&str>, files: &[WatchedFile]) -> String {
    let name = |path: &str| safe::line(path.rsplit('/').next().unwrap_or(path)).into_owned();
    let goes_on = |file: &&WatchedFile| {
        !file.is_missing && file.path != path && file.lineage.as_deref() == lineage
    };
    let renamed = lineage.and_then(|_| files.iter().find(goes_on));
    match renamed {
        Some(file) => format!("{}: is called {} now", name(path), name(&file.path)),
        None => format!("{}: is missing", name(path)),
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
    if let Some(why) = &file.reason {
        all.insert(at, (Some(Role::Warning), safe::line(why).into_owned()));
    }
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

/// The room that a terminal has for the lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct InlineRoom {
    columns: usize,
    rows: usize,
}

impl InlineRoom {
    /// That of stderr as it is now, since a terminal can change its size; none where it is no terminal, or one that does not
    /// tell.
    fn of_stderr() -> Option<Self> {
        let size = rustix::termios::tcgetwinsize(std::io::stderr()).ok()?;
        let room = Self { columns: usize::from(size.ws_col), rows: usize::from(size.ws_row) };
        (room.columns > 0 && room.rows > 0).then_some(room)
    }
}

/// Lines that are drawn over those before.
struct InlineLines {
    lines: usize,
    drawn: Vec<String>,
    /// The room when they were drawn.
    room: Option<InlineRoom>,
}

impl InlineLines {
    const fn new(lines: usize) -> Self {
        Self { lines, drawn: Vec::new(), room: None }
    }

    fn draw(&mut self, text: Vec<(Option<Role>, String)>, room: Option<InlineRoom>, ui: &mut Ui) {
        let look = ui.err_look;
        // A line that a terminal breaks in two is two, and so is drawn over no more. The last row is that of the cursor.
        let columns = room.map_or(look.width, |room| room.columns.min(look.width));
        let width = columns.saturating_sub(1).max(1);
        let rows =
            room.map_or(self.lines, |room| self.lines.min(room.rows.saturating_sub(1).max(1)));
        let mut new: Vec<String> = text
            .into_iter()
            .take(rows)
            .map(|(role, line)| {
                let line = look.shorten(&look.signs(&line), width);
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
        new.resize(rows, String::new());
        // Terminals differ in what another size makes of the lines above, so they are left there and drawn anew below.
        let is_same_room = self.room == room;
        let up = match self.drawn.len() {
            count @ 1.. if is_same_room => format!("\x1b[{count}A"),
            _ => String::new(),
        };
        let body: String = new.iter().map(|line| format!("\r\x1b[K{line}\n")).collect();
        ui.say_raw(&format!("{up}{body}"));
        (self.drawn, self.room) = (new, room);
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

    /// What a terminal of that size shows once those texts were drawn, each in the room that it has by then.
    fn shown(size: (u16, u16), draws: &[(Option<InlineRoom>, &str)]) -> vt100::Parser {
        let err = Shared::default();
        let mut ui = Ui::into_buffers(Box::new(io::sink()), Box::new(err.clone()));
        ui.talk = Talk::Live;
        let (rows, columns) = size;
        let mut terminal = vt100::Parser::new(nonzero(rows), nonzero(columns), 0);
        terminal.process(b"$ demoscope watch idea.md\r\n");
        let mut screen = InlineLines::new(3);
        for (room, text) in draws {
            let lines = vec![
                (None, (*text).to_owned()),
                (Some(Role::Bad), format!("{text} {}", "x".repeat(200))),
            ];
            screen.draw(lines, *room, &mut ui);
        }
        // A terminal in its usual state makes a new line of each line feed.
        let bytes = String::from_utf8(err.0.take()).unwrap().replace('\n', "\r\n");
        terminal.process(bytes.as_bytes());
        terminal
    }

    fn nonzero(size: u16) -> std::num::NonZero<u16> {
        std::num::NonZero::new(size).unwrap()
    }

    fn room(rows: usize, columns: usize) -> InlineRoom {
        InlineRoom { columns, rows }
    }

    #[test]
    fn the_lines_are_drawn_over_the_ones_before_and_nothing_else_is_touched() {
        for (size, room) in
            [((8, 80), None), ((8, 80), Some(room(8, 80))), ((8, 26), Some(room(8, 26)))]
        {
            let terminal = shown(size, &[(room, "one"), (room, "two"), (room, "three")]);
            let text = terminal.screen().contents();
            let lines: Vec<&str> = text.lines().collect();
            assert_eq!(lines[0], "$ demoscope watch idea.md");
            assert_eq!(lines[1], "three");
            assert!(lines[2].starts_with("three xx") && lines[2].ends_with('…'), "{lines:?}");
            assert!(!text.contains("one") && !text.contains("two"), "{lines:?}");
            assert_eq!(terminal.screen().cursor_position(), (4, 0), "{size:?}");
            assert!(!terminal.screen().hide_cursor() && !terminal.screen().alternate_screen());
        }
    }

    #[test]
    fn a_terminal_with_fewer_rows_gets_fewer_lines_and_another_size_begins_below() {
        let low = Some(room(3, 80));
        let terminal = shown((3, 80), &[(low, "one"), (low, "two")]);
        let text = terminal.screen().contents();
        assert!(text.starts_with("two\ntwo xx") && !text.contains("one"), "{text}");

        let terminal = shown(
            (9, 80),
            &[(Some(room(9, 80)), "one"), (Some(room(9, 40)), "two"), (Some(room(9, 40)), "three")],
        );
        let text = terminal.screen().contents();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!((lines[1], lines[4]), ("one", "three"), "{lines:?}");
        assert!(!text.contains("two"), "{lines:?}");
    }

    #[test]
    fn a_file_that_is_gone_is_told_by_its_new_name_where_that_is_known() {
        let renamed = WatchedFile {
            path: "/drafts/new.md".to_owned(),
            watch: "/drafts".to_owned(),
            outcome: SaveOutcome::Known,
            text_sha256: None,
            problems: Vec::new(),
            held: None,
            lineage: Some("0190".to_owned()),
            version: Some(2),
            study: None,
            state: None,
            reason: None,
            headline: None,
            is_missing: false,
            at: Timestamp::UNIX_EPOCH,
        };
        let told =
            |lineage: Option<&str>| gone("/drafts/old.md", lineage, std::slice::from_ref(&renamed));
        assert_eq!(told(Some("0190")), "old.md: is called new.md now");
        assert_eq!(told(Some("0191")), "old.md: is missing");
        assert_eq!(told(None), "old.md: is missing");
    }

    #[test]
    fn letters_that_every_terminal_has_are_enough() {
        let err = Shared::default();
        let mut ui = Ui::into_buffers(Box::new(io::sink()), Box::new(err.clone()));
        ui.draw_plainly();
        let text = format!("idea.md · version 2 · {}", "x".repeat(200));
        InlineLines::new(3).draw(vec![(None, text)], Some(room(9, 40)), &mut ui);
        let said = String::from_utf8(err.0.take()).unwrap();
        assert!(said.is_ascii() && said.ends_with("~\n"), "{said}");
    }
}

//! The list of watches: paths that are added, paused, resumed and removed by their owner, what there is to say of each,
//! and what a driver must know to look after them.

use std::collections::BTreeMap;
use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use protocol::credits::{Credits, UsdMicros};
use protocol::error::{ApiError, ErrorCode};
use protocol::safe;
use protocol::service::{Page, Reply};
use protocol::study::Problem;
use protocol::watch::{
    SaveOutcome, Watch, WatchCaps, WatchControl, WatchRequest, WatchState, WatchedFile,
};

use crate::app::studies::draft::invalid;
use crate::app::studies::lookup::by_number;
use crate::app::watch::version::{begin_day, used};
use crate::app::{Caller, Core, Scope};
use crate::domain::watch::{FileName, file_name};
use crate::store::rows::{FileRow, VersionRow, WatchRow};
use crate::store::{Fault, Order, Reader, UseCaseError, Writes};

/// Most files on one page.
const PAGE_MAX: u32 = 500;
/// Most watches.
const WATCHES_MAX: usize = 1_000;

/// A watch as its driver needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WatchTask {
    /// Its number.
    pub number: u32,
    /// The absolute path, without links.
    pub path: PathBuf,
    /// Whether it is a folder.
    pub is_folder: bool,
    /// Settings that override those of the files: others are another evaluation.
    pub overrides: BTreeMap<String, String>,
    /// What it may use: more room is a reason to look again.
    pub caps: WatchCaps,
    /// Why it is looked at less quickly than usual, as it was last noted.
    pub trouble: Option<String>,
}

/// A file that was seen before, also in an earlier life of the daemon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KnownFile {
    /// Device and inode.
    pub identity: (u64, u64),
    /// The hash of its last text.
    pub text: String,
}

impl Core {
    /// Watches files and folders. A path that is watched already gets the new settings.
    pub(crate) async fn watch(&self, caller: &Caller, request: WatchRequest) -> Reply<Vec<Watch>> {
        let owner = caller.at_home(Scope::Write)?.to_string();
        let WatchRequest { paths, overrides, caps } = request;
        if caps.runs_per_hour == 0 {
            return Err(ApiError::new(
                ErrorCode::InvalidInput,
                "A watch that may ask for no study evaluates nothing",
            )
            .hint("Give at least 1 an hour, or pause the watch"));
        }
        let found = self.looking(move |_| resolve(&paths)).await?;
        let now = self.world().clock.now();
        let added = self
            .store()
            .write(move |reader| {
                let mut writes = Writes::at(now);
                let mut all = rows(reader)?;
                let mut next = all.keys().next_back().map_or(1, |last| last.saturating_add(1));
                let mut added = Vec::new();
                for (path, is_folder) in found {
                    let known = all.iter().find(|(_, row)| row.path == path);
                    let (number, mut row) = match known {
                        Some((number, row)) => (*number, row.clone()),
                        None if all.len() >= WATCHES_MAX => return Err(too_many().into()),
                        None => (
                            next,
                            WatchRow {
                                path,
                                is_folder,
                                owner: owner.clone(),
                                paused: false,
                                overrides: BTreeMap::new(),
                                caps,
                                added_at: now,
                                recent: Vec::new(),
                                runs: Vec::new(),
                                day: None,
                                credits: Credits::ZERO,
                                held: Credits::ZERO,
                                cost: UsdMicros::ZERO,
                                trouble: None,
                            },
                        ),
                    };
                    next = next.max(number.saturating_add(1));
                    row.overrides.clone_from(&overrides);
                    (row.caps, row.is_folder, row.paused) = (caps, is_folder, false);
                    writes.put(&number, &row);
                    all.insert(number, row);
                    added.push(number);
                }
                let files = counts(reader, &all)?;
                let shown = added
                    .iter()
                    .filter_map(|number| Some(view(*number, all.get(number)?, &files, now)));
                Ok((shown.collect(), writes))
            })
            .await?;
        self.watching().signal();
        Ok(added)
    }

    /// All watches, by path.
    pub(crate) async fn watches(&self, caller: &Caller) -> Reply<Vec<Watch>> {
        caller.at_home(Scope::Read)?;
        let now = self.world().clock.now();
        self.view(caller, move |_, reader, _| {
            let all = rows(reader)?;
            let files = counts(reader, &all)?;
            let mut shown: Vec<Watch> =
                all.iter().map(|(number, row)| view(*number, row, &files, now)).collect();
            shown.sort_by(|a, b| a.path.cmp(&b.path));
            Ok(shown)
        })
        .await
    }

    /// The files of all watches, by path.
    pub(crate) async fn watched_files(
        &self,
        caller: &Caller,
        offset: u32,
        limit: u32,
    ) -> Reply<Page<WatchedFile>> {
        caller.at_home(Scope::Read)?;
        let limit = limit.clamp(1, PAGE_MAX);
        self.view(caller, move |core, reader, _| {
            let all = rows(reader)?;
            let (mut items, mut seen, mut more) = (Vec::new(), 0_u32, false);
            let mut found = Vec::new();
            reader.all::<FileRow>(Order::Rising, |path, row| {
                let Some(watch) = all.get(&row.watch).filter(|watch| covers(watch, &path)) else {
                    return Ok(ControlFlow::Continue(()));
                };
                seen = seen.saturating_add(1);
                if seen <= offset {
                    return Ok(ControlFlow::Continue(()));
                }
                if seen > offset.saturating_add(limit) {
                    more = true;
                    return Ok(ControlFlow::Break(()));
                }
                found.push((path, watch.path.clone(), row));
                Ok(ControlFlow::Continue(()))
            })?;
            for (path, watch, row) in found {
                items.push(file(core, reader, path, watch, row)?);
            }
            Ok(Page { items, next: more.then(|| offset.saturating_add(limit)) })
        })
        .await
    }

    /// Pauses, resumes or removes the watch of a path.
    pub(crate) async fn control_watch(
        &self,
        caller: &Caller,
        path: &str,
        control: WatchControl,
    ) -> Reply<Watch> {
        caller.at_home(Scope::Write)?;
        let given = path.to_owned();
        // What was a link, or is gone, is known by the name it had.
        let whole = self.looking(move |_| Ok(fs::canonicalize(&given).ok())).await?;
        let names: Vec<String> = whole
            .and_then(|path| Some(path.to_str()?.to_owned()))
            .into_iter()
            .chain([path.to_owned()])
            .collect();
        let now = self.world().clock.now();
        let watch = self
            .store()
            .write(move |reader| {
                let mut all = rows(reader)?;
                let found = all.iter().find(|(_, row)| names.contains(&row.path));
                let Some(number) = found.map(|(number, _)| *number) else {
                    let shown = names.last().map(|name| safe::line(name).into_owned());
                    return Err(not_watched(&shown.unwrap_or_default(), &all, &names).into());
                };
                let mut writes = Writes::at(now);
                let files = counts(reader, &all)?;
                if let Some(row) = all.get_mut(&number) {
                    row.paused = control == WatchControl::Pause;
                    if control == WatchControl::Remove {
                        writes.remove::<WatchRow>(&number);
                    } else {
                        writes.put(&number, row);
                    }
                }
                let shown = all.get(&number).map(|row| view(number, row, &files, now));
                let shown = shown.ok_or_else(|| not_watched("", &all, &names))?;
                Ok((shown, writes))
            })
            .await?;
        self.watching().signal();
        Ok(watch)
    }

    /// The watches that a driver looks after.
    pub(crate) async fn watch_tasks(&self, caller: &Caller) -> Reply<Vec<WatchTask>> {
        caller.may(Scope::Work)?;
        self.view(caller, |_, reader, _| {
            let active = rows(reader)?.into_iter().filter(|(_, row)| !row.paused);
            let tasks = active.map(|(number, row)| {
                let WatchRow { path, is_folder, overrides, caps, trouble, .. } = row;
                WatchTask { number, path: PathBuf::from(path), is_folder, overrides, caps, trouble }
            });
            Ok(tasks.collect())
        })
        .await
    }

    /// The files that were seen before, by path.
    pub(crate) async fn known_files(&self, caller: &Caller) -> Reply<BTreeMap<PathBuf, KnownFile>> {
        caller.may(Scope::Work)?;
        self.view(caller, |_, reader, _| {
            let mut known = BTreeMap::new();
            reader.all::<FileRow>(Order::Rising, |path, row| {
                let FileRow { identity, text, .. } = row;
                known.insert(PathBuf::from(path), KnownFile { identity, text });
                Ok(ControlFlow::Continue(()))
            })?;
            Ok(known)
        })
        .await
    }

    /// Forgets those of the files that never were a version: nothing stands for them once they are gone. Says which.
    pub(crate) async fn forget_files(
        &self,
        caller: &Caller,
        gone: Vec<String>,
    ) -> Reply<Vec<String>> {
        caller.may(Scope::Work)?;
        let now = self.world().clock.now();
        let looked = gone.clone();
        let is_bare = move |core: &Self| {
            core.look(|reader| {
                let mut bare = Vec::new();
                for path in looked {
                    let row: Option<FileRow> = reader.get(&path)?;
                    if row.is_some_and(|row| row.version.is_none()) {
                        bare.push(path);
                    }
                }
                Ok(bare)
            })
        };
        // Nothing is written where there is nothing to forget.
        let gone = self.looking(is_bare).await?;
        if gone.is_empty() {
            return Ok(gone);
        }
        self.store()
            .write(move |reader| {
                let mut writes = Writes::at(now);
                for path in &gone {
                    let row: Option<FileRow> = reader.get(path)?;
                    if row.is_some_and(|row| row.version.is_none()) {
                        writes.remove::<FileRow>(path);
                    }
                }
                Ok((gone, writes))
            })
            .await
    }

    /// Notes why a watch is looked at less quickly than usual, or that it is not.
    pub(crate) async fn note_watch(
        &self,
        caller: &Caller,
        number: u32,
        trouble: Option<String>,
    ) -> Reply<()> {
        caller.may(Scope::Work)?;
        let now = self.world().clock.now();
        self.store()
            .write(move |reader| {
                let mut writes = Writes::at(now);
                if let Some(row) = reader.get::<WatchRow>(&number)?
                    && row.trouble != trouble
                {
                    writes.put(&number, &WatchRow { trouble, ..row });
                }
                Ok(((), writes))
            })
            .await
    }
}

/// Whether a path is the watch's own, or lies in its folder.
pub(in crate::app) fn covers(watch: &WatchRow, path: &str) -> bool {
    let (own, path) = (Path::new(&watch.path), Path::new(path));
    path == own || (watch.is_folder && path.starts_with(own))
}

pub(in crate::app) fn rows(reader: &Reader<'_>) -> Result<BTreeMap<u32, WatchRow>, Fault> {
    let mut all = BTreeMap::new();
    reader.all::<WatchRow>(Order::Rising, |number, row| {
        all.insert(number, row);
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(all)
}

/// For each watch the number of its files, and of those without a result.
fn counts(
    reader: &Reader<'_>,
    all: &BTreeMap<u32, WatchRow>,
) -> Result<BTreeMap<u32, (u32, u32)>, Fault> {
    let mut counted: BTreeMap<u32, (u32, u32)> = BTreeMap::new();
    reader.all::<FileRow>(Order::Rising, |path, row| {
        if all.get(&row.watch).is_some_and(|watch| covers(watch, &path)) {
            let (files, unresolved) = counted.entry(row.watch).or_default();
            let is_open = matches!(row.outcome, SaveOutcome::Broken | SaveOutcome::Held)
                && !is_gone(&path, &row);
            *files = files.saturating_add(1);
            *unresolved = unresolved.saturating_add(u32::from(is_open));
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(counted)
}

/// A watch as clients see it.
fn view(
    number: u32,
    row: &WatchRow,
    files: &BTreeMap<u32, (u32, u32)>,
    now: jiff::Timestamp,
) -> Watch {
    let mut row = row.clone();
    begin_day(&mut row, now);
    let runs_last_hour = used(&row, now).runs;
    let (files, unresolved) = files.get(&number).copied().unwrap_or_default();
    Watch {
        path: row.path,
        is_folder: row.is_folder,
        state: if row.paused { WatchState::Paused } else { WatchState::Active },
        caps: row.caps,
        overrides: row.overrides,
        added_at: row.added_at,
        runs_last_hour,
        credits_today: row.credits,
        credits_held: row.held,
        cost_today: row.cost,
        files,
        unresolved,
        trouble: row.trouble,
    }
}

/// A file as clients see it.
fn file(
    core: &Core,
    reader: &Reader<'_>,
    path: String,
    watch: String,
    row: FileRow,
) -> Result<WatchedFile, UseCaseError> {
    let version: Option<VersionRow> =
        row.version.map(|key| reader.get(&key)).transpose()?.flatten();
    let found = version.map(|version| by_number(reader, version.number)).transpose()?;
    let is_missing = is_gone(&path, &row);
    let headline = found.as_ref().map(|found| core.headlines().of(reader, found)).transpose()?;
    Ok(WatchedFile {
        // What was wrong with a text that is gone is nobody's trouble any more.
        problems: if is_missing { Vec::new() } else { row.problems },
        held: row.held.filter(|_| !is_missing),
        is_missing,
        path,
        watch,
        outcome: row.outcome,
        text_sha256: Some(row.text).filter(|text| !text.is_empty()),
        lineage: row.version.map(|(id, _)| id.to_string()),
        version: row.version.map(|(_, version)| version),
        study: found.as_ref().map(|found| found.row.id),
        state: found.as_ref().map(|found| found.progress.state),
        reason: found.as_ref().and_then(|found| found.progress.reason.clone()),
        headline: headline.flatten(),
        at: row.at,
    })
}

/// Whether a file is there no more. One without an identity has a name that cannot be shown, so no path leads to it.
fn is_gone(path: &str, row: &FileRow) -> bool {
    row.identity != (0, 0) && fs::symlink_metadata(path).is_err()
}

/// The paths as they are without links, and whether each is a folder; or every problem.
fn resolve(paths: &[String]) -> Reply<Vec<(String, bool)>> {
    let (mut found, mut problems) = (Vec::new(), Vec::new());
    for path in paths {
        match resolve_one(path) {
            Ok(one) => found.push(one),
            Err((what, hint)) => {
                let place = safe::line(path).into_owned();
                problems.push(Problem { place, what, hint: hint.into() });
            }
        }
    }
    if paths.is_empty() {
        return Err(ApiError::new(ErrorCode::InvalidInput, "No path is given")
            .hint("Name a file or a folder"));
    }
    if problems.is_empty() {
        return Ok(found);
    }
    let problems = invalid(problems).problems;
    let mut error =
        ApiError::new(ErrorCode::InvalidInput, "Nothing is watched that was not before");
    error.problems = problems;
    Err(error)
}

fn resolve_one(path: &str) -> Result<(String, bool), (String, &'static str)> {
    let given = Path::new(path);
    if !given.is_absolute() {
        return Err(("is no absolute path".to_owned(), "begin it with /"));
    }
    let whole = fs::canonicalize(given).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => ("does not exist".to_owned(), "check the name"),
        _ => (format!("cannot be read: {error}"), "check the name, and who may read it"),
    })?;
    let shown = whole.to_str().filter(|text| safe::line(text) == **text);
    let Some(text) = shown.map(ToOwned::to_owned) else {
        return Err((
            "has a name that cannot be shown".to_owned(),
            "rename it with plain characters",
        ));
    };
    let found = fs::metadata(&whole)
        .map_err(|error| (format!("cannot be read: {error}"), "check who may read it"))?;
    if found.is_dir() {
        return Ok((text, true));
    }
    if !found.is_file() {
        return Err(("is neither a file nor a folder".to_owned(), "name a text file or a folder"));
    }
    match whole.file_name().map(file_name) {
        Some(FileName::Stimulus) => Ok((text, false)),
        _ => {
            Err(("is no stimulus file".to_owned(), "name one that ends in .md, .markdown or .txt"))
        }
    }
}

fn too_many() -> ApiError {
    ApiError::new(
        ErrorCode::InvalidInput,
        format!("There are {WATCHES_MAX} watches, and no more are taken"),
    )
    .hint("Name a folder instead of its files")
}

fn not_watched(shown: &str, all: &BTreeMap<u32, WatchRow>, names: &[String]) -> ApiError {
    let inside = all.values().find(|row| names.iter().any(|name| covers(row, name)));
    let hint = match inside {
        Some(row) => format!("Name {}, in which it lies", safe::line(&row.path)),
        None => "See what is with `demoscope watch list`".to_owned(),
    };
    ApiError::new(ErrorCode::NotFound, format!("{shown} is not watched by itself")).hint(hint)
}

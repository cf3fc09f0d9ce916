//! What a driver does with a watched file that was saved: the text is read as a draft and compared with the versions that
//! are known. A new version is submitted and takes the place of one that is still running; a known one is shown again; a
//! broken or held one is told. The text itself was read by the driver.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use protocol::credits::{Credits, UsdMicros};
use protocol::error::{ApiError, ErrorCode};
use protocol::event::EventData;
use protocol::id::{StudyId, SubmitKey};
use protocol::run::State;
use protocol::service::Reply;
use protocol::study::{Draft, Problem, StudySpec};
use protocol::watch::SaveOutcome;
use uuid::Uuid;

use crate::app::studies::draft::of_the_panel;
use crate::app::studies::lookup::by_number;
use crate::app::studies::submit::{Plan, Submission, fingerprint};
use crate::app::watch::version::{NewVersion, begin_day, give_back, used};
use crate::app::watch::watches::covers;
use crate::app::{Caller, Core, Scope};
use crate::domain::digest::sha256_hex;
use crate::domain::instrument;
use crate::domain::run::Input;
use crate::domain::stimulus::{self, content_hash, deciding, differing};
use crate::domain::watch::{is_own_report, out_of_room};
use crate::store::rows::{FileRow, LineageRow, Progress, StudyRow, VersionRow, WatchRow};
use crate::store::{Fault, Order, Reader, UseCaseError, Writes};

/// Most problems of one file that are stored.
const PROBLEMS_MAX: usize = 50;
/// Most problems that an event tells.
const PROBLEMS_TOLD: usize = 10;
/// Most characters of one part of a problem.
const PROBLEM_CHARACTERS_MAX: usize = 300;
/// Lineages that a file may have branched from and come back to.
const BRANCHES_MAX: usize = 50;

/// A watched file as its driver found it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SavedFile {
    /// The number of the watch.
    pub watch: u32,
    /// The absolute path; in a form that can be shown where the name itself cannot.
    pub path: String,
    /// Device and inode.
    pub identity: (u64, u64),
    /// The path of a file that is gone and was this one.
    pub renamed_from: Option<String>,
    /// The text, normalised; or why there is none.
    pub content: Result<String, Problem>,
}

/// What came of a saved file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WhatCame {
    /// In words, where it is worth telling.
    pub told: Option<String>,
    /// Whether to look again although the file does not change: nobody was asked for a reason that passes.
    pub again: bool,
}

impl WhatCame {
    const NOTHING: Self = Self { told: None, again: false };
}

/// What is to be done.
enum SaveDecision {
    /// Nothing: the file is as it was, or nobody watches it.
    Nothing { again: bool },
    /// The row of the file is written; it is told where that is news.
    Note(Box<FileNote>),
    /// A version is submitted.
    Ask(Box<AskVersion>),
}

struct FileNote {
    file: FileRow,
    is_news: bool,
    /// The studies of other versions that are still running: what was gone back to needs none of them.
    running: Vec<RunningVersion>,
    study: Option<StudyId>,
    /// The lineage under the new name, where the file was renamed.
    lineage: Option<(Uuid, LineageRow)>,
}

struct AskVersion {
    owner: Caller,
    plan: Plan,
    version: NewVersion,
    running: Vec<RunningVersion>,
}

/// A draft as a version of its file.
struct ReadVersion {
    spec: StudySpec,
    /// The settings that decide answers.
    settings: Vec<(String, Option<String>)>,
    hash: String,
    /// The lineage with the same settings, the present one or one that it branched from.
    lineage: Option<(Uuid, LineageRow)>,
    /// The present lineage of the file.
    from: Option<(Uuid, LineageRow)>,
    /// The version with the same content.
    known: Option<(u32, StudyId)>,
    /// Other versions that are still running.
    running: Vec<RunningVersion>,
}

/// A version that is still running.
#[derive(Clone, Copy, Debug)]
struct RunningVersion {
    number: u32,
    price: Credits,
    reserved: (Credits, UsdMicros),
}

impl Core {
    /// Evaluates a watched file, if its text is one whose result is not known. Called again for the same file, it does
    /// nothing more.
    pub(crate) async fn file_saved(&self, caller: &Caller, saved: SavedFile) -> Reply<WhatCame> {
        caller.may(Scope::Work)?;
        let looked = saved.clone();
        match self.looking(move |core| core.decide(&looked)).await? {
            SaveDecision::Nothing { again } => Ok(WhatCame { again, ..WhatCame::NOTHING }),
            SaveDecision::Note(note) => self.note(caller, &saved, *note).await,
            SaveDecision::Ask(ask) => self.ask(caller, &saved, *ask).await,
        }
    }

    fn decide(&self, saved: &SavedFile) -> Reply<SaveDecision> {
        let nothing = Ok(SaveDecision::Nothing { again: false });
        let now = self.world().clock.now();
        let (watch, known) = self.look(|reader| Ok(found(reader, saved)?))?;
        // Paused or removed meanwhile: it is looked at again, in case that is taken back before the driver knows.
        let Some(watch) = watch.filter(|watch| !watch.paused) else {
            return Ok(SaveDecision::Nothing { again: true });
        };
        let Some(owner) = Caller::of_watch(&watch.owner) else { return nothing };
        let text = match &saved.content {
            Ok(text) if is_own_report(text) => {
                if watch.is_folder {
                    return nothing;
                }
                let problems = vec![report_of_ours(saved)];
                return Ok(broken(known.as_ref(), saved, String::new(), problems, now));
            }
            Ok(text) => text,
            Err(problem) => {
                let problems = vec![problem.clone()];
                return Ok(broken(known.as_ref(), saved, String::new(), problems, now));
            }
        };
        let file = FileRow {
            watch: saved.watch,
            identity: saved.identity,
            text: sha256_hex(text.as_bytes()),
            overrides: hash_of(&watch.overrides),
            outcome: SaveOutcome::Known,
            problems: Vec::new(),
            held: None,
            version: known.as_ref().and_then(|file| file.version),
            at: now,
        };
        let is_same = |known: &FileRow| {
            known.text == file.text
                && known.overrides == file.overrides
                && matches!(known.outcome, SaveOutcome::Queued | SaveOutcome::Known)
                && (known.identity, known.watch) == (file.identity, file.watch)
                && saved.renamed_from.is_none()
        };
        if known.as_ref().is_some_and(is_same) {
            return nothing;
        }
        let draft = Draft {
            file: saved.path.clone(),
            text: text.clone(),
            overrides: watch.overrides.clone(),
            ..Draft::default()
        };
        let read = match self.read_version(&draft, file.version)? {
            Ok(read) => read,
            Err(problems) => return Ok(broken(known.as_ref(), saved, file.text, problems, now)),
        };
        if let Some((id, row)) = &read.lineage
            && let Some((version, study)) = read.known
        {
            let version = (*id, version);
            let stood = known.filter(|known| {
                known.version == Some(version)
                    && matches!(known.outcome, SaveOutcome::Queued | SaveOutcome::Known)
            });
            let is_news = stood.is_none();
            let (outcome, at) =
                stood.map_or((SaveOutcome::Known, now), |stood| (stood.outcome, stood.at));
            let renamed = LineageRow { file: saved.path.clone(), ..row.clone() };
            return Ok(SaveDecision::Note(Box::new(FileNote {
                file: FileRow { version: Some(version), outcome, at, ..file },
                is_news,
                running: read.running,
                study: Some(study),
                lineage: (renamed != *row).then_some((*id, renamed)),
            })));
        }
        Ok(self.new_version(saved, &draft, (watch, owner), known.as_ref(), file, read))
    }

    /// The draft as a version of its file; or its problems.
    fn read_version(
        &self,
        draft: &Draft,
        before: Option<(Uuid, u32)>,
    ) -> Reply<Result<ReadVersion, Vec<Problem>>> {
        let branch =
            self.look(|reader| Ok(before.map(|(id, _)| branches(reader, id)).transpose()?))?;
        let branch = branch.unwrap_or_default();
        let seed = branch.first().map(|(_, lineage)| lineage.seed);
        let read = self.with_rules(|rules| {
            let fresh_seed = seed.unwrap_or(rules.fresh_seed);
            let rules = stimulus::Rules { fresh_seed, ..rules.clone() };
            stimulus::read(draft, &rules).map(|spec| (deciding(&spec, &rules), spec))
        });
        let (settings, spec) = match read {
            Ok(read) => read,
            Err(problems) => return Ok(Err(problems)),
        };
        let hash = content_hash(&spec);
        let lineage = branch.iter().find(|(_, lineage)| lineage.deciding == settings).cloned();
        let (known, running) = self.look(|reader| {
            let mut running = Vec::new();
            for (id, _) in &branch {
                running.extend(unfinished(reader, *id, &hash)?);
            }
            let known =
                lineage.as_ref().map(|(id, _)| version_of(reader, *id, &hash)).transpose()?;
            Ok((known.flatten(), running))
        })?;
        let from = branch.into_iter().next();
        Ok(Ok(ReadVersion { spec, settings, hash, lineage, from, known, running }))
    }

    /// A version that is to be asked, if its watch has room and its owner need not be asked first.
    fn new_version(
        &self,
        saved: &SavedFile,
        draft: &Draft,
        (watch, owner): (WatchRow, Caller),
        known: Option<&FileRow>,
        file: FileRow,
        read: ReadVersion,
    ) -> SaveDecision {
        let now = self.world().clock.now();
        let ReadVersion { spec, settings, hash, lineage, from, running, .. } = read;
        let announced = match self.allow_cost(&spec, false) {
            Ok(announced) => announced.map(|cost| (cost.low, cost.high)),
            Err(error) => return held(known, file, in_words(&error)),
        };
        let plan = match self.plan(spec).map_err(|error| of_the_panel(draft, error)) {
            Ok(plan) => Plan { announced, ..plan },
            Err(error) if error.problems.is_empty() => {
                return held(known, file, in_words(&error));
            }
            Err(error) => return broken(known, saved, file.text, error.problems, now),
        };
        let credits = instrument::price(&plan.spec).unwrap_or(Credits(i64::MAX));
        let high = announced.map_or(UsdMicros::ZERO, |(_, high)| high);
        let cost = plan.spec.max_cost_usd.map_or(high, |cap| cap.min(high));
        let mut today = watch;
        begin_day(&mut today, now);
        for one in &running {
            give_back(&mut today, one.reserved);
        }
        if let Some(why) = out_of_room(&today.caps, &used(&today), now, (credits, cost)) {
            return held(known, file, why);
        }
        let (id, lineage) = match lineage {
            Some((id, row)) => {
                let versions = row.versions.saturating_add(1);
                (id, LineageRow { file: saved.path.clone(), versions, ..row })
            }
            None => {
                let changed = from.as_ref().map(|(_, old)| differing(&old.deciding, &settings));
                let row = LineageRow {
                    owner: owner.owner.to_string(),
                    file: saved.path.clone(),
                    changed: changed.unwrap_or_default(),
                    deciding: settings,
                    seed: plan.spec.seed,
                    versions: 1,
                    begun_at: now,
                    branched_from: from.map(|(id, _)| id),
                };
                (self.world().ids.fresh(), row)
            }
        };
        let version = NewVersion {
            watch: saved.watch,
            path: saved.path.clone(),
            renamed_from: saved.renamed_from.clone(),
            file,
            id,
            lineage,
            hash,
            credits,
            cost,
            returned: (Credits::ZERO, UsdMicros::ZERO),
        };
        SaveDecision::Ask(Box::new(AskVersion { owner, plan, version, running }))
    }

    /// Ends the versions that are still running; says what they gave back.
    async fn supersede(
        &self,
        caller: &Caller,
        running: &[RunningVersion],
    ) -> Reply<(Credits, UsdMicros)> {
        let mut returned = (Credits::ZERO, UsdMicros::ZERO);
        for one in running {
            let study = match self.transit(caller, one.number, Input::Supersede).await {
                Ok(study) => study,
                // It ended, or was deleted, between the look and now.
                Err(error) if matches!(error.code, ErrorCode::Conflict | ErrorCode::NotFound) => {
                    continue;
                }
                Err(error) => return Err(error),
            };
            let used = one.price.checked_mul(u64::from(study.panel.delivered)).unwrap_or_default();
            let left = one.reserved.0.checked_sub(used).unwrap_or_default();
            // What its calls cost is not known to the cent yet: all of its cost stays counted once anybody was asked.
            let cost = if study.panel.settled() == 0 { one.reserved.1 } else { UsdMicros::ZERO };
            returned.0 = returned.0.checked_add(left).unwrap_or(returned.0);
            returned.1 = returned.1.checked_add(cost).unwrap_or(returned.1);
        }
        Ok(returned)
    }

    async fn ask(&self, caller: &Caller, saved: &SavedFile, ask: AskVersion) -> Reply<WhatCame> {
        let AskVersion { owner, plan, version, running } = ask;
        let returned = self.supersede(caller, &running).await?;
        let version = NewVersion { returned, ..version };
        let number = version.lineage.versions;
        let body = fingerprint(&(version.id, number, &version.hash));
        let key = SubmitKey(key_of(&body));
        let (file, name) = (version.file.clone(), plan.spec.name.clone());
        let submission =
            Submission { key, body, version: Some(version), path: Some(saved.path.clone()), plan };
        match self.submit(&owner, submission).await {
            Ok(study) => {
                let superseded = if running.is_empty() {
                    ""
                } else {
                    ", and takes the place of one that was running"
                };
                tracing::info!(path = saved.path, study = %study.id, version = number, "a saved file is evaluated");
                let told = format!("version {number} of “{name}” is queued{superseded}");
                Ok(WhatCame { told: Some(told), again: false })
            }
            // What passes by itself, or is the owner's to change, is told at the file.
            Err(error)
                if matches!(
                    error.code,
                    ErrorCode::InsufficientCredits | ErrorCode::CostCap | ErrorCode::RateLimited
                ) =>
            {
                let known = self.looking({
                    let saved = saved.clone();
                    move |core| core.look(|reader| Ok(found(reader, &saved)?.1))
                });
                let known = known.await?;
                match held(known.as_ref(), file, in_words(&error)) {
                    SaveDecision::Note(note) => self.note(caller, saved, *note).await,
                    SaveDecision::Nothing { again } => Ok(WhatCame { again, ..WhatCame::NOTHING }),
                    SaveDecision::Ask(_) => Ok(WhatCame::NOTHING),
                }
            }
            Err(error) if error.code == ErrorCode::Conflict => Ok(WhatCame::NOTHING),
            Err(error) => Err(error),
        }
    }

    async fn note(&self, caller: &Caller, saved: &SavedFile, note: FileNote) -> Reply<WhatCame> {
        self.supersede(caller, &note.running).await?;
        let now = self.world().clock.now();
        let (path, renamed_from, watch) =
            (saved.path.clone(), saved.renamed_from.clone(), saved.watch);
        let FileNote { file, is_news, study, lineage, .. } = note;
        let again = file.outcome == SaveOutcome::Held;
        let told = is_news.then(|| match file.outcome {
            SaveOutcome::Broken => format!("{path} has problems"),
            SaveOutcome::Held => format!("{path} is not evaluated"),
            SaveOutcome::Known | SaveOutcome::Queued => format!("{path} is a known version again"),
        });
        self.store()
            .write(move |reader| {
                let mut writes = Writes::at(now);
                if reader.get::<WatchRow>(&watch)?.is_none_or(|watch| watch.paused) {
                    return Ok(((), writes));
                }
                writes.put(&path, &file);
                if let Some(old) = renamed_from {
                    writes.remove::<FileRow>(&old);
                }
                if let Some((id, row)) = lineage {
                    writes.put(&id, &row);
                }
                if is_news {
                    let problems = file.problems.into_iter().take(PROBLEMS_TOLD).collect();
                    let saved = EventData::DraftSaved {
                        file: Some(path),
                        outcome: file.outcome,
                        version: file.version.map(|(_, version)| version),
                        held: file.held,
                        problems,
                    };
                    writes.announce(study, saved);
                }
                Ok(((), writes))
            })
            .await?;
        Ok(WhatCame { told, again })
    }
}

/// Why a report of our own is not evaluated.
fn report_of_ours(saved: &SavedFile) -> Problem {
    Problem {
        place: saved.path.clone(),
        what: "the file is a report of ours".to_owned(),
        hint: "watch the file that was evaluated".to_owned(),
    }
}

/// The watch of a saved file, and what is known of the file; nothing of one that another watch looks after.
fn found(
    reader: &Reader<'_>,
    saved: &SavedFile,
) -> Result<(Option<WatchRow>, Option<FileRow>), Fault> {
    let watch: Option<WatchRow> = reader.get(&saved.watch)?;
    let mut known: Option<FileRow> = reader.get(&saved.path)?;
    if let Some(file) = &known
        && file.watch != saved.watch
        && let Some(other) = reader.get::<WatchRow>(&file.watch)?
        && covers(&other, &saved.path)
    {
        return Ok((None, None));
    }
    if let (None, Some(old)) = (&known, &saved.renamed_from) {
        known = reader.get(old)?;
    }
    Ok((watch, known))
}

/// The file with problems; nothing where they are told already.
fn broken(
    known: Option<&FileRow>,
    saved: &SavedFile,
    text: String,
    problems: Vec<Problem>,
    now: jiff::Timestamp,
) -> SaveDecision {
    let problems: Vec<Problem> = problems.into_iter().take(PROBLEMS_MAX).map(shortened).collect();
    let is_known = |file: &FileRow| {
        file.outcome == SaveOutcome::Broken && file.problems == problems && file.text == text
    };
    if known.is_some_and(is_known) && saved.renamed_from.is_none() {
        return SaveDecision::Nothing { again: false };
    }
    SaveDecision::Note(Box::new(FileNote {
        file: FileRow {
            watch: saved.watch,
            identity: saved.identity,
            text,
            overrides: String::new(),
            outcome: SaveOutcome::Broken,
            problems,
            held: None,
            version: known.and_then(|file| file.version),
            at: now,
        },
        is_news: true,
        running: Vec::new(),
        study: None,
        lineage: None,
    }))
}

/// The file of which nobody is asked; nothing where that is told already.
fn held(known: Option<&FileRow>, file: FileRow, why: String) -> SaveDecision {
    let why = cut(why);
    let is_known = |known: &FileRow| {
        known.outcome == SaveOutcome::Held
            && known.text == file.text
            && known.held.as_ref() == Some(&why)
    };
    if known.is_some_and(is_known) {
        return SaveDecision::Nothing { again: true };
    }
    SaveDecision::Note(Box::new(FileNote {
        // Numbers in the reason may change with every look: only another text, or a first refusal, is news.
        is_news: known
            .is_none_or(|known| known.outcome != SaveOutcome::Held || known.text != file.text),
        file: FileRow { outcome: SaveOutcome::Held, held: Some(why), ..file },
        running: Vec::new(),
        study: None,
        lineage: None,
    }))
}

/// The lineage and those it branched from, the newest first.
fn branches(reader: &Reader<'_>, id: Uuid) -> Result<Vec<(Uuid, LineageRow)>, Fault> {
    let (mut found, mut next) = (Vec::new(), Some(id));
    while let Some(id) = next.take().filter(|_| found.len() < BRANCHES_MAX) {
        if let Some(row) = reader.get::<LineageRow>(&id)? {
            next = row.branched_from;
            found.push((id, row));
        }
    }
    Ok(found)
}

/// The newest version of that content whose study has, or will have, a result.
fn version_of(
    reader: &Reader<'_>,
    lineage: Uuid,
    hash: &str,
) -> Result<Option<(u32, StudyId)>, UseCaseError> {
    let mut found = None;
    for (version, row) in versions(reader, lineage)? {
        if row.hash != hash {
            continue;
        }
        let state = by_number(reader, row.number)?.progress.state;
        if !matches!(state, State::Cancelled | State::Failed) {
            found = Some((version, row.study));
        }
    }
    Ok(found)
}

/// The versions of a lineage that are still running, but for those of that content.
fn unfinished(
    reader: &Reader<'_>,
    lineage: Uuid,
    hash: &str,
) -> Result<Vec<RunningVersion>, UseCaseError> {
    let mut running = Vec::new();
    for (_, row) in versions(reader, lineage)? {
        let progress: Option<Progress> = reader.get(&row.number)?;
        let is_running = progress.is_some_and(|progress| !progress.state.is_final());
        if row.hash != hash && is_running {
            let study: Option<StudyRow> = reader.get(&row.number)?;
            let price = study.map(|study| study.price).unwrap_or_default();
            running.push(RunningVersion {
                number: row.number,
                price,
                reserved: (row.credits, row.cost),
            });
        }
    }
    Ok(running)
}

/// The versions of a lineage, oldest first.
pub(in crate::app) fn versions(
    reader: &Reader<'_>,
    lineage: Uuid,
) -> Result<Vec<(u32, VersionRow)>, Fault> {
    let mut found = Vec::new();
    reader.scan::<VersionRow>(&(lineage, 0), &(lineage, u32::MAX), Order::Rising, |key, row| {
        found.push((key.1, row));
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(found)
}

/// The submission key of a version: the same version is never asked for twice, whatever interrupts it.
fn key_of(body: &str) -> Uuid {
    let digest = sha256_hex(format!("version {body}").as_bytes());
    let number = u128::from_str_radix(digest.get(..32).unwrap_or_default(), 16).unwrap_or_default();
    Uuid::from_u128(number)
}

/// SHA-256 (hex) of settings; empty without any.
fn hash_of(overrides: &BTreeMap<String, String>) -> String {
    if overrides.is_empty() {
        return String::new();
    }
    sha256_hex(serde_json::to_vec(overrides).unwrap_or_default())
}

/// An error as the reason why nobody is asked, with what to do about it.
fn in_words(error: &ApiError) -> String {
    let hints: String = error.hints.iter().map(|hint| format!("; {hint}")).collect();
    format!("{}{hints}", error.message)
}

fn shortened(problem: Problem) -> Problem {
    let Problem { place, what, hint } = problem;
    Problem { place, what: cut(what), hint: cut(hint) }
}

fn cut(text: String) -> String {
    match text.char_indices().nth(PROBLEM_CHARACTERS_MAX) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text,
    }
}

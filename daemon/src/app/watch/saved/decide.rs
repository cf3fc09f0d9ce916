//! What is to be done about a saved file: nothing, a note of what came of it, or a new version that is asked. Nothing is
//! written here.

use std::collections::BTreeMap;

use protocol::credits::{Credits, UsdMicros};
use protocol::id::StudyId;
use protocol::run::State;
use protocol::service::Reply;
use protocol::study::{Draft, DraftText, Problem, StudySpec};
use protocol::watch::SaveOutcome;
use uuid::Uuid;

use super::note::{broken, held};
use super::{
    AskVersion, FileNote, FileStanding, RunningVersion, SaveDecision, SavedFile, found, in_words,
};
use crate::app::money::allowance::purse;
use crate::app::studies::draft::of_the_panel;
use crate::app::studies::lookup::by_number;
use crate::app::studies::submit::Plan;
use crate::app::studies::transition::{too_few, was_at_work};
use crate::app::watch::version::{NewVersion, SeenVersion, begin_day, count_end, used, versions};
use crate::app::{Caller, Core};
use crate::domain::digest::sha256_hex;
use crate::domain::instrument;
use crate::domain::ledger::Shortfall;
use crate::domain::stimulus::{self, SentAs, content_hash, deciding, differing};
use crate::domain::watch::{is_own_report, out_of_room};
use crate::store::rows::{FileRow, HoldRow, LineageRow, Progress, WatchRow};
use crate::store::{Fault, Reader, UseCaseError};

/// Lineages that a file may have branched from and come back to.
const BRANCHES_MAX: usize = 50;

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

impl Core {
    pub(super) fn decide(&self, saved: &SavedFile) -> Reply<SaveDecision> {
        let now = self.world().clock.now();
        let (watch, known) = self.look(|reader| Ok(found(reader, saved)?))?;
        // Paused or removed meanwhile: it is looked at again, in case that is taken back before the driver knows.
        let Some(watch) = watch.filter(|watch| !watch.paused) else {
            return Ok(SaveDecision::Nothing(FileStanding::Unwatched));
        };
        let Some(owner) = Caller::of_watch(&watch.owner) else {
            return Ok(SaveDecision::Nothing(FileStanding::Unwatched));
        };
        let text = match &saved.content {
            Ok(text) if is_own_report(text) => {
                let report = report_of_ours(saved);
                if watch.is_folder {
                    return Ok(SaveDecision::Nothing(FileStanding::Broken(report.what)));
                }
                let (problems, text) = (vec![report], sha256_hex(text.as_bytes()));
                return Ok(broken(known.as_ref(), saved, text, problems, now));
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
            return Ok(SaveDecision::Nothing(FileStanding::Evaluated(None)));
        }
        let draft = Draft {
            file: saved.path.clone(),
            text: DraftText::File(text.clone()),
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
            let stood = known.as_ref().filter(|known| {
                known.version == Some(version)
                    && matches!(known.outcome, SaveOutcome::Queued | SaveOutcome::Known)
            });
            let is_news = stood.is_none();
            let (outcome, at) =
                stood.map_or((SaveOutcome::Known, now), |stood| (stood.outcome, stood.at));
            return Ok(SaveDecision::Note(Box::new(FileNote {
                file: FileRow { version: Some(version), outcome, at, ..file },
                is_news,
                instead_of: numbers(&read.running),
                study: Some(study),
                renamed: (row.file != saved.path).then_some(*id),
                seen: known,
            })));
        }
        self.new_version(saved, &draft, (watch, owner), known.as_ref(), file, read)
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

    /// A version that is to be asked, if its watch has room, its owner need not be asked first, and there are credits for it.
    fn new_version(
        &self,
        saved: &SavedFile,
        draft: &Draft,
        (watch, owner): (WatchRow, Caller),
        known: Option<&FileRow>,
        file: FileRow,
        read: ReadVersion,
    ) -> Reply<SaveDecision> {
        let now = self.world().clock.now();
        let ReadVersion { spec, settings, hash, lineage, from, running, .. } = read;
        let sent = SentAs::of(draft, &spec);
        let announced = match self.allow_cost(&spec, false) {
            Ok(announced) => announced.map(|cost| (cost.low, cost.high)),
            Err(error) => return Ok(held(known, file, in_words(&error))),
        };
        let plan = match self.plan(spec).map_err(|error| of_the_panel(draft, error)) {
            Ok(plan) => Plan { announced, ..plan },
            Err(error) if error.problems.is_empty() => {
                return Ok(held(known, file, in_words(&error)));
            }
            Err(error) => return Ok(broken(known, saved, file.text, error.problems, now)),
        };
        let credits = instrument::price(&plan.spec).unwrap_or(Credits(i64::MAX));
        let high = announced.map_or(UsdMicros::ZERO, |(_, high)| high);
        let cost = plan.spec.max_cost_usd.map_or(high, |cap| cap.min(high));
        let mut today = watch;
        begin_day(&mut today, now);
        for RunningVersion { version, progress, was_at_work } in &running {
            if version.watch == Some(saved.watch) {
                count_end(&mut today, version, progress, *was_at_work, now);
            }
        }
        if let Some(why) = out_of_room(&today.caps, &used(&today, now), (credits, cost)) {
            return Ok(held(known, file, why));
        }
        // What is short now is told at the file; the transaction that takes the place of others looks again.
        if let Some(short) = self.short_of_credits(&running, credits)? {
            return Ok(held(known, file, in_words(&too_few(short))));
        }
        let seen = SeenVersion {
            file: known.cloned(),
            lineage: lineage.as_ref().map(|(_, row)| row.clone()),
        };
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
            seen,
            hash,
            credits,
            cost,
            instead_of: numbers(&running),
        };
        Ok(SaveDecision::Ask(Box::new(AskVersion { owner, plan, sent, version })))
    }

    /// That there are too few credits for a version, also with those that come back from the versions it takes the place of.
    fn short_of_credits(
        &self,
        running: &[RunningVersion],
        wanted: Credits,
    ) -> Reply<Option<Shortfall>> {
        let now = self.world().clock.now();
        self.look(|reader| {
            let purse = purse(reader, self.settings(), now)?;
            let mut spendable = purse.spendable().unwrap_or(Credits(i64::MAX));
            for RunningVersion { version, progress, .. } in running {
                let hold = reader.get::<HoldRow>(&(version.number, progress.attempt))?;
                let back = hold.map_or(Credits::ZERO, |HoldRow(hold)| hold.returns(purse.month));
                spendable = spendable.checked_add(back).unwrap_or(spendable);
            }
            Ok((wanted > spendable).then_some(Shortfall { wanted, spendable }))
        })
    }
}

/// Why a report of our own is not evaluated.
fn report_of_ours(saved: &SavedFile) -> Problem {
    Problem {
        place: saved.path.clone(),
        what: "the file is a report of ours".to_owned(),
        hint: "watch the file that was evaluated".into(),
    }
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
        if row.hash == hash {
            continue;
        }
        let progress: Option<Progress> = reader.get(&row.number)?;
        if let Some(progress) = progress.filter(|progress| !progress.state.is_final()) {
            let was_at_work = was_at_work(reader, row.number, &progress)?;
            running.push(RunningVersion { version: row, progress, was_at_work });
        }
    }
    Ok(running)
}

/// The numbers of the studies of versions.
fn numbers(running: &[RunningVersion]) -> Vec<u32> {
    running.iter().map(|one| one.version.number).collect()
}

/// SHA-256 (hex) of settings; empty without any.
fn hash_of(overrides: &BTreeMap<String, String>) -> String {
    if overrides.is_empty() {
        return String::new();
    }
    sha256_hex(serde_json::to_vec(overrides).unwrap_or_default())
}

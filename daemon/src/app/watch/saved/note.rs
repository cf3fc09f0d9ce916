//! The note of what came of a saved file that nobody is asked about: a known version, problems, or a reason to wait. It is
//! an event only where it is news.

use std::sync::Arc;

use jiff::Timestamp;
use protocol::event::EventData;
use protocol::service::Reply;
use protocol::study::Problem;
use protocol::watch::SaveOutcome;

use super::{FileNote, FileStanding, SaveDecision, SavedFile, WhatCame};
use crate::app::Core;
use crate::app::watch::version::{known_file, supersede};
use crate::store::Writes;
use crate::store::rows::{FileRow, LineageRow, WatchRow};

/// Most problems of one file that are stored.
const PROBLEMS_MAX: usize = 50;
/// Most problems that an event tells.
const PROBLEMS_TOLD: usize = 10;
/// Most characters of one part of a problem.
const PROBLEM_CHARACTERS_MAX: usize = 300;

impl Core {
    pub(super) async fn note(&self, saved: &SavedFile, note: FileNote) -> Reply<WhatCame> {
        let now = self.world().clock.now();
        let (path, renamed_from, watch) =
            (saved.path.clone(), saved.renamed_from.clone(), saved.watch);
        let FileNote { file, is_news, instead_of, study, renamed, seen } = note;
        let settings = Arc::clone(self.settings());
        let standing = match file.outcome {
            SaveOutcome::Broken => FileStanding::Broken(first(&file.problems)),
            SaveOutcome::Held => FileStanding::Held(file.held.clone().unwrap_or_default()),
            SaveOutcome::Known | SaveOutcome::Queued => FileStanding::Evaluated(study),
        };
        let told = is_news.then(|| match file.outcome {
            SaveOutcome::Broken => format!("{path} has problems"),
            SaveOutcome::Held => format!("{path} is not evaluated"),
            SaveOutcome::Known | SaveOutcome::Queued => format!("{path} is a known version again"),
        });
        let (noted, ended) = self
            .store()
            .write(move |reader| {
                let mut writes = Writes::at(now);
                if reader.get::<WatchRow>(&watch)?.is_none_or(|watch| watch.paused) {
                    return Ok(((FileStanding::Unwatched, Vec::new()), writes));
                }
                if known_file(reader, &path, renamed_from.as_deref())? != seen {
                    return Ok(((FileStanding::Overtaken, Vec::new()), writes));
                }
                let ended = supersede(reader, &mut writes, &settings, &instead_of)?;
                writes.put(&path, &file);
                if let Some(old) = renamed_from {
                    writes.remove::<FileRow>(&old);
                }
                if let Some(id) = renamed
                    && let Some(row) = reader.get::<LineageRow>(&id)?
                {
                    writes.put(&id, &LineageRow { file: path.clone(), ..row });
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
                Ok(((standing, ended), writes))
            })
            .await?;
        for (number, after) in ended {
            self.after(number, after);
        }
        let is_noted = !matches!(noted, FileStanding::Unwatched | FileStanding::Overtaken);
        Ok(WhatCame { told: told.filter(|_| is_noted), standing: noted })
    }
}

/// The first of some problems, in one line.
fn first(problems: &[Problem]) -> String {
    let one = problems.first();
    one.map(|Problem { place, what, .. }| format!("{place}: {what}")).unwrap_or_default()
}

/// The file with problems; nothing where they are told already.
pub(super) fn broken(
    known: Option<&FileRow>,
    saved: &SavedFile,
    text: String,
    problems: Vec<Problem>,
    now: Timestamp,
) -> SaveDecision {
    let problems: Vec<Problem> = problems.into_iter().take(PROBLEMS_MAX).map(shortened).collect();
    let is_known = |file: &FileRow| {
        file.outcome == SaveOutcome::Broken && file.problems == problems && file.text == text
    };
    if known.is_some_and(is_known) && saved.renamed_from.is_none() {
        return SaveDecision::Nothing(FileStanding::Broken(first(&problems)));
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
        instead_of: Vec::new(),
        study: None,
        renamed: None,
        seen: known.cloned(),
    }))
}

/// The file of which nobody is asked; nothing where that is told already.
pub(super) fn held(known: Option<&FileRow>, file: FileRow, why: String) -> SaveDecision {
    let why = cut(why);
    let is_known = |known: &FileRow| {
        known.outcome == SaveOutcome::Held
            && known.text == file.text
            && known.held.as_ref() == Some(&why)
    };
    if known.is_some_and(is_known) {
        return SaveDecision::Nothing(FileStanding::Held(why));
    }
    SaveDecision::Note(Box::new(FileNote {
        // Numbers in the reason may change with every look: only another text, or a first refusal, is news.
        is_news: known
            .is_none_or(|known| known.outcome != SaveOutcome::Held || known.text != file.text),
        file: FileRow { outcome: SaveOutcome::Held, held: Some(why), ..file },
        instead_of: Vec::new(),
        study: None,
        renamed: None,
        seen: known.cloned(),
    }))
}

fn shortened(problem: Problem) -> Problem {
    let Problem { place, what, hint } = problem;
    Problem { place, what: cut(what), hint: cut(hint.to_string()).into() }
}

fn cut(text: String) -> String {
    match text.char_indices().nth(PROBLEM_CHARACTERS_MAX) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text,
    }
}

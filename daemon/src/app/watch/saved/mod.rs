//! What a driver does with a watched file that was saved: the text is read as a draft and compared with the versions that
//! are known. A new version is submitted and takes the place of one that is still running; a known one is shown again; a
//! broken or held one is told. The text itself was read by the driver.

mod ask;
mod decide;
mod note;
#[cfg(test)]
mod tests;

use protocol::error::ApiError;
use protocol::id::StudyId;
use protocol::service::Reply;
use protocol::study::Problem;
use uuid::Uuid;

use crate::app::studies::submit::Plan;
use crate::app::watch::version::{NewVersion, known_file};
use crate::app::watch::watches::covers;
use crate::app::{Caller, Core, Scope};
use crate::domain::stimulus::SentAs;
use crate::store::rows::{FileRow, Progress, VersionRow, WatchRow};
use crate::store::{Fault, Reader};

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
    /// How many hooks led to the look.
    pub hops: u8,
    /// The text, normalised; or why there is none.
    pub content: Result<String, Problem>,
}

/// What came of a saved file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WhatCame {
    /// In words, where it is worth telling.
    pub told: Option<String>,
    /// How the file stands.
    pub standing: FileStanding,
}

/// How a file stands after a look at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum FileStanding {
    /// Its text has a result or will have one: that of this study, where it was looked up.
    Evaluated(Option<StudyId>),
    /// Its text cannot be evaluated, for that reason.
    Broken(String),
    /// Nobody is asked, for that reason, which passes.
    Held(String),
    /// No watch looks after it that is at work.
    Unwatched,
    /// Another look at it was quicker: it is to be read and looked at again.
    Overtaken,
}

impl WhatCame {
    const fn quiet(standing: FileStanding) -> Self {
        Self { told: None, standing }
    }
}

/// What is to be done.
enum SaveDecision {
    /// Nothing: the file is as it was, or nobody watches it.
    Nothing(FileStanding),
    /// The row of the file is written; it is told where that is news.
    Note(Box<FileNote>),
    /// A version is submitted.
    Ask(Box<AskVersion>),
}

struct FileNote {
    file: FileRow,
    is_news: bool,
    /// The numbers of the studies of other versions that are still running: what was gone back to needs none of them.
    instead_of: Vec<u32>,
    study: Option<StudyId>,
    /// The lineage that gets the new name, where the file was renamed.
    renamed: Option<Uuid>,
    /// What was known of the file when that was decided.
    seen: Option<FileRow>,
}

struct AskVersion {
    owner: Caller,
    plan: Plan,
    /// What of the file is read otherwise than it stands there.
    sent: Option<SentAs>,
    version: NewVersion,
}

/// A version that is still running, and how far its study is.
#[derive(Clone, Debug)]
struct RunningVersion {
    version: VersionRow,
    progress: Progress,
    /// Whether anybody may have been asked.
    was_at_work: bool,
}

impl Core {
    /// Evaluates a watched file, if its text is one whose result is not known. Called again for the same file, it does
    /// nothing more.
    pub(crate) async fn file_saved(&self, caller: &Caller, saved: SavedFile) -> Reply<WhatCame> {
        caller.may(Scope::Work)?;
        let looked = saved.clone();
        match self.looking(move |core| core.decide(&looked)).await? {
            SaveDecision::Nothing(standing) => Ok(WhatCame::quiet(standing)),
            SaveDecision::Note(note) => self.note(&saved, *note).await,
            SaveDecision::Ask(ask) => self.ask(&saved, *ask).await,
        }
    }
}

/// The watch of a saved file, and what is known of the file; nothing of one that another watch looks after.
fn found(
    reader: &Reader<'_>,
    saved: &SavedFile,
) -> Result<(Option<WatchRow>, Option<FileRow>), Fault> {
    let watch: Option<WatchRow> = reader.get(&saved.watch)?;
    let known = known_file(reader, &saved.path, saved.renamed_from.as_deref())?;
    if let Some(file) = reader.get::<FileRow>(&saved.path)?
        && file.watch != saved.watch
        && let Some(other) = reader.get::<WatchRow>(&file.watch)?
        && covers(&other, &saved.path)
    {
        return Ok((None, None));
    }
    Ok((watch, known))
}

/// An error as the reason why nobody is asked, with what to do about it.
fn in_words(error: &ApiError) -> String {
    let hints: String = error.hints.iter().map(|hint| format!("; {hint}")).collect();
    format!("{}{hints}", error.message)
}

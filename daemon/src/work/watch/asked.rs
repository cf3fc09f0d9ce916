//! The look at one watched file because a hook asked for it, as if it had just been saved. What is told says whether the
//! file has a result or will have one; a file that has none is no success.

use std::path::Path;

use protocol::error::{ApiError, ErrorCode};
use protocol::hook_in::ReceivedState;
use protocol::service::Reply;

use super::looker::blocking;
use super::read::{FileFound, read};
use super::scan::is_behind_link;
use crate::app::{Caller, Core, FileStanding, HookOutcome, SavedFile};

/// Looks at a file that something else evaluates at the same time.
const LOOKS_MAX: usize = 4;

/// Evaluates a file of a watch; a text whose result is known is asked nobody about.
///
/// # Errors
/// `Busy` when the file is being written, or is evaluated by others again and again: it is looked at later.
pub(in crate::work) async fn evaluate(
    core: &Core,
    caller: &Caller,
    watch: u32,
    path: &Path,
    hops: u8,
) -> Reply<HookOutcome> {
    let task = core.watch_tasks(caller).await?.into_iter().find(|task| task.number == watch);
    let root = task.filter(|task| task.is_folder).map(|task| task.path);
    for _ in 0..LOOKS_MAX {
        // Read anew for each look: whoever was quicker may have seen a later text.
        let (at, root) = (path.to_owned(), root.clone());
        let found = blocking(move || {
            let leads_out = root.is_some_and(|root| is_behind_link(&root, &at));
            (!leads_out).then(|| read(&at))
        });
        let Some(found) = found.await? else {
            let what = "a link that leads out of the watched folder stands before the file";
            return Ok(HookOutcome::failed(what));
        };
        let (stat, content) = match found {
            FileFound::Gone => return Ok(HookOutcome::failed("the file is not there")),
            FileFound::Changing => {
                return Err(ApiError::new(ErrorCode::Busy, "The file is being written"));
            }
            FileFound::Text(stat, text) => (Some(stat), Ok(text)),
            FileFound::Refused(stat, problem) => (stat, Err(problem)),
        };
        let saved = SavedFile {
            watch,
            path: path.to_string_lossy().into_owned(),
            identity: stat.map_or((0, 0), |stat| stat.identity),
            hops,
            renamed_from: None,
            content,
        };
        let came = core.file_saved(caller, saved).await?;
        let (state, what, study) = match came.standing {
            FileStanding::Overtaken => continue,
            FileStanding::Evaluated(study) => {
                let known = || "the text of the file has its result already".to_owned();
                (ReceivedState::Done, came.told.unwrap_or_else(known), study)
            }
            FileStanding::Broken(why) => (ReceivedState::Failed, why, None),
            FileStanding::Held(why) => {
                let what = format!("{why}; its watch looks at the file again by itself");
                (ReceivedState::Failed, what, None)
            }
            FileStanding::Unwatched => {
                let what = "the watch of the file is paused or removed".to_owned();
                (ReceivedState::Failed, what, None)
            }
        };
        return Ok(HookOutcome { state, what, study });
    }
    Err(ApiError::new(ErrorCode::Busy, "The file is evaluated by others at the same time"))
}

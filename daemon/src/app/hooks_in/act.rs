//! What a driver does with hooks that came in: it takes those that are to be acted on, submits a study where that is what
//! the source does, and notes what became of each. A hook is acted on once, whatever interrupts it: a study has the
//! submission key that follows from the hook, and a file whose text is known is asked nobody about. What fails for a reason
//! that passes is tried again some times, with others in between, and then has failed.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use protocol::error::{ApiError, ErrorCode};
use protocol::hook_in::{HookAction, ImportOrigin, ReceivedState, SourceKind};
use protocol::id::{StudyId, SubmitKey};
use protocol::service::{Reply, Submit};
use protocol::study::{Draft, Origin};

use crate::app::watch::watches::{covers, rows as watch_rows};
use crate::app::{Caller, Core, Scope};
use crate::domain::digest::Digest;
use crate::domain::hook_in::{SourceId, content_of, draft_text, wait_before};
use crate::store::rows::{PendingHookRow, ReceivedRow, SourceRow};
use crate::store::{Fault, Order, Reader, Writes};

/// Hooks that are taken at a time.
const TAKEN_MAX: usize = 50;
/// Days for which hooks are remembered.
const REMEMBERED_DAYS: i64 = 7;
/// Rows that one transaction removes.
const STEP: usize = 500;
/// Longer than any wait between two attempts.
const WAIT_MAX: Duration = Duration::from_hours(24);
/// Why nothing is done for a hook whose source is not there any more.
const REMOVED: &str = "its source was removed";

/// A hook that is to be acted on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PendingHook {
    /// The key of its row.
    pub key: String,
    /// What is to be done.
    pub work: HookWork,
}

/// What a hook asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum HookWork {
    /// A file is to be read and evaluated.
    Evaluate {
        /// The number of its watch.
        watch: u32,
        /// The path.
        path: PathBuf,
        /// How many hooks led to it.
        hops: u8,
    },
    /// A study is to be submitted.
    Submit,
    /// A result is to be read from the body, or fetched.
    Import {
        /// How the service tells it.
        kind: SourceKind,
        /// Where it is fetched.
        from: Option<ImportOrigin>,
        /// What came in.
        body: String,
    },
    /// Nothing can be done, for that reason.
    Nothing(String),
}

/// What became of a hook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HookOutcome {
    /// Whether it was done.
    pub state: ReceivedState,
    /// In a sentence.
    pub what: String,
    /// The study that came of it.
    pub study: Option<StudyId>,
}

impl HookOutcome {
    /// Nothing was to be done, for that reason.
    pub(crate) fn noted(what: impl Into<String>) -> Self {
        Self { state: ReceivedState::Noted, what: what.into(), study: None }
    }

    /// It could not be done, for that reason.
    pub(crate) fn failed(what: impl Into<String>) -> Self {
        Self { state: ReceivedState::Failed, what: what.into(), study: None }
    }
}

/// An error as the reason why a hook failed.
fn in_words(error: &ApiError) -> String {
    let mut what = error.message.clone();
    for problem in error.problems.iter().take(3) {
        what.push_str(&format!("; {}: {}", problem.place, problem.what));
    }
    what
}

impl Core {
    /// Hooks that are to be acted on now, some at a time.
    pub(crate) async fn pending_hooks(&self, caller: &Caller) -> Reply<Vec<PendingHook>> {
        caller.may(Scope::Work)?;
        let now = self.world().clock.now();
        self.view(caller, move |_, reader, _| {
            let mut keys = Vec::new();
            reader.all::<PendingHookRow>(Order::Rising, |key, row| {
                if is_due(row, now) {
                    keys.push(key);
                }
                let is_full = keys.len() >= TAKEN_MAX;
                Ok(if is_full { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
            })?;
            let mut pending = Vec::new();
            for key in keys {
                let work = work_of(reader, &key)?;
                pending.push(PendingHook { key, work });
            }
            Ok(pending)
        })
        .await
    }

    /// Submits the study of a hook. Called again for the same hook, it finds that study.
    pub(crate) async fn submit_hook(&self, caller: &Caller, key: &str) -> Reply<HookOutcome> {
        caller.may(Scope::Work)?;
        let wanted = key.to_owned();
        let found = self
            .view(caller, move |_, reader, _| {
                let received = reader.get::<ReceivedRow>(&wanted)?;
                let source = match &received {
                    Some(received) => reader.get::<SourceRow>(&received.source)?,
                    None => None,
                };
                Ok(received.zip(source))
            })
            .await?;
        let Some((received, source)) = found.filter(|(received, source)| is_of(received, source))
        else {
            return Ok(HookOutcome::failed(REMOVED));
        };
        let HookAction::Submit { template, content } = &source.action else {
            return Ok(HookOutcome::failed("its source does something else now"));
        };
        let id = SourceId::new(&received.source, source.added_at);
        let Some(owner) = Caller::of_hook(&source.owner, id, received.hops) else {
            return Ok(HookOutcome::failed("its source belongs to nobody here"));
        };
        let body = received.body.unwrap_or_default();
        let text = match content_of(body.as_bytes(), content) {
            Ok(text) => draft_text(template, text),
            Err(why) => return Ok(HookOutcome::failed(why)),
        };
        let file = format!("hook {}", received.source);
        let submit = Submit {
            key: submit_key(key),
            draft: Draft { file, text, ..Draft::default() },
            origin: Origin::Hook,
            cost_confirmed: false,
            path: None,
        };
        match self.submit_draft(&owner, submit).await {
            Ok(study) => Ok(HookOutcome {
                state: ReceivedState::Done,
                what: format!("study {} was submitted", study.id.short()),
                study: Some(study.id),
            }),
            Err(error) if passes(&error) => Err(error),
            Err(error) => Ok(HookOutcome::failed(in_words(&error))),
        }
    }

    /// Notes what became of a hook: it is not acted on again, and its body is not kept.
    pub(crate) async fn hook_done(
        &self,
        caller: &Caller,
        key: &str,
        outcome: HookOutcome,
    ) -> Reply<()> {
        caller.may(Scope::Work)?;
        let key = key.to_owned();
        let now = self.world().clock.now();
        self.store()
            .write(move |reader| {
                let mut writes = Writes::at(now);
                writes.remove::<PendingHookRow>(&key);
                if let Some(row) = reader.get::<ReceivedRow>(&key)? {
                    let HookOutcome { state, what, study } = outcome;
                    let row = ReceivedRow { state, what: Some(what), study, body: None, ..row };
                    writes.put(&key, &row);
                }
                Ok(((), writes))
            })
            .await
    }

    /// Notes that a hook could not be acted on for a reason that may pass: it is tried again after a while, or has failed.
    pub(crate) async fn hook_postponed(
        &self,
        caller: &Caller,
        key: &str,
        error: &ApiError,
    ) -> Reply<()> {
        caller.may(Scope::Work)?;
        let (key, why) = (key.to_owned(), in_words(error));
        let now = self.world().clock.now();
        self.store()
            .write(move |reader| {
                let mut writes = Writes::at(now);
                let Some(pending) = reader.get::<PendingHookRow>(&key)? else {
                    return Ok(((), writes));
                };
                let tries = pending.tries.saturating_add(1);
                let due = wait_before(tries).and_then(|wait| now.checked_add(wait).ok());
                match due {
                    Some(_) => writes.put(&key, &PendingHookRow { tries, due }),
                    None => writes.remove::<PendingHookRow>(&key),
                }
                if let Some(row) = reader.get::<ReceivedRow>(&key)? {
                    let row = match due {
                        Some(due) => {
                            let what = format!("{why}; tried {tries} times, again at {due:.0}");
                            ReceivedRow { what: Some(what), ..row }
                        }
                        None => {
                            let what = format!("{why}; given up after {tries} attempts");
                            let (state, what) = (ReceivedState::Failed, Some(what));
                            ReceivedRow { state, what, body: None, ..row }
                        }
                    };
                    writes.put(&key, &row);
                }
                Ok(((), writes))
            })
            .await
    }

    /// Forgets hooks that came in more than a week ago; says how many.
    pub(crate) async fn forget_hooks(&self, caller: &Caller) -> Reply<u64> {
        caller.may(Scope::Work)?;
        let now = self.world().clock.now();
        let old = self.view(caller, move |_, reader, _| Ok(too_old(reader, now)?)).await?;
        let count = u64::try_from(old.len()).unwrap_or(u64::MAX);
        for some in old.chunks(STEP) {
            let some = some.to_vec();
            self.store()
                .write(move |_| {
                    let mut writes = Writes::at(now);
                    for key in some {
                        writes.remove::<ReceivedRow>(&key);
                    }
                    Ok(((), writes))
                })
                .await?;
        }
        Ok(count)
    }
}

fn work_of(reader: &Reader<'_>, key: &str) -> Result<HookWork, Fault> {
    let nothing = |why: &str| Ok(HookWork::Nothing(why.to_owned()));
    let Some(received) = reader.get::<ReceivedRow>(&key.to_owned())? else {
        return nothing("it is kept no more");
    };
    let source = reader.get::<SourceRow>(&received.source)?;
    let Some(source) = source.filter(|source| is_of(&received, source)) else {
        return nothing(REMOVED);
    };
    match source.action {
        HookAction::Note => nothing("its source does nothing now"),
        HookAction::Submit { .. } => Ok(HookWork::Submit),
        HookAction::Import { from } => Ok(HookWork::Import {
            kind: source.kind,
            from,
            body: received.body.unwrap_or_default(),
        }),
        HookAction::Evaluate { path } => {
            let watches = watch_rows(reader)?;
            let watch = watches.iter().find(|(_, watch)| covers(watch, &path));
            match watch {
                None => nothing("the file is watched no more"),
                Some((_, watch)) if watch.paused => nothing("the watch of the file is paused"),
                Some((number, _)) => Ok(HookWork::Evaluate {
                    watch: *number,
                    path: PathBuf::from(path),
                    hops: received.hops,
                }),
            }
        }
    }
}

/// Whether a hook came from that source, and not from one that had its name before.
pub(super) fn is_of(received: &ReceivedRow, source: &SourceRow) -> bool {
    match received.source_id {
        Some(id) => id == SourceId::new(&received.source, source.added_at),
        None => received.at >= source.added_at,
    }
}

/// Whether a hook is to be acted on now.
fn is_due(row: PendingHookRow, now: Timestamp) -> bool {
    // No wait is that long: the time of day was put back.
    let far = now.checked_add(WAIT_MAX).unwrap_or(Timestamp::MAX);
    row.due.is_none_or(|due| due <= now || due > far)
}

/// Whether an error is one of the daemon, which passes: the hook is acted on later.
const fn passes(error: &ApiError) -> bool {
    matches!(error.code, ErrorCode::Internal | ErrorCode::Busy | ErrorCode::Degraded)
}

/// The submission key of a hook.
fn submit_key(key: &str) -> SubmitKey {
    SubmitKey(Digest::new().text("hook").text(key).finish_id())
}

fn too_old(reader: &Reader<'_>, now: Timestamp) -> Result<Vec<String>, Fault> {
    let limit = now.checked_sub(SignedDuration::from_hours(24 * REMEMBERED_DAYS));
    let limit = limit.unwrap_or(Timestamp::MIN);
    let mut old = Vec::new();
    reader.all::<ReceivedRow>(Order::Rising, |key, row| {
        if row.at < limit && row.state != ReceivedState::Pending {
            old.push(key);
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(old)
}
